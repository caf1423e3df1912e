//! DLT criteria and event classes as the protocol writes them: rules over graded events.

use crate::grade::{Grade, Scale};
use crate::language::{Words, without_case};

/// A named set of adverse events: those of some terms or system organ classes, or every event; less other sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventClass {
    /// Name the criteria use.
    pub id: String,
    /// Every event; `terms`, `organ_classes` and `except` are then empty.
    pub all: bool,
    /// Reported or dictionary terms, compared without case.
    pub terms: Vec<String>,
    /// System organ classes, compared without case.
    pub organ_classes: Vec<String>,
    /// Classes whose events are not in this one; with neither terms nor organ classes, the class is every other event.
    pub except: Vec<String>,
}

impl EventClass {
    /// Whether an event with these terms (reported, dictionary) and this system organ class belongs to the class.
    /// `classes` are all classes of the protocol, for `except`. `None`: the system organ class decides and is not known.
    ///
    /// ```
    /// use tercel::protocol::EventClass;
    ///
    /// let class = |id: &str, terms: &[&str], organ_classes: &[&str], except: &[&str]| EventClass {
    ///     id: id.to_owned(),
    ///     all: false,
    ///     terms: terms.iter().map(ToString::to_string).collect(),
    ///     organ_classes: organ_classes.iter().map(ToString::to_string).collect(),
    ///     except: except.iter().map(ToString::to_string).collect(),
    /// };
    /// let icans = class("icans", &["ICANS"], &[], &[]);
    /// let nervous = class("nervous", &[], &["Nervous system disorders"], &["icans"]);
    /// let classes = [icans, nervous.clone()];
    /// let soc = Some("Nervous system disorders");
    /// assert_eq!(nervous.holds(&classes, &["Seizure"], soc), Some(true));
    /// assert_eq!(nervous.holds(&classes, &["ICANS"], soc), Some(false));
    /// assert_eq!(nervous.holds(&classes, &["Seizure"], None), None);
    /// ```
    pub fn holds(&self, classes: &[Self], terms: &[&str], organ_class: Option<&str>) -> Option<bool> {
        let excepted = self
            .except
            .iter()
            .flat_map(|id| classes.iter().filter(move |class| class.id == *id));
        let mut answer = self.lists(terms, organ_class);
        for class in excepted {
            answer = match (answer, class.lists(terms, organ_class)) {
                (Some(false), _) | (_, Some(true)) => Some(false),
                (answer, Some(false)) => answer,
                (Some(true) | None, None) => None,
            };
        }
        answer
    }

    /// [`Self::holds`] before `except` is taken off.
    fn lists(&self, terms: &[&str], organ_class: Option<&str>) -> Option<bool> {
        let among = |names: &[String], text: &str| names.iter().any(|name| without_case(name, text));
        if self.all || (self.terms.is_empty() && self.organ_classes.is_empty()) {
            return Some(true);
        }
        if terms.iter().any(|term| among(&self.terms, term)) {
            return Some(true);
        }
        if self.organ_classes.is_empty() {
            return Some(false);
        }
        organ_class.map(|organ_class| among(&self.organ_classes, organ_class))
    }
}

/// How long an event must last to meet a criterion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Persistence {
    /// The grade alone is enough.
    Any,
    /// Still above `recovers_to` when more than `hours` have passed since onset.
    LongerThan {
        /// Hours after onset.
        hours: f64,
        /// Grade that counts as recovered; `None`: only the end of the event does.
        recovers_to: Option<Grade>,
    },
    /// Still above `recovers_to` when more than `days` calendar days have passed since onset.
    LongerThanDays {
        /// Days after onset.
        days: u32,
        /// Grade that counts as recovered.
        recovers_to: Option<Grade>,
    },
    /// Not at `recovers_to` or lower by the end of this day after infusion.
    OnDay {
        /// Days after infusion.
        day: u32,
        /// Grade that counts as recovered.
        recovers_to: Option<Grade>,
    },
}

/// One DLT criterion over graded adverse events.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// Stable name.
    pub id: String,
    /// The criterion in the protocol's words.
    pub text: Words,
    /// Event class it looks at.
    pub events: String,
    /// Scale of the grades.
    pub scale: Scale,
    /// Lowest grade that meets it.
    pub grade_min: Grade,
    /// Highest grade that meets it.
    pub grade_max: Grade,
    /// How long the event must last.
    pub persistence: Persistence,
    /// Whether the exclusions apply to it.
    pub exclusions_apply: bool,
}

/// What halts enrolment at once, until the committee lifts the halt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRule {
    /// Stable name.
    pub id: String,
    /// The rule in the protocol's words.
    pub text: Words,
    /// Event class it looks at; `None` for a rule over deviations.
    pub events: Option<String>,
    /// Phrases of protocol deviations it looks at, compared without case.
    pub deviations: Vec<String>,
    /// Lowest grade that meets it.
    pub grade_min: Grade,
    /// Last day after infusion on which the event begins; `None`: any day from infusion on.
    pub within_days: Option<u32>,
    /// Whether the event must be related to the infusion.
    pub related: bool,
    /// Subjects it takes.
    pub subjects: u32,
}

/// Events that are no DLT whatever criterion they meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclusion {
    /// Stable name.
    pub id: String,
    /// The exclusion in the protocol's words.
    pub text: Words,
    /// Event class it frees.
    pub events: String,
    /// Highest grade it frees.
    pub grade_max: Grade,
    /// Only if recovered within so many hours of onset; `None`: always.
    pub within_hours: Option<f64>,
}

/// Relatedness to a treatment or procedure, five-point scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relatedness {
    /// Not related.
    NotRelated,
    /// Unlikely related.
    Unlikely,
    /// Possibly related.
    Possible,
    /// Probably related.
    Probable,
    /// Related.
    Definite,
}

impl Relatedness {
    /// Names in protocol files, least related first.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("not related", Self::NotRelated),
        ("unlikely", Self::Unlikely),
        ("possible", Self::Possible),
        ("probable", Self::Probable),
        ("definite", Self::Definite),
    ];

    /// Reads the spellings case report forms use; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_uppercase();
        let text = text.trim_end_matches("RELATED").trim_end();
        Some(match text {
            "NOT" | "N" | "NO" | "NONE" | "UN" => Self::NotRelated,
            "UNLIKELY" | "UNLIKELY TO BE" => Self::Unlikely,
            // On a two-point scale "yes" says no more than that a relation is reasonably possible.
            "POSSIBLY" | "POSSIBLE" | "Y" | "YES" => Self::Possible,
            "PROBABLY" | "PROBABLE" => Self::Probable,
            "" | "DEFINITELY" | "DEFINITE" => Self::Definite,
            _ => return None,
        })
    }

    /// Name as reports print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotRelated => "not related",
            Self::Unlikely => "unlikely",
            Self::Possible => "possible",
            Self::Probable => "probable",
            Self::Definite => "definite",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Relatedness;

    #[test]
    fn relatedness_is_read_as_forms_write_it() {
        for (text, expected) in [
            ("NOT RELATED", Relatedness::NotRelated),
            ("Unrelated", Relatedness::NotRelated),
            ("UNLIKELY RELATED", Relatedness::Unlikely),
            ("possibly related", Relatedness::Possible),
            ("PROBABLE", Relatedness::Probable),
            ("RELATED", Relatedness::Definite),
            ("N", Relatedness::NotRelated),
        ] {
            assert_eq!(Relatedness::parse(text), Some(expected), "{text}");
        }
        assert_eq!(Relatedness::parse("maybe"), None);
    }
}
