//! What can go wrong between a picture and a surface.

/// Why there is no surface.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpacesError {
    /// Nobody waits for it any more.
    #[error("cancelled")]
    Cancelled,
    /// Too few pixels for what is asked.
    #[error("this picture has {0} x {1} pixels; it needs at least {2} a side")]
    TooSmall(u32, u32, u32),
    /// A number outside its range.
    #[error("{name} is {value}; it goes from {least} to {most}")]
    Range {
        /// The setting.
        name: &'static str,
        /// As given.
        value: String,
        /// Smallest value.
        least: f32,
        /// Largest value.
        most: f32,
    },
    /// Panoramas are twice as wide as high.
    #[error("this picture has {0} x {1} pixels; a panorama is twice as wide as high")]
    NotAPanorama(u32, u32),
    /// A strip that would reach beyond a pole.
    #[error(
        "at this view angle the photo is {high}° high and would reach over a pole; give a smaller view angle, or move the horizon towards its middle"
    )]
    StripOverPole {
        /// Degrees from its first row to its last.
        high: u32,
    },
    /// Canvas goes to the frame without a mat.
    #[error("a picture on canvas has no mat; leave the mat or the canvas out")]
    MatOnCanvas,
    /// Bytes that can't be put into a file of this kind.
    #[error("the file can't be made: {0}")]
    Encode(String),
}
