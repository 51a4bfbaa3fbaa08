//! A database on a PostgreSQL server, which other processes may use at the same time.
//!
//! Owns how the server is reached, and the locks by which writers of several processes take turns. They are advisory
//! locks of the server: held by a transaction or a connection, and gone with it.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Postgres, Transaction};

use super::{BUSY_TIMEOUT, Durability};
use crate::error::Error;

/// Connections that read. Boards are read from memory, so a handful serves pages, reports and verify.
const READERS: u32 = 8;
/// Connections that write: intake, roll-up and the odd command or session beside them.
const WRITERS: u32 = 4;
/// How long a connection is waited for: as long as a locked database, after which senders are told to come again.
const CONNECT_WITHIN: Duration = BUSY_TIMEOUT;
/// How long a transaction may stand still before the server ends it, so that a frozen process does not keep a lock.
const IDLE_IN_TRANSACTION: &str = "60s";

/// The first number of our advisory locks ("pant" in ASCII), so that they meet nobody else's.
const LOCKS: i32 = 0x7061_6e74;

/// What writers of all processes take turns at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Tables that are changed in place.
    Tables = 1,
    /// The log: whoever holds it gives the next places, so that log order is the order of commits.
    Log = 2,
    /// Running a server on the store.
    Serving = 3,
}

/// A server's database.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) write: PgPool,
    pub(crate) read: PgPool,
    /// How further connections are made.
    pub(crate) options: PgConnectOptions,
    /// Where it is, for people: without user and password.
    pub(crate) place: String,
    /// A word by which this handle knows its own hints.
    pub(crate) voice: Arc<str>,
}

/// Whether an address is one of a PostgreSQL server.
pub(crate) fn is_address(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

impl Server {
    /// Connects once, to say at the start what is wrong.
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url).map_err(|_| Error::Address { url: "postgres://…".to_owned() })?;
        let options = options.application_name("pantau").statement_cache_capacity(200).options([
            ("lock_timeout", format!("{}ms", BUSY_TIMEOUT.as_millis()).as_str()),
            ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
            // A peer that vanished without a word is noticed in a minute, and its locks are free.
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
            // Short queries: compiling them takes longer than running them.
            ("jit", "off"),
        ]);
        // Statements are logged by nobody: they hold what was sent.
        let options = options.disable_statement_logging();
        let place = place(&options);
        suits(&options, &place).await?;
        let pool = || PgPoolOptions::new().acquire_timeout(CONNECT_WITHIN);
        let write = pool().max_connections(WRITERS).after_connect(|connection, _| Box::pin(durable(connection)));
        Ok(Self {
            write: write.connect_lazy_with(options.clone()),
            read: pool().max_connections(READERS).connect_lazy_with(options.clone()),
            options,
            place,
            voice: format!("{:016x}", RandomState::new().build_hasher().finish()).into(),
        })
    }

    /// Begins a transaction that holds a lock to its end.
    pub(crate) async fn begin(&self, held: Lock, durability: Durability) -> Result<Transaction<'static, Postgres>, Error> {
        let begin = async {
            let mut transaction = self.write.begin().await.map_err(Error::of("begin a write transaction"))?;
            match durability {
                Durability::Committed => lock(&mut transaction, held).await?,
                Durability::WithTheNext => lock_behind(&mut transaction, held).await?,
            }
            Ok(transaction)
        };
        // The lock is waited for as long as a connection; a server that vanished answers neither.
        match tokio::time::timeout(CONNECT_WITHIN * 3, begin).await {
            Ok(begun) => begun,
            Err(_) => Err(Error::Away(sqlx::Error::PoolTimedOut)),
        }
    }

    pub(super) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Takes a lock until the end of the transaction.
pub(crate) async fn lock(connection: &mut PgConnection, lock: Lock) -> Result<(), Error> {
    let query = sqlx::query("select pg_advisory_xact_lock($1, $2)").bind(LOCKS).bind(lock as i32);
    query.execute(connection).await.map_err(Error::of("wait for whoever writes"))?;
    Ok(())
}

