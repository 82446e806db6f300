//! Content Credentials (C2PA): what a picture claims about itself, signed. Written
//! and checked only in programs built with the feature `c2pa`; others know that they
//! are there and say that they don't check them.

#[cfg(feature = "c2pa")]
mod check;
mod error;
#[cfg(feature = "c2pa")]
mod keys;
mod named;
#[cfg(feature = "c2pa")]
mod sign;

pub use error::CredentialError;
#[cfg(feature = "c2pa")]
pub use keys::Keys;
pub use named::{named, stated_source_type};
#[cfg(feature = "c2pa")]
pub use sign::{Statement, sign};

use std::path::Path;

/// Whether this program signs and checks.
pub const BUILT_IN: bool = cfg!(feature = "c2pa");

/// What holds of a picture's Content Credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody looked: this program is built without the feature.
    Unchecked,
    /// The picture is not what was signed, or the signature is wrong.
    Broken,
    /// Nothing was changed since signing; who signed isn't vouched for.
    Intact,
    /// Signed with the certificate that this Limner made itself.
    Own,
}

/// Content Credentials as a person reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Whether they can be relied on.
    pub standing: Standing,
    /// What they say, a sentence each.
    pub lines: Vec<String>,
}

/// Checks the Content Credentials of a file that carries some. `folder` is where the
/// own certificate lies, if there is one.
pub fn check(path: &Path, folder: Option<&Path>) -> Claims {
    #[cfg(feature = "c2pa")]
    {
        check::check(path, folder)
    }
    #[cfg(not(feature = "c2pa"))]
    {
        // Nothing to compare with.
        let _ = (path, folder);
        Claims {
            standing: Standing::Unchecked,
            lines: vec!["It carries Content Credentials, which this Limner doesn't check.".into()],
        }
    }
}

/// The media type of a picture file, as C2PA names it.
#[cfg(feature = "c2pa")]
fn media_type(container: super::container::Container) -> &'static str {
    use super::container::Container as C;
    match container {
        C::Png => "image/png",
        C::Jpeg => "image/jpeg",
        C::WebP => "image/webp",
        C::Tiff => "image/tiff",
        C::Gif => "image/gif",
    }
}
