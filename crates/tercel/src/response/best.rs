//! Best overall response, unconfirmed and confirmed.
//!
//! # What it derives
//! From the overall responses of one subject in time: the best, whether a response was confirmed, when and by which
//! assessment, and whether one still waits for its confirmation.
//!
//! # Source
//! `eisenhauer2009recist` §4.4 to §4.6 and Table 3, made exact as `admiralonco` does.
//!
//! # Formula
//! Counted are the assessments from day 0 (infusion) to the first PD inclusive, before `stop_day`; of several on one day
//! the worst (NE < CR < PR < SD < NON-CR/NON-PD < PD). The first line that holds is the confirmed best response:
//!
//! 1. CR: a CR, and a later CR at least `confirmation_days` after it, only CR and at most `max_ne` NE between;
//! 2. PR: a PR, and a later CR or PR at least `confirmation_days` after it (the first such one decides), between only CR,
//!    PR, at most `max_ne` NE and, with `accept_sd`, one SD; no PR after a CR;
//! 3. SD: a CR, PR or SD on day `sd_min_days` or later;
//! 4. NON-CR/NON-PD on day `sd_min_days` or later;
//! 5. PD; 6. NE: any other assessment; 7. MISSING: none.
//!
//! Unconfirmed: any CR, any PR, then SD on or after day `sd_min_days` and the rest as above.
//!
//! # Example
//! PR on day 28 and 56 is a confirmed PR; PR on day 28 and 55 is SD. See [`derive_best`].
//!
//! # Limits
//! After a CR any disease, even one that would be PR against baseline, is a relapse by the footnote of Table 3, or the CR
//! was no CR. Data cannot tell which: the rules above are applied as they stand and [`Best::disease_after_cr`] asks.

use std::fmt;

use super::category::Overall;
use crate::language::{Words, both};

/// What the protocol says about confirmation and stable disease. Days are whole days apart; fractions are allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestOptions {
    /// A response is confirmed by one at least this many days later.
    pub confirmation_days: f64,
    /// First day, from infusion (day 0), on which disease control counts as SD.
    pub sd_min_days: f64,
    /// Most NE assessments between a response and its confirmation.
    pub max_ne: u32,
    /// Whether one SD may lie between a PR and its confirmation.
    pub accept_sd: bool,
    /// Start of new anticancer therapy: assessments on or after it do not count.
    pub stop_day: Option<i32>,
}

/// A best overall response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bor {
    /// Complete response.
    Cr,
    /// Partial response.
    Pr,
    /// Stable disease.
    Sd,
    /// Neither complete response nor progression, without target lesions.
    NonCrNonPd,
    /// Progressive disease.
    Pd,
    /// Assessed, but nothing that counts.
    Ne,
    /// Not assessed from day 0 on.
    Missing,
}

impl fmt::Display for Bor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cr => "CR",
            Self::Pr => "PR",
            Self::Sd => "SD",
            Self::NonCrNonPd => "NON-CR/NON-PD",
            Self::Pd => "PD",
            Self::Ne => "NE",
            Self::Missing => "MISSING",
        })
    }
}

/// A response and the assessment that confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfirmedResponse {
    /// Day the response was first seen: duration of response starts here.
    pub day: i32,
    /// CR or PR, as first seen.
    pub overall: Overall,
    /// Day of the confirming assessment.
    pub confirmed_on: i32,
    /// Its response.
    pub confirmed_by: Overall,
}

/// A CR followed by disease without PD: Table 3 leaves the reading open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiseaseAfterCr {
    /// Day of the CR.
    pub cr_day: i32,
    /// Day of the first assessment with disease after it.
    pub day: i32,
    /// Its response.
    pub overall: Overall,
}

impl DiseaseAfterCr {
    /// The question, in every language.
    pub fn words(&self) -> Words {
        let Self { cr_day, day, overall } = self;
        both!(
            "CR on day {cr_day}, then {overall} on day {day}: either the disease reappeared (day {day} is PD), \
             or the CR was a PR; ask the reader which",
            "第{cr_day}天为CR，第{day}天为{overall}：或疾病复现（第{day}天为PD），或该CR实为PR；请询问阅片者"
        )
    }
}

impl fmt::Display for DiseaseAfterCr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// Best overall response of one subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// Best response without confirmation.
    pub unconfirmed: Bor,
    /// Day of the first assessment that gives it.
    pub unconfirmed_day: Option<i32>,
    /// Best response with confirmation.
    pub confirmed: Bor,
    /// Day of the first assessment that gives it.
    pub confirmed_day: Option<i32>,
    /// Day of the first CR or PR, confirmed or not.
    pub first_response_day: Option<i32>,
    /// The first CR or PR that was confirmed.
    pub confirmed_response: Option<ConfirmedResponse>,
    /// Day of the first response that a later assessment can still confirm; only where none is confirmed.
    pub awaiting_confirmation: Option<i32>,
    /// Day of the first PD.
    pub progression_day: Option<i32>,
    /// A question for the reader.
    pub disease_after_cr: Option<DiseaseAfterCr>,
}

