//! Why a picture can't be grown.

/// What is wrong, in words for the user that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrowError {
    /// Stopped by the user or by a newer request.
    #[error("stopped")]
    Cancelled,
    /// The source has too few pixels to find anything in.
    #[error(
        "this picture is only {0} x {1} pixels; Grow needs at least {least} on each side, so take a larger one",
        least = super::LEAST_SIDE
    )]
    SmallSource(u32, u32),
    /// Every pixel is the same.
    #[error("this picture is all one colour; there is nothing in it to grow from, so take another")]
    OneColour,
    /// Every pixel is transparent.
    #[error(
        "this picture is wholly transparent; there is nothing in it to grow from, so take another"
    )]
    Transparent,
    /// The result's size is out of range.
    #[error(
        "{0} x {1} pixels can't be grown; choose sides from {least} to {most} and at most {pixels} megapixels",
        least = super::LEAST_SIDE,
        most = super::MOST_SIDE,
        pixels = super::MOST_PIXELS / 1_000_000
    )]
    Size(u32, u32),
    /// Nothing but hole.
    #[error(
        "the part to fill leaves no whole patch of the picture to fill it with; mark less of it"
    )]
    NothingKnown,
    /// The mask has another size.
    #[error("the mask is {0} x {1} pixels and the picture is not; give one of the same size")]
    MaskSize(u32, u32),
    /// Two wishes that exclude each other.
    #[error("{0}")]
    Clash(&'static str),
}
