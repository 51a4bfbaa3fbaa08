//! Several processes on one store, configuration, exit codes, and how a server leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::harness::house::{data, three_units};
use crate::harness::{House, Server, sample, wait_until};

/// The contract: the server notices what was written.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);

fn one_sentence(stderr: &str) -> &str {
    assert_eq!(stderr.lines().count(), 1, "one plain sentence: {stderr:?}");
    stderr.trim_end()
}

#[tokio::test]
async fn a_second_server_on_a_store_is_refused_with_a_sentence() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let mut second = Server::spawn(house.command(&["serve"]), house.path());
    let (status, _) = second.left().await;
    assert_eq!(status.code(), Some(1));
    let stderr = second.stderr();
    assert!(one_sentence(&stderr).contains("another pantau server already uses the store"), "{stderr}");
    assert_eq!(second.stdout(), "");
    assert_eq!(server.stranger().get("/healthz").await.status, 200, "the first goes on");
    // The lock goes with the process, however it ends.
    server.kill();
    house.serve().await;
}

#[tokio::test]
async fn a_running_server_notices_what_commands_write() {
    let house = House::empty().await;
    let server = house.serve().await;
    // Nothing is known yet; each command writes beside the running server.
    let reader = server.client(&house.reading_key());
    assert_eq!(reader.json("/api/v1/boards").await["items"], serde_json::json!([]));
    house.ok(&["apply", &three_units()]);
    wait_until("the board to be there", NOTICED_WITHIN, async || {
        let answer = reader.get("/api/v1/boards/town").await;
        if answer.status == 200 { Ok(()) } else { Err(answer.text()) }
    })
    .await;
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    assert_eq!(viewer.next_told().await["tiles"].as_array().map(Vec::len), Some(4));

    let boards = std::fs::read_to_string(data("three-units").join("boards.toml")).expect("our own file");
    let changed = boards
        .replace("\"On time\"", "\"Permits in time\"")
        .replace("    { unit = \"clinic\", indicator = \"beds\", title = \"Beds occupied\" },\n", "");
    house.ok(&["apply", &house.write("boards.toml", &changed)]);
    viewer.hears("permits:on-time:week", |_| true).await;
    wait_until("the viewer to have the new board", NOTICED_WITHIN + Duration::from_secs(1), async || {
        viewer.next_told().await;
        let board = reader.json("/api/v1/boards/town").await;
        let titles: Vec<&Value> = board["tiles"].as_array().expect("tiles").iter().map(|tile| &tile["title"]).collect();
        if titles != ["Permits in time", "Issued", "Wait"] {
            return Err(format!("the board has {titles:?}"));
        }
        viewer.equals(&board)
    })
    .await;

    // A key made meanwhile works at once; a person too.
    let counter = server.client(&house.key("counter", "permits"));
    counter.accepted(&[sample("counter", "1", "permits", "issued", "2026-11-16", 1.0)]).await;
    house.person("wati", "viewer", "*", "correct horse battery");
    assert_eq!(server.stranger().sign_in("wati", "correct horse battery").await.status, 200);
    // Another target is another achievement of the same number.
    let week = ("permits", "issued", "week", "2026-W47");
    reader.comes(week, |read| read["achievement"] == 2.5).await;
    let targets = std::fs::read_to_string(data("three-units").join("targets.csv")).expect("our own file");
    house.ok(&["apply", &house.write("targets.csv", &targets.replace("2026-W47,40", "2026-W47,50"))]);
    reader.comes(week, |read| read["achievement"] == 2.0 && read["target"] == 50.0).await;
}

