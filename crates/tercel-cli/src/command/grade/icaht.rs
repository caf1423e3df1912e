//! `tercel grade icaht`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tercel::grade::Toxicity;
use tercel::grade::icaht::{Count, Days, Early, FollowUp, Icaht, IcahtOptions, Interpolation, SCALE, grade_icaht};

use super::{Answer, aligned, grade_fields, grade_text};
use crate::output::Output;
use crate::table::{Row, Table};

/// A file of neutrophil counts and how to read it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file, one count a row
    file: PathBuf,
    /// How a day without a draw gets a count: linear, carried-forward
    #[arg(long, default_value = "linear", value_parser = interpolation)]
    interpolation: Interpolation,
    /// Last day whose counts make the late grade
    #[arg(long, value_name = "DAY", default_value_t = 100, value_parser = clap::value_parser!(i32).range(31..=3650))]
    late_until: i32,
}

fn interpolation(name: &str) -> Result<Interpolation, String> {
    let found = Interpolation::ALL.into_iter().find(|policy| policy.name() == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = Interpolation::ALL.iter().map(|policy| policy.name()).collect();
        format!("write one of {}", names.join(", "))
    })
}

/// The counts of a subject and the end of its follow-up.
struct Subject {
    counts: Vec<Count>,
    ended: Option<i32>,
    censored: Option<i32>,
}

impl Subject {
    /// What comes first; death on the day of progression is the end.
    fn follow_up(&self) -> FollowUp {
        match (self.ended, self.censored) {
            (Some(ended), Some(censored)) if censored < ended => FollowUp::CensoredOn(censored),
            (Some(ended), _) => FollowUp::EndedOn(ended),
            (None, Some(censored)) => FollowUp::CensoredOn(censored),
            (None, None) => FollowUp::NotEnded,
        }
    }
}

/// Grades every subject.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let table = Table::read(&args.file)?;
    table.require(&["subject", "day", "anc_per_ul"])?;
    let options = IcahtOptions {
        interpolation: args.interpolation,
        late_last_day: args.late_until,
    };
    let graded: Vec<(String, Icaht)> = subjects(&table)?
        .into_iter()
        .map(|(id, subject)| (id, grade_icaht(&subject.counts, subject.follow_up(), options)))
        .collect();
    output.print(
        || {
            let rows: Vec<Value> = graded.iter().map(|(id, icaht)| row(id, icaht, options)).collect();
            json!({
                "scale": SCALE,
                "policy": options.interpolation.to_string(),
                "late_until_day": options.late_last_day,
                "rows": rows,
            })
        },
        || {
            let lines = graded.iter().map(|(id, icaht)| line(id, icaht));
            let table = aligned(&["subject", "early", "late", "exceedances", "reason"], lines);
            let policy = format!("Interpolation {}.\n", options.interpolation);
            format!(
                "{table}\n{SCALE}. {policy}Late counts: day 31 to {}.\n",
                options.late_last_day
            )
        },
    )?;
    Ok(Answer::Given)
}

fn subjects(table: &Table) -> anyhow::Result<BTreeMap<String, Subject>> {
    let mut subjects: BTreeMap<String, Subject> = BTreeMap::new();
    for row in table.rows() {
        let id = row.text("subject");
        if id.is_empty() {
            return Err(row.wrong("subject", "the id of a subject"));
        }
        let subject = subjects.entry(id.to_owned()).or_insert_with(|| Subject {
            counts: Vec::new(),
            ended: None,
            censored: None,
        });
        let day = day(row, "day")?.ok_or_else(|| row.wrong("day", "a day, counted from the infusion on day 0"))?;
        same_day(row, "follow_up_end", &mut subject.ended)?;
        same_day(row, "censored_on", &mut subject.censored)?;
        let Some(per_ul) = row.number_or_blank("anc_per_ul")? else {
            continue;
        };
        // Beyond any count per microlitre in cells; in 10^9/L a count is a small number and looks like neutropenia.
        if !(0.0..=500_000.0).contains(&per_ul) {
            return Err(row.wrong("anc_per_ul", "cells per microlitre, not below 0"));
        }
        subject.counts.push(Count { day, per_ul });
    }
    refuse_other_unit(table, &subjects)?;
    Ok(subjects)
}

/// A day that every row of a subject gives alike, or leaves blank.
fn same_day(row: Row<'_>, name: &str, known: &mut Option<i32>) -> anyhow::Result<()> {
    let Some(day) = day(row, name)? else {
        return Ok(());
    };
    if known.is_some_and(|known| known != day) {
        return Err(row.wrong(name, "the same day in every row of a subject"));
    }
    *known = Some(day);
    Ok(())
}

