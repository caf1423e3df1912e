//! Oversight and design.

use super::{Node, Read, Source, block, words};

/// Oversight, where the record states any of it.
pub(super) fn oversight(source: &Source<'_>) -> Read<Option<Node>> {
    let at = |key| source.yes_no(&["oversightModule", key]);
    let (committee, drug, device) = (
        at("oversightHasDmc")?,
        at("isFdaRegulatedDrug")?,
        at("isFdaRegulatedDevice")?,
    );
    let node = Node::new("oversight_info")
        .maybe("has_dmc", committee)
        .maybe("fda_regulated_drug", drug)
        .maybe("fda_regulated_device", device);
    Ok([committee, drug, device].iter().any(Option::is_some).then_some(node))
}

pub(super) fn study_design(source: &mut Source<'_>) -> Read<Node> {
    let kind = source.text(&["designModule", "studyType"])?;
    let kind = words::study_type(kind.as_deref().unwrap_or("INTERVENTIONAL"));
    let node = Node::new("study_design").child(Node::text("study_type", &kind));
    Ok(match kind.as_str() {
        "Interventional" => node.child(interventional(source)?),
        "Observational" => node.child(observational(source)?),
        _ => node,
    })
}

fn interventional(source: &mut Source<'_>) -> Read<Node> {
    let info = |key: &'static str| ["designModule", "designInfo", key];
    let purpose = source.text(&info("primaryPurpose"))?.map(|word| words::purpose(&word));
    let recorded = words::phase(&source.texts(&["designModule", "phases"])?);
    let titles = source.trial.map(|trial| trial.title.clone()).into_iter();
    let titles: Vec<String> = titles
        .chain(source.record.iter().map(|record| record.official_title.clone()))
        .chain(source.record.iter().map(|record| record.brief_title.clone()))
        .collect();
    let phase = recorded.or_else(|| titles.iter().find_map(|title| words::phase_of_title(title)));
    let model = source.text(&info("interventionModel"))?.map(|word| words::model(&word));
    let escalates = source.trial.is_some_and(|trial| trial.dose_levels.len() > 1);
    let model = model.or_else(|| escalates.then(|| words::model("SEQUENTIAL")));
    let text = source.text(&info("interventionModelDescription"))?;
    let allocation = source.text(&info("allocation"))?.map(|word| words::allocation(&word));
    let allocation = allocation.or_else(|| {
        let levels = source.trial.map(|trial| trial.dose_levels.len())?;
        Some(words::allocation(if levels > 1 { "NON_RANDOMIZED" } else { "NA" }))
    });
    let arms = source.list(&["armsInterventionsModule", "armGroups"])?.len();
    let arms = match source.trial {
        Some(trial) => trial.dose_levels.len(),
        None => arms,
    };
    let masking = masking(source)?;
    let purpose = source.or_say(purpose, "Treatment", "no purpose is stated; taken as treatment");
    let phase = source.or_say(phase, "Phase 1", "no phase is stated; taken as phase 1");
    let allocation = source.or_say(allocation, "N/A", "no allocation is stated; taken as not applicable");
    Ok(Node::new("interventional_design")
        .child(Node::text("interventional_subtype", &purpose))
        .child(Node::text("phase", &phase))
        .maybe("assignment", model.as_deref())
        .all(block("model_description", text.as_deref()))
        .child(Node::text("allocation", &allocation))
        .all(masking)
        .maybe("number_of_arms", (arms > 0).then(|| arms.to_string()).as_deref()))
}

/// Who does not know the treatment; a protocol here escalates doses openly.
fn masking(source: &mut Source<'_>) -> Read<Vec<Node>> {
    let path = ["designModule", "designInfo", "maskingInfo"];
    let stated = source.text(&[&path[..], &["masking"]].concat())?;
    let who = source.texts(&[&path[..], &["whoMasked"]].concat())?;
    if stated.is_none() && source.trial.is_none() {
        source.not_stated.push("no masking is stated");
        return Ok(Vec::new());
    }
    let open = stated.is_none_or(|word| word == "NONE");
    let masked = [
        ("masked_subject", "PARTICIPANT"),
        ("masked_caregiver", "CARE_PROVIDER"),
        ("masked_investigator", "INVESTIGATOR"),
        ("masked_assessor", "OUTCOMES_ASSESSOR"),
    ];
    let nodes = masked.iter().map(|(name, word)| {
        let yes = !open && who.iter().any(|one| one == word);
        Node::text(name, words::yes_no(yes))
    });
    Ok(std::iter::once(Node::text("no_masking", words::yes_no(open)))
        .chain(nodes)
        .collect())
}

fn observational(source: &mut Source<'_>) -> Read<Node> {
    let info = |key: &'static str| ["designModule", "designInfo", key];
    let model = source
        .text(&info("observationalModel"))?
        .map(|word| words::observational_model(&word));
    let time = source
        .text(&info("timePerspective"))?
        .map(|word| words::perspective(&word));
    let kept = source.text(&["designModule", "bioSpec", "retention"])?;
    let groups = source.list(&["armsInterventionsModule", "armGroups"])?.len();
    let model = source.or_say(model, "Other", "no observational model is stated");
    let time = source.or_say(time, "Other", "no time perspective is stated");
    let kept = match kept.as_deref() {
        Some("SAMPLES_WITH_DNA") => "Samples With DNA",
        Some("SAMPLES_WITHOUT_DNA") => "Samples Without DNA",
        Some(_) | None => "None Retained",
    };
    Ok(Node::new("observational_design")
        .child(Node::text("observational_study_design", &model))
        .child(Node::text("biospecimen_retention", kept))
        .child(Node::text("timing", &time))
        .child(Node::text("number_of_groups", &groups.max(1).to_string())))
}
