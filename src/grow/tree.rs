//! A tree over reduced patches (a randomised k-d tree, Silpa-Anan and Hartley 2008): halves by the
//! component that varies, leaves that are searched whole.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

use super::GrowError;
use super::kernel::{Block, DIMS, Haystack, LANES, Lane, Vector, nearest, norm};
use crate::cancel::CancelToken;

/// Vectors in a leaf, at most.
const LEAF: usize = 256;
/// Queries of a leaf that are done in one piece.
const BATCH: usize = 512;
/// Vectors of a node that its direction is chosen by.
const SEEN: usize = 64;
/// Nodes with more vectors are built on another thread.
const APART: usize = 4096;

/// No vector.
pub(super) const NONE: u32 = u32::MAX;

/// Where a node divides.
#[derive(Debug, Clone, Copy, Default)]
struct Split {
    /// Which component.
    dim: u8,
    /// What is more goes to the right.
    at: i16,
}

/// Vectors, divided.
#[derive(Debug)]
pub(super) struct Tree {
    depth: u32,
    /// As a heap, from 1.
    splits: Vec<Split>,
    /// The first block of each leaf, and the end.
    starts: Vec<u32>,
    blocks: Vec<Block>,
    norms: Vec<Lane<i32>>,
    /// Which vector is at each place.
    order: Vec<u32>,
}

/// Which of a tree's leaves a query goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Its own.
    First,
    /// The one across the nearest border.
    Second,
}

impl Tree {
    /// Divides vectors; `seed` decides between components that vary about as much.
    pub(super) fn new(vectors: &[Vector], seed: u64) -> Self {
        Self::with_leaves(vectors, seed, LEAF)
    }

    /// One leaf: everything is searched.
    pub(super) fn exhaustive(vectors: &[Vector]) -> Self {
        Self::with_leaves(vectors, 0, usize::MAX)
    }

    fn with_leaves(vectors: &[Vector], seed: u64, leaf: usize) -> Self {
        let pieces = vectors.len().div_ceil(leaf).next_power_of_two();
        let depth = pieces.trailing_zeros();
        let mut ids: Vec<(i16, u32)> = (0..vectors.len() as u32).map(|id| (0, id)).collect();
        let mut splits = vec![Split::default(); pieces];
        let growing = Growing { vectors, seed };
        let mut leaves = vec![0..0; pieces];
        growing.split(
            &mut ids,
            0,
            1,
            depth,
            &mut Parts::of(&mut splits, &mut leaves),
        );
        let mut starts = Vec::with_capacity(pieces + 1);
        let mut blocks = 0u32;
        for leaf in &leaves {
            starts.push(blocks);
            blocks += leaf.len().div_ceil(LANES) as u32;
        }
        starts.push(blocks);
        let mut tree = Self {
            depth,
            splits,
            starts,
            blocks: vec![Block([[[0; 2]; LANES]; DIMS / 2]); blocks as usize],
            norms: vec![Lane([i32::MAX / 2; LANES]); blocks as usize],
            order: vec![NONE; blocks as usize * LANES],
        };
        for (leaf, range) in leaves.into_iter().enumerate() {
            let first = tree.starts[leaf] as usize * LANES;
            let mut here: Vec<u32> = ids[range].iter().map(|&(_, id)| id).collect();
            here.sort_unstable();
            tree.order[first..first + here.len()].copy_from_slice(&here);
        }
        tree.lay_out(vectors);
        tree
    }

    fn lay_out(&mut self, vectors: &[Vector]) {
        let places = self.order.par_chunks(LANES);
        let lanes = self.blocks.par_iter_mut().zip(self.norms.par_iter_mut());
        lanes.zip(places).for_each(|((block, norms), places)| {
            for (lane, &id) in places.iter().enumerate() {
                if id == NONE {
                    continue;
                }
                let vector = &vectors[id as usize];
                norms.0[lane] = norm(vector);
                for (pair, lanes) in block.0.iter_mut().enumerate() {
                    lanes[lane] = [vector[pair * 2], vector[pair * 2 + 1]];
                }
            }
        });
    }

