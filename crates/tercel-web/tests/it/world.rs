//! A trial with people at two sites, and requests to it. Every answer is held to what every answer must have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use tempfile::TempDir;
use tercel::protocol::{Trial, parse_protocol};
use tercel_store::{Account, Address, Author, Change, Clock, Grant, HeadKey, NewRecord, Opening, Store, Values};
use tercel_web::{App, Settings, router};
use tower::ServiceExt;

use crate::page::check_page;

pub(crate) const PASSWORD: &str = tercel_web::DEMO_PASSWORD;
pub(crate) const HOST: &str = "trial.example";

pub(crate) struct World {
    pub(crate) app: Arc<App>,
    router: Router,
    _folder: TempDir,
}

/// Somebody with a session, or with none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visitor {
    pub(crate) name: String,
    /// Name and value of cookies.
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) csrf: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |to| to.to_str().unwrap())
    }

    pub(crate) fn is_html(&self) -> bool {
        self.headers["content-type"].to_str().unwrap().starts_with("text/html")
    }

    /// The value of a cookie that is set, with its attributes.
    pub(crate) fn cookie(&self, name: &str) -> Option<(String, String)> {
        let cookies = self.headers.get_all("set-cookie").iter();
        cookies
            .filter_map(|cookie| cookie.to_str().ok()?.strip_prefix(name)?.strip_prefix('='))
            .map(|rest| rest.split_once(';').unwrap_or((rest, "")))
            .map(|(value, attributes)| (value.to_owned(), attributes.trim().to_owned()))
            .next()
    }

    /// The value of a hidden field of a form.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self
            .body
            .split_once(&start)
            .unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }
}

pub(crate) fn trial_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc")
}

pub(crate) fn trial() -> Trial {
    let text = std::fs::read_to_string(trial_folder().join("protocol.toml")).unwrap();
    parse_protocol("protocol.toml", &text).unwrap()
}

pub(crate) fn author(account: &str, role: &str) -> Author {
    Author {
        account: account.to_owned(),
        role: role.to_owned(),
    }
}

/// A text as a form sends it.
pub(crate) fn escaped(text: &str) -> String {
    let each = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    each.collect()
}

