//! Models from the Hugging Face hub, or a mirror that speaks its routes.
//!
//! Own ranged requests over a small blocking client, into the cache layout that all of
//! the hub's programs share. The `hf-hub` crate was the other choice: 1.0 neither goes
//! on with a cut download, nor stops when told, nor looks at the bytes it got, and 0.5
//! does the first only.
//!
//! * `config` is where and as whom, from the environment; `client` asks the routes;
//! * `cache` is the shared folder, `transfer` brings one file into it, whole and hashed;
//! * `pull` makes a model folder of a repository's file; `catalog` is the curated list;
//! * `service` is the window's way here: threads behind the plain data of `protocol`,
//!   with `begun` remembering unfinished downloads from start to start.
//!
//! Nothing here opens a socket unless a caller asks for it by name.

mod cache;
pub mod catalog;
mod client;
mod config;
mod control;
mod error;
mod importing;
mod pending_downloads;
pub mod protocol;
mod proxy;
mod pull;
pub mod service;
mod transfer;
mod worker;

pub use client::{Found, Hub, RemoteFile, Repo};
pub use config::{HubConfig, Patience};
pub use error::HubError;
pub use proxy::ProxyConfig;
pub use pull::{Pulled, importable, pull};
pub use transfer::{Flow, Progress};
