//! Lesions, their measurements and the investigator's responses.

use super::recorder::Recorder;
use super::tumour::NEW_LESION;
use crate::response::{Criteria, LesionStatus, Role};
use crate::study::{Lesion, LesionResult, LesionRole, Measurement, ResponsePart, ResponseRecord};

impl Recorder<'_> {
    pub(super) fn write_scans(&mut self) {
        let viable = matches!(self.trial.response.criteria, Criteria::Mrecist { .. });
        let scans = std::mem::take(&mut self.scans);
        for (index, scan) in scans.iter().enumerate() {
            let when = self.on(scan.day);
            for reading in &scan.readings {
                let role = match reading.role {
                    Role::Target => LesionRole::Target,
                    Role::NonTarget => LesionRole::NonTarget,
                    Role::New => LesionRole::New,
                };
                let known = self.subject.lesions.iter().any(|lesion| lesion.link == NEW_LESION);
                if index == 0 || (role == LesionRole::New && !known) {
                    let (record, link) = (self.id("TU"), reading.id.clone());
                    self.subject.lesions.push(Lesion {
                        record,
                        link,
                        role,
                        node: reading.node,
                        place: reading.organ.clone(),
                        stands_for: Vec::new(),
                        when: Some(when),
                    });
                }
                let result = match (reading.diameter_mm, reading.status) {
                    (Some(mm), _) if viable && !reading.node => Some(LesionResult::ViableDiameter(mm)),
                    (Some(mm), _) => Some(LesionResult::Diameter(mm)),
                    (None, status) => status.and_then(state),
                };
                let (record, link, visit) = (self.id("TR"), reading.id.clone(), scan.visit.clone());
                self.subject.measurements.push(Measurement {
                    record,
                    link,
                    visit,
                    result,
                    when,
                });
            }
            if let Some(overall) = scan.response {
                let record = self.id("RS");
                let criteria = self.trial.response.criteria.to_string().to_uppercase();
                self.subject.responses.push(ResponseRecord {
                    record,
                    criteria: criteria.clone(),
                    overall,
                    immune: None,
                    when,
                });
                for judged in &scan.parts {
                    let record = self.id("RS");
                    self.subject.response_parts.push(ResponsePart {
                        record,
                        criteria: criteria.clone(),
                        judged: *judged,
                        immune: None,
                        when,
                    });
                }
            }
        }
    }
}

fn state(status: LesionStatus) -> Option<LesionResult> {
    let text = match status {
        LesionStatus::Absent => "ABSENT",
        LesionStatus::Present | LesionStatus::TooSmall => "PRESENT",
        LesionStatus::Progression => "UNEQUIVOCAL PROGRESSION",
        LesionStatus::NotEvaluable => return None,
    };
    Some(LesionResult::State(text.to_owned()))
}
