//! The people of the demonstration, and what was delegated to them.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use tercel::protocol::{ConductRules, StudyTask};
use tercel_store::{Author, Grant, Signer, Store, StoreError};

use super::timeline::Entering;
use super::{DEMO_PASSWORD, answers};
use crate::role::Role;

/// Somebody with an account.
pub(super) struct Person {
    pub(super) account: &'static str,
    pub(super) printed: &'static str,
    role: Role,
    /// At the sites, or of the whole study.
    at_sites: bool,
}

const fn at_sites(account: &'static str, printed: &'static str, role: Role) -> Person {
    Person {
        account,
        printed,
        role,
        at_sites: true,
    }
}

const fn of_all(account: &'static str, printed: &'static str, role: Role) -> Person {
    Person {
        account,
        printed,
        role,
        at_sites: false,
    }
}

pub(super) static CHEN: Person = at_sites("chen", "Chen Li, coordinator", Role::Coordinator);
pub(super) static WANG: Person = at_sites("wang", "Dr Wang Fang", Role::Investigator);
pub(super) static ZHAO: Person = at_sites("zhao", "Zhao Min", Role::CellLab);
pub(super) static LIU: Person = at_sites("liu", "Liu Yang", Role::Pharmacist);
static SUN: Person = of_all("sun", "Sun Jie", Role::Monitor);
static ZHOU: Person = of_all("zhou", "Zhou Lin", Role::DataManager);
pub(super) static HUANG: Person = of_all("huang", "Dr Huang Wei", Role::MedicalMonitor);
pub(super) static XU: Person = of_all("xu", "Xu Hao", Role::Statistician);
pub(super) static GUO: Person = of_all("guo", "Prof Guo Rong", Role::Committee);
static MA: Person = of_all("ma", "Ma Ting", Role::Administrator);
static SONG: Person = of_all("song", "Song Yu", Role::Inspector);

static PEOPLE: [&Person; 11] = [&CHEN, &WANG, &ZHAO, &LIU, &SUN, &ZHOU, &HUANG, &XU, &GUO, &MA, &SONG];

/// Accounts as the sign-in page lists them: name, role, password.
pub fn demo_accounts() -> Vec<(String, String, String)> {
    let each = PEOPLE.iter();
    each.map(|person| {
        let role = person.role.id().to_owned();
        (person.account.to_owned(), role, DEMO_PASSWORD.to_owned())
    })
    .collect()
}

impl Person {
    pub(super) fn author(&self) -> Author {
        Author {
            account: self.account.to_owned(),
            role: self.role.id().to_owned(),
        }
    }

    pub(super) fn role_id(&self) -> &'static str {
        self.role.id()
    }

    /// Who signs a record, by what the record is.
    pub(super) fn signer(&self, meaning: &str) -> Signer {
        Signer {
            author: self.author(),
            name: self.printed.to_owned(),
            meaning: meaning.to_owned(),
        }
    }
}

/// Makes the accounts; those who work at a site do so at every one.
pub(super) async fn add_people(store: &Store, sites: &BTreeSet<&str>) -> Result<(), StoreError> {
    let first = BTreeSet::from(["01"]);
    let sites = if sites.is_empty() { &first } else { sites };
    for person in PEOPLE {
        let role = person.role.id();
        let grants: BTreeSet<Grant> = if person.at_sites {
            let each = sites.iter().map(|site| format!("{role}@{site}"));
            each.filter_map(|grant| Grant::parse(&grant)).collect()
        } else {
            Grant::parse(&format!("{role}@*")).into_iter().collect()
        };
        let own = Author {
            account: person.account.to_owned(),
            role: "system".to_owned(),
        };
        store
            .add_account(&own, person.account, person.printed, &grants, DEMO_PASSWORD)
            .await?;
    }
    Ok(())
}

/// The lines of the delegation log, trained in the week before.
pub(super) fn delegation(rules: &ConductRules, from: Date) -> Vec<Entering> {
    let trained = from.saturating_sub(3.days());
    let mut lines = Vec::new();
    for task in &rules.delegated {
        let people: &[&'static Person] = match task {
            StudyTask::Consent | StudyTask::Eligibility | StudyTask::Assessment | StudyTask::Order => &[&WANG],
            StudyTask::Receipt => &[&LIU],
            StudyTask::Identity => &[&WANG, &LIU],
            StudyTask::Decision => &[&GUO, &HUANG],
        };
        lines.extend(people.iter().map(|person| {
            let values = answers([
                ("person", person.printed),
                ("role", person.role.title().en),
                ("task", task.name()),
                ("from", &from.to_string()),
                ("trained", &trained.to_string()),
            ]);
            Entering::new(&WANG, "conduct-delegation", None, values)
        }));
    }
    lines
}
