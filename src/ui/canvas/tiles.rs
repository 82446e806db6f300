//! Large pictures in tiles with smaller levels, cut on a thread of their own, so
//! that neither the window's thread nor the graphics card's limits are in the way.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use egui::{Color32, ColorImage, Pos2, Rect, TextureHandle, pos2, vec2};

use crate::picture::Picture;

/// Side of a tile, pixels.
const TILE: u32 = 512;
/// Screen pixels for a picture's pixel from which it is shown as a square.
const SHARP_FROM: f32 = 3.0;
/// Pictures with a longer side than this are shown in tiles.
pub const LARGE: u32 = 1024;
/// Tiles kept on the graphics card (1 MiB each).
const KEPT: usize = 192;
/// Tiles that may wait for the cutter.
const WAITING: usize = 48;

/// A tile of a level: level 0 is the whole size, each further one half of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    picture: usize,
    level: u32,
    /// Shown so large that each pixel is to be seen as a square.
    sharp: bool,
    x: u32,
    y: u32,
}

struct Order {
    place: Place,
    picture: Picture,
}

struct Cut {
    place: Place,
    image: Arc<ColorImage>,
}

enum Tile {
    Asked(u64),
    There { texture: TextureHandle, used: u64 },
}

/// Tiles on the graphics card and the cutter that makes them.
pub struct Tiles {
    tiles: HashMap<Place, Tile>,
    /// Keeps the pixels of pictures alive, so that their address stays theirs.
    pictures: HashMap<usize, (Picture, u64)>,
    orders: Sender<Order>,
    cuts: Receiver<Cut>,
    frame: u64,
}

