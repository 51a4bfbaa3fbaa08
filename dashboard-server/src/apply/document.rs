//! Reading TOML: lists of tables with known keys, every fault with its line.
//!
//! Walks the parsed document by hand instead of deserializing it, because that stops at the first
//! fault and does not say where the second one is. Must never know what a key means.

use std::sync::Arc;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Place};
use super::sheet::{check_id, parse_date};

/// A parsed file.
pub(crate) struct Document<'a> {
    path: Arc<str>,
    text: &'a str,
    root: DeTable<'a>,
}

/// A table of it, with its place.
pub(crate) struct Node<'d> {
    document: &'d Document<'d>,
    table: &'d DeTable<'d>,
    pub(crate) place: Place,
}

impl<'a> Document<'a> {
    /// Parses the text; None, with a fault, when it is not TOML.
    pub(crate) fn read(path: &Arc<str>, text: &'a str, faults: &mut Vec<Fault>) -> Option<Self> {
        match DeTable::parse(text) {
            Ok(root) => Some(Self { path: Arc::clone(path), text, root: root.into_inner() }),
            Err(cause) => {
                let line = cause.span().map_or(1, |span| line_at(text, span.start));
                faults.push(Place::line(path, line).fault(format!("is not TOML: {}", cause.message())));
                None
            }
        }
    }

    /// The tables `[[list]]`, the only thing the document may hold.
    pub(crate) fn entries(&self, list: &str, faults: &mut Vec<Fault>) -> Vec<Node<'_>> {
        self.only(&[list], faults);
        self.list(list, faults)
    }

    /// A fault for each list that is not among these.
    pub(crate) fn only(&self, lists: &[&str], faults: &mut Vec<Fault>) {
        for (key, _) in self.root.iter().filter(|(key, _)| !lists.contains(&key.get_ref().as_ref())) {
            let place = self.place(key.span().start);
            let expected = lists.iter().map(|list| format!("[[{list}]]")).collect::<Vec<_>>().join(" or ");
            faults.push(place.fault(format!("{:?} is not known here; each entry of this file begins with {expected}", key.get_ref())));
        }
    }

    /// The tables of one of several lists.
    pub(crate) fn list(&self, list: &str, faults: &mut Vec<Fault>) -> Vec<Node<'_>> {
        Node { document: self, table: &self.root, place: Place::whole(&self.path) }.nodes(list, faults)
    }

    fn place(&self, offset: usize) -> Place {
        Place::line(&self.path, line_at(self.text, offset))
    }
}

impl<'d> Node<'d> {
    /// A fault for each key that is not among these.
    pub(crate) fn only(&self, known: &[&str], faults: &mut Vec<Fault>) {
        for (key, _) in self.table {
            if !known.contains(&key.get_ref().as_ref()) {
                let place = self.document.place(key.span().start);
                faults.push(place.fault(format!("{:?} is not a key here; the keys are {}", key.get_ref(), known.join(", "))));
            }
        }
    }

    /// Text that may be left out; None also when it is blank.
    pub(crate) fn text(&self, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
        let (place, value) = self.get(key)?;
        match value {
            DeValue::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => {
                faults.push(place.fault(format!("{key} must be text between double quotes")));
                None
            }
        }
    }

    /// Text, with a fault when it is missing or blank.
    pub(crate) fn required(&self, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
        let before = faults.len();
        let text = self.text(key, faults);
        if text.is_none() && faults.len() == before {
            faults.push(self.place.fault(format!("{key} is missing or blank; write {key} = \"…\"")));
        }
        text
    }

    /// Text that is an id.
    pub(crate) fn id(&self, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
        let text = self.required(key, faults)?;
        check_id(&self.place_of(key), key, &text, faults)
    }

    /// A number, with a fault when it is missing.
    pub(crate) fn number(&self, key: &str, faults: &mut Vec<Fault>) -> Option<f64> {
        let Some((place, value)) = self.get(key) else {
            faults.push(self.place.fault(format!("{key} is missing; write {key} = a number")));
            return None;
        };
        let number = match value {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite());
        if number.is_none() {
            faults.push(place.fault(format!("{key} must be a number, like 70 or 12.5, without quotes")));
        }
        number
    }

