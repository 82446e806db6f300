//! The workspace *Explore*: a generator, its sliders, variations, walks, bookmarks.

pub mod class;
pub mod kept;
pub mod neighbours;
pub mod panel;
pub mod size;
pub mod toolbar;
pub mod walk;
pub mod workspace;
