//! `tercel import`: datasets, a table of one form, or data of another system into the record of a trial.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde_json::{Map, Value, json};
use tercel::language::both;
use tercel::protocol::Trial;
use tercel_exchange::form::{Captured, FORMS, Form, Scope, form, from_csv, from_tables};
use tercel_exchange::inbound::{Inbound, Left, Subjects, Why};
use tercel_exchange::{Table, bounded, read_datasets};
use tercel_store::{Change, Clock, NewRecord, Record, RecordFilter, Store, StoreError};
use tercel_web::{SIGNED_FORMS, let_go, new_record, record_series, sites_of};

use super::Answer;
use crate::inbound::{Format, InboundArgs, report_json, report_text};
use crate::output::Output;
use crate::record::{RecordArgs, note, open_or_start, operator, wait};
use crate::study::require_protocol;

/// Arguments of `tercel import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    record: RecordArgs,
    /// A folder of SDTM datasets, a CSV file with one column for each question of --form, or files of --format
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// What the files are
    #[arg(long, value_enum, default_value = "sdtm")]
    format: Format,
    #[command(flatten)]
    inbound: InboundArgs,
    /// The form of the rows of a CSV file; its columns are the form's fields and `subject`
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// Where a halt would no longer stand by these data, or the rule would no longer close a dose level: enter them with a halt of
    /// treatment, which two members of the committee end
    #[arg(long)]
    halt: bool,
    /// Say what would be entered, and enter nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let trial = require_protocol(&args.record.trial)?;
    let Read {
        captured,
        not_taken,
        inbound,
    } = read(args, &trial)?;
    let (entered, halts) = wait(async {
        let address = args.record.address();
        let store = if args.dry_run {
            match Store::open(&address, Clock::System).await {
                Err(StoreError::Missing(_)) => None,
                answer => Some(answer?),
            }
        } else {
            Some(open_or_start(&address, &trial.id).await?)
        };
        let there = match &store {
            Some(store) => store.records(&RecordFilter::default()).await?,
            None => Vec::new(),
        };
        let mut new = plan(&there, captured)?;
        let halt = halt_with(&there, &new, &trial, args.halt)?;
        let (entered, halts) = (new.len(), halt.is_some());
        new.extend(halt);
        if let (Some(store), false) = (store, args.dry_run) {
            // One sitting: all of it is entered, or nothing.
            let changes = new.into_iter().map(Change::Create);
            store.append_all(&operator(), Some(&trial.version), changes).await?;
            note(&store, "import").await?;
            store.close().await;
        }
        Ok((entered, halts))
    })?;
    let json = || {
        let mut answer = Map::new();
        answer.insert("entered".to_owned(), json!(entered));
        answer.insert("dry_run".to_owned(), json!(args.dry_run));
        answer.insert("halts".to_owned(), json!(halts));
        let mut lines: Vec<Value> = not_taken.iter().map(|line| json!(line)).collect();
        if let Some(inbound) = &inbound {
            let mut report = report_json(inbound);
            if let Some(Value::Array(sent)) = report.remove("not_taken") {
                lines.splice(0..0, sent);
            }
            answer.extend(report);
        }
        answer.insert("not_taken".to_owned(), Value::Array(lines));
        Value::Object(answer)
    };
    let text = || {
        let verb = if args.dry_run { "would be entered" } else { "entered" };
        let mut text = format!("{entered} records {verb}\n");
        if halts {
            text.push_str(
                "treatment is halted with them until two members of the committee sign the end of the halt\n",
            );
        }
        text.push_str(&inbound.as_ref().map(report_text).unwrap_or_default());
        for line in &not_taken {
            text.push_str(line);
            text.push('\n');
        }
        text
    };
    output.print(json, text)?;
    Ok(Answer::Given)
}

/// What was read: records, a line for everything of datasets that is in none, and what another system sent.
struct Read {
    captured: Vec<Captured>,
    not_taken: Vec<String>,
    inbound: Option<Inbound>,
}

fn read(args: &Args, trial: &Trial) -> anyhow::Result<Read> {
    if args.format != Format::Sdtm {
        if args.form.is_some() {
            bail!("--form is for a CSV table of one form; leave --format out, or --form");
        }
        return read_inbound(args, trial);
    }
    args.inbound.refuse_for_sdtm()?;
    let [source] = args.sources.as_slice() else {
        bail!("import one folder of SDTM datasets, or one CSV file of --form, at a time");
    };
    let (captured, not_taken) = read_source(source, args.form.as_deref(), trial)?;
    Ok(Read {
        captured,
        not_taken,
        inbound: None,
    })
}

