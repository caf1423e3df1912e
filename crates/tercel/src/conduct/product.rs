//! Records of the product: from collection to the bag at the bedside.
//!
//! # Source
//! ISBT 128 ST-028: one chain-of-identity number runs from collection to infusion and does not replace the donation
//! number (DIN) of each collection.

use jiff::civil::DateTime;

use super::Entry;
use super::record::entered;
use crate::protocol::{Cells, DoseLevel};

entered!(
    Collection,
    Lot,
    Bag,
    Custody,
    TestResult,
    Release,
    Receipt,
    IdentityCheck,
    Clearance,
    Thaw,
    Infused,
    VectorSample
);

/// A collection of mononuclear cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Entry.
    pub entry: Entry,
    /// Chain-of-identity number.
    pub coi: String,
    /// Donation identification number.
    pub din: String,
    /// When it began.
    pub began: DateTime,
}

/// A lot of product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Entry.
    pub entry: Entry,
    /// Number of the lot.
    pub lot: String,
    /// Chain-of-identity number.
    pub coi: String,
    /// Collections it was made of, by donation number.
    pub dins: Vec<String>,
    /// Level it was made for.
    pub level: DoseLevel,
    /// Whether making it failed.
    pub failed: bool,
}

/// A bag of a lot.
#[derive(Debug, Clone, PartialEq)]
pub struct Bag {
    /// Entry.
    pub entry: Entry,
    /// Label.
    pub label: String,
    /// Lot.
    pub lot: String,
    /// Chain-of-identity number on the label.
    pub coi: String,
    /// Viable CAR-positive cells in it.
    pub cells: Cells,
    /// Volume in mL.
    pub volume: f64,
    /// From when it may no longer be given.
    pub expires: DateTime,
}

/// A bag handed from one custodian to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Custody {
    /// Entry.
    pub entry: Entry,
    /// Label of the bag.
    pub bag: String,
    /// Custodian before (cell laboratory, courier, pharmacy, ward).
    pub from: String,
    /// Custodian after.
    pub to: String,
    /// Person who released it.
    pub released_by: String,
    /// Person who received it.
    pub received_by: String,
    /// When.
    pub when: DateTime,
    /// Where.
    pub place: String,
    /// Temperature at hand-over in °C, where it was read.
    pub celsius: Option<f64>,
    /// Whether the temperature was kept all the way; `None`: not said.
    pub temperature_kept: Option<bool>,
    /// Whether container and seal were intact; `None`: not said.
    pub intact: Option<bool>,
    /// Whether the label matched the papers; `None`: not said.
    pub label_matches: Option<bool>,
}

/// What a test of the product gave.
#[derive(Debug, Clone, PartialEq)]
pub enum TestOutcome {
    /// A value with its unit.
    Value(f64, String),
    /// A word (`negative`).
    Word(String),
    /// Not yet known.
    Pending,
}

/// The result of a test of a lot; one that comes after release is another record.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    /// Entry.
    pub entry: Entry,
    /// Lot.
    pub lot: String,
    /// The test.
    pub test: String,
    /// What it gave.
    pub outcome: TestOutcome,
    /// When the result was reported.
    pub reported: DateTime,
}

/// What was decided about a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Released.
    Released,
    /// Rejected.
    Rejected,
    /// Released in spite of tests that failed.
    ByException,
}

/// A signature under a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Person.
    pub person: String,
    /// What it means.
    pub meaning: String,
    /// When.
    pub at: DateTime,
}

/// The release of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Entry.
    pub entry: Entry,
    /// Lot.
    pub lot: String,
    /// What was decided.
    pub disposition: Disposition,
    /// Tests that failed and are excepted.
    pub excepted: Vec<String>,
    /// Signatures.
    pub signatures: Vec<Signature>,
    /// When.
    pub when: DateTime,
}

/// A bag received at the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Entry.
    pub entry: Entry,
    /// Label of the bag.
    pub bag: String,
    /// When.
    pub when: DateTime,
    /// Whether it was accepted; `None`: not said.
    pub accepted: Option<bool>,
}

/// What one person read at the bedside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Person.
    pub person: String,
    /// Subject, from its wristband.
    pub subject: String,
    /// Chain-of-identity number, from the label.
    pub coi: String,
    /// Lot, from the label.
    pub lot: String,
    /// Bag, from the label.
    pub bag: String,
    /// When.
    pub at: DateTime,
}

/// A bag held against the subject by two persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityCheck {
    /// Entry.
    pub entry: Entry,
    /// Label of the bag.
    pub bag: String,
    /// First person.
    pub first: Reading,
    /// Second person.
    pub second: Reading,
}

/// A reading that did not match, cleared up: the bag is checked anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// Entry.
    pub entry: Entry,
    /// Label of the bag.
    pub bag: String,
    /// How it came about.
    pub cause: String,
    /// Who signed.
    pub signed_by: Vec<String>,
    /// When it was signed; `None`: not signed.
    pub signed: Option<DateTime>,
}

/// A bag thawed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thaw {
    /// Entry.
    pub entry: Entry,
    /// Label of the bag.
    pub bag: String,
    /// When it was out of the bath.
    pub when: DateTime,
}

/// An infusion that began.
#[derive(Debug, Clone, PartialEq)]
pub struct Infused {
    /// Entry.
    pub entry: Entry,
    /// Begin.
    pub began: DateTime,
    /// Labels of the bags given.
    pub bags: Vec<String>,
    /// Lot, where it was written down.
    pub lot: Option<String>,
    /// Viable CAR-positive cells given.
    pub cells: Option<Cells>,
}

/// A blood sample for replication-competent vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorSample {
    /// Entry.
    pub entry: Entry,
    /// When it was drawn.
    pub drawn: DateTime,
    /// Whether vector was found; `None`: no result yet.
    pub positive: Option<bool>,
}
