//! Sizes of a stylisation: where the network works, what comes out, which tiles.

use crate::engine::protocol::{StylizeOptions, Tier};
use crate::engine::resample::fit;

/// The photo's longer side, in pixels, at which the network's own stroke has
/// brush size 1.
pub(crate) const BRUSH_SIDE: u32 = 768;
/// Longer side of the copy from which normalisation statistics are taken.
pub(crate) const STATS_SIDE: u32 = 512;
/// Tiles are at most so large, so that a job can stop and previews get in.
pub(crate) const LARGEST_TILE: u32 = 768;
/// Smaller tiles would be mostly overlap.
const SMALLEST_TILE: u32 = 128;
/// About what a tile's input is larger by on each side with *Restyle*.
const OVERLAP: u64 = 52;
/// Bytes that *Restyle* needs for a pixel of a tile.
pub(crate) const BYTES_PER_PIXEL: u64 = 160;

/// What networks need for tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryCost {
    /// Bytes for a pixel of a tile.
    pub(crate) bytes_per_pixel: u64,
    /// What a tile's input is larger by on each side.
    pub(crate) overlap: u64,
}

impl Default for MemoryCost {
    /// *Restyle*'s.
    fn default() -> Self {
        Self {
            bytes_per_pixel: BYTES_PER_PIXEL,
            overlap: OVERLAP,
        }
    }
}

impl MemoryCost {
    /// Enough for both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            bytes_per_pixel: self.bytes_per_pixel.max(other.bytes_per_pixel),
            overlap: self.overlap.max(other.overlap),
        }
    }
}

/// Sizes of one stylisation, `[width, height]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StylePlan {
    /// What the network sees.
    pub(crate) working: [u32; 2],
    /// The copy for the statistics.
    pub(crate) stats: [u32; 2],
    /// The result.
    pub(crate) output: [u32; 2],
    /// Longer side of a tile, without overlap.
    pub(crate) tile: u32,
    /// What the networks need.
    pub(crate) memory_cost: MemoryCost,
}

impl StylePlan {
    /// For a preview of a photo of this size.
    pub(crate) fn preview(photo: [u32; 2], brush: f32, tier: Tier) -> Self {
        let side = photo[0].max(photo[1]);
        let own = working_side(side, brush);
        let (working, output) = match tier {
            Tier::Draft(most) => (own.min(most), side.min(most)),
            Tier::Full(most) | Tier::Crisp(most) => (own, side.min(most)),
        };
        Self::of(photo, working, output, LARGEST_TILE)
    }

    /// For the whole picture.
    pub(crate) fn full(photo: [u32; 2], brush: f32, options: &StylizeOptions) -> Self {
        let side = photo[0].max(photo[1]);
        let output = options.max_side.map_or(side, |most| side.min(most.max(1)));
        let tile = options.tile.unwrap_or(LARGEST_TILE).max(SMALLEST_TILE);
        Self::of(photo, working_side(side, brush), output, tile)
    }

    fn of(photo: [u32; 2], working: u32, output: u32, tile: u32) -> Self {
        let working = fit(photo, working);
        let longer = working[0].max(working[1]);
        Self {
            working,
            stats: fit(working, longer.min(STATS_SIDE)),
            output: fit(photo, output),
            tile,
            memory_cost: MemoryCost::default(),
        }
    }

    /// The same for networks that need this.
    pub(crate) fn costing(self, memory_cost: MemoryCost) -> Self {
        Self {
            memory_cost,
            ..self
        }
    }

    /// The same with tiles that need at most `bytes`; `None` if not even the
    /// smallest do.
    pub(crate) fn within(self, bytes: u64) -> Option<Self> {
        let mut plan = self;
        while plan.tile_bytes() > bytes {
            if plan.tile <= SMALLEST_TILE {
                return None;
            }
            plan.tile = (plan.tile * 3 / 4).max(SMALLEST_TILE);
        }
        Some(plan)
    }

