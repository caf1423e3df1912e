//! Pathways as a figure and as a table.

use super::{Block, Page, Part, TextTable, cells};
use crate::design::{Action, Because, Pathway};

/// What kind of action an outcome leads to; each has its letter, so that a figure can be read without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathKind {
    /// The first cohort.
    Start,
    /// One level or more up.
    Escalate,
    /// The same level.
    Stay,
    /// One level or more down.
    DeEscalate,
    /// Wait for outcomes.
    Wait,
    /// Stop with a maximum tolerated dose.
    Declare,
    /// Stop without one.
    Stop,
}

impl PathKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Start,
        Self::Escalate,
        Self::Stay,
        Self::DeEscalate,
        Self::Wait,
        Self::Declare,
        Self::Stop,
    ];

    /// Its letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Start => "1",
            Self::Escalate => "E",
            Self::Stay => "S",
            Self::DeEscalate => "D",
            Self::Wait => "W",
            Self::Declare => "M",
            Self::Stop => "X",
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Escalate => "escalate",
            Self::Stay => "stay",
            Self::DeEscalate => "de-escalate",
            Self::Wait => "wait",
            Self::Declare => "stop, MTD found",
            Self::Stop => "stop, no MTD",
        }
    }
}

/// A tree of outcomes, drawn from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct PathFigure {
    /// What it shows.
    pub title: String,
    /// The same for readers who do not see it.
    pub description: String,
    /// Heading of each column, the outcomes so far first.
    pub columns: Vec<String>,
    /// The tree.
    pub root: PathNode,
}

/// An outcome of the latest cohort and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathNode {
    /// The latest cohort as `2NNT`; at the root all outcomes so far.
    pub outcomes: String,
    /// Kind of the action.
    pub kind: PathKind,
    /// The action in few words.
    pub action: String,
    /// All outcomes, the action and its reason.
    pub hint: String,
    /// What may follow.
    pub children: Vec<Self>,
}

impl PathFigure {
    /// The figure of a tree of `design`.
    pub fn new(design: &str, tree: &Pathway) -> Self {
        let root = node(tree, true);
        let depth = levels(tree);
        let treated = tree.outcomes.len();
        let first = if treated == 0 { "Start" } else { "So far" };
        let columns =
            std::iter::once(first.to_owned()).chain((1..=depth).map(|step| format!("Cohort {}", treated + step)));
        let from = if treated == 0 {
            "from the start".to_owned()
        } else {
            format!("after {}", tree.notation())
        };
        Self {
            title: format!("{design}: pathways {from}"),
            description: format!(
                "Every number of DLTs in each of the next {depth} cohorts and what {design} does next; each outcome and its \
                 reason stand in the table of pathways."
            ),
            columns: columns.collect(),
            root,
        }
    }
}

/// Cohorts below a node.
fn levels(tree: &Pathway) -> usize {
    tree.children.iter().map(|child| 1 + levels(child)).max().unwrap_or(0)
}

fn node(tree: &Pathway, root: bool) -> PathNode {
    let decision = &tree.decision;
    let (kind, action) = match (&decision.because, decision.action) {
        (Because::Start, Action::Stay(level)) => (PathKind::Start, format!("level {level}")),
        (_, Action::Escalate(level)) => (PathKind::Escalate, format!("escalate to {level}")),
        (_, Action::Stay(level)) => (PathKind::Stay, format!("stay at {level}")),
        (Because::Closed { level: closed, .. } | Because::TooToxic { closed, .. }, Action::DeEscalate(level)) => {
            (PathKind::DeEscalate, format!("de-escalate to {level}, close {closed}"))
        }
        (_, Action::DeEscalate(level)) => (PathKind::DeEscalate, format!("de-escalate to {level}")),
        (_, Action::Wait) => (PathKind::Wait, "wait".to_owned()),
        (_, Action::Stop(Some(level))) => (PathKind::Declare, format!("stop: MTD {level}")),
        (_, Action::Stop(None)) => (PathKind::Stop, "stop: no MTD".to_owned()),
    };
    let latest = tree.outcomes.last().filter(|_| !root);
    let outcomes = latest.map_or_else(|| tree.notation(), ToString::to_string);
    let before = if tree.outcomes.is_empty() { "Start" } else { "" };
    PathNode {
        outcomes,
        kind,
        action,
        hint: format!(
            "{before}{}: {}, because {}",
            tree.notation(),
            tree.action(),
            decision.because
        ),
        children: tree.children.iter().map(|child| node(child, false)).collect(),
    }
}

/// A row for every outcome of the tree, in order.
fn rows(tree: &Pathway, out: &mut Vec<Vec<String>>) {
    let notation = tree.notation();
    let outcomes = if notation.is_empty() { "start" } else { &notation };
    out.push(cells(&[outcomes, &tree.action(), &tree.decision.because.to_string()]));
    for child in &tree.children {
        rows(child, out);
    }
}

/// The pathways as a page: the figure and the table of all outcomes. `facts` says how the design is set.
pub fn pathways_page(design: &str, facts: Vec<(String, String)>, tree: &Pathway) -> Page {
    let figure = PathFigure::new(design, tree);
    let mut all = Vec::new();
    rows(tree, &mut all);
    let reading = "Read from left to right: a cohort is written as its dose level and the outcome of each subject, N without \
                   a DLT and T with one; beside it stands what the design does next. The order of subjects within a cohort \
                   does not matter. To close a level is to treat nobody there or above again.";
    Page {
        title: figure.title.clone(),
        facts,
        parts: vec![
            Part {
                id: "pathways".to_owned(),
                heading: "Pathways".to_owned(),
                new_page: false,
                blocks: vec![Block::Text(reading.to_owned()), Block::Paths(figure)],
            },
            Part {
                id: "outcomes".to_owned(),
                heading: "Every outcome with its reason".to_owned(),
                new_page: true,
                blocks: vec![Block::Table(TextTable {
                    title: "Outcomes, what follows, and why".to_owned(),
                    head: cells(&["Outcomes", "Next", "Because"]),
                    rows: all,
                    words: true,
                })],
            },
        ],
    }
}
