//! Each bad input with the sentence that it gets.

use super::*;

/// The only fault of a district in which one file is replaced.
fn fault(name: &str, text: &str) -> String {
    let faults = sentences(&district_with(name, text));
    assert_eq!(faults.len(), 1, "one fault expected: {faults:#?}");
    faults.concat()
}

fn units(rows: &str) -> String {
    fault("units.csv", &format!("{UNITS}{rows}"))
}

fn indicators(cells: &str) -> String {
    let header = "id,name,polarity,formula,rollup_time,rollup_tree,accumulates,frequency,decimals,from,applies_to,bands";
    let files = [file("units.csv", UNITS), file("indicators.csv", &format!("{header}\n{cells}\n"))];
    let faults = sentences(&files);
    assert_eq!(faults.len(), 1, "one fault expected: {faults:#?}");
    faults.concat()
}

fn targets(row: &str) -> String {
    fault("targets.csv", &format!("{TARGETS}{row}\n"))
}

fn tile(tile: &str) -> String {
    fault("boards.toml", &BOARDS.replace("tiles = [", &format!("tiles = [{tile}, ")))
}

#[test]
fn sheets_that_cannot_be_read() {
    assert_eq!(
        fault("units.csv", ""),
        "units.csv: the file is empty; its first line must be id,parent,name,short_name,kind,valid_from,valid_to,calendar,code"
    );
    assert_eq!(
        fault("units.csv", "id;name\n"),
        "units.csv:1: the columns are not separated by commas; save the file as CSV with `,` between the columns"
    );
    assert_eq!(
        fault("units.csv", "id,nama,name\n"),
        "units.csv:1: \"nama\" is not a column of this file; its columns are id,parent,name,short_name,kind,valid_from,valid_to,calendar,code"
    );
    assert_eq!(fault("units.csv", "id,parent\n"), "units.csv:1: the column \"name\" is missing; add it to the header");
    assert_eq!(fault("units.csv", "id,name,id\n"), "units.csv:1: the column \"id\" is there twice; keep one of the two");
    let mut files = district_with("units.csv", "");
    files.retain(|file| file.path != "units.csv");
    files.push(File { path: "units.csv".to_owned(), content: b"id,name\nkab,Kabupat\xe9n\n".to_vec() });
    assert_eq!(sentences(&files), ["units.csv:2: is not UTF-8; save the file as UTF-8"]);
}

#[test]
fn units_that_are_none() {
    assert_eq!(
        units("x,kab\n"),
        "units.csv:5: the row has 2 cells, the header has 4; put text with a comma between double quotes, and leave no cell out"
    );
    assert_eq!(units("x,kab,,agency\n"), "units.csv:5: name is blank; write a value");
    assert_eq!(units(",kab,X,agency\n"), "units.csv:5: id is blank; write a value");
    assert_eq!(units("a b,kab,X,agency\n"), "units.csv:5: id is \"a b\"; use 1 to 64 letters, digits, `-`, `_` and `.`, without spaces");
    assert_eq!(
        units("x,dinkess,X,agency\n"),
        "units.csv:5: parent is \"dinkess\", which is not among the unit ids; add it to units.csv or write another, or leave it blank"
    );
    assert_eq!(units("rsud,kab,X,agency\n"), "units.csv:5: the unit rsud is already at units.csv:4; keep one of the two");
    assert_eq!(units("x,kab,X,a;b\n"), "units.csv:5: kind has a `;` or `,`; write one word, like agency or village");
    let circle = fault("units.csv", &UNITS.replace("kab,,", "kab,rsud,"));
    assert!(circle.contains("is its own ancestor through its parents; give one unit on the way another parent"), "{circle}");
    let dates =
        "id,name,kind,valid_from,valid_to\nkab,K,region,2026-02-30,\nrsud,R,technical_unit,2026-02-01,2026-01-01\ndinkes,D,agency,,\n";
    assert_eq!(
        sentences(&district_with("units.csv", dates)),
        [
            "units.csv:2: valid_from is \"2026-02-30\"; write a date like 2026-11-24",
            "units.csv:3: valid_to 2026-01-01 is before valid_from 2026-02-01; swap them or leave one blank",
        ]
    );
}

