//! The file of rejected rows: the columns as they were, and why.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::Rejected;
use super::error::Error;

/// Writes `FILE.rejected.csv`, comma-separated UTF-8, as soon as there is a row for it.
pub struct RejectedFile {
    path: PathBuf,
    columns: Vec<String>,
    writer: Option<csv::Writer<BufWriter<File>>>,
    count: u64,
}

impl RejectedFile {
    /// Beside the file `of`, with its columns. Nothing is written yet.
    pub fn new(of: &Path, columns: &[String]) -> Self {
        let mut name = of.file_name().unwrap_or_default().to_owned();
        name.push(".rejected.csv");
        Self { path: of.with_file_name(name), columns: columns.to_vec(), writer: None, count: 0 }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a row: its cells in their columns, then line, field and reason, then cells for which there is no column.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, rejected: &Rejected) -> Result<(), Error> {
        self.try_write(rejected).map_err(|cause| self.failed(cause))
    }

    /// Writes what is left, and says how many rows there are. Without any, a file of an earlier import is removed.
    ///
    /// # Errors
    /// When the file cannot be written or removed.
    pub fn finish(mut self) -> Result<u64, Error> {
        let result = match self.writer.take() {
            Some(mut writer) => writer.flush(),
            None => match fs::remove_file(&self.path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
                _ => Ok(()),
            },
        };
        result.map(|()| self.count).map_err(|cause| self.failed(cause))
    }

    fn try_write(&mut self, rejected: &Rejected) -> io::Result<()> {
        let width = self.columns.len();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file = BufWriter::new(File::create(&self.path)?);
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
                for column in &self.columns {
                    writer.write_field(neutral(column).as_bytes())?;
                }
                writer.write_record(["line", "field", "reason"])?;
                none.insert(writer)
            }
        };
        for index in 0..width {
            writer.write_field(neutral(rejected.record.get(index).map_or("", String::as_str)).as_bytes())?;
        }
        writer.write_field(rejected.line.to_string())?;
        writer.write_field(neutral(&rejected.field).as_bytes())?;
        writer.write_field(neutral(&rejected.reason).as_bytes())?;
        for cell in rejected.record.iter().skip(width) {
            writer.write_field(neutral(cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
        self.count += 1;
        Ok(())
    }

    fn failed(&self, cause: io::Error) -> Error {
        Error::Write { path: Arc::from(self.path.display().to_string()), cause }
    }
}

/// The text so that an office program takes it for text: one that begins like a formula gets an apostrophe in front.
/// Numbers may begin with a sign.
fn neutral(text: &str) -> std::borrow::Cow<'_, str> {
    let is_number = || text.parse::<f64>().is_ok_and(f64::is_finite);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number() { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(record: &[&str]) -> Rejected {
        let record = record.iter().map(|cell| (*cell).to_owned()).collect();
        Rejected { line: 7, field: "nilai".to_owned(), reason: "nilai is blank; expected a value".to_owned(), record }
    }

    #[test]
    fn rows_keep_their_columns_whatever_their_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = folder.path().join("data.csv.gz");
        let mut file = RejectedFile::new(&of, &["unit".to_owned(), "nilai".to_owned()]);
        for record in [&["A, B", ""][..], &["=1+1"], &["-5", "@x", "+62", "-a"]] {
            file.write(&rejected(record)).expect("is written");
        }
        assert_eq!(file.finish().expect("is written"), 3);
        let text = fs::read_to_string(folder.path().join("data.csv.gz.rejected.csv")).expect("is there");
        let reason = "7,nilai,nilai is blank; expected a value";
        let expected = format!("unit,nilai,line,field,reason\n\"A, B\",,{reason}\n'=1+1,,{reason}\n-5,'@x,{reason},+62,'-a\n");
        assert_eq!(text, expected);
    }

    #[test]
    fn a_clean_import_leaves_no_file_of_an_earlier_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = folder.path().join("data.csv");
        let file = RejectedFile::new(&of, &[]);
        fs::write(file.path(), "old").expect("is written");
        let path = file.path().to_owned();
        assert_eq!(file.finish().expect("is removed"), 0);
        assert!(!path.exists());
        assert_eq!(RejectedFile::new(&of, &[]).finish().expect("nothing to do"), 0);
    }
}
