//! Subjects of a packet: verdicts, safety, data, and the records behind them.

use tercel::language::Language;
use tercel::meeting::{
    BlockingFinding, DeviationLine, OpenQuery, Packet, Place, SubjectLine, events_words, records_words,
};
use tercel::report::number::MISSING;
use tercel::study::SubjectId;
use tercel_exchange::form::question;

use super::texts as t;
use super::{PacketPage, list, paragraph, part, table};
use crate::markup::Writer;

/// Subjects of a packet in a table, or that there is none.
fn each(
    out: &mut Writer,
    packet: &Packet,
    heading: tercel::language::Text,
    columns: &[&str],
    language: Language,
    row: impl Fn(&SubjectLine) -> Vec<String>,
) {
    if packet.subjects.is_empty() {
        paragraph(out, t::NO_SUBJECT.of(language));
        return;
    }
    let rows: Vec<Vec<String>> = packet.subjects.iter().map(row).collect();
    table(out, heading.of(language), columns, &rows);
}

pub(super) fn verdicts(out: &mut Writer, packet: &Packet, language: Language) {
    part(out, packet, "subjects", t::SUBJECTS, language);
    let columns = t::SUBJECT_COLUMNS.map(|column| column.of(language));
    each(out, packet, t::SUBJECTS, &columns, language, |line| {
        let day = line.day.filter(|_| line.dose.infused.is_some());
        let infused = line.dose.infused.zip(day).map(|(infused, day)| {
            let day = t::day(day, packet.window_days, language);
            format!("{infused}\n{day}")
        });
        let remark = line.dose.remark(packet.dose_tolerance, language);
        let dose = [Some(line.dose.words(language)), remark];
        vec![
            line.subject.to_string(),
            line.level.map_or_else(|| MISSING.to_owned(), |level| level.to_string()),
            infused.unwrap_or_else(|| MISSING.to_owned()),
            dose.into_iter().flatten().collect::<Vec<_>>().join("\n"),
            t::capital(line.verdict.sentence.of(language)),
            line.verdict.standing.counts_as(language).to_owned(),
        ]
    });
    out.close();
}

pub(super) fn safety(out: &mut Writer, packet: &Packet, page: &PacketPage<'_>) {
    let language = page.language;
    part(out, packet, "safety", t::SAFETY, language);
    paragraph(
        out,
        &t::other_events(events_words(&packet.other_events, language), language),
    );
    let columns = t::SAFETY_COLUMNS.map(|column| column.of(language));
    each(out, packet, t::SAFETY, &columns, language, |line| {
        let mut serious: Vec<String> = line.serious.iter().map(|event| event.words(language)).collect();
        if serious.is_empty() && line.seriousness_unknown == 0 {
            serious.push(t::NONE.of(language).to_owned());
        }
        if line.seriousness_unknown > 0 {
            serious.push(t::seriousness(line.seriousness_unknown, language));
        }
        vec![
            line.subject.to_string(),
            line.crs.words(language),
            line.icans.words(language),
            line.other.words(language),
            line.contact.words(page.protocol, language).replacen(", ", "\n", 1),
            serious.join("\n"),
        ]
    });
    out.close();
}

pub(super) fn data(out: &mut Writer, packet: &Packet, language: Language) {
    part(out, packet, "data", t::DATA, language);
    let columns = t::DATA_COLUMNS.map(|column| column.of(language));
    let none = || t::NONE.of(language).to_owned();
    let said = |finding: &BlockingFinding| {
        let sentence = finding.sentence.of(language);
        let dataset = finding.place.split(['/', ',']).next().unwrap_or_default();
        let asked = question(dataset, &finding.field, None);
        let field = asked.map_or(finding.field.as_str(), |text| text.of(language));
        match language {
            Language::English => format!("{}, {}: {sentence}", finding.place, finding.field),
            Language::Chinese => format!("{}，{field}：{sentence}", finding.place),
        }
    };
    let joined = |texts: Vec<String>| if texts.is_empty() { none() } else { texts.join("\n") };
    each(out, packet, t::DATA, &columns, language, |line| {
        let entered = line.completeness.as_ref().map(|entered| entered.words(language));
        let queries = line
            .open_queries
            .as_ref()
            .map(|queries| joined(queries.iter().map(OpenQuery::words).collect()));
        let findings = packet.findings_of(&line.subject);
        let findings = findings.map(said);
        vec![
            line.subject.to_string(),
            entered.unwrap_or_else(|| t::NOT_ASKED.of(language).to_owned()),
            queries.unwrap_or_else(|| t::NOT_ASKED.of(language).to_owned()),
            joined(findings.collect()),
            joined(line.deviations.iter().map(DeviationLine::words).collect()),
        ]
    });
    let shown = |subject: &SubjectId| packet.subjects.iter().any(|line| line.subject == *subject);
    let others = packet
        .findings
        .iter()
        .filter(|finding| !finding.subject.as_ref().is_some_and(shown))
        .map(said);
    list(out, t::OF_NO_SUBJECT, &others.collect::<Vec<_>>(), language);
    out.close();
}

/// The records behind each statement on one subject or finding; what counts all subjects rests on their verdicts.
pub(super) fn records(out: &mut Writer, packet: &Packet, language: Language) {
    part(out, packet, "records", t::RECORDS, language);
    paragraph(out, t::RECORDS_OF_ALL.of(language));
    let own = |place: &Place| match place {
        Place::Dose(_)
        | Place::Verdict(_)
        | Place::Contact(_)
        | Place::WorstGrades(_)
        | Place::Serious(_)
        | Place::Deviations(_)
        | Place::Findings
        | Place::BestResponse(_)
        | Place::Feasibility => true,
        Place::Basis
        | Place::Recommendation
        | Place::Waiting
        | Place::EarliestInfusion
        | Place::Level(_)
        | Place::IfOpen(_)
        | Place::IfNone(_)
        | Place::OtherDesign(_)
        | Place::Responses(_)
        | Place::Kinetics(..) => false,
    };
    let statements = packet.statements(language).into_iter();
    let rows: Vec<Vec<String>> = statements
        .filter(|statement| own(&statement.place) && !statement.records.is_empty())
        .map(|statement| {
            vec![
                t::capital(&statement.place.words(language)),
                records_words(&statement.records),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = t::RECORD_COLUMNS.map(|column| column.of(language));
        table(out, t::RECORDS.of(language), &columns, &rows);
    }
    out.close();
}
