//! Sessions of people: cookies, their age, and who is behind one.
//!
//! Owns the two clocks of a session: reading lasts 12 hours without activity (a live board counts),
//! changing asks again after 30 minutes without a request of the person.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::http::{HeaderMap, HeaderValue, header};
use rules::time::Millis;

use crate::access::actor::{PersonActor, Role};
use crate::access::secret::{self, Fingerprint};
use crate::app::App;
use crate::origin::PublicUrl;

/// Reading ends after this long without activity.
pub(crate) const IDLE_MS: Millis = 12 * 60 * 60 * 1000;
/// Changing asks again after this long without a request.
const RECENT_MS: Millis = 30 * 60 * 1000;

/// When sessions were used since that was last written down. Written at most once a minute, so that
/// reading a board never waits for the one writer.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    since: Mutex<HashMap<Fingerprint, Used>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Used {
    seen_at: Millis,
    authenticated_at: Option<Millis>,
}

impl Activity {
    /// Notes a request of a person.
    pub(crate) fn of_person(&self, person: &PersonActor, now: Millis) {
        let mut since = self.since.lock().expect("nobody panics while noting");
        let used = since.entry(person.session).or_default();
        used.seen_at = now;
        if person.is_recent {
            used.authenticated_at = Some(now);
        }
    }

    /// Notes that a board of this session is being looked at: keeps reading alive, not changing.
    pub(crate) fn of_board(&self, session: Fingerprint, now: Millis) {
        self.since.lock().expect("nobody panics while noting").entry(session).or_default().seen_at = now;
    }

    /// Forgets a session that ended.
    fn forget(&self, session: &Fingerprint) {
        self.since.lock().expect("nobody panics while noting").remove(session);
    }

    fn get(&self, session: &Fingerprint) -> Used {
        self.since.lock().expect("nobody panics while noting").get(session).copied().unwrap_or_default()
    }

    /// Writes down what was noted, in one transaction, and ends sessions that are too old.
    ///
    /// # Errors
    /// Any failure of the store; what was noted is kept for the next time.
    pub(crate) async fn write_down(&self, db: &sql::Db, now: Millis) -> Result<(), sql::Error> {
        let noted: Vec<(Fingerprint, Used)> =
            self.since.lock().expect("nobody panics while noting").iter().map(|(hash, used)| (*hash, *used)).collect();
        if noted.is_empty() {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        for (hash, used) in &noted {
            sql::session::touch(&mut tx, hash, used.seen_at, used.authenticated_at).await?;
        }
        sql::session::delete_expired(&mut tx, now - IDLE_MS).await?;
        tx.commit().await?;
        let mut since = self.since.lock().expect("nobody panics while noting");
        for (hash, used) in noted {
            if since.get(&hash).is_some_and(|current| current.seen_at == used.seen_at) {
                since.remove(&hash);
            }
        }
        Ok(())
    }
}

/// The person behind a session that still lives.
///
/// # Errors
/// Any failure of the store.
pub(crate) async fn person(app: &App, session: Fingerprint) -> Result<Option<PersonActor>, sql::Error> {
    let Some((stored, person)) = sql::session::find(&app.db, &session).await? else { return Ok(None) };
    let now = app.now();
    let used = app.activity.get(&session);
    let seen_at = stored.seen_at.max(used.seen_at);
    let authenticated_at = stored.authenticated_at.max(used.authenticated_at.unwrap_or(Millis::MIN));
    if person.disabled_at.is_some() || now - seen_at >= IDLE_MS {
        return Ok(None);
    }
    // A role of a newer version gives no rights in this one.
    let Some(role) = Role::of(&person.role) else { return Ok(None) };
    Ok(Some(PersonActor {
        no: person.no,
        name: person.name,
        role,
        unit: person.unit,
        session,
        is_recent: now - authenticated_at < RECENT_MS,
    }))
}

/// Begins a session and returns the header that sets its cookie. Always a new word: what the browser
/// brought along is ended, so that nobody can choose another's session.
///
/// # Errors
/// Any failure of the store.
pub(crate) async fn begin(app: &App, person: i64, brought: Option<&str>) -> Result<HeaderValue, sql::Error> {
    let word = secret::word();
    let now = app.now();
    let mut tx = app.db.begin().await?;
    if let Some(old) = brought {
        sql::session::delete(&mut tx, &secret::fingerprint(old)).await?;
    }
    let hash = secret::fingerprint(&word).to_vec();
    let session = sql::session::Session { hash, person, created_at: now, seen_at: now, authenticated_at: now };
    sql::session::insert(&mut tx, &session).await?;
    tx.commit().await?;
    if let Some(old) = brought {
        ended(app, &secret::fingerprint(old));
    }
    Ok(set_cookie(&app.public, &word, IDLE_MS / 1000))
}

/// Ends a session and its sockets; returns the header that takes the cookie away.
///
/// # Errors
/// Any failure of the store.
pub(crate) async fn end(app: &App, session: &Fingerprint) -> Result<HeaderValue, sql::Error> {
    let mut tx = app.db.begin().await?;
    sql::session::delete(&mut tx, session).await?;
    tx.commit().await?;
    ended(app, session);
    Ok(set_cookie(&app.public, "", 0))
}

fn ended(app: &App, session: &Fingerprint) {
    app.activity.forget(session);
    app.sockets.end_session(session);
}

/// The session's word that a request carries.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, public: &PublicUrl) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, word)| (name == cookie_name(public)).then_some(word))
}

/// Over https the browser holds the cookie to this very host; an office network over plain http
/// cannot have that.
fn cookie_name(public: &PublicUrl) -> &'static str {
    if public.is_https() { "__Host-sid" } else { "sid" }
}

fn set_cookie(public: &PublicUrl, word: &str, seconds: i64) -> HeaderValue {
    let secure = if public.is_https() { "; Secure" } else { "" };
    let text = format!("{}={word}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", cookie_name(public));
    HeaderValue::try_from(text).expect("base64url is a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_by_scheme() {
        let (http, https) = (PublicUrl::default(), PublicUrl::parse("https://pantau.example").unwrap());
        assert_eq!(set_cookie(&http, "w", 43_200), "sid=w; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
        assert_eq!(set_cookie(&https, "", 0), "__Host-sid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("other=1; xsid=no; sid=plain"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-sid=secure"));
        assert_eq!(cookie(&headers, &http), Some("plain"));
        assert_eq!(cookie(&headers, &https), Some("secure"));
    }
}
