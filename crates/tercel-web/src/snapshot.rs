//! What the study says now: records to study data to everything derived. Each subject is read again only when an entry was
//! made about it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use tercel::conduct::{ConductRecords, Study, check_conduct, entered_halts};
use tercel::design::DoseAnswer;
use tercel::dlt::Status;
use tercel::endpoint::{Analysis, Cell, Derived, derive_cells};
use tercel::language::Words;
use tercel::meeting::{Call, Completeness, OpenQuery};
use tercel::protocol::{DoseLevel, Trial, parse_protocol};
use tercel::study::{Blocks, StudyData, Subject, SubjectId};
use tercel_exchange::form::{
    Captured, Columns, SubjectRead, completeness, form, is_of_conduct, put_together, to_tables,
};
use tercel_exchange::{Table, read_tables};
use tercel_store::{Record, StoreError};

use crate::app::App;
use crate::ask::among;
use crate::capture::captured;
use crate::conduct::{conduct_of, site_time};
use crate::let_go::{LetGo, answer_of, holds_back};
use crate::meeting::MEETING;
use crate::protocol::{PROTOCOL, PROTOCOL_SITE, versions};
use crate::standing::Standing;

/// The study as of an entry.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The last entry it knows.
    pub(crate) entry: i64,
    /// Its hash.
    pub(crate) hash: String,
    /// What was entered of each subject.
    pub(crate) parts: BTreeMap<String, Arc<Part>>,
    /// Records of no subject.
    rest: Arc<Vec<Record>>,
    columns: Arc<Columns>,
    /// The conduct of the study.
    pub(crate) conduct: Arc<ConductRecords>,
    /// The day for which it was derived.
    pub(crate) today: Date,
    trial: Arc<Trial>,
    /// Registered versions of the protocol that say something else than the one the program runs, by name.
    registered: Arc<BTreeMap<String, Arc<Trial>>>,
    data: OnceLock<StudyData>,
    answer: OnceLock<Option<DoseAnswer>>,
    standing: OnceLock<Standing>,
    cells: OnceLock<Vec<Cell>>,
}

/// Subjects with their sites.
pub(crate) type Sited<'s> = Vec<(&'s str, Option<&'s str>)>;

/// What was entered of one subject.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its site, where a record in force names one.
    pub(crate) site: Option<String>,
    /// Whether any record is in force.
    in_force: bool,
    /// Records, those entered in error among them.
    pub(crate) records: usize,
    /// Queries that somebody still has to answer or close.
    pub(crate) queries: Vec<OpenQuery>,
    /// What is complete.
    pub(crate) completeness: Option<Completeness>,
    read: SubjectRead,
    kept: Vec<Record>,
    /// What was derived of it, as of a day.
    derived: Mutex<Option<(Date, Arc<Derived>)>>,
}

impl Part {
    fn new(records: Vec<Record>, trial: &Trial, columns: &Arc<Columns>) -> Self {
        let taken: Vec<Captured> = records.iter().filter(|record| !record.voided).map(captured).collect();
        let in_force = || records.iter().filter(|record| !record.voided);
        Self {
            site: in_force().find_map(|record| record.site.clone()),
            in_force: in_force().next().is_some(),
            records: records.len(),
            queries: records.iter().flat_map(queries_of).collect(),
            completeness: completeness_of(in_force()),
            read: SubjectRead::new(trial, &taken, columns),
            kept: records.into_iter().filter(is_kept).collect(),
            derived: Mutex::default(),
        }
    }

    /// What was derived of it as of this day.
    fn derived(&self, today: Date) -> Option<Arc<Derived>> {
        let last = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, derived) = last.as_ref()?;
        (*day == today).then(|| Arc::clone(derived))
    }

    fn keep(&self, today: Date, derived: &Arc<Derived>) {
        *self.derived.lock().unwrap_or_else(PoisonError::into_inner) = Some((today, Arc::clone(derived)));
    }
}

