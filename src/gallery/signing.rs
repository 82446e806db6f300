//! Picture files: encoded within a size where asked, signed last where the
//! user wants Content Credentials, and on disk whole or not at all.

use std::path::Path;

use crate::export::atomic::{self, Existing};
use crate::export::{self, ExportError, Labels, Provenance, presets};
use crate::gallery::Gallery;
use crate::gallery::protocol::Format;
use crate::picture::{DeepPicture, Picture};
use crate::recipe::Recipe;

/// A picture and everything that belongs into its file.
// Some fields are read only where there is a signature.
#[cfg_attr(not(feature = "c2pa"), allow(dead_code))]
pub(crate) struct PictureFile<'a> {
    pub(crate) picture: &'a Picture,
    /// The same with 16 bits a channel, where those are written.
    pub(crate) deep: Option<&'a DeepPicture>,
    pub(crate) format: Format,
    pub(crate) labels: &'a Labels,
    /// Most bytes, for formats with a quality.
    pub(crate) max_bytes: Option<u64>,
    /// How it was made, for the signature.
    pub(crate) recipe: Option<&'a Recipe>,
    pub(crate) origin: &'a Provenance,
    pub(crate) source_names: bool,
    /// The gallery's file of which it is a copy, and whether its pixels are others.
    pub(crate) copy_of: Option<(&'a Path, bool)>,
}

impl Gallery {
    /// Whether files are signed.
    pub(crate) fn signs(&self) -> bool {
        export::credentials::BUILT_IN
            && self.settings().sign
            && self.settings().credentials.is_some()
    }

    /// Writes it; returns once it is safely on disk.
    pub(crate) fn write_picture_file(
        &self,
        path: &Path,
        existing: Existing,
        f: &PictureFile<'_>,
    ) -> Result<(), ExportError> {
        #[cfg(feature = "c2pa")]
        if self.signs() {
            return atomic::write_bytes(path, existing, &self.signed_bytes(f)?);
        }
        if let Some(deep) = f.deep {
            return atomic::write_bytes(path, existing, &deep_bytes(deep, f)?);
        }
        match f.limit() {
            Some(most) => {
                let (bytes, _) = presets::within(f.picture, f.format, f.labels, most)?;
                atomic::write_bytes(path, existing, &bytes)
            }
            None => export::write_with(path, f.picture, f.format, f.labels, existing),
        }
    }

    /// Its bytes with the signature. How long that is shows only afterwards: a file
    /// that came out too large is made anew, smaller by what it was too large.
    #[cfg(feature = "c2pa")]
    fn signed_bytes(&self, f: &PictureFile<'_>) -> Result<Vec<u8>, ExportError> {
        use crate::export::credentials::{Keys, Statement, sign};
        let folder = self.settings().credentials.clone().unwrap_or_default();
        let keys = Keys::open(&folder)?;
        let statement = Statement {
            recipe: f.recipe,
            origin: f.origin,
            source_names: f.source_names,
            copy_of: f.copy_of.map(|(path, _)| path),
            resized: f.copy_of.is_some_and(|(_, resized)| resized),
        };
        let mut limit = f.limit();
        loop {
            let bytes = match (f.deep, limit) {
                (Some(deep), _) => deep_bytes(deep, f)?,
                (None, Some(most)) => presets::within(f.picture, f.format, f.labels, most)?.0,
                (None, None) => export::encode_to_bytes(f.picture, f.format, f.labels)?,
            };
            let signed = sign(bytes, f.container(), &statement, &keys)?;
            let over = f
                .limit()
                .map_or(0, |most| (signed.len() as u64).saturating_sub(most));
            if over == 0 {
                return Ok(signed);
            }
            limit = limit.map(|r| r.saturating_sub(over));
        }
    }
}

fn deep_bytes(deep: &DeepPicture, f: &PictureFile<'_>) -> Result<Vec<u8>, ExportError> {
    let mut out = std::io::Cursor::new(Vec::new());
    export::encode_deep(deep, f.format, f.labels, &mut out)?;
    Ok(out.into_inner())
}

impl PictureFile<'_> {
    fn limit(&self) -> Option<u64> {
        let has_quality = matches!(self.format, Format::Jpeg(_) | Format::WebPLossy(_));
        self.max_bytes.filter(|_| has_quality)
    }

    #[cfg(feature = "c2pa")]
    fn container(&self) -> export::container::Container {
        use export::container::Container as C;
        match self.format {
            Format::Png => C::Png,
            Format::Jpeg(_) => C::Jpeg,
            Format::WebP | Format::WebPLossy(_) => C::WebP,
            Format::Tiff => C::Tiff,
        }
    }
}
