//! What a line of `indicators.csv` must be, and which of its words go together.

use rules::indicator::{Accumulates, Formula, Polarity, RollupTime, RollupTree};
use rules::period::Every;
use sql::configuration::{BandsRow, IndicatorRow, UnitRow};

use super::fault::{Fault, Place};
use super::sheet::{Column, Line, needed, optional};
use super::side::{Given, Side};

/// Columns of the file.
pub(crate) const COLUMNS: [Column; 21] = [
    needed("id"),
    needed("name"),
    optional("name_en"),
    optional("unit_of_measure"),
    needed("polarity"),
    optional("formula"),
    optional("from"),
    optional("services"),
    needed("rollup_time"),
    optional("rollup_tree"),
    optional("accumulates"),
    needed("frequency"),
    optional("decimals"),
    optional("applies_to"),
    optional("numerator"),
    optional("denominator"),
    optional("source"),
    optional("owner"),
    optional("bands"),
    optional("show"),
    optional("valid_from"),
];

/// The bands of an indicator that names none.
const DEFAULT_BANDS: &str = "default";
/// Tables are written with six decimals; more on a screen would be invented.
const MOST_DECIMALS: u8 = 6;
/// What may follow `cases:` in `from`.
const OF_CASES: [&str; 8] = ["on_time_share", "breach_share", "median", "p90", "open", "overdue", "opened", "closed"];

/// Adds a line.
pub(crate) fn parse(line: &Line, given: &mut Given<IndicatorRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    let id = line.id("id", faults);
    let row = row(line, id.clone().unwrap_or_default(), faults);
    if let Some(row) = &row {
        combine(row, &line.place, faults);
    }
    given.push(line.place.clone(), id, row.filter(|_| faults.len() == before));
}

fn row(line: &Line, id: String, faults: &mut Vec<Fault>) -> Option<IndicatorRow> {
    let words = |all: &[Polarity]| all.iter().map(|word| word.as_str()).collect::<Vec<_>>();
    let name = line.required("name", faults).unwrap_or_default().to_owned();
    let polarity: Option<Polarity> = line.needed_word("polarity", &words(Polarity::ALL), faults);
    let times: Vec<&str> = RollupTime::ALL.iter().map(|word| word.as_str()).collect();
    let rollup_time: Option<RollupTime> = line.needed_word("rollup_time", &times, faults);
    let lengths: Vec<&str> = Every::ALL.iter().map(|word| word.as_str()).collect();
    let frequency: Option<Every> = line.needed_word("frequency", &lengths, faults);
    let formula = line.word("formula", faults);
    let rollup_tree = line.word("rollup_tree", faults);
    let accumulates = line.word("accumulates", faults);
    let show = line.word("show", faults);
    let from = from(line, faults);
    let decimals = decimals(line, faults);
    let valid_from = line.date("valid_from", faults);
    let (polarity, rollup_time, frequency) = (polarity?, rollup_time?, frequency?);
    let text = |column: &str| line.text(column).to_owned();
    Some(IndicatorRow {
        id,
        name,
        name_en: text("name_en"),
        unit_of_measure: text("unit_of_measure"),
        polarity,
        formula: formula.unwrap_or(usual_formula(polarity)),
        from,
        services: text("services"),
        rollup_time,
        rollup_tree: rollup_tree.unwrap_or(usual_tree(rollup_time)),
        accumulates: accumulates.unwrap_or(Accumulates::Flow),
        frequency,
        decimals,
        applies_to: line.list("applies_to"),
        numerator: text("numerator"),
        denominator: text("denominator"),
        source: text("source"),
        owner: text("owner"),
        bands: line.filled("bands").unwrap_or(DEFAULT_BANDS).to_owned(),
        show,
        valid_from,
    })
}

/// The formula when the file leaves it blank.
fn usual_formula(polarity: Polarity) -> Formula {
    match polarity {
        Polarity::Up => Formula::Ratio,
        Polarity::Down => Formula::Difference,
        Polarity::Range => Formula::Range,
    }
}

