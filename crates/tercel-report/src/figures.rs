//! The section of figures: each under its title, with what it leaves out, or why there is nothing to draw.

use tercel::endpoint::Facts;
use tercel::language::{Language, Text, Words, both};
use tercel::report::number::{count, counted};
use tercel::report::{KineticsFigure, Report};

use crate::html::{drawing, open_section, prefix};
use crate::markup::Writer;
use crate::{biomarker, forest, heat_map, kaplan_meier, kinetics, swimmer, timeline, waterfall};

/// One figure of the section.
pub(crate) struct Figure<'f> {
    pub(crate) anchor: &'f str,
    pub(crate) title: &'f str,
    /// Quiet words after the title.
    pub(crate) beside: String,
    pub(crate) svg: Option<String>,
    /// What is said in place of a drawing.
    pub(crate) reason: &'f str,
    /// How to read it; said only where there is a drawing.
    pub(crate) reading: &'f str,
    /// Sentences that are said in either case.
    pub(crate) remarks: Vec<String>,
}

/// Writes the figures that show one subject as well as many.
pub(crate) fn write_of_subject(out: &mut Writer, report: &Report, language: Language) {
    toxicity_days(out, report, language);
    if !report.figures.spider.lines.is_empty() {
        spider(out, report, language);
    }
    cells(out, report, language);
}

/// Writes the course of one subject.
pub(crate) fn write_course(out: &mut Writer, facts: &Facts<'_>, language: Language) {
    let (svg, shown) = crate::course::draw(facts, language);
    figure(
        out,
        &Figure {
            anchor: "figure_course",
            title: crate::course::TITLE.of(language),
            beside: String::new(),
            svg,
            reason: crate::course::NOTHING.of(language),
            reading: crate::course::READING.of(language),
            remarks: vec![shown.of(language).to_owned()],
        },
    );
}

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "figures", "", "Figures");
    escalation(out, report);
    response(out, report);
    rates(out, report);
    survival(out, report);
    courses(out, report);
    cells(out, report, Language::English);
    safety(out, report);
    out.close();
}

pub(crate) fn figure(out: &mut Writer, figure: &Figure<'_>) {
    out.open("figure", &[("id", figure.anchor)]);
    out.open("figcaption", &[]);
    out.text(figure.title);
    if !figure.beside.is_empty() {
        out.leaf("span", &[("class", "quiet")], &figure.beside);
    }
    out.close();
    match &figure.svg {
        Some(svg) => {
            drawing(out, figure.title, svg);
            if !figure.reading.is_empty() {
                out.leaf("p", &[("class", "quiet")], figure.reading);
            }
        }
        None => out.leaf("p", &[("class", "quiet")], figure.reason),
    }
    for remark in figure.remarks.iter().filter(|remark| !remark.is_empty()) {
        out.leaf("p", &[("class", "quiet")], remark);
    }
    out.close();
}

/// Says that a figure leaves subjects out.
pub(crate) fn first_of(shown: usize, all: usize) -> Words {
    if shown >= all {
        return Words::default();
    }
    both!(
        "Shown are the first {counted} of {of} in order of infusion.",
        "按回输先后显示{of}例受试者中的前{number}例。",
        counted = counted(shown, "subject"),
        number = count(shown),
        of = count(all),
    )
}

/// Says of lines that were left out that medians were not.
fn of_all(first: Words) -> Words {
    if first.en.is_empty() {
        return first;
    }
    both!(
        "{en} The medians are of all.",
        "{zh}中位数按全部受试者计算。",
        en = first.en,
        zh = first.zh
    )
}

fn escalation(out: &mut Writer, report: &Report) {
    let timeline = &report.figures.timeline;
    figure(
        out,
        &Figure {
            anchor: "figure_timeline",
            title: "Dose escalation in calendar time",
            beside: String::new(),
            svg: timeline::draw(report),
            reason: &timeline.description,
            reading: "A mark stands on the day of infusion; the bar beside it is the DLT window.",
            remarks: vec![first_of(timeline.marks.len(), timeline.subjects).en],
        },
    );
}

