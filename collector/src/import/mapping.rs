//! A mapping file: which column of a foreign table is what.
//!
//! Owns its keys and their faults. Must never look at the table itself, and never know which units or indicators there are.

mod keys;

use std::sync::Arc;

use chrono_tz::Tz;
use encoding_rs::Encoding;
use toml::de::DeTable;

use super::error::Fault;
use super::moment::Format;
use super::number::Decimal;
use keys::{Keys, line_at};
use rules::case::Step;

/// What a mapping says.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Path of the mapping as it was given.
    pub path: Arc<str>,
    /// Id of the source under which the rows are kept.
    pub source: String,
    /// Zone of times without offset; the region's when it is left out.
    pub timezone: Option<Tz>,
    /// What the rows are.
    pub kind: Kind,
    /// The unit of each row; `create` makes units that are not known.
    pub unit: Origin,
    /// How times are written; the usual ISO forms when it is empty.
    pub(super) time_formats: Vec<Format>,
    /// Byte between the columns; found in the file when it is left out.
    pub(super) delimiter: Option<u8>,
    /// Decimal mark; found in the file when it is left out.
    pub(super) decimal: Option<Decimal>,
    /// Encoding of the text; found in the file when it is left out.
    pub(super) encoding: Option<&'static Encoding>,
    /// Name of the sheet in a workbook; the first when it is left out.
    pub(super) sheet: Option<String>,
}

/// What the rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `kind = "cases"`: one case a row.
    Cases(CaseColumns),
    /// `kind = "samples"`: one sample a row.
    Samples(SampleColumns),
}

/// Which columns make a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseColumns {
    /// Column of the case's number.
    pub id: String,
    /// The service of each row; `create` makes services that are not known.
    pub service: Origin,
    /// Column of each step's time.
    pub steps: Vec<(Step, String)>,
    /// Column of the time by which it is due.
    pub due: Option<String>,
    /// Column of its class.
    pub class: Option<String>,
    /// Column of the channel on which it came.
    pub channel: Option<String>,
    /// Column of its area.
    pub area: Option<String>,
}

/// Which columns make a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleColumns {
    /// Column of an id; without it a sample is its unit, indicator and time.
    pub id: Option<String>,
    /// The indicator of each row; `create` makes indicators that are not known.
    pub indicator: Origin,
    /// Column of its instant or period.
    pub at: String,
    /// Columns of its numbers.
    pub numbers: NumberColumns,
}

/// Which columns hold a sample's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberColumns {
    /// One value.
    Value(String),
    /// A ratio.
    Ratio {
        /// Column of the part.
        numerator: String,
        /// Column of the whole.
        denominator: String,
    },
}

/// Where a name comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The column, or the one name for all rows.
    pub text: OriginText,
    /// Whether what is not known yet is made.
    pub create: bool,
}

/// See [`Origin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginText {
    /// A column, and what stands for a blank cell; without it a blank cell rejects its row.
    Column {
        /// Its name.
        name: String,
        /// Text for a blank cell.
        blank: Option<String>,
    },
    /// The same in all rows.
    Value(String),
}

const ORIGIN: &str = "{ column = \"…\" }";

impl Mapping {
    /// Reads a mapping. `path` is what its faults name.
    ///
    /// # Errors
    /// Every fault with its line: TOML that is none, unknown keys (with the nearest known one), missing ones, wrong values.
    pub fn read(path: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let path: Arc<str> = path.into();
        let root = DeTable::parse(text).map_err(|cause| {
            let line = Some(cause.span().map_or(1, |span| line_at(text, span.start)));
            vec![Fault { path: Arc::clone(&path), line, sentence: format!("is not TOML: {}", cause.message()) }]
        })?;
        let mut faults = Vec::new();
        let mapping = whole(&path, &Keys::whole(&path, text, root.get_ref()), &mut faults);
        match mapping {
            Some(mapping) if faults.is_empty() => Ok(mapping),
            _ => Err(faults),
        }
    }
}

