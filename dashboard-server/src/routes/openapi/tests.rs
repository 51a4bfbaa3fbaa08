use super::*;
use std::path::{Path, PathBuf};

fn at(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares what is generated with what is committed; `UPDATE_SNAPSHOTS=1` writes it.
fn assert_committed(name: &str, generated: &serde_json::Value) {
    let text = serde_json::to_string_pretty(generated).unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(at(name), &text).unwrap();
    }
    let committed = std::fs::read_to_string(at(name)).unwrap_or_default();
    assert!(committed == text, "{name} is not what the code says; run the tests with UPDATE_SNAPSHOTS=1 and look at the difference");
}

#[test]
fn the_document_is_the_committed_one() {
    assert_committed("openapi.json", &serde_json::to_value(whole()).unwrap());
}

/// The live protocol as a JSON Schema of its own: a message is one of LiveServer or LiveClient.
#[test]
fn the_live_schema_is_the_committed_one() {
    let document = serde_json::to_value(whole()).unwrap();
    let all = document["components"]["schemas"].as_object().unwrap();
    let mut definitions = serde_json::Map::new();
    let mut open = vec!["LiveServer".to_owned(), "LiveClient".to_owned()];
    while let Some(name) = open.pop() {
        if definitions.contains_key(&name) {
            continue;
        }
        let text = all[&name].to_string();
        open.extend(text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        let local = text.replace("#/components/schemas/", "#/$defs/");
        definitions.insert(name, serde_json::from_str(&local).unwrap());
    }
    let schema = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pantau.live.v1",
        "anyOf": [{ "$ref": "#/$defs/LiveServer" }, { "$ref": "#/$defs/LiveClient" }],
        "$defs": definitions,
    });
    assert_committed("live.schema.json", &schema);
}

#[test]
fn the_document_names_nothing_of_later_parts() {
    let document = serde_json::to_value(whole()).unwrap();
    let document = document.to_string();
    for later in ["/explain", "/reports", "/charts", "pantau.survey.v1"] {
        assert!(!document.contains(later), "{later}");
    }
}