#[test]
fn indicators_that_are_none() {
    let at = "indicators.csv:2: ";
    let cases = [
        ("A,A,naik,,sum,,,day,,,,", "polarity is \"naik\"; write one of up, down, range"),
        ("A,A,,,sum,,,day,,,,", "polarity is blank; write one of up, down, range"),
        ("A,A,up,,sum,,,harian,,,,", "frequency is \"harian\"; write one of day, week, month, quarter, semester, year"),
        ("A,A,up,,sum,,,day,1.5,,,", "decimals is \"1.5\"; write a whole number from 0 to 6"),
        ("A,A,range,ratio,mean,,,day,,,,", "polarity is range, so formula must be range too"),
        ("A,A,up,,sum,ratio,,day,,,,", "rollup_tree is ratio, so rollup_time must be ratio too; or write rollup_tree sum, mean or none"),
        ("A,A,up,,ratio,sum,,day,,,,", "rollup_tree is sum, but ratios of units do not add up; write rollup_tree ratio"),
        (
            "A,A,up,,median,,to_date,day,,,,",
            "accumulates is to_date, a running total has no median; write rollup_time last, sum or ratio, or accumulates flow",
        ),
        (
            "A,A,up,,sum,,,day,,cases:mean,,",
            "from is \"cases:mean\"; write samples, survey:ikm, or cases: and one of on_time_share, breach_share, median, p90, open, overdue, opened, closed",
        ),
        (
            "A,A,up,,sum,,,day,,,agency;dinas,",
            "applies_to names \"dinas\", which is neither the id of a unit nor the kind of one; the kinds are agency, region, technical_unit",
        ),
        (
            "A,A,up,,sum,,,day,,,,strict",
            "bands is \"strict\", which is not the id of bands; add it to bands.toml, or leave it blank for the default",
        ),
    ];
    for (row, sentence) in cases {
        assert_eq!(indicators(row), format!("{at}{sentence}"), "{row}");
    }
}

#[test]
fn targets_that_are_none() {
    let at = "targets.csv:4: ";
    let cases = [
        ("KS-09,,2026,1,", "indicator is \"KS-09\", which is not among the indicator ids; add it to indicators.csv or write another"),
        (
            "KS-01,x,2026,1,",
            "unit is \"x\", which is not among the unit ids; add it to units.csv or write another, or leave it blank for every unit",
        ),
        ("KS-01,,2026-13,1,", "period: \"2026-13\" does not exist in the calendar; write a period that does"),
        ("KS-01,,,1,", "period is blank; write a value"),
        ("KS-01,,2025,,", "target is blank; write a value"),
        ("KS-01,,2025,\"12,5\",", "target is \"12,5\"; write a number with a point, like 12.5"),
        ("KS-01,,2025,NaN,", "target is \"NaN\"; write a number with a point, like 12.5"),
        ("KS-02,,2025,85,60", "target_high 60 is below target 85; swap them"),
        ("KS-01,,2025,1,2", "target_high is set, but KS-01 is not a range; leave it blank, or give the indicator the formula range"),
        ("KS-01,*,2026,9,", "the target KS-01 * 2026 is already at targets.csv:2; keep one of the two"),
    ];
    for (row, sentence) in cases {
        assert_eq!(targets(row), format!("{at}{sentence}"), "{row}");
    }
}

