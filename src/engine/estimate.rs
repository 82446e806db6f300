//! What a stylisation will take: memory from sizes, time from the speed of this
//! machine, measured on a small piece and corrected by each real run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::memory;
use super::protocol::{EngineError, Estimate};
use super::resample::Planes;
use super::stylize::{StrokeScales, StyleNet, StylePlan, try_finishing};
use crate::cancel::CancelToken;

/// Side of the piece on which the network is timed.
const TRIAL_SIDE: usize = 256;
/// Runs of which the middle one counts: the first wakes threads and fills caches.
const TRIALS: usize = 3;
/// Planes at working size while rims are held, beside photo, strokes and what is composed: two of
/// the photo's, eleven sums, and what these are made of.
const RIM_PLANES: u64 = 22;
/// Planes for the detail of a level while they are made and when they are, at the size before it.
const DETAIL_PLANES: [u64; 2] = [16, 8];
/// A photo and what is composed of it, with how much of it is style.
const COMPOSED_PLANES: u64 = 3 + 4;
/// Bytes of photos at the sizes of levels that are kept.
const LEVEL_PHOTOS: u64 = 64 << 20;
/// Freed memory that is too scattered to be used again, as a share of the rest: with a fifth more
/// the figures are -1 to +20 % of what runs from 0.8 to 12 megapixels took.
const SCATTERED: u64 = 5;
/// How far a real run moves a measured time.
const TRUST: f64 = 0.5;

/// How long a pixel takes, in nanoseconds.
#[derive(Debug, Clone)]
pub(crate) struct TimeModel {
    /// Of the networks, by hash.
    networks: BTreeMap<String, f64>,
    /// Of the photo, reading it.
    reading: f64,
    /// Of the result, from working size.
    finishing: Option<f64>,
    /// How many times as long a pixel of a level takes as one in the network alone.
    refining: f64,
    /// Of a step of *Fine*, for each pixel.
    fine: Option<f64>,
}

impl TimeModel {
    /// Before anything was measured: a plain laptop.
    pub(crate) fn new() -> Self {
        Self {
            networks: BTreeMap::new(),
            // A JPEG's; a PNG takes about three times as long.
            reading: 5.0,
            finishing: None,
            // Two styles at 24 megapixels: 2.3 and 2.6.
            refining: 2.5,
            fine: None,
        }
    }

    /// Times the network and the finishing on a small piece, unless they have been
    /// timed.
    pub(crate) fn try_out<N: StyleNet>(
        &mut self,
        net: &N,
        net_sha: &str,
        code: &[f32],
    ) -> Result<(), EngineError> {
        if self.finishing.is_none() {
            let (took, pixels) = try_finishing()?;
            self.finishing = Some(per_pixel(took, pixels));
        }
        if self.networks.contains_key(net_sha) {
            return Ok(());
        }
        let mut piece = Planes::zeros(TRIAL_SIDE, TRIAL_SIDE);
        for (i, value) in piece.data.iter_mut().enumerate() {
            *value = (i * 37 % 101) as f32 / 101.0;
        }
        let never = CancelToken::new();
        // Packs the weights, too.
        let (seen, _) = net.measure(&piece, code, 1.0, [false; 2], &never)?;
        let mut took = [Duration::ZERO; TRIALS];
        for took in &mut took {
            let start = Instant::now();
            net.paint(&piece, &seen.stats, code, 1.0, &never)?;
            *took = start.elapsed();
        }
        took.sort();
        let seen = per_pixel(took[TRIALS / 2], (TRIAL_SIDE * TRIAL_SIDE) as u64);
        self.networks.insert(net_sha.to_owned(), seen);
        Ok(())
    }

    /// A network takes as long as another one, until it shows otherwise.
    pub(crate) fn take_as(&mut self, net_sha: &str, other: &str) {
        if let (Some(&time), false) = (
            self.networks.get(other),
            self.networks.contains_key(net_sha),
        ) {
            self.networks.insert(net_sha.to_owned(), time);
        }
    }

    /// Learns from a real run of a network over so many pixels.
    pub(crate) fn learn_network(&mut self, net_sha: &str, took: Duration, pixels: u64) {
        let seen = moved(self.networks.get(net_sha).copied(), per_pixel(took, pixels));
        self.networks.insert(net_sha.to_owned(), seen);
    }

    /// Learns from the levels of a real run, over so many of their pixels.
    pub(crate) fn learn_refining(&mut self, net_sha: &str, took: Duration, pixels: u64) {
        if let (Some(&network), true) = (self.networks.get(net_sha), pixels > 0) {
            let seen = per_pixel(took, pixels) / network.max(1.0);
            self.refining = moved(Some(self.refining), seen);
        }
    }