/// The same, and the commit of this transaction does not wait for the disk.
async fn lock_behind(connection: &mut PgConnection, lock: Lock) -> Result<(), Error> {
    let query = sqlx::query("select pg_advisory_xact_lock($1, $2), set_config('synchronous_commit', 'off', true)");
    query.bind(LOCKS).bind(lock as i32).execute(connection).await.map_err(Error::of("wait for whoever writes"))?;
    Ok(())
}

/// Takes a lock until the connection ends; false when somebody has it.
pub(crate) async fn try_hold(connection: &mut PgConnection, lock: Lock) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_try_advisory_lock($1, $2)").bind(LOCKS).bind(lock as i32).fetch_one(connection).await
}

/// Whether somebody holds a lock.
pub(crate) async fn is_held(pool: &PgPool, lock: Lock) -> Result<bool, sqlx::Error> {
    const TEXT: &str = "select exists (select 1 from pg_locks where locktype = 'advisory' and granted \
        and database = (select oid from pg_database where datname = current_database()) and classid::bigint = $1 and objid::bigint = $2)";
    sqlx::query_scalar(TEXT).bind(i64::from(LOCKS)).bind(lock as i64).fetch_one(pool).await
}

/// A commit is on the disk before it is acknowledged, whatever the server's default; stricter ones stay.
async fn durable(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    const TEXT: &str =
        "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local')";
    sqlx::query(TEXT).execute(connection).await.map(drop)
}

/// Connects and looks whether this database can be a store.
async fn suits(options: &PgConnectOptions, place: &str) -> Result<(), Error> {
    let no = |why: String, cause: Option<sqlx::Error>| Error::Server { why, cause: cause.map(Into::into) };
    let connected = match tokio::time::timeout(CONNECT_WITHIN, options.connect()).await {
        Ok(connected) => connected,
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    };
    let mut connection = connected.map_err(|cause| no(sentence(options, place, &cause), Some(cause)))?;
    const TEXT: &str = "select current_setting('server_encoding'), pg_is_in_recovery()";
    let (encoding, is_replica): (String, bool) =
        sqlx::query_as(TEXT).fetch_one(&mut connection).await.map_err(Error::of("look at the database"))?;
    // Nothing more is asked of it; the pools have connections of their own.
    drop(connection.close().await);
    if encoding != "UTF8" {
        return Err(no(format!("the database at {place} has the encoding {encoding}; make one with encoding UTF8"), None));
    }
    if is_replica {
        return Err(no(format!("the database at {place} is a replica that only reads; write the primary server in store.url"), None));
    }
    Ok(())
}

/// What to change when no connection can be had.
fn sentence(options: &PgConnectOptions, place: &str, cause: &sqlx::Error) -> String {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let code = cause.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    match (&*code, cause) {
        ("28P01", _) => format!("the database server at {place} refuses the password of user {user}; correct it in store.url"),
        ("28000", _) => {
            format!("the database server at {place} does not let user {user} in; check the user in store.url and the server's pg_hba.conf")
        }
        ("3D000", _) => {
            format!("there is no database {database} at {place}; make it (createdb {database}) or write another one in store.url")
        }
        ("42501", _) => format!("user {user} may not use the database at {place}; grant it, or write another user in store.url"),
        ("53300", _) => format!("the database server at {place} has no connection left; raise its max_connections"),
        ("57P03", _) => format!("the database server at {place} is starting or stopping; try again in a moment"),
        _ if is_about_tls(options, cause) => {
            format!("no TLS connection to the database server at {place}; check sslmode and sslrootcert in store.url")
        }
        (_, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => {
            format!("the database server at {place} does not answer; start it, or correct host and port in store.url")
        }
        _ => format!("the database at {place} cannot be opened; check store.url, or ask for the cause with --verbose"),
    }
}

/// Certificates that are not trusted or not found come as failures of the connection.
fn is_about_tls(options: &PgConnectOptions, cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(cause) => match cause.kind() {
            std::io::ErrorKind::InvalidData => true,
            std::io::ErrorKind::NotFound => options.get_socket().is_none(),
            _ => false,
        },
        _ => false,
    }
}

fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("postgres://{}/{database}", socket.display()),
        None => format!("postgres://{}:{}/{database}", options.get_host(), options.get_port()),
    }
}
