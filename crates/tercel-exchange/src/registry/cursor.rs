//! A value of the record with its path, so that what is wrong is named by its place.

use serde_json::{Map, Value};

use super::RegistryError;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> At<'v> {
    /// The study itself.
    pub(super) const fn root(value: &'v Value) -> Self {
        Self {
            value,
            path: String::new(),
        }
    }

    /// Its path, as in `resultsSection.outcomeMeasuresModule.outcomeMeasures[0]`.
    pub(super) fn place(&self) -> String {
        if self.path.is_empty() {
            "the study".to_owned()
        } else {
            self.path.clone()
        }
    }

    /// What is wrong with it.
    pub(super) fn wrong(&self, expected: &'static str) -> RegistryError {
        RegistryError::Type {
            place: self.place(),
            expected,
            found: kind(self.value),
        }
    }

    fn object(&self) -> Result<&'v Map<String, Value>, RegistryError> {
        self.value.as_object().ok_or_else(|| self.wrong("an object"))
    }

    /// A member; `None` where it is absent or null.
    pub(super) fn get(&self, key: &str) -> Result<Option<At<'v>>, RegistryError> {
        let value = self.object()?.get(key).filter(|value| !value.is_null());
        let dot = if self.path.is_empty() { "" } else { "." };
        Ok(value.map(|value| At {
            value,
            path: format!("{}{dot}{key}", self.path),
        }))
    }

    /// The elements of a list; none where it is absent.
    pub(super) fn list(&self, key: &str) -> Result<Vec<At<'v>>, RegistryError> {
        let Some(list) = self.get(key)? else {
            return Ok(Vec::new());
        };
        let values = list.value.as_array().ok_or_else(|| list.wrong("a list"))?;
        let each = values.iter().enumerate();
        Ok(each
            .map(|(index, value)| At {
                value,
                path: format!("{}[{index}]", list.path),
            })
            .collect())
    }

    /// Its own text; the registry writes some numbers as numbers, some as texts.
    pub(super) fn own_text(&self) -> Result<String, RegistryError> {
        match self.value {
            Value::String(text) => Ok(text.trim().to_owned()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(self.wrong("a text or a number")),
        }
    }

    /// The text of a member; `None` where it is absent or blank.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, RegistryError> {
        let text = self.get(key)?.map(|member| member.own_text()).transpose()?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// The text of a member; empty where it is absent.
    pub(super) fn word(&self, key: &str) -> Result<String, RegistryError> {
        Ok(self.text(key)?.unwrap_or_default())
    }

    /// Texts of a list.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, RegistryError> {
        self.list(key)?.iter().map(Self::own_text).collect()
    }

    /// A member of a member, by the keys on the way; `None` where one of them is absent.
    pub(super) fn at(&self, keys: &[&str]) -> Result<Option<At<'v>>, RegistryError> {
        let mut here = self.clone();
        for key in keys {
            let Some(next) = here.get(key)? else { return Ok(None) };
            here = next;
        }
        Ok(Some(here))
    }

    /// Yes or no.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, RegistryError> {
        let Some(member) = self.get(key)? else {
            return Ok(None);
        };
        let flag = member.value.as_bool();
        flag.map(Some).ok_or_else(|| member.wrong("true or false"))
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
