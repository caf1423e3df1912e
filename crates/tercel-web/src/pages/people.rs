//! Accounts and their roles.

use std::collections::BTreeSet;

use askama::Template;
use tercel::language::{Language, Words, both};
use tercel_store::{Account, Grant, Refusal};

use super::sign_in::{account_problem, new_password, printed_problem};
use crate::ask::Ask;
use crate::messages::message;
use crate::punctuation::{LISTED, bracketed};
use crate::refusal;
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role};
use crate::view::View;

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    view: View,
    problem: Option<String>,
    rows: Vec<Row>,
    /// What was typed for a new account that was refused.
    new: Typed,
    roles: Vec<(&'static str, &'static str)>,
}

struct Row {
    name: String,
    printed: String,
    roles: String,
    grants: String,
    disabled: bool,
    version: i64,
    own: bool,
    /// A change of it was refused: its form is open, with what was typed.
    open: bool,
    reason: String,
}

/// Name, printed name and roles as they were typed; no passwords.
#[derive(Default)]
struct Typed {
    account: String,
    printed: String,
    grants: String,
}

impl Typed {
    fn of(ask: &Ask) -> Self {
        Self {
            account: ask.optional("account").to_owned(),
            printed: ask.optional("printed").to_owned(),
            grants: ask.optional("grants").to_owned(),
        }
    }
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    page(&ask, None).await
}

async fn page(ask: &Ask, problem: Option<Words>) -> Result<Reply, Fault> {
    let own = ask.person()?.account.name.clone();
    let language = ask.language;
    let row = |account: &Account| Row {
        name: account.name.clone(),
        printed: account.printed.clone(),
        roles: account
            .grants
            .iter()
            .map(|grant| in_words(grant, language))
            .collect::<Vec<_>>()
            .join(LISTED.of(language)),
        grants: account
            .grants
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
        disabled: account.disabled,
        version: account.version,
        own: account.name == own,
        open: false,
        reason: String::new(),
    };
    let mut rows: Vec<Row> = ask.app.store.accounts().await?.iter().map(row).collect();
    // Only the form of a new account has a printed name.
    let added = ask.form.contains_key("printed");
    if let Some(row) = rows
        .iter_mut()
        .find(|row| problem.is_some() && !added && row.name == ask.optional("account"))
    {
        row.open = true;
        ask.optional("reason").clone_into(&mut row.reason);
        if let Some(grants) = ask.form.get("grants") {
            row.grants.clone_from(grants);
            row.disabled = ask.optional("disabled") == "Y";
        }
    }
    let rejected = problem.is_some();
    let page = Page {
        view: View::of(ask),
        problem: problem.map(|problem| problem.of(language).to_owned()),
        rows,
        new: if rejected && added {
            Typed::of(ask)
        } else {
            Typed::default()
        },
        roles: Role::ALL.map(|role| (role.id(), role.title().of(language))).to_vec(),
    }
    .render()?;
    Ok(Reply::page(page, rejected))
}

fn in_words(grant: &Grant, language: Language) -> String {
    let title = Role::from_id(&grant.role).map_or("?", |role| role.title().of(language));
    match &grant.site {
        Some(site) => format!("{title}{}", bracketed(site, language)),
        None => title.to_owned(),
    }
}

/// The roles of a form, if one person may hold them together.
pub fn grants(text: &str) -> Result<BTreeSet<Grant>, Words> {
    let mut grants = BTreeSet::new();
    for part in text.split([' ', ',']).filter(|part| !part.is_empty()) {
        let grant = Grant::parse(part).filter(|grant| Role::from_id(&grant.role).is_some());
        grants.insert(grant.ok_or_else(|| {
            both!(
                "\"{part}\" is no role at a site; write coordinator@01, or monitor@* for every site",
                "“{part}”不是某中心的角色；请写为coordinator@01，或以monitor@*表示所有中心"
            )
        })?);
    }
    let roles: Vec<Role> = grants.iter().filter_map(|grant| Role::from_id(&grant.role)).collect();
    for (number, one) in roles.iter().enumerate() {
        for other in roles.iter().skip(number + 1) {
            if one.conflict(*other) {
                return Err(both!(
                    "{one} and {other} cannot be one person's: who enters does not verify, and who administers users does nothing else",
                    "{one}与{other}不能由同一人担任：录入者不得核查，用户管理员不得兼任其他角色",
                    one = one.id(),
                    other = other.id()
                ));
            }
        }
    }
    if grants.is_empty() {
        return Err(both!(
            "give at least one role; to keep somebody out, disable the account",
            "请至少授予一个角色；如需禁止某人登录，请停用其账号"
        ));
    }
    Ok(grants)
}

