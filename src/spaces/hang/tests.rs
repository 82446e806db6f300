//! What a user would notice of a picture on a wall.

use super::*;

fn hanging() -> Hanging {
    Hanging {
        frame: Some(Frame::Oak),
        mat: 5.0,
        ..Hanging::sheet(60.0, [300, 200])
    }
}

fn canvas() -> Hanging {
    Hanging {
        canvas: 3.8,
        ..Hanging::sheet(60.0, [300, 200])
    }
}

/// Least and most of each coordinate, metres.
fn extent(parts: &[Part]) -> [[f32; 3]; 2] {
    let points = || parts.iter().flat_map(|p| &p.mesh.positions);
    let fold = |pick: fn(f32, f32) -> f32, first: f32| {
        points().fold([first; 3], |a, p| std::array::from_fn(|i| pick(a[i], p[i])))
    };
    [fold(f32::min, f32::MAX), fold(f32::max, f32::MIN)]
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-5
}

#[test]
fn everything_has_the_size_that_was_asked_for_and_touches_the_wall() {
    for hanging in [hanging(), canvas(), Hanging::sheet(60.0, [300, 200])] {
        let parts = parts(&hanging);
        let [low, high] = extent(&parts);
        let [width, height] = hanging.outer();
        assert!(near(high[0] - low[0], width / 100.0), "{hanging:?}");
        assert!(near(high[1] - low[1], height / 100.0), "{hanging:?}");
        assert!(near(low[2], 0.0));
        let picture = parts.iter().find(|p| p.name == "picture").unwrap();
        let [low, high] = extent(std::slice::from_ref(picture));
        assert!(near(high[0] - low[0], 0.6) && near(high[1] - low[1], 0.4));
    }
    assert_eq!(hanging().outer(), [74.0, 54.0]);
}

#[test]
fn every_triangle_faces_out_of_its_own_normal() {
    let framed = Hanging {
        frame: Some(Frame::Gold),
        ..canvas()
    };
    for hanging in [hanging(), canvas(), framed] {
        for part in parts(&hanging) {
            let mesh = &part.mesh;
            assert_eq!(mesh.positions.len(), mesh.uvs.len());
            for t in mesh.indices.chunks_exact(3) {
                let [a, b, c] = [0, 1, 2].map(|i| mesh.positions[t[i] as usize]);
                let [p, q]: [[f32; 3]; 2] = [b, c].map(|v| std::array::from_fn(|i| v[i] - a[i]));
                let face = [
                    p[1] * q[2] - p[2] * q[1],
                    p[2] * q[0] - p[0] * q[2],
                    p[0] * q[1] - p[1] * q[0],
                ];
                let n = mesh.normals[t[0] as usize];
                let towards: f32 = (0..3).map(|i| face[i] * n[i]).sum();
                assert!(towards > 0.0, "{}", part.name);
            }
        }
    }
}

#[test]
fn the_picture_goes_on_around_a_canvas_without_a_jump() {
    let parts = parts(&canvas());
    let mesh = &parts.iter().find(|p| p.name == "picture").unwrap().mesh;
    // Where an edge meets the front, both show the same place of the picture.
    let front = 0..4;
    let mut met = 0;
    for corner in front {
        let (at, uv) = (mesh.positions[corner], mesh.uvs[corner]);
        for other in 4..mesh.positions.len() {
            if mesh.positions[other] == at {
                assert_eq!(mesh.uvs[other], uv);
                met += 1;
            }
        }
    }
    assert_eq!(met, 8);
    assert!(mesh.uvs.iter().flatten().all(|c| (0.0..=1.0).contains(c)));
}

#[test]
fn lengths_that_no_picture_has_are_refused_by_name() {
    let wrong = |hanging: Hanging| hanging.check().unwrap_err().to_string();
    let text = wrong(Hanging {
        frame_width: 0.0,
        ..hanging()
    });
    assert!(text.contains("frame width"), "{text}");
    let text = wrong(Hanging {
        size: [f32::NAN, 10.0],
        ..hanging()
    });
    assert!(text.contains("width"), "{text}");
    let text = wrong(Hanging {
        mat: 4.0,
        ..canvas()
    });
    assert!(text.contains("mat"), "{text}");
}

#[test]
fn every_file_of_a_usdz_begins_at_64_bytes_uncompressed_and_the_scene_is_first() {
    // Sizes that aren't multiples of anything.
    for length in [1, 63, 64, 65, 1000] {
        let bytes: Vec<u8> = (0..length)
            .map(|i| if i == 0 { 0xff } else { i as u8 })
            .collect();
        let tags = Tags {
            title: "A \"quoted\" name\\".into(),
            ..Tags::default()
        };
        let file = usdz(&hanging(), &Texture { bytes: &bytes }, &tags).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&file)).unwrap();
        assert_eq!(zip.len(), 2);
        for (i, name) in ["scene.usda", "textures/picture.jpg"]
            .into_iter()
            .enumerate()
        {
            let entry = zip.by_index(i).unwrap();
            assert_eq!(entry.name().unwrap(), name);
            assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
            assert_eq!(entry.data_start().unwrap() % 64, 0, "{name}");
        }
        assert!(file.windows(8).any(|w| w == b"\\\"quoted"));
    }
}

#[test]
fn equal_hangings_are_equal_files() {
    let texture = Texture { bytes: b"\xff\xd8" };
    let tags = Tags::default();
    let make = || {
        (
            usdz(&hanging(), &texture, &tags).unwrap(),
            glb(&hanging(), &texture, &tags).unwrap(),
            page(&hanging(), &texture, &tags).unwrap(),
        )
    };
    assert!(make() == make());
}