/// What the conduct of the study is told by.
pub(crate) fn is_kept(record: &Record) -> bool {
    let form = record.form.as_str();
    is_of_conduct(form) || form == MEETING || form == PROTOCOL || form == PROTOCOL_SITE || form == "account"
}

fn queries_of(record: &Record) -> impl Iterator<Item = OpenQuery> {
    record.open_queries().map(|query| OpenQuery {
        record: captured(record).record_id(),
        field: query.field.clone().unwrap_or_default(),
        text: query.text.clone(),
    })
}

/// Records of known forms, and those of them whose required answers are all there.
fn completeness_of<'r>(records: impl Iterator<Item = &'r Record>) -> Option<Completeness> {
    let mut all = Completeness {
        expected: 0,
        entered: 0,
        missing: Vec::new(),
    };
    for record in records {
        let Some(form) = form(&record.form) else { continue };
        all.expected += 1;
        if completeness(form, &record.values).missing.is_empty() {
            all.entered += 1;
        } else {
            all.missing.push(Words::english(record.key.clone()));
        }
    }
    (all.expected > 0).then_some(all)
}

impl Snapshot {
    /// The study by these records, as it stood on a day with the entries up to one.
    pub(crate) fn of_records(records: Vec<Record>, trial: &Arc<Trial>, entry: i64, today: Date) -> Self {
        let mut by_subject: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        let mut rest = Vec::new();
        for record in records {
            match &record.subject {
                Some(subject) => by_subject.entry(subject.clone()).or_default().push(record),
                None => rest.push(record),
            }
        }
        let mut columns: Arc<Columns> = Arc::default();
        let parts = loop {
            let parts: BTreeMap<String, Arc<Part>> = by_subject
                .iter()
                .map(|(subject, records)| (subject.clone(), Arc::new(Part::new(records.clone(), trial, &columns))))
                .collect();
            // A column that nobody had so far changes how all are read.
            let all = Arc::new(Columns::of(parts.values().map(|part| &part.read)));
            if parts.values().all(|part| part.read.is_with(&all)) {
                break parts;
            }
            columns = all;
        };
        Self {
            entry,
            hash: String::new(),
            conduct: Arc::new(conduct_in(&parts, &rest, trial)),
            registered: Arc::new(registered(&rest, trial)),
            parts,
            rest: Arc::new(rest),
            columns,
            today,
            trial: Arc::clone(trial),
            data: OnceLock::new(),
            answer: OnceLock::new(),
            standing: OnceLock::new(),
            cells: OnceLock::new(),
        }
    }

    /// Subject data of all records, with what is wrong in the conduct among their findings: put together when first asked
    /// for.
    pub(crate) fn data(&self) -> &StudyData {
        self.data.get_or_init(|| {
            let reads: Vec<&SubjectRead> = self.parts.values().map(|part| &part.read).collect();
            let mut data = put_together(&self.trial, &reads);
            add_conduct(&mut data, &self.trial, &self.conduct);
            data
        })
    }

    /// Records of a subject that its conduct is read from.
    pub(crate) fn conduct_of_subject(&self, subject: &str) -> impl Iterator<Item = &Record> {
        self.parts.get(subject).into_iter().flat_map(|part| &part.kept)
    }

    /// What the pages of the whole study show, derived when first asked for.
    pub(crate) fn standing(&self) -> &Standing {
        self.standing
            .get_or_init(|| Standing::derive(&self.analysis(), self.today))
    }

