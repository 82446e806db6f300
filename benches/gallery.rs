//! A gallery of 100,000 pictures: makes one, then measures rebuild, opening, listing,
//! search, reconcile, scrolling in the window, and memory.
//!
//! `cargo bench --bench gallery` (with `-- --pictures 10000` for less, or
//! `-- --folder DIR` to keep the pictures for the next time). Prints JSON.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use limner::export::{self, Provenance, WriteOptions};
use limner::gallery::Gallery;
use limner::gallery::protocol::{Format, Query, Sort};
use limner::picture::Picture;
use limner::recipe::{ExploreParams, Making, ModelRef, Recipe, UNFINISHED_VERSION};
use limner::window::blind_window::FrameTimes;
use limner::window::gallery_bench;

/// Frames of each way of scrolling.
const FRAMES: usize = 900;

const WORDS: [&str; 16] = [
    "apple",
    "pear",
    "quince",
    "plum",
    "cherry",
    "fig",
    "grape",
    "melon",
    "lemon",
    "orange",
    "peach",
    "apricot",
    "medlar",
    "currant",
    "gooseberry",
    "mulberry",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut pictures = 100_000usize;
    let mut folder: Option<PathBuf> = None;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--pictures" => pictures = args.next().ok_or("how many?")?.parse()?,
            "--folder" => folder = args.next().map(PathBuf::from),
            _ => {}
        }
    }
    let keep = folder.is_some();
    let temporary = tempfile::tempdir()?;
    let folder = folder.unwrap_or_else(|| temporary.path().to_path_buf());
    let made = generate(&folder, pictures)?;
    if made > 0 {
        eprintln!("{made} pictures made in {}", folder.display());
    }
    let report = measure(&folder, pictures)?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    if keep {
        std::mem::forget(temporary);
    }
    Ok(())
}

/// Sides of the pictures: those of a thumbnail, so that memory is what it is for
/// larger ones, too.
const SIZE: [u32; 2] = [256, 192];

/// PNG files with recipes; one in four has a sidecar with stars and tags.
fn generate(folder: &Path, pictures: usize) -> Result<usize, String> {
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    let missing: Vec<usize> = (0..pictures)
        .filter(|&i| !file(folder, i).exists())
        .collect();
    missing.par_iter().try_for_each(|&i| {
        make(&file(folder, i), i).map_err(|e| format!("{}: {e}", file(folder, i).display()))
    })?;
    Ok(missing.len())
}

fn file(folder: &Path, i: usize) -> PathBuf {
    folder.join(format!("{} {i:06}.png", WORDS[i % 16]))
}

fn make(path: &Path, i: usize) -> Result<(), Box<dyn std::error::Error>> {
    let [w, h] = SIZE;
    let hue = [i * 67, i * 131, i * 29].map(|c| (c % 200) as u32 + 40);
    let pixels = (0..w * h)
        .flat_map(|p| {
            let light = 64 + (p / w + p % w) / 4 * 4 * 190 / (w + h);
            hue.map(|c| (c * light / 255) as u8)
                .into_iter()
                .chain([255])
        })
        .collect();
    let picture = Picture::from_rgba(w, h, pixels)?;
    let recipe = recipe(i);
    let provenance = Provenance::of(&recipe, &Default::default(), "", "");
    let labels = export::labels(Some(&recipe), &provenance, &WriteOptions::new(Format::Png));
    // Without syncing: these pictures may be lost.
    let bytes = export::encode_to_bytes(&picture, Format::Png, &labels)?;
    std::fs::write(path, bytes)?;
    if i.is_multiple_of(4) {
        let labels = export::xmp::UserLabels {
            stars: (i / 4 % 6) as u8,
            title: String::new(),
            tags: vec![format!("set{}", i / 1000), WORDS[i / 7 % 16].to_owned()],
            albums: Vec::new(),
        };
        let packet = export::xmp::edit(None, &labels).ok_or("no packet")?;
        std::fs::write(limner::gallery::layout::sidecar(path), packet)?;
    }
    Ok(())
}

