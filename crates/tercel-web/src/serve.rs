//! The server: one place where each request is held against its route's rule before any page is made.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Response, Uri, header};
use axum::routing::{get, post};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tercel::language::{Language, both};
use thiserror::Error;

use crate::app::App;
use crate::ask::{Ask, Fields, Person};
use crate::pages::{self, api};
use crate::reply::{Fault, POLICY, Reply, respond};
use crate::routes::{ROUTES, Route, Rule, Verb};

/// Bytes of a request body that are taken.
const MOST_BYTES: usize = 1 << 20;

/// Answers of one form.
const MOST_FIELDS: usize = 500;
/// Bytes of one answer.
const MOST_IN_FIELD: usize = 64 << 10;

/// Why the server stopped.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("port {port} cannot be used; take another with --port")]
    Port {
        /// Port.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The connection broke.
    #[error("the server stopped")]
    Stopped(#[source] std::io::Error),
}

/// Every route of [`ROUTES`] over the application.
pub fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in &ROUTES {
        let handler = move |State(app): State<Arc<App>>, rest: Rest, request: Request| async move {
            let rest = match rest {
                Ok(Path(rest)) => rest,
                Err(PathRejection::FailedToDeserializePathParams(_)) if route.path.contains('{') => {
                    return plain(Fault::NotFound, request.uri().path(), request.headers());
                }
                Err(_) => String::new(),
            };
            let headers = request.headers().clone();
            // A browser that goes away ends its connection, not what was begun: nothing is left half written.
            match tokio::spawn(answer(app, route, rest, request)).await {
                Ok(response) => response,
                Err(_) => plain(Fault::Broken, route.path, &headers),
            }
        };
        router = match route.verb {
            Verb::Get => router.route(route.path, get(handler)),
            Verb::Post => router.route(route.path, post(handler)),
        };
    }
    router
        .fallback(async |uri: Uri, headers: HeaderMap| plain(Fault::NotFound, uri.path(), &headers))
        .method_not_allowed_fallback(async |uri: Uri, headers: HeaderMap| plain(Fault::OtherVerb, uri.path(), &headers))
        .with_state(Arc::clone(app))
}

/// The open part of a path, or why there is none: not every path is UTF-8.
type Rest = Result<Path<String>, PathRejection>;

/// Serves until the program is told to end.
pub async fn serve(app: Arc<App>, address: SocketAddr, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let failed = |source| ServeError::Port {
        port: address.port(),
        source,
    };
    let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
    ready(listener.local_addr().map_err(failed)?);
    drop(tokio::spawn(warm(Arc::clone(&app))));
    axum::serve(listener, router(&app))
        .with_graceful_shutdown(told_to_end())
        .await
        .map_err(ServeError::Stopped)
}

/// Derives what most pages ask for, so that who comes first does not wait for it. Where it fails, their page says so.
async fn warm(app: Arc<App>) {
    let _ = app.snapshot().await;
    let _ = app.snapshot_with_cells(0).await;
}

/// Ctrl-C, or the signal by which a service is stopped.
async fn told_to_end() {
    #[cfg(unix)]
    if let Ok(mut stop) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = stop.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// What went wrong, without a page: for programs as every other answer they get.
fn plain(fault: Fault, path: &str, headers: &HeaderMap) -> Response<Body> {
    let language = language(&cookies(headers), headers);
    if path.starts_with("/api/") {
        return api::respond(Err(fault), language);
    }
    let (status, sentence) = fault.status(language);
    respond(status, "text/plain; charset=utf-8", sentence.into_bytes(), POLICY)
}

/// One request through its rule to its page.
async fn answer(app: Arc<App>, route: &'static Route, rest: String, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let cookies = cookies(&parts.headers);
    let language = language(&cookies, &parts.headers);
    let secure = app.settings.secure;
    let sent_to = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut ask = Ask {
        app,
        person: None,
        language,
        rest,
        query: fields(parts.uri.query().unwrap_or_default()),
        form: Fields::new(),
        api: false,
        path: readable(route, parts.uri.path()),
        browser: cookies.get(browser_cookie_name(secure)).cloned(),
    };
    let checked = admit(&mut ask, route, &cookies, &parts.headers, body).await;
    let reply = match checked {
        Ok(()) => (route.handler)(ask.clone()).await,
        Err(fault) => Err(fault),
    };
    if let Err(Fault::Failed(error)) = &reply {
        // The operator's log: no subject data stand in a store's error.
        eprintln!("error: {} {}: {error:?}", route.verb.name(), route.path);
    }
    if let (Err(Fault::Forbidden), Some(person)) = (&reply, &ask.person) {
        let now = ask.app.store.clock().now();
        if let Some(line) = ask.app.refused.line(now, &person.account.name, route) {
            eprintln!("{line}");
        }
    }
    match reply {
        reply if ask.api => api::respond(reply, ask.language),
        Ok(reply) => reply.into_response(),
        Err(Fault::SignInFirst) if route.verb == Verb::Get => Reply::Go("/sign-in".to_owned()).into_response(),
        // Only what a page of this program sent is kept.
        Err(Fault::SignInFirst) if parts.headers.contains_key(header::ORIGIN) => pages::sign_in::ended(&ask, sent_to),
        Err(Fault::PasswordFirst) => Reply::Go("/password".to_owned()).into_response(),
        Err(fault) if route.path.starts_with("/api/") => api::respond(Err(fault), ask.language),
        Err(fault) => pages::fault::page(&ask, &fault, sent_to),
    }
}

/// The path to come back to: one that can be read.
fn readable(route: &Route, path: &str) -> String {
    let read = ROUTES
        .iter()
        .any(|other| other.verb == Verb::Get && other.path == route.path);
    if read { path } else { "/" }.to_owned()
}

/// Who asks, whether the request is the person's own, and whether the rule lets it through.
async fn admit(
    ask: &mut Ask,
    route: &Route,
    cookies: &BTreeMap<String, String>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), Fault> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    ask.api = bearer.is_some();
    let cookie = cookies.get(cookie_name(ask.app.settings.secure)).cloned();
    if let Some(token) = bearer.clone().or(cookie) {
        ask.person = person(&ask.app, token, ask.api).await?;
    }
    if route.verb == Verb::Post {
        let bytes = to_bytes(body, MOST_BYTES).await.map_err(|_| Fault::TooLarge)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            Fault::Wrong(both!(
                "the form is not UTF-8; nothing was changed",
                "表单不是UTF-8编码；未作任何更改"
            ))
        })?;
        if ask.api {
            ask.form = api::fields(text)?;
            within_limits(&ask.form)?;
        } else {
            if !same_origin(headers) {
                return Err(Fault::Forged);
            }
            ask.form = fields(text);
            within_limits(&ask.form)?;
            let given = ask.form.get("csrf").map_or("", String::as_str);
            if ask
                .person
                .as_ref()
                .is_some_and(|person| !same_bytes(given, &person.csrf))
            {
                return Err(Fault::Forged);
            }
        }
    }
    let open = route.rule == Rule::Public || ["/password", "/sign-out"].contains(&route.path);
    if ask.person.as_ref().is_some_and(|person| person.must_change) && !open {
        return Err(Fault::PasswordFirst);
    }
    ruled(ask, route.rule)?;
    if route.path.starts_with("/api/") {
        api::only_known(&ask.query, route.path)?;
    }
    Ok(())
}

