//! Checks of records and consent, and how a subject's consent stands.

use jiff::civil::Date;

use super::gate::{Case, Missing, Study};
use super::need::Need;
use super::record::{Consent, Scope, Unread, Withdrawal};
use super::records::SubjectConduct;
use crate::language::{Text, both};
use crate::protocol::ConsentVersion;
use crate::study::SubjectId;

/// A record that cannot be read.
pub(super) fn unread(case: &Case<'_>, one: &Unread) -> Missing {
    let need = Need::Unread {
        form: one.form.clone(),
        id: one.entry.id.clone(),
        field: one.field.clone(),
        why: one.why.clone(),
    };
    case.missing(need, [one.entry.at])
}

/// Whether a record of the study could close a gate if it could be read. A line of the delegation log or the end of a halt only
/// opens one: unread, it opens none, and every site need not wait for it.
fn may_close(one: &Unread) -> bool {
    !["conduct-delegation", "conduct-resume"].contains(&one.form.as_str())
}

/// The subject is in the study and every record can be read.
pub(super) fn records(case: &Case<'_>) -> Vec<Missing> {
    let own = case.own;
    let mut missing = Vec::new();
    let of_study = case.study.records.unread.iter().filter(|one| may_close(one));
    let all = own.unread.iter().chain(of_study);
    missing.extend(all.map(|one| unread(case, one)));
    missing.extend(own.departures.iter().map(|left| {
        let need = Need::Left(left.reason.clone());
        case.missing(need, [left.entry.at])
    }));
    let subject = case.study.subject(&own.subject);
    let died = subject.and_then(|subject| Some(subject.died()?.0));
    if let Some(when) = died {
        let death = both!("death on {when}", "于 {when} 死亡");
        missing.push(case.missing(Need::Left(death), []));
    }
    let on = |when: String| both!("on {when}", "于 {when} ");
    let recorded = own.infused(case.now()).map(|began| on(began.to_string()));
    let in_data = subject.and_then(|subject| {
        let dated = subject.infusions.first().map(|infusion| on(infusion.when.to_string()));
        let undated = Text::new("on a day that is not known", "（日期不明）");
        dated.or_else(|| (!subject.undated_infusions.is_empty()).then(|| undated.into()))
    });
    if let Some(when) = recorded.or(in_data) {
        missing.push(case.missing(Need::AlreadyInfused(when), []));
    }
    missing
}

/// Consent is in force on the version of the day.
pub(super) fn consent(case: &Case<'_>) -> Vec<Missing> {
    let (own, versions, now) = (case.own, &case.rules.consents, case.now());
    let signed = own.consents.iter().filter(|consent| consent.signed <= now);
    let Some(last) = signed.max_by_key(|consent| consent.signed) else {
        return vec![case.missing(Need::NoConsent, [])];
    };
    let since = [last.entry.at];
    let mut missing: Vec<Missing> = withdrawn(case, last);
    let Some(index) = versions.iter().position(|version| version.version == last.version) else {
        missing.push(case.missing(Need::UnknownConsent(last.version.clone()), since));
        return missing;
    };
    let day = last.signed.date();
    let in_force = versions.iter().rposition(|version| version.from <= day);
    if in_force != Some(index) {
        let need = Need::ConsentNotInForce {
            signed: last.version.clone(),
            wanted: in_force
                .and_then(|index| versions.get(index))
                .map(|one| one.version.clone()),
        };
        missing.push(case.missing(need, since));
    }
    if let Some(wanted) = outstanding(case.study, own) {
        let need = Need::ReconsentOutstanding {
            signed: last.version.clone(),
            wanted: wanted.version.clone(),
        };
        missing.push(case.missing(need, since));
    }
    missing
}

/// Withdrawals that no later consent undid. Without treatment, visits or data a subject cannot be treated; without samples it can.
fn withdrawn(case: &Case<'_>, last: &Consent) -> Vec<Missing> {
    let standing = case.own.withdrawals.iter().filter(|one| one.when >= last.signed);
    let scopes = standing.flat_map(|one| one.scopes.iter().map(move |scope| (*scope, one.entry.at)));
    let stops = scopes.filter(|(scope, _)| match scope {
        Scope::Treatment | Scope::Visits | Scope::Data => true,
        Scope::Samples => false,
    });
    stops
        .map(|(scope, at)| case.missing(Need::ConsentWithdrawn(scope), [at]))
        .collect()
}

