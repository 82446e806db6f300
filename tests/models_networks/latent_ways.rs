//! Truncation, mixing, edits, walks, neighbours: what must hold for any numbers.

use limner::latent::{
    self, DirectionLookup, LatentError, LatentStats, RandomWalk, Walk, Ws, breed, distance,
    neighbours, resolve,
};
use limner::recipe::{
    DirectionEdit, ExploreParams, LatentOrigin, LayerRange, StyleMix, WalkParams, WalkPath,
};
use proptest::prelude::*;

use super::toy::Toy;

struct One(Vec<f32>);

impl DirectionLookup for One {
    fn step(&self, id: &str) -> Option<&[f32]> {
        (id == "pca.0").then_some(self.0.as_slice())
    }
}

fn params(seed: u64, psi: f32) -> ExploreParams {
    ExploreParams {
        truncation_psi: psi,
        ..ExploreParams::new("toy", seed)
    }
}

fn ws(params: &ExploreParams) -> Ws {
    resolve(params, &Toy::new(), &()).unwrap()
}

proptest! {
    #[test]
    fn no_truncation_is_the_average(seed: u64) {
        for row in ws(&params(seed, 0.0)) {
            prop_assert_eq!(row, vec![1.0; Toy::DIM]);
        }
    }

    #[test]
    fn truncation_is_a_straight_way_to_the_average(seed: u64, psi in -1.0f32..2.0) {
        let (whole, part) = (ws(&params(seed, 1.0)), ws(&params(seed, psi)));
        for (w, p) in whole.iter().flatten().zip(part.iter().flatten()) {
            prop_assert!((1.0 + psi * (w - 1.0) - p).abs() < 1e-4);
        }
    }

    #[test]
    fn mixing_touches_its_layers_only(a: u64, b: u64, start in 0usize..5, end in 0usize..6) {
        let plain = ws(&params(a, 0.7));
        let other = ws(&params(b, 0.7));
        let mixed = ws(&ExploreParams {
            mix: Some(StyleMix { seed: b, layers: LayerRange { start, end } }),
            ..params(a, 0.7)
        });
        for (layer, row) in mixed.iter().enumerate() {
            let from = if (start..end).contains(&layer) { &other } else { &plain };
            prop_assert_eq!(row, &from[layer]);
        }
    }

    #[test]
    fn edits_add_up_and_keep_to_their_layers(seed: u64, sigma in -4.0f32..4.0, start in 0usize..4) {
        let step: Vec<f32> = (0..Toy::DIM).map(|i| i as f32 * 0.25).collect();
        let layers = LayerRange { start, end: start + 1 };
        let edit = |sigma| DirectionEdit { direction: "pca.0".into(), sigma, layers: Some(layers) };
        let edited = |edits| resolve(&ExploreParams { edits, ..params(seed, 1.0) }, &Toy::new(), &One(step.clone())).unwrap();
        let plain = ws(&params(seed, 1.0));
        let moved = edited(vec![edit(sigma)]);
        for (layer, row) in moved.iter().enumerate() {
            for ((m, p), s) in row.iter().zip(&plain[layer]).zip(&step) {
                let expected = if layer == start { p + sigma * s } else { *p };
                prop_assert!((m - expected).abs() < 1e-5);
            }
        }
        let back = edited(vec![edit(sigma), edit(-sigma)]);
        for (a, b) in back.iter().flatten().zip(plain.iter().flatten()) {
            prop_assert!((a - b).abs() < 1e-4);
        }
    }

    #[test]
    fn loops_close_and_walks_arrive(
        seeds in prop::collection::vec(0u64..1000, 2..6),
        frames in 2u32..40,
        spline: bool,
    ) {
        let toy = Toy::new();
        let walk = |looped| Walk::new(&walk_params(&seeds, frames, looped, spline), &toy, &()).unwrap();
        let (looped, open) = (walk(true), walk(false));
        let first = ws(&params(seeds[0], 0.8));
        let last = ws(&params(seeds[seeds.len() - 1], 0.8));
        prop_assert!(distance(&looped.frame(0, &toy).unwrap(), &first) < 1e-4);
        prop_assert!(distance(&looped.frame(frames, &toy).unwrap(), &first) < 1e-4);
        prop_assert!(distance(&open.frame(0, &toy).unwrap(), &first) < 1e-4);
        prop_assert!(distance(&open.frame(frames - 1, &toy).unwrap(), &last) < 1e-4);
    }

    #[test]
    fn children_lie_between_their_parents(a: u64, b: u64, seed: u64) {
        let (a, b) = (ws(&params(a, 1.0)), ws(&params(b, 1.0)));
        for child in breed(&a, &b, 6, seed) {
            for ((c, a), b) in child.iter().flatten().zip(a.iter().flatten()).zip(b.iter().flatten()) {
                prop_assert!(*c >= a.min(*b) - 1e-5 && *c <= a.max(*b) + 1e-5);
            }
        }
    }
}

fn walk_params(seeds: &[u64], frames: u32, looped: bool, spline: bool) -> WalkParams {
    WalkParams {
        points: seeds.iter().map(|&seed| params(seed, 0.8)).collect(),
        frames,
        fps: 25.0,
        looped,
        path: if spline {
            WalkPath::Spline
        } else {
            WalkPath::Spherical
        },
        spans: Vec::new(),
    }
}

