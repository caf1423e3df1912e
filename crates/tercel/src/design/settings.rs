//! The options of all designs as data, and the design they make: what the command line and the protocol file fill in.

use super::{
    AcceleratedTitration, BfBoin, BfBoinDesign, Blrm, BlrmOptions, Boin, Boin12, Boin12Options, Boundaries,
    CRM_PRIOR_SD, Ccd, Crm, CrmMethod, CrmModel, Design, Elimination, ExtraSafe, IThreePlusThree, IntervalDesign,
    InvalidDesign, Keyboard, LateOnsetDesign, Margins, Mtpi2, RollingSix, Row, Stage, Target, TargetInterval,
    ThreePlusThree, TiteBoin, TiteCrm, TiteVariant,
};
use crate::protocol::{DoseLevel, PerLevel, ThreePlusThreeVariant};

use super::{Action, Count, DesignName};

/// Options of a design as given; what is absent takes the design's published default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// Target DLT probability.
    pub target: Option<f64>,
    /// Close a level where Pr(p > target) is above this.
    pub elimination_cutoff: Option<f64>,
    /// Fewest subjects for closing a level.
    pub elimination_min_n: Option<u32>,
    /// Stricter stopping at the lowest level.
    pub extra_safe: bool,
    /// What stricter stopping takes off the cutoff.
    pub offset: Option<f64>,
    /// Select no dose estimated above the de-escalation boundary.
    pub bound_mtd: bool,
    /// Highest rate deemed subtherapeutic.
    pub p_safe: Option<f64>,
    /// Lowest rate deemed overly toxic.
    pub p_tox: Option<f64>,
    /// Distance of the interval's lower end from the target.
    pub margin_lower: Option<f64>,
    /// Distance of the interval's upper end from the target.
    pub margin_upper: Option<f64>,
    /// What confirms the maximum tolerated dose of 3+3.
    pub variant: Option<ThreePlusThreeVariant>,
    /// How TITE-BOIN takes pending outcomes.
    pub tite_variant: Option<TiteVariant>,
    /// Share of pending subjects above which accrual is suspended.
    pub max_pending_fraction: Option<f64>,
    /// Whether TITE-BOIN goes on treating at the lowest level while it asks for de-escalation.
    pub accrue_at_lowest: bool,
    /// Level of the first cohort.
    pub start: Option<DoseLevel>,
    /// Whether the model is logistic.
    pub logistic: bool,
    /// Prior guesses of the DLT probabilities.
    pub skeleton: Vec<f64>,
    /// Prior standard deviations of the model's parameters.
    pub prior_sd: Vec<f64>,
    /// Doses of the levels (BLRM).
    pub doses: Vec<f64>,
    /// Dose at which the odds of a DLT are α (BLRM).
    pub ref_dose: Option<f64>,
    /// Prior means of log α and log β (BLRM).
    pub prior_mean: Vec<f64>,
    /// Prior correlation of log α and log β (BLRM).
    pub prior_cor: Option<f64>,
    /// Ends of the intervals of DLT probability (BLRM).
    pub cuts: Vec<f64>,
    /// Largest probability of an overdose (BLRM).
    pub overdose_limit: Option<f64>,
    /// Intercept of the logistic model.
    pub intercept: Option<f64>,
    /// Whether the parameter is estimated by maximum likelihood.
    pub maximum_likelihood: bool,
    /// Whether levels may be skipped on the way up.
    pub allow_skipping: bool,
    /// Whether the dose may rise after a cohort at or above the target.
    pub allow_incoherent: bool,
    /// What designs that look at responses need beside.
    pub efficacy: EfficacySettings,
}

/// Options of designs that look at responses.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EfficacySettings {
    /// A level with this many subjects takes no more for backfilling (BF-BOIN).
    pub n_cap: Option<u32>,
    /// Whether a level opens for backfilling without a response (BF-BOIN).
    pub backfill_without_response: bool,
    /// Whether one DLT in three means stay (BF-BOIN).
    pub stay_on_one_of_three: bool,
    /// Lowest acceptable response probability (BOIN12).
    pub efficacy_min: Option<f64>,
    /// A level is futile where Pr(pE < φE) reaches this (BOIN12).
    pub efficacy_cutoff: Option<f64>,
    /// Utility of neither DLT nor response (BOIN12).
    pub u2: Option<f64>,
    /// Utility of a DLT with a response (BOIN12).
    pub u3: Option<f64>,
}

