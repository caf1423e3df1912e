//! Designs that look at responses beside DLTs: their options, and `next` and `select` for them.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::design::{
    Action, Because, BfBoinDesign, Boin12, Decision, DesignName, EfficacyCount, EfficacySettings, Settings,
    isotonic_estimates,
};
use tercel::protocol::{DoseLevel, PerLevel};

use super::outcomes::Subjects;
use super::{Answer, Output};
use crate::command::estimate::{aligned, row, shown};
use crate::output::number;

/// Options of designs that look at responses.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Responses")]
pub(super) struct EfficacyArgs {
    /// Subjects at a level that close it for backfilling (bf-boin) [default: 12]
    #[arg(long, value_name = "N")]
    n_cap: Option<u32>,
    /// Open a level for backfilling without a response, at it or below (bf-boin, simulate --backfill-cap)
    #[arg(long)]
    backfill_without_response: bool,
    /// Stay where one of three subjects at the current level has a DLT (bf-boin)
    #[arg(long)]
    stay_on_one_of_three: bool,
    /// Lowest acceptable response probability (boin12)
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    efficacy_min: Option<f64>,
    /// Close a level where the probability that its response rate is below --efficacy-min reaches this (boin12)
    /// [default: 0.9]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    efficacy_cutoff: Option<f64>,
    /// Utility of neither DLT nor response, from 0 to 100 (boin12) [default: 40]
    #[arg(long, value_name = "U", allow_negative_numbers = true)]
    utility_u2: Option<f64>,
    /// Utility of a DLT with a response, from 0 to 100 (boin12) [default: 60]
    #[arg(long, value_name = "U", allow_negative_numbers = true)]
    utility_u3: Option<f64>,
}

impl EfficacyArgs {
    /// The options as the library takes them.
    pub(super) fn settings(&self) -> EfficacySettings {
        EfficacySettings {
            n_cap: self.n_cap,
            backfill_without_response: self.backfill_without_response,
            stay_on_one_of_three: self.stay_on_one_of_three,
            efficacy_min: self.efficacy_min,
            efficacy_cutoff: self.efficacy_cutoff,
            u2: self.utility_u2,
            u3: self.utility_u3,
        }
    }

    /// Names of the options, and whether each was given.
    pub(super) fn given(&self) -> [(&'static str, bool); 7] {
        [
            ("n-cap", self.n_cap.is_some()),
            ("backfill-without-response", self.backfill_without_response),
            ("stay-on-one-of-three", self.stay_on_one_of_three),
            ("efficacy-min", self.efficacy_min.is_some()),
            ("efficacy-cutoff", self.efficacy_cutoff.is_some()),
            ("utility-u2", self.utility_u2.is_some()),
            ("utility-u3", self.utility_u3.is_some()),
        ]
    }
}

/// A question about the next dose.
pub(super) struct Next<'a> {
    pub(super) name: DesignName,
    pub(super) settings: &'a Settings,
    pub(super) treated: &'a Subjects,
    pub(super) doses: u8,
    /// Level of the escalation, where it was given.
    pub(super) current: Option<DoseLevel>,
    pub(super) start: DoseLevel,
    /// Subjects planned in cohorts.
    pub(super) max_n: Option<u32>,
    pub(super) stop_at: Option<u32>,
}

/// Either design.
enum Responding {
    BfBoin(BfBoinDesign),
    Boin12(Boin12),
}

impl Responding {
    fn new(name: DesignName, settings: &Settings, subjects: u32) -> anyhow::Result<Self> {
        Ok(match name {
            DesignName::BfBoin => Self::BfBoin(settings.bf_boin(subjects.max(1)).map_err(|error| anyhow!("{error}"))?),
            _ => Self::Boin12(settings.boin12().map_err(|error| anyhow!("{error}"))?),
        })
    }

    fn select(&self, counts: &PerLevel<EfficacyCount>) -> Option<DoseLevel> {
        match self {
            Self::BfBoin(design) => design.select(counts),
            Self::Boin12(design) => design.select(counts),
        }
    }

    /// What a level is called that the trial ends with.
    const fn goal(&self) -> &'static str {
        match self {
            Self::BfBoin(_) => "maximum tolerated dose",
            Self::Boin12(_) => "optimal biological dose",
        }
    }
}

