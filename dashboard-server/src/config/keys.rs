//! Every key there is, and how its value is found in a file and in the environment.

use std::fs;
use std::path::Path;

use super::{ConfigError, Values};

/// A key of the configuration.
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) default: Option<&'static str>,
    /// Whether it may hold a password, so that it may also be given by a file.
    pub(super) is_secret: bool,
}

const fn key(section: &'static str, name: &'static str, default: Option<&'static str>) -> Key {
    Key { section, name, default, is_secret: false }
}

/// All keys, in the order in which they are shown.
pub(super) const KEYS: [Key; 9] = [
    key("server", "listen", Some("127.0.0.1:8080")),
    key("server", "public_url", None),
    key("server", "tls_cert", None),
    key("server", "tls_key", None),
    Key { is_secret: true, ..key("store", "url", Some("sqlite://data/pantau.db")) },
    Key { is_secret: true, ..key("intake", "log", Some("store")) },
    key("region", "name", Some("Kabupaten Lampung Utara")),
    key("region", "timezone", Some("Asia/Jakarta")),
    key("region", "locale", Some("id")),
];

impl Key {
    /// `PANTAU_<SECTION>__<KEY>`.
    fn variable(&self) -> String {
        format!("PANTAU_{}__{}", self.section.to_uppercase(), self.name.to_uppercase())
    }
}

/// Puts the values of a file over those there are.
pub(super) fn from_file(file: &Path, text: &str, values: &mut Values) -> Result<(), ConfigError> {
    let wrong = |sentence: String| ConfigError(format!("{}: {sentence}", file.display()));
    let table: toml::Table = text.parse().map_err(|cause: toml::de::Error| {
        let line = cause.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        wrong(format!("line {line} is not TOML: {}", cause.message()))
    })?;
    for (section, keys) in &table {
        if !KEYS.iter().any(|key| key.section == section) {
            return Err(wrong(format!("unknown key {section:?}; the sections are {}", sections())));
        }
        let keys = keys.as_table().ok_or_else(|| wrong(format!("{section} must be a section, like [{section}] with keys below it")))?;
        for (name, value) in keys {
            let key = KEYS
                .iter()
                .find(|key| key.section == section && key.name == name)
                .ok_or_else(|| wrong(format!("unknown key \"{section}.{name}\"; the keys of [{section}] are {}", names(section))))?;
            let value = value.as_str().ok_or_else(|| wrong(format!("{section}.{name} must be text between double quotes")))?;
            values.insert((key.section, key.name), value.to_owned());
        }
    }
    Ok(())
}

/// Puts the values of the environment over those there are.
pub(super) fn from_environment(environment: &[(String, String)], values: &mut Values) -> Result<(), ConfigError> {
    for (variable, value) in environment.iter().filter(|(variable, _)| variable.starts_with("PANTAU_") && variable.contains("__")) {
        if let Some(key) = KEYS.iter().find(|key| key.variable() == *variable) {
            values.insert((key.section, key.name), value.clone());
            continue;
        }
        let of_file =
            variable.strip_suffix("_FILE").and_then(|variable| KEYS.iter().find(|key| key.is_secret && key.variable() == variable));
        let Some(key) = of_file else {
            let known: Vec<String> = KEYS.iter().map(Key::variable).collect();
            return Err(ConfigError(format!("unknown key: the environment variable {variable}; known are {}", known.join(", "))));
        };
        if environment.iter().any(|(other, _)| *other == key.variable()) {
            return Err(ConfigError(format!("both {} and {variable} are set; keep one", key.variable())));
        }
        let secret =
            fs::read_to_string(value).map_err(|cause| ConfigError(format!("{variable}: the file {value} cannot be read: {cause}")))?;
        values.insert((key.section, key.name), secret.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(())
}

fn sections() -> String {
    let mut sections: Vec<&str> = KEYS.iter().map(|key| key.section).collect();
    sections.dedup();
    sections.join(", ")
}

fn names(section: &str) -> String {
    KEYS.iter().filter(|key| key.section == section).map(|key| key.name).collect::<Vec<_>>().join(", ")
}
