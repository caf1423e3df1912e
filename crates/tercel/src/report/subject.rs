//! One subject at a glance: level, dose, key dates, DLT verdict, adverse events, response, survival, findings.

use std::collections::BTreeMap;

use super::findings::FindingRow;
use super::listing::quotas;
use super::safety::grade;
use super::{LISTING_LIMIT, LevelName, number};
use crate::endpoint::{Analysis, Duration, Facts, SyndromeEpisode};
use crate::grade::icaht::{IcahtOptions, Interpolation};
use crate::protocol::{DoseLevel, Relatedness};
use crate::response::Bor;
use crate::study::{AdverseEvent, Blocks, EventOutcome, Finding, Infusion, RecordId, SubjectId, Syndrome, When};

/// How neutropenia is graded in a profile: as the published implementation does.
const ICAHT: IcahtOptions = IcahtOptions {
    interpolation: Interpolation::Linear,
    late_last_day: 100,
};

/// Most findings a profile shows.
const FINDINGS_SHOWN: usize = 20;

/// What is known of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Subject.
    pub subject: SubjectId,
    /// Label of its dose level with the planned dose, or that it has none.
    pub level: String,
    /// Dates, doses, verdict, response and survival, in order of time.
    pub facts: Vec<Fact>,
    /// Adverse events in order of onset.
    pub events: Vec<EventRow>,
    /// Findings on the subject with what each holds up, what blocks the most first; the first of them.
    pub findings: Vec<(Blocks, FindingRow)>,
    /// Number of all its findings.
    pub findings_total: usize,
}

/// Something known of a subject, with the records it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// The fact in words; a dash where it is not recorded.
    pub text: String,
    /// Records.
    pub records: Vec<RecordId>,
}

/// An adverse event as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Dictionary term where coded, otherwise as reported.
    pub term: String,
    /// Grade with its scale, or a dash.
    pub grade: String,
    /// First day, as written.
    pub start: String,
    /// Last day, as written, or how it stands.
    pub end: String,
    /// `yes`, `no`, or a dash.
    pub serious: &'static str,
    /// The strongest relation to anything the study does, or a dash.
    pub related: &'static str,
    /// Record.
    pub record: RecordId,
}

/// Profiles in order of identifier; of a large study, those of the first subjects of each level.
pub(super) fn profiles(analysis: &Analysis<'_>, levels: &[LevelName], findings: &[Finding]) -> Vec<Profile> {
    let mut by_subject: BTreeMap<&SubjectId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(subject) = &finding.subject {
            by_subject.entry(subject).or_default().push(finding);
        }
    }
    let mut by_level: BTreeMap<Option<DoseLevel>, Vec<&Facts<'_>>> = BTreeMap::new();
    for facts in &analysis.facts {
        by_level.entry(facts.level).or_default().push(facts);
    }
    for group in by_level.values_mut() {
        group.sort_by(|one, other| one.subject.id.cmp(&other.subject.id));
    }
    let sizes: Vec<usize> = by_level.values().map(Vec::len).collect();
    let shown = by_level.values().zip(quotas(&sizes, LISTING_LIMIT));
    let shown = shown.flat_map(|(group, shown)| group.iter().take(shown));
    let mut profiles: Vec<Profile> = shown
        .map(|facts| {
            let own = by_subject.get(&facts.subject.id).map_or(&[][..], Vec::as_slice);
            profile(facts, levels, own)
        })
        .collect();
    profiles.sort_by(|one, other| one.subject.cmp(&other.subject));
    profiles
}

