//! The window's icon, drawn: a brush stroke that turns from warm to cool.

/// Side in pixels.
const SIDE: usize = 64;

/// The icon as pixels.
pub fn icon() -> egui::IconData {
    let mut rgba = Vec::with_capacity(SIDE * SIDE * 4);
    for y in 0..SIDE {
        for x in 0..SIDE {
            rgba.extend(pixel(x as f32 + 0.5, y as f32 + 0.5));
        }
    }
    egui::IconData {
        rgba,
        width: SIDE as u32,
        height: SIDE as u32,
    }
}

fn pixel(x: f32, y: f32) -> [u8; 4] {
    let side = SIDE as f32;
    // A dark rounded square.
    let (cx, cy) = ((x - side / 2.0).abs(), (y - side / 2.0).abs());
    let corner = 14.0;
    let half = side / 2.0 - 2.0;
    let (dx, dy) = ((cx - half + corner).max(0.0), (cy - half + corner).max(0.0));
    let inside = (half_coverage(corner - dx.hypot(dy)) * 255.0) as u8;
    // An S of two arcs, thinner towards its ends.
    let t = (y - 12.0) / (side - 24.0);
    let middle = side / 2.0 + 13.0 * (t * std::f32::consts::TAU).sin();
    let width = 7.5 * (1.0 - (2.0 * t - 1.0).powi(4)).max(0.0).sqrt();
    let stroke = half_coverage(width - (x - middle).abs() * 0.8);
    let mix = |a: f32, b: f32, s: f32| a + (b - a) * s;
    let warm = [224.0, 153.0, 94.0];
    let cool = [104.0, 150.0, 178.0];
    let ground = [38.0, 38.0, 38.0];
    let channel = |i: usize| mix(ground[i], mix(warm[i], cool[i], t.clamp(0.0, 1.0)), stroke) as u8;
    [channel(0), channel(1), channel(2), inside]
}

/// Coverage of a pixel at a signed distance inside an edge.
fn half_coverage(distance: f32) -> f32 {
    (distance + 0.5).clamp(0.0, 1.0)
}
