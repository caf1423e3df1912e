//! A packet as statements: what is said, where, and the records it rests on. Corrections and comparisons go by them.

use super::frozen_zh::{analyte_words, events_words, settings_words};
use super::packet::Packet;
use super::subject::SubjectLine;
use super::{in_order, words};
use crate::language::Language;
use crate::protocol::DoseLevel;
use crate::report::number::MISSING;
use crate::study::{RecordId, SubjectId};

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Trial, version of the protocol, data cut.
    Basis,
    /// What the design says, and why.
    Recommendation,
    /// Whom it waits for, and what halts enrolment.
    Waiting,
    /// First day of the next infusion.
    EarliestInfusion,
    /// Outcomes at a level.
    Level(DoseLevel),
    /// Level and dose of a subject.
    Dose(SubjectId),
    /// DLT verdict of a subject.
    Verdict(SubjectId),
    /// Contact of a subject at the end of its window.
    Contact(SubjectId),
    /// Worst grades of a subject.
    WorstGrades(SubjectId),
    /// Serious events of a subject.
    Serious(SubjectId),
    /// Deviations of a subject.
    Deviations(SubjectId),
    /// What an open outcome would change.
    IfOpen(SubjectId),
    /// What a DLT would change if it were none.
    IfNone(SubjectId),
    /// What another design says: its name and settings.
    OtherDesign(String),
    /// Findings that hold up the decision.
    Findings,
    /// Responses at a level.
    Responses(DoseLevel),
    /// Best response of a subject.
    BestResponse(SubjectId),
    /// Kinetics of an analyte at a level.
    Kinetics(DoseLevel, String),
    /// Whether doses can be made and given.
    Feasibility,
}

impl Place {
    /// The place in words.
    pub fn words(&self, language: Language) -> String {
        let english = language == Language::English;
        let fixed = |en: &str, zh: &str| if english { en.to_owned() } else { zh.to_owned() };
        let of = |en: &str, zh: &str, whom: &dyn std::fmt::Display| {
            if english {
                format!("{en} {whom}")
            } else {
                format!("{whom}{zh}")
            }
        };
        match self {
            Self::Basis => fixed("the basis", "依据"),
            Self::Recommendation => fixed("the recommendation", "建议"),
            Self::Waiting => fixed("what is waited for", "待定事项"),
            Self::EarliestInfusion => fixed("the earliest day of the next infusion", "下次回输的最早日期"),
            Self::Level(level) if english => format!("the outcomes at level {level}"),
            Self::Level(level) => format!("剂量水平{level}的结果"),
            Self::Dose(subject) => of("the dose of", "的剂量", subject),
            Self::Verdict(subject) => of("the DLT verdict of", "的DLT判定", subject),
            Self::Contact(subject) => of("the contact at the end of the window of", "观察期末访视", subject),
            Self::WorstGrades(subject) => of("the worst grades of", "的最高分级", subject),
            Self::Serious(subject) => of("the serious events of", "的严重不良事件", subject),
            Self::Deviations(subject) => of("the deviations of", "的方案偏离", subject),
            Self::IfOpen(subject) => of("what the open outcome would change, of", "的待定结果的影响", subject),
            Self::IfNone(subject) => of("what the DLT changes, of", "的DLT的影响", subject),
            Self::OtherDesign(design) if english => format!("the other design {design}"),
            Self::OtherDesign(design) => match design.split_once(" (") {
                Some((name, settings)) => {
                    let settings = settings.trim_end_matches(')');
                    format!("其他设计{name}（{}）", settings_words(settings, language))
                }
                None => format!("其他设计{design}"),
            },
            Self::Findings => fixed("the findings that hold up the decision", "阻碍决定的数据问题"),
            Self::Responses(level) if english => format!("the responses at level {level}"),
            Self::Responses(level) => format!("剂量水平{level}的缓解"),
            Self::BestResponse(subject) => of("the best response of", "的最佳缓解", subject),
            Self::Kinetics(level, analyte) if english => format!("the kinetics at level {level} ({analyte})"),
            Self::Kinetics(level, analyte) => {
                format!("剂量水平{level}的动力学（{}）", analyte_words(analyte, language))
            }
            Self::Feasibility => fixed("feasibility", "可行性"),
        }
    }
}

/// The serious events, and of how many it is not recorded whether they are.
fn serious_words(serious: &[String], unknown: u32, language: Language) -> String {
    let named = serious.join("; ");
    match (unknown, language) {
        (0, _) => named,
        (_, Language::English) => format!("{named} (seriousness not recorded: {unknown})")
            .trim()
            .to_owned(),
        (_, Language::Chinese) => format!("{named}（未记录是否严重：{unknown}项）"),
    }
}

/// One statement of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is about.
    pub place: Place,
    /// What is said.
    pub text: String,
    /// Records it rests on, in order.
    pub records: Vec<RecordId>,
}

impl Packet {
    /// Every statement that was derived from records; what the caller gave (queries, completeness, entry cut) is none.
    pub fn statements(&self, language: Language) -> Vec<Statement> {
        let mut all = self.of_the_decision(language);
        for line in &self.subjects {
            all.extend(self.of_a_subject(line, language));
        }
        all.extend(self.of_suppositions(language));
        all.push(self.of_findings(language));
        all.extend(self.of_the_recommended_dose(language));
        all
    }

    /// Every record a statement rests on, in order, each once.
    pub fn records(&self) -> Vec<RecordId> {
        let all = self.statements(Language::English).into_iter();
        in_order(all.flat_map(|statement| statement.records).collect())
    }

