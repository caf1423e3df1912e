//! Dose-transition pathways: what a design does next after every number of DLTs in each of the next cohorts.

use thiserror::Error;

use super::{Action, Because, Cohort, Count, Decision, InvalidOutcomes, Plan, Stage, count_cohorts, decide};

/// Most outcomes a tree may hold.
pub const PATHS_LIMIT: usize = 20_000;

/// Outcomes so far, the decision they lead to, and what may follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Pathway {
    /// Cohorts in order of treatment; none at the start.
    pub outcomes: Vec<Cohort>,
    /// What follows.
    pub decision: Decision,
    /// The next cohort with no DLT, one DLT and so on; none where the trial stops or waits, or the tree ends.
    pub children: Vec<Self>,
}

/// Why there is no tree.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidPaths {
    /// The outcomes so far do not fit the design.
    #[error(transparent)]
    Outcomes(#[from] InvalidOutcomes),
    /// The tree is too large to be read.
    #[error("{depth} further cohorts have more than {PATHS_LIMIT} outcomes; choose a smaller depth")]
    TooMany {
        /// Cohorts asked for.
        depth: u8,
    },
}

impl Pathway {
    /// The outcomes as `1NNN 2NNT`; empty at the start.
    pub fn notation(&self) -> String {
        let cohorts: Vec<String> = self.outcomes.iter().map(Cohort::to_string).collect();
        cohorts.join(" ")
    }

    /// The action in words: `escalate to level 2`.
    pub fn action(&self) -> String {
        match (&self.decision.because, self.decision.action) {
            (Because::Start, Action::Stay(level)) => format!("start at level {level}"),
            (Because::Complete(None), Action::Stop(None)) => "stop with no level as maximum tolerated dose".to_owned(),
            (_, action) => action.to_string(),
        }
    }
}

/// The tree from the outcomes so far through the next `depth` cohorts.
pub fn pathways(plan: &Plan<'_>, so_far: &[Cohort], depth: u8) -> Result<Pathway, InvalidPaths> {
    let mut left = PATHS_LIMIT;
    grow(plan, so_far.to_vec(), depth, &mut left)?.ok_or(InvalidPaths::TooMany { depth })
}

/// The tree on top of outcomes; `None` where more nodes than are left would be needed.
fn grow(
    plan: &Plan<'_>,
    outcomes: Vec<Cohort>,
    depth: u8,
    left: &mut usize,
) -> Result<Option<Pathway>, InvalidOutcomes> {
    let Some(fewer) = left.checked_sub(1) else {
        return Ok(None);
    };
    *left = fewer;
    let counts = count_cohorts(&outcomes, plan.doses)?;
    let latest = outcomes.last();
    let stage = Stage {
        counts: &counts,
        current: latest.map_or(plan.start, |cohort| cohort.level),
        latest: latest.map_or_else(Count::default, |cohort| cohort.count),
    };
    let decision = decide(plan, &stage);
    let mut children = Vec::new();
    if let (Some(level), Some(deeper)) = (decision.action.level(), depth.checked_sub(1)) {
        let size = plan.cohort(&counts, level);
        // Nobody is left to treat where the size is 0.
        for dlts in (0..=size).filter(|_| size > 0) {
            let count = Count::complete(size, dlts);
            let after = outcomes.iter().copied().chain([Cohort { level, count }]);
            let Some(child) = grow(plan, after.collect(), deeper, left)? else {
                return Ok(None);
            };
            children.push(child);
        }
    }
    Ok(Some(Pathway {
        outcomes,
        decision,
        children,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Boin, IntervalDesign, Target, ThreePlusThree, parse_outcomes};
    use crate::protocol::{DoseLevel, ThreePlusThreeVariant};

    fn lines(path: &Pathway) -> Vec<String> {
        let below = path.children.iter().flat_map(lines);
        std::iter::once(format!("{} -> {}", path.notation(), path.action()))
            .chain(below)
            .collect()
    }

    #[test]
    fn the_first_cohorts_of_three_plus_three_are_those_of_its_rule() {
        let design = ThreePlusThree {
            variant: ThreePlusThreeVariant::KornStrict,
            start: DoseLevel::FIRST,
        };
        let plan = Plan::new(&design, 2, 3, None);
        let tree = pathways(&plan, &[], 1).unwrap();
        assert_eq!(
            lines(&tree),
            [
                " -> start at level 1",
                "1NNN -> escalate to level 2",
                "1NNT -> stay at level 1",
                "1NTT -> stop",
                "1TTT -> stop",
            ]
        );
        let after = pathways(&plan, &parse_outcomes("1NNN 2NNT").unwrap(), 1).unwrap();
        assert_eq!(
            lines(&after),
            [
                "1NNN 2NNT -> stay at level 2",
                "1NNN 2NNT 2NNN -> stop with level 2 as maximum tolerated dose",
                "1NNN 2NNT 2NNT -> de-escalate to level 1",
                "1NNN 2NNT 2NTT -> de-escalate to level 1",
                "1NNN 2NNT 2TTT -> de-escalate to level 1",
            ]
        );
    }

    #[test]
    fn boin_at_thirty_percent_follows_its_published_boundaries() {
        let boin = Boin::new(Target::new(0.3).unwrap());
        let design = IntervalDesign::new(boin.boundaries(9).unwrap());
        let plan = Plan::new(&design, 3, 3, Some(9));
        let tree = pathways(&plan, &[], 3).unwrap();
        let lines = lines(&tree);
        // 1TTT stops, and so do four or more DLTs in six at level 1: 1NNT 1TTT, 1NTT 1NTT, 1NTT 1TTT.
        assert_eq!(lines.len(), 1 + 4 + 3 * 4 + (12 - 3) * 4, "{lines:#?}");
        for line in [
            "1NNN -> escalate to level 2",
            "1NNT -> stay at level 1",
            "1NTT -> stay at level 1",
            "1TTT -> stop",
            "1NNN 2NTT -> de-escalate to level 1",
            "1NNT 1NNN -> escalate to level 2",
            "1NTT 1NNT 1NNN -> stop with level 1 as maximum tolerated dose",
        ] {
            assert!(lines.iter().any(|other| other == line), "{line} in {lines:#?}");
        }
    }

    #[test]
    fn a_tree_that_nobody_can_read_is_refused() {
        let boin = Boin::new(Target::new(0.3).unwrap());
        let design = IntervalDesign::new(boin.boundaries(60).unwrap());
        let plan = Plan::new(&design, 3, 3, Some(60));
        assert_eq!(pathways(&plan, &[], 20), Err(InvalidPaths::TooMany { depth: 20 }));
    }
}
