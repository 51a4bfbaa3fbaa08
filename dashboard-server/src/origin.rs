//! Whose page made a request: the rule for handshakes and changes (contract, section 2).
//!
//! An `Origin` is ours when it equals the request's own host or `public_url`, with default ports
//! written out, so that `https://x` and `https://x:443` are one.

use axum::http::{HeaderMap, header};

/// The address under which people know this server.
#[derive(Clone, Debug, Default)]
pub struct PublicUrl {
    origin: Option<Authority>,
    https: bool,
}

/// Scheme aside, what stands between `://` and the path, with the port written out.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Authority {
    https: bool,
    host: String,
    port: u16,
}

/// Whose page made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A page of this server.
    Own,
    /// A page of another site, or something unreadable.
    Foreign,
    /// Nobody said; browsers always do for handshakes and for changes.
    Missing,
}

impl PublicUrl {
    /// Reads an address such as `https://pantau.example.go.id`.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn parse(url: &str) -> Result<Self, String> {
        let authority = Authority::parse(url.trim_end_matches('/'))
            .ok_or_else(|| format!("server.public_url `{url}` is not an address such as https://pantau.example.go.id"))?;
        Ok(Self { https: authority.https, origin: Some(authority) })
    }

    /// Whether people come over https: then cookies are `Secure` and answers carry HSTS.
    pub fn is_https(&self) -> bool {
        self.https
    }
}

impl Authority {
    fn parse(origin: &str) -> Option<Self> {
        let (https, rest) = match origin.split_once("://")? {
            (scheme, rest) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            (scheme, rest) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            _ => return None,
        };
        Self::of_host(https, rest)
    }

    /// `host`, `host:port` or `[v6]:port`; anything with a path or a user is not one.
    fn of_host(https: bool, text: &str) -> Option<Self> {
        if text.is_empty() || text.contains(['/', '@', '?', '#', ' ']) {
            return None;
        }
        let after_brackets = text.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match text[after_brackets..].rfind(':') {
            Some(colon) => {
                let (host, port) = text.split_at(after_brackets + colon);
                (host, port[1..].parse().ok()?)
            }
            None => (text, if https { 443 } else { 80 }),
        };
        (!host.is_empty()).then(|| Self { https, host: host.to_ascii_lowercase(), port })
    }
}

/// Whose page made the request with these headers.
pub(crate) fn of(headers: &HeaderMap, public: &PublicUrl) -> Origin {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return if headers.contains_key(header::ORIGIN) { Origin::Foreign } else { Origin::Missing };
    };
    let Some(origin) = origin.to_str().ok().and_then(Authority::parse) else { return Origin::Foreign };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // A proxy may end TLS, so the scheme of the own host is the one the browser saw.
    let own = host.and_then(|host| Authority::of_host(origin.https, host));
    if own.as_ref() == Some(&origin) || public.origin.as_ref() == Some(&origin) { Origin::Own } else { Origin::Foreign }
}

/// Whether a change that rides on a cookie comes from our own pages.
pub(crate) fn may_change(headers: &HeaderMap, public: &PublicUrl) -> bool {
    match of(headers, public) {
        Origin::Own => true,
        Origin::Foreign => false,
        Origin::Missing => sec_fetch_site(headers).is_some_and(|site| site == "same-origin" || site == "none"),
    }
}

/// Whether a sign-in may come from where it comes: it rides on no cookie, so programs need not say.
pub(crate) fn may_sign_in(headers: &HeaderMap, public: &PublicUrl) -> bool {
    match of(headers, public) {
        Origin::Own => true,
        Origin::Foreign => false,
        Origin::Missing => sec_fetch_site(headers).is_none_or(|site| site == "same-origin" || site == "none"),
    }
}

fn sec_fetch_site(headers: &HeaderMap) -> Option<&str> {
    headers.get("sec-fetch-site").and_then(|site| site.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn table_of_origins() {
        let public = PublicUrl::parse("https://good.example/").unwrap();
        let table = [
            (Some("https://good.example"), Origin::Own),
            (Some("https://good.example:443"), Origin::Own),
            (Some("HTTPS://Good.Example"), Origin::Own),
            (Some("http://10.0.0.5:8080"), Origin::Own),
            (Some("https://10.0.0.5:8080"), Origin::Own),
            (Some("http://good.example"), Origin::Foreign),
            (Some("https://good.example:8443"), Origin::Foreign),
            (Some("https://evil.example"), Origin::Foreign),
            (Some("https://good.example.evil.example"), Origin::Foreign),
            (Some("https://good.example@evil.example"), Origin::Foreign),
            (Some("http://10.0.0.5"), Origin::Foreign),
            (Some("null"), Origin::Foreign),
            (Some(""), Origin::Foreign),
            (None, Origin::Missing),
        ];
        for (origin, expected) in table {
            assert_eq!(of(&asked("10.0.0.5:8080", origin), &public), expected, "{origin:?}");
        }
    }

    #[test]
    fn two_origins_are_foreign() {
        let mut headers = asked("good.example", Some("https://good.example"));
        headers.append(header::ORIGIN, "https://evil.example".parse().unwrap());
        assert_eq!(of(&headers, &PublicUrl::default()), Origin::Foreign);
    }

    #[test]
    fn own_host_over_default_ports() {
        let public = PublicUrl::default();
        assert_eq!(of(&asked("papan.kab", Some("http://papan.kab")), &public), Origin::Own);
        assert_eq!(of(&asked("papan.kab", Some("https://papan.kab")), &public), Origin::Own);
        assert_eq!(of(&asked("[::1]:8080", Some("http://[::1]:8080")), &public), Origin::Own);
        assert_eq!(of(&asked("[::1]", Some("http://[::2]")), &public), Origin::Foreign);
    }
}
