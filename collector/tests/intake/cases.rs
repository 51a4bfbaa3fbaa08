//! Steps of cases: every code, both doors, what is stored, repeats, voids.

use axum::http::StatusCode;
use futures_util::SinkExt;
use proptest::prelude::*;
use rules::case::Step;
use rules::time::parse_instant;
use serde_json::{Value, json};
use sql::log::{CaseStep, Entry};
use tokio_tungstenite::tungstenite::Message;

use crate::house::{House, KEY, NARROW, sample, step};
use crate::websocket;

fn good() -> Value {
    json!({"service": "izin", "case": "A-17", "unit": "dinas", "step": "submitted", "at": "2026-11-24T08:00:00+07:00"})
}

fn with(mut data: Value, field: &str, value: impl Into<Value>) -> Value {
    data[field] = value.into();
    data
}

fn without(field: &str) -> Value {
    let mut data = good();
    data.as_object_mut().expect("an object").remove(field);
    data
}

/// Every fault of a step with its code and words of its sentence.
fn faults() -> Vec<(&'static str, &'static str, Value)> {
    let but = |field: &str, value: Value| with(good(), field, value);
    let long = |n: usize| json!("x".repeat(n));
    vec![
        ("unknown_service", "\"nothing\"", but("service", json!("nothing"))),
        ("unknown_unit", "\"nowhere\"", but("unit", json!("nowhere"))),
        ("unknown_unit", "until 2025-12-31", but("unit", json!("tutup"))),
        ("forbidden_unit", "not configured", but("unit", json!("puskesmas"))),
        ("wrong_shape", "`data.service` is missing", without("service")),
        ("wrong_shape", "`data.case` is missing", without("case")),
        ("wrong_shape", "`data.unit` is missing", without("unit")),
        ("wrong_shape", "`data.step` is missing", without("step")),
        ("wrong_shape", "`data.at` is missing", without("at")),
        ("wrong_shape", "`data.at` is missing", but("at", Value::Null)),
        ("wrong_shape", "`data.case` is the number 17", but("case", json!(17))),
        ("wrong_shape", "`data.case` is empty", but("case", json!(" "))),
        ("wrong_shape", "`data.case` has 129", but("case", long(129))),
        ("wrong_shape", "control", but("case", json!("a\u{7}b"))),
        (
            "wrong_shape",
            "\"finished\"; expected one of submitted, completed_file, returned, resubmitted, decided, handed_over, closed, rejected, \
             withdrawn, reassigned, reopened",
            but("step", json!("finished")),
        ),
        ("wrong_shape", "\"Closed\"", but("step", json!("Closed"))),
        ("wrong_shape", "expected an instant", but("at", json!("2026-11-24"))),
        ("wrong_shape", "expected an instant", but("at", json!("2026-11-24T08:00:00"))),
        ("wrong_shape", "expected an instant", but("at", json!("2026-W54"))),
        ("wrong_shape", "`data.due` is \"2026-11\"", but("due", json!("2026-11"))),
        ("wrong_shape", "`data.due` is \"soon\"", but("due", json!("soon"))),
        ("wrong_shape", "`data.class` has 201", but("class", long(201))),
        ("wrong_shape", "`data.channel` has 201", but("channel", long(201))),
        ("wrong_shape", "`data.area` has a control", but("area", json!("a\nb"))),
        ("wrong_shape", "\"value\"", but("value", json!(1))),
        ("wrong_shape", "\"indicator\"", but("indicator", json!("tunggu"))),
        ("wrong_shape", "\"note\"", but("note", json!("x"))),
        ("wrong_shape", "\"reason\"", but("reason", json!("x"))),
        ("wrong_shape", "\"name\"", but("name", json!("somebody"))),
        ("out_of_range", "2000-01-01", but("at", json!("1999-12-31T23:59:59+07:00"))),
        ("out_of_range", "2000-01-01", but("at", json!("0202-11-24T08:00:00Z"))),
        ("out_of_range", "`data.due` is \"1970", but("due", json!("1970-01-01T00:00:00Z"))),
        ("out_of_range", "2199", but("due", json!("2200-01-01T00:00:00Z"))),
        ("too_far_ahead", "ten minutes", but("at", json!("2026-11-24T09:40:01+07:00"))),
        ("too_far_ahead", "ten minutes", but("at", json!("9000-01-01T00:00:00Z"))),
        ("personal_data", "`data.case` looks like it holds a national identity number", but("case", json!("1803014101900001"))),
        ("personal_data", "phone", but("case", json!("0812-3456-7890"))),
        ("personal_data", "`data.class` looks", but("class", json!("aduan budi@contoh.id"))),
        ("personal_data", "`data.channel` looks", but("channel", json!("WA 0812-3456-7890"))),
        ("personal_data", "`data.area` looks", but("area", json!("rumah 1803014101900001"))),
    ]
}

