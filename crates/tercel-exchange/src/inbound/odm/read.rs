//! The clinical data of an ODM file, transaction by transaction.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::bounded::{Guarded, Kind, MAX_MESSAGE, WithoutMark};
use crate::inbound::InboundError;

/// Elements within elements; ODM needs ten.
const MAX_DEPTH: usize = 64;

/// What a transaction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    /// Insert, update, upsert, context, and the snapshot, which has none.
    Sets,
    /// Remove.
    Removes,
}

/// Where an item group stands: the keys of everything it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Place {
    pub(super) study: String,
    pub(super) subject: String,
    pub(super) event: String,
    pub(super) event_repeat: String,
    pub(super) form: String,
    pub(super) form_repeat: String,
    pub(super) group: String,
    pub(super) group_repeat: String,
}

impl Place {
    /// `S-1/SE.V1/F.AE[2]/IG.AE[1]`.
    pub(super) fn path(&self) -> String {
        let part = |name: &str, repeat: &str| match (name, repeat) {
            ("", _) => String::new(),
            (name, "") => format!("/{name}"),
            (name, repeat) => format!("/{name}[{repeat}]"),
        };
        let parts = [
            part(&self.event, &self.event_repeat),
            part(&self.form, &self.form_repeat),
            part(&self.group, &self.group_repeat),
        ];
        format!("{}{}", self.subject, parts.concat())
    }
}

/// One event of the clinical data, in the order of the file.
#[derive(Debug)]
pub(super) enum Said {
    /// A value of an item, with its unit.
    Item {
        place: Place,
        item: String,
        kind: String,
        value: Option<String>,
        unit: String,
        transaction: Transaction,
    },
    /// Everything below a place is removed.
    Remove(Place),
    /// The site of a subject.
    Site { place: Place, site: String },
    /// A record that stands beside the data.
    Beside(String),
    /// The name of a unit.
    Unit { unit: String, name: String },
    /// The identifier of the file, and of the one that it continues.
    File { own: String, prior: String },
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count().saturating_sub(1)
}

/// Counts lines as they are consumed.
struct Lines<B> {
    source: B,
    line: usize,
}

impl<B: Read> Read for Lines<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.line += into.get(..count).map_or(0, newlines);
        Ok(count)
    }
}

impl<B: BufRead> BufRead for Lines<B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let new = self.source.fill_buf().unwrap_or_default();
        self.line += new.get(..count).map_or(0, newlines);
        self.source.consume(count);
    }
}

/// An item whose value is still being read.
#[derive(Debug, Default)]
struct Open {
    item: String,
    kind: String,
    value: Option<String>,
    text: String,
    unit: String,
    removes: bool,
    depth: usize,
}

struct Walk<'w> {
    say: &'w mut dyn FnMut(Said),
    /// Names of the elements at hand.
    stack: Vec<String>,
    place: Place,
    open: Option<Open>,
    any: bool,
    /// Depth of the element that a transaction removes: what stands in it is gone with it.
    removed: Option<usize>,
}

