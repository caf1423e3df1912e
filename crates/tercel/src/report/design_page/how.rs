//! How each design decides, in words and formulas for a protocol.

use super::Block;
use crate::design::{Boin, DesignName, LateConduct, Margins, Plan, Settings};
use crate::protocol::ThreePlusThreeVariant;
use crate::reference::citation;

/// The description of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// Which.
    pub design: DesignName,
    /// What it does after each cohort.
    pub rule: &'static str,
    /// Formulas in the notation of TeX.
    pub formulas: &'static [&'static str],
    /// What the symbols stand for.
    pub symbols: &'static str,
    /// Whether it decides by boundaries on the observed rate and selects by isotonic estimates.
    pub interval: bool,
    /// Keys of the publications.
    pub references: &'static [&'static str],
}

const UNIT_MASS: &str = r"\text{strength}(I) = \frac{\Pr(p \in I \mid \text{Beta}(1+y, 1+n-y))}{|I|}";

const ALL: &[How] = &[
    How {
        design: DesignName::ThreePlusThree,
        rule: "Subjects are treated in cohorts of three. Without a DLT in three the next higher level is opened. With one DLT \
               in three, three more subjects are treated at the same level, and the next level is opened if no further DLT \
               occurs among the six. With two or more DLTs the level and all above it are closed. The maximum tolerated dose \
               is the highest level with at most one DLT in six subjects. The design has no target DLT rate.",
        formulas: &[r"\Pr(\text{escalate}) = (1-p)^3 + 3p(1-p)^5"],
        symbols: "p is the true DLT probability of the level.",
        interval: false,
        references: &["storer1989", "korn1994"],
    },
    How {
        design: DesignName::Boin,
        rule: "After each cohort the observed DLT rate at the current level, over all subjects treated there, is compared with \
               two fixed boundaries: at or below the lower one the dose is escalated, at or above the upper one it is \
               de-escalated, between them it stays. The boundaries minimise the probability of a wrong decision when the true \
               rate is the target, a rate that would be too low, or a rate that would be too high.",
        formulas: &[
            r"\lambda_e = \frac{\log \frac{1-\phi_1}{1-\phi}}{\log \frac{\phi(1-\phi_1)}{\phi_1(1-\phi)}}",
            r"\lambda_d = \frac{\log \frac{1-\phi}{1-\phi_2}}{\log \frac{\phi_2(1-\phi)}{\phi(1-\phi_2)}}",
        ],
        symbols: "φ is the target, φ₁ the highest rate deemed subtherapeutic, φ₂ the lowest rate deemed overly toxic.",
        interval: true,
        references: &["liu2015boin"],
    },
    How {
        design: DesignName::Keyboard,
        rule: "The range of DLT rates is divided into keys as wide as the target key around the target rate. The strongest key \
               is the one most likely, after the outcomes at the current level, to hold its DLT rate. If it lies below the \
               target key the dose is escalated, if it lies above the dose is de-escalated, and if it is the target key the \
               dose stays. Incomplete keys at the ends of the range are compared as if they had full width.",
        formulas: &[UNIT_MASS],
        symbols: "I is a key and |I| its width, n the number of subjects at the level, y the number of them with a DLT.",
        interval: true,
        references: &["yan2017keyboard"],
    },
    How {
        design: DesignName::Mtpi2,
        rule: "The range of DLT rates is divided into intervals as wide as the equivalence interval around the target rate. \
               The interval with the largest posterior probability per unit of width decides: below the equivalence interval \
               the dose is escalated, above it the dose is de-escalated, and if it is the equivalence interval itself the dose \
               stays.",
        formulas: &[UNIT_MASS],
        symbols: "I is an interval and |I| its width, n the number of subjects at the level, y the number of them with a DLT.",
        interval: true,
        references: &["guo2017mtpi2"],
    },
    How {
        design: DesignName::IThreePlusThree,
        rule: "The observed DLT rate at the current level is compared with the equivalence interval around the target rate. \
               Below it the dose is escalated, inside it stays. Above it the dose is de-escalated, unless one DLT fewer would \
               have put the rate below the interval: the sample then says too little, and the dose stays.",
        formulas: &[
            r"\frac{y}{n} < \phi - \epsilon_1 : \text{escalate}",
            r"\frac{y}{n} > \phi + \epsilon_2 \text{ and } \frac{y-1}{n} \ge \phi - \epsilon_1 : \text{de-escalate}",
        ],
        symbols: "φ is the target, ε₁ and ε₂ are the distances of the interval's ends from it, n is the number of subjects at \
                  the level, y the number of them with a DLT. In every other case the dose stays.",
        interval: true,
        references: &["liu2020i3plus3"],
    },
    How {
        design: DesignName::Ccd,
        rule: "The observed DLT rate at the current level, over all subjects treated there, is compared with an interval around \
               the target rate: at or below its lower end the dose is escalated, at or above its upper end it is \
               de-escalated, inside it stays. As published the design closes no level.",
        formulas: &[
            r"\frac{y}{n} \le \phi - \epsilon_1 : \text{escalate}",
            r"\frac{y}{n} \ge \phi + \epsilon_2 : \text{de-escalate}",
        ],
        symbols: "φ is the target, ε₁ and ε₂ are the distances of the interval's ends from it, n is the number of subjects at \
                  the level, y the number of them with a DLT.",
        interval: true,
        references: &["ivanova2007ccd"],
    },
    How {
        design: DesignName::Crm,
        rule: "A curve with one parameter describes how the DLT probability rises with the dose level. It starts from a prior \
               guess for each level, the skeleton, and is estimated anew after each cohort from the outcomes at all levels. \
               The next cohort is treated at the level whose estimated DLT probability is closest to the target. At the end \
               that level is the maximum tolerated dose.",
        formulas: &[
            r"\text{power: } p_d = s_d^{\exp(a)}",
            r"\text{logistic: } \log \frac{p_d}{1-p_d} = c + \exp(a) x_d",
            r"a \sim N(0, \sigma^2)",
        ],
        symbols: "p is the DLT probability of level d, s its prior guess and x its scaled dose; c is the fixed intercept, a the \
                  parameter and σ its prior standard deviation. Which of the two models is used stands under the options.",
        interval: false,
        references: &["oquigley1990crm", "lee2009skeleton"],
    },
    How {
        design: DesignName::RollingSix,
        rule: "Up to six subjects are treated at a level without waiting for each other. Two DLTs close the level and those above. \
               Three, four or five complete subjects without a DLT and nobody pending open the next level; so do six of whom at \
               least five finished without a DLT. With six enrolled and too little known accrual is suspended; otherwise the \
               next subject is treated at the same level. The level below a closed one is filled to six, and the maximum \
               tolerated dose is the highest level with at most one DLT in six. The design has no target DLT rate.",
        formulas: &[],
        symbols: "The rule needs no formula.",
        interval: false,
        references: &["skolnik2008rolling", "frankel2020queue"],
    },
    How {
        design: DesignName::AcceleratedTitration,
        rule: "Single subjects are treated, one a level, until the first DLT or the highest level. That level is filled to three, \
               and from there on the 3+3 rule decides: levels are filled to three, then to six. The design has no target DLT \
               rate.",
        formulas: &[],
        symbols: "The rule needs no formula.",
        interval: false,
        references: &["simon1997titration", "korn1994"],
    },
    How {
        design: DesignName::TiteCrm,
        rule: "The CRM while outcomes are pending: a subject still followed counts without DLT by the share of the window that is \
               over. Each subject is offered the level whose estimated DLT probability is closest to the target at that time. \
               At the end, with all outcomes known, that level is the maximum tolerated dose.",
        formulas: &[r"L(a) = \prod_i p_i^{y_i} (1 - w_i p_i)^{1-y_i}"],
        symbols: "p is the DLT probability of the subject's level under the model, y is 1 after a DLT, w is the share of the window \
                  followed, 1 once the subject is complete.",
        interval: false,
        references: &["cheung2000titecrm", "oquigley1990crm", "lee2009skeleton"],
    },
    How {
        design: DesignName::TiteBoin,
        rule: "BOIN while outcomes are pending: the DLT rate at the current level is taken over the complete subjects and the \
               follow-up of the pending ones, and compared with BOIN's boundaries each time a subject is offered. Accrual is \
               suspended while more than the stated share of the level's subjects is pending. A level is closed on all its \
               subjects, those pending counted as without DLT.",
        formulas: &[r"\hat{p} = \frac{s}{n - c + \sum_i \frac{t_i}{T}}"],
        symbols: "n subjects were treated at the level, s of them had a DLT, c are pending, followed for t of the window of T days.",
        interval: true,
        references: &["lin2020titeboin", "yuan2018titeboin", "liu2015boin"],
    },
    How {
        design: DesignName::Blrm,
        rule: "A logistic curve with two parameters describes how the DLT probability rises with the dose. After each cohort its \
               posterior gives each level the probability to lie in the target interval and above it, as an overdose. Of the \
               levels whose probability of an overdose is below the limit, the one most likely on target is next, without \
               skipping a level unless that is allowed; if no level is below the limit the trial stops.",
        formulas: &[
            r"\log \frac{p_d}{1-p_d} = \log \alpha + \beta \log \frac{x_d}{x_0}",
            r"\Pr(p_d \ge c_2) < \text{limit}",
        ],
        symbols: "x is the dose of level d and x₀ the reference dose; log α and log β have a bivariate normal prior; c₁ and c₂ are the \
                  ends of the target interval.",
        interval: false,
        references: &["neuenschwander2008blrm", "babb1998ewoc"],
    },
    How {
        design: DesignName::BfBoin,
        rule: "BOIN for the escalation, while further subjects are treated at lower levels that have room and have shown a \
               response, there or below: they are backfilled, the highest open level first. Where the rate at a backfilled level contradicts the \
               decision at the current one, the outcomes of the levels between them are pooled before BOIN's boundaries are \
               applied. The maximum tolerated dose is selected from all subjects, those backfilled included.",
        formulas: &[],
        symbols: "The boundaries are those of BOIN.",
        interval: true,
        references: &["zhao2024bfboin", "liu2015boin"],
    },
    How {
        design: DesignName::Boin12,
        rule: "Each subject has a utility from DLT and response together. The next cohort is treated at the neighbouring level \
               whose utility is most likely above a benchmark, among those that are neither too toxic nor too likely without \
               effect; a DLT rate above BOIN's upper boundary leads one level down. At the end the level with the largest mean \
               utility, up to the maximum tolerated dose, is the optimal biological dose.",
        formulas: &[r"\Pr(u > u_b \mid \text{Beta}(1+x, 1+n-x))"],
        symbols: "x is the sum of utilities over 100 at the level, n its subjects, u_b the benchmark.",
        interval: false,
        references: &["lin2020boin12", "liu2015boin"],
    },
];

