//! The gates: what must hold before a subject is enrolled, collected, lymphodepleted and infused.
//!
//! # What it derives
//! A [`Gate`]: every rule kept and every rule missing, how serious each is, and whether an emergency release opens it.
//!
//! # Source
//! `docs/methods.md`, "Gates of conduct"; the two gates before lymphodepletion and infusion are those of a public CAR-T protocol, the
//! order of signature before dosing what inspectors of dose escalations ask for.
//!
//! # Formula
//! A gate is open if nothing is missing, or if all that is missing may be released and was: by the investigator and the
//! physician of the sponsor, two persons who both signed with their credentials after lymphodepletion began, naming each rule.
//! What a release covers had been entered before it.
//!
//! # Example
//! A product that expires at 12:00 is not infused at 12:00.
//!
//! # Limits
//! What is not recorded, cannot be read or has two meanings is missing. The clock is that of the site: moments of different
//! time zones are for the caller to bring together.

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::need::{Need, Severity};
use super::record::{EmergencyRelease, Order};
use super::records::{ConductRecords, SubjectConduct};
use super::{bedside, consent, decision, delegation, eligibility, halt, items, product_check, spacing, version};
use crate::design::DoseAnswer;
use crate::language::without_case;
use crate::protocol::{ConductRules, DoseLevel, Trial};
use crate::study::{StudyData, Subject, SubjectId};

/// Everything known of a study at a moment.
#[derive(Debug)]
pub struct Study<'s> {
    /// Protocol.
    pub trial: &'s Trial,
    /// Subject data.
    pub data: &'s StudyData,
    /// Conduct records entered by now.
    pub records: ConductRecords,
    /// The moment.
    pub now: DateTime,
    /// What the protocol's design says of the next dose by these data; `None`: nobody asked.
    pub answer: Option<&'s DoseAnswer>,
}

impl<'s> Study<'s> {
    /// The study as it is known at `now`.
    pub fn new(trial: &'s Trial, data: &'s StudyData, records: &ConductRecords, now: DateTime) -> Self {
        Self {
            trial,
            data,
            records: records.as_of(now),
            now,
            answer: None,
        }
    }

    /// The same with what the protocol's design says now: a level that it closes is then open by no earlier decision.
    #[must_use]
    pub fn with_answer(mut self, answer: Option<&'s DoseAnswer>) -> Self {
        self.answer = answer;
        self
    }

    /// A subject's data.
    pub(super) fn subject(&self, id: &SubjectId) -> Option<&'s Subject> {
        self.data.subjects.iter().find(|subject| subject.id == *id)
    }
}

/// The gates of a subject's way to the infusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateName {
    /// Before a place at a dose level is reserved.
    Enrolment,
    /// Before mononuclear cells are collected.
    Collection,
    /// Before lymphodepletion begins.
    Lymphodepletion,
    /// Before the infusion begins.
    Infusion,
}

impl GateName {
    /// Name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Collection => "collection",
            Self::Lymphodepletion => "lymphodepletion",
            Self::Infusion => "infusion",
        }
    }
}

/// A rule that is not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// The rule with its parameters.
    pub need: Need,
    /// How serious it is.
    pub severity: Severity,
    /// When the newest record it rests on was entered; `None`: it rests on no record.
    pub since: Option<DateTime>,
}

impl Missing {
    /// The rule with what tells two of its cases apart; an emergency release names it.
    pub fn key(&self) -> String {
        self.need.key()
    }
}

/// What a gate asks, in groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Records that can be read, of a subject in the study.
    Records,
    /// A version of the protocol in force at the site, where versions are kept in the record.
    Version,
    /// Consent in force.
    Consent,
    /// Every criterion of entry met and supported.
    Eligibility,
    /// A place reserved.
    Slot,
    /// The level open by a decision signed and in effect.
    Level,
    /// Room at the level.
    Places,
    /// No halt.
    NoPause,
    /// The order for the infusion.
    Order,
    /// Intervals to other subjects.
    Spacing,
    /// One identity from collection to bag.
    Identity,
    /// The lot released within specification.
    Release,
    /// The bags on site and not expired.
    OnSite,
    /// The dose of the level.
    Dose,
    /// Items of lymphodepletion.
    LymphodepletionItems,
    /// Lymphodepletion given.
    Lymphodepleted,
    /// Items of infusion.
    InfusionItems,
    /// Unbroken custody.
    Custody,
    /// Two persons at the bedside.
    TwoPersons,
    /// Thawed in time.
    Thaw,
    /// Persons delegated and trained.
    Delegation,
}

/// Checks that found nothing missing.
pub type Passed = Check;

/// A gate of one subject at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Which.
    pub name: GateName,
    /// Whose.
    pub subject: SubjectId,
    /// When it was asked.
    pub at: DateTime,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// What is missing and was released in an emergency, with the release; a deviation is to be recorded for each.
    pub released: Vec<(Missing, String)>,
    /// Checks that found nothing missing.
    pub passed: Vec<Passed>,
    /// What of it stops the infusion of a lymphodepleted subject, beside what the day of the infusion brings: a task of the committee
    /// at once. From the planned moment on all that is missing.
    pub urgent: Vec<Missing>,
}

