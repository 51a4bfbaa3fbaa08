//! What `pantau demo` shows: a year of the example district, and sources that go on sending.
//!
//! Everything but [`live`] is pure: the same registry, seed and day give the same year. Nothing here opens
//! a store or knows how a year gets into one, and nothing outside this folder and its command may know that
//! a demo exists: to the rest of the program these are sources like any others.

mod calendar;
mod case;
mod desk;
mod holiday;
pub(crate) mod live;
mod maker;
mod pair;
mod profile;
mod random;
mod size;
mod story;
#[cfg(test)]
mod tests;
mod year;

#[cfg(test)]
use year::Batch;
pub(crate) use year::year;