    /// Weights in the order of the leaves; those of empty places never win.
    fn weights(&self, of: Option<&[f32]>) -> Vec<Lane<f32>> {
        self.order
            .par_chunks(LANES)
            .map(|places| {
                Lane(std::array::from_fn(|lane| match (places[lane], of) {
                    (NONE, _) => f32::MAX,
                    (_, None) => 1.0,
                    (id, Some(of)) => of[id as usize],
                }))
            })
            .collect()
    }

    fn leaf(&self, query: &Vector, which: Leaf) -> u32 {
        let end = 1 << self.depth;
        let (mut node, mut nearest, mut across) = (1usize, i32::MAX, 0usize);
        while node < end {
            let split = self.splits[node];
            let beyond = i32::from(query[usize::from(split.dim)]) - i32::from(split.at);
            let right = usize::from(beyond > 0);
            if beyond.abs() < nearest {
                nearest = beyond.abs();
                across = node * 2 + (1 - right);
            }
            node = node * 2 + right;
        }
        if which == Leaf::Second && across != 0 {
            node = across;
            while node < end {
                let split = self.splits[node];
                node = node * 2 + usize::from(query[usize::from(split.dim)] > split.at);
            }
        }
        (node - end) as u32
    }

    /// For each query the vector in its leaf with the least distance times weight, and that product;
    /// an empty leaf has none.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn search(
        &self,
        queries: &[Vector],
        weights: Option<&[f32]>,
        which: Leaf,
        stop: &CancelToken,
    ) -> Result<Vec<(f32, u32)>, GrowError> {
        let weights = self.weights(weights);
        let leaves: Vec<u32> = queries
            .par_iter()
            .map(|query| self.leaf(query, which))
            .collect();
        let (sorted, ends) = by_leaf(&leaves, 1 << self.depth);
        let mut found = vec![(f32::INFINITY, NONE); queries.len()];
        let mut pieces = Vec::new();
        let (mut rest, mut begin) = (&mut found[..], 0);
        for (leaf, &end) in ends.iter().enumerate() {
            while begin < end {
                let count = (end - begin).min(BATCH);
                let (piece, after) = rest.split_at_mut(count);
                pieces.push((leaf, &sorted[begin..begin + count], piece));
                (rest, begin) = (after, begin + count);
            }
        }
        pieces.into_par_iter().for_each(|(leaf, which, out)| {
            if stop.is_cancelled() {
                return;
            }
            let blocks = self.starts[leaf] as usize..self.starts[leaf + 1] as usize;
            let haystack = Haystack {
                blocks: &self.blocks[blocks.clone()],
                norms: &self.norms[blocks.clone()],
                weights: &weights[blocks.clone()],
            };
            nearest(queries, which, &haystack, out);
            for (_, number) in out {
                let place = blocks.start * LANES + *number as usize;
                *number = self.order.get(place).copied().unwrap_or(NONE);
            }
        });
        if stop.is_cancelled() {
            return Err(GrowError::Cancelled);
        }
        let mut out = vec![(f32::INFINITY, NONE); queries.len()];
        for (&query, &found) in sorted.iter().zip(&found) {
            out[query as usize] = found;
        }
        Ok(out)
    }
}

/// Queries in the order of their leaves, and where each leaf's end.
fn by_leaf(leaves: &[u32], count: usize) -> (Vec<u32>, Vec<usize>) {
    let mut ends = vec![0usize; count];
    for &leaf in leaves {
        ends[leaf as usize] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        let here = *end;
        *end = sum;
        sum += here;
    }
    let mut sorted = vec![0u32; leaves.len()];
    for (query, &leaf) in leaves.iter().enumerate() {
        let place = &mut ends[leaf as usize];
        sorted[*place] = query as u32;
        *place += 1;
    }
    (sorted, ends)
}

