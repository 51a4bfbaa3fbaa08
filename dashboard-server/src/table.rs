//! Rows of tables as the command and the route write them; here those of samples.

mod cases;

use aggregator::table::Row;
use serde::Serialize;
use utoipa::ToSchema;

pub use cases::{BacklogItem, CaseItem};

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

/// A row that can be written as CSV.
pub trait Item {
    /// Names of its columns.
    const COLUMNS: &'static [&'static str];
    /// Its fields: six decimals, empty for no value.
    fn fields(&self) -> Vec<String>;
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

impl Item for RowItem {
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn fields(&self) -> Vec<String> {
        let statistics = [
            self.mean,
            self.median,
            self.last,
            self.min,
            self.max,
            self.sum,
            self.numerator,
            self.denominator,
            self.target,
            self.achievement,
        ];
        let mut fields = vec![self.unit.clone(), self.period.clone(), self.starts.clone(), self.indicator.clone()];
        fields.extend([number(self.value), self.n.to_string()]);
        fields.extend(statistics.map(number));
        fields.push(self.status.to_owned());
        fields
    }
}

/// Six decimals, empty for no value.
fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.6}"))
}

/// The rows as CSV with a header.
///
/// # Errors
/// Only when memory runs out.
pub fn csv_of<T: Item>(rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(T::COLUMNS)?;
    for row in rows {
        out.write_record(row.fields())?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}
