//! What a store can fail with.

use thiserror::Error;

/// What a store can fail with, by what the caller can do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The queue of units is full: try again soon.
    #[error("the store's queue is full")]
    Overloaded,
    /// No room on the disk: nothing of the unit was kept.
    #[error("the disk is full")]
    Full,
    /// Others kept the store for too long, or it cannot be reached: nothing of the unit was kept.
    #[error("the store is kept busy by others, or cannot be reached")]
    Busy,
    /// The connection was lost at the commit: the unit may be kept or not.
    #[error("the connection was lost at the commit: whether it was kept is not known")]
    Uncertain,
    /// A rule of the schema would be broken: the store's own net, not an expected answer.
    #[error("a constraint failed: {0}")]
    Constraint(String),
    /// Stored rows are not what they must be.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// A newer, older or other kind of store than this program can open; says which.
    #[error("{0}")]
    Refused(String),
    /// The unit panicked; nothing of it was kept.
    #[error("a unit of work panicked")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// Anything else the database says.
    #[error("database: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The same failure for another unit of the group.
    pub(super) fn alike(&self) -> StoreError {
        match self {
            StoreError::Overloaded => StoreError::Overloaded,
            StoreError::Full => StoreError::Full,
            StoreError::Busy => StoreError::Busy,
            StoreError::Uncertain => StoreError::Uncertain,
            StoreError::Constraint(text) => StoreError::Constraint(text.clone()),
            StoreError::Corrupt(text) => StoreError::Corrupt(text.clone()),
            StoreError::Refused(text) => StoreError::Refused(text.clone()),
            StoreError::Panicked => StoreError::Panicked,
            StoreError::Closed => StoreError::Closed,
            StoreError::Database(error) => StoreError::Database(error.to_string().into()),
        }
    }
}
