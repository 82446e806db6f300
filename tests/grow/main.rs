//! Pictures grown from one: what holds for every source, size and seed.

#![allow(clippy::unwrap_used)]

mod coarse;
mod edits;
mod sources;
mod tiles;
mod turns;

use limner::cancel::CancelToken;
use limner::grow::{Genes, GrowError, Grown, Material, Settings, Task, grow, memory, plan, work};
use limner::nn::kernel::{self, Kernel};
use limner::picture::Picture;
use proptest::prelude::*;

/// Bricks of differing colours with some grain: has large and small forms and no symmetry.
fn bricks(width: u32, height: u32) -> Picture {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let row = y / 9;
            let column = (x + row * 7) / 15;
            let hash = (row * 73 + column * 151).wrapping_mul(2_654_435_761) >> 24;
            let joint = y % 9 == 0 || (x + row * 7).is_multiple_of(15);
            let grain = ((x * 31 + y * 17) ^ (x * y)) % 23;
            let light = x * 60 / width;
            let red = if joint { 210 } else { 70 + hash % 120 };
            pixels.extend([
                (red + grain) as u8,
                (60 + light + grain) as u8,
                (30 + hash % 40) as u8,
                255,
            ]);
        }
    }
    Picture::from_rgba(width, height, pixels).unwrap()
}

fn settings(size: [u32; 2]) -> Settings {
    Settings {
        size,
        genes: Genes::new(7, 1.0, 0.3),
        seamless: [false; 2],
    }
}

/// The same with what isn't a size or a seed left out.
fn with_seed(size: [u32; 2], seed: u64) -> Settings {
    Settings {
        genes: Genes::new(seed, 1.0, 0.3),
        ..settings(size)
    }
}

/// Makes a picture on every kernel and with some numbers of threads; all must be equal.
fn on_all(make: impl Fn() -> Picture + Sync) -> Picture {
    let first = make();
    for kernel in Kernel::available() {
        kernel::force(Some(kernel));
        assert!(make() == first, "{kernel:?}");
    }
    kernel::force(None);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    assert!(pool.unwrap().install(&make) == first, "one thread");
    first
}

fn grown(source: &Picture, task: &Task<'_>, settings: &Settings) -> Result<Grown, GrowError> {
    let material = Material::of(source);
    grow(
        &material,
        task,
        settings,
        &CancelToken::new(),
        &mut |_, _| Ok(()),
    )
}

fn pixel(picture: &Picture, x: u32, y: u32) -> &[u8] {
    let at = (y * picture.width() + x) as usize * 4;
    &picture.rgba()[at..at + 4]
}

#[test]
fn the_same_bytes_on_every_kernel_and_with_any_number_of_threads() {
    let source = bricks(70, 50);
    let first = grown(&source, &Task::Vary, &settings([80, 60])).unwrap();
    for kernel in Kernel::available() {
        kernel::force(Some(kernel));
        let again = grown(&source, &Task::Vary, &settings([80, 60])).unwrap();
        assert!(again.picture == first.picture, "{kernel:?}");
    }
    kernel::force(None);
    for threads in [1, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let again = pool.install(|| grown(&source, &Task::Vary, &settings([80, 60])).unwrap());
        assert!(again.picture == first.picture, "{threads} threads");
        assert_eq!(again.places, first.places);
    }
    let mut other = settings([80, 60]);
    other.genes.seed = 8;
    let other = grown(&source, &Task::Vary, &other).unwrap();
    assert!(
        other.picture != first.picture,
        "another seed, another picture"
    );
}

#[test]
fn a_seamless_picture_has_no_seam() {
    // From left to right this source goes from dark to light, so that an edge would be seen.
    let source = bricks(96, 72);
    let mut wish = settings([90, 64]);
    wish.seamless = [true, true];
    let made = grown(&source, &Task::Vary, &wish).unwrap();
    assert_eq!(made.places.len(), 90 * 64, "patches begin at every pixel");
    let step = |a: &[u8], b: &[u8]| -> f64 {
        (0..3)
            .map(|c| (f64::from(a[c]) - f64::from(b[c])).abs())
            .sum()
    };
    let p = &made.picture;
    let column = |x: u32| {
        (0..64)
            .map(|y| step(pixel(p, x, y), pixel(p, (x + 1) % 90, y)))
            .sum::<f64>()
    };
    let row = |y: u32| {
        (0..90)
            .map(|x| step(pixel(p, x, y), pixel(p, x, (y + 1) % 64)))
            .sum::<f64>()
    };
    let worst_column = (0..89).map(column).fold(0.0, f64::max);
    let worst_row = (0..63).map(row).fold(0.0, f64::max);
    assert!(
        column(89) <= worst_column * 1.02,
        "{} of {worst_column}",
        column(89)
    );
    assert!(row(63) <= worst_row * 1.02, "{} of {worst_row}", row(63));
}

