//! The moment at which something is carried out.

/// What a dispatch needs to know of the moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Now {
    /// Seconds since the window opened.
    pub time: f64,
    /// A button of the pointer is down: what changes is dragged.
    pub pointer_down: bool,
}
