//! Where a subject stands on its way, worked out from the records and never stored.
//!
//! # What it derives
//! A [`Stage`]: the furthest step whose record exists, or how the subject left.
//!
//! # Source
//! `docs/methods.md`, "Gates of conduct".
//!
//! # Formula
//! After the infusion, by days since it: day 0, the DLT window, follow-up, and long-term follow-up from its month to its last
//! year.
//!
//! # Example
//! A lot that is released but not received: released.
//!
//! # Limits
//! A stage says nothing about whether the step was allowed; [`crate::conduct::check_conduct`] does.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::gate::Study;
use super::product::Disposition;
use super::records::SubjectConduct;
use crate::language::{Text, Words};
use crate::study::{SubjectId, days_between};

/// Where a subject stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Consented, not yet screened.
    Consented,
    /// Being screened.
    InScreening,
    /// Every criterion of entry is met.
    Eligible,
    /// A place is reserved.
    SlotReserved,
    /// Cells are collected.
    Collected,
    /// The product is being made.
    Manufacturing,
    /// The product is released.
    Released,
    /// The product is at the site.
    ReceivedAtSite,
    /// Lymphodepletion has begun.
    InLymphodepletion,
    /// Infused today.
    Infused,
    /// Within the DLT window.
    InDltWindow,
    /// In follow-up.
    FollowUp,
    /// In long-term follow-up.
    LongTermFollowUp,
    /// Off study, and why.
    OffStudy(Words),
}

impl Stage {
    /// Name in a language, without the reason.
    pub const fn text(&self) -> Text {
        match self {
            Self::Consented => Text::new("consented", "已签署知情同意"),
            Self::InScreening => Text::new("in screening", "筛选中"),
            Self::Eligible => Text::new("eligible", "符合入选标准"),
            Self::SlotReserved => Text::new("place reserved", "已预留名额"),
            Self::Collected => Text::new("collected", "已采集"),
            Self::Manufacturing => Text::new("manufacturing", "制备中"),
            Self::Released => Text::new("released", "已放行"),
            Self::ReceivedAtSite => Text::new("received at site", "中心已接收"),
            Self::InLymphodepletion => Text::new("in lymphodepletion", "清淋中"),
            Self::Infused => Text::new("infused", "已回输"),
            Self::InDltWindow => Text::new("in DLT window", "DLT观察期"),
            Self::FollowUp => Text::new("follow-up", "随访"),
            Self::LongTermFollowUp => Text::new("long-term follow-up", "长期随访"),
            Self::OffStudy(_) => Text::new("off study", "已退出研究"),
        }
    }
}

/// The stage of a subject; `None` before any consent.
pub fn derive_stage(study: &Study<'_>, subject: &SubjectId) -> Option<Stage> {
    let own = study.records.of(subject)?;
    let now = study.now;
    if let Some(reason) = off_study(study, own) {
        return Some(Stage::OffStudy(reason));
    }
    if let Some(day0) = day_of_infusion(study, subject) {
        return Some(after_infusion(study, day0));
    }
    if own.lymphodepletion_began(now).is_some() {
        return Some(Stage::InLymphodepletion);
    }
    before_lymphodepletion(study, own)
}

/// The day of the first infusion: by the conduct records, otherwise by the data.
pub(super) fn day_of_infusion(study: &Study<'_>, subject: &SubjectId) -> Option<Date> {
    let own = study.records.of(subject).and_then(|own| own.infused(study.now));
    let in_data = || study.subject(subject)?.infusions.first()?.when.day();
    own.map(DateTime::date)
        .or_else(in_data)
        .filter(|day| *day <= study.now.date())
}

fn off_study(study: &Study<'_>, own: &SubjectConduct) -> Option<Words> {
    let today = study.now.date();
    let died = study.subject(&own.subject).and_then(|subject| Some(subject.died()?.0));
    if died.is_some_and(|when| when.date.earliest() <= today) {
        return Some(Text::new("death", "死亡").into());
    }
    let left = own.departures.iter().filter(|left| left.when <= today);
    left.min_by_key(|left| left.when).map(|left| left.reason.clone())
}

fn after_infusion(study: &Study<'_>, day0: Date) -> Stage {
    let today = study.now.date();
    let days = i64::from(days_between(day0, today));
    if days == 0 {
        return Stage::Infused;
    }
    if days <= i64::from(study.trial.dlt.window_days) {
        return Stage::InDltWindow;
    }
    let Some(rules) = study.trial.conduct.as_ref().map(|conduct| &conduct.long_term) else {
        return Stage::FollowUp;
    };
    let end = day0.saturating_add(i64::from(rules.years).years());
    let long_term = day0.saturating_add(i64::from(rules.from_months).months());
    if today > end.saturating_add(i64::from(rules.window_days).days()) {
        Stage::OffStudy(Text::new("follow-up completed", "完成随访").into())
    } else if today >= long_term {
        Stage::LongTermFollowUp
    } else {
        Stage::FollowUp
    }
}

fn before_lymphodepletion(study: &Study<'_>, own: &SubjectConduct) -> Option<Stage> {
    let now = study.now;
    let released = |lot: &str| {
        let of_lot = own.releases.iter().filter(|one| one.lot == lot && one.when <= now);
        let last = of_lot.max_by_key(|one| (one.when, one.entry.at));
        last.is_some_and(|one| one.disposition != Disposition::Rejected)
    };
    let on_site = |label: &str| {
        let mut receipts = own.receipts.iter();
        receipts.any(|one| one.bag == label && one.accepted == Some(true) && one.when <= now)
    };
    if own.bags.iter().any(|bag| released(&bag.lot) && on_site(&bag.label)) {
        return Some(Stage::ReceivedAtSite);
    }
    if own.lots.iter().any(|lot| released(&lot.lot)) {
        return Some(Stage::Released);
    }
    if own.lots.iter().any(|lot| !lot.failed) {
        return Some(Stage::Manufacturing);
    }
    if own.collections.iter().any(|collection| collection.began <= now) {
        return Some(Stage::Collected);
    }
    if own.slot(now).is_some() {
        return Some(Stage::SlotReserved);
    }
    let consented = own.consents.iter().any(|consent| consent.signed <= now);
    if consented && super::eligibility::is_eligible(study, own) {
        return Some(Stage::Eligible);
    }
    if !own.screening.is_empty() || !own.eligibility.is_empty() {
        return Some(Stage::InScreening);
    }
    consented.then_some(Stage::Consented)
}
