//! A small reader of HTML: tags that balance, links that lead somewhere.

use std::collections::BTreeSet;

/// Elements that have no content in HTML.
const VOID: [&str; 4] = ["meta", "br", "input", "!DOCTYPE"];

/// The only script a report may have.
pub(crate) const SCRIPT: &str = include_str!("../../src/script.js");

/// What is in a document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Every `id`, each once.
    pub(crate) ids: BTreeSet<String>,
    /// Every local link.
    pub(crate) links: Vec<String>,
    /// Every `id` that an attribute refers to.
    pub(crate) references: Vec<String>,
    /// Every script.
    pub(crate) scripts: Vec<String>,
    /// Names of all elements.
    pub(crate) tags: Vec<String>,
    /// All text outside tags and styles.
    pub(crate) text: String,
}

/// Reads a document and fails on a tag that is not closed, closed twice, or an `id` used twice.
pub(crate) fn parse(html: &str) -> Document {
    let mut document = Document::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if open.last().is_none_or(|tag| tag != "style") {
            document.text.push_str(text);
            document.text.push(' ');
        }
        let end = tag_end(tag);
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name),
                "closed before {}",
                &rest[..rest.len().min(80)]
            );
            continue;
        }
        let empty = inside.ends_with('/');
        let inside = inside.trim_end_matches('/');
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        read_attributes(attributes, &mut document);
        document.tags.push(name.to_owned());
        if name == "script" {
            // What stands in a script is no markup, up to its end.
            let end = rest.find("</script").expect("a script ends");
            document.scripts.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
        if !empty && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    document
}

/// Position of the `>` that ends a tag, outside quotation marks.
fn tag_end(tag: &str) -> usize {
    let mut quoted = false;
    for (at, letter) in tag.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("a tag does not end: {}", &tag[..tag.len().min(80)]);
}

fn read_attributes(attributes: &str, document: &mut Document) {
    let mut parts = attributes.split('"');
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        match name.trim() {
            "id=" => assert!(document.ids.insert(value.to_owned()), "the id {value} stands twice"),
            "popovertarget=" | "for=" | "aria-describedby=" => document.references.push(value.to_owned()),
            "href=" => document.links.push(value.to_owned()),
            _ => {}
        }
    }
}

/// Fails unless the document balances, every link leads somewhere in it, nothing is fetched, and no number is missing.
pub(crate) fn check(html: &str) -> Document {
    let document = parse(html);
    // Marks of a subject lead to its profile; where a document has no profiles at all, they lead nowhere yet.
    let profiles = document.ids.iter().any(|id| id.starts_with("subject_"));
    for link in &document.links {
        if !profiles && link.starts_with("#subject_") {
            continue;
        }
        let target = link
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("{link} leads out of the file"));
        assert!(document.ids.contains(target), "{link} leads nowhere");
    }
    for target in &document.references {
        assert!(
            document.ids.contains(target),
            "{target} is referred to and is not there"
        );
    }
    assert!(
        document.scripts.iter().all(|script| script == SCRIPT),
        "only the one script, as it is written"
    );
    assert!(document.scripts.len() <= 1);
    for tag in ["link", "img", "iframe", "object"] {
        assert!(
            !document.tags.iter().any(|name| name == tag),
            "<{tag}> does not belong here"
        );
    }
    for word in document.text.split(|letter: char| !letter.is_alphanumeric()) {
        assert!(!["NaN", "inf"].contains(&word), "{word} is no number");
    }
    assert!(!html.contains("NaN"), "a coordinate is no number");
    assert!(
        !html.contains("url(") && !html.contains("@import"),
        "the style fetches something"
    );
    document
}
