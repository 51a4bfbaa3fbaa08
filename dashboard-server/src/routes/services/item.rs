//! A service as it travels: in the list, and by itself.

use aggregator::table::{AGE_BANDS, Backlog, CaseLine, Class, Overview, StepTime};
use rules::case::Step;
use rules::service::Service;
use rules::time::{Millis, format_instant};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::ground::Ground;
use super::figures::{DurationsItem, Figures, OpenCase, WeekItem};

/// A service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub(crate) struct ServiceItem {
    /// Id.
    pub(super) id: String,
    /// Name in Indonesian.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
    /// How long it may take; null when nothing is published.
    #[schema(required = true)]
    standard: Option<u32>,
    /// `minutes`, `hours`, `days`, `working_hours` or `working_days`.
    #[schema(required = true)]
    standard_unit: Option<&'static str>,
    /// `decided`, `handed_over` or `closed`.
    ends_at: &'static str,
    /// Who answers for it.
    owner: String,
}

impl ServiceItem {
    pub(super) fn of(service: &Service) -> Self {
        Self {
            id: service.id.clone(),
            name: service.name.clone(),
            name_en: service.name_en.clone(),
            standard: service.standard.map(|standard| standard.amount),
            standard_unit: service.standard.map(|standard| standard.unit.as_str()),
            ends_at: service.ends_at.as_str(),
            owner: service.owner.clone(),
        }
    }
}

/// Services with their key figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceList {
    /// The services, by id.
    pub(super) items: Vec<ServiceLine>,
    /// The moment it is true for.
    pub(super) as_of: String,
    /// All services together, also those of other pages.
    pub(super) totals: Totals,
}

/// A service with its key figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceLine {
    /// The service.
    #[serde(flatten)]
    pub(super) service: ServiceItem,
    /// What its cases come to.
    pub(super) figures: Figures,
}

/// Sums over services.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceTotals)]
pub(crate) struct Totals {
    /// Open cases.
    open: usize,
    /// Open cases past their target.
    overdue: usize,
}

impl Totals {
    pub(super) fn of(items: &[ServiceLine]) -> Self {
        let sum = |read: fn(&Figures) -> usize| items.iter().map(|item| read(&item.figures)).sum();
        Self { open: sum(|figures| figures.open), overdue: sum(|figures| figures.overdue) }
    }
}

/// How a service stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceOverview)]
pub(crate) struct OverviewItem {
    /// The service.
    service: ServiceItem,
    /// The unit that was asked for.
    #[schema(required = true)]
    unit: Option<String>,
    /// The moment it is true for.
    as_of: String,
    /// Its key figures.
    #[serde(flatten)]
    figures: Figures,
    /// Weeks, oldest first; the last one runs. None of before the first case.
    weeks: Vec<WeekItem>,
    /// The open cases at the ends of these weeks; null without a week.
    #[schema(required = true)]
    backlog: Option<BacklogSummary>,
    /// Open cases by age.
    ages: Vec<AgeItem>,
    /// By class, most open ones first; at most 20.
    classes: Vec<ClassItem>,
    /// The named classes with most overdue cases; at most 3.
    overdue_classes: Vec<OverdueItem>,
    /// Of the cases closed in the 364 days before those of `durations_28d`.
    durations_before: DurationsItem,
    /// How much longer those of `durations_28d` took than these, by the means; null without either.
    #[schema(required = true)]
    mean_change_h: Option<f64>,
    /// Where the time of the cases closed within 28 days went: each hour belongs to the step that it followed.
    steps: Vec<StepTimeItem>,
    /// Open cases with a target ahead, the nearest first; at most 20.
    ahead: Vec<OpenCase>,
    /// How many there are with a target ahead.
    ahead_all: usize,
    /// How many there are with a target within two days.
    ahead_2d: usize,
}

/// Open cases at the ends of weeks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceBacklog)]
pub(crate) struct BacklogSummary {
    /// At the end of the first week.
    first: usize,
    /// Now.
    last: usize,
    /// How many more now; negative when there are fewer.
    change: i64,
    /// Mean over the weeks.
    mean: f64,
}

