//! A whole study: facts of every subject, then every cell of the outcome matrix.

use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::dlt;
use super::facts::{Derived, Facts};
use super::summarize::summarize;
use super::{ALL, Cell, Contribution, Method, NO_METHOD, NotEstimable, Part, Question, Reading};
use crate::protocol::{DoseLevel, Outcome, Trial};
use crate::study::{StudyData, Subject};

/// A study with everything derived from it, as of a data cut.
#[derive(Debug, Clone)]
pub struct Analysis<'a> {
    /// The protocol.
    pub trial: &'a Trial,
    /// The subject data, already cut.
    pub data: &'a StudyData,
    /// The data cut; `None` where the data carry no dates.
    pub cut: Option<Date>,
    /// What was derived for each subject, in order of subject.
    pub facts: Vec<Facts<'a>>,
}

impl<'a> Analysis<'a> {
    /// Derives the facts of every subject. Subjects are independent, so the number of threads changes nothing.
    pub fn new(trial: &'a Trial, data: &'a StudyData, cut: Option<Date>) -> Self {
        Self::of_known(trial, data, cut, |_| None)
    }

    /// The same where of some subjects is known what was derived of their records by this protocol and to this cut.
    pub fn of_known(
        trial: &'a Trial,
        data: &'a StudyData,
        cut: Option<Date>,
        known: impl Fn(&Subject) -> Option<Arc<Derived>> + Sync,
    ) -> Self {
        let facts = |subject: &'a Subject| match known(subject) {
            Some(derived) => Facts::of_derived(trial, subject, cut, derived),
            None => Facts::derive(trial, subject, cut),
        };
        Self {
            trial,
            data,
            cut,
            facts: data.subjects.par_iter().map(facts).collect(),
        }
    }

    /// Those who are enrolled, or still in screening: all but those who failed or left it.
    pub fn enrolled(&self) -> impl Iterator<Item = &Facts<'a>> + Clone {
        self.facts.iter().filter(|facts| facts.subject.is_enrolled())
    }

    /// How many failed screening.
    pub fn screen_failures(&self) -> usize {
        let failed = |facts: &&Facts<'_>| facts.subject.screen_failure().is_some();
        self.facts.iter().filter(failed).count()
    }

    /// How many left or died in screening.
    pub fn left_in_screening(&self) -> usize {
        let left = |facts: &&Facts<'_>| facts.subject.left_in_screening().is_some();
        self.facts.iter().filter(left).count()
    }

    /// The same study read by another protocol, of which only the rules of response may differ.
    pub fn reread<'b>(&self, trial: &'b Trial) -> Analysis<'b>
    where
        'a: 'b,
    {
        let reread = |facts: &Facts<'a>| {
            let mut reread: Facts<'b> = facts.clone();
            reread.trial = trial;
            reread.derived_mut().tumour = reread.tumour_by(trial.response.criteria);
            if let Some(day0) = reread.day0 {
                let pfs = reread.derive_pfs(day0, trial.response.pfs_censoring);
                reread.derived_mut().pfs = Some(pfs);
            }
            reread
        };
        Analysis {
            trial,
            data: self.data,
            cut: self.cut,
            facts: self.facts.par_iter().map(reread).collect(),
        }
    }
}

/// Every cell of the outcome matrix: outcome by component by time point, per dose level and overall.
pub fn derive_cells(analysis: &Analysis<'_>) -> Vec<Cell> {
    derive_cells_of(analysis, |_| true)
}

/// The cells of the outcomes that are wanted.
pub fn derive_cells_of(analysis: &Analysis<'_>, wanted: impl Fn(&Outcome) -> bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    let outcomes = analysis.trial.outcomes.iter().enumerate();
    for (index, outcome) in outcomes.filter(|(_, outcome)| wanted(outcome)) {
        let Some(method) = ALL.iter().find(|method| method.name == outcome.method) else {
            cells.extend(unanswered(analysis, index, outcome));
            continue;
        };
        for question in questions(outcome) {
            let contributions = contribute(analysis, method, question);
            let levels = analysis.trial.dose_levels.levels().map(Some);
            for level in levels.chain(std::iter::once(None)) {
                cells.push(answer(
                    analysis,
                    index,
                    outcome,
                    method,
                    question,
                    level,
                    &contributions,
                ));
            }
        }
    }
    cells
}

