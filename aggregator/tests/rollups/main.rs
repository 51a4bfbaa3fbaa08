//! Roll-ups from the log to what is stored, against a store of their own.

mod arrival;
mod deadlines;
mod known;
mod live_cases;
mod rolling;
mod store;
