//! Values of the wire form and back: numbers, texts, days, lists, what is not known.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use tercel::protocol::DoseLevel;
use tercel::study::{Dataset, RecordId, SubjectId};

/// Where a document cannot be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misread {
    /// Members from the outermost to the one that is wrong.
    pub(super) place: String,
    /// What is wrong.
    pub(super) what: String,
}

impl Misread {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            what: what.into(),
        }
    }

    /// The same within a member.
    pub(super) fn within(mut self, name: &str) -> Self {
        self.place = if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{name}.{}", self.place)
        };
        self
    }
}

/// A value that has one form as JSON.
pub(super) trait Wire: Sized {
    /// As JSON.
    fn write(&self) -> Value;
    /// From JSON.
    fn read(value: &Value) -> Result<Self, Misread>;
}

/// A text by its own `Display` and `FromStr`.
macro_rules! as_text {
    ($($type:ty => $what:literal),*) => {$(
        impl Wire for $type {
            fn write(&self) -> Value {
                Value::from(self.to_string())
            }

            fn read(value: &Value) -> Result<Self, Misread> {
                let text = value.as_str().ok_or_else(|| Misread::new(concat!("not a text with ", $what)))?;
                text.parse().map_err(|_| Misread::new(format!("\"{text}\" is not {}", $what)))
            }
        }
    )*};
}

as_text!(String => "a text", Date => "a day", Timestamp => "a moment");

impl Wire for u32 {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| Misread::new("not a whole number"))
    }
}

impl Wire for u64 {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        value.as_u64().ok_or_else(|| Misread::new("not a whole number"))
    }
}

impl Wire for u8 {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| Misread::new("not a whole number up to 255"))
    }
}

impl Wire for i32 {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let number = value.as_i64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| Misread::new("not a whole number"))
    }
}

impl Wire for bool {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        value.as_bool().ok_or_else(|| Misread::new("neither true nor false"))
    }
}

impl Wire for f64 {
    fn write(&self) -> Value {
        // What is not finite has no form in JSON; no packet holds such a number.
        Value::from(*self)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        value.as_f64().ok_or_else(|| Misread::new("not a number"))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, Wire::write)
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        if value.is_null() {
            Ok(None)
        } else {
            T::read(value).map(Some)
        }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self) -> Value {
        Value::Array(self.iter().map(Wire::write).collect())
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let list = value.as_array().ok_or_else(|| Misread::new("not a list"))?;
        let read = |(place, one): (usize, &Value)| T::read(one).map_err(|misread| misread.within(&place.to_string()));
        list.iter().enumerate().map(read).collect()
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write(&self) -> Value {
        Value::Array(vec![self.0.write(), self.1.write()])
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        match value.as_array().map(Vec::as_slice) {
            Some([one, other]) => Ok((A::read(one)?, B::read(other)?)),
            Some(_) | None => Err(Misread::new("not a list of two")),
        }
    }
}

impl Wire for SubjectId {
    fn write(&self) -> Value {
        Value::from(self.as_str())
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let text = value
            .as_str()
            .ok_or_else(|| Misread::new("not the identifier of a subject"))?;
        Ok(Self::new(text))
    }
}

impl Wire for DoseLevel {
    fn write(&self) -> Value {
        Value::from(self.number())
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        Self::new(u8::read(value)?).ok_or_else(|| Misread::new("0 is no dose level"))
    }
}

impl Wire for RecordId {
    fn write(&self) -> Value {
        Value::from(self.to_string())
    }

    fn read(value: &Value) -> Result<Self, Misread> {
        let wrong = || Misread::new("not a record of the form AE/<subject>/<number>");
        let text = value.as_str().ok_or_else(wrong)?;
        // A subject's identifier may hold a stroke; the dataset and the number hold none.
        let (dataset, rest) = text.split_once('/').ok_or_else(wrong)?;
        let (subject, number) = rest.rsplit_once('/').ok_or_else(wrong)?;
        Ok(Self {
            dataset: Dataset::new(dataset),
            subject: SubjectId::new(subject),
            number: number.parse().map_err(|_| wrong())?,
        })
    }
}

/// A record type as an object: its members by name, in this order, no other.
macro_rules! as_object {
    ($($type:ident { $($member:ident),* $(,)? })*) => {$(
        impl $crate::packet::value::Wire for $type {
            fn write(&self) -> serde_json::Value {
                // Naming every member here makes a new one a compile error, so that no packet loses it.
                let Self { $($member),* } = self;
                let mut object = serde_json::Map::new();
                $(object.insert(stringify!($member).to_owned(), $crate::packet::value::Wire::write($member));)*
                serde_json::Value::Object(object)
            }

            fn read(value: &serde_json::Value) -> Result<Self, $crate::packet::value::Misread> {
                use $crate::packet::value::{member, members};
                members(value, &[$(stringify!($member)),*])?;
                Ok(Self { $($member: member(value, stringify!($member))?),* })
            }
        }
    )*};
}

pub(super) use as_object;

/// Refuses members beyond those of the type.
pub(super) fn members(value: &Value, known: &[&str]) -> Result<(), Misread> {
    let object = value.as_object().ok_or_else(|| Misread::new("not an object"))?;
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(Misread::new(format!("\"{unknown}\" is no member of it"))),
        None => Ok(()),
    }
}

/// One member; what is not known is `null`, never left out.
pub(super) fn member<T: Wire>(value: &Value, name: &str) -> Result<T, Misread> {
    let found = value.get(name).ok_or_else(|| Misread::new("missing").within(name))?;
    T::read(found).map_err(|misread| misread.within(name))
}
