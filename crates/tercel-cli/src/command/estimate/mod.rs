//! `tercel estimate`: one estimator a file.

mod km;
mod km_groups;
mod nca;
mod proportion;

use anyhow::anyhow;
use tercel::estimate::Level;

use super::Answer;
use crate::output::Output;

/// What `tercel estimate` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Kaplan-Meier curve, quartiles and landmarks from a CSV file of times and events
    Km(km::Args),
    /// Confidence intervals of x out of n
    Proportion(proportion::Args),
    /// Non-compartmental kinetics of each subject from a CSV file with the columns id, time, conc
    Nca(nca::Args),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(self, output: Output) -> anyhow::Result<Answer> {
        match self {
            Self::Km(args) => km::run(&args, output),
            Self::Proportion(args) => proportion::run(&args, output),
            Self::Nca(args) => nca::run(&args, output),
        }
    }
}

fn level(value: f64) -> anyhow::Result<Level> {
    Level::new(value).map_err(|error| anyhow!("--level: {error}"))
}

/// A number for a person: six significant digits, `-` where there is none.
pub(crate) fn shown(value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return "-".to_owned();
    };
    let size = value.abs();
    if size >= 1e9 || (size > 0.0 && size < 1e-4) {
        return format!("{value:.5e}");
    }
    let whole_digits = if size < 1.0 {
        0
    } else {
        size.to_string().split('.').next().map_or(0, str::len)
    };
    let text = format!("{value:.*}", 6usize.saturating_sub(whole_digits));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Rows as lines with the columns right-aligned, the first left-aligned.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A row of a text table.
pub(crate) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_six_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (1.0 / 3.0, "0.333333"),
            (365.25, "365.25"),
            (182_545.55, "182546"),
            (-7.5, "-7.5"),
            (1e-7, "1.00000e-7"),
            (100.0, "100"),
        ] {
            assert_eq!(shown(Some(value)), text);
        }
        assert_eq!(shown(None), "-");
    }
}