#[test]
fn what_is_extended_or_filled_stays_as_it_was() {
    let source = bricks(64, 48);
    let task = Task::Extend { left: 20, top: 5 };
    let made = grown(&source, &task, &settings([100, 60])).unwrap();
    assert_eq!(made.picture.size(), [100, 60]);
    for y in 0..48 {
        for x in 0..64 {
            assert_eq!(pixel(&made.picture, x + 20, y + 5), pixel(&source, x, y));
        }
    }
    let inside = |x: u32, y: u32| (20..34).contains(&x) && (15..30).contains(&y);
    let hole: Vec<bool> = (0..64 * 48).map(|at| inside(at % 64, at / 64)).collect();
    // What is in the hole must not matter, nor come back.
    let mut marked = source.rgba().to_vec();
    for (at, hole) in hole.iter().enumerate() {
        if *hole {
            marked[at * 4..at * 4 + 3].copy_from_slice(&[255, 0, 255]);
        }
    }
    let marked = Picture::from_rgba(64, 48, marked).unwrap();
    let task = Task::Fill { hole: &hole };
    let made = grown(&marked, &task, &settings([64, 48])).unwrap();
    for y in 0..48 {
        for x in 0..64 {
            let value = pixel(&made.picture, x, y);
            match inside(x, y) {
                true => assert!(value[2] < 160, "magenta is back at {x} {y}: {value:?}"),
                false => assert_eq!(value, pixel(&source, x, y)),
            }
        }
    }
}

#[test]
fn another_pictures_arrangement_in_this_material() {
    let source = bricks(80, 60);
    // Dark above, light below.
    let half = |y: u32| if y < 30 { 20u8 } else { 230 };
    let pixels = (0..90 * 60).flat_map(|at| [half(at / 90), half(at / 90), half(at / 90), 255]);
    let structure = Picture::from_rgba(90, 60, pixels.collect()).unwrap();
    let task = Task::Shape {
        structure: &structure,
        strength: 0.8,
    };
    let made = grown(&source, &task, &settings([90, 60])).unwrap();
    let mean = |rows: std::ops::Range<u32>| {
        let sum: u32 = rows
            .clone()
            .flat_map(|y| (0..90).map(move |x| (x, y)))
            .map(|(x, y)| u32::from(pixel(&made.picture, x, y)[0]))
            .sum();
        sum / (rows.len() as u32 * 90)
    };
    assert!(
        mean(0..25) + 15 < mean(35..60),
        "{} {}",
        mean(0..25),
        mean(35..60)
    );
    // The material is the source's: no red of its own below 70 or so.
    assert!(made.picture.rgba().chunks_exact(4).all(|p| p[3] == 255));
}

#[test]
fn hostile_pictures_get_clear_words() {
    let one = Picture::from_rgba(1, 1, vec![9, 9, 9, 255]).unwrap();
    let flat = Picture::from_rgba(40, 40, [50, 60, 70, 255].repeat(1600)).unwrap();
    let clear = Picture::from_rgba(40, 40, vec![0; 6400]).unwrap();
    let source = bricks(40, 40);
    let words = |source: &Picture, task: &Task<'_>, settings: &Settings| {
        grown(source, task, settings).unwrap_err().to_string()
    };
    let vary = Task::Vary;
    assert!(words(&one, &vary, &settings([1, 1])).contains("only 1 x 1"));
    assert!(words(&flat, &vary, &settings([40, 40])).contains("all one colour"));
    assert!(words(&clear, &vary, &settings([40, 40])).contains("wholly transparent"));
    assert!(words(&source, &vary, &settings([40_000, 40])).contains("can't be grown"));
    assert!(words(&source, &vary, &settings([32_000, 32_000])).contains("can't be grown"));
    assert!(words(&source, &vary, &settings([40, 3])).contains("can't be grown"));
    let none = vec![false; 1600];
    let all = vec![true; 1600];
    let small = vec![true; 5];
    let fill = |hole| words(&source, &Task::Fill { hole }, &settings([40, 40]));
    assert!(fill(&none).contains("nothing is marked"));
    assert!(fill(&all).contains("leaves no whole patch"));
    assert!(fill(&small).contains("mask"));
    let mut still = settings([40, 40]);
    still.genes.chance = 0.0;
    assert!(words(&source, &vary, &still).contains("stays as it is"));
    let outside = Task::Extend { left: 20, top: 0 };
    assert!(words(&source, &outside, &settings([50, 40])).contains("added"));
    // Holes everywhere: no whole patch is left, though most pixels are.
    let sieve: Vec<bool> = (0..1600)
        .map(|at| at % 5 == 0 && at / 40 % 5 == 0)
        .collect();
    assert!(fill(&sieve).contains("leaves no whole patch"));
}