fn response(out: &mut Writer, report: &Report) {
    let waterfall = &report.figures.waterfall;
    figure(
        out,
        &Figure {
            anchor: "figure_waterfall",
            title: "Best change of the sum of target diameters",
            beside: if waterfall.bars.is_empty() {
                String::new()
            } else {
                prefix(report)
            },
            svg: waterfall::draw(report),
            reason: &waterfall.description,
            reading: "Best change from baseline up to progression or new anticancer therapy, a bar for each subject, \
                      coloured by dose level; a number at the zero line is the level's. Dashed: +20 % and −30 %. A bar cut \
                      at the top carries its value.",
            remarks: vec![
                waterfall.without.clone(),
                first_of(waterfall.bars.len(), waterfall.subjects).en,
            ],
        },
    );
    spider(out, report, Language::English);
}

fn spider(out: &mut Writer, report: &Report, language: Language) {
    let spider = &report.figures.spider;
    figure(
        out,
        &Figure {
            anchor: "figure_spider",
            title: crate::spider::TITLE.of(language),
            beside: String::new(),
            svg: crate::spider::draw(report, language),
            reason: spider.description.of(language),
            reading: SPIDER_READING.of(language),
            remarks: vec![first_of(spider.lines.len(), spider.subjects).of(language).to_owned()],
        },
    );
}

const SPIDER_READING: Text = Text::new(
    "Change from baseline, a line for each subject, up to new anticancer therapy. An assessment without a complete sum is \
     marked at the height of the one before it; an arrow head carries the value of growth beyond the axis.",
    "相对基线的变化，每例受试者一条线，至新的抗肿瘤治疗为止。直径总和不完整的评估标在前一次评估的高度；超出坐标轴的增长以箭头标示其数值。",
);

fn rates(out: &mut Writer, report: &Report) {
    figure(
        out,
        &Figure {
            anchor: "figure_forest",
            title: "Rates by dose level",
            beside: format!(" with {} intervals", report.forest.confidence),
            svg: forest::draw(&report.forest),
            reason: &report.forest.description,
            reading: "Squares are dose levels, diamonds all of them. Response and disease control: subjects counted of those who can be, \
                      Clopper-Pearson limits. Progression-free and alive: events in subjects, Kaplan-Meier estimate with Greenwood \
                      limits; a line without a mark cannot be estimated yet, a mark without a line has no event so far or none left.",
            remarks: Vec::new(),
        },
    );
}

fn survival(out: &mut Writer, report: &Report) {
    for curves in &report.survival {
        let band = curves.curves.iter().any(|curve| curve.band);
        figure(
            out,
            &Figure {
                anchor: curves.anchor,
                title: &curves.title,
                beside: if band {
                    format!(" with {} pointwise limits", curves.confidence)
                } else {
                    String::new()
                },
                svg: kaplan_meier::draw(curves),
                reason: &curves.description,
                reading: "",
                remarks: Vec::new(),
            },
        );
    }
    out.leaf(
        "p",
        &[("class", "quiet")],
        "Strokes across a curve are censored follow-up; a curve ends with its last.",
    );
}

fn courses(out: &mut Writer, report: &Report) {
    figure(
        out,
        &Figure {
            anchor: "figure_swimmer",
            title: "Course of each infused subject",
            beside: if report.swimmer.lanes.is_empty() {
                String::new()
            } else {
                prefix(report)
            },
            svg: swimmer::draw(report),
            reason: "No subject has a course to draw.",
            reading: "The line within a bar is the confirmed response, up to progression or death, or to the last assessment that \
                      showed none. A bar ends with death or the last contact; one that ends in neither cross nor arrow belongs to a \
                      subject who left the study, or whose end of follow-up the source does not tell.",
            remarks: vec![first_of(report.swimmer.lanes.len(), report.swimmer.subjects).en],
        },
    );
}

