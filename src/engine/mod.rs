//! The engine: one long-lived inference thread behind a protocol of plain data.
//!
//! * [`protocol`] is all that the window and the command line know;
//! * `mailbox` is where requests arrive (latest-wins previews, jobs in order),
//!   `desk` decides what is served next, `studio` is who serves it;
//! * `rooms` is the real studio: it holds the networks and hands each request to
//!   the file that knows how ([`photo`], `stylize`, `jobs`, …).

pub mod cancel;
mod config;
mod desk;
mod handle;
mod mailbox;
pub mod photo;
mod progress;
pub mod protocol;
mod rooms;
mod studio;
#[cfg(test)]
mod worker_tests;

pub use config::{DeviceChoice, EngineConfig, UnknownDevice};
pub use handle::{Engine, LocalEngine};
