//! What every page must keep: tags that fit, nothing that the policy would block, labels, language, texts.

use tercel_web::{ROUTES, Verb};

#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) closing: bool,
    /// Ends in itself.
    pub(crate) empty: bool,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// The tags of a page in order. Scripts and styles have no content here, so that every `<` opens a tag.
pub(crate) fn tags(asked: &str, page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment
                .split_once("-->")
                .unwrap_or_else(|| panic!("{asked}: open comment"))
                .1;
            continue;
        }
        let (tag, left) = one_tag(asked, after);
        rest = left;
        if tag.name != "!doctype" {
            tags.push(tag);
        }
    }
    tags
}

fn one_tag<'p>(asked: &str, text: &'p str) -> (Tag, &'p str) {
    let closing = text.starts_with('/');
    let text = text.strip_prefix('/').unwrap_or(text);
    let end = text
        .find(|letter: char| letter.is_whitespace() || letter == '>' || letter == '/')
        .unwrap_or_else(|| panic!("{asked}: open tag"));
    let (name, mut rest) = text.split_at(end);
    assert!(
        !name.is_empty(),
        "{asked}: a bare < before {}",
        &text.chars().take(40).collect::<String>()
    );
    let mut attributes = Vec::new();
    loop {
        let empty = rest.trim_start().starts_with("/>");
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if let Some(left) = rest.strip_prefix('>') {
            let name = name.to_lowercase();
            let tag = Tag {
                name,
                closing,
                empty,
                attributes,
            };
            return (tag, left);
        }
        let end = rest
            .find(|letter: char| letter.is_whitespace() || "=>/".contains(letter))
            .unwrap_or_else(|| panic!("{asked}: open tag {name}"));
        let (attribute, after) = rest.split_at(end);
        let mut value = String::new();
        rest = after;
        if let Some(after) = after.strip_prefix('=') {
            let quoted = after
                .strip_prefix('"')
                .unwrap_or_else(|| panic!("{asked}: {attribute} is not quoted"));
            let (inside, left) = quoted
                .split_once('"')
                .unwrap_or_else(|| panic!("{asked}: {attribute} is open"));
            value = plain(inside);
            rest = left;
        }
        assert!(
            !attributes.iter().any(|(known, _)| known == attribute),
            "{asked}: {name} has {attribute} twice"
        );
        attributes.push((attribute.to_lowercase(), value));
    }
}

/// A text without its escapes.
pub(crate) fn plain(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

const VOID: [&str; 8] = ["meta", "link", "input", "br", "img", "hr", "col", "wbr"];
pub(crate) fn check_page(asked: &str, page: &str, language: &str) {
    assert!(page.starts_with("<!DOCTYPE html>"), "{asked}");
    let tags = tags(asked, page);
    let html = tags.first().unwrap();
    let tag = if language == "zh" { "zh" } else { "en" };
    assert!(html.get("lang").unwrap().starts_with(tag), "{asked}: {html:?}");
    check_nesting(asked, &tags);
    let headings = tags.iter().filter(|tag| tag.name == "h1" && !tag.closing);
    assert_eq!(headings.count(), 1, "{asked}: a page has one heading of its own");
    let mut ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    ids.sort_unstable();
    for pair in ids.windows(2) {
        assert_ne!(pair[0], pair[1], "{asked}: id twice");
    }
    for tag in tags.iter().filter(|tag| !tag.closing) {
        assert!(
            tag.get("style").is_none(),
            "{asked}: {tag:?} has a style, which the policy blocks"
        );
        assert_ne!(tag.name, "style", "{asked}");
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on"), "{asked}: {tag:?}");
            let address = ["href", "src", "action", "formaction"].contains(&name.as_str());
            let own = value.starts_with('/') || value.starts_with('#') || value.starts_with("data:");
            assert!(!address || own, "{asked}: {tag:?} leads away");
            let known = !["for", "aria-describedby", "list", "aria-labelledby"].contains(&name.as_str())
                || value.split_whitespace().all(|id| ids.binary_search(&id).is_ok());
            assert!(known, "{asked}: {tag:?} names no id");
        }
        if tag.name == "script" {
            assert_eq!(tag.get("src"), Some("/assets/script.js"), "{asked}");
        }
        if tag.name == "form" {
            check_form(asked, tag);
        }
    }
    check_labels(asked, &tags);
    for text in outside_figures(page)
        .flat_map(|part| part.split('>'))
        .filter_map(|part| part.split('<').next())
    {
        assert_ne!(text.trim(), "?", "{asked}: a text is not known");
    }
}

/// A question mark in a figure stands for what is pending.
fn outside_figures(page: &str) -> impl Iterator<Item = &str> {
    page.split("</svg>").filter_map(|part| part.split("<svg").next())
}

fn check_nesting(asked: &str, tags: &[Tag]) {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags {
        let name = tag.name.as_str();
        if tag.empty || VOID.contains(&name) {
            continue;
        }
        if !tag.closing {
            open.push(name);
            continue;
        }
        assert_eq!(open.pop(), Some(name), "{asked}: tags do not fit");
    }
    assert!(open.is_empty(), "{asked}: {open:?} stay open");
}

fn check_form(asked: &str, form: &Tag) {
    let verb = if form.get("method") == Some("post") {
        Verb::Post
    } else {
        Verb::Get
    };
    let action = form
        .get("action")
        .unwrap_or_else(|| panic!("{asked}: a form without action"));
    assert!(has_route(verb, action), "{asked}: no route takes {verb:?} {action}");
}

/// Whether a route takes a path.
pub(crate) fn has_route(verb: Verb, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap();
    ROUTES.iter().any(|route| {
        route.verb == verb
            && match route.path.strip_suffix("{*rest}") {
                Some(start) => path.strip_prefix(start).is_some_and(|rest| !rest.is_empty()),
                None => route.path == path,
            }
    })
}

/// Every field that a person fills in stands in a label, or one names it.
fn check_labels(asked: &str, tags: &[Tag]) {
    let named: Vec<&str> = tags.iter().filter_map(|tag| tag.get("for")).collect();
    let mut inside = 0_i32;
    for tag in tags {
        match tag.name.as_str() {
            "label" => inside += if tag.closing { -1 } else { 1 },
            "input" | "select" | "textarea" if !tag.closing && tag.get("type") != Some("hidden") => {
                let labelled = inside > 0
                    || tag.get("aria-label").is_some()
                    || tag.get("id").is_some_and(|id| named.contains(&id));
                assert!(labelled, "{asked}: {tag:?} has no label");
            }
            _ => {}
        }
    }
}
