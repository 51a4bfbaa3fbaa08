//! Decimal marks that are found, asked for or given.

use crate::table::{SAMPLES, table};

/// The values that are read from a column, or the sentence of refusal.
fn values(column: &[&str], more: &str) -> Result<Vec<String>, String> {
    let rows: String = column.iter().map(|value| format!("u;2026-01-01;{value}\n")).collect();
    let (entries, error) = table("s.csv", format!("unit;at;value\n{rows}")).until(&format!("{SAMPLES}{more}"));
    match error {
        Some(error) => Err(error),
        None => {
            Ok(entries.iter().map(|entry| entry.rsplit_once("2026-01-01 ").map_or(entry.clone(), |(_, value)| value.to_owned())).collect())
        }
    }
}

fn read(column: &[&str]) -> Vec<String> {
    values(column, "").unwrap_or_else(|sentence| panic!("{column:?}: {sentence}"))
}

#[test]
fn a_column_without_doubt_tells_its_mark() {
    assert_eq!(read(&["1.234,5", "1.234", "7"]), ["1234.5", "1234", "7"]);
    assert_eq!(read(&["1,234.5", "1,234", "7"]), ["1234.5", "1234", "7"]);
    assert_eq!(read(&["1,5", "2"]), ["1.5", "2"]);
    assert_eq!(read(&["1.5", "2"]), ["1.5", "2"], "whatever stands between the columns");
    assert_eq!(read(&["1.234.567", "1.234"]), ["1234567", "1234"]);
    assert_eq!(read(&["0,123", "1,234"]), ["0.123", "1.234"]);
    assert_eq!(read(&["12", "-7"]), ["12", "-7"]);
    assert_eq!(read(&["1,234", "0,5"]), ["1.234", "0.5"], "what decides may come last");
}

#[test]
fn doubt_refuses_the_file_and_asks() {
    assert_eq!(
        values(&["7", "1,234"], "").expect_err("is refused"),
        "s.csv:3: the column \"value\" does not tell whether \"1,234\" is a fraction or thousands, nor does any other number in it; \
         write decimal = \",\" or decimal = \".\" in the mapping"
    );
    assert!(values(&["1.234", "12.345"], "").is_err());
    let both = values(&["1.5", "2,5"], "").expect_err("is refused");
    assert!(both.contains("both a decimal point (\"1.5\" in line 2) and a decimal comma (\"2,5\" in line 3)"), "{both}");
}

#[test]
fn what_the_mapping_says_holds() {
    assert_eq!(values(&["1,234"], "decimal = \",\"\n"), Ok(vec!["1.234".to_owned()]));
    assert_eq!(values(&["1,234"], "decimal = \".\"\n"), Ok(vec!["1234".to_owned()]));
    let mixed = values(&["1.5", "2,5"], "decimal = \".\"\n").expect("is read");
    assert_eq!(mixed, ["1.5", "3 rejected: value is \"2,5\"; expected a number with a decimal point, like 1234.5 or 1,234.5"]);
}

#[test]
fn what_is_no_number_is_rejected() {
    let reasons = read(&["", "NaN", "inf", "12%", "tinggi", "1e16"]);
    for (reason, part) in reasons.iter().zip([
        "is blank; expected a value",
        "leave the cell blank",
        "leave the cell blank",
        "percent",
        "expected a number with",
        "1e15",
    ]) {
        assert!(reason.contains("rejected: value ") && reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn each_column_of_a_ratio_has_its_own_mark() {
    let mapping = SAMPLES.replace("value = { column = \"value\" }", "numerator = { column = \"a\" }\ndenominator = { column = \"b\" }");
    let entries = table("s.csv", "unit;at;a;b\nu;2026-W02;1,5;1.234,5\nu;2026-W03;2;-1\nu;2026-W04;2;\n").entries(&mapping);
    let expected =
        ["2 sample u I 2026-W02 1.5/1234.5", "3 rejected: b is -1; expected 0 or more", "4 rejected: b is blank; expected a value"];
    assert_eq!(entries, expected);
}
