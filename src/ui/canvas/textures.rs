//! Pictures on the graphics card: uploaded once each, dropped when not drawn for a while.

use std::collections::HashMap;

use egui::{Color32, ColorImage, TextureHandle, TextureId, TextureOptions};

use crate::picture::Picture;
use crate::ui::canvas::tiles::Tiles;

/// Bytes of textures kept although nobody draws them.
const SPARE_BYTES: usize = 24 << 20;
/// Frames that a picture is kept after it was drawn last.
const KEPT_FRAMES: u64 = 600;

/// Textures by the identity of a picture's pixels.
pub struct Textures {
    small: HashMap<usize, Held>,
    transparent: HashMap<usize, (Picture, bool, u64)>,
    tiles: Tiles,
    frame: u64,
}

struct Held {
    /// Keeps the pixels alive, so that their address stays theirs.
    picture: Picture,
    texture: TextureHandle,
    used: u64,
}

impl Textures {
    /// An empty store, with the thread that cuts large pictures.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(ctx: &egui::Context) -> std::io::Result<Self> {
        Ok(Self {
            small: HashMap::new(),
            transparent: HashMap::new(),
            tiles: Tiles::new(ctx)?,
            frame: 0,
        })
    }

    /// The texture of a small picture (a thumbnail, a swatch). Large ones are made
    /// smaller first; canvases show those with [`Self::paint`].
    pub fn of(&mut self, ctx: &egui::Context, picture: &Picture) -> TextureId {
        let frame = self.frame;
        let held = self.small.entry(key(picture)).or_insert_with(|| {
            let shown = crate::app::thumbs::smaller(picture, crate::ui::canvas::tiles::LARGE);
            Held {
                texture: ctx.load_texture("picture", image(&shown), TextureOptions::LINEAR),
                picture: picture.clone(),
                used: frame,
            }
        });
        held.used = frame;
        held.texture.id()
    }

    /// Draws a picture of any size into a rectangle.
    pub fn paint(
        &mut self,
        ctx: &egui::Context,
        painter: &egui::Painter,
        picture: &Picture,
        at: egui::Rect,
    ) {
        if Tiles::wants(picture) {
            self.tiles.paint(ctx, painter, picture, at);
            return;
        }
        let texture = self.of(ctx, picture);
        let uv = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
        painter.image(texture, at, uv, Color32::WHITE);
    }

    /// Whether a picture has transparent parts; looked up once per picture.
    pub fn is_transparent(&mut self, picture: &Picture) -> bool {
        let frame = self.frame;
        let known = self
            .transparent
            .entry(key(picture))
            .or_insert_with(|| (picture.clone(), picture.has_transparency(), frame));
        known.2 = frame;
        known.1
    }

    /// Call once a frame: forgets what wasn't drawn lately.
    pub fn end_frame(&mut self) {
        let now = self.frame;
        self.frame += 1;
        let idle: usize = self
            .small
            .values()
            .filter(|h| h.used < now)
            .map(|h| h.picture.rgba().len())
            .sum();
        let keep = if idle > SPARE_BYTES { 1 } else { KEPT_FRAMES };
        self.small.retain(|_, h| h.used + keep > now);
        self.transparent.retain(|_, (_, _, used)| *used + 2 > now);
        self.tiles.end_frame();
    }
}

/// A picture's identity: where its pixels are.
fn key(picture: &Picture) -> usize {
    picture.rgba().as_ptr() as usize
}

/// egui's kind of picture (premultiplied).
pub fn image(picture: &Picture) -> ColorImage {
    let size = [picture.width() as usize, picture.height() as usize];
    let pixels = picture
        .rgba()
        .chunks_exact(4)
        .map(|p| match p[3] {
            255 => Color32::from_rgb(p[0], p[1], p[2]),
            _ => Color32::from_rgba_unmultiplied(p[0], p[1], p[2], p[3]),
        })
        .collect();
    ColorImage::new(size, pixels)
}
