//! Route × actor: who gets what, as a golden file. A route without an entry fails.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use super::house::{House, READ_KEY, WRITE_KEY, bearer, request};

const ACTORS: [&str; 6] = ["anonymous", "viewer", "viewer of rsud", "administrator", "key with read", "key without read"];

/// Mounted by the binary side and tested there.
const DOORS: [&str; 2] = ["/api/v1/events", "/api/v1/intake"];

/// What a route is asked with; the path itself where that is enough.
fn asked(method: &str, path: &str) -> Vec<(String, Option<&'static str>)> {
    let plain = |path: &str| vec![(path.to_owned(), None)];
    match (method, path) {
        ("GET", "/api/v1/boards/{id}") => ["bupati", "rsud", "nothing"].map(|id| (format!("/api/v1/boards/{id}"), None)).to_vec(),
        ("GET", "/api/v1/series") => {
            ["dpmptsp", "rsud", "nothing"].map(|unit| (format!("/api/v1/series?unit={unit}&indicator=KS-06&every=week"), None)).to_vec()
        }
        ("GET", "/api/v1/tables/samples") => {
            ["tree", "all"].map(|by| (format!("/api/v1/tables/samples?every=week&by={by}"), None)).to_vec()
        }
        ("GET", "/api/v1/tables/cases" | "/api/v1/tables/backlog") => {
            ["tree", "service"].map(|by| (format!("{path}?every=week&by={by}"), None)).to_vec()
        }
        ("GET", "/api/v1/cases") => ["dpmptsp", "rsud"].map(|unit| (format!("{path}?unit={unit}"), None)).to_vec(),
        ("GET", "/api/v1/boards/{id}/changes") => {
            ["bupati", "rsud"].map(|board| (format!("/api/v1/boards/{board}/changes?since=2027-01-01"), None)).to_vec()
        }
        ("GET", "/api/v1/services/{id}") => {
            ["", "?unit=dpmptsp", "?unit=rsud"].map(|unit| (format!("/api/v1/services/nothing{unit}"), None)).to_vec()
        }
        ("POST", "/api/v1/session") => vec![(path.to_owned(), Some(r#"{"username":"nobody","password":"wrong wrong wrong"}"#))],
        ("POST", "/api/v1/setup") => vec![(path.to_owned(), Some(r#"{"username":"mallory","password":"a long enough password"}"#))],
        _ => plain(path),
    }
}

async fn headers_of(house: &House, actor: &str) -> Vec<(&'static str, String)> {
    let mut headers = vec![("origin", "http://pantau.test".to_owned())];
    match actor {
        "viewer" => headers.push(("cookie", house.cookie_of("siti").await)),
        "viewer of rsud" => headers.push(("cookie", house.cookie_of("rudi").await)),
        "administrator" => headers.push(("cookie", house.cookie_of("budi").await)),
        "key with read" => headers.push(("authorization", bearer(READ_KEY))),
        "key without read" => headers.push(("authorization", bearer(WRITE_KEY))),
        _ => {}
    }
    headers
}

#[tokio::test]
async fn who_gets_what_is_the_committed_matrix() {
    let house = House::new().await;
    let document = house.get("/api/openapi.json", &[("authorization", &bearer(READ_KEY))]).await.json;
    let paths = document["paths"].as_object().expect("paths");
    let mut matrix = format!("# status by actor: {}\n", ACTORS.join(", "));
    for (path, operations) in paths.iter().filter(|(path, _)| !DOORS.contains(&path.as_str())) {
        for method in operations.as_object().expect("operations").keys().map(|method| method.to_uppercase()) {
            for (address, body) in asked(&method, path) {
                write!(matrix, "{method} {address}").expect("memory");
                for actor in ACTORS {
                    // Long enough that wrong passwords of the actor before are forgotten.
                    house.pass(Duration::from_secs(3600));
                    let headers = headers_of(&house, actor).await;
                    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    let answer = house.ask(request(&method, &address, &headers, body)).await;
                    write!(matrix, " {}", answer.status.as_u16()).expect("memory");
                }
                matrix.push('\n');
            }
        }
    }
    house.stop().await;
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.golden.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&golden, &matrix).expect("writes");
    }
    let committed = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(committed == matrix, "the matrix differs; look at it, then run with UPDATE_SNAPSHOTS=1:\n{matrix}");
}
