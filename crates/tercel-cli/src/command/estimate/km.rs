//! `tercel estimate km`.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use serde_json::{Value, json};
use tercel::estimate::{
    Level,
    survival::{ConfType, KaplanMeier, Landmark, Observation, Quantile},
};
use tercel::report::number::counted;

use super::km_groups::compare;
use super::{Answer, Output, aligned, level, row, shown};
use crate::output::number;
use crate::table::{Row, Table};

const QUARTILES: [f64; 3] = [0.25, 0.5, 0.75];

/// Arguments of `tercel estimate km`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file, one subject a row
    file: PathBuf,
    /// Column with the time to the event or to the end of follow-up
    #[arg(long)]
    time: String,
    /// Column that says whether the event was seen: 1/0, true/false or yes/no
    #[arg(long, required_unless_present = "censor", conflicts_with = "censor")]
    event: Option<String>,
    /// Column that says the opposite, as CNSR of an ADTTE does: 0 the event, 1 or more censored
    #[arg(long, value_name = "COLUMN")]
    censor: Option<String>,
    /// Scale of the confidence limits
    #[arg(long, value_enum, default_value_t = Scale::LogLog)]
    conf_type: Scale,
    /// Confidence level, between 0 and 1
    #[arg(long, default_value_t = 0.95, allow_negative_numbers = true)]
    level: f64,
    /// Column with the group of each subject: a curve for each, the log-rank test and the hazard ratio beside them
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// Times at which to give survival, comma-separated
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<f64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scale {
    LogLog,
    Log,
    Plain,
}

impl Scale {
    const fn conf_type(self) -> ConfType {
        match self {
            Self::LogLog => ConfType::LogLog,
            Self::Log => ConfType::Log,
            Self::Plain => ConfType::Plain,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::LogLog => "log-log",
            Self::Log => "log",
            Self::Plain => "plain",
        }
    }
}

/// A curve with the request it answers.
pub(super) struct Answered {
    curve: KaplanMeier,
    scale: Scale,
    level: Level,
    quartiles: Vec<(f64, Quantile)>,
    landmarks: Vec<Landmark>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let level = level(args.level)?;
    if let Some(wrong) = args.at.iter().find(|time| !(**time >= 0.0 && time.is_finite())) {
        bail!("--at {wrong}: times run from 0, give a number of at least 0");
    }
    let status = status(args)?;
    let table = Table::read(&args.file)?;
    let columns = [args.time.as_str(), status.column()];
    table.require(&columns.into_iter().chain(args.group.as_deref()).collect::<Vec<_>>())?;
    let observations = table
        .rows()
        .map(|row| observation(row, &args.time, status))
        .collect::<anyhow::Result<Vec<Observation>>>()?;
    let answered = Answered::of(&observations, args, level)?;
    let compared = match &args.group {
        Some(column) => Some(compare(&table, column, &observations, args, level)?),
        None => None,
    };
    let json = || match &compared {
        Some(compared) => compared.beside(answered.json()),
        None => answered.json(),
    };
    let text = || match &compared {
        Some(compared) => compared.text(),
        None => answered.text(),
    };
    output.print(json, text)?;
    Ok(Answer::Given)
}

/// The column that says how a time ended.
#[derive(Debug, Clone, Copy)]
enum Status<'a> {
    Event(&'a str),
    Censor(&'a str),
}

impl<'a> Status<'a> {
    const fn column(self) -> &'a str {
        match self {
            Self::Event(column) | Self::Censor(column) => column,
        }
    }
}

/// Which column is asked for. `CNSR` counts the other way round than an event column, everywhere it is used.
fn status(args: &Args) -> anyhow::Result<Status<'_>> {
    match (&args.event, &args.censor) {
        (Some(event), _) if event.eq_ignore_ascii_case("CNSR") => {
            bail!("--event {event}: CNSR is 0 for an event and 1 for censored; write --censor {event}")
        }
        (Some(event), _) => Ok(Status::Event(event)),
        (None, Some(censor)) => Ok(Status::Censor(censor)),
        (None, None) => bail!("give --event or --censor with the column that says how a time ended"),
    }
}

fn observation(row: Row<'_>, column: &str, status: Status<'_>) -> anyhow::Result<Observation> {
    let time = row.require_number(column)?;
    if time < 0.0 {
        return Err(row.wrong(column, "a time of at least 0"));
    }
    let event = match status {
        Status::Event(event) => match row.text(event).to_lowercase().as_str() {
            "1" | "true" | "yes" => true,
            "0" | "false" | "no" => false,
            _ => return Err(row.wrong(event, "1/0, true/false or yes/no")),
        },
        Status::Censor(censor) => {
            let code: Option<u8> = row.text(censor).parse().ok();
            code.ok_or_else(|| row.wrong(censor, "0 for the event, a whole number from 1 on for censored"))? == 0
        }
    };
    Ok(Observation { time, event })
}