/// The description of a design, where there is one.
pub fn how_it_decides(design: DesignName) -> Option<&'static How> {
    ALL.iter().find(|how| how.design == design)
}

/// The description of a design as blocks of a page.
pub(super) fn blocks(design: DesignName, settings: &Settings) -> Vec<Block> {
    let Some(how) = how_it_decides(design) else {
        let entry = design.entry();
        let text = format!("{} decides as published in {}.", entry.title, entry.reference);
        return vec![Block::Text(text)];
    };
    let mut blocks = vec![Block::Text(how.rule.to_owned())];
    blocks.extend(how.formulas.iter().map(|formula| Block::Formula(formula)));
    blocks.push(Block::Text(how.symbols.to_owned()));
    blocks.extend(numbers(design, settings).map(Block::Text));
    if how.interval {
        blocks.extend(closing(design, settings).map(Block::Text));
        let select = "When all subjects have been treated, the DLT rates of the levels are estimated by isotonic regression of \
                      (y + 0.05) / (n + 0.1), and the maximum tolerated dose is the open level whose estimate is closest to \
                      the target: of two as close the higher below the target, the lower above it.";
        blocks.push(Block::Text(select.to_owned()));
    }
    blocks
}

/// The design's own numbers at the options in force.
fn numbers(design: DesignName, settings: &Settings) -> Option<String> {
    match design {
        DesignName::ThreePlusThree => Some(
            match settings.variant.unwrap_or(ThreePlusThreeVariant::KornStrict) {
                ThreePlusThreeVariant::Storer => {
                    "Variant used: no further subjects are asked for at the level below a closed one or at the highest level."
                }
                ThreePlusThreeVariant::KornTop3 => {
                    "Variant used: six subjects are treated at the maximum tolerated dose, except that the highest level is \
                     declared on three without a DLT."
                }
                ThreePlusThreeVariant::KornStrict => {
                    "Variant used: six subjects are treated at the maximum tolerated dose, at the highest level too."
                }
            }
            .to_owned(),
        ),
        DesignName::Boin => {
            let published = Boin::new(settings.target().ok()?);
            let boin = Boin {
                p_safe: settings.p_safe.unwrap_or(published.p_safe),
                p_tox: settings.p_tox.unwrap_or(published.p_tox),
                ..published
            };
            let (escalate, deescalate) = boin.lambdas();
            Some(format!(
                "Here φ = {}, φ₁ = {:.3} and φ₂ = {:.3}, so that λe = {escalate:.4} and λd = {deescalate:.4}.",
                boin.target.value(),
                boin.p_safe,
                boin.p_tox
            ))
        }
        DesignName::Keyboard | DesignName::Mtpi2 | DesignName::IThreePlusThree | DesignName::Ccd => {
            let target = settings.target().ok()?;
            let usual = super::options::usual_margin(design, settings);
            let lower = settings.margin_lower.unwrap_or(usual);
            let upper = settings.margin_upper.unwrap_or(usual);
            let interval = Margins::new(target, lower, upper).ok()?;
            Some(format!(
                "Here φ = {}, and the interval around it reaches from {:.3} to {:.3}.",
                target.value(),
                interval.low,
                interval.high
            ))
        }
        DesignName::Crm => {
            let up = match (settings.allow_skipping, settings.allow_incoherent) {
                (false, false) => {
                    "No level is skipped on the way up, and the dose does not rise after a cohort whose DLT rate is at or \
                     above the target."
                }
                (false, true) => "No level is skipped on the way up.",
                (true, false) => {
                    "Levels may be skipped on the way up, but the dose does not rise after a cohort whose DLT rate is at or \
                     above the target."
                }
                (true, true) => "Levels may be skipped on the way up.",
            };
            Some(up.to_owned())
        }
        DesignName::RollingSix
        | DesignName::AcceleratedTitration
        | DesignName::TiteCrm
        | DesignName::TiteBoin
        | DesignName::Blrm
        | DesignName::BfBoin
        | DesignName::Boin12 => None,
    }
}

