//! The list of data elements, and the places it names.

use roxmltree::{Document, Node};

const ELEMENTS: &str = include_str!("../../data/icsr/elements.csv");
const ORDER: &str = include_str!("../../data/icsr/order.txt");

/// A data element of the list.
pub(super) struct Element {
    pub(super) number: &'static str,
    pub(super) required: bool,
    nulls: Vec<&'static str>,
    max: Option<usize>,
    values: Vec<&'static str>,
    place: &'static str,
}

/// Every element.
pub(super) fn elements() -> Vec<Element> {
    let lines = ELEMENTS.lines().skip(1);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.splitn(6, ',').collect();
            Element {
                number: cells[0],
                required: cells[1] == "required",
                nulls: cells[2].split_whitespace().collect(),
                max: cells[3].parse().ok(),
                values: cells[4].split_whitespace().collect(),
                place: cells[5],
            }
        })
        .collect()
}

const PLACES: [(&str, &str); 11] = [
    (
        "$E",
        "$S/subjectOf2[observation[id][code[@code='29'][@codeSystem='L19']]]/observation",
    ),
    (
        "$D",
        "$G/outboundRelationship2[@typeCode='COMP'][substanceAdministration]/substanceAdministration",
    ),
    (
        "$G",
        "$S/subjectOf2[organizer/code[@code='4'][@codeSystem='L20']]/organizer/component[substanceAdministration/id]/\
         substanceAdministration",
    ),
    (
        "$T",
        "$S/subjectOf2[organizer/code[@code='3'][@codeSystem='L20']]/organizer/component/observation",
    ),
    (
        "$C",
        "$R/outboundRelationship[relatedInvestigation/code[@code='2'][@codeSystem='L22']]/relatedInvestigation/subjectOf2/\
         controlActEvent/author/assignedEntity",
    ),
    (
        "$Z",
        "$R/subjectOf1[controlActEvent/author/assignedEntity/code[@codeSystem='L7']]/controlActEvent/author/assignedEntity",
    ),
    ("$S", "$A/subject1[@typeCode='SBJ']/primaryRole[@classCode='INVSBJ']"),
    ("$A", "$R/component[adverseEventAssessment]/adverseEventAssessment"),
    (
        "$R",
        "$P/controlActProcess/subject[@typeCode='SUBJ']/investigationEvent",
    ),
    ("$P", "$M/PORR_IN049016UV"),
    ("$M", "MCCI_IN200100UV01"),
];

fn spelled_out(place: &str) -> String {
    let mut place = place.to_owned();
    for (short, long) in PLACES {
        place = place.replace(short, long);
    }
    while let Some(start) = place.find("{o ") {
        let end = start + place[start..].find('}').unwrap();
        let code = place[start + 3..end].to_owned();
        place.replace_range(
            start..=end,
            &format!("[observation/code[@code='{code}'][@codeSystem='L19']]"),
        );
    }
    place
}

/// The value of a list or identifier written short.
fn full(value: &str) -> String {
    for (letter, root) in [
        ('L', "2.16.840.1.113883.3.989.2.1.1."),
        ('I', "2.16.840.1.113883.3.989.2.1.3."),
    ] {
        if let Some(number) = value.strip_prefix(letter)
            && number.parse::<u8>().is_ok()
        {
            return format!("{root}{number}");
        }
    }
    value.to_owned()
}