    /// Everything that is derived of the subjects; of one whose records did not change since the state before it is known.
    pub(crate) fn analysis(&self) -> Analysis<'_> {
        let part = |subject: &Subject| self.parts.get(subject.id.as_str());
        let known = |subject: &Subject| part(subject)?.derived(self.today);
        let analysis = Analysis::of_known(&self.trial, self.data(), Some(self.today), known);
        for facts in &analysis.facts {
            if let Some(part) = part(facts.subject) {
                part.keep(self.today, facts.derived());
            }
        }
        analysis
    }

    /// What the design says of the next dose.
    pub(crate) fn answer(&self) -> Option<&DoseAnswer> {
        let derive = || match self.standing.get() {
            Some(standing) => standing.answer.clone(),
            None => answer_of(&self.analysis()),
        };
        self.answer.get_or_init(derive).as_ref()
    }

    /// The meetings that the data call for, and that were not held on these data yet.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        let signed = self.conduct.decisions.iter().filter(|one| one.signed.is_some());
        let last = signed.max_by_key(|one| one.signed).and_then(|one| one.known.as_ref());
        let recommended = self.conduct.recommended.as_ref();
        let is_decided = move |call: &&Call| self.answer().is_some_and(|now| call.is_decided(now, last, recommended));
        self.standing().calls.iter().filter(move |call| !is_decided(call))
    }

    /// The outcomes as they stand, derived when first asked for.
    pub(crate) fn cells(&self) -> &[Cell] {
        self.cells.get_or_init(|| derive_cells(&self.analysis()))
    }

    /// The protocol a site works under: the version in force there, where versions are kept in the record. The data are read
    /// by the levels of the version that runs, so one with other levels is not taken back to.
    pub(crate) fn trial_at(&self, site: Option<&str>) -> &Arc<Trial> {
        let in_force = site.and_then(|site| self.conduct.version_at(site, self.today));
        in_force
            .and_then(|one| self.registered.get(&one.version))
            .filter(|other| other.dose_levels == self.trial.dose_levels)
            .unwrap_or(&self.trial)
    }

    /// The protocol a subject's site works under.
    pub(crate) fn trial_of(&self, subject: &str) -> &Arc<Trial> {
        let site = self.parts.get(subject).and_then(|part| part.site.as_deref());
        self.trial_at(site)
    }

    /// The study under each protocol that is in force at a site, with the subjects there that may be read and their sites.
    pub(crate) fn by_protocol(&self, sites: Option<&[String]>, now: jiff::Timestamp) -> Vec<(Study<'_>, Sited<'_>)> {
        let mut known: Vec<(&Trial, Sited<'_>)> = Vec::new();
        for (id, site) in self.subjects() {
            if !among(sites, site) {
                continue;
            }
            let trial: &Trial = self.trial_at(site);
            match known.iter_mut().find(|(other, _)| std::ptr::eq(*other, trial)) {
                Some((_, subjects)) => subjects.push((id, site)),
                None => known.push((trial, vec![(id, site)])),
            }
        }
        let studies = known.into_iter().map(|(trial, subjects)| {
            let study = Study::new(trial, self.data(), &self.conduct, site_time(now)).with_answer(self.answer());
            (study, subjects)
        });
        studies.collect()
    }

    /// Whether a halt stands, or a level that the committee opened is closed by the design.
    pub(crate) fn holds_back(&self, now: jiff::Timestamp) -> bool {
        holds_back(&self.study(now))
    }

    fn study(&self, now: jiff::Timestamp) -> Study<'_> {
        Study::new(&self.trial, self.data(), &self.conduct, site_time(now)).with_answer(self.answer())
    }

    /// What these records of a subject, in place of its own, would let go of.
    pub(crate) fn let_go_by(&self, subject: &str, own: &[Record], records: Vec<Record>, now: jiff::Timestamp) -> LetGo {
        let before = self.study(now);
        if !holds_back(&before) {
            return LetGo::default();
        }
        let data = self.data_with(subject, &records);
        let said = |records: &[Record]| counted(records, &self.trial, subject, self.today);
        // Where the subject counts as it did, the design says what it said.
        let answer = if said(own) == said(&records) {
            self.answer().cloned()
        } else {
            answer_of(&Analysis::new(&self.trial, &data, Some(self.today)))
        };
        let mut parts = self.parts.clone();
        let changed = Part::new(records, &self.trial, &self.columns);
        parts.insert(subject.to_owned(), Arc::new(changed));
        let conduct = conduct_in(&parts, &self.rest, &self.trial);
        let after = Study::new(&self.trial, &data, &conduct, site_time(now)).with_answer(answer.as_ref());
        LetGo::between(&before, &after)
    }

    /// The data with these records of a subject in place of its own.
    fn data_with(&self, subject: &str, records: &[Record]) -> StudyData {
        let mut data = self.data().clone();
        data.subjects.retain(|known| known.id.as_str() != subject);
        data.subjects
            .extend(subject_data(records, &self.trial, subject).subjects);
        data
    }

    /// Open queries of one subject.
    pub(crate) fn open_queries(&self, subject: &str) -> usize {
        self.parts.get(subject).map_or(0, |part| part.queries.len())
    }

    /// Subjects, by what was entered of them: also those without demography.
    pub(crate) fn subjects(&self) -> BTreeMap<&str, Option<&str>> {
        self.parts
            .iter()
            .filter(|(_, part)| part.in_force)
            .map(|(id, part)| (id.as_str(), part.site.as_deref()))
            .collect()
    }
}

