//! What a user would notice of a material.

use super::*;
use crate::spaces::Tags;
use crate::spaces::gltf::Shape;

fn picture(width: u32, height: u32, shade: impl Fn(f32, f32) -> f32) -> Picture {
    let pixels = (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            let v = shade(x as f32 / width as f32, y as f32 / height as f32);
            let v = (v.clamp(0.0, 1.0) * 255.0) as u8;
            [v, v, (v / 2) + 40, 255]
        })
        .collect();
    Picture::from_rgba(width, height, pixels).unwrap()
}

/// Waves that close at all sides.
fn waves() -> Picture {
    let turn = std::f32::consts::TAU;
    picture(96, 64, |x, y| {
        0.5 + 0.2 * (turn * (2.0 * x + y)).sin()
            + 0.15 * (turn * (3.0 * y - x)).cos()
            + 0.1 * (turn * (11.0 * x + 7.0 * y)).sin()
    })
}

fn made(picture: &Picture, settings: &Settings) -> Material {
    make(picture, settings, &CancelToken::new()).unwrap()
}

#[test]
fn the_maps_of_a_seamless_picture_are_seamless_wherever_it_is_cut() {
    let (picture, [width, height]) = (waves(), [96usize, 64]);
    let source = |x: usize, y: usize| ((y + 23) % height) * width + (x + 41) % width;
    let mut moved = Vec::new();
    for y in 0..height {
        for x in 0..width {
            moved.extend_from_slice(&picture.rgba()[source(x, y) * 4..][..4]);
        }
    }
    let moved = Picture::from_rgba(96, 64, moved).unwrap();
    let settings = Settings::default();
    let (a, b) = (made(&picture, &settings), made(&moved, &settings));
    assert_eq!(a.seamless, [true; 2]);
    assert_eq!(b.seamless, [true; 2]);
    for y in 0..height {
        for x in 0..width {
            let (from, to) = (source(x, y), y * width + x);
            assert_eq!(a.height[from].to_bits(), b.height[to].to_bits());
            assert_eq!(a.normal[from], b.normal[to]);
            assert_eq!(a.roughness[from], b.roughness[to]);
            assert_eq!(a.occlusion[from], b.occlusion[to]);
            // The mean of the light is a sum in another order.
            for c in 0..4 {
                let [p, q] = [(&a, from), (&b, to)].map(|(m, i)| m.base.rgba()[i * 4 + c]);
                assert!(p.abs_diff(q) <= 1);
            }
        }
    }
}

