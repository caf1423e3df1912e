//! The server as it is run: killed at any moment it keeps what it answered for, and its log names nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tercel_store::{Address, Author, Change, Clock, Grant, NewRecord, Opening, Store};

use crate::own_server::Own;

const PASSWORD: &str = "vier gelbe Drachen";
const WRONG: &str = "fuenf gruene Tiger";
const SUBJECT: &str = "IL1RAP-HCC-01-001";

/// A server on a study of its own.
struct Server {
    process: Child,
    host: String,
}

impl Server {
    fn start(folder: &Path, database: Option<&str>, log: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tercel"));
        command.args(["--json", "serve", "--port", "0"]).arg(folder);
        command.args(database.iter().flat_map(|url| ["--database", url]));
        let log = log.map_or_else(Stdio::null, |log| File::create(log).unwrap().into());
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut said = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        while !said.trim_end().ends_with('}') {
            assert!(
                output.read_line(&mut said).unwrap() > 0,
                "the server said only {said:?}"
            );
        }
        let said: Value = serde_json::from_str(&said).unwrap();
        let host = said["url"].as_str().unwrap().trim_start_matches("http://");
        Self {
            host: host.trim_end_matches('/').to_owned(),
            process,
        }
    }

    fn kill(mut self) {
        // SIGKILL: nothing in the program runs after it.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Head and body of the answer to a request, where there is one.
fn ask(host: &str, verb: &str, path: &str, cookie: &str, form: &[(&str, &str)]) -> Option<(u16, String)> {
    let each = form
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    let body = each.collect::<Vec<_>>().join("&");
    let mut stream = TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
    let length = body.len();
    let head = format!(
        "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer))
}

fn escaped(text: &str) -> String {
    let each = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    each.collect()
}

/// Somebody who is signed in.
struct Person {
    cookie: String,
    token: String,
    csrf: String,
}

/// A study with people and a subject.
struct Study {
    folder: TempDir,
    database: Option<String>,
    nurse: Person,
    manager: Person,
}

impl Study {
    fn new(database: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let protocol = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc/protocol.toml");
        std::fs::copy(protocol, folder.path().join("protocol.toml")).unwrap();
        let address = database.map_or_else(|| Address::in_folder(folder.path()), Address::new);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (nurse, manager) = runtime.block_on(async {
            let opening = Opening {
                study: "IL1RAP-HCC".to_owned(),
                training: false,
            };
            let store = Store::create(&address, &opening, Clock::System).await.unwrap();
            let nurse = person(&store, "nurse", "coordinator@01").await;
            let manager = person(&store, "manager", "data-manager@*").await;
            person(&store, "physician", "medical-monitor@*").await;
            let values = [("siteid", "01"), ("rficdtc", "2025-01-10"), ("age", "55"), ("sex", "M")];
            let demography = NewRecord {
                series: format!("DM/{SUBJECT}"),
                number: None,
                form: "demography".to_owned(),
                subject: Some(SUBJECT.to_owned()),
                site: Some("01".to_owned()),
                happened: Some("2025-01-10".to_owned()),
                values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            };
            let change = [Change::Create(demography)];
            store.append(&author("nurse"), Some("1.0"), &change).await.unwrap();
            (nurse, manager)
        });
        Self {
            folder,
            database: database.map(str::to_owned),
            nurse,
            manager,
        }
    }

    fn serve(&self, log: Option<&Path>) -> Server {
        Server::start(self.folder.path(), self.database.as_deref(), log)
    }

    /// Enters an adverse event; its answer's status.
    fn enter(&self, host: &str, term: &str) -> Option<u16> {
        let form = [
            ("csrf", self.nurse.csrf.as_str()),
            ("confirmed", "Y"),
            ("v.aeterm", term),
            ("v.aetoxgr", "1"),
            ("v.aestdtc", "2025-01-15"),
            ("v.aeout", "NOT RECOVERED/NOT RESOLVED"),
            ("v.aerel", "NOT RELATED"),
            ("v.aeser", "N"),
        ];
        let path = format!("/enter/adverse-event/{SUBJECT}");
        ask(host, "POST", &path, &self.nurse.cookie, &form).map(|(status, _)| status)
    }

    /// Adverse events as the server tells them, by term.
    fn events(&self, host: &str) -> BTreeMap<String, Value> {
        let (status, answer) = ask(host, "GET", "/api/records?form=adverse-event", &self.nurse.cookie, &[]).unwrap();
        assert_eq!(status, 200, "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let all: Value = serde_json::from_str(body).unwrap();
        let all = all["records"].as_array().unwrap().iter();
        let events: Vec<(String, Value)> = all
            .map(|record| {
                (
                    record["values"]["aeterm"].as_str().unwrap().to_owned(),
                    record["values"].clone(),
                )
            })
            .collect();
        let count = events.len();
        let by_term: BTreeMap<String, Value> = events.into_iter().collect();
        assert_eq!(by_term.len(), count, "a record was entered twice");
        by_term
    }
}

fn author(account: &str) -> Author {
    Author {
        account: account.to_owned(),
        role: "coordinator".to_owned(),
    }
}

async fn person(store: &Store, name: &str, grants: &str) -> Person {
    let grants: BTreeSet<Grant> = Grant::parse(grants).into_iter().collect();
    store
        .add_account(&author(name), name, &format!("Dr {name}"), &grants, PASSWORD)
        .await
        .unwrap();
    let (token, session) = store.begin_session(name, None, None).await.unwrap();
    Person {
        cookie: format!("tercel={token}"),
        token,
        csrf: session.csrf,
    }
}

/// Kills the server over and over while records are entered.
fn what_was_answered_for_is_kept(study: &Study, kills: u64) {
    let mut answered: BTreeSet<String> = BTreeSet::new();
    let mut moment = 7_u64;
    for kill in 0..kills {
        let server = study.serve(None);
        let there = study.events(&server.host);
        for term in &answered {
            let values = there
                .get(term)
                .unwrap_or_else(|| panic!("{term} was lost by kill {kill}"));
            assert_eq!(
                (&values["aestdtc"], &values["aetoxgr"]),
                (&"2025-01-15".into(), &"1".into())
            );
        }
        // What was under way when it was killed may be there too.
        let most = answered.len() + usize::try_from(2 * kill).unwrap();
        assert!(there.len() <= most, "{} of at most {most}", there.len());
        let (host, over) = (server.host.clone(), Arc::new(AtomicBool::new(false)));
        let entered = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..2)
                .map(|writer| {
                    let (host, over) = (&host, Arc::clone(&over));
                    scope.spawn(move || {
                        let mut entered = Vec::new();
                        for number in 0.. {
                            let term = format!("Fever {kill}-{writer}-{number}");
                            match study.enter(host, &term) {
                                Some(303) => entered.push(term),
                                // An answer may be cut off in the middle.
                                None => break,
                                Some(status) => panic!("{term}: {status}"),
                            }
                            if over.load(Ordering::Relaxed) {
                                break;
                            }
                        }
                        entered
                    })
                })
                .collect();
            moment = moment
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_millis(30 + (moment >> 33) % 400));
            server.kill();
            over.store(true, Ordering::Relaxed);
            let all = writers.into_iter().flat_map(|writer| writer.join().unwrap());
            all.collect::<Vec<_>>()
        });
        answered.extend(entered);
    }
    let server = study.serve(None);
    let there = study.events(&server.host);
    assert!(answered.iter().all(|term| there.contains_key(term)));
    server.kill();
    assert!(answered.len() > usize::try_from(kills).unwrap(), "{}", answered.len());
    let mut verify = Command::new(env!("CARGO_BIN_EXE_tercel"));
    verify.args(["audit", "verify"]).arg(study.folder.path());
    verify.args(study.database.iter().flat_map(|url| ["--database", url]));
    let verified = verify.output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    eprintln!("{kills} kills, {} records answered for, none lost", answered.len());
}

