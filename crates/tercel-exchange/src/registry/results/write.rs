//! Results as XML of the registry's upload schema.
//!
//! Identifiers are unique within a document, so a group of a section takes the section's letter and place before its own.

use super::{
    Agreement, Baseline, BaselineMeasure, Contact, Denominator, EventCount, EventRow, Flow, FlowCount, Group, Measure,
    MeasureAnalysis, Milestone, OutcomeMeasure, ReportedEvents, Results, Row,
};
use crate::xml::{Node, to_xml};

/// The results as a document of `RRSUploadSchema.xsd`. What is not reported is left out, and the document then says that
/// it is partial, so that the registry keeps what it has of it.
pub fn write_results(results: &Results) -> String {
    to_xml(&results_node(results))
}

/// The element, which may stand in a record too.
pub(in crate::registry) fn results_node(results: &Results) -> Node {
    let partial = results.flow.is_none()
        || results.baseline.is_none()
        || results.events.is_none()
        || results.agreement.is_none()
        || results.contact.is_none();
    let outcomes = results.outcomes.iter().enumerate();
    let outcomes = outcomes.map(|(place, outcome)| outcome_node(&format!("O{}", place + 1), outcome));
    let limits = results.limitations.as_deref();
    Node::new("rrs:result")
        .attribute("xmlns:rrs", "http://clinicaltrials.gov/rrs")
        .attribute("partialUpload", yes_no(partial))
        .all(results.baseline.as_ref().map(baseline_node))
        .all(results.agreement.as_ref().map(agreement_node))
        .all(limits.map(|text| Node::new("limitationsAndCaveats").maybe("description", Some(text))))
        .child(Node::new("outcomeMeasures").all(outcomes))
        .all(results.flow.as_ref().map(flow_node))
        .all(results.contact.as_ref().map(contact_node))
        .all(results.events.as_ref().map(events_node))
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// An identifier of XML: letters, digits, hyphens, and the section before it.
fn id(section: &str, group: &str) -> String {
    let plain = group
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    format!("{section}.{}", plain.collect::<String>())
}

fn baseline_node(baseline: &Baseline) -> Node {
    let groups = baseline.groups.iter();
    let total = baseline.total.as_ref();
    Node::new("baseline")
        .child(Node::new("baselineMeasures").all(baseline.measures.iter().map(baseline_measure)))
        .child(
            Node::new("baselineReportingGroups")
                .all(groups.map(|(group, of)| group_node("baselineReportingGroup", "B", group, of))),
        )
        .maybe("populationAnalysisDescription", baseline.population.as_deref())
        .all(total.map(|(group, of)| group_node("totalBaselineReportingGroup", "B", group, of)))
        .maybe("typeUnitsAnalyzed", baseline.units.as_deref())
}

fn group_node(name: &'static str, section: &str, group: &Group, of: &Denominator) -> Node {
    Node::new(name)
        .attribute("id", &id(section, &group.id))
        .maybe("description", Some(&group.description))
        .maybe("numUnitsAnalyzed", of.units.as_deref())
        .maybe("subjectsAnalyzed", of.subjects.as_deref())
        .maybe("title", Some(&group.title))
}

fn baseline_measure(measure: &BaselineMeasure) -> Node {
    let node = Node::new("baselineMeasure");
    measure_node(node, "B", &measure.measure, None, &measure.kind).maybe("otherTitle", measure.title.as_deref())
}

/// The members that baseline characteristics and outcomes share, in the schema's order.
fn measure_node(node: Node, section: &str, measure: &Measure, time_frame: Option<&str>, title: &str) -> Node {
    let percent = measure.percent.map(|percent| if percent { "Yes" } else { "No" });
    node.maybe("calculatePct", percent)
        .maybe("ciPctLevel", measure.level.as_deref())
        .maybe("dispersionType", measure.dispersion.as_deref())
        .child(Node::new("measureRows").all(measure.rows.iter().map(|row| row_node(section, row))))
        .maybe("measureDescription", measure.description.as_deref())
        .maybe("parameterType", measure.parameter.as_deref())
        .maybe("populationAnalysisDescription", measure.population.as_deref())
        .maybe("selectedUnitOfAnalysis", measure.analysed.as_deref())
        .maybe("timeFrame", time_frame)
        .maybe("title", Some(title))
        .maybe("unitOfMeasure", measure.unit.as_deref())
}

fn row_node(section: &str, row: &Row) -> Node {
    let values = row.values.iter().map(|value| {
        let of = value.analysed.clone().unwrap_or_default();
        let entries = value.entries.iter().map(|entry| {
            Node::new("reportedEntry")
                .maybe("catName", Some(&entry.category))
                .maybe("dispersionLowerLimit", entry.lower.as_deref())
                .maybe("dispersionSpread", entry.spread.as_deref())
                .maybe("dispersionUpperLimit", entry.upper.as_deref())
                .maybe("naComment", entry.comment.as_deref())
                .maybe("parameterValue", entry.value.as_deref())
        });
        Node::new("reportedValue")
            .child(Node::text("reportingGroupId", &id(section, &value.group)))
            .maybe("numUnitsAnalyzed", of.units.as_deref())
            .child(Node::new("reportedEntries").all(entries))
            .maybe("subjectsAnalyzed", of.subjects.as_deref())
    });
    Node::new("measureRow")
        .child(Node::new("reportedValues").all(values))
        .maybe("title", Some(&row.title))
}

fn agreement_node(agreement: &Agreement) -> Node {
    let answer = |yes: bool| if yes { "Yes" } else { "No" };
    Node::new("certainAgreement")
        .maybe("otherDetails", agreement.details.as_deref())
        .maybe("piSponsorEmployee", agreement.employees.map(answer))
        .maybe("restrictionType", agreement.restriction.as_deref())
        .maybe("restrictiveAgreement", agreement.restrictive.map(answer))
}

fn outcome_node(section: &str, outcome: &OutcomeMeasure) -> Node {
    let groups = outcome.groups.iter();
    let analyses = outcome.analyses.iter().map(|analysis| analysis_node(section, analysis));
    let node = Node::new("outcomeMeasure");
    let measure = &outcome.measure;
    measure_node(node, section, measure, Some(&outcome.time_frame), &outcome.title)
        .all(outcome.expected.as_deref().map(expected_node))
        .child(Node::text("measureType", &outcome.rank))
        .child(Node::new("outcomeMeasureAnalyses").all(analyses))
        .child(
            Node::new("outcomeReportingGroups")
                .all(groups.map(|(group, of)| group_node("outcomeReportingGroup", section, group, of))),
        )
        .maybe("typeUnitsAnalyzed", outcome.units.as_deref())
}

fn expected_node(date: &str) -> Node {
    let mut parts = date.split('-');
    let year = parts.next();
    Node::new("anticipatedResultPostingDate")
        .maybe("month", parts.next())
        .maybe("year", year)
}

fn analysis_node(section: &str, analysis: &MeasureAnalysis) -> Node {
    let groups = analysis.groups.iter();
    let groups = groups.map(|group| Node::text("outcomeReportingGroupId", &id(section, group)));
    Node::new("measureAnalysis")
        .child(Node::new("outcomeReportingGroups").all(groups))
        .maybe("ciLowerLimit", analysis.lower.as_deref())
        .maybe("ciNumSides", analysis.sides.as_deref())
        .maybe("ciPctValue", analysis.level.as_deref())
        .maybe("ciUpperLimit", analysis.upper.as_deref())
        .maybe("ciUpperLimitNaComment", analysis.upper_comment.as_deref())
        .maybe("dispersionType", analysis.dispersion.as_deref())
        .maybe("dispersionValue", analysis.dispersion_value.as_deref())
        .maybe("estimateComment", analysis.estimate_comment.as_deref())
        .maybe("groupDescription", analysis.group_comment.as_deref())
        .maybe("nonInferiorityTestComment", analysis.non_inferiority.as_deref())
        .maybe("otherAnalysis", analysis.other.as_deref())
        .maybe("otherMethodName", analysis.other_method.as_deref())
        .maybe("otherTypeName", analysis.other_parameter.as_deref())
        .child(Node::text("parameterType", &analysis.parameter))
        .maybe("parameterValue", analysis.value.as_deref())
        .maybe("pValue", analysis.p_value.as_deref())
        .maybe("pValueComment", analysis.p_comment.as_deref())
        .maybe("statisticalMethod", analysis.method.as_deref())
        .maybe("statisticalTestComment", analysis.method_comment.as_deref())
        .maybe("statisticalTestType", analysis.test_type.as_deref())
}

fn flow_node(flow: &Flow) -> Node {
    let groups = flow.groups.iter().map(|group| {
        Node::new("flowGroup")
            .attribute("id", &id("F", &group.id))
            .maybe("description", Some(&group.description))
            .maybe("title", Some(&group.title))
    });
    let periods = flow.periods.iter().map(|period| {
        let reasons = period.reasons.iter().map(|reason| {
            Node::new("dropWithdrawReason")
                .child(Node::new("dropWithdrawReasonDetails").all(reason.counts.iter().map(reason_count)))
                .maybe("otherReasonName", reason.other.as_deref())
                .child(Node::text("reasonType", &reason.kind))
        });
        let milestones = period
            .milestones
            .iter()
            .map(|milestone| milestone_node("milestone", milestone).maybe("titleOther", Some(&milestone.title)));
        Node::new("period")
            .child(milestone_node("completedMilestone", &period.completed))
            .child(Node::new("dropWithdrawReasons").all(reasons))
            .child(Node::new("milestones").all(milestones))
            .child(milestone_node("startedMilestone", &period.started))
            .maybe("title", Some(&period.title))
    });
    Node::new("participantFlow")
        .child(Node::new("participantFlowGroups").all(groups))
        .child(Node::new("periods").all(periods))
        .maybe("preAssignmentDescription", flow.pre_assignment.as_deref())
        .maybe("recruitmentDetails", flow.recruitment.as_deref())
        .maybe("typeUnitsAnalyzed", flow.units.as_deref())
}

fn reason_count(count: &FlowCount) -> Node {
    Node::new("reasonDetail")
        .child(Node::text("reportingGroupId", &id("F", &count.group)))
        .maybe("subjectsAffected", count.subjects.as_deref())
}

fn milestone_node(name: &'static str, milestone: &Milestone) -> Node {
    let counts = milestone.counts.iter().map(|count| {
        let (comment, missing) = match count.subjects {
            Some(_) => (count.comment.as_deref(), None),
            None => (None, count.comment.as_deref()),
        };
        Node::new("milestoneAchievement")
            .child(Node::text("reportingGroupId", &id("F", &count.group)))
            .maybe("comment", comment)
            .maybe("subjectsAchieve", count.subjects.as_deref())
            .maybe("subjectsNaComment", missing)
            .maybe("unitsAchieve", count.units.as_deref())
    });
    Node::new(name)
        .maybe("comment", milestone.comment.as_deref())
        .child(Node::new("milestoneAchievements").all(counts))
}

fn contact_node(contact: &Contact) -> Node {
    Node::new("pointOfContact")
        .maybe("email", contact.email.as_deref())
        .maybe("organizationName", contact.organization.as_deref())
        .maybe("phoneExtension", contact.extension.as_deref())
        .maybe("phoneNumber", contact.phone.as_deref())
        .maybe("title", contact.title.as_deref())
}

fn events_node(events: &ReportedEvents) -> Node {
    let groups = events.groups.iter().map(|one| {
        Node::new("interventionGroup")
            .attribute("id", &id("E", &one.group.id))
            .maybe("description", Some(&one.group.description))
            .maybe("numDeaths", one.deaths.as_deref())
            .maybe("numSubjectsFrequentEvents", one.others.as_deref())
            .maybe("numSubjectsSeriousEvents", one.serious.as_deref())
            .maybe("partAtRiskAllCauseMort", one.deaths_at_risk.as_deref())
            .maybe("partAtRiskFrequentEvents", one.others_at_risk.as_deref())
            .maybe("partAtRiskSeriousEvents", one.serious_at_risk.as_deref())
            .maybe("title", Some(&one.group.title))
    });
    let others = events.others.iter().map(|row| event_node("frequentEvent", row));
    let serious = events.serious.iter().map(|row| event_node("seriousEvent", row));
    Node::new("reportedEvents")
        .maybe("allCauseMortComment", events.mortality_comment.as_deref())
        .maybe("assessmentType", events.assessment.as_deref())
        .maybe("frequencyReportingThreshold", events.threshold.as_deref())
        .child(Node::new("frequentAdverseEvents").all(others))
        .child(Node::new("interventionGroups").all(groups))
        .maybe("notes", events.notes.as_deref())
        .child(Node::new("seriousAdverseEvents").all(serious))
        .maybe("sourceVocabulary", events.vocabulary.as_deref())
        .maybe("timeFrame", events.time_frame.as_deref())
}

fn event_node(name: &'static str, row: &EventRow) -> Node {
    Node::new(name)
        .child(Node::new("adverseEventStats").all(row.counts.iter().map(event_count)))
        .maybe("assessmentType", row.assessment.as_deref())
        .maybe("notes", row.notes.as_deref())
        .maybe("organSystemName", row.organ_class.as_deref())
        .maybe("sourceVocabulary", row.vocabulary.as_deref())
        .maybe("term", Some(&row.term))
}

fn event_count(count: &EventCount) -> Node {
    Node::new("eventStats")
        .child(Node::text("reportingGroupId", &id("E", &count.group)))
        .maybe("numEvents", count.events.as_deref())
        .maybe("numSubjectsAffected", count.affected.as_deref())
        .maybe("numSubjects", count.at_risk.as_deref())
}
