use proptest::prelude::*;

use super::super::object;
use super::*;

struct Slot<'a>(Event<'a>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Slot<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::only(deserializer).map(Slot)
    }
}

fn by_serde(text: &str) -> Option<Vec<Event<'_>>> {
    serde_json::from_str::<Vec<Slot<'_>>>(text).ok().map(|slots| slots.into_iter().map(|slot| slot.0).collect())
}

fn quickly(text: &str) -> Option<Vec<Event<'_>>> {
    let mut events = Vec::new();
    list(text, 100, |event| events.push(event)).map(|()| events)
}

/// Texts as they come, and as they do not: escapes, control characters, beyond ASCII.
fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Z0-9:+. -]{0,12}".prop_map(|text| format!("\"{text}\"")),
        1 => Just("\"\u{e9}\u{1f600}\"".to_owned()),
        1 => Just(r#""a\nb\u00e9\"""#.to_owned()),
        1 => Just("\"a\tb\"".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just("[\"a\"]".to_owned()),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(|number| format!("{number:?}")),
        4 => any::<i64>().prop_map(|number| number.to_string()),
        4 => "-?[0-9]{1,3}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,4})?",
        1 => Just("123456789012345678901234567890".to_owned()),
        1 => Just("-0".to_owned()),
        1 => Just("1e999".to_owned()),
        1 => Just("\"1\"".to_owned()),
        1 => Just("null".to_owned()),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(""), 1 => Just(" "), 1 => Just("\r\n\t"), 1 => Just("\u{a0}")]
}

fn object(members: impl Strategy<Value = Vec<(String, String)>>) -> impl Strategy<Value = String> {
    (members, space(), space()).prop_map(|(members, before, after)| {
        let members: Vec<String> =
            members.into_iter().map(|(key, value)| format!("{before}\"{key}\"{after}:{before}{value}{after}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

fn data() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "unit",
        "indicator",
        "at",
        "note",
        "service",
        "case",
        "step",
        "due",
        "class",
        "channel",
        "area",
        "source",
        "id",
        "reason",
        "other",
    ]);
    let figure = prop::sample::select(vec!["value", "numerator", "denominator"]);
    let words = prop::collection::vec((word.prop_map(str::to_owned), string()), 0..4);
    let figures = prop::collection::vec((figure.prop_map(str::to_owned), number()), 0..3);
    object((words, figures).prop_map(|(words, figures)| [words, figures].concat()))
}

fn event() -> impl Strategy<Value = String> {
    let attribute = prop::sample::select(vec!["specversion", "id", "source", "type", "time", "subject", "data"]);
    let more = prop::collection::vec((attribute.prop_map(str::to_owned), string()), 0..2);
    let always = ["specversion", "id", "source", "type"].map(str::to_owned);
    object(
        ([string(), string(), string(), string()], data(), more)
            .prop_map(move |(words, data, more)| {
                let mut members: Vec<(String, String)> = always.iter().cloned().zip(words).collect();
                members.push(("data".to_owned(), data));
                members.extend(more);
                members
            })
            .prop_shuffle(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_is_read_quickly_is_what_serde_reads(
        events in prop::collection::vec(event(), 0..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        tail in prop_oneof![8 => Just(""), 1 => Just(" \n"), 1 => Just(","), 1 => Just("x")],
    ) {
        let mut text = format!("[{}]{tail}", events.join(","));
        if let Some(cut) = cut {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            text.truncate(places[cut.index(places.len())]);
        }
        if let Some(quick) = quickly(&text) {
            prop_assert_eq!(Some(quick), by_serde(&text), "{}", text);
        }
        for event in &events {
            if let Some(quick) = one(event) {
                prop_assert_eq!(Some(quick), serde_json::from_str::<Slot<'_>>(event).ok().map(|slot| slot.0), "{}", event);
            }
        }
    }
}

#[test]
fn what_most_senders_write_is_read_quickly() {
    let sample = r#"{"specversion":"1.0","id":"a-1","source":"counter","type":"pantau.sample.v1","time":"2026-11-24T09:30:00Z",
        "datacontenttype":"application/json","data":{"unit":"permits","indicator":"é","at":"2026-11-24","numerator":18,"denominator":2.5e1}}"#;
    let step = r#"{"data":{"service":"s","case":"A-17","unit":"permits","step":"submitted","at":"2026-11-24T09:30:00+07:00",
        "due":"2026-12-01T23:59:59+07:00","class":"c","channel":"d","area":"e"},"type":"pantau.case.v1","source":"s","id":"2","specversion":"1.0"}"#;
    let text = format!(" [{sample}, {step}] \n");
    assert_eq!(quickly(&text).map(|events| events.len()), Some(2));
    assert_eq!(quickly(&text), by_serde(&text));
    assert_eq!(one(sample), by_serde(&format!("[{sample}]")).and_then(|mut events| events.pop()));
}
