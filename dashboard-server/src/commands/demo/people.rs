//! Who may look at a demo and send to it: new secrets at each start, printed once.

use std::path::Path;

use rules::time::Now;
use sql::registry::Registry;
use sql::{Db, person};

use super::super::key::{self, Reach};
use super::super::{Failure, secret, user};
use crate::demo::live::Sender;

/// Name, role and unit of each person.
const PEOPLE: [(&str, &str, &str); 2] = [("admin", "administrator", "*"), ("bupati", "viewer", "*")];
/// Ids of the keys of the last start, which end when new ones are made.
const KEYS_BEFORE: &str = "keys-of-the-last-start";

/// Makes the people, or gives them new passwords; one line `USER PASSWORD ROLE UNIT` for each.
pub(super) async fn welcome(db: &Db, now: &Now) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for (name, role, unit) in PEOPLE {
        let password = secret::password();
        match person::find(db, name).await? {
            Some(_) => user::set_password(db, name, &password).await?,
            None => user::add(db, now(), name, role, unit, &password).await?,
        }
        lines.push(format!("{name} {password} {role} {unit}"));
    }
    Ok(lines)
}

/// Makes a key for each source and revokes those of the start before.
pub(super) async fn give_keys(db: &Db, registry: &Registry, folder: &Path, now: &Now) -> Result<Vec<Sender>, Failure> {
    let file = folder.join(KEYS_BEFORE);
    // A file that is not there yet, or was taken away, leaves nothing to revoke.
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let mut tx = db.begin().await?;
    for id in before.lines() {
        sql::key::revoke(&mut tx, id, now()).await?;
    }
    let mut senders = Vec::new();
    for source in &registry.sources {
        let key = key::insert(&mut tx, now(), (source.no, &source.id), Reach::All, false).await?;
        senders.push(Sender { source: source.id.clone(), key });
    }
    tx.commit().await?;
    let ids: Vec<&str> = senders.iter().filter_map(|sender| sql::key::parse(&sender.key)).map(|(id, _)| id).collect();
    std::fs::write(&file, ids.join("\n")).map_err(|cause| Failure::run(format!("could not write {}", file.display())).because(cause))?;
    Ok(senders)
}
