//! The server's library side: boards, sessions, routes, and the live picture between them.
//!
//! It reads what the aggregator rolled up and must never know the collector: the binary side puts
//! the two together.
//!
//! # Table of contents
//!
//! What people see:
//! - [`protocol`]: VALUE, TILE and the live messages
//! - [`feed`], [`value`]: from roll-ups to tiles
//! - [`hub`]: the live picture of every board
//! - [`live`]: viewers; [`socket`]: their WebSockets
//!
//! Who may see it:
//! - [`access`]: actors, rights, passwords, throttling
//! - [`session`], [`origin`]: cookies and whose page asks
//!
//! What is measured:
//! - [`apply`]: configuration as code
//!
//! How it is served:
//! - [`routes`]: every address, one file a resource
//! - [`problem`], [`headers`]: errors and what every answer carries
//! - [`assets`]: the embedded web part
//! - [`serve`](mod@serve): the accept loop

mod access;
mod app;
pub mod apply;
mod assets;
mod feed;
mod headers;
mod hub;
mod ledger;
mod live;
mod origin;
mod problem;
pub mod protocol;
mod pseudonym;
mod routes;
mod serve;
mod server;
mod session;
mod socket;
pub mod table;
mod value;

pub use access::password;
pub use app::{Metrics, Region};
pub use live::Limits;
pub use origin::PublicUrl;
pub use problem::Problem;
pub use routes::health::{Check, Readiness, Report, Rollups};
pub use routes::setup::ApplyExample;
pub use serve::{Peer, serve};
pub use server::{Parts, Server};
