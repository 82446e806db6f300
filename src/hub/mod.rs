//! Models from the Hugging Face hub: looked for, fetched with care, checked, and
//! brought in through [`crate::import`].
//!
//! Nothing here begins by itself, and offline no connection can be opened: [`client`]
//! is the only place where one comes from.
//!
//! hf-hub gives addresses and cache names. The transfer is our own over ureq (which
//! hf-hub 0.5 brings along), because an artist must be able to pause, cancel and
//! resume: hf-hub 1.0 starts over after a cut, can't be stopped and checks no bytes;
//! 0.5 resumes, but checks neither status nor bytes and can't be stopped either.

mod cache;
mod catalog;
mod checksum;
mod client;
mod control;
mod error;
mod fetch;
mod install;
mod listing;
mod offer;
mod pace;
mod pull;
mod repo;
mod search;
mod settings;

pub use cache::RepoCache;
pub use catalog::{Catalog, CatalogEntry, CatalogFile};
pub use checksum::Checksum;
pub use control::Control;
pub use error::{HubError, megabytes};
pub use install::Pulled;
pub use listing::{Listing, RemoteFile};
pub use offer::{Offer, Order};
pub use pull::{Hub, Phase, Progress};
pub use repo::RepoId;
pub use search::{Hit, search};
pub use settings::{HubSettings, PUBLIC, Patience, Token};
