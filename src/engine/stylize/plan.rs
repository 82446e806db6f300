//! Sizes of a stylisation: where the network works, what comes out, which tiles.

use super::tiles::{Tile, tiles_wrapping};
use crate::engine::protocol::{StylizeOptions, Tier};
use crate::engine::resample::fit;
use crate::recipe::Wrap;

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
/// Sides that go on at the opposite one are multiples of this, so that a network's halved sizes
/// are whole, too.
const GRID: u32 = 8;
/// Side of a face of a panorama, 90° across, at brush size 1: what a viewer shows at once, 113°
/// wide, is then [`BRUSH_SIDE`].
const FACE_SIDE: u32 = 512;
/// Least side of a face, and most for the statistics.
const FACES: [u32; 2] = [32, 168];
/// A level on the way from working size to the result is at most so much larger than the one before.
const LEVEL_STEP: f64 = 2.0;
/// Ratios below this aren't worth a level of their own.
const LEVEL_LEAST: f64 = 1.05;
/// Pixels of a level that isn't the result's: more memory than it shows.
const LEVEL_PIXELS: f64 = 8e6;
/// What a tile of a level needs beside a network's reach, for its own filters: a lattice's, then the
/// blurs'.
pub(crate) const LEVEL_MARGIN: u32 = super::lattice::REACH as u32 + 6;
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

/// At how many scales the network lays strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StrokeScales {
    /// At working size only; what is larger has the photo's fine detail.
    One,
    /// The same without grid and rims: what stands in for [`StrokeScales::Every`] until that is there.
    Working,
    /// At working size, and finer ones at each level up to the result's size.
    Every,
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
    /// How the picture goes on beyond its sides.
    pub(crate) wrap: Wrap,
    /// Whether it is painted at levels above the working size, too.
    pub(crate) scales: StrokeScales,
}

