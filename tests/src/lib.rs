#![doc = include_str!("../README.md")]

mod cluster;
mod session;
mod store;

pub use cluster::Cluster;
pub use session::Session;
pub use store::{Store, is_on_postgres, skips_on_postgres};