/// The records of the source, and a line for everything that is in none.
fn read_source(source: &Path, id: Option<&str>, trial: &Trial) -> anyhow::Result<(Vec<Captured>, Vec<String>)> {
    let Some(id) = id else {
        let (tables, unread) = read_datasets(source)?;
        let (captured, not_taken) = from_tables(&tables, trial);
        let unread = unread.iter().map(|finding| finding.rule.to_string());
        let said = not_taken.iter().map(ToString::to_string);
        return Ok((captured, unread.chain(said).collect()));
    };
    let known = || FORMS.iter().map(|form| form.id).collect::<Vec<_>>().join(", ");
    let form = form(id).ok_or_else(|| anyhow!("--form {id}: there is no such form; there are {}", known()))?;
    let bytes = bounded::read(source, bounded::Kind::Lines, bounded::MAX_DATASET)
        .with_context(|| format!("failed to read {}", source.display()))?;
    let table = Table::parse_csv(&source.display().to_string(), &bytes)?;
    let import = from_csv(form, &table, trial, jiff::Zoned::now().datetime());
    let mistakes: Vec<String> = import.mistakes.iter().map(ToString::to_string).collect();
    if import.is_refused() {
        bail!("nothing was entered; correct the file first\n{}", mistakes.join("\n"));
    }
    Ok((import.records, mistakes))
}

/// The records of what another system sent. Who a subject is stands in the record already, or in the demography sent by ODM.
fn read_inbound(args: &Args, trial: &Trial) -> anyhow::Result<Read> {
    let known = wait(async {
        match Store::open(&args.record.address(), Clock::System).await {
            Err(StoreError::Missing(_)) => Ok(Vec::new()),
            answer => Ok(answer?.reading().await?.touched_since(0).await?),
        }
    })?;
    let mut subjects: Vec<String> = known.into_iter().flatten().collect();
    subjects.sort();
    // A capture system brings its subjects along; a hospital's or laboratory's patients are looked for among those there.
    let known = if args.format == Format::Odm {
        Vec::new()
    } else {
        subjects
    };
    let subjects = Subjects {
        links: args.inbound.links()?,
        known,
    };
    let mut inbound = args.inbound.read(args.format, &args.sources, &trial.id, subjects)?;
    if args.format != Format::Odm {
        leave_deaths(&mut inbound);
        inbound.tables.retain(|table| table.name != "DM");
    }
    let (mut captured, not_taken) = from_tables(&inbound.tables, trial);
    for record in &mut captured {
        // The number is given by the record; the row of a subject has that of its form.
        if record.definition().is_some_and(|form| form.domain != Some("DM")) {
            record.number = 0;
        }
    }
    let not_taken = not_taken.iter().map(ToString::to_string).collect();
    Ok(Read {
        captured,
        not_taken,
        inbound: Some(inbound),
    })
}

/// Patients of a hospital are subjects already: of their rows the deaths alone would be new, and those have a form of their own.
fn leave_deaths(inbound: &mut Inbound) {
    let Some(table) = inbound.tables.iter().find(|table| table.name == "DM") else {
        return;
    };
    let cell = |row: usize, name: &str| table.column(name).map_or("", |at| table.cell(row, at)).to_owned();
    let died = |row: &usize| !cell(*row, "DTHDTC").is_empty() || cell(*row, "DTHFL") == "Y";
    let left = |row: usize| Left {
        file: table.file.clone(),
        place: "Patient".to_owned(),
        subject: Some(cell(row, "USUBJID")),
        why: Why::Death(match cell(row, "DTHDTC") {
            when if when.is_empty() => "on a day not sent".to_owned(),
            when => when,
        }),
    };
    let deaths: Vec<Left> = (0..table.len()).filter(died).map(left).collect();
    inbound.not_taken.extend(deaths);
    if let Some(count) = inbound.counts.get_mut("Patient") {
        count.taken = 0;
    }
}

