//! Laboratory results beside their limits, the other results of the test, and the events they are linked to.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::language::{Text, both};
use crate::protocol::Trial;
use crate::study::{Blocks, Lab, RecordId, Rule};

/// How far apart, as a ratio, two upper limits of one test in one unit may lie: laboratories differ less, and units of a
/// test mostly more. An assumption.
const LIMIT_RATIO: f64 = 5.0;

impl Check<'_> {
    pub(super) fn labs(&mut self, trial: &Trial) {
        let subject = self.subject;
        let events: BTreeSet<u32> = subject.adverse_events.iter().map(|event| event.record.number).collect();
        let mut limits: BTreeMap<(&str, &str), (f64, &RecordId)> = BTreeMap::new();
        for lab in &subject.labs {
            if let Some(number) = lab.event.filter(|number| !events.contains(number)) {
                let text = both!(
                    "adverse event {number} is not recorded; enter it, or correct the number",
                    "没有编号为{number}的不良事件记录；请录入该事件或更正编号"
                );
                self.add(&lab.record, "LBAESEQ", Rule::Disagree(text), Blocks::Export);
            }
            let listed = trial
                .safety
                .analytes
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&lab.test));
            if listed {
                self.result(lab);
            }
            let blocks = if listed { Blocks::Decision } else { Blocks::Export };
            self.limits(lab, &mut limits, blocks);
        }
    }

    /// A listed analyte that no reference range can be right about: negative, or a hundred times the upper limit.
    fn result(&mut self, lab: &Lab) {
        let Some(value) = lab.value else { return };
        if value < 0.0 || lab.uln.is_some_and(|uln| uln > 0.0 && value > 100.0 * uln) {
            let text = format!("{value} {}", lab.unit);
            let range = Text::new("0 to 100 times the upper limit of normal", "0至正常上限的100倍");
            let rule = Rule::OutOfRange(text, range);
            self.add(&lab.record, "LBSTRESN", rule, Blocks::Export);
        }
    }

    /// Grades are multiples of the limits: limits in another unit than the result make wrong grades.
    fn limits<'c>(
        &mut self,
        lab: &'c Lab,
        limits: &mut BTreeMap<(&'c str, &'c str), (f64, &'c RecordId)>,
        blocks: Blocks,
    ) {
        let Some(upper) = lab.uln else { return };
        if let Some(lower) = lab.lln.filter(|lower| *lower > upper) {
            let text = both!(
                "the lower limit of normal {lower} lies above the upper limit {upper}",
                "正常下限{lower}高于正常上限{upper}"
            );
            self.add(&lab.record, "LBSTNRLO", Rule::OutOfOrder(text), blocks);
        }
        let (usual, first) = *limits.entry((&lab.test, &lab.unit)).or_insert((upper, &lab.record));
        let (low, high) = (usual.min(upper), usual.max(upper));
        if high > LIMIT_RATIO * low {
            let text = both!(
                "upper limit of normal {upper} {unit}, but {usual} in {first}; check the unit of the limits",
                "正常上限为{upper} {unit}，而{first}中为{usual}；请核对上下限的单位",
                unit = lab.unit
            );
            self.add(&lab.record, "LBSTNRHI", Rule::Disagree(text), blocks);
        }
    }
}
