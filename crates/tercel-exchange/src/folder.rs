//! A folder of datasets to [`StudyData`].

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use tercel::language::{Text, Words, both};
use tercel::protocol::Trial;
use tercel::study::{Blocks, DatasetRead, DateError, Finding, Rule, StudyData, Subject, SubjectId, zone_of};
use thiserror::Error;

use crate::format::{self, EXTENSIONS};
use crate::reader::Reader;
use crate::table::{Table, TableError};
use crate::{adam, sdtm};

/// Why a folder could not be read at all.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The folder is not there or cannot be opened.
    #[error("failed to open {}", path.display())]
    Folder {
        /// Folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no dataset.
    #[error("failed to read {}", path.display())]
    File {
        /// File.
        path: PathBuf,
        /// Why.
        source: TableError,
    },
    /// The dataset of subjects has no subject column.
    #[error("{file} has no column USUBJID, which names the subjects; its columns are {columns}")]
    NoSubjectColumn {
        /// File.
        file: String,
        /// The columns it has.
        columns: String,
    },
    /// The same dataset stands in the folder in two formats.
    #[error("{first} and {second} both hold dataset {dataset}; keep one of them")]
    TwoFormats {
        /// Dataset.
        dataset: String,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
    /// No dataset names the subjects.
    #[error("{} holds neither dataset DM nor ADSL (dm.csv, dm.json, dm.xpt), so it names no subject; put the SDTM datasets there, or point --data at them", .0.display())]
    NoSubjects(PathBuf),
}

/// Reads every dataset of a folder as text, whatever its format; what a file holds is recognised by its content. The
/// findings name files that are not read.
pub fn read_datasets(folder: &Path) -> Result<(Vec<Table>, Vec<Finding>), ReadError> {
    read_telling(folder, &mut |_, _, _| {})
}

/// Told before each file: its name, the bytes read so far, the bytes of all files.
pub type Tell<'t> = &'t mut dyn FnMut(&str, u64, u64);

fn read_telling(folder: &Path, tell: Tell<'_>) -> Result<(Vec<Table>, Vec<Finding>), ReadError> {
    let failed = |path: &Path, source| ReadError::Folder {
        path: path.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| failed(folder, source))? {
        let path = entry.map_err(|source| failed(folder, source))?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |about| about.len());
    let (mut done, all) = (0, paths.iter().map(size).sum());
    let (mut tables, mut unread): (Vec<Table>, Vec<Finding>) = Default::default();
    for path in paths {
        let name =
            |part: Option<&std::ffi::OsStr>| part.map_or_else(String::new, |part| part.to_string_lossy().into_owned());
        let (file, extension) = (name(path.file_name()), name(path.extension()).to_lowercase());
        tell(&file, done, all);
        done += size(&path);
        if OTHER_FORMATS.contains(&extension.as_str()) {
            unread.push(not_read(&file));
        }
        if !EXTENSIONS.contains(&extension.as_str()) {
            continue;
        }
        match format::read_file(&file, &path) {
            // A text may be a note to the reader.
            Ok(read) if extension == "txt" && read.iter().all(|table| table.column("USUBJID").is_none()) => {}
            Err(TableError::Io(source)) => return Err(failed(&path, source)),
            Err(_) if extension == "txt" => {}
            // What a conversion left out stands beside its datasets.
            Ok(read) => tables.extend(read.into_iter().filter(|table| table.columns() != NOTES)),
            Err(source) => return Err(ReadError::File { path, source }),
        }
    }
    let (mut tables, twice) = sdtm::unite(tables)?;
    unread.extend(twice);
    for table in &mut tables {
        sdtm::settle_forms(table);
    }
    Ok((tables, unread))
}

/// Reads every dataset of a folder into typed records.
pub fn read_folder(folder: &Path, trial: &Trial) -> Result<StudyData, ReadError> {
    read_folder_telling(folder, trial, &mut |_, _, _| {})
}

/// The same, telling how far it is: large studies take a while.
pub fn read_folder_telling(folder: &Path, trial: &Trial, tell: Tell<'_>) -> Result<StudyData, ReadError> {
    let (tables, unread) = read_telling(folder, tell)?;
    let subjects = tables.iter().find(|table| matches!(table.name.as_str(), "DM" | "ADSL"));
    if let Some(table) = subjects.filter(|table| table.column("USUBJID").is_none()) {
        return Err(ReadError::NoSubjectColumn {
            file: table.file.clone(),
            columns: table.columns().join(", "),
        });
    }
    let mut data = read_tables(tables, trial).ok_or_else(|| ReadError::NoSubjects(folder.to_owned()))?;
    data.findings.extend(unread);
    Ok(data)
}

/// Columns of the lists that stand beside converted datasets.
const NOTES: [&str; 4] = ["FILE", "PLACE", "USUBJID", "WHY"];

/// Extensions of formats that hold datasets and are not read.
const OTHER_FORMATS: [&str; 6] = ["sas7bdat", "xlsx", "xls", "parquet", "rds", "xml"];

/// What is not read is said, unless it is the description of the datasets.
fn not_read(file: &str) -> Finding {
    let sentence =
        format!("{file} is in a format that is not read; save it as CSV, Dataset-JSON or SAS XPORT if it holds data");
    let stem = file.split('.').next().unwrap_or(file);
    let name = stem.to_uppercase();
    let blocks = if name.starts_with("DEFINE") {
        Blocks::None
    } else if name == "DM" || sdtm::DOMAINS.iter().any(|domain| domain.name == name) {
        Blocks::Decision
    } else {
        Blocks::Export
    };
    Finding {
        subject: None,
        dataset: tercel::study::Dataset::new(stem),
        record: None,
        row: None,
        field: String::new(),
        rule: Rule::NotRead(Words::english(sentence)),
        blocks,
    }
}

/// Reads datasets already in memory; `None` where none of them names the subjects.
pub fn read_tables(tables: Vec<Table>, trial: &Trial) -> Option<StudyData> {
    let mut data = StudyData::default();
    data.findings.extend(of_other_studies(&tables));
    data.findings.extend(of_other_zones(&tables));
    let read = read_each(tables, trial)?;
    data.synthetic = read.synthetic;
    for (dataset, findings) in read.datasets {
        data.datasets.push(dataset);
        data.findings.extend(findings);
    }
    data.subjects = read.subjects;
    data.dated = read.by_dm || data.last_day().is_some();
    data.findings.extend(missing_datasets(&data));
    Some(data)
}

/// What was read from datasets, dataset by dataset.
#[derive(Debug)]
pub(crate) struct ReadEach {
    pub(crate) datasets: Vec<(DatasetRead, Vec<Finding>)>,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) synthetic: bool,
    /// The subjects are those of `DM`, not of `ADSL`.
    by_dm: bool,
}