/// The cells of an outcome without a method: it is in the matrix, with the reason why it has no value.
fn unanswered(analysis: &Analysis<'_>, index: usize, outcome: &Outcome) -> Vec<Cell> {
    let levels: Vec<Option<DoseLevel>> = analysis.trial.dose_levels.levels().map(Some).chain([None]).collect();
    let cell = |question: Question<'_>, level: Option<DoseLevel>| Cell {
        id: outcome.id.clone(),
        outcome: index,
        measure: outcome.measure.clone(),
        time_point: question.months,
        level,
        statistic: NO_METHOD,
        unit: String::new(),
        value: None,
        lower: None,
        upper: None,
        n: 0,
        denominator: 0,
        reason: Some(NotEstimable::NoMethod),
        note: None,
        details: Vec::new(),
        curve: Vec::new(),
        contributions: Vec::new(),
    };
    let of_question = |question| levels.iter().map(move |level| cell(question, *level));
    questions(outcome).into_iter().flat_map(of_question).collect()
}

fn questions(outcome: &Outcome) -> Vec<Question<'_>> {
    let components: Vec<Option<&str>> = match outcome.components.as_slice() {
        [] => vec![None],
        list => list.iter().map(|component| Some(component.as_str())).collect(),
    };
    let months: Vec<Option<u32>> = match outcome.time_points.as_slice() {
        [] => vec![None],
        list => list.iter().copied().map(Some).collect(),
    };
    let at = |component| {
        months.iter().map(move |months| Question {
            component,
            months: *months,
        })
    };
    components.into_iter().flat_map(at).collect()
}

fn contribute(analysis: &Analysis<'_>, method: &Method, question: Question<'_>) -> Vec<Contribution> {
    let contribute = |facts: &Facts<'_>| {
        // A subject never assigned to a dose group has no part in any outcome by dose group.
        let Part {
            reading,
            note,
            mut records,
        } = match facts.level {
            Some(_) => (method.read)(facts, question),
            None => Part::out("not assigned to a dose level"),
        };
        records.extend(facts.identity());
        records.sort();
        records.dedup();
        Contribution {
            subject: facts.subject.id.clone(),
            level: facts.level,
            reading,
            note,
            records,
        }
    };
    analysis.facts.par_iter().map(contribute).collect()
}

fn answer(
    analysis: &Analysis<'_>,
    index: usize,
    outcome: &Outcome,
    method: &Method,
    question: Question<'_>,
    level: Option<DoseLevel>,
    contributions: &[Contribution],
) -> Cell {
    let id = question
        .component
        .map_or_else(|| outcome.id.clone(), |part| format!("{}.{part}", outcome.id));
    let in_level = |part: &&Contribution| part.level.is_some() && (level.is_none() || part.level == level);
    let mut cell = Cell {
        id,
        outcome: index,
        measure: outcome.measure.clone(),
        time_point: question.months,
        level,
        statistic: method.statistic.name(),
        unit: (method.unit)(analysis.trial, question),
        value: None,
        lower: None,
        upper: None,
        n: 0,
        denominator: 0,
        reason: None,
        note: None,
        details: Vec::new(),
        curve: Vec::new(),
        contributions: contributions.iter().filter(in_level).cloned().collect(),
    };
    let answered = cell.contributions.iter().any(|part| part.reading != Reading::Out);
    let held = method.datasets.iter().all(|dataset| analysis.data.holds(dataset));
    // DLTs are judged by laboratory values too, where the protocol says so.
    let unjudged = analysis.unrecorded().filter(|_| method.name == dlt::METHOD.name);
    if !held || unjudged.is_some() || (!analysis.data.dated && !answered) {
        let what = unjudged.filter(|_| held && analysis.data.dated);
        let what = what.map_or_else(|| method.records.to_owned(), |what| format!("{what}s"));
        cell.reason = Some(NotEstimable::NotRecorded(what));
        return cell;
    }
    summarize(analysis.trial, method.statistic, &mut cell);
    cell
}
