//! Tests of planning and writing.

mod changes;
mod hours;
mod refusals;

use super::current::Current;
use super::file::File;
use super::plan::{Plan, plan};

const UNITS: &str = "id,parent,name,kind\nkab,,Kabupaten,region\ndinkes,kab,Dinas Kesehatan,agency\nrsud,dinkes,RSUD,technical_unit\n";
const INDICATORS: &str = "id,name,unit_of_measure,polarity,formula,rollup_time,rollup_tree,frequency,decimals,applies_to\n\
    KS-01,Kunjungan,orang,up,ratio,sum,sum,week,0,technical_unit\n\
    KS-02,Hunian,%,range,range,ratio,ratio,month,1,\n\
    KS-03,Nilai SAKIP,nilai,up,ratio,last,none,year,2,agency\n";
const TARGETS: &str = "indicator,unit,period,target,target_high\nKS-01,,2026,5200,\nKS-02,rsud,2026,60,85\n";
const BOARDS: &str = "[[board]]\nid = \"bupati\"\ntitle = \"Papan Bupati\"\n[[board.group]]\ntitle = \"Layanan\"\n\
    tiles = [{ unit = \"rsud\", indicator = \"KS-01\" }, { unit = \"kab\", indicator = \"KS-01\", every = \"month\" }]\n";

fn file(name: &str, text: &str) -> File {
    File { path: name.to_owned(), content: text.as_bytes().to_vec() }
}

/// A small district without faults, with one file replaced or added.
fn district_with(name: &str, text: &str) -> Vec<File> {
    let mut files =
        vec![file("units.csv", UNITS), file("indicators.csv", INDICATORS), file("targets.csv", TARGETS), file("boards.toml", BOARDS)];
    files.retain(|file| file.path != name);
    files.push(file(name, text));
    files
}

fn sentences(files: &[File]) -> Vec<String> {
    plan(files, Current::default()).expect_err("the files have faults").iter().map(ToString::to_string).collect()
}

fn planned(files: &[File]) -> Plan {
    plan(files, Current::default()).unwrap_or_else(|faults| panic!("{}", super::report(&faults)))
}

#[test]
fn embedded_example_has_no_fault() {
    let plan = planned(&super::embedded_example());
    assert!(plan.counts().added > 200, "{}", plan.counts());
}

#[test]
fn a_district_written_by_hand_has_no_fault() {
    let plan = planned(&district_with("units.csv", UNITS));
    assert_eq!(plan.counts().to_string(), "added 9, changed 0, ended 0");
    assert_eq!(plan.notices, Vec::<String>::new());
}