impl StylePlan {
    /// For a preview of a photo of this size. Finer strokes take longer than all the rest: only the
    /// best preview has them.
    pub(crate) fn preview(photo: [u32; 2], brush: f32, tier: Tier) -> Self {
        let side = photo[0].max(photo[1]);
        let own = working_side(side, brush);
        let (working, output, scales) = match tier {
            Tier::Draft(most) => (own.min(most), side.min(most), StrokeScales::One),
            Tier::Full(most) => (own, side.min(most), StrokeScales::Working),
            Tier::Crisp(most) => (own, side.min(most), StrokeScales::Every),
        };
        Self::of(photo, working, output, LARGEST_TILE).with_scales(scales)
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
            wrap: Wrap::None,
            scales: StrokeScales::Every,
        }
    }

    /// The same with strokes of these scales.
    pub(crate) fn with_scales(self, scales: StrokeScales) -> Self {
        Self { scales, ..self }
    }

    /// Sizes at which finer strokes are laid: evenly from the working size to the result's, which is
    /// the last; none where the result isn't larger.
    pub(crate) fn levels(&self) -> Vec<[u32; 2]> {
        let longer = |size: [u32; 2]| f64::from(size[0].max(size[1]));
        let (working, output) = (longer(self.working), longer(self.output));
        let ratio = output / working.max(1.0);
        if self.scales != StrokeScales::Every || ratio < LEVEL_LEAST {
            return Vec::new();
        }
        let count = (ratio.ln() / LEVEL_STEP.ln() - 0.05).ceil().max(1.0);
        let pixels = f64::from(self.output[0]) * f64::from(self.output[1]);
        let mut levels: Vec<[u32; 2]> = (1..count as u32)
            .map(|i| ratio.powf(f64::from(i) / count))
            .filter(|at| pixels * (at / ratio).powi(2) <= LEVEL_PIXELS)
            .map(|at| self.level((working * at).round() as u32))
            .collect();
        levels.push(self.output);
        levels
    }

    fn level(&self, longer: u32) -> [u32; 2] {
        let mut size = fit(self.output, longer);
        for (side, wraps) in size.iter_mut().zip(self.wrap.sides()) {
            if wraps {
                *side = on_grid(*side);
            }
        }
        size
    }

    /// Pixels of all levels' tiles with what overlaps.
    pub(crate) fn level_pixels(&self) -> u64 {
        let beside = 2 * (self.memory_cost.overlap + u64::from(LEVEL_MARGIN));
        let reach = |side: u32| u64::from(side) + u64::from(side.div_ceil(self.tile)) * beside;
        let levels = self.levels();
        levels
            .iter()
            .map(|size| reach(size[0]) * reach(size[1]))
            .sum()
    }

    /// The same for a photo of this size that goes on beyond its sides. The network sees a panorama
    /// as six faces of a cube, three side by side in the copy for the statistics.
    pub(crate) fn wrapping(mut self, photo: [u32; 2], brush: f32, wrap: Wrap) -> Self {
        self.wrap = wrap;
        if wrap.is_panorama() {
            let own = working_side(photo[0].max(photo[1]), brush).max(1);
            // A draft is a part of it.
            let part = f64::from(self.working[0].max(self.working[1])) / f64::from(own);
            let face = side_of((photo[0] / 4).max(1), FACE_SIDE, brush);
            let face = on_grid((f64::from(face) * part) as u32).max(FACES[0]);
            let stats = face.min(FACES[1]);
            self.working = [4 * face, 2 * face];
            self.stats = [3 * stats, 2 * stats];
            return self;
        }
        for (axis, wraps) in wrap.sides().into_iter().enumerate() {
            if wraps {
                self.working[axis] = on_grid(self.working[axis]);
                self.stats[axis] = on_grid(self.stats[axis]);
            }
        }
        self
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

    /// Bytes that the network needs for the largest tile at working size or of a level.
    pub(crate) fn tile_bytes(&self) -> u64 {
        let levels = self.levels();
        let level = levels.last().map_or(0, |size| self.level_tile_bytes(*size));
        level.max(self.working_tile_bytes())
    }

    /// Bytes that the network needs for the largest tile at working size, or for the statistics.
    pub(crate) fn working_tile_bytes(&self) -> u64 {
        let (canvas, wrap) = self.canvas();
        let stats = u64::from(self.stats[0]) * u64::from(self.stats[1]);
        let tile = self.largest_tile(canvas, self.memory_cost.overlap, wrap);
        tile.max(stats) * self.memory_cost.bytes_per_pixel
    }

    /// Bytes that the network needs for the largest tile of a level.
    pub(crate) fn level_tile_bytes(&self, level: [u32; 2]) -> u64 {
        let beside = self.memory_cost.overlap + u64::from(LEVEL_MARGIN);
        self.largest_tile(level, beside, self.wrap.sides()) * self.memory_cost.bytes_per_pixel
    }

    /// Pixels of the largest tile of a picture, with what overlaps.
    fn largest_tile(&self, size: [u32; 2], beside: u64, wrap: [bool; 2]) -> u64 {
        let [size, tile] = [size, [self.tile; 2]].map(|sides| sides.map(|side| side as usize));
        let tiles = tiles_wrapping(size, tile[0], beside as usize, GRID as usize, wrap);
        let pixels = |tile: &Tile| (tile.width * tile.height) as u64;
        tiles.iter().map(pixels).max().unwrap_or(0)
    }

    /// Pixels of all tiles with their overlap.
    pub(crate) fn tiled_pixels(&self) -> u64 {
        let ([width, height], wrap) = self.canvas();
        let reach = |s: u32, wraps: bool| {
            let pieces = u64::from(s.div_ceil(self.tile)) - u64::from(!wraps);
            u64::from(s) + pieces * 2 * self.memory_cost.overlap
        };
        self.canvases() * reach(width, wrap[0]) * reach(height, wrap[1])
    }

    /// Size of what is cut into tiles, and the sides at which it goes on: the picture, or one face of
    /// a panorama with what fades into the next ones.
    fn canvas(&self) -> ([u32; 2], [bool; 2]) {
        match self.wrap {
            Wrap::Panorama => ([Self::face_with_fade(self.working[0] / 4); 2], [true; 2]),
            wrap => (self.working, wrap.sides()),
        }
    }

    /// How many of them there are.
    fn canvases(&self) -> u64 {
        if self.wrap.is_panorama() { 6 } else { 1 }
    }

    /// What of a face lies beyond its edge and fades into the next one, in pixels.
    pub(crate) fn fade(face: u32) -> u32 {
        (face / 32).next_multiple_of(GRID).max(GRID)
    }

    fn face_with_fade(face: u32) -> u32 {
        face + 2 * Self::fade(face)
    }

    /// Number of tiles.
    pub(crate) fn tiles(&self) -> u32 {
        let (canvas, _) = self.canvas();
        let each: u32 = canvas.map(|s| s.div_ceil(self.tile)).iter().product();
        each * self.canvases() as u32
    }
}

/// Longer side for the network: brush strokes are a fraction of the picture. A
/// photo smaller than [`BRUSH_SIDE`] counts as it is.
fn working_side(photo: u32, brush: f32) -> u32 {
    side_of(photo, BRUSH_SIDE, brush)
}

/// The nearest side that is a multiple of [`GRID`].
fn on_grid(side: u32) -> u32 {
    ((side + GRID / 2) / GRID * GRID).max(2 * GRID)
}

fn side_of(photo: u32, most: u32, brush: f32) -> u32 {
    let brush = if brush.is_finite() {
        brush.clamp(0.25, 6.0)
    } else {
        1.0
    };
    let side = f64::from(photo.min(most)) / f64::from(brush);
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
