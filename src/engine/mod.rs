//! The engine: one long-lived inference thread behind a protocol of plain data.
//!
//! * [`protocol`] is all that the window and the command line know;
//! * `mailbox` is where requests arrive (latest-wins previews, jobs in order),
//!   `desk` decides what is served next, `studio` is who serves it;
//! * `rooms` is the real studio: it holds the networks and hands each request to
//!   the file that knows how ([`photo`], `stylize`, `jobs`, …).

mod backend;
mod cache_file;
mod config;
mod device;
mod directions;
mod engine_error;
mod errors;
mod estimate;
mod explore;
#[cfg(test)]
mod fallback_tests;
mod fine;
mod handle;
mod inference_worker;
mod jobs;
mod lens;
mod mailbox;
pub mod memory;
mod photos;
mod progress;
pub mod protocol;
mod recent;
mod recipes;
mod resample;
mod scheduler;
mod styling;
mod stylize;
mod swatches;
#[cfg(test)]
mod worker_tests;

pub use config::{DeviceChoice, EngineConfig, Precision, UnknownDevice, UnknownPrecision};
pub use handle::{Engine, LocalEngine};
pub use recipes::explore_recipe;
