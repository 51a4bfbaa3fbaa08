//! Who asks: nobody, a person with a session, or a key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::can::{Action, can};
use super::secret::{Fingerprint, fingerprint};
use crate::app::App;
use crate::problem::{Answer, Problem};
use crate::session;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    /// Nobody we know.
    Anonymous,
    /// Somebody who signed in.
    Person(PersonActor),
    /// A program.
    Key(KeyActor),
}

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonActor {
    pub(crate) no: i64,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Root of what the person may see; None for all.
    pub(crate) unit: Option<i64>,
    /// What is stored of the session's cookie.
    pub(crate) session: Fingerprint,
    /// Whether the person was active recently enough to change things.
    pub(crate) is_recent: bool,
}

/// A program with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyActor {
    pub(crate) id: String,
    pub(crate) read: bool,
    pub(crate) units: Vec<i64>,
    pub(crate) all_units: bool,
}

/// What a person is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Reads.
    Viewer,
    /// Reads and configures.
    Administrator,
}

impl Role {
    /// The role of a stored word; None for one that this version does not know, which gives no rights.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "viewer" => Some(Self::Viewer),
            "administrator" => Some(Self::Administrator),
            _ => None,
        }
    }

    /// The stored word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Administrator => "administrator",
        }
    }
}

impl Actor {
    /// The actor of a request. A wrong key is an error; a session that ended is nobody.
    pub(crate) async fn of(headers: &HeaderMap, app: &App) -> Answer<Self> {
        if let Some(key) = headers.get(header::AUTHORIZATION) {
            let text = key.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
            let key = match text {
                Some(text) => sql::key::verify(&app.db, text.trim()).await?,
                None => None,
            };
            return key.map(|key| Self::Key(KeyActor::of(key))).ok_or_else(Problem::signed_out);
        }
        match session::cookie(headers, &app.public) {
            Some(word) => Ok(session::person(app, fingerprint(word)).await?.map_or(Self::Anonymous, Self::Person)),
            None => Ok(Self::Anonymous),
        }
    }

    /// Refuses who may not read at all, with 401.
    pub(crate) fn must_read(&self) -> Answer<()> {
        match self {
            Self::Anonymous => Err(Problem::signed_out()),
            Self::Key(key) if !key.read => Err(Problem::key_may_not_read()),
            Self::Person(_) | Self::Key(_) => Ok(()),
        }
    }

    /// Whether the actor may see a unit's numbers.
    pub(crate) fn sees(&self, unit: i64, app: &App) -> bool {
        can(self, Action::Read, Some(unit), &app.registry().tree)
    }

    /// What it may see, as a word: two actors with the same one are shown the same by the same configuration.
    pub(crate) fn sight(&self) -> String {
        match self {
            Self::Anonymous => String::new(),
            Self::Person(person) => person.unit.map_or_else(|| "*".to_owned(), |unit| unit.to_string()),
            Self::Key(key) if key.all_units => "*".to_owned(),
            Self::Key(key) => key.units.iter().map(|unit| format!("{unit},")).collect(),
        }
    }

    /// For logs and the record of changes.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Person(person) => format!("person:{}", person.name),
            Self::Key(key) => format!("key:{}", key.id),
        }
    }
}

impl KeyActor {
    pub(crate) fn of(key: sql::key::Key) -> Self {
        Self { id: key.id, read: key.read, units: key.units, all_units: key.all_units }
    }
}

impl FromRequestParts<Arc<App>> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let actor = Self::of(&parts.headers, app).await?;
        if let Self::Person(person) = &actor {
            app.activity.of_person(person, app.now());
        }
        Ok(actor)
    }
}

/// An actor who may read; 401 for anyone else.
#[derive(Debug)]
pub(crate) struct Reader(pub(crate) Actor);

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, app).await?;
        actor.must_read()?;
        Ok(Self(actor))
    }
}
