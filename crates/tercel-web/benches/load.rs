//! Fifty users at once on the record of a study with 200 subjects and 500,000 entries: what each page and each save takes.
//!
//! `cargo bench -p tercel-web --bench load` builds the record in a folder of its own, serves it, and prints a table.
//! `-- --record FOLDER` keeps the record there and takes it again the next time; `-- --test` is a small run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on stops, and prints what it measured"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tercel::protocol::{Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_exchange::form::{Captured, from_tables};
use tercel_exchange::write_sdtm;
use tercel_store::{Address, Author, Change, Clock, Grant, HeadKey, NewRecord, Opening, Store, verify};
use tercel_web::{App, Settings, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How large a run is.
#[derive(Debug, Clone, Copy)]
struct Size {
    subjects: u32,
    entries: usize,
    users: usize,
    seconds: u64,
    /// Milliseconds a user looks at a page, on average.
    think: u64,
}

const WHOLE: Size = Size {
    subjects: 200,
    entries: 500_000,
    users: 50,
    seconds: 90,
    think: 4_000,
};
const SMALL: Size = Size {
    subjects: 8,
    entries: 4_000,
    users: 10,
    seconds: 3,
    think: 100,
};

const PASSWORD: &str = "rehearsal of a load";
const SITES: [&str; 4] = ["01", "02", "03", "04"];

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let size = if arguments.iter().any(|argument| argument == "--test") {
        SMALL
    } else {
        WHOLE
    };
    let kept = arguments
        .iter()
        .position(|argument| argument == "--record")
        .map(|at| PathBuf::from(&arguments[at + 1]));
    let scratch = tempfile::tempdir().unwrap();
    let folder = kept.unwrap_or_else(|| scratch.path().to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run(size, &folder));
}

async fn run(size: Size, folder: &Path) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc/protocol.toml");
    let trial = parse_protocol("protocol.toml", &std::fs::read_to_string(file).unwrap()).unwrap();
    let address = Address::in_folder(folder);
    let study = Study::rehearsed(&trial, size);
    let store = match Store::open(&address, study.clock.clone()).await {
        Ok(store) => store,
        Err(_) => build(&address, &trial, &study, size).await,
    };
    let study = Arc::new(study.without_records());
    let mut tokens = Vec::new();
    for user in 0..size.users {
        tokens.push(store.begin_session(&user_name(user), None, None).await.unwrap());
    }
    let settings = Settings {
        folder: folder.to_owned(),
        secure: false,
        setup_code: None,
        demo_accounts: Vec::new(),
    };
    let key = HeadKey::open(&HeadKey::path(folder)).unwrap();
    let app = App::new(store, trial, key, settings);
    let (ready, port) = tokio::sync::oneshot::channel();
    tokio::spawn(serve(Arc::clone(&app), "127.0.0.1:0".parse().unwrap(), |address| {
        ready.send(address).unwrap();
    }));
    let port = port.await.unwrap();
    println!("resident memory before the first page: {} MiB", resident());
    let mut first = Client::new(port, &tokens[0].0);
    let begun = Instant::now();
    first.get("/").await;
    println!("first board, everything read: {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let times: Times = Arc::default();
    let peak = Arc::new(Mutex::new(0));
    let users: Vec<_> = tokens
        .into_iter()
        .enumerate()
        .map(|(number, (token, session))| {
            let user = User {
                number,
                csrf: session.csrf,
                client: Client::new(port, &token),
                dice: Dice(number as u64 * 7_919 + 1),
                own: Vec::new(),
                times: Arc::clone(&times),
            };
            tokio::spawn(user.work(Arc::clone(&study), size))
        })
        .collect();
    let (watch, until) = (Arc::clone(&peak), Instant::now() + Duration::from_secs(size.seconds));
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let mut peak = watch.lock().unwrap();
        *peak = resident().max(*peak);
    }
    for user in users {
        user.await.unwrap();
    }
    let took = begun.elapsed().as_secs_f64();
    sign_in(port, size, &times).await;
    print(&times, took);
    println!("resident memory, most: {} MiB", peak.lock().unwrap());
    let begun = Instant::now();
    let found = verify(&address, None).await.unwrap();
    assert!(found.is_ok(), "{found:?}");
    let took = begun.elapsed().as_secs_f64();
    let each = took / found.entries as f64 * 1e5;
    println!(
        "{} entries verified in {took:.2} s: {each:.2} s per 100,000",
        found.entries
    );
    println!("{}", machine());
}

