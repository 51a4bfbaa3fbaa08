//! `GET /api/v1/indicators`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use rules::indicator::{Accumulates, Formula, Polarity, RollupTime, RollupTree, Show};
use rules::period::Every;
use serde::Serialize;
use utoipa::ToSchema;

use super::arguments::{Arguments, Paging};
use super::reply::{self, List};
use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::{Answer, ProblemBody};

/// The passport of an indicator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Indicator)]
pub(crate) struct IndicatorItem {
    /// Id.
    id: String,
    /// Name in Indonesian.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
    /// What its numbers count, such as `%`.
    unit_of_measure: String,
    /// Which direction is good: `up`, `down`, `range`.
    #[schema(value_type = String)]
    polarity: Polarity,
    /// `ratio`, `difference`, `inverse`, `remainder`, `range`.
    #[schema(value_type = String)]
    formula: Formula,
    /// `sum`, `mean`, `last`, `ratio`, `median`, `p90`, `min`, `max`.
    #[schema(value_type = String)]
    rollup_time: RollupTime,
    /// `sum`, `mean`, `ratio`, `none`.
    #[schema(value_type = String)]
    rollup_tree: RollupTree,
    /// `flow`, `to_date`.
    #[schema(value_type = String)]
    accumulates: Accumulates,
    /// `day`, `week`, `month`, `quarter`, `semester`, `year`.
    #[schema(value_type = String)]
    frequency: Every,
    /// Digits after the decimal mark.
    decimals: u8,
    /// Unit ids or kinds; empty means all.
    applies_to: Vec<String>,
    /// What stands above the line of a ratio.
    numerator: String,
    /// What stands below the line of a ratio.
    denominator: String,
    /// Where it comes from.
    source: String,
    /// Who answers for it.
    owner: String,
    /// Id of its bands.
    bands: String,
    /// `current`, `last_complete`, `rolling_28d`; null for the usual choice.
    #[schema(required = true, value_type = Option<String>)]
    show: Option<Show>,
    /// First day on which it is measured.
    #[schema(required = true, value_type = Option<String>, format = Date)]
    valid_from: Option<NaiveDate>,
}

/// All indicators, by id.
#[utoipa::path(
    get,
    path = "/api/v1/indicators",
    tag = "reading",
    params(Paging),
    responses((status = 200, body = List<IndicatorItem>), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn list_indicators(
    State(app): State<Arc<App>>,
    _reader: Reader,
    Arguments(paging): Arguments<Paging>,
    asked: HeaderMap,
) -> Answer<Response> {
    let registry = app.registry();
    let all = registry.indicators.iter().map(|indicator| IndicatorItem {
        id: indicator.id.clone(),
        name: indicator.name.clone(),
        name_en: indicator.name_en.clone(),
        unit_of_measure: indicator.unit_of_measure.clone(),
        polarity: indicator.polarity,
        formula: indicator.formula,
        rollup_time: indicator.rollup_time,
        rollup_tree: indicator.rollup_tree,
        accumulates: indicator.accumulates,
        frequency: indicator.frequency,
        decimals: indicator.decimals,
        applies_to: indicator.applies_to.clone(),
        numerator: indicator.numerator.clone(),
        denominator: indicator.denominator.clone(),
        source: indicator.source.clone(),
        owner: indicator.owner.clone(),
        bands: indicator.bands.clone(),
        show: indicator.show,
        valid_from: indicator.valid_from,
    });
    let mut all: Vec<IndicatorItem> = all.collect();
    all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(reply::page(&asked, "/api/v1/indicators", all, |item| &item.id, paging.cursor.as_deref(), paging.limit()?))
}