/// When an interval design closes a level.
fn closing(design: DesignName, settings: &Settings) -> Option<String> {
    let closes = design != DesignName::Ccd || settings.elimination_cutoff.is_some() || settings.extra_safe;
    if !closes {
        return None;
    }
    let cutoff = settings.elimination_cutoff.unwrap_or(0.95);
    let stricter = if settings.extra_safe {
        format!(
            " At the lowest level the limit is {}.",
            ((cutoff - settings.offset.unwrap_or(0.05)) * 1e4).round() / 1e4
        )
    } else {
        String::new()
    };
    Some(format!(
        "A level and all above it are closed for good when the probability that its DLT rate exceeds the target is above \
         {cutoff}, under the posterior Beta(1 + y, 1 + n − y); where that is the lowest level the trial stops without a \
         maximum tolerated dose.{stricter}"
    ))
}

/// The rules around a design in words, a sentence each.
pub fn conduct_rules(plan: &Plan<'_>) -> Vec<String> {
    let mut rules = Vec::new();
    if plan.titration {
        rules.push(format!(
            "One subject is treated at each level until the first DLT; that level is then filled to {} subjects, and the \
             design takes over.",
            plan.cohort_size
        ));
    }
    if plan.no_skipping {
        rules.push("The dose never goes more than one level above the highest level tried.".to_owned());
    }
    if let Some(enough) = plan.stop_at {
        rules.push(format!(
            "The trial ends when the next cohort would stay at a level that has {enough} subjects or more."
        ));
    }
    if let Some(demanded) = plan.demand {
        rules.push(format!(
            "No maximum tolerated dose is declared on fewer than {demanded} subjects at it."
        ));
    }
    if let Some(stop) = plan.safety_stop {
        rules.push(format!(
            "The trial stops without a maximum tolerated dose when the probability that the DLT rate of the lowest level \
             exceeds {} is above {}, under the posterior Beta(1 + y, 1 + n − y).",
            stop.target, stop.cutoff
        ));
    }
    rules
}