impl Tiles {
    /// Starts the cutter.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(ctx: &egui::Context) -> std::io::Result<Self> {
        let (orders, to_cut) = bounded::<Order>(WAITING);
        let (done, cuts) = bounded(WAITING);
        let ctx = ctx.clone();
        std::thread::Builder::new()
            .name("limner-tiles".to_owned())
            .spawn(move || cut_all(&to_cut, &done, &ctx))?;
        Ok(Self {
            tiles: HashMap::new(),
            pictures: HashMap::new(),
            orders,
            cuts,
            frame: 0,
        })
    }

    /// Whether a picture is shown in tiles.
    pub fn wants(picture: &Picture) -> bool {
        picture.width().max(picture.height()) > LARGE
    }

    /// Draws a picture into a rectangle: what is there of the right level, and the
    /// smallest level behind it until then.
    pub fn paint(
        &mut self,
        ctx: &egui::Context,
        painter: &egui::Painter,
        picture: &Picture,
        at: Rect,
    ) {
        let key = picture.rgba().as_ptr() as usize;
        let frame = self.frame;
        self.pictures
            .entry(key)
            .or_insert_with(|| (picture.clone(), frame))
            .1 = frame;
        self.collect(ctx);
        let last = levels(picture) - 1;
        let scale = at.width() * ctx.pixels_per_point() / picture.width() as f32;
        let level = level_for(scale, last);
        let sharp = level == 0 && scale >= SHARP_FROM;
        self.level(painter, picture, (key, last, false), at);
        if level < last || sharp {
            self.level(painter, picture, (key, level, sharp), at);
        }
    }

    /// Draws the tiles of a level that can be seen; asks for those that are missing.
    fn level(
        &mut self,
        painter: &egui::Painter,
        picture: &Picture,
        (key, level, sharp): (usize, u32, bool),
        at: Rect,
    ) {
        let [w, h] = level_size(picture, level);
        let seen = at.intersect(painter.clip_rect());
        if !seen.is_positive() {
            return;
        }
        let scale = vec2(at.width() / w as f32, at.height() / h as f32);
        let first = ((seen.min - at.min) / scale / TILE as f32).floor();
        let end = ((seen.max - at.min) / scale / TILE as f32).ceil();
        for y in (first.y as u32)..(end.y as u32).min(h.div_ceil(TILE)) {
            for x in (first.x as u32)..(end.x as u32).min(w.div_ceil(TILE)) {
                let place = Place {
                    picture: key,
                    level,
                    sharp,
                    x,
                    y,
                };
                let size = vec2(
                    (w - x * TILE).min(TILE) as f32,
                    (h - y * TILE).min(TILE) as f32,
                );
                let min = at.min + vec2((x * TILE) as f32, (y * TILE) as f32) * scale;
                self.tile(
                    painter,
                    picture,
                    place,
                    Rect::from_min_size(min, size * scale),
                );
            }
        }
    }

    fn tile(&mut self, painter: &egui::Painter, picture: &Picture, place: Place, rect: Rect) {
        match self.tiles.get_mut(&place) {
            Some(Tile::There { texture, used }) => {
                *used = self.frame;
                let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                painter.image(texture.id(), rect, uv, Color32::WHITE);
            }
            Some(Tile::Asked(frame)) => *frame = self.frame,
            None => {
                let order = Order {
                    place,
                    picture: picture.clone(),
                };
                match self.orders.try_send(order) {
                    Ok(()) => {
                        self.tiles.insert(place, Tile::Asked(self.frame));
                    }
                    Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                        painter
                            .ctx()
                            .request_repaint_after(std::time::Duration::from_millis(30));
                    }
                }
            }
        }
    }

    /// Takes cut tiles to the graphics card, a few a frame.
    fn collect(&mut self, ctx: &egui::Context) {
        for cut in self.cuts.try_iter().take(8) {
            if !self.pictures.contains_key(&cut.place.picture) {
                continue;
            }
            let options = egui::TextureOptions {
                magnification: if cut.place.sharp {
                    egui::TextureFilter::Nearest
                } else {
                    egui::TextureFilter::Linear
                },
                ..egui::TextureOptions::LINEAR
            };
            let texture = ctx.load_texture("tile", cut.image, options);
            let used = self.frame;
            self.tiles.insert(cut.place, Tile::There { texture, used });
        }
    }

    /// Call once a frame: forgets pictures and tiles that weren't drawn lately.
    pub fn end_frame(&mut self) {
        let now = self.frame;
        self.frame += 1;
        self.pictures.retain(|_, (_, used)| *used + 120 > now);
        let pictures = &self.pictures;
        let crowded = self.tiles.len() > KEPT;
        self.tiles.retain(|place, tile| {
            let recent = match tile {
                Tile::Asked(_) => true,
                Tile::There { used, .. } => !crowded || *used + 2 > now,
            };
            recent && pictures.contains_key(&place.picture)
        });
    }
}

/// How many levels a picture has: down to one tile.
fn levels(picture: &Picture) -> u32 {
    let mut side = picture.width().max(picture.height());
    let mut n = 1;
    while side > TILE {
        side = side.div_ceil(2);
        n += 1;
    }
    n
}

/// The level to draw at a scale, screen pixels per picture pixel.
fn level_for(scale: f32, last: u32) -> u32 {
    let halvings = (-scale.max(1e-6).log2()).floor();
    (halvings.max(0.0) as u32).min(last)
}

/// Size of a level.
fn level_size(picture: &Picture, level: u32) -> [u32; 2] {
    picture
        .size()
        .map(|side| (0..level).fold(side, |s, _| s.div_ceil(2)))
}

/// The cutter. It keeps the levels of the picture it cut last.
fn cut_all(orders: &Receiver<Order>, done: &Sender<Cut>, ctx: &egui::Context) {
    let mut pyramid: (usize, Vec<Picture>) = (0, Vec::new());
    for order in orders {
        let key = order.place.picture;
        if pyramid.0 != key || pyramid.1.is_empty() {
            pyramid = (key, vec![order.picture.clone()]);
        }
        while pyramid.1.len() <= order.place.level as usize {
            let Some(next) = pyramid.1.last().map(half) else {
                break;
            };
            pyramid.1.push(next);
        }
        let Some(level) = pyramid.1.get(order.place.level as usize) else {
            continue;
        };
        let image = Arc::new(cut(level, order.place.x, order.place.y));
        let cut = Cut {
            place: order.place,
            image,
        };
        if done.send(cut).is_err() {
            return;
        }
        ctx.request_repaint();
    }
}

