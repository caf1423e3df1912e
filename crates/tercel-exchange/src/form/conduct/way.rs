//! Records of a subject on its way to treatment.

use tercel::conduct::{
    Assessment, CaseReport, CaseReportKind, Consent, Departure, EligibilityItem, ItemGate, Lymphodepletion, Met,
    ProtocolDeviation, Recipient, Scope, Screening, Slot, VectorSample, Withdrawal,
};
use tercel::protocol::Authority;

use super::reader::Reader;

pub(super) fn screening(reader: &Reader<'_>) -> Option<Screening> {
    Some(Screening {
        entry: reader.entry(),
        failed: reader.optional("failed").map(str::to_owned),
        began: reader.day("began")?,
    })
}

pub(super) fn consent(reader: &Reader<'_>) -> Option<Consent> {
    let (version, signed) = (reader.text("version"), reader.moment("signed"));
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
    let (criterion, value, assessed) = (reader.text("criterion"), reader.measured(), reader.moment("assessed"));
    let (met, supported) = (reader.choice("met", &met), reader.optional_flag("supported"));
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
    let (gate, item, value) = (reader.choice("gate", &gates), reader.text("item"), reader.measured());
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

pub(super) fn lymphodepletion(reader: &Reader<'_>) -> Option<Lymphodepletion> {
    let (began, completed) = (reader.moment("began"), reader.optional_moment("completed"));
    Some(Lymphodepletion {
        entry: reader.entry(),
        began: began?,
        completed,
    })
}

pub(super) fn departure(reader: &Reader<'_>) -> Option<Departure> {
    let (reason, when) = (reader.text("reason"), reader.day("when"));
    Some(Departure {
        entry: reader.entry(),
        reason: reason?,
        when: when?,
    })
}

pub(super) fn vector_sample(reader: &Reader<'_>) -> Option<VectorSample> {
    let (drawn, positive) = (reader.moment("drawn"), reader.optional_flag("positive"));
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
        reader.problem("event", "not the number of a record");
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
    let (category, text) = (reader.text("category"), reader.text("text"));
    let (important, when) = (reader.flag("important"), reader.moment("when"));
    Some(ProtocolDeviation {
        entry: reader.entry(),
        category: category?,
        text: text?,
        important: important?,
        when: when?,
        about: reader.optional("about").map(str::to_owned),
    })
}
