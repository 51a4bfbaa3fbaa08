#![doc = include_str!("../README.md")]

pub mod board;
pub mod cases;
mod desk;
mod error;
pub mod frame;
pub mod known;
mod measure;
mod merge;
pub mod own;
mod reconcile;
pub mod roll;
pub mod score;
pub mod table;
mod touch;
pub mod tree;
mod verify;
pub mod window;

pub use error::Error;
pub use reconcile::{Config, Progress, run, settle};
pub use verify::{Comparison, verify};