fn recipe(i: usize) -> Recipe {
    Recipe {
        version: UNFINISHED_VERSION,
        software: "Limner 0.1.0".into(),
        created: limner::clock::rfc3339(1_700_000_000 + i as i64 * 60),
        device: "cpu avx2+fma".into(),
        making: Making::Explore(ExploreParams::new(["fruit", "cppn"][i % 2], i as u64)),
        models: vec![ModelRef {
            name: ["fruit", "cppn"][i % 2].into(),
            sha256: "ab".repeat(32),
        }],
        sources: vec![],
        resolved_ws: None,
        finish: None,
        extra: Default::default(),
    }
}

fn measure(
    folder: &Path,
    pictures: usize,
) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let index = folder.join(".limner");
    if index.exists() {
        std::fs::remove_dir_all(&index)?;
    }
    let start = Instant::now();
    let mut gallery = Gallery::open_and_reconcile(folder)?;
    let rebuild = start.elapsed().as_secs_f64();
    let indexed = gallery.len()?;
    let start = Instant::now();
    let unchanged = gallery.reconcile(&mut |_, _| true)?;
    let reconcile = start.elapsed().as_secs_f64();
    drop(gallery);

    let start = Instant::now();
    let mut gallery = Gallery::open(folder)?;
    let open = milliseconds(start);
    let start = Instant::now();
    let all = gallery.listing(&Query::default())?;
    let list = milliseconds(start);
    let listed = all.len();
    let mut searches = Vec::new();
    let mut hits = Vec::new();
    for round in 0..8 {
        for text in [
            "quince set12",
            "set7",
            "pear 0421",
            "gooseb set3",
            "medlar cppn set50",
            "nothing",
        ] {
            let sort = [Sort::Newest, Sort::Stars, Sort::Title, Sort::Oldest][round % 4];
            let query = Query {
                text: text.into(),
                sort,
                ..Query::default()
            };
            let start = Instant::now();
            let n = gallery.listing(&query)?.len();
            searches.push(milliseconds(start));
            hits.push(n);
        }
    }
    let wide = Query {
        text: "quince".into(),
        ..Query::default()
    };
    let start = Instant::now();
    let wide_hits = gallery.listing(&wide)?.len();
    let wide_time = milliseconds(start);
    let half = Query {
        text: "fruit".into(),
        ..Query::default()
    };
    let start = Instant::now();
    let half_hits = gallery.listing(&half)?.len();
    let half_time = milliseconds(start);
    drop((all, gallery));
    let index_memory = peak_memory();
    let frames = gallery_bench::measure(folder, FRAMES).map_err(|e| e.to_string())?;
    searches.sort_by(f64::total_cmp);
    let at = |q: f64| searches[((searches.len() - 1) as f64 * q) as usize];
    Ok(serde_json::json!({
        "pictures": pictures,
        "indexed": indexed,
        "rebuild_s": rebuild,
        "rebuild_pictures_per_s": indexed as f64 / rebuild,
        "reconcile_unchanged_s": reconcile,
        "reconcile_found_changes": unchanged.any(),
        "open_ms": open,
        "list_all_ms": list,
        "listed": listed,
        "open_and_list_ms": open + list,
        "search_median_ms": at(0.5),
        "search_p95_ms": at(0.95),
        "search_max_ms": at(1.0),
        "search_hits_max": hits.iter().max(),
        "search_wide_hits": wide_hits,
        "search_wide_ms": wide_time,
        "search_half_hits": half_hits,
        "search_half_ms": half_time,
        "window_listed_ms": frames.listed_ms,
        "scroll": times(&frames.scroll),
        "scroll_thumbnails": frames.thumbnails,
        "scroll_and_label": times(&frames.label),
        "all_chosen": times(&frames.all_chosen),
        "peak_memory_without_window_mb": index_memory,
        "peak_memory_mb": peak_memory(),
        "threads": std::thread::available_parallelism().map(|n| n.get()).unwrap_or(1),
    }))
}

fn times(t: &FrameTimes) -> serde_json::Value {
    serde_json::json!({
        "frames": t.frames,
        "median_ms": t.median_ms,
        "p99_ms": t.p99_ms,
        "worst_ms": t.worst_ms,
    })
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Peak resident memory of this process, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb / 1024.0)
}
