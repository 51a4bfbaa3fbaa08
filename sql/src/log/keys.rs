//! Which events the log of an embedded store holds, by `(source, id)`.
//!
//! Owns the table `event_key` and what this process keeps of it in memory. The table is filled behind the commit, in order of
//! the hash and many at a time: an id is random, so each key put in at the door would touch a page of its own. What is not in
//! the table yet waits in memory; a process that opens the store reads it from the log. Must never decide what a repeated key
//! means.
//!
//! A filter (Bloom) of all keys, in the table or waiting, says of nearly every new one that it is new; it fits into a processor's
//! cache where a table of keys in memory does not. Keys wait in parts by the first byte of their hash, and a part goes in whole: so many keys go in together that lie side by
//! side, although only a few go in at a time.

use std::collections::HashSet;

use fastbloom::BloomFilter;
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::progress::KEYED_SEQ;

/// Keys that wait in memory at most, some 50 MB; a group that comes then takes as many along into the table as it brings.
const MOST_WAITING: usize = 2_000_000;

/// Parts in which keys wait.
const PARTS: usize = 256;

/// Places of the log that are read at once when the table is behind.
const PAGE: i64 = 100_000;

/// Least room of the filter.
const LEAST_ROOM: usize = 1 << 16;

/// Most room of the filter, some 100 MB. With more keys it errs more often, which costs a look into the table.
const MOST_ROOM: usize = 1 << 26;

/// Share of unknown keys that are looked for in vain.
const FALSE_ALARMS: f64 = 0.003;

/// The short form of a key. Two keys may share it; whoever finds one compares the events.
pub(crate) fn hash(source: i64, id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), source.cast_unsigned())
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
    // Some of the keys behind the mark may be in the table already.
    found.sort_unstable_by_key(|(.., seq)| *seq);
    found.dedup_by_key(|(.., seq)| *seq);
    Ok(found)
}