/// Whether the rule lets through who asks.
fn ruled(ask: &Ask, rule: Rule) -> Result<(), Fault> {
    match rule {
        Rule::Public => Ok(()),
        Rule::SignedIn => ask.person().map(|_| ()),
        Rule::May(permission) => {
            if ask.person()?.may(permission) {
                Ok(())
            } else {
                Err(Fault::Forbidden)
            }
        }
    }
}

/// Who holds a token: of a browser's session, or of a program. One is no good as the other.
async fn person(app: &App, token: String, program: bool) -> Result<Option<Person>, Fault> {
    let Some(session) = app
        .store
        .session(&token)
        .await?
        .filter(|session| session.program == program)
    else {
        return Ok(None);
    };
    let account = app.store.account(&session.account).await?;
    Ok(account.filter(|account| !account.disabled).map(|account| Person {
        account,
        csrf: session.csrf,
        token: (!program).then_some(token),
        must_change: session.must_change,
    }))
}

/// No form asks so much.
fn within_limits(form: &Fields) -> Result<(), Fault> {
    if form.len() > MOST_FIELDS {
        return Err(Fault::Wrong(both!(
            "the form has more than {MOST_FIELDS} answers; nothing was changed",
            "表单的回答超过{MOST_FIELDS}项；未作任何更改"
        )));
    }
    if let Some((_, long)) = form.iter().find(|(_, value)| value.len() > MOST_IN_FIELD) {
        return Err(Fault::Wrong(both!(
            "an answer has {length} bytes; at most {MOST_IN_FIELD} are taken. Nothing was changed",
            "有一项回答为{length}字节；最多接受{MOST_IN_FIELD}字节。未作任何更改",
            length = long.len()
        )));
    }
    Ok(())
}

/// The name of the session cookie.
pub(crate) fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-tercel" } else { "tercel" }
}

/// A cookie that scripts do not see and other sites do not send.
pub(crate) fn session_cookie(secure: bool, token: &str, seconds: i64) -> String {
    let name = cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// The name of the cookie by which a browser is known.
fn browser_cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-tercel-browser"
    } else {
        "tercel-browser"
    }
}

/// A cookie that lets nobody in: it only tells a browser used before from a stranger's.
pub(crate) fn browser_cookie(secure: bool, key: &str) -> String {
    let name = browser_cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={key}; Path=/; HttpOnly; SameSite=Strict; Max-Age=7776000{secure}")
}

/// A browser says from where a form was sent; where it says so, it must be from here.
fn same_origin(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
        None => true,
        Some(Ok(origin)) => host.is_some() && origin.split_once("://").map(|(_, rest)| rest) == host,
        Some(Err(_)) => false,
    }
}

/// Compares in a time that does not tell where texts differ.
pub(crate) fn same_bytes(one: &str, other: &str) -> bool {
    let differ = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && differ == 0
}

fn cookies(headers: &HeaderMap) -> BTreeMap<String, String> {
    let texts = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|text| text.to_str().ok());
    texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The language chosen, otherwise the first one the browser prefers.
fn language(cookies: &BTreeMap<String, String>, headers: &HeaderMap) -> Language {
    let chosen = cookies.get("language").and_then(|tag| Language::from_tag(tag));
    let preferred = || {
        let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        text.split(',')
            .find_map(|tag| Language::from_tag(tag.split(';').next()?.trim()))
    };
    chosen.or_else(preferred).unwrap_or_default()
}

/// `a=1&b=two+words`, percent-decoded. Of a name given twice, the values are joined by a blank.
fn fields(text: &str) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let held = fields.entry(name.into_owned()).or_default();
        if !held.is_empty() {
            held.push(' ');
        }
        held.push_str(&value);
    }
    fields
}

/// What stands as it is in a path or a query.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// A text as part of a path or query.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, &PLAIN).to_string()
}
