//! Rows that are samples: by their id, or by unit, indicator and time.

use std::collections::HashMap;

use rules::at::At;
use sql::log::{Content as Said, Entry as Logged, NewEvent};

use super::names::Names;
use super::{Matter, Taken, Wrong, hash_of, revision, timely};
use crate::import::{Content, Numbers};

/// What a source last said of its samples, by what an id is about.
#[derive(Default)]
pub(crate) struct Samples {
    known: HashMap<String, (Word, u32)>,
}

/// What is said of a sample; None when it was taken back.
type Word = Option<(i64, i64, At, [Option<u64>; 3])>;

/// A row with numbers in place of names.
pub(crate) struct Row {
    base: String,
    unit: i64,
    indicator: i64,
    at: At,
    numbers: [Option<f64>; 3],
}

impl Row {
    fn said(&self) -> Word {
        Some((self.unit, self.indicator, self.at, bits(self.numbers)))
    }
}

fn bits(numbers: [Option<f64>; 3]) -> [Option<u64>; 3] {
    numbers.map(|number| number.map(f64::to_bits))
}

impl Matter for Samples {
    type Row = Row;

    fn learn(&mut self, entry: Logged) {
        match entry {
            Logged::Sample(sample) => {
                let (base, number) = revision::parse(&sample.event_id);
                let numbers = bits([sample.value, sample.numerator, sample.denominator]);
                self.known.insert(base.to_owned(), (Some((sample.unit, sample.indicator, sample.at, numbers)), number));
            }
            Logged::Void(void) if void.event_id == revision::void(&void.target_id) => {
                if let Some(known) = self.known.get_mut(revision::parse(&void.target_id).0) {
                    known.0 = None;
                }
            }
            Logged::Void(_) | Logged::Step(_) => {}
        }
    }

    fn understand(&self, content: &Content<'_>, names: &Names<'_>) -> Result<Row, Wrong> {
        let Content::Sample(row) = content else { return Err((String::new(), "expected a sample".to_owned())) };
        let (unit, indicator) = (names.unit(&row.unit)?, names.indicator(&row.indicator)?);
        timely(&names.columns.at, row.at.begins(names.zone), names.earliest, names.now)?;
        let numbers = match (row.numbers, indicator.is_ratio()) {
            (Numbers::Value(value), false) => [Some(value + 0.0), None, None],
            (Numbers::Ratio { numerator, denominator }, true) => [None, Some(numerator + 0.0), Some(denominator + 0.0)],
            (_, true) => return Err((String::new(), format!("{} is a ratio; map numerator and denominator", indicator.id))),
            (_, false) => return Err((String::new(), format!("{} is no ratio; map value", indicator.id))),
        };
        if !names.registry.unit_no(unit).is_some_and(|unit| indicator.applies(unit)) {
            return Err((String::new(), format!("indicator {} is not measured at unit {}", indicator.id, row.unit)));
        }
        let base = match &row.id {
            Some(id) => id.to_string(),
            None => format!("{unit}/{}/{}", indicator.no, row.at),
        };
        Ok(Row { base, unit, indicator: indicator.no, at: row.at, numbers })
    }

    fn key(row: &Row) -> u64 {
        hash_of(&row.base)
    }

    fn word(row: &Row) -> u64 {
        hash_of(row.said())
    }

    fn known(&self, row: &Row) -> Option<u64> {
        self.known.get(&row.base).map(|(word, _)| hash_of(word))
    }

    fn take(&mut self, row: Row, source: i64, events: &mut Vec<NewEvent>) -> Taken {
        let said = row.said();
        let (before, number) = self.known.get(&row.base).copied().unwrap_or_default();
        if number > 0 && before == said {
            return Taken::Same;
        }
        // A sample that moves to another unit or time is taken back where it was.
        let place = |word: Word| word.map(|(unit, indicator, at, _)| (unit, indicator, at));
        if before.is_some() && place(before) != place(said) {
            events.extend(revision::voids(source, &row.base, number, "elsewhere in the imported file"));
        }
        let [value, numerator, denominator] = row.numbers;
        let content = Said::Sample { unit: row.unit, indicator: row.indicator, at: row.at, value, numerator, denominator, note: None };
        events.push(NewEvent { source, id: revision::id(&row.base, number + 1), time: None, content });
        self.known.insert(row.base, (said, number + 1));
        if number == 0 { Taken::New } else { Taken::Revised }
    }
}