#[test]
fn a_flat_picture_gives_a_flat_open_surface() {
    let flat = picture(40, 40, |_, _| 0.6);
    let m = made(&flat, &Settings::default());
    assert!(m.normal.iter().all(|n| *n == [128, 128, 255]));
    assert!(m.occlusion.iter().all(|o| *o == 255));
    let rough = (Settings::default().roughness * 255.0 + 0.5) as u8;
    assert!(m.roughness.iter().all(|r| r.abs_diff(rough) <= 1));
    let differs = m.base.rgba().iter().zip(flat.rgba());
    assert!(differs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn a_light_bump_faces_away_from_its_middle_and_a_dark_pit_is_shaded() {
    let bump = |sign: f32| {
        picture(64, 64, move |x, y| {
            let d = (x - 0.5).powi(2) + (y - 0.5).powi(2);
            0.5 + sign * 0.4 * (-d * 60.0).exp()
        })
    };
    let m = made(&bump(1.0), &Settings::default());
    let at = |x: usize, y: usize| y * 64 + x;
    assert!(m.normal[at(25, 32)][0] < 120, "left of it x points left");
    assert!(m.normal[at(39, 32)][0] > 136, "right of it x points right");
    assert!(m.normal[at(32, 25)][1] > 136, "above it y points up");
    assert!(m.normal[at(32, 39)][1] < 120, "below it y points down");
    let deep = Settings {
        height_strength: 4.0,
        ..Settings::default()
    };
    let pit = made(&bump(-1.0), &deep);
    assert!(
        pit.occlusion[at(32, 32)] < 230,
        "{}",
        pit.occlusion[at(32, 32)]
    );
    assert!(pit.occlusion[at(2, 2)] > 245);
    let inverted = Settings {
        invert: true,
        ..Settings::default()
    };
    assert!(made(&bump(1.0), &inverted).normal[at(25, 32)][0] > 136);
}

#[test]
fn uneven_light_is_taken_out_of_the_base_colour() {
    let lit = picture(128, 128, |x, y| {
        let grain = if ((x * 32.0) as u32 + (y * 32.0) as u32).is_multiple_of(2) {
            0.05
        } else {
            -0.05
        };
        0.2 + 0.6 * x + grain
    });
    let uneven = |p: &Picture| {
        let mean = |from: usize| -> f64 {
            let rows = p.rgba().chunks_exact(128 * 4);
            let sum: u64 = rows
                .flat_map(|row| row[from * 4..][..32 * 4].chunks_exact(4))
                .map(|pixel| u64::from(pixel[0]))
                .sum();
            sum as f64 / (128.0 * 32.0)
        };
        mean(96) - mean(0)
    };
    let even = |even| Settings {
        even,
        ..Settings::default()
    };
    let before = uneven(&made(&lit, &even(0.0)).base);
    let after = uneven(&made(&lit, &even(1.0)).base);
    assert!(before > 100.0 && after < 0.35 * before, "{before} {after}");
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    let wrong = |settings: Settings| {
        let error = make(&waves(), &settings, &CancelToken::new()).unwrap_err();
        error.to_string()
    };
    let text = wrong(Settings {
        detail: 1.5,
        ..Settings::default()
    });
    assert!(text.contains("detail"), "{text}");
    let text = wrong(Settings {
        metalness: f32::NAN,
        ..Settings::default()
    });
    assert!(text.contains("metalness"), "{text}");
    let small = picture(7, 40, |_, _| 0.5);
    let error = make(&small, &Settings::default(), &CancelToken::new()).unwrap_err();
    assert_eq!(error, SpacesError::TooSmall(7, 40, LEAST_SIDE));
}

#[test]
fn who_stops_it_gets_nothing() {
    let stop = CancelToken::new();
    stop.cancel();
    let error = make(&waves(), &Settings::default(), &stop).unwrap_err();
    assert_eq!(error, SpacesError::Cancelled);
}

fn decoded(file: &MaterialFile) -> (png::ColorType, png::BitDepth, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file.bytes))
        .read_info()
        .unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    (info.color_type, info.bit_depth, bytes)
}

#[test]
fn each_program_gets_its_names_its_normals_and_its_channels() {
    let settings = Settings {
        metalness: 0.25,
        ..Settings::default()
    };
    let m = made(&waves(), &settings);
    let tags = Tags {
        xmp: "<x/>".into(),
        ..Tags::default()
    };
    let of = |convention: Convention, end: &str| {
        let files = files(&m, convention, "oak", &tags).unwrap();
        let names: Vec<String> = files.iter().map(|f| f.name.clone()).collect();
        assert_eq!(names, convention.names("oak"));
        let found = files.iter().find(|f| f.name == end);
        found
            .cloned()
            .unwrap_or_else(|| panic!("{end} in {names:?}"))
    };
    use png::{BitDepth, ColorType};
    let (color, depth, bytes) = decoded(&of(Convention::Blender, "oak_height.png"));
    assert_eq!((color, depth), (ColorType::Grayscale, BitDepth::Sixteen));
    let middle = u16::from_be_bytes([bytes[2000], bytes[2001]]);
    assert!((f32::from(middle) / 65_535.0 - m.height[1000]).abs() < 1e-4);
    let gl = decoded(&of(Convention::Godot, "oak_normal.png")).2;
    let dx = decoded(&of(Convention::Unreal, "T_oak_N.png")).2;
    for (gl, dx) in gl.chunks_exact(3).zip(dx.chunks_exact(3)) {
        assert_eq!((gl[0], gl[2]), (dx[0], dx[2]));
        assert_eq!(
            (u16::from(gl[1]) + u16::from(dx[1])).clamp(1, 256),
            u16::from(gl[1]) + u16::from(dx[1])
        );
    }
    let orm = decoded(&of(Convention::Unreal, "T_oak_ORM.png")).2;
    assert_eq!(orm[300..303], [m.occlusion[100], m.roughness[100], 64]);
    let (color, _, mask) = decoded(&of(Convention::Unity, "oak_MaskMap.png"));
    assert_eq!(color, ColorType::Rgba);
    assert_eq!(
        mask[400..404],
        [64, m.occlusion[100], 0, 255 - m.roughness[100]]
    );
    let file = of(Convention::Plain, "oak_base_color.png");
    assert!(file.bytes.windows(4).any(|w| w == b"<x/>"));
}

