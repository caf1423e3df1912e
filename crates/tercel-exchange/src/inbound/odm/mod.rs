//! ODM 1.3: the clinical data of a capture system, as a snapshot or as transactions.
//!
//! # What it derives
//! A row of an SDTM dataset for each item group, of `DM` one for each subject. Items are variables by a mapping, or by their own
//! name (`IT.AE.AETERM`). A test of a wide item group gets a row of its own (`LB.LBORRES:HGB`) with what the group shares.
//!
//! # Source
//! CDISC ODM 1.3.2: ClinicalData, SubjectData, StudyEventData, FormData, ItemGroupData, ItemData and ItemData* with TransactionType
//! and repeat keys.
//!
//! # Rules
//! Transactions take effect in the order of the files. `Remove` takes away all below; `Insert`, `Update` and `Upsert` set; what
//! they replace is listed. Audit records, signatures and annotations stand beside the data and are listed by their number.
//!
//! A time of a `--DTC` is by the site's clock where its offset is given; else it keeps the zone it was sent with, and a time in UTC
//! is a finding. No time gains a zone.
//!
//! # Limits
//! A document type declaration is refused, so that no entity is expanded. Text is UTF-8.

mod mapping;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

pub use self::mapping::OdmMapping;
use self::mapping::Target;
use self::read::{Place, Said, Transaction, read};
use super::result::complete;
use super::time::Clock;
use super::{Inbound, InboundError, Left, Offset, Sheet, Subjects, Why};

/// A value and its unit, as they stand after all transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    text: String,
    unit: String,
    kind: String,
}

/// Clinical data of several files that are read one after another.
#[derive(Debug, Default)]
pub struct OdmReader {
    groups: BTreeMap<Place, Group>,
    sites: BTreeMap<(String, String), String>,
    units: BTreeMap<String, String>,
    beside: BTreeMap<(String, String), usize>,
    /// Identifiers of the files read.
    read: BTreeSet<String>,
    /// The file that the one at hand continues.
    continues: Option<String>,
    clock: Clock,
    inbound: Inbound,
}

/// An item group with the file it stands in.
#[derive(Debug, Default)]
struct Group {
    file: String,
    items: BTreeMap<String, Value>,
}

impl OdmReader {
    /// Reads one file.
    pub fn read(&mut self, file: &str, source: impl Read) -> Result<(), InboundError> {
        read(source, &mut |said| self.take(file, said))?;
        // What a transaction changes has to be known.
        match self.continues.take().filter(|prior| !self.read.contains(prior)) {
            Some(prior) => Err(InboundError::NotOdm(format!(
                "it continues the file {prior}, which was not read before it; give all files together, from the first on"
            ))),
            None => Ok(()),
        }
    }

    fn take(&mut self, file: &str, said: Said) {
        match said {
            Said::Beside(name) => *self.beside.entry((file.to_owned(), name)).or_default() += 1,
            Said::File { own, prior } => {
                self.read.insert(own);
                self.continues = Some(prior).filter(|prior| !prior.is_empty());
            }
            Said::Unit { unit, name } => drop(self.units.insert(unit, name)),
            Said::Site { place, site } => drop(self.sites.insert((place.study, place.subject), site)),
            Said::Remove(place) => self.remove(file, &place),
            Said::Item {
                place,
                item,
                kind,
                value,
                unit,
                transaction,
            } => {
                self.inbound.count_read("ItemData");
                let path = format!("{}/{item}", place.path());
                let left = |why| Left {
                    file: file.to_owned(),
                    place: path,
                    subject: None,
                    why,
                };
                match transaction {
                    Transaction::Removes => {
                        let group = self.groups.get_mut(&place);
                        let removed = group.and_then(|group| group.items.remove(&item));
                        self.inbound.leave(left(if removed.is_some() {
                            Why::Removed
                        } else {
                            Why::NothingToRemove
                        }));
                    }
                    Transaction::Sets => {
                        let Some(text) = value else {
                            self.inbound.leave(left(Why::NoValue));
                            return;
                        };
                        let group = self.groups.entry(place).or_default();
                        file.clone_into(&mut group.file);
                        let before = group.items.insert(
                            item,
                            Value {
                                text: text.clone(),
                                unit,
                                kind,
                            },
                        );
                        match before {
                            Some(before) if before.text == text => {
                                self.inbound
                                    .duplicates
                                    .push(left(Why::SameRecord("an earlier transaction".to_owned())));
                            }
                            Some(before) => self.inbound.leave(left(Why::Replaced(before.text))),
                            None => {}
                        }
                    }
                }
            }
        }
    }

