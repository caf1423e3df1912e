//! Opens a trial folder: its protocol, its subject data, its data cut.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};
use tercel::coding::code_study;
use tercel::endpoint::Analysis;
use tercel::protocol::{Diagnostic, Trial, parse_protocol};
use tercel::study::{EnteredHalt, Finding, StudyData, days_between};
use tercel_exchange::{Table, bounded, read_datasets, read_folder_telling};
use tercel_store::{Address, Clock, Record, Store, stamp};
use tercel_web::Collected as Entered;

use crate::coding::read_coding;
use crate::progress::Progress;

/// Which trial, which data, which day.
#[derive(Debug, clap::Args)]
pub(crate) struct TrialArgs {
    /// Trial folder with protocol.toml and data/, or the protocol file itself
    pub(crate) trial: PathBuf,
    /// Subject data: a folder of datasets, a record (tercel.db) or its PostgreSQL URL; tercel.db beside the protocol if it is
    /// there, otherwise data/
    #[arg(long, value_name = "DIR|FILE|URL")]
    pub(crate) data: Option<PathBuf>,
    /// Data cut: what had begun by this day (YYYY-MM-DD); the last day in the data if not given
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Entry cut: what had been entered by this time; needs data with entry times
    #[arg(long, value_name = "TIME")]
    pub(crate) known_at: Option<String>,
    /// Folder of the sponsor's MedDRA release, if not coding.meddra of the protocol
    #[arg(long, value_name = "DIR")]
    pub(crate) meddra: Option<PathBuf>,
}

/// The protocol file of a trial folder.
pub(crate) fn protocol_path(trial: &Path) -> PathBuf {
    if trial.is_dir() {
        trial.join("protocol.toml")
    } else {
        trial.to_owned()
    }
}

/// The data folder of a trial.
pub(crate) fn data_path(trial: &Path, data: Option<&Path>) -> PathBuf {
    data.map_or_else(
        || protocol_path(trial).parent().unwrap_or(Path::new(".")).join("data"),
        Path::to_owned,
    )
}

/// Reads the protocol: the trial, or its mistakes.
pub(crate) fn read_protocol(trial: &Path) -> anyhow::Result<Result<Trial, Vec<Diagnostic>>> {
    let path = protocol_path(trial);
    let failed = || {
        format!(
            "failed to read the protocol {}; give a folder that holds protocol.toml",
            path.display()
        )
    };
    let text = bounded::read_text(&path, bounded::Kind::Lines, bounded::MAX_SETTINGS).with_context(failed)?;
    Ok(parse_protocol(&path.display().to_string(), &text))
}

/// What a protocol in order still lacks, a sentence each. Nothing is computed while there is something.
pub(crate) fn open_gaps(trial: &Trial) -> Vec<String> {
    let sentence = |level| {
        let label = trial.level_label(level);
        format!(
            "the dose of level {level} is a placeholder, \"{label}\"; write its number of cells as dose_level.amount"
        )
    };
    trial.placeholders().into_iter().map(sentence).collect()
}

/// The trial, where it lacks nothing.
pub(crate) fn require_complete(trial: Trial) -> anyhow::Result<Trial> {
    let gaps = open_gaps(&trial);
    if !gaps.is_empty() {
        bail!("the protocol is not complete: {}", gaps.join("; "));
    }
    Ok(trial)
}

/// Reads the protocol; mistakes are printed with their place and end the command, and so do open gaps.
pub(crate) fn require_protocol(trial: &Path) -> anyhow::Result<Trial> {
    let trial = read_protocol(trial)?.map_err(|diagnostics| {
        let pictures: Vec<String> = diagnostics
            .iter()
            .map(|mistake| format!("error: {mistake}\n"))
            .collect();
        let count = diagnostics.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        anyhow!("the protocol has {count} {noun}\n\n{}", pictures.join("\n"))
    })?;
    require_complete(trial)
}

/// The record of a trial, where its data are one: a PostgreSQL URL or a SQLite file given as data, or tercel.db in the
/// trial folder where no data are given.
pub(crate) fn record_address(trial: &Path, data: Option<&Path>) -> Option<Address> {
    let Some(data) = data else {
        let own = protocol_path(trial)
            .parent()
            .unwrap_or(Path::new("."))
            .join("tercel.db");
        return own.is_file().then_some(Address::Sqlite(own));
    };
    let address = Address::new(&data.to_string_lossy());
    let is_record = match &address {
        Address::Postgres(_) => true,
        Address::Sqlite(path) => is_sqlite(path),
    };
    is_record.then_some(address)
}

/// Whether a file begins as every SQLite database does.
fn is_sqlite(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == *b"SQLite format 3\0"
}

/// Subject data of a record: all that was entered, or what was by a time.
fn read_record(address: &Address, trial: &Trial, known_at: Option<&str>) -> anyhow::Result<StudyData> {
    Ok(entered(address, trial, known_at)?.into_data(trial))
}