#[tokio::test]
async fn wrong_usage_and_configuration_exit_2_and_name_what_to_change() {
    let house = House::empty().await;
    let refused = |arguments: &[&str], environment: &[(&str, &str)], named: &str| {
        let outcome = house.run_with(arguments, "", |command| {
            command.envs(environment.iter().copied());
        });
        assert_eq!(outcome.code, 2, "{arguments:?} {environment:?}: {outcome:?}");
        assert_eq!(outcome.stdout, "", "{outcome:?}");
        assert!(outcome.stderr.contains(named), "{arguments:?} {environment:?}: {named} is not named: {outcome:?}");
        outcome
    };
    for roles in ["intake", "web,aggregate", "intake,writer,aggregate"] {
        one_sentence(&refused(&["serve", "--roles", roles], &[], "--roles").stderr);
    }
    let file = |name: &str, text: &str| house.write(name, text);
    let wrong = [
        (file("1.toml", "server = { listne = \"x\" }"), "server.listne"),
        (file("2.toml", "[storage]\nurl = \"x\""), "storage"),
        (file("3.toml", "server = {"), "3.toml"),
        (file("4.toml", "region = { timezone = \"Asia/Kotabumi\" }"), "Asia/Kotabumi"),
        (file("5.toml", "server = { listen = \"8080\" }"), "server.listen"),
        (file("6.toml", "store = { url = \"mysql://x\" }"), "store.url"),
        ("no-such.toml".to_owned(), "no-such.toml"),
    ];
    for (file, named) in &wrong {
        one_sentence(&refused(&["config", "check", "--config", file], &[], named).stderr);
        one_sentence(&refused(&["serve", "--config", file], &[], named).stderr);
    }
    one_sentence(&refused(&["config", "check"], &[("PANTAU_SERVER__LISTNE", "x")], "PANTAU_SERVER__LISTNE").stderr);
    refused(&["serve", "--port", "1"], &[], "--port");
    refused(&["sreve"], &[], "sreve");
    refused(&["user", "add", "wati", "--role", "king", "--unit", "*"], &[], "king");
    refused(&["user", "add", "wati", "--role", "viewer", "--unit", "harbour"], &[], "harbour");
    refused(&["user", "passwd", "nobody"], &[], "nobody");
    refused(&["table", "samples", "--every", "fortnight", "--by", "unit"], &[], "fortnight");
    refused(&["table", "samples", "--every", "week", "--by", "unit", "--from", "kemarin"], &[], "--from");
    refused(&["table", "samples", "--every", "week", "--by", "unit", "--from", "2026-11-24", "--to", "2026-11-01"], &[], "--from");
    assert_eq!(house.run(&["verify", "--config", &house.write("7.toml", "store = { url = \"sqlite:///proc/no/x.db\" }")]).code, 1);
}

#[tokio::test]
async fn the_environment_is_over_the_file_and_the_command_line_over_both() {
    let house = House::empty().await;
    let told = |environment: &[(&str, &str)]| {
        let outcome = house.run_with(&["config", "check"], "", |command| {
            command.envs(environment.iter().copied());
        });
        assert_eq!(outcome.code, 0, "{outcome:?}");
        outcome.stdout
    };
    assert!(told(&[]).contains("name = \"Eastbrook\""));
    assert!(told(&[("PANTAU_REGION__NAME", "Westbrook")]).contains("name = \"Westbrook\""));
    let other = house.write("other.toml", "region = { name = \"Northbrook\" }");
    assert!(told(&[("PANTAU_CONFIG", &other)]).contains("name = \"Northbrook\""), "without --config that file is read");
    let secret = house.write("secret", "sqlite://elsewhere/pantau.db\n");
    assert!(told(&[("PANTAU_STORE__URL_FILE", &secret)]).contains("sqlite://elsewhere/pantau.db"));
    let server = house
        .serve_with(&["--listen", "127.0.0.1:0"], |command| {
            command.env("PANTAU_SERVER__LISTEN", "127.0.0.1:1");
        })
        .await;
    let reader = server.client(&house.reading_key());
    assert_eq!(reader.json("/api/v1/region").await["name"], "Eastbrook");
}

