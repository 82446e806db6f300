//! How serious a message is.

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Good news.
    Info,
    /// Take care.
    Warning,
    /// Didn't work.
    Error,
}