/// Best overall response from `(day, overall response)` pairs in any order. See the [module](self) for the rules.
pub fn derive_best(responses: &[(i32, Overall)], options: &BestOptions) -> Best {
    let counted = counted(responses, options.stop_day);
    let first = |wanted: Overall| first_day(&counted, |_, overall| overall == wanted);
    let (unconfirmed, unconfirmed_day) = best_of(&counted, options, first(Overall::Cr), first(Overall::Pr));

    let mut confirmed_responses = Vec::new();
    let mut waiting = None;
    for (index, &(day, overall)) in counted.iter().enumerate() {
        match confirmation(counted.get(index..).unwrap_or(&[]), options) {
            Confirmation::By(confirmed_on, confirmed_by) => confirmed_responses.push(ConfirmedResponse {
                day,
                overall,
                confirmed_on,
                confirmed_by,
            }),
            Confirmation::Open => waiting = waiting.or(Some(day)),
            Confirmation::Failed => {}
        }
    }
    let first_confirmed = |wanted: Overall| {
        let found = confirmed_responses.iter().find(|response| response.overall == wanted);
        found.map(|response| response.day)
    };
    let (cr, pr) = (first_confirmed(Overall::Cr), first_confirmed(Overall::Pr));
    let (confirmed, confirmed_day) = best_of(&counted, options, cr, pr);
    let may_still_confirm = confirmed_responses.is_empty() && options.stop_day.is_none();
    Best {
        unconfirmed,
        unconfirmed_day,
        confirmed,
        confirmed_day,
        first_response_day: first_day(&counted, |_, overall| overall.is_response()),
        confirmed_response: confirmed_responses.first().copied(),
        awaiting_confirmation: waiting.filter(|_| may_still_confirm),
        progression_day: first(Overall::Pd),
        disease_after_cr: disease_after_cr(&counted),
    }
}

/// The best response as an ordered list of events: the first that happened is the confirmed best response.
pub fn describe_best(options: &BestOptions) -> [(Bor, String); 7] {
    let BestOptions {
        confirmation_days,
        sd_min_days,
        max_ne,
        accept_sd,
        ..
    } = options;
    let stable = if *accept_sd { "one SD" } else { "no SD" };
    let from = format!("on day {sd_min_days} after infusion or later");
    [
        (
            Bor::Cr,
            format!(
                "a CR and another CR at least {confirmation_days} days later, only CR and at most {max_ne} NE between"
            ),
        ),
        (
            Bor::Pr,
            format!(
                "a PR and a CR or PR at least {confirmation_days} days later, {stable} and at most {max_ne} NE between, no PR \
                 after a CR; the first assessment late enough decides"
            ),
        ),
        (Bor::Sd, format!("a CR, PR or SD {from}")),
        (Bor::NonCrNonPd, format!("NON-CR/NON-PD {from}")),
        (Bor::Pd, "a PD".to_owned()),
        (Bor::Ne, "any other assessment".to_owned()),
        (Bor::Missing, "no assessment".to_owned()),
    ]
}

/// The first category that holds, and its day, given the first day of a CR and of a PR that may be used.
fn best_of(counted: &[(i32, Overall)], options: &BestOptions, cr: Option<i32>, pr: Option<i32>) -> (Bor, Option<i32>) {
    let late = |day: i32| f64::from(day) >= options.sd_min_days;
    let controlled = |overall: Overall| overall == Overall::Sd || overall.is_response();
    let rules = [
        (Bor::Cr, cr),
        (Bor::Pr, pr),
        (
            Bor::Sd,
            first_day(counted, |day, overall| late(day) && controlled(overall)),
        ),
        (
            Bor::NonCrNonPd,
            first_day(counted, |day, overall| late(day) && overall == Overall::NonCrNonPd),
        ),
        (Bor::Pd, first_day(counted, |_, overall| overall == Overall::Pd)),
        (Bor::Ne, first_day(counted, |_, _| true)),
    ];
    let holds = rules.into_iter().find(|(_, day)| day.is_some());
    holds.unwrap_or((Bor::Missing, None))
}

fn first_day(counted: &[(i32, Overall)], wanted: impl Fn(i32, Overall) -> bool) -> Option<i32> {
    let found = counted.iter().find(|&&(day, overall)| wanted(day, overall));
    found.map(|&(day, _)| day)
}

