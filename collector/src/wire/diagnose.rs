//! What exactly is wrong with one element of a list. Runs only when the typed pass failed, so clearness goes before speed.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Data, Event, Kind, Text};
use crate::answer::Code;
use crate::sentence::{bounded, quoted};

/// Why an element is no event of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The event's id as far as it could be read, else empty.
    pub id: String,
    /// `not_cloudevent`, `wrong_shape` or `out_of_range`.
    pub code: Code,
    /// One sentence for people.
    pub detail: String,
}

/// Says that a `type` is not known, and which ones are.
pub(crate) fn unknown_type(word: &str) -> String {
    format!("`type` is {}; expected pantau.sample.v1, pantau.case.v1 or pantau.void.v1", quoted(word))
}

/// Reads one element field by field.
pub(super) fn diagnose(raw: &RawValue) -> Result<Event<'_>, Fault> {
    let mut id = String::new();
    element(raw, &mut id).map_err(|(code, detail)| Fault { id, code, detail })
}

type Wrong = (Code, String);

fn element<'a>(raw: &'a RawValue, found_id: &mut String) -> Result<Event<'a>, Wrong> {
    let not_event = |detail: String| (Code::NotCloudevent, detail);
    let members = members(raw).ok_or_else(|| not_event(format!("the element is {}; expected an event, which is an object", what(raw))))?;
    let attribute = |name: &str| -> Result<Option<&'a RawValue>, Wrong> {
        let mut given = members.iter().filter(|(key, _)| key == name).map(|(_, value)| *value);
        let first = given.next();
        if given.next().is_some() { Err(not_event(format!("`{name}` is given twice; expected it once"))) } else { Ok(first) }
    };
    let required = |name: &str| -> Result<Text<'a>, Wrong> {
        let value = attribute(name)?
            .ok_or_else(|| not_event(format!("`{name}` is missing; a CloudEvents 1.0 event has specversion, id, source and type")))?;
        text(value).ok_or_else(|| not_event(format!("`{name}` is {}; expected a string", what(value))))
    };

    let id = required("id")?;
    *found_id = bounded(&id);
    let specversion = required("specversion")?;
    let source = required("source")?;
    let word = required("type")?;
    let time = match attribute("time")? {
        Some(value) if !is_null(value) => Some(
            text(value).ok_or_else(|| not_event(format!("`time` is {}; expected a string with an instant of RFC 3339", what(value))))?,
        ),
        _ => None,
    };
    let kind = Kind::from_type(&word).ok_or_else(|| not_event(unknown_type(&word)))?;
    let data = attribute("data")?.ok_or_else(|| (Code::WrongShape, format!("`data` is missing; expected {}", allowed(kind))))?;
    let data = read_data(kind, data)?;
    Ok(Event { specversion, id, source, kind: word, time, data })
}

fn read_data(kind: Kind, raw: &RawValue) -> Result<Data<'_>, Wrong> {
    let wrong = |detail: String| (Code::WrongShape, detail);
    let members = members(raw).ok_or_else(|| wrong(format!("`data` is {}; expected {}", what(raw), allowed(kind))))?;
    let mut data = Data::default();
    let unknown = |key: &str| wrong(format!("`data` has the key {}; expected {}", quoted(key), allowed(kind)));
    for (place, (key, value)) in members.iter().enumerate() {
        let name = key.as_str();
        if !kind.allowed_keys().contains(&name) {
            return Err(unknown(name));
        }
        if members[..place].iter().any(|(earlier, _)| earlier == name) {
            return Err(wrong(format!("`data.{name}` is given twice; expected it once")));
        }
        if is_null(value) {
            continue;
        }
        match name {
            "unit" => data.unit = Some(data_text(name, value)?),
            "indicator" => data.indicator = Some(data_text(name, value)?),
            "at" => data.at = Some(data_text(name, value)?),
            "note" => data.note = Some(data_text(name, value)?),
            "service" => data.service = Some(data_text(name, value)?),
            "case" => data.case = Some(data_text(name, value)?),
            "step" => data.step = Some(data_text(name, value)?),
            "due" => data.due = Some(data_text(name, value)?),
            "class" => data.class = Some(data_text(name, value)?),
            "channel" => data.channel = Some(data_text(name, value)?),
            "area" => data.area = Some(data_text(name, value)?),
            "source" => data.source = Some(data_text(name, value)?),
            "id" => data.id = Some(data_text(name, value)?),
            "reason" => data.reason = Some(data_text(name, value)?),
            "value" => data.value = Some(number(name, value)?),
            "numerator" => data.numerator = Some(number(name, value)?),
            "denominator" => data.denominator = Some(number(name, value)?),
            other => return Err(unknown(other)),
        }
    }
    Ok(data)
}

fn allowed(kind: Kind) -> String {
    format!("an object with only the keys {}", kind.allowed_keys().join(", "))
}

fn data_text<'a>(name: &str, value: &'a RawValue) -> Result<Text<'a>, Wrong> {
    text(value).ok_or_else(|| (Code::WrongShape, format!("`data.{name}` is {}; expected a string", what(value))))
}

fn number(name: &str, value: &RawValue) -> Result<f64, Wrong> {
    if !value.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return Err((Code::WrongShape, format!("`data.{name}` is {}; expected a number such as 12.5", what(value))));
    }
    serde_json::from_str(value.get())
        .map_err(|_| (Code::OutOfRange, format!("`data.{name}` is {}; expected a number from -1e15 to 1e15", quoted(value.get()))))
}

fn text(raw: &RawValue) -> Option<Text<'_>> {
    serde_json::from_str(raw.get()).ok()
}

fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

/// What a value is, in words that fit after "is".
fn what(raw: &RawValue) -> String {
    match raw.get().as_bytes().first() {
        Some(b'"') => match text(raw) {
            Some(text) => format!("the string {}", quoted(&text)),
            None => "a string with a broken escape".to_owned(),
        },
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b't' | b'f') => format!("the word {}", raw.get()),
        Some(b'n') => "null".to_owned(),
        _ => format!("the number {}", bounded(raw.get())),
    }
}

/// An object's members in order, repeats included; `None` when it is no object or a key cannot be read.
fn members(raw: &RawValue) -> Option<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Members<'_>>(raw.get()).ok().map(|members| members.0)
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}
