//! From the rows of a foreign file to events of the log.
//!
//! Owns what an import compares: each row with the last word that its source had before about the same case or sample. What
//! is new is accepted, what says the same is a duplicate, anything else is a revision. It keeps that last word in memory,
//! some hundred bytes for each case or sample of the source. Must never know how a file looks ([`import`](crate::import)).
//!
//! A file is read twice: first to see which names are new and of which cases it speaks more than once, then to take it over.
//! Each batch is committed whole, so an import that was interrupted is taken up by starting it again.

mod cases;
mod names;
mod revision;
mod samples;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use chrono_tz::Tz;
use rules::time::{Millis, Now};
use serde::Serialize;
use sql::Db;
use sql::log::{Appender, Entry as Logged, Group, NewEvent, Outcome};

use crate::import::{Content, Entry, Kind, Mapping, Rejected, RejectedFile, Rows};
use names::Names;

/// Events of a batch: a commit of some ten milliseconds, between which a server takes in its own.
const BATCH: usize = 10_000;

/// Entries of the log that are looked at together.
const PAGE: i64 = 50_000;

/// What became of the rows of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows with something in them.
    pub read: u64,
    /// New cases or samples.
    pub accepted: u64,
    /// Known ones of which the row says more or other things.
    pub updated: u64,
    /// Known ones of which it says the same.
    pub duplicates: u64,
    /// Rows that are not taken over.
    pub rejected: u64,
}

impl Counts {
    /// Adds those of another file.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.accepted += other.accepted;
        self.updated += other.updated;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
    }
}

/// Why an import stopped. What was committed before stays, and is a duplicate the next time.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or the mapping.
    #[error(transparent)]
    Import(#[from] crate::import::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] sql::Error),
}

/// Why a row is not taken over: the column as the mapping calls it, and a sentence.
pub(crate) type Wrong = (String, String);

/// What a row comes to beside what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    New,
    Same,
    Revised,
}

/// Cases or samples: how a row is compared.
pub(crate) trait Matter {
    /// A row with numbers in place of names.
    type Row;
    /// Learns from the log, in its order, what the source said before.
    fn learn(&mut self, entry: Logged);
    /// Puts numbers in place of names.
    fn understand(&self, content: &Content<'_>, names: &Names<'_>) -> Result<Self::Row, Wrong>;
    /// Names the case or sample, for telling rows about the same apart.
    fn key(row: &Self::Row) -> u64;
    /// Everything the row says.
    fn word(row: &Self::Row) -> u64;
    /// Everything that is known of the same case or sample.
    fn known(&self, row: &Self::Row) -> Option<u64>;
    /// Takes the row over: adds events where it says something new.
    fn take(&mut self, row: Self::Row, source: i64, events: &mut Vec<NewEvent>) -> Taken;
}

