//! Values that a list takes from the protocol.

use tercel::language::Language;
use tercel::protocol::Trial;

use super::Kind;
use super::criteria::criterion_code;

/// What of the protocol a field offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromTrial {
    /// The arm codes of the dose groups.
    Arms,
    /// The planned visits.
    Visits,
    /// The names of the study treatment.
    Infusion,
    /// The agents of lymphodepletion.
    Lymphodepletion,
    /// The names of the collection procedure.
    Collection,
    /// The test codes of transgene copies.
    Copies,
    /// The test codes of CAR-T cells.
    Counts,
    /// The test codes of the serum biomarker.
    Biomarker,
    /// The criteria of entry.
    Criteria,
    /// The items of the gates of lymphodepletion and infusion.
    Items,
    /// The tests of the product's specification.
    ReleaseTests,
}

impl FromTrial {
    /// The values, each with what the user reads.
    pub fn choices(self, trial: &Trial, language: Language) -> Vec<(String, String)> {
        let same = |names: &[String]| names.iter().map(|name| (name.clone(), name.clone())).collect();
        let said = |id: &String, text: &String, text_zh: &Option<String>| {
            let chinese = text_zh.as_ref().filter(|_| language == Language::Chinese);
            (id.clone(), chinese.unwrap_or(text).clone())
        };
        let conduct = trial.conduct.as_ref();
        match self {
            Self::Arms => trial
                .dose_levels
                .iter()
                .map(|(level, group)| (group.arm.clone(), trial.level_words(level).of(language).to_owned()))
                .collect(),
            Self::Visits => trial
                .schedule
                .iter()
                .map(|visit| said(&visit.name, &visit.name, &visit.name_zh))
                .collect(),
            Self::Infusion => same(&trial.names.infusion),
            Self::Lymphodepletion => same(&trial.names.lymphodepletion),
            Self::Collection => same(&trial.names.collection),
            Self::Copies => same(&trial.names.copies),
            Self::Counts => same(&trial.names.counts),
            Self::Biomarker => same(&trial.names.biomarker),
            Self::Criteria => {
                let criteria = conduct.into_iter().flat_map(|conduct| &conduct.criteria);
                criteria.map(|one| said(&one.id, &one.text, &one.text_zh)).collect()
            }
            Self::Items => {
                let items = conduct.into_iter().flat_map(|conduct| {
                    let infusion = conduct.infusion_items.iter();
                    conduct.lymphodepletion_items.iter().chain(infusion)
                });
                let mut choices: Vec<(String, String)> = Vec::new();
                for item in items {
                    if choices.iter().all(|(id, _)| *id != item.id) {
                        choices.push(said(&item.id, &item.text, &item.text_zh));
                    }
                }
                choices
            }
            Self::ReleaseTests => {
                let tests = conduct.into_iter().flat_map(|conduct| &conduct.release_tests);
                tests.map(|one| said(&one.id, &one.text, &one.text_zh)).collect()
            }
        }
    }

    /// Whether the protocol names this value; compared without case, as the data are read.
    pub fn holds(self, trial: &Trial, value: &str) -> bool {
        self.choices(trial, Language::English)
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(value))
    }

    /// Whether a value of one's own may stand in its place: a visit nobody planned.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Visits)
    }

    /// The value as SDTM has it: a criterion has a code of its own there.
    pub(super) fn submitted(self, trial: &Trial, value: &str) -> String {
        let mut codes = self.codes(trial);
        let code = codes.find(|(id, _)| id == value);
        code.map_or_else(|| value.to_owned(), |(_, code)| code)
    }

    /// The value that a variable of SDTM stands for.
    pub(super) fn kept(self, trial: &Trial, text: &str) -> String {
        let mut codes = self.codes(trial);
        let known = codes.find(|(_, code)| code.eq_ignore_ascii_case(text));
        known.map_or_else(|| text.to_owned(), |(id, _)| id)
    }

    /// Values that have a code of their own in SDTM, each with it.
    fn codes(self, trial: &Trial) -> impl Iterator<Item = (String, String)> {
        let coded = self == Self::Criteria;
        let ids = coded.then(|| self.choices(trial, Language::English));
        let ids = ids.into_iter().flatten().map(|(id, _)| id);
        ids.zip(1..).map(|(id, number)| (id, criterion_code(number)))
    }

    /// What it is, as the documents name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arms => "dose group",
            Self::Visits => "planned visit",
            Self::Infusion => "study treatment",
            Self::Lymphodepletion => "lymphodepletion agent",
            Self::Collection => "collection procedure",
            Self::Copies => "transgene assay",
            Self::Counts => "CAR-T cell assay",
            Self::Biomarker => "serum biomarker",
            Self::Criteria => "criterion of entry",
            Self::Items => "item of a gate",
            Self::ReleaseTests => "test of the specification",
        }
    }
}

impl Kind {
    /// What of the protocol names the answers, where it does.
    pub(super) const fn named(&self) -> Option<FromTrial> {
        if let Self::TrialChoice(from) = self {
            Some(*from)
        } else {
            None
        }
    }
}