/// What the records of a study say.
fn entered(address: &Address, trial: &Trial, known_at: Option<&str>) -> anyhow::Result<Entered> {
    let time = known_at.map(entry_time).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(address, Clock::System).await?;
        store.require_study(&trial.id)?;
        let Some(time) = time else {
            return Ok(Entered::read(&store, trial).await?);
        };
        let state = store.fold(store.last_entry_by(&time).await?).await?;
        let records: Vec<Record> = state.records.into_values().collect();
        Ok(Entered::of(&records, trial))
    })
}

/// What was collected in a trial.
pub(crate) struct Collected {
    pub(crate) tables: Vec<Table>,
    /// What could not be read.
    pub(crate) unread: Vec<Finding>,
    /// Halts of treatment, which no dataset holds.
    pub(crate) halts: Vec<EnteredHalt>,
}

/// The datasets of a trial as they were collected.
pub(crate) fn read_source(args: &TrialArgs, trial: &Trial) -> anyhow::Result<Collected> {
    if let Some(address) = record_address(&args.trial, args.data.as_deref()) {
        let entered = entered(&address, trial, args.known_at.as_deref())?;
        return Ok(Collected {
            halts: entered.halts(),
            tables: entered.tables,
            unread: Vec::new(),
        });
    }
    refuse_entry_time(args)?;
    let (tables, unread) = read_datasets(&data_path(&args.trial, args.data.as_deref()))?;
    let halts = Vec::new();
    Ok(Collected { tables, unread, halts })
}

/// Files have no entry times.
fn refuse_entry_time(args: &TrialArgs) -> anyhow::Result<()> {
    if let Some(time) = &args.known_at {
        bail!(
            "--known-at {time} needs data with entry times, and dataset files carry none; leave it out, or use --as-of"
        );
    }
    Ok(())
}

/// A time as entries hold it; a day means all of it, in universal time.
pub(crate) fn entry_time(text: &str) -> anyhow::Result<String> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(stamp(time));
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(format!("{day}T23:59:59.999Z")),
        Err(_) => bail!("--known-at \"{text}\" is no time; write it as 2026-03-04 or 2026-03-04T08:30:00Z"),
    }
}

/// Days after the last record from which a data cut is asked about.
const FAR_CUT: i32 = 366;

/// A trial with its data as of the cut.
#[derive(Debug)]
pub(crate) struct Study {
    pub(crate) trial: Trial,
    pub(crate) data: StudyData,
    pub(crate) cut: Option<jiff::civil::Date>,
}

impl Study {
    /// Opens the trial and cuts its data.
    pub(crate) fn open(args: &TrialArgs) -> anyhow::Result<Self> {
        let trial = require_protocol(&args.trial)?;
        let coding = read_coding(&args.trial, &trial, args.meddra.as_deref())?;
        let mut study = Self::open_uncoded(args, trial)?;
        if let Some(coding) = coding {
            code_study(&mut study.data, &coding);
        }
        Ok(study)
    }

    /// The same without coding the adverse events.
    pub(crate) fn open_uncoded(args: &TrialArgs, trial: Trial) -> anyhow::Result<Self> {
        let progress = Progress::start("reading");
        if let Some(address) = record_address(&args.trial, args.data.as_deref()) {
            let whole = read_record(&address, &trial, args.known_at.as_deref())?;
            drop(progress);
            return Self::cut(trial, whole, args.as_of.as_deref());
        }
        refuse_entry_time(args)?;
        let folder = data_path(&args.trial, args.data.as_deref());
        let whole = read_folder_telling(&folder, &trial, &mut |file, done, all| progress.read(file, done, all))?;
        drop(progress);
        Self::cut(trial, whole, args.as_of.as_deref())
    }

    fn cut(trial: Trial, whole: StudyData, as_of: Option<&str>) -> anyhow::Result<Self> {
        let stated = as_of
            .map(|text| {
                text.parse::<jiff::civil::Date>()
                    .map_err(|_| anyhow!("--as-of \"{text}\" is no date; write it as YYYY-MM-DD"))
            })
            .transpose()?;
        // Before the first record the study stands where its protocol came into force.
        let last_day = || whole.last_day().or_else(|| whole.dated.then_some(trial.version_date));
        if let (Some(stated), Some(last)) = (stated, whole.last_day())
            && days_between(last, stated) > FAR_CUT
        {
            eprintln!(
                "warning: --as-of {stated} lies more than a year after the last record, {last}; what was not entered since \
                 counts as not having happened"
            );
        }
        let cut = stated.filter(|_| whole.dated).or_else(last_day);
        let data = match cut {
            Some(cut) => whole.into_as_of(cut),
            None => whole,
        };
        Ok(Self { trial, data, cut })
    }

    /// Everything derived.
    pub(crate) fn analysis(&self) -> Analysis<'_> {
        Analysis::new(&self.trial, &self.data, self.cut)
    }
}

/// A finding as JSON.
pub(crate) fn finding_json(finding: &Finding) -> Value {
    json!({
        "subject": finding.subject.as_ref().map(ToString::to_string),
        "dataset": finding.dataset.to_string(),
        "record": finding.record.as_ref().map(ToString::to_string),
        "row": finding.row,
        "field": finding.field,
        "rule": finding.rule.id(),
        "blocks": finding.blocks.name(),
        "message": finding.rule.to_string(),
    })
}