fn cells(out: &mut Writer, report: &Report, language: Language) {
    for blood in &report.figures.kinetics {
        levels(out, report, blood, BLOOD_READING, language);
    }
    levels(out, report, &report.figures.serum, SERUM_READING, language);
    let biomarker = &report.figures.biomarker;
    figure(
        out,
        &Figure {
            anchor: "figure_biomarker",
            title: biomarker::TITLE.of(language),
            beside: String::new(),
            svg: biomarker::draw(report, language),
            reason: biomarker.description.of(language),
            reading: BIOMARKER_READING.of(language),
            remarks: vec![
                of_all(first_of(biomarker.lines.len(), biomarker.subjects))
                    .of(language)
                    .to_owned(),
            ],
        },
    );
}

fn levels(out: &mut Writer, report: &Report, shown: &KineticsFigure, reading: Text, language: Language) {
    figure(
        out,
        &Figure {
            anchor: shown.anchor,
            title: shown.title.of(language),
            beside: format!(" ({})", shown.unit),
            svg: kinetics::draw(report, shown, language),
            reason: shown.description.of(language),
            reading: reading.of(language),
            remarks: vec![
                of_all(first_of(shown.lines.len(), shown.subjects))
                    .of(language)
                    .to_owned(),
            ],
        },
    );
}

const BLOOD_READING: Text = Text::new(
    "A thin line for each subject; bold, the median of each dose level at the planned visits, of two subjects or more, samples \
     below quantification ranking lowest.",
    "细线为各受试者；粗线为各剂量水平在计划访视时的中位数（至少两例受试者），低于定量下限的样本排在最低。",
);
const SERUM_READING: Text = Text::new(
    "The level itself, a thin line for each subject; bold, the median of each dose level at the planned visits.",
    "水平本身，细线为各受试者；粗线为各剂量水平在计划访视时的中位数。",
);
const BIOMARKER_READING: Text = Text::new(
    "Change from baseline, a thin line for each subject; bold, the median at the planned visits. For a sample below \
     quantification, drawn hollow, the limit stands.",
    "相对基线的变化，细线为各受试者；粗线为计划访视时的中位数。低于定量下限的样本以空心点表示，取限值。",
);

fn safety(out: &mut Writer, report: &Report) {
    toxicity_days(out, report, Language::English);
    events(out, report);
}

fn toxicity_days(out: &mut Writer, report: &Report, language: Language) {
    let days = &report.figures.toxicity_days;
    let first = first_of(days.lanes.len(), days.subjects);
    let remarks = days.remarks.iter().chain([&first]);
    figure(
        out,
        &Figure {
            anchor: "figure_toxicity_days",
            title: crate::toxicity_days::TITLE.of(language),
            beside: if days.lanes.is_empty() {
                String::new()
            } else {
                prefix(report)
            },
            svg: crate::toxicity_days::draw(report, language),
            reason: days.description.of(language),
            reading: TOXICITY_READING.of(language),
            remarks: remarks.map(|remark| remark.of(language).to_owned()).collect(),
        },
    );
}

const TOXICITY_READING: Text = Text::new(
    "The worst grade of the assessments of each day, the worse of recorded and derived; two numbers where an item is missing. A \
     day without a cell was not assessed.",
    "每日各次评估的最高分级，取记录分级与推导分级中较高者；缺少评估项目时显示两个数字。无色块之日未评估。",
);

fn events(out: &mut Writer, report: &Report) {
    let map = &report.figures.heat_map;
    let shown = if map.rows.len() < map.terms {
        format!(
            "Shown are the {} most frequent of {} terms.",
            map.rows.len(),
            count(map.terms)
        )
    } else {
        String::new()
    };
    figure(
        out,
        &Figure {
            anchor: "figure_events",
            title: "Treatment-associated adverse events by term and dose level",
            beside: String::new(),
            svg: heat_map::draw(report),
            reason: &map.description,
            reading: "Subjects with the term, each counted once by the worst grade: of any grade, and of grade 3 or worse. \
                      CRS and ICANS are graded by ASTCT 2019, all else by the CTCAE. The colour is the share of the subjects of the column.",
            remarks: vec![shown],
        },
    );
}
