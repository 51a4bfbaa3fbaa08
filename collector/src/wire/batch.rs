//! A body becomes a batch: one event or a list of them, where a bad element never fails its neighbours.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::diagnose::{Fault, diagnose};
use super::{Event, object};

/// Events in one batch; more is refused whole (413, on a WebSocket close 1009), so that one client cannot hold the writer for long.
pub(super) const MAX_EVENTS: usize = 10_000;

/// What was read: elements in the order of the text.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// Each an event, or why it is none.
    pub elements: Vec<Result<Event<'a>, Fault>>,
    /// True for one event that stood alone, not in a list: then `not_cloudevent` refuses the whole body.
    pub alone: bool,
}

/// Why a body is refused whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// Not UTF-8, not JSON, neither an event nor a list, or a lone element that is no event of a known type; says which.
    #[error("{0}")]
    NotEvents(String),
    /// More than [`MAX_EVENTS`].
    #[error("the batch has more than {MAX_EVENTS} events; send it in smaller batches")]
    TooMany,
}

/// Reads a body. Every list is first read in one typed pass; only when that fails are its elements taken apart one by one.
///
/// # Errors
/// [`BodyError`] when the body as a whole cannot be a batch. A bad element of a list is a [`Fault`] in its place instead.
pub(crate) fn read(body: &[u8]) -> Result<Batch<'_>, BodyError> {
    let text = std::str::from_utf8(body).map_err(|error| {
        BodyError::NotEvents(format!("the body is not UTF-8: byte {} is wrong; send JSON in UTF-8", error.valid_up_to()))
    })?;
    match text.bytes().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => read_list(text),
        Some(b'{') => read_one(text),
        None => Err(BodyError::NotEvents("the body is empty; expected a CloudEvents event or a list of them".to_owned())),
        Some(_) => Err(BodyError::NotEvents("the body is neither a CloudEvents event (an object) nor a list of them".to_owned())),
    }
}

fn read_list(text: &str) -> Result<Batch<'_>, BodyError> {
    let elements = match serde_json::from_str::<List<EventSlot<'_>>>(text) {
        Ok(list) => list.within_limit()?.into_iter().map(|slot| slot.0).collect(),
        Err(_) => serde_json::from_str::<List<&RawValue>>(text).map_err(not_json)?.within_limit()?.into_iter().map(read_element).collect(),
    };
    Ok(Batch { elements, alone: false })
}

fn read_one(text: &str) -> Result<Batch<'_>, BodyError> {
    let element = match serde_json::from_str::<EventSlot<'_>>(text) {
        Ok(slot) => slot.0,
        Err(_) => diagnose(serde_json::from_str::<&RawValue>(text).map_err(not_json)?),
    };
    Ok(Batch { elements: vec![element], alone: true })
}

/// One element by itself: typed when it is well, field by field when it is not.
fn read_element(raw: &RawValue) -> Result<Event<'_>, Fault> {
    serde_json::from_str::<EventSlot<'_>>(raw.get()).map_or_else(|_| diagnose(raw), |slot| slot.0)
}

fn not_json(error: serde_json::Error) -> BodyError {
    BodyError::NotEvents(format!("the body is not JSON: it breaks at line {}, column {}", error.line(), error.column()))
}

/// A typed element already in the form of the result, so that the good path collects once.
struct EventSlot<'a>(Result<Event<'a>, Fault>);

impl<'de: 'a, 'a> Deserialize<'de> for EventSlot<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::only(deserializer).map(|event| Self(Ok(event)))
    }
}

/// A list that stops keeping elements past the limit: eight megabytes of `1,1,1,…` must not become millions of elements.
struct List<T> {
    elements: Vec<T>,
    more: bool,
}

impl<T> List<T> {
    fn within_limit(self) -> Result<Vec<T>, BodyError> {
        if self.more { Err(BodyError::TooMany) } else { Ok(self.elements) }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while elements.len() < MAX_EVENTS {
                    match access.next_element()? {
                        Some(element) => elements.push(element),
                        None => return Ok(List { elements, more: false }),
                    }
                }
                let mut more = false;
                while access.next_element::<IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(List { elements, more })
            }
        }

        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}
