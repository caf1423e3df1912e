//! Arms, epochs, and what an arm goes through in an epoch.

use serde_json::{Value, json};
use tercel::protocol::{Trial, Visit, VisitTime};

use super::code::{Ids, Term, chain};
use super::treatment::Interventions;

/// An epoch of the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Epoch {
    Screening,
    Treatment,
    FollowUp,
}

/// The epochs that have a visit, in order; the infusion is always one.
pub(super) struct Epochs {
    pub(super) all: Vec<Value>,
    known: Vec<(Epoch, String)>,
}

impl Epochs {
    pub(super) fn new(trial: &Trial, ids: &mut Ids) -> Self {
        let window = trial.dlt.window_days;
        let epochs = [
            (
                Epoch::Screening,
                "Screening",
                Term::SCREENING,
                "Before the infusion: entry, cell collection, manufacture".to_owned(),
            ),
            (
                Epoch::Treatment,
                "Treatment",
                Term::TREATMENT,
                format!("Lymphodepletion, infusion, and the {window} days of dose-limiting toxicity"),
            ),
            (Epoch::FollowUp, "Follow-up", Term::FOLLOW_UP, "From then on".to_owned()),
        ];
        let used = |epoch: Epoch| {
            epoch == Epoch::Treatment || trial.schedule.iter().any(|visit| epoch_of(trial, visit) == epoch)
        };
        let mut known = Vec::new();
        let mut all = Vec::new();
        for (epoch, name, kind, description) in epochs.into_iter().filter(|(epoch, ..)| used(*epoch)) {
            let id = ids.next("StudyEpoch");
            all.push(json!({
                "id": id,
                "name": name,
                "label": name,
                "description": description,
                "type": ids.code(kind),
                "instanceType": "StudyEpoch",
            }));
            known.push((epoch, id));
        }
        chain(&mut all);
        Self { all, known }
    }

    fn id(&self, epoch: Epoch) -> Option<&str> {
        let found = self.known.iter().find(|(one, _)| *one == epoch);
        found.map(|(_, id)| id.as_str())
    }

    /// The epoch of a visit by its day, or of the infusion.
    pub(super) fn of(&self, trial: &Trial, visit: Option<&Visit>) -> Option<&str> {
        self.id(visit.map_or(Epoch::Treatment, |visit| epoch_of(trial, visit)))
    }
}

fn epoch_of(trial: &Trial, visit: &Visit) -> Epoch {
    match visit.time {
        VisitTime::Day(day) if day < 0 => Epoch::Screening,
        VisitTime::Day(day) if i64::from(day) <= i64::from(trial.dlt.window_days) => Epoch::Treatment,
        VisitTime::Day(_) | VisitTime::Months(_) => Epoch::FollowUp,
    }
}

pub(super) fn arms(trial: &Trial, ids: &mut Ids) -> Vec<Value> {
    let groups = trial.dose_levels.iter();
    let arms = groups.map(|(level, group)| {
        json!({
            "id": ids.next("StudyArm"),
            "name": if group.arm.is_empty() { format!("LEVEL {level}") } else { group.arm.clone() },
            "label": group.label,
            "description": format!("Participants at dose level {level}: {}", group.planned),
            "type": ids.code(Term::EXPERIMENTAL_ARM),
            "dataOriginDescription": "Data collected from participants of the study",
            "dataOriginType": ids.code(Term::WITHIN_STUDY),
            "populationIds": [],
            "instanceType": "StudyArm",
        })
    });
    arms.collect()
}

/// Elements, and the cell of every arm in every epoch.
pub(super) fn elements(
    trial: &Trial,
    ids: &mut Ids,
    epochs: &Epochs,
    arms: &[Value],
    interventions: &Interventions,
) -> (Vec<Value>, Vec<Value>) {
    let mut elements = Vec::new();
    let mut element = |ids: &mut Ids, name: &str, description: &str, given: &[String]| {
        let id = ids.next("StudyElement");
        elements.push(json!({
            "id": id,
            "name": name,
            "label": name,
            "description": description,
            "transitionStartRule": null,
            "transitionEndRule": null,
            "studyInterventionIds": given,
            "instanceType": "StudyElement",
        }));
        id
    };
    let screening = epochs
        .id(Epoch::Screening)
        .map(|_| element(ids, "Screening", "Entry, cell collection, manufacture", &[]));
    let agents = &interventions.lymphodepletion;
    let depletion =
        (!agents.is_empty()).then(|| element(ids, "Lymphodepletion", "Lymphodepletion before the infusion", agents));
    let follow_up = epochs
        .id(Epoch::FollowUp)
        .map(|_| element(ids, "Follow-up", "Follow-up after the infusion", &[]));
    let mut cells = Vec::new();
    for ((level, group), arm) in trial.dose_levels.iter().zip(arms) {
        let given: Vec<String> = interventions.at(level).map(str::to_owned).into_iter().collect();
        let name = format!("Infusion, {}", group.label);
        let infusion = element(ids, &name, &format!("One infusion of {}", group.planned), &given);
        let treatment: Vec<&String> = depletion.iter().chain([&infusion]).collect();
        for (epoch, elements) in [
            (Epoch::Screening, screening.iter().collect()),
            (Epoch::Treatment, treatment),
            (Epoch::FollowUp, follow_up.iter().collect()),
        ] {
            let Some(epoch) = epochs.id(epoch) else { continue };
            cells.push(json!({
                "id": ids.next("StudyCell"),
                "armId": arm["id"],
                "epochId": epoch,
                "elementIds": elements,
                "instanceType": "StudyCell",
            }));
        }
    }
    (elements, cells)
}
