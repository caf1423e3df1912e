//! How the consent of every subject stands: what was signed, what is in force, who signs again, who withdrew from what.

use askama::Template;
use schemars::JsonSchema;
use serde::Serialize;
use tercel::conduct::{ConsentStanding, Study, derive_consent};
use tercel::language::{Language, both};
use tercel::study::{Subject, SubjectId};

use super::api::answer;
use super::lists::{Filter, Total};
use super::screening::{record_path, to_the_minute, written};
use crate::ask::Ask;
use crate::messages::message;
use crate::punctuation::LISTED;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

/// The consents.
#[derive(Template, Serialize, JsonSchema)]
#[template(path = "consents.html")]
#[schemars(rename = "Consents")]
pub(super) struct Page {
    #[serde(skip)]
    view: View,
    #[serde(skip)]
    filter: Filter,
    /// Subjects in each state.
    totals: Vec<Total>,
    /// The version in force at each site.
    in_force: Vec<InForce>,
    /// A line for each subject.
    #[serde(rename = "lines")]
    rows: Vec<Row>,
    /// The day for which it was derived.
    as_of: String,
}

/// The version in force at a site.
#[derive(PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "ConsentInForce")]
struct InForce {
    site: String,
    version: String,
    from: String,
    /// Who signed an earlier one signs again.
    reconsent: bool,
}

/// How the consent of a subject stands.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Consent")]
struct Row {
    /// Identifier.
    #[serde(rename = "subject")]
    id: String,
    #[serde(skip)]
    link: String,
    site: String,
    /// What was signed, in order.
    signed: Vec<Signed>,
    in_force: Option<InForce>,
    /// The version still to be signed.
    outstanding: Option<Outstanding>,
    withdrawals: Vec<Withdrawn>,
    /// Something is withdrawn now.
    withdrawn: bool,
    /// What every gate finds missing; nothing of a subject that was infused or failed screening.
    missing: Vec<String>,
    infused: bool,
    failed: bool,
}

impl Row {
    fn is(&self, state: &str) -> bool {
        match state {
            "reconsent" => self.outstanding.is_some(),
            "withdrawn" => self.withdrawn,
            "closed" => !self.missing.is_empty(),
            "order" => !self.infused && !self.failed && self.missing.is_empty(),
            _ => true,
        }
    }
}

/// A version that was signed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SignedConsent")]
struct Signed {
    version: String,
    when: String,
    /// Its record, as in the path of /api/record.
    #[serde(rename = "record")]
    link: String,
    remark: Option<&'static str>,
}

/// A version still to be signed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OutstandingConsent")]
struct Outstanding {
    version: String,
    since: String,
}

/// A withdrawal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConsentWithdrawal")]
struct Withdrawn {
    /// From what, in words.
    scopes: String,
    when: String,
    /// Its record, as in the path of /api/record.
    #[serde(rename = "record")]
    link: String,
    /// It was not undone by a later consent.
    stands: bool,
    meaning: &'static str,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    Ok(Reply::Page(made(&ask).await?.render()?))
}

/// The same for a program.
pub(crate) async fn read(ask: Ask) -> Result<Reply, Fault> {
    answer(&made(&ask).await?)
}

async fn made(ask: &Ask) -> Result<Page, Fault> {
    let sites = ask.person()?.sites(Permission::Read);
    let snapshot = ask.app.snapshot().await?;
    let (view, now) = (View::of(ask), ask.app.store.clock().now());
    let filter = Filter::of(ask, &STATES);
    let made = tokio::task::spawn_blocking(move || {
        let rows = rows(&snapshot, sites.as_deref(), now, view.language);
        page(view, filter, rows, snapshot.today.to_string())
    });
    made.await
        .map_err(|_| Fault::Wrong(both!("the consents could not be derived", "知情同意情况无法生成")))
}

fn rows(snapshot: &Snapshot, sites: Option<&[String]>, now: jiff::Timestamp, language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    for (study, subjects) in snapshot.by_protocol(sites, now) {
        for (id, site) in subjects {
            rows.push(row(snapshot, &study, id, site.unwrap_or("–"), language));
        }
    }
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    rows
}

/// States, each with the key of its title.
const STATES: [(&str, &str); 4] = [
    ("reconsent", "consents.to_sign"),
    ("withdrawn", "consents.withdrawn"),
    ("closed", "consents.closed"),
    ("order", "consents.in_order"),
];

