//! A picture as it will hang: its size, mat, frame or canvas edge, true to scale, as triangles
//! and as files that phones and browsers put onto a wall.

mod geometry;
mod page;
mod usdz;

pub use geometry::{Part, Stuff, parts};
pub use page::page;
pub use usdz::usdz;

use serde::{Deserialize, Serialize};

use super::gltf::{Builder, Surface};
use super::{SpacesError, Tags};

/// Sides of a picture on a wall, in centimetres.
pub const SIDE_CM: std::ops::RangeInclusive<f32> = 1.0..=2000.0;

/// A frame's moulding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// Black paint.
    Black,
    /// White paint.
    White,
    /// Light wood.
    Oak,
    /// Dark wood.
    Walnut,
    /// Gilding.
    Gold,
    /// Brushed metal.
    Aluminium,
}

/// How a picture is hung. Lengths in centimetres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hanging {
    /// The picture itself, width and height, as it is seen.
    pub size: [f32; 2],
    /// A frame around it.
    pub frame: Option<Frame>,
    /// How wide the frame's moulding is, 0.3..=30.
    pub frame_width: f32,
    /// The mat between picture and frame, 0..=50; 0 for none.
    pub mat: f32,
    /// The mat's colour, sRGB.
    pub mat_color: [u8; 3],
    /// The canvas's edge, 0..=15: the picture is stretched over a frame so deep and goes on
    /// around the edge, mirrored; 0 for a sheet.
    pub canvas: f32,
}

impl Hanging {
    /// A sheet of a width, its height by the picture's aspect.
    pub fn sheet(width: f32, [pixels, rows]: [u32; 2]) -> Self {
        Self {
            size: [width, width * rows as f32 / pixels as f32],
            frame: None,
            frame_width: 2.0,
            mat: 0.0,
            mat_color: [0xf4, 0xf1, 0xea],
            canvas: 0.0,
        }
    }

    /// # Errors
    /// [`SpacesError::Range`] for a length that no picture has, and for a mat on a canvas.
    pub fn check(&self) -> Result<(), SpacesError> {
        let ranges = [
            ("width", self.size[0], *SIDE_CM.start(), *SIDE_CM.end()),
            ("height", self.size[1], *SIDE_CM.start(), *SIDE_CM.end()),
            ("frame width", self.frame_width, 0.3, 30.0),
            ("mat", self.mat, 0.0, 50.0),
            ("canvas", self.canvas, 0.0, 15.0),
        ];
        for (name, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return Err(SpacesError::Range {
                    name,
                    value: format!("{value} cm"),
                    least,
                    most,
                });
            }
        }
        if self.canvas > 0.0 && self.mat > 0.0 {
            return Err(SpacesError::MatOnCanvas);
        }
        Ok(())
    }

    /// The whole, with mat and frame: width and height in centimetres.
    pub fn outer(&self) -> [f32; 2] {
        let gap = geometry::gap(self);
        let frame = self.frame.map_or(0.0, |_| self.frame_width);
        self.size.map(|side| side + 2.0 * (self.mat + gap + frame))
    }
}

/// The picture as it goes into the files.
#[derive(Debug, Clone, Copy)]
pub struct Texture<'a> {
    /// A JPEG or PNG file.
    pub bytes: &'a [u8],
}

impl Texture<'_> {
    /// The ending of its name.
    fn extension(&self) -> &'static str {
        match self.bytes.first() {
            Some(0xff) => "jpg",
            _ => "png",
        }
    }

    fn media_type(&self) -> &'static str {
        match self.bytes.first() {
            Some(0xff) => "image/jpeg",
            _ => "image/png",
        }
    }
}

/// A `.glb`, upright, its back at z = 0, its middle at the origin; metres.
///
/// # Errors
/// As [`Hanging::check`], or [`SpacesError::Encode`].
pub fn glb(hanging: &Hanging, texture: &Texture<'_>, tags: &Tags) -> Result<Vec<u8>, SpacesError> {
    hanging.check()?;
    let mut builder = Builder::new(tags);
    let picture = builder.image("picture", texture.bytes.to_vec());
    for part in parts(hanging) {
        let surface = match part.stuff {
            Stuff::Picture => Surface {
                name: part.name.into(),
                base: Some(picture),
                roughness: 0.75,
                ..Surface::default()
            },
            Stuff::Plain {
                color,
                roughness,
                metalness,
            } => Surface {
                name: part.name.into(),
                color,
                roughness,
                metalness,
                ..Surface::default()
            },
        };
        let surface = builder.material(&surface);
        builder.node(part.name, &part.mesh, surface);
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