/// What is to be entered: what is there already with the same answers is passed over, what is there with others refuses the
/// import, and so does a subject whose site nobody stated.
fn plan(there: &[Record], captured: Vec<Captured>) -> anyhow::Result<Vec<NewRecord>> {
    let mut sites: BTreeMap<String, String> = there
        .iter()
        .filter_map(|record| Some((record.subject.clone()?, record.site.clone()?)))
        .collect();
    sites.extend(sites_of(&captured));
    let known = Known::new(there);
    let subjects: HashSet<&str> = there.iter().filter_map(|record| record.subject.as_deref()).collect();
    let (mut all, mut conflicts) = (Vec::new(), Vec::new());
    for record in captured {
        let Some(form) = record.definition() else {
            bail!("{} is no form; nothing was entered", record.form);
        };
        let subject = record.subject.as_deref();
        let Some(site) = subject.and_then(|subject| sites.get(subject)) else {
            bail!(
                "the site of subject {} is not known; enter its demography first. Nothing was entered",
                subject.unwrap_or("(blank)")
            );
        };
        if form.scope == Scope::Study {
            bail!(
                "the form {} is of the study, not of a subject; enter it in the browser. Nothing was entered",
                form.id
            );
        }
        let key = format!("{}/{}", record_series(form, subject), record.number);
        if let Some(known) = known.by_key.get(key.as_str()) {
            if known.values != record.values {
                bail!("{key} is in the record with other answers; correct it there. Nothing was entered");
            }
            continue;
        }
        // A row without a number is the same as one that is there where every answer is: a file imported twice.
        if record.number == 0 {
            if known.answers.contains(&(form.id, subject, &record.values)) {
                continue;
            }
            if let Some(other) =
                occasion(form, &record.values).and_then(|at| known.occasions.get(&(form.id, subject, at)))
            {
                conflicts.push(other.key.clone());
            }
        }
        // What is known of a subject that comes with all its data was decided elsewhere.
        if SIGNED_FORMS.contains(&form.id) && subject.is_some_and(|subject| subjects.contains(subject)) {
            bail!(
                "{} of {}: two persons sign it in the browser. Nothing was entered",
                form.title.en,
                subject.unwrap_or_default()
            );
        }
        let number = (record.number > 0).then_some(record.number);
        all.push(new_record(form, subject, Some(site), number, record.values));
    }
    if !conflicts.is_empty() {
        conflicts.sort();
        conflicts.dedup();
        let (count, shown) = (
            conflicts.len(),
            conflicts.iter().take(20).cloned().collect::<Vec<_>>().join(", "),
        );
        bail!(
            "{count} records say something else of the same subject, time and test: {shown}; correct them there. Nothing was entered"
        );
    }
    Ok(all)
}

/// The halt that is entered with new records by which a halt would stand no more, or the design would close a level no more.
fn halt_with(there: &[Record], new: &[NewRecord], trial: &Trial, asked: bool) -> anyhow::Result<Option<NewRecord>> {
    let now = Clock::System.now();
    let let_go = let_go(there, new, trial, now).map_err(|why| anyhow!("{}", why.en))?;
    match let_go.words() {
        Some(gone) if !asked => bail!(
            "by these data {}: add --halt to enter with them a halt of treatment, which two members of the committee end. \
             Nothing was entered",
            gone.en
        ),
        _ => Ok(let_go.halt(&both!("records imported", "导入记录"), now)),
    }
}

/// Answers of a record, by field.
type Values = BTreeMap<String, String>;

/// What is there already, by all the ways in which it is looked for.
struct Known<'r> {
    by_key: HashMap<&'r str, &'r Record>,
    answers: HashSet<(&'r str, Option<&'r str>, &'r Values)>,
    occasions: HashMap<(&'r str, Option<&'r str>, [&'r str; 3]), &'r Record>,
}

impl<'r> Known<'r> {
    fn new(there: &'r [Record]) -> Self {
        let by_key = there.iter().map(|record| (record.key.as_str(), record)).collect();
        let standing = || there.iter().filter(|record| !record.voided);
        let of = |record: &'r Record| (record.form.as_str(), record.subject.as_deref());
        let answers = standing().map(|record| {
            let (form, subject) = of(record);
            (form, subject, &record.values)
        });
        let occasions = standing().filter_map(|record| {
            let (id, subject) = of(record);
            Some(((id, subject, occasion(form(id)?, &record.values)?), record))
        });
        Self {
            by_key,
            answers: answers.collect(),
            occasions: occasions.collect(),
        }
    }
}

/// Test, event or medication, its time, and the specimen where that is not blood: another record with the same is of the same.
fn occasion<'v>(form: &Form, values: &'v Values) -> Option<[&'v str; 3]> {
    let domain = form.domain?.to_lowercase();
    let value = |ends: &[&str]| {
        let found = ends.iter().find_map(|end| values.get(&format!("{domain}{end}")));
        found.map(String::as_str).filter(|text| !text.is_empty())
    };
    let specimen = value(&["spec"]).unwrap_or_default();
    let of_blood = ["BLOOD", "SERUM", "PLASMA"].iter().any(|word| specimen.contains(word));
    let specimen = if of_blood { "" } else { specimen };
    Some([value(&["testcd", "term", "trt"])?, value(&["stdtc", "dtc"])?, specimen])
}