/// Counts in 10^9/L would all read as neutropenia of grade 4.
fn refuse_other_unit(table: &Table, subjects: &BTreeMap<String, Subject>) -> anyhow::Result<()> {
    let counts = || subjects.values().flat_map(|subject| &subject.counts);
    let small = |count: &Count| count.per_ul < 30.0;
    // Counts per microlitre are reported in tens.
    let uneven = |count: &Count| count.per_ul % 10.0 > 0.0;
    let first = table
        .rows()
        .find(|row| !matches!(row.text("anc_per_ul"), "" | "NA" | "."));
    match first {
        Some(row) if counts().all(small) && counts().any(uneven) => Err(row.wrong(
            "anc_per_ul",
            "cells per microlitre; these look like 10^9/L, multiply them by 1000",
        )),
        Some(_) | None => Ok(()),
    }
}

/// A whole day, written `5` or `D5`; `None` where blank.
fn day(row: Row<'_>, name: &str) -> anyhow::Result<Option<i32>> {
    let text = row.text(name);
    if matches!(text, "" | "NA" | ".") {
        return Ok(None);
    }
    let lower = text.to_lowercase();
    let number = lower.strip_prefix("day").or(lower.strip_prefix('d')).unwrap_or(&lower);
    let day = number.trim().parse::<i32>().ok().filter(|day| day.abs() <= 36_500);
    day.map(Some)
        .ok_or_else(|| row.wrong(name, "a whole day, counted from the infusion on day 0"))
}

fn row(id: &str, icaht: &Icaht, options: IcahtOptions) -> Value {
    let mut fields = Map::new();
    fields.insert("subject".to_owned(), json!(id));
    let early = icaht.early.as_ref();
    let late = icaht.late.as_ref();
    let graded = [
        ("early", early.map(Early::bounds), early.map(ToString::to_string)),
        (
            "late",
            late.map(|late| (late.toxicity, late.toxicity)),
            late.map(ToString::to_string),
        ),
    ];
    for (period, bounds, reason) in graded {
        for (name, value) in grade_fields(bounds) {
            fields.insert(format!("{period}_{name}"), value);
        }
        let reason = reason.unwrap_or_else(|| missing(period).to_owned());
        fields.insert(format!("{period}_reason"), json!(reason));
    }
    let days = |days: &Days| json!({ "start": days.first, "end": days.last });
    let exceedance = |limit: u32, exceedance: &Days| json!({ "limit_per_ul": limit, "start": exceedance.first, "end": exceedance.last, "days": exceedance.count() });
    let exceedances: Vec<Value> = early.map_or_else(Vec::new, |early| {
        let severe = early.at_or_below_500.iter().map(|days| exceedance(500, days));
        let profound = early.at_or_below_100.iter().map(|days| exceedance(100, days));
        severe.chain(profound).collect()
    });
    fields.insert("exceedances".to_owned(), json!(exceedances));
    let uncovered: Vec<Value> = early.map_or_else(Vec::new, |early| early.uncovered.iter().map(days).collect());
    fields.insert("days_without_count".to_owned(), json!(uncovered));
    fields.insert("policy".to_owned(), json!(options.interpolation.to_string()));
    Value::Object(fields)
}

fn missing(period: &str) -> &'static str {
    if period == "early" {
        "no count from day 0 to 30, or to the end of follow-up"
    } else {
        "no count from day 31 on"
    }
}

fn line(id: &str, icaht: &Icaht) -> Vec<String> {
    let early = icaht.early.as_ref();
    let late = icaht.late.as_ref();
    let text =
        |bounds: Option<(Toxicity, Toxicity)>| bounds.map_or_else(|| "-".to_owned(), |some| grade_text(Some(some)));
    let spans = |limit: u32, exceedances: &[Days]| -> Vec<String> {
        let span = |days: &Days| format!("{}-{} ({} d <={limit})", days.first, days.last, days.count());
        exceedances.iter().map(span).collect()
    };
    let exceedances = early.map_or_else(Vec::new, |early| {
        let mut all = spans(500, &early.at_or_below_500);
        all.extend(spans(100, &early.at_or_below_100));
        all
    });
    let early_reason = early.map_or_else(|| missing("early").to_owned(), ToString::to_string);
    let late_reason = late.map_or_else(|| missing("late").to_owned(), ToString::to_string);
    vec![
        id.to_owned(),
        text(early.map(Early::bounds)),
        text(late.map(|late| (late.toxicity, late.toxicity))),
        if exceedances.is_empty() {
            "-".to_owned()
        } else {
            exceedances.join(", ")
        },
        format!("early: {early_reason}; late: {late_reason}"),
    ]
}
