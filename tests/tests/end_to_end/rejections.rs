//! Every code of `rejected`, and that one bad event never fails its neighbours.

use serde_json::{Value, json};

use crate::harness::event::event;
use crate::harness::{House, clock, ratio, sample, void};

const DAY: &str = "2026-11-16";

fn issued(id: &str) -> Value {
    sample("counter", id, "permits", "issued", DAY, 1.0)
}

/// A right event in which one field is replaced; `null` takes it away.
fn with(path: &[&str], value: Value) -> Value {
    let mut event = issued(&format!("with-{}-{value}", path.join(".")));
    let (last, before) = path.split_last().expect("a path has a field");
    let field = before.iter().fold(&mut event, |at, name| &mut at[name]);
    match value {
        Value::Null => drop(field.as_object_mut().expect("an object").remove(*last)),
        value => field[last] = value,
    }
    event
}

fn noted(note: &str) -> Value {
    let mut event = issued(&format!("noted-{}", note.len()));
    event["data"]["note"] = json!(note);
    event
}

/// Each bad event with its code. The key is that of the counter, for the permit office.
fn bad() -> Vec<(Value, &'static str)> {
    let data = |name, value| with(&["data", name], value);
    let soon = (clock::now() + chrono::TimeDelta::days(2)).date_naive();
    let next_year = soon.format("%Y").to_string().parse::<i32>().expect("a year") + 1;
    vec![
        (json!(7), "not_cloudevent"),
        (json!([issued("in-a-list")]), "not_cloudevent"),
        (with(&["specversion"], json!("0.3")), "not_cloudevent"),
        (with(&["specversion"], Value::Null), "not_cloudevent"),
        (with(&["id"], Value::Null), "not_cloudevent"),
        (with(&["id"], json!("")), "not_cloudevent"),
        (with(&["source"], Value::Null), "not_cloudevent"),
        (with(&["type"], json!("pantau.sample.v2")), "not_cloudevent"),
        (with(&["time"], json!("yesterday")), "not_cloudevent"),
        (data("unit", json!("harbour")), "unknown_unit"),
        (data("indicator", json!("tides")), "unknown_indicator"),
        (sample("counter", "clinic", "clinic", "wait", DAY, 1.0), "forbidden_unit"),
        (sample("clinic-desk", "other", "permits", "issued", DAY, 1.0), "forbidden_source"),
        (sample("counterfeit", "other", "permits", "issued", DAY, 1.0), "forbidden_source"),
        (void("clinic-desk", "void-as-other", "x"), "forbidden_source"),
        (
            event("counter", "void-of-other", "pantau.void.v1", json!({ "source": "clinic-desk", "id": "x", "reason": "r" })),
            "forbidden_source",
        ),
        (with(&["data"], Value::Null), "wrong_shape"),
        (with(&["data"], json!([1])), "wrong_shape"),
        (data("unit", Value::Null), "wrong_shape"),
        (data("value", Value::Null), "wrong_shape"),
        (data("value", json!("12")), "wrong_shape"),
        (data("value", json!("NaN")), "wrong_shape"),
        (data("value", json!(true)), "wrong_shape"),
        (data("at", json!("kemarin")), "wrong_shape"),
        (data("at", json!("2026-11-16T09:00:00")), "wrong_shape"),
        (data("at", json!("2026-W54")), "wrong_shape"),
        (data("at", json!("2026-02-30")), "wrong_shape"),
        (data("colour", json!("red")), "wrong_shape"),
        (sample("counter", "value-of-ratio", "permits", "on-time", DAY, 90.0), "wrong_shape"),
        (ratio("counter", "parts-of-sum", "permits", "issued", DAY, (1.0, 2.0)), "wrong_shape"),
        (event("counter", "void-without-reason", "pantau.void.v1", json!({ "source": "counter", "id": "x" })), "wrong_shape"),
        (data("value", json!(2e15)), "out_of_range"),
        (data("at", json!("1999-12-31")), "out_of_range"),
        (ratio("counter", "negative", "permits", "on-time", DAY, (1.0, -2.0)), "out_of_range"),
        (data("at", json!(soon.format("%Y-%m-%d").to_string())), "too_far_ahead"),
        (data("at", json!(format!("{}T09:00:00+07:00", soon.format("%Y-%m-%d")))), "too_far_ahead"),
        (data("at", json!(next_year.to_string())), "too_far_ahead"),
        (noted("ibu Siti, telp 0812-3456-7890"), "personal_data"),
        (noted("NIK 3273014509870001"), "personal_data"),
        (noted("jawab ke siti.aminah@example.com"), "personal_data"),
    ]
}

