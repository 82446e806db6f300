//! Which of the source's patches goes where: nearest neighbours by normalised distances, so that
//! all of the source is used (bidirectional completeness; Granot et al., "Drop the GAN", CVPR 2022,
//! equation 1).
//!
//! A query's score with a key is their distance over `α +` the key's distance to the query that is
//! nearest to it. The trees find candidates only; to them come the keys that a query is the nearest
//! of all to, for they are those that the norm favours, and the matches of before.

use rayon::prelude::*;

use super::GrowError;
use super::kernel::{Vector, distance};
use super::tree::{Leaf, NONE, Tree};
use crate::cancel::CancelToken;

/// How well to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Effort {
    /// Trees over the keys; none for an exhaustive search.
    pub(super) trees: u32,
    /// Whether each query also looks across the nearest border.
    pub(super) across: bool,
    /// Whether all of the source is to be used; otherwise each query takes its nearest key.
    pub(super) complete: bool,
    /// The `α` of the norm, as a squared distance of vectors.
    pub(super) alpha: f32,
}

/// The source's patches at one size.
#[derive(Debug)]
pub(super) struct Keys {
    vectors: Vec<Vector>,
    /// How readily each is taken; none: alike.
    weights: Option<Vec<f32>>,
    trees: Vec<Tree>,
}

impl Keys {
    /// Patches to search among, and how readily each is taken; `seed` as for [`Tree::new`].
    pub(super) fn new(
        vectors: Vec<Vector>,
        weights: Option<Vec<f32>>,
        effort: &Effort,
        seed: u64,
    ) -> Self {
        let trees = match effort.trees {
            0 => vec![Tree::exhaustive(&vectors)],
            trees => (0..trees)
                .map(|i| Tree::new(&vectors, seed.wrapping_add(u64::from(i))))
                .collect(),
        };
        Self {
            vectors,
            weights,
            trees,
        }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.vectors.len()
    }
}

/// The best key of a query so far.
type Best = (f32, u32);

fn better(best: &mut Best, score: f32, key: u32) {
    if score < best.0 || score == best.0 && key < best.1 {
        *best = (score, key);
    }
}

/// For each query the key that takes its place; `before` are those of the round before, [`NONE`]
/// where there were none.
///
/// # Errors
/// [`GrowError::Cancelled`].
pub(super) fn matches(
    queries: &[Vector],
    keys: &Keys,
    before: &[u32],
    effort: &Effort,
    seed: u64,
    stop: &CancelToken,
) -> Result<Vec<u32>, GrowError> {
    let reverse = match effort.complete {
        true => nearest_queries(queries, keys, before, effort, seed, stop)?,
        false => vec![(0.0, NONE); keys.len()],
    };
    let mut weights: Vec<f32> = reverse
        .par_iter()
        .map(|&(nearest, _)| 1.0 / (effort.alpha + nearest))
        .collect();
    if let Some(readily) = &keys.weights {
        let pairs = weights.iter_mut().zip(readily);
        pairs.for_each(|(weight, readily)| *weight /= readily);
    }
    let score = |query: usize, key: u32| {
        let key = key as usize;
        distance(&queries[query], &keys.vectors[key]) as f32 * weights[key]
    };
    let mut best: Vec<Best> = before
        .par_iter()
        .enumerate()
        .map(|(query, &key)| match key {
            NONE => (f32::INFINITY, NONE),
            key => (score(query, key), key),
        })
        .collect();
    for (key, &(nearest, query)) in reverse.iter().enumerate() {
        if query != NONE {
            better(
                &mut best[query as usize],
                nearest * weights[key],
                key as u32,
            );
        }
    }
    for tree in &keys.trees {
        for leaf in leaves(effort) {
            let found = tree.search(queries, Some(&weights), *leaf, stop)?;
            best.par_iter_mut()
                .zip(found)
                .for_each(|(best, (score, key))| better(best, score, key));
        }
    }
    Ok(best.into_iter().map(|(_, key)| key).collect())
}

fn leaves(effort: &Effort) -> &'static [Leaf] {
    match effort.across && effort.trees > 0 {
        true => &[Leaf::First, Leaf::Second],
        false => &[Leaf::First],
    }
}

