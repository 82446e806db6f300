//! The workspace *Explore*: a generator, its sliders, variations, walks, bookmarks.

pub mod bookmarks;
pub mod class;
pub mod drag;
pub mod panel;
pub mod size;
pub mod toolbar;
pub mod transform;
pub mod variations;
pub mod workspace;
