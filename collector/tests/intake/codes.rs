//! Every code of the contract, each by the events that earn it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::house::{House, KEY, NARROW, event};

fn with(mut event: Value, field: &str, value: Value) -> Value {
    event[field] = value;
    event
}

fn without(mut event: Value, field: &str) -> Value {
    event.as_object_mut().expect("an object").remove(field);
    event
}

fn good() -> Value {
    json!({"unit": "dinas", "indicator": "tunggu", "at": "2026-11-24T08:00:00+07:00", "value": 12.5})
}

fn data(field: &str, value: Value) -> Value {
    event("e", with(good(), field, value))
}

fn ratio(numerator: Value, denominator: Value) -> Value {
    event("e", json!({"unit": "dinas", "indicator": "tepat", "at": "2026-11", "numerator": numerator, "denominator": denominator}))
}

fn void(data: Value) -> Value {
    with(event("v", data), "type", json!("pantau.void.v1"))
}

#[tokio::test]
async fn every_code_is_given_for_its_fault() {
    let house = House::open().await;
    let e = || event("e", good());
    let long = |n: usize| json!("x".repeat(n));
    let cases: Vec<(&str, &str, Value)> = vec![
        ("not_cloudevent", "specversion", with(e(), "specversion", json!("0.3"))),
        ("not_cloudevent", "specversion", without(e(), "specversion")),
        ("not_cloudevent", "`id` is empty", with(e(), "id", json!(""))),
        ("not_cloudevent", "`id` has 129", with(e(), "id", long(129))),
        ("not_cloudevent", "`id` is the number 7", with(e(), "id", json!(7))),
        ("not_cloudevent", "`id` is missing", without(e(), "id")),
        ("not_cloudevent", "control", with(e(), "id", json!("a\u{7}b"))),
        ("not_cloudevent", "`source` is missing", without(e(), "source")),
        ("not_cloudevent", "`source` has 257", with(e(), "source", long(257))),
        ("not_cloudevent", "`type` is null", with(e(), "type", Value::Null)),
        ("not_cloudevent", "expected pantau.sample.v1, pantau.case.v1 or pantau.void.v1", with(e(), "type", json!("pantau.survey.v1"))),
        ("not_cloudevent", "`time`", with(e(), "time", json!("yesterday"))),
        ("not_cloudevent", "`time`", with(e(), "time", json!(7))),
        ("not_cloudevent", "the number 3", json!(3)),
        ("not_cloudevent", "a list", json!([e()])),
        ("not_cloudevent", "a list", json!(["1.0", "e", "sicantik", "pantau.sample.v1", null, good()])),
        ("unknown_unit", "\"nowhere\"", data("unit", json!("nowhere"))),
        ("unknown_unit", "until 2025-12-31", data("unit", json!("tutup"))),
        ("unknown_indicator", "\"nothing\"", data("indicator", json!("nothing"))),
        ("forbidden_unit", "not configured", data("unit", json!("puskesmas"))),
        ("forbidden_source", "\"other\"", with(e(), "source", json!("other"))),
        ("forbidden_source", "sicantik", with(e(), "source", json!("sicantik2"))),
        ("forbidden_source", "sicantik", with(e(), "source", json!("sicantik/"))),
        ("wrong_shape", "`data` is missing", without(e(), "data")),
        ("wrong_shape", "a list", with(e(), "data", json!([]))),
        ("wrong_shape", "\"nik\"", data("nik", json!("1871"))),
        ("wrong_shape", "\"reason\"", data("reason", json!("x"))),
        ("wrong_shape", "NUL", data("note", json!("a\0b"))),
        ("wrong_shape", "\"step\"", data("step", json!("closed"))),
        ("wrong_shape", "`data.unit` is missing", event("e", without(good(), "unit"))),
        ("wrong_shape", "`data.unit` is the number 1", data("unit", json!(1))),
        ("wrong_shape", "`data.indicator` is missing", event("e", without(good(), "indicator"))),
        ("wrong_shape", "`data.at` is missing", event("e", without(good(), "at"))),
        ("wrong_shape", "`data.at` is \"24-11-2026\"", data("at", json!("24-11-2026"))),
        ("wrong_shape", "no such period", data("at", json!("2026-W54"))),
        ("wrong_shape", "with offset", data("at", json!("2026-11-24T08:00:00"))),
        ("wrong_shape", "`data.value` is missing", event("e", without(good(), "value"))),
        ("wrong_shape", "`data.value` is missing", data("value", Value::Null)),
        ("wrong_shape", "the string \"NaN\"", data("value", json!("NaN"))),
        ("wrong_shape", "the word true", data("value", json!(true))),
        ("wrong_shape", "no ratio", data("numerator", json!(1))),
        ("wrong_shape", "is a ratio", data("indicator", json!("tepat"))),
        ("wrong_shape", "`data.denominator` is missing", ratio(json!(1), Value::Null)),
        ("wrong_shape", "`data.numerator` is missing", ratio(Value::Null, json!(1))),
        ("wrong_shape", "not measured", data("indicator", json!("khusus"))),
        ("wrong_shape", "computed", data("indicator", json!("perkara"))),
        ("wrong_shape", "`data.note` has 501", data("note", long(501))),
        ("out_of_range", "1e15", data("value", json!(1.1e15))),
        ("out_of_range", "1e15", data("value", json!(-1.1e15))),
        ("out_of_range", "denominator", ratio(json!(1), json!(-1))),
        ("out_of_range", "2000-01-01", data("at", json!("1999-12-31T23:59:59+07:00"))),
        ("out_of_range", "2000-01-01", data("at", json!("1999"))),
        ("out_of_range", "2000-01-01", data("at", json!("0202-11-24T08:00:00Z"))),
        ("too_far_ahead", "ten minutes", data("at", json!("2026-11-24T09:40:01+07:00"))),
        ("too_far_ahead", "ten minutes", data("at", json!("2026-11-25"))),
        ("too_far_ahead", "ten minutes", data("at", json!("2027"))),
        ("too_far_ahead", "ten minutes", data("at", json!("9000-01-01T00:00:00Z"))),
        ("personal_data", "national identity number", data("note", json!("pemohon 1871021505900003"))),
        ("personal_data", "e-mail", data("note", json!("tanya budi@contoh.id"))),
        ("wrong_shape", "`data.reason` is missing", void(json!({"source": "sicantik", "id": "e"}))),
        ("wrong_shape", "`data.reason` is empty", void(json!({"source": "sicantik", "id": "e", "reason": " "}))),
        ("wrong_shape", "`data.id` is missing", void(json!({"source": "sicantik", "reason": "salah"}))),
        ("wrong_shape", "\"unit\"", void(json!({"source": "sicantik", "id": "e", "reason": "salah", "unit": "dinas"}))),
        ("forbidden_source", "voids only", void(json!({"source": "rsud", "id": "e", "reason": "salah"}))),
        ("personal_data", "phone", void(json!({"source": "sicantik", "id": "e", "reason": "telepon 0812-3456-7890"}))),
    ];
    for (code, words, event) in &cases {
        let (status, answer) = house.post(KEY, &json!([event])).await;
        let expected = if code.starts_with("forbidden") { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(status, expected, "{event}: {answer}");
        let rejection = &answer["rejected"][0];
        assert_eq!(rejection["code"], *code, "{event}: {answer}");
        assert_eq!(rejection["index"], 0);
        let detail = rejection["detail"].as_str().expect("a sentence");
        assert!(detail.contains(words), "{event}: {detail:?} does not say {words:?}");
        assert!(detail.len() < 300 && !detail.contains('\n'), "{detail}");
    }
    assert_eq!(house.logged().await.len(), 0, "nothing of all that is stored");
    house.close().await;
}

#[tokio::test]
async fn numbers_that_json_cannot_hold_are_out_of_range() {
    let house = House::open().await;
    let body = json!([event("e", good())]).to_string().replace("12.5", "1e999");
    let (status, _, answer) = house.post_raw(KEY, &[], body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer["rejected"][0]["code"], "out_of_range");
    assert_eq!(answer["rejected"][0]["id"], "e");
    house.close().await;
}

#[tokio::test]
async fn a_key_reaches_its_units_and_those_below_and_no_others() {
    let house = House::open().await;
    let of = |unit: &str| with(with(event(unit, with(good(), "unit", json!(unit))), "source", json!("rsud/ward-1")), "id", json!(unit));
    let (status, answer) = house.post(NARROW, &json!([of("puskesmas"), of("dinas"), of("daerah")])).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["accepted"], 1);
    assert_eq!(answer["rejected"][0]["code"], "forbidden_unit");
    assert_eq!(answer["rejected"][1]["code"], "forbidden_unit");
    let (_, answer) = house.post(KEY, &json!([event("below", with(good(), "unit", json!("bidang")))])).await;
    assert_eq!(answer["accepted"], 1, "{answer}");
    house.close().await;
}

#[tokio::test]
async fn what_is_allowed_at_the_edges_is_taken() {
    let house = House::open().await;
    let edges = [
        data("at", json!("2026-11-24T09:40:00+07:00")),
        data("at", json!("2026-11-24")),
        data("at", json!("2026-W48")),
        data("at", json!("2026")),
        data("at", json!("2000-01-01T00:00:00+07:00")),
        data("at", json!("2000")),
        data("value", json!(1e15)),
        data("value", json!(-0.0)),
        data("note", json!("ö".repeat(500))),
        ratio(json!(0), json!(0)),
        with(event("e", good()), "time", json!("2026-11-24T08:00:00.123Z")),
        with(event("e", good()), "subject", json!({"ignored": [1, 2]})),
        void(json!({"source": "sicantik/loket-2", "id": "never seen", "reason": "salah ketik"})),
    ];
    let batch: Vec<Value> = edges.into_iter().enumerate().map(|(n, event)| with(event, "id", json!(format!("edge-{n}")))).collect();
    let (status, answer) = house.post(KEY, &json!(batch)).await;
    assert_eq!((status, &answer["accepted"], &answer["rejected"]), (StatusCode::OK, &json!(batch.len()), &json!([])));
    house.close().await;
}
