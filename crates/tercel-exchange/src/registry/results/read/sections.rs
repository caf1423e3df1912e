//! The sections of a record's results, one function each.

use super::{ResultsError, words};
use crate::registry::cursor::At;
use crate::registry::results::{
    Agreement, Baseline, BaselineMeasure, Contact, Denominator, Entry, EventCount, EventGroup, EventRow, Flow,
    FlowCount, Group, Measure, MeasureAnalysis, Milestone, OutcomeMeasure, Period, Reason, ReportedEvents, Results,
    Row, RowValue,
};

type Read<T> = Result<T, ResultsError>;

pub(super) fn results(section: &At<'_>) -> Read<Results> {
    let outcomes = match section.get("outcomeMeasuresModule")? {
        Some(module) => each(&module.list("outcomeMeasures")?, outcome)?,
        None => Vec::new(),
    };
    let more = section.get("moreInfoModule")?;
    let more = |key: &str| more.as_ref().map_or(Ok(None), |more| more.get(key));
    let limitations = more("limitationsAndCaveats")?;
    Ok(Results {
        flow: section.get("participantFlowModule")?.map(|at| flow(&at)).transpose()?,
        baseline: section
            .get("baselineCharacteristicsModule")?
            .map(|at| baseline(&at))
            .transpose()?,
        outcomes,
        events: section.get("adverseEventsModule")?.map(|at| events(&at)).transpose()?,
        limitations: limitations.map_or(Ok(None), |at| at.text("description"))?,
        agreement: more("certainAgreement")?.map(|at| agreement(&at)).transpose()?,
        contact: more("pointOfContact")?.map(|at| contact(&at)).transpose()?,
    })
}

fn each<T>(list: &[At<'_>], read: impl Fn(&At<'_>) -> Read<T>) -> Read<Vec<T>> {
    list.iter().map(read).collect()
}

fn group(at: &At<'_>) -> Read<Group> {
    let id = at.word("id")?;
    if id.is_empty() {
        return Err(at.wrong("a group with an id").into());
    }
    Ok(Group {
        id,
        title: at.word("title")?,
        description: at.word("description")?,
    })
}

/// The groups of a section, each once.
fn groups(at: &At<'_>, key: &str) -> Read<Vec<Group>> {
    let mut found: Vec<Group> = Vec::new();
    for one in at.list(key)? {
        let new = group(&one)?;
        if found.iter().any(|old| old.id == new.id) {
            return Err(ResultsError::TwiceGroup {
                place: one.place(),
                group: new.id,
            });
        }
        found.push(new);
    }
    Ok(found)
}

/// The group a value belongs to, which its section must have.
fn of_group(at: &At<'_>, known: &[Group]) -> Read<String> {
    let named = at.word("groupId")?;
    check_group(at, known, named)
}

fn check_group(at: &At<'_>, known: &[Group], named: String) -> Read<String> {
    if known.iter().any(|group| group.id == named) {
        return Ok(named);
    }
    Err(ResultsError::NoGroup {
        place: at.place(),
        group: named,
    })
}

fn flow(at: &At<'_>) -> Read<Flow> {
    let groups = groups(at, "groups")?;
    let periods = each(&at.list("periods")?, |period| self::period(period, &groups))?;
    Ok(Flow {
        pre_assignment: at.text("preAssignmentDetails")?,
        recruitment: at.text("recruitmentDetails")?,
        units: at.text("typeUnitsAnalyzed")?,
        groups,
        periods,
    })
}

fn period(at: &At<'_>, known: &[Group]) -> Read<Period> {
    let mut period = Period {
        title: at.word("title")?,
        ..Period::default()
    };
    for one in at.list("milestones")? {
        let title = one.word("type")?;
        let milestone = Milestone {
            title: String::new(),
            comment: one.text("comment")?,
            counts: each(&one.list("achievements")?, |count| flow_count(count, known))?,
        };
        match title.as_str() {
            "STARTED" => period.started = milestone,
            "COMPLETED" => period.completed = milestone,
            // The registry works it out of the other two.
            "NOT COMPLETED" | "NOT_COMPLETED" => {}
            _ => period.milestones.push(Milestone { title, ..milestone }),
        }
    }
    for one in at.list("dropWithdraws")? {
        let (kind, other) = words::named(&Reason::KINDS, Reason::OTHER, &one.word("type")?);
        period.reasons.push(Reason {
            kind,
            other,
            counts: each(&one.list("reasons")?, |count| flow_count(count, known))?,
        });
    }
    Ok(period)
}