#[test]
fn strange_sizes_and_half_transparent_pictures_work() {
    let long = bricks(30_000, 20);
    let made = grown(&long, &Task::Vary, &settings([30_000, 20])).unwrap();
    assert_eq!(made.picture.size(), [30_000, 20]);
    let least = bricks(16, 16);
    let made = grown(&least, &Task::Vary, &settings([16, 40])).unwrap();
    assert_eq!(made.picture.size(), [16, 40]);
    // A disc on nothing: what is opaque has the disc's colours, without a dark rim.
    let disc = |at: u32| {
        let (x, y) = ((at % 60) as f32 - 30.0, (at / 60) as f32 - 30.0);
        match (x * x + y * y).sqrt() < 18.0 {
            true => [200, 100 + (at % 7) as u8, 50, 255],
            false => [0, 0, 0, 0],
        }
    };
    let disc = Picture::from_rgba(60, 60, (0..3600).flat_map(disc).collect()).unwrap();
    let made = grown(&disc, &Task::Vary, &settings([60, 60])).unwrap();
    let opaque: Vec<&[u8]> = made
        .picture
        .rgba()
        .chunks_exact(4)
        .filter(|p| p[3] > 128)
        .collect();
    assert!(!opaque.is_empty() && opaque.len() < 3600);
    assert!(
        opaque.iter().all(|p| p[0] > 180 && p[1] > 85),
        "colours are not mixed with nothing"
    );
}

#[test]
fn progress_goes_up_to_the_work_that_was_told_and_cancelling_is_heard() {
    let source = bricks(90, 70);
    let wish = settings([90, 70]);
    let material = Material::of(&source);
    let total = work(&plan(&material, &Task::Vary, &wish).unwrap(), &wish);
    let mut seen = Vec::new();
    let stop = CancelToken::new();
    grow(&material, &Task::Vary, &wish, &stop, &mut |done, look| {
        assert!(done == 0 || look().is_some());
        seen.push(done);
        Ok(())
    })
    .unwrap();
    assert!(seen.is_sorted() && seen.len() > 3);
    assert!(seen.iter().all(|done| *done < total));
    let mut calls = 0;
    let result = grow(&material, &Task::Vary, &wish, &stop, &mut |_, _| {
        calls += 1;
        if calls == 3 {
            stop.cancel();
        }
        Ok(())
    });
    assert_eq!(result.unwrap_err(), GrowError::Cancelled);
    assert!(calls <= 4);
}

#[test]
fn memory_is_told_and_bounded() {
    let at = |size: [u32; 2]| {
        let blank = Picture::from_rgba(size[0], size[1], vec![0; (size[0] * size[1] * 4) as usize]);
        let blank = blank.unwrap();
        memory(&plan(&Material::of(&blank), &Task::Vary, &settings(size)).unwrap())
    };
    assert!(
        at([4000, 4000]) < 1500 << 20,
        "{} MB",
        at([4000, 4000]) >> 20
    );
    assert!(at([1000, 1000]) < at([4000, 4000]));
    assert!(at([250, 188]) < 64 << 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Whatever is asked for: the size is right, every patch comes from within the source, and the
    /// values are those of the source.
    #[test]
    fn all_patches_come_from_the_source(
        source in [16u32..60, 16u32..60],
        size in [16u32..70, 16u32..70],
        seed: u64,
        chance in 0.01f32..1.0,
        coherence in 0.0f32..1.0,
        seamless: [bool; 2],
    ) {
        let picture = bricks(source[0], source[1]);
        let genes = Genes::new(seed, chance, coherence);
        let wish = Settings { size, genes, seamless };
        let made = grown(&picture, &Task::Vary, &wish).unwrap();
        prop_assert_eq!(made.picture.size(), size);
        let most = source.map(|side| side as u16 - 7);
        prop_assert!(made.places.iter().all(|p| p[0] <= most[0] && p[1] <= most[1]));
        let range = |c: usize, p: &Picture| {
            let values = p.rgba().iter().skip(c).step_by(4);
            (*values.clone().min().unwrap(), *values.max().unwrap())
        };
        for c in 0..4 {
            let (within, (least, most)) = (range(c, &picture), range(c, &made.picture));
            prop_assert!(within.0 <= least && most <= within.1);
        }
        prop_assert!((0.0..=1.0).contains(&made.coherent()));
    }
}