fn whole(path: &Arc<str>, keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<Mapping> {
    const FOR_ALL: [&str; 10] = ["kind", "source", "timezone", "time_format", "id", "unit", "delimiter", "decimal", "encoding", "sheet"];
    const FOR_CASES: [&str; 4] = ["service", "steps", "due", "fields"];
    const FOR_SAMPLES: [&str; 5] = ["indicator", "at", "value", "numerator", "denominator"];

    let kind_word = keys.required("kind", "cases", faults);
    let (own, foreign) = match kind_word.as_deref() {
        Some("samples") => (&FOR_SAMPLES[..], &FOR_CASES[..]),
        _ => (&FOR_CASES[..], &FOR_SAMPLES[..]),
    };
    let misplaced: Vec<&str> = foreign.iter().copied().filter(|key| keys.has(key)).collect();
    keys.only(&[&FOR_ALL[..], own, &misplaced].concat(), faults);
    let kind = match kind_word.as_deref() {
        Some("cases") => cases(keys, faults).map(Kind::Cases),
        Some("samples") => samples(keys, faults).map(Kind::Samples),
        Some(word) => {
            faults.push(keys.fault(keys.line_of("kind"), format!("kind is \"{word}\"; write \"cases\" or \"samples\"")));
            return None;
        }
        None => return None,
    };
    for key in misplaced {
        let other = if own == FOR_CASES { "samples" } else { "cases" };
        faults.push(keys.fault(keys.line_of(key), format!("{key} is a key of kind = \"{other}\"; leave it out, or change kind")));
    }
    let time_formats = time_formats(keys, kind_word.as_deref() == Some("samples"), faults);
    let source = keys.required("source", "name-of-the-source", faults);
    let unit = required_origin(keys, "unit", "{ column = \"…\", create = true }", true, faults);
    let (delimiter, decimal) = (delimiter(keys, faults), decimal(keys, faults));
    Some(Mapping {
        path: Arc::clone(path),
        timezone: timezone(keys, faults),
        encoding: encoding(keys, faults),
        sheet: keys.text("sheet", faults),
        source: source?,
        kind: kind?,
        unit: unit?,
        time_formats,
        delimiter,
        decimal,
    })
}

fn cases(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<CaseColumns> {
    let id = keys.required("id", "column of the case's number", faults);
    let service = required_origin(keys, "service", "{ value = \"…\" }", false, faults);
    let steps = steps(keys, faults);
    let due = column(keys, "due", faults);
    let fields = keys.table("fields", "{ class = \"…\" }", faults);
    let mut field = |key: &str| fields.as_ref().and_then(|fields| fields.text(key, faults));
    let (class, channel, area) = (field("class"), field("channel"), field("area"));
    if let Some(fields) = &fields {
        fields.only(&["class", "channel", "area"], faults);
    }
    Some(CaseColumns { id: id?, service: service?, steps, due, class, channel, area })
}

fn steps(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Vec<(Step, String)> {
    const EXAMPLE: &str = "{ submitted = \"…\", closed = \"…\" }";
    let Some(table) = keys.table("steps", EXAMPLE, faults) else {
        if !keys.has("steps") {
            faults.push(keys.fault(keys.line(), format!("steps is missing; write steps = {EXAMPLE} with the columns of their times")));
        }
        return Vec::new();
    };
    table.only(&Step::ALL.iter().map(|step| step.as_str()).collect::<Vec<_>>(), faults);
    if table.names().next().is_none() {
        faults.push(table.fault(table.line(), format!("steps names no step; write steps = {EXAMPLE}")));
    }
    let steps = Step::ALL.iter().filter_map(|step| Some((*step, table.text(step.as_str(), faults)?)));
    steps.collect()
}

fn samples(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<SampleColumns> {
    let id = keys.text("id", faults);
    let indicator = required_origin(keys, "indicator", ORIGIN, false, faults);
    let at = required_column(keys, "at", faults);
    let numbers = match ["value", "numerator", "denominator"].map(|key| keys.has(key)) {
        [true, false, false] => required_column(keys, "value", faults).map(NumberColumns::Value),
        [false, true, true] => {
            let (numerator, denominator) = (required_column(keys, "numerator", faults), required_column(keys, "denominator", faults));
            numerator.zip(denominator).map(|(numerator, denominator)| NumberColumns::Ratio { numerator, denominator })
        }
        _ => {
            faults.push(keys.fault(
                keys.line(),
                format!("the numbers are missing, or too many; write either value = {ORIGIN}, or numerator = {ORIGIN} and denominator = {ORIGIN}"),
            ));
            None
        }
    };
    Some(SampleColumns { id, indicator: indicator?, at: at?, numbers: numbers? })
}

fn required_origin(keys: &Keys<'_>, key: &str, example: &str, may_be_blank: bool, faults: &mut Vec<Fault>) -> Option<Origin> {
    if !keys.has(key) {
        faults.push(keys.fault(keys.line(), format!("{key} is missing; write {key} = {example}")));
    }
    let table = keys.table(key, example, faults)?;
    let known: &[&str] = if may_be_blank { &["column", "value", "create", "blank"] } else { &["column", "value", "create"] };
    table.only(known, faults);
    let create = table.flag("create", faults);
    let blank = if may_be_blank { table.text("blank", faults) } else { None };
    let text = match (table.has("column"), table.has("value")) {
        (true, false) => OriginText::Column { name: table.text("column", faults)?, blank },
        (false, true) if blank.is_none() => OriginText::Value(table.text("value", faults)?),
        _ => {
            let sentence = format!("{key} must have either column or value (and blank only beside column), like {key} = {example}");
            faults.push(table.fault(table.line(), sentence));
            return None;
        }
    };
    Some(Origin { text, create })
}

fn column(keys: &Keys<'_>, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
    let table = keys.table(key, ORIGIN, faults)?;
    table.only(&["column"], faults);
    table.required("column", "…", faults)
}

fn required_column(keys: &Keys<'_>, key: &str, faults: &mut Vec<Fault>) -> Option<String> {
    if !keys.has(key) {
        faults.push(keys.fault(keys.line(), format!("{key} is missing; write {key} = {ORIGIN}")));
    }
    column(keys, key, faults)
}

fn time_formats(keys: &Keys<'_>, may_be_long: bool, faults: &mut Vec<Fault>) -> Vec<Format> {
    let mut formats = Vec::new();
    for (line, text) in keys.texts("time_format", faults) {
        match Format::read(&text) {
            Ok(format) if may_be_long || !format.is_longer_than_a_day() => formats.push(format),
            Ok(_) => {
                faults.push(keys.fault(line, format!("time_format \"{text}\" has no day; steps of a case need one, like \"%Y-%m-%d\"")))
            }
            Err(sentence) => faults.push(keys.fault(line, format!("time_format \"{text}\" {sentence}"))),
        }
    }
    formats
}

fn timezone(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<Tz> {
    let name = keys.text("timezone", faults)?;
    let zone = name.parse().ok();
    if zone.is_none() {
        let sentence = format!("timezone is \"{name}\"; write a name of the IANA list, like \"Asia/Jakarta\" or \"UTC\"");
        faults.push(keys.fault(keys.line_of("timezone"), sentence));
    }
    zone
}

fn delimiter(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<u8> {
    let text = keys.text("delimiter", faults)?;
    match text.as_bytes() {
        b"tab" => Some(b'\t'),
        [byte] if byte.is_ascii_punctuation() && !matches!(byte, b'"' | b'.' | b'-' | b'_') || *byte == b'\t' => Some(*byte),
        _ => {
            let sentence = format!("delimiter is {text:?}; write one sign, like \";\", \",\", \"|\" or \"tab\"");
            faults.push(keys.fault(keys.line_of("delimiter"), sentence));
            None
        }
    }
}

fn decimal(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<Decimal> {
    match keys.text("decimal", faults)?.as_str() {
        "," => Some(Decimal::Comma),
        "." => Some(Decimal::Point),
        other => {
            let sentence = format!("decimal is \"{other}\"; write \",\" (1.234,5) or \".\" (1,234.5)");
            faults.push(keys.fault(keys.line_of("decimal"), sentence));
            None
        }
    }
}

fn encoding(keys: &Keys<'_>, faults: &mut Vec<Fault>) -> Option<&'static Encoding> {
    let label = keys.text("encoding", faults)?;
    let encoding = Encoding::for_label_no_replacement(label.as_bytes());
    if encoding.is_none() {
        let sentence = format!("encoding is \"{label}\"; write \"utf-8\", \"windows-1252\", \"utf-16le\" or \"utf-16be\"");
        faults.push(keys.fault(keys.line_of("encoding"), sentence));
    }
    encoding
}

#[cfg(test)]
mod tests;