impl Gate {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.missing.is_empty()
    }
}

/// One subject before a gate.
#[derive(Debug)]
pub(super) struct Case<'c> {
    pub(super) study: &'c Study<'c>,
    pub(super) rules: &'c ConductRules,
    pub(super) own: &'c SubjectConduct,
    pub(super) gate: GateName,
    /// Level of treatment: that of the place, or the committee's choice.
    pub(super) level: Option<DoseLevel>,
    pub(super) order: Option<&'c Order>,
    /// When lymphodepletion began.
    pub(super) depleted: Option<DateTime>,
}

impl<'c> Case<'c> {
    /// A subject before a gate; `None` where the protocol has no `[conduct]`. `level` stands before that of the subject's place.
    pub(super) fn new(
        study: &'c Study<'c>,
        own: &'c SubjectConduct,
        gate: GateName,
        level: Option<DoseLevel>,
    ) -> Option<Self> {
        Some(Self {
            study,
            rules: study.trial.conduct.as_ref()?,
            own,
            gate,
            level: level.or_else(|| decision::treatment_level(study, own)),
            order: own.order(),
            depleted: own.lymphodepletion_began(study.now),
        })
    }

    /// A subject before its place, whatever came later.
    pub(super) fn at_enrolment(study: &'c Study<'c>, own: &'c SubjectConduct) -> Option<Self> {
        Some(Self {
            level: None,
            order: None,
            depleted: None,
            ..Self::new(study, own, GateName::Enrolment, None)?
        })
    }

    pub(super) fn now(&self) -> DateTime {
        self.study.now
    }

    /// When the infusion begins: as ordered, or now at the gate of infusion itself.
    pub(super) fn infusion(&self) -> Option<DateTime> {
        match self.gate {
            GateName::Infusion => Some(self.now()),
            GateName::Lymphodepletion => self.order.map(|order| order.planned),
            GateName::Enrolment | GateName::Collection => None,
        }
    }

    /// A rule not kept, resting on records entered at these moments.
    pub(super) fn missing(&self, need: Need, since: impl IntoIterator<Item = DateTime>) -> Missing {
        let severity = need.severity(self.depleted.is_some());
        Missing {
            need,
            severity,
            since: since.into_iter().max(),
        }
    }
}

