//! The groups of `tercel estimate km --group`: a curve for each, and what compares them.

use anyhow::bail;
use serde_json::{Value, json};
use tercel::estimate::{
    Level,
    groups::{GroupCount, Grouped, Groups, HazardRatio, Test},
    survival::Observation,
};

use super::km::{Answered, Args};
use super::{aligned, row, shown};
use crate::output::number;
use crate::table::Table;

/// A column of more groups than this is a number of each subject, not a group.
const MOST_GROUPS: usize = 50;

/// A curve for each group, with what compares them.
pub(super) struct Compared {
    names: Vec<String>,
    curves: Vec<Answered>,
    groups: Groups,
    level: Level,
}

/// Puts the subjects into the groups of a column.
pub(super) fn compare(
    table: &Table,
    column: &str,
    observations: &[Observation],
    args: &Args,
    level: Level,
) -> anyhow::Result<Compared> {
    let mut labels = Vec::new();
    for row in table.rows() {
        let label = row.text(column);
        if label.is_empty() {
            return Err(row.wrong(column, "the group of the subject"));
        }
        labels.push(label);
    }
    let names = group_names(&labels);
    if names.len() > MOST_GROUPS {
        bail!(
            "--group {column}: {} groups; give a column with at most {MOST_GROUPS}",
            names.len()
        );
    }
    let subjects: Vec<Grouped> = labels
        .iter()
        .zip(observations)
        .filter_map(|(label, observation)| {
            Some(Grouped {
                group: names.iter().position(|name| name == label)?,
                observation: *observation,
            })
        })
        .collect();
    let each = |group: usize| {
        let own = subjects.iter().filter(|one| one.group == group);
        let own: Vec<Observation> = own.map(|one| one.observation).collect();
        Answered::of(&own, args, level)
    };
    let curves = (0..names.len()).map(each).collect::<anyhow::Result<Vec<Answered>>>()?;
    Ok(Compared {
        groups: Groups::new(&subjects, names.len())?,
        names,
        curves,
        level,
    })
}

impl Compared {
    /// The answer over all subjects, with the groups as two more fields.
    pub(super) fn beside(&self, mut all: Value) -> Value {
        let counts = self.groups.counts();
        let group = |((name, curve), count): ((&String, &Answered), &GroupCount)| {
            let mut one = curve.json();
            one["group"] = json!(name);
            one["expected"] = json!(count.expected);
            one
        };
        let each = self.names.iter().zip(&self.curves).zip(&counts).map(group);
        all["groups"] = each.collect();
        let ratio = self.groups.hazard_ratio(self.level);
        all["comparison"] = json!({
            "log_rank": test_json(self.groups.log_rank()),
            "trend": test_json(self.groups.trend().filter(|_| self.names.len() > 2)),
            "hazard_ratio": ratio.map(|ratio| json!({
                "from_to": self.ratio_of(),
                "value": number(ratio.value), "log_se": number(ratio.log_se),
                "lower": number(ratio.wald.map(|(lower, _)| lower)), "upper": number(ratio.wald.map(|(_, upper)| upper)),
                "profile_lower": number(ratio.profile_lower), "profile_upper": number(ratio.profile_upper),
            })),
            "reason": self.why_nothing(),
            "caution": self.caution(),
        });
        all
    }

    fn ratio_of(&self) -> String {
        match self.names.as_slice() {
            [first, second] => format!("{second} to {first}"),
            names => format!("each group to the one before it: {}", names.join(", ")),
        }
    }

    fn caution(&self) -> Option<String> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        self.groups.caution(&names)
    }

    fn why_nothing(&self) -> Option<&'static str> {
        if self.names.len() < 2 {
            Some("fewer than two groups")
        } else if self.groups.log_rank().is_none() {
            Some("no event while subjects of two groups were at risk")
        } else {
            None
        }
    }

    pub(super) fn text(&self) -> String {
        let mut parts = Vec::new();
        for (name, curve) in self.names.iter().zip(&self.curves) {
            parts.push(format!("Group {name}: {}", curve.text()));
        }
        let mut rows = vec![row(["group", "subjects", "events", "expected"])];
        for (name, count) in self.names.iter().zip(self.groups.counts()) {
            let (n, observed) = (count.n.to_string(), shown(Some(count.observed)));
            rows.push(row([name, &n, &observed, &shown(Some(count.expected))]));
        }
        parts.push(aligned(&rows));
        let mut lines: Vec<String> = Vec::new();
        lines.extend(self.why_nothing().map(str::to_owned));
        let tests = [
            ("Log-rank", self.groups.log_rank()),
            ("Trend", self.groups.trend().filter(|_| self.names.len() > 2)),
        ];
        for (name, test) in tests {
            lines.extend(test.map(|test| {
                let (chi_square, p) = (shown(Some(test.chi_square)), shown(Some(test.p)));
                format!("{name}: chi-square {chi_square} on {} df, p {p}", test.df)
            }));
        }
        lines.extend(
            self.groups
                .hazard_ratio(self.level)
                .map(|ratio| self.ratio_text(&ratio)),
        );
        lines.extend(self.caution());
        parts.push(format!("{}\n", lines.join("\n")));
        parts.join("\n")
    }

    fn ratio_text(&self, ratio: &HazardRatio) -> String {
        let wald = ratio.wald.map_or_else(
            || "no Wald limits: no value maximises the likelihood".to_owned(),
            |(lower, upper)| format!("Wald {} to {}", shown(Some(lower)), shown(Some(upper))),
        );
        format!(
            "Hazard ratio, {}: {} ({wald}; profile {} to {})",
            self.ratio_of(),
            shown(ratio.value),
            shown(ratio.profile_lower),
            shown(ratio.profile_upper),
        )
    }
}

fn test_json(test: Option<Test>) -> Value {
    test.map_or(
        Value::Null,
        |test| json!({"chi_square": test.chi_square, "df": test.df, "p": test.p}),
    )
}

/// The groups in their order: by number where every name is one, otherwise as they first stand in the file.
fn group_names(names: &[&str]) -> Vec<String> {
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(name);
        }
    }
    let number = |name: &str| name.parse::<f64>().ok().filter(|number| number.is_finite());
    if distinct.iter().all(|name| number(name).is_some()) {
        distinct.sort_by(|one, other| number(one).unwrap_or(0.0).total_cmp(&number(other).unwrap_or(0.0)));
    }
    distinct.into_iter().map(str::to_owned).collect()
}
