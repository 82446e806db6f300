//! Grow: `cargo bench --bench grow` times a picture of 250 × 188, of 1 and of 16 megapixels; with
//! `-- --pictures FOLDER --out FOLDER` it grows five seeds of each picture there, for
//! `benches/grow.sh`.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use limner::cancel::CancelToken;
use limner::engine::memory;
use limner::grow::{self, Genes, Grown, Material, Settings, Task};
use limner::picture::Picture;

const SEEDS: u64 = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|a| a == name)?;
        arguments.get(at + 1).cloned()
    };
    let threads = value("--threads").map_or(2, |n| n.parse().expect("a number of threads"));
    limner::nn::pool::init(threads).unwrap();
    match (value("--pictures"), value("--out")) {
        (Some(pictures), Some(out)) => folder(Path::new(&pictures), Path::new(&out)),
        _ => times(value("--picture").map(PathBuf::from)),
    }
}

fn times(picture: Option<PathBuf>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let picture = picture.unwrap_or_else(|| root.join("assets/readme/explore.png"));
    let source = limner::photo::read(&picture).unwrap().picture;
    for size in [[96, 72], [250, 188], [1152, 880], [4000, 4000]] {
        let source = resized(&source, size);
        let mut took = Vec::new();
        let mut coherent = 0.0;
        for _ in 0..if size[0] < 1000 { 5 } else { 1 } {
            let began = Instant::now();
            coherent = grown(&source, 1).coherent();
            took.push(began.elapsed().as_secs_f64());
        }
        took.sort_by(f64::total_cmp);
        let levels = grow::plan(&Material::of(&source), &Task::Vary, &settings(size, 1)).unwrap();
        println!(
            "{} x {}: {:.3} s, coherent {coherent:.2}, peak {} MB, said {} MB",
            size[0],
            size[1],
            took[took.len() / 2],
            memory::peak().unwrap_or(0) >> 20,
            grow::memory(&levels) >> 20
        );
    }
}

fn folder(pictures: &Path, out: &Path) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(pictures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let (mut spent, mut coherent, mut count) = (0.0, 0.0, 0.0);
    for seed in 1..=SEEDS {
        let to = out.join(format!("seed-{seed}"));
        std::fs::create_dir_all(&to).unwrap();
        for file in &files {
            let source = limner::photo::read(file).unwrap().picture;
            let began = Instant::now();
            let grown = grown(&source, seed);
            spent += began.elapsed().as_secs_f64();
            coherent += grown.coherent();
            count += 1.0;
            let name = Path::new(file.file_name().unwrap()).with_extension("png");
            let [width, height] = grown.picture.size();
            image::save_buffer(
                to.join(name),
                grown.picture.rgba(),
                width,
                height,
                image::ColorType::Rgba8,
            )
            .unwrap();
        }
    }
    println!(
        "{count} pictures, {:.2} s each, share of patches beside their neighbours {:.3}",
        spent / count,
        coherent / count
    );
}

fn settings(size: [u32; 2], seed: u64) -> Settings {
    Settings {
        size,
        genes: Genes::new(seed, 1.0, 0.5),
        seamless: [false; 2],
    }
}

fn grown(source: &Picture, seed: u64) -> Grown {
    let settings = settings(source.size(), seed);
    let stop = CancelToken::new();
    let material = Material::of(source);
    grow::grow(&material, &Task::Vary, &settings, &stop, &mut |_, _| Ok(())).unwrap()
}

fn resized(picture: &Picture, [width, height]: [u32; 2]) -> Picture {
    let [w, h] = picture.size();
    let whole = image::RgbaImage::from_raw(w, h, picture.rgba().to_vec()).unwrap();
    let filter = image::imageops::FilterType::Lanczos3;
    let small = image::imageops::resize(&whole, width, height, filter);
    Picture::from_rgba(width, height, small.into_raw()).unwrap()
}