fn flow_count(at: &At<'_>, known: &[Group]) -> Read<FlowCount> {
    Ok(FlowCount {
        group: of_group(at, known)?,
        subjects: at.text("numSubjects")?,
        units: at.text("numUnits")?,
        comment: at.text("comment")?,
    })
}

/// How many of each group were analysed.
fn denominators(at: &At<'_>, known: &[Group]) -> Read<Vec<(String, Denominator)>> {
    let mut found: Vec<(String, Denominator)> = known
        .iter()
        .map(|group| (group.id.clone(), Denominator::default()))
        .collect();
    for denom in at.list("denoms")? {
        let units = denom.word("units")?;
        for count in denom.list("counts")? {
            let group = of_group(&count, known)?;
            let value = count.text("value")?;
            let Some((_, of)) = found.iter_mut().find(|(id, _)| *id == group) else {
                continue;
            };
            if units.eq_ignore_ascii_case("participants") {
                of.subjects = value;
            } else {
                of.units = value;
            }
        }
    }
    Ok(found)
}

fn with_denominators(groups: Vec<Group>, denominators: Vec<(String, Denominator)>) -> Vec<(Group, Denominator)> {
    let counts = denominators.into_iter().map(|(_, of)| of);
    groups.into_iter().zip(counts).collect()
}

fn baseline(at: &At<'_>) -> Read<Baseline> {
    let groups = groups(at, "groups")?;
    let measures = each(&at.list("measures")?, |measure| baseline_measure(measure, &groups))?;
    let counts = denominators(at, &groups)?;
    let mut groups = with_denominators(groups, counts);
    // The record lists the total as the last group.
    let has_total = groups.len() > 1
        && groups
            .last()
            .is_some_and(|(group, _)| group.title.eq_ignore_ascii_case("total"));
    let total = if has_total { groups.pop() } else { None };
    Ok(Baseline {
        population: at.text("populationDescription")?,
        units: at.text("typeUnitsAnalyzed")?,
        groups,
        total,
        measures,
    })
}

fn baseline_measure(at: &At<'_>, known: &[Group]) -> Read<BaselineMeasure> {
    let (kind, title) = words::named(&BaselineMeasure::KINDS, BaselineMeasure::OTHER, &at.word("title")?);
    Ok(BaselineMeasure {
        kind,
        title,
        measure: measure(at, known)?,
    })
}

fn measure(at: &At<'_>, known: &[Group]) -> Read<Measure> {
    let dispersion = at.text("dispersionType")?.map(|word| words::dispersion(&word));
    Ok(Measure {
        description: at.text("description")?,
        population: at.text("populationDescription")?,
        parameter: at.text("paramType")?.map(|word| words::parameter(&word)),
        level: dispersion.as_deref().and_then(words::odd_level),
        dispersion,
        unit: at.text("unitOfMeasure")?,
        percent: at.flag("calculatePct")?,
        analysed: at.text("denomUnitsSelected")?,
        rows: each(&at.list("classes")?, |class| row(class, known))?,
    })
}

fn row(at: &At<'_>, known: &[Group]) -> Read<Row> {
    let own = if at.list("denoms")?.is_empty() {
        Vec::new()
    } else {
        denominators(at, known)?
    };
    let mut values: Vec<RowValue> = Vec::new();
    for category in at.list("categories")? {
        let title = category.word("title")?;
        for measured in category.list("measurements")? {
            let group = of_group(&measured, known)?;
            let entry = Entry {
                category: title.clone(),
                value: measured.text("value")?,
                spread: measured.text("spread")?,
                lower: measured.text("lowerLimit")?,
                upper: measured.text("upperLimit")?,
                comment: measured.text("comment")?,
            };
            if let Some(value) = values.iter_mut().find(|value| value.group == group) {
                value.entries.push(entry);
                continue;
            }
            let analysed = own.iter().find(|(id, _)| *id == group);
            values.push(RowValue {
                analysed: analysed.map(|(_, of)| of.clone()),
                entries: vec![entry],
                group,
            });
        }
    }
    Ok(Row {
        title: at.word("title")?,
        values,
    })
}

fn outcome(at: &At<'_>) -> Read<OutcomeMeasure> {
    let groups = groups(at, "groups")?;
    let measure = measure(at, &groups)?;
    let analyses = each(&at.list("analyses")?, |one| analysis(one, &groups))?;
    let counts = denominators(at, &groups)?;
    Ok(OutcomeMeasure {
        rank: words::rank(&at.word("type")?),
        title: at.word("title")?,
        time_frame: at.word("timeFrame")?,
        measure,
        units: at.text("typeUnitsAnalyzed")?,
        groups: with_denominators(groups, counts),
        analyses,
        expected: at.text("anticipatedPostingDate")?,
    })
}

