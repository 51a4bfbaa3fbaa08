//! A table in a file, its mapping, and its rows as lines of text that are easy to compare.

use std::io::Write;
use std::path::PathBuf;

use chrono_tz::Asia::Jakarta;
use collector::import::{Content, Entry, Error, Mapping, Numbers, Rows};
use rules::time::format_instant;
use tempfile::TempDir;

pub(crate) const CASES: &str = r#"
kind = "cases"
source = "s"
timezone = "UTC"
time_format = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
id = "id"
unit = { column = "unit", blank = "tanpa-unit" }
service = { value = "S" }
steps = { submitted = "opened", closed = "closed" }
due = { column = "due" }
fields = { area = "area" }
"#;

pub(crate) const SAMPLES: &str = r#"
kind = "samples"
source = "s"
unit = { column = "unit" }
indicator = { value = "I" }
at = { column = "at" }
value = { column = "value" }
"#;

/// A file in a folder that goes away with it.
pub(crate) struct Table {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

pub(crate) fn table(name: &str, bytes: impl AsRef<[u8]>) -> Table {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("is written");
    Table { _folder: folder, path }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("writes to memory");
    encoder.finish().expect("writes to memory")
}

pub(crate) fn mapping(text: &str) -> Mapping {
    Mapping::read("m.toml", text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

impl Table {
    pub(crate) fn open(&self, mapping: &str) -> Result<Rows, Error> {
        Rows::open(&self.path, &self::mapping(mapping), Jakarta)
    }

    /// Every entry as a line: `7 case …`, `7 sample …`, `7 rejected: …`.
    pub(crate) fn entries(&self, mapping: &str) -> Vec<String> {
        let (entries, error) = self.until(mapping);
        assert_eq!(error, None, "{entries:#?}");
        entries
    }

    /// The entries up to an error, and its sentence without the folder.
    pub(crate) fn until(&self, mapping: &str) -> (Vec<String>, Option<String>) {
        let mut entries = Vec::new();
        let error = self.open(mapping).and_then(|mut rows| {
            while let Some(entry) = rows.advance()? {
                entries.push(shown(&entry));
            }
            Ok(())
        });
        let folder = format!("{}/", self.path.parent().expect("lies in a folder").display());
        (entries, error.err().map(|error| error.to_string().replace(&folder, "")))
    }

    /// The sentence with which the file is refused.
    pub(crate) fn refused(&self, mapping: &str) -> String {
        self.until(mapping).1.expect("is refused")
    }
}

pub(crate) fn shown(entry: &Entry<'_>) -> String {
    match entry {
        Entry::Rejected(rejected) => format!("{} rejected: {}", rejected.line, rejected.reason),
        Entry::Row(row) => match &row.content {
            Content::Case(case) => {
                let mut text = format!("{} case {} {} {}", row.line, case.service, case.case, case.unit);
                for (step, at) in case.steps {
                    text.push_str(&format!(" {}={}", step.as_str(), format_instant(*at)));
                }
                let fields = [("class", &case.class), ("channel", &case.channel), ("area", &case.area)];
                text.push_str(&case.due.map_or_else(String::new, |due| format!(" due={}", format_instant(due))));
                for (name, value) in fields.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
                    text.push_str(&format!(" {name}={value}"));
                }
                text
            }
            Content::Sample(sample) => {
                let id = sample.id.as_ref().map_or_else(String::new, |id| format!(" #{id}"));
                let numbers = match sample.numbers {
                    Numbers::Value(value) => value.to_string(),
                    Numbers::Ratio { numerator, denominator } => format!("{numerator}/{denominator}"),
                };
                format!("{} sample{id} {} {} {} {numbers}", row.line, sample.unit, sample.indicator, sample.at)
            }
        },
    }
}
