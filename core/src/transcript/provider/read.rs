//! A place in a provider's message, which can say where it is: the shapes are others', and
//! what is wrong with them is told by JSON pointer.

use crate::error::Problem;
use serde_json::Value;

/// The longest time that is taken from the start of a stream, in milliseconds: a year.
const LONGEST_MS: f64 = 366.0 * 86_400_000.0;

/// A value and where it is.
pub(super) struct At<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> At<'a> {
    pub(super) const fn new(value: &'a Value, pointer: String) -> Self {
        Self { value, pointer }
    }

    /// Where it is.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// It is not as it should be.
    pub(super) fn wrong(&self, message: &str) -> Problem {
        Problem::field(self.pointer.clone(), message)
    }

    /// A member, where it is there and not null.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self::new(value, format!("{}/{name}", self.pointer)))
    }

    /// The first of these members that is there.
    pub(super) fn any(&self, names: [&str; 2]) -> Option<Self> {
        names.iter().find_map(|name| self.member(name))
    }

    /// A member that must be there.
    pub(super) fn need(&self, name: &str) -> Result<Self, Problem> {
        self.member(name).ok_or_else(|| {
            let pointer = format!("{}/{name}", self.pointer);
            Problem::field(pointer, "this is missing")
        })
    }

    pub(super) fn text(&self) -> Result<&'a str, Problem> {
        self.value.as_str().ok_or_else(|| self.wrong("not a text"))
    }

    /// A text, or a whole number as one: what names something.
    pub(super) fn key(&self) -> Result<String, Problem> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) if number.is_u64() => Ok(number.to_string()),
            _ => Err(self.wrong("neither a text nor a whole number")),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, Problem> {
        let flag = self.value.as_bool();
        flag.ok_or_else(|| self.wrong("neither true nor false"))
    }

    pub(super) fn number(&self) -> Result<f64, Problem> {
        // As numbers of 64 bits are written by Protobuf's JSON.
        let text = || self.value.as_str().and_then(|text| text.parse().ok());
        let number = self.value.as_f64().or_else(text);
        let number = number.filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.wrong("not a number"))
    }

    /// A whole number of things, at most `most`.
    pub(super) fn count(&self, most: u64) -> Result<u64, Problem> {
        let count = self.value.as_u64().filter(|count| *count <= most);
        count.ok_or_else(|| self.wrong(&format!("not a whole number up to {most}")))
    }

    /// A number between 0 and 1; what lies a little beside is moved there.
    pub(super) fn share(&self) -> Result<f64, Problem> {
        Ok(self.number()?.clamp(0.0, 1.0))
    }

    /// A time since the stream began, in milliseconds; `unit` is what it is written in.
    pub(super) fn offset_ms(&self, unit: Unit) -> Result<u64, Problem> {
        let ms = match unit {
            Unit::Seconds => self.number()? * 1_000.0,
            Unit::Ms => self.number()?,
        };
        if (0.0..=LONGEST_MS).contains(&ms) {
            Ok(ms.round() as u64)
        } else {
            Err(self.wrong("not a time within a year of the stream's start"))
        }
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, Problem> {
        let items = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong("not a list"))?;
        let at = |(at, value)| Self::new(value, format!("{}/{at}", self.pointer));
        Ok(items.iter().enumerate().map(at).collect())
    }
}

/// What a time is written in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    Seconds,
    Ms,
}
