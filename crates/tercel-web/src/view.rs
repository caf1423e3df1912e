//! What every page shows around its content, in the user's language.

use tercel::language::Language;

use crate::ask::Ask;
use crate::messages::message;
use crate::punctuation::{COLON, COMMA, LISTED, bracketed};
use crate::role::{Permission, Role};

/// The frame of a page.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) language: Language,
    pub(crate) study: String,
    /// The running text that no patient stands behind the data.
    pub(crate) training: bool,
    /// Printed name of who is signed in.
    pub(crate) name: Option<String>,
    /// Roles, in words.
    pub(crate) roles: String,
    pub(crate) csrf: String,
    pub(crate) path: String,
    /// Links of the menu: address, title, whether it is this page.
    pub(crate) menu: Vec<(&'static str, &'static str, bool)>,
}

/// Pages of the menu, with what they ask for.
const MENU: [(&str, &str, Option<Permission>); 16] = [
    ("/", "menu.board", Some(Permission::Read)),
    ("/subjects", "menu.subjects", Some(Permission::Read)),
    ("/screening", "menu.screening", Some(Permission::Read)),
    ("/consents", "menu.consents", Some(Permission::Read)),
    ("/serious", "menu.serious", Some(Permission::Read)),
    ("/work", "menu.work", Some(Permission::Read)),
    ("/study", "menu.study", Some(Permission::Read)),
    ("/meetings", "menu.meetings", Some(Permission::Read)),
    ("/protocol", "menu.protocol", Some(Permission::Read)),
    ("/queries", "menu.queries", Some(Permission::Read)),
    ("/audit", "menu.audit", Some(Permission::Audit)),
    ("/people", "menu.people", Some(Permission::Administer)),
    ("/safety", "menu.safety", Some(Permission::Read)),
    ("/efficacy", "menu.efficacy", Some(Permission::Read)),
    ("/downtime", "menu.downtime", Some(Permission::Read)),
    ("/report", "menu.report", Some(Permission::Read)),
];

impl View {
    pub(crate) fn of(ask: &Ask) -> Self {
        let language = ask.language;
        let person = ask.person.as_ref();
        let may = |permission: Option<Permission>| {
            person.is_some_and(|person| permission.is_none_or(|permission| person.may(permission)))
        };
        let roles = person.map_or_else(Vec::new, |person| {
            let title = |grant: &tercel_store::Grant| {
                let role = Role::from_id(&grant.role).map_or("?", |role| role.title().of(language));
                match &grant.site {
                    Some(site) => format!("{role}{}", bracketed(site, language)),
                    None => role.to_owned(),
                }
            };
            person.account.grants.iter().map(title).collect()
        });
        Self {
            language,
            study: ask.app.trial.title_words().of(language).to_owned(),
            training: ask.app.store.is_training(),
            name: person.map(|person| person.account.printed.clone()),
            roles: roles.join(LISTED.of(language)),
            csrf: person.map(|person| person.csrf.clone()).unwrap_or_default(),
            path: ask.path.clone(),
            menu: MENU
                .iter()
                .filter(|(_, _, permission)| may(*permission))
                // The report counts subjects of every site.
                .filter(|(to, _, _)| {
                    let whole = || person.is_some_and(|person| person.sites(Permission::Read).is_none());
                    !["/report", "/safety", "/efficacy"].contains(to) || whole()
                })
                .map(|(to, key, _)| (*to, message(key).of(language), *to == ask.path))
                .collect(),
        }
    }

    /// A text of the catalogue.
    pub(crate) fn t(&self, key: &str) -> &'static str {
        message(key).of(self.language)
    }

    pub(crate) fn colon(&self) -> &'static str {
        COLON.of(self.language)
    }

    /// What stands between the parts of a list.
    pub(crate) fn listed(&self) -> &'static str {
        LISTED.of(self.language)
    }

    pub(crate) fn comma(&self) -> &'static str {
        COMMA.of(self.language)
    }

    pub(crate) fn brackets(&self, text: impl std::fmt::Display) -> String {
        bracketed(text, self.language)
    }

    /// A text of the catalogue before a value: with a blank between, unless it ends in a sign that has its own.
    pub(crate) fn lead(&self, key: &str) -> String {
        let text = message(key).of(self.language);
        let blank = if text.ends_with('：') { "" } else { " " };
        format!("{text}{blank}")
    }

    pub(crate) fn languages(&self) -> [(&'static str, &'static str, bool); 2] {
        Language::ALL.map(|language| (language.tag(), language.name(), language == self.language))
    }

    /// A time of entry as people read it: UTC, to the minute.
    pub(crate) fn time(&self, stamp: &str) -> String {
        let minute = stamp.get(..16).unwrap_or(stamp).replace('T', " ");
        match self.language {
            Language::English => format!("{minute} UTC"),
            Language::Chinese => format!("{minute}（UTC）"),
        }
    }
}
