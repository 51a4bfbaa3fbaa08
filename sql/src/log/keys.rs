//! Which events the log of an embedded store holds, by `(source, id)`.
//!
//! Owns the table `event_key` and what this process keeps of it in memory. The table is filled behind the commit, in order of
//! the hash and many at a time: an id is random, so each key put in at the door would touch a page of its own. What is not in
//! the table yet waits in memory; a process that opens the store reads it from the log. Must never decide what a repeated key
//! means.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use fastbloom::BloomFilter;
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::progress::KEYED_SEQ;

/// Keys that wait in memory at most, some 60 MB; a group that comes then takes as many along into the table as it brings, twice.
const MOST_WAITING: usize = 1_000_000;

/// Up to so many keys go into the table with their own group: nothing is gained by waiting.
const WITH_THEIR_GROUP: usize = 256;

/// Places of the log that are read at once when the table is behind.
const PAGE: i64 = 100_000;

/// Least room of the filter.
const LEAST_ROOM: usize = 1 << 16;

/// Most room of the filter, some 75 MB. With more keys it errs more often, which costs a look into the table.
const MOST_ROOM: usize = 1 << 26;

/// Share of unknown keys for which the table is looked into in vain.
const FALSE_ALARMS: f64 = 0.01;

/// The short form of a key. Two keys may share it; whoever finds one compares the events.
pub(crate) fn hash(source: i64, id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), source.cast_unsigned())
}

/// What is a hash already is not hashed again.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only whole numbers are put in");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Places of the events with these keys (source number, id), from the table and, behind it, from the log.
pub(super) fn find(connection: &Connection, keys: &HashSet<(i64, String)>) -> rusqlite::Result<Vec<(i64, String, i64)>> {
    const KEYED: &str = "select s.source, s.event_id, s.seq from event_key k join sample s on s.seq = k.seq where k.hash = ?1 \
        union all select c.source, c.event_id, c.seq from event_key k join case_step c on c.seq = k.seq where k.hash = ?1 \
        union all select v.source, v.event_id, v.seq from event_key k join void v on v.seq = k.seq where k.hash = ?1";
    const BEHIND: &str = "select source, event_id, seq from sample where seq > ?1 \
        union all select source, event_id, seq from case_step where seq > ?1 \
        union all select source, event_id, seq from void where seq > ?1";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut found: Vec<(i64, String, i64)> = Vec::new();
    let mut query = connection.prepare_cached(KEYED)?;
    for (source, id) in keys {
        for event in query.query_map([hash(*source, id).cast_signed()], row)? {
            found.push(event?);
        }
    }
    let mut query = connection.prepare_cached(BEHIND)?;
    for event in query.query_map([keyed(connection)?], row)? {
        found.push(event?);
    }
    found.retain(|(source, id, _)| keys.contains(&(*source, id.clone())));
    Ok(found)
}

