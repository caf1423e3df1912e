//! Who may do what: the one place. What is not allowed here is refused.

use std::collections::BTreeSet;

use tercel::language::{Language, Text};
use tercel_store::Account;

use crate::punctuation::LISTED;

/// A role in the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Clinical research coordinator.
    Coordinator,
    /// Investigator.
    Investigator,
    /// Cell processing laboratory.
    CellLab,
    /// Pharmacist.
    Pharmacist,
    /// Monitor.
    Monitor,
    /// Data manager.
    DataManager,
    /// Sponsor physician.
    MedicalMonitor,
    /// Statistician.
    Statistician,
    /// Member of the dose-decision committee.
    Committee,
    /// Administrator of users.
    Administrator,
    /// Inspector or auditor: reads everything, changes nothing.
    Inspector,
}

/// Something a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// Read subjects' data.
    Read,
    /// Enter and correct records.
    Enter,
    /// Enter and correct the delegation and training log.
    Delegate,
    /// Ask, and close what was asked.
    Query,
    /// Answer queries.
    Answer,
    /// State that a record agrees with its source.
    Verify,
    /// Sign records.
    Sign,
    /// Lock records, and open them again with a second person.
    Lock,
    /// Freeze a decision packet.
    Prepare,
    /// Vote on a decision and sign it.
    Decide,
    /// Release a subject's infusion in an emergency.
    Release,
    /// Read the audit trail.
    Audit,
    /// Take data out.
    Export,
    /// Make accounts and give roles.
    Administer,
}

impl Permission {
    /// What it takes to enter or correct records of a form.
    pub(crate) fn to_enter(form: &str) -> Self {
        if form == "conduct-delegation" {
            Self::Delegate
        } else {
            Self::Enter
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Coordinator,
        Self::Investigator,
        Self::CellLab,
        Self::Pharmacist,
        Self::Monitor,
        Self::DataManager,
        Self::MedicalMonitor,
        Self::Statistician,
        Self::Committee,
        Self::Administrator,
        Self::Inspector,
    ];

    /// The name in grants: `coordinator@01`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Investigator => "investigator",
            Self::CellLab => "cell-lab",
            Self::Pharmacist => "pharmacist",
            Self::Monitor => "monitor",
            Self::DataManager => "data-manager",
            Self::MedicalMonitor => "medical-monitor",
            Self::Statistician => "statistician",
            Self::Committee => "committee",
            Self::Administrator => "administrator",
            Self::Inspector => "inspector",
        }
    }

    /// The role of a name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }

    /// What a user reads.
    pub fn title(self) -> Text {
        match self {
            Self::Coordinator => Text::new("Coordinator", "临床研究协调员"),
            Self::Investigator => Text::new("Investigator", "研究者"),
            Self::CellLab => Text::new("Cell laboratory", "细胞制备实验室"),
            Self::Pharmacist => Text::new("Pharmacist", "药师"),
            Self::Monitor => Text::new("Monitor", "监查员"),
            Self::DataManager => Text::new("Data manager", "数据管理员"),
            Self::MedicalMonitor => Text::new("Sponsor physician", "申办方医学监查员"),
            Self::Statistician => Text::new("Statistician", "统计师"),
            Self::Committee => Text::new("Committee member", "剂量决策委员会成员"),
            Self::Administrator => Text::new("Administrator", "系统管理员"),
            Self::Inspector => Text::new("Inspector", "稽查员"),
        }
    }

    /// What the role may do.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Investigator => &[P::Read, P::Enter, P::Delegate, P::Answer, P::Sign, P::Release, P::Audit],
            Self::Coordinator | Self::CellLab | Self::Pharmacist => &[P::Read, P::Enter, P::Answer],
            Self::Monitor => &[P::Read, P::Query, P::Verify, P::Audit],
            Self::DataManager => &[P::Read, P::Query, P::Lock, P::Audit, P::Export, P::Prepare],
            Self::MedicalMonitor => &[P::Read, P::Query, P::Sign, P::Release, P::Prepare, P::Decide, P::Audit],
            Self::Statistician => &[P::Read, P::Prepare, P::Export],
            Self::Committee => &[P::Read, P::Sign, P::Decide],
            Self::Administrator => &[P::Administer],
            Self::Inspector => &[P::Read, P::Audit, P::Export],
        }
    }

    /// Whether the role may do this.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Why two roles cannot be one person's. Who enters does not verify; who administers users does nothing else.
    pub fn conflict(self, other: Self) -> bool {
        let apart = |one: Self, two: Self| {
            one == Self::Administrator
                || (one.may(Permission::Enter) && (two.may(Permission::Verify) || two.may(Permission::Lock)))
        };
        self != other && (apart(self, other) || apart(other, self))
    }
}

/// The roles of an account, for an entry that is no act of one of them: somebody came in, left, or chose a password.
pub(crate) fn roles_of(account: &Account) -> String {
    let roles: BTreeSet<&str> = account.grants.iter().map(|grant| grant.role.as_str()).collect();
    if roles.is_empty() {
        return "none".to_owned();
    }
    roles.into_iter().collect::<Vec<_>>().join(" ")
}

/// A role as it is kept, or several with blanks between, in a user's words; a name that is none of them as it is.
pub(crate) fn role_words(id: &str, language: Language) -> String {
    if id.contains(' ') {
        let each: Vec<String> = id.split(' ').map(|one| role_words(one, language)).collect();
        return each.join(LISTED.of(language));
    }
    let title = match (Role::from_id(id), id) {
        (Some(role), _) => role.title(),
        (None, "none") => Text::new("no role", "无角色"),
        (None, "system") => Text::new("the program", "系统"),
        (None, "operator") => Text::new("operator", "运维人员"),
        (None, other) => return other.to_owned(),
    };
    title.of(language).to_owned()
}

#[cfg(test)]
mod tests {
    use tercel::protocol::Charter;

    use super::{Permission, Role};

    #[test]
    fn the_roles_a_protocol_may_ask_a_vote_of_are_those_that_decide() {
        let deciding = Role::ALL.into_iter().filter(|role| role.may(Permission::Decide));
        let mut ids: Vec<&str> = deciding.map(Role::id).collect();
        ids.sort_unstable();
        assert_eq!(ids, Charter::ROLES);
    }
}
