//! `pantau user`: people who sign in.

use std::io::Read;

use clap::{Subcommand, ValueEnum};
use dashboard_server::password::{check_new, hash};
use rules::time::{Millis, Now, format_instant};
use sql::Db;
use sql::person::{self, Person};

use super::store::ConfigArgs;
use super::{Failure, secret};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a person and print the password, once
    Add {
        /// Name to sign in with
        name: String,
        /// What the person may do
        #[arg(long)]
        role: Role,
        /// Unit whose subtree the person works for, or '*' for all
        #[arg(long, value_name = "UNIT")]
        unit: String,
        #[command(flatten)]
        password: PasswordArgs,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// List people as CSV
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Give a person a new password, print it once, and end the person's sessions
    Passwd {
        /// Name of the person
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Disable a person and end the person's sessions
    Disable {
        /// Name of the person
        name: String,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PasswordArgs {
    /// Read the password from stdin instead of making one (at least 12 characters)
    #[arg(long)]
    password_stdin: bool,
}

/// What a person may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Looks
    Viewer,
    /// Looks and changes
    Administrator,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Administrator => "administrator",
        }
    }
}

pub(crate) async fn run(command: Command, now: Now) -> Result<(), Failure> {
    match command {
        Command::Add { name, role, unit, password, config } => {
            let (_, db) = config.open().await?;
            let password = password.take(&name)?;
            add(&db, now(), &name, role.as_str(), &unit, &password.text).await?;
            password.print();
            eprintln!("added {name} as {} of {unit}", role.as_str());
            db.close().await;
        }
        Command::List { config } => {
            let (_, db) = config.open().await?;
            print!("{}", list(&db).await?);
            db.close().await;
        }
        Command::Passwd { name, password, config } => {
            let (_, db) = config.open().await?;
            let password = password.take(&name)?;
            set_password(&db, &name, &password.text).await?;
            password.print();
            let is_disabled = find(&db, &name).await?.disabled_at.is_some();
            let state = if is_disabled { "but stays disabled" } else { "and is signed out everywhere" };
            eprintln!("{name} has a new password {state}");
            db.close().await;
        }
        Command::Disable { name, config } => {
            let (_, db) = config.open().await?;
            disable(&db, now(), &name).await?;
            eprintln!("{name} is disabled and signed out everywhere");
            let is_in_charge = |person: &Person| person.role == Role::Administrator.as_str() && person.disabled_at.is_none();
            if !person::list(&db).await?.iter().any(is_in_charge) {
                eprintln!("note: no administrator is left; `pantau user add NAME --role administrator --unit '*'` adds one");
            }
            db.close().await;
        }
    }
    Ok(())
}

/// A password and whether it must be shown.
struct Password {
    text: String,
    is_made: bool,
}

impl PasswordArgs {
    fn take(&self, name: &str) -> Result<Password, Failure> {
        if !self.password_stdin {
            return Ok(Password { text: secret::password(), is_made: true });
        }
        let mut text = String::new();
        let read = std::io::stdin().take(1024).read_to_string(&mut text);
        read.map_err(|cause| Failure::run("the password could not be read from stdin").because(cause))?;
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        check_new(&text, name).map_err(Failure::usage)?;
        Ok(Password { text, is_made: false })
    }
}

impl Password {
    /// Alone on stdout, so that a script can take it.
    fn print(&self) {
        if self.is_made {
            println!("{}", self.text);
        }
    }
}

/// Adds a person; `unit` is the id of one or `*`.
pub(crate) async fn add(db: &Db, now: Millis, name: &str, role: &str, unit: &str, password: &str) -> Result<(), Failure> {
    let is_fine = (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c));
    if !is_fine {
        return Err(Failure::usage(format!("the name {name:?} cannot be used; use 1 to 64 letters, digits and -_.@ without spaces")));
    }
    let registry = sql::registry::load(db, None).await?;
    let unit = match unit {
        "*" => None,
        id => Some(registry.unit(id).ok_or_else(|| unknown_unit(id))?.no),
    };
    let person =
        Person { no: 0, name: name.to_owned(), password: hash(password), role: role.to_owned(), unit, created_at: now, disabled_at: None };
    let mut tx = db.begin().await?;
    if person::insert(&mut tx, &person).await?.is_none() {
        return Err(Failure::run(format!(
            "there is already a person named {name}; choose another name, or use `pantau user passwd {name}`"
        )));
    }
    Ok(tx.commit().await?)
}

/// Gives a person a new password and ends the sessions made with the old one.
pub(crate) async fn set_password(db: &Db, name: &str, password: &str) -> Result<(), Failure> {
    let person = find(db, name).await?;
    let mut tx = db.begin().await?;
    person::set_password(&mut tx, person.no, &hash(password)).await?;
    sql::session::delete_for_person(&mut tx, person.no).await?;
    Ok(tx.commit().await?)
}

async fn disable(db: &Db, now: Millis, name: &str) -> Result<(), Failure> {
    let person = find(db, name).await?;
    let mut tx = db.begin().await?;
    person::disable(&mut tx, person.no, now).await?;
    sql::session::delete_for_person(&mut tx, person.no).await?;
    Ok(tx.commit().await?)
}

async fn find(db: &Db, name: &str) -> Result<Person, Failure> {
    let found = person::find(db, name).await?;
    found.ok_or_else(|| Failure::usage(format!("there is no person named {name}; `pantau user list` lists them")))
}

async fn list(db: &Db) -> Result<String, Failure> {
    let registry = sql::registry::load(db, None).await?;
    let unit = |no: Option<i64>| no.map_or("*".to_owned(), |no| registry.unit_no(no).map_or("(ended)".to_owned(), |unit| unit.id.clone()));
    let mut text = "name,role,unit,created_at,disabled_at\n".to_owned();
    for person in person::list(db).await? {
        let disabled_at = person.disabled_at.map(format_instant).unwrap_or_default();
        text.push_str(&format!(
            "{},{},{},{},{disabled_at}\n",
            person.name,
            person.role,
            unit(person.unit),
            format_instant(person.created_at)
        ));
    }
    Ok(text)
}

pub(crate) fn unknown_unit(id: &str) -> Failure {
    Failure::usage(format!("there is no unit {id:?}; use an id of units.csv, or '*' for all"))
}
