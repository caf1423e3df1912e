//! Versions of the protocol: registered by the sponsor's physician, made effective site by site by its investigator, with
//! what differs between them.

use askama::Template;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::conduct::SiteVersion;
use tercel::language::{Words, both};
use tercel::protocol::{Difference, parse_protocol, protocol_differences};
use tercel_exchange::sha256_hex;
use tercel_store::{Account, NewRecord, Record, Signer};

use super::api::answer;
use super::record::signer;
use super::screening::to_the_minute;
use crate::ask::Ask;
use crate::messages::message;
use crate::protocol::{
    APPROVED, EFFECTIVE, PROTOCOL, PROTOCOL_SITE, Version, new_site_version, new_version, site_versions, versions,
};
use crate::reply::{Fault, Reply};
use crate::role::{Permission, Role};
use crate::serve::encode;
use crate::view::View;

/// The versions of the protocol.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "protocol.html")]
#[schemars(rename = "Protocol")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    /// The file the program runs.
    running: Running,
    /// What is to be said of it, where it is not the registered one.
    warning: Option<&'static str>,
    /// Registered versions, in order.
    #[serde(rename = "versions")]
    rows: Vec<Row>,
    /// The two versions compared.
    compared: Option<Compared>,
    /// What differs between them.
    differences: Vec<Changed>,
    /// Where each is or was in force.
    sites: Vec<SiteRow>,
    #[serde(skip)]
    may_register: bool,
    #[serde(skip)]
    may_activate: bool,
    #[serde(skip)]
    today: String,
}

/// The file the program runs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunningProtocol")]
struct Running {
    version: String,
    /// SHA-256.
    digest: String,
}

/// Two versions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparedVersions")]
struct Compared {
    from: String,
    to: String,
}

/// A setting that two versions state otherwise.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProtocolDifference")]
struct Changed {
    /// Where it stands in the file.
    place: String,
    /// As the first has it; null: not there.
    old: Option<String>,
    /// As the second has it; null: not there.
    new: Option<String>,
}

/// A registered version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProtocolVersion")]
struct Row {
    version: String,
    /// SHA-256 of its file.
    digest: String,
    summary: String,
    /// Who signed.
    by: String,
    /// When, UTC.
    at: String,
    /// The version before it, to compare with.
    #[serde(skip)]
    before: Option<String>,
    #[serde(skip)]
    link: String,
}

impl Row {
    fn short(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }
}

/// A version at a site.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SiteVersion")]
struct SiteRow {
    site: String,
    version: String,
    /// Day from which it is effective.
    effective: String,
    by: String,
    at: String,
    /// It is in force today.
    in_force: bool,
}

/// The records of a form.
async fn records(ask: &Ask, form: &str) -> Result<Vec<Record>, Fault> {
    Ok(ask.app.records_of_form(form).await?)
}

/// The protocol file as it lies in the folder.
fn file(ask: &Ask) -> Result<String, Fault> {
    std::fs::read_to_string(ask.app.settings.folder.join("protocol.toml")).map_err(|error| {
        Fault::Refused(both!(
            "protocol.toml cannot be read: {error}; nothing was changed",
            "无法读取protocol.toml：{error}；未作任何更改"
        ))
    })
}

/// The file, where it still is what the program runs.
fn running_file(ask: &Ask) -> Result<String, Fault> {
    let text = file(ask)?;
    if parse_protocol("protocol.toml", &text).ok().as_ref() != Some(&*ask.app.trial) {
        return Err(Fault::Refused(both!(
            "protocol.toml was changed since the program started; check it with tercel check, start the program again, and \
             register what it runs then; nothing was changed",
            "程序启动后protocol.toml已被修改；请用tercel check检查，重新启动程序，再登记其届时运行的版本；未作任何更改"
        )));
    }
    Ok(text)
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let (registered, effective) = (records(ask, PROTOCOL).await?, records(ask, PROTOCOL_SITE).await?);
    let known = versions(registered.iter());
    let text = file(ask).unwrap_or_default();
    let digest = sha256_hex(text.as_bytes());
    let running = known.iter().find(|one| one.name == ask.app.trial.version);
    let warning = match running {
        None => Some("protocol.not_registered"),
        Some(one) if one.digest != digest => Some("protocol.differs"),
        Some(_) => None,
    };
    let compared = compared(ask, &known, &text);
    let differences = compared.as_ref().map_or_else(
        || Ok(Vec::new()),
        |(_, old, _, new)| protocol_differences(old, new).map_err(|why| Fault::Wrong(Words::english(why))),
    )?;
    let person = ask.person()?;
    Ok(Page {
        view: View::of(ask),
        running: Running {
            version: ask.app.trial.version.clone(),
            digest,
        },
        warning: warning.map(|key| message(key).of(ask.language)),
        rows: rows(&known),
        compared: compared.map(|(from, _, to, _)| Compared { from, to }),
        differences: differences.into_iter().map(changed).collect(),
        sites: site_rows(&effective, ask.app.today()),
        may_register: running.is_none() && holds(ask, Role::MedicalMonitor),
        may_activate: !known.is_empty() && person.may(Permission::Sign) && holds(ask, Role::Investigator),
        today: ask.app.today().to_string(),
    })
}

fn changed(Difference { place, old, new }: Difference) -> Changed {
    Changed { place, old, new }
}

fn holds(ask: &Ask, role: Role) -> bool {
    let held = |person: &crate::ask::Person| person.account.grants.iter().any(|grant| grant.role == role.id());
    ask.person.as_ref().is_some_and(held)
}

