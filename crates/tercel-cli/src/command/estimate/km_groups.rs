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
                "contrast": self.ratio_of(),
                "numerator": self.pair().map(|(numerator, _)| numerator),
                "denominator": self.pair().map(|(_, denominator)| denominator),
                "value": number(ratio.value), "log_se": number(ratio.log_se),
                "lower": number(ratio.wald.map(|(lower, _)| lower)), "upper": number(ratio.wald.map(|(_, upper)| upper)),
                "profile_lower": number(ratio.profile_lower), "profile_upper": number(ratio.profile_upper),
                "reason": ratio.wald.is_none().then_some(NO_MAXIMUM),
            })),
            "reason": self.why_nothing(),
            "caution": self.caution(),
        });
        all
    }

    /// The group whose hazard stands above the line, and the one below it, where there are two.
    fn pair(&self) -> Option<(&str, &str)> {
        match self.names.as_slice() {
            [first, second] => Some((second, first)),
            _ => None,
        }
    }

    fn ratio_of(&self) -> String {
        match self.names.as_slice() {
            [first, second] => format!("{second} against {first}"),
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
            || format!("no Wald limits: {NO_MAXIMUM}"),
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

/// Why a hazard ratio has no Wald limits.
const NO_MAXIMUM: &str = "no value maximises the likelihood";

/// The groups in their order, which no order of rows changes: by number where every name is one, otherwise by name, with the
/// numbers within names counted (DL2 before DL10).
fn group_names(names: &[&str]) -> Vec<String> {
    let mut distinct: Vec<&str> = names.to_vec();
    distinct.sort_by_cached_key(|name| natural(name));
    distinct.dedup();
    let number = |name: &str| name.parse::<f64>().ok().filter(|number| number.is_finite());
    if distinct.iter().all(|name| number(name).is_some()) {
        distinct.sort_by(|one, other| number(one).unwrap_or(0.0).total_cmp(&number(other).unwrap_or(0.0)));
    }
    distinct.into_iter().map(str::to_owned).collect()
}

/// A name as its texts and numbers in turn.
fn natural(name: &str) -> Vec<(String, u64, String)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text: String = rest.chars().take_while(|letter| !letter.is_ascii_digit()).collect();
        rest = rest.get(text.len()..).unwrap_or_default();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        rest = rest.get(digits.len()..).unwrap_or_default();
        // Digits that differ only in leading zeros are still two names.
        parts.push((text, digits.parse().unwrap_or(u64::MAX), digits));
    }
    parts
}