/// `tercel design next`.
pub(super) fn next(ask: &Next<'_>, output: Output) -> anyhow::Result<Answer> {
    let counts = ask.treated.responses(ask.doses, ask.name == DesignName::Boin12)?;
    let total = ask.treated.0.len();
    let design = Responding::new(ask.name, ask.settings, u32::try_from(total).unwrap_or(u32::MAX))?;
    let last = ask.treated.0.iter().rfind(|subject| !subject.backfill);
    let current = ask.current.or(last.map(|subject| subject.level)).unwrap_or(ask.start);
    let decision = decide(ask, &design, &counts, current);
    let open = match &design {
        Responding::BfBoin(design) if !matches!(decision.action, Action::Stop(_)) => design.open(&counts, current),
        Responding::BfBoin(_) | Responding::Boin12(_) => Vec::new(),
    };
    output.print(
        || next_json(&design, &decision, &counts, &open),
        || next_text(&design, &decision, &counts, &open),
    )?;
    Ok(Answer::Given)
}

fn decide(ask: &Next<'_>, design: &Responding, counts: &PerLevel<EfficacyCount>, current: DoseLevel) -> Decision {
    if ask.treated.0.is_empty() {
        return Decision {
            action: Action::Stay(current),
            because: Because::Start,
        };
    }
    let cohorts = ask.treated.0.iter().filter(|subject| !subject.backfill);
    let evaluated = cohorts.clone().filter(|subject| match design {
        Responding::BfBoin(_) => subject.dlt.is_some(),
        Responding::Boin12(_) => subject.dlt.is_some() && subject.response.is_some(),
    });
    let full = ask.max_n.is_some_and(|max| evaluated.count() >= max as usize);
    let pending = cohorts.filter(|subject| subject.level == current && subject.dlt.is_none());
    let pending = u32::try_from(pending.count()).unwrap_or(u32::MAX);
    let decision = match design {
        Responding::BfBoin(design) if full => {
            let mtd = design.select(counts);
            Decision {
                action: Action::Stop(mtd),
                because: Because::Complete(mtd),
            }
        }
        Responding::BfBoin(design) => design.next(counts, current, pending),
        Responding::Boin12(design) if full => design.complete(counts),
        Responding::Boin12(design) => design.next(counts, current),
    };
    let here = counts.at(current).dlts;
    let stays = decision.action == Action::Stay(current);
    if stays && ask.stop_at.is_some_and(|enough| here.evaluable >= enough) {
        return Decision {
            action: Action::Stop(design.select(counts)),
            because: Because::Enough(current, here),
        };
    }
    decision
}

fn next_json(design: &Responding, decision: &Decision, counts: &PerLevel<EfficacyCount>, open: &[DoseLevel]) -> Value {
    let action = decision.action;
    let levels = counts.iter().map(|(level, count)| {
        let mut fields = json!({
            "dose_level": level.number(), "evaluable": count.dlts.evaluable, "dlt": count.dlts.dlt,
            "pending": count.dlts.pending, "response": count.response,
        });
        if let (Responding::Boin12(design), Some(fields)) = (design, fields.as_object_mut()) {
            fields.insert("desirability".to_owned(), number(Some(design.desirability(*count))));
            fields.insert("admissible".to_owned(), design.admissible(counts, level).into());
        }
        fields
    });
    let goal = action.mtd().map(DoseLevel::number);
    let mut answer = json!({
        "action": action.name(),
        "dose_level": action.level().map(DoseLevel::number),
        "because": decision.because.to_string(),
        "waiting_on": [],
        "levels": levels.collect::<Vec<Value>>(),
    });
    if let Some(fields) = answer.as_object_mut() {
        match design {
            Responding::BfBoin(_) => {
                let open: Vec<u8> = open.iter().map(|level| level.number()).collect();
                fields.insert("mtd".to_owned(), goal.into());
                fields.insert("backfill".to_owned(), open.into());
            }
            Responding::Boin12(_) => {
                fields.insert("mtd".to_owned(), Value::Null);
                fields.insert("obd".to_owned(), goal.into());
            }
        }
    }
    answer
}

