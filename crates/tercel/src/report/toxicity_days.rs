//! CRS and ICANS day by day as data: the worst grade of each day of each subject, with the days of treatment.

use std::collections::BTreeMap;

use super::{LevelName, number};
use crate::endpoint::{Analysis, Facts};
use crate::grade::Scale;
use crate::language::{Text, Words, both};
use crate::protocol::DoseLevel;
use crate::study::{MedicationClass, SubjectId, Syndrome, days_between};

/// Most subjects drawn.
pub const LANE_LIMIT: usize = 60;
/// Days shown at least: the usual DLT window.
const FIRST_DAYS: i32 = 28;
/// Days shown at most: what comes later is said.
const MOST_DAYS: i32 = 56;

/// CRS and ICANS of each subject by day since infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct ToxicityDays {
    /// Subjects with CRS or ICANS of any grade, in order of infusion; at most [`LANE_LIMIT`].
    pub lanes: Vec<ToxicityLane>,
    /// Number of all subjects with CRS or ICANS.
    pub subjects: usize,
    /// Last day of the axis.
    pub days: i32,
    /// The figure in a sentence; where there is no lane, why.
    pub description: Words,
    /// What is not drawn.
    pub remarks: Vec<Words>,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct ToxicityLane {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: Option<DoseLevel>,
    /// CRS, by day.
    pub crs: Vec<ToxicityDay>,
    /// ICANS, by day.
    pub icans: Vec<ToxicityDay>,
    /// Days on which anticytokine treatment began.
    pub anticytokine: Vec<i32>,
    /// Days on which a systemic steroid began.
    pub steroid: Vec<i32>,
}

/// The worst of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToxicityDay {
    /// Day since infusion.
    pub day: i32,
    /// The least the grade can be.
    pub at_least: u8,
    /// The most it can be; equal to the least where every item is known.
    pub at_most: u8,
    /// All of it in a sentence.
    pub hint: Words,
}

pub(super) fn toxicity_days(analysis: &Analysis<'_>, levels: &[LevelName]) -> ToxicityDays {
    let mut infused: Vec<&Facts<'_>> = analysis.facts.iter().filter(|facts| facts.day0.is_some()).collect();
    infused.sort_by(|one, other| (one.day0, &one.subject.id).cmp(&(other.day0, &other.subject.id)));
    let mut lanes: Vec<ToxicityLane> = infused.iter().filter_map(|facts| lane(facts, levels)).collect();
    let subjects = lanes.len();
    lanes.truncate(LANE_LIMIT);
    let last = |lane: &ToxicityLane| lane.crs.iter().chain(&lane.icans).map(ToxicityDay::last_shown).max();
    let last = lanes.iter().filter_map(last).max().unwrap_or(FIRST_DAYS);
    let days = last.clamp(FIRST_DAYS, MOST_DAYS);
    let mut remarks = Vec::new();
    if last > MOST_DAYS {
        remarks.push(both!(
            "Grades after day {MOST_DAYS} are in the profiles of the subjects, not here.",
            "第{MOST_DAYS}天之后的分级见各受试者的概况，此处不显示。"
        ));
    }
    let without = infused.len() - subjects;
    if without > 0 && subjects > 0 {
        remarks.push(both!(
            "{counted} infused had neither.",
            "{without}例已回输受试者两者均未发生。",
            counted = number::counted(without, "subject"),
            without = without
        ));
    }
    ToxicityDays {
        description: description(&lanes, infused.len()),
        lanes,
        subjects,
        days,
        remarks,
    }
}

impl ToxicityDay {
    /// The day, where there is something to see on it.
    fn last_shown(&self) -> i32 {
        if self.at_most > 0 { self.day } else { 0 }
    }
}

/// The lane of a subject that had CRS or ICANS.
fn lane(facts: &Facts<'_>, levels: &[LevelName]) -> Option<ToxicityLane> {
    let (crs, icans) = (by_day(facts, Syndrome::Crs), by_day(facts, Syndrome::Icans));
    let any = crs.iter().chain(&icans).any(|day| day.at_least > 0);
    let began = |class: MedicationClass| {
        let medications = facts.subject.medications.iter().filter(|one| one.class == class);
        let days = medications.filter_map(|one| Some(days_between(facts.day0?, one.start?.day()?)));
        let mut days: Vec<i32> = days.filter(|day| *day >= 0).collect();
        days.sort_unstable();
        days.dedup();
        days
    };
    any.then(|| ToxicityLane {
        subject: facts.subject.id.clone(),
        level: levels
            .iter()
            .map(|name| name.level)
            .find(|level| Some(*level) == facts.level),
        crs,
        icans,
        anticytokine: began(MedicationClass::Anticytokine),
        steroid: began(MedicationClass::Steroid),
    })
}

/// The worst grade of each day since infusion that has a finding.
fn by_day(facts: &Facts<'_>, syndrome: Syndrome) -> Vec<ToxicityDay> {
    let mut worst: BTreeMap<i32, (u8, u8, usize)> = BTreeMap::new();
    for moment in facts.toxicity_grades(syndrome) {
        let (Some((least, most)), Some(day0), Some(day)) = (moment.worst_bounds(), facts.day0, moment.when.day())
        else {
            continue;
        };
        let day = days_between(day0, day);
        if day >= 0 {
            let of_day = worst.entry(day).or_default();
            *of_day = (of_day.0.max(least), of_day.1.max(most), of_day.2 + 1);
        }
    }
    let name = match syndrome {
        Syndrome::Crs => "CRS",
        Syndrome::Icans => "ICANS",
    };
    let told = |(day, (at_least, at_most, findings)): (i32, (u8, u8, usize))| ToxicityDay {
        day,
        at_least,
        at_most,
        hint: both!(
            "{id}, day {day}: {name} {scale} grade {grade}, the worst of {counted}",
            "{id}，第{day}天：{name}（{scale}）{grade_zh}级，取{findings}次评估中的最高分级",
            id = facts.subject.id,
            scale = Scale::Astct2019,
            grade = span(at_least, at_most, " to "),
            grade_zh = span(at_least, at_most, "～"),
            counted = number::counted(findings, "assessment"),
        ),
    };
    worst.into_iter().map(told).collect()
}

/// One grade, or from which to which.
fn span(least: u8, most: u8, to: &str) -> String {
    if least == most {
        least.to_string()
    } else {
        format!("{least}{to}{most}")
    }
}

fn description(lanes: &[ToxicityLane], infused: usize) -> Words {
    if infused == 0 {
        return Text::new("Nobody was infused on a known day.", "尚无回输日期明确的受试者。").into();
    }
    if lanes.is_empty() {
        return Text::new("No assessment shows CRS or ICANS.", "历次评估均未见CRS或ICANS。").into();
    }
    let worst = |days: fn(&ToxicityLane) -> &[ToxicityDay]| {
        lanes.iter().flat_map(days).map(|day| day.at_least).max().unwrap_or(0)
    };
    both!(
        "Worst grade of each day after infusion by {scale} in {counted}: CRS up to grade {crs}, ICANS up to grade {icans}.",
        "{number}例受试者回输后每日的最高分级（{scale}）：CRS最高{crs}级，ICANS最高{icans}级。",
        scale = Scale::Astct2019,
        counted = number::counted(lanes.len(), "subject"),
        number = lanes.len(),
        crs = worst(|lane| &lane.crs),
        icans = worst(|lane| &lane.icans),
    )
}
