//! `pantau key`: what machines send and read with.

use clap::Subcommand;
use dashboard_server::apply::{KEY_ACTOR, SOURCE_ID_RULE, is_source_id};
use rules::time::{Millis, Now, format_instant};
use sql::configuration::{self, Change, SourceRow, Table};
use sql::key::{self, Key};
use sql::registry::{Registry, Source};
use sql::{Db, Tx};

use super::store::ConfigArgs;
use super::user::unknown_unit;
use super::{Failure, secret};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a key and print it, once
    Create {
        /// Source that sends with the key; one that is not known is made
        #[arg(long)]
        source: String,
        /// Units it may write for, with their descendants, or '*' for all
        #[arg(long, required = true, value_delimiter = ',', value_name = "UNIT,…")]
        units: Vec<String>,
        /// Lets the key also read
        #[arg(long)]
        read: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// List keys as CSV, without their secrets
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Revoke a key; a running server refuses it within a second
    Revoke {
        /// Id of the key, as listed
        id: String,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

pub(crate) async fn run(command: Command, now: Now) -> Result<(), Failure> {
    match command {
        Command::Create { source, units, read, config } => {
            let (_, db) = config.open().await?;
            let text = create(&db, now(), &source, &units, read).await?;
            println!("{text}");
            let (id, _) = key::parse(&text).expect("a key just made has the form of one");
            let may = if read { "writes and reads" } else { "writes" };
            eprintln!("the key {id} {may} for source {source}, units {}; it is not shown again", units.join(","));
            db.close().await;
        }
        Command::List { config } => {
            let (_, db) = config.open().await?;
            print!("{}", list(&db).await?);
            db.close().await;
        }
        Command::Revoke { id, config } => {
            let (_, db) = config.open().await?;
            revoke(&db, now(), &id).await?;
            eprintln!("the key {id} is revoked");
            db.close().await;
        }
    }
    Ok(())
}

/// Makes a key and returns its text, of which only a hash is stored. Makes the source if nobody knows it.
pub(crate) async fn create(db: &Db, now: Millis, source: &str, units: &[String], read: bool) -> Result<String, Failure> {
    if !is_source_id(source) {
        return Err(Failure::usage(format!("the source {source:?} cannot be used; {SOURCE_ID_RULE}")));
    }
    let mut tx = db.begin().await?;
    let registry = sql::registry::load(db, None).await?;
    let reach = Reach::of(&registry, units)?;
    match registry.source(source) {
        Some(known) => reach.compare(&registry, known),
        None => make_source(&mut tx, now, source).await?,
    }
    let no = sql::source::ensure(&mut tx, source, None).await?;
    let text = insert(&mut tx, now, (no, source), reach, read).await?;
    tx.commit().await?;
    db.signal().registry_written();
    Ok(text)
}

/// The units that a key may write for.
pub(crate) enum Reach {
    /// All, now and later.
    All,
    /// These, by number, with what is below them.
    Units(Vec<i64>),
}

impl Reach {
    fn of(registry: &Registry, ids: &[String]) -> Result<Self, Failure> {
        if ids.iter().any(|id| id == "*") {
            return Ok(Self::All);
        }
        let number = |id: &String| registry.unit(id).map(|unit| unit.no).ok_or_else(|| unknown_unit(id));
        Ok(Self::Units(ids.iter().map(number).collect::<Result<_, _>>()?))
    }

    /// A note when the source is configured for less than the key.
    fn compare(&self, registry: &Registry, source: &Source) {
        let within = |unit: &i64| source.units.iter().any(|root| registry.tree.is_within(*unit, *root));
        let is_within = match self {
            Self::All => false,
            Self::Units(units) => units.iter().all(within),
        };
        if !source.all_units && !is_within {
            let ids: Vec<&str> = source.units.iter().filter_map(|no| registry.unit_no(*no)).map(|unit| unit.id.as_str()).collect();
            eprintln!("note: the source {} is configured for {} only; events for other units are refused", source.id, ids.join(", "));
        }
    }
}

/// The key says for which units it may write; the source itself is not narrower.
async fn make_source(tx: &mut Tx, now: Millis, source: &str) -> Result<(), Failure> {
    let row =
        SourceRow { id: source.to_owned(), name: source.to_owned(), rhythm: None, units: vec!["*".to_owned()], case_prefix: String::new() };
    let content = serde_json::to_value(row).expect("a row of texts is always JSON");
    configuration::record(tx, now, KEY_ACTOR, &[Change { table: Table::Source, key: source.to_owned(), content }], &[]).await?;
    Ok(())
}

/// Adds a key for a source, given by number and id, and returns its text.
pub(crate) async fn insert(tx: &mut Tx, now: Millis, source: (i64, &str), reach: Reach, read: bool) -> Result<String, Failure> {
    let (id, secret) = secret::key();
    let text = key::text_of(&id, &secret);
    let (all_units, units) = match reach {
        Reach::All => (true, Vec::new()),
        Reach::Units(units) => (false, units),
    };
    let (source, source_id) = (source.0, source.1.to_owned());
    let hash = key::hash(&secret);
    key::insert(tx, &Key { id, source, source_id, hash, units, all_units, read, created_at: now, last_used_at: None, revoked_at: None })
        .await?;
    Ok(text)
}

pub(crate) async fn revoke(db: &Db, now: Millis, id: &str) -> Result<(), Failure> {
    // Somebody may paste the whole key; only its id is looked up.
    let id = key::parse(id).map_or(id, |(id, _)| id);
    let mut tx = db.begin().await?;
    if !key::revoke(&mut tx, id, now).await? {
        return Err(Failure::usage(format!("there is no key {id} that is not revoked already; `pantau key list` lists them")));
    }
    Ok(tx.commit().await?)
}

async fn list(db: &Db) -> Result<String, Failure> {
    let registry = sql::registry::load(db, None).await?;
    let unit = |no: &i64| registry.unit_no(*no).map_or("(ended)".to_owned(), |unit| unit.id.clone());
    let mut text = "id,source,units,scope,created_at,last_used_at,revoked_at\n".to_owned();
    for key in key::list(db).await? {
        let units = match key.all_units {
            true => "*".to_owned(),
            false => key.units.iter().map(unit).collect::<Vec<_>>().join(";"),
        };
        let scope = if key.read { "write;read" } else { "write" };
        let [created, used, revoked] =
            [Some(key.created_at), key.last_used_at, key.revoked_at].map(|at| at.map(format_instant).unwrap_or_default());
        text.push_str(&format!("{},{},{units},{scope},{created},{used},{revoked}\n", key.id, key.source_id));
    }
    Ok(text)
}