/// What a node writes: the splits below it, level by level, and its leaves.
struct Parts<'a> {
    /// For each level below the node its share.
    splits: Vec<&'a mut [Split]>,
    leaves: &'a mut [std::ops::Range<usize>],
}

impl<'a> Parts<'a> {
    fn of(splits: &'a mut [Split], leaves: &'a mut [std::ops::Range<usize>]) -> Self {
        let mut levels = Vec::new();
        let (_, mut rest) = splits.split_at_mut(1.min(splits.len()));
        let mut count = 1;
        while !rest.is_empty() {
            let (level, after) = rest.split_at_mut(count);
            levels.push(level);
            (rest, count) = (after, count * 2);
        }
        Self {
            splits: levels,
            leaves,
        }
    }

    /// The node's own split, and what its halves write.
    fn halves(&mut self) -> (Option<&mut Split>, Parts<'_>, Parts<'_>) {
        let (left, right) = self.leaves.split_at_mut(self.leaves.len() / 2);
        let mut levels = self.splits.iter_mut();
        let own = levels.next().and_then(|level| level.first_mut());
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        for level in levels {
            let (a, b) = level.split_at_mut(level.len() / 2);
            lefts.push(a);
            rights.push(b);
        }
        let parts = |splits, leaves| Parts { splits, leaves };
        (own, parts(lefts, left), parts(rights, right))
    }
}

struct Growing<'a> {
    vectors: &'a [Vector],
    seed: u64,
}

impl Growing<'_> {
    fn split(
        &self,
        ids: &mut [(i16, u32)],
        first: usize,
        node: u64,
        depth: u32,
        parts: &mut Parts<'_>,
    ) {
        if depth == 0 {
            if let Some(leaf) = parts.leaves.first_mut() {
                *leaf = first..first + ids.len();
            }
            return;
        }
        let dim = self.direction(ids, node);
        for (value, id) in ids.iter_mut() {
            *value = self.vectors[*id as usize][dim];
        }
        let half = ids.len() / 2;
        let at = match ids.is_empty() {
            true => 0,
            false => {
                let (_, middle, _) = ids.select_nth_unstable(half.saturating_sub(1));
                middle.0
            }
        };
        let apart = ids.len() > APART;
        let (left, right) = ids.split_at_mut(half);
        let (own, mut lefts, mut rights) = parts.halves();
        if let Some(split) = own {
            *split = Split { dim: dim as u8, at };
        }
        let (node, depth) = (node * 2, depth - 1);
        let mut go_left = || self.split(left, first, node, depth, &mut lefts);
        let mut go_right = || self.split(right, first + half, node + 1, depth, &mut rights);
        if apart {
            rayon::join(go_left, go_right);
        } else {
            go_left();
            go_right();
        }
    }

    /// One of the components that vary most.
    fn direction(&self, ids: &[(i16, u32)], node: u64) -> usize {
        let step = ids.len().div_ceil(SEEN).max(1);
        let (mut sums, mut squares, mut count) = ([0i64; DIMS], [0i64; DIMS], 0i64);
        for &(_, id) in ids.iter().step_by(step) {
            count += 1;
            for (dim, &value) in self.vectors[id as usize].iter().enumerate() {
                sums[dim] += i64::from(value);
                squares[dim] += i64::from(value) * i64::from(value);
            }
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(node);
        let mut chance = [0u8; DIMS];
        random.fill_bytes(&mut chance);
        // Between half and the whole of its spread.
        let worth = |dim: usize| {
            let spread = squares[dim] * count - sums[dim] * sums[dim];
            spread / 512 * (256 + i64::from(chance[dim]))
        };
        (0..DIMS).max_by_key(|&dim| worth(dim)).unwrap_or(0)
    }
}
