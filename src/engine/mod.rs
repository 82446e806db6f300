//! The engine: one long-lived inference thread behind a protocol of plain data.
//!
//! * [`protocol`] is all that the window and the command line know;
//! * `mailbox` is where requests arrive (latest-wins previews, jobs in order),
//!   `scheduler` decides what is served next, `backend` is the seam to who serves it;
//! * `inference_worker` is the real backend; `inference_state` holds the networks and
//!   photos and makes previews, `jobs` has a file for each kind of whole job.

mod backend;
mod cache_file;
mod cards;
mod config;
mod contents;
mod device;
mod device_info;
mod directions;
pub mod drag_job;
mod engine_error;
mod enlarge;
mod errors;
mod estimate;
mod explore;
#[cfg(test)]
mod fallback_tests;
mod film_hold;
pub mod film_job;
mod fine;
mod fine_estimate;
mod fine_tiles;
mod fine_unfinished;
mod fine_wrap;
mod full_turn;
mod grow;
mod grow_inputs;
mod handle;
mod inference_state;
mod inference_worker;
mod jobs;
mod learn_job;
mod learning;
mod lens;
mod mailbox;
pub mod memory;
mod painter;
mod photos;
mod preview;
mod progress;
pub mod protocol;
mod rank;
mod recent;
mod recipes;
mod resample;
mod running;
mod scheduler;
mod spaces_look;
mod spaces_preview;
mod style_frames;
mod style_task;
mod style_walk;
mod styling;
mod stylize;
pub mod surface_job;
mod swatches;
mod weight;
#[cfg(test)]
mod worker_tests;

pub use cards::cards;
pub use config::{DeviceChoice, EngineConfig, Precision, UnknownDevice, UnknownPrecision};
pub use handle::{Engine, LocalEngine};
pub use recipes::explore_recipe;
