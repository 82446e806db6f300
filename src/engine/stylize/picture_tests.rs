//! Whole styled pictures, with a network that only blurs.

use super::network::tests::Blur;
use super::*;
use crate::engine::protocol::{StylizeOptions, Tier};
use crate::recipe::MaskShape;

fn photo(width: u32, height: u32) -> Picture {
    let pixels = (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            let v = (((x / 7 + y / 5) % 2) * 120 + (x * y) % 60 + 20) as u8;
            [v, 200 - v, v / 2, if x < 3 { 40 } else { 255 }]
        })
        .collect();
    Picture::from_rgba(width, height, pixels).unwrap()
}

fn style(level: f32, share: f32, mask: Option<Arc<Mask>>) -> StyleShare<Blur> {
    StyleShare {
        net: Blur,
        net_sha: "model".into(),
        code: vec![level],
        share,
        mask,
    }
}

fn spec(
    photo: &Picture,
    styles: Vec<StyleShare<Blur>>,
    strength: f32,
    plan: StylePlan,
) -> StyleSpec<'_, Blur> {
    StyleSpec {
        photo,
        photo_sha: "photo",
        styles,
        strength,
        keep_colors: 0.0,
        plan,
    }
}

fn run(cache: &StyleCache, spec: &StyleSpec<'_, Blur>) -> (Picture, usize) {
    let mut painted = 0;
    let picture = cache
        .stylize(spec, &CancelToken::new(), &mut |phase, _, _| {
            painted += usize::from(phase == StylePhase::Painting);
            Ok(())
        })
        .unwrap();
    (picture, painted)
}

fn full(photo: &Picture) -> StylePlan {
    StylePlan::full(photo.size(), 4.0, &StylizeOptions::default())
}

#[test]
fn strength_zero_and_no_styles_give_the_photo() {
    let photo = photo(320, 200);
    let cache = StyleCache::new();
    let none = spec(&photo, vec![], 1.0, full(&photo));
    assert_eq!(run(&cache, &none).0, photo);
    let zero = spec(&photo, vec![style(0.5, 1.0, None)], 0.0, full(&photo));
    assert_eq!(run(&cache, &zero).0, photo);
}

#[test]
fn transparency_is_kept_and_colours_change() {
    let photo = photo(320, 200);
    let spec = spec(&photo, vec![style(0.9, 1.0, None)], 1.0, full(&photo));
    let (out, _) = run(&StyleCache::new(), &spec);
    assert_eq!(out.size(), photo.size());
    let alphas = |p: &Picture| {
        p.rgba()
            .iter()
            .skip(3)
            .step_by(4)
            .copied()
            .collect::<Vec<_>>()
    };
    assert_eq!(alphas(&out), alphas(&photo));
    let mean = |p: &Picture| {
        p.rgba()
            .iter()
            .step_by(4)
            .map(|&v| u64::from(v))
            .sum::<u64>()
    };
    assert!(mean(&out) > mean(&photo) * 2);
}

#[test]
fn where_the_mask_is_empty_the_photo_stays_byte_for_byte() {
    let photo = photo(320, 200);
    let mask = Mask {
        shapes: vec![MaskShape::Radial {
            center: [0.2, 0.3],
            radius: 0.1,
            feather: 0.5,
        }],
        invert: false,
    };
    let styles = vec![style(0.9, 1.0, Some(mask.into()))];
    let (out, _) = run(&StyleCache::new(), &spec(&photo, styles, 1.0, full(&photo)));
    let pixel = |p: &Picture, x: usize, y: usize| p.rgba()[(y * 320 + x) * 4..][..4].to_vec();
    assert_ne!(pixel(&out, 64, 96), pixel(&photo, 64, 96));
    for y in 0..200 {
        for x in 160..320 {
            assert_eq!(pixel(&out, x, y), pixel(&photo, x, y), "{x} {y}");
        }
    }
}

#[test]
fn the_preview_is_the_export_shrunk() {
    let photo = photo(640, 400);
    let cache = StyleCache::new();
    let styles = || vec![style(0.7, 1.0, None)];
    let (large, _) = run(&cache, &spec(&photo, styles(), 1.0, full(&photo)));
    let plan = StylePlan::preview(photo.size(), 4.0, Tier::Full(160));
    let (preview, _) = run(&cache, &spec(&photo, styles(), 1.0, plan));
    let shrunk = shrink(&large, [160, 100]);
    let difference: f64 = preview
        .rgba()
        .iter()
        .zip(shrunk.rgba())
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum::<f64>()
        / preview.rgba().len() as f64;
    assert!(difference < 3.0, "{difference}");
}

#[test]
fn palette_masks_and_shares_need_no_network() {
    let photo = photo(320, 200);
    let cache = StyleCache::new();
    let plan = full(&photo);
    let mut first = spec(&photo, vec![style(0.9, 1.0, None)], 1.0, plan);
    assert!(run(&cache, &first).1 > 0);
    first.keep_colors = 0.8;
    assert_eq!(run(&cache, &first).1, 0);
    let half = Mask {
        shapes: vec![MaskShape::Fill(0.5)],
        invert: false,
    };
    first.styles[0].mask = Some(half.into());
    assert_eq!(run(&cache, &first).1, 0);
    first.strength = 0.5;
    assert!(run(&cache, &first).1 > 0, "the network follows strength");
}

#[test]
fn unmasked_styles_are_blended_by_their_codes() {
    let shares = [
        style(0.2, 0.5, None),
        style(0.8, 1.5, None),
        style(0.4, 0.0, None),
        style(0.4, 1.0, Some(Arc::default())),
    ];
    let out = merged(&shares);
    assert_eq!(out.len(), 2);
    assert!((out[0].code[0] - 0.65).abs() < 1e-6);
    assert_eq!(out[0].share, 2.0);
    assert!(out[1].mask.is_some());
}

#[test]
fn levels_grow_evenly_and_end_at_the_result() {
    let options = StylizeOptions::default();
    let plan = StylePlan::full([6000, 4000], 1.0, &options);
    let levels = plan.levels();
    assert_eq!(levels.len(), 3);
    assert_eq!(levels.last(), Some(&[6000, 4000]));
    let sides = std::iter::once(768).chain(levels.iter().map(|size| size[0]));
    let sides: Vec<u32> = sides.collect();
    assert!(
        sides
            .windows(2)
            .all(|w| w[1] > w[0] && f64::from(w[1]) < 2.1 * f64::from(w[0]))
    );
    assert!(plan.with_scales(StrokeScales::One).levels().is_empty());
    // The level before the last is never larger than memory allows.
    let huge = StylePlan::full([20_000, 15_000], 0.25, &options).levels();
    let pixels = |size: &[u32; 2]| u64::from(size[0]) * u64::from(size[1]);
    assert!(
        huge.iter()
            .rev()
            .nth(1)
            .is_none_or(|size| pixels(size) < 9_000_000)
    );
    assert!(
        StylePlan::full([700, 500], 1.0, &options)
            .levels()
            .is_empty()
    );
}

#[test]
fn levels_in_tiles_are_the_whole() {
    let photo = photo(640, 400);
    let cache = StyleCache::new();
    let make = |tile| {
        let mut plan = full(&photo);
        plan.tile = tile;
        assert_eq!(plan.levels().len(), 2);
        let styles = vec![style(0.7, 1.0, None)];
        run(&cache, &spec(&photo, styles, 1.0, plan)).0
    };
    assert_eq!(make(4096), make(64));
}