/// Parts of a text at a letter that stands in no bracket.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (position, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if letter == at && depth == 0 => {
                parts.push(&text[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn fits(node: Node<'_, '_>, step: &str) -> bool {
    let (name, mut rest) = step.find('[').map_or((step, ""), |at| step.split_at(at));
    if !node.is_element() || node.tag_name().name() != name {
        return false;
    }
    while let Some(inside) = rest.strip_prefix('[') {
        let mut depth = 1;
        let end = inside
            .find(|letter| {
                depth += match letter {
                    '[' => 1,
                    ']' => -1,
                    _ => 0,
                };
                depth == 0
            })
            .unwrap();
        let condition = &inside[..end];
        let holds = match condition.strip_prefix('@') {
            Some(attribute) => {
                let (name, value) = attribute.split_once('=').unwrap();
                let own = node.attributes().find(|own| own.name() == name).map(|own| own.value());
                own == Some(full(value.trim_matches('\'')).as_str())
            }
            None => !children(node, condition).is_empty(),
        };
        if !holds {
            return false;
        }
        rest = &inside[end + 1..];
    }
    true
}

/// The elements below a node at a path.
fn children<'d>(node: Node<'d, 'd>, path: &str) -> Vec<Node<'d, 'd>> {
    let mut found = vec![node];
    for step in split(path, '/') {
        found = found
            .into_iter()
            .flat_map(|node| node.children().filter(|child| fits(*child, step)))
            .collect();
    }
    found
}

/// Every value of an element, or its null flavour in brackets.
pub(super) fn values(document: &Document<'_>, element: &Element) -> Vec<String> {
    at(document, element.place)
}

/// Every value at a place.
pub(super) fn at(document: &Document<'_>, place: &str) -> Vec<String> {
    let place = spelled_out(place);
    let steps = split(&place, '/');
    let (last, path) = steps.split_last().unwrap();
    let nodes = children(document.root(), &path.join("/"));
    let value = |node: Node<'_, '_>| {
        if let Some(flavour) = node.attribute("nullFlavor") {
            return Some(format!("[{flavour}]"));
        }
        match last.strip_prefix('@') {
            Some(name) => node
                .attributes()
                .find(|own| own.name() == name)
                .map(|own| own.value().to_owned()),
            None => node.text().map(str::to_owned),
        }
    };
    nodes.into_iter().filter_map(value).collect()
}

/// What of a message the list refuses; a required element counts once for every reaction or drug.
pub(super) fn refused(document: &Document<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for element in elements() {
        let number = element.number;
        let found = values(document, &element);
        let wanted = ["$E", "$G"].into_iter().find(|place| element.place.starts_with(place));
        let wanted = wanted.map_or(1, |place| children(document.root(), &spelled_out(place)).len());
        if element.required && found.len() < wanted {
            wrong.push(format!("{number}: {} of {wanted}", found.len()));
        }
        for value in found {
            if let Some(flavour) = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'))
                && flavour.len() <= 4
            {
                if !element.nulls.contains(&flavour) {
                    wrong.push(format!("{number}: nullFlavor {flavour}"));
                }
                continue;
            }
            if value.trim().is_empty() {
                wrong.push(format!("{number}: blank"));
            }
            // The list counts a time without the zone that ICH lets follow it.
            let counted = value.rsplit_once(['+', '-']).map_or(value.as_str(), |(time, zone)| {
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                if time.len() == 12 && zone.len() == 4 && digits(time) && digits(zone) {
                    time
                } else {
                    &value
                }
            });
            if element.max.is_some_and(|max| counted.chars().count() > max) {
                wrong.push(format!("{number}: {} characters", value.chars().count()));
            }
            if !element.values.is_empty() && !element.values.contains(&value.as_str()) {
                wrong.push(format!("{number}: \"{value}\" is not allowed"));
            }
        }
    }
    wrong
}

/// Elements that stand in another order than in the published example, and those that stand where none is known.
pub(super) fn disorder(document: &Document<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in ORDER.lines() {
        let (name, inside) = line.split_once(':').unwrap();
        let order: Vec<&str> = inside.split_whitespace().collect();
        let parents = document.descendants().filter(|node| node.tag_name().name() == name);
        for parent in parents {
            let mut before = 0;
            for child in parent.children().filter(Node::is_element) {
                match order.iter().position(|known| *known == child.tag_name().name()) {
                    Some(at) if at >= before => before = at,
                    Some(_) => wrong.push(format!("{name}/{} comes too late", child.tag_name().name())),
                    None => wrong.push(format!("{name}/{} is not known", child.tag_name().name())),
                }
            }
        }
    }
    wrong
}