/// Study data of records, with what is wrong in the conduct among their findings, and that conduct.
pub(crate) fn data_and_conduct<'r>(
    records: impl Iterator<Item = &'r Record> + Clone,
    trial: &Trial,
) -> (StudyData, ConductRecords) {
    let conduct = conduct_of(records.clone(), trial);
    (data_of(study_tables(records, trial), &conduct, trial), conduct)
}

/// The subject data of these datasets, with what the conduct of the study adds to them.
pub(crate) fn data_of(tables: Vec<Table>, conduct: &ConductRecords, trial: &Trial) -> StudyData {
    let mut data = answers_of(tables, trial);
    add_conduct(&mut data, trial, conduct);
    data
}

/// What the conduct of the study adds to its data: halts, and what is wrong in it.
fn add_conduct(data: &mut StudyData, trial: &Trial, conduct: &ConductRecords) {
    data.halts = entered_halts(conduct);
    // Files without a row may have lost them. A record without one says that nothing was entered so far: nobody is free of DLT
    // before the contact at the end of the window.
    for finding in data
        .findings
        .iter_mut()
        .filter(|finding| finding.is_unread() && finding.is_without_rows())
    {
        finding.blocks = Blocks::None;
    }
    data.findings.extend(check_conduct(trial, data, conduct));
}

/// The datasets that the records are: what was entered in error is left out.
pub(crate) fn study_tables<'r>(records: impl Iterator<Item = &'r Record>, trial: &Trial) -> Vec<Table> {
    let taken: Vec<Captured> = records.filter(|record| !record.voided).map(captured).collect();
    to_tables(trial, &taken)
}

/// What the forms with a dataset say.
fn answers_of(tables: Vec<Table>, trial: &Trial) -> StudyData {
    let mut data = read_tables(tables, trial).unwrap_or_default();
    // A study without subjects yet is still one with dates.
    data.dated = true;
    data
}

/// How a subject counts for the next dose by its records: its level, its infusion, its outcome.
pub(crate) fn counted(
    records: &[Record],
    trial: &Trial,
    subject: &str,
    today: Date,
) -> Option<(Option<DoseLevel>, Option<Date>, Status)> {
    let data = subject_data(records, trial, subject);
    let analysis = Analysis::new(trial, &data, Some(today));
    let facts = analysis.facts.first()?;
    Some((facts.level, facts.day0, facts.dlt.as_ref()?.status.clone()))
}

/// The data of one subject among its own records. Its conduct is not looked at: that rests on records of the study too.
pub(crate) fn subject_data(records: &[Record], trial: &Trial, subject: &str) -> StudyData {
    let mut data = answers_of(study_tables(records.iter(), trial), trial);
    let id = SubjectId::new(subject);
    data.subjects.retain(|known| known.id == id);
    data
}

/// The newest state, and the last ones of which more was derived.
#[derive(Debug, Default)]
pub(crate) struct Known {
    newest: RwLock<Option<Arc<Snapshot>>>,
    standing: Last,
    cells: Last,
}

/// The last state of which something was derived.
#[derive(Debug, Default)]
struct Last {
    last: RwLock<Option<Ready>>,
    /// One at a time.
    deriving: tokio::sync::Mutex<()>,
}