#[tokio::test]
async fn every_bad_event_gets_its_code_and_no_neighbour_suffers() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    counter.accepted(&[issued("first")]).await;
    let mut other = issued("first");
    other["data"]["value"] = json!(2);
    let mut bad = bad();
    bad.push((other, "conflict"));

    let good: Vec<Value> = (0..=bad.len())
        .map(|n| sample("counter", &format!("good-{n}"), "permits", "issued", &format!("2026-11-17T09:00:{n:02}+07:00"), 1.0))
        .collect();
    let mut batch = vec![good[0].clone()];
    for ((bad, _), good) in bad.iter().zip(&good[1..]) {
        batch.extend([bad.clone(), good.clone()]);
    }
    let answer = counter.events(&batch).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!((&body["accepted"], &body["duplicates"]), (&json!(good.len()), &json!(0)), "{body:#}");
    let rejected = body["rejected"].as_array().expect("a list");
    for (place, ((event, code), said)) in bad.iter().zip(rejected).enumerate() {
        assert_eq!((&said["code"], &said["index"]), (&json!(code), &json!(2 * place + 1)), "{event}: {said}");
        assert_eq!(said["id"], event.get("id").cloned().unwrap_or_else(|| json!("")), "{said}");
        let detail = said["detail"].as_str().expect("a sentence");
        assert!(detail.len() > 20 && !detail.contains('\n'), "{detail}");
        assert!(!detail.contains("3273014509870001") && !detail.contains("siti.aminah"), "a sentence repeats nobody's data: {detail}");
    }
    assert_eq!(rejected.len(), bad.len());

    // Alone, each is refused with the status that says so.
    for (event, code) in &bad {
        let answer = counter.bytes("application/cloudevents+json", event.to_string()).await;
        match (*code, event.is_array()) {
            (_, true) => assert_eq!(answer.status, 200, "a list is a batch: {answer:?}"),
            ("not_cloudevent", _) => assert_eq!((answer.status, answer.problem().as_str()), (400, "not_events"), "{event}"),
            ("forbidden_unit" | "forbidden_source", _) => {
                assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"), "{event}");
                assert_eq!(answer.codes(), [*code]);
            }
            _ => {
                assert_eq!(answer.status, 422, "{event}: {answer:?}");
                assert_eq!(answer.json()["accepted"], 0);
                assert_eq!(answer.codes(), [*code]);
            }
        }
    }
}

#[tokio::test]
async fn one_bad_among_999_good_and_words_that_are_no_json() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let mut batch: Vec<Value> = (0..1000)
        .map(|n| sample("counter", &format!("{n}"), "permits", "issued", &format!("2026-11-16T09:{:02}:{:02}Z", n / 60, n % 60), 1.0))
        .collect();
    batch[499]["data"]["value"] = json!("many");
    let answer = counter.events(&batch).await;
    assert_eq!(answer.status, 200);
    assert_eq!((answer.json()["accepted"].clone(), answer.codes()), (json!(999), vec!["wrong_shape".to_owned()]));
    assert_eq!(answer.json()["rejected"][0]["index"], 499);
    assert_eq!(house.counted(), 999);

    // NaN and Infinity are no JSON, so there is no batch to speak of; 1e999 is a number that is none.
    let text = |value: &str| issued("no-number").to_string().replace("1.0", value);
    for word in ["NaN", "Infinity", "-Infinity", "nan"] {
        let answer = counter.bytes("application/cloudevents+json", text(word)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "not_events"), "{word}");
    }
    let answer = counter.bytes("application/cloudevents+json", text("1e999")).await;
    assert_eq!((answer.status, answer.codes()), (422, vec!["out_of_range".to_owned()]));
    assert_eq!(house.counted(), 999);
}
