//! One row that changes, as a line for people.

use std::fmt;

use serde_json::Value;
use sql::configuration::Table;

/// A row that is added, changed or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its table.
    pub table: Table,
    /// Its key there.
    pub key: String,
    /// What happens to it.
    pub action: Action,
}

/// What happens to a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It is new.
    Add,
    /// Fields of it change.
    Change(Vec<Difference>),
    /// It ends; what it was stays known.
    End,
}

/// A field that changes, old and new as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    field: String,
    old: String,
    new: String,
}

/// How many rows are added, changed and ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New rows.
    pub added: usize,
    /// Changed rows.
    pub changed: usize,
    /// Ended rows.
    pub ended: usize,
}

impl Counts {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut counts = Self::default();
        for step in steps {
            match step.action {
                Action::Add => counts.added += 1,
                Action::Change(_) => counts.changed += 1,
                Action::End => counts.ended += 1,
            }
        }
        counts
    }
}

/// The fields in which two rows of one table differ.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return Vec::new() };
    new.iter()
        .filter_map(|(field, new)| {
            let old = old.get(field).unwrap_or(&Value::Null);
            (old != new).then(|| Difference { field: field.clone(), old: short(old), new: short(new) })
        })
        .collect()
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "blank".to_owned(),
        Value::String(text) if text.is_empty() => "blank".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";"),
        Value::Array(items) => format!("{} entries", items.len()),
        Value::Object(_) => "…".to_owned(),
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.action {
            Action::Add => '+',
            Action::Change(_) => '~',
            Action::End => '-',
        };
        write!(out, "{sign} {} {}", self.table.as_str(), self.key.replace('|', " "))?;
        if let Action::Change(differences) = &self.action {
            let texts: Vec<String> = differences.iter().map(Difference::to_string).collect();
            write!(out, " ({})", texts.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.old == self.new {
            true => write!(out, "{} changed", self.field),
            false => write!(out, "{}: {} -> {}", self.field, self.old, self.new),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "added {}, changed {}, ended {}", self.added, self.changed, self.ended)
    }
}
