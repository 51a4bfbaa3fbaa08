//! How large things are in the example district: budgets, staff, people served.
//!
//! Plausible, not official. What stands below the line of a ratio comes from here.

use super::random::{Random, word};

const MILLION: f64 = 1e6;
const BILLION: f64 = 1e9;

/// What stands below the line of one sample: the mean of a day's share for what happens, the whole for a stock.
pub(super) fn denominator(indicator: &str, unit: &str) -> f64 {
    let mut own = Random::keyed(&[word(indicator), word(unit)]);
    match indicator {
        "UM-01" => budget(unit),
        "UM-06" | "UM-07" => complaints(unit),
        "UM-08" | "KP-02" => staff(unit),
        "UM-09" | "UM-10" => (staff(unit) * 0.7).round(),
        "UM-11" => own.between(20.0, 140.0).round(),
        "UM-12" => own.between(3.0, 16.0),
        "UM-13" => own.between(4.0, 12.0),
        "UM-14" => (budget(unit) / BILLION).sqrt().mul_add(9.0, 8.0).round(),
        "PT-01" => 5.0,
        "DK-01" | "DK-05" => 478_300.0,
        "DK-02" => 214_600.0,
        "DK-03" => 205_900.0,
        "DK-04" => 24.0,
        "KS-01" => own.between(1_100.0, 2_600.0).round(),
        "KS-02" | "KS-03" => own.between(320.0, 700.0).round(),
        "KS-05" => 27.0,
        "KS-09" if unit == "rsud" => 190.0,
        "KS-09" => own.between(40.0, 90.0).round(),
        "PD-05" => 4_210.0,
        "PD-07" if unit.ends_with("-sd") => 3_940.0,
        "PD-07" => 1_620.0,
        "PU-01" => 1_391.0,
        "PU-05" => 21_480.0,
        "PU-07" => 9.0,
        "LH-03" => 9_200.0,
        "SO-01" => 1_850.0,
        "SO-02" => 232.0,
        "TR-01" => 1.0,
        "TR-02" => 26.0,
        "TR-03" => 5.0,
        "PA-01" => revenue(unit),
        "PA-02" => 6_420.0 * MILLION,
        "PA-03" => 9_500.0 * MILLION,
        "PA-05" => 42.0,
        "PA-06" => 38_400.0 * MILLION,
        // The same money, by kecamatan: the town owes the most.
        "DS-04" if unit == "kec-kotabumi" => 1_605.0 * MILLION,
        "DS-04" if unit == "kec-kotabumi-selatan" => 1_156.0 * MILLION,
        "DS-04" => (174.0 * MILLION * own.between(0.5, 1.5)).round(),
        "KU-03" => 2_460.0,
        "KP-04" => 55.0,
        "TI-07" => 7.0,
        "PG-04" => 24_500.0,
        "EK-02" => 214.0,
        "DS-01" => villages(unit),
        _ => own.between(20.0, 80.0).round(),
    }
}

/// The yearly budget in rupiah.
fn budget(unit: &str) -> f64 {
    let own = |low: f64, high: f64| Random::keyed(&[word("budget"), word(unit)]).between(low, high);
    let billions = match unit {
        "disdikbud" => 612.4,
        "dinkes" => 214.2,
        "sdabmbk" => 205.6,
        "rsud" => 168.3,
        "bpkad" => 96.1,
        "setda" => 84.7,
        "setwan" => 52.9,
        "disperkim" => 41.5,
        "dlh" => 34.8,
        "bapenda" => 31.2,
        "dpmd" | "satpol-pp" => 22.6,
        _ if unit.starts_with("kec-") => own(3.6, 8.4),
        _ => own(7.5, 19.0),
    };
    (billions * BILLION / MILLION).round() * MILLION
}

/// What an agency is to bring in during the year, in rupiah.
fn revenue(unit: &str) -> f64 {
    let millions = match unit {
        "bapenda" => 78_000.0,
        "rsud" => 46_000.0,
        "bpkad" => 19_000.0,
        "dinkes" => 9_500.0,
        "disdagrin" => 3_000.0,
        "dishub" => 1_600.0,
        "dlh" => 1_400.0,
        "sdabmbk" => 1_100.0,
        "dpmptsp" => 900.0,
        "diskominfo" => 600.0,
        "disperkim" => 450.0,
        "dispar" => 120.0,
        "diskan" => 60.0,
        "dtph" => 30.0,
        _ => 25.0,
    };
    millions * MILLION
}

/// People on the pay roll.
fn staff(unit: &str) -> f64 {
    let own = |low: f64, high: f64| Random::keyed(&[word("staff"), word(unit)]).between(low, high).round();
    match unit {
        "disdikbud" => 640.0,
        "rsud" => 520.0,
        "setda" => 212.0,
        "satpol-pp" => 190.0,
        "dinkes" => 178.0,
        "dishub" => 124.0,
        "damkar" => 112.0,
        _ if unit.starts_with("kec-") => own(22.0, 40.0),
        _ if unit.starts_with("kel-") => own(9.0, 15.0),
        _ if unit.starts_with("pkm-") => own(38.0, 70.0),
        _ => own(45.0, 90.0),
    }
}

/// Complaints on an ordinary day.
fn complaints(unit: &str) -> f64 {
    match unit {
        "sdabmbk" => 14.0,
        "disdukcapil" | "disdikbud" => 5.0,
        "dinkes" | "rsud" | "dlh" => 4.0,
        "dishub" | "disperkim" | "dinsos" | "disdagrin" => 2.0,
        "dpmptsp" | "bapenda" | "satpol-pp" | "dpmd" => 1.5,
        _ if unit.starts_with("kec-") => 0.25,
        _ => 0.4,
    }
}

/// Rural villages of a kecamatan (cahyadsn/wilayah).
fn villages(unit: &str) -> f64 {
    match unit {
        "kec-kotabumi" => 4.0,
        "kec-bukit-kemuning" | "kec-abung-semuli" | "kec-abung-kunang" | "kec-blambangan-pagar" => 7.0,
        "kec-kotabumi-utara" | "kec-abung-tinggi" | "kec-sungkai-tengah" => 8.0,
        "kec-kotabumi-selatan" | "kec-abung-surakarta" | "kec-abung-pekurun" | "kec-sungkai-jaya" => 9.0,
        "kec-hulu-sungkai" | "kec-sungkai-barat" => 10.0,
        "kec-abung-timur" => 12.0,
        "kec-abung-barat" => 14.0,
        "kec-sungkai-utara" => 15.0,
        "kec-abung-selatan" => 16.0,
        "kec-tanjung-raja" => 19.0,
        _ => 11.0,
    }
}
