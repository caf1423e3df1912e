//! Adverse events other than CRS, ICANS and those made of laboratory values.

use super::course::{DltKind, Fate};
use super::random::{Draws, Topic};
use crate::protocol::Relatedness;
use crate::study::Causality;

/// What brings an event about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Infusion,
    Lymphodepletion,
    Collection,
    Bridging,
    Disease,
}

/// A kind of event; all numbers are assumptions.
struct Kind {
    term: &'static str,
    organ_class: &'static str,
    cause: Cause,
    probability: f64,
    /// Weights of grades 1, 2 and 3.
    grades: [f64; 3],
    /// First and last possible day of onset, from the event's cause.
    onset: (i32, i32),
    /// Shortest and longest duration in days.
    duration: (i32, i32),
}

const GENERAL: &str = "General disorders and administration site conditions";
const GUT: &str = "Gastrointestinal disorders";
const METABOLISM: &str = "Metabolism and nutrition disorders";
const NERVES: &str = "Nervous system disorders";

macro_rules! kinds {
    ($($term:literal $class:expr, $cause:ident, $p:literal, [$g1:literal $g2:literal $g3:literal], $from:literal..$to:literal for $short:literal..$long:literal;)+) => {
        const KINDS: &[Kind] = &[$(Kind {
            term: $term, organ_class: $class, cause: Cause::$cause, probability: $p, grades: [$g1, $g2, $g3],
            onset: ($from, $to), duration: ($short, $long),
        }),+];
    };
}

kinds! {
    "Fatigue" GENERAL, Infusion, 0.35, [0.6 0.35 0.05], 1..20 for 3..25;
    "Nausea" GUT, Lymphodepletion, 0.40, [0.6 0.37 0.03], -5..2 for 1..6;
    "Vomiting" GUT, Lymphodepletion, 0.20, [0.6 0.37 0.03], -5..2 for 1..3;
    "Decreased appetite" METABOLISM, Infusion, 0.25, [0.6 0.4 0.0], 1..25 for 4..20;
    "Headache" NERVES, Infusion, 0.15, [0.8 0.2 0.0], 1..10 for 1..4;
    "Hypokalemia" METABOLISM, Infusion, 0.20, [0.7 0.25 0.05], 2..15 for 1..5;
    "Myalgia" "Musculoskeletal and connective tissue disorders", Infusion, 0.12, [0.7 0.3 0.0], 1..12 for 2..8;
    "Febrile neutropenia" "Blood and lymphatic system disorders", Lymphodepletion, 0.15, [0.0 0.0 1.0], 4..12 for 1..2;
    "Catheter site pain" GENERAL, Collection, 0.08, [0.9 0.1 0.0], 0..1 for 1..3;
    "Paresthesia" NERVES, Collection, 0.12, [1.0 0.0 0.0], 0..0 for 0..1;
    "Diarrhea" GUT, Bridging, 0.35, [0.5 0.4 0.1], 1..8 for 2..9;
    "Palmar-plantar erythrodysesthesia syndrome" "Skin and subcutaneous tissue disorders", Bridging, 0.20, [0.6 0.4 0.0], 3..9 for 5..15;
    "Abdominal pain" GUT, Disease, 0.25, [0.4 0.4 0.2], 1..150 for 3..30;
    "Ascites" GUT, Disease, 0.12, [0.2 0.5 0.3], 30..300 for 10..90;
    "Lung infection" "Infections and infestations", Disease, 0.10, [0.0 0.5 0.5], 10..300 for 6..16;
    "Edema limbs" GENERAL, Disease, 0.12, [0.7 0.3 0.0], 10..200 for 7..40;
    "Insomnia" "Psychiatric disorders", Disease, 0.15, [0.8 0.2 0.0], -10..120 for 5..40;
}

/// An event in days from infusion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) term: &'static str,
    pub(super) organ_class: &'static str,
    pub(super) grade: u8,
    pub(super) serious: bool,
    pub(super) causality: Causality,
    pub(super) from: i32,
    pub(super) to: i32,
}