/// Gives what the file says to `say`, in its order.
pub(super) fn read(source: impl Read, say: &mut dyn FnMut(Said)) -> Result<(), InboundError> {
    let guarded = Guarded::new(source, Kind::Xml, MAX_MESSAGE);
    let found = guarded.found();
    let lines = Lines {
        source: BufReader::with_capacity(1 << 16, WithoutMark::new(guarded)),
        line: 1,
    };
    let mut reader = Reader::from_reader(lines);
    let mut buffer = Vec::new();
    let mut walk = Walk {
        say,
        stack: Vec::new(),
        place: Place::default(),
        open: None,
        any: false,
        removed: None,
    };
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        if let Some(extreme) = *found.borrow() {
            return Err(extreme.into());
        }
        let event = event.map(Event::into_owned);
        let line = reader.get_mut().line;
        let wrong = |what: String| InboundError::Xml { line, what };
        match event.map_err(|error| wrong(error.to_string()))? {
            Event::Start(start) => walk.start(&start, line)?,
            Event::Empty(start) => {
                walk.start(&start, line)?;
                walk.end();
            }
            Event::End(_) => walk.end(),
            Event::Text(text) => walk.text(&text.xml10_content()),
            Event::CData(text) => walk.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content().into_owned();
                let letter = reference.resolve_char_ref().map_err(|error| wrong(error.to_string()))?;
                let letter = letter.or_else(|| predefined(&name));
                let letter = letter.ok_or_else(|| wrong(format!("the entity &{name}; is not known")))?;
                walk.text(letter.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(InboundError::Entities(line)),
            Event::Decl(declaration) => {
                let named = declaration
                    .encoding()
                    .transpose()
                    .map_err(|error| wrong(error.to_string()))?;
                if let Some(name) = named.filter(|name| !is_utf8(name)) {
                    return Err(wrong(format!("the encoding is {name}; save the file as UTF-8")));
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let line = reader.get_mut().line;
    if let Some(open) = walk.stack.last() {
        let what = format!("the file breaks off within {open}; ask for it again");
        return Err(InboundError::Xml { line, what });
    }
    if !walk.any {
        return Err(InboundError::NotOdm("it holds no ClinicalData".to_owned()));
    }
    Ok(())
}

fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Elements that stand beside the data.
const BESIDE: [&str; 6] = [
    "AuditRecord",
    "Signature",
    "Annotation",
    "AuditRecords",
    "Signatures",
    "Association",
];

/// Elements with a key and a repeat key.
const LEVELS: [&str; 4] = ["SubjectData", "StudyEventData", "FormData", "ItemGroupData"];

/// Attributes of an element, by their local names.
type Attributes = BTreeMap<String, String>;

fn attributes(start: &BytesStart<'_>, line: usize) -> Result<Attributes, InboundError> {
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let wrong = |what: String| InboundError::Xml { line, what };
        let attribute = attribute.map_err(|error| wrong(error.to_string()))?;
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        let value = value.map_err(|error| wrong(error.to_string()))?.into_owned();
        attributes.insert(attribute.key.local_name().as_ref().to_owned(), value);
    }
    Ok(attributes)
}

fn take(attributes: &mut Attributes, name: &str) -> String {
    attributes.remove(name).unwrap_or_default()
}

impl Walk<'_> {
    fn start(&mut self, start: &BytesStart<'_>, line: usize) -> Result<(), InboundError> {
        let name = start.local_name().as_ref().to_owned();
        if self.stack.is_empty() && !self.any && name != "ODM" {
            let what = format!("its outermost element is {name}, not ODM");
            return Err(InboundError::NotOdm(what));
        }
        let mut given = attributes(start, line)?;
        self.stack.push(name.clone());
        if self.stack.len() > MAX_DEPTH {
            let what = format!("elements stand more than {MAX_DEPTH} deep in each other, which they do in no ODM");
            return Err(InboundError::Xml { line, what });
        }
        if name == "ODM" {
            let version = take(&mut given, "ODMVersion");
            if !version.is_empty() && !version.starts_with("1.3") {
                return Err(InboundError::NotOdm(format!("it is ODM {version}; export version 1.3")));
            }
            let (own, prior) = (take(&mut given, "FileOID"), take(&mut given, "PriorFileOID"));
            (self.say)(Said::File { own, prior });
        }
        let removes = take(&mut given, "TransactionType") == "Remove";
        self.move_to(&name, &mut given);
        if removes && LEVELS.contains(&name.as_str()) && self.removed.is_none() {
            self.removed = Some(self.stack.len());
            (self.say)(Said::Remove(self.place.clone()));
        }
        if name.starts_with("ItemData") && self.is_in("ItemGroupData") && self.removed.is_none() {
            self.open_item(name, given, removes);
        } else {
            self.say_of(&name, &mut given);
        }
        Ok(())
    }

    /// Takes the keys of an element that has some.
    fn move_to(&mut self, name: &str, given: &mut Attributes) {
        match name {
            "ClinicalData" => {
                self.any = true;
                self.place = Place {
                    study: take(given, "StudyOID"),
                    ..Place::default()
                };
            }
            "SubjectData" => {
                self.place = Place {
                    study: std::mem::take(&mut self.place.study),
                    subject: take(given, "SubjectKey"),
                    ..Place::default()
                };
            }
            "StudyEventData" => {
                self.clear(1);
                self.place.event = take(given, "StudyEventOID");
                self.place.event_repeat = take(given, "StudyEventRepeatKey");
            }
            "FormData" => {
                self.clear(2);
                (self.place.form, self.place.form_repeat) = (take(given, "FormOID"), take(given, "FormRepeatKey"));
            }
            "ItemGroupData" => {
                self.clear(3);
                self.place.group = take(given, "ItemGroupOID");
                self.place.group_repeat = take(given, "ItemGroupRepeatKey");
            }
            _ => {}
        }
    }

    fn open_item(&mut self, kind: String, mut given: Attributes, removes: bool) {
        let null = take(&mut given, "IsNull") == "Yes";
        let value = given.remove("Value").filter(|_| !null);
        self.open = Some(Open {
            item: take(&mut given, "ItemOID"),
            unit: take(&mut given, "MeasurementUnitOID"),
            value: if null { Some(String::new()) } else { value },
            kind,
            text: String::new(),
            removes,
            depth: self.stack.len(),
        });
    }

    /// Says what an element without keys and values says by itself.
    fn say_of(&mut self, name: &str, given: &mut Attributes) {
        match name {
            "SiteRef" if self.is_in("SubjectData") => {
                (self.say)(Said::Site {
                    place: self.place.clone(),
                    site: take(given, "LocationOID"),
                });
            }
            "MeasurementUnitRef" => {
                if let Some(open) = &mut self.open {
                    open.unit = take(given, "MeasurementUnitOID");
                }
            }
            "MeasurementUnit" => (self.say)(Said::Unit {
                unit: take(given, "OID"),
                name: take(given, "Name"),
            }),
            _ if BESIDE.contains(&name) && self.is_in("ClinicalData") => (self.say)(Said::Beside(name.to_owned())),
            _ => {}
        }
    }

    /// Whether the element at hand stands within such an element.
    fn is_in(&self, name: &str) -> bool {
        self.stack.iter().rev().skip(1).any(|open| open == name)
    }

    /// Forgets the keys from a level on: 1 the event, 2 the form, 3 the group.
    fn clear(&mut self, level: usize) {
        let place = &mut self.place;
        if level <= 1 {
            (place.event, place.event_repeat) = Default::default();
        }
        if level <= 2 {
            (place.form, place.form_repeat) = Default::default();
        }
        (place.group, place.group_repeat) = Default::default();
    }

    fn text(&mut self, text: &str) {
        let depth = self.stack.len();
        if let Some(open) = self
            .open
            .as_mut()
            .filter(|open| open.depth == depth && open.kind != "ItemData")
        {
            open.text.push_str(text);
        }
    }

    fn end(&mut self) {
        if let Some(open) = self.open.take_if(|open| open.depth == self.stack.len()) {
            let text = open.text.trim().to_owned();
            let value = open.value.or_else(|| (open.kind != "ItemData").then_some(text));
            (self.say)(Said::Item {
                place: self.place.clone(),
                item: open.item,
                kind: open.kind,
                value,
                unit: open.unit,
                transaction: if open.removes {
                    Transaction::Removes
                } else {
                    Transaction::Sets
                },
            });
        }
        self.removed.take_if(|depth| *depth == self.stack.len());
        match self.stack.pop().as_deref() {
            Some("StudyEventData") => self.clear(1),
            Some("FormData") => self.clear(2),
            Some("ItemGroupData") => self.clear(3),
            Some(_) | None => {}
        }
    }
}
