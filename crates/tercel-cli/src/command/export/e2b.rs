//! `tercel export --to e2b`: serious adverse events as ICSRs of ICH E2B(R3), one file a report.

use anyhow::bail;
use tercel::protocol::Trial;
use tercel_exchange::export::checks::Check;
use tercel_exchange::export::sdtm::cut_tables;
use tercel_exchange::icsr::{IcsrStudy, write_icsrs};

use super::{Args, File, Made, created};
use crate::coding::read_coding;
use crate::command::documents::file_name;
use crate::study::{Study, data_path, read_source, record_address};

/// Name of the target.
pub(super) const NAME: &str = "e2b";

/// Longest identifier of a sender or receiver.
const MAX_IDENTIFIER: usize = 60;

/// Makes the reports of every serious event.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    for (flag, given) in [("--sender", &args.sender), ("--receiver", &args.receiver)] {
        let given = given.as_deref().unwrap_or("-");
        if given.trim().is_empty() || given.chars().count() > MAX_IDENTIFIER {
            bail!(
                "{flag} \"{given}\" is no identifier; give the one agreed with the receiver, of at most {MAX_IDENTIFIER} characters"
            );
        }
    }
    let mut made = Made {
        files: Vec::new(),
        cut: None,
        created: created(args, trial, None)?,
        findings: Vec::new(),
        extensions: Vec::new(),
        checks: Vec::new(),
        notes: Vec::new(),
    };
    let (path, data) = (&args.trial.trial, args.trial.data.as_deref());
    if record_address(path, data).is_none() && data.is_none() && !data_path(path, data).exists() {
        made.notes
            .push("no report is written: the trial has no data".to_owned());
        return Ok(made);
    }
    let study = Study::open(&args.trial)?;
    let mut tables = read_source(&args.trial, trial)?.tables;
    if let (Some(_), Some(cut)) = (&args.trial.as_of, study.cut) {
        cut_tables(&mut tables, cut);
    }
    let coding = read_coding(path, trial, args.trial.meddra.as_deref())?;
    made.cut = study.cut;
    made.created = created(args, trial, study.cut)?;
    let icsrs = write_icsrs(&IcsrStudy {
        trial: &study.trial,
        data: &study.data,
        tables: &tables,
        cut: study.cut,
        coding: coding.as_ref(),
        sender: args.sender.as_deref(),
        receiver: args.receiver.as_deref(),
        created: made.created,
    });
    if icsrs.reports.is_empty() {
        let collected = study
            .data
            .subjects
            .iter()
            .any(|subject| !subject.adverse_events.is_empty());
        let why = if collected {
            "no event of the data is recorded as serious"
        } else {
            "the data have no adverse event"
        };
        made.notes.push(format!("no report is written: {why}"));
    }
    made.files.extend(icsrs.reports.into_iter().map(|report| File {
        name: format!("icsr-{}.xml", file_name(&report.number)),
        rows: None,
        bytes: report.xml.into_bytes(),
    }));
    made.checks.push(Check {
        what: "Every required data element is written, within its length and its values",
        by: "ICH E2B(R3) core data elements, as the FDA lists them".to_owned(),
        looked_at: format!("{} reports", made.files.len()),
        findings: icsrs.findings,
    });
    Ok(made)
}