#[test]
fn boards_that_are_none() {
    let at = "boards.toml:1: tile 1 of the board bupati shows ";
    assert_eq!(
        tile(r#"{ unit = "x", indicator = "KS-01" }"#),
        format!("{at}the unit \"x\", which is not among the unit ids; add it to units.csv or write another")
    );
    assert_eq!(
        tile(r#"{ unit = "rsud", indicator = "X" }"#),
        format!("{at}the indicator \"X\", which is not among the indicator ids; add it to indicators.csv or write another")
    );
    assert_eq!(
        tile(r#"{ unit = "rsud", indicator = "KS-03" }"#),
        format!(
            "{at}KS-03 of rsud, but its applies_to has neither this unit nor, where rollup_tree is not none, one below it; add the unit or its kind to applies_to"
        )
    );
    assert_eq!(
        tile(r#"{ unit = "rsud", indicator = "KS-01", every = "week" }"#),
        "boards.toml:1: tile 2 of the board bupati shows KS-01 of rsud a second time; keep one, or give it another `every`"
    );
    assert_eq!(
        tile(r#"{ unit = "rsud", indicator = "KS-01", every = "minggu" }"#),
        "boards.toml:6: every is \"minggu\"; write one of day, week, month, quarter, semester, year"
    );
    assert_eq!(
        tile(r#"{ unit = "rsud", indicator = "KS-01", judul = "x" }"#),
        "boards.toml:6: \"judul\" is not a key here; the keys are unit, indicator, title, every"
    );
    assert_eq!(
        fault("boards.toml", "[[papan]]\nid = \"x\"\n"),
        "boards.toml:1: \"papan\" is not known here; each entry of this file begins with [[board]]"
    );
    assert_eq!(
        fault("boards.toml", "[[board]]\nid = \"x\"\ntitle = \"X\"\n"),
        "boards.toml:1: the board has no groups; write [[board.group]] with a title and tiles"
    );
    assert!(fault("boards.toml", "[[board]]\nid = x\n").starts_with("boards.toml:2: is not TOML: "));
}

#[test]
fn sources_and_bands_that_are_none() {
    let source = |text: &str| fault("sources.toml", &format!("[[source]]\n{text}"));
    assert_eq!(
        source("id = \"s\"\nunits = [\"*\"]\nrhythm = \"1 hour\"\n"),
        "sources.toml:4: rhythm is \"1 hour\"; write a duration like \"PT15M\", \"PT1H\", \"P1D\" or \"P7D\""
    );
    assert_eq!(source("id = \"s\"\n"), "sources.toml:1: units is missing or empty; write units = [\"*\"] for all, or a list of unit ids");
    assert_eq!(
        source("id = \"s\"\nunits = [\"x\"]\n"),
        "sources.toml:1: units of the source s names \"x\", which is not among the unit ids; add it to units.csv or write another"
    );
    let bands = |text: &str| fault("bands.toml", &format!("[[bands]]\nid = \"default\"\nvalid_from = \"2017-01-01\"\n{text}"));
    assert_eq!(
        bands("late_below = 95\nwatch_below = 90\n"),
        "bands.toml:4: late_below 95 is above watch_below 90; late begins below watch"
    );
    assert_eq!(
        bands("late_below = \"70\"\nwatch_below = 90\n"),
        "bands.toml:4: late_below must be a number, like 70 or 12.5, without quotes"
    );
    assert_eq!(bands("late_below = 70\n"), "bands.toml:1: watch_below is missing; write watch_below = a number");
}

#[test]
fn every_fault_of_every_file_is_listed_and_no_row_is_blamed_for_another() {
    let units = "id,parent,name,kind\nkab,,Kabupaten,region\ndinkes,kab,,agency\nrsud,dinkes,RSUD,technical_unit\n";
    let mut files = district_with("units.csv", units);
    files.retain(|file| file.path != "targets.csv");
    files.push(file("targets.csv", "indicator,unit,period,target\nKS-01,dinkes,2026,x\n"));
    assert_eq!(
        sentences(&files),
        ["units.csv:3: name is blank; write a value", "targets.csv:2: target is \"x\"; write a number with a point, like 12.5"]
    );
}

#[test]
fn a_long_list_of_faults_is_cut() {
    let rows: String = (0..80).map(|row| format!("u{row},nowhere,U,agency\n")).collect();
    let faults = plan(&district_with("units.csv", &format!("{UNITS}{rows}")), Current::default()).expect_err("has faults");
    let report = crate::apply::report(&faults);
    assert_eq!(report.lines().count(), 51);
    assert!(report.ends_with("\nand 30 more"), "{report}");
}