fn judge(code: &str, words: &str, data: &Value, answer: &Value) {
    let rejection = &answer["rejected"][0];
    assert_eq!(rejection["code"], code, "{data}: {answer}");
    let detail = rejection["detail"].as_str().expect("a sentence");
    assert!(detail.contains(words), "{data}: {detail:?} does not say {words:?}");
    assert!(detail.len() < 300 && !detail.contains('\n') && !detail.contains("1803014101900001"), "{detail}");
}

#[tokio::test]
async fn every_code_is_given_for_its_fault() {
    let house = House::open().await;
    for (code, words, data) in faults() {
        let (status, answer) = house.post(KEY, &json!([step("e", data.clone())])).await;
        let expected = if code.starts_with("forbidden") { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(status, expected, "{data}: {answer}");
        judge(code, words, &data, &answer);
    }
    let mut foreign = step("e", good());
    foreign["source"] = json!("other");
    let (_, answer) = house.post(KEY, &json!([foreign])).await;
    assert_eq!(answer["rejected"][0]["code"], "forbidden_source");
    let mut own = step("e", with(good(), "unit", "dinas"));
    own["source"] = json!("rsud");
    let (_, answer) = house.post(NARROW, &json!([own])).await;
    assert_eq!(answer["rejected"][0]["code"], "forbidden_unit", "{answer}");
    assert_eq!(house.logged().await.len(), 0, "nothing of all that is stored");
    house.close().await;
}

#[tokio::test]
async fn faults_harm_no_neighbours_at_either_door() {
    let house = House::open().await;
    let faults = faults();
    let mut batch: Vec<Value> = Vec::new();
    for (n, (.., data)) in faults.iter().enumerate() {
        batch.push(step(&format!("good-{n}"), with(good(), "case", n.to_string())));
        batch.push(step(&format!("bad-{n}"), data.clone()));
        batch.push(sample(&format!("sample-{n}"), 1.0));
    }
    let check = |answer: &Value, counted: &str| {
        assert_eq!(answer[counted], 2 * faults.len(), "{answer}");
        let rejected = answer["rejected"].as_array().expect("a list");
        assert_eq!(rejected.len(), faults.len());
        for (n, (one, (code, ..))) in rejected.iter().zip(&faults).enumerate() {
            assert_eq!((&one["index"], &one["code"], &one["id"]), (&json!(3 * n + 1), &json!(code), &json!(format!("bad-{n}"))));
        }
    };
    let (status, answer) = house.post(KEY, &json!(batch)).await;
    assert_eq!(status, StatusCode::OK);
    check(&answer, "accepted");
    let mut socket = websocket::open(&websocket::serve(&house).await).await;
    socket.send(Message::text(json!(batch).to_string())).await.expect("sends");
    check(&websocket::answer(&mut socket).await, "duplicates");
    assert_eq!(house.logged().await.len(), 2 * faults.len());
    house.close().await;
}

#[tokio::test]
async fn what_is_said_is_stored_under_the_prefix_of_its_source() {
    let house = House::open().await;
    let whole = json!({
        "service": "aduan", "case": "17", "unit": "bidang", "step": "returned", "at": "2026-11-24T09:40:00+07:00",
        "due": "2027-02-01T00:00:00+07:00", "class": "Aspirasi", "channel": "SMS", "area": "Kotabumi",
    });
    let mut desk = step("b", with(with(good(), "due", ""), "class", " "));
    desk["source"] = json!("sicantik/mpp/loket-2");
    let mut unconfigured = step("c", with(good(), "due", "2026-11-01T00:00:00+07:00"));
    unconfigured["source"] = json!("rsud/1");
    unconfigured["data"]["unit"] = json!("puskesmas");
    let (_, answer) = house.post(KEY, &json!([step("a", whole), desk])).await;
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&json!(2), &json!([])));
    let (_, answer) = house.post(NARROW, &unconfigured).await;
    assert_eq!(answer["accepted"], 1, "a target before the submission is taken as it is: {answer}");
    let stored: Vec<CaseStep> =
        house.logged().await.into_iter().filter_map(|entry| if let Entry::Step(step) = entry { Some(step.what) } else { None }).collect();
    let at = |text: &str| parse_instant(text).expect("an instant");
    let [first, second, third] = stored.as_slice() else { panic!("expected three steps, found {stored:?}") };
    assert_eq!((first.case.as_str(), first.step, first.at), ("sic-17", Step::Returned, at("2026-11-24T02:40:00Z")));
    assert_eq!(first.due, Some(at("2027-01-31T17:00:00Z")));
    let words = |step: &CaseStep| [&step.class, &step.channel, &step.area].map(|word| word.clone().unwrap_or_default()).join("|");
    assert_eq!(words(first), "Aspirasi|SMS|Kotabumi");
    assert_eq!((second.case.as_str(), second.due, words(second).as_str()), ("mpp-A-17", None, "||"));
    assert_eq!((third.case.as_str(), third.due), ("A-17", Some(at("2026-10-31T17:00:00Z"))));
    assert_ne!(first.service, second.service);
    house.close().await;
}