/// The assessments that count, one a day, in order, to the first PD inclusive.
fn counted(responses: &[(i32, Overall)], stop_day: Option<i32>) -> Vec<(i32, Overall)> {
    let counts = |day: i32| day >= 0 && stop_day.is_none_or(|stop| day < stop);
    let mut counted: Vec<(i32, Overall)> = responses.iter().copied().filter(|&(day, _)| counts(day)).collect();
    counted.sort_by_key(|&(day, overall)| (day, std::cmp::Reverse(badness(overall))));
    counted.dedup_by_key(|&mut (day, _)| day);
    if let Some(progression) = counted.iter().position(|&(_, overall)| overall == Overall::Pd) {
        counted.truncate(progression + 1);
    }
    counted
}

/// Which of several responses on one day is kept: the worst, and any before NE.
fn badness(overall: Overall) -> u8 {
    match overall {
        Overall::Ne => 0,
        Overall::Cr => 1,
        Overall::Pr => 2,
        Overall::Sd => 3,
        Overall::NonCrNonPd => 4,
        Overall::Pd => 5,
    }
}

/// Outcome of looking for the confirmation of one assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirmation {
    /// Confirmed on this day by this response.
    By(i32, Overall),
    /// A later assessment can still confirm it.
    Open,
    /// No response, or something between forbids it.
    Failed,
}

/// Looks for the confirmation of the first of `counted` among the rest.
fn confirmation(counted: &[(i32, Overall)], options: &BestOptions) -> Confirmation {
    let Some((&(start, response), later)) = counted.split_first() else {
        return Confirmation::Failed;
    };
    if !response.is_response() {
        return Confirmation::Failed;
    }
    let complete = response == Overall::Cr;
    let (mut not_evaluable, mut stable, mut seen_cr) = (0, 0, complete);
    for &(day, overall) in later {
        match overall {
            Overall::Cr => seen_cr = true,
            // After a CR a PR is disease that reappeared; it neither confirms nor leaves the search open.
            Overall::Pr if !seen_cr => {}
            Overall::Ne => not_evaluable += 1,
            Overall::Sd if options.accept_sd && !complete => stable += 1,
            Overall::Pr | Overall::Sd | Overall::NonCrNonPd | Overall::Pd => return Confirmation::Failed,
        }
        if not_evaluable > options.max_ne || stable > 1 {
            return Confirmation::Failed;
        }
        if overall.is_response() && f64::from(day) - f64::from(start) >= options.confirmation_days {
            return Confirmation::By(day, overall);
        }
    }
    Confirmation::Open
}

fn disease_after_cr(counted: &[(i32, Overall)]) -> Option<DiseaseAfterCr> {
    let cr_day = counted.iter().find(|(_, overall)| *overall == Overall::Cr)?.0;
    let later = counted
        .iter()
        .find(|&&(day, overall)| day > cr_day && matches!(overall, Overall::Pr | Overall::Sd | Overall::NonCrNonPd));
    later.map(|&(day, overall)| DiseaseAfterCr { cr_day, day, overall })
}

#[cfg(test)]
mod tests {
    use super::Overall::{Cr, Ne, NonCrNonPd, Pd, Pr, Sd};
    use super::*;

    const RECIST: BestOptions = BestOptions {
        confirmation_days: 28.0,
        sd_min_days: 42.0,
        max_ne: 1,
        accept_sd: false,
        stop_day: None,
    };

    fn confirmed(responses: &[(i32, Overall)]) -> Bor {
        derive_best(responses, &RECIST).confirmed
    }

    #[test]
    fn twenty_eight_days_confirm_and_twenty_seven_do_not() {
        assert_eq!(confirmed(&[(28, Pr), (56, Pr)]), Bor::Pr);
        assert_eq!(confirmed(&[(28, Pr), (55, Pr)]), Bor::Sd);
        assert_eq!(confirmed(&[(28, Cr), (56, Cr)]), Bor::Cr);
        assert_eq!(confirmed(&[(28, Cr), (55, Cr)]), Bor::Sd);
    }

    #[test]
    fn day_42_is_stable_disease_and_day_41_is_not_evaluable() {
        assert_eq!(confirmed(&[(42, Sd)]), Bor::Sd);
        assert_eq!(confirmed(&[(41, Sd)]), Bor::Ne);
        assert_eq!(confirmed(&[(42, NonCrNonPd)]), Bor::NonCrNonPd);
        assert_eq!(confirmed(&[(41, NonCrNonPd)]), Bor::Ne);
    }

    #[test]
    fn an_early_unconfirmed_response_before_progression_is_progression() {
        assert_eq!(confirmed(&[(28, Pr), (56, Pd)]), Bor::Pd);
        assert_eq!(confirmed(&[(42, Pr), (70, Pd)]), Bor::Sd);
        assert_eq!(confirmed(&[(28, Cr)]), Bor::Ne);
    }