/// How units become the one above when the file leaves it blank: only what surely adds up does.
fn usual_tree(time: RollupTime) -> RollupTree {
    match time {
        RollupTime::Ratio => RollupTree::Ratio,
        RollupTime::Sum => RollupTree::Sum,
        _ => RollupTree::None,
    }
}

fn from(line: &Line, faults: &mut Vec<Fault>) -> String {
    let from = line.filled("from").unwrap_or("samples");
    let is_known = matches!(from, "samples" | "survey:ikm") || from.strip_prefix("cases:").is_some_and(|of| OF_CASES.contains(&of));
    if !is_known {
        let cases = OF_CASES.join(", ");
        faults.push(line.place.fault(format!("from is {from:?}; write samples, survey:ikm, or cases: and one of {cases}")));
    }
    from.to_owned()
}

fn decimals(line: &Line, faults: &mut Vec<Fault>) -> u8 {
    let cell = line.filled("decimals").unwrap_or("0");
    cell.parse().ok().filter(|&decimals| decimals <= MOST_DECIMALS).unwrap_or_else(|| {
        faults.push(line.place.fault(format!("decimals is {cell:?}; write a whole number from 0 to {MOST_DECIMALS}")));
        0
    })
}

/// Words that are right alone and make no sense together.
fn combine(row: &IndicatorRow, place: &Place, faults: &mut Vec<Fault>) {
    let mut wrong = |sentence: &str| faults.push(place.fault(sentence));
    if row.polarity == Polarity::Range && row.formula != Formula::Range {
        wrong("polarity is range, so formula must be range too");
    }
    let is_ratio = row.rollup_time == RollupTime::Ratio;
    if row.rollup_tree == RollupTree::Ratio && !is_ratio {
        wrong("rollup_tree is ratio, so rollup_time must be ratio too; or write rollup_tree sum, mean or none");
    }
    if row.rollup_tree == RollupTree::Sum && is_ratio {
        wrong("rollup_tree is sum, but ratios of units do not add up; write rollup_tree ratio");
    }
    let is_order = matches!(row.rollup_time, RollupTime::Median | RollupTime::P90 | RollupTime::Min | RollupTime::Max);
    if row.accumulates == Accumulates::ToDate && is_order {
        let time = row.rollup_time;
        wrong(&format!("accumulates is to_date, a running total has no {time}; write rollup_time last, sum or ratio, or accumulates flow"));
    }
}

/// `applies_to` names units or kinds, `bands` names bands.
pub(crate) fn check(indicators: &Side<IndicatorRow>, units: &Side<UnitRow>, bands: &Side<BandsRow>, faults: &mut Vec<Fault>) {
    let kinds: std::collections::BTreeSet<&str> =
        units.rows.values().map(|placed| placed.row.kind.as_str()).filter(|kind| !kind.is_empty()).collect();
    for placed in indicators.given_rows() {
        for word in placed.row.applies_to.iter().filter(|word| units.is_whole() && !units.knows(word) && !kinds.contains(word.as_str())) {
            let kinds = kinds.iter().copied().collect::<Vec<_>>().join(", ");
            faults.push(
                placed.place.fault(format!(
                    "applies_to names {word:?}, which is neither the id of a unit nor the kind of one; the kinds are {kinds}"
                )),
            );
        }
    }
    // Bands that end take stored indicators with them, so these are looked at too.
    for placed in indicators.rows.values().filter(|placed| bands.is_given || matches!(placed.place, Place::File { .. })) {
        let id = &placed.row.bands;
        let is_known = id == DEFAULT_BANDS || bands.rows.values().any(|bands| bands.row.id == *id) || bands.knows(id);
        if !is_known {
            faults.push(
                placed.place.fault(format!(
                    "bands is {id:?}, which is not the id of bands; add it to bands.toml, or leave it blank for the default"
                )),
            );
        }
    }
}