impl Settings {
    /// BF-BOIN for up to `max_n` subjects over all levels.
    pub fn bf_boin(&self, max_n: u32) -> Result<BfBoinDesign, InvalidDesign> {
        let published = BfBoin::new(self.target()?);
        BfBoin {
            boin: self.boin()?,
            n_cap: self.efficacy.n_cap.unwrap_or(published.n_cap),
            response_required: !self.efficacy.backfill_without_response,
            stay_on_one_of_three: self.efficacy.stay_on_one_of_three,
        }
        .design(max_n)
    }

    /// BOIN12; it has no default for the lowest acceptable response probability.
    pub fn boin12(&self) -> Result<Boin12, InvalidDesign> {
        let least = self.efficacy.efficacy_min.ok_or(InvalidDesign::NoEfficacyMin)?;
        let published = Boin12Options::published(self.target()?, least);
        Boin12::new(Boin12Options {
            boin: Boin {
                elimination: published.boin.elimination,
                ..self.boin()?
            },
            u2: self.efficacy.u2.unwrap_or(published.u2),
            u3: self.efficacy.u3.unwrap_or(published.u3),
            toxicity_cutoff: self.elimination_cutoff.unwrap_or(published.toxicity_cutoff),
            efficacy_cutoff: self.efficacy.efficacy_cutoff.unwrap_or(published.efficacy_cutoff),
            ..published
        })
    }

    /// The target; 3+3 has none.
    pub fn target(&self) -> Result<Target, InvalidDesign> {
        Target::new(self.target.ok_or(InvalidDesign::NoTarget)?)
    }

    /// The design for this many dose levels and subjects a level.
    pub fn design(&self, name: DesignName, doses: u8, max_n: u32) -> Result<Box<dyn Design>, InvalidDesign> {
        if doses == 0 || doses > 30 {
            return Err(InvalidDesign::Doses(doses));
        }
        Ok(match name {
            DesignName::ThreePlusThree => Box::new(ThreePlusThree {
                variant: self.variant.unwrap_or(ThreePlusThreeVariant::KornStrict),
                start: self.start.unwrap_or(DoseLevel::FIRST),
            }),
            DesignName::Boin
            | DesignName::Keyboard
            | DesignName::Mtpi2
            | DesignName::IThreePlusThree
            | DesignName::Ccd => Box::new(IntervalDesign::new(self.interval(name, max_n)?)),
            DesignName::Crm => Box::new(self.crm(doses)?),
            DesignName::Blrm => Box::new(self.blrm(doses)?),
            DesignName::AcceleratedTitration => Box::new(AcceleratedTitration {
                variant: self.variant.unwrap_or(ThreePlusThreeVariant::KornStrict),
            }),
            DesignName::RollingSix | DesignName::TiteCrm | DesignName::TiteBoin => {
                return Err(InvalidDesign::LateOnset);
            }
            DesignName::BfBoin | DesignName::Boin12 => return Err(InvalidDesign::Responses),
        })
    }

    /// The late-onset design for this many dose levels and subjects a level; `None` where the design waits for cohorts.
    pub fn late_onset(
        &self,
        name: DesignName,
        doses: u8,
        max_n: u32,
    ) -> Result<Option<Box<dyn LateOnsetDesign>>, InvalidDesign> {
        if let Some(fraction) = self.max_pending_fraction
            && !(0.0..=1.0).contains(&fraction)
        {
            return Err(InvalidDesign::PendingFraction(fraction));
        }
        Ok(match name {
            DesignName::RollingSix => Some(Box::new(RollingSix)),
            DesignName::TiteCrm => Some(Box::new(TiteCrm {
                crm: self.crm(doses)?,
                max_pending_fraction: self.max_pending_fraction,
            })),
            DesignName::TiteBoin => {
                let variant = self.tite_variant.unwrap_or(TiteVariant::EffectiveSampleSize);
                let mut design = TiteBoin::new(&self.boin()?, variant, max_n)?;
                design.suspend_at_lowest = !self.accrue_at_lowest;
                if let Some(fraction) = self.max_pending_fraction {
                    design.max_pending_fraction = fraction;
                }
                Some(Box::new(design))
            }
            DesignName::ThreePlusThree
            | DesignName::Boin
            | DesignName::Keyboard
            | DesignName::Mtpi2
            | DesignName::IThreePlusThree
            | DesignName::Ccd
            | DesignName::Crm
            | DesignName::Blrm
            | DesignName::BfBoin
            | DesignName::Boin12
            | DesignName::AcceleratedTitration => None,
        })
    }

