//! Groups and what they are given.

use tercel::protocol::Trial;

use super::{Node, Read, Source, block, words};

/// The dose groups of the protocol; without a protocol the groups of the record.
pub(super) fn arm_groups(source: &Source<'_>) -> Read<Vec<Node>> {
    let node = |label: &str, kind: &str, description: Option<&str>| {
        Node::new("arm_group")
            .child(Node::text("arm_group_label", label))
            .maybe("arm_type", Some(kind))
            .all(block("arm_group_description", description))
    };
    if let Some(trial) = source.trial {
        let groups = trial.dose_levels.iter();
        return Ok(groups
            .map(|(_, group)| {
                node(
                    &group.label,
                    "Experimental",
                    Some(&format!("Planned dose: {}", group.planned)),
                )
            })
            .collect());
    }
    let mut nodes = Vec::new();
    for arm in source.list(&["armsInterventionsModule", "armGroups"])? {
        let kind = arm.text("type")?.map(|word| words::arm_type(&word));
        let description = arm.text("description")?;
        nodes.push(node(
            &arm.word("label")?,
            kind.as_deref().unwrap_or_default(),
            description.as_deref(),
        ));
    }
    Ok(nodes)
}

/// An intervention, its groups and its other names.
fn intervention(kind: &str, name: &str, description: Option<&str>, arms: &[String], others: &[String]) -> Node {
    Node::new("intervention")
        .maybe("intervention_type", Some(kind))
        .child(Node::text("intervention_name", name))
        .all(block("intervention_description", description))
        .all(arms.iter().map(|arm| Node::text("arm_group_label", arm)))
        .all(others.iter().map(|other| Node::text("intervention_other_name", other)))
}

/// The interventions of the record; without a record what the protocol gives.
pub(super) fn interventions(source: &Source<'_>) -> Read<Vec<Node>> {
    let stated = source.list(&["armsInterventionsModule", "interventions"])?;
    if !stated.is_empty() && source.trial.is_none() {
        let mut nodes = Vec::new();
        for given in stated {
            let kind = words::intervention_type(&given.word("type")?);
            let description = given.text("description")?;
            nodes.push(intervention(
                &kind,
                &given.word("name")?,
                description.as_deref(),
                &given.texts("armGroupLabels")?,
                &given.texts("otherNames")?,
            ));
        }
        return Ok(nodes);
    }
    let recorded = source
        .record
        .as_ref()
        .map_or(&[][..], |record| record.interventions.as_slice());
    if recorded.is_empty() {
        return Ok(source.trial.map(of_protocol).unwrap_or_default());
    }
    let labels = source.trial.map(labels).unwrap_or_default();
    let nodes = recorded.iter().map(|given| {
        // An intervention that names a dose group is of that group alone.
        let named: Vec<String> = labels
            .iter()
            .filter(|label| given.name.to_lowercase().contains(&label.to_lowercase()))
            .cloned()
            .collect();
        let arms = if named.is_empty() { &labels } else { &named };
        intervention(
            &words::intervention_type(&given.kind),
            &given.name,
            Some(&given.description),
            arms,
            &given.other_names,
        )
    });
    Ok(nodes.collect())
}

fn labels(trial: &Trial) -> Vec<String> {
    trial.dose_levels.iter().map(|(_, group)| group.label.clone()).collect()
}

fn of_protocol(trial: &Trial) -> Vec<Node> {
    let labels = labels(trial);
    let doses: Vec<String> = trial
        .dose_levels
        .iter()
        .map(|(_, group)| format!("{}: {}", group.label, group.planned))
        .collect();
    let cells = trial.names.infusion.iter();
    let cells = cells.map(|name| intervention("Biological/Vaccine", name, Some(&doses.join("; ")), &labels, &[]));
    let before = trial.names.lymphodepletion.iter();
    let before =
        before.map(|name| intervention("Drug", name, Some("Lymphodepletion before the infusion"), &labels, &[]));
    cells.chain(before).collect()
}
