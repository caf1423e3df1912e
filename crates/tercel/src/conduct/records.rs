//! The conduct records of a study, and how they stood at a moment.

use jiff::civil::DateTime;

use super::product::{
    Bag, Clearance, Collection, Custody, IdentityCheck, Infused, Lot, Receipt, Release, TestResult, Thaw, VectorSample,
};
use super::record::{
    Assessment, CaseReport, Choice, Consent, Delegation, Departure, EligibilityItem, EmergencyRelease, Entered,
    Lymphodepletion, Order, Pause, ProtocolDeviation, Resume, Screening, SignedDecision, Slot, Unread, Withdrawal,
};
use super::version::SiteVersion;
use crate::design::DoseAnswer;
use crate::study::SubjectId;

/// Keeps what was entered by a moment.
macro_rules! keep_entered {
    ($records:ident, $moment:ident, $($list:ident),+ $(,)?) => {
        $($records.$list.retain(|record| record.entry().at <= $moment);)+
    };
}

/// Conduct records of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectConduct {
    /// Subject.
    pub subject: SubjectId,
    /// Screening.
    pub screening: Vec<Screening>,
    /// Consents signed.
    pub consents: Vec<Consent>,
    /// Consents withdrawn.
    pub withdrawals: Vec<Withdrawal>,
    /// Criteria of entry assessed.
    pub eligibility: Vec<EligibilityItem>,
    /// Places reserved.
    pub slots: Vec<Slot>,
    /// Collections.
    pub collections: Vec<Collection>,
    /// Lots.
    pub lots: Vec<Lot>,
    /// Bags.
    pub bags: Vec<Bag>,
    /// Hand-overs.
    pub custody: Vec<Custody>,
    /// Test results of the product.
    pub tests: Vec<TestResult>,
    /// Releases.
    pub releases: Vec<Release>,
    /// Receipts at the site.
    pub receipts: Vec<Receipt>,
    /// Items of gates assessed.
    pub assessments: Vec<Assessment>,
    /// Lymphodepletion.
    pub lymphodepletion: Vec<Lymphodepletion>,
    /// Orders for infusion.
    pub orders: Vec<Order>,
    /// Thaws.
    pub thaws: Vec<Thaw>,
    /// Identity checks.
    pub identity: Vec<IdentityCheck>,
    /// Readings that did not match, cleared up.
    pub clearances: Vec<Clearance>,
    /// Infusions.
    pub infusions: Vec<Infused>,
    /// Samples for replication-competent vector.
    pub vector_samples: Vec<VectorSample>,
    /// Emergency releases.
    pub emergencies: Vec<EmergencyRelease>,
    /// The committee's choices after the level closed.
    pub choices: Vec<Choice>,
    /// Reports of serious events.
    pub reports: Vec<CaseReport>,
    /// Deviations.
    pub deviations: Vec<ProtocolDeviation>,
    /// How the subject left.
    pub departures: Vec<Departure>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// Labels of the records of a bag that could not be read in whole: whose it is, they say.
    pub unread_bags: Vec<String>,
    /// Labels of the bags in orders and infusions that could not be read in whole.
    pub unread_uses: Vec<String>,
}

impl SubjectConduct {
    /// A subject without records.
    pub fn of(subject: SubjectId) -> Self {
        Self {
            subject,
            screening: Vec::new(),
            consents: Vec::new(),
            withdrawals: Vec::new(),
            eligibility: Vec::new(),
            slots: Vec::new(),
            collections: Vec::new(),
            lots: Vec::new(),
            bags: Vec::new(),
            custody: Vec::new(),
            tests: Vec::new(),
            releases: Vec::new(),
            receipts: Vec::new(),
            assessments: Vec::new(),
            lymphodepletion: Vec::new(),
            orders: Vec::new(),
            thaws: Vec::new(),
            identity: Vec::new(),
            clearances: Vec::new(),
            infusions: Vec::new(),
            vector_samples: Vec::new(),
            emergencies: Vec::new(),
            choices: Vec::new(),
            reports: Vec::new(),
            deviations: Vec::new(),
            departures: Vec::new(),
            unread: Vec::new(),
            unread_bags: Vec::new(),
            unread_uses: Vec::new(),
        }
    }