/// What the users work on.
struct Study {
    clock: Clock,
    subjects: Vec<String>,
    records: Vec<Captured>,
    /// Answers of adverse events and laboratory results to enter again.
    examples: Vec<Captured>,
}

impl Study {
    fn rehearsed(trial: &Trial, size: Size) -> Self {
        let options = RehearsalOptions {
            subjects: size.subjects,
            seed: 1,
        };
        let tables = write_sdtm(trial, &rehearse(trial, options));
        let (mut records, _) = from_tables(&tables, trial);
        records.retain(|record| record.subject.is_some() && record.definition().is_some());
        let subjects: BTreeSet<String> = records.iter().filter_map(|record| record.subject.clone()).collect();
        let to_enter = records
            .iter()
            .filter(|record| record.form == "adverse-event" || record.form.starts_with("lab"));
        Self {
            clock: Clock::starting_at("2036-01-01T08:00:00Z".parse::<Timestamp>().unwrap()),
            subjects: subjects.into_iter().collect(),
            examples: to_enter.step_by(7).take(500).cloned().collect(),
            records,
        }
    }

    fn without_records(mut self) -> Self {
        self.records = Vec::new();
        self
    }

    fn site(&self, subject: &str) -> &'static str {
        let at = self.subjects.iter().position(|known| known == subject).unwrap_or(0);
        SITES[at % SITES.len()]
    }
}

fn user_name(number: usize) -> String {
    format!("user-{number:02}")
}

/// Of ten users seven enter and three read, query and audit.
fn enters(user: usize) -> bool {
    user % 10 < 7
}

async fn build(address: &Address, trial: &Trial, study: &Study, size: Size) -> Store {
    let begun = Instant::now();
    let opening = Opening {
        study: trial.id.clone(),
        training: true,
    };
    let store = Store::create(address, &opening, study.clock.clone()).await.unwrap();
    for user in 0..size.users {
        let name = user_name(user);
        let role = if enters(user) { "coordinator" } else { "data-manager" };
        let grants: BTreeSet<Grant> = Grant::parse(&format!("{role}@*")).into_iter().collect();
        let own = author(&name, "system");
        store.add_account(&own, &name, &name, &grants, PASSWORD).await.unwrap();
    }
    let mut changes: Vec<Change> = Vec::new();
    let mut entries = 0;
    let mut keys = Vec::new();
    for record in &study.records {
        let subject = record.subject.as_deref().unwrap();
        let form = record.definition().unwrap();
        let series = format!(
            "{}/{subject}",
            form.domain.map_or_else(|| form.id.to_uppercase(), str::to_owned)
        );
        keys.push(format!("{series}/{}", record.number));
        let happened = form.happened.and_then(|field| record.value(field)).map(str::to_owned);
        changes.push(Change::Create(NewRecord {
            series,
            number: Some(record.number),
            form: record.form.clone(),
            subject: Some(subject.to_owned()),
            site: Some(study.site(subject).to_owned()),
            happened,
            values: record.values.clone(),
        }));
        append(&store, trial, &mut changes, &mut entries, 2_000).await;
    }
    append(&store, trial, &mut changes, &mut entries, 1).await;
    let created = entries;
    let mut version = 1;
    while entries < size.entries {
        for (record, key) in study.records.iter().zip(&keys) {
            let mut values = record.values.clone();
            // A correction changes something.
            values.insert("chart_page".to_owned(), version.to_string());
            changes.push(Change::Correct {
                record: key.clone(),
                seen: version,
                values,
                happened: None,
                reason: "read again from the chart".to_owned(),
            });
            append(&store, trial, &mut changes, &mut entries, 2_000).await;
            if entries + changes.len() >= size.entries {
                break;
            }
        }
        append(&store, trial, &mut changes, &mut entries, 1).await;
        version += 1;
    }
    println!(
        "{} subjects, {created} records, {entries} entries, made in {:.0} s",
        study.subjects.len(),
        begun.elapsed().as_secs_f64()
    );
    store
}

