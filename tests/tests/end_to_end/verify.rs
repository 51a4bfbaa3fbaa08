//! `pantau verify` names what was changed behind our back.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tests::skips_on_postgres;

use crate::harness::house::Outcome;
use crate::harness::{House, ratio, sample, void};

/// A store with samples, a void, roll-ups and two revisions, closed.
async fn filled() -> House {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let issued =
        |n: usize| sample("counter", &format!("distinctive-id-{n:04}"), "permits", "issued", &format!("2026-11-16T09:00:{n:02}Z"), 1.5);
    counter.accepted(&(0..40).map(issued).collect::<Vec<_>>()).await;
    counter
        .accepted(&[ratio("counter", "r", "permits", "on-time", "2026-11-17", (3.0, 4.0)), void("counter", "v", "distinctive-id-0007")])
        .await;
    let reader = server.client(&house.reading_key());
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 39).await;
    reader.comes(("town", "on-time", "year", "2026"), |read| read["n"] == 1).await;
    assert!(server.stop().await.success());
    house
}

/// Verifies a copy of the store in which somebody meddled.
fn verified(house: &House, url: &str) -> Outcome {
    house.run_with(&["verify"], "", |command| {
        command.env("PANTAU_STORE__URL", url);
    })
}

/// Verifies a copy of the store in which this statement was run.
async fn meddled(house: &House, statement: &'static str) -> Outcome {
    if let Some(database) = house.database() {
        let copy = database.copy();
        let changed = copy.ask(&format!("with changed as ({statement} returning 1) select count(*) from changed"));
        assert_ne!(changed, "0", "{statement} changes something");
        return verified(house, copy.url());
    }
    let copy = house.path().join("copy.db");
    std::fs::copy(house.file(), &copy).expect("the store is closed, so it is one file");
    let mut database: SqliteConnection = SqliteConnectOptions::new().filename(&copy).connect().await.expect("the copy is a database");
    let changed = sqlx::query(statement).execute(&mut database).await.expect("the schema has these columns").rows_affected();
    assert!(changed > 0, "{statement} changes something");
    database.close().await.expect("the copy can be closed");
    verified(house, &format!("sqlite://{}", copy.display()))
}

#[tokio::test]
async fn an_untouched_store_passes_every_check() {
    let house = filled().await;
    let outcome = house.run(&["verify"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
    let checks: Vec<&str> = outcome.stdout.lines().map(|line| line.split(':').next().expect("a check has a name")).collect();
    assert_eq!(
        checks,
        [
            if house.database().is_some() { "ok structure of the database" } else { "ok structure of the database file" },
            "ok chain of the log",
            "ok keys of the events",
            "ok chain of the configuration",
            "ok roll-ups"
        ]
    );
    assert!(outcome.stdout.contains("42 events"), "{outcome:?}");
    // A server beside it changes nothing about that.
    let _server = house.serve().await;
    assert_eq!(house.run(&["verify"]).code, 0);
}

#[tokio::test]
async fn a_row_changed_by_hand_is_named() {
    let house = filled().await;
    let meddling = [
        ("update sample set value = value + 1e-9 where event_id = 'distinctive-id-0020'", "chain of the log", "group 1 (log rows 1 to 40)"),
        ("update sample set at = at + 1 where event_id = 'distinctive-id-0003'", "chain of the log", "group 1"),
        ("update sample set denominator = 5 where event_id = 'r'", "chain of the log", "group 2"),
        ("delete from sample where event_id = 'distinctive-id-0039'", "chain of the log", "group 1"),
        ("update void set target_id = 'distinctive-id-0008'", "chain of the log", "group 2"),
        ("update batch set received_at = received_at + 1 where no = 2", "chain of the log", "group 2"),
        ("delete from event_key where seq = 12", "keys of the events", "log row 12"),
        (
            "update rollup set value = value + 1 where every = 2 and start = 20773 and n = 39 and unit = (select no from unit where id = 'town')",
            "roll-ups",
            "town",
        ),
        (
            "update rollup set n = n + 1 where every = 6 and indicator = (select no from indicator where id = 'on-time')",
            "roll-ups",
            "on-time",
        ),
        ("delete from rollup where every = 3 and indicator = (select no from indicator where id = 'on-time')", "roll-ups", "on-time"),
        (
            "update configuration set content = replace(content, 'Permit Office', 'Permit Castle')",
            "chain of the configuration",
            "revision 1",
        ),
        ("update revision set actor = 'nobody' where no = 1", "chain of the configuration", "revision 1"),
    ];
    for (meddle, check, named) in meddling {
        let outcome = meddled(&house, meddle).await;
        assert_eq!(outcome.code, 1, "{meddle}: {outcome:?}");
        let lines = outcome.stdout.lines().collect::<Vec<_>>();
        let at = lines
            .iter()
            .position(|line| line.starts_with(&format!("FAILED {check}")))
            .unwrap_or_else(|| panic!("{meddle}: {check} does not fail: {outcome:?}"));
        let end = lines[at + 1..].iter().position(|line| !line.starts_with(' ')).map_or(lines.len(), |end| at + 1 + end);
        assert!(lines[at..end].join("\n").contains(named), "{meddle}: {named} is not named: {outcome:?}");
        assert!(outcome.stderr.contains("checks failed"), "{outcome:?}");
    }
}

#[tokio::test]
async fn one_byte_changed_in_the_file_is_named() {
    if skips_on_postgres("the file is that of an embedded database; rows are changed in the test before") {
        return;
    }
    let house = filled().await;
    let bytes = std::fs::read(house.file()).expect("the store is closed, so it is one file");
    let id = b"distinctive-id-0020";
    let places: Vec<usize> = bytes.windows(id.len()).enumerate().filter(|(_, window)| window == id).map(|(place, _)| place).collect();
    assert!(!places.is_empty(), "the id stands in the log");
    for place in places {
        let mut changed = bytes.clone();
        // The last digit; and the number behind it in the row of the log is found by its bits.
        changed[place + id.len() - 1] = b'1' + 8;
        let copy = house.path().join("flipped.db");
        std::fs::write(&copy, changed).expect("the folder is ours");
        let outcome = verified(&house, &format!("sqlite://{}", copy.display()));
        assert_eq!(outcome.code, 1, "byte {place}: {outcome:?}");
        assert!(
            outcome.stdout.contains("FAILED") && (outcome.stdout.contains("log row") || outcome.stdout.contains("group 1")),
            "byte {place}: {outcome:?}"
        );
    }
    // 1.5 as SQLite stores it: one bit of the value of one sample.
    let bits = 1.5f64.to_be_bytes();
    let place = bytes.windows(8).position(|window| window == bits).expect("a value of the log");
    let mut changed = bytes;
    changed[place + 7] ^= 1;
    let copy = house.path().join("bit.db");
    std::fs::write(&copy, changed).expect("the folder is ours");
    let outcome = verified(&house, &format!("sqlite://{}", copy.display()));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stdout.contains("FAILED chain of the log: group 1") || outcome.stdout.contains("FAILED roll-ups"), "{outcome:?}");
}
