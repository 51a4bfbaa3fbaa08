//! How fast a file is read and typed, without a store: `cargo run --release -p collector --example import -- MAP.toml FILE…`.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use chrono_tz::Asia::Jakarta;
use collector::import::{Entry, Mapping, Rows, fingerprint};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [map, files @ ..] = arguments.as_slice() else {
        return Err("give a mapping and files".into());
    };
    let mapping = Mapping::read(map, &std::fs::read_to_string(map)?)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    for file in files {
        let path = Path::new(file);
        let begun = Instant::now();
        let fingerprint = fingerprint(path)?;
        let hashed = begun.elapsed();
        let begun = Instant::now();
        let mut rows = Rows::open(path, &mapping, Jakarta)?;
        let (mut understood, mut rejected) = (0_u64, 0_u64);
        while let Some(entry) = rows.advance()? {
            match entry {
                Entry::Row(_) => understood += 1,
                Entry::Rejected(why) => {
                    if rejected == 0 {
                        println!("{}: {}", why.line, why.reason);
                    }
                    rejected += 1;
                }
            }
        }
        println!("{file}: {understood} rows, {rejected} rejected in {:.1?}; {fingerprint} in {hashed:.1?}", begun.elapsed());
    }
    Ok(())
}