impl Known {
    fn with(&self, more: More) -> &Last {
        match more {
            More::Standing => &self.standing,
            More::Cells => &self.cells,
        }
    }
}

/// What is derived of a state beyond what was entered.
#[derive(Debug, Clone, Copy)]
enum More {
    /// What the pages of the whole study show.
    Standing,
    /// The outcomes.
    Cells,
}

impl More {
    /// How many times as long as it worked the next state is waited with.
    fn rest(self) -> u32 {
        match self {
            Self::Standing => 1,
            // Which outcomes rest on a record seldom changes but by that record, whose last entry is always waited for.
            Self::Cells => 10,
        }
    }

    /// What a page waits for the next state, if the last took so long.
    fn patience(self, took: Duration) -> Duration {
        match self {
            Self::Standing => PATIENCE,
            Self::Cells => PATIENCE.saturating_sub(took * self.rest()),
        }
    }
}

/// A state of which something was derived.
#[derive(Debug, Clone)]
struct Ready {
    snapshot: Arc<Snapshot>,
    at: Instant,
    /// How long that had taken.
    took: Duration,
}

impl Ready {
    /// Whether a page may show it: it knows an entry, and where there is a newer one it is not old.
    fn is_known(&self, knows: i64, last: i64, more: More) -> bool {
        let age = self.at.elapsed();
        self.snapshot.entry >= knows && (self.snapshot.entry == last || age < OLDEST.max(self.took * more.rest() * 3))
    }

    /// Where deriving takes long, it rests as long as it worked, or so many times as long: the machine has pages to make as well.
    fn is_resting(&self, times: u32) -> bool {
        self.took * times > PATIENCE && self.at.elapsed() < self.took * times
    }
}

/// The longest a page waits for a newer state than the last one derived.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long ago the state was derived that a page shows although there are newer entries.
const OLDEST: Duration = Duration::from_secs(5);

impl App {
    /// The study as it stands. While a newer state is being derived for longer than a page should take, the last one is
    /// given, which says up to which entry it knows; never one without the last halt, infusion or death entered here, and none
    /// that is older than seconds.
    pub(crate) async fn snapshot(self: &Arc<Self>) -> Result<Arc<Snapshot>, StoreError> {
        self.snapshot_with(More::Standing, self.grave.load(Ordering::Relaxed))
            .await
    }

    /// The study with its outcomes, as it stands or shortly before, but not before an entry.
    pub(crate) async fn snapshot_with_cells(self: &Arc<Self>, knows: i64) -> Result<Arc<Snapshot>, StoreError> {
        self.snapshot_with(More::Cells, knows).await
    }

