//! The program's icon, drawn: a brush stroke that turns from warm to cool. The icons of
//! the packages (`packaging/icons`) are the same drawing, see the tests below.

/// Side of the window's icon in pixels; the drawing's own units.
const SIDE: usize = 64;

/// Colours from top to bottom of the stroke, and of the ground.
const WARM: [f32; 3] = [224.0, 153.0, 94.0];
const COOL: [f32; 3] = [104.0, 150.0, 178.0];
const GROUND: [f32; 3] = [38.0, 38.0, 38.0];

/// Radius of the ground's corners, and space around it.
const CORNER: f32 = 14.0;
const MARGIN: f32 = 2.0;

/// Where the stroke begins and ends, from the upper and lower edge.
const STROKE_MARGIN: f32 = 12.0;

/// How a distance beside the stroke counts as one across it.
const SLANT: f32 = 0.8;

/// The window's icon.
pub fn icon() -> egui::IconData {
    egui::IconData {
        rgba: pixels(SIDE),
        width: SIDE as u32,
        height: SIDE as u32,
    }
}

/// The icon with a side of so many pixels, RGBA.
fn pixels(side: usize) -> Vec<u8> {
    let scale = side as f32 / SIDE as f32;
    let mut rgba = Vec::with_capacity(side * side * 4);
    for y in 0..side {
        for x in 0..side {
            let (x, y) = ((x as f32 + 0.5) / scale, (y as f32 + 0.5) / scale);
            rgba.extend(pixel(x, y, scale));
        }
    }
    rgba
}

fn pixel(x: f32, y: f32, scale: f32) -> [u8; 4] {
    let side = SIDE as f32;
    // A dark rounded square.
    let (cx, cy) = ((x - side / 2.0).abs(), (y - side / 2.0).abs());
    let half = side / 2.0 - MARGIN;
    let (dx, dy) = ((cx - half + CORNER).max(0.0), (cy - half + CORNER).max(0.0));
    let inside = (coverage((CORNER - dx.hypot(dy)) * scale) * 255.0) as u8;
    let (t, middle, width) = stroke(y);
    // Beyond its ends there is no stroke, not even a hair's breadth.
    let painted = coverage((width - (x - middle).abs() * SLANT) * scale);
    let stroke = if width > 0.0 { painted } else { 0.0 };
    let mix = |a: f32, b: f32, s: f32| a + (b - a) * s;
    let channel = |i: usize| {
        let paint = mix(WARM[i], COOL[i], t.clamp(0.0, 1.0));
        mix(GROUND[i], paint, stroke) as u8
    };
    [channel(0), channel(1), channel(2), inside]
}

/// The stroke at a height, an S of two arcs, thinner towards its ends: how far along it
/// is (0 to 1), its middle, half its width across.
fn stroke(y: f32) -> (f32, f32, f32) {
    let side = SIDE as f32;
    let t = (y - STROKE_MARGIN) / (side - 2.0 * STROKE_MARGIN);
    let middle = side / 2.0 + 13.0 * (t * std::f32::consts::TAU).sin();
    let width = 7.5 * (1.0 - (2.0 * t - 1.0).powi(4)).max(0.0).sqrt();
    (t, middle, width)
}

/// Coverage of a pixel at a signed distance, in pixels, inside an edge.
fn coverage(distance: f32) -> f32 {
    (distance + 0.5).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    const SIZES: [usize; 7] = [16, 32, 48, 64, 128, 256, 512];

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("packaging/icons")
            .join(name)
    }

    /// The same drawing as lines and areas.
    fn svg() -> String {
        let steps = 48;
        let edge = |i: usize, sign: f32| {
            // Closer together towards the ends, which are round.
            let turn = std::f32::consts::PI * i as f32 / steps as f32;
            let (half, long) = (SIDE as f32 / 2.0, SIDE as f32 / 2.0 - STROKE_MARGIN);
            let y = half - long * turn.cos();
            let (_, middle, width) = stroke(y);
            format!("{:.2} {y:.2}", middle + sign * width / SLANT)
        };
        let left = (0..=steps).map(|i| edge(i, -1.0));
        let right = (0..=steps).rev().map(|i| edge(i, 1.0));
        let outline = left.chain(right).collect::<Vec<_>>().join(" L");
        let colour = |c: [f32; 3]| format!("rgb({},{},{})", c[0], c[1], c[2]);
        let (top, bottom) = (STROKE_MARGIN, SIDE as f32 - STROKE_MARGIN);
        let inner = SIDE as f32 - 2.0 * MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\" width=\"{SIDE}\" height=\"{SIDE}\">\n\
             <linearGradient id=\"paint\" gradientUnits=\"userSpaceOnUse\" x1=\"0\" y1=\"{top}\" x2=\"0\" y2=\"{bottom}\">\n\
             <stop offset=\"0\" stop-color=\"{}\"/>\n<stop offset=\"1\" stop-color=\"{}\"/>\n</linearGradient>\n\
             <rect x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{inner}\" height=\"{inner}\" rx=\"{CORNER}\" fill=\"{}\"/>\n\
             <path fill=\"url(#paint)\" d=\"M{outline} Z\"/>\n</svg>\n",
            colour(WARM),
            colour(COOL),
            colour(GROUND),
        )
    }

    /// `LIMNER_WRITE_ICONS=1 cargo test --lib window_icon` writes them anew.
    #[test]
    fn the_packages_icons_are_the_windows() {
        let write = std::env::var_os("LIMNER_WRITE_ICONS").is_some();
        for side in SIZES {
            let path = file(&format!("{side}.png"));
            let drawn = pixels(side);
            if write {
                let side = side as u32;
                image::save_buffer(&path, &drawn, side, side, image::ColorType::Rgba8).unwrap();
            }
            let kept = image::open(&path).unwrap().into_rgba8().into_raw();
            let apart = |(a, b): (&u8, &u8)| a.abs_diff(*b);
            assert_eq!(kept.len(), drawn.len());
            // Sines differ in the last digit from system to system.
            let worst = kept.iter().zip(&drawn).map(apart).max();
            assert!(worst <= Some(1), "{side}: {worst:?}");
        }
        if write {
            std::fs::write(file("limner.svg"), svg()).unwrap();
        }
        let kept = std::fs::read_to_string(file("limner.svg")).unwrap();
        assert_eq!(kept.lines().count(), svg().lines().count());
        assert!(kept.starts_with(svg().split("<path").next().unwrap()));
    }
}