/// How often: a few times, or many before a release.
fn kills() -> u64 {
    if std::env::var_os("TERCEL_FULL").is_some() {
        500
    } else {
        8
    }
}

#[test]
fn a_server_that_is_killed_keeps_every_record_it_answered_for_in_a_file() {
    what_was_answered_for_is_kept(&Study::new(None), kills());
}

#[test]
fn a_server_that_is_killed_keeps_every_record_it_answered_for_in_postgresql() {
    if let Some(server) = Own::start() {
        what_was_answered_for_is_kept(&Study::new(Some(&server.url)), kills());
    }
}

#[test]
fn the_log_of_a_days_work_names_no_subject_value_password_or_token() {
    let study = Study::new(None);
    let log = study.folder.path().join("log");
    let mut server = study.serve(Some(&log));
    let host = server.host.clone();
    let as_nurse = |verb: &str, path: &str, form: &[(&str, &str)]| {
        let own = [("csrf", study.nurse.csrf.as_str())];
        let form: Vec<(&str, &str)> = form.iter().copied().chain(own).collect();
        ask(&host, verb, path, &study.nurse.cookie, &form).unwrap().0
    };
    for password in [WRONG, PASSWORD] {
        let form = [("account", "nurse"), ("password", password)];
        let (status, _) = ask(&host, "POST", "/sign-in", "", &form).unwrap();
        assert_eq!(status, if password == PASSWORD { 303 } else { 422 });
    }
    let term = "Sorrowful hepatitis";
    assert_eq!(study.enter(&host, term), Some(303));
    assert_eq!(as_nurse("GET", &format!("/subject/{SUBJECT}"), &[]), 200);
    assert_eq!(as_nurse("GET", "/people?account=nurse", &[]), 403);
    assert_eq!(
        as_nurse(
            "POST",
            "/lock",
            &[("record", &format!("AE/{SUBJECT}/1")), ("seen", "1")]
        ),
        403
    );
    assert_eq!(
        as_nurse(
            "POST",
            "/void",
            &[("record", &format!("AE/{SUBJECT}/1")), ("seen", term), ("reason", term)]
        ),
        400
    );
    assert_eq!(as_nurse("GET", &format!("/record/AE/{SUBJECT}/9"), &[]), 404);
    let meeting = [
        ("csrf", study.manager.csrf.as_str()),
        ("occasion", "other"),
        ("words", "Sorrowful meeting"),
        ("quorum", "2"),
        ("member.physician", "physician"),
        ("member.manager", "member"),
    ];
    let (status, _) = ask(&host, "POST", "/meetings", &study.manager.cookie, &meeting).unwrap();
    assert!([303, 400, 409].contains(&status), "{status}");
    // The record is destroyed under the server.
    for file in ["tercel.db", "tercel.db-wal"] {
        let path = study.folder.path().join(file);
        let length = std::fs::metadata(&path).map_or(0, |file| usize::try_from(file.len()).unwrap());
        std::fs::write(path, vec![b'x'; length.max(8192)]).unwrap();
    }
    let failed = (0..20)
        .map(|_| as_nurse("GET", &format!("/subject/{SUBJECT}"), &[]))
        .find(|status| *status >= 500);
    assert!(failed.is_some(), "it goes on without its record");
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("account=\"nurse\" request=\"GET /people\""), "{said}");
    assert!(
        said.contains("request=\"POST /lock\"") && said.contains("error: GET /"),
        "{said}"
    );
    for secret in [
        SUBJECT,
        "Sorrowful",
        PASSWORD,
        WRONG,
        "Drachen",
        &study.nurse.token,
        &study.nurse.csrf,
        &study.manager.token,
    ] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