    /// A date, as text or as TOML's own, with a fault when it is missing.
    pub(crate) fn date(&self, key: &str, faults: &mut Vec<Fault>) -> Option<NaiveDate> {
        let Some((place, value)) = self.get(key) else {
            faults.push(self.place.fault(format!("{key} is missing; write {key} = \"2026-01-01\"")));
            return None;
        };
        match value {
            DeValue::String(text) => parse_date(&place, key, text, faults),
            DeValue::Datetime(date) => parse_date(&place, key, &date.to_string(), faults),
            _ => {
                faults.push(place.fault(format!("{key} must be a date like \"2026-01-01\"")));
                None
            }
        }
    }

    /// A list of texts; empty when it is missing.
    pub(crate) fn texts(&self, key: &str, faults: &mut Vec<Fault>) -> Vec<(Place, String)> {
        let Some((place, value)) = self.get(key) else { return Vec::new() };
        let mut texts = Vec::new();
        match value {
            DeValue::Array(items) => {
                for item in items {
                    let place = self.document.place(item.span().start);
                    match item.get_ref() {
                        DeValue::String(text) => texts.push((place, text.trim().to_owned())),
                        _ => faults.push(place.fault(format!("each entry of {key} must be text between double quotes"))),
                    }
                }
            }
            _ => faults.push(place.fault(format!("{key} must be a list, like {key} = [\"…\", \"…\"]"))),
        }
        texts
    }

    /// A list of tables; empty when it is missing.
    pub(crate) fn nodes(&self, key: &str, faults: &mut Vec<Fault>) -> Vec<Node<'d>> {
        let Some((place, value)) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value else {
            faults.push(place.fault(format!("{key} must be a list of tables, each beginning with [[{key}]]")));
            return Vec::new();
        };
        let mut nodes = Vec::new();
        for item in items {
            let place = self.document.place(item.span().start);
            match item.get_ref() {
                DeValue::Table(table) => nodes.push(Node { document: self.document, table, place }),
                _ => faults.push(place.fault(format!("each entry of {key} must be a table, like {{ key = \"value\" }}"))),
            }
        }
        nodes
    }

    /// Whether a key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A table in the table.
    pub(crate) fn child(&self, key: &str, faults: &mut Vec<Fault>) -> Option<Node<'d>> {
        let (place, value) = self.get(key)?;
        match value {
            DeValue::Table(table) => Some(Node { document: self.document, table, place }),
            _ => {
                faults.push(place.fault(format!("{key} must be a table, like {{ start = \"07:30\", end = \"16:00\" }}")));
                None
            }
        }
    }

    /// One of some words; None when it is missing.
    pub(crate) fn one_of(&self, key: &str, words: &[&'static str], faults: &mut Vec<Fault>) -> Option<&'static str> {
        let text = self.text(key, faults)?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            faults.push(self.place_of(key).fault(format!("{key} is {text:?}; write one of {}", words.join(", "))));
        }
        found
    }

    /// A time of the day in minutes since midnight, with a fault when it is missing; 24:00 is its end.
    pub(crate) fn clock(&self, key: &str, faults: &mut Vec<Fault>) -> Option<u16> {
        let text = self.required(key, faults)?;
        let minutes = || {
            let (hour, minute) = text.split_once([':', '.'])?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok().filter(|_| minute.len() == 2)?);
            Some(hour * 60 + minute).filter(|minutes| minute < 60 && hour <= 24 && *minutes <= 24 * 60)
        };
        let found = minutes();
        if found.is_none() {
            faults.push(self.place_of(key).fault(format!("{key} is {text:?}; write a time like \"07:30\"")));
        }
        found
    }

    /// A whole number within a range; None when it is missing.
    pub(crate) fn whole(&self, key: &str, range: std::ops::RangeInclusive<u16>, faults: &mut Vec<Fault>) -> Option<u16> {
        let (place, value) = self.get(key)?;
        let found = match value {
            DeValue::Integer(number) => number.as_str().parse().ok().filter(|number| range.contains(number)),
            _ => None,
        };
        if found.is_none() {
            faults.push(place.fault(format!("{key} must be a whole number from {} to {}, without quotes", range.start(), range.end())));
        }
        found
    }

    /// The place of a key, or of the table when it is not there.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        self.get(key).map_or_else(|| self.place.clone(), |(place, _)| place)
    }

    fn get(&self, key: &str) -> Option<(Place, &'d DeValue<'d>)> {
        let value: &Spanned<DeValue<'d>> = self.table.iter().find(|(found, _)| found.get_ref() == key)?.1;
        Some((self.document.place(value.span().start), value.get_ref()))
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|&&byte| byte == b'\n').count() + 1
}
