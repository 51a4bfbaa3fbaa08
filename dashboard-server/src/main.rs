//! The executable `pantau`: parse, run one command, leave with its exit code.

mod commands;
mod config;
mod demo;
mod lifecycle;
mod telemetry;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use rules::time::Now;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    let verbose = cli.verbose;
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock; everything below is handed it")]
    let now: Now = Arc::new(|| chrono::Utc::now().timestamp_millis());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return commands::Failure::run("the system gives no threads").because(cause).report(verbose),
    };
    let outcome = runtime.block_on(commands::run(cli, now));
    // What did not drain in time is not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(verbose),
    }
}