/// Reads datasets; `None` where none of them names the subjects.
pub(crate) fn read_each(mut tables: Vec<Table>, trial: &Trial) -> Option<ReadEach> {
    for table in &mut tables {
        sdtm::settle_forms(table);
    }
    let contradictions = sdtm::merge_supplements(&mut tables);
    let mut left: BTreeMap<String, Finding> = tables
        .iter()
        .filter_map(|table| {
            let contradicts = contradictions.get(&table.name).copied();
            Some((table.name.clone(), left_over(table, contradicts)?))
        })
        .collect();
    let has = |name: &str| tables.iter().any(|table| table.name == name);
    let subject_level = if has("DM") { "DM" } else { "ADSL" };
    if !has(subject_level) {
        return None;
    }
    let mut datasets = Vec::with_capacity(tables.len());
    let mut subjects: BTreeMap<SubjectId, Subject> = BTreeMap::new();
    // The subject-level dataset first: every other row belongs to one of its subjects. Measurements need to know their
    // lesions, planned doses their infusions, whatever the order of the files.
    tables.sort_by_key(|table| match table.name.as_str() {
        name if name == subject_level => 0,
        "EC" | "TR" => 2,
        _ => 1,
    });
    let synthetic = tables.iter().any(is_synthetic);
    // The plan of a trial and the relations between records are no records of subjects.
    tables.retain(|table| !NOT_OF_SUBJECTS.contains(&table.name.as_str()));
    // Each table is let go of once it is read: the records take its place in memory.
    for table in tables {
        let reader = Reader::new(&table);
        if table.name == subject_level {
            let read = if subject_level == "DM" {
                sdtm::read_demography
            } else {
                adam::read_subjects
            };
            read(&reader, trial, &mut subjects);
        } else {
            read_records(&table.name, &reader, trial, &mut subjects);
        }
        let (mut read, mut findings, unread) = reader.finish();
        findings.extend(left.remove(&table.name));
        read.aside = table.into_columns(&unread);
        datasets.push((read, findings));
    }
    let mut subjects: Vec<Subject> = subjects.into_values().collect();
    for subject in &mut subjects {
        sdtm::sort_records(subject);
    }
    Some(ReadEach {
        datasets,
        subjects,
        synthetic,
        by_dm: subject_level == "DM",
    })
}

