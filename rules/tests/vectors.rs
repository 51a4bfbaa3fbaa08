//! The worked numbers of the regulations, as the rules compute them.

use rules::formula::achievement;
use rules::indicator::{Accumulates, Formula, Polarity, RollupTime};
use rules::target::{Target, due};
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn performance() -> Value {
    vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/rule_vectors/performance.json")))
}

fn quarterly() -> Value {
    vectors(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/rule_vectors/quarterly.json")))
}

/// A number, written as such or as text.
fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().expect("a decimal number"),
        _ => value.as_f64().expect("a number"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn two_decimals(percent: Option<f64>) -> Option<String> {
    percent.map(|percent| format!("{percent:.2}"))
}

#[test]
fn achievements_are_those_of_the_regulations() {
    let performance = performance();
    for row in rows(&performance["achievement"]) {
        let (formula, polarity) = match text(&row["polarity"]) {
            "positive" => (Formula::Ratio, Polarity::Up),
            "negative" => (Formula::Difference, Polarity::Down),
            other => panic!("no such polarity: {other}"),
        };
        let (value, target) = (number(&row["actual"]), number(&row["target"]));
        let computed = |formula| two_decimals(achievement(formula, polarity, value, target, None));
        assert_eq!(computed(formula).as_deref(), row["achievement_raw"].as_str(), "{row}");
        if let Some(inverse) = row["alt_ratio_T_over_R"].as_str() {
            assert_eq!(computed(Formula::Inverse).as_deref(), Some(inverse), "{row}");
        }
    }
}

#[test]
fn ranges_are_measured_at_their_nearest_end() {
    let performance = performance();
    for row in rows(&performance["ranges"]) {
        let polarity = match text(&row["kind"]) {
            "range positive" => Polarity::Up,
            "range lower-is-better" => Polarity::Down,
            other => panic!("no such kind: {other}"),
        };
        let (low, high) = text(&row["target"]).split_once('-').expect("a range");
        let (low, high): (f64, f64) = (low.parse().expect("a number"), high.parse().expect("a number"));
        let computed = achievement(Formula::Range, polarity, number(&row["actual"]), low, Some(high));
        assert_eq!(two_decimals(computed).as_deref(), row["achievement"].as_str(), "{row}");
    }
}

/// The quarters known so far and the targets up to then.
fn known(row: &Value) -> (Vec<f64>, Vec<f64>) {
    let actuals: Vec<f64> = rows(&row["actuals"]).iter().take_while(|actual| !actual.is_null()).map(number).collect();
    let targets = rows(&row["targets"]).iter().map(number).collect();
    assert_eq!(text(&row["as_of"]), format!("TW{}", actuals.len()));
    (actuals, targets)
}

fn target(period: &str, target: f64) -> Target {
    let period = period.parse().expect("a period");
    Target { indicator: 1, unit: None, period, target, high: None, note: String::new() }
}

fn due_at(targets: &[Target], window: &str, accumulates: Accumulates, rollup_time: RollupTime) -> f64 {
    let window = window.parse().expect("a period");
    due(targets, window, accumulates, rollup_time).expect("a target is due").target
}

#[test]
fn a_running_total_is_rated_at_the_quarter_and_at_the_year() {
    let quarterly = quarterly();
    let row = &quarterly[0];
    assert_eq!(text(&row["name"]), "cumulative count (sum)");
    let (actuals, quarters) = known(row);
    let total: f64 = actuals.iter().sum();
    assert_eq!(total, number(&row["actual_to_date"]));

    // A running total has running targets: 100, 250, 400, 500.
    let targets: Vec<Target> = quarters
        .iter()
        .scan((0, 0.0), |(no, sum), quarter| {
            (*no, *sum) = (*no + 1, *sum + quarter);
            Some(target(&format!("2026-Q{no}"), *sum))
        })
        .collect();
    for (window, due, percent) in
        [("2026-Q3", &row["target_to_date"], &row["achievement"]), ("2026", &row["annual_target"], &row["annual_achievement"])]
    {
        let target = due_at(&targets, window, Accumulates::ToDate, RollupTime::Sum);
        assert_eq!(target, number(due));
        let computed = achievement(Formula::Ratio, Polarity::Up, total, target, None);
        assert_eq!(two_decimals(computed).as_deref(), percent.as_str());
    }
}

#[test]
fn an_average_is_rated_against_the_target_around_it() {
    let quarterly = quarterly();
    let row = &quarterly[1];
    assert_eq!(text(&row["name"]), "average");
    let (actuals, _) = known(row);
    let mean = actuals.iter().sum::<f64>() / actuals.len() as f64;
    assert_eq!(mean, number(&row["actual_to_date"]));

    let targets = [target("2026", number(&row["targets"][0]))];
    let target = due_at(&targets, "2026-S1", Accumulates::Flow, RollupTime::Mean);
    assert_eq!(target, number(&row["target_to_date"]));
    let computed = achievement(Formula::Ratio, Polarity::Up, mean, target, None);
    assert_eq!(two_decimals(computed).as_deref(), row["achievement"].as_str());
}

#[test]
fn the_last_known_value_is_rated_against_its_own_quarter() {
    let quarterly = quarterly();
    let row = &quarterly[2];
    assert_eq!(text(&row["name"]), "lower is better, last value");
    let (actuals, quarters) = known(row);
    let targets: Vec<Target> = (1..).zip(&quarters).map(|(no, quarter)| target(&format!("2026-Q{no}"), *quarter)).collect();

    let last = *actuals.last().expect("a quarter is known");
    let target = due_at(&targets, &format!("2026-Q{}", actuals.len()), Accumulates::Flow, RollupTime::Last);
    let computed = achievement(Formula::Difference, Polarity::Down, last, target, None);
    assert_eq!(two_decimals(computed).as_deref(), row["achievement"].as_str());
}
