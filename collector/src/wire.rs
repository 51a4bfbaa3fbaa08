//! The words on the wire: a CloudEvents 1.0 event in JSON and our data types inside it.
//!
//! Owns names and shapes, nothing else. Must never know units, indicators, keys or the clock.
//! Strings stay borrowed from the body wherever they hold no escapes: a batch of 1,000 samples is read without allocating for them.

mod batch;
mod diagnose;
mod object;
mod quick;

pub(crate) use batch::{BodyError, Elements, Form, read};
pub(crate) use diagnose::{Fault, unknown_type};

use std::borrow::Cow;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Visitor};

/// The one version of CloudEvents that we speak.
pub(crate) const SPECVERSION: &str = "1.0";

/// What an event is about, by its `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `pantau.sample.v1`: a measured value of a unit's indicator.
    Sample,
    /// `pantau.case.v1`: something happened to a case of a service.
    Case,
    /// `pantau.void.v1`: an earlier event stops counting.
    Void,
}

impl Kind {
    /// The kind that a `type` names; `None` for one that is not known here.
    pub(crate) fn from_type(word: &str) -> Option<Self> {
        match word {
            "pantau.sample.v1" => Some(Self::Sample),
            "pantau.case.v1" => Some(Self::Case),
            "pantau.void.v1" => Some(Self::Void),
            _ => None,
        }
    }

    /// The keys that its `data` may have. A key outside this list is refused, so that nothing is dropped in silence
    /// and no column about citizens slips in.
    pub(crate) fn allowed_keys(self) -> &'static [&'static str] {
        match self {
            Self::Sample => &["unit", "indicator", "at", "value", "numerator", "denominator", "note"],
            Self::Case => &["service", "case", "unit", "step", "at", "due", "class", "channel", "area"],
            Self::Void => &["source", "id", "reason"],
        }
    }
}

/// A CloudEvents envelope. Attributes that are not listed are ignored, as the standard asks.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub(crate) struct Event<'a> {
    /// Must be `1.0`.
    #[serde(borrow)]
    pub specversion: Text<'a>,
    /// Unique within the source.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// Who says so: the key's source or one below it.
    #[serde(borrow)]
    pub source: Text<'a>,
    /// See [`Kind::from_type`].
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    /// When the source wrote the event, RFC 3339.
    #[serde(borrow, default)]
    pub time: Option<Text<'a>>,
    /// What happened.
    #[serde(borrow, deserialize_with = "object::only")]
    pub data: Data<'a>,
}

/// The fields of all data types in one struct, because `data` may stand before `type` in the text. Which of them may be
/// there is checked by [`Kind::allowed_keys`]; `null` counts as absent.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Data<'a> {
    /// Sample and case: id of the unit.
    #[serde(borrow)]
    pub unit: Option<Text<'a>>,
    /// Sample: id of the indicator.
    #[serde(borrow)]
    pub indicator: Option<Text<'a>>,
    /// Sample: an instant (RFC 3339) or a period; case: an instant.
    #[serde(borrow)]
    pub at: Option<Text<'a>>,
    /// Sample of an indicator that is no ratio.
    pub value: Option<f64>,
    /// Sample of a ratio: the part.
    pub numerator: Option<f64>,
    /// Sample of a ratio: the whole, not negative.
    pub denominator: Option<f64>,
    /// Sample: a remark, nothing personal.
    #[serde(borrow)]
    pub note: Option<Text<'a>>,
    /// Case: id of the service.
    #[serde(borrow)]
    pub service: Option<Text<'a>>,
    /// Case: its number at its source; never a person's.
    #[serde(borrow)]
    pub case: Option<Text<'a>>,
    /// Case: what happened, one of [`rules::case::Step`].
    #[serde(borrow)]
    pub step: Option<Text<'a>>,
    /// Case: until when it should be done, an instant.
    #[serde(borrow)]
    pub due: Option<Text<'a>>,
    /// Case: its class, nothing personal.
    #[serde(borrow)]
    pub class: Option<Text<'a>>,
    /// Case: the channel it came through, nothing personal.
    #[serde(borrow)]
    pub channel: Option<Text<'a>>,
    /// Case: the area it is about, nothing personal.
    #[serde(borrow)]
    pub area: Option<Text<'a>>,
    /// Void: source of the event that stops counting.
    #[serde(borrow)]
    pub source: Option<Text<'a>>,
    /// Void: id of the event that stops counting.
    #[serde(borrow)]
    pub id: Option<Text<'a>>,
    /// Void: why, nothing personal.
    #[serde(borrow)]
    pub reason: Option<Text<'a>>,
}

impl Data<'_> {
    /// The first field that is there and that this kind does not know.
    pub(crate) fn foreign_key(&self, kind: Kind) -> Option<&'static str> {
        let of_both = [("unit", self.unit.is_some()), ("at", self.at.is_some())];
        let of_sample = [
            ("indicator", self.indicator.is_some()),
            ("value", self.value.is_some()),
            ("numerator", self.numerator.is_some()),
            ("denominator", self.denominator.is_some()),
            ("note", self.note.is_some()),
        ];
        let of_case = [
            ("service", self.service.is_some()),
            ("case", self.case.is_some()),
            ("step", self.step.is_some()),
            ("due", self.due.is_some()),
            ("class", self.class.is_some()),
            ("channel", self.channel.is_some()),
            ("area", self.area.is_some()),
        ];
        let of_void = [("source", self.source.is_some()), ("id", self.id.is_some()), ("reason", self.reason.is_some())];
        let foreign: [&[(&'static str, bool)]; 3] = match kind {
            Kind::Sample => [&of_case, &of_void, &[]],
            Kind::Case => [&of_sample, &of_void, &[]],
            Kind::Void => [&of_both, &of_sample, &of_case],
        };
        foreign.into_iter().flatten().find(|(_, given)| *given).map(|(name, _)| *name)
    }
}

/// A JSON string, borrowed from the body unless it holds escapes.
///
/// A newtype because serde borrows a bare `Cow` but not one inside an `Option`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        deserializer.deserialize_str(TextVisitor).map(Text)
    }
}
