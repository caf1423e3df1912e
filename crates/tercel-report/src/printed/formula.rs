//! MathML, as `math.rs` writes it, to the parts of a formula.

use roxmltree::Node;

use super::Formula;

/// The parts in an element.
pub(super) fn parts(element: Node<'_, '_>) -> Vec<Formula> {
    element
        .children()
        .filter(Node::is_element)
        .flat_map(|child| part(child))
        .collect()
}

fn part(element: Node<'_, '_>) -> Vec<Formula> {
    let text = || element.text().unwrap_or_default().to_owned();
    let child = |place: usize| {
        element
            .children()
            .filter(Node::is_element)
            .nth(place)
            .map_or_else(Vec::new, part)
    };
    let scripts = |below: Vec<Formula>, above: Vec<Formula>| {
        vec![Formula::Scripts {
            base: child(0),
            below,
            above,
        }]
    };
    match element.tag_name().name() {
        "mi" => vec![Formula::Name(text())],
        "mn" => vec![Formula::Number(text())],
        "mo" => vec![Formula::Sign(text())],
        "mtext" => vec![Formula::Words(text())],
        "mspace" => vec![Formula::Space],
        "mfrac" => vec![Formula::Fraction(child(0), child(1))],
        "msub" => scripts(child(1), Vec::new()),
        "msup" => scripts(Vec::new(), child(1)),
        "msubsup" => scripts(child(1), child(2)),
        _ => parts(element),
    }
}
