//! `tercel export --to sdtm`: SDTM 3.4 datasets.

use anyhow::anyhow;
use jiff::civil::{Date, DateTime};
use tercel::protocol::Trial;
use tercel::study::{EnteredHalt, Finding};
use tercel_exchange::export::checks::{Check, check_values};
use tercel_exchange::export::sdtm::{Sdtm, code_events, cut_tables, datasets};
use tercel_exchange::export::terminology::Extension;
use tercel_exchange::export::write::About;

use super::{Args, Made, created, write_datasets};
use crate::coding::read_coding;
use crate::study::{Collected, read_source};

/// The SDTM datasets of a study, from which everything else is made.
pub(super) struct Source {
    pub(super) made: Sdtm,
    /// `STUDYID`.
    pub(super) study: String,
    pub(super) cut: Option<Date>,
    pub(super) created: DateTime,
    /// What could not be read or is not exported.
    pub(super) findings: Vec<Finding>,
    pub(super) checks: Vec<Check>,
    pub(super) extensions: Vec<Extension>,
    /// What no dataset holds.
    pub(super) notes: Vec<String>,
}

impl Source {
    /// What the files say of where they come from.
    pub(super) fn about(&self) -> About<'_> {
        About {
            created: self.created,
            originator: "",
            study: &self.study,
        }
    }
}

/// Makes the datasets, every one as a file.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let mut source = source(args, trial)?;
    let datasets = std::mem::take(&mut source.made.datasets);
    let (files, further) = write_datasets(args, datasets, &source.about())?;
    Ok(Made {
        checks: source.checks.into_iter().chain(further).collect(),
        files,
        cut: source.cut,
        created: source.created,
        findings: source.findings,
        extensions: source.extensions,
        notes: source.notes,
    })
}

/// The halts that stand, at the cut where one is stated: whoever decides by these files has to know of them.
fn halts_apart(halts: &[EnteredHalt], cut: Option<Date>) -> Vec<String> {
    let stands = |halt: &&EnteredHalt| {
        let later = |day: Date| cut.is_some_and(|cut| day > cut);
        !later(halt.from) && halt.ended.is_none_or(later)
    };
    let say = |halt: &EnteredHalt| {
        format!(
            "{} halts treatment since {} and is in no dataset: {}; a decision from these files alone does not know of it",
            halt.id, halt.from, halt.reason.en
        )
    };
    halts.iter().filter(stands).map(say).collect()
}

/// Reads the study, cuts it, and makes its datasets.
pub(super) fn source(args: &Args, trial: &Trial) -> anyhow::Result<Source> {
    let Collected {
        mut tables,
        unread,
        halts,
    } = read_source(&args.trial, trial)?;
    let stated = args.trial.as_of.as_deref().map(cut_of).transpose()?;
    if let Some(cut) = stated {
        cut_tables(&mut tables, cut);
    }
    if let Some(coding) = read_coding(&args.trial.trial, trial, args.trial.meddra.as_deref())? {
        code_events(&mut tables, &coding);
    }
    let mut made = datasets(trial, tables, stated);
    let cut = made.cut;
    let (checks, extensions) = check_values(&made.datasets);
    let findings = unread.into_iter().chain(std::mem::take(&mut made.findings)).collect();
    let dm = made.datasets.iter().find(|dataset| dataset.name() == "DM");
    let named = dm.and_then(|dm| Some(dm.table.cell(0, dm.table.column("STUDYID")?)));
    let study = named.filter(|name| !name.is_empty()).unwrap_or(&trial.id).to_owned();
    Ok(Source {
        made,
        study,
        cut,
        created: created(args, trial, cut)?,
        findings,
        checks,
        extensions: extensions.into_iter().collect(),
        notes: halts_apart(&halts, stated),
    })
}

fn cut_of(text: &str) -> anyhow::Result<Date> {
    text.parse()
        .map_err(|_| anyhow!("--as-of \"{text}\" is no date; write it as YYYY-MM-DD"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use tercel::language::Text;

    use super::*;

    #[test]
    fn a_halt_that_stands_at_the_cut_is_named_beside_the_datasets() {
        let halt = |ended| EnteredHalt {
            id: "H1".to_owned(),
            reason: Text::new("two deaths", "两例死亡").into(),
            from: date(2026, 3, 4),
            ended,
        };
        let ended = Some(date(2026, 3, 20));
        let named = |ended, cut| halts_apart(&[halt(ended)], cut).len();
        assert_eq!(named(None, None), 1);
        assert_eq!(named(ended, None), 0);
        assert_eq!(named(ended, Some(date(2026, 3, 19))), 1);
        assert_eq!(named(ended, Some(date(2026, 3, 20))), 0);
        assert_eq!(named(None, Some(date(2026, 3, 3))), 0);
        assert!(halts_apart(&[halt(None)], None)[0].starts_with("H1 halts treatment since 2026-03-04"));
    }
}
