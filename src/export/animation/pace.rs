//! How large a film is and how fast it goes.

/// Shape and pace of an animation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Pixels of every frame.
    pub size: [u32; 2],
    /// Frames in all, ≥ 1.
    pub frames: u32,
    /// Frames per second, > 0.
    pub fps: f32,
    /// Play for ever, or once.
    pub forever: bool,
}

/// How long a frame is shown in parts of a second, so that the sum keeps pace with the
/// clock.
pub(super) fn delay(frame: u32, fps: f32, parts: f64) -> f64 {
    let at = |n: u32| (f64::from(n) * parts / f64::from(fps)).round();
    at(frame + 1) - at(frame)
}
