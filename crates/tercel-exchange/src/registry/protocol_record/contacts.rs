//! Sponsors, people and places, which only the record states.

use super::super::cursor::At;
use super::{Node, Read, Source, words};

pub(super) fn sponsors(source: &mut Source<'_>) -> Read<Option<Node>> {
    let Some(lead) = source.text(&["sponsorCollaboratorsModule", "leadSponsor", "name"])? else {
        source.not_stated.push("no sponsor is stated");
        return Ok(None);
    };
    let agency = |name, text: &str| Node::new(name).child(Node::text("agency", text));
    let mut node = Node::new("sponsors").child(agency("lead_sponsor", &lead));
    for other in source.list(&["sponsorCollaboratorsModule", "collaborators"])? {
        node = node.child(agency("collaborator", &other.word("name")?));
    }
    let party = source.at(&["sponsorCollaboratorsModule", "responsibleParty"])?;
    let Some(party) = party else { return Ok(Some(node)) };
    let Some(kind) = party.text("type")? else {
        return Ok(Some(node));
    };
    let party = Node::new("resp_party")
        .child(Node::text("resp_party_type", &words::party(&kind)))
        .maybe("investigator_title", party.text("investigatorTitle")?.as_deref())
        .maybe(
            "investigator_affiliation",
            party.text("investigatorAffiliation")?.as_deref(),
        );
    Ok(Some(node.child(party)))
}

pub(super) fn officials(source: &Source<'_>) -> Read<Vec<Node>> {
    let mut nodes = Vec::new();
    for one in source.list(&["contactsLocationsModule", "overallOfficials"])? {
        nodes.push(
            Node::new("overall_official")
                .child(Node::text("last_name", &one.word("name")?))
                .maybe("role", one.text("role")?.map(|word| words::role(&word)).as_deref())
                .maybe("affiliation", one.text("affiliation")?.as_deref()),
        );
    }
    Ok(nodes)
}

/// The central contact and its stand-in; the registry takes no more.
pub(super) fn central(source: &Source<'_>) -> Read<Vec<Node>> {
    let list = source.list(&["contactsLocationsModule", "centralContacts"])?;
    let names = ["overall_contact", "overall_contact_backup"];
    names
        .into_iter()
        .zip(list)
        .map(|(name, one)| contact(name, &one))
        .collect()
}

fn contact(name: &'static str, one: &At<'_>) -> Read<Node> {
    Ok(Node::new(name)
        .child(Node::text("last_name", &one.word("name")?))
        .maybe("phone", one.text("phone")?.as_deref())
        .maybe("phone_ext", one.text("phoneExt")?.as_deref())
        .maybe("email", one.text("email")?.as_deref()))
}

pub(super) fn locations(source: &Source<'_>) -> Read<Vec<Node>> {
    let mut nodes = Vec::new();
    for place in source.list(&["contactsLocationsModule", "locations"])? {
        let address = Node::new("address")
            .maybe("city", place.text("city")?.as_deref())
            .maybe("state", place.text("state")?.as_deref())
            .maybe("country", place.text("country")?.as_deref())
            .maybe("zip", place.text("zip")?.as_deref());
        let facility = Node::new("facility")
            .child(Node::text("name", &place.word("facility")?))
            .child(address);
        nodes.push(Node::new("location").child(facility).maybe(
            "status",
            place.text("status")?.map(|word| words::status(&word)).as_deref(),
        ));
    }
    Ok(nodes)
}
