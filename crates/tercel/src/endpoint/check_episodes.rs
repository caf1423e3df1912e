//! Findings where the grade of an adverse event of CRS or ICANS and the graded findings of its time disagree.
//!
//! The worst grade of the events is held against the worst of the episodes they share days with, by the recorded items where
//! there are any. Several events of one episode, and several episodes of one event, are compared together: an event may be
//! entered anew at each change of grade. Grade 5 is death, which no finding grades. An event of grade 3 or 4 that goes on for more than
//! a day after its findings fell is asked about: how long it lasted may make it dose-limiting.

use super::check::finding;
use super::{Facts, SyndromeEpisode};
use crate::dlt::{ToxicityGrade, covers, is_in_class};
use crate::grade::{Grade, Scale};
use crate::language::both;
use crate::study::{AdverseEvent, Blocks, Finding, Syndrome, days_between};

/// Events and episodes that share days.
struct Group<'g> {
    events: Vec<&'g AdverseEvent>,
    episodes: Vec<usize>,
}

/// Compares events and episodes of both syndromes.
pub(super) fn check_episodes(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let safety = &facts.trial.safety;
    for (syndrome, class, name) in [
        (Syndrome::Crs, &safety.crs_class, "CRS"),
        (Syndrome::Icans, &safety.icans_class, "ICANS"),
    ] {
        let episodes = facts.episodes_by(syndrome, ToxicityGrade::by_items);
        let moments = facts.toxicity_grades(syndrome);
        let events = facts.subject.adverse_events.iter();
        let events: Vec<&AdverseEvent> = events.filter(|event| is_in_class(facts.trial, class, event)).collect();
        let groups = groups(&events, &episodes);
        for group in &groups {
            findings.extend(compare(name, group, &episodes, &moments));
            findings.extend(
                group
                    .events
                    .iter()
                    .filter_map(|event| outlasting(name, event, &moments)),
            );
        }
        for (index, episode) in episodes.iter().enumerate() {
            if !groups.iter().any(|group| group.episodes.contains(&index)) {
                findings.extend(without_event(name, episode));
            }
        }
    }
}

fn groups<'g>(events: &[&'g AdverseEvent], episodes: &[SyndromeEpisode]) -> Vec<Group<'g>> {
    let mut groups: Vec<Group<'g>> = Vec::new();
    for &event in events {
        let shares = |episode: &SyndromeEpisode| present(episode).any(|moment| covers(event, moment.when));
        let indices = episodes.iter().enumerate().filter(|(_, episode)| shares(episode));
        let mut joined = Group {
            events: vec![event],
            episodes: indices.map(|(index, _)| index).collect(),
        };
        let apart = |group: &Group<'_>| !group.episodes.iter().any(|index| joined.episodes.contains(index));
        let (rest, touching): (Vec<_>, Vec<_>) = groups.into_iter().partition(apart);
        for group in touching {
            joined.events.extend(group.events);
            joined.episodes.extend(group.episodes);
        }
        groups = rest;
        groups.push(joined);
    }
    groups
}

/// The moments of an episode with symptoms.
fn present(episode: &SyndromeEpisode) -> impl Iterator<Item = &ToxicityGrade> {
    let moments = episode.moments.iter();
    moments.filter(|moment| moment.by_items().is_some_and(|(least, _)| least > 0))
}

fn compare(name: &str, group: &Group<'_>, episodes: &[SyndromeEpisode], moments: &[ToxicityGrade]) -> Option<Finding> {
    let worst = group.events.iter().max_by_key(|event| event.grade)?;
    let recorded = worst.grade.filter(|grade| *grade < Grade::G5)?.number();
    let of_group = || group.episodes.iter().filter_map(|index| episodes.get(*index));
    let in_time = moments
        .iter()
        .filter(|moment| group.events.iter().any(|event| covers(event, moment.when)));
    let seen = of_group().flat_map(|episode| &episode.moments).chain(in_time);
    let bounds: Vec<(u8, u8)> = seen.filter_map(ToxicityGrade::by_items).collect();
    let least = bounds.iter().map(|(least, _)| *least).max()?;
    let most = bounds.iter().map(|(_, most)| *most).max()?;
    if (least..=most).contains(&recorded) {
        return None;
    }
    let grade = if least == most {
        both!("{least}", "{least}")
    } else {
        both!("{least} to {most}", "{least}至{most}")
    };
    let when = of_group().max_by_key(|episode| episode.at_least);
    let when = when.map_or_else(
        || both!("of its time", "同期"),
        |episode| {
            both!(
                "from {onset} to {last} (worst on {worst})",
                "{onset}至{last}（{worst}最重）",
                onset = episode.onset,
                last = episode.last,
                worst = episode.worst_at
            )
        },
    );
    let text = both!(
        "{name} is grade {recorded} as adverse event, but the findings {when} give grade {en} by {scale}; review both",
        "{name}作为不良事件为{recorded}级，但{when_zh}的检查发现按{scale}得出{zh}级；请复核两者",
        when_zh = when.zh,
        when = when.en,
        en = grade.en,
        zh = grade.zh,
        scale = Scale::Astct2019
    );
    Some(finding(&worst.record, "AETOXGR", text, blocks(recorded.max(least))))
}

/// An event that may be dose-limiting by its length, whose findings had fallen below its grade more than a day before its end.
fn outlasting(name: &str, event: &AdverseEvent, moments: &[ToxicityGrade]) -> Option<Finding> {
    let recorded = event.grade.filter(|grade| *grade < Grade::G5)?.number();
    let end = event.end?;
    let last = moments
        .iter()
        .filter(|moment| covers(event, moment.when))
        .filter_map(|moment| Some((moment, moment.by_items()?)))
        .max_by_key(|(moment, _)| moment.when.order());
    let (moment, (_, most)) = last?;
    let after = days_between(moment.when.day()?, end.day()?);
    if recorded < 3 || most >= recorded || after <= 1 {
        return None;
    }
    let text = both!(
        "{name} is grade {recorded} as adverse event until {end}, but the last findings of its time, on {when}, give grade {most} by \
         {scale}; review when it fell",
        "{name}作为不良事件至{end}为{recorded}级，但其间最后一次检查发现（{when}）按{scale}得出{most}级；请复核降级时间",
        when = moment.when,
        scale = Scale::Astct2019
    );
    Some(finding(&event.record, "AEENDTC", text, Blocks::Decision))
}

fn without_event(name: &str, episode: &SyndromeEpisode) -> Option<Finding> {
    let record = present(episode).next()?.records.first()?;
    let text = both!(
        "the findings from {onset} to {last} give {name} of grade {grade} by {scale}, but no adverse event records it",
        "{onset}至{last}的检查发现按{scale}得出{name} {grade}级，但没有相应的不良事件记录",
        onset = episode.onset,
        last = episode.last,
        grade = episode.at_least,
        scale = Scale::Astct2019
    );
    Some(finding(record, "FASTRESC", text, blocks(episode.at_least)))
}

/// Below grade 3 neither reading can be a DLT.
const fn blocks(grade: u8) -> Blocks {
    if grade >= 3 { Blocks::Decision } else { Blocks::Export }
}
