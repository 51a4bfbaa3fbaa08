//! The built executable from outside: every test has a folder, a store and a server of its own on
//! loopback, posts what a stranger would post and reads what a stranger would read.
//!
//! Build it first: `cargo build --release`. Nothing here knows the inside of the house, except where
//! a test plays the hand that meddles with the database file.

mod harness;

/// One or many events, plain or packed, and what is refused whole.
mod bodies;
/// Boston's published figures.
mod cityscore;
/// The demo command, once.
mod demo;
/// Killed under load, nothing acknowledged is lost or doubled.
mod durability;
/// Disk, lock, clock, queue.
mod faults;
/// What every answer carries.
mod headers;
/// Foreign tables: a city's cases and samples, taken over, again, and with errors.
mod import;
/// The WebSocket intake.
mod intake_socket;
/// What a key may send and read.
mod keys;
/// The live socket.
mod live;
/// Whose pages may do what, and the first run.
mod origins;
/// Several processes, configuration, exit codes.
mod processes;
/// Every code of `rejected`.
mod rejections;
mod replay;
/// Duplicates, conflicts, revisions, voids.
mod revisions;
/// Viewers that never read.
mod slow_viewers;
/// A stranger's folder, key and events, up to the board.
mod stranger;
/// Monday morning, the turn of the year, week 53, an empty week.
mod time;
/// Meddling is named.
mod verify;
mod working_days;
mod year;
