//! Where two pictures differ: dark where they are the same, glowing where not.

use egui::{Align2, Rect, Ui, pos2, vec2};

use crate::picture::Picture;
use crate::ui::canvas::picture_view::tag;
use crate::ui::panel::Panel;

/// Longer side of the map, pixels: enough to see where, quick enough for drafts.
const SIDE: u32 = 640;

/// Differences from none to as large as can be, as colours (sRGB): dark on any
/// picture, and brighter from step to step for every kind of colour vision.
const RAMP: [[f32; 3]; 5] = [
    [18.0, 16.0, 28.0],
    [92.0, 28.0, 110.0],
    [206.0, 68.0, 72.0],
    [248.0, 160.0, 48.0],
    [252.0, 248.0, 196.0],
];

/// What stands on a map without any difference.
const SAME: &str = "Both are the same";

/// The map of the last pair of pictures, so that a still canvas costs nothing.
#[derive(Default)]
struct Last {
    pair: Option<(Picture, Picture)>,
    map: Option<Map>,
}

/// Where two pictures differ.
#[derive(Clone)]
struct Map {
    picture: Picture,
    /// No pixel differs.
    same: bool,
}

/// Draws where `before` and `after` differ into `at`.
pub fn paint(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    [before, after]: [&Picture; 2],
    at: Rect,
    clip: Rect,
) {
    let last = panel.scratch.of::<Last>();
    let known = last.pair.as_ref();
    if !known.is_some_and(|(a, b)| same_pixels(a, before) && same_pixels(b, after)) {
        last.map = map(before, after);
        last.pair = Some((before.clone(), after.clone()));
    }
    let Some(map) = last.map.clone() else { return };
    let painter = ui.painter().with_clip_rect(clip.intersect(ui.clip_rect()));
    panel.textures.paint(ui.ctx(), &painter, &map.picture, at);
    let seen = at.intersect(clip);
    if map.same {
        tag(ui, panel, seen.center(), Align2::CENTER_CENTER, SAME);
    }
    legend(ui, panel, seen, map.same);
}

/// Whether two handles share their pixels; never looks at them.
fn same_pixels(a: &Picture, b: &Picture) -> bool {
    std::ptr::eq(a.rgba().as_ptr(), b.rgba().as_ptr())
}

/// The ramp with its ends named, in the corner.
fn legend(ui: &Ui, panel: &Panel<'_>, seen: Rect, is_same: bool) {
    let corner = seen.left_bottom() + vec2(8.0, -8.0);
    let same = tag(ui, panel, corner, Align2::LEFT_BOTTOM, "Same");
    let bar = Rect::from_min_size(
        pos2(same.right() + 6.0, same.top()),
        vec2(120.0, same.height()),
    );
    let mut mesh = egui::Mesh::default();
    let steps = RAMP.len() - 1;
    for (n, color) in RAMP.iter().enumerate() {
        let x = bar.left() + bar.width() * n as f32 / steps as f32;
        let [r, g, b] = color.map(|v| v as u8);
        for y in [bar.top(), bar.bottom()] {
            mesh.colored_vertex(pos2(x, y), egui::Color32::from_rgb(r, g, b));
        }
        let first = 2 * n as u32;
        if n < steps {
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    ui.painter().add(mesh);
    let words = if is_same {
        SAME
    } else {
        "Difference: dark is the same"
    };
    let scale = ui.interact(
        bar,
        ui.scope_id().with("difference scale"),
        egui::Sense::hover(),
    );
    scale.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, words));
    scale.on_hover_text("Dark where both pictures are the same, brighter the more they differ");
    let end = pos2(bar.right() + 6.0, same.bottom());
    tag(ui, panel, end, Align2::LEFT_BOTTOM, "Very different");
}