async fn append(store: &Store, trial: &Trial, changes: &mut Vec<Change>, entries: &mut usize, least: usize) {
    if changes.len() >= least {
        let chen = author("user-00", "coordinator");
        *entries += store.append(&chen, Some(&trial.version), changes).await.unwrap().len();
        changes.clear();
    }
}

fn author(account: &str, role: &str) -> Author {
    Author {
        account: account.to_owned(),
        role: role.to_owned(),
    }
}

/// The form whose records users correct: its verbatim term can be read again.
const CORRECTED: &str = "adverse-event";

/// Times in milliseconds by what was done.
type Times = Arc<Mutex<BTreeMap<&'static str, Vec<f64>>>>;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

struct User {
    number: usize,
    csrf: String,
    client: Client,
    dice: Dice,
    /// Records this user entered, with their answers.
    own: Vec<(String, Captured)>,
    times: Times,
}

impl User {
    async fn work(mut self, study: Arc<Study>, size: Size) {
        let until = Instant::now() + Duration::from_secs(size.seconds);
        while Instant::now() < until {
            let think = self.dice.below(usize::try_from(size.think * 2).unwrap());
            tokio::time::sleep(Duration::from_millis(think as u64)).await;
            let action = self.dice.below(100);
            if enters(self.number) {
                self.enter(&study, action).await;
            } else {
                self.manage(&study, action).await;
            }
        }
    }

    async fn enter(&mut self, study: &Study, action: usize) {
        let subject = study.subjects[self.dice.below(study.subjects.len())].clone();
        let example = study.examples[self.dice.below(study.examples.len())].clone();
        match action {
            0..12 => self.open("board", "/").await,
            12..32 => self.open("subject", &format!("/subject/{subject}")).await,
            32..45 => self.open("record", &format!("/record/DM/{subject}/1")).await,
            45..62 => {
                let path = format!("/enter/{}/{subject}", example.form);
                self.open("form", &path).await;
            }
            62..82 => self.save(example, &subject).await,
            82..90 => {
                if self.own.is_empty() {
                    let event = study.examples.iter().find(|example| example.form == CORRECTED);
                    self.save(event.unwrap().clone(), &subject).await;
                }
                let Some((key, mut example)) = self.own.pop() else {
                    return;
                };
                let term = example.values.entry("aeterm".to_owned()).or_default();
                term.push_str(", read again");
                let more = [("confirmed", "Y"), ("seen", "1"), ("reason", "read again")];
                let sent = self.fields(&example, &more);
                self.send("correction", &format!("/correct/{key}"), &sent).await;
            }
            90..95 => self.open("work list", "/work").await,
            _ => self.open("gates", &format!("/gates/{subject}")).await,
        }
    }

    async fn save(&mut self, example: Captured, subject: &str) {
        let path = format!("/enter/{}/{subject}", example.form);
        let sent = self.fields(&example, &[("confirmed", "Y")]);
        let to = self.send("save", &path, &sent).await;
        let key = to.strip_prefix("/record/").filter(|_| example.form == CORRECTED);
        self.own.extend(key.map(|key| (key.to_owned(), example)));
    }

    async fn manage(&mut self, study: &Study, action: usize) {
        let subject = study.subjects[self.dice.below(study.subjects.len())].clone();
        match action {
            0..15 => self.open("board", "/").await,
            15..25 => self.open("subjects", "/subjects").await,
            25..40 => self.open("subject", &format!("/subject/{subject}")).await,
            40..55 => self.open("record", &format!("/record/DM/{subject}/1")).await,
            55..65 => self.open("queries", "/queries").await,
            65..75 => {
                let sent = format!("record=DM/{subject}/1&text=which+chart%3F&csrf={}", self.csrf);
                self.send("query", "/query", &sent).await;
            }
            75..85 => self.open("audit", "/audit").await,
            85..90 => {
                let path = format!("/audit?subject={subject}&kind=correct");
                self.open("audit, filtered", &path).await;
            }
            90..95 => self.open("meetings", "/meetings").await,
            _ => self.open("gates", &format!("/gates/{subject}")).await,
        }
    }

