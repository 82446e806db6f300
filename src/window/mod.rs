//! The window: eframe, the loop that connects state, engine and gallery, and the
//! adapters behind the doors of [`crate::app::ports`].

pub mod adapters;
pub mod blind_window;
mod clipboard;
pub mod desktop;
mod films;
pub mod frame_bench;
pub mod gallery_bench;
mod refusals;
pub mod run;
pub mod sample;
pub mod save;
pub mod studio_app;
pub mod window_icon;

pub use run::{RunError, RunOptions, run};
pub use studio_app::StudioApp;