fn analysis(at: &At<'_>, known: &[Group]) -> Read<MeasureAnalysis> {
    let named = at.list("groupIds")?;
    let groups = each(&named, |group| check_group(group, known, group.own_text()?))?;
    let (parameter, other_parameter) = at
        .text("paramType")?
        .map_or_else(|| (String::new(), None), |words| words::estimate(&words));
    let method = at.text("statisticalMethod")?.map(|words| words::method(&words));
    let (method, other_method) = method.map_or((None, None), |(method, other)| (Some(method), other));
    let lower_comment = at.text("ciLowerLimitComment")?;
    let comments = [
        at.text("estimateComment")?,
        lower_comment.map(|text| format!("Lower limit: {text}")),
    ];
    let comments: Vec<String> = comments.into_iter().flatten().collect();
    Ok(MeasureAnalysis {
        groups,
        lower: at.text("ciLowerLimit")?,
        sides: at.text("ciNumSides")?.map(|word| words::sides(&word)),
        level: at.text("ciPctValue")?,
        upper: at.text("ciUpperLimit")?,
        upper_comment: at.text("ciUpperLimitComment")?,
        dispersion: at.text("dispersionType")?.map(|word| words::spread(&word)),
        dispersion_value: at.text("dispersionValue")?,
        estimate_comment: (!comments.is_empty()).then(|| comments.join(" ")),
        group_comment: at.text("groupDescription")?,
        non_inferiority: at.text("nonInferiorityComment")?,
        other: at.text("otherAnalysisDescription")?,
        other_method,
        other_parameter,
        parameter,
        value: at.text("paramValue")?,
        p_value: at.text("pValue")?,
        p_comment: at.text("pValueComment")?,
        method,
        method_comment: at.text("statisticalComment")?,
        test_type: at.text("nonInferiorityType")?.map(|word| words::test_type(&word)),
    })
}

fn events(at: &At<'_>) -> Read<ReportedEvents> {
    let known = groups(at, "eventGroups")?;
    let listed = at.list("eventGroups")?;
    let totals = listed.iter().zip(&known).map(|(one, group)| {
        Ok(EventGroup {
            group: group.clone(),
            deaths: one.text("deathsNumAffected")?,
            deaths_at_risk: one.text("deathsNumAtRisk")?,
            serious: one.text("seriousNumAffected")?,
            serious_at_risk: one.text("seriousNumAtRisk")?,
            others: one.text("otherNumAffected")?,
            others_at_risk: one.text("otherNumAtRisk")?,
        })
    });
    Ok(ReportedEvents {
        mortality_comment: at.text("allCauseMortalityComment")?,
        assessment: None,
        threshold: at.text("frequencyThreshold")?,
        time_frame: at.text("timeFrame")?,
        notes: at.text("description")?,
        vocabulary: None,
        groups: totals.collect::<Read<Vec<EventGroup>>>()?,
        serious: each(&at.list("seriousEvents")?, |row| event(row, &known))?,
        others: each(&at.list("otherEvents")?, |row| event(row, &known))?,
    })
}

fn event(at: &At<'_>, known: &[Group]) -> Read<EventRow> {
    let counts = each(&at.list("stats")?, |count| {
        Ok(EventCount {
            group: of_group(count, known)?,
            events: count.text("numEvents")?,
            affected: count.text("numAffected")?,
            at_risk: count.text("numAtRisk")?,
        })
    })?;
    Ok(EventRow {
        term: at.word("term")?,
        organ_class: at.text("organSystem")?,
        assessment: at.text("assessmentType")?.map(|word| words::assessment(&word)),
        vocabulary: at.text("sourceVocabulary")?,
        notes: at.text("notes")?,
        counts,
    })
}

fn agreement(at: &At<'_>) -> Read<Agreement> {
    Ok(Agreement {
        employees: at.flag("piSponsorEmployee")?,
        restrictive: at.flag("restrictiveAgreement")?,
        restriction: at.text("restrictionType")?,
        details: at.text("otherDetails")?,
    })
}

fn contact(at: &At<'_>) -> Read<Contact> {
    Ok(Contact {
        title: at.text("title")?,
        organization: at.text("organization")?,
        phone: at.text("phone")?,
        extension: at.text("phoneExt")?,
        email: at.text("email")?,
    })
}
