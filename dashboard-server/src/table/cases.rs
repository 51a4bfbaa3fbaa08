//! Rows of the tables of cases.

use aggregator::table::{BacklogRow, CaseRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Item, number};

/// A row of the table `cases`; durations in hours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseRow)]
pub struct CaseItem {
    /// Unit or service id, or `all`.
    unit: String,
    /// Period of the opening.
    period: String,
    /// Its first day.
    starts: String,
    /// Cases opened.
    opened: i64,
    /// Those closed.
    closed: i64,
    /// Those without an end.
    still_open: i64,
    /// Those closed before they were opened.
    invalid_order: i64,
    /// Those closed in the right order.
    valid_closed: i64,
    /// Their median duration.
    #[schema(required = true)]
    median_h: Option<f64>,
    /// Their 90th percentile, linearly interpolated.
    #[schema(required = true)]
    p90_h: Option<f64>,
    /// Their 90th percentile by nearest rank.
    #[schema(required = true)]
    p90_h_nearest_rank: Option<f64>,
    /// Their mean duration.
    #[schema(required = true)]
    mean_h: Option<f64>,
    /// Cases with a target.
    with_target: i64,
    /// Those that missed it.
    breached: i64,
    /// Breached by those with a target.
    #[schema(required = true)]
    breach_share: Option<f64>,
    /// Cases turned down.
    rejected: i64,
    /// Cases taken back.
    withdrawn: i64,
}

impl CaseItem {
    /// A computed row as it is written.
    pub fn of(row: &CaseRow) -> Self {
        let figures = &row.figures;
        Self {
            unit: row.unit.clone(),
            period: row.period.to_string(),
            starts: row.period.first_day().to_string(),
            opened: figures.opened,
            closed: figures.closed,
            still_open: figures.still_open,
            invalid_order: figures.invalid_order,
            valid_closed: figures.valid_closed,
            median_h: figures.median_h,
            p90_h: figures.p90_h,
            p90_h_nearest_rank: figures.p90_h_nearest_rank,
            mean_h: figures.mean_h,
            with_target: figures.with_target,
            breached: figures.breached,
            breach_share: figures.breach_share,
            rejected: figures.rejected,
            withdrawn: figures.withdrawn,
        }
    }
}

impl Item for CaseItem {
    const COLUMNS: &'static [&'static str] = &[
        "unit",
        "period",
        "starts",
        "opened",
        "closed",
        "still_open",
        "invalid_order",
        "valid_closed",
        "median_h",
        "p90_h",
        "p90_h_nearest_rank",
        "mean_h",
        "with_target",
        "breached",
        "breach_share",
        "rejected",
        "withdrawn",
    ];

    fn fields(&self) -> Vec<String> {
        let mut fields = vec![self.unit.clone(), self.period.clone(), self.starts.clone()];
        fields.extend([self.opened, self.closed, self.still_open, self.invalid_order, self.valid_closed].map(|count| count.to_string()));
        fields.extend([self.median_h, self.p90_h, self.p90_h_nearest_rank, self.mean_h].map(number));
        fields.extend([self.with_target, self.breached].map(|count| count.to_string()));
        fields.push(number(self.breach_share));
        fields.extend([self.rejected, self.withdrawn].map(|count| count.to_string()));
        fields
    }
}

/// A row of the table `backlog`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BacklogRow)]
pub struct BacklogItem {
    /// Unit or service id, or `all`.
    unit: String,
    /// Period.
    period: String,
    /// Its first day.
    starts: String,
    /// Cases closed in it.
    closed_in_period: i64,
    /// Cases open at its end.
    open_at_period_end: i64,
}

impl BacklogItem {
    /// A computed row as it is written.
    pub fn of(row: &BacklogRow) -> Self {
        Self {
            unit: row.unit.clone(),
            period: row.period.to_string(),
            starts: row.period.first_day().to_string(),
            closed_in_period: row.closed_in_period,
            open_at_period_end: row.open_at_period_end,
        }
    }
}

impl Item for BacklogItem {
    const COLUMNS: &'static [&'static str] = &["unit", "period", "starts", "closed_in_period", "open_at_period_end"];

    fn fields(&self) -> Vec<String> {
        let counts = [self.closed_in_period, self.open_at_period_end].map(|count| count.to_string());
        [self.unit.clone(), self.period.clone(), self.starts.clone()].into_iter().chain(counts).collect()
    }
}
