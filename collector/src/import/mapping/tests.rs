//! What a mapping may say, and the sentence for what it may not.

use super::*;

const CASES: &str = r#"
kind = "cases"
source = "boston-311"
timezone = "UTC"
time_format = ["%Y-%m-%dT%H:%M:%S"]
id = "case_id"
unit = { column = "department", create = true, blank = "tanpa-unit" }
service = { value = "311", create = true }
steps = { submitted = "opened", closed = "closed" }
due = { column = "target" }
fields = { class = "type", channel = "source", area = "neighborhood" }
"#;

const SAMPLES: &str = r#"
kind = "samples"
source = "cityscore"
unit = { value = "boston" }
indicator = { column = "metric_id", create = true }
at = { column = "date" }
value = { column = "value" }
"#;

fn faults(text: &str) -> Vec<String> {
    Mapping::read("m.toml", text).expect_err("has a fault").iter().map(Fault::to_string).collect()
}

/// The only fault of a mapping in which one line is replaced.
fn fault(mapping: &str, line: &str, by: &str) -> String {
    assert!(mapping.contains(line), "{line}");
    let faults = faults(&mapping.replace(line, by));
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults.concat()
}

#[test]
fn the_mapping_of_the_contract_is_read() {
    let mapping = Mapping::read("m.toml", CASES).expect("is a mapping");
    assert_eq!((mapping.source.as_str(), mapping.timezone), ("boston-311", Some(Tz::UTC)));
    let unit = OriginText::Column { name: "department".to_owned(), blank: Some("tanpa-unit".to_owned()) };
    assert_eq!(mapping.unit, Origin { text: unit, create: true });
    let Kind::Cases(cases) = mapping.kind else { panic!("cases") };
    assert_eq!(cases.service, Origin { text: OriginText::Value("311".to_owned()), create: true });
    assert_eq!(cases.steps, [(Step::Submitted, "opened".to_owned()), (Step::Closed, "closed".to_owned())]);
    assert_eq!((cases.id.as_str(), cases.due.as_deref(), cases.class.as_deref()), ("case_id", Some("target"), Some("type")));
    assert_eq!((cases.channel.as_deref(), cases.area.as_deref()), (Some("source"), Some("neighborhood")));
}

#[test]
fn samples_have_a_value_or_a_ratio() {
    let numbers = |text: &str| match Mapping::read("m.toml", text).expect("is a mapping").kind {
        Kind::Samples(samples) => samples.numbers,
        Kind::Cases(_) => panic!("samples"),
    };
    assert_eq!(numbers(SAMPLES), NumberColumns::Value("value".to_owned()));
    let ratio = SAMPLES.replace("value = { column = \"value\" }", "numerator = { column = \"a\" }\ndenominator = { column = \"b\" }");
    assert_eq!(numbers(&ratio), NumberColumns::Ratio { numerator: "a".to_owned(), denominator: "b".to_owned() });
}

#[test]
fn what_is_optional_is_read() {
    let mapping =
        Mapping::read("m.toml", &format!("{SAMPLES}delimiter = \"tab\"\ndecimal = \",\"\nencoding = \"latin1\"\nsheet = \"Data\"\n"));
    let mapping = mapping.expect("is a mapping");
    assert_eq!((mapping.delimiter, mapping.decimal, mapping.sheet.as_deref()), (Some(b'\t'), Some(Decimal::Comma), Some("Data")));
    assert_eq!(mapping.encoding.map(Encoding::name), Some("windows-1252"));
    assert_eq!((mapping.timezone, mapping.time_formats.len()), (None, 0));
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
    assert!(
        fault(CASES, "timezone =", "time_zone =")
            .starts_with("m.toml:4: \"time_zone\" is not a key of a mapping, write \"timezone\"; known here: kind,")
    );
    assert_eq!(
        fault(CASES, "{ column = \"target\" }", "{ column = \"target\", colum = \"x\" }"),
        "m.toml:10: \"due.colum\" is not a key of a mapping, write \"column\"; known here: column"
    );
    assert!(fault(CASES, "class =", "clas =").starts_with("m.toml:11: \"fields.clas\" is not a key of a mapping, write \"class\""));
    let step = fault(CASES, "submitted =", "opened =");
    assert!(step.starts_with("m.toml:9: \"steps.opened\" is not a key of a mapping, write \"reopened\"; known here: submitted,"), "{step}");
    assert!(fault(SAMPLES, "kind", "hari = 1\nkind").starts_with("m.toml:2: \"hari\" is not a key of a mapping; known here: "));
}

#[test]
fn keys_of_the_other_kind_are_explained() {
    assert_eq!(
        fault(SAMPLES, "kind", "due = { column = \"x\" }\nkind"),
        "m.toml:2: due is a key of kind = \"cases\"; leave it out, or change kind"
    );
    assert_eq!(fault(CASES, "\"cases\"", "\"events\""), "m.toml:2: kind is \"events\"; write \"cases\" or \"samples\"");
}

#[test]
fn missing_and_wrong_values_are_named() {
    for (line, by, part) in [
        ("id = \"case_id\"", "", "id is missing"),
        ("id = \"case_id\"", "id = \" \"", "m.toml:6: id must be text between double quotes, not blank"),
        ("source = \"boston-311\"", "", "source is missing"),
        ("unit = {", "#", "unit is missing; write unit = { column"),
        ("\"UTC\"", "\"WIB\"", "m.toml:4: timezone is \"WIB\"; write a name of the IANA list"),
        ("[\"%Y-%m-%dT%H:%M:%S\"]", "[\"%Y-%Q\"]", "m.toml:5: time_format \"%Y-%Q\" has a sign after %"),
        ("[\"%Y-%m-%dT%H:%M:%S\"]", "[\"%Y-%m\"]", "has no day"),
        ("[\"%Y-%m-%dT%H:%M:%S\"]", "[]", "time_format must be a list of texts"),
        ("create = true }", "create = \"ya\" }", "service.create must be true or false"),
        ("{ value = \"311\", create = true }", "{ create = true }", "service must have either column or value"),
        ("{ value = \"311\", create = true }", "\"311\"", "service must be a table"),
        ("steps = { submitted = \"opened\", closed = \"closed\" }", "", "steps is missing"),
        ("steps = { submitted = \"opened\", closed = \"closed\" }", "steps = {}", "steps names no step"),
    ] {
        let sentence = fault(CASES, line, by);
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    for (key, part) in [
        ("decimal = \";\"", "decimal is \";\"; write \",\" (1.234,5) or \".\" (1,234.5)"),
        ("delimiter = \"ab\"", "delimiter is \"ab\"; write one sign"),
        ("encoding = \"klingon\"", "encoding is \"klingon\"; write \"utf-8\""),
        ("numerator = { column = \"a\" }", "the numbers are missing, or too many"),
    ] {
        let sentence = fault(SAMPLES, "kind", &format!("{key}\nkind"));
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    assert!(faults("kind = \"cases").concat().starts_with("m.toml:1: is not TOML: "));
}

#[test]
fn every_fault_is_listed_at_once() {
    let found = faults("kind = \"samples\"\nfoo = 1\nbar = 2\ntimezone = \"X\"\n");
    assert!(found.len() >= 6, "{found:#?}");
}
