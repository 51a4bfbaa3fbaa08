//! What can go wrong while rolling up.

/// A failed pass.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("the aggregator could not use the store")]
    Store(#[from] sql::Error),
    /// polars failed.
    #[error("the aggregator could not compute a frame")]
    Frame(#[from] polars::error::PolarsError),
    /// The computing thread ended.
    #[error("the aggregator's computing thread ended")]
    Worker(#[source] tokio::task::JoinError),
}
