//! Pieces that stay together: a patch also tries what would go on where its neighbours are (after
//! Ashikhmin, "Synthesizing Natural Textures", 2001), and the more of them agree on it, the sooner.
//! So joints run between a few whole pieces, in place of everywhere.

use rayon::prelude::*;

use super::GrowError;
use super::tree::NONE;
use crate::cancel::CancelToken;

/// What one more neighbour that agrees makes of a distance.
const AGREEING: f32 = 0.9;
/// Distances below this are alike: three grey values in each channel.
const FLOOR: f32 = 4.0 * 9.0 * 256.0;
/// Rounds of asking the neighbours.
const ROUNDS: u32 = 4;
/// Which neighbours are asked, across and down.
const AROUND: [[i32; 2]; 8] = [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
];

/// What there is to choose from.
pub(super) struct Choice<'a> {
    /// For each query the numbers of its neighbours among the queries, in the order of [`AROUND`];
    /// [`NONE`] where there is none.
    pub(super) neighbours: &'a [[u32; 8]],
    /// The key that lies so many pixels across and down from another one; [`NONE`] if none does.
    pub(super) moved: &'a (dyn Fn(u32, [i32; 2]) -> u32 + Sync),
    /// How far a query is from a key.
    pub(super) distance: &'a (dyn Fn(usize, u32) -> f32 + Sync),
}

/// Neighbours among queries that lie at `at` in a grid.
pub(super) fn neighbours(
    at: &[u32],
    [columns, rows]: [usize; 2],
    wraps: [bool; 2],
) -> Vec<[u32; 8]> {
    let mut numbers = vec![NONE; columns * rows];
    for (number, &at) in at.iter().enumerate() {
        numbers[at as usize] = number as u32;
    }
    let place = |from: usize, by: i32, side: usize, wraps: bool| {
        let to = from as i64 + i64::from(by);
        match wraps {
            true => Some(to.rem_euclid(side as i64) as usize),
            false => usize::try_from(to).ok().filter(|to| *to < side),
        }
    };
    let of = |&at: &u32| {
        let (x, y) = (at as usize % columns, at as usize / columns);
        AROUND.map(|[dx, dy]| {
            let x = place(x, dx, columns, wraps[0]);
            let y = place(y, dy, rows, wraps[1]);
            x.zip(y).map_or(NONE, |(x, y)| numbers[y * columns + x])
        })
    };
    at.iter().map(of).collect()
}

impl Choice<'_> {
    /// Changes what was found for each query to what its neighbours agree on where that is about
    /// as near.
    ///
    /// # Errors
    /// [`GrowError::Cancelled`].
    pub(super) fn settle(
        &self,
        mut found: Vec<u32>,
        stop: &CancelToken,
    ) -> Result<Vec<u32>, GrowError> {
        for _ in 0..ROUNDS {
            let next = (0..found.len())
                .into_par_iter()
                .map(|query| match stop.is_cancelled() {
                    true => NONE,
                    false => self.best(query, &found),
                })
                .collect();
            if stop.is_cancelled() {
                return Err(GrowError::Cancelled);
            }
            found = next;
        }
        Ok(found)
    }

    fn best(&self, query: usize, found: &[u32]) -> u32 {
        let own = found[query];
        // What neighbours propose, and how many.
        let mut proposed = [(own, 0u8); 9];
        let mut count = 1;
        for (around, by) in self.neighbours[query].iter().zip(AROUND) {
            if *around == NONE || found[*around as usize] == NONE {
                continue;
            }
            let key = (self.moved)(found[*around as usize], by.map(|side| -side));
            if key == NONE {
                continue;
            }
            match proposed[..count]
                .iter_mut()
                .find(|(known, _)| *known == key)
            {
                Some((_, agree)) => *agree += 1,
                None => {
                    proposed[count] = (key, 1);
                    count += 1;
                }
            }
        }
        let mut best = (f32::INFINITY, own);
        for &(key, agree) in proposed[..count].iter().filter(|(key, _)| *key != NONE) {
            let score = ((self.distance)(query, key) + FLOOR) * AGREEING.powi(i32::from(agree));
            if score < best.0 {
                best = (score, key);
            }
        }
        best.1
    }
}
