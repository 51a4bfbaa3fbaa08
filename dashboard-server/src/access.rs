//! Who asks, and what they may do.

pub(crate) mod actor;
pub(crate) mod can;
pub mod password;
pub(crate) mod secret;
pub(crate) mod throttle;

pub(crate) use actor::Actor;
pub(crate) use can::{Action, can};
