use super::*;
use crate::picture::Picture;
use crate::spaces::panorama::direction;

const FLAT: Strip = Strip {
    fov: 120.0,
    horizon: 0.5,
    projection: Projection::Equirectangular,
};

/// Each direction has a colour of its own.
fn colour(rise: f64, turn: f64) -> [f64; 3] {
    let place = [turn / TAU + 0.5, 0.5 - rise / PI].map(|at| at as f32);
    direction(place).map(|c| 127.5 + 100.0 * f64::from(c))
}

/// A strip of those colours.
fn globe(strip: &Strip, size: [u32; 2]) -> Picture {
    let radius = strip.radius(size);
    let pixels = (0..size[0] * size[1]).flat_map(|at| {
        let [x, y] = [at % size[0], at / size[0]].map(|side| f64::from(side) + 0.5);
        let turn = (x - f64::from(size[0]) / 2.0) / radius;
        let rise = strip.rise(y / f64::from(size[1]), size);
        let [r, g, b] = colour(rise, turn).map(|c| c.round() as u8);
        [r, g, b, 255]
    });
    Picture::from_rgba(size[0], size[1], pixels.collect()).unwrap()
}

#[test]
fn a_strip_lies_where_it_was_seen() {
    for projection in [Projection::Cylindrical, Projection::Equirectangular] {
        for (fov, horizon, size, wanted) in [
            (120.0, 0.5, [400, 160], None),
            (200.0, 0.3, [700, 180], None),
            (90.0, 0.7, [300, 200], Some([512, 256])),
            (150.0, 0.5, [300, 100], Some([1600, 800])),
        ] {
            let strip = Strip {
                fov,
                horizon,
                projection,
            };
            let layout = strip.layout(size, wanted).unwrap();
            let seen = layout.unrolled(&globe(&strip, size)).unwrap();
            assert_eq!(seen.size(), layout.part);
            let mut worst = 0.0f64;
            for (at, pixel) in seen.rgba().chunks_exact(4).enumerate() {
                let [x, y] = [at as u32 % seen.width(), at as u32 / seen.width()];
                let row = (y + layout.top) as usize;
                let rise = Layout::rise_of(row, layout.size[1] as usize);
                let column = f64::from(x + layout.left) + 0.5;
                let turn = (column / f64::from(layout.size[0]) - 0.5) * TAU;
                for (value, exact) in pixel.iter().zip(colour(rise, turn)) {
                    worst = worst.max((f64::from(*value) - exact).abs());
                }
            }
            // A pixel is about one value wide; half of one is lost by rounding to whole rows.
            assert!(worst < 2.5, "{strip:?} {size:?}: {worst}");
        }
    }
}

#[test]
fn at_its_own_scale_not_a_byte_of_it_is_changed() {
    let photo = globe(&FLAT, [400, 160]);
    let layout = FLAT.layout(photo.size(), None).unwrap();
    assert_eq!(layout.size, [1200, 600]);
    assert!(layout.unrolled(&photo).unwrap() == photo);
    let [left, top] = layout.corner();
    let [width, height] = layout.grown();
    assert!(left + 400 <= width && top + 160 <= height && height < 600);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let said = |strip: Strip, size, wanted| strip.layout(size, wanted).unwrap_err().to_string();
    let with = |fov, horizon| Strip {
        fov,
        horizon,
        ..FLAT
    };
    assert!(said(with(10.0, 0.5), [300, 100], None).contains("fov is 10"));
    assert!(said(with(f32::NAN, 0.5), [300, 100], None).contains("fov"));
    assert!(said(with(100.0, 1.5), [300, 100], None).contains("horizon is 1.5"));
    assert!(said(FLAT, [300, 100], Some([800, 300])).contains("twice as wide"));
    assert!(said(FLAT, [300, 100], Some([20_000, 10_000])).contains("width is 20000"));
    let over = said(with(300.0, 0.5), [300, 300], None);
    assert!(over.contains("300°") && over.contains("pole"), "{over}");
    // On a cylinder nothing does.
    let tall = Strip {
        projection: Projection::Cylindrical,
        ..with(300.0, 0.1)
    };
    let layout = tall.layout([300, 3000], None).unwrap();
    assert!(layout.top + layout.part[1] <= layout.size[1]);
    assert!(layout.band.end <= layout.size[1]);
}

#[test]
fn the_angle_is_guessed_by_the_shape() {
    assert_eq!(usual_fov([3000, 700]), 229.0);
    assert_eq!(usual_fov([100, 1000]), 40.0);
    assert_eq!(usual_fov([10_000, 100]), 330.0);
}

/// A turn with much contrast: what is around a pole is one colour, whatever the direction; nothing
/// jumps, and the strip is as it was.
#[test]
fn poles_are_points_and_the_strip_is_left_alone() {
    let layout = FLAT.layout([400, 160], None).unwrap();
    let [width, height] = layout.grown();
    let pixels = (0..width * height).flat_map(|at| {
        let (x, y) = (at % width, at / width);
        let value = if (x / 40 + y / 25).is_multiple_of(2) {
            230
        } else {
            20
        };
        [value, (x * 255 / width) as u8, (y % 200) as u8, 255]
    });
    let grown = Picture::from_rgba(width, height, pixels.collect()).unwrap();
    let whole = layout.whole(&grown).unwrap();
    assert_eq!(whole.size(), layout.size);
    let row = |y: u32| {
        let bytes = whole.width() as usize * 4;
        &whole.rgba()[y as usize * bytes..][..bytes]
    };
    for y in [0, 1, 2, 597, 598, 599] {
        for c in 0..3 {
            let values = row(y).iter().skip(c).step_by(4);
            let (least, most) = (values.clone().min().unwrap(), values.max().unwrap());
            assert!(most - least <= 3, "row {y}: {least} to {most}");
        }
    }
    let [left, top] = layout.corner();
    for y in 0..layout.part[1] {
        let own = &grown.rgba()[((top + y) * width + left) as usize * 4..][..1600];
        assert_eq!(&row(layout.top + y)[left as usize * 4..][..1600], own);
    }
    // Beyond what was grown no two neighbours differ by much, in any direction.
    for y in 0..layout.band.start - 1 {
        for (a, b) in row(y).iter().zip(row(y + 1)) {
            assert!(a.abs_diff(*b) <= 12, "row {y}: {a} {b}");
        }
        for (a, b) in row(y).iter().zip(row(y)[4..].iter().chain(row(y))) {
            assert!(a.abs_diff(*b) <= 12, "row {y}: {a} {b}");
        }
    }
}

#[test]
fn looks_at_what_grows_are_panoramas_as_well() {
    let layout = FLAT.layout([400, 160], None).unwrap();
    for width in [16, 37, 250, 600, 1200] {
        let height = (layout.grown()[1] * width / 1200).max(8);
        let pixels = [90, 120, 150, 255].repeat((width * height) as usize);
        let grown = Picture::from_rgba(width, height, pixels).unwrap();
        let whole = layout.whole(&grown).unwrap();
        assert!(check(whole.size()).is_ok(), "{:?}", whole.size());
        let off = |p: &[u8]| {
            p.iter()
                .zip([90, 120, 150, 255])
                .any(|(a, b)| a.abs_diff(b) > 1)
        };
        assert!(!whole.rgba().chunks_exact(4).any(off), "{width}");
    }
}
