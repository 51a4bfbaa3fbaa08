//! The rules of measuring: what a period is, which target is due, what an
//! achievement is worth, which of two answers counts.
//!
//! Everything here is a pure function of its arguments. This crate owns no
//! clock, no random numbers, no files and no sockets, and must never know that
//! a database or a screen exists: who wants the time or the zone, passes it in.
//!
//! # Table of contents
//!
//! When something happened:
//! - [`time`]: instants, local midnights, day numbers
//! - [`period`]: `2026-11-24`, `2026-W47`, `2026-11`, `2026-Q4`, `2026-S2`, `2026`
//! - [`at`]: the instant or period that a sample speaks of
//! - [`calendar`]: working days and working time
//!
//! What is measured, and whose:
//! - [`indicator`]: the passport of a measure
//! - [`unit`]: work units and their tree
//! - [`service`]: what people ask a unit for, and how long it may take
//! - [`case`]: one request, from its submission to its end
//!
//! How good it is:
//! - [`target`]: what is due at a window
//! - [`formula`]: achievement in percent
//! - [`status`]: achievement against bands
//! - [`show`]: which window a tile shows
//! - [`signal`]: whether a value moved or only varied
//! - [`survey`]: satisfaction (SKM) from answers to index and grade
//! - [`freshness`]: how old an answer may be
//! - [`quantile`]: medians and 90th percentiles
//!
//! What may count at all:
//! - [`revision`]: which of several answers counts
//! - [`personal`]: text that must not be stored
//!
//! And [`word`]: the fixed words of files and answers.

pub mod at;
pub mod calendar;
pub mod case;
pub mod formula;
pub mod freshness;
pub mod indicator;
pub mod period;
pub mod personal;
pub mod quantile;
pub mod revision;
pub mod service;
pub mod show;
pub mod signal;
pub mod status;
pub mod survey;
pub mod target;
pub mod time;
pub mod unit;
pub mod word;

#[cfg(test)]
mod strategy;