#[tokio::test]
async fn the_same_step_again_is_a_duplicate_and_other_content_a_conflict() {
    let house = House::open().await;
    let (_, answer) = house.post(KEY, &step("a", good())).await;
    assert_eq!(answer["accepted"], 1);
    let same_instant = with(good(), "at", "2026-11-24T01:00:00Z");
    let (_, answer) = house.post(KEY, &json!([step("a", good()), step("a", same_instant)])).await;
    assert_eq!(answer["duplicates"], 2, "{answer}");
    for other in [
        with(good(), "step", "closed"),
        with(good(), "case", "A-18"),
        with(good(), "service", "aduan"),
        with(good(), "unit", "bidang"),
        with(good(), "at", "2026-11-24T08:00:00.001+07:00"),
        with(good(), "due", "2026-12-01T00:00:00Z"),
        with(good(), "class", "x"),
        with(good(), "channel", "x"),
        with(good(), "area", "x"),
    ] {
        let (status, answer) = house.post(KEY, &json!([step("a", other.clone())])).await;
        assert_eq!((status, &answer["rejected"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("conflict")), "{other}");
    }
    let (_, answer) = house.post(KEY, &json!([sample("a", 1.0)])).await;
    assert_eq!(answer["rejected"][0]["code"], "conflict", "another type under its id");
    assert_eq!(house.logged().await.len(), 1);
    house.close().await;
}

#[tokio::test]
async fn a_step_is_taken_back_by_a_void_of_its_source() {
    let house = House::open().await;
    let mut void = step("v", json!({"source": "sicantik", "id": "a", "reason": "nomor tertukar"}));
    void["type"] = json!("pantau.void.v1");
    let (_, answer) = house.post(KEY, &json!([step("a", good()), void])).await;
    assert_eq!(answer["accepted"], 2, "{answer}");
    let logged = house.logged().await;
    let [Entry::Step(step), Entry::Void(void)] = logged.as_slice() else { panic!("expected a step and its void, found {logged:?}") };
    assert_eq!((void.target_source, &void.target_id), (step.source, &step.event_id));
    assert!(sql::chain::verify(&house.db).await.expect("verifies").iter().all(|finding| finding.fault.is_none()));
    house.close().await;
}

#[tokio::test]
async fn a_service_that_was_just_added_is_known() {
    let house = House::open().await;
    house.add_service("baru").await;
    let (status, answer) = house.post(KEY, &step("a", with(good(), "service", "baru"))).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(1)), "{answer}");
    house.close().await;
}

