//! A case as it travels.

use aggregator::table::{CaseLine, State as Stands};
use rules::case::Step;
use rules::time::format_instant;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::ground::Ground;
use crate::pseudonym::pseudonym;

/// A page of cases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseList {
    /// The cases, in the order of the list.
    pub(super) items: Vec<CaseEntry>,
    /// How many there are on all pages together.
    pub(super) total: usize,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub(crate) struct CaseEntry {
    /// A pseudonym: the same for the same case of this house, and nothing elsewhere.
    key: String,
    /// Service id.
    service: String,
    /// Unit id.
    unit: String,
    /// `open`, `overdue`, `closed`, `rejected`, `withdrawn` or `incomplete`.
    state: &'static str,
    /// When it was submitted.
    #[schema(required = true)]
    opened_at: Option<String>,
    /// When it ended.
    #[schema(required = true)]
    ended_at: Option<String>,
    /// Its target, or that of its service's standard.
    #[schema(required = true)]
    due: Option<String>,
    /// Whether it missed its target.
    late: bool,
    /// Hours from opening to end, or to the moment of the list.
    #[schema(required = true)]
    age_h: Option<f64>,
    /// Class.
    #[schema(required = true)]
    class: Option<String>,
    /// Channel.
    #[schema(required = true)]
    channel: Option<String>,
    /// Area.
    #[schema(required = true)]
    area: Option<String>,
    /// Its steps, by time.
    steps: Vec<StepItem>,
}

/// A step of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseStep)]
pub(crate) struct StepItem {
    /// What happened.
    #[schema(value_type = String)]
    step: Step,
    /// When.
    at: String,
}

impl CaseEntry {
    pub(super) fn of(ground: &Ground, line: &CaseLine<'_>) -> Self {
        let case = line.case;
        let (registry, state) = (&ground.registry, &case.state);
        let named = |no: i64, id: Option<&String>| id.cloned().unwrap_or_else(|| format!("#{no}"));
        let missed = || line.end.zip(case.due).is_some_and(|(end, due)| end.at > due);
        let steps = case.steps.iter().filter(|(_, at)| *at <= ground.as_of);
        Self {
            key: pseudonym(&ground.salt, case.service, &case.case),
            service: named(case.service, registry.service_no(case.service).map(|service| &service.id)),
            unit: named(state.unit, registry.unit_no(state.unit).map(|unit| &unit.id)),
            state: line.stands.as_str(),
            opened_at: state.submitted_at.map(format_instant),
            ended_at: line.end.map(|end| format_instant(end.at)),
            due: case.due.map(format_instant),
            late: matches!(line.stands, Stands::Overdue) || matches!(line.stands, Stands::Closed) && missed(),
            age_h: line.age(ground.as_of).map(|age| age as f64 / 3_600_000.0),
            class: state.class.clone(),
            channel: state.channel.clone(),
            area: state.area.clone(),
            steps: steps.map(|(step, at)| StepItem { step: *step, at: format_instant(*at) }).collect(),
        }
    }
}
