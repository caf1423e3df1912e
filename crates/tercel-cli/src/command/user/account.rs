//! Accounts: added, disabled, enabled, given roles and passwords, listed. Each act has the user of the operating system
//! as its author.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel_store::{Account, Grant, Refusal, Store};
use tercel_web::{account_problem, parse_grants};

use super::password;
use crate::command::Answer;
use crate::command::check::plain;
use crate::output::Output;
use crate::record::{RecordArgs, note, open_or_start, operator, wait};
use crate::study::require_protocol;

/// Arguments of `tercel user add`.
#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    record: RecordArgs,
    /// Name to sign in with
    name: String,
    /// Printed name, as it stands beside signatures
    #[arg(long, value_name = "NAME")]
    printed: String,
    /// Role at a site, coordinator@01, or at every site, monitor@*; may be given again
    #[arg(long, value_name = "ROLE@SITE", required = true)]
    role: Vec<String>,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

/// Arguments of `tercel user disable` and `enable`.
#[derive(Debug, clap::Args)]
pub(crate) struct NameArgs {
    #[command(flatten)]
    record: RecordArgs,
    /// Name to sign in with
    name: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Arguments of `tercel user role`.
#[derive(Debug, clap::Args)]
pub(crate) struct RoleArgs {
    #[command(flatten)]
    record: RecordArgs,
    /// Name to sign in with
    name: String,
    /// All roles from now on: coordinator@01, monitor@*; may be given again
    #[arg(long, value_name = "ROLE@SITE", required = true)]
    role: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Arguments of `tercel user password`.
#[derive(Debug, clap::Args)]
pub(crate) struct PasswordArgs {
    #[command(flatten)]
    record: RecordArgs,
    /// Name to sign in with
    name: String,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

/// Arguments of `tercel user list`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    record: RecordArgs,
}

/// Adds an account.
pub(crate) fn add(args: &AddArgs, output: Output) -> anyhow::Result<Answer> {
    if let Some(problem) = account_problem(&args.name) {
        bail!("{}", problem.en);
    }
    if args.printed.trim().is_empty() {
        bail!("--printed is empty; write the name as it stands beside signatures");
    }
    let grants = roles(&args.role)?;
    let trial = require_protocol(&args.record.trial)?;
    let password = password::ask(&args.name, args.password_stdin)?;
    let account = wait(async {
        let store = open_or_start(&args.record.address(), &trial.id).await?;
        if let Some(there) = store.account_like(&args.name).await? {
            bail!("{}; see `tercel user list`", Refusal::NameTaken(there.name));
        }
        note(&store, "user add").await?;
        Ok(store
            .add_account(&operator(), &args.name, args.printed.trim(), &grants, &password)
            .await?)
    })?;
    say(&account, "was added", output)
}

/// Disables an account.
pub(crate) fn disable(args: &NameArgs, output: Output) -> anyhow::Result<Answer> {
    change(&args.record, &args.name, "user disable", &args.reason, |account| {
        account.disabled = true;
    })
    .and_then(|account| say(&account, "is let in no longer", output))
}

/// Enables an account.
pub(crate) fn enable(args: &NameArgs, output: Output) -> anyhow::Result<Answer> {
    change(&args.record, &args.name, "user enable", &args.reason, |account| {
        account.disabled = false;
    })
    .and_then(|account| say(&account, "is let in again", output))
}

/// Gives other roles.
pub(crate) fn change_roles(args: &RoleArgs, output: Output) -> anyhow::Result<Answer> {
    let grants = roles(&args.role)?;
    change(&args.record, &args.name, "user role", &args.reason, |account| {
        account.grants.clone_from(&grants);
    })
    .and_then(|account| say(&account, "has other roles", output))
}

/// Sets a password.
pub(crate) fn set_password(args: &PasswordArgs, output: Output) -> anyhow::Result<Answer> {
    let password = password::ask(&args.name, args.password_stdin)?;
    let account = wait(async {
        let (store, account) = find(&args.record, &args.name).await?;
        note(&store, "user password").await?;
        store.set_password(&operator(), &account, &password).await?;
        Ok(account)
    })?;
    say(&account, "has a new password", output)
}

/// Lists accounts.
pub(crate) fn list(args: &ListArgs, output: Output) -> anyhow::Result<Answer> {
    let accounts = wait(async { Ok(args.record.open().await?.accounts().await?) })?;
    output.print(
        || Value::from(accounts.iter().map(document).collect::<Vec<Value>>()),
        || {
            let mut page = String::new();
            for account in &accounts {
                let state = if account.disabled { " (disabled)" } else { "" };
                let _ = writeln!(
                    page,
                    "{}{state}: {}; {}",
                    plain(&account.name),
                    plain(&account.printed),
                    in_words(account)
                );
            }
            if accounts.is_empty() {
                page.push_str("There are no users yet; add one with `tercel user add`.\n");
            }
            page
        },
    )?;
    Ok(Answer::Given)
}

fn roles(given: &[String]) -> anyhow::Result<BTreeSet<Grant>> {
    parse_grants(&given.join(" ")).map_err(|problem| {
        let known: Vec<&str> = tercel_web::Role::ALL.iter().map(|role| role.id()).collect();
        anyhow!("{} (roles: {})", problem.en, known.join(", "))
    })
}

async fn find(record: &RecordArgs, name: &str) -> anyhow::Result<(Store, Account)> {
    let store = record.open().await?;
    let account = store.account(name).await?;
    let account = account.ok_or_else(|| anyhow!("there is no account {name}; see `tercel user list`"))?;
    Ok((store, account))
}

fn change(
    record: &RecordArgs,
    name: &str,
    command: &str,
    reason: &str,
    alter: impl Fn(&mut Account),
) -> anyhow::Result<Account> {
    if reason.trim().is_empty() {
        bail!("--reason is empty; say why");
    }
    wait(async {
        let (store, before) = find(record, name).await?;
        let mut account = before.clone();
        alter(&mut account);
        if account == before {
            bail!("nothing is different for {name}; see `tercel user list`");
        }
        note(&store, command).await?;
        store.change_account(&operator(), &account, reason).await?;
        Ok(account)
    })
}

fn in_words(account: &Account) -> String {
    let grants: Vec<String> = account.grants.iter().map(ToString::to_string).collect();
    grants.join(" ")
}

fn document(account: &Account) -> Value {
    json!({
        "name": account.name,
        "printed": account.printed,
        "roles": account.grants.iter().map(ToString::to_string).collect::<Vec<String>>(),
        "disabled": account.disabled,
    })
}

fn say(account: &Account, what: &str, output: Output) -> anyhow::Result<Answer> {
    output.print(
        || document(account),
        || format!("{} {what}: {}.\n", account.name, in_words(account)),
    )?;
    Ok(Answer::Given)
}
