//! Variations of a picture by its own sliders: neighbours and children.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::app::sliders::marks::Sliders;
use crate::engine::protocol::DirectionInfo;
use crate::recipe::{DirectionEdit, ExploreParams, ranges};

/// Where a slider stands, σ.
fn sigma(params: &ExploreParams, id: &str) -> f32 {
    params
        .edits
        .iter()
        .find(|e| e.direction == id)
        .map_or(0.0, |e| e.sigma)
}

/// Moves a slider; zero takes the edit out. It acts on the layers that it has in the first of these
/// pictures where it is moved, else on those of its mark.
fn set(
    params: &mut ExploreParams,
    id: &str,
    sigma: f32,
    others: &[&ExploreParams],
    sliders: Sliders<'_>,
) {
    let moved = std::iter::once(&*params)
        .chain(others.iter().copied())
        .flat_map(|params| &params.edits)
        .find(|e| e.direction == id);
    let layers = match moved {
        Some(edit) => edit.layers,
        None => sliders.mark(id).and_then(|mark| mark.layers),
    };
    params.edits.retain(|e| e.direction != id);
    if sigma != 0.0 {
        params.edits.push(DirectionEdit {
            direction: id.to_owned(),
            sigma,
            layers,
        });
    }
}

/// A bell-shaped random number, variance 1.
fn bell(rng: &mut ChaCha20Rng) -> f32 {
    // Twelve uniforms have variance 1; near enough to a normal for variations.
    (0..12)
        .map(|_| rng.next_u32() as f32 / u32::MAX as f32)
        .sum::<f32>()
        - 6.0
}

/// The sliders that variations move: the unsupervised ones, which don't overlap;
/// the measured ones where there are no others.
fn free<'a>(directions: &'a [DirectionInfo], sliders: Sliders<'_>) -> Vec<&'a DirectionInfo> {
    let locked = |id: &str| sliders.mark(id).is_some_and(|mark| mark.lock);
    let open: Vec<&DirectionInfo> = directions.iter().filter(|d| !locked(&d.id)).collect();
    let own: Vec<&DirectionInfo> = open.iter().copied().filter(|d| !d.measured).collect();
    if own.is_empty() { open } else { own }
}

/// Variations `distance` σ away, each in a direction of its own. The same number
/// gives the same ones. Locked sliders stay.
pub fn neighbours(
    base: &ExploreParams,
    directions: &[DirectionInfo],
    sliders: Sliders<'_>,
    distance: f32,
    count: usize,
    random: u64,
) -> Vec<ExploreParams> {
    let free = free(directions, sliders);
    let mut rng = ChaCha20Rng::seed_from_u64(random);
    (0..count)
        .map(|_| {
            let way: Vec<f32> = free.iter().map(|_| bell(&mut rng)).collect();
            let length = way.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
            let mut params = base.clone();
            for (d, v) in free.iter().zip(&way) {
                let to = sigma(base, &d.id) + v / length * distance;
                let to = ranges::SIGMA.nearest(to);
                set(&mut params, &d.id, to, &[], sliders);
            }
            params
        })
        .collect()
}

