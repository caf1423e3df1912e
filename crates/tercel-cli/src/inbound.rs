//! Files of other systems for a command: which format, by which mapping, of whose patients.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use tercel_exchange::bounded::{self, Kind, MAX_DATASET, MAX_DOCUMENT, MAX_SETTINGS};
use tercel_exchange::inbound::fhir::{FhirOptions, FhirReader, parse_codes};
use tercel_exchange::inbound::laboratory::{Mapping, read_laboratories};
use tercel_exchange::inbound::odm::{OdmMapping, OdmReader};
use tercel_exchange::inbound::{Inbound, Left, Offset, Subjects, read_links};

/// What files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A folder of SDTM datasets, or a CSV table of one form
    Sdtm,
    /// FHIR R4: Bundle, resource, or NDJSON
    Fhir,
    /// ODM 1.3 clinical data
    Odm,
    /// A laboratory's CSV, by --map
    Lab,
}

/// How files of another system are read.
#[derive(Debug, clap::Args)]
pub(crate) struct InboundArgs {
    /// Mapping file (TOML): required for lab, optional for odm, further codes for fhir
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// FHIR: system of the patient's identifier that names the subject; the resource's own id if not given
    #[arg(long, value_name = "SYSTEM")]
    patient_key: Option<String>,
    /// CSV with the columns identifier and subject, where identifiers are not those of subjects
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
    /// FHIR, ODM: the site's clock, where times are in UTC (+08:00)
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    utc_offset: Option<String>,
}

impl InboundArgs {
    /// Refuses what SDTM datasets have no use for.
    pub(crate) fn refuse_for_sdtm(&self) -> anyhow::Result<()> {
        if self.map.is_some() || self.patient_key.is_some() || self.links.is_some() || self.utc_offset.is_some() {
            bail!("--map, --patient-key, --links and --utc-offset are for --format fhir, odm or lab");
        }
        Ok(())
    }

    /// The links, where there are some.
    pub(crate) fn links(&self) -> anyhow::Result<Option<BTreeMap<String, String>>> {
        let Some(path) = &self.links else { return Ok(None) };
        let bytes = read(path, Kind::Lines, MAX_DOCUMENT)?;
        let links = read_links(&name(path), &bytes).with_context(|| failed(path))?;
        Ok(Some(links))
    }

    /// Reads the files.
    pub(crate) fn read(
        &self,
        format: Format,
        files: &[PathBuf],
        study: &str,
        subjects: Subjects,
    ) -> anyhow::Result<Inbound> {
        if format != Format::Fhir && self.patient_key.is_some() {
            bail!("--patient-key is for --format fhir");
        }
        if self.utc_offset.is_some() && !matches!(format, Format::Fhir | Format::Odm) {
            bail!("--utc-offset is for --format fhir or odm");
        }
        match format {
            Format::Sdtm => bail!("SDTM datasets are read as they are"),
            Format::Fhir => self.read_fhir(files, study, subjects),
            Format::Odm => self.read_odm(files, study, &subjects),
            Format::Lab => self.read_lab(files, study, &subjects),
        }
    }

    fn offset(&self) -> anyhow::Result<Option<Offset>> {
        Ok(self.utc_offset.as_deref().map(Offset::parse).transpose()?)
    }

    fn read_fhir(&self, files: &[PathBuf], study: &str, subjects: Subjects) -> anyhow::Result<Inbound> {
        let codes = match &self.map {
            None => BTreeMap::new(),
            Some(path) => parse_codes(&document(path)?).with_context(|| failed(path))?,
        };
        let offset = self.offset()?;
        let options = FhirOptions {
            study: study.to_owned(),
            patient_key: self.patient_key.clone(),
            subjects,
            codes,
            offset,
        };
        let mut reader = FhirReader::default();
        for path in files {
            let file = bounded::open(path, bounded::MAX_MESSAGE).with_context(|| failed(path))?;
            reader.read(&name(path), file).with_context(|| failed(path))?;
        }
        Ok(reader.finish(&options))
    }

    fn read_odm(&self, files: &[PathBuf], study: &str, subjects: &Subjects) -> anyhow::Result<Inbound> {
        let mapping = match &self.map {
            None => OdmMapping::default(),
            Some(path) => OdmMapping::parse(&document(path)?).with_context(|| failed(path))?,
        };
        let mut reader = OdmReader::default();
        for path in files {
            let file = bounded::open(path, bounded::MAX_MESSAGE).with_context(|| failed(path))?;
            reader.read(&name(path), file).with_context(|| failed(path))?;
        }
        let study = Some(study).filter(|study| !study.is_empty());
        Ok(reader.finish(&mapping, study, subjects, self.offset()?))
    }

    fn read_lab(&self, files: &[PathBuf], study: &str, subjects: &Subjects) -> anyhow::Result<Inbound> {
        let Some(path) = &self.map else {
            bail!("--format lab needs --map, a file that says how the columns are to be read; see docs/inbound.md");
        };
        let mapping = Mapping::parse(&document(path)?).with_context(|| failed(path))?;
        let mut read_files = Vec::new();
        for path in files {
            read_files.push((name(path), read(path, Kind::Lines, MAX_DATASET)?));
        }
        let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        read_laboratories(&read_files, &mapping, study, subjects)
            .with_context(|| format!("failed to read {}", names.join(", ")))
    }
}

/// A text of a file that somebody wrote by hand.
fn document(path: &Path) -> anyhow::Result<String> {
    bounded::read_text(path, Kind::Lines, MAX_SETTINGS).with_context(|| failed(path))
}

fn read(path: &Path, kind: Kind, limit: u64) -> anyhow::Result<Vec<u8>> {
    bounded::read(path, kind, limit).with_context(|| failed(path))
}

fn failed(path: &Path) -> String {
    format!("failed to read {}", path.display())
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Everything said of what was sent, as JSON.
pub(crate) fn report_json(inbound: &Inbound) -> Map<String, Value> {
    let lines = |lines: &[Left]| {
        let one = |line: &Left| {
            json!({
                "file": line.file,
                "place": line.place,
                "subject": line.subject,
                "why": line.why.to_string(),
            })
        };
        Value::Array(lines.iter().map(one).collect())
    };
    let counts = inbound.counts.iter().map(|(kind, count)| {
        let count = json!({"read": count.read, "taken": count.taken});
        (kind.clone(), count)
    });
    let rows = inbound
        .tables
        .iter()
        .map(|table| (table.name.clone(), json!(table.len())));
    let mut report = Map::new();
    report.insert("counts".to_owned(), Value::Object(counts.collect()));
    report.insert("rows".to_owned(), Value::Object(rows.collect()));
    report.insert("duplicates".to_owned(), lines(&inbound.duplicates));
    report.insert("findings".to_owned(), lines(&inbound.findings));
    report.insert("not_taken".to_owned(), lines(&inbound.not_taken));
    report
}

/// The same for a person.
pub(crate) fn report_text(inbound: &Inbound) -> String {
    let mut text = String::new();
    for (kind, count) in &inbound.counts {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{kind}: {} read, {} taken", count.read, count.taken);
    }
    for (title, lines) in [
        ("sent twice", &inbound.duplicates),
        ("to look at", &inbound.findings),
        ("not taken", &inbound.not_taken),
    ] {
        for line in lines {
            let _ = writeln!(text, "{title}: {line}");
        }
    }
    text
}
