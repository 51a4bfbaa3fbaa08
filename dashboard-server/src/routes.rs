//! Every address of the API, one file a resource. This is the only place that lists them.

pub(crate) mod arguments;
mod boards;
mod cases;
mod changes;
mod ground;
pub(crate) mod health;
mod indicators;
mod live;
mod metrics;
pub(crate) mod openapi;
mod region;
pub(crate) mod reply;
mod series;
mod services;
mod session;
pub(crate) mod setup;
mod tables;
mod units;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The routes and, in the same breath, the document about them.
pub(crate) fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(session::me))
        .routes(routes!(region::region))
        .routes(routes!(units::list_units))
        .routes(routes!(indicators::list_indicators))
        .routes(routes!(boards::list_boards))
        .routes(routes!(boards::show_board))
        .routes(routes!(changes::list_changes))
        .routes(routes!(series::show_series))
        .routes(routes!(tables::table_of_samples))
        .routes(routes!(tables::table_of_cases))
        .routes(routes!(tables::table_of_backlog))
        .routes(routes!(cases::list_cases))
        .routes(routes!(services::list_services))
        .routes(routes!(services::show_service))
        .routes(routes!(live::live))
        .routes(routes!(setup::show_setup, setup::set_up))
        .routes(routes!(setup::load_example))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::document))
}
