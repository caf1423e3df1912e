//! The program on a training record whose clock the test moves, and people who use it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tercel::protocol::{Trial, parse_protocol};
use tercel_store::{Address, Clock, HeadKey, Opening, Store};
use tercel_web::{App, Settings, router};

use crate::driver::Browser;
use crate::http::{Answer, request};

/// What the administrator gives, and what each takes instead.
pub(crate) const FIRST: &str = "given on the first day";
pub(crate) const OWN: &str = "four words of my own";
pub(crate) const CODE: &str = "setup-code-of-the-test";

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program, running.
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    clock: Clock,
    pub(crate) trial: Trial,
    pub(crate) at: SocketAddr,
    pub(crate) runtime: tokio::runtime::Runtime,
    cookies: RefCell<BTreeMap<String, (String, String)>>,
    _folder: tempfile::TempDir,
}

/// A moment by the clock of the site.
fn stamp(moment: DateTime) -> jiff::Timestamp {
    moment.to_zoned(TimeZone::system()).unwrap().timestamp()
}

impl Site {
    pub(crate) fn start(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let protocol = root().join("trials/il1rap-hcc");
        let text = std::fs::read_to_string(protocol.join("protocol.toml")).unwrap();
        let trial = parse_protocol("protocol.toml", &text).unwrap();
        let clock = Clock::standing_at(stamp(now.parse().unwrap()));
        let opening = Opening {
            study: trial.id.clone(),
            training: true,
        };
        let settings = Settings {
            folder: protocol,
            secure: false,
            setup_code: Some(CODE.to_owned()),
            demo_accounts: Vec::new(),
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let key = HeadKey::open(&HeadKey::path(folder.path())).unwrap();
        let (app, at) = runtime.block_on(async {
            let address = Address::in_folder(folder.path());
            let store = Store::create(&address, &opening, clock.clone()).await.unwrap();
            let app = App::new(store, trial.clone(), key, settings);
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = listener.local_addr().unwrap();
            let pages = router(&app);
            tokio::spawn(async move { axum::serve(listener, pages).await });
            (app, at)
        });
        Self {
            app,
            clock,
            trial,
            at,
            runtime,
            cookies: RefCell::default(),
            _folder: folder,
        }
    }

    /// Moves the clock of the record on to a time, where it is not past it.
    pub(crate) fn at(&self, text: &str) {
        let moment: DateTime = text.parse().unwrap();
        self.clock.move_to(stamp(moment));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    pub(crate) fn sign_in(&self, browser: &Browser, account: &str, password: &str) {
        browser.go(&self.url("/sign-in"));
        browser.fill("input[name=account]", account);
        browser.fill("input[name=password]", password);
        browser.follow("form[action='/sign-in'] button");
    }

    fn keep(&self, account: &str, cookie: &str) -> Option<(String, String)> {
        let header = format!("tercel={cookie}; language=en");
        let page = request(self.at, "GET /password", &[("Cookie", &header)], "").unwrap();
        let csrf = page
            .body
            .split("name=\"csrf\" value=\"")
            .nth(1)?
            .split('"')
            .next()?
            .to_owned();
        let session = (header, csrf);
        self.cookies.borrow_mut().insert(account.to_owned(), session.clone());
        Some(session)
    }

    fn enter(&self, account: &str) -> (String, String) {
        let body = form(&[("account", account), ("password", OWN)]);
        let answer = request(self.at, "POST /sign-in", &[("Cookie", "language=en")], &body).unwrap();
        let set = answer
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let token = set.into_iter().find_map(|(_, cookie)| cookie.strip_prefix("tercel="));
        let token = token.and_then(|cookie| cookie.split(';').next()).unwrap_or_default();
        self.keep(account, token)
            .unwrap_or_else(|| panic!("{account} cannot sign in: {}", answer.body))
    }

    /// Sends a form as somebody, who signs in again where the session has ended.
    pub(crate) fn send(&self, account: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let held = self.cookies.borrow().get(account).cloned();
        let held = held.filter(|(cookie, _)| {
            let page = request(self.at, "GET /password", &[("Cookie", cookie)], "").unwrap();
            page.status == 200
        });
        let (cookie, csrf) = held.unwrap_or_else(|| self.enter(account));
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        request(self.at, &format!("POST {path}"), &[("Cookie", &cookie)], &form(&all)).unwrap()
    }

    /// Enters a record and gives its page.
    #[track_caller]
    pub(crate) fn record(&self, account: &str, form: &str, subject: Option<&str>, fields: &[(&str, &str)]) -> String {
        let path = subject.map_or(format!("/enter/{form}"), |subject| format!("/enter/{form}/{subject}"));
        let named: Vec<(String, &str)> = fields
            .iter()
            .map(|(name, value)| (format!("v.{name}"), *value))
            .collect();
        let mut sent: Vec<(&str, &str)> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        sent.push(("confirmed", "Y"));
        let answer = self.send(account, &path, &sent);
        assert_eq!(answer.status, 303, "{path} {fields:?}:\n{}", said(&answer.body));
        answer.header("location").unwrap_or_default().to_owned()
    }
}

/// What a page says is wrong.
pub(crate) fn said(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or(page);
    let lines = main
        .lines()
        .filter(|line| line.contains("problem") || line.contains("wrong"));
    let text: String = lines.collect::<Vec<_>>().join("\n");
    if text.is_empty() { main.to_owned() } else { text }
}

/// Fields as a form sends them.
fn form(fields: &[(&str, &str)]) -> String {
    let coded = |text: &str| {
        let each = text.bytes().map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        });
        each.collect::<String>()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", coded(name), coded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