fn page(view: View, mut filter: Filter, mut rows: Vec<Row>, as_of: String) -> Page {
    filter.offer(rows.iter().map(|row| row.site.as_str()));
    rows.retain(|row| filter.takes(&row.site));
    let mut in_force: Vec<InForce> = Vec::new();
    for row in &rows {
        let known = in_force.iter().any(|known| known.site == row.site);
        if let Some(version) = row.in_force.as_ref().filter(|_| !known) {
            in_force.push(InForce {
                site: version.site.clone(),
                version: version.version.clone(),
                from: version.from.clone(),
                reconsent: version.reconsent,
            });
        }
    }
    in_force.sort_by(|one, other| one.site.cmp(&other.site));
    let count = |state: &str| rows.iter().filter(|row| row.is(state)).count();
    let counts = filter.states.iter().map(|(state, title)| (*title, count(state)));
    let all = [(view.t("menu.subjects"), rows.len())];
    let totals = all.into_iter().chain(counts).map(Total::of).collect();
    rows.retain(|row| row.is(&filter.state));
    Page {
        view,
        filter,
        totals,
        in_force,
        rows,
        as_of,
    }
}

fn row(snapshot: &Snapshot, study: &Study<'_>, id: &str, site: &str, language: Language) -> Row {
    let subject = SubjectId::new(id);
    let standing = derive_consent(study, &subject);
    let known = study.data.subjects.iter().find(|known| known.id == subject);
    let own = study.records.of(&subject);
    let infused = known.is_some_and(Subject::is_infused) || own.is_some_and(|own| own.infused(study.now).is_some());
    let failed = known.is_some_and(|known| known.screen_failure().is_some());
    let standing = standing.as_ref();
    let mut signed = standing.map(|standing| signed(standing, language)).unwrap_or_default();
    signed.extend(signed_in_data(snapshot, id, &signed, language));
    signed.sort_by(|one, other| one.when.cmp(&other.when));
    Row {
        link: encode(id),
        id: id.to_owned(),
        site: site.to_owned(),
        in_force: standing
            .and_then(|standing| standing.in_force.as_ref())
            .map(|version| InForce {
                site: site.to_owned(),
                version: version.version.clone(),
                from: version.from.to_string(),
                reconsent: version.reconsent,
            }),
        outstanding: standing
            .and_then(|standing| standing.outstanding.as_ref())
            .map(|asked| Outstanding {
                version: asked.version.clone(),
                since: asked.since.to_string(),
            }),
        withdrawals: standing
            .map(|standing| withdrawals(standing, language))
            .unwrap_or_default(),
        withdrawn: standing.is_some_and(|standing| !standing.withdrawn.is_empty()),
        missing: standing
            .filter(|_| !infused && !failed)
            .map(|standing| &standing.missing[..])
            .unwrap_or_default()
            .iter()
            .map(|one| one.need.sentence(language))
            .collect(),
        signed,
        infused,
        failed,
    }
}

fn signed(standing: &ConsentStanding, language: Language) -> Vec<Signed> {
    let of = |one: &tercel::conduct::SignedVersion| Signed {
        version: one.consent.version.clone(),
        when: to_the_minute(one.consent.signed),
        link: record_path(&one.consent.entry.id),
        remark: match one.in_force {
            Some(true) => None,
            Some(false) => Some(message("consents.not_in_force").of(language)),
            None => Some(message("consents.not_listed").of(language)),
        },
    };
    standing.signed.iter().map(of).collect()
}

/// Consents of days on which the gates know of none: their version or time is not recorded.
fn signed_in_data(snapshot: &Snapshot, id: &str, known: &[Signed], language: Language) -> Vec<Signed> {
    let records = snapshot.conduct_of_subject(id);
    let consents = records.filter(|record| record.form == "consent" && !record.voided);
    let of = |record: &tercel_store::Record| {
        let when = written(record.value("dsstdtc")?);
        let day = when.get(..10).unwrap_or(&when);
        let told = known.iter().any(|one| one.when.starts_with(day));
        (!told).then(|| Signed {
            version: record
                .value("icfver")
                .unwrap_or(message("consents.no_version").of(language))
                .to_owned(),
            link: encode(&record.key),
            remark: Some(message("consents.incomplete").of(language)),
            when: when.clone(),
        })
    };
    consents.filter_map(of).collect()
}

fn withdrawals(standing: &ConsentStanding, language: Language) -> Vec<Withdrawn> {
    use tercel::conduct::Scope;
    let of = |one: &tercel::conduct::StandingWithdrawal| {
        let scopes = &one.withdrawal.scopes;
        let names: Vec<&str> = scopes.iter().map(|scope| scope.text().of(language)).collect();
        let meaning = if !one.stands {
            "consents.undone"
        } else if scopes.iter().all(|scope| *scope == Scope::Samples) {
            "consents.samples_only"
        } else {
            "consents.stops"
        };
        Withdrawn {
            scopes: names.join(LISTED.of(language)),
            when: to_the_minute(one.withdrawal.when),
            link: record_path(&one.withdrawal.entry.id),
            stands: one.stands,
            meaning: message(meaning).of(language),
        }
    };
    standing.withdrawals.iter().map(of).collect()
}