/// A step with any words in its fields, some missing, some of another kind.
fn any_step() -> impl Strategy<Value = Value> {
    let word = || prop_oneof![4 => ".{0,12}".prop_map(Value::from), 1 => Just(Value::Null), 1 => any::<i32>().prop_map(Value::from)];
    let step = (0..Step::ALL.len()).prop_map(|n| json!(Step::ALL[n].as_str()));
    let at = (-3_000_000_i64..3_000_000).prop_map(|minutes| json!(rules::time::format_instant(crate::house::NOW + minutes * 60_000)));
    let one_of = |usual: BoxedStrategy<Value>| prop_oneof![6 => usual, 1 => word()].boxed();
    (
        one_of(Just(json!("izin")).boxed()),
        word(),
        one_of(Just(json!("dinas")).boxed()),
        one_of(step.boxed()),
        one_of(at.clone().boxed()),
        prop_oneof![3 => Just(Value::Null), 2 => at, 1 => word()],
        word(),
        prop::option::of("[a-z]{1,6}"),
    )
        .prop_map(|(service, case, unit, step, at, due, class, foreign)| {
            let mut data = json!({"service": service, "case": case, "unit": unit, "step": step, "at": at, "due": due, "class": class});
            if let Some(foreign) = foreign.filter(|key| key.len() == 6) {
                data[foreign] = json!(1);
            }
            data
        })
}

#[test]
fn any_step_is_stored_as_it_was_said_or_refused_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let house = runtime.block_on(House::open());
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let round = std::cell::Cell::new(0);
    proptest::test_runner::TestRunner::new(config)
        .run(&(any_step(), 0_usize..3), |(data, place)| {
            round.set(round.get() + 1);
            let n = round.get();
            let mut batch: Vec<Value> = (0..2).map(|k| step(&format!("{n}-{k}"), with(good(), "case", format!("{n}")))).collect();
            batch.insert(place, step(&format!("{n}-any"), data.clone()));
            let (status, answer) = runtime.block_on(house.post(KEY, &json!(batch)));
            prop_assert_eq!(status, StatusCode::OK);
            let rejected = answer["rejected"].as_array().map_or(0, Vec::len);
            prop_assert_eq!(answer["accepted"].as_u64(), Some(3 - rejected as u64), "{}", answer);
            if rejected > 0 {
                prop_assert_eq!(&answer["rejected"][0]["index"], &json!(place));
                return Ok(());
            }
            let logged = runtime.block_on(house.logged());
            let found = logged.iter().rev().find_map(|entry| match entry {
                Entry::Step(step) if step.event_id == format!("{n}-any") => Some(step.what.clone()),
                _ => None,
            });
            let stored = found.expect("it is in the log");
            let said = |field: &str| data[field].as_str().filter(|text| !text.trim().is_empty());
            prop_assert_eq!(stored.case.strip_prefix("sic-"), said("case"));
            prop_assert_eq!(Some(stored.step.as_str()), said("step"));
            prop_assert_eq!(Some(stored.at), said("at").and_then(parse_instant));
            prop_assert_eq!(stored.due, said("due").and_then(parse_instant));
            prop_assert_eq!(stored.class.as_deref(), said("class"));
            Ok(())
        })
        .expect("holds for all");
    runtime.block_on(house.close());
}
