//! Dates of today, and servers that believe it is another day.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

/// Seconds east of UTC in the zone of the tests' configuration (Asia/Jakarta).
const EAST: i32 = 7 * 3600;

/// Now in the zone of the tests' configuration.
#[expect(clippy::disallowed_methods, reason = "a stranger who posts what happens now reads a clock")]
pub(crate) fn now() -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(EAST).expect("seven hours are an offset");
    DateTime::<chrono::Utc>::from(SystemTime::now()).with_timezone(&zone)
}

/// An instant as events write it.
pub(crate) fn written(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, false)
}

/// Now, as events write it: a moment that no event of this process had before, since two samples of
/// one moment are one sample.
pub(crate) fn now_written() -> String {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let now = now();
    let next = |last: i64| now.timestamp_millis().max(last + 1);
    let before = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last))).expect("there is always a next");
    written(DateTime::from_timestamp_millis(next(before)).expect("a moment of this century").with_timezone(&now.timezone()))
}

/// `2026-W47` of a date.
pub(crate) fn week_of(date: NaiveDate) -> String {
    let week = date.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// Today's week.
pub(crate) fn this_week() -> String {
    week_of(now().date_naive())
}

/// Makes a command believe that it starts at `at` (`2027-01-01 08:00:00`, UTC) or is offset (`+1d`).
/// The clock runs on from there; waiting and time-outs keep the true one.
pub(crate) fn pretend(command: &mut Command, at: &str) {
    let library = library().expect("libfaketime is missing: install the Debian package faketime, or run make test, which does");
    command.env("LD_PRELOAD", library).env("FAKETIME", at).env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("TZ", "UTC");
}

/// The variant for programs with threads, wherever the package puts it.
fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path()).chain([
        PathBuf::from("/usr/lib"),
        PathBuf::from("/usr/lib64"),
        PathBuf::from("/usr/local/lib"),
    ]);
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|file| file.exists())
}
