//! Signing in and out, the first user, passwords, the language.

use std::collections::BTreeSet;

use askama::Template;
use axum::body::Body;
use axum::http::Response;
use serde_json::json;
use tercel::language::{Language, Words, both};
use tercel_store::{ACCESS, Account, Author, Change, Door, Grant, PasswordProblem, SignIn, password_problem};
use tokio::time::Instant;

use super::kept::{self, Kept};
use crate::ask::{Ask, Person};
use crate::messages::message;
use crate::refusal;
use crate::reply::{Fault, POLICY, Reply, respond};
use crate::role::{Role, roles_of};
use crate::serve::{browser_cookie, same_bytes, session_cookie};
use crate::view::View;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    view: View,
    problem: Option<String>,
    /// Hidden fields: what was typed when a session had ended.
    kept: Vec<(String, String)>,
    demo: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    view: View,
    problem: Option<String>,
    /// Account and printed name as they were typed.
    account: String,
    printed: String,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    view: View,
    problem: Option<String>,
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    if ask.app.settings.setup_code.is_some() && ask.app.store.accounts().await?.is_empty() {
        return Ok(Reply::Go("/setup".to_owned()));
    }
    sign_in_page(&ask, None)
}

fn sign_in_page(ask: &Ask, problem: Option<String>) -> Result<Reply, Fault> {
    let rejected = problem.is_some();
    let language = ask.language;
    let title = |role: &str| {
        Role::from_id(role)
            .map_or(role, |role| role.title().of(language))
            .to_owned()
    };
    let demo = ask.app.settings.demo_accounts.iter();
    let page = SignInPage {
        view: View::of(ask),
        problem,
        kept: Kept::carried(&ask.form)
            .map(|kept| kept.as_carried())
            .unwrap_or_default(),
        demo: demo
            .map(|(name, role, password)| (name.clone(), title(role), password.clone()))
            .collect(),
    };
    let page = page.render()?;
    Ok(Reply::page(page, rejected))
}

/// The page for a form that was sent after its session had ended.
pub(crate) fn ended(ask: &Ask, sent_to: &str) -> Response<Body> {
    let fault = Fault::SignInFirst;
    let page = Kept::sent(sent_to, &ask.form).map(|kept| {
        let mut ask = ask.clone();
        ask.form = kept.as_carried().into_iter().collect();
        sign_in_page(&ask, None)
    });
    match page {
        Some(Ok(Reply::Page(page))) => {
            let (status, _) = fault.status(ask.language);
            respond(status, "text/html; charset=utf-8", page.into_bytes(), POLICY)
        }
        _ => super::fault::page(ask, &fault, sent_to),
    }
}

pub(crate) async fn enter(mut ask: Ask) -> Result<Reply, Fault> {
    let began = Instant::now();
    let (name, password) = (
        ask.optional("account"),
        ask.form.get("password").map_or("", String::as_str),
    );
    let browser = ask.browser.as_deref().filter(|key| key.len() == 64);
    // A browser that no account of this name was in stands in the queue like any other.
    let known = match browser {
        Some(key) => ask.app.store.knows_browser(name, key).await?,
        None => false,
    };
    let _turn = if known {
        None
    } else {
        Some(ask.app.street.turn().await?)
    };
    let door = browser.map_or(Door::Street, Door::Browser);
    match ask.app.store.sign_in_at(name, password, door).await? {
        SignIn::Passed { account, must_change } => {
            // A session that was there before is not carried over: its token may be known to somebody else.
            if let Some(token) = ask.person.as_ref().and_then(|person| person.token.as_deref()) {
                ask.app.store.end_session(token).await?;
            }
            let (token, session) = ask.app.store.begin_session(&account.name, None, None).await?;
            note(&ask, &account, "signed in").await?;
            let (secure, key) = (
                ask.app.settings.secure,
                ask.app.store.know_browser(&account.name, browser).await?,
            );
            let cookies = vec![
                session_cookie(secure, &token, ACCESS.absolute_hours * 3600),
                browser_cookie(secure, &key),
            ];
            if let Some(kept) = Kept::carried(&ask.form).filter(|_| !must_change) {
                ask.person = Some(Person {
                    csrf: session.csrf,
                    token: Some(token),
                    ..Person::of(account)
                });
                let page = kept::page(&ask, kept)?;
                return Ok(Reply::PageWith { page, cookies });
            }
            Ok(Reply::GoWith {
                to: if must_change { "/password" } else { "/" }.to_owned(),
                cookies,
            })
        }
        // The same answer after the same time, whether the name is known, waits or is nobody's.
        SignIn::Refused | SignIn::Waiting { .. } => {
            ask.app.street.refuse(began).await;
            sign_in_page(&ask, Some(message("sign_in.refused").of(ask.language).to_owned()))
        }
    }
}

pub(super) async fn note(ask: &Ask, account: &Account, event: &str) -> Result<(), Fault> {
    let author = Author {
        account: account.name.clone(),
        role: roles_of(account),
    };
    let event = json!({"event": event});
    ask.app.store.append(&author, None, &[Change::Access { event }]).await?;
    Ok(())
}

pub(crate) async fn leave(ask: Ask) -> Result<Reply, Fault> {
    let person = ask.person()?;
    if let Some(token) = &person.token {
        ask.app.store.end_session(token).await?;
    }
    note(&ask, &person.account, "signed out").await?;
    Ok(Reply::GoWith {
        to: "/sign-in".to_owned(),
        cookies: vec![session_cookie(ask.app.settings.secure, "", 0)],
    })
}

pub(crate) async fn show_setup(ask: Ask) -> Result<Reply, Fault> {
    require_no_users(&ask).await?;
    setup_page(&ask, None)
}

