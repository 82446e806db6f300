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
    /// The `α` of the norm, as a squared distance of vectors.
    pub(super) alpha: f32,
}

/// The source's patches at one size.
#[derive(Debug)]
pub(super) struct Keys {
    vectors: Vec<Vector>,
    trees: Vec<Tree>,
}

impl Keys {
    /// Patches to search among; `seed` as for [`Tree::new`].
    pub(super) fn new(vectors: Vec<Vector>, effort: &Effort, seed: u64) -> Self {
        let trees = match effort.trees {
            0 => vec![Tree::exhaustive(&vectors)],
            trees => (0..trees)
                .map(|i| Tree::new(&vectors, seed.wrapping_add(u64::from(i))))
                .collect(),
        };
        Self { vectors, trees }
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
    let reverse = nearest_queries(queries, keys, before, effort, seed, stop)?;
    let weights: Vec<f32> = reverse
        .par_iter()
        .map(|&(nearest, _)| 1.0 / (effort.alpha + nearest))
        .collect();
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
            better(&mut best[query as usize], nearest * weights[key], key as u32);
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
