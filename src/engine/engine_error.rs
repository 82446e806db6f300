//! What can go wrong in the engine.

/// Why something didn't work, in words for the user that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Stopped by the user or by a newer request.
    #[error("stopped")]
    Cancelled,
    /// No such model.
    #[error("there is no model called '{0}' here; `limner models list` shows those that are")]
    NoModel(String),
    /// The model's files are no good.
    #[error("the model '{name}' can't be used: {reason}")]
    BadModel {
        /// Which.
        name: String,
        /// Why.
        reason: String,
    },
    /// A picture can't be read.
    #[error("{reason}: {path}")]
    BadPicture {
        /// Why, and what to do.
        reason: String,
        /// Which.
        path: String,
    },
    /// A setting makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// A file can't be written.
    #[error("{reason}: {path}")]
    Write {
        /// Why, and what to do.
        reason: String,
        /// Which.
        path: String,
    },
    /// Not enough memory, whatever the tile.
    #[error("not enough memory: {0}")]
    Memory(String),
    /// A defect of ours; the engine goes on.
    #[error("something went wrong inside Limner ({0}); the studio goes on, please report it")]
    Internal(String),
}
