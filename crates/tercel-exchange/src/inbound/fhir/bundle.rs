//! Resources one at a time: the bundle as a whole is never in memory.

use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::bounded::{Guarded, Kind, MAX_MESSAGE, WithoutMark};
use crate::inbound::InboundError;
use crate::strict_json::Bounded;

/// Values of one resource; more are in none.
const MAX_VALUES: usize = 100_000;

/// Gives every resource of the source to `take`, in order.
pub(super) fn read_resources(source: impl Read, take: &mut dyn FnMut(Entered)) -> Result<(), InboundError> {
    let guarded = Guarded::new(source, Kind::Json, MAX_MESSAGE);
    let found = guarded.found();
    let mut source = BufReader::with_capacity(1 << 16, WithoutMark::new(guarded));
    let mut reader = serde_json::Deserializer::from_reader(&mut source);
    let mut any = false;
    loop {
        match reader.end() {
            Ok(()) if any => return Ok(()),
            Ok(()) => return Err(InboundError::NotFhir("it is empty".to_owned())),
            // Something follows: the next resource of NDJSON. What cannot be read is said by the attempt.
            Err(_) => {}
        }
        if let Some(extreme) = *found.borrow() {
            return Err(extreme.into());
        }
        let result = Top { take }.deserialize(&mut reader);
        if let Some(extreme) = *found.borrow() {
            return Err(extreme.into());
        }
        result.map_err(|error| failure(&error))?;
        any = true;
    }
}

fn failure(error: &serde_json::Error) -> InboundError {
    let full = error.to_string();
    let what = full.split(" at line ").next().unwrap_or(&full).to_owned();
    if error.is_data() && what.starts_with(NOT_FHIR) {
        return InboundError::NotFhir(what.trim_start_matches(NOT_FHIR).to_owned());
    }
    let what = if error.is_eof() {
        "the file breaks off here; ask for it again".to_owned()
    } else {
        what
    };
    InboundError::Json {
        line: error.line(),
        column: error.column(),
        what,
    }
}

/// Begins the messages about JSON of something else.
const NOT_FHIR: &str = "not FHIR: ";

/// A bundle, whose entries are given on as they come, or a single resource.
struct Top<'t> {
    take: &'t mut dyn FnMut(Entered),
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Bundle or a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut own = Map::new();
        let mut entries = false;
        let mut budget = MAX_VALUES;
        while let Some(key) = map.next_key::<String>()? {
            if key == "entry" {
                if entries {
                    return Err(A::Error::custom("the bundle has two lists of entries"));
                }
                entries = true;
                map.next_value_seed(Entries { take: &mut *self.take })?;
                continue;
            }
            let value = map.next_value_seed(Bounded::new(&mut budget))?;
            if own.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("\"{key}\" stands twice")));
            }
        }
        match kind(&own) {
            "Bundle" => Ok(()),
            "" => Err(A::Error::custom(format!("{NOT_FHIR}it has no resourceType"))),
            _ => {
                (self.take)(Entered::Resource(Value::Object(own), None));
                Ok(())
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(format!("{NOT_FHIR}it is a list")))
    }
}

fn kind(object: &Map<String, Value>) -> &str {
    object.get("resourceType").and_then(Value::as_str).unwrap_or_default()
}

/// What a bundle holds.
pub(super) enum Entered {
    /// A resource, and the full address its entry has.
    Resource(Value, Option<String>),
    /// The word that a resource was deleted.
    Deleted {
        /// Kind of the resource.
        kind: String,
        /// Its identifier.
        id: String,
        /// When, as written.
        when: Option<String>,
        /// The full address of the entry, or of the request.
        url: Option<String>,
    },
}

/// What an entry of a history or transaction did.
#[derive(serde::Deserialize)]
struct Request {
    method: Option<String>,
    url: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    last_modified: Option<String>,
}

/// `Observation/7`, whatever address stands before it.
fn kind_and_id(url: &str) -> Option<(String, String)> {
    let mut parts = url.split("/_history").next()?.rsplit('/');
    let (id, kind) = (parts.next()?, parts.next()?);
    Some((kind.to_owned(), id.to_owned()))
}

struct Entries<'t> {
    take: &'t mut dyn FnMut(Entered),
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list of entries of a bundle")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while entries.next_element_seed(Entry { take: &mut *self.take })?.is_some() {}
        Ok(())
    }
}

struct Entry<'t> {
    take: &'t mut dyn FnMut(Entered),
}

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry of a bundle")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut budget = MAX_VALUES;
        let (mut resource, mut url, mut deletes, mut when) = (None, None, None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "resource" => {
                    let value = map.next_value_seed(Bounded::new(&mut budget))?;
                    if resource.replace(value).is_some() {
                        return Err(A::Error::custom("the entry has two resources"));
                    }
                }
                "fullUrl" => url = map.next_value::<Option<String>>()?,
                "request" => {
                    let request: Request = map.next_value()?;
                    deletes = request.url.filter(|_| request.method.as_deref() == Some("DELETE"));
                }
                "response" => when = map.next_value::<Response>()?.last_modified,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if let Some((kind, id)) = deletes.as_deref().and_then(kind_and_id) {
            let url = url.or(deletes);
            (self.take)(Entered::Deleted { kind, id, when, url });
            return Ok(());
        }
        if let Some(mut resource) = resource {
            if resource.get("resourceType").and_then(Value::as_str).is_none() {
                return Err(A::Error::custom(format!(
                    "{NOT_FHIR}an entry has a resource without resourceType"
                )));
            }
            // A transaction names its resources by the address alone.
            if let (Some(object), Some(url)) = (resource.as_object_mut(), &url)
                && !object.contains_key("id")
            {
                object.insert("id".to_owned(), Value::from(super::resource::id_of(url)));
            }
            (self.take)(Entered::Resource(resource, url));
        }
        Ok(())
    }
}
