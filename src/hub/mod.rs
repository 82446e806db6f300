//! Models from the Hugging Face hub, or a mirror that speaks its routes.
//!
//! Own ranged requests over a small blocking client, into the cache layout that all of
//! the hub's programs share; the names in it come from `hf-hub` 0.5, over the same `ureq`.
//! The rest of that crate doesn't do what is needed here: its agent takes any proxy
//! variable for any scheme, waits without an end and can't be broken off; its listing has
//! neither sizes nor hashes nor licences; its downloads look at no hash and no stop; a
//! revision is escaped only where it holds a slash; the token comes from one file, the
//! variables but `HF_HOME` and `HF_ENDPOINT` are not read. `hf-hub` 1.0 brings about 110
//! crates and a C build.
//!
//! * `config` is where and as whom, from the environment; `client` asks the routes, goes
//!   where `redirect` lets it, and gives up when `pace` says so;
//! * `licence` tells one licence's text from another;
//! * `cache` is the shared folder, `transfer` brings one file into it, whole and hashed;
//! * `offer` says what there is to be had, `pull` makes a model folder of a repository's
//!   file; `catalog` is the curated list;
//! * `service` is the window's way here: threads behind the plain data of `protocol`,
//!   with `pending_downloads` remembering unfinished downloads from start to start.
//!
//! Nothing here opens a socket unless a caller asks for it by name.

mod cache;
pub mod catalog;
mod client;
mod config;
mod control;
mod emitter;
mod error;
mod importing;
mod licence;
mod offer;
mod pace;
mod pending_downloads;
pub mod protocol;
mod proxy;
mod pull;
mod redirect;
pub mod service;
mod transfer;
mod trouble;
mod worker;

pub use client::{Found, Hub, RemoteFile, Repo};
pub use config::{HubConfig, RetryPolicy, SLOW_FOR, SLOWEST};
pub use error::HubError;
pub use offer::offer;
pub use proxy::ProxyConfig;
pub use pull::{Pulled, importable, pull};
pub use transfer::{Flow, Progress};