/// Qualifiers that no record took: of none, or saying otherwise than the variable of that name in their record.
fn left_over(table: &Table, contradicts: Option<usize>) -> Option<Finding> {
    table.column("QNAM")?;
    let first = contradicts.unwrap_or(0);
    let [name, value, key, number] = ["QNAM", "QVAL", "IDVAR", "IDVARVAL"].map(|column| cell_of(table, first, column));
    let (subject, rows) = (cell_of(table, first, "USUBJID"), table.len());
    let sentence = both!(
        "{rows} qualifiers are of no record, or say otherwise than their record, such as {name} \"{value}\" of {subject}, {key} \
         {number}: none of them is used; correct them or the records",
        "{rows}条补充限定值没有对应记录，或与其记录不符，例如{subject}（{key} {number}）的{name}“{value}”：均未采用；请更正限定值或记录"
    );
    Some(Finding {
        subject: Some(SubjectId::new(subject)).filter(|_| !subject.is_empty()),
        dataset: tercel::study::Dataset::new(&table.name),
        record: None,
        row: u32::try_from(first + 1).ok(),
        field: "QVAL".to_owned(),
        rule: Rule::Disagree(sentence),
        blocks: if contradicts.is_some() {
            Blocks::Decision
        } else {
            Blocks::Export
        },
    })
}

fn cell_of<'t>(table: &'t Table, row: usize, column: &str) -> &'t str {
    table.column(column).map_or("", |at| table.cell(row, at))
}

/// Clocks of one place differ by an hour in summer, no more.
const SUMMER_TIME: i32 = 60;

/// Times of a subject that are by the clock of another place than its other times: moments are compared by what the clock showed.
fn of_other_zones(tables: &[Table]) -> Vec<Finding> {
    let mut zones: HashMap<&str, i32> = HashMap::new();
    let mut found: BTreeMap<&str, Finding> = BTreeMap::new();
    for table in tables {
        let moments = table
            .columns()
            .iter()
            .enumerate()
            .filter(|(_, name)| name.ends_with("DTC"));
        for (at, name) in moments {
            for row in 0..table.len() {
                let text = table.cell(row, at);
                let Some(zone) = zone_of(text) else { continue };
                let subject = cell_of(table, row, "USUBJID");
                let first = *zones.entry(subject).or_insert(zone);
                if (first - zone).abs() > SUMMER_TIME && !found.contains_key(subject) {
                    let finding = Finding {
                        subject: Some(SubjectId::new(subject)),
                        dataset: tercel::study::Dataset::new(&table.name),
                        record: None,
                        row: u32::try_from(row + 1).ok(),
                        field: name.clone(),
                        rule: Rule::NotADate(text.to_owned(), DateError::Zone),
                        blocks: Blocks::Decision,
                    };
                    found.insert(subject, finding);
                }
            }
        }
    }
    found.into_values().collect()
}

/// Rows that name another study than the dataset of subjects.
fn of_other_studies(tables: &[Table]) -> Vec<Finding> {
    let named = |name: &str| tables.iter().find(|table| table.name == name);
    let home = named("DM").or_else(|| named("ADSL"));
    let study = home.map_or("", |table| cell_of(table, 0, "STUDYID"));
    if study.is_empty() {
        return Vec::new();
    }
    tables
        .iter()
        .filter_map(|table| of_another_study(table, study))
        .collect()
}

