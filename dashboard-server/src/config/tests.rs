use super::*;

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("pantau.toml");
    std::fs::write(&file, text).expect("writes");
    let environment: Vec<(String, String)> = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let choice = Choice { file: Some(file.clone()), ..Choice::default() };
    Config::load(&choice, &environment).map_err(|error| error.to_string().replace(&file.display().to_string(), "pantau.toml"))
}

fn refusal(text: &str) -> String {
    load(text, &[]).expect_err("is refused")
}

#[test]
fn environment_wins_over_file_and_file_over_default() {
    let config = load("[server]\nlisten = \"127.0.0.1:1\"\n[region]\nname = \"Kota\"\n", &[("PANTAU_SERVER__LISTEN", "127.0.0.1:2")])
        .expect("loads");
    assert_eq!(config.server.listen, "127.0.0.1:2");
    assert_eq!(config.region.name, "Kota");
    assert_eq!(config.store.url, "sqlite://data/pantau.db");
}

#[test]
fn every_key_has_a_variable() {
    let environment = [
        ("PANTAU_SERVER__PUBLIC_URL", "https://pantau.example/"),
        ("PANTAU_STORE__URL", "sqlite://x.db"),
        ("PANTAU_INTAKE__LOG", "store"),
        ("PANTAU_REGION__NAME", "R"),
        ("PANTAU_REGION__TIMEZONE", "Asia/Jayapura"),
        ("PANTAU_REGION__LOCALE", "en"),
    ];
    let config = load("", &environment).expect("loads");
    assert_eq!(config.server.public_url.as_deref(), Some("https://pantau.example"));
    assert_eq!(config.region, Region { name: "R".to_owned(), timezone: chrono_tz::Asia::Jayapura, locale: "en".to_owned() });
}

#[test]
fn unknown_keys_are_named() {
    assert_eq!(
        refusal("[server]\nlisten_on = \"x\"\n"),
        "pantau.toml: unknown key \"server.listen_on\"; the keys of [server] are listen, public_url, tls_cert, tls_key"
    );
    assert_eq!(refusal("[serve]\n"), "pantau.toml: unknown key \"serve\"; the sections are server, store, intake, region");
    let sentence = load("", &[("PANTAU_STORE__URI", "x")]).expect_err("is refused");
    assert!(
        sentence.starts_with("unknown key: the environment variable PANTAU_STORE__URI; known are PANTAU_SERVER__LISTEN, "),
        "{sentence}"
    );
    assert!(load("", &[("PANTAU_LOG", "debug")]).is_ok());
}

#[test]
fn values_that_cannot_be_are_refused_with_what_to_write() {
    for url in ["mysql://u:p@h/d", "postgres://u:p@h", "postgresql://u:p@h/"] {
        let shown = masked(url);
        assert_eq!(
            refusal(&format!("[store]\nurl = \"{url}\"\n")),
            format!("store.url is {shown:?}; write sqlite://PATH, like sqlite://data/pantau.db, or postgres://USER:PASSWORD@HOST/DATABASE")
        );
    }
    assert_eq!(refusal("[intake]\nlog = \"nats://h:4222\"\n"), "a NATS log is not supported yet; write intake.log = \"store\"");
    assert_eq!(refusal("[server]\nlisten = \"8080\"\n"), "server.listen is \"8080\"; write HOST:PORT, like 127.0.0.1:8080 or 0.0.0.0:80");
    assert_eq!(refusal("[server]\nlisten = 8080\n"), "pantau.toml: server.listen must be text between double quotes");
    assert_eq!(
        refusal("[server]\ntls_cert = \"x.pem\"\n"),
        "server.tls_cert and server.tls_key are not supported yet; leave them out and put a proxy that speaks TLS in front"
    );
    assert_eq!(refusal("[region]\ntimezone = \"WIB\"\n"), "region.timezone is \"WIB\"; write a name of the tz database, like Asia/Jakarta");
    assert_eq!(refusal("[region]\nlocale = \"jv\"\n"), "region.locale is \"jv\"; write id or en");
    assert!(refusal("[server\n").starts_with("pantau.toml: line 1 is not TOML: "));
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = folder.path().join("url");
    std::fs::write(&secret, "sqlite://secret.db\n").expect("writes");
    let path = secret.display().to_string();
    assert_eq!(load("", &[("PANTAU_STORE__URL_FILE", &path)]).expect("loads").store.url, "sqlite://secret.db");
    assert!(load("", &[("PANTAU_STORE__URL_FILE", &path), ("PANTAU_STORE__URL", "sqlite://x.db")]).is_err());
    assert!(load("", &[("PANTAU_REGION__NAME_FILE", &path)]).expect_err("is refused").starts_with("unknown key: "));
}

#[test]
fn a_database_on_a_server_is_shown_without_its_password() {
    for url in ["postgres://u:secret@h/d", "postgresql://h:5433/d?password=secret", "postgres:///d?host=/run", "postgres://h?dbname=d"] {
        let config = load(&format!("[store]\nurl = \"{url}\"\n"), &[]).expect("loads");
        assert_eq!(config.store.url, url);
        assert!(!format!("{config} {config:?}").contains("secret"), "{config}");
    }
}

#[test]
fn a_file_that_was_asked_for_must_exist() {
    let choice = Choice { file: Some("/nowhere/pantau.toml".into()), ..Choice::default() };
    let sentence = Config::load(&choice, &[]).expect_err("is refused").to_string();
    assert!(sentence.starts_with("the configuration file /nowhere/pantau.toml cannot be read: "), "{sentence}");
}

#[test]
fn the_effective_configuration_is_toml_again() {
    let shown = load("[server]\nlisten = \"0.0.0.0:80\"\n[region]\nname = \"Kota \\\"X\\\"\"\n", &[]).expect("loads").to_string();
    let again = load(&shown, &[]).expect("loads");
    assert_eq!(again.to_string(), shown);
    assert!(shown.contains("public_url = \"http://127.0.0.1:80\""), "{shown}");
}

#[test]
fn passwords_are_masked() {
    assert_eq!(masked("postgres://u:p@h:1/d"), "postgres://u:***@h:1/d");
    assert_eq!(masked("postgres://u:p/w@d?x=1#@h/d?sslmode=require"), "postgres://u:***@h/d?sslmode=require");
    assert_eq!(masked("postgres:///d?host=/run&user=u&password=p"), "postgres:///d?host=/run&user=u&password=***");
    assert_eq!(masked("postgres://h/d"), "postgres://h/d");
    assert_eq!(masked("sqlite://data/a@b.db"), "sqlite://data/a@b.db");
}
