//! Tables on demand: the same arithmetic as the roll-ups, always from the events. Here that of samples.

mod cases;
mod fold;
mod list;
mod overview;

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;
use rules::case::Clock;
use rules::indicator::{Indicator, RollupTree};
use rules::period::{Every, Period};
use rules::quantile::linear;
use rules::status::Status;
use rules::time::{Millis, date_of};
use sql::Db;
use sql::counted::Counted;
use sql::registry::Registry;
use sql::rollup::Own;

use crate::error::Error;
use crate::frame::{self, Owns};
use crate::window::Window;
use crate::{own, score, tree, verify};

pub(crate) use cases::complete_cases;
pub use cases::{BacklogRow, CaseRow, backlog, cases};
pub use fold::{Folded, fold};
pub use list::{Asked, CaseLine, Filter, Order, State, Stretch, list, order};
pub use overview::{AGE_BANDS, Backlog, Class, Durations, Overview, StepTime, Week, overview};

/// By what the rows are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// What was booked on the unit itself.
    Unit,
    /// The unit with its descendants.
    Tree,
    /// The service; for tables of cases only.
    Service,
    /// Everything together, unit `all`.
    All,
}

/// Which table.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    /// Kind of period.
    pub every: Every,
    /// By what.
    pub by: By,
    /// Periods that begin at or after this instant; None from the first.
    pub from: Option<Millis>,
    /// Periods that begin before this instant; None to the last.
    pub to: Option<Millis>,
    /// Samples of a later moment are absent.
    pub as_of: Millis,
    /// As the log was known at this moment; None as it is known now.
    pub known_at: Option<Millis>,
    /// How durations of cases are measured.
    pub clock: Clock,
}

/// A row: a unit, a period and an indicator for which something counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Id of the unit, or `all`.
    pub unit: String,
    /// Period.
    pub period: Period,
    /// Id of the indicator.
    pub indicator: String,
    /// Value by the indicator's roll-up over time and tree.
    pub value: Option<f64>,
    /// What the samples in the period come to, all units of the row together.
    pub samples: Summary,
    /// Numerator of a ratio.
    pub numerator: Option<f64>,
    /// Denominator of a ratio.
    pub denominator: Option<f64>,
    /// Target of the period.
    pub target: Option<f64>,
    /// Achievement in percent.
    pub achievement: Option<f64>,
    /// Status.
    pub status: Status,
}

/// Plain statistics of samples; those of a ratio are numerator / denominator of each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// How many.
    pub n: i64,
    /// Mean.
    pub mean: Option<f64>,
    /// Median, linearly interpolated.
    pub median: Option<f64>,
    /// Last in time, by log order among equals.
    pub last: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// Sum; None for a ratio, whose parts add up instead.
    pub sum: Option<f64>,
}

/// Computes the table, ordered by unit, period and indicator.
///
/// # Errors
/// A failed read, or what polars reports.
pub async fn samples(db: &Db, registry: &Registry, zone: Tz, args: Args) -> Result<Vec<Row>, Error> {
    let until = match args.known_at {
        Some(known_at) => sql::log::seq_at(db, known_at).await?,
        None => sql::log::head(db).await?,
    };
    let mut by_indicator: BTreeMap<i64, BTreeMap<i64, Vec<Counted>>> = BTreeMap::new();
    for row in verify::fold_log(db, until).await?.into_values() {
        if row.when().is_some_and(|at| at.begins(zone) <= args.as_of) {
            by_indicator.entry(row.indicator).or_default().entry(row.unit).or_default().push(row);
        }
    }
    let mut rows = Vec::new();
    for indicator in &registry.indicators {
        if let Some(units) = by_indicator.remove(&indicator.no) {
            rows.extend(of_indicator(registry, zone, args, indicator, units)?);
        }
    }
    rows.sort_by(|a, b| (&a.unit, a.period, &a.indicator).cmp(&(&b.unit, b.period, &b.indicator)));
    Ok(rows)
}

/// The unit of a row of everything together.
const ALL: i64 = 0;

