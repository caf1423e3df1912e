//! The types of a packet as objects, version 1. A name here is a name in the file.

use serde_json::{Map, Value};
use tercel::design::Action;
use tercel::language::Words;
use tercel::meeting::{
    Advice, BestLine, BlockingFinding, Completeness, ContactLine, DeviationLine, Dose, Feasibility, HaltLine, IfNone,
    IfOpen, KineticsLine, Knowledge, LevelLine, Limits, Occasion, OpenQuery, Opinion, Packet, PauseMet, Recommendation,
    Recommended, ResponseLine, SeriousLine, Spread, Standing, SubjectLine, VerdictLine, WaitingFor, Worst,
};

use super::value::{Misread, Wire, as_object, member, members};

as_object! {
    Packet {
        trial, title, registry, protocol_version, protocol_date, protocol_digest, software, synthetic, cut, known, occasion,
        recommendation, confidence, dose_tolerance, window_days, other_events, levels, subjects, what_if, attribution,
        other_designs, findings, recommended,
    }
    Knowledge { at, entry }
    PauseMet { rule, text }
    OpenQuery { record, field, text }
    Completeness { expected, entered, missing }
    Recommendation { design, settings, advice, otherwise, halts, waiting_on, earliest_infusion, records }
    Advice { action, because }
    HaltLine { rule, text, subjects, records }
    WaitingFor { subject, level, sentence }
    Limits { lower, upper }
    LevelLine {
        level, label, planned, infused, evaluable, dlt, pending, replaced, dlt_under_dosed, limits, limits_infused, records,
    }
    SubjectLine {
        subject, level, dose, verdict, day, contact, crs, icans, other, serious, seriousness_unknown, event_records,
        deviations, completeness, open_queries,
    }
    Dose { infused, actual, percent, records }
    VerdictLine { standing, sentence, window_last, records }
    ContactLine { seen, records }
    Worst { grade, scale, ungraded, records }
    SeriousLine { term, grade, start, related, outcome, record }
    DeviationLine { text, when, record }
    IfOpen { subject, level, if_dlt, if_no_dlt }
    IfNone { subject, level, advice }
    BlockingFinding { subject, place, field, sentence, records }
    Recommended { criteria, responses, best, kinetics, feasibility }
    ResponseLine { level, infused, assessed, responses, limits, records }
    BestLine { subject, level, confirmed, unconfirmed, records }
    KineticsLine { level, analyte, unit, c_max, t_max, auc_28, records }
    Spread { n, median, lowest, highest }
    Feasibility { enrolled, collected, infused, off_dose, dose_unknown, days, records }
}

impl Wire for Words {
    fn write(&self) -> Value {
        let Self { en, zh } = self;
        serde_json::json!({"en": en, "zh": zh})
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        // Version 1 had one text, which was English in every language.
        if let Some(text) = value.as_str() {
            return Ok(Self::in_each(|_| text.to_owned()));
        }
        members(value, &["en", "zh"])?;
        Ok(Self {
            en: member(value, "en")?,
            zh: member(value, "zh")?,
        })
    }
}

/// The form of version 1: what is said in each language was said in English.
pub(super) fn in_english(value: &mut Value) {
    match value {
        Value::Object(object) => match (object.get("en"), object.get("zh"), object.len()) {
            (Some(en), Some(_), 2) => *value = en.clone(),
            _ => object.values_mut().for_each(in_english),
        },
        Value::Array(list) => list.iter_mut().for_each(in_english),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An object of one kind with further members.
fn kind(name: &str, further: Vec<(&str, Value)>) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), Value::from(name));
    object.extend(further.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Value::Object(object)
}

/// The kind of an object; `known` are the members it may have beside.
fn kind_of<'v>(value: &'v Value, known: &[&str]) -> Result<&'v str, Misread> {
    let names: Vec<&str> = std::iter::once("kind").chain(known.iter().copied()).collect();
    members(value, &names)?;
    let kind = value.get("kind").and_then(Value::as_str);
    kind.ok_or_else(|| Misread::new("missing or not a text").within("kind"))
}

fn unknown(kind: &str) -> Misread {
    Misread::new(format!("\"{kind}\" is no kind of it")).within("kind")
}

impl Wire for Action {
    fn write(&self) -> Value {
        kind(
            self.name(),
            vec![("level", self.level().write()), ("mtd", self.mtd().write())],
        )
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let name = kind_of(value, &["level", "mtd"])?;
        Ok(match name {
            "escalate" => Self::Escalate(member(value, "level")?),
            "stay" => Self::Stay(member(value, "level")?),
            "de-escalate" => Self::DeEscalate(member(value, "level")?),
            "wait" => Self::Wait,
            "stop" => Self::Stop(member(value, "mtd")?),
            other => return Err(unknown(other)),
        })
    }
}

impl Wire for Occasion {
    fn write(&self) -> Value {
        match self {
            Self::LevelCompleted(level) => kind("level completed", vec![("level", level.write())]),
            Self::LevelClosed(level) => kind("level closed", vec![("level", level.write())]),
            Self::Pause(rules) => kind("pause", vec![("rules", rules.write())]),
            Self::RecommendedDose => kind("recommended dose", Vec::new()),
            Self::Other(words) => kind("other", vec![("words", words.write())]),
        }
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let name = kind_of(value, &["level", "rules", "words"])?;
        Ok(match name {
            "level completed" => Self::LevelCompleted(member(value, "level")?),
            "level closed" => Self::LevelClosed(member(value, "level")?),
            "pause" => Self::Pause(member(value, "rules")?),
            "recommended dose" => Self::RecommendedDose,
            "other" => Self::Other(member(value, "words")?),
            other => return Err(unknown(other)),
        })
    }
}

impl Wire for Standing {
    fn write(&self) -> Value {
        match self {
            Self::Dlt => kind("dlt", Vec::new()),
            Self::NoDlt => kind("no dlt", Vec::new()),
            Self::Pending(until) => kind("pending", vec![("until", until.write())]),
            Self::Replaced => kind("replaced", Vec::new()),
        }
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let name = kind_of(value, &["until"])?;
        Ok(match name {
            "dlt" => Self::Dlt,
            "no dlt" => Self::NoDlt,
            "pending" => Self::Pending(member(value, "until")?),
            "replaced" => Self::Replaced,
            other => return Err(unknown(other)),
        })
    }
}

impl Wire for Opinion {
    fn write(&self) -> Value {
        let Self {
            design,
            settings,
            answer,
        } = self;
        let (advice, unanswered) = (answer.as_ref().ok().cloned(), answer.as_ref().err().cloned());
        let mut object = Map::new();
        object.insert("design".to_owned(), design.write());
        object.insert("settings".to_owned(), settings.write());
        object.insert("advice".to_owned(), advice.write());
        object.insert("unanswered".to_owned(), unanswered.write());
        Value::Object(object)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        members(value, &["design", "settings", "advice", "unanswered"])?;
        let advice: Option<Advice> = member(value, "advice")?;
        let unanswered: Option<String> = member(value, "unanswered")?;
        let answer = match (advice, unanswered) {
            (Some(advice), None) => Ok(advice),
            (None, Some(why)) => Err(why),
            (Some(_), Some(_)) | (None, None) => {
                return Err(Misread::new("neither or both of \"advice\" and \"unanswered\""));
            }
        };
        Ok(Self {
            design: member(value, "design")?,
            settings: member(value, "settings")?,
            answer,
        })
    }
}
