//! How the consent of every subject stands: what was signed, what is in force, who signs again, who withdrew from what.

use askama::Template;
use tercel::conduct::{ConsentStanding, Study, derive_consent};
use tercel::language::{Language, both};
use tercel::study::{Subject, SubjectId};

use super::lists::Filter;
use super::screening::{record_path, to_the_minute, written};
use crate::ask::Ask;
use crate::messages::message;
use crate::punctuation::LISTED;
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::snapshot::Snapshot;
use crate::view::View;

#[derive(Template)]
#[template(path = "consents.html")]
struct Page {
    view: View,
    filter: Filter,
    totals: Vec<(&'static str, usize)>,
    in_force: Vec<InForce>,
    rows: Vec<Row>,
    as_of: String,
}

/// The version in force at a site.
#[derive(PartialEq)]
struct InForce {
    site: String,
    version: String,
    from: String,
    reconsent: bool,
}

struct Row {
    id: String,
    link: String,
    site: String,
    signed: Vec<Signed>,
    in_force: Option<InForce>,
    /// The version still to be signed, and since when.
    outstanding: Option<(String, String)>,
    withdrawals: Vec<Withdrawn>,
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

struct Signed {
    version: String,
    when: String,
    link: String,
    remark: Option<&'static str>,
}

struct Withdrawn {
    scopes: String,
    when: String,
    link: String,
    stands: bool,
    meaning: &'static str,
}

pub(crate) async fn list(ask: Ask) -> Result<Reply, Fault> {
    let sites = ask.person()?.sites(Permission::Read);
    let snapshot = ask.app.snapshot().await?;
    let (view, now) = (View::of(&ask), ask.app.store.clock().now());
    let filter = Filter::of(&ask, &STATES);
    let made = tokio::task::spawn_blocking(move || {
        let rows = rows(&snapshot, sites.as_deref(), now, view.language);
        page(view, filter, rows, snapshot.today.to_string()).render()
    });
    let page = made
        .await
        .map_err(|_| Fault::Wrong(both!("the consents could not be derived", "知情同意情况无法生成")))??;
    Ok(Reply::Page(page))
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
    let totals = all.into_iter().chain(counts).collect();
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
            .map(|asked| (asked.version.clone(), asked.since.to_string())),
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
