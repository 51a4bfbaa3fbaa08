//! A body becomes a batch: one event or a list of them, where a bad element never fails its neighbours.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::diagnose::{Fault, diagnose};
use super::{Event, object, quick};

/// Events in one batch; more is refused whole (413, on a WebSocket close 1009), so that one client cannot hold the writer for long.
pub(super) const MAX_EVENTS: usize = 10_000;

/// Who takes the elements of a body, one after the other in the order of the text: a list of them as wide as events are would
/// be several times as large as the body.
pub(crate) trait Elements<'a> {
    /// An event, or why the element is none.
    fn take(&mut self, element: Result<Event<'a>, Fault>);
    /// Forgets all that was taken; the elements come once more.
    fn restart(&mut self);
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One event that stands alone, not in a list: then `not_cloudevent` refuses the whole body.
    Alone,
    /// A list.
    List,
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

/// Reads a body. Every list is first read quickly, then, when something is written in another way, in one typed pass; only when
/// that fails are its elements taken apart one by one.
///
/// # Errors
/// [`BodyError`] when the body as a whole cannot be a batch; what was taken then means nothing. A bad element of a list is a
/// [`Fault`] in its place instead.
pub(crate) fn read<'a>(body: &'a [u8], elements: &mut impl Elements<'a>) -> Result<Form, BodyError> {
    let text = std::str::from_utf8(body).map_err(|error| {
        BodyError::NotEvents(format!("the body is not UTF-8: byte {} is wrong; send JSON in UTF-8", error.valid_up_to()))
    })?;
    match text.bytes().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => read_list(text, elements),
        Some(b'{') => read_one(text, elements),
        None => Err(BodyError::NotEvents("the body is empty; expected a CloudEvents event or a list of them".to_owned())),
        Some(_) => Err(BodyError::NotEvents("the body is neither a CloudEvents event (an object) nor a list of them".to_owned())),
    }
}

fn read_list<'a>(text: &'a str, elements: &mut impl Elements<'a>) -> Result<Form, BodyError> {
    if quick::list(text, MAX_EVENTS, |event| elements.take(Ok(event))).is_some() {
        return Ok(Form::List);
    }
    elements.restart();
    let length = match each(text, |slot: EventSlot<'a>| elements.take(slot.0)) {
        Ok(length) => length,
        Err(_) => {
            elements.restart();
            each(text, |raw: &'a RawValue| elements.take(read_element(raw))).map_err(not_json)?
        }
    };
    match length {
        Length::Within => Ok(Form::List),
        Length::Beyond => Err(BodyError::TooMany),
    }
}

fn read_one<'a>(text: &'a str, elements: &mut impl Elements<'a>) -> Result<Form, BodyError> {
    elements.take(match quick::one(text) {
        Some(event) => Ok(event),
        None => match serde_json::from_str::<EventSlot<'_>>(text) {
            Ok(slot) => slot.0,
            Err(_) => diagnose(serde_json::from_str::<&RawValue>(text).map_err(not_json)?),
        },
    });
    Ok(Form::Alone)
}

/// One element by itself: typed when it is well, field by field when it is not.
fn read_element(raw: &RawValue) -> Result<Event<'_>, Fault> {
    serde_json::from_str::<EventSlot<'_>>(raw.get()).map_or_else(|_| diagnose(raw), |slot| slot.0)
}

fn not_json(error: serde_json::Error) -> BodyError {
    BodyError::NotEvents(format!("the body is not JSON: it breaks at line {}, column {}", error.line(), error.column()))
}

/// A typed element already in the form of the result, so that the good path hands it on as it is.
struct EventSlot<'a>(Result<Event<'a>, Fault>);

impl<'de: 'a, 'a> Deserialize<'de> for EventSlot<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::only(deserializer).map(|event| Self(Ok(event)))
    }
}

/// Whether a list has more than [`MAX_EVENTS`].
enum Length {
    Within,
    Beyond,
}

/// Hands on each element of a list up to the limit: eight megabytes of `1,1,1,…` must not become millions of elements.
fn each<'a, T: Deserialize<'a>>(text: &'a str, take: impl FnMut(T)) -> serde_json::Result<Length> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let length = deserializer.deserialize_seq(ListVisitor { take, element: PhantomData })?;
    deserializer.end()?;
    Ok(length)
}

struct ListVisitor<T, F> {
    take: F,
    element: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for ListVisitor<T, F> {
    type Value = Length;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Self::Value, A::Error> {
        for _ in 0..MAX_EVENTS {
            match access.next_element()? {
                Some(element) => (self.take)(element),
                None => return Ok(Length::Within),
            }
        }
        let mut length = Length::Within;
        while access.next_element::<IgnoredAny>()?.is_some() {
            length = Length::Beyond;
        }
        Ok(length)
    }
}
