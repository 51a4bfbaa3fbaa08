//! Configuration as code: CSV and TOML files become rows of the store, all of them or none.
//!
//! Owns how the files look (contract, section 6), every check of them, and the comparison with what
//! is stored. Must never know the command line or HTTP; both use it. Only `write` touches a store.

mod bands;
mod board;
mod calendar;
mod current;
mod day_off;
mod document;
mod example;
mod fault;
mod file;
mod indicator;
mod plan;
mod service;
mod sheet;
mod side;
mod source;
mod target;
#[cfg(test)]
mod tests;
mod unit;
mod write;

pub use current::{Current, KEY_ACTOR, read};
pub use example::embedded_example;
pub use fault::{Fault, Place, report};
pub use file::{File, GatherError, gather};
pub use plan::{Action, Counts, Plan, Step, plan};
pub use source::{SOURCE_ID_RULE, is_source_id};
pub use write::{ApplyError, apply, dry_run};
