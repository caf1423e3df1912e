//! What the lists over every subject share: the choice of a site and of a state.

use schemars::JsonSchema;
use serde::Serialize;

use crate::ask::Ask;
use crate::messages::message;

/// How many of the subjects or cases listed.
#[derive(Serialize, JsonSchema)]
pub(super) struct Total {
    /// What is counted, in words.
    pub(super) what: String,
    /// How many.
    pub(super) number: usize,
}

impl Total {
    pub(super) fn of((what, number): (impl Into<String>, usize)) -> Self {
        let what = what.into();
        Self { what, number }
    }
}

/// What is asked for, and what can be asked for.
pub(super) struct Filter {
    pub(super) action: String,
    pub(super) site: String,
    pub(super) state: String,
    pub(super) sites: Vec<String>,
    pub(super) states: Vec<(&'static str, &'static str)>,
}

impl Filter {
    /// The choice of a request among states, each with the key of its title.
    pub(super) fn of(ask: &Ask, states: &[(&'static str, &'static str)]) -> Self {
        let title = |key: &str| message(key).of(ask.language);
        Self {
            action: ask.path.clone(),
            site: ask.asked("site"),
            state: ask.asked("state"),
            sites: Vec::new(),
            states: states.iter().map(|(state, key)| (*state, title(key))).collect(),
        }
    }

    /// Offers the sites of the lines.
    pub(super) fn offer<'s>(&mut self, sites: impl Iterator<Item = &'s str>) {
        self.sites = sites.map(str::to_owned).collect();
        self.sites.sort();
        self.sites.dedup();
    }

    /// Whether lines of a site are asked for.
    pub(super) fn takes(&self, site: &str) -> bool {
        self.site.is_empty() || self.site == site
    }
}