/// Open cases of an age.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenByAge)]
pub(crate) struct AgeItem {
    /// From this many whole days.
    from_days: i64,
    /// To this many, with them; null without end.
    #[schema(required = true)]
    to_days: Option<i64>,
    /// Open cases.
    open: usize,
    /// Those past their target.
    overdue: usize,
}

/// Cases of a class.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceClass)]
pub(crate) struct ClassItem {
    /// The class; null for cases without one.
    #[schema(required = true)]
    class: Option<String>,
    /// Opened within 28 days.
    opened_28d: usize,
    /// Open.
    open: usize,
    /// Open past their target.
    overdue: usize,
    /// Of the cases closed within 28 days.
    durations: DurationsItem,
}

/// Overdue cases of a class.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverdueClass)]
pub(crate) struct OverdueItem {
    /// The class.
    class: String,
    /// Open past their target.
    overdue: usize,
}

/// Time after a step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepTime)]
pub(crate) struct StepTimeItem {
    /// The step that had been reached.
    #[schema(value_type = String)]
    step: Step,
    /// Hours from it to the next step, mean over all these cases: what did not go through it counts as none, so that the means
    /// of all steps come to the mean duration.
    mean_h: f64,
    /// Its part of all hours, 0 to 1; null when there are none.
    #[schema(required = true)]
    share: Option<f64>,
    /// The mean over the cases of `durations_before`; null without any.
    #[schema(required = true)]
    usual_h: Option<f64>,
    /// How much longer it takes than usual.
    #[schema(required = true)]
    change_h: Option<f64>,
}

/// Cases and classes that are named one by one.
const NAMED: usize = 20;
const SOON_MS: Millis = 2 * 86_400_000;

impl OverviewItem {
    pub(super) fn of(ground: &Ground, service: &Service, unit: Option<String>, lines: &[CaseLine<'_>], found: Overview) -> Self {
        let soon = ground.as_of.saturating_add(SOON_MS);
        let is_soon = |place: &&usize| lines[**place].case.due.is_some_and(|due| due <= soon);
        Self {
            service: ServiceItem::of(service),
            unit,
            as_of: format_instant(ground.as_of),
            figures: Figures::of(ground, service, lines, &found),
            weeks: found.weeks.iter().map(WeekItem::of).collect(),
            backlog: found.backlog.map(BacklogSummary::of),
            ages: ages(&found.ages),
            overdue_classes: found.overdue_classes.into_iter().map(|(class, overdue)| OverdueItem { class, overdue }).collect(),
            classes: found.classes.into_iter().take(NAMED).map(ClassItem::of).collect(),
            mean_change_h: found.durations_28d.mean_h.zip(found.durations_before.mean_h).map(|(now, before)| now - before),
            durations_before: found.durations_before.into(),
            steps: found.steps.into_iter().map(StepTimeItem::of).collect(),
            ahead: found.ahead.iter().take(NAMED).map(|place| OpenCase::of(ground, &lines[*place])).collect(),
            ahead_all: found.ahead.len(),
            ahead_2d: found.ahead.iter().filter(is_soon).count(),
        }
    }
}

impl BacklogSummary {
    fn of(Backlog { first, last, mean }: Backlog) -> Self {
        Self { first, last, change: last as i64 - first as i64, mean }
    }
}

impl ClassItem {
    fn of(Class { class, opened_28d, open, overdue, durations }: Class) -> Self {
        Self { class, opened_28d, open, overdue, durations: durations.into() }
    }
}

impl StepTimeItem {
    fn of(StepTime { step, mean_h, share, usual_h }: StepTime) -> Self {
        Self { step, mean_h, share, usual_h, change_h: usual_h.map(|usual| mean_h - usual) }
    }
}

fn ages(found: &[(usize, usize)]) -> Vec<AgeItem> {
    let ends = AGE_BANDS.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
    let bands = AGE_BANDS.into_iter().zip(ends).zip(found);
    bands.map(|((from_days, to_days), (open, overdue))| AgeItem { from_days, to_days, open: *open, overdue: *overdue }).collect()
}