/// The same of one dataset, once.
fn of_another_study(table: &Table, study: &str) -> Option<Finding> {
    let differs = |row: &usize| {
        let named = cell_of(table, *row, "STUDYID");
        !named.is_empty() && named != study
    };
    let mut rows = (0..table.len()).filter(differs);
    let first = rows.next()?;
    let (named, number) = (cell_of(table, first, "STUDYID"), rows.count() + 1);
    let sentence = both!(
        "{number} rows are of study \"{named}\", where the subjects are of \"{study}\"; take them out, or correct STUDYID",
        "{number}行属于研究“{named}”，而受试者属于“{study}”；请移除或更正STUDYID"
    );
    Some(Finding {
        subject: None,
        dataset: tercel::study::Dataset::new(&table.name),
        record: None,
        row: u32::try_from(first + 1).ok(),
        field: "STUDYID".to_owned(),
        rule: Rule::Disagree(sentence),
        blocks: Blocks::Decision,
    })
}

/// Datasets that name no subject, or not in every row.
const NOT_OF_SUBJECTS: [&str; 9] = ["OI", "RELREC", "TA", "TD", "TE", "TI", "TM", "TS", "TV"];

fn read_records(name: &str, reader: &Reader<'_>, trial: &Trial, subjects: &mut BTreeMap<SubjectId, Subject>) {
    let read = sdtm::DOMAINS
        .iter()
        .chain(&adam::DATASETS)
        .find(|domain| domain.name == name);
    for row in reader.rows() {
        let Some(subject) = subjects.get_mut(&row.record.subject) else {
            let decides = matches!(name, "AE" | "EX" | "FA" | "LB" | "DS");
            let blocks = if decides { Blocks::Decision } else { Blocks::Export };
            row.find("USUBJID", Rule::UnknownSubject, blocks);
            continue;
        };
        if let Some(domain) = read {
            (domain.read)(&row, trial, subject);
        }
    }
}

/// A rehearsal says so in its study identifier or in a `SYNTHFL` column.
fn is_synthetic(table: &Table) -> bool {
    let holds = |column: &str, text: &str| {
        let at = table.column(column);
        at.is_some_and(|at| table.cell(0, at).to_uppercase().contains(text))
    };
    holds("STUDYID", "SYNTHETIC") || holds("SYNTHFL", "Y")
}

/// Without these datasets some outcome cannot be answered: say which, once.
pub(crate) fn missing_datasets(data: &StudyData) -> Vec<Finding> {
    // Before anybody is enrolled nothing was done that these could hold.
    let failed = data
        .subjects
        .iter()
        .filter(|subject| subject.screen_failure().is_some())
        .count();
    if !data.dated || (failed > 0 && failed == data.subjects.len()) {
        return Vec::new();
    }
    let read = |name: &str| {
        data.datasets
            .iter()
            .any(|dataset| dataset.dataset.as_str() == name && dataset.rows > 0)
    };
    let needed = [
        (
            "EX",
            Text::new(
                "no infusion is known, so no outcome after infusion can be counted",
                "没有回输记录，因此无法计算回输后的任何结局",
            ),
        ),
        (
            "AE",
            Text::new(
                "no adverse event is known; that is not the same as none having occurred",
                "没有不良事件记录；这不等于没有发生",
            ),
        ),
        (
            "LB",
            Text::new(
                "no laboratory result is known, so no laboratory criterion of the protocol can be judged",
                "没有实验室结果，因此无法判断方案的任何实验室标准",
            ),
        ),
        (
            "SV",
            Text::new(
                "no visit is known, so follow-up ends at the last other record",
                "没有访视记录，因此随访止于最后一条其他记录",
            ),
        ),
    ];
    let missing = needed.iter().filter(|(name, _)| !read(name));
    missing
        .map(|(name, sentence)| Finding {
            subject: None,
            dataset: tercel::study::Dataset::new(name),
            record: None,
            row: None,
            field: String::new(),
            rule: Rule::Incomplete((*sentence).into()),
            blocks: Blocks::Decision,
        })
        .collect()
}