/// The two versions asked for (`from`, `to`); otherwise the file against the last registered, or the last two.
fn compared(ask: &Ask, known: &[Version<'_>], file: &str) -> Option<(String, String, String, String)> {
    let of = |name: &str| {
        let asked = ask.query.get(name)?;
        known.iter().find(|one| one.name == asked)
    };
    let both = |old: &Version<'_>, new: &Version<'_>| {
        (
            old.name.to_owned(),
            old.text.to_owned(),
            new.name.to_owned(),
            new.text.to_owned(),
        )
    };
    if let (Some(old), Some(new)) = (of("from"), of("to")) {
        return Some(both(old, new));
    }
    let last = known.last()?;
    if last.digest != sha256_hex(file.as_bytes()) {
        let new = format!("{} (protocol.toml)", ask.app.trial.version);
        return Some((last.name.to_owned(), last.text.to_owned(), new, file.to_owned()));
    }
    let before = known.iter().rev().nth(1)?;
    Some(both(before, last))
}

fn rows(known: &[Version<'_>]) -> Vec<Row> {
    let before = std::iter::once(None).chain(known.iter().map(Some));
    known
        .iter()
        .zip(before)
        .map(|(one, before)| {
            let signature = one.record.signatures_in_force().next();
            Row {
                version: one.name.to_owned(),
                digest: one.digest.to_owned(),
                summary: one.summary.to_owned(),
                by: signature.map(|signature| signature.name.clone()).unwrap_or_default(),
                at: signature
                    .map(|signature| signature.stamp.at.clone())
                    .unwrap_or_default(),
                before: before.map(|before| encode(before.name)),
                link: encode(one.name),
            }
        })
        .collect()
}

fn site_rows(effective: &[Record], today: Date) -> Vec<SiteRow> {
    let all = site_versions(effective.iter());
    let mut rows: Vec<SiteRow> = all
        .iter()
        .map(|one| SiteRow {
            site: one.site.clone(),
            version: one.version.clone(),
            effective: one.effective.to_string(),
            by: one.entry.by.clone(),
            at: to_the_minute(one.entry.at),
            in_force: SiteVersion::in_force(&all, &one.site, today) == Some(one),
        })
        .collect();
    rows.sort_by(|one, other| (&one.site, &one.effective, &one.at).cmp(&(&other.site, &other.effective, &other.at)));
    rows
}

/// Registers the version the program runs: its whole text is kept, signed by the sponsor's physician.
pub(crate) async fn register(ask: Ask) -> Result<Reply, Fault> {
    if !holds(&ask, Role::MedicalMonitor) {
        return Err(Fault::Forbidden);
    }
    let summary = ask.field("summary")?.to_owned();
    let (text, version) = (running_file(&ask)?, ask.app.trial.version.clone());
    let there = records(&ask, PROTOCOL).await?;
    if versions(there.iter()).iter().any(|one| one.name == version) {
        return Err(Fault::Refused(both!(
            "version {version} is registered; a changed protocol gets a version number of its own (trial.version); nothing \
             was changed",
            "版本{version}已登记；修改后的方案须另设版本号（trial.version）；未作任何更改"
        )));
    }
    let who = signer(&ask, None).await?;
    enter_signed(&ask, new_version(&ask.app.trial, text, &summary), APPROVED, &who).await?;
    Ok(Reply::Go("/protocol".to_owned()))
}

/// Makes a registered version effective at a site: signed by an investigator there.
pub(crate) async fn activate(ask: Ask) -> Result<Reply, Fault> {
    if !holds(&ask, Role::Investigator) {
        return Err(Fault::Forbidden);
    }
    let (version, site) = (ask.field("version")?.to_owned(), ask.field("site")?.to_owned());
    let here = |grant: &tercel_store::Grant| {
        grant.role == Role::Investigator.id() && grant.site.as_ref().is_none_or(|own| *own == site)
    };
    if !ask.person()?.account.grants.iter().any(here) {
        return Err(Fault::Forbidden);
    }
    let there = records(&ask, PROTOCOL).await?;
    if !versions(there.iter()).iter().any(|one| one.name == version) {
        return Err(Fault::Refused(both!(
            "version {version} is not registered and signed; nothing was changed",
            "版本{version}尚未登记签署；未作任何更改"
        )));
    }
    let (approved, effective) = (day(&ask, "approved")?, day(&ask, "effective")?);
    if approved > ask.app.today() || effective < approved {
        return Err(Fault::Refused(both!(
            "the ethics committee's approval lies in the future, or the version would be effective before it; nothing was \
             changed",
            "伦理委员会批准日期晚于今天，或生效日期早于批准日期；未作任何更改"
        )));
    }
    let who = signer(&ask, None).await?;
    let new = new_site_version(&version, &site, (ask.field("approval")?, approved), effective);
    enter_signed(&ask, new, EFFECTIVE, &who).await?;
    Ok(Reply::Go("/protocol".to_owned()))
}

fn day(ask: &Ask, name: &str) -> Result<Date, Fault> {
    let text = ask.field(name)?;
    text.parse().map_err(|_| {
        Fault::Wrong(both!(
            "{text} is no date; write it as 2026-03-31; nothing was changed",
            "“{text}”不是日期；请写为2026-03-31；未作任何更改"
        ))
    })
}

/// Enters a record with its signature.
async fn enter_signed(ask: &Ask, new: NewRecord, meaning: &str, who: &Account) -> Result<(), Fault> {
    let author = ask.author(Permission::Release, new.site.as_deref())?;
    let signer = Signer {
        author: author.clone(),
        name: who.printed.clone(),
        meaning: meaning.to_owned(),
    };
    ask.append_signed(&author, new, &[signer]).await?;
    Ok(())
}
