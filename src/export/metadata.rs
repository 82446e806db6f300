//! What a picture file says about itself: our recipe, other programs' settings,
//! labels and reserved rights; and how to take all of it out again.

use std::io::BufReader;
use std::path::Path;

use super::container::tiff::ExifTexts;
use super::container::{self, Container, Contents};
use super::source_type::SourceType;
use super::xmp::{self, Properties, UserLabels, ns};
use super::{ExportError, atomic, credentials, rights};
use crate::picture::panorama::is_panorama;
use crate::recipe::foreign::{self, FileTexts, Foreign};
use crate::recipe::{Recipe, RecipeError};
use crate::regular_file;

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct FileMetadata {
    /// Kind of file, whatever its name says.
    pub container: Container,
    /// Pixels as shown: after the rotation that EXIF asks for.
    pub size: [u32; 2],
    /// Our recipe.
    pub recipe: Option<Recipe>,
    /// The recipe's JSON as it stands in the file.
    pub recipe_json: Option<String>,
    /// Why there is JSON but no recipe: from a newer Limner, or damaged.
    pub recipe_error: Option<RecipeError>,
    /// Stars, title and tags inside the file.
    pub labels: UserLabels,
    /// What it claims to be.
    pub source_type: Option<SourceType>,
    /// Settings of another program.
    pub foreign: Option<Foreign>,
    /// What the user should know before using it as a style or a source.
    pub notes: Vec<String>,
    /// It carries Content Credentials.
    pub c2pa: bool,
    /// All labels.
    pub xmp: Properties,
}

impl FileMetadata {
    /// Whether it says to be a whole equirectangular panorama (Photo Sphere XMP) and is twice as wide
    /// as high.
    pub fn is_panorama(&self) -> bool {
        self.is_equirectangular() && is_panorama(self.size)
    }

    /// Whether it calls itself an equirectangular panorama of everything around (Photo Sphere XMP).
    /// One that is cropped is none.
    pub fn is_equirectangular(&self) -> bool {
        let told = |name: &str| self.xmp.first(ns::GPANO, name);
        let number = |name: &str| told(name).and_then(|text| text.trim().parse::<f64>().ok());
        let whole = |part: &str, full: &str| match (number(part), number(full)) {
            (Some(part), Some(full)) => (part - full).abs() <= 2.0,
            _ => true,
        };
        told("ProjectionType").is_some_and(|kind| kind.eq_ignore_ascii_case("equirectangular"))
            && whole("CroppedAreaImageWidthPixels", "FullPanoWidthPixels")
            && whole("CroppedAreaImageHeightPixels", "FullPanoHeightPixels")
    }
}

/// Reads a file's labels without decoding its pixels.
///
/// # Errors
/// [`ExportError::NotFound`], [`ExportError::NotAPicture`], or the failure of the disk.
pub fn read(path: &Path) -> Result<FileMetadata, ExportError> {
    container::scan(path).map(from_contents)
}

/// Reads a recipe out of a file.
///
/// # Errors
/// As [`read`].
pub fn read_recipe(path: &Path) -> Result<Option<Recipe>, ExportError> {
    read(path).map(|m| m.recipe)
}

/// Makes sense of what a file holds.
pub fn from_contents(c: Contents) -> FileMetadata {
    let mut properties = Properties::default();
    for packet in &c.xmp {
        properties.merge(xmp::parse(packet));
    }
    let exif = c.exif.as_deref().map(container::tiff::parse_exif);
    let exif = exif.unwrap_or_default();
    let json = c
        .text(super::encode::PNG_KEYWORD)
        .or_else(|| properties.first(ns::LIMNER, "Recipe"))
        .or_else(|| c.text(super::encode::PNG_PLAIN_KEYWORD))
        .or_else(|| gif_comment(&c))
        .map(str::to_owned);
    let (recipe, recipe_error) = match json.as_deref().map(Recipe::from_json) {
        Some(Ok(recipe)) => (Some(recipe), None),
        Some(Err(e)) => (None, Some(e)),
        None => (None, None),
    };
    let foreign = if json.is_none() {
        others_settings(&c, &exif, &properties)
    } else {
        None
    };
    let mut notes = rights::reservations(&properties, &exif.copyright);
    if let Some(f) = &foreign {
        notes.push(format!("It carries settings of {}.", f.program));
    }
    if let Some(words) = credentials::named(&c) {
        notes.push(format!("It carries {words}."));
    }
    let source_type = properties
        .first(ns::IPTC_EXT, "DigitalSourceType")
        .and_then(SourceType::from_uri);
    let mut size = c.size;
    if (5..=8).contains(&exif.orientation) {
        size.swap(0, 1);
    }
    FileMetadata {
        container: c.container,
        size,
        recipe,
        recipe_json: json,
        recipe_error,
        labels: UserLabels::from_properties(&properties),
        source_type,
        foreign,
        notes,
        c2pa: c.c2pa,
        xmp: properties,
    }
}

/// Settings of another program, wherever such programs leave them.
fn others_settings(c: &Contents, exif: &ExifTexts, xmp: &Properties) -> Option<Foreign> {
    let label = |uri, name| xmp.first(uri, name).unwrap_or_default();
    foreign::recognise(&FileTexts {
        chunks: &c.texts,
        comment: &exif.comment,
        description: &exif.description,
        make: &exif.make,
        model: &exif.model,
        software: &exif.software,
        maker_note: &exif.maker_note,
        xmp_comment: label(ns::EXIF, "UserComment"),
        xmp_description: label(ns::DC, "description"),
        xmp_tool: label(ns::XMP, "CreatorTool"),
    })
}

/// Our GIFs carry the recipe as a comment that starts like one.
fn gif_comment(c: &Contents) -> Option<&str> {
    if c.container != Container::Gif {
        return None;
    }
    c.texts
        .iter()
        .map(|(_, t)| t.as_str())
        .find(|t| t.starts_with('{') && t.contains("\"making\""))
}

/// Writes a copy without recipe, labels, EXIF (but for the rotation), comments and
/// Content Credentials. The pixels' bytes are the same.
///
/// # Errors
/// As [`read`] and [`super::write`]; an existing `out` is replaced, also when it is
/// `path` itself.
pub fn strip(path: &Path, out: &Path) -> Result<(), ExportError> {
    let kind = container::scan(path)?.container;
    let file = regular_file::open(path).map_err(|e| ExportError::reading(path, e))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    atomic::write_file(out, atomic::Existing::Replace, |w| {
        let mut w = atomic::Noting::new(w);
        let done = match kind {
            Container::Png => container::png::strip(&mut reader, &mut w),
            Container::Jpeg => container::jpeg::strip(&mut reader, &mut w),
            Container::WebP => container::webp::strip(&mut reader, &mut w),
            Container::Tiff => container::tiff::strip(&mut reader, &mut w),
            Container::Gif => container::gif::strip(&mut reader, &mut w),
        };
        // What the target's disk says is told of the target, the rest of the source.
        done.map_err(|e| match w.failure() {
            Some(failure) => ExportError::writing(out, failure),
            None => ExportError::reading(path, e),
        })
    })
}