    #[test]
    fn nothing_after_progression_counts() {
        let best = derive_best(&[(28, Pd), (56, Cr), (84, Cr)], &RECIST);
        assert_eq!((best.unconfirmed, best.confirmed), (Bor::Pd, Bor::Pd));
        assert_eq!(best.first_response_day, None);
    }

    #[test]
    fn one_not_evaluable_between_is_tolerated_and_two_are_not() {
        assert_eq!(confirmed(&[(28, Cr), (56, Ne), (84, Cr)]), Bor::Cr);
        assert_eq!(confirmed(&[(28, Pr), (56, Ne), (70, Ne), (84, Pr)]), Bor::Sd);
        let options = BestOptions { max_ne: 0, ..RECIST };
        assert_eq!(
            derive_best(&[(28, Pr), (56, Ne), (84, Pr)], &options).confirmed,
            Bor::Sd
        );
    }

    #[test]
    fn stable_disease_between_breaks_a_partial_response_unless_accepted_once() {
        let course = [(28, Pr), (56, Sd), (84, Pr)];
        assert_eq!(confirmed(&course), Bor::Sd);
        let options = BestOptions {
            accept_sd: true,
            ..RECIST
        };
        assert_eq!(derive_best(&course, &options).confirmed, Bor::Pr);
        let twice = [(28, Pr), (40, Sd), (50, Sd), (84, Pr)];
        assert_eq!(derive_best(&twice, &options).confirmed, Bor::Sd);
        let complete = [(28, Cr), (56, Sd), (84, Cr)];
        assert_eq!(derive_best(&complete, &options).confirmed, Bor::Sd);
    }

    #[test]
    fn a_partial_response_is_confirmed_by_the_first_later_response_only() {
        let best = derive_best(&[(28, Pr), (42, Cr), (84, Cr)], &RECIST);
        assert_eq!((best.confirmed, best.confirmed_day), (Bor::Cr, Some(42)));
        let response = ConfirmedResponse {
            day: 28,
            overall: Pr,
            confirmed_on: 84,
            confirmed_by: Cr,
        };
        assert_eq!(best.confirmed_response, Some(response));
        let fallen_back = derive_best(&[(28, Pr), (42, Cr), (60, Pr)], &RECIST);
        assert_eq!(fallen_back.confirmed, Bor::Sd);
    }

    #[test]
    fn disease_after_a_complete_response_is_asked_about() {
        let best = derive_best(&[(28, Cr), (56, Pr), (84, Pr)], &RECIST);
        assert_eq!(best.confirmed, Bor::Pr);
        let asked = DiseaseAfterCr {
            cr_day: 28,
            day: 56,
            overall: Pr,
        };
        assert_eq!(best.disease_after_cr, Some(asked));
        assert_eq!(derive_best(&[(28, Cr), (56, Pd)], &RECIST).disease_after_cr, None);
    }

    #[test]
    fn the_worst_of_one_day_counts_and_days_before_infusion_do_not() {
        assert_eq!(confirmed(&[(56, Sd), (56, Pd)]), Bor::Pd);
        assert_eq!(confirmed(&[(56, Ne), (56, Sd)]), Bor::Sd);
        assert_eq!(confirmed(&[(-1, Pd)]), Bor::Missing);
        assert_eq!(confirmed(&[]), Bor::Missing);
    }

    #[test]
    fn assessments_from_new_therapy_on_do_not_count() {
        let options = BestOptions {
            stop_day: Some(56),
            ..RECIST
        };
        let best = derive_best(&[(28, Pr), (56, Pr)], &options);
        assert_eq!((best.unconfirmed, best.confirmed), (Bor::Pr, Bor::Ne));
        assert_eq!(best.awaiting_confirmation, None);
    }

    #[test]
    fn a_response_waits_until_something_decides_it() {
        let waiting = |responses: &[(i32, Overall)]| derive_best(responses, &RECIST).awaiting_confirmation;
        assert_eq!(waiting(&[(28, Sd), (84, Pr)]), Some(84));
        assert_eq!(waiting(&[(84, Pr), (100, Pr)]), Some(84));
        assert_eq!(waiting(&[(84, Pr), (112, Ne)]), Some(84));
        assert_eq!(waiting(&[(84, Pr), (112, Sd)]), None);
        assert_eq!(waiting(&[(84, Pr), (112, Pd)]), None);
        assert_eq!(waiting(&[(84, Pr), (112, Pr)]), None);
    }

    #[test]
    fn fractional_days_round_up_to_the_next_whole_day() {
        let options = BestOptions {
            confirmation_days: 28.5,
            ..RECIST
        };
        assert_eq!(derive_best(&[(28, Pr), (56, Pr)], &options).confirmed, Bor::Sd);
        assert_eq!(derive_best(&[(28, Pr), (57, Pr)], &options).confirmed, Bor::Pr);
    }
}