impl Answered {
    pub(super) fn of(observations: &[Observation], args: &Args, level: Level) -> anyhow::Result<Self> {
        let curve = KaplanMeier::new(observations)?;
        let conf_type = args.conf_type.conf_type();
        let quartiles = QUARTILES.map(|p| (p, curve.quantile(p, conf_type, level))).to_vec();
        let landmarks = args.at.iter().map(|&time| curve.landmark(time, conf_type, level));
        Ok(Self {
            landmarks: landmarks.collect(),
            curve,
            scale: args.conf_type,
            level,
            quartiles,
        })
    }

    pub(super) fn json(&self) -> Value {
        let conf_type = self.scale.conf_type();
        let steps = self.curve.steps(conf_type, self.level).into_iter().map(|step| {
            json!({
                "time": step.time, "n_risk": step.n_risk, "n_event": step.n_event, "n_censor": step.n_censor,
                "survival": step.survival, "se": number(step.se),
                "lower": number(step.lower), "upper": number(step.upper),
            })
        });
        let quartiles = self.quartiles.iter().map(|(p, found)| {
            json!({
                "p": p, "estimate": number(found.estimate), "lower": number(found.lower), "upper": number(found.upper),
                "reason": self.why_no_quartile(*p, found),
            })
        });
        let landmarks = self.landmarks.iter().map(|found| {
            json!({
                "time": found.time, "estimate": number(found.estimate), "se": number(found.se),
                "lower": number(found.lower), "upper": number(found.upper), "n_risk": found.n_risk,
                "reason": self.why_no_landmark(found),
            })
        });
        let follow_up = self.curve.follow_up(conf_type, self.level);
        let last = self.curve.last_time();
        let mean = last.and_then(|last| self.curve.restricted_mean(last));
        json!({
            "n": self.curve.n(), "events": self.curve.events(),
            "conf_type": self.scale.name(), "level": self.level.value(),
            "steps": steps.collect::<Vec<_>>(),
            "quartiles": quartiles.collect::<Vec<_>>(),
            "landmarks": landmarks.collect::<Vec<_>>(),
            "follow_up": {
                "median": number(follow_up.estimate), "lower": number(follow_up.lower), "upper": number(follow_up.upper),
            },
            "restricted_mean": {
                "tau": number(last), "value": number(mean.map(|mean| mean.value)), "se": number(mean.map(|mean| mean.se)),
            },
        })
    }

    pub(super) fn text(&self) -> String {
        let head = format!(
            "{}, {}; {} limits, level {}\n",
            counted(self.curve.n(), "subject"),
            counted(self.curve.events(), "event"),
            self.scale.name(),
            self.level.value()
        );
        let mut parts = vec![head, self.steps_text(), self.quartiles_text()];
        if !self.landmarks.is_empty() {
            parts.push(self.landmarks_text());
        }
        parts.join("\n")
    }

    fn steps_text(&self) -> String {
        let mut rows = vec![row([
            "time", "at risk", "events", "censored", "survival", "se", "lower", "upper",
        ])];
        for step in self.curve.steps(self.scale.conf_type(), self.level) {
            rows.push(row([
                &shown(Some(step.time)),
                &step.n_risk.to_string(),
                &step.n_event.to_string(),
                &step.n_censor.to_string(),
                &shown(Some(step.survival)),
                &shown(step.se),
                &shown(step.lower),
                &shown(step.upper),
            ]));
        }
        aligned(&rows)
    }

    fn quartiles_text(&self) -> String {
        let mut rows = vec![row(["quartile", "time", "lower", "upper", ""])];
        for (p, found) in &self.quartiles {
            let why = self.why_no_quartile(*p, found).unwrap_or_default();
            let (time, lower, upper) = (shown(found.estimate), shown(found.lower), shown(found.upper));
            rows.push(row([&shown(Some(*p)), &time, &lower, &upper, &why]));
        }
        aligned(&rows)
    }

    fn landmarks_text(&self) -> String {
        let mut rows = vec![row(["landmark", "at risk", "survival", "lower", "upper", ""])];
        for found in &self.landmarks {
            let why = self.why_no_landmark(found).unwrap_or_default();
            let (survival, lower, upper) = (shown(found.estimate), shown(found.lower), shown(found.upper));
            let (time, n_risk) = (shown(Some(found.time)), found.n_risk.to_string());
            rows.push(row([&time, &n_risk, &survival, &lower, &upper, &why]));
        }
        aligned(&rows)
    }

    fn why_no_quartile(&self, p: f64, found: &Quantile) -> Option<String> {
        let share = (1.0 - p) * 100.0;
        if self.curve.n() == 0 {
            Some("no subjects".to_owned())
        } else if found.estimate.is_none() {
            Some(format!("survival does not fall to {share} % within follow-up"))
        } else if found.lower.is_none() || found.upper.is_none() {
            Some(format!("the confidence band does not cross {share} % within follow-up"))
        } else {
            None
        }
    }

    fn why_no_landmark(&self, found: &Landmark) -> Option<String> {
        if self.curve.n() == 0 {
            Some("no subjects".to_owned())
        } else if found.estimate.is_none() {
            Some("past the last observation, which is censored".to_owned())
        } else if found.lower.is_none() {
            Some("survival is 0: no limits exist".to_owned())
        } else {
            None
        }
    }
}