pub(crate) fn form_body(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    pairs.join("&")
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::starting_at("2026-03-02T08:00:00Z".parse().unwrap());
        let opening = Opening {
            study: trial().id,
            training: true,
        };
        let store = Store::create(&Address::in_folder(folder.path()), &opening, clock)
            .await
            .unwrap();
        Self::over(store, folder, change)
    }

    pub(crate) fn over(store: Store, folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            folder: trial_folder(),
            secure: false,
            setup_code: None,
            demo_accounts: Vec::new(),
        };
        change(&mut settings);
        let key = HeadKey::open(&HeadKey::path(folder.path())).unwrap();
        let app = App::new(store, trial(), key, settings);
        Self {
            router: router(&app),
            app,
            _folder: folder,
        }
    }

    pub(crate) fn move_on(&self, minutes: i64) {
        let clock = self.app.store.clock();
        let time = clock.now() + jiff::SignedDuration::from_mins(minutes) + jiff::SignedDuration::from_secs(1);
        assert!(clock.move_to(time));
    }

    pub(crate) async fn account(&self, name: &str, grants: &str) -> Account {
        let grants: BTreeSet<Grant> = grants.split(' ').filter_map(Grant::parse).collect();
        let own = author(name, "system");
        let store = &self.app.store;
        let printed = format!("Dr {name}");
        let account = store.add_account(&own, name, &printed, &grants, PASSWORD).await;
        let task = match grants.first().map(|grant| grant.role.as_str()) {
            Some("committee" | "medical-monitor") => "decision",
            Some("investigator" | "coordinator" | "cell-lab" | "pharmacist") => "identity",
            _ => return account.unwrap(),
        };
        self.delegate(&printed, task).await;
        account.unwrap()
    }

    /// A line of the delegation and training log.
    pub(crate) async fn delegate(&self, printed: &str, task: &str) {
        let day = "2026-02-01";
        let line = [
            ("person", printed),
            ("role", "member of the team"),
            ("task", task),
            ("from", day),
            ("trained", day),
        ];
        let line = NewRecord {
            series: "delegation".to_owned(),
            number: None,
            form: "conduct-delegation".to_owned(),
            subject: None,
            site: None,
            happened: Some(day.to_owned()),
            values: line.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        };
        let by = author("wang", "investigator");
        let store = &self.app.store;
        store.append(&by, Some("1.0"), &[Change::Create(line)]).await.unwrap();
    }

    /// A person with a new session.
    pub(crate) async fn person(&self, name: &str, grants: &str) -> Visitor {
        self.account(name, grants).await;
        self.session(name).await
    }

    pub(crate) async fn session(&self, name: &str) -> Visitor {
        let (token, session) = self.app.store.begin_session(name, None, None).await.unwrap();
        Visitor {
            name: name.to_owned(),
            cookies: vec![("tercel".to_owned(), token)],
            csrf: session.csrf,
        }
    }

    pub(crate) async fn bearer(&self, name: &str) -> String {
        let until = self.app.store.clock().now() + jiff::SignedDuration::from_hours(240);
        let (token, _) = self
            .app
            .store
            .begin_session(name, Some("program"), Some(until))
            .await
            .unwrap();
        token
    }

    /// A record of a form, entered by `by` without the checks of the page.
    pub(crate) async fn record(
        &self,
        by: &str,
        site: &str,
        subject: &str,
        form: &str,
        values: &[(&str, &str)],
    ) -> String {
        let values: Values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let domain = tercel_exchange::form::form(form).unwrap().domain.unwrap();
        let new = NewRecord {
            series: format!("{domain}/{subject}"),
            number: None,
            form: form.to_owned(),
            subject: Some(subject.to_owned()),
            site: Some(site.to_owned()),
            happened: Some("2026-03-01".to_owned()),
            values,
        };
        let by = author(by, "coordinator");
        let made = self
            .app
            .store
            .append(&by, Some("1.0"), &[Change::Create(new)])
            .await
            .unwrap();
        made[0].record.clone().unwrap()
    }

    /// A subject of a site with demography and one adverse event, whose key comes back.
    pub(crate) async fn subject(&self, by: &str, site: &str, subject: &str) -> String {
        let demography = [("siteid", site), ("rficdtc", "2026-02-20"), ("age", "55"), ("sex", "M")];
        self.record(by, site, subject, "demography", &demography).await;
        self.record(by, site, subject, "adverse-event", &FEVER).await
    }

    pub(crate) async fn head(&self) -> (i64, String) {
        self.app.store.head().await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        let language = request.headers().get("cookie").and_then(|cookie| cookie.to_str().ok());
        let language = language
            .filter(|cookie| cookie.contains("language=zh"))
            .map_or("en", |_| "zh");
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let answer = Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        check_answer(&asked, &answer, language);
        answer
    }

    pub(crate) async fn get(&self, visitor: &Visitor, path: &str) -> Answer {
        self.send(visitor.request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    /// Posts a form as the page would, with its token.
    pub(crate) async fn post(&self, visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &visitor.csrf));
        self.post_as_is(visitor, path, &fields).await
    }

    pub(crate) async fn post_as_is(&self, visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = visitor
            .request("POST", path)
            .header("origin", format!("http://{HOST}"))
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form_body(fields))).unwrap()).await
    }

    pub(crate) async fn program(&self, verb: &str, token: &str, path: &str, body: &str) -> Answer {
        let request = Visitor::default()
            .request(verb, path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

pub(crate) const FEVER: [(&str, &str); 8] = [
    ("aeterm", "Fever"),
    ("aetoxgr", "1"),
    ("aestdtc", "2026-03-01"),
    ("aeout", "NOT RECOVERED/NOT RESOLVED"),
    ("aerel", "NOT RELATED"),
    ("aeser", "N"),
    ("aedecod", "Pyrexia"),
    ("aebodsys", "General disorders"),
];

/// The fields of a form as its page sends them.
pub(crate) fn answers(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(name, value)| (format!("v.{name}"), (*value).to_owned()))
        .collect()
}

/// The same with some more.
pub(crate) fn with<'a>(answers: &'a [(String, String)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = answers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    own.chain(more.iter().copied()).collect()
}

impl Visitor {
    pub(crate) fn request(&self, verb: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(verb).uri(path).header("host", HOST);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        request
    }

    pub(crate) fn speaking(&self, language: &str) -> Self {
        let mut visitor = self.clone();
        visitor.cookies.push(("language".to_owned(), language.to_owned()));
        visitor
    }
}

/// What every answer of every address must have.
fn check_answer(asked: &str, answer: &Answer, language: &str) {
    let header = |name: &str| {
        let value = answer.headers.get(name).unwrap_or_else(|| panic!("{asked}: no {name}"));
        value.to_str().unwrap().to_owned()
    };
    let policy = header("content-security-policy");
    assert!(!policy.contains("unsafe"), "{asked}: {policy}");
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{asked}: {policy}");
    }
    assert_eq!(header("x-content-type-options"), "nosniff", "{asked}");
    assert_eq!(header("cache-control"), "no-store", "{asked}");
    assert_eq!(header("referrer-policy"), "same-origin", "{asked}");
    assert_eq!(header("x-frame-options"), "DENY", "{asked}");
    assert!(!header("content-type").is_empty());
    assert!(answer.status < 500, "{asked}: {} {}", answer.status, answer.body);
    let to = answer.location();
    assert_eq!(
        (300..400).contains(&answer.status),
        !to.is_empty(),
        "{asked}: {}",
        answer.status
    );
    if !to.is_empty() {
        let own = to.starts_with('/') && !to.starts_with("//") && to.bytes().all(|byte| byte.is_ascii_graphic());
        assert!(own && !to.contains('\\'), "{asked}: leads to {to}");
    }
    if answer.is_html() && !asked.starts_with("HEAD") {
        check_page(asked, &answer.body, language);
    }
}
