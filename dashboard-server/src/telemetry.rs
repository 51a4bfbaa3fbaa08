//! Logs on stderr and the recorder of metrics; stdout belongs to what commands answer.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::variable;

/// What is logged unless `PANTAU_LOG` says otherwise.
const DEFAULT: &str = "info,sqlx=warn";
/// The filter of logs, in the words of `RUST_LOG`.
const FILTER: &str = "PANTAU_LOG";
/// `json` for one object a line, for a collector of logs.
const FORMAT: &str = "PANTAU_LOG_FORMAT";

/// Bounds of the buckets of durations, in seconds.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts logging. A filter that is not understood falls back to the default, with a line that says so.
pub(crate) fn start_logging(default: &str) {
    let wanted = variable(FILTER);
    let (filter, fault) = match wanted.as_deref().map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(cause)) => (EnvFilter::new(default), Some(cause)),
        None => (EnvFilter::new(default), None),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // A line that cannot be written, because the disk of the logs is full too, is lost. To complain about it on stderr would
    // panic in whoever logged, and that may be the writer.
    let logs = logs.log_internal_errors(false);
    match variable(FORMAT).as_deref() {
        Some("json") => logs.json().init(),
        _ => logs.init(),
    }
    if let Some(cause) = fault {
        tracing::warn!("{FILTER} is not understood ({cause}); logging {default}");
    }
}

/// What a server logs by default.
pub(crate) fn start_server_logging() {
    start_logging(DEFAULT);
}

/// Installs the recorder of metrics and returns what renders them.
///
/// # Errors
/// When there is a recorder already.
pub(crate) fn start_metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?.install_recorder()
}