/// Children of two pictures: each slider comes from one parent or from between
/// them, with a little of its own.
pub fn children(
    [a, b]: [&ExploreParams; 2],
    directions: &[DirectionInfo],
    sliders: Sliders<'_>,
    distance: f32,
    count: usize,
    random: u64,
) -> Vec<ExploreParams> {
    let mut rng = ChaCha20Rng::seed_from_u64(random);
    (0..count)
        .map(|_| {
            let mut child = if rng.next_u32() % 2 == 0 {
                a.clone()
            } else {
                b.clone()
            };
            for d in directions {
                let share = match rng.next_u32() % 3 {
                    0 => 0.0,
                    1 => 1.0,
                    _ => rng.next_u32() as f32 / u32::MAX as f32,
                };
                let (from, to) = (sigma(a, &d.id), sigma(b, &d.id));
                let own = if d.measured {
                    0.0
                } else {
                    bell(&mut rng) * distance * 0.1
                };
                let value = from + (to - from) * share;
                let value = if from == 0.0 && to == 0.0 && d.measured {
                    0.0
                } else {
                    value + own
                };
                let value = ranges::SIGMA.nearest(value);
                set(&mut child, &d.id, value, &[a, b], sliders);
            }
            child
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::explore::random_walk::LatentWalk;
    use crate::app::sliders::marks::SliderMark;
    use crate::recipe::LayerRange;

    fn directions() -> Vec<DirectionInfo> {
        let make = |id: &str, measured| DirectionInfo {
            id: id.to_owned(),
            name: id.to_owned(),
            strength: 0.5,
            measured,
            layers: LayerRange { start: 0, end: 8 },
        };
        vec![
            make("measured.warmth", true),
            make("pca.0", false),
            make("pca.1", false),
            make("pca.2", false),
        ]
    }

    fn distance(a: &ExploreParams, b: &ExploreParams) -> f32 {
        directions()
            .iter()
            .map(|d| (sigma(a, &d.id) - sigma(b, &d.id)).powi(2))
            .sum::<f32>()
            .sqrt()
    }

    #[test]
    fn neighbours_are_as_far_as_asked_and_leave_locked_sliders_alone() {
        let base = ExploreParams::new("m", 1);
        let lock = SliderMark {
            lock: true,
            ..SliderMark::default()
        };
        let marks = [("pca.1".to_owned(), lock)].into();
        let locked = Sliders::new(&[], Some(&marks));
        let all = neighbours(&base, &directions(), locked, 1.5, 8, 7);
        assert_eq!(all.len(), 8);
        for n in &all {
            assert!((distance(&base, n) - 1.5).abs() < 1e-3);
            assert_eq!(sigma(n, "pca.1"), 0.0);
        }
        assert_eq!(all, neighbours(&base, &directions(), locked, 1.5, 8, 7));
        assert_ne!(all, neighbours(&base, &directions(), locked, 1.5, 8, 8));
    }

    #[test]
    fn children_lie_near_their_parents() {
        let none = Sliders::new(&[], None);
        let base = ExploreParams::new("m", 1);
        let parents = neighbours(&base, &directions(), none, 2.0, 2, 3);
        for child in children([&parents[0], &parents[1]], &directions(), none, 0.0, 6, 5) {
            for d in directions() {
                let (a, b) = (sigma(&parents[0], &d.id), sigma(&parents[1], &d.id));
                let c = sigma(&child, &d.id);
                assert!(c >= a.min(b) - 1e-5 && c <= a.max(b) + 1e-5);
            }
        }
    }

    #[test]
    fn a_layer_range_is_kept_by_all_that_moves_sliders_by_itself() {
        let range = |start, end| Some(LayerRange { start, end });
        let mark = SliderMark {
            layers: range(2, 5),
            ..SliderMark::default()
        };
        let marks = [("pca.0".to_owned(), mark)].into();
        let mut base = ExploreParams::new("m", 1);
        // As a recipe brought it; no mark says so.
        base.edits.push(DirectionEdit {
            direction: "pca.1".into(),
            sigma: 1.0,
            layers: range(6, 8),
        });
        let edits = base.edits.clone();
        let sliders = Sliders::new(&edits, Some(&marks));
        let near = neighbours(&base, &directions(), sliders, 2.0, 4, 3);
        let plain = ExploreParams::new("m", 2);
        let bred = children([&base, &plain], &directions(), sliders, 2.0, 6, 5);
        let mut walk = LatentWalk::new(4);
        walk.at(&base, &directions(), sliders, 0.0);
        let walked = walk.at(&base, &directions(), sliders, 2.0);
        for picture in near.iter().chain(&bred).chain([&walked]) {
            for edit in &picture.edits {
                let expected = match edit.direction.as_str() {
                    "pca.0" => range(2, 5),
                    "pca.1" => range(6, 8),
                    _ => None,
                };
                assert_eq!(edit.layers, expected, "{}", edit.direction);
            }
            assert!(picture.edits.iter().any(|e| e.direction == "pca.0"));
        }
    }
}