async fn require_no_users(ask: &Ask) -> Result<(), Fault> {
    if ask.app.settings.setup_code.is_none() || !ask.app.store.accounts().await?.is_empty() {
        return Err(Fault::NotFound);
    }
    Ok(())
}

fn setup_page(ask: &Ask, problem: Option<String>) -> Result<Reply, Fault> {
    let rejected = problem.is_some();
    Ok(Reply::page(setup_text(ask, problem)?, rejected))
}

fn setup_text(ask: &Ask, problem: Option<String>) -> Result<String, Fault> {
    let page = SetupPage {
        view: View::of(ask),
        problem,
        account: ask.optional("account").to_owned(),
        printed: ask.optional("printed").to_owned(),
    };
    Ok(page.render()?)
}

pub(crate) async fn set_up(ask: Ask) -> Result<Reply, Fault> {
    require_no_users(&ask).await?;
    let began = Instant::now();
    // One at a time: two with the code do not both become the first user.
    let _alone = ask.app.deciding.lock().await;
    require_no_users(&ask).await?;
    let _turn = ask.app.street.turn().await?;
    let code = ask.app.settings.setup_code.as_deref().unwrap_or_default();
    if code.is_empty() || !same_bytes(ask.field("code")?, code) {
        ask.app.street.refuse(began).await;
        let (_, sentence) = Fault::Code.status(ask.language);
        return Err(Fault::Shown {
            page: setup_text(&ask, Some(sentence))?,
            why: Box::new(Fault::Code),
        });
    }
    let (name, printed) = (ask.field("account")?, ask.field("printed")?);
    if let Some(problem) = printed_problem(printed) {
        return setup_page(&ask, Some(problem.of(ask.language).to_owned()));
    }
    if let Some(problem) = account_problem(name) {
        return setup_page(&ask, Some(problem.of(ask.language).to_owned()));
    }
    let password = match new_password(&ask, name) {
        Ok(password) => password,
        Err(problem) => return setup_page(&ask, Some(problem.of(ask.language).to_owned())),
    };
    let author = Author {
        account: name.to_owned(),
        role: Role::Administrator.id().to_owned(),
    };
    let grants: BTreeSet<Grant> = Grant::parse("administrator@*").into_iter().collect();
    ask.app
        .store
        .add_account(&author, name, printed, &grants, &password)
        .await?;
    Ok(Reply::Go("/sign-in".to_owned()))
}

/// Why a name cannot be one of an account.
pub fn account_problem(name: &str) -> Option<Words> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.@".contains(letter);
    let own = ["tercel", "unknown", "system"].contains(&name.to_lowercase().as_str());
    let good = (2..=60).contains(&name.len()) && name.chars().all(fits) && !own;
    (!good).then(|| {
        both!(
            "\"{name}\" cannot be an account: take 2 to 60 letters, digits, hyphens, dots or underscores",
            "“{name}”不能作为账号：请使用2至60个字母、数字、连字符、点或下划线"
        )
    })
}

/// Why a name cannot stand beside a signature.
pub(crate) fn printed_problem(name: &str) -> Option<Words> {
    let good = name.chars().count() <= 100 && !name.chars().any(char::is_control);
    (!good).then(|| {
        both!(
            "a printed name is one line of at most 100 letters",
            "签名处显示的姓名须为一行，最多100个字符"
        )
    })
}

/// The new password of a form, given twice.
pub(crate) fn new_password(ask: &Ask, account: &str) -> Result<String, Words> {
    let password = ask.form.get("password").map_or("", String::as_str);
    if ask.form.get("again").map(String::as_str) != Some(password) {
        return Err(message("password.differ").into());
    }
    match password_problem(password, account) {
        Some(problem) => Err(refusal::password(&problem)),
        None => Ok(password.to_owned()),
    }
}

pub(crate) async fn show_password(ask: Ask) -> Result<Reply, Fault> {
    password_page(&ask, None)
}

fn password_page(ask: &Ask, problem: Option<String>) -> Result<Reply, Fault> {
    let rejected = problem.is_some();
    let page = PasswordPage {
        view: View::of(ask),
        problem,
    }
    .render()?;
    Ok(Reply::page(page, rejected))
}

pub(crate) async fn change_password(ask: Ask) -> Result<Reply, Fault> {
    let account = ask.person()?.account.clone();
    let old = ask.form.get("old").map_or("", String::as_str);
    let checked = ask.app.store.sign_in_at(&account.name, old, Door::Inside).await?;
    if !matches!(checked, SignIn::Passed { .. }) {
        return password_page(&ask, Some(message("sign_in.refused").of(ask.language).to_owned()));
    }
    let password = match new_password(&ask, &account.name) {
        Ok(password) => password,
        Err(problem) => return password_page(&ask, Some(problem.of(ask.language).to_owned())),
    };
    if password == old {
        let same = refusal::password(&PasswordProblem::Same);
        return password_page(&ask, Some(same.of(ask.language).to_owned()));
    }
    let author = Author {
        account: account.name.clone(),
        role: roles_of(&account),
    };
    ask.app.store.set_password(&author, &account, &password).await?;
    Ok(Reply::Go("/sign-in".to_owned()))
}

pub(crate) async fn choose_language(ask: Ask) -> Result<Reply, Fault> {
    let language = Language::from_tag(ask.field("language")?)
        .ok_or_else(|| Fault::Wrong(both!("there is no such language", "没有这种语言")))?;
    let secure = if ask.app.settings.secure { "; Secure" } else { "" };
    let back = match ask.optional("back") {
        "" => "/",
        back => back,
    };
    Ok(Reply::GoWith {
        to: back.to_owned(),
        cookies: vec![format!(
            "language={}; Path=/; SameSite=Lax; Max-Age=31536000{secure}",
            language.tag()
        )],
    })
}
