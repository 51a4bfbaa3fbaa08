//! The command line as it is documented, and commands on a store of their own.

use clap::{CommandFactory, Parser};
use rules::time::Millis;
use sql::Db;

use super::{Cli, key, user};

const AT: Millis = 1_764_000_000_000;

/// The help of every command, one after the other.
fn help_of(command: &mut clap::Command, path: &str, out: &mut String) {
    out.push_str(&format!("$ {path} --help\n{}\n", command.render_long_help()));
    let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for name in names {
        let subcommand = command.find_subcommand_mut(&name).expect("was just listed");
        help_of(subcommand, &format!("{path} {name}"), out);
    }
}

#[test]
fn help_says_what_there_is() {
    let mut command = Cli::command();
    command.build();
    let mut text = String::new();
    help_of(&mut command, "pantau", &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn wrong_usage_exits_2() {
    for line in [
        "pantau",
        "pantau import",
        "pantau serve --roles all",
        "pantau apply",
        "pantau table samples --every week",
        "pantau user add x --role x --unit x",
    ] {
        let error = Cli::try_parse_from(line.split(' ')).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[tokio::test]
async fn split_roles_on_sqlite_exit_2() {
    let cli = Cli::parse_from(["pantau", "serve", "--roles", "intake,writer"]);
    let failure = super::run(cli, std::sync::Arc::new(|| AT)).await.expect_err("is refused");
    assert_eq!(failure.to_string(), "SQLite cannot be shared by several processes, so all roles run in one; leave --roles out");
}

/// A store with the example district.
async fn store() -> (Db, ::tests::Store) {
    let store = ::tests::Store::new();
    let db = super::store::open(store.url()).await.expect("opens");
    let now: rules::time::Now = std::sync::Arc::new(|| AT);
    dashboard_server::apply::apply(&db, &now, "test", &dashboard_server::apply::embedded_example()).await.expect("applies");
    (db, store)
}

fn units(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[tokio::test]
async fn a_key_is_known_by_its_text_and_makes_its_source() {
    let (db, _store) = store().await;
    let text = key::create(&db, AT, "curl", &units(&["dinkes", "rsud"]), true).await.expect("is made");
    let found = sql::key::verify(&db, &text).await.expect("reads").expect("is found");
    assert_eq!((found.source_id.as_str(), found.units.len(), found.all_units, found.read), ("curl", 2, false, true));
    assert!(!text.contains(&format!("{:?}", found.hash)));
    let registry = sql::registry::load(&db, None).await.expect("loads");
    assert_eq!(registry.source("curl").map(|source| (source.no, source.all_units)), Some((found.source, true)));

    let again = key::create(&db, AT, "curl", &units(&["*"]), false).await.expect("is made");
    let second = sql::key::verify(&db, &again).await.expect("reads").expect("is found");
    assert_eq!((second.source, second.all_units, second.read), (found.source, true, false));
    assert_eq!(sql::registry::revision(&db).await.expect("reads"), registry.revision, "the source is made once");
}

#[tokio::test]
async fn a_key_of_unknown_units_is_not_made() {
    let (db, _store) = store().await;
    let failure = key::create(&db, AT, "curl", &units(&["dinkes", "dinkess"]), false).await.expect_err("is refused");
    assert_eq!(failure.to_string(), "there is no unit \"dinkess\"; use an id of units.csv, or '*' for all");
    assert!(sql::key::list(&db).await.expect("reads").is_empty());
    let failure = key::create(&db, AT, "a b", &units(&["*"]), false).await.expect_err("is refused");
    assert_eq!(
        failure.to_string(),
        "the source \"a b\" cannot be used; use 1 to 128 letters, digits and -_.:/ without spaces, not ending in `/`"
    );
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    let (db, _store) = store().await;
    let text = key::create(&db, AT, "curl", &units(&["*"]), false).await.expect("is made");
    key::revoke(&db, AT, &text).await.expect("is revoked");
    assert!(sql::key::verify(&db, &text).await.expect("reads").is_none());
    assert!(key::revoke(&db, AT, &text).await.is_err(), "only once");
}

#[tokio::test]
async fn a_person_is_added_once_and_for_a_unit_that_exists() {
    let (db, _store) = store().await;
    user::add(&db, AT, "sri", "viewer", "dinkes", "k3m9x-aaaaa-bbbbb").await.expect("is added");
    let person = sql::person::find(&db, "sri").await.expect("reads").expect("is there");
    assert!(person.password.starts_with("$argon2id$"), "only a hash is stored");
    let refusal = |name: &'static str, unit: &'static str| {
        let db = db.clone();
        async move { user::add(&db, AT, name, "viewer", unit, "k3m9x-aaaaa-bbbbb").await.expect_err("is refused").to_string() }
    };
    assert_eq!(refusal("sri", "*").await, "there is already a person named sri; choose another name, or use `pantau user passwd sri`");
    assert_eq!(refusal("budi", "dinkess").await, "there is no unit \"dinkess\"; use an id of units.csv, or '*' for all");
    assert!(refusal("budi santoso", "*").await.starts_with("the name \"budi santoso\" cannot be used; "));
}

#[test]
fn made_passwords_and_keys_have_their_form() {
    let password = super::secret::password();
    assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
    assert!(password.chars().all(|c| !"0O1lIio".contains(c)), "{password}");
    let (id, secret) = super::secret::key();
    assert_eq!((id.len(), secret.len()), (8, 43));
    assert_ne!(secret, super::secret::key().1);
}