    /// Takes away everything below a place.
    fn remove(&mut self, file: &str, place: &Place) {
        let below = |other: &Place| {
            let pairs = [
                (&place.event, &other.event),
                (&place.event_repeat, &other.event_repeat),
                (&place.form, &other.form),
                (&place.form_repeat, &other.form_repeat),
                (&place.group, &other.group),
                (&place.group_repeat, &other.group_repeat),
            ];
            // Repeat keys belong to the key before them: a form without one is the form without one.
            let of_level = |at: usize| pairs.get(at).is_none_or(|(key, _)| key.is_empty());
            let same = pairs
                .iter()
                .enumerate()
                .all(|(at, (mine, theirs))| of_level(at - at % 2) || mine == theirs);
            other.study == place.study && other.subject == place.subject && same
        };
        let from = Place {
            study: place.study.clone(),
            subject: place.subject.clone(),
            ..Place::default()
        };
        let of_subject = self.groups.range(from..).map(|(other, _)| other);
        let of_subject = of_subject.take_while(|other| other.study == place.study && other.subject == place.subject);
        let gone: Vec<Place> = of_subject.filter(|other| below(other)).cloned().collect();
        let why = if gone.is_empty() {
            Why::NothingToRemove
        } else {
            Why::Removed
        };
        for place in &gone {
            self.groups.remove(place);
        }
        self.inbound.leave(Left {
            file: file.to_owned(),
            place: place.path(),
            subject: None,
            why,
        });
    }

    /// The datasets; `study` is `STUDYID`, where it is not that of the files. `offset`: the site's clock; times with a zone are
    /// written by it, or as they were sent where it is not given.
    pub fn finish(
        mut self,
        mapping: &OdmMapping,
        study: Option<&str>,
        subjects: &Subjects,
        offset: Option<Offset>,
    ) -> Inbound {
        self.clock = Clock::new(offset);
        let mut rows = Rows::default();
        let groups = std::mem::take(&mut self.groups);
        let mut studies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for place in groups.keys() {
            studies.entry(&place.subject).or_default().insert(&place.study);
        }
        // A key names a subject within its own study alone.
        let one_study = |place: &Place| match studies.get(place.subject.as_str()) {
            Some(several) if several.len() > 1 => {
                let several: Vec<&str> = several.iter().copied().collect();
                Err(Why::SeveralStudies(several.join(", ")))
            }
            Some(_) | None => Ok(()),
        };
        for (place, group) in &groups {
            match one_study(place).and_then(|()| subjects.find(&place.subject)) {
                Ok(subject) => rows.add(place, group, &subject, (mapping, study), &mut self),
                Err(why) => self.inbound.leave(Left {
                    file: group.file.clone(),
                    place: place.path(),
                    subject: None,
                    why,
                }),
            }
        }
        let file = groups.values().next().map(|group| group.file.clone());
        for why in self.clock.notes() {
            self.inbound.findings.push(Left {
                file: file.clone().unwrap_or_default(),
                place: "times".to_owned(),
                subject: None,
                why,
            });
        }
        for ((file, name), count) in &self.beside {
            self.inbound.leave(Left {
                file: file.clone(),
                place: name.clone(),
                subject: None,
                why: Why::Beside(*count),
            });
        }
        rows.pour(self.inbound)
    }
}

/// Reads one file and gives its datasets.
pub fn read_odm(
    file: &str,
    source: impl Read,
    mapping: &OdmMapping,
    study: Option<&str>,
    subjects: &Subjects,
) -> Result<Inbound, InboundError> {
    let mut reader = OdmReader::default();
    reader.read(file, source)?;
    Ok(reader.finish(mapping, study, subjects, None))
}

/// Texts by variable.
type Cells = BTreeMap<String, String>;

