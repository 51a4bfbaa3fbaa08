//! Why intake cannot take anything at the moment, although nothing is wrong with what was sent.

/// A reason to come again later. Nothing of the batch is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// More is waiting than may wait.
    #[error("the server takes in as much as it can; send the batch again")]
    Overloaded,
    /// The clock says less than the newest receipt: a receipt now would break the log's order.
    #[error("the server's clock is behind its newest receipt ({newest}); an operator must set it, intake goes on by itself")]
    ClockBehind {
        /// Receipt of the newest event, RFC 3339.
        newest: String,
    },
    /// No room on the disk.
    #[error("the disk of the server is full; intake goes on by itself when there is room")]
    DiskFull,
    /// Another process keeps the database's lock.
    #[error("the database is locked by another process; send the batch again")]
    Locked,
    /// Any other failure of the store; the log of the server says which.
    #[error("the store cannot be written at the moment; send the batch again")]
    Store,
    /// The server is on its way down.
    #[error("the server is stopping; send the batch again")]
    Stopping,
}

impl Unavailable {
    /// Seconds after which trying again makes sense: one where a moment helps, more where a person has to do something.
    pub fn retry_after_s(&self) -> u32 {
        match self {
            Self::Overloaded | Self::Locked | Self::Stopping => 1,
            Self::ClockBehind { .. } | Self::DiskFull | Self::Store => 5,
        }
    }

    /// The reason as one word, for metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Overloaded => "overloaded",
            Self::ClockBehind { .. } => "clock_behind",
            Self::DiskFull => "disk_full",
            Self::Locked => "locked",
            Self::Store => "store",
            Self::Stopping => "stopping",
        }
    }

    /// What a failure of the store means for a sender.
    pub(crate) fn from_store(error: &sql::Error) -> Self {
        match error {
            sql::Error::ClockBehind { newest, .. } => Self::ClockBehind { newest: newest.clone() },
            error if error.is_full() => Self::DiskFull,
            error if error.is_busy() => Self::Locked,
            _ => Self::Store,
        }
    }
}