    /// Nanoseconds for a pixel in passes of these networks, one after the other.
    pub(crate) fn passes<'a>(&self, nets: impl IntoIterator<Item = &'a str>) -> f64 {
        let of = |net| self.networks.get(net).copied().unwrap_or(900.0);
        nets.into_iter().map(of).sum()
    }

    /// Learns from reading a photo.
    pub(crate) fn learn_reading(&mut self, took: Duration, pixels: u64) {
        self.reading += TRUST * (per_pixel(took, pixels) - self.reading);
    }

    /// Learns from finishing a result.
    pub(crate) fn learn_finishing(&mut self, took: Duration, pixels: u64) {
        self.finishing = Some(moved(self.finishing, per_pixel(took, pixels)));
    }

    /// Learns from steps of *Fine* that went over so many pixels.
    pub(crate) fn learn_fine(&mut self, took: Duration, pixels: u64) {
        if pixels > 0 {
            self.fine = Some(moved(self.fine, per_pixel(took, pixels)));
        }
    }

    /// Time of steps of *Fine* over so many pixels, once any were taken.
    pub(crate) fn fine(&self, pixels: u64) -> Option<Duration> {
        let each = self.fine?;
        Some(Duration::from_secs_f64(each * pixels as f64 / 1e9))
    }

    /// Time of a job: its passes (see [`TimeModel::passes`]), and reading unless the photo
    /// is in memory.
    pub(crate) fn time(&self, job: &StyleCost, passes: f64) -> Duration {
        let levels = self.refining * job.plan.level_pixels() as f64;
        let network = passes * (job.network_pixels() as f64 + levels);
        let reading = if job.in_memory {
            0.0
        } else {
            self.reading * pixels(job.photo) as f64
        };
        let finishing = self.finishing.unwrap_or(22.0) * pixels(job.plan.output) as f64;
        Duration::from_secs_f64((network + reading + finishing) / 1e9)
    }
}

/// A measured time after one more run.
fn moved(old: Option<f64>, seen: f64) -> f64 {
    old.map_or(seen, |old| old + TRUST * (seen - old))
}

fn per_pixel(took: Duration, pixels: u64) -> f64 {
    took.as_secs_f64() * 1e9 / pixels.max(1) as f64
}

fn pixels(size: [u32; 2]) -> u64 {
    u64::from(size[0]) * u64::from(size[1])
}

/// What decides time and memory of a stylisation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StyleCost {
    /// The photo's size.
    pub(crate) photo: [u32; 2],
    /// Whether it has been read.
    pub(crate) in_memory: bool,
    /// Passes of networks: one for all styles of a network without masks, one for each
    /// style with a mask.
    pub(crate) passes: u64,
    /// Whether the networks take their statistics from a photo of one tile itself, see
    /// [`StyleNet::measures_whole`].
    pub(crate) whole: bool,
    /// Sizes.
    pub(crate) plan: StylePlan,
}

impl StyleCost {
    /// Pixels that one pass of the network sees: the statistics' copy and the tiles
    /// with their overlap; a photo that is measured as it is painted counts once.
    pub(crate) fn network_pixels(&self) -> u64 {
        let stats = pixels(self.plan.stats);
        let once = self.whole || self.plan.stats == self.plan.working;
        if once && self.plan.tiles() == 1 && !self.plan.wrap.is_panorama() {
            return pixels(self.plan.working);
        }
        stats + self.plan.tiled_pixels()
    }

    /// Most bytes beside what the process uses now.
    pub(crate) fn bytes(&self) -> u64 {
        let photo = 4 * pixels(self.photo);
        let reading = if self.in_memory { 0 } else { photo };
        let copy = if self.plan.output == self.photo {
            0
        } else {
            4 * pixels(self.plan.output)
        };
        let stages = self.stages();
        reading + copy + stages + stages / SCATTERED
    }

    /// Most bytes that a stage needs beside the photo.
    fn stages(&self) -> u64 {
        let (plan, passes) = (&self.plan, self.passes);
        let plane = 4 * pixels(plan.working);
        // The photo and each pass' strokes stay.
        let strokes = 3 + 3 * passes;
        // What is cut into tiles, and the styled pictures of the passes before.
        let painting =
            (strokes + 3 + 3 * passes.saturating_sub(1)) * plane + plan.working_tile_bytes();
        let composing = (strokes + 3 * passes + 4) * plane;
        let rims = match plan.scales {
            StrokeScales::One => 0,
            StrokeScales::Working | StrokeScales::Every => (strokes + 4 + RIM_PLANES) * plane,
        };
        let levels = plan.levels();
        let (making, made) = (DETAIL_PLANES[0], DETAIL_PLANES[1]);
        let mut most = painting.max(composing).max(rims);
        if levels.is_empty() {
            let planes = strokes + COMPOSED_PLANES;
            let finishing = (planes + made) * plane + 4 * pixels(plan.output);
            return most.max(finishing).max((planes + making) * plane);
        }
        let (mut before, mut photos) = (plane, 0);
        for (i, size) in levels.iter().enumerate() {
            let bytes = 4 * pixels(*size);
            if i + 1 < levels.len() {
                photos = LEVEL_PHOTOS.min(photos + bytes);
            }
            let held = strokes * plane + photos + COMPOSED_PLANES * before;
            let painting = made * before + bytes + plan.level_tile_bytes(*size);
            most = most.max(held + (making * before).max(painting));
            before = bytes;
        }
        most
    }