/// The map, with the sides of the larger picture's shape; a draft is compared with a
/// full picture by where things are, not by pixel.
fn map(before: &Picture, after: &Picture) -> Option<Map> {
    let longer = after.width().max(after.height());
    let shrink =
        |side: u32| (u64::from(side) * u64::from(SIDE.min(longer)) / u64::from(longer)) as u32;
    let (w, h) = (shrink(after.width()).max(1), shrink(after.height()).max(1));
    let colors = ramp();
    let mut same = true;
    let mut pixels = Vec::with_capacity(w as usize * h as usize * 4);
    for y in 0..h {
        let rows = [before, after].map(|p| row(p, y, h));
        for x in 0..w {
            let [a, b] = [(before, 0), (after, 1)].map(|(p, n)| {
                let at = (u64::from(x) * u64::from(p.width()) / u64::from(w)) as usize * 4;
                &rows[n][at..at + 4]
            });
            let off: u32 = a
                .iter()
                .zip(b)
                .map(|(a, b)| u32::from(a.abs_diff(*b)))
                .sum();
            same &= off == 0;
            pixels.extend_from_slice(&colors[off.min(765) as usize]);
        }
    }
    let picture = Picture::from_rgba(w, h, pixels).ok()?;
    Some(Map { picture, same })
}

/// The row of a picture that lies where row `y` of `h` does.
fn row(picture: &Picture, y: u32, h: u32) -> &[u8] {
    let y = (u64::from(y) * u64::from(picture.height()) / u64::from(h)) as usize;
    let length = picture.width() as usize * 4;
    &picture.rgba()[y * length..(y + 1) * length]
}

/// Colours for summed differences of three channels; small ones are lifted, so that
/// they show.
fn ramp() -> Vec<[u8; 4]> {
    let steps = RAMP.len() - 1;
    (0..=765)
        .map(|sum| {
            let t = (sum as f32 / 765.0).sqrt() * steps as f32;
            let n = (t as usize).min(steps - 1);
            let [r, g, b] = std::array::from_fn(|c| {
                (RAMP[n][c] + (RAMP[n + 1][c] - RAMP[n][c]) * (t - n as f32)) as u8
            });
            [r, g, b, 255]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(side: u32, color: [u8; 4]) -> Picture {
        let pixels = color.repeat((side * side) as usize);
        Picture::from_rgba(side, side, pixels).unwrap()
    }

    fn brightness(picture: &Picture, x: u32, y: u32) -> u32 {
        let at = ((y * picture.width() + x) * 4) as usize;
        picture.rgba()[at..at + 3]
            .iter()
            .map(|v| u32::from(*v))
            .sum()
    }

    #[test]
    fn it_glows_only_where_something_changed() {
        let before = plain(64, [90, 120, 30, 255]);
        let mut pixels = before.rgba().to_vec();
        for y in 40..64 {
            for x in 40..64 {
                pixels[(y * 64 + x) * 4] = 200;
            }
        }
        let after = Picture::from_rgba(64, 64, pixels).unwrap();
        let map = map(&before, &after).unwrap();
        assert!(!map.same);
        let map = map.picture;
        assert_eq!(map.size(), [64, 64]);
        assert!(brightness(&map, 50, 50) > 3 * brightness(&map, 10, 10));
    }

    #[test]
    fn a_draft_is_compared_by_place_and_larger_differences_are_brighter() {
        let black = plain(48, [0, 0, 0, 255]);
        let same = map(&plain(24, [0, 0, 0, 255]), &black).unwrap();
        assert!(same.same);
        let same = same.picture;
        let mut last = brightness(&same, 5, 5);
        assert_eq!(last, brightness(&same, 47, 47), "the same everywhere");
        for level in [4, 40, 120, 255] {
            let off = map(&black, &plain(96, [level, level, level, 255]))
                .unwrap()
                .picture;
            let now = brightness(&off, 5, 5);
            assert!(now > last, "{level}: {now} after {last}");
            last = now;
        }
    }

    #[test]
    fn large_pictures_give_a_small_map_of_their_shape() {
        let wide = Picture::from_rgba(2000, 500, vec![9; 2000 * 500 * 4]).unwrap();
        let map = map(&plain(10, [9; 4]), &wide).unwrap();
        assert_eq!(map.picture.size(), [640, 160]);
    }
}