/// Last place up to which every event stands in the table.
pub(crate) fn keyed(connection: &Connection) -> rusqlite::Result<i64> {
    const TEXT: &str = "select value from progress where name = ?";
    Ok(connection.prepare_cached(TEXT)?.query_row([KEYED_SEQ], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// The keys of the log. After a failed transaction it must be opened again.
pub(super) struct Keys {
    /// Last place seen by this process.
    head: i64,
    /// Keys that are not in the table, in log order.
    waiting: VecDeque<(i64, u64)>,
    /// The same by hash.
    places: HashMap<u64, i64, BuildHasherDefault<AsItIs>>,
    /// Those whose hash another waiting key has.
    twins: Vec<(u64, i64)>,
    /// What the table may hold.
    filter: BloomFilter,
    held: usize,
    room: usize,
}

impl Keys {
    /// Reads what the table holds; nothing waits yet.
    pub(super) fn open(tx: &Connection) -> rusqlite::Result<Self> {
        let head = keyed(tx)?;
        let filter = BloomFilter::with_false_pos(FALSE_ALARMS).seed(&0).expected_items(1);
        let mut keys = Self { head, waiting: VecDeque::new(), places: HashMap::default(), twins: Vec::new(), filter, held: 0, room: 0 };
        keys.make_room(tx, 0)?;
        Ok(keys)
    }

    /// How many keys wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes in what other processes appended up to a place, and all that was not keyed when this one opened the store.
    pub(super) fn catch_up(&mut self, tx: &Connection, last: i64) -> rusqlite::Result<()> {
        const ROWS: &str = "select seq, source, event_id from sample where seq > ?1 and seq <= ?2 \
            union all select seq, source, event_id from case_step where seq > ?1 and seq <= ?2 \
            union all select seq, source, event_id from void where seq > ?1 and seq <= ?2 order by 1";
        while self.head < last {
            let until = last.min(self.head + PAGE);
            let mut query = tx.prepare_cached(ROWS)?;
            let mut rows = query.query([self.head, until])?;
            while let Some(row) = rows.next()? {
                self.wait(row.get(0)?, hash(row.get(1)?, row.get_ref(2)?.as_str()?));
            }
            self.head = until;
            if self.waiting.len() > MOST_WAITING {
                self.settle(tx, usize::MAX)?;
            }
        }
        Ok(())
    }

    /// A new key at a place beyond all others.
    pub(super) fn wait(&mut self, seq: i64, hash: u64) {
        self.waiting.push_back((seq, hash));
        if let Some(twin) = self.places.insert(hash, seq) {
            self.twins.push((hash, twin));
        }
    }

    /// Everything up to a place has been seen.
    pub(super) fn seen(&mut self, last: i64) {
        self.head = last;
    }

    /// The places whose keys have this hash.
    pub(super) fn places(&self, tx: &Connection, hash: u64) -> rusqlite::Result<Vec<i64>> {
        let mut found = Vec::new();
        if let Some(place) = self.places.get(&hash) {
            found.push(*place);
            found.extend(self.twins.iter().filter(|twin| twin.0 == hash).map(|twin| twin.1));
        }
        if self.filter.contains(&hash) {
            const SEQ: &str = "select seq from event_key where hash = ?";
            let mut query = tx.prepare_cached(SEQ)?;
            for seq in query.query_map([hash.cast_signed()], |row| row.get(0))? {
                found.push(seq?);
            }
        }
        Ok(found)
    }

    /// Puts keys into the table beside a group of this many events, as policy has it.
    pub(super) fn settle_beside(&mut self, tx: &Connection, group: usize) -> rusqlite::Result<()> {
        match self.waiting.len() {
            0..=WITH_THEIR_GROUP => self.settle(tx, usize::MAX),
            waiting if waiting > MOST_WAITING => self.settle(tx, group * 2),
            _ => Ok(()),
        }
    }

    /// Puts the oldest waiting keys into the table, at most so many.
    pub(super) fn settle(&mut self, tx: &Connection, most: usize) -> rusqlite::Result<()> {
        let mut keys: Vec<(i64, u64)> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        let Some(&(last, _)) = keys.last() else { return Ok(()) };
        self.make_room(tx, keys.len())?;
        keys.sort_unstable_by_key(|key| key.1.cast_signed());
        // Another process may have put them in already.
        const KEY: &str = "insert into event_key (hash, seq) values (?, ?) on conflict (hash, seq) do nothing";
        let mut insert = tx.prepare_cached(KEY)?;
        for (seq, hash) in &keys {
            insert.execute(params![hash.cast_signed(), seq])?;
            self.filter.insert(hash);
            if self.places.get(hash) == Some(seq) {
                self.places.remove(hash);
            }
        }
        self.held += keys.len();
        if !self.twins.is_empty() {
            // The elder of twins leaves first, or both at once.
            self.twins.retain(|twin| twin.1 > last);
        }
        if self.waiting.is_empty() {
            self.places.shrink_to(WITH_THEIR_GROUP);
            self.waiting.shrink_to(WITH_THEIR_GROUP);
        }
        const MARK: &str = "insert into progress (name, value) values (?, ?) \
            on conflict (name) do update set value = max(progress.value, excluded.value)";
        tx.prepare_cached(MARK)?.execute(params![KEYED_SEQ, last])?;
        Ok(())
    }

    /// Sees to it that the filter has room for more keys; a larger one is filled from the table.
    fn make_room(&mut self, tx: &Connection, more: usize) -> rusqlite::Result<()> {
        if self.room > 0 && (self.held + more <= self.room || self.room >= MOST_ROOM) {
            return Ok(());
        }
        let held: i64 = tx.query_row("select count(*) from event_key", [], |row| row.get(0))?;
        self.held = usize::try_from(held).unwrap_or_default();
        self.room = ((self.held + more) * 2).clamp(LEAST_ROOM, MOST_ROOM);
        self.filter = BloomFilter::with_false_pos(FALSE_ALARMS).seed(&0).expected_items(self.room);
        let mut query = tx.prepare("select hash from event_key")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            self.filter.insert(&row.get::<_, i64>(0)?.cast_unsigned());
        }
        Ok(())
    }
}
