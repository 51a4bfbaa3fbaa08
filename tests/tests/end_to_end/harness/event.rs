//! Events as a stranger writes them.

use serde_json::{Value, json};

/// A sample with one number.
pub(crate) fn sample(source: &str, id: &str, unit: &str, indicator: &str, at: &str, value: f64) -> Value {
    event(source, id, "pantau.sample.v1", json!({ "unit": unit, "indicator": indicator, "at": at, "value": value }))
}

/// A sample of a ratio.
pub(crate) fn ratio(source: &str, id: &str, unit: &str, indicator: &str, at: &str, (numerator, denominator): (f64, f64)) -> Value {
    let data = json!({ "unit": unit, "indicator": indicator, "at": at, "numerator": numerator, "denominator": denominator });
    event(source, id, "pantau.sample.v1", data)
}

/// A void of another event of the same source.
pub(crate) fn void(source: &str, id: &str, voided: &str) -> Value {
    event(source, id, "pantau.void.v1", json!({ "source": source, "id": voided, "reason": "counted twice" }))
}

/// Any event.
pub(crate) fn event(source: &str, id: &str, kind: &str, data: Value) -> Value {
    json!({ "specversion": "1.0", "id": id, "source": source, "type": kind, "data": data })
}

/// The event with a CloudEvents `time`.
pub(crate) fn timed(mut event: Value, time: &str) -> Value {
    event["time"] = json!(time);
    event
}