#[test]
fn equal_settings_give_equal_bytes_with_any_number_of_threads() {
    let bytes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let m = made(&waves(), &Settings::default());
            glb(&m, Shape::Sphere, &Tags::default()).unwrap()
        })
    };
    assert_eq!(bytes(1), bytes(3));
}

#[test]
fn a_look_shows_a_ball_and_the_light_where_the_lamp_is() {
    let m = made(&picture(32, 32, |_, _| 0.7), &Settings::default());
    let ball = look(
        &m,
        &Look {
            side: 64,
            ..Look::default()
        },
    )
    .unwrap();
    let at = |x: usize, y: usize| &ball.rgba()[(y * 64 + x) * 4..][..4];
    assert_eq!(at(0, 0)[3], 0);
    assert_eq!(at(32, 32)[3], 255);
    assert!(at(20, 18)[0] > at(46, 48)[0] + 40);
}

#[test]
fn every_body_is_seen_with_nothing_around_it_and_its_light_follows_the_lamp() {
    let m = made(&picture(32, 32, |_, _| 0.7), &Settings::default());
    let seen = |body: Body, lamp: [f32; 3]| {
        let how = Look {
            body,
            lamp,
            side: 96,
            ..Look::default()
        };
        look(&m, &how).unwrap()
    };
    let light = |picture: &Picture, half: std::ops::Range<usize>| -> f64 {
        let mut sum = (0.0, 0.0);
        for y in 0..96 {
            for x in half.clone() {
                let p = &picture.rgba()[(y * 96 + x) * 4..][..4];
                if p[3] == 255 {
                    sum = (sum.0 + f64::from(p[1]), sum.1 + 1.0);
                }
            }
        }
        sum.0 / sum.1
    };
    for body in [Body::Sphere, Body::Cube, Body::Plane, Body::Cloth] {
        let (left, right) = (seen(body, [-0.8, 0.2, 0.5]), seen(body, [0.8, 0.2, 0.5]));
        assert_eq!(left.rgba()[(48 * 96 + 48) * 4 + 3], 255, "{body:?}");
        assert_eq!(left.rgba()[3] == 0, body != Body::Plane, "{body:?}");
        // A flat sheet is as light on the left as on the right; all others are not.
        let more = |p: &Picture| light(p, 0..48) - light(p, 48..96);
        let turned = more(&left) - more(&right);
        match body {
            Body::Plane => assert!(turned.abs() < 3.0, "{turned}"),
            Body::Sphere => assert!(turned > 40.0, "{turned}"),
            Body::Cube => assert!(turned > 15.0, "{turned}"),
            Body::Cloth => assert!(left != right),
        }
    }
}

#[test]
fn a_cube_shows_three_sides_and_a_repeated_picture_repeats() {
    // A picture that is red on its left half.
    let half = picture(32, 32, |x, _| if x < 0.5 { 0.9 } else { 0.1 });
    let m = made(
        &half,
        &Settings {
            even: 0.0,
            height_strength: 0.0,
            ..Settings::default()
        },
    );
    let how = |body, tiles| Look {
        body,
        tiles,
        side: 128,
        points: 1,
        ..Look::default()
    };
    // Changes between light and dark along the middle row of a sheet: two for each picture.
    let changes = |tiles: f32| {
        let sheet = look(&m, &how(Body::Plane, tiles)).unwrap();
        let row: Vec<bool> = (0..128)
            .map(|x| sheet.rgba()[(64 * 128 + x) * 4] > 128)
            .collect();
        row.windows(2).filter(|w| w[0] != w[1]).count()
    };
    assert_eq!(changes(1.0), 1);
    assert_eq!(changes(3.0), 5);
    let plain = made(&picture(32, 32, |_, _| 0.7), &Settings::default());
    let cube = look(&plain, &how(Body::Cube, 2.0)).unwrap();
    let mut shades: Vec<u8> = cube
        .rgba()
        .chunks(4)
        .filter(|p| p[3] == 255)
        .map(|p| p[1])
        .collect();
    shades.sort_unstable();
    shades.dedup();
    assert_eq!(shades.len(), 3, "{shades:?}");
}

#[test]
fn maps_are_shown_as_they_are_written() {
    let m = made(&picture(16, 8, |x, y| x * y), &Settings::default());
    for map in [
        Map::Base,
        Map::Height,
        Map::Normal,
        Map::Roughness,
        Map::Occlusion,
    ] {
        assert_eq!(shown(&m, map).unwrap().size(), [16, 8]);
    }
    let normal = shown(&m, Map::Normal).unwrap();
    assert_eq!(normal.rgba()[..3], m.normal[0]);
}