fn profile(facts: &Facts<'_>, levels: &[LevelName], findings: &[&Finding]) -> Profile {
    let name = levels.iter().find(|name| Some(name.level) == facts.level);
    let mut events: Vec<&AdverseEvent> = facts.subject.adverse_events.iter().collect();
    // Events without an onset date come last.
    events.sort_by_key(|event| (event.start.is_none(), event.start.map(When::order), &event.record));
    let mut ordered: Vec<&&Finding> = findings.iter().collect();
    ordered.sort_by_key(|finding| finding.blocks);
    let row = |finding: &&Finding| FindingRow {
        subject: finding.subject.clone(),
        place: finding.place(),
        sentence: format!("{}: {}", finding.field, finding.rule),
    };
    Profile {
        subject: facts.subject.id.clone(),
        level: name.map_or_else(
            || {
                let ended = facts.never_enrolled();
                ended.unwrap_or("not assigned to a dose level").to_owned()
            },
            |name| format!("{} ({})", name.label, name.dose),
        ),
        facts: known(facts),
        events: events.into_iter().map(|event| event_row(facts, event)).collect(),
        findings: ordered
            .iter()
            .take(FINDINGS_SHOWN)
            .map(|finding| (finding.blocks, row(finding)))
            .collect(),
        findings_total: findings.len(),
    }
}

fn known(facts: &Facts<'_>) -> Vec<Fact> {
    let subject = facts.subject;
    let first = |name, found: Option<(Option<When>, &RecordId)>| {
        let text = found.map_or_else(|| number::MISSING.to_owned(), |(when, _)| written(when));
        let records = found.map(|(_, record)| record.clone()).into_iter().collect();
        Fact { name, text, records }
    };
    let consent = subject.consent.first();
    let depletion = subject.lymphodepletion.first();
    let mut known = vec![
        first(
            "Informed consent",
            consent.map(|consent| (consent.when, &consent.record)),
        ),
        first(
            "PBMC collection",
            facts
                .collection
                .map(|collection| (Some(collection.start), &collection.record)),
        ),
        first(
            "Lymphodepletion from",
            depletion.map(|dose| (Some(dose.start), &dose.record)),
        ),
        infusion(facts.infusion),
    ];
    if let Some(verdict) = &facts.dlt {
        known.push(Fact {
            name: "DLT verdict",
            text: verdict.sentence(),
            records: verdict.records.clone(),
        });
    }
    known.extend(syndrome(facts, Syndrome::Crs, "CRS"));
    known.extend(syndrome(facts, Syndrome::Icans, "ICANS"));
    known.extend(haematotoxicity(facts));
    if let Some(best) = &facts.tumour.best {
        let on = |day: Option<i32>| day.map_or_else(String::new, |day| format!(" on day {day}"));
        let text = if best.confirmed == Bor::Missing && best.unconfirmed == Bor::Missing {
            "no assessment after infusion".to_owned()
        } else {
            format!(
                "{}{} with confirmation, {}{} without",
                best.confirmed,
                on(best.confirmed_day),
                best.unconfirmed,
                on(best.unconfirmed_day)
            )
        };
        known.push(Fact {
            name: "Best response",
            text,
            records: facts.tumour.records.clone(),
        });
    }
    known.extend(facts.pfs.as_ref().map(|pfs| duration("Progression-free survival", pfs)));
    known.extend(facts.os.as_ref().map(|os| duration("Overall survival", os)));
    let died = subject.died().map(|(when, record)| (Some(when), record));
    let died = died.or_else(|| Some((None, subject.death_record()?)));
    known.push(match (died, facts.last_seen()) {
        (Some(died), _) => first("Death", Some(died)),
        (None, None) => first("Last seen", None),
        (None, Some((day, record))) => Fact {
            name: "Last seen",
            text: day.to_string(),
            records: vec![record.clone()],
        },
    });
    known
}

/// The episodes of a syndrome; nothing without any.
fn syndrome(facts: &Facts<'_>, syndrome: Syndrome, name: &'static str) -> Option<Fact> {
    let episodes = facts.episodes(syndrome);
    let texts: Vec<String> = episodes.iter().map(episode).collect();
    let gap = match facts.episode_gap() {
        _ if episodes.is_empty() => return None,
        (_, true) => String::new(),
        (hours, false) => format!(" (new episode after {hours} h without symptoms, an assumption)"),
    };
    Some(Fact {
        name,
        text: format!("{}{gap}", texts.join(". ")),
        records: episodes.iter().flat_map(SyndromeEpisode::records).collect(),
    })
}

