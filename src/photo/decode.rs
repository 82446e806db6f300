//! Bytes to upright sRGB pixels.

use std::fs::File;
use std::io::{BufReader, Read};

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::LimitErrorKind;
use image::metadata::Orientation;
use image::{
    AnimationDecoder, ColorType, DynamicImage, ImageDecoder, ImageError, Limits, RgbaImage,
};

use crate::photo::sniff::Kind;
use crate::photo::{CUT_SHORT, MAX_BYTES, MAX_SIDE, Trouble, check_size, color, jpeg};
use crate::picture::Picture;

/// A decoded file.
pub(crate) struct Decoded {
    pub(crate) picture: Picture,
    pub(crate) notes: Vec<String>,
}

impl Decoded {
    pub(crate) fn new(picture: Picture, notes: Vec<String>) -> Self {
        Self { picture, notes }
    }

    /// Turned as the camera was held.
    pub(crate) fn turned(self, turn: Orientation) -> Result<Self, Trouble> {
        if turn == Orientation::NoTransforms {
            return Ok(self);
        }
        let [width, height] = self.picture.size();
        let pixels = self.picture.into_rgba();
        let image = RgbaImage::from_raw(width, height, pixels)
            .ok_or_else(|| Trouble::new("the picture's size is wrong"))?;
        let mut image = DynamicImage::ImageRgba8(image);
        image.apply_orientation(turn);
        Ok(Self {
            picture: into_picture(image)?,
            notes: self.notes,
        })
    }
}

/// Upright size from the header.
pub(crate) fn size(file: &mut File, kind: Kind) -> Result<[u32; 2], Trouble> {
    let (size, turn) = match kind {
        Kind::Jpeg => jpeg::header(&slurp(file)?)?,
        _ => {
            let mut decoder = decoder(file, kind)?;
            let (width, height) = decoder.dimensions();
            check_size(width, height, 0)?;
            let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
            ([width, height], turn)
        }
    };
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    Ok(match turn {
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => [size[1], size[0]],
        _ => size,
    })
}

/// Decodes a file of a known kind.
pub(crate) fn decode(file: &mut File, kind: Kind) -> Result<Decoded, Trouble> {
    if kind == Kind::Jpeg {
        return jpeg::decode(&slurp(file)?);
    }
    let mut notes = Vec::new();
    if is_animated(file, kind) {
        notes.push("this is an animation; only its first frame is used".into());
    }
    let mut decoder = decoder(file, kind)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, decoder.total_bytes())?;
    let color = decoder.color_type();
    if matches!(
        color,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16
    ) {
        notes.push("16 bits a channel were rounded to 8".into());
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let mut image = DynamicImage::from_decoder(decoder).map_err(explain)?;
    image.apply_orientation(turn);
    let mut pixels = image.into_rgba8();
    if let Some(profile) = profile
        && !color::to_srgb(&mut pixels, &profile)
    {
        notes.push("its colour profile could not be used, so colours may be off".into());
    }
    let picture = into_picture(DynamicImage::ImageRgba8(pixels))?;
    Ok(Decoded::new(picture, notes))
}

fn slurp(file: &mut File) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| Trouble::io(&e))?;
    Ok(bytes)
}

fn into_picture(image: DynamicImage) -> Result<Picture, Trouble> {
    let image = image.into_rgba8();
    let (width, height) = image.dimensions();
    Picture::from_rgba(width, height, image.into_raw()).map_err(|e| Trouble::new(e.to_string()))
}

type BoxedDecoder<'a> = Box<dyn ImageDecoder + 'a>;

fn decoder(file: &File, kind: Kind) -> Result<BoxedDecoder<'_>, Trouble> {
    let input = BufReader::with_capacity(1 << 16, file);
    let mut decoder: BoxedDecoder<'_> = match kind {
        Kind::Png => Box::new(PngDecoder::with_limits(input, limits()).map_err(explain)?),
        Kind::WebP => Box::new(WebPDecoder::new(input).map_err(explain)?),
        Kind::Tiff => Box::new(TiffDecoder::new(input).map_err(explain)?),
        Kind::Gif => Box::new(GifDecoder::new(input).map_err(explain)?),
        Kind::Bmp => Box::new(BmpDecoder::new(input).map_err(explain)?),
        Kind::Jpeg => return Err(Trouble::new("JPEG has its own reader")),
    };
    let (width, height) = decoder.dimensions();
    check_size(width, height, 0)?;
    decoder.set_limits(limits()).map_err(explain)?;
    Ok(decoder)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    limits
}

fn is_animated(file: &File, kind: Kind) -> bool {
    // Each look needs a reader of its own; the file's place is put back after it.
    let Ok(mut copy) = file.try_clone() else {
        return false;
    };
    let input = BufReader::new(&copy);
    let animated = match kind {
        Kind::Png => PngDecoder::with_limits(input, limits())
            .and_then(|d| d.is_apng())
            .unwrap_or(false),
        Kind::WebP => WebPDecoder::new(input).is_ok_and(|d| d.has_animation()),
        Kind::Gif => GifDecoder::new(input).is_ok_and(|mut d| {
            let (width, height) = d.dimensions();
            check_size(width, height, 0).is_ok()
                && d.set_limits(limits()).is_ok()
                && d.into_frames().nth(1).is_some_and(|f| f.is_ok())
        }),
        _ => false,
    };
    std::io::Seek::rewind(&mut copy).is_ok() && animated
}

fn explain(error: ImageError) -> Trouble {
    match error {
        ImageError::Limits(e) => Trouble::new(match e.kind() {
            LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory => {
                "the picture is too large; Limner reads up to 200 megapixels, save it smaller"
                    .into()
            }
            _ => format!("the picture is too large ({e})"),
        }),
        ImageError::IoError(e) => Trouble::io(&e),
        ImageError::Unsupported(e) => Trouble::new(format!(
            "this kind of picture can't be read ({e}); save it as a plain PNG or JPEG"
        )),
        e => Trouble::new(format!("{CUT_SHORT} ({e})")),
    }
}