/// One tile of a level.
fn cut(level: &Picture, x: u32, y: u32) -> ColorImage {
    let (w, h) = (
        (level.width() - x * TILE).min(TILE),
        (level.height() - y * TILE).min(TILE),
    );
    let mut pixels = Vec::with_capacity((w * h) as usize);
    for row in 0..h {
        let start = ((y * TILE + row) as usize * level.width() as usize + (x * TILE) as usize) * 4;
        let bytes = &level.rgba()[start..start + w as usize * 4];
        pixels.extend(
            bytes
                .chunks_exact(4)
                .map(|p| Color32::from_rgba_unmultiplied(p[0], p[1], p[2], p[3])),
        );
    }
    ColorImage::new([w as usize, h as usize], pixels)
}

/// Half the size: the mean of two by two pixels, colours weighed by their alpha.
fn half(picture: &Picture) -> Picture {
    let [w, h] = picture.size();
    let (hw, hh) = (w.div_ceil(2), h.div_ceil(2));
    let rgba = picture.rgba();
    let mut out = Vec::with_capacity((hw * hh * 4) as usize);
    for y in 0..hh {
        for x in 0..hw {
            let mut sum = [0u32; 3];
            let mut alpha = 0u32;
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let (px, py) = ((x * 2 + dx).min(w - 1), (y * 2 + dy).min(h - 1));
                let at = (py as usize * w as usize + px as usize) * 4;
                let a = u32::from(rgba[at + 3]);
                for (s, v) in sum.iter_mut().zip(&rgba[at..at + 3]) {
                    *s += u32::from(*v) * a;
                }
                alpha += a;
            }
            let mean = |s: u32| (s + alpha / 2).checked_div(alpha).unwrap_or(0) as u8;
            out.extend([
                mean(sum[0]),
                mean(sum[1]),
                mean(sum[2]),
                ((alpha + 2) / 4) as u8,
            ]);
        }
    }
    Picture::from_rgba(hw, hh, out).unwrap_or_else(|_| picture.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(w: u32, h: u32) -> Picture {
        let pixels = (0..h)
            .flat_map(|y| (0..w).flat_map(move |x| [(x % 256) as u8, (y % 256) as u8, 7, 255]))
            .collect();
        Picture::from_rgba(w, h, pixels).unwrap()
    }

    #[test]
    fn tiles_together_are_the_picture() {
        let picture = gradient(1300, 700);
        let mut seen = 0;
        for y in 0..2 {
            for x in 0..3 {
                let tile = cut(&picture, x, y);
                seen += tile.pixels.len();
                let corner = tile.pixels[0];
                assert_eq!(corner.r(), (x * TILE % 256) as u8);
                assert_eq!(corner.g(), (y * TILE % 256) as u8);
            }
        }
        assert_eq!(seen, 1300 * 700);
    }

    #[test]
    fn levels_halve_down_to_one_tile() {
        let picture = gradient(4000, 1001);
        let last = levels(&picture) - 1;
        let [w, h] = level_size(&picture, last);
        assert!(w <= TILE && h <= TILE && w * 2 > TILE);
        assert_eq!(half(&picture).size(), level_size(&picture, 1));
    }

    #[test]
    fn the_level_follows_the_scale() {
        assert_eq!(level_for(2.0, 5), 0);
        assert_eq!(level_for(1.0, 5), 0);
        assert_eq!(level_for(0.6, 5), 0);
        assert_eq!(level_for(0.5, 5), 1);
        assert_eq!(level_for(0.24, 5), 2);
        assert_eq!(level_for(0.0001, 5), 5);
    }

    #[test]
    fn transparent_pixels_do_not_darken_the_smaller_level() {
        let pixels = vec![200, 100, 50, 255, 0, 0, 0, 0, 0, 0, 0, 0, 200, 100, 50, 255];
        let small = half(&Picture::from_rgba(2, 2, pixels).unwrap());
        assert_eq!(small.rgba(), [200, 100, 50, 128]);
    }
}