    /// The labels of the subject's bags.
    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        let read = self.bags.iter().map(|bag| &bag.label);
        read.chain(&self.unread_bags).map(String::as_str)
    }

    /// The labels of the bags that were ordered or given.
    pub(super) fn labels_used(&self) -> impl Iterator<Item = &str> {
        let ordered = self.orders.iter().flat_map(|order| &order.bags).map(|bag| &bag.label);
        let given = self.infusions.iter().flat_map(|infused| &infused.bags);
        ordered.chain(given).chain(&self.unread_uses).map(String::as_str)
    }

    /// The first day of lymphodepletion, if it has begun by a moment.
    pub fn lymphodepletion_began(&self, by: DateTime) -> Option<DateTime> {
        let began = self.lymphodepletion.iter().map(|given| given.began);
        began.filter(|began| *began <= by).min()
    }

    /// The first infusion, if it has begun by a moment.
    pub fn infused(&self, by: DateTime) -> Option<DateTime> {
        let began = self.infusions.iter().map(|infused| infused.began);
        began.filter(|began| *began <= by).min()
    }

    /// The place that stands at a moment: the last reserved.
    pub fn slot(&self, at: DateTime) -> Option<&Slot> {
        let standing = |slot: &&Slot| slot.reserved <= at && slot.released.is_none_or(|released| released > at);
        self.slots.iter().filter(standing).max_by_key(|slot| slot.reserved)
    }

    /// The last order entered.
    pub fn order(&self) -> Option<&Order> {
        self.orders.iter().max_by_key(|order| order.entry.at)
    }

    fn retain(&mut self, moment: DateTime) {
        keep_entered!(
            self,
            moment,
            screening,
            consents,
            withdrawals,
            eligibility,
            slots,
            collections,
            lots,
            bags,
            custody,
            tests,
            releases,
            receipts,
            assessments,
            lymphodepletion,
            orders,
            thaws,
            identity,
            clearances,
            infusions,
            vector_samples,
            emergencies,
            choices,
            reports,
            deviations,
            departures,
            unread,
        );
    }
}

/// Conduct records of a study.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConductRecords {
    /// Of each subject, in order of their identifiers.
    pub subjects: Vec<SubjectConduct>,
    /// Decisions about the dose.
    pub decisions: Vec<SignedDecision>,
    /// What the design said to the last decision about the recommended dose; `None`: none was taken.
    pub recommended: Option<DoseAnswer>,
    /// Halts.
    pub pauses: Vec<Pause>,
    /// Ends of halts.
    pub resumes: Vec<Resume>,
    /// The delegation and training log.
    pub delegation: Vec<Delegation>,
    /// Whether versions of the protocol are kept in the record: then a site needs one in force.
    pub versions_kept: bool,
    /// Versions of the protocol made effective at sites.
    pub site_versions: Vec<SiteVersion>,
    /// What could not be read and belongs to no subject.
    pub unread: Vec<Unread>,
}

impl ConductRecords {
    /// Those of a subject.
    pub fn of(&self, subject: &SubjectId) -> Option<&SubjectConduct> {
        self.subjects.iter().find(|one| one.subject == *subject)
    }

    /// The records entered by a moment: what could be known then.
    #[must_use]
    pub fn as_of(&self, moment: DateTime) -> Self {
        let mut records = self.clone();
        for subject in &mut records.subjects {
            subject.retain(moment);
        }
        keep_entered!(
            records,
            moment,
            decisions,
            pauses,
            resumes,
            delegation,
            site_versions,
            unread
        );
        records
    }
}
