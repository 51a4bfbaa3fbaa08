//! Whose key it is: the text after `Bearer`, checked against the store, remembered for a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use sql::Db;
use sql::key::Key;
use tokio::time::Instant;

/// How long an answer of the store is believed: a revoked key is refused within a second, and a busy sender costs one
/// look-up a second.
const BELIEVED: Duration = Duration::from_secs(1);

/// Answers that are remembered; when full, all are forgotten, which costs a look-up each.
const REMEMBERED: usize = 4096;

/// The keys of the house.
#[derive(Debug)]
pub(crate) struct Keys {
    db: Db,
    /// By SHA-256 of the whole text, so that no secret stays in memory. Wrong texts are remembered too.
    checked: Mutex<HashMap<[u8; 32], Checked>>,
}

#[derive(Debug, Clone)]
struct Checked {
    at: Instant,
    key: Option<Arc<Key>>,
}

impl Keys {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, checked: Mutex::default() }
    }

    /// The key with this text; `None` when there is none, its secret is wrong or it is revoked.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn check(&self, text: &str) -> Result<Option<Arc<Key>>, sql::Error> {
        let print: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let known = self.checked.lock().unwrap_or_else(PoisonError::into_inner).get(&print).cloned();
        if let Some(known) = known.filter(|known| known.at.elapsed() < BELIEVED) {
            return Ok(known.key);
        }
        // The time before the look-up counts, so that a slow store does not stretch the second.
        let at = Instant::now();
        let key = sql::key::verify(&self.db, text).await?.map(Arc::new);
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked.len() >= REMEMBERED {
            checked.clear();
        }
        checked.insert(print, Checked { at, key: key.clone() });
        Ok(key)
    }
}

/// The text after `Bearer` in an `Authorization` header.
pub(crate) fn bearer(header: &str) -> Option<&str> {
    let (scheme, text) = header.trim().split_once(' ')?;
    let text = text.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_is_read() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer"), None);
        assert_eq!(bearer("Bearer "), None);
    }
}
