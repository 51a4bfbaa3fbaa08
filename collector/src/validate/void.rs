//! The rules for a void: a source takes back one of its own events and says why.

use sql::log::Content;

use super::{Gate, MAX_ID, MAX_SOURCE, Wrong, name, remark};
use crate::answer::Code;
use crate::sentence::quoted;
use crate::wire::Data;

impl Gate<'_> {
    /// The void, and the id of the source it names when that has no number yet.
    pub(super) fn void<'d>(&self, data: &'d Data<'_>) -> Result<(Content, Option<&'d str>), Wrong> {
        let source = required("source", data.source.as_deref())?;
        let id = required("id", data.id.as_deref())?;
        let reason = required("reason", data.reason.as_deref())?;
        name("data.source", source, MAX_SOURCE).map_err(|detail| (Code::WrongShape, detail))?;
        name("data.id", id, MAX_ID).map_err(|detail| (Code::WrongShape, detail))?;
        if reason.trim().is_empty() {
            return Err((Code::WrongShape, "`data.reason` is empty; expected why the event stops counting".to_owned()));
        }
        if !self.is_own_source(source) {
            return Err((
                Code::ForbiddenSource,
                format!("`data.source` is {}; this key voids only events of {} or below it", quoted(source), quoted(&self.key.source_id)),
            ));
        }
        remark("reason", reason)?;
        let number = self.source_number(source);
        let content = Content::Void { source: number.unwrap_or(0), id: id.to_owned(), reason: reason.to_owned() };
        Ok((content, if number.is_none() { Some(source) } else { None }))
    }
}

fn required<'t>(field: &str, text: Option<&'t str>) -> Result<&'t str, Wrong> {
    text.ok_or_else(|| (Code::WrongShape, format!("`data.{field}` is missing; a void has source, id and reason")))
}
