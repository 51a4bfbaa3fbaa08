//! House rules that no compiler knows: which package may name which, sizes of files, words that have
//! no place. Each failure says what to change.

use std::fs;
use std::path::{Path, PathBuf};

/// The packages and what each may depend on among them, outside of its tests.
const ARROWS: [(&str, &[&str]); 6] = [
    ("rules", &[]),
    ("sql", &["rules"]),
    ("collector", &["rules", "sql"]),
    ("aggregator", &["rules", "sql"]),
    ("dashboard-server", &["rules", "sql", "aggregator", "collector"]),
    ("tests", &[]),
];
/// Where a library may be named in a manifest, outside of tests.
const ROOMS: [(&str, &[&str]); 3] = [("polars", &["aggregator"]), ("sqlx", &["sql"]), ("axum", &["collector", "dashboard-server"])];
/// The binary side of the server: what composes the parts.
const BINARY_SIDE: [&str; 5] = [
    "dashboard-server/src/main.rs",
    "dashboard-server/src/lifecycle.rs",
    "dashboard-server/src/commands.rs",
    "dashboard-server/src/commands/",
    "dashboard-server/src/demo",
];

/// Sizes of a file in lines: the middle one, the ninth of ten, the largest without a reason.
const MEDIAN: usize = 130;
const NINTH_OF_TEN: usize = 350;
const LARGEST: usize = 600;

/// Folders that are made, not written.
const MADE: [&str; 7] = ["target", "node_modules", "dist", ".git", "out", "demo-data", "results"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

/// Every written text file: its path from the root with `/`, and its text.
fn files() -> Vec<(String, String)> {
    let (root, mut folders, mut files) = (root(), vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be read").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                if !MADE.contains(&name.to_string_lossy().as_ref()) {
                    folders.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(&root).expect("it lies below the root").to_string_lossy().replace('\\', "/");
                files.push((name, text));
            }
        }
    }
    files.sort();
    files
}

fn ends_in(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}

/// Tests, benches and examples: what no server runs.
fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
        || path.starts_with("bench/")
        || ["/tests/", "/tests.rs", "/benches/", "/examples/"].iter().any(|part| path.contains(part))
}

fn fails_with(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn arrows_between_packages_point_one_way() {
    let mut found = Vec::new();
    for (package, allowed) in ARROWS {
        let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).expect("a package has a manifest");
        let manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
        let dependencies = manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .map(|table| table.keys().cloned().collect::<Vec<_>>())
            .unwrap_or_default();
        for dependency in dependencies {
            let is_ours = ARROWS.iter().any(|(package, _)| *package == dependency);
            if is_ours && !allowed.contains(&dependency.as_str()) {
                found.push(format!("{package} depends on {dependency}; it may depend on {allowed:?}"));
            }
            for (library, rooms) in ROOMS {
                if dependency.starts_with(library) && !rooms.contains(&package) {
                    found.push(format!("{package} depends on {dependency}; only {rooms:?} may"));
                }
            }
        }
    }
    for (path, text) in files().into_iter().filter(|(path, _)| path.starts_with("dashboard-server/src/") && path.ends_with(".rs")) {
        let names = text
            .lines()
            .any(|line| !line.trim_start().starts_with("//") && (line.contains("collector::") || line.contains("use collector")));
        if names && !BINARY_SIDE.iter().any(|side| path.starts_with(side)) {
            found.push(format!("{path} names collector; only the binary side may"));
        }
    }
    fails_with("an arrow points back (design: rules <- sql <- collector, aggregator; aggregator <- dashboard-server)", &found);
}

#[test]
fn files_are_small() {
    let mut sizes: Vec<(usize, String, String)> = files()
        .into_iter()
        .filter(|(path, _)| ends_in(path, &[".rs", ".ts", ".svelte", ".mjs"]) && !path.contains(".gen."))
        .map(|(path, text)| (text.lines().count(), path, text.lines().next().unwrap_or_default().to_owned()))
        .collect();
    sizes.sort();
    let at = |share: usize| sizes[sizes.len() * share / 100].0;
    let (median, ninth) = (at(50), at(90));
    println!("{} files, median {median} lines, 90 % have {ninth} or fewer, the largest is {:?}", sizes.len(), sizes.last());
    // A reason is a sentence in a comment.
    let has_reason = |first: &str| first.starts_with("//") && first.split_whitespace().count() >= 5;
    let large: Vec<String> = sizes
        .iter()
        .filter(|(lines, _, first)| *lines > LARGEST && !has_reason(first))
        .map(|(lines, path, _)| format!("{path}: {lines} lines"))
        .collect();
    fails_with("over 600 lines without a reason in the first line; split them, or say why not", &large);
    assert!(
        median <= MEDIAN && ninth <= NINTH_OF_TEN,
        "rooms grow: median {median} (at most {MEDIAN}), 90 % {ninth} (at most {NINTH_OF_TEN}); split the largest"
    );
}