    /// Bytes that the network needs for the largest tile.
    pub(crate) fn tile_bytes(&self) -> u64 {
        let side = |s: u32| {
            if s <= self.tile {
                u64::from(s)
            } else {
                u64::from(self.tile) + 2 * self.memory_cost.overlap
            }
        };
        let stats = u64::from(self.stats[0]) * u64::from(self.stats[1]);
        (side(self.working[0]) * side(self.working[1])).max(stats)
            * self.memory_cost.bytes_per_pixel
    }

    /// Pixels of all tiles with their overlap.
    pub(crate) fn tiled_pixels(&self) -> u64 {
        let reach = |s: u32| {
            let pieces = u64::from(s.div_ceil(self.tile));
            u64::from(s) + (pieces - 1) * 2 * self.memory_cost.overlap
        };
        reach(self.working[0]) * reach(self.working[1])
    }

    /// Number of tiles.
    pub(crate) fn tiles(&self) -> u32 {
        self.working.map(|s| s.div_ceil(self.tile)).iter().product()
    }
}

/// Longer side for the network: brush strokes are a fraction of the picture. A
/// photo smaller than [`BRUSH_SIDE`] counts as it is.
fn working_side(photo: u32, brush: f32) -> u32 {
    let brush = if brush.is_finite() {
        brush.clamp(0.25, 6.0)
    } else {
        1.0
    };
    let side = f64::from(photo.min(BRUSH_SIDE)) / f64::from(brush);
    (side.round() as u32).max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_size_does_not_depend_on_the_output() {
        let options = StylizeOptions::default();
        let full = StylePlan::full([6000, 4000], 1.0, &options);
        let small = StylePlan::full(
            [6000, 4000],
            1.0,
            &StylizeOptions {
                max_side: Some(1200),
                ..options
            },
        );
        let preview = StylePlan::preview([6000, 4000], 1.0, Tier::Full(900));
        assert_eq!(full.working, [768, 512]);
        assert_eq!(
            (small.working, preview.working),
            (full.working, full.working)
        );
        assert_eq!((small.stats, preview.stats), (full.stats, full.stats));
        assert_eq!(full.output, [6000, 4000]);
        assert_eq!(small.output, [1200, 800]);
        assert_eq!(preview.output, [900, 600]);
    }

    #[test]
    fn a_larger_brush_works_on_fewer_pixels() {
        let side = |brush| StylePlan::preview([4000, 4000], brush, Tier::Full(512)).working[0];
        assert_eq!((side(0.5), side(1.0), side(3.0)), (1536, 768, 256));
        // Small photos keep the whole slider alive.
        let small = |brush| StylePlan::preview([400, 300], brush, Tier::Full(512)).working[0];
        assert_eq!((small(0.5), small(1.0), small(2.0)), (800, 400, 200));
        assert!(small(f32::NAN) > 0 && small(0.0) < 2000);
    }

    #[test]
    fn networks_that_need_more_memory_get_smaller_tiles() {
        let plan = StylePlan::full([9000, 9000], 0.5, &StylizeOptions::default());
        let large = plan.costing(plan.memory_cost.and(MemoryCost {
            bytes_per_pixel: 800,
            overlap: 20,
        }));
        assert_eq!(large.memory_cost.overlap, OVERLAP);
        let tile = |plan: StylePlan| plan.within(200 << 20).unwrap().tile;
        assert!(tile(large) < tile(plan));
    }

    #[test]
    fn tiles_shrink_to_the_budget() {
        let plan = StylePlan::full([9000, 9000], 0.5, &StylizeOptions::default());
        assert_eq!(plan.tiles(), 4);
        let tight = plan.within(100 << 20).unwrap();
        assert!(tight.tile < plan.tile && tight.tile_bytes() <= 100 << 20);
        assert!(plan.within(1 << 20).is_none());
    }
}