/// The rows of a group: one for each test, with what they share; of a group without tests the one row.
fn with_shared(dataset: &str, tests: Vec<(String, Cells)>, shared: Cells) -> Vec<Cells> {
    if tests.is_empty() {
        return vec![shared];
    }
    let row = |(test, cells): (String, Cells)| {
        let mut all = shared.clone();
        all.insert(format!("{dataset}TESTCD"), test);
        all.extend(cells);
        all
    };
    tests.into_iter().map(row).collect()
}

/// One row of a dataset.
#[derive(Debug, Default)]
struct Row {
    cells: Cells,
    file: String,
    place: String,
}

/// Rows by dataset, and items that are in none.
#[derive(Debug, Default)]
struct Rows {
    by_dataset: BTreeMap<String, Vec<Row>>,
    /// The one row of a subject in `DM`.
    subjects: BTreeMap<String, Row>,
    /// Items that nobody mapped, by file: how many, and whether the mapping leaves them out.
    unknown: BTreeMap<(String, String), (usize, bool)>,
}

impl Rows {
    fn add(
        &mut self,
        place: &Place,
        group: &Group,
        subject: &str,
        (mapping, study): (&OdmMapping, Option<&str>),
        reader: &mut OdmReader,
    ) {
        let mut rows: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
        for (item, value) in &group.items {
            let Some(target) = mapping.target(item) else {
                let key = (group.file.clone(), item.clone());
                self.unknown.entry(key).or_insert((0, mapping.is_ignored(item))).0 += 1;
                continue;
            };
            if value.text.is_empty() {
                continue;
            }
            if matches!(
                value.kind.as_str(),
                "ItemDataHexBinary" | "ItemDataBase64Binary" | "ItemDataHexFloat" | "ItemDataBase64Float"
            ) {
                reader.inbound.leave(Left {
                    file: group.file.clone(),
                    place: format!("{}/{item}", place.path()),
                    subject: Some(subject.to_owned()),
                    why: Why::ValueKind(value.kind.clone()),
                });
                continue;
            }
            reader.inbound.count_taken("ItemData");
            let Target {
                dataset,
                variable,
                test,
            } = target;
            let row = rows.entry((dataset.clone(), test)).or_default();
            if variable.ends_with("ORRES") && !value.unit.is_empty() {
                let unit = mapping.unit(&value.unit, &reader.units).to_owned();
                row.insert(format!("{variable}U"), unit);
            }
            let text = mapping.value(item, &value.text);
            let text = match (value.kind.as_str(), text) {
                ("ItemDataBoolean", "true" | "1") => "Y",
                ("ItemDataBoolean", "false" | "0") => "N",
                (_, text) => text,
            };
            // What is no time stays as it is: it is found where the datasets are read.
            let moment = if variable.ends_with("DTC") {
                reader.clock.read_as_sent(text).ok()
            } else {
                None
            };
            row.insert(variable, moment.unwrap_or_else(|| text.to_owned()));
        }
        let datasets: BTreeSet<String> = rows.keys().map(|(dataset, _)| dataset.clone()).collect();
        for dataset in datasets {
            let mut shared = rows.remove(&(dataset.clone(), String::new())).unwrap_or_default();
            let own: Vec<(String, BTreeMap<String, String>)> = rows
                .iter()
                .filter(|((name, _), _)| *name == dataset)
                .map(|((_, test), cells)| (test.clone(), cells.clone()))
                .collect();
            for ((of, variable), value) in mapping.constants.iter().filter(|((of, _), _)| *of == dataset) {
                debug_assert_eq!(of, &dataset);
                shared.entry(variable.clone()).or_insert_with(|| value.clone());
            }
            let study = study.unwrap_or(&place.study);
            for (variable, value) in [("STUDYID", study), ("DOMAIN", &dataset), ("USUBJID", subject)] {
                shared.insert(variable.to_owned(), value.to_owned());
            }
            if let Some(visit) = mapping.visits.get(&place.event).filter(|_| dataset != "DM") {
                shared.entry("VISIT".to_owned()).or_insert_with(|| visit.clone());
            }
            let row = |cells| Row {
                cells,
                file: group.file.clone(),
                place: place.path(),
            };
            if dataset == "DM" {
                let site = reader.sites.get(&(place.study.clone(), place.subject.clone()));
                let site = site.map(|site| ("SITEID".to_owned(), site.clone()));
                self.add_subject(subject, row(shared), site, &mut reader.inbound);
                continue;
            }
            for cells in with_shared(&dataset, own, shared) {
                self.add_row(&dataset, subject, row(cells), mapping, &mut reader.inbound);
            }
        }
    }

