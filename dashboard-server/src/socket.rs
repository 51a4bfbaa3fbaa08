//! A WebSocket on a raw TCP stream, made for many viewers of the same bytes.
//!
//! Owns frames, the outgoing queue and the handshake. A shared message is framed once and written to
//! every viewer as it is; nothing is buffered for a viewer who keeps up. Must never know boards.

pub(crate) mod frame;
pub(crate) mod handshake;
pub(crate) mod outlet;
pub(crate) mod reader;

pub(crate) use frame::Framed;
pub(crate) use outlet::Outlet;
pub(crate) use reader::{Incoming, Reader};

/// Close codes of RFC 6455 and of the contract.
pub(crate) mod close {
    /// The server restarts.
    pub(crate) const RESTARTING: u16 = 1012;
    /// A frame broke the protocol.
    pub(crate) const PROTOCOL: u16 = 1002;
    /// Something other than text came.
    pub(crate) const UNSUPPORTED: u16 = 1003;
    /// Text that is not UTF-8.
    pub(crate) const NOT_UTF8: u16 = 1007;
    /// A message over the limit.
    pub(crate) const TOO_BIG: u16 = 1009;
    /// The session ended.
    pub(crate) const SESSION_ENDED: u16 = 4401;
    /// No subscribe in time.
    pub(crate) const NO_SUBSCRIBE: u16 = 4408;
    /// Too many messages or sockets.
    pub(crate) const TOO_MANY: u16 = 4429;
}
