//! `pantau verify`: chains, keys, structure, and every roll-up against one computed afresh.

use aggregator::Comparison;
use rules::time::Now;
use sql::chain::Finding;

use super::Failure;
use super::store::ConfigArgs;

/// Check that nothing was changed behind our back.
///
/// Recomputes the chained digests of the log and of the configuration, and every stored roll-up from
/// the log. Prints one line for each check; exits 1 if one fails.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

pub(crate) async fn run(args: Args, now: Now) -> Result<(), Failure> {
    let (config, db) = args.config.open_existing().await?;
    let mut lines: Vec<(bool, String)> = sql::chain::verify(&db).await?.iter().map(line).collect();
    let registry = sql::registry::load(&db, None).await?;
    let compared = aggregator::verify(&db, &registry, config.region.timezone, now()).await;
    lines.push(match compared {
        Ok(comparison) => rollups(&comparison),
        Err(cause) => (false, format!("roll-ups: {cause}")),
    });
    db.close().await;
    for (is_well, text) in &lines {
        println!("{} {text}", if *is_well { "ok" } else { "FAILED" });
    }
    match lines.iter().filter(|(is_well, _)| !is_well).count() {
        0 => Ok(()),
        failed => {
            Err(Failure::run(format!("{failed} of {} checks failed; restore the store from a backup, or find who changed it", lines.len())))
        }
    }
}

fn line(finding: &Finding) -> (bool, String) {
    match &finding.fault {
        None => (true, format!("{}: {}", finding.check, finding.extent)),
        Some(fault) => (false, format!("{}: {fault}", finding.check)),
    }
}

fn rollups(comparison: &Comparison) -> (bool, String) {
    let Comparison { compared, waiting, cases, differences, different } = comparison;
    let cases = if *cases == 0 { String::new() } else { format!(" and {cases} cases") };
    let waiting = match waiting {
        0 => String::new(),
        waiting => format!(", {waiting} more wait to be rolled up"),
    };
    match different {
        0 => (true, format!("roll-ups: {compared}{cases} equal to ones computed afresh{waiting}")),
        _ => {
            let mut text = format!("roll-ups: {different} of {compared}{cases} differ from ones computed afresh{waiting}");
            for difference in differences {
                text.push_str(&format!("\n  {difference}"));
            }
            (false, text)
        }
    }
}
