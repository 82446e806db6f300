//! The gallery: a folder of picture files that carry their recipes. The files are
//! the truth; the index can be thrown away.

mod about;
pub mod album_edit;
mod albums;
mod bin;
mod colours;
mod copies;
pub mod decode;
mod describe;
mod error;
mod family;
mod fingerprint;
mod index;
pub mod layout;
mod path_text;
mod picture_id;
pub mod protocol;
mod reconcile;
mod same;
mod search;
pub mod service;
pub mod session_pictures;
mod sidecar;
mod signing;
mod snapshot;
mod store;
mod thumbcache;
mod unknown;
mod words;

pub use about::about;
pub use colours::prevailing;
pub use describe::{FileStamp, hash_file};
pub use error::GalleryError;
pub use layout::default_folder;
pub use reconcile::Changes;
pub use store::Gallery;
pub use thumbcache::{CAPACITY, ThumbCache};