    /// BOIN with the options given.
    fn boin(&self) -> Result<Boin, InvalidDesign> {
        let published = Boin::new(self.target()?);
        Ok(Boin {
            p_safe: self.p_safe.unwrap_or(published.p_safe),
            p_tox: self.p_tox.unwrap_or(published.p_tox),
            elimination: self.elimination(published.elimination),
            extra_safe: self.extra_safe(),
            bound_mtd: self.bound_mtd,
            ..published
        })
    }

    fn extra_safe(&self) -> Option<ExtraSafe> {
        self.extra_safe.then(|| ExtraSafe {
            offset: self.offset.unwrap_or(0.05),
        })
    }

    fn elimination(&self, published: Elimination) -> Elimination {
        Elimination {
            cutoff: self.elimination_cutoff.unwrap_or(published.cutoff),
            min_n: self.elimination_min_n.unwrap_or(published.min_n),
        }
    }

    /// The decision table for 1, 2, … subjects, of designs that have one.
    pub fn table(&self, name: DesignName, max_n: u32) -> Result<Vec<Row>, InvalidDesign> {
        match name {
            DesignName::ThreePlusThree | DesignName::AcceleratedTitration | DesignName::RollingSix => {
                Ok(self.table_by_asking(max_n))
            }
            DesignName::TiteBoin
            | DesignName::BfBoin
            | DesignName::Boin
            | DesignName::Keyboard
            | DesignName::Mtpi2
            | DesignName::IThreePlusThree
            | DesignName::Ccd => Ok(self.interval(name, max_n)?.rows),
            DesignName::Boin12 => Err(InvalidDesign::Responses),
            DesignName::Crm | DesignName::TiteCrm | DesignName::Blrm => Err(InvalidDesign::NoTable),
        }
    }

    /// What 3+3 does at a middle level, outcome by outcome.
    fn table_by_asking(&self, max_n: u32) -> Vec<Row> {
        let design = ThreePlusThree {
            variant: self.variant.unwrap_or(ThreePlusThreeVariant::KornStrict),
            start: DoseLevel::FIRST,
        };
        let middle = DoseLevel::FIRST.above();
        let ask = |n: u32, y: u32| {
            let here = Count::complete(n, y);
            let counts = PerLevel::new(vec![Count::complete(3, 0), here, Count::default()]);
            let stage = Stage {
                counts: &counts,
                current: middle,
                latest: here,
            };
            design.decide(&stage).action
        };
        let row = |n: u32| Row {
            escalate_max: (0..=n).rfind(|&y| matches!(ask(n, y), Action::Escalate(_))),
            deescalate_min: (0..=n).find(|&y| matches!(ask(n, y), Action::DeEscalate(_) | Action::Stop(_))),
            eliminate_min: (0..=n).find(|&y| matches!(ask(n, y), Action::DeEscalate(_) | Action::Stop(_))),
        };
        (1..=max_n).map(row).collect()
    }

