//! The rules for a step of a case: which service, which unit, what happened when, and nobody's data.
//!
//! A step is judged by itself. Whether it fits what is known of its case (a step out of turn, a target before the
//! submission) is no question of the door: sources send late, out of order and what they have, and the tables say so.

use rules::at::{At, ParseAtError};
use rules::case::Step;
use rules::personal::{looks_personal, looks_personal_number};
use rules::service::Service;
use rules::time::{Millis, parse_instant};
use sql::log::{CaseStep, Content};

use super::{Gate, LEEWAY_MS, MAX_CASE, MAX_WORD, Wrong, longer_than, name};
use crate::answer::Code;
use crate::sentence::quoted;
use crate::wire::{Data, Text};

impl<'r> Gate<'r> {
    pub(super) fn case(&mut self, source: &str, data: &Data<'_>) -> Result<Content, Wrong> {
        let service = self.service(required("service", data.service.as_ref())?)?;
        let number = required("case", data.case.as_ref())?;
        case_number(number)?;
        let unit = self.unit(required("unit", data.unit.as_ref())?)?;
        let step: Step = required("step", data.step.as_ref())?.parse().map_err(|_| unknown_step(data.step.as_ref()))?;
        let at_text = required("at", data.at.as_ref())?;
        let at = self.instant("at", at_text)?;
        if at > self.now + LEEWAY_MS {
            return Err((
                Code::TooFarAhead,
                format!("`data.at` is {}; expected at most ten minutes ahead of the server's clock", quoted(at_text)),
            ));
        }
        self.valid_then(unit, At::Instant(at))?;
        let due = data.due.as_deref().filter(|due| !due.is_empty()).map(|due| self.instant("due", due)).transpose()?;
        Ok(Content::Step(Box::new(CaseStep {
            service: service.no,
            case: format!("{}{number}", self.case_prefix(source)),
            unit: unit.no,
            step,
            at,
            due,
            class: word("class", data.class.as_ref())?,
            channel: word("channel", data.channel.as_ref())?,
            area: word("area", data.area.as_ref())?,
        })))
    }

    fn service(&mut self, id: &str) -> Result<&'r Service, Wrong> {
        if let Some(service) = self.service.filter(|service| service.id == id) {
            return Ok(service);
        }
        let service = self
            .registry
            .service(id)
            .ok_or_else(|| (Code::UnknownService, format!("`data.service` is {}; expected the id of a service", quoted(id))))?;
        self.service = Some(service);
        Ok(service)
    }

    /// An instant within the years in which anything can have happened or be due.
    fn instant(&self, field: &str, text: &str) -> Result<Millis, Wrong> {
        match text.parse() {
            Ok(At::Instant(at)) if at >= self.earliest => Ok(at),
            Err(ParseAtError::Year(_)) if field == "at" && parse_instant(text).is_some_and(|at| at > self.now) => {
                Err((Code::TooFarAhead, format!("`data.at` is {}; expected at most ten minutes ahead of the server's clock", quoted(text))))
            }
            Ok(At::Instant(_)) | Err(ParseAtError::Year(_)) => {
                Err((Code::OutOfRange, format!("`data.{field}` is {}; expected a time from 2000-01-01 to the end of 2199", quoted(text))))
            }
            Ok(At::Period(_)) | Err(_) => Err((
                Code::WrongShape,
                format!("`data.{field}` is {}; expected an instant with offset such as 2026-11-24T09:30:00+07:00", quoted(text)),
            )),
        }
    }

    /// What stands before the local numbers of a source: that of its own row in the configuration, else of the nearest
    /// source above it.
    fn case_prefix(&self, source: &str) -> &'r str {
        let mut id = source;
        loop {
            match (self.registry.source(id), id.rsplit_once('/')) {
                (Some(source), _) => return &source.case_prefix,
                (None, Some((above, _))) => id = above,
                (None, None) => return "",
            }
        }
    }
}

fn case_number(number: &str) -> Result<(), Wrong> {
    if number.trim().is_empty() {
        return Err((Code::WrongShape, format!("`data.case` is empty; expected 1 to {MAX_CASE} characters")));
    }
    personal("case", looks_personal_number(number), "the number of a file")?;
    name("data.case", number, MAX_CASE).map_err(|detail| (Code::WrongShape, detail))
}

/// A word about the case; blank is none. It is never shown in the sentence.
fn word(field: &str, text: Option<&Text<'_>>) -> Result<Option<String>, Wrong> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    if longer_than(text, MAX_WORD) {
        return Err((Code::WrongShape, format!("`data.{field}` has {} characters; expected at most {MAX_WORD}", text.chars().count())));
    }
    if text.chars().any(char::is_control) {
        return Err((Code::WrongShape, format!("`data.{field}` has a control character; expected a name on one line")));
    }
    personal(field, looks_personal(text), "a name that leads to nobody")?;
    Ok(Some((**text).to_owned()))
}

fn personal(field: &str, found: Option<&'static str>, expected: &str) -> Result<(), Wrong> {
    match found {
        Some(what) => Err((Code::PersonalData, format!("`data.{field}` looks like it holds {what}; expected {expected}"))),
        None => Ok(()),
    }
}

fn unknown_step(text: Option<&Text<'_>>) -> Wrong {
    let words: Vec<&str> = Step::ALL.iter().map(|step| step.as_str()).collect();
    (Code::WrongShape, format!("`data.step` is {}; expected one of {}", quoted(text.map_or("", |text| text)), words.join(", ")))
}

fn required<'t>(field: &str, text: Option<&'t Text<'_>>) -> Result<&'t str, Wrong> {
    text.map(|text| &**text)
        .ok_or_else(|| (Code::WrongShape, format!("`data.{field}` is missing; a step has service, case, unit, step and at")))
}