type Rule = (Check, fn(&Case<'_>) -> Vec<Missing>);

const BEFORE_ALL: [Rule; 3] = [
    (Check::Records, consent::records),
    (Check::Version, version::version),
    (Check::Consent, consent::consent),
];

const ENTRY: [Rule; 4] = [
    (Check::Eligibility, eligibility::eligibility),
    (Check::Level, decision::level),
    (Check::Places, decision::places),
    (Check::NoPause, halt::pause),
];

const TREATMENT: [Rule; 11] = [
    (Check::Slot, decision::slot),
    (Check::Eligibility, eligibility::eligibility),
    (Check::Level, decision::level),
    (Check::Places, decision::places),
    (Check::NoPause, halt::pause),
    (Check::Order, product_check::order),
    (Check::Spacing, spacing::spacing),
    (Check::Identity, product_check::identity),
    (Check::Release, product_check::release),
    (Check::OnSite, product_check::on_site),
    (Check::Dose, bedside::dose),
];

const BEDSIDE: [Rule; 5] = [
    (Check::Lymphodepleted, bedside::lymphodepleted),
    (Check::InfusionItems, items::infusion),
    (Check::Custody, bedside::custody),
    (Check::TwoPersons, bedside::two_persons),
    (Check::Thaw, bedside::thaw),
];

/// What is missing until the day of the infusion, and keeps no subject waiting before.
const OF_THE_DAY: [Check; 6] = [
    Check::Spacing,
    Check::Lymphodepleted,
    Check::InfusionItems,
    Check::Custody,
    Check::TwoPersons,
    Check::Thaw,
];

/// Whether a place at `level` may be reserved for a subject.
pub fn enrolment_gate(study: &Study<'_>, subject: &SubjectId, level: DoseLevel) -> Gate {
    let rules: Vec<Rule> = BEFORE_ALL.into_iter().chain(ENTRY).collect();
    ask(study, subject, GateName::Enrolment, Some(level), &rules)
}

/// Whether a subject's cells may be collected.
pub fn collection_gate(study: &Study<'_>, subject: &SubjectId) -> Gate {
    let slot = (Check::Slot, decision::slot as fn(&Case<'_>) -> Vec<Missing>);
    let rules: Vec<Rule> = BEFORE_ALL.into_iter().chain([slot]).chain(ENTRY).collect();
    ask(study, subject, GateName::Collection, None, &rules)
}

/// Whether a subject's lymphodepletion may begin now, for the infusion that is ordered.
pub fn lymphodepletion_gate(study: &Study<'_>, subject: &SubjectId) -> Gate {
    let items = (
        Check::LymphodepletionItems,
        items::lymphodepletion as fn(&Case<'_>) -> Vec<Missing>,
    );
    let rules: Vec<Rule> = BEFORE_ALL.into_iter().chain(TREATMENT).chain([items]).collect();
    ask(study, subject, GateName::Lymphodepletion, None, &rules)
}

/// Whether a subject may be infused now. Asks all that the gate of lymphodepletion asks again; its items as of the begin of
/// lymphodepletion, which itself lowers blood counts.
pub fn infusion_gate(study: &Study<'_>, subject: &SubjectId) -> Gate {
    let items = (
        Check::LymphodepletionItems,
        items::lymphodepletion as fn(&Case<'_>) -> Vec<Missing>,
    );
    let asked = BEFORE_ALL.into_iter().chain(TREATMENT).chain([items]);
    let rules: Vec<Rule> = asked.chain(BEDSIDE).collect();
    ask(study, subject, GateName::Infusion, None, &rules)
}

fn ask(study: &Study<'_>, subject: &SubjectId, name: GateName, level: Option<DoseLevel>, rules: &[Rule]) -> Gate {
    let mut gate = Gate {
        name,
        subject: subject.clone(),
        at: study.now,
        missing: Vec::new(),
        released: Vec::new(),
        passed: Vec::new(),
        urgent: Vec::new(),
    };
    let own = study.records.of(subject);
    let Some(case) = own.and_then(|own| Case::new(study, own, name, level)) else {
        let need = if study.trial.conduct.is_none() {
            Need::NotConfigured
        } else {
            Need::NoRecords
        };
        gate.missing.push(Missing {
            need,
            severity: Severity::Absolute,
            since: None,
        });
        return gate;
    };
    let own = case.own;
    let delegated = (
        Check::Delegation,
        delegation::delegation as fn(&Case<'_>) -> Vec<Missing>,
    );
    let waits = name == GateName::Infusion && case.depleted.is_some() && own.infused(study.now).is_none();
    let is_late = case.order.is_none_or(|order| order.planned <= study.now);
    for (check, rule) in rules.iter().copied().chain([delegated]) {
        let missing = rule(&case);
        if missing.is_empty() && has_ground(&case, check) {
            gate.passed.push(check);
        }
        for one in missing {
            let release = own.emergencies.iter().find(|release| releases(&case, release, &one));
            if let Some(release) = release {
                gate.released.push((one, release.entry.id.clone()));
                continue;
            }
            if waits && (is_late || !OF_THE_DAY.contains(&check)) {
                gate.urgent.push(one.clone());
            }
            gate.missing.push(one);
        }
    }
    gate
}

/// Whether a check has anything to look at. Without it the rule is neither kept nor broken: what it rests on is missing by the
/// name of another check.
fn has_ground(case: &Case<'_>, check: Check) -> bool {
    match check {
        Check::Version => case.study.records.versions_kept,
        Check::Level => case.level.is_some(),
        Check::Places => case.level.is_some_and(|level| decision::is_open(case, level)),
        Check::Spacing => case.level.is_some() && case.infusion().is_some(),
        Check::Identity | Check::OnSite | Check::Dose | Check::Custody | Check::TwoPersons => {
            !product_check::ordered(case).is_empty()
        }
        Check::Thaw => case.rules.thaw_minutes.is_some() && !product_check::ordered(case).is_empty(),
        Check::Records
        | Check::Consent
        | Check::Eligibility
        | Check::Slot
        | Check::NoPause
        | Check::Order
        | Check::Release
        | Check::LymphodepletionItems
        | Check::Lymphodepleted
        | Check::InfusionItems
        | Check::Delegation => true,
    }
}

/// Whether an emergency release covers what is missing.
fn releases(case: &Case<'_>, release: &EmergencyRelease, missing: &Missing) -> bool {
    let signed = [&release.investigator, &release.physician];
    let now = case.now();
    let in_time = |began: DateTime| {
        signed
            .iter()
            .all(|one| one.authenticated && began <= one.at && one.at <= now)
    };
    let first = release.investigator.at.min(release.physician.at);
    // Signatures are by the minute; those given as the release was entered are of its very moment.
    let first = if release.entry.at < first.saturating_add(1.minute()) {
        first.max(release.entry.at)
    } else {
        first
    };
    missing.severity != Severity::Absolute
        && case.gate == GateName::Infusion
        && case.depleted.is_some_and(in_time)
        && signed.iter().all(|one| !one.person.trim().is_empty())
        && !without_case(&release.investigator.person, &release.physician.person)
        && !release.reason.trim().is_empty()
        && release.keys.contains(&missing.key())
        && missing.since.is_none_or(|since| since <= first)
}