/// Last place up to which every event stands in the table. Of later ones some do.
pub(crate) fn keyed(connection: &Connection) -> rusqlite::Result<i64> {
    const TEXT: &str = "select value from progress where name = ?";
    Ok(connection.prepare_cached(TEXT)?.query_row([KEYED_SEQ], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// The keys of the log. After a failed transaction it must be opened again.
pub(super) struct Keys {
    /// Last place seen by this process.
    head: i64,
    /// By the first byte of the hash.
    parts: Vec<Part>,
    /// The part that goes into the table next.
    next: usize,
    /// How many keys wait in all parts.
    waiting: usize,
    /// What the table and the parts may hold.
    filter: BloomFilter,
    /// Keys in the table.
    held: usize,
    /// Keys for which the filter has room.
    room: usize,
}

/// Keys that are not in the table.
#[derive(Default)]
struct Part {
    /// In log order.
    hashes: Vec<u64>,
    /// Their places.
    seqs: Vec<i64>,
    /// Last place up to which its keys are in the table.
    settled: i64,
}

fn part_of(hash: u64) -> usize {
    (hash >> 56) as usize
}

impl Keys {
    /// Reads what the table holds; nothing waits yet.
    pub(super) fn open(tx: &Connection) -> rusqlite::Result<Self> {
        let head = keyed(tx)?;
        let filter = BloomFilter::with_false_pos(FALSE_ALARMS).seed(&0).expected_items(1);
        let parts = (0..PARTS).map(|_| Part { settled: head, ..Part::default() }).collect();
        let mut keys = Self { head, parts, next: 0, waiting: 0, filter, held: 0, room: 0 };
        keys.make_room(tx, 0)?;
        Ok(keys)
    }

    /// How many keys wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Takes in what other processes appended up to a place, and all that was not keyed when this one opened the store.
    pub(super) fn catch_up(&mut self, tx: &Connection, last: i64) -> rusqlite::Result<()> {
        const ROWS: &str = "select seq, source, event_id from sample where seq > ?1 and seq <= ?2 \
            union all select seq, source, event_id from case_step where seq > ?1 and seq <= ?2 \
            union all select seq, source, event_id from void where seq > ?1 and seq <= ?2 order by 1";
        while self.head < last {
            let until = last.min(self.head + PAGE);
            self.make_room(tx, (until - self.head).unsigned_abs() as usize)?;
            let mut query = tx.prepare_cached(ROWS)?;
            let mut rows = query.query([self.head, until])?;
            while let Some(row) = rows.next()? {
                self.wait(row.get(0)?, hash(row.get(1)?, row.get_ref(2)?.as_str()?));
            }
            self.head = until;
            if self.waiting > MOST_WAITING {
                self.settle(tx, usize::MAX)?;
            }
        }
        Ok(())
    }

    /// Whether no key with this hash is known for sure.
    pub(super) fn is_new(&self, hash: u64) -> bool {
        !self.filter.contains_hash(hash)
    }

    /// A new key at a place beyond all others. Room was made for it.
    pub(super) fn wait(&mut self, seq: i64, hash: u64) {
        self.filter.insert_hash(hash);
        let part = &mut self.parts[part_of(hash)];
        part.hashes.push(hash);
        part.seqs.push(seq);
        self.waiting += 1;
    }

    /// Everything up to a place has been seen.
    pub(super) fn seen(&mut self, last: i64) {
        self.head = last;
    }

    /// The places whose keys have this hash.
    pub(super) fn places(&self, tx: &Connection, hash: u64) -> rusqlite::Result<Vec<i64>> {
        const SEQ: &str = "select seq from event_key where hash = ?";
        let part = &self.parts[part_of(hash)];
        let waiting = part.hashes.iter().zip(&part.seqs).filter(|(waiting, _)| **waiting == hash).map(|(_, seq)| Ok(*seq));
        let mut query = tx.prepare_cached(SEQ)?;
        waiting.chain(query.query_map([hash.cast_signed()], |row| row.get(0))?).collect()
    }

    /// Puts keys into the table beside a group of this many events, when too many wait.
    pub(super) fn settle_beside(&mut self, tx: &Connection, group: usize) -> rusqlite::Result<()> {
        if self.waiting > MOST_WAITING { self.settle(tx, group) } else { Ok(()) }
    }

    /// Puts the keys of one part after the other into the table until it were at least so many, or all.
    pub(super) fn settle(&mut self, tx: &Connection, least: usize) -> rusqlite::Result<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        let mut done = 0;
        for _ in 0..PARTS {
            done += self.settle_part(tx)?;
            if done >= least {
                break;
            }
        }
        let settled = self.parts.iter().map(|part| part.settled).min().unwrap_or_default();
        const MARK: &str = "insert into progress (name, value) values (?, ?) \
            on conflict (name) do update set value = max(progress.value, excluded.value)";
        tx.prepare_cached(MARK)?.execute(params![KEYED_SEQ, settled])?;
        Ok(())
    }

    /// Puts all keys of the next part into the table; gives how many there were.
    fn settle_part(&mut self, tx: &Connection) -> rusqlite::Result<usize> {
        let part = &mut self.parts[self.next];
        let mut keys: Vec<(u64, i64)> = std::mem::take(&mut part.hashes).into_iter().zip(std::mem::take(&mut part.seqs)).collect();
        keys.sort_unstable();
        // Another process may have put them in already.
        const KEY: &str = "insert into event_key (hash, seq) values (?, ?) on conflict (hash, seq) do nothing";
        let mut insert = tx.prepare_cached(KEY)?;
        for (hash, seq) in &keys {
            insert.execute(params![hash.cast_signed(), seq])?;
        }
        part.settled = self.head;
        self.next = (self.next + 1) % PARTS;
        self.held += keys.len();
        self.waiting -= keys.len();
        Ok(keys.len())
    }

    /// Sees to it that the filter has room for more keys; a larger one is filled from the table and the parts.
    pub(super) fn make_room(&mut self, tx: &Connection, more: usize) -> rusqlite::Result<()> {
        if self.room > 0 && (self.held + self.waiting + more <= self.room || self.room >= MOST_ROOM) {
            return Ok(());
        }
        let held: i64 = tx.query_row("select count(*) from event_key", [], |row| row.get(0))?;
        self.held = usize::try_from(held).unwrap_or_default();
        self.room = ((self.held + self.waiting + more) * 2).clamp(LEAST_ROOM, MOST_ROOM);
        self.filter = BloomFilter::with_false_pos(FALSE_ALARMS).seed(&0).expected_items(self.room);
        let mut query = tx.prepare("select hash from event_key")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            self.filter.insert_hash(row.get::<_, i64>(0)?.cast_unsigned());
        }
        for hash in self.parts.iter().flat_map(|part| &part.hashes) {
            self.filter.insert_hash(*hash);
        }
        Ok(())
    }
}
