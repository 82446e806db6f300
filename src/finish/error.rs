//! Why a picture can't be finished.

/// What is wrong, in words for the user that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FinishError {
    /// Stopped by the user or by a newer request.
    #[error("stopped")]
    Cancelled,
    /// The result would be too large.
    #[error(
        "A picture of {0} x {1} pixels is too large; choose a size of at most {most} megapixels",
        most = super::MOST_PIXELS / 1_000_000
    )]
    Size(u32, u32),
}
