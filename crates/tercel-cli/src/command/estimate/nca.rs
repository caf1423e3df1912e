//! `tercel estimate nca`.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use tercel::estimate::kinetics::{Blq, BlqRules, Kinetics, Method, NcaOptions, NoArea, Sample, estimate_kinetics};
use tercel::report::number::counted;

use super::{Answer, Output, aligned, row, shown};
use crate::output::number;
use crate::table::{Row, Table};

/// Arguments of `tercel estimate nca`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file with the columns id, time, conc; below the limit of quantification is 0, blank, BLQ or <limit; not done is NA
    file: PathBuf,
    /// End of the partial area, in the unit of the times
    #[arg(long, default_value_t = 28.0, allow_negative_numbers = true)]
    partial_end: f64,
    /// Trapezoidal rule
    #[arg(long, value_enum, default_value_t = Rule::Linear)]
    method: Rule,
    /// Samples below quantification before the first quantifiable one, between, after the last: zero or drop for each
    #[arg(long, default_value = "zero,drop,zero", value_name = "FIRST,MIDDLE,LAST", value_parser = blq_rules)]
    blq: BlqRules,
}

/// Three rules for samples below quantification.
fn blq_rules(text: &str) -> Result<BlqRules, String> {
    let rule = |word: &str| {
        Blq::NAMES
            .iter()
            .find(|(name, _)| *name == word.trim())
            .map(|(_, rule)| *rule)
    };
    let rules: Option<Vec<Blq>> = text.split(',').map(rule).collect();
    match rules.as_deref() {
        Some(&[first, middle, last]) => Ok(BlqRules { first, middle, last }),
        Some(_) | None => Err("give three of zero and drop, as in zero,drop,zero".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Rule {
    Linear,
    LinearUpLogDown,
}

impl Rule {
    const fn method(self) -> Method {
        match self {
            Self::Linear => Method::Linear,
            Self::LinearUpLogDown => Method::LinearUpLogDown,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::LinearUpLogDown => "linear-up-log-down",
        }
    }
}

/// The samples of one subject.
struct Profile {
    id: String,
    samples: Vec<Sample>,
    not_done: usize,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    if !(args.partial_end > 0.0 && args.partial_end.is_finite()) {
        bail!("--partial-end {}: give a time after 0", args.partial_end);
    }
    let table = Table::read(&args.file)?;
    table.require(&["id", "time", "conc"])?;
    let options = NcaOptions {
        method: args.method.method(),
        blq: args.blq,
        partial_end: args.partial_end,
    };
    let mut subjects = Vec::new();
    for profile in profiles(&table)? {
        let kinetics = estimate_kinetics(&profile.samples, &options)
            .map_err(|error| anyhow!("{}, subject {}: {error}", args.file.display(), profile.id))?;
        subjects.push((profile, kinetics));
    }
    output.print(
        || {
            let rows: Vec<Value> = subjects
                .iter()
                .map(|(profile, kinetics)| subject_json(profile, kinetics))
                .collect();
            let blq = [args.blq.first, args.blq.middle, args.blq.last]
                .map(Blq::name)
                .join(",");
            json!({"method": args.method.name(), "blq": blq, "partial_end": args.partial_end, "subjects": rows})
        },
        || subjects_text(&subjects, args),
    )?;
    Ok(Answer::Given)
}

/// Subjects in the order in which they first appear.
fn profiles(table: &Table) -> anyhow::Result<Vec<Profile>> {
    let mut profiles: Vec<Profile> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in table.rows() {
        let id = row.text("id");
        if id.is_empty() {
            return Err(row.wrong("id", "the subject's identifier"));
        }
        let time = row.require_number("time")?;
        let conc = concentration(row)?;
        let place = *places.entry(id).or_insert_with(|| {
            profiles.push(Profile {
                id: id.to_owned(),
                samples: Vec::new(),
                not_done: 0,
            });
            profiles.len() - 1
        });
        let Some(profile) = profiles.get_mut(place) else {
            continue;
        };
        match conc {
            Some(conc) => profile.samples.push(Sample { time, conc }),
            None => profile.not_done += 1,
        }
    }
    Ok(profiles)
}

/// The concentration, 0 where below the limit of quantification; none where the sample was not measured.
fn concentration(row: Row<'_>) -> anyhow::Result<Option<f64>> {
    let text = row.text("conc");
    if matches!(
        text.to_uppercase().as_str(),
        "" | "BLQ" | "BQL" | "BLOQ" | "<LLOQ" | "< LLOQ"
    ) {
        return Ok(Some(0.0));
    }
    if let Some(limit) = text.strip_prefix('<') {
        return match limit.trim().parse::<f64>() {
            Ok(limit) if limit >= 0.0 => Ok(Some(0.0)),
            Ok(_) | Err(_) => Err(row.wrong("conc", "< and the limit of quantification")),
        };
    }
    match row.number_or_blank("conc") {
        Ok(Some(conc)) if conc < 0.0 => Err(row.wrong("conc", "a concentration of at least 0, or BLQ")),
        other => other,
    }
}

fn subject_json(profile: &Profile, kinetics: &Kinetics) -> Value {
    let line = kinetics.terminal.as_ref().ok();
    json!({
        "id": profile.id,
        "c_max": number(kinetics.c_max), "t_max": number(kinetics.t_max),
        "auc_last": area(&kinetics.auc_last), "auc_inf": area(&kinetics.auc_inf),
        "auc_partial": area(&kinetics.auc_partial),
        "auc_partial_interpolated": area(&kinetics.auc_partial_interpolated),
        "partial_end": kinetics.partial_end,
        "t_last": number(kinetics.t_last), "c_last": number(kinetics.c_last),
        "lambda_z": number(line.map(|line| line.lambda_z)), "half_life": number(line.map(|line| line.half_life)),
        "r_squared": number(line.map(|line| line.r_squared)),
        "adj_r_squared": number(line.map(|line| line.adj_r_squared)),
        "lambda_z_n": line.map(|line| line.times.len()),
        "lambda_z_times": line.map_or(Value::Null, |line| json!(line.times)),
        "n_samples": profile.samples.len(),
        "n_blq": profile.samples.iter().filter(|sample| sample.conc <= 0.0).count(),
        "n_not_done": profile.not_done,
        "reasons": reasons(kinetics),
    })
}

/// Why each parameter that is null is not estimable.
fn reasons(kinetics: &Kinetics) -> Map<String, Value> {
    let mut reasons = Map::new();
    for (name, found) in [
        ("auc_last", &kinetics.auc_last),
        ("auc_inf", &kinetics.auc_inf),
        ("auc_partial", &kinetics.auc_partial),
        ("auc_partial_interpolated", &kinetics.auc_partial_interpolated),
    ] {
        if let Err(why) = found {
            reasons.insert(name.to_owned(), why.to_string().into());
        }
    }
    if let Err(why) = &kinetics.terminal {
        reasons.insert("lambda_z".to_owned(), why.to_string().into());
        reasons.insert("half_life".to_owned(), why.to_string().into());
    }
    if kinetics.c_max.is_none() {
        reasons.insert("c_max".to_owned(), "no sample at or after time 0".into());
    }
    if kinetics.t_last.is_none() {
        for name in ["t_max", "t_last", "c_last"] {
            reasons.insert(name.to_owned(), "nothing quantifiable at or after time 0".into());
        }
    }
    reasons
}

fn area(found: &Result<f64, NoArea>) -> Value {
    number(found.as_ref().ok().copied())
}

fn subjects_text(subjects: &[(Profile, Kinetics)], args: &Args) -> String {
    let end = shown(Some(args.partial_end));
    let partial = format!("AUC0-{end}");
    let interpolated = format!("AUC0-{end} interp.");
    let mut rows = vec![row([
        "subject",
        "Cmax",
        "Tmax",
        "Clast",
        "Tlast",
        "AUClast",
        "AUCinf",
        &partial,
        &interpolated,
        "T1/2",
        "points",
        "adj. R2",
    ])];
    let mut notes = Vec::new();
    for (profile, kinetics) in subjects {
        let id = &profile.id;
        let line = kinetics.terminal.as_ref().ok();
        let area = |found: &Result<f64, NoArea>| shown(found.as_ref().ok().copied());
        rows.push(row([
            id,
            &shown(kinetics.c_max),
            &shown(kinetics.t_max),
            &shown(kinetics.c_last),
            &shown(kinetics.t_last),
            &area(&kinetics.auc_last),
            &area(&kinetics.auc_inf),
            &area(&kinetics.auc_partial),
            &area(&kinetics.auc_partial_interpolated),
            &shown(line.map(|line| line.half_life)),
            &line.map_or("-".to_owned(), |line| line.times.len().to_string()),
            &shown(line.map(|line| line.adj_r_squared)),
        ]));
        if let Err(why) = &kinetics.auc_last {
            notes.push(format!("{id}: no AUClast: {why}"));
        }
        let last = profile.samples.iter().map(|sample| sample.time).reduce(f64::max);
        if let Some(last) = last.filter(|last| *last < args.partial_end && kinetics.auc_partial_interpolated.is_ok()) {
            notes.push(format!(
                "{id}: sampled up to {} only, before {end}: {interpolated} ends there; compare it with no other",
                shown(Some(last))
            ));
        }
        if let Err(why) = &kinetics.terminal {
            notes.push(format!("{id}: no T1/2: {why}"));
        }
    }
    let number = counted(subjects.len(), "subject");
    let head = format!("{} trapezoids, {number}\n", args.method.name());
    let mut parts = vec![head, aligned(&rows)];
    if !notes.is_empty() {
        parts.push(notes.join("\n"));
    }
    parts.join("\n")
}
