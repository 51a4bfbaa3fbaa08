//! Rows of `table samples` as the command and the route write them.

use aggregator::table::Row;
use serde::Serialize;
use utoipa::ToSchema;

/// A row of the table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SampleRow)]
pub struct RowItem {
    /// Unit id, or `all`.
    unit: String,
    /// Period.
    period: String,
    /// Its first day.
    starts: String,
    /// Indicator id.
    indicator: String,
    /// Value by the indicator's roll-up.
    #[schema(required = true)]
    value: Option<f64>,
    /// Samples in use.
    n: i64,
    /// Their mean.
    #[schema(required = true)]
    mean: Option<f64>,
    /// Their median.
    #[schema(required = true)]
    median: Option<f64>,
    /// The last in time.
    #[schema(required = true)]
    last: Option<f64>,
    /// The least.
    #[schema(required = true)]
    min: Option<f64>,
    /// The greatest.
    #[schema(required = true)]
    max: Option<f64>,
    /// Their sum.
    #[schema(required = true)]
    sum: Option<f64>,
    /// Numerator of a ratio.
    #[schema(required = true)]
    numerator: Option<f64>,
    /// Denominator of a ratio.
    #[schema(required = true)]
    denominator: Option<f64>,
    /// Target of the period.
    #[schema(required = true)]
    target: Option<f64>,
    /// Achievement in percent.
    #[schema(required = true)]
    achievement: Option<f64>,
    /// Status.
    status: &'static str,
}

impl RowItem {
    /// A computed row as it is written.
    pub fn of(row: &Row) -> Self {
        Self {
            unit: row.unit.clone(),
            period: row.period.to_string(),
            starts: row.period.first_day().to_string(),
            indicator: row.indicator.clone(),
            value: row.value,
            n: row.samples.n,
            mean: row.samples.mean,
            median: row.samples.median,
            last: row.samples.last,
            min: row.samples.min,
            max: row.samples.max,
            sum: row.samples.sum,
            numerator: row.numerator,
            denominator: row.denominator,
            target: row.target,
            achievement: row.achievement,
            status: row.status.as_str(),
        }
    }
}

const COLUMNS: [&str; 17] = [
    "unit",
    "period",
    "starts",
    "indicator",
    "value",
    "n",
    "mean",
    "median",
    "last",
    "min",
    "max",
    "sum",
    "numerator",
    "denominator",
    "target",
    "achievement",
    "status",
];

/// The rows as CSV with a header: six decimals, empty for no value.
///
/// # Errors
/// Only when memory runs out.
pub fn csv_of(rows: &[RowItem]) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    out.write_record(COLUMNS)?;
    for row in rows {
        let statistics =
            [row.mean, row.median, row.last, row.min, row.max, row.sum, row.numerator, row.denominator, row.target, row.achievement];
        let (value, n, statistics) = (number(row.value), row.n.to_string(), statistics.map(number));
        let mut fields = vec![row.unit.as_str(), &row.period, &row.starts, &row.indicator, &value, &n];
        fields.extend(statistics.iter().map(String::as_str));
        fields.push(row.status);
        out.write_record(&fields)?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