fn episode(episode: &SyndromeEpisode) -> String {
    let onset = episode.from_infusion.map_or_else(String::new, |hours| {
        format!(", {} after infusion", number::elapsed(hours))
    });
    let end = match (episode.end, episode.duration_hours()) {
        (Some(end), Some(hours)) => {
            let seen = if episode.confirmed {
                ""
            } else {
                " (findings stop before its end is certain)"
            };
            format!("ended {end} after {}{seen}", number::elapsed(hours))
        }
        (Some(_) | None, _) => format!("ongoing on {}", episode.last),
    };
    let treatment = episode
        .treatment
        .as_ref()
        .map_or_else(String::new, |(medication, hours)| {
            format!(", {} after {}", medication.name.to_lowercase(), number::elapsed(*hours))
        });
    let mut grades: Vec<String> = episode.by_scale().iter().map(ToString::to_string).collect();
    if let Some(astct) = grades.first_mut() {
        *astct = format!(
            "{astct} (worst on {}), onset {}{onset}, {end}{treatment}",
            episode.worst_at, episode.onset
        );
    }
    grades.join("; ")
}

/// Early and late ICAHT with what they rest on; nothing without neutrophil counts.
fn haematotoxicity(facts: &Facts<'_>) -> Vec<Fact> {
    let Some(found) = facts.icaht(ICAHT) else {
        return Vec::new();
    };
    let policy = ICAHT.interpolation;
    let early = found.icaht.early.as_ref().map_or_else(
        || "no neutrophil count from infusion to day 30".to_owned(),
        |early| {
            let grade = match early.bounds() {
                (least, most) if least == most => format!("grade {least}"),
                (least, most) => format!("grade {least} to {most}"),
            };
            format!(
                "{grade}: {early} (interpolation {} v{})",
                policy.name(),
                policy.version()
            )
        },
    );
    let late = found.icaht.late.as_ref().map_or_else(
        || "no neutrophil count after day 30".to_owned(),
        |late| format!("grade {}: {late}", late.toxicity),
    );
    let fact = |name, text| Fact {
        name,
        text,
        records: found.records.clone(),
    };
    vec![fact("Early ICAHT", early), fact("Late ICAHT", late)]
}

fn infusion(infusion: Option<&Infusion>) -> Fact {
    let Some(infusion) = infusion else {
        return Fact {
            name: "Infusion",
            text: "not infused".to_owned(),
            records: Vec::new(),
        };
    };
    let dose = infusion.actual.map_or_else(
        || "dose not recorded".to_owned(),
        |cells| number::raise(&cells.to_string()),
    );
    Fact {
        name: "Infusion",
        text: format!("{}, {dose}", infusion.when),
        records: vec![infusion.record.clone()],
    }
}

fn duration(name: &'static str, duration: &Duration) -> Fact {
    Fact {
        name,
        text: format!("{} months: {}", number::months(duration.months), duration.ended_by),
        records: duration.records.clone(),
    }
}

fn written(when: Option<When>) -> String {
    when.map_or_else(|| "date not recorded".to_owned(), |when| when.to_string())
}

fn event_row(facts: &Facts<'_>, event: &AdverseEvent) -> EventRow {
    let end = match (event.end, event.outcome) {
        (Some(end), EventOutcome::Fatal) => format!("{end}, fatal"),
        (Some(end), _) => end.to_string(),
        (None, EventOutcome::Recovered) => "recovered, date not recorded".to_owned(),
        (None, EventOutcome::Ongoing) => "ongoing".to_owned(),
        (None, EventOutcome::Fatal) => "fatal".to_owned(),
        (None, EventOutcome::Unknown) => number::MISSING.to_owned(),
    };
    EventRow {
        term: event.preferred_term.clone().unwrap_or_else(|| event.term.clone()),
        grade: grade(facts, event),
        start: written(event.start),
        end,
        serious: match event.serious {
            Some(true) => "yes",
            Some(false) => "no",
            None => number::MISSING,
        },
        related: event.causality.strongest().map_or(number::MISSING, relation),
        record: event.record.clone(),
    }
}

fn relation(related: Relatedness) -> &'static str {
    let named = Relatedness::NAMES.iter().find(|(_, kind)| *kind == related);
    named.map_or(number::MISSING, |(name, _)| name)
}