    /// The decision table of an interval design, and of those that decide by BOIN's.
    pub fn interval(&self, name: DesignName, max_n: u32) -> Result<Boundaries, InvalidDesign> {
        let margins = |usual: f64| {
            let (lower, upper) = (self.margin_lower.unwrap_or(usual), self.margin_upper.unwrap_or(usual));
            Margins::new(self.target()?, lower, upper)
        };
        let given = |published: TargetInterval| TargetInterval {
            elimination: published.elimination.map(|rule| self.elimination(rule)),
            extra_safe: self.extra_safe(),
            ..published
        };
        match name {
            DesignName::Keyboard => Keyboard(given(Keyboard::new(self.target()?, margins(0.05)?).0)).boundaries(max_n),
            DesignName::Mtpi2 => Mtpi2(given(Mtpi2::new(self.target()?, margins(0.05)?).0)).boundaries(max_n),
            DesignName::IThreePlusThree => {
                IThreePlusThree(given(IThreePlusThree::new(self.target()?, margins(0.05)?).0)).boundaries(max_n)
            }
            DesignName::Ccd => {
                let published = Ccd::new(self.target()?, margins(usual_ccd_margin(self.target()?))?).0;
                // It closes levels where that is asked for, by the rule of the others.
                let asked = self.elimination_cutoff.is_some() || self.extra_safe;
                Ccd(given(TargetInterval {
                    elimination: asked.then_some(Elimination { cutoff: 0.95, min_n: 1 }),
                    ..published
                }))
                .boundaries(max_n)
            }
            DesignName::Boin | DesignName::TiteBoin | DesignName::BfBoin => self.boin()?.boundaries(max_n),
            DesignName::ThreePlusThree
            | DesignName::Crm
            | DesignName::RollingSix
            | DesignName::AcceleratedTitration
            | DesignName::TiteCrm
            | DesignName::Boin12
            | DesignName::Blrm => Err(InvalidDesign::NoTable),
        }
    }

    /// The CRM.
    pub fn crm(&self, doses: u8) -> Result<Crm, InvalidDesign> {
        let target = self.target()?;
        let model = if self.logistic {
            CrmModel::Logistic {
                intercept: self.intercept.unwrap_or(3.0),
            }
        } else {
            CrmModel::Power
        };
        if self.skeleton.len() != usize::from(doses) {
            return Err(InvalidDesign::SkeletonLength {
                given: self.skeleton.len(),
                doses,
            });
        }
        let prior_sd = match self.prior_sd.as_slice() {
            [] => CRM_PRIOR_SD,
            [sd] => *sd,
            more => {
                return Err(InvalidDesign::PriorLength {
                    given: more.len(),
                    needed: 1,
                });
            }
        };
        let mut crm = Crm::with_model(target, self.skeleton.clone(), model, prior_sd)?;
        if self.maximum_likelihood {
            crm.method = CrmMethod::MaximumLikelihood;
        }
        crm.allow_skipping = self.allow_skipping;
        crm.allow_incoherent = self.allow_incoherent;
        Ok(crm)
    }

    /// The BLRM; its prior has no default that would suit any doses.
    pub fn blrm(&self, doses: u8) -> Result<Blrm, InvalidDesign> {
        let pair = |values: &[f64]| {
            let given = values.len();
            <[f64; 2]>::try_from(values).map_err(|_| InvalidDesign::PriorLength { given, needed: 2 })
        };
        if self.doses.len() != usize::from(doses) {
            return Err(InvalidDesign::DosesLength {
                given: self.doses.len(),
                doses,
            });
        }
        Blrm::new(BlrmOptions {
            doses: PerLevel::new(self.doses.clone()),
            ref_dose: self.ref_dose.ok_or(InvalidDesign::NoReferenceDose)?,
            prior_mean: pair(&self.prior_mean)?,
            prior_sd: pair(&self.prior_sd)?,
            prior_cor: self.prior_cor.unwrap_or(0.0),
            cuts: if self.cuts.is_empty() {
                vec![0.16, 0.33]
            } else {
                self.cuts.clone()
            },
            overdose_limit: self.overdose_limit.unwrap_or(0.25),
        })
    }
}

/// Δ where none is given: 0.09 below a target of 0.30, 0.10 below 0.40, 0.12 below 0.45, 0.13 from there on. These are the
/// margins that R. Lin and G. Yin take as the default of `ivanova2007ccd` (R code IntervalDesign, `get.boundary`); the paper
/// itself was not read.
pub(crate) fn usual_ccd_margin(target: Target) -> f64 {
    match target.value() {
        phi if phi < 0.3 => 0.09,
        phi if phi < 0.4 => 0.10,
        phi if phi < 0.45 => 0.12,
        _ => 0.13,
    }
}
