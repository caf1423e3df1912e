//! Identifiers, and codes of CDISC controlled terminology.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Release of the terminology (NCI Thesaurus: DDF, SDTM and protocol terminology).
const TERMINOLOGY: &str = "2025-03-28";

/// A term: its code and the preferred term of the thesaurus, which the model asks for as decode.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term(&'static str, &'static str);

impl Term {
    pub(super) const EFFECTIVE_DATE: Self = Self("C215663", "Effective Date");
    pub(super) const GLOBAL: Self = Self("C68846", "Global");
    pub(super) const OFFICIAL_TITLE: Self = Self("C207616", "Official Study Title");
    pub(super) const SPONSOR: Self = Self("C70793", "Clinical Study Sponsor");
    pub(super) const REGISTRY: Self = Self("C93453", "Study Registry");
    pub(super) const UNKNOWN: Self = Self("C17998", "Unknown");
    pub(super) const INTERVENTIONAL: Self = Self("C98388", "Interventional Study");
    pub(super) const SAFETY: Self = Self("C49667", "Safety Study");
    pub(super) const SEQUENTIAL: Self = Self("C142568", "Group Sequential Design");
    pub(super) const SINGLE_GROUP: Self = Self("C82640", "Single Group Study");
    pub(super) const TREATMENT_INTENT: Self = Self("C49656", "Treatment Study");
    pub(super) const OPEN_LABEL: Self = Self("C49659", "Open Label Study");
    pub(super) const EXPERIMENTAL_ARM: Self = Self("C174266", "Investigational Arm");
    pub(super) const WITHIN_STUDY: Self = Self("C188866", "Data Generated Within Study");
    pub(super) const SCREENING: Self = Self("C202487", "Screening Epoch");
    pub(super) const TREATMENT: Self = Self("C101526", "Treatment Epoch");
    pub(super) const FOLLOW_UP: Self = Self("C202578", "Follow-Up Epoch");
    pub(super) const VISIT: Self = Self("C25716", "Visit");
    pub(super) const AFTER: Self = Self("C201356", "After Timing Type");
    pub(super) const BEFORE: Self = Self("C201357", "Before Timing Type");
    pub(super) const FIXED: Self = Self("C201358", "Fixed Reference");
    pub(super) const START_TO_START: Self = Self("C201355", "Start to Start");
    pub(super) const EXPERIMENTAL: Self = Self("C41161", "Protocol Agent");
    pub(super) const ADDITIONAL: Self = Self("C207614", "Additional Required Medicinal Product");
    pub(super) const GENETIC: Self = Self("C15238", "Gene Therapy");
    pub(super) const DRUG: Self = Self("C1909", "Pharmacologic Substance");
    pub(super) const MILLION_CELLS: Self = Self("C187973", "Million Therapeutic Cells Dosing Unit");
    pub(super) const ONCE: Self = Self("C64576", "Once");
    pub(super) const ROUTE_UNKNOWN: Self = Self("C38311", "Unknown Route of Administration");
    pub(super) const FORM_UNKNOWN: Self = Self("C150001", "Unknown Dosage Form Category");
    pub(super) const INVESTIGATIONAL_PRODUCT: Self = Self("C202579", "Investigational Medicinal Product");
    pub(super) const FEMALE: Self = Self("C16576", "Female");
    pub(super) const MALE: Self = Self("C20197", "Male");
    pub(super) const INCLUSION: Self = Self("C25532", "Inclusion Criteria");
    pub(super) const YEARS: Self = Self("C29848", "Year");
    pub(super) const PRIMARY_OBJECTIVE: Self = Self("C85826", "Trial Primary Objective");
    pub(super) const SECONDARY_OBJECTIVE: Self = Self("C85827", "Trial Secondary Objective");
    pub(super) const EXPLORATORY_OBJECTIVE: Self = Self("C163559", "Trial Exploratory Objective");
    pub(super) const PRIMARY_ENDPOINT: Self = Self("C94496", "Primary Endpoint");
    pub(super) const SECONDARY_ENDPOINT: Self = Self("C139173", "Secondary Endpoint");
    pub(super) const EXPLORATORY_ENDPOINT: Self = Self("C170559", "Exploratory Endpoint");
}

/// The phase that the title names; phase 1 where it names none.
pub(super) fn phase(title: &str) -> Term {
    let title = format!(" {} ", title.to_uppercase());
    let names = |words: &[&str]| words.iter().any(|word| title.contains(&format!(" PHASE {word} ")));
    if title.contains("EARLY PHASE 1") || title.contains("EARLY PHASE I ") || names(&["0"]) {
        Term("C54721", "Early Phase 1 Trial")
    } else if names(&["1/2", "I/II", "1/2A", "1B/2", "I/IIA"]) {
        Term("C15693", "Phase I/II Trial")
    } else {
        Term("C15600", "Phase I Trial")
    }
}

/// Makes identifiers: the class and its number.
#[derive(Debug, Default)]
pub(super) struct Ids {
    last: BTreeMap<&'static str, u32>,
}

impl Ids {
    pub(super) fn next(&mut self, class: &'static str) -> String {
        let number = self.last.entry(class).or_default();
        *number += 1;
        format!("{class}_{number}")
    }

    pub(super) fn code(&mut self, term: Term) -> Value {
        json!({
            "id": self.next("Code"),
            "code": term.0,
            "codeSystem": "http://www.cdisc.org",
            "codeSystemVersion": TERMINOLOGY,
            "decode": term.1,
            "instanceType": "Code",
        })
    }

    /// A code of the sponsor, where the terminology has none.
    pub(super) fn own_code(&mut self, code: &str, decode: &str, version: &str) -> Value {
        json!({
            "id": self.next("Code"),
            "code": code,
            "codeSystem": "sponsor",
            "codeSystemVersion": version,
            "decode": decode,
            "instanceType": "Code",
        })
    }

    pub(super) fn alias(&mut self, term: Term) -> Value {
        json!({
            "id": self.next("AliasCode"),
            "standardCode": self.code(term),
            "standardCodeAliases": [],
            "instanceType": "AliasCode",
        })
    }

    pub(super) fn quantity(&mut self, value: f64, unit: Option<Term>) -> Value {
        json!({
            "id": self.next("Quantity"),
            "value": value,
            "unit": unit.map(|unit| self.alias(unit)),
            "instanceType": "Quantity",
        })
    }
}

/// Links elements of a list to the one before and the one after.
pub(super) fn chain(list: &mut [Value]) {
    let ids: Vec<Value> = list.iter().map(|value| value["id"].clone()).collect();
    for (place, value) in list.iter_mut().enumerate() {
        let before = place.checked_sub(1).and_then(|before| ids.get(before));
        if let Some(members) = value.as_object_mut() {
            members.insert("previousId".to_owned(), before.cloned().unwrap_or_default());
            members.insert("nextId".to_owned(), ids.get(place + 1).cloned().unwrap_or_default());
        }
    }
}