    /// Adds a row; a result of no test, and a laboratory result that nobody has, is left.
    fn add_row(&mut self, dataset: &str, subject: &str, mut row: Row, mapping: &OdmMapping, inbound: &mut Inbound) {
        let is_of_no_test = mapping.has_tests(dataset) && !row.cells.contains_key(&format!("{dataset}TESTCD"));
        let done = if is_of_no_test {
            Err(Why::NoValue)
        } else if dataset == "LB" {
            complete(&mut row.cells)
        } else {
            Ok(None)
        };
        let left = |why| Left {
            file: row.file.clone(),
            place: row.place.clone(),
            subject: Some(subject.to_owned()),
            why,
        };
        match done {
            Err(why) => inbound.leave(left(why)),
            Ok(said) => {
                inbound.findings.extend(said.map(left));
                self.by_dataset.entry(dataset.to_owned()).or_default().push(row);
            }
        }
    }

    /// Puts what several groups say of a subject into its one row; the first to say something is kept.
    fn add_subject(&mut self, subject: &str, row: Row, site: Option<(String, String)>, inbound: &mut Inbound) {
        let known = self.subjects.entry(subject.to_owned()).or_insert_with(|| Row {
            cells: BTreeMap::new(),
            file: row.file.clone(),
            place: row.place.clone(),
        });
        for (variable, value) in row.cells.into_iter().chain(site) {
            let before = known.cells.entry(variable.clone()).or_insert_with(|| value.clone());
            if *before != value && variable != "SITEID" {
                inbound.findings.push(Left {
                    file: row.file.clone(),
                    place: format!("{}, {variable}", row.place),
                    subject: Some(subject.to_owned()),
                    why: Why::OtherResult(format!("{} (\"{before}\", first)", known.place)),
                });
            }
        }
    }

    fn pour(mut self, mut inbound: Inbound) -> Inbound {
        for ((file, item), (count, ignored)) in std::mem::take(&mut self.unknown) {
            inbound.leave(Left {
                file,
                place: format!("{item}, in {count} item groups"),
                subject: None,
                why: if ignored {
                    Why::LeftOut
                } else {
                    Why::UnknownCode(format!("item {item}"))
                },
            });
        }
        if !self.subjects.is_empty() {
            let rows = std::mem::take(&mut self.subjects).into_values().collect();
            self.by_dataset.insert("DM".to_owned(), rows);
        }
        let mut sheets = Vec::new();
        for (dataset, rows) in self.by_dataset {
            let named: BTreeSet<&String> = rows.iter().flat_map(|row| row.cells.keys()).collect();
            let columns = in_order(&dataset, &named);
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let key = |ends: &[&str]| {
                let found = ends.iter().map(|end| format!("{dataset}{end}"));
                found
                    .into_iter()
                    .find(|name| columns.contains(&name.as_str()))
                    .unwrap_or_else(|| "USUBJID".to_owned())
            };
            let (time, what) = (
                key(&["STDTC", "DTC", "ENDTC"]),
                key(&["TESTCD", "TERM", "TRT", "DECOD"]),
            );
            let mut sheet = Sheet::new(&dataset, &columns, ["USUBJID", &time, &what], &columns);
            for row in &rows {
                let cells: Vec<(&str, &str)> = row
                    .cells
                    .iter()
                    .map(|(name, text)| (name.as_str(), text.as_str()))
                    .collect();
                sheet.push(&cells, &row.file, &row.place);
            }
            sheets.push(sheet);
        }
        inbound.finish(sheets);
        inbound
    }
}

/// Identifiers first, then the others by name; the number of the row stands third.
fn in_order(dataset: &str, named: &BTreeSet<&String>) -> Vec<String> {
    let sequence = format!("{dataset}SEQ");
    let mut columns: Vec<String> = ["STUDYID", "DOMAIN", "USUBJID"].map(str::to_owned).to_vec();
    if dataset != "DM" {
        columns.push(sequence.clone());
    }
    let others = named
        .iter()
        .filter(|name| !columns.contains(name))
        .map(|name| (*name).clone());
    let others: Vec<String> = others.collect();
    columns.extend(others);
    columns
}
