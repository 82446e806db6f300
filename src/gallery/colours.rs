//! The colour that prevails in a picture, for the filter.

use super::protocol::Colour;
use crate::picture::Picture;

/// Looks at every pixel of a (small) picture; colourful ones weigh more than pale ones.
pub fn prevailing(p: &Picture) -> Colour {
    use Colour as C;
    const COLOURFUL: [(f32, Colour); 9] = [
        (15.0, C::Red),
        (45.0, C::Orange),
        (70.0, C::Yellow),
        (165.0, C::Green),
        (195.0, C::Cyan),
        (260.0, C::Blue),
        (310.0, C::Purple),
        (345.0, C::Pink),
        (361.0, C::Red),
    ];
    let mut weights = [0f64; 9];
    let (mut grey, mut light, mut seen) = (0f64, 0f64, 0f64);
    for px in p.rgba().chunks_exact(4) {
        let alpha = f64::from(px[3]) / 255.0;
        let (hue, chroma, value) = hue_chroma_value(px[0], px[1], px[2]);
        seen += alpha;
        light += alpha * f64::from(value);
        if chroma < 0.12 {
            grey += alpha;
            continue;
        }
        let slot = COLOURFUL.iter().position(|(to, _)| hue < *to).unwrap_or(0);
        weights[slot] += alpha * f64::from(chroma);
    }
    // Red lies on both sides of 0.
    weights[0] += weights[8];
    weights[8] = 0.0;
    let mean = if seen > 0.0 { light / seen } else { 1.0 };
    if grey > 0.85 * seen || weights.iter().sum::<f64>() == 0.0 {
        return match mean {
            m if m < 0.2 => C::Black,
            m if m > 0.8 => C::White,
            _ => C::Grey,
        };
    }
    if mean < 0.12 {
        return C::Black;
    }
    let best = (0..9).max_by(|&a, &b| weights[a].total_cmp(&weights[b]));
    COLOURFUL[best.unwrap_or(0)].1
}

/// Hue in degrees, chroma and value 0..=1.
fn hue_chroma_value(r: u8, g: u8, b: u8) -> (f32, f32, f32) {
    let [r, g, b] = [r, g, b].map(|c| f32::from(c) / 255.0);
    let max = r.max(g).max(b);
    let chroma = max - r.min(g).min(b);
    if chroma == 0.0 {
        return (0.0, 0.0, max);
    }
    let hue = if max == r {
        ((g - b) / chroma).rem_euclid(6.0)
    } else if max == g {
        (b - r) / chroma + 2.0
    } else {
        (r - g) / chroma + 4.0
    };
    (hue * 60.0, chroma, max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(c: [u8; 3]) -> Picture {
        Picture::from_rgba(4, 4, [c[0], c[1], c[2], 255].repeat(16)).unwrap()
    }

    #[test]
    fn plain_pictures_are_what_they_look_like() {
        for (rgb, colour) in [
            ([220, 30, 30], Colour::Red),
            ([220, 30, 50], Colour::Red),
            ([230, 130, 30], Colour::Orange),
            ([230, 220, 40], Colour::Yellow),
            ([40, 180, 60], Colour::Green),
            ([40, 200, 200], Colour::Cyan),
            ([40, 80, 210], Colour::Blue),
            ([140, 50, 200], Colour::Purple),
            ([230, 60, 160], Colour::Pink),
            ([250, 250, 250], Colour::White),
            ([128, 128, 128], Colour::Grey),
            ([5, 5, 8], Colour::Black),
        ] {
            assert_eq!(prevailing(&plain(rgb)), colour, "{rgb:?}");
        }
    }
}
