//! Records of a subject on its way to treatment.

use tercel::conduct::{
    Assessment, CaseReport, CaseReportKind, Consent, Departure, EligibilityItem, ItemGate, Lymphodepletion, Met,
    ProtocolDeviation, Recipient, Scope, Screening, Slot, VectorSample, Withdrawal,
};
use tercel::language::{Text, Words, both};
use tercel::protocol::Authority;

use super::super::FromTrial;
use super::reader::Reader;

pub(super) fn screening(reader: &Reader<'_>) -> Option<Screening> {
    Some(Screening {
        entry: reader.entry(),
        began: reader.day("began")?,
    })
}

pub(super) fn consent(reader: &Reader<'_>) -> Option<Consent> {
    let (version, signed) = (reader.text("icfver"), reader.moment("dsstdtc"));
    Some(Consent {
        entry: reader.entry(),
        version: version?,
        signed: signed?,
    })
}

pub(super) fn withdrawal(reader: &Reader<'_>) -> Option<Withdrawal> {
    let answers = Scope::NAMES.map(|(name, scope)| (scope, reader.flag(name)));
    let when = reader.moment("when");
    let scopes = answers.into_iter().filter(|(_, answer)| *answer == Some(true));
    Some(Withdrawal {
        entry: reader.entry(),
        scopes: scopes.map(|(scope, _)| scope).collect(),
        when: when?,
    })
}

pub(super) fn eligibility(reader: &Reader<'_>) -> Option<EligibilityItem> {
    let met = [("Y", Met::Met), ("N", Met::NotMet), ("U", Met::Unknown)];
    let (criterion, value, assessed) = (
        reader.named("ietestcd", FromTrial::Criteria),
        reader.measured(),
        reader.moment("iedtc"),
    );
    let (met, supported) = (reader.choice("ieorres", &met), reader.optional_flag("support"));
    let waived = reader.flag("waived");
    Some(EligibilityItem {
        entry: reader.entry(),
        criterion: criterion?,
        value,
        assessed: assessed?,
        met: met?,
        supported,
        waived: waived?,
    })
}

pub(super) fn slot(reader: &Reader<'_>) -> Option<Slot> {
    let (level, reserved) = (reader.level("arm"), reader.moment("reserved"));
    let released = reader.optional_moment("released");
    Some(Slot {
        entry: reader.entry(),
        level: level?,
        reserved: reserved?,
        released,
    })
}

pub(super) fn assessment(reader: &Reader<'_>) -> Option<Assessment> {
    let gates = [
        ("LYMPHODEPLETION", ItemGate::Lymphodepletion),
        ("INFUSION", ItemGate::Infusion),
    ];
    let (gate, item, value) = (
        reader.choice("gate", &gates),
        reader.named("item", FromTrial::Items),
        reader.measured(),
    );
    let (holds, assessed) = (reader.optional_flag("holds"), reader.moment("assessed"));
    Some(Assessment {
        entry: reader.entry(),
        gate: gate?,
        item: item?,
        value,
        holds,
        assessed: assessed?,
    })
}

/// A dose of lymphodepletion; the last one of its course completes it.
pub(super) fn lymphodepletion(reader: &Reader<'_>) -> Option<Lymphodepletion> {
    let (began, ended) = (reader.moment("exstdtc"), reader.optional_moment("exendtc"));
    let last = reader.optional_flag("last") == Some(true);
    Some(Lymphodepletion {
        entry: reader.entry(),
        began: began?,
        completed: ended.or(began).filter(|_| last),
    })
}

/// Why a subject left: in English as coded, in Chinese as the form calls it; then in words that say more.
fn reason(coded: &str, label: Option<Text>, words: Option<&str>) -> Words {
    let zh = label.map_or(coded, |label| label.zh);
    match words.filter(|words| !words.eq_ignore_ascii_case(coded)) {
        Some(words) => both!("{coded}: {words}", "{zh}：{words}"),
        None => both!("{coded}", "{zh}"),
    }
}

/// The end of participation; other events of disposition change it and do not end it.
pub(super) fn departure(reader: &Reader<'_>) -> Option<Departure> {
    let ends = reader.choice("dscat", &[("DISPOSITION EVENT", true), ("OTHER EVENT", false)])?;
    let (coded, when) = (reader.text("dsdecod"), reader.day("dsstdtc"));
    let words = reader.optional("dsterm");
    let departure = Departure {
        entry: reader.entry(),
        reason: reason(&coded?, reader.label("dsdecod"), words),
        when: when?,
    };
    ends.then_some(departure)
}

/// A day is enough: a vector that was found halts the study, whenever on that day the blood was drawn.
pub(super) fn vector_sample(reader: &Reader<'_>) -> Option<VectorSample> {
    let results = [("POSITIVE", true), ("NEGATIVE", false)];
    let drawn = reader.moment_or_day("mbdtc");
    let positive = reader
        .optional("mborres")
        .and_then(|_| reader.choice("mborres", &results));
    Some(VectorSample {
        entry: reader.entry(),
        drawn: drawn?,
        positive,
    })
}

pub(super) fn case_report(reader: &Reader<'_>) -> Option<CaseReport> {
    let kinds = [
        ("INITIAL", CaseReportKind::Initial),
        ("FOLLOW-UP", CaseReportKind::FollowUp),
        ("FINAL", CaseReportKind::Final),
    ];
    let recipients = [
        ("SPONSOR", Recipient::Sponsor),
        ("ETHICS COMMITTEE", Recipient::Authority(Authority::EthicsCommittee)),
        ("NMPA", Recipient::Authority(Authority::Nmpa)),
        ("FDA", Recipient::Authority(Authority::Fda)),
        ("EU", Recipient::Authority(Authority::Eu)),
    ];
    let event = reader.text("event").and_then(|text| text.trim().parse().ok());
    if event.is_none() {
        reader.problem("event", Text::new("not the number of a record", "不是记录编号"));
    }
    let (kind, recipient) = (reader.choice("kind", &kinds), reader.choice("recipient", &recipients));
    let (aware, sent, reporter) = (
        reader.moment("aware"),
        reader.optional_moment("sent"),
        reader.text("reporter"),
    );
    Some(CaseReport {
        entry: reader.entry(),
        event: event?,
        kind: kind?,
        recipient: recipient?,
        aware: aware?,
        sent,
        reporter: reporter?,
        receiver: reader.optional("receiver").map(str::to_owned),
        news: reader.optional("news").map(str::to_owned),
    })
}

pub(super) fn deviation(reader: &Reader<'_>) -> Option<ProtocolDeviation> {
    Some(ProtocolDeviation {
        entry: reader.entry(),
        about: reader.optional("about")?.to_owned(),
    })
}
