//! Walking a mapping's TOML: known keys only, every fault with its line.
//!
//! By hand instead of deserializing, because that stops at the first fault. Must never know what a key means.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::error::Fault;
use super::super::nearest::suggestion;

/// A table of the mapping, with its name as it is written in front of a key (`unit.`; empty for the whole file).
pub(super) struct Keys<'d> {
    path: &'d Arc<str>,
    text: &'d str,
    table: &'d DeTable<'d>,
    prefix: String,
    line: u64,
}

impl<'d> Keys<'d> {
    pub(super) fn whole(path: &'d Arc<str>, text: &'d str, table: &'d DeTable<'d>) -> Self {
        Self { path, text, table, prefix: String::new(), line: 1 }
    }

    pub(super) fn fault(&self, line: u64, sentence: impl Into<String>) -> Fault {
        Fault { path: Arc::clone(self.path), line: Some(line), sentence: sentence.into() }
    }

    /// The line on which the table begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// A fault for each key that is not among these.
    pub(super) fn only(&self, known: &[&str], faults: &mut Vec<Fault>) {
        for (key, _) in self.table {
            let found = key.get_ref().as_ref();
            if !known.contains(&found) {
                let hint = suggestion(found, known.iter().copied());
                let sentence = format!("\"{}{found}\" is not a key of a mapping{hint}; known here: {}", self.prefix, known.join(", "));
                faults.push(self.fault(line_at(self.text, key.span().start), sentence));
            }
        }
    }

    /// Whether the key is there, whatever it holds.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(found, _)| found.get_ref() == key)
    }

    /// The keys that are there, in the order of the file.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<_> = self.table.iter().map(|(key, _)| (key.span().start, key.get_ref().as_ref())).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name)
    }

    /// The line of a key's value, else that of the table.
    pub(super) fn line_of(&self, key: &str) -> u64 {
        self.get(key).map_or(self.line, |(line, _)| line)
    }

    /// Text that may be left out; with a fault when it is blank or no text.
    pub(super) fn text(&self, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
        let (line, value) = self.get(key)?;
        match value {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            DeValue::String(text) if !text.is_empty() && key == "delimiter" => Some(text.to_string()),
            _ => {
                faults.push(self.fault(line, format!("{}{key} must be text between double quotes, not blank", self.prefix)));
                None
            }
        }
    }

    /// Text, with a fault when it is missing; `example` shows how it is written.
    pub(super) fn required(&self, key: &str, example: &str, faults: &mut Vec<Fault>) -> Option<String> {
        if !self.has(key) {
            faults.push(self.fault(self.line, format!("{}{key} is missing; write {key} = \"{example}\"", self.prefix)));
        }
        self.text(key, faults)
    }

    /// `true` or `false`; false when it is left out.
    pub(super) fn flag(&self, key: &str, faults: &mut Vec<Fault>) -> bool {
        match self.get(key) {
            None => false,
            Some((_, DeValue::Boolean(flag))) => *flag,
            Some((line, _)) => {
                faults.push(self.fault(line, format!("{}{key} must be true or false, without quotes", self.prefix)));
                false
            }
        }
    }

    /// One text or a list of them, each with its line; empty when the key is left out.
    pub(super) fn texts(&self, key: &str, faults: &mut Vec<Fault>) -> Vec<(u64, String)> {
        let Some((line, value)) = self.get(key) else {
            return Vec::new();
        };
        let mut texts = Vec::new();
        match value {
            DeValue::String(text) => texts.push((line, text.to_string())),
            DeValue::Array(items) if !items.is_empty() => {
                for item in items.iter() {
                    match item.get_ref() {
                        DeValue::String(text) => texts.push((line_at(self.text, item.span().start), text.to_string())),
                        _ => {
                            faults.push(self.fault(line, format!("{key} holds something that is no text; put each between double quotes")))
                        }
                    }
                }
            }
            _ => faults.push(self.fault(line, format!("{key} must be a list of texts, like [\"%Y-%m-%d\"]"))),
        }
        texts
    }

    /// A table within this one; `None` when it is left out, with a fault when it is no table.
    pub(super) fn table(&self, key: &str, example: &str, faults: &mut Vec<Fault>) -> Option<Keys<'d>> {
        let (line, value) = self.get(key)?;
        match value {
            DeValue::Table(table) => Some(Keys { path: self.path, text: self.text, table, prefix: format!("{}{key}.", self.prefix), line }),
            _ => {
                faults.push(self.fault(line, format!("{}{key} must be a table, like {key} = {example}", self.prefix)));
                None
            }
        }
    }

    fn get(&self, key: &str) -> Option<(u64, &'d DeValue<'d>)> {
        let value: &Spanned<DeValue<'d>> = self.table.iter().find(|(found, _)| found.get_ref() == key)?.1;
        Some((line_at(self.text, value.span().start), value.get_ref()))
    }
}

/// The line, from 1, in which a byte stands.
pub(super) fn line_at(text: &str, offset: usize) -> u64 {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1
}
