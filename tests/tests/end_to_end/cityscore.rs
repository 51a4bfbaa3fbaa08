//! Figures that another city published, computed by others: the same numbers come out.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::harness::house::data;
use crate::harness::{House, sample};

/// Expected figures have six decimals.
const CLOSE: f64 = 1e-6;

/// A file of `tests/data/cityscore` as rows by the name of their column; no cell has a comma in it.
fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(data("cityscore").join(name)).expect("our own file");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines.map(|line| header.iter().zip(line.split(',')).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect()).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?} is a number"))
}

/// A district of one unit; a metric that should fall is judged by both formulas.
fn registry(house: &House) -> String {
    house.write("city/units.csv", "id,parent,name,short_name,kind\nboston,,City of Boston,Boston,region\n");
    let mut indicators =
        "id,name,name_en,unit_of_measure,polarity,formula,from,rollup_time,rollup_tree,accumulates,frequency,decimals\n".to_owned();
    let mut targets = "indicator,unit,period,target\n".to_owned();
    for metric in rows("metrics.csv") {
        let (id, name, goal) = (&metric["metric_id"], &metric["metric"], &metric["goal"]);
        let (polarity, formulas) = match metric["better"].as_str() {
            "lower" => ("down", ["difference", "inverse"]),
            _ => ("up", ["ratio", "ratio"]),
        };
        for (variant, formula) in ["a", "b"].into_iter().zip(formulas) {
            writeln!(indicators, "M-{id}-{variant},{name},{name},share,{polarity},{formula},samples,mean,mean,flow,day,4")
                .expect("text grows");
            if !goal.is_empty() {
                writeln!(targets, "M-{id}-{variant},,2016,{goal}").expect("text grows");
            }
        }
    }
    house.write("city/indicators.csv", &indicators);
    house.write("city/targets.csv", &targets);
    house.path().join("city").display().to_string()
}

fn close(row: &Value, column: &str, expected: f64) {
    let found = row[column].as_f64().unwrap_or_else(|| panic!("{column} of {row}"));
    // Achievements stand there with four decimals.
    let tolerance = if column == "achievement" { 1e-4 } else { CLOSE };
    assert!((found - expected).abs() <= tolerance, "{column} is {found}, expected {expected}: {row}");
}

#[tokio::test]
async fn weekly_figures_of_boston_equal_those_computed_elsewhere() {
    let house = House::empty().await;
    house.ok(&["apply", &registry(&house)]);
    let server = house.serve().await;
    let boston = server.client(&house.key("boston", "boston"));
    let mut values = rows("values.csv");
    values.sort_by_key(|row| row["row_id"].parse::<i64>().expect("a number"));
    let events: Vec<Value> = values
        .iter()
        .flat_map(|row| {
            let value = number(row, "value");
            ["a", "b"].map(|variant| {
                let indicator = format!("M-{}-{variant}", row["metric_id"]);
                sample("boston", &format!("{}-{variant}", row["row_id"]), "boston", &indicator, &row["date"], value)
            })
        })
        .collect();
    for batch in events.chunks(700) {
        boston.accepted(batch).await;
    }

    let table = house.table("week", "unit", &["--from", "2016-02-29", "--to", "2016-07-20"]);
    let expected = rows("expected_weekly.csv");
    assert_eq!(table.len(), 2 * expected.len(), "as many weeks as there are figures");
    for row in &expected {
        for (variant, achievement) in [("a", "achievement_pct"), ("b", "achievement_pct_ratio")] {
            let indicator = format!("M-{}-{variant}", row["metric_id"]);
            let found = table.iter().find(|found| found["starts"] == row["week"].as_str() && found["indicator"] == indicator.as_str());
            let found = found.unwrap_or_else(|| panic!("no row for {row:?}"));
            close(found, "n", number(row, "days"));
            close(found, "value", number(row, "mean"));
            for column in ["mean", "median", "last"] {
                close(found, column, number(row, column));
            }
            match row["goal"].as_str() {
                "" => assert_eq!(
                    (&found["target"], &found["achievement"], &found["status"]),
                    (&Value::Null, &Value::Null, &Value::from("not_rated"))
                ),
                _ => {
                    close(found, "target", number(row, "goal"));
                    close(found, "achievement", number(row, achievement));
                }
            }
        }
    }

    // What is stored as roll-up says the same as what is computed from the events, and so does the CSV.
    let reader = server.client(&house.reading_key());
    for row in table.iter().step_by(17) {
        let (indicator, period) = (row["indicator"].as_str().expect("an id"), row["period"].as_str().expect("a period"));
        let read = reader.comes(("boston", indicator, "week", period), |read| read["n"] == row["n"]).await;
        assert_eq!((&read["value"], &read["achievement"], &read["status"]), (&row["value"], &row["achievement"], &row["status"]), "{row}");
    }
    let csv = house.ok(&["table", "samples", "--every", "week", "--by", "unit", "--from", "2016-02-29", "--to", "2016-03-07"]);
    assert_eq!(
        csv.lines().next(),
        Some("unit,period,starts,indicator,value,n,mean,median,last,min,max,sum,numerator,denominator,target,achievement,status")
    );
    let first = csv.lines().find(|line| line.contains(",M-1-a,")).expect("a row of the first metric");
    assert!(first.starts_with("boston,2016-W09,2016-02-29,M-1-a,0.877417,7,0.877417,0.866667,0.866667,"), "{first}");
}