/// The rules around a late-onset design, one sentence each.
pub fn late_conduct_rules(conduct: &LateConduct<'_>) -> Vec<String> {
    let mut rules = Vec::new();
    if conduct.no_skipping {
        rules
            .push("The dose never goes more than one level above the highest level anybody was treated at.".to_owned());
    }
    if let Some(enough) = conduct.stop_at {
        rules.push(format!(
            "Where the design would stay at a level with {enough} complete outcomes or more, nobody is treated until all pending \
             outcomes are known; where it still stays then, the trial ends."
        ));
    }
    if let Some(demanded) = conduct.demand {
        rules.push(format!(
            "No maximum tolerated dose is declared on fewer than {demanded} complete outcomes at it."
        ));
    }
    if let Some(stop) = conduct.safety_stop {
        rules.push(format!(
            "Accrual is suspended when the probability that the DLT rate of the lowest level exceeds {} is above {}, under the \
             posterior Beta(1 + y, 1 + n − y) of its complete outcomes; the trial stops without a maximum tolerated dose when it \
             is so with every pending subject of the level counted without DLT.",
            stop.target, stop.cutoff
        ));
    }
    rules
}

/// Key and citation of every publication of a design, and of those that describe its parts.
pub(super) fn references(design: DesignName) -> Vec<(&'static str, &'static str)> {
    let entry = [design.entry().reference];
    let keys = how_it_decides(design).map_or(&entry[..], |how| how.references);
    keys.iter()
        .filter_map(|key| citation(key).map(|citation| (*key, citation)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design;

    #[test]
    fn every_design_is_described_and_cited() {
        for entry in design::ALL {
            let how = how_it_decides(entry.name);
            assert!(how.is_some(), "{} is not described", entry.title);
            let cited = references(entry.name);
            assert!(cited.iter().any(|(key, _)| *key == entry.reference), "{}", entry.title);
            assert_eq!(
                how.map(|how| how.references.len()),
                Some(cited.len()),
                "{}",
                entry.title
            );
        }
    }
}