    async fn snapshot_with(self: &Arc<Self>, more: More, knows: i64) -> Result<Arc<Snapshot>, StoreError> {
        let (entry, _) = self.store.head().await?;
        let ready = self.ready(more).filter(|ready| ready.is_known(knows, entry, more));
        if let Some(ready) = &ready
            && (ready.snapshot.entry == entry || ready.is_resting(more.rest()))
        {
            return Ok(Arc::clone(&ready.snapshot));
        }
        let fresh = tokio::spawn(Arc::clone(self).derive_with(more, entry));
        let Some(ready) = ready else {
            return fresh.await.unwrap_or_else(|_| Err(lost()));
        };
        match tokio::time::timeout(more.patience(ready.took), fresh).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(lost())),
            Err(_) => Ok(ready.snapshot),
        }
    }

    /// The study as it stands, or the last state of which everything was derived, where deriving a newer one takes longer than a
    /// page should: that is begun, and not waited for. Never one without the last halt, infusion or death entered here.
    pub(crate) async fn snapshot_derived(self: &Arc<Self>) -> Result<Arc<Snapshot>, StoreError> {
        let (entry, _) = self.store.head().await?;
        let Some(ready) = self.ready_at_once(0, entry) else {
            return self.snapshot().await;
        };
        if ready.snapshot.entry != entry && !ready.is_resting(More::Standing.rest()) {
            drop(tokio::spawn(Arc::clone(self).derive_with(More::Standing, entry)));
        }
        Ok(ready.snapshot)
    }

    /// The state that [`Self::snapshot_derived`] gives without waiting for it, where it knows an entry.
    pub(crate) async fn last_derived(&self, knows: i64) -> Result<Option<Arc<Snapshot>>, StoreError> {
        let (entry, _) = self.store.head().await?;
        Ok(self.ready_at_once(knows, entry).map(|ready| ready.snapshot))
    }

    /// The last state of which everything was derived, where it knows an entry and every grave one, and either is the newest or a
    /// newer one takes longer than a page should.
    fn ready_at_once(&self, knows: i64, last: i64) -> Option<Ready> {
        let knows = knows.max(self.grave.load(Ordering::Relaxed));
        self.ready(More::Standing).filter(|ready| {
            ready.is_known(knows, last, More::Standing) && (ready.snapshot.entry == last || ready.took > PATIENCE)
        })
    }

    /// The last state of which this was derived, where it is of today.
    fn ready(&self, more: More) -> Option<Ready> {
        let last = self
            .known
            .with(more)
            .last
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        last.clone().filter(|ready| ready.snapshot.today == self.today())
    }

    /// The study up to the last entry, however long it takes: what a decision rests on.
    pub(crate) async fn snapshot_now(self: &Arc<Self>) -> Result<Arc<Snapshot>, StoreError> {
        let (entry, _) = self.store.head().await?;
        self.derive(entry).await
    }

    /// Derives more of the state at an entry or later.
    async fn derive_with(self: Arc<Self>, more: More, entry: i64) -> Result<Arc<Snapshot>, StoreError> {
        let _one = self.known.with(more).deriving.lock().await;
        if let Some(ready) = self.ready(more)
            && ready.snapshot.entry >= entry
        {
            return Ok(ready.snapshot);
        }
        let begun = Instant::now();
        let newest = self.derive(entry).await?;
        let derived = Arc::clone(&newest);
        tokio::task::spawn_blocking(move || match more {
            More::Standing => _ = derived.standing(),
            More::Cells => _ = derived.cells(),
        })
        .await
        .map_err(|_| lost())?;
        let mut last = self
            .known
            .with(more)
            .last
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(Ready {
            snapshot: Arc::clone(&newest),
            at: Instant::now(),
            took: begun.elapsed(),
        });
        Ok(newest)
    }

    async fn derive(self: &Arc<Self>, entry: i64) -> Result<Arc<Snapshot>, StoreError> {
        let _one = self.computing.lock().await;
        let today = self.today();
        let known = self.known.newest.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = &known
            && known.entry >= entry
            && known.today == today
        {
            return Ok(Arc::clone(known));
        }
        let mut reading = self.store.reading().await?;
        let mut parts = known.as_ref().map(|known| known.parts.clone()).unwrap_or_default();
        let mut rest = known.as_ref().map(|known| Arc::clone(&known.rest)).unwrap_or_default();
        let mut columns = known
            .as_ref()
            .map(|known| Arc::clone(&known.columns))
            .unwrap_or_default();
        let mut touched = reading
            .touched_since(known.as_ref().map_or(0, |known| known.entry))
            .await?;
        let conduct_known = known.as_ref().filter(|_| touched.is_empty());
        let mut conduct = conduct_known.map(|known| Arc::clone(&known.conduct));
        while !touched.is_empty() {
            for subject in std::mem::take(&mut touched) {
                let records = reading.records(subject.as_deref()).await?;
                let Some(subject) = subject else {
                    rest = Arc::new(records);
                    continue;
                };
                let part = self.read_part(records, &columns).await?;
                columns = Arc::clone(part.read.columns());
                parts.insert(subject, Arc::new(part));
            }
            // A column that nobody had, or that the last answer was taken from, changes how all are read.
            columns = Arc::new(Columns::of(parts.values().map(|part| &part.read)));
            let other = parts.iter().filter(|(_, part)| !part.read.is_with(&columns));
            touched.extend(other.map(|(subject, _)| Some(subject.clone())));
        }
        let (entry, hash) = (reading.entry, reading.hash.clone());
        drop(reading);
        let conduct = conduct
            .take()
            .unwrap_or_else(|| Arc::new(conduct_in(&parts, &rest, &self.trial)));
        let earlier = known.as_ref().filter(|known| Arc::ptr_eq(&known.rest, &rest));
        let registered = earlier.map_or_else(
            || Arc::new(registered(&rest, &self.trial)),
            |known| Arc::clone(&known.registered),
        );
        let snapshot = Arc::new(Snapshot {
            entry,
            hash,
            registered,
            parts,
            rest,
            columns,
            conduct,
            today,
            trial: Arc::clone(&self.trial),
            data: OnceLock::new(),
            answer: OnceLock::new(),
            standing: OnceLock::new(),
            cells: OnceLock::new(),
        });
        *self.known.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    async fn read_part(&self, records: Vec<Record>, columns: &Arc<Columns>) -> Result<Part, StoreError> {
        let (trial, columns) = (Arc::clone(&self.trial), Arc::clone(columns));
        tokio::task::spawn_blocking(move || Part::new(records, &trial, &columns))
            .await
            .map_err(|_| lost())
    }
}