#[test]
fn walks_go_at_constant_speed() {
    let toy = Toy::new();
    for (looped, spline) in [(true, true), (true, false), (false, true), (false, false)] {
        let walk = Walk::new(&walk_params(&[1, 2, 3, 40], 120, looped, spline), &toy, &()).unwrap();
        let frames: Vec<Ws> = (0..120).map(|i| walk.frame(i, &toy).unwrap()).collect();
        let mut steps: Vec<f64> = frames.windows(2).map(|w| distance(&w[0], &w[1])).collect();
        if looped {
            steps.push(distance(&frames[119], &frames[0]));
        }
        let mean = steps.iter().sum::<f64>() / steps.len() as f64;
        for (i, step) in steps.iter().enumerate() {
            assert!(
                (step / mean - 1.0).abs() < 0.25,
                "{looped} {spline} {i}: {step} {mean}"
            );
        }
    }
}

#[test]
fn a_spline_passes_through_stored_points() {
    let toy = Toy::new();
    let stored = |v: f32| ExploreParams {
        origin: LatentOrigin::W(vec![v; Toy::DIM]),
        truncation_psi: 1.0,
        ..ExploreParams::new("toy", 0)
    };
    let params = WalkParams {
        points: vec![stored(0.0), stored(1.0), stored(2.0)],
        frames: 5,
        fps: 10.0,
        looped: false,
        path: WalkPath::Spline,
        spans: Vec::new(),
    };
    let walk = Walk::new(&params, &toy, &()).unwrap();
    assert!((walk.frame(2, &toy).unwrap()[0][0] - 1.0).abs() < 1e-3);
}

#[test]
fn points_that_do_not_fit_are_refused() {
    let stored = |origin| {
        resolve(
            &ExploreParams {
                origin,
                ..params(1, 1.0)
            },
            &Toy::new(),
            &(),
        )
    };
    assert_eq!(
        stored(LatentOrigin::W(vec![0.0; 7])),
        Err(LatentError::WrongShape {
            expected: 8,
            got: 7
        })
    );
    assert_eq!(
        stored(LatentOrigin::Ws(vec![vec![0.0; 8]; 3])),
        Err(LatentError::WrongLayers {
            expected: 4,
            got: 3
        })
    );
    assert!(matches!(
        stored(LatentOrigin::W(vec![f32::NAN; 8])),
        Err(LatentError::NotFinite(_))
    ));
    assert!(resolve(&params(1, f32::INFINITY), &Toy::new(), &()).is_err());
    let edit = DirectionEdit {
        direction: "pca.7".into(),
        sigma: 1.0,
        layers: None,
    };
    let unknown = resolve(
        &ExploreParams {
            edits: vec![edit],
            ..params(1, 1.0)
        },
        &Toy::new(),
        &(),
    );
    assert_eq!(unknown, Err(LatentError::NoDirection("pca.7".into())));
    let alone = walk_params(&[1], 10, true, true);
    assert!(Walk::new(&alone, &Toy::new(), &()).is_err());
}

#[test]
fn neighbours_lie_at_their_distance_in_all_directions() {
    let stats = LatentStats::measure(&Toy::new(), 4000, 8, 1).unwrap();
    let here = ws(&params(5, 0.7));
    let around = neighbours(&here, &stats, 0.5, 12, 3);
    assert_eq!(around[..4], neighbours(&here, &stats, 0.5, 4, 3)[..]);
    assert_ne!(around[0], neighbours(&here, &stats, 0.5, 1, 4)[0]);
    for other in &around {
        let (a, b) = (stats.whiten(&here[0]), stats.whiten(&other[0]));
        let far: f64 = a
            .iter()
            .zip(&b)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt();
        assert!((far - 0.5).abs() < 1e-3, "{far}");
    }
}

#[test]
fn a_random_walk_wanders_but_stays() {
    let stats = LatentStats::measure(&Toy::new(), 4000, 8, 1).unwrap();
    let start = ws(&params(5, 0.7));
    let mut walk = RandomWalk::new(&stats, 1);
    let mut here = start.clone();
    let mut farthest = 0.0f64;
    for _ in 0..400 {
        here = walk.step(&here, &stats, 0.3, 0.8);
        let place = stats.whiten(&here[0]);
        farthest = farthest.max(place.iter().map(|x| x * x).sum::<f64>().sqrt());
    }
    assert!(distance(&here, &start) > 0.5);
    assert!(farthest > 1.0 && farthest < 6.0, "{farthest}");
}

#[test]
fn principal_directions_are_calibrated() {
    let samples: Vec<Vec<f32>> = latent::sample_w(&Toy::new(), 3000, 2)
        .unwrap()
        .iter()
        .map(|w| {
            w.iter()
                .enumerate()
                .map(|(i, v)| v * if i == 3 { 5.0 } else { 1.0 })
                .collect()
        })
        .collect();
    let stats = LatentStats::from_samples(&samples, 3).unwrap();
    assert!(stats.components[0][3].abs() > 0.99);
    assert!((stats.std[0] - 10.0).abs() < 0.5, "{}", stats.std[0]);
    assert!((stats.step(0)[3].abs() - 10.0).abs() < 0.5);
    assert!(LatentStats::from_samples(&samples[..1], 3).is_err());
}