/// For each key the distance to the query nearest to it, and which.
fn nearest_queries(
    queries: &[Vector],
    keys: &Keys,
    before: &[u32],
    effort: &Effort,
    seed: u64,
    stop: &CancelToken,
) -> Result<Vec<Best>, GrowError> {
    let tree = match effort.trees {
        0 => Tree::exhaustive(queries),
        _ => Tree::new(queries, seed),
    };
    let mut best = vec![(f32::INFINITY, NONE); keys.len()];
    for leaf in leaves(effort) {
        let found = tree.search(&keys.vectors, None, *leaf, stop)?;
        best.par_iter_mut()
            .zip(found)
            .for_each(|(best, (distance, query))| better(best, distance, query));
    }
    for (query, &key) in before.iter().enumerate() {
        if key != NONE {
            let distance = distance(&queries[query], &keys.vectors[key as usize]);
            better(&mut best[key as usize], distance as f32, query as u32);
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grow::basis::components;
    use crate::grow::canvas::Canvas;
    use crate::grow::kernel::project;
    use crate::grow::{PATCH, Place};

    fn clouds(width: usize, height: usize, phase: f64) -> Canvas {
        let mut canvas = Canvas::filled(width, height, [0; 4]);
        for (at, pixel) in canvas.data.iter_mut().enumerate() {
            let (x, y) = ((at % width) as f64, (at / width) as f64);
            let wave =
                (x * 0.31 + phase).sin() + (y * 0.23 + x * 0.07).cos() + (x * y * 0.011).sin();
            let value = |c: f64| ((wave * c).sin() * 1900.0 + 2000.0) as i16;
            *pixel = [value(1.0), value(1.4), value(0.6), 4080];
        }
        canvas
    }

    fn vectors(canvas: &Canvas, of: &Canvas) -> Vec<Vector> {
        let (columns, rows) = (canvas.width + 1 - PATCH, canvas.height + 1 - PATCH);
        let places: Vec<Place> = (0..columns * rows)
            .map(|at| [(at % columns) as u16, (at / columns) as u16])
            .collect();
        let mut out = vec![Vector::default(); places.len()];
        project(&components(of, &places), canvas, &places, &mut out);
        out
    }

    fn effort(trees: u32, complete: bool) -> Effort {
        Effort {
            trees,
            across: false,
            complete,
            alpha: 190_000.0,
        }
    }

    #[test]
    fn reduced_distances_are_those_of_patches() {
        let canvas = clouds(40, 30, 0.0);
        let vectors = vectors(&canvas, &canvas);
        let whole = |a: usize, b: usize| -> f64 {
            let corner = |at: usize| (at % 34, at / 34);
            let ((ax, ay), (bx, by)) = (corner(a), corner(b));
            let mut sum = 0.0;
            for at in 0..PATCH * PATCH {
                let (dx, dy) = (at % PATCH, at / PATCH);
                let (p, q) = (
                    canvas.data[(ay + dy) * 40 + ax + dx],
                    canvas.data[(by + dy) * 40 + bx + dx],
                );
                sum += (0..4).map(|c| f64::from(p[c] - q[c]).powi(2)).sum::<f64>();
            }
            // Sixteenths squared to quarters squared.
            sum / 16.0
        };
        for a in (0..vectors.len()).step_by(37) {
            for b in (0..vectors.len()).step_by(53) {
                let (reduced, whole) = (f64::from(distance(&vectors[a], &vectors[b])), whole(a, b));
                assert!(
                    reduced <= whole * 1.02 + 500.0,
                    "{a} {b}: {reduced} of {whole}"
                );
                assert!(
                    reduced >= whole * 0.7 - 500.0,
                    "{a} {b}: {reduced} of {whole}"
                );
            }
        }
    }

    #[test]
    fn the_exhaustive_search_finds_the_least_score() {
        let (source, result) = (clouds(40, 30, 0.0), clouds(38, 28, 0.9));
        let (keys, queries) = (vectors(&source, &source), vectors(&result, &source));
        let effort = effort(0, true);
        let nearest: Vec<f32> = keys
            .iter()
            .map(|key| queries.iter().map(|q| distance(q, key)).min().unwrap() as f32)
            .collect();
        let score = |query: &Vector, key: usize| {
            distance(query, &keys[key]) as f32 * (1.0 / (effort.alpha + nearest[key]))
        };
        let before = vec![NONE; queries.len()];
        let searched = Keys::new(keys.clone(), None, &effort, 1);
        let found = matches(
            &queries,
            &searched,
            &before,
            &effort,
            1,
            &CancelToken::new(),
        )
        .unwrap();
        for (query, found) in queries.iter().zip(found) {
            let least = (0..keys.len())
                .map(|key| score(query, key))
                .fold(f32::MAX, f32::min);
            assert_eq!(score(query, found as usize), least);
        }
    }

    #[test]
    fn trees_come_close_to_the_exhaustive_search() {
        let (source, result) = (clouds(90, 70, 0.0), clouds(80, 60, 0.9));
        let (keys, queries) = (vectors(&source, &source), vectors(&result, &source));
        let before = vec![NONE; queries.len()];
        let stop = CancelToken::new();
        let cost = |trees: u32| -> f64 {
            let effort = effort(trees, false);
            let searched = Keys::new(keys.clone(), None, &effort, 1);
            let found = matches(&queries, &searched, &before, &effort, 1, &stop).unwrap();
            let pairs = queries.iter().zip(found);
            pairs
                .map(|(q, key)| f64::from(distance(q, &keys[key as usize])).sqrt())
                .sum()
        };
        let exact = cost(0);
        assert!(cost(1) < exact * 1.25, "{} of {exact}", cost(1));
        assert!(cost(3) <= cost(1));
    }
}