/// The scopes a subject has withdrawn from.
pub(super) fn withdrawn_scopes(own: &SubjectConduct) -> Vec<Scope> {
    let last = own.consents.iter().map(|consent| consent.signed).max();
    let standing = own
        .withdrawals
        .iter()
        .filter(|one| last.is_none_or(|signed| one.when >= signed));
    let mut scopes: Vec<Scope> = standing.flat_map(|one| one.scopes.iter().copied()).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// Since when a withdrawal from this stands.
pub(super) fn withdrawn_from(own: &SubjectConduct, scope: Scope) -> Option<Date> {
    let stands = withdrawn_scopes(own).contains(&scope);
    let days = own.withdrawals.iter().filter(|one| one.scopes.contains(&scope));
    days.map(|one| one.when.date()).max().filter(|_| stands)
}

/// The newest version that a subject who consented has still to sign.
pub(super) fn outstanding<'s>(study: &'s Study<'_>, own: &SubjectConduct) -> Option<&'s ConsentVersion> {
    asked(study, own)?.pop()
}

/// The versions newer than the one signed last that have to be signed by today, oldest first.
fn asked<'s>(study: &'s Study<'_>, own: &SubjectConduct) -> Option<Vec<&'s ConsentVersion>> {
    let versions = &study.trial.conduct.as_ref()?.consents;
    let last = own.consents.iter().max_by_key(|consent| consent.signed)?;
    let index = versions.iter().position(|version| version.version == last.version)?;
    let newer = versions.iter().skip(index + 1);
    let asked = newer.filter(|version| version.reconsent && version.from <= study.now.date());
    Some(asked.collect())
}

/// A version that a subject signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedVersion {
    /// The consent.
    pub consent: Consent,
    /// Whether it was the version in force on the day it was signed; `None`: the protocol does not list it.
    pub in_force: Option<bool>,
}

/// A version that a subject has still to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outstanding {
    /// Version.
    pub version: String,
    /// The first day on which any version that the subject has not signed was asked for.
    pub since: Date,
}

/// A withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingWithdrawal {
    /// The withdrawal.
    pub withdrawal: Withdrawal,
    /// Whether it stands: no later consent undid it.
    pub stands: bool,
}

/// How a subject's consent stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsentStanding {
    /// Subject.
    pub subject: SubjectId,
    /// The versions signed, oldest first.
    pub signed: Vec<SignedVersion>,
    /// The version in force today; `None`: the protocol has none.
    pub in_force: Option<ConsentVersion>,
    /// What is still to be signed.
    pub outstanding: Option<Outstanding>,
    /// Withdrawals, oldest first.
    pub withdrawals: Vec<StandingWithdrawal>,
    /// The scopes withdrawn from today.
    pub withdrawn: Vec<Scope>,
    /// What every gate finds missing in the consent: while it is not empty, none opens.
    pub missing: Vec<Missing>,
}

/// How a subject's consent stands, as the gates see it; `None` where the protocol has no `[conduct]`.
pub fn derive_consent(study: &Study<'_>, subject: &SubjectId) -> Option<ConsentStanding> {
    let rules = study.trial.conduct.as_ref()?;
    let nothing = SubjectConduct::of(subject.clone());
    let own = study.records.of(subject).unwrap_or(&nothing);
    let case = Case::at_enrolment(study, own)?;
    let on = |day: Date| rules.consents.iter().rfind(|version| version.from <= day);
    let last = own.consents.iter().map(|consent| consent.signed).max();
    let mut signed: Vec<SignedVersion> = own
        .consents
        .iter()
        .map(|consent| SignedVersion {
            in_force: rules
                .consents
                .iter()
                .any(|version| version.version == consent.version)
                .then(|| on(consent.signed.date()).is_some_and(|version| version.version == consent.version)),
            consent: consent.clone(),
        })
        .collect();
    signed.sort_by_key(|one| one.consent.signed);
    let mut withdrawals: Vec<StandingWithdrawal> = own
        .withdrawals
        .iter()
        .map(|withdrawal| StandingWithdrawal {
            stands: last.is_none_or(|signed| withdrawal.when >= signed),
            withdrawal: withdrawal.clone(),
        })
        .collect();
    withdrawals.sort_by_key(|one| one.withdrawal.when);
    let asked = asked(study, own).unwrap_or_default();
    let outstanding = asked.first().zip(asked.last()).map(|(oldest, newest)| Outstanding {
        version: newest.version.clone(),
        since: oldest.from,
    });
    Some(ConsentStanding {
        subject: subject.clone(),
        signed,
        in_force: on(study.now.date()).cloned(),
        outstanding,
        withdrawals,
        withdrawn: withdrawn_scopes(own),
        missing: consent(&case),
    })
}