fn of_indicator(
    registry: &Registry,
    zone: Tz,
    args: Args,
    indicator: &Indicator,
    units: BTreeMap<i64, Vec<Counted>>,
) -> Result<Vec<Row>, Error> {
    let today = date_of(args.as_of, zone);
    let in_range = |period: Period| {
        let starts = period.starts_at(zone);
        args.from.is_none_or(|from| starts >= from) && args.to.is_none_or(|to| starts < to)
    };
    // Each unit's row goes to the rows above it that the table asks for.
    let rows_of = |unit: i64| -> Vec<i64> {
        match (args.by, indicator.rollup_tree) {
            (By::Unit, _) | (By::Tree, RollupTree::None) => vec![unit],
            (By::Tree, _) => registry.tree.lineage(unit).to_vec(),
            (By::Service | By::All, _) => vec![ALL],
        }
    };
    let mut samples: HashMap<(i64, Period), Vec<Placed>> = HashMap::new();
    for (unit, counted) in &units {
        for row in counted {
            let Some((period, placed)) = place(indicator, row, args.every, zone).filter(|(period, _)| in_range(*period)) else { continue };
            for above in rows_of(*unit) {
                samples.entry((above, period)).or_default().push(placed);
            }
        }
    }
    let mut requests = verify::requests(indicator, units, zone, today);
    for request in &mut requests {
        request.windows.retain(|window| matches!(window, Window::Period(period) if period.every() == args.every && in_range(*period)));
    }
    let owns = own::compute(registry, zone, today, requests)?;
    let values = values(indicator, owns, rows_of)?;
    let row = |((unit, period), all): ((i64, Period), Own)| {
        let summary = samples.remove(&(unit, period)).map_or_else(Summary::default, |placed| summary(indicator, placed));
        let score = score::judge(registry, indicator, unit, Window::Period(period), all.value);
        Row {
            unit: registry.unit_no(unit).map_or_else(|| "all".to_owned(), |unit| unit.id.clone()),
            period,
            indicator: indicator.id.clone(),
            value: all.value,
            samples: summary,
            numerator: all.numerator,
            denominator: all.denominator,
            target: score.due.map(|due| due.target),
            achievement: score.achievement,
            status: score.status,
        }
    };
    Ok(values.into_iter().map(row).collect())
}

/// A row's unit (or [`ALL`]) and period, with what it comes to.
type Value = ((i64, Period), Own);

/// The values of the table's rows: own values, or joined over the units of a row.
fn values(indicator: &Indicator, owns: HashMap<sql::rollup::Key, Own>, rows_of: impl Fn(i64) -> Vec<i64>) -> Result<Vec<Value>, Error> {
    let mut placed: Vec<Value> = Vec::new();
    let mut owns: Vec<_> = owns.into_iter().filter(|(_, own)| own.n > 0).collect();
    owns.sort_unstable_by_key(|(key, own)| (own.data_at, *key));
    for (key, own) in owns {
        let Some(Window::Period(period)) = Window::of_key(&key) else { continue };
        placed.extend(rows_of(key.unit).into_iter().map(|unit| ((unit, period), own)));
    }
    let mut groups: HashMap<(i64, Period), u32> = HashMap::new();
    let mut names: Vec<(i64, Period)> = Vec::new();
    let mut columns = Owns::default();
    let mut alone: HashMap<(i64, Period), Own> = HashMap::new();
    for (name, own) in placed {
        let group = *groups.entry(name).or_insert_with(|| {
            names.push(name);
            u32::try_from(names.len() - 1).expect("fewer rows than four billion")
        });
        columns.push(group, &own);
        alone.insert(name, own);
    }
    let joined = frame::join(columns, names.len())?;
    let value = |(name, joined): ((i64, Period), Option<frame::Joined>)| {
        let all = match (indicator.rollup_tree, joined) {
            // Not joined over units: a row of one unit has its own value, a row of several has none.
            (RollupTree::None, _) if name.0 != ALL => alone.get(&name).copied().unwrap_or_default(),
            (_, Some(joined)) => tree::chosen(indicator, joined),
            (_, None) => Own::default(),
        };
        (name, all)
    };
    Ok(names.into_iter().zip(joined).map(value).collect())
}

/// A sample's value with where it stands in time.
#[derive(Clone, Copy)]
struct Placed {
    ends: Millis,
    grain: i64,
    seq: i64,
    value: Option<f64>,
}

fn place(indicator: &Indicator, row: &Counted, every: Every, zone: Tz) -> Option<(Period, Placed)> {
    let at = row.when()?;
    let value = match (row.numerator, row.denominator) {
        (Some(numerator), Some(denominator)) => own::ratio(indicator, numerator, denominator),
        _ => row.value,
    };
    Some((at.part(zone).home(every)?, Placed { ends: at.ends(zone), grain: row.grain, seq: row.seq, value }))
}

fn summary(indicator: &Indicator, mut placed: Vec<Placed>) -> Summary {
    placed.sort_unstable_by_key(|sample| sample.seq);
    let n = placed.len() as i64;
    let last = placed.iter().max_by_key(|sample| (sample.ends, sample.grain, sample.seq)).and_then(|sample| sample.value);
    let mut values: Vec<f64> = placed.into_iter().filter_map(|sample| sample.value).collect();
    let sum: f64 = values.iter().sum();
    let count = values.len();
    values.sort_unstable_by(f64::total_cmp);
    Summary {
        n,
        mean: (count > 0).then(|| sum / count as f64),
        median: linear(&values, 0.5),
        last,
        min: values.first().copied(),
        max: values.last().copied(),
        sum: (count > 0 && !indicator.is_ratio()).then_some(sum),
    }
}
