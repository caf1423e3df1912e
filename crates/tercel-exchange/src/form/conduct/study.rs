//! Decisions, halts, emergency releases and the delegation log.

use tercel::conduct::{
    Approval, Choice, ClosedLevelChoice, Delegation, EmergencyRelease, OpenLevel, Pause, Resume, SignedDecision,
};
use tercel::language::Text;
use tercel::protocol::StudyTask;

use super::reader::Reader;

fn approval(reader: &Reader<'_>, who: &str) -> Option<Approval> {
    let (person, authenticated) = (reader.text(who), reader.flag(&format!("{who}auth")));
    let at = reader.moment(&format!("{who}at"));
    Some(Approval {
        person: person?,
        authenticated: authenticated?,
        at: at?,
    })
}

pub(super) fn emergency(reader: &Reader<'_>) -> Option<EmergencyRelease> {
    let (investigator, physician) = (approval(reader, "investigator"), approval(reader, "physician"));
    let (reason, first) = (reader.text("reason"), reader.text("key1"));
    first?;
    Some(EmergencyRelease {
        entry: reader.entry(),
        investigator: investigator?,
        physician: physician?,
        reason: reason?,
        keys: reader.texts("key", 8),
    })
}

pub(super) fn choice(reader: &Reader<'_>) -> Option<Choice> {
    #[derive(Clone, Copy)]
    enum Kind {
        LowerDose,
        Hold,
        Withdraw,
    }
    let kinds = [
        ("LOWER DOSE", Kind::LowerDose),
        ("HOLD", Kind::Hold),
        ("WITHDRAW", Kind::Withdraw),
    ];
    let (kind, signed) = (reader.choice("choice", &kinds), reader.optional_moment("signed"));
    let choice = match kind? {
        Kind::LowerDose => ClosedLevelChoice::DoseAt(reader.level("arm")?),
        Kind::Hold => ClosedLevelChoice::Hold,
        Kind::Withdraw => ClosedLevelChoice::Withdraw,
    };
    Some(Choice {
        entry: reader.entry(),
        choice,
        signed_by: reader.texts("signer", 3),
        signed,
    })
}

pub(super) fn decision(reader: &Reader<'_>) -> Option<SignedDecision> {
    let mut open: Vec<OpenLevel> = Vec::new();
    for number in 1..=5 {
        let (arm, places) = (format!("arm{number}"), format!("places{number}"));
        let level = reader.optional_level(&arm);
        let count = reader.optional(&places).map(str::parse::<u32>);
        if matches!(count, Some(Err(_))) {
            reader.problem(&places, Text::new("not a whole number", "不是整数"));
        }
        if count.is_some() && reader.optional(&arm).is_none() {
            reader.problem(&arm, Text::new("places without their dose group", "有名额但无剂量组"));
        }
        let Some(level) = level else { continue };
        if open.iter().any(|known| known.level == level) {
            reader.problem(&arm, Text::new("the dose group stands twice", "剂量组重复"));
        }
        open.push(OpenLevel {
            level,
            places: count.and_then(Result::ok),
        });
    }
    let recommendation = reader.text("recommendation");
    let [signed, effective, superseded] =
        ["signed", "effective", "superseded"].map(|field| reader.optional_moment(field));
    Some(SignedDecision {
        entry: reader.entry(),
        open,
        recommendation: recommendation?,
        signed_by: reader.texts("signer", 3),
        signed,
        effective,
        superseded,
        known: None,
    })
}

pub(super) fn pause(reader: &Reader<'_>) -> Option<Pause> {
    let (reason, from) = (reader.text("reason"), reader.moment("from"));
    Some(Pause {
        entry: reader.entry(),
        reason: reason?,
        from: from?,
    })
}

pub(super) fn resume(reader: &Reader<'_>) -> Option<Resume> {
    let (pause, signed) = (reader.text("pause"), reader.optional_moment("signed"));
    Some(Resume {
        entry: reader.entry(),
        pause: pause?,
        signed_by: reader.texts("signer", 3),
        signed,
    })
}

pub(super) fn delegation(reader: &Reader<'_>) -> Option<Delegation> {
    let (person, role) = (reader.text("person"), reader.text("role"));
    let (task, from) = (reader.choice("task", &StudyTask::NAMES), reader.day("from"));
    let [until, trained] = ["until", "trained"].map(|field| reader.optional_day(field));
    Some(Delegation {
        entry: reader.entry(),
        person: person?,
        role: role?,
        task: task?,
        from: from?,
        until,
        trained,
    })
}