/// Registered versions that say something else than the protocol that runs: also one of the same name, where the file was
/// changed since it was signed.
fn registered(rest: &[Record], running: &Trial) -> BTreeMap<String, Arc<Trial>> {
    let read = versions(rest.iter()).into_iter().filter_map(|one| {
        let trial = parse_protocol("protocol.toml", one.text).ok()?;
        Some((one.name.to_owned(), Arc::new(trial)))
    });
    read.filter(|(_, trial)| **trial != *running).collect()
}

fn conduct_in(parts: &BTreeMap<String, Arc<Part>>, rest: &[Record], trial: &Trial) -> ConductRecords {
    let of_subjects = parts.values().flat_map(|part| &part.kept);
    let of_study = rest.iter().filter(|record| is_kept(record));
    let mut records: Vec<&Record> = of_subjects.chain(of_study).collect();
    records.sort_by(|one, other| one.key.cmp(&other.key));
    conduct_of(records.iter().copied(), trial)
}

fn lost() -> StoreError {
    StoreError::Damaged {
        seq: 0,
        what: "deriving the study from its records failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tercel::protocol::parse_protocol;
    use tercel_store::{Entry, Kind, Record, step};

    use super::registered;

    const TEXT: &str = include_str!("../../../trials/il1rap-hcc/protocol.toml");

    fn version(text: &str) -> Record {
        let entry = |seq, kind, payload: String| Entry {
            seq,
            kind,
            record: Some("PROTOCOL/1".to_owned()),
            version: Some(1),
            form: Some("protocol".to_owned()),
            subject: None,
            site: None,
            author: "huang".to_owned(),
            role: "medical-monitor".to_owned(),
            entered_at: "2026-03-01T08:00:00.000Z".to_owned(),
            happened: None,
            reason: None,
            protocol: None,
            payload,
            prior: String::new(),
            hash: "made".to_owned(),
        };
        let values = serde_json::json!({"values": {"version": "1.0", "digest": "d", "text": text}});
        let signature = serde_json::json!({"name": "Huang Wei", "meaning": "approved", "content": "made"});
        let made = step(None, &entry(1, Kind::Create, values.to_string()));
        step(made, &entry(2, Kind::Sign, signature.to_string())).unwrap()
    }

    #[test]
    fn a_file_changed_under_a_signed_version_is_not_what_gates_ask_by() {
        let running = parse_protocol("protocol.toml", TEXT).unwrap();
        assert!(registered(&[version(TEXT)], &running).is_empty());
        let commented = format!("# as signed\n{TEXT}");
        assert!(registered(&[version(&commented)], &running).is_empty());
        let signed = TEXT.replacen("window_days = 28", "window_days = 42", 1);
        let differing = registered(&[version(&signed)], &running);
        assert_eq!(differing["1.0"].dlt.window_days, 42);
    }
}
