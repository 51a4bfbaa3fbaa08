//! Names for cases that say nothing outside of this house. The views for other tools give the same ones.

use sha2::{Digest, Sha256};
use sql::Db;
use tokio::sync::OnceCell;

use crate::problem::{Answer, Problem};

/// What keeps a pseudonym from being guessed out of a list of case numbers; made once for a store, and read once.
#[derive(Debug, Default)]
pub(crate) struct Salt(OnceCell<String>);

impl Salt {
    pub(crate) async fn get(&self, db: &Db) -> Answer<&str> {
        self.0.get_or_try_init(|| read(db)).await.map(String::as_str)
    }
}

async fn read(db: &Db) -> Answer<String> {
    if let Some(salt) = sql::setting::get(db, sql::setting::CASE_SALT).await? {
        return Ok(salt);
    }
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(&error))?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut tx = db.begin().await?;
    sql::setting::set_once(&mut tx, sql::setting::CASE_SALT, &text).await?;
    tx.commit().await?;
    // Another process may have been first.
    Ok(sql::setting::get(db, sql::setting::CASE_SALT).await?.unwrap_or(text))
}

/// 16 characters of a hash: two cases among millions share one hardly ever, and nothing is decided by it.
pub(crate) fn pseudonym(salt: &str, service: i64, case: &str) -> String {
    let mut hash = Sha256::new();
    for part in [salt, &service.to_string(), case] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_stable_here_and_another_elsewhere() {
        assert_eq!(pseudonym("a", 1, "B-12"), pseudonym("a", 1, "B-12"));
        let others = [pseudonym("b", 1, "B-12"), pseudonym("a", 2, "B-12"), pseudonym("a", 1, "B-13")];
        assert!(others.iter().all(|other| *other != pseudonym("a", 1, "B-12")));
    }

    /// The views of `bi` make them too; the tests of `sql` hold the same ones.
    #[test]
    fn a_pseudonym_is_the_one_of_the_views() {
        assert_eq!(pseudonym("a", 1, "B-1"), "6f5dca889b3ce70c");
        assert_eq!(pseudonym("a", 12, &"é".repeat(200)), "050c6393abedd5c5");
    }
}