    /// The plan that keeps the process within `budget`, with the smallest number of
    /// tiles.
    pub(crate) fn within(mut self, budget: u64) -> Result<Self, EngineError> {
        let budget =
            memory::available().map_or(budget, |free| budget.min(memory::resident() + free));
        let now = memory::resident();
        let fits = |needs: &Self| now + needs.bytes() <= budget;
        if fits(&self) {
            return Ok(self);
        }
        for megabytes in (1..=10).rev() {
            let Some(plan) = self.plan.within(megabytes << 24) else {
                break;
            };
            self.plan = plan;
            if fits(&self) {
                return Ok(self);
            }
        }
        let needed = (now + self.bytes()) >> 20;
        Err(EngineError::Memory(format!(
            "this needs about {needed} MB and may use {} MB; choose a smaller size or allow more",
            budget >> 20
        )))
    }

    /// The figures for the user.
    pub(crate) fn estimate(&self, times: &TimeModel, passes: f64) -> Estimate {
        Estimate {
            size: self.plan.output,
            memory: memory::resident() + self.bytes(),
            time: times.time(self, passes),
            tiles: self.plan.tiles(),
            passes: self.passes,
            painted: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::protocol::StylizeOptions;

    fn needs(photo: [u32; 2], brush: f32) -> StyleCost {
        StyleCost {
            photo,
            in_memory: false,
            passes: 1,
            whole: false,
            plan: StylePlan::full(photo, brush, &StylizeOptions::default()),
        }
    }

    #[test]
    fn larger_photos_need_more() {
        let (small, large) = (needs([3000, 2000], 1.0), needs([6000, 4000], 1.0));
        // At least the photo's own pixels, decoded, and as many of the result.
        assert!(large.bytes() >= small.bytes() + 18_000_000 * 4);
        let times = TimeModel::new();
        let time = |needs: &StyleCost| times.time(needs, times.passes(["net"]));
        assert!(time(&large) > time(&small));
        // A finer brush begins with more pixels and has fewer sizes to go through.
        let finer = time(&needs([3000, 2000], 0.5)).as_secs_f64() / time(&small).as_secs_f64();
        assert!((0.7..1.4).contains(&finer), "{finer}");
    }

    #[test]
    fn a_photo_that_is_measured_as_it_is_painted_counts_once() {
        let apart = needs([900, 600], 1.0);
        assert_eq!(apart.plan.tiles(), 1);
        let whole = StyleCost {
            whole: true,
            ..apart
        };
        assert_eq!(whole.network_pixels(), pixels(apart.plan.working));
        assert!(apart.network_pixels() > whole.network_pixels());
        // In tiles, the copy is measured first whatever the network.
        let tiled = needs([6000, 4000], 0.5);
        assert!(tiled.plan.tiles() > 1);
        let whole = StyleCost {
            whole: true,
            ..tiled
        };
        assert_eq!(whole.network_pixels(), tiled.network_pixels());
    }

    #[test]
    fn a_tight_budget_gives_tiles_and_an_impossible_one_a_word() {
        let job = needs([2000, 2000], 0.5);
        let loose = job.within(4 << 30).unwrap();
        let tight = memory::resident() + job.bytes() - (12 << 20);
        let tiled = job.within(tight).unwrap();
        assert!(tiled.plan.tiles() > loose.plan.tiles());
        let error = job.within(10 << 20).unwrap_err().to_string();
        assert!(error.contains("smaller size"), "{error}");
    }

    #[test]
    fn levels_have_a_pace_of_their_own() {
        let mut times = TimeModel::new();
        let job = StyleCost {
            in_memory: true,
            ..needs([6000, 4000], 1.0)
        };
        let levels = job.plan.level_pixels();
        assert!(levels > 24_000_000);
        times.learn_network("net", Duration::from_millis(100), 1_000_000);
        let alone = times.passes(["net"]);
        for _ in 0..20 {
            times.learn_refining("net", Duration::from_secs(30), levels);
        }
        // What the network takes at working size is still its own.
        assert_eq!(times.passes(["net"]), alone);
        let took = times.time(&job, alone).as_secs_f64();
        let others = (22.0 * 24e6 + alone * job.network_pixels() as f64) / 1e9;
        assert!((took - 30.0 - others).abs() < 0.5, "{took} {others}");
    }

    #[test]
    fn the_pace_follows_real_runs() {
        let mut times = TimeModel::new();
        for _ in 0..20 {
            times.learn_network("net", Duration::from_millis(100), 100_000);
        }
        let job = StyleCost {
            in_memory: true,
            ..needs([512, 512], 1.0)
        };
        let time = times.time(&job, times.passes(["net"]));
        let expected = 512.0 * 512.0 * 1e-6;
        assert!(
            (time.as_secs_f64() - expected).abs() < 0.1 * expected,
            "{time:?}"
        );
    }
}
