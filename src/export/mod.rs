//! Pictures leave the house: files with pixels, recipe and honest labels, written
//! whole or not at all.

pub mod animation;
pub mod atomic;
pub mod caption;
pub mod container;
pub mod credentials;
mod deep;
mod dither;
pub mod encode;
mod error;
pub mod format;
pub mod hidden_settings;
pub mod metadata;
pub mod options;
pub mod origin;
mod photo_credit;
pub mod presets;
pub mod provenance;
pub mod resize;
pub mod rights;
pub mod sheet;
mod source_type;
pub mod xmp;

pub(crate) use deep::converted;
pub use deep::{encode_deep, write_deep};
pub use encode::{Labels, encode_to_bytes};
pub use error::ExportError;
pub use photo_credit::PhotoCredit;
pub use provenance::{CardLines, Cards, Provenance};
pub use source_type::SourceType;

use std::borrow::Cow;
use std::path::Path;

use crate::export::format::Format;
use crate::picture::{ColorSpace, Picture};
use crate::recipe::Recipe;

/// What goes into a file, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteOptions {
    /// File format.
    pub format: Format,
    /// Write the recipe.
    pub recipe: bool,
    /// Write names and folders of sources.
    pub source_names: bool,
    /// Write who made the photos that went in, under what terms, their title and when they
    /// were taken, as far as the photos' files say.
    pub photo_credit: bool,
    /// Write when the picture was made. Without it, equal settings give equal files.
    pub dated: bool,
    /// Replace a file of the same name.
    pub replace: bool,
    /// Pixels per inch, for print.
    pub dpi: Option<u16>,
    /// Embed the sRGB profile in PNG, too. The other formats always carry it; PNG
    /// otherwise says "sRGB" in one byte, which a few print programs don't read.
    pub profile: bool,
    /// 16 bits a channel, in PNG and TIFF.
    pub sixteen: bool,
    /// The space that the colours are written in, with its profile.
    pub space: ColorSpace,
}

impl WriteOptions {
    /// The recipe written without names of sources, nothing replaced.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            recipe: true,
            source_names: false,
            photo_credit: true,
            dated: true,
            replace: false,
            dpi: None,
            profile: false,
            sixteen: false,
            space: ColorSpace::Srgb,
        }
    }

    /// Whether pictures are written as they are in memory.
    pub fn is_plain(&self) -> bool {
        !self.sixteen && self.space == ColorSpace::Srgb
    }
}

/// Everything that is decided about writing a picture that was just made: the same for one
/// photo and for each of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// Format, and what goes in.
    pub options: WriteOptions,
    /// The user's name; empty for none.
    pub creator: String,
    /// The user's own rights line; empty for none.
    pub rights: String,
}

impl Writing {
    /// Without a user's name.
    pub fn new(options: WriteOptions) -> Self {
        Self {
            options,
            creator: String::new(),
            rights: String::new(),
        }
    }

    /// Writes a picture with its recipe and labels; returns once it is safely on disk.
    ///
    /// # Errors
    /// As [`write`].
    pub fn write(
        &self,
        path: &Path,
        picture: &Picture,
        recipe: &Recipe,
        cards: &Cards,
    ) -> Result<(), ExportError> {
        let mut recipe = Cow::Borrowed(recipe);
        if !self.options.dated {
            recipe.to_mut().forget_day();
        }
        let provenance = Provenance::of(&recipe, cards, &self.creator, &self.rights);
        write(path, picture, Some(&recipe), &provenance, &self.options)
    }
}

/// The format that a file name asks for; quality 92 for JPEG.
pub fn format_of(path: &Path) -> Option<Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "png" => Some(Format::Png),
        "jpg" | "jpeg" => Some(Format::Jpeg(92)),
        "webp" => Some(Format::WebP),
        "tif" | "tiff" => Some(Format::Tiff),
        _ => None,
    }
}

/// The usual extension of a format.
pub fn extension(format: Format) -> &'static str {
    match format {
        Format::Png => "png",
        Format::Jpeg(_) => "jpg",
        Format::WebP | Format::WebPLossy(_) => "webp",
        Format::Tiff => "tif",
    }
}

/// Everything beside the pixels that [`write`] puts into a file: for a preview of
/// exactly what goes in, see [`Labels::preview`].
pub fn labels(recipe: Option<&Recipe>, provenance: &Provenance, options: &WriteOptions) -> Labels {
    let json = recipe.filter(|_| options.recipe).map(|r| {
        let mut recipe = Cow::Borrowed(r);
        if !options.source_names {
            recipe = Cow::Owned(recipe.without_source_names());
        }
        if !options.photo_credit {
            recipe = Cow::Owned(recipe.without_photo_credit());
        }
        recipe.to_json()
    });
    let mut provenance = Cow::Borrowed(provenance);
    if !options.photo_credit {
        provenance.to_mut().photo = PhotoCredit::default();
    }
    let credit = provenance.with_photo();
    let mut packet = provenance.packet();
    if let Some(json) = &json {
        packet.put_recipe(json.clone());
    }
    Labels {
        xmp: Some(packet),
        recipe_json: json,
        exif: credit.as_ref().and_then(PhotoCredit::exif),
        iptc: credit.as_ref().and_then(PhotoCredit::iptc),
        credit,
        dpi: options.dpi,
        profile: options.profile,
        panorama: matches!(
            recipe.map(|recipe| &recipe.making),
            Some(making) if making.is_panorama()
        ),
        space: options.space,
    }
}

/// Writes a picture with its recipe and labels; returns once it is safely on disk.
///
/// # Errors
/// A full disk, a folder that is read-only or missing, a file of that name (unless
/// it may be replaced), a picture that the format can't hold. Nothing is left behind.
pub fn write(
    path: &Path,
    picture: &Picture,
    recipe: Option<&Recipe>,
    provenance: &Provenance,
    options: &WriteOptions,
) -> Result<(), ExportError> {
    if !options.is_plain() {
        let deep = deep::converted(picture, options.space)?;
        return write_deep(path, &deep, recipe, provenance, options);
    }
    let labels = labels(recipe, provenance, options);
    let existing = if options.replace {
        atomic::Existing::Replace
    } else {
        atomic::Existing::Keep
    };
    write_with(path, picture, options.format, &labels, existing)
}

/// As [`write`], with labels that the caller has put together.
///
/// # Errors
/// As [`write`].
pub fn write_with(
    path: &Path,
    picture: &Picture,
    format: Format,
    labels: &Labels,
    existing: atomic::Existing,
) -> Result<(), ExportError> {
    atomic::write_file(path, existing, |out| {
        let mut out = atomic::Noting::new(out);
        let result = encode::encode(picture, format, labels, &mut out);
        result.map_err(|e| match out.failure() {
            Some(failure) => ExportError::writing(path, failure),
            None => e,
        })
    })
}
