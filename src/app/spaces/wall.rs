//! How a picture hangs on a wall, in the document.

use serde::{Deserialize, Serialize};

use crate::engine::surface_job::{Frame, Hanging};
use crate::recipe::SourceRef;

/// Width of a picture until the user says otherwise, centimetres.
pub const WIDTH: f32 = 80.0;
/// Width of a frame's moulding until the user says otherwise, centimetres.
pub const FRAME_WIDTH: f32 = 3.0;
/// A wall until the user says otherwise, sRGB.
pub const WALL_COLOR: [u8; 3] = [0xd9, 0xd4, 0xca];
/// Paper of a mat until the user says otherwise, sRGB.
pub const MAT_COLOR: [u8; 3] = [0xf4, 0xf1, 0xea];
/// Where the photo's corners begin: upper left, upper right, lower right, lower left, as shares of
/// its width and height.
pub const CORNERS: [[f32; 2]; 4] = [[0.35, 0.25], [0.65, 0.25], [0.65, 0.55], [0.35, 0.55]];

/// A picture on a wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WallDoc {
    /// How wide the picture itself is, centimetres; its height follows.
    pub width: f32,
    /// A frame around it.
    pub frame: Option<Frame>,
    /// How wide the frame's moulding is, centimetres.
    pub frame_width: f32,
    /// The mat between picture and frame, centimetres; 0 for none.
    pub mat: f32,
    /// The mat's colour, sRGB.
    pub mat_color: [u8; 3],
    /// How deep the canvas is stretched, centimetres; 0 for a sheet.
    pub canvas: f32,
    /// The wall's colour, sRGB.
    pub wall_color: [u8; 3],
    /// A photo of a wall instead of a plain one.
    pub room: Option<SourceRef>,
    /// Where the hung picture's corners are on that photo: upper left, upper right, lower right,
    /// lower left, as shares of its width and height.
    pub corners: [[f32; 2]; 4],
    /// How far the picture takes the photo's light, 0..=1.
    pub light: f32,
}

impl Default for WallDoc {
    fn default() -> Self {
        Self {
            width: WIDTH,
            frame: Some(Frame::Oak),
            frame_width: FRAME_WIDTH,
            mat: 0.0,
            mat_color: MAT_COLOR,
            canvas: 0.0,
            wall_color: WALL_COLOR,
            room: None,
            corners: CORNERS,
            light: 1.0,
        }
    }
}

impl WallDoc {
    /// How a picture of a size in pixels hangs.
    pub fn hanging(&self, pixels: [u32; 2]) -> Hanging {
        Hanging {
            frame: self.frame,
            frame_width: self.frame_width,
            // Canvas goes to the frame without a mat.
            mat: if self.canvas > 0.0 { 0.0 } else { self.mat },
            mat_color: self.mat_color,
            canvas: self.canvas,
            ..Hanging::sheet(self.width, pixels)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_panel_can_set_can_always_be_hung() {
        let doc = WallDoc {
            mat: 5.0,
            canvas: 4.0,
            ..WallDoc::default()
        };
        let hanging = doc.hanging([300, 200]);
        assert_eq!(hanging.check(), Ok(()));
        assert_eq!(hanging.mat, 0.0);
        assert!((hanging.size[1] - WIDTH * 2.0 / 3.0).abs() < 1e-4);
        assert_eq!(WallDoc::default().hanging([10, 10]).check(), Ok(()));
    }
}
