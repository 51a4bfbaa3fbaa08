//! A recorded file as a tape: what happened, in the order in which it happened, to be sent once more as if it happened now.
//!
//! The file is read whole, because its rows need not stand in the order of their times. Pure but for that: when an event is due
//! and what it says then follows from the tape, the [`Pace`] and nothing else. Must never know a server.

use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use rules::at::At;
use rules::case::Step;
use rules::period::{Every, Period};
use rules::time::{Millis, date_of, format_instant};
use serde_json::{Map, Value, json};

use crate::import::{Content, Entry, Error, Mapping, Numbers, RejectedFile, Rows};

/// What happened, in time.
#[derive(Debug)]
pub struct Tape {
    source: String,
    zone: Tz,
    moments: Vec<Moment>,
    rejected: u64,
}

/// Something that happened.
#[derive(Debug)]
struct Moment {
    at: Millis,
    line: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Step(Step, Arc<Case>),
    Sample(Box<Sample>),
}

#[derive(Debug)]
struct Case {
    case: String,
    service: String,
    unit: String,
    due: Option<Millis>,
    /// `class`, `channel`, `area`.
    fields: [Option<String>; 3],
}

#[derive(Debug)]
struct Sample {
    unit: String,
    indicator: String,
    /// None for an instant, else the kind of period.
    every: Option<Every>,
    numbers: Numbers,
}

/// How recorded time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The first moment of the tape.
    pub begins: Millis,
    /// When the replay began.
    pub started: Millis,
    /// How many times faster; None for as fast as the server takes it, where everything happens at once.
    pub speed: Option<f64>,
}

impl Pace {
    /// When something that was recorded at `at` happens.
    pub fn of(&self, at: Millis) -> Millis {
        let Some(speed) = self.speed else { return self.started };
        self.started.saturating_add(((at - self.begins) as f64 / speed) as Millis)
    }

    /// The later of two recorded moments, as far from `happens` as the pace makes it; without a pace as far as it was.
    fn after(&self, happens: Millis, at: Millis, later: Millis) -> Millis {
        let apart = (later - at) as f64 / self.speed.unwrap_or(1.0);
        happens.saturating_add(apart as Millis)
    }
}

impl Tape {
    /// Reads a file. Rows that cannot be read go to `FILE.rejected.csv`, as for an import. `region` is the zone of times without
    /// offset, unless the mapping names one, and that in which periods lie.
    ///
    /// # Errors
    /// A file that cannot be read to its end, or is no table.
    pub fn read(file: &Path, mapping: &Mapping, region: Tz) -> Result<Self, Error> {
        let mut rows = Rows::open(file, mapping, region)?;
        let mut refused = RejectedFile::new(file, rows.columns());
        let mut tape = Self { source: mapping.source.clone(), zone: region, moments: Vec::new(), rejected: 0 };
        while let Some(entry) = rows.advance()? {
            match entry {
                Entry::Rejected(row) => {
                    refused.write(&row)?;
                    tape.rejected += 1;
                }
                Entry::Row(row) => tape.take(row.line, row.content),
            }
        }
        refused.finish()?;
        // What the file says first of one instant happens first.
        tape.moments.sort_by_key(|moment| moment.at);
        Ok(tape)
    }

    fn take(&mut self, line: u64, content: Content<'_>) {
        match content {
            Content::Case(row) => {
                let fields = [&row.class, &row.channel, &row.area].map(|text| text.as_deref().map(str::to_owned));
                let (case, service, unit) = (row.case.into_owned(), row.service.into_owned(), row.unit.into_owned());
                let case = Arc::new(Case { case, service, unit, due: row.due, fields });
                let moment = |(step, at): &(Step, Millis)| Moment { at: *at, line, what: What::Step(*step, Arc::clone(&case)) };
                self.moments.extend(row.steps.iter().map(moment));
            }
            Content::Sample(row) => {
                let every = if let At::Period(period) = row.at { Some(period.every()) } else { None };
                let sample = Sample { unit: row.unit.into_owned(), indicator: row.indicator.into_owned(), every, numbers: row.numbers };
                self.moments.push(Moment { at: row.at.begins(self.zone), line, what: What::Sample(Box::new(sample)) });
            }
        }
    }

    /// How much happened.
    pub fn len(&self) -> usize {
        self.moments.len()
    }

    /// Whether nothing did.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// Rows that could not be read.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// When the first of it happened; None for an empty tape.
    pub fn begins(&self) -> Option<Millis> {
        self.moments.first().map(|moment| moment.at)
    }

    /// When something on it happens at a pace.
    pub fn happens(&self, place: usize, pace: &Pace) -> Millis {
        pace.of(self.moments[place].at)
    }

    /// Line of the file in which it stands.
    pub fn line(&self, place: usize) -> u64 {
        self.moments[place].line
    }

    /// Something on it as an event. `run` tells one replay from another: cases and events of each are its own. `names` puts
    /// an id in place of what the file calls a unit, a service or an indicator.
    pub fn event(&self, place: usize, pace: &Pace, run: &str, names: &dyn Names) -> Value {
        let Moment { at, what, .. } = &self.moments[place];
        let happens = pace.of(*at);
        let (kind, data) = match what {
            What::Step(step, case) => ("pantau.case.v1", case.data(*step, *at, happens, pace, run, names)),
            What::Sample(sample) => ("pantau.sample.v1", sample.data(happens, self.zone, names)),
        };
        json!({"specversion": "1.0", "id": format!("{run}/{place}"), "source": self.source, "type": kind, "data": data})
    }
}

/// Ids by the names in a file.
pub trait Names {
    /// Id of a unit.
    fn unit<'n>(&'n self, text: &'n str) -> &'n str;
    /// Id of a service.
    fn service<'n>(&'n self, text: &'n str) -> &'n str;
}

impl Case {
    fn data(&self, step: Step, at: Millis, happens: Millis, pace: &Pace, run: &str, names: &dyn Names) -> Value {
        let mut data = Map::new();
        data.insert("service".to_owned(), names.service(&self.service).into());
        data.insert("case".to_owned(), format!("{}~{run}", self.case).into());
        data.insert("unit".to_owned(), names.unit(&self.unit).into());
        data.insert("step".to_owned(), step.to_string().into());
        data.insert("at".to_owned(), format_instant(happens).into());
        if let Some(due) = self.due {
            data.insert("due".to_owned(), format_instant(pace.after(happens, at, due)).into());
        }
        for (word, text) in ["class", "channel", "area"].into_iter().zip(&self.fields) {
            if let Some(text) = text {
                data.insert(word.to_owned(), text.as_str().into());
            }
        }
        Value::Object(data)
    }
}

impl Sample {
    fn data(&self, happens: Millis, zone: Tz, names: &dyn Names) -> Value {
        let at = match self.every {
            None => format_instant(happens),
            Some(every) => Period::containing(date_of(happens, zone), every).to_string(),
        };
        let mut data = json!({"unit": names.unit(&self.unit), "indicator": self.indicator, "at": at});
        match self.numbers {
            Numbers::Value(value) => data["value"] = value.into(),
            Numbers::Ratio { numerator, denominator } => {
                data["numerator"] = numerator.into();
                data["denominator"] = denominator.into();
            }
        }
        data
    }
}

#[cfg(test)]
mod tests;
