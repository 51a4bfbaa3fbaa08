//! What every test stands on: a house of its own, clients of its doors, waiting with a bound.

pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod event;
pub(crate) mod house;
pub(crate) mod intake;
pub(crate) mod live;
pub(crate) mod server;
pub(crate) mod wait;

pub(crate) use client::{Answer, Client};
pub(crate) use event::{ratio, sample, timed, void};
pub(crate) use house::House;
pub(crate) use live::Live;
pub(crate) use server::Server;
pub(crate) use wait::wait_until;

/// Indicator tiles of the board of `tests/data/three-units`.
pub(crate) const ON_TIME: &str = "permits:on-time:week";
pub(crate) const ISSUED: &str = "permits:issued:week";
pub(crate) const WAIT: &str = "clinic:wait:week";
pub(crate) const BEDS: &str = "clinic:beds:week";
