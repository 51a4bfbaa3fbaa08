#![doc = include_str!("../README.md")]

pub mod behind;
mod bulk;
pub mod case_state;
pub mod chain;
pub mod configuration;
pub mod counted;
mod db;
mod error;
pub mod key;
mod keyed;
pub mod lock;
pub mod log;
pub mod mark;
mod migrate;
pub mod part;
pub mod person;
pub mod progress;
pub mod registry;
pub mod rollup;
mod schema;
pub mod service;
pub mod session;
pub mod setting;
pub mod signal;
pub mod source;

pub use db::{Db, Tx, is_there};
pub use error::Error;
pub use lock::{ServerLock, is_server_running, lock_for_server};
pub use migrate::Migration;
pub use schema::schema;
pub use signal::Signal;
