#![doc = include_str!("../README.md")]

mod answer;
mod below;
mod doors;
mod health;
pub mod import;
mod intake;
mod keys;
mod limits;
pub mod load;
mod queue;
pub mod replay;
mod sentence;
mod start;
mod stats;
mod unavailable;
mod unpack;
mod validate;
mod wire;
mod writer;

pub use answer::{Answer, Code, Rejection};
pub use doors::routes;
pub use health::Health;
pub use intake::{CurrentRegistry, Intake};
pub use queue::Committed;
pub use start::{Config, start};
pub use unavailable::Unavailable;
