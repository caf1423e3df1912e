//! JSON kept as a whole: no more values than a document has, and no key twice, of which one would be lost.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::bounded::MAX_VALUES;

/// Reads a document.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut budget = MAX_VALUES;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Bounded::new(&mut budget).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// A value of no more than so many parts, in which no key stands twice.
pub(crate) struct Bounded<'b> {
    budget: &'b mut usize,
}

impl<'b> Bounded<'b> {
    pub(crate) const fn new(budget: &'b mut usize) -> Self {
        Self { budget }
    }

    fn spend<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.budget = self
            .budget
            .checked_sub(1)
            .ok_or_else(|| E::custom("it has more values than any such document"))?;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Value, D::Error> {
        self.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Bounded {
            budget: &mut *self.budget,
        })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Bounded {
                budget: &mut *self.budget,
            })?;
            if object.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("\"{key}\" stands twice")));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_and_values_without_end_are_refused() {
        assert_eq!(parse("{\"a\":[1,null,\"x\"]}").unwrap()["a"][0], 1);
        assert!(
            parse("{\"a\":{\"b\":1,\"b\":2}}")
                .unwrap_err()
                .to_string()
                .contains("\"b\" stands twice")
        );
        let many = format!("[{}1]", "1,".repeat(MAX_VALUES));
        assert!(parse(&many).unwrap_err().to_string().contains("more values"));
        assert!(parse("1 2").is_err() && parse("1e999").is_err());
    }
}