/// The hash of something.
pub(crate) fn hash_of(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Imports a file: `progress` is told the bytes read and those there are, twice from beginning to end.
///
/// # Errors
/// [`Error`]; batches before it are committed.
pub async fn load(
    db: &Db,
    now: &Now,
    zone: Tz,
    mapping: &Mapping,
    file: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Counts, Error> {
    let source = names::source(db, now(), &mapping.source).await?;
    match mapping.kind {
        Kind::Cases(_) => {
            let prefix = sql::registry::load(db, None).await?.source_no(source).map_or(String::new(), |known| known.case_prefix.clone());
            run(db, now, zone, mapping, file, source, cases::Cases::new(prefix), progress).await
        }
        Kind::Samples(_) => run(db, now, zone, mapping, file, source, samples::Samples::default(), progress).await,
    }
}

#[expect(clippy::too_many_arguments, reason = "the arguments of one command, and what it looked up")]
async fn run<M: Matter>(
    db: &Db,
    now: &Now,
    zone: Tz,
    mapping: &Mapping,
    file: &Path,
    source: i64,
    mut matter: M,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Counts, Error> {
    learn(db, source, &mut matter).await?;
    let registry = sql::registry::load(db, None).await?;
    let names = Names::new(&registry, mapping, zone, now());
    let survey = survey(file, mapping, zone, &matter, &names, progress)?;
    let registry = match names::create(db, now(), mapping, survey.missing).await? {
        true => sql::registry::load(db, None).await?,
        false => registry,
    };
    let names = Names::new(&registry, mapping, zone, now());

    let mut rows = Rows::open(file, mapping, zone)?;
    let mut rejected = RejectedFile::new(file, rows.columns());
    let mut appender = Appender::new(db.clone());
    let mut counts = Counts::default();
    let (mut events, mut settled) = (Vec::with_capacity(BATCH), HashMap::new());
    loop {
        let judged = match rows.advance()? {
            None => break,
            Some(Entry::Rejected(row)) => Err(row),
            Some(Entry::Row(row)) => matter.understand(&row.content, &names).map_err(|(field, reason)| Rejected {
                line: row.line,
                field,
                reason,
                record: Vec::new(),
            }),
        };
        counts.read += 1;
        match judged {
            Err(mut row) => {
                if row.record.is_empty() {
                    row.record = rows.record();
                }
                rejected.write(&row)?;
                counts.rejected += 1;
            }
            Ok(row) => {
                // What a file says more than once of a case counts in its order, unless its last word is known already.
                let known = survey
                    .last_words
                    .get(&M::key(&row))
                    .is_some_and(|last| *settled.entry(M::key(&row)).or_insert_with(|| matter.known(&row) == Some(*last)));
                match if known { Taken::Same } else { matter.take(row, source, &mut events) } {
                    Taken::New => counts.accepted += 1,
                    Taken::Same => counts.duplicates += 1,
                    Taken::Revised => counts.updated += 1,
                }
            }
        }
        if events.len() >= BATCH {
            append(&mut appender, now, &mut events).await?;
        }
        if counts.read % 1_000 == 0 {
            progress(rows.progress().read(), rows.progress().size());
        }
    }
    append(&mut appender, now, &mut events).await?;
    rejected.finish()?;
    while appender.waiting() > 0 {
        appender.settle().await?;
    }
    Ok(counts)
}

/// Reads what the source said before.
async fn learn(db: &Db, source: i64, matter: &mut impl Matter) -> Result<(), Error> {
    let (mut after, until) = (0, sql::log::head(db).await?);
    loop {
        let entries = sql::log::entries_after(db, after, until, PAGE).await?;
        let Some(last) = entries.last().map(Logged::seq) else { return Ok(()) };
        after = last;
        entries.into_iter().filter(|entry| entry.source() == source).for_each(|entry| matter.learn(entry));
    }
}

/// What the first look at a file found.
struct Survey {
    /// The last word on each case or sample of which the file speaks more than once.
    last_words: HashMap<u64, u64>,
    /// Names that nobody knows.
    missing: names::Missing,
}

fn survey<M: Matter>(
    file: &Path,
    mapping: &Mapping,
    zone: Tz,
    matter: &M,
    names: &Names<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Survey, Error> {
    let mut rows = Rows::open(file, mapping, zone)?;
    let mut found = Survey { last_words: HashMap::new(), missing: names::Missing::default() };
    let (mut seen, mut count) = (HashSet::new(), 0_u64);
    while let Some(entry) = rows.advance()? {
        if let Entry::Row(row) = entry {
            found.missing.note(&row.content, names);
            if let Ok(row) = matter.understand(&row.content, names) {
                let key = M::key(&row);
                if !seen.insert(key) {
                    found.last_words.insert(key, M::word(&row));
                }
            }
        }
        count += 1;
        if count % 1_000 == 0 {
            progress(rows.progress().read() / 2, rows.progress().size());
        }
    }
    Ok(found)
}

/// Commits a batch. Its ids are new by construction; when somebody imports the same at the same time, the first one counts.
async fn append(appender: &mut Appender, now: &Now, events: &mut Vec<NewEvent>) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let group = Group { events: std::mem::take(events), used_keys: Vec::new() };
    let (group, appended) = appender.append(now, group).await;
    let conflicts = appended?.outcomes.iter().filter(|outcome| **outcome == Outcome::Conflict).count();
    if conflicts > 0 {
        tracing::warn!("{conflicts} events of this import were taken in otherwise by another one; import the file again");
    }
    *events = group.events;
    events.clear();
    Ok(())
}

/// Whether an instant can be meant: from the year 2000 to ten minutes ahead of the clock.
pub(crate) fn timely(column: &str, at: Millis, earliest: Millis, now: Millis) -> Result<(), Wrong> {
    let found = rules::time::format_instant(at);
    if at > now + crate::validate::LEEWAY_MS {
        return Err((column.to_owned(), format!("{column} is {found}, which lies ahead; expected a time up to now")));
    }
    if at < earliest {
        return Err((column.to_owned(), format!("{column} is {found}; expected a time from 2000-01-01 on")));
    }
    Ok(())
}