/// Why nothing is given on a session alone: the administrator's own password was not given again, or is wrong.
async fn own_password_problem(ask: &Ask) -> Result<Option<Words>, Fault> {
    let password = ask.form.get("own_password").map_or("", String::as_str);
    match ask.check_password(&ask.person()?.account.name, password).await {
        Ok(_) => Ok(None),
        Err(Fault::Password(_)) => Ok(Some(message("people.own_password_wrong").into())),
        Err(fault) => Err(fault),
    }
}

pub(crate) async fn add(ask: Ask) -> Result<Reply, Fault> {
    let (name, printed) = (ask.field("account")?, ask.field("printed")?);
    if let Some(problem) = account_problem(name).or_else(|| printed_problem(printed)) {
        return page(&ask, Some(problem)).await;
    }
    if let Some(there) = ask.app.store.account_like(name).await? {
        let taken = Refusal::NameTaken(there.name);
        return page(&ask, Some(refusal::words(&taken))).await;
    }
    let (grants, password) =
        match grants(ask.field("grants")?).and_then(|grants| Ok((grants, new_password(&ask, name)?))) {
            Ok(both) => both,
            Err(problem) => return page(&ask, Some(problem)).await,
        };
    if let Some(problem) = own_password_problem(&ask).await? {
        return page(&ask, Some(problem)).await;
    }
    let author = ask.author(Permission::Administer, None)?;
    ask.app
        .store
        .add_account(&author, name, printed, &grants, &password)
        .await?;
    Ok(Reply::Go("/people".to_owned()))
}

/// The account of a form, which is not one's own: nobody gives roles to oneself.
async fn other_account(ask: &Ask) -> Result<Account, Fault> {
    let name = ask.field("account")?;
    if name == ask.person()?.account.name {
        return Err(Fault::Refused(both!(
            "another administrator changes your account",
            "您的账号须由其他管理员修改"
        )));
    }
    ask.app.store.account(name).await?.ok_or(Fault::NotFound)
}

pub(crate) async fn change(ask: Ask) -> Result<Reply, Fault> {
    let mut account = other_account(&ask).await?;
    let grants = match grants(ask.field("grants")?) {
        Ok(grants) => grants,
        Err(problem) => return page(&ask, Some(problem)).await,
    };
    account.grants = grants;
    account.disabled = ask.optional("disabled") == "Y";
    account.version = ask.number("seen")?;
    let reason = ask.field("reason")?;
    if let Some(problem) = own_password_problem(&ask).await? {
        return page(&ask, Some(problem)).await;
    }
    let author = ask.author(Permission::Administer, None)?;
    ask.app.store.change_account(&author, &account, reason).await?;
    Ok(Reply::Go("/people".to_owned()))
}

pub(crate) async fn set_password(ask: Ask) -> Result<Reply, Fault> {
    let account = other_account(&ask).await?;
    let password = match new_password(&ask, &account.name) {
        Ok(password) => password,
        Err(problem) => return page(&ask, Some(problem)).await,
    };
    if let Some(problem) = own_password_problem(&ask).await? {
        return page(&ask, Some(problem)).await;
    }
    let author = ask.author(Permission::Administer, None)?;
    ask.app.store.set_password(&author, &account, &password).await?;
    Ok(Reply::Go("/people".to_owned()))
}
