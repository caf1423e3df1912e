//! A browser under the W3C WebDriver protocol.

use std::net::SocketAddr;
use std::panic::panic_any;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::request;

const DRIVERS: [&str; 2] = ["/usr/bin/chromedriver", "/usr/local/bin/chromedriver"];
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chrome"];
/// Key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long a page may take to load, and how often it is asked for.
const LOADING: Duration = Duration::from_secs(45);
const TRIES: usize = 3;

/// What a test ends with whose browser has stopped to answer while the program still does: it says nothing of the program,
/// and the study is played anew.
#[derive(Debug)]
pub(crate) struct Lost(pub(crate) String);

fn first(paths: &[&'static str]) -> Option<&'static str> {
    paths.iter().copied().find(|path| std::path::Path::new(path).exists())
}

/// Whether driver and browser are installed.
pub(crate) fn is_there() -> bool {
    first(&DRIVERS).is_some() && first(&BROWSERS).is_some()
}

/// The driver's process, which ends with the test.
pub(crate) struct Driver {
    process: Child,
    at: SocketAddr,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let process = Command::new(first(&DRIVERS).unwrap())
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let at = SocketAddr::from(([127, 0, 0, 1], port));
        let until = Instant::now() + Duration::from_mins(1);
        while request(at, "GET /status", &[], "").is_err() {
            assert!(Instant::now() < until, "chromedriver does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { process, at }
    }

    /// A browser with an empty profile; `size` is its window.
    pub(crate) fn open(&self, size: (u32, u32), language: &str, scripts: bool, dark: bool) -> Browser {
        let profile = tempfile::tempdir().unwrap();
        let mut args: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        .map(str::to_owned)
        .to_vec();
        args.push(format!("--window-size={},{}", size.0, size.1));
        args.push(format!("--user-data-dir={}", profile.path().display()));
        let javascript = if scripts { 1 } else { 2 };
        let options = json!({
            "binary": first(&BROWSERS).unwrap(),
            "args": args,
            "prefs": {
                "profile.managed_default_content_settings.javascript": javascript,
                "intl.accept_languages": language,
                "credentials_enable_service": false,
                "profile.password_manager_leak_detection": false,
            },
        });
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "timeouts": {"pageLoad": LOADING.as_millis()},
        });
        let body = json!({"capabilities": {"alwaysMatch": wanted}});
        let answer = request(
            self.at,
            "POST /session",
            &[("Content-Type", "application/json")],
            &body.to_string(),
        );
        let answer: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
        let session = answer["value"]["sessionId"].as_str();
        let session = session.unwrap_or_else(|| panic!("no browser: {answer}")).to_owned();
        let browser = Browser {
            at: self.at,
            session,
            _profile: profile,
        };
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.devtools("Emulation.setEmulatedMedia", &json!({"features": features}));
        browser.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": size.0, "height": size.1, "deviceScaleFactor": 1, "mobile": size.0 < 600}),
        );
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One browser.
pub(crate) struct Browser {
    at: SocketAddr,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn ask(&self, verb: &str, path: &str, body: &Value) -> Result<Value, String> {
        let head = format!("{verb} /session/{}{path}", self.session);
        let body = if verb == "POST" {
            body.to_string()
        } else {
            String::new()
        };
        let answer = request(self.at, &head, &[("Content-Type", "application/json")], &body);
        let answer = answer.unwrap_or_else(|error| panic_any(Lost(format!("{verb} {path}: {error}"))));
        let value: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        if answer.status == 200 {
            return Ok(value["value"].clone());
        }
        let message = value["value"]["message"].to_string();
        if value["value"]["error"] == "timeout" && path != "/url" {
            panic_any(Lost(format!("{verb} {path}: {message}")));
        }
        Err(message)
    }

    fn devtools(&self, command: &str, params: &Value) -> Value {
        let body = json!({"cmd": command, "params": params});
        self.ask("POST", "/goog/cdp/execute", &body).unwrap()
    }

    /// Opens a page. The browser is asked again where it does not load one that the program gives.
    pub(crate) fn go(&self, url: &str) {
        for _ in 0..TRIES {
            let Err(error) = self.ask("POST", "/url", &json!({"url": url})) else {
                return;
            };
            let begun = Instant::now();
            let at = url.trim_start_matches("http://").split('/').next().unwrap();
            let answer = request(at.parse().unwrap(), "GET /sign-in", &[], "");
            let answer = answer.unwrap_or_else(|error| panic!("{url}: the program does not answer: {error}"));
            let took = begun.elapsed().as_millis();
            eprintln!(
                "{url} in the browser: {error}; the program itself: {} in {took} ms",
                answer.status
            );
        }
        panic_any(Lost(format!("{url} did not load")));
    }

    fn find(&self, css: &str) -> Option<String> {
        let found = self.ask("POST", "/element", &json!({"using": "css selector", "value": css}));
        found.ok()?[ELEMENT].as_str().map(str::to_owned)
    }

    /// The element, which may still be loading.
    fn element(&self, css: &str) -> String {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(element) = self.find(css) {
                return element;
            }
            assert!(Instant::now() < until, "no {css} on {}:\n{}", self.url(), self.page());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn has(&self, css: &str) -> bool {
        self.find(css).is_some()
    }

    pub(crate) fn url(&self) -> String {
        let url = self.ask("GET", "/url", &Value::Null).unwrap_or_default();
        url.as_str().unwrap_or_default().to_owned()
    }

    /// What a reader sees of the page.
    pub(crate) fn page(&self) -> String {
        self.find("body").map(|body| self.text_of(&body)).unwrap_or_default()
    }

    fn text_of(&self, element: &str) -> String {
        let text = self.ask("GET", &format!("/element/{element}/text"), &Value::Null);
        text.unwrap_or_default().as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows a text.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        while !self.page().contains(text) {
            assert!(
                Instant::now() < until,
                "{text:?} is not on {}:\n{}",
                self.url(),
                self.page()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn click(&self, css: &str) {
        let element = self.element(css);
        self.ask("POST", &format!("/element/{element}/click"), &json!({}))
            .unwrap_or_else(|error| panic!("{css} on {}: {error}", self.url()));
    }

    /// Clicks what leads to another page, and waits for that one.
    pub(crate) fn follow(&self, css: &str) {
        let body = self.element("body");
        self.click(css);
        let until = Instant::now() + Duration::from_secs(30);
        while self.find("body").is_none_or(|now| now == body) {
            assert!(
                Instant::now() < until,
                "{css} leads nowhere on {}:\n{}",
                self.url(),
                self.page()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        let _ = self.ask("POST", &format!("/element/{element}/clear"), &json!({}));
        self.ask("POST", &format!("/element/{element}/value"), &json!({"text": text}))
            .unwrap_or_else(|error| panic!("{css} on {}: {error}", self.url()));
    }

    /// The value of a field as it stands.
    pub(crate) fn value(&self, css: &str) -> String {
        let path = format!("/element/{}/property/value", self.element(css));
        let value = self.ask("GET", &path, &Value::Null).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// How wide the page is and how wide its window: wider means sideways scrolling.
    pub(crate) fn widths(&self) -> (i64, i64) {
        let metrics = self.devtools("Page.getLayoutMetrics", &json!({}));
        let width = |of: &str, field: &str| {
            format!("{:.0}", metrics[of][field].as_f64().unwrap_or_default())
                .parse()
                .unwrap_or(0)
        };
        (
            width("cssContentSize", "width"),
            width("cssLayoutViewport", "clientWidth"),
        )
    }

    /// Keeps what is seen under a name, where screenshots are asked for.
    pub(crate) fn picture(&self, name: &str) {
        if std::env::var_os("TERCEL_SCREENSHOTS").is_none() {
            return;
        }
        let image = self.ask("GET", "/screenshot", &Value::Null).unwrap();
        let folder = crate::site::root().join("docs/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let bytes = base64(image.as_str().unwrap_or_default());
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.ask("DELETE", "", &Value::Null);
    }
}

fn base64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for digit in text
        .bytes()
        .filter_map(|byte| alphabet.iter().position(|known| *known == byte))
    {
        bits = (bits << 6) | u32::try_from(digit).unwrap_or(0);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 255).unwrap_or(0));
        }
    }
    bytes
}
