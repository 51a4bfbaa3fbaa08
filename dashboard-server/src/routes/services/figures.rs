//! The key figures of a service, and what they are made of.

use aggregator::table::{CaseLine, Durations, Overview, Week};
use rules::case::Step;
use rules::period::Period;
use rules::service::Service;
use rules::time::{Millis, format_instant};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::ground::Ground;
use crate::pseudonym::pseudonym;

/// What the cases of a service come to. Durations are gross hours by the clock on the wall; those of a week are of the cases
/// closed in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceFigures)]
pub(crate) struct Figures {
    /// Cases opened so far.
    opened: usize,
    /// The day on which the first of them was opened, in the region's zone.
    #[schema(required = true)]
    first_case: Option<String>,
    /// Open cases.
    pub(super) open: usize,
    /// Open cases with a target: without any, none can be overdue.
    with_target: usize,
    /// Open cases past their target.
    pub(super) overdue: usize,
    /// Opened within seven days.
    opened_7d: usize,
    /// Closed within seven days.
    closed_7d: usize,
    /// Turned down or taken back within seven days.
    dropped_7d: usize,
    /// Both together.
    out_7d: usize,
    /// Of the cases closed within 28 days.
    durations_28d: DurationsItem,
    /// The last complete week; null before the first.
    #[schema(required = true)]
    last_week: Option<WeekItem>,
    /// The standard in hours, when the clock on the wall counts it.
    #[schema(required = true)]
    standard_h: Option<f64>,
    /// The oldest open case.
    #[schema(required = true)]
    oldest: Option<OpenCase>,
}

impl Figures {
    pub(super) fn of(ground: &Ground, service: &Service, lines: &[CaseLine<'_>], found: &Overview) -> Self {
        Self {
            opened: found.opened,
            first_case: found.first_case.map(|day| day.to_string()),
            open: found.open,
            with_target: found.with_target,
            overdue: found.overdue,
            opened_7d: found.opened_7d,
            closed_7d: found.closed_7d,
            dropped_7d: found.dropped_7d,
            out_7d: found.closed_7d + found.dropped_7d,
            durations_28d: found.durations_28d.into(),
            last_week: found.last_week.as_ref().map(WeekItem::of),
            standard_h: service.standard.and_then(|standard| standard.on_the_clock()).map(hours),
            oldest: found.oldest.map(|place| OpenCase::of(ground, &lines[place])),
        }
    }
}

/// Durations in hours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Durations)]
pub(crate) struct DurationsItem {
    /// How many.
    n: usize,
    /// Mean.
    #[schema(required = true)]
    mean_h: Option<f64>,
    /// Median.
    #[schema(required = true)]
    median_h: Option<f64>,
    /// 90th percentile.
    #[schema(required = true)]
    p90_h: Option<f64>,
}

impl From<Durations> for DurationsItem {
    fn from(found: Durations) -> Self {
        Self { n: found.n, mean_h: found.mean_h, median_h: found.median_h, p90_h: found.p90_h }
    }
}

/// A week of a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceWeek)]
pub(crate) struct WeekItem {
    /// Which.
    #[schema(value_type = String)]
    period: Period,
    /// Its first day.
    starts: String,
    /// Opened in it.
    opened: usize,
    /// Closed in it.
    closed: usize,
    /// Turned down or taken back in it.
    dropped: usize,
    /// Closed, turned down or taken back in it.
    out: usize,
    /// Open at its end, or now.
    open_at_end: usize,
    /// Of the cases closed in it.
    durations: DurationsItem,
}

impl WeekItem {
    pub(super) fn of(week: &Week) -> Self {
        Self {
            period: week.period,
            starts: week.period.first_day().to_string(),
            opened: week.opened,
            closed: week.closed,
            dropped: week.dropped,
            out: week.closed + week.dropped,
            open_at_end: week.open_at_end,
            durations: week.durations.into(),
        }
    }
}

/// An open case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenCase)]
pub(crate) struct OpenCase {
    /// Its pseudonym.
    key: String,
    /// Unit id.
    unit: String,
    /// Class.
    #[schema(required = true)]
    class: Option<String>,
    /// The step that it reached last.
    #[schema(required = true, value_type = Option<String>)]
    step: Option<Step>,
    /// When it was submitted.
    #[schema(required = true)]
    opened_at: Option<String>,
    /// Hours since.
    #[schema(required = true)]
    age_h: Option<f64>,
    /// Its target.
    #[schema(required = true)]
    due: Option<String>,
    /// Hours until it.
    #[schema(required = true)]
    left_h: Option<f64>,
}

impl OpenCase {
    pub(super) fn of(ground: &Ground, line: &CaseLine<'_>) -> Self {
        let (case, as_of) = (line.case, ground.as_of);
        let unit = ground.registry.unit_no(case.state.unit);
        Self {
            key: pseudonym(&ground.salt, case.service, &case.case),
            unit: unit.map_or_else(|| format!("#{}", case.state.unit), |unit| unit.id.clone()),
            class: case.state.class.clone(),
            step: case.last_step(as_of),
            opened_at: case.state.submitted_at.map(format_instant),
            age_h: line.age(as_of).map(hours),
            due: case.due.map(format_instant),
            left_h: case.due.map(|due| hours(due - as_of)),
        }
    }
}

fn hours(span: Millis) -> f64 {
    span as f64 / 3_600_000.0
}
