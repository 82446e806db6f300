//! Pictures on the graphics card: uploaded once each, dropped when not drawn for a while.

use std::collections::HashMap;

use egui::{Color32, ColorImage, TextureHandle, TextureId, TextureOptions};

use crate::picture::Picture;

/// Bytes of textures kept although nobody draws them.
const SPARE_BYTES: usize = 192 << 20;

/// Textures by the identity of a picture's pixels.
#[derive(Default)]
pub struct Textures {
    small: HashMap<usize, Held>,
    frame: u64,
}

struct Held {
    /// Keeps the pixels alive, so that their address stays theirs.
    picture: Picture,
    texture: TextureHandle,
    transparent: bool,
    used: u64,
}

impl Textures {
    /// The texture of a picture no larger than the graphics card takes; larger
    /// ones are shown smaller (canvases draw those in tiles instead).
    pub fn of(&mut self, ctx: &egui::Context, picture: &Picture) -> TextureId {
        let key = picture.rgba().as_ptr() as usize;
        let frame = self.frame;
        let held = self.small.entry(key).or_insert_with(|| {
            let limit = ctx.input(|i| i.max_texture_side) as u32;
            let shown = crate::app::thumbs::smaller(picture, limit);
            Held {
                texture: ctx.load_texture("picture", image(&shown), options()),
                picture: picture.clone(),
                transparent: picture.has_transparency(),
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
        let texture = self.of(ctx, picture);
        let uv = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
        painter.image(texture, at, uv, Color32::WHITE);
    }

    /// Whether a picture has transparent parts; looked up once per picture.
    pub fn is_transparent(&mut self, picture: &Picture) -> bool {
        let key = picture.rgba().as_ptr() as usize;
        match self.small.get(&key) {
            Some(held) => held.transparent,
            None => picture.has_transparency(),
        }
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
        let keep = if idle > SPARE_BYTES { 1 } else { 600 };
        self.small.retain(|_, h| h.used + keep > now);
    }
}

/// Linear when made smaller, hard pixels when made much larger.
pub fn options() -> TextureOptions {
    TextureOptions {
        mipmap_mode: Some(egui::TextureFilter::Linear),
        ..TextureOptions::LINEAR
    }
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