fn next_text(design: &Responding, decision: &Decision, counts: &PerLevel<EfficacyCount>, open: &[DoseLevel]) -> String {
    let mut action = match decision.action {
        Action::Stop(Some(level)) => format!("stop with level {level} as {}", design.goal()),
        other => other.to_string(),
    };
    if let Some(first) = action.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut page = format!("{action}.\nBecause: {}.\n", decision.because);
    if let Responding::BfBoin(_) = design {
        let each: Vec<String> = open.iter().map(ToString::to_string).collect();
        let _ = match each.as_slice() {
            [] => writeln!(page, "No level is open for backfilling."),
            levels => writeln!(
                page,
                "Open for backfilling, first choice first: level {}.",
                levels.join(", ")
            ),
        };
    }
    let mut rows = vec![vec!["dose level", "evaluable", "DLT", "response", "pending"]];
    if let Responding::Boin12(_) = design {
        rows[0].extend(["desirability", "admissible"]);
    }
    let mut rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|cells| cells.into_iter().map(str::to_owned).collect())
        .collect();
    for (level, count) in counts.iter() {
        let mut cells: Vec<String> = [
            u32::from(level.number()),
            count.dlts.evaluable,
            count.dlts.dlt,
            count.response,
            count.dlts.pending,
        ]
        .iter()
        .map(ToString::to_string)
        .collect();
        if let Responding::Boin12(design) = design {
            let admissible = if design.admissible(counts, level) { "yes" } else { "no" };
            cells.extend([format!("{:.3}", design.desirability(*count)), admissible.to_owned()]);
        }
        rows.push(cells);
    }
    let _ = write!(page, "\n{}", aligned(&rows));
    page
}

/// `tercel design select`: outcomes per level, with those who had both where given.
pub(super) fn select(
    name: DesignName,
    settings: &Settings,
    lists: [&[u32]; 4],
    output: Output,
) -> anyhow::Result<Answer> {
    let [n, dlt, response, both] = lists;
    let design = Responding::new(name, settings, n.iter().sum())?;
    if let Responding::Boin12(design) = &design {
        if response.len() != n.len() {
            bail!("give --response: subjects with a response per level, as many levels as --n");
        }
        if !design.needs_margins_only() && both.len() != n.len() {
            bail!(
                "give --both: the utilities do not add up to 100, so subjects with both a DLT and a response matter, per level"
            );
        }
    }
    let value = |list: &[u32], index: usize| list.get(index).copied().unwrap_or(0);
    let mut each = Vec::with_capacity(n.len());
    for (index, (&n, &dlt)) in n.iter().zip(dlt).enumerate() {
        let (response, both) = (value(response, index), value(both, index));
        if response > n || both > response.min(dlt) {
            bail!(
                "level {}: {response} subjects with a response, {both} of them with a DLT, among {n}",
                index + 1
            );
        }
        each.push(EfficacyCount::complete(n, dlt, response, both));
    }
    let counts = PerLevel::new(each);
    let selected = if n.iter().all(|n| *n == 0) {
        None
    } else {
        design.select(&counts)
    };
    let mtd = match &design {
        Responding::BfBoin(_) => selected,
        Responding::Boin12(design) => design.mtd(&counts),
    };
    let estimates = isotonic_estimates(&counts.dlts());
    output.print(
        || select_json(&design, &counts, mtd, selected, estimates.values()),
        || {
            let head = selected.map_or("no level is selected".to_owned(), |level| {
                format!("level {level} is selected as {}", design.goal())
            });
            let mut rows = vec![row(["dose level", "evaluable", "DLT", "response", "DLT estimate"])];
            for ((level, count), estimate) in counts.iter().zip(estimates.values()) {
                rows.push(row([
                    &level.to_string(),
                    &count.dlts.evaluable.to_string(),
                    &count.dlts.dlt.to_string(),
                    &count.response.to_string(),
                    &shown(*estimate),
                ]));
            }
            format!("{head}\n\n{}", aligned(&rows))
        },
    )?;
    Ok(Answer::Given)
}

fn select_json(
    design: &Responding,
    counts: &PerLevel<EfficacyCount>,
    mtd: Option<DoseLevel>,
    selected: Option<DoseLevel>,
    estimates: &[Option<f64>],
) -> Value {
    let estimates: Vec<Value> = estimates.iter().map(|estimate| number(*estimate)).collect();
    let mut answer = json!({"mtd": mtd.map(DoseLevel::number), "estimates": estimates});
    if let (Responding::Boin12(design), Some(fields)) = (design, answer.as_object_mut()) {
        let treated = |count: &EfficacyCount| (count.dlts.evaluable > 0).then(|| design.mean_utility(*count));
        let utilities: Vec<Value> = counts.values().iter().map(|count| number(treated(count))).collect();
        let admissible: Vec<bool> = counts.levels().map(|level| design.admissible(counts, level)).collect();
        fields.insert("obd".to_owned(), selected.map(DoseLevel::number).into());
        fields.insert("mean_utility".to_owned(), utilities.into());
        fields.insert("admissible".to_owned(), admissible.into());
    }
    answer
}