#[tokio::test]
async fn help_lists_only_what_there_is() {
    let house = House::empty().await;
    let commands = |arguments: &[&str]| -> Vec<String> {
        let help = house.ok(&[arguments, &["--help"]].concat());
        let (_, rest) = help.split_once("Commands:\n").unwrap_or_else(|| panic!("no commands in {help}"));
        let lines = rest.lines().take_while(|line| line.starts_with("  "));
        let mut names: Vec<String> = lines
            .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   ")).map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        commands(&[]),
        ["apply", "calendar", "config", "demo", "import", "key", "migrate", "replay", "serve", "table", "user", "verify"]
    );
    assert_eq!(commands(&["user"]), ["add", "disable", "list", "passwd"]);
    assert_eq!(commands(&["key"]), ["create", "list", "revoke"]);
    assert_eq!(commands(&["table"]), ["backlog", "cases", "samples"]);
    assert_eq!(commands(&["import"]), ["cases", "samples"]);
    assert_eq!(commands(&["config"]), ["check"]);
    for command in ["apply", "demo", "migrate", "serve", "verify"] {
        let help = house.ok(&[command, "--help"]);
        for later in ["survey", "calendar", "report", "alert", "backup", "nats"] {
            assert!(!help.to_lowercase().contains(later), "{command} --help speaks of {later}, which is not built: {help}");
        }
    }
    let server = house.serve().await;
    let api = server.client(&house.reading_key()).json("/api/openapi.json").await;
    assert!(api["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", api["openapi"]);
    let paths: Vec<&String> = api["paths"].as_object().expect("paths").keys().collect();
    for path in ["/api/v1/events", "/api/v1/intake", "/api/v1/live", "/api/v1/boards/{id}", "/api/v1/series", "/healthz", "/readyz"] {
        assert!(paths.iter().any(|known| *known == path), "{path} is not in {paths:?}");
    }
    for later in ["explain", "charts", "reports", "rejections"] {
        assert!(!paths.iter().any(|path| path.contains(later)), "{later} is not built but in {paths:?}");
    }
}

#[tokio::test]
async fn commands_make_and_migrate_a_store_and_people_get_passwords_once() {
    let house = House::empty().await;
    let waiting = house.ok(&["migrate", "--status"]);
    assert!(waiting.lines().all(|line| line.starts_with("waiting ")) && !waiting.is_empty(), "{waiting}");
    assert!(house.ok(&["migrate"]).lines().all(|line| line.starts_with("applied ")));
    assert_eq!(house.ok(&["migrate"]), "nothing to migrate\n");
    assert!(house.ok(&["migrate", "--status"]).lines().all(|line| line.starts_with("applied ")));

    let password = house.ok(&["user", "add", "wati", "--role", "administrator", "--unit", "*"]);
    assert_eq!((password.lines().count(), password.contains(' ')), (1, false), "alone on stdout: {password:?}");
    let again = house.run(&["user", "add", "wati", "--role", "viewer", "--unit", "*"]);
    assert_eq!((again.code, again.stdout.as_str()), (1, ""), "{again:?}");
    let listed = house.ok(&["user", "list"]);
    assert!(listed.contains("wati,administrator,*,") && !listed.contains(password.trim()), "{listed}");
    let server = house.serve().await;
    assert!(!server.stderr().contains("first run"), "there is somebody");
    let browser = server.stranger();
    assert_eq!(browser.sign_in("wati", password.trim()).await.status, 200);
    let new = house.ok(&["user", "passwd", "wati"]);
    assert_eq!(browser.get("/api/v1/me").await.status, 401, "a new password ends the sessions of the old one");
    assert_eq!(browser.sign_in("wati", password.trim()).await.status, 401);
    assert_eq!(browser.sign_in("wati", new.trim()).await.status, 200);
    let disabled = house.run(&["user", "disable", "wati"]);
    assert!(disabled.code == 0 && disabled.stderr.contains("no administrator is left"), "{disabled:?}");
    let still = house.run(&["user", "passwd", "wati"]);
    assert!(still.stderr.contains("has a new password but stays disabled"), "{still:?}");
    assert_eq!(browser.get("/api/v1/me").await.status, 401);
    assert_eq!(browser.sign_in("wati", new.trim()).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_leave_under_load_it_goes_within_ten_seconds_and_keeps_its_word() {
    let house = House::of_three_units().await;
    let mut server = house.serve().await;
    let key = house.key("counter", "permits");
    let mut viewer = server.client(&house.reading_key()).live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    let (acknowledged, has_left) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..6)
        .map(|who| {
            let (key, url) = (key.clone(), server.url().to_owned());
            let (acknowledged, has_left) = (Arc::clone(&acknowledged), Arc::clone(&has_left));
            tokio::spawn(async move {
                let http = reqwest::Client::builder().no_proxy().build().expect("a client without TLS");
                for n in 0.. {
                    let at = format!("2026-11-16T{:02}:{:02}:{:02}.{who:03}Z", n / 3600, n / 60 % 60, n % 60);
                    let body = sample("counter", &format!("{who}-{n}"), "permits", "issued", &at, 1.0).to_string();
                    let request =
                        http.post(format!("{url}/api/v1/events")).bearer_auth(&key).header("content-type", "application/cloudevents+json");
                    match request.body(body).send().await {
                        Ok(answer) if answer.status() == 200 => drop(acknowledged.fetch_add(1, Ordering::Relaxed)),
                        _ if has_left.load(Ordering::Relaxed) => return,
                        _ => tokio::task::yield_now().await,
                    }
                }
            })
        })
        .collect();
    wait_until("load", Duration::from_secs(20), async || {
        let answers = acknowledged.load(Ordering::Relaxed);
        if answers > 300 { Ok(()) } else { Err(format!("{answers} answers")) }
    })
    .await;
    server.terminate();
    let (status, took) = server.left().await;
    assert_eq!(status.code(), Some(0), "{}", server.stderr());
    assert!(took < Duration::from_secs(10), "{took:?}");
    has_left.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("a client does not panic");
    }
    assert_eq!(viewer.closed(Duration::from_secs(2)).await.0, 1012);
    let (acknowledged, counted) = (acknowledged.load(Ordering::Relaxed) as i64, house.counted());
    assert!((acknowledged..=acknowledged + 6).contains(&counted), "{acknowledged} acknowledged, {counted} counted");
    assert!(house.ok(&["verify"]).contains(&format!("{counted} events")));
}
