//! Pictures and recipes that the tests of files share.
#![allow(dead_code)]

#[path = "../common/skip.rs"]
pub mod skip;

use std::sync::Arc;

use limner::picture::Picture;
use limner::recipe::*;

/// A colourful picture; with transparency when asked.
pub fn picture(width: u32, height: u32, transparent: bool) -> Picture {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let a = if transparent {
                (x * 7 + y) as u8 | 1
            } else {
                255
            };
            pixels.extend([(x * 3) as u8, (y * 5) as u8, (x ^ y) as u8, a]);
        }
    }
    Picture::from_rgba(width, height, pixels).unwrap()
}

/// A recipe with something of everything that Explore knows.
pub fn explore(seed: u64) -> Recipe {
    let mut params = ExploreParams::new("fruit", seed);
    params.truncation_psi = 0.1 + 0.2;
    params.mix = Some(StyleMix {
        seed: u64::MAX,
        layers: LayerRange { start: 4, end: 8 },
    });
    params.edits = vec![DirectionEdit {
        direction: "measured.warmth".into(),
        sigma: -1.1,
        layers: None,
    }];
    recipe(Making::Explore(params))
}

/// A recipe around a making.
pub fn recipe(making: Making) -> Recipe {
    Recipe {
        version: UNFINISHED_VERSION,
        software: "Limner 0.1.0".into(),
        created: "2026-11-25T02:18:58Z".into(),
        device: "cpu avx2+fma".into(),
        making,
        models: vec![ModelRef {
            name: "fruit".into(),
            sha256: "ab".repeat(32),
        }],
        sources: vec![],
        resolved_ws: Some(vec![vec![0.1, -1.5e-7, f32::MIN_POSITIVE]; 2]),
        finish: None,
        extra: Default::default(),
    }
}

/// A stylised photo with a painted mask.
pub fn style() -> Recipe {
    let photo = source("holiday & <café>.jpg", "11");
    let mut style = source("monet.png", "22");
    style.artist = "Claude Monet".into();
    style.licence = "public domain".into();
    let params = StyleParams {
        model: "restyle".into(),
        photo: photo.clone(),
        styles: vec![
            StyleLayer {
                style: StyleSource::Builtin("nightfall".into()),
                weight: 0.25,
                code: Some(vec![0.5; 8]),
                learnt: None,
                code_edits: vec![(3, 1.5)],
                mask: Some(Arc::new(Mask {
                    shapes: vec![
                        MaskShape::Fill(0.5),
                        MaskShape::Stroke(Stroke {
                            points: [[0.1, 0.2], [0.3, 0.4]].into(),
                            radius: 0.05,
                            feather: 0.5,
                            erase: false,
                        }),
                        MaskShape::Linear {
                            from: [0.0, 0.0],
                            to: [1.0, 1.0],
                        },
                        MaskShape::Radial {
                            center: [0.5, 0.5],
                            radius: 0.2,
                            feather: 0.1,
                        },
                    ],
                    invert: true,
                })),
            },
            StyleLayer {
                style: StyleSource::File(style.clone()),
                weight: 0.75,
                code: None,
                learnt: None,
                code_edits: vec![],
                mask: None,
            },
        ],
        strength: 0.9,
        brush: 1.0,
        keep_colors: 0.2,
        wrap: limner::recipe::Wrap::None,
    };
    let mut r = recipe(Making::Style(params));
    r.models[0].name = "restyle".into();
    r.sources = vec![photo, style];
    r
}

/// A source picture.
pub fn source(name: &str, sha: &str) -> SourceRef {
    SourceRef {
        sha256: sha.repeat(32),
        name: name.into(),
        path: format!("/home/ada/{name}"),
        artist: String::new(),
        licence: String::new(),
    }
}

/// Runs exiftool, or says that it isn't there.
pub fn exiftool(args: &[&std::ffi::OsStr]) -> Option<String> {
    match std::process::Command::new("exiftool").args(args).output() {
        Ok(out) => Some(String::from_utf8_lossy(&out.stdout).into_owned()),
        Err(_) => {
            skip::skip(skip::Lack::Exiftool);
            None
        }
    }
}
