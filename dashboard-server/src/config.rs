//! What an operator may set: read from a TOML file and the environment, checked before anything binds.
//!
//! Owns the keys, their defaults and their order: environment, then file, then default. Must never
//! bind, open or log anything.

mod keys;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use chrono_tz::Tz;
use keys::KEYS;

/// The effective configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) store: Store,
    pub(crate) region: Region,
}

/// `[server]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// Address to listen on, `HOST:PORT`; port 0 is any free one. Default `127.0.0.1:8080`.
    pub(crate) listen: String,
    /// Address under which people reach the server; None when it is that of `listen`.
    pub(crate) public_url: Option<String>,
}

/// `[store]`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Store {
    /// `sqlite://PATH`, relative to the working directory, or `postgres://…`. Default `sqlite://data/pantau.db`.
    pub(crate) url: String,
}

/// `[region]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Name at the top of the boards.
    pub(crate) name: String,
    /// Zone in which days, weeks and months begin.
    pub(crate) timezone: Tz,
    /// Language of screens until somebody chooses: `id` or `en`.
    pub(crate) locale: String,
}

/// Why the configuration is refused: one sentence.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ConfigError(pub(crate) String);

/// What a command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// `--listen`.
    pub(crate) listen: Option<String>,
    /// A store that is taken whatever the configuration says of one.
    pub(crate) store: Option<String>,
}

/// Values by section and key, before they are understood.
type Values = BTreeMap<(&'static str, &'static str), String>;

impl Config {
    /// Loads the configuration: `--config`, else `$PANTAU_CONFIG`, else `./pantau.toml`, else defaults;
    /// over it the environment, over that the command line.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn load(choice: &Choice, environment: &[(String, String)]) -> Result<Self, ConfigError> {
        let mut values: Values = KEYS.iter().filter_map(|key| Some(((key.section, key.name), key.default?.to_owned()))).collect();
        if let Some(file) = file_of(choice, environment) {
            let text = std::fs::read_to_string(&file)
                .map_err(|cause| ConfigError(format!("the configuration file {} cannot be read: {cause}", file.display())))?;
            keys::from_file(&file, &text, &mut values)?;
        }
        keys::from_environment(environment, &mut values)?;
        if let Some(listen) = &choice.listen {
            values.insert(("server", "listen"), listen.clone());
        }
        if let Some(store) = &choice.store {
            values.insert(("store", "url"), store.clone());
        }
        settings::understand(&values)
    }

    /// The address under which people reach the server; None while only the system knows the port.
    fn public_url(&self) -> Option<String> {
        let of_listen = || Some(public_url_of(&self.server.listen)).filter(|url| !url.ends_with(":0"));
        self.server.public_url.clone().or_else(of_listen)
    }
}

/// The file to read; None when there is none and none was asked for.
fn file_of(choice: &Choice, environment: &[(String, String)]) -> Option<PathBuf> {
    let named = environment.iter().find(|(name, value)| name == "PANTAU_CONFIG" && !value.is_empty());
    let named = choice.file.clone().or_else(|| named.map(|(_, value)| PathBuf::from(value)));
    named.or_else(|| Some(PathBuf::from("pantau.toml")).filter(|file| file.exists()))
}

/// A variable that is no key: how the program itself is to behave. None also when it is blank.
pub(crate) fn variable(name: &str) -> Option<String> {
    environment().into_iter().find(|(found, value)| found == name && !value.is_empty()).map(|(_, value)| value)
}

/// The variables of this process that are meant for us.
pub(crate) fn environment() -> Vec<(String, String)> {
    let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).filter(|(name, _)| name.starts_with("PANTAU_")).collect()
}

impl fmt::Display for Config {
    /// The effective configuration as TOML; passwords in addresses are masked.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut server = vec![("listen", self.server.listen.clone())];
        server.extend(self.public_url().map(|url| ("public_url", url)));
        let sections = [
            ("server", server),
            ("store", vec![("url", masked(&self.store.url))]),
            ("intake", vec![("log", "store".to_owned())]),
            (
                "region",
                vec![
                    ("name", self.region.name.clone()),
                    ("timezone", self.region.timezone.to_string()),
                    ("locale", self.region.locale.clone()),
                ],
            ),
        ];
        for (at, (section, keys)) in sections.into_iter().enumerate() {
            writeln!(out, "{}[{section}]", if at == 0 { "" } else { "\n" })?;
            for (key, value) in keys {
                writeln!(out, "{key} = {}", toml::Value::String(value))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Store").field("url", &masked(&self.url)).finish()
    }
}

/// The address a browser on this machine would use for `listen`.
pub(crate) fn public_url_of(listen: &str) -> String {
    let local = listen.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:");
    format!("http://{local}")
}

/// The address with `***` in place of a password.
pub(crate) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| *scheme != "sqlite") else { return url.to_owned() };
    // A password may hold any sign, also one that should have been escaped: it ends at the last `@`.
    let rest = match rest.rsplit_once('@') {
        Some((user, host)) => format!("{}:***@{host}", user.split([':', '/']).next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    let Some((address, query)) = rest.split_once('?') else { return format!("{scheme}://{rest}") };
    let hidden = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if name == "password" || name == "sslkey" => format!("{name}=***"),
        _ => pair.to_owned(),
    });
    format!("{scheme}://{address}?{}", hidden.collect::<Vec<_>>().join("&"))
}
