//! The canonical bytes of log rows and the SHA-256 chained over the groups.

use rules::time::Millis;
use sha2::{Digest, Sha256};

use super::{Content, NewEvent};

/// Digests the rows of one group after the digest of the group before.
pub(crate) struct Digester {
    hash: Sha256,
    row: Vec<u8>,
}

impl Digester {
    /// Starts a group received at `received_at` after the group with the digest `before` (empty for the first).
    pub(crate) fn new(before: &[u8], received_at: Millis) -> Self {
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(received_at.to_le_bytes());
        Self { hash, row: Vec::with_capacity(256) }
    }

    /// The digest of a group at once: its rows with their places, in log order.
    pub(crate) fn of(before: &[u8], received_at: Millis, rows: &[(i64, &NewEvent)]) -> Vec<u8> {
        let mut digester = Self::new(before, received_at);
        rows.iter().for_each(|(seq, event)| digester.row(*seq, event));
        digester.finish()
    }

    /// Adds the next row in log order.
    pub(crate) fn row(&mut self, seq: i64, event: &NewEvent) {
        let row = &mut self.row;
        row.clear();
        whole(row, seq);
        whole(row, event.source);
        text(row, &event.id);
        optional_whole(row, event.time);
        match &event.content {
            Content::Sample { unit, indicator, at, value, numerator, denominator, note } => {
                row.push(b's');
                for number in [*unit, *indicator, at.grain_code(), at.stored()] {
                    whole(row, number);
                }
                for number in [value, numerator, denominator] {
                    // SQLite keeps no sign of a zero, so none may enter the digest: -0.0 + 0.0 is 0.0.
                    optional_whole(row, number.map(|number| (number + 0.0).to_bits().cast_signed()));
                }
                match note {
                    Some(note) => text(row, note),
                    None => row.push(b'-'),
                }
            }
            Content::Step(step) => {
                row.push(b'c');
                whole(row, step.service);
                text(row, &step.case);
                for number in [step.unit, step.step.code(), step.at] {
                    whole(row, number);
                }
                optional_whole(row, step.due);
                for word in [&step.class, &step.channel, &step.area] {
                    match word {
                        Some(word) => text(row, word),
                        None => row.push(b'-'),
                    }
                }
            }
            Content::Void { source, id, reason } => {
                row.push(b'v');
                whole(row, *source);
                text(row, id);
                text(row, reason);
            }
        }
        self.hash.update(&self.row);
    }

    /// The digest of the group.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.hash.finalize().to_vec()
    }
}

fn whole(row: &mut Vec<u8>, number: i64) {
    row.extend_from_slice(&number.to_le_bytes());
}

fn optional_whole(row: &mut Vec<u8>, number: Option<i64>) {
    match number {
        Some(number) => {
            row.push(b'+');
            whole(row, number);
        }
        None => row.push(b'-'),
    }
}

fn text(row: &mut Vec<u8>, text: &str) {
    whole(row, text.len() as i64);
    row.extend_from_slice(text.as_bytes());
}
