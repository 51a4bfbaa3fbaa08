//! From values to settings: each one understood, or refused with what to write instead.

use chrono_tz::Tz;

use super::{Config, ConfigError, Region, Server, Store, Values};

/// Understands all values.
pub(super) fn understand(values: &Values) -> Result<Config, ConfigError> {
    let value = |section: &'static str, name: &'static str| {
        values.get(&(section, name)).map(|value| value.trim()).filter(|value| !value.is_empty())
    };
    if value("server", "tls_cert").is_some() || value("server", "tls_key").is_some() {
        return refuse("server.tls_cert and server.tls_key are not supported yet; leave them out and put a proxy that speaks TLS in front");
    }
    log(value("intake", "log").unwrap_or("store"))?;
    Ok(Config {
        server: Server {
            listen: listen(value("server", "listen").unwrap_or_default())?,
            public_url: value("server", "public_url").map(public_url).transpose()?,
        },
        store: Store { url: url(value("store", "url").unwrap_or_default())? },
        region: Region {
            name: match value("region", "name") {
                Some(name) => name.to_owned(),
                None => return refuse("region.name is blank; write the name of the region"),
            },
            timezone: timezone(value("region", "timezone").unwrap_or_default())?,
            locale: locale(value("region", "locale").unwrap_or_default())?,
        },
    })
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError(sentence.into()))
}

fn listen(text: &str) -> Result<String, ConfigError> {
    let is_address = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    match is_address {
        true => Ok(text.to_owned()),
        false => refuse(format!("server.listen is {text:?}; write HOST:PORT, like 127.0.0.1:8080 or 0.0.0.0:80")),
    }
}

fn public_url(text: &str) -> Result<String, ConfigError> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@']) => Ok(text.to_owned()),
        _ => refuse(format!(
            "server.public_url is {text:?}; write http:// or https:// and a host, without a path, like https://pantau.example.go.id"
        )),
    }
}

fn url(text: &str) -> Result<String, ConfigError> {
    let is_one = match text.split_once("://") {
        Some(("sqlite", path)) => !path.is_empty() && !path.ends_with('/'),
        // Behind the host, which may be left out for a socket, the name of a database.
        Some(("postgres" | "postgresql", rest)) => {
            let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
            authority.rsplit_once('/').is_some_and(|(_, database)| !database.is_empty()) || query.contains("dbname=")
        }
        _ => false,
    };
    match is_one {
        true => Ok(text.to_owned()),
        false => refuse(format!(
            "store.url is {:?}; write sqlite://PATH, like sqlite://data/pantau.db, or postgres://USER:PASSWORD@HOST/DATABASE",
            super::masked(text)
        )),
    }
}

fn log(text: &str) -> Result<(), ConfigError> {
    match text {
        "store" => Ok(()),
        _ if text.starts_with("nats://") => refuse("a NATS log is not supported yet; write intake.log = \"store\""),
        _ => refuse(format!("intake.log is {:?}; write store", super::masked(text))),
    }
}

fn timezone(text: &str) -> Result<Tz, ConfigError> {
    text.parse().map_err(|_| ConfigError(format!("region.timezone is {text:?}; write a name of the tz database, like Asia/Jakarta")))
}

fn locale(text: &str) -> Result<String, ConfigError> {
    match text {
        "id" | "en" => Ok(text.to_owned()),
        _ => refuse(format!("region.locale is {text:?}; write id or en")),
    }
}