/// Relatedness to everything the subject was given, by what brought the event about.
pub(super) fn relate(cause: Cause, strength: Relatedness, from: i32, fate: &Fate) -> Causality {
    let relation = |to: Cause| if to == cause { strength } else { Relatedness::NotRelated };
    let infused = fate.is_infused();
    Causality {
        // After the infusion nobody can rule it out entirely where lymphodepletion did it.
        infusion: Some(if cause == Cause::Lymphodepletion && infused && from > 0 {
            Relatedness::Unlikely
        } else {
            relation(Cause::Infusion)
        }),
        lymphodepletion: (infused && from >= -5).then(|| relation(Cause::Lymphodepletion)),
        collection: Some(relation(Cause::Collection)),
        bridging: fate.bridging.map(|_| relation(Cause::Bridging)),
        disease: None,
        other: None,
    }
}

/// Events of one subject, in no order, as if nothing ended its follow-up.
pub(super) fn draw_events(fate: &Fate, window: u32, seed: u64, subject: u64) -> Vec<Event> {
    let mut draws = Draws::new(seed, subject, Topic::Events);
    let window = i32::try_from(window).unwrap_or(i32::MAX - 1000);
    let mut events = Vec::new();
    for kind in KINDS {
        let happens = draws.chance(kind.probability);
        let [first, second, third] = kind.grades;
        let grade = draws.categorical(&[(1, first), (2, second), (3, third)]).unwrap_or(1);
        let onset = draws.whole(kind.onset.0, kind.onset.1);
        let duration = draws.whole(kind.duration.0, kind.duration.1);
        let (strength, serious) = (draws.uniform(), draws.chance(0.35));
        let from = match (kind.cause, fate.bridging) {
            (Cause::Collection, _) => fate.collection + onset,
            (Cause::Bridging, Some((start, _))) => start + onset,
            (Cause::Bridging, None) => continue,
            (Cause::Infusion | Cause::Lymphodepletion | Cause::Disease, _) => onset,
        };
        let exposed = match kind.cause {
            Cause::Infusion | Cause::Lymphodepletion => fate.is_infused(),
            Cause::Collection | Cause::Bridging | Cause::Disease => true,
        };
        if !happens || !exposed {
            continue;
        }
        let strength = match strength {
            ..0.5 => Relatedness::Possible,
            0.5..0.85 => Relatedness::Probable,
            _ => Relatedness::Definite,
        };
        // A related grade 3 that lasted would limit the dose.
        let brief = grade == 3 && kind.cause != Cause::Disease && from <= window;
        events.push(Event {
            term: kind.term,
            organ_class: kind.organ_class,
            grade,
            serious: grade >= 3 && (serious || kind.term == "Febrile neutropenia"),
            causality: relate(kind.cause, strength, from, fate),
            from,
            to: from + if brief { duration.min(2) } else { duration },
        });
    }
    events.extend(organ_toxicity(fate, &mut draws));
    events
}

/// The dose-limiting organ toxicity, where there is one.
fn organ_toxicity(fate: &Fate, draws: &mut Draws) -> Option<Event> {
    let organ = draws.categorical(&[
        (("Acute kidney injury", "Renal and urinary disorders"), 1.0),
        (("Pneumonitis", "Respiratory, thoracic and mediastinal disorders"), 1.0),
        (("Heart failure", "Cardiac disorders"), 1.0),
    ]);
    let (from, days) = (draws.whole(5, 14), draws.whole(6, 11));
    let (term, organ_class) = organ.filter(|_| fate.dlt == Some(DltKind::Organ))?;
    Some(Event {
        term,
        organ_class,
        grade: 4,
        serious: true,
        causality: relate(Cause::Infusion, Relatedness::Probable, from, fate),
        from,
        to: from + days,
    })
}