    fn of_the_decision(&self, language: Language) -> Vec<Statement> {
        let part = &self.recommendation;
        let mut waiting: Vec<String> = part.waiting_on.iter().map(|one| one.words(language)).collect();
        waiting.extend(part.halts.iter().map(|halt| halt.words(language)));
        let otherwise = part.otherwise.map_or_else(String::new, |action| {
            format!(" ({})", words::action_words(action, language))
        });
        let state = |place, text| Statement {
            place,
            text,
            records: part.records.clone(),
        };
        let day = part.earliest_infusion;
        let mut all = vec![
            Statement {
                place: Place::Basis,
                text: format!(
                    "{}, {} {}, {}: {}; {}; {}",
                    self.trial,
                    self.protocol_version,
                    self.protocol_date,
                    self.cut,
                    part.design,
                    settings_words(&part.settings, language),
                    events_words(&self.other_events, language)
                ),
                records: Vec::new(),
            },
            state(
                Place::Recommendation,
                format!("{}{otherwise}", part.advice.words(language)),
            ),
            state(Place::Waiting, waiting.join("; ")),
            state(
                Place::EarliestInfusion,
                day.map_or_else(|| MISSING.to_owned(), |day| day.to_string()),
            ),
        ];
        all.extend(self.levels.iter().map(|line| Statement {
            place: Place::Level(line.level),
            text: line.words(language),
            records: line.records.clone(),
        }));
        all
    }

    fn of_a_subject(&self, line: &SubjectLine, language: Language) -> Vec<Statement> {
        let level = line.level.map_or_else(|| MISSING.to_owned(), |level| level.to_string());
        let infused = line
            .dose
            .infused
            .map_or_else(|| MISSING.to_owned(), |day| day.to_string());
        let day = line.day.map_or_else(|| MISSING.to_owned(), |day| day.to_string());
        let worst = [&line.crs, &line.icans, &line.other];
        let serious: Vec<String> = line.serious.iter().map(|event| event.words(language)).collect();
        let deviations: Vec<String> = line.deviations.iter().map(super::DeviationLine::words).collect();
        let state = |place: Place, text: String, records: &[RecordId]| Statement {
            place,
            text,
            records: records.to_vec(),
        };
        let subject = || line.subject.clone();
        let graded = worst.iter().flat_map(|worst| worst.records.iter().cloned()).collect();
        let deviation_records: Vec<RecordId> = line.deviations.iter().map(|one| one.record.clone()).collect();
        vec![
            state(
                Place::Dose(subject()),
                format!("{level}, {infused}, {day}, {}", line.dose.words(language)),
                &line.dose.records,
            ),
            state(
                Place::Verdict(subject()),
                line.verdict.sentence.of(language).to_owned(),
                &line.verdict.records,
            ),
            state(
                Place::Contact(subject()),
                line.contact.words(None, language),
                &line.contact.records,
            ),
            state(
                Place::WorstGrades(subject()),
                format!(
                    "CRS {}; ICANS {}; {} {}",
                    line.crs.words(language),
                    line.icans.words(language),
                    events_words(&self.other_events, language),
                    line.other.words(language)
                ),
                &in_order(graded),
            ),
            state(
                Place::Serious(subject()),
                serious_words(&serious, line.seriousness_unknown, language),
                &line.event_records,
            ),
            state(Place::Deviations(subject()), deviations.join("; "), &deviation_records),
        ]
    }

    fn of_suppositions(&self, language: Language) -> Vec<Statement> {
        let records = &self.recommendation.records;
        let state = |place, text| Statement {
            place,
            text,
            records: records.clone(),
        };
        let mut all = Vec::new();
        for one in &self.what_if {
            all.push(state(Place::IfOpen(one.subject.clone()), one.sentence(language)));
        }
        for one in &self.attribution {
            all.push(state(Place::IfNone(one.subject.clone()), one.sentence(language)));
        }
        for one in &self.other_designs {
            let name = format!("{} ({})", one.design, one.settings);
            all.push(state(Place::OtherDesign(name), one.words(language)));
        }
        all
    }

    fn of_findings(&self, language: Language) -> Statement {
        let each = self.findings.iter();
        let texts: Vec<String> = each
            .clone()
            .map(|finding| {
                let sentence = finding.sentence.of(language);
                format!("{} {}: {sentence}", finding.place, finding.field)
            })
            .collect();
        Statement {
            place: Place::Findings,
            text: texts.join("; "),
            records: in_order(each.flat_map(|finding| finding.records.clone()).collect()),
        }
    }

    fn of_the_recommended_dose(&self, language: Language) -> Vec<Statement> {
        let Some(part) = &self.recommended else {
            return Vec::new();
        };
        let mut all: Vec<Statement> = Vec::new();
        all.extend(part.responses.iter().map(|line| Statement {
            place: Place::Responses(line.level),
            text: format!("{}: {}", part.criteria, line.words(language)),
            records: line.records.clone(),
        }));
        all.extend(part.best.iter().map(|line| Statement {
            place: Place::BestResponse(line.subject.clone()),
            text: line.words(language),
            records: line.records.clone(),
        }));
        all.extend(part.kinetics.iter().map(|line| Statement {
            place: Place::Kinetics(line.level, line.analyte.clone()),
            text: line.words(language),
            records: line.records.clone(),
        }));
        let feasibility = &part.feasibility;
        all.push(Statement {
            place: Place::Feasibility,
            text: feasibility.words(language),
            records: feasibility.records.clone(),
        });
        all
    }
}
