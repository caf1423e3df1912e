//! Checklists of reporting guidelines, filled where the study answers them.
//!
//! # Source
//! Numbers of SPIRIT 2013 (`chan2013spirit`) and CONSORT 2010 (`schulz2010consort`), which their extensions to dose-finding trials
//! (`yap2023spirit`, `yap2023consort`) keep.
//!
//! # Limits
//! What an item asks for stands in our words. Where an extension parts an item, its own numbers are printed as far as they were
//! read in its publication: 2a.1 to 3a.2 of CONSORT-DEFINE.

mod items;

use tercel::design::ALL;
use tercel::protocol::{OutcomeKind, Trial, VisitTime};
use tercel::report::Report;
use tercel::report::design_page::options_used;

use self::items::{CONSORT, Item, Part, SPIRIT};
use super::About;
use super::estimand::describe;
use crate::printed::{Page, Role};

/// What a study says to an item.
#[derive(Debug, Clone, Copy)]
enum Answer {
    /// Nothing: it is for the authors.
    Authors,
    Title,
    Registration,
    Version,
    Amendments,
    Objectives,
    Design,
    Schema,
    Setting,
    Eligibility,
    Interventions,
    Adherence,
    Outcomes,
    Schedule,
    SampleSize,
    Interim,
    Assignment,
    Collection,
    Management,
    Statistics,
    Further,
    Populations,
    Grading,
    Consent,
    Reproducible,
    Flow,
    Losses,
    Dates,
    Analysed,
    Results,
    Harms,
    Recommended,
    /// A section of the report.
    Section(&'static str),
    /// What an export writes.
    Export(&'static str),
}

/// The checklist of a protocol, by SPIRIT-DEFINE. Of the report only labels are taken, never a number.
pub fn spirit_define(about: &About<'_>, report: &Report) -> Page {
    let source = "Numbers of SPIRIT 2013 (Chan et al., Annals of Internal Medicine 2013; 158: 200–207), which SPIRIT-DEFINE (Yap et al., \
                  BMJ 2023; 383: e076386) extends to early phase dose-finding trials.";
    checklist(about, report, "SPIRIT-DEFINE checklist", source, SPIRIT)
}

/// The checklist of a report, by CONSORT-DEFINE.
pub fn consort_define(about: &About<'_>, report: &Report) -> Page {
    let source = "Numbers of CONSORT 2010 (Schulz et al., BMJ 2010; 340: c332), which CONSORT-DEFINE (Yap et al., BMJ 2023; 383: e076387) \
                  extends to early phase dose-finding trials.";
    checklist(about, report, "CONSORT-DEFINE checklist", source, CONSORT)
}

fn checklist(about: &About<'_>, report: &Report, title: &str, source: &str, parts: &[Part]) -> Page {
    let rows = |items: &[Item]| -> Vec<Vec<String>> {
        let row = |(number, asks, answer): &Item| {
            let (says, place) = answer.of(about.trial, report);
            // What the study does not say is nowhere.
            let place = if says.is_empty() { "" } else { place };
            vec![(*number).to_owned(), (*asks).to_owned(), says, place.to_owned()]
        };
        items.iter().map(row).collect()
    };
    let parts: Vec<(&str, Vec<Vec<String>>)> = parts.iter().map(|(part, items)| (*part, rows(items))).collect();
    let all = || parts.iter().flat_map(|(_, rows)| rows);
    let filled = all()
        .filter(|row| row.get(2).is_some_and(|says| !says.is_empty()))
        .count();
    let count = format!("{filled} of {} items", all().count());
    let mut page = about.page(title, &[("Answered by the study", count)]);
    page.paragraph(Role::Plain, source);
    page.paragraph(
        Role::Quiet,
        "What an item asks for is said in other words than in the publication, and where the extension parts an item further than \
         its number here, the parts are together. For a journal, copy the answers into the published checklist. An empty answer is \
         for the authors.",
    );
    for (part, rows) in &parts {
        page.heading(1, part);
        page.table(part, &["Item", "Asks for", "The study says", "Where"], rows);
    }
    page.finish()
}

impl Answer {
    /// What the study says, and where more of it stands.
    fn of(self, trial: &Trial, report: &Report) -> (String, &'static str) {
        const PROTOCOL: &str = "protocol file";
        const SHELLS: &str = "table shells and estimands";
        match self {
            Self::Authors => (String::new(), ""),
            Self::Title => (trial.title.clone(), "report, cover"),
            Self::Registration => (trial.registry.clone().unwrap_or_default(), "report, cover"),
            Self::Version => (
                format!("version {} of {}", trial.version, trial.version_date),
                "report, cover",
            ),
            Self::Amendments => (
                format!("version in force: {} of {}", trial.version, trial.version_date),
                "web application, Protocol: versions with their differences",
            ),
            Self::Objectives => (objectives(trial), SHELLS),
            Self::Design => (design(trial, report), "design appendix"),
            Self::Schema => (
                format!(
                    "{} dose groups; screening, collection, lymphodepletion, infusion, follow-up",
                    trial.dose_levels.len()
                ),
                "SDTM: TA, TE, TV",
            ),
            Self::Setting => (trial.country.clone().unwrap_or_default(), "SDTM: DM.SITEID, DM.COUNTRY"),
            Self::Eligibility => (eligibility(trial), PROTOCOL),
            Self::Interventions => (interventions(trial, report), PROTOCOL),
            Self::Adherence => (
                format!(
                    "cells infused within {} % to {} % of the group's dose",
                    trial.dlt.dose_percent_min, trial.dlt.dose_percent_max
                ),
                "report, Collection, product and exposure",
            ),
            Self::Outcomes => (outcomes(trial), SHELLS),
            Self::Schedule => (schedule(trial), "SDTM: TV"),
            Self::SampleSize => (sample_size(trial), "design appendix"),
            Self::Interim => (interim(trial), PROTOCOL),
            Self::Assignment => (
                "Not randomised: the next participant's dose follows from the design, the committee decides.".to_owned(),
                "decision packets",
            ),
            Self::Collection => ("Annotated forms; every change is kept with author, time and reason.".to_owned(), "annotated forms"),
            Self::Management => (
                "Edit checks at entry, queries, verification, signatures; adverse events coded from a dictionary.".to_owned(),
                "annotated forms, reviewer's guide of the tabulation data",
            ),
            Self::Statistics => (statistics(report), SHELLS),
            Self::Further => (
                "Each dose-limiting toxicity taken away in turn; other designs beside the one in force.".to_owned(),
                "decision packets",
            ),
            Self::Populations => (populations(trial), SHELLS),
            Self::Grading => (grading(trial), PROTOCOL),
            Self::Consent => (consent(trial), PROTOCOL),
            Self::Reproducible => (
                "Every number follows from the protocol file and the data by this program; an export is the same bytes again.".to_owned(),
                "exports",
            ),
            Self::Flow => (flow(report, |_| true), "report, Participant flow"),
            Self::Losses => (flow(report, is_loss), "report, Participant flow"),
            Self::Dates => (
                report.cover.cut.map_or_else(String::new, |cut| format!("data cut {cut}")),
                "SDTM: DM.RFICDTC, DM.RFPENDTC",
            ),
            Self::Analysed => (analysed(report), "report, Outcomes"),
            Self::Results => (results(report), "report, Outcomes"),
            Self::Harms => (harms(report), "report, Adverse events"),
            Self::Recommended => (
                report.decision.as_ref().map_or_else(String::new, |part| part.sentence.clone()),
                "decision packets",
            ),
            Self::Section(name) => ("In the report.".to_owned(), name),
            Self::Export(name) => ("Written by the program.".to_owned(), name),
        }
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn objectives(trial: &Trial) -> String {
    let primary = trial.outcomes.iter().filter(|one| one.kind == OutcomeKind::Primary);
    lines(primary.map(|one| format!("{}: {}, {}", one.id, one.measure, one.time_frame)))
}

fn outcomes(trial: &Trial) -> String {
    let criteria = trial.dlt.criteria.iter().map(|one| one.text.en.as_str());
    let measured = trial.dlt.lab_criteria.iter().map(|one| one.text.en.as_str());
    let scored = trial.dlt.score_criteria.iter().map(|one| one.text.en.as_str());
    let limiting = criteria.chain(measured).chain(scored).map(|text| format!("– {text}"));
    let head = format!(
        "Dose-limiting toxicity within {} days of infusion:",
        trial.dlt.window_days
    );
    let all = trial.outcomes.iter();
    let all = all.map(|one| format!("{} ({}): {}, {}", one.id, one.kind, one.measure, one.time_frame));
    lines(std::iter::once(head).chain(limiting).chain(all))
}

fn design(trial: &Trial, report: &Report) -> String {
    let rules = &trial.escalation;
    let entry = ALL.iter().find(|entry| entry.name == rules.design);
    let options = entry.map_or_else(Vec::new, |entry| options_used(entry, &rules.rule));
    let options = options.iter().map(|(option, value)| format!("; {option} {value}"));
    let first = format!(
        "{}, cohorts of {}{}; first dose group {}",
        entry.map_or("", |entry| entry.title),
        rules.cohort_size,
        options.collect::<String>(),
        rules.start_level
    );
    let spacing = format!(
        "Days between infusions: {} after the first of a group, {} within it, {} to another group",
        rules.sentinel_days, rules.next_subject_days, rules.next_level_days
    );
    lines([first, spacing].into_iter().chain(doses(report)))
}

fn doses(report: &Report) -> impl Iterator<Item = String> {
    report
        .levels
        .iter()
        .map(|level| format!("{}: {}", level.label, level.dose))
}

fn eligibility(trial: &Trial) -> String {
    let criteria = trial.conduct.iter().flat_map(|conduct| &conduct.criteria);
    let criteria: Vec<&str> = criteria.map(|one| one.text.as_str()).collect();
    if !criteria.is_empty() {
        return criteria.join("\n");
    }
    let who = &trial.eligibility;
    let mut all = vec![format!("Age {} to {} years", who.age_min, who.age_max)];
    all.extend(who.ecog_max.map(|most| format!("ECOG at most {most}")));
    all.extend(who.child_pugh_max.map(|most| format!("Child-Pugh at most {most}")));
    all.join("\n")
}

fn interventions(trial: &Trial, report: &Report) -> String {
    let before = format!("Lymphodepletion: {}", trial.names.lymphodepletion.join(", "));
    let product = format!("Product: {}", trial.names.infusion.join(", "));
    lines([before, product].into_iter().chain(doses(report)))
}

fn schedule(trial: &Trial) -> String {
    lines(trial.schedule.iter().map(|visit| {
        let time = match visit.time {
            VisitTime::Day(day) => format!("day {day}"),
            VisitTime::Months(months) => format!("month {months}"),
        };
        format!("{}: {time} ± {} days", visit.name, visit.window_days)
    }))
}

fn sample_size(trial: &Trial) -> String {
    let rules = &trial.escalation;
    match (rules.max_n, rules.stop_at) {
        (Some(most), Some(at)) => format!("At most {most}; ends once {at} were treated at the dose to be given next."),
        (Some(most), None) => format!("At most {most}."),
        (None, Some(at)) => format!("Ends once {at} were treated at the dose to be given next."),
        (None, None) => "Not fixed: the trial ends by the rules of the design.".to_owned(),
    }
}

fn interim(trial: &Trial) -> String {
    let first =
        "Each dose is decided by the design from all data at a cut, in a meeting with quorum and votes.".to_owned();
    let halts = trial
        .dlt
        .pauses
        .iter()
        .map(|rule| format!("Enrolment halts: {}", rule.text.en));
    lines(std::iter::once(first).chain(halts))
}

fn statistics(report: &Report) -> String {
    let each = report.outcomes.iter();
    lines(each.map(|section| format!("{}: {}", section.id, section.statistic)))
}

fn populations(trial: &Trial) -> String {
    let each = trial.outcomes.iter();
    lines(each.map(|outcome| format!("{}: {}", outcome.id, describe(trial, outcome).population)))
}

fn grading(trial: &Trial) -> String {
    format!(
        "CTCAE {}; CRS and ICANS by ASTCT 2019. Collected for {} months after infusion.",
        trial.safety.ctcae.name(),
        trial.windows.ae_months
    )
}

fn consent(trial: &Trial) -> String {
    let versions = trial.conduct.iter().flat_map(|conduct| &conduct.consents);
    lines(versions.map(|one| format!("version {} from {}", one.version, one.from)))
}

/// Rows of the participant flow, overall.
fn flow(report: &Report, wanted: impl Fn(&str) -> bool) -> String {
    let table = report
        .population
        .summaries
        .iter()
        .find(|one| one.anchor == "population_flow");
    let rows = table
        .iter()
        .flat_map(|table| &table.rows)
        .filter(|row| wanted(&row.label));
    lines(rows.filter_map(|row| Some(format!("{}: {}", row.label, row.cells.last()?))))
}

fn is_loss(label: &str) -> bool {
    matches!(
        label,
        "not infused after it" | "not evaluable for DLT, replaced" | "Died" | "Withdrew" | "Lost to follow-up"
    )
}

/// How many stand behind each outcome, overall.
fn analysed(report: &Report) -> String {
    let each = report.outcomes.iter().filter_map(|section| {
        let block = section.blocks.first()?;
        Some(format!("{}: {}", section.id, block.answers.last()?.counted))
    });
    lines(each)
}

/// The primary outcomes, overall.
fn results(report: &Report) -> String {
    let primary = report.outcomes.iter().filter(|section| section.kind == "primary");
    let each = primary.flat_map(|section| {
        section.blocks.iter().filter_map(|block| {
            let time = block
                .time_point
                .map_or_else(String::new, |months| format!(", month {months}"));
            Some(format!("{}{time}: {}", block.id, block.answers.last()?.text))
        })
    });
    lines(each)
}

fn harms(report: &Report) -> String {
    let named = report.levels.iter().zip(&report.board);
    lines(named.map(|(level, board)| {
        format!(
            "{}: DLT in {} of {} evaluable, {} pending",
            level.label, board.count.dlt, board.count.evaluable, board.count.pending
        )
    }))
}
