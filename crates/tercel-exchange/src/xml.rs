//! XML as a tree, written in one way: UTF-8, two blanks a level, no clock.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// An element without anything in it yet.
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
        }
    }

    /// An element that holds a text.
    pub(crate) fn text(name: &'static str, text: &str) -> Self {
        let mut node = Self::new(name);
        node.text = text.chars().map(allowed).collect();
        node
    }

    /// With an attribute.
    #[must_use]
    pub(crate) fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, value.chars().map(allowed).collect()));
        self
    }

    /// With an element in it.
    #[must_use]
    pub(crate) fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// With elements in it.
    #[must_use]
    pub(crate) fn all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// With an element that holds a text, where there is one.
    #[must_use]
    pub(crate) fn maybe(self, name: &'static str, text: Option<&str>) -> Self {
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => self.child(Self::text(name, text)),
            None => self,
        }
    }
}

/// What XML 1.0 may hold; any other character is replaced (XML 1.0, section 2.2).
fn allowed(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'.. => letter,
        _ => '\u{fffd}',
    }
}

/// The document. The same tree gives the same bytes.
pub(crate) fn to_xml(root: &Node) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let declaration = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
    // Writing to memory cannot fail.
    let _ = writer.write_event(declaration).and_then(|()| write(&mut writer, root));
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

fn write(writer: &mut Writer<Vec<u8>>, node: &Node) -> std::io::Result<()> {
    let mut start = BytesStart::new(node.name);
    for (name, value) in &node.attributes {
        start.push_attribute((*name, value.as_str()));
    }
    if node.children.is_empty() && node.text.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start))?;
    if !node.text.is_empty() {
        writer.write_event(Event::Text(BytesText::new(&node.text)))?;
    }
    for child in &node.children {
        write(writer, child)?;
    }
    writer.write_event(Event::End(BytesEnd::new(node.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_replaced() {
        let root = Node::new("a")
            .attribute("id", "1\"2")
            .child(Node::text("b", "x < y & z\u{1}"))
            .maybe("c", None)
            .maybe("d", Some(" "));
        let text = to_xml(&root);
        assert!(text.contains("<b>x &lt; y &amp; z\u{fffd}</b>"), "{text}");
        assert!(text.contains("1&quot;2"), "{text}");
        assert!(!text.contains("<c") && !text.contains("<d"), "{text}");
    }
}