#[test]
fn only_the_binary_reads_the_clock() {
    let clocks = ["Utc::now", "Local::now", "SystemTime::now"];
    let may = |path: &str| is_test(path) || path == "dashboard-server/src/main.rs" || path.starts_with("dashboard-server/src/commands");
    let mut found = Vec::new();
    for (path, text) in files().into_iter().filter(|(path, _)| path.ends_with(".rs") && !may(path)) {
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if clocks.iter().any(|clock| line.contains(clock)) {
                found.push(format!("{path}:{}: {}", place + 1, line.trim()));
            }
        }
    }
    fails_with("the clock is an argument, rules::time::Now; take it instead of reading it", &found);
}

#[test]
fn no_path_of_a_machine_stands_in_a_file() {
    // Put together here, so that this file is not found by itself.
    let hosts = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/tmp/", "pantau/"]].map(|parts| parts.concat());
    let mut found = Vec::new();
    for (path, text) in files().into_iter().filter(|(path, _)| !path.ends_with("package-lock.json")) {
        for (place, line) in text.lines().enumerate() {
            if let Some(host) = hosts.iter().find(|host| line.contains(host.as_str())) {
                found.push(format!("{path}:{}: {host}", place + 1));
            }
        }
    }
    fails_with("paths of one machine; write them relative to the repository", &found);
}

#[test]
fn modules_exceptions_and_leftovers_follow_the_style() {
    let mut found = Vec::new();
    for (path, text) in files().into_iter().filter(|(path, _)| path.ends_with(".rs")) {
        if path.ends_with("/mod.rs") && !path.contains("/tests/") {
            found.push(format!("{path}: name it after its folder, beside it"));
        }
        // This file names the words it looks for.
        if path == "tests/tests/tidy.rs" {
            continue;
        }
        for attribute in ["#[expect(", "#![expect("] {
            for (place, _) in text.match_indices(attribute) {
                let whole = text[place..].split_once(")]").map_or(&text[place..], |(whole, _)| whole);
                if !whole.contains("reason") {
                    found.push(format!("{path}: {whole})] has no reason"));
                }
            }
        }
        for word in ["#[allow(", "#![allow(", "#[ignore", "todo!(", "dbg!("] {
            if text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word)) {
                found.push(format!("{path}: {word}"));
            }
        }
    }
    fails_with("against STYLE.md", &found);
}

#[test]
fn only_the_demo_command_knows_that_there_is_a_demo() {
    let may = |path: &str| {
        let server = path.strip_prefix("dashboard-server/src/").unwrap_or_default();
        server.starts_with("demo")
            || server.starts_with("commands/demo")
            || server.starts_with("commands/snapshots/")
            || path == "dashboard-server/example/README.md"
    };
    // Its registration, and nothing else of these two.
    let registration = ["mod demo;", "Demo(demo::Args),", "Command::Demo(args) => demo::run(args, now).await,"];
    let registers = |path: &str| path == "dashboard-server/src/main.rs" || path == "dashboard-server/src/commands.rs";
    let is_product =
        |path: &str| ["rules/", "sql/", "collector/", "aggregator/", "dashboard-server/", "web/"].iter().any(|room| path.starts_with(room));
    let mut found = Vec::new();
    for (path, text) in files().into_iter().filter(|(path, _)| is_product(path) && !path.ends_with("package-lock.json") && !may(path)) {
        for (place, line) in text.lines().enumerate() {
            let words = line.split(|letter: char| !letter.is_alphanumeric());
            let names = words.map(str::to_lowercase).any(|word| word == "demo" || word == "demos");
            if names && !(registers(&path) && registration.contains(&line.trim())) {
                found.push(format!("{path}:{}: {}", place + 1, line.trim()));
            }
        }
    }
    fails_with("code outside the demo command names it; its sources are ordinary clients", &found);
}

#[test]
fn rooms_have_the_words_of_the_field() {
    let banned = ["common", "util", "utils", "helper", "helpers", "types", "misc", "manager", "core"];
    let found: Vec<String> = files()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.ends_with(".rs") || path.starts_with("web/src/"))
        .filter(|path| path.split(['/', '.']).any(|part| banned.contains(&part)))
        .collect();
    fails_with("names that say nothing; call it after what is in it", &found);
}