    fn fields(&self, example: &Captured, more: &[(&str, &str)]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("csrf", &self.csrf).extend_pairs(more);
        for (field, value) in &example.values {
            text.append_pair(&format!("v.{field}"), value);
        }
        text.finish()
    }

    async fn open(&mut self, what: &'static str, path: &str) {
        let begun = Instant::now();
        let (status, _) = self.client.get(path).await;
        self.note(what, begun, status, 200, path);
    }

    /// Sends a form; the answer is where it leads.
    async fn send(&mut self, what: &'static str, path: &str, fields: &str) -> String {
        let begun = Instant::now();
        let (status, to) = self.client.post(path, fields).await;
        self.note(what, begun, status, 303, path);
        to
    }

    fn note(&self, what: &'static str, begun: Instant, status: u16, expected: u16, path: &str) {
        let what = if status == expected { what } else { "other answers" };
        if status != expected {
            eprintln!("{path}: {status}");
        }
        let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
        self.times.lock().unwrap().entry(what).or_default().push(milliseconds);
    }
}

/// All users sign in again, five at a time.
async fn sign_in(port: SocketAddr, size: Size, times: &Times) {
    for from in (0..size.users).step_by(5) {
        let five = (from..size.users.min(from + 5)).map(|user| {
            let times = Arc::clone(times);
            tokio::spawn(async move {
                let mut client = Client::new(port, "none");
                let fields = format!("account={}&password={}", user_name(user), PASSWORD.replace(' ', "+"));
                let begun = Instant::now();
                let (status, _) = client.post("/sign-in", &fields).await;
                assert_eq!(status, 303);
                let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
                times.lock().unwrap().entry("sign-in").or_default().push(milliseconds);
            })
        });
        for one in five.collect::<Vec<_>>() {
            one.await.unwrap();
        }
    }
}

/// As much of HTTP as this needs.
struct Client {
    address: SocketAddr,
    cookie: String,
    stream: Option<TcpStream>,
}

impl Client {
    fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            cookie: format!("tercel={token}"),
            stream: None,
        }
    }

    async fn get(&mut self, path: &str) -> (u16, String) {
        let (address, cookie) = (self.address, &self.cookie);
        let text = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n");
        self.ask(&text).await
    }

    async fn post(&mut self, path: &str, fields: &str) -> (u16, String) {
        let (address, cookie, length) = (self.address, &self.cookie, fields.len());
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nContent-Length: {length}\r\n\r\n{fields}"
        );
        self.ask(&text).await
    }

    /// The status, and where the answer leads.
    async fn ask(&mut self, request: &str) -> (u16, String) {
        if self.stream.is_none() {
            self.stream = Some(TcpStream::connect(self.address).await.unwrap());
        }
        let stream = self.stream.as_mut().unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let mut whole = usize::MAX;
        let mut head = String::new();
        while answer.len() < whole {
            let read = stream.read_buf(&mut answer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            if whole == usize::MAX
                && let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n")
            {
                head = String::from_utf8_lossy(&answer[..end]).into_owned();
                let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
                whole = end + 4 + length;
            }
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, header(&head, "location").unwrap_or_default().to_owned())
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    fields.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
}

fn print(times: &Times, seconds: f64) {
    let mut times = times.lock().unwrap();
    let all: usize = times.values().map(Vec::len).sum();
    // A correction is a save too.
    let saves = ["save", "correction"].iter().filter_map(|what| times.get(what));
    let saves = saves.flatten().copied().collect();
    times.insert("save or correction", saves);
    println!("{all} requests in {seconds:.0} s\n");
    println!("| action | requests | p50, ms | p95, ms | max, ms |\n|---|---|---|---|---|");
    for (what, times) in times.iter() {
        let mut times = times.clone();
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times[((times.len() - 1) * percent).div_ceil(100)];
        println!(
            "| {what} | {} | {:.0} | {:.0} | {:.0} |",
            times.len(),
            at(50),
            at(95),
            at(100)
        );
    }
    println!();
}

/// Memory of this process that is resident, MiB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or(0) / 1024
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "{cores} cores, {}, load {}",
        model.unwrap_or_default().trim_start_matches(['\t', ':', ' ']),
        load.split(' ').next().unwrap_or_default()
    )
}
