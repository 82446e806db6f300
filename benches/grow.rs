//! Grow: `cargo bench --bench grow` times a picture of 250 × 188, of 1 and of 16 megapixels; with
//! `-- --pictures FOLDER --out FOLDER` it grows five seeds of each picture there, for
//! `benches/grow.sh`. `-- --first` times the first look at 12 megapixels, cold and warm, of each
//! task; `-- --edit` says time and memory of parts moved and painted on at 16 megapixels, with
//! `--tall` of parts as high as the picture.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use limner::cancel::CancelToken;
use limner::engine::memory;
use limner::grow::edit::{Change, Edit, Placement};
use limner::grow::{self, Genes, Grown, Material, Settings, Small, Task};
use limner::picture::Picture;

const SEEDS: u64 = 5;
/// Looks that are timed together.
const LOOKS: u32 = 10;
/// Work of a quick look, as the engine has it: of most tasks, of a hole, around a picture.
const QUICK: [u64; 3] = [170_000, 73_000, 54_000];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|a| a == name)?;
        arguments.get(at + 1).cloned()
    };
    let threads = value("--threads").map_or(2, |n| n.parse().expect("a number of threads"));
    limner::nn::pool::init(threads).unwrap();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let picture = value("--picture").map(PathBuf::from);
    match (value("--pictures"), value("--out")) {
        _ if has("--first") => first_looks(picture),
        _ if has("--edit") => edits(picture, has("--tall")),
        (Some(pictures), Some(out)) => folder(Path::new(&pictures), Path::new(&out)),
        _ => times(picture),
    }
}

fn read(picture: Option<PathBuf>) -> Picture {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let picture = picture.unwrap_or_else(|| root.join("assets/readme/explore.png"));
    limner::photo::read(&picture).unwrap().picture
}

/// A round part about a place, in fractions of the sides.
fn part([width, height]: [u32; 2], [x, y]: [f32; 2], radius: f32) -> Vec<bool> {
    let inside = |at: u32| {
        let dx = (at % width) as f32 / width as f32 - x;
        let dy = (at / width) as f32 / height as f32 - y;
        dx.hypot(dy) < radius
    };
    (0..width * height).map(inside).collect()
}

/// A part moved and made larger, one removed, one painted over.
fn some_edits(size: [u32; 2]) -> Vec<Edit> {
    let to = Placement {
        by: [size[0] as i32 / 3, size[1] as i32 / 4],
        scale: 1.2,
        flip: true,
        turn: 1,
    };
    let edit = |at, change| Edit {
        part: part(size, at, 0.08),
        change,
    };
    vec![
        edit([0.25, 0.3], Change::Move(to)),
        edit([0.7, 0.25], Change::Remove),
        edit([0.3, 0.75], Change::Paint([60, 90, 160])),
    ]
}

/// What takes most memory: the picture differs in all its rows, so that both are searched whole.
fn tall_edits([width, height]: [u32; 2]) -> Vec<Edit> {
    let strip = |from: u32, to: u32| {
        let inside = |at: u32| (from * width / 16..to * width / 16).contains(&(at % width));
        (0..width * height).map(inside).collect()
    };
    let to = Placement {
        by: [width as i32 / 3, 0],
        scale: 1.0,
        flip: false,
        turn: 0,
    };
    vec![
        Edit {
            part: strip(1, 5),
            change: Change::Move(to),
        },
        Edit {
            part: strip(12, 13),
            change: Change::Paint([60, 90, 160]),
        },
    ]
}

fn first_looks(picture: Option<PathBuf>) {
    let source = resized(&read(picture), [4000, 3000]);
    let stop = CancelToken::new();
    let (began, spent) = (Instant::now(), processor_seconds());
    let halvings = grow::halvings(4000);
    let small = grow::reduced(&source, halvings);
    println!(
        "reduced once: {:.0} ms, {:.0} ms of processor time",
        began.elapsed().as_secs_f64() * 1e3,
        (processor_seconds() - spent) * 1e3
    );
    let size = small.size();
    let (edits, hole) = (some_edits(size), part(size, [0.5, 0.5], 0.1));
    let wide = size[0] * 3 / 2;
    let tasks = [
        ("vary", Task::Vary, size, [4000, 3000]),
        ("another size", Task::Vary, [wide, size[1]], [6000, 3000]),
        (
            "extend",
            Task::Extend {
                left: wide - size[0],
                top: 0,
            },
            [wide, size[1]],
            [6000, 3000],
        ),
        ("fill", Task::Fill { hole: &hole }, size, [4000, 3000]),
        ("edit", Task::Edit { edits: &edits }, size, [4000, 3000]),
    ];
    for (name, task, small_size, whole) in tasks {
        let asked = Small {
            material: Material::of(&small),
            task,
            settings: settings(small_size, 1),
            sizes: vec![source.size()],
        };
        let whole = settings(whole, 1);
        let levels = grow::plan_sizes(&asked.sizes, &asked.task, &whole).unwrap();
        let most = match asked.task {
            Task::Extend { .. } => QUICK[2],
            Task::Fill { .. } => QUICK[1],
            _ => QUICK[0],
        };
        let quick = (1..levels.len()).take_while(|&n| grow::work(&levels[..n], &whole) <= most);
        let count = quick.last().unwrap_or(1);
        let (began, spent) = (Instant::now(), processor_seconds());
        let mut size = None;
        for _ in 0..LOOKS {
            let coarse = grow::coarse(&asked, &whole, count, &stop, &mut |_, _| Ok(()));
            let look = coarse.unwrap().and_then(|coarse| coarse.picture());
            size = look.map(|look| look.size());
        }
        let each = |seconds: f64| seconds * 1e3 / f64::from(LOOKS);
        println!(
            "{name}: {size:?}, {:.0} ms, {:.0} ms of processor time",
            each(began.elapsed().as_secs_f64()),
            each(processor_seconds() - spent)
        );
    }
}

/// Processor time of all threads so far; on a busy machine the only thing that can be compared.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .filter_map(|f| f.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

fn edits(picture: Option<PathBuf>, tall: bool) {
    let source = resized(&read(picture), [4000, 4000]);
    let edits = match tall {
        true => tall_edits(source.size()),
        false => some_edits(source.size()),
    };
    let task = Task::Edit { edits: &edits };
    let settings = settings(source.size(), 1);
    let stop = CancelToken::new();
    let levels = grow::plan(&Material::of(&source), &task, &settings).unwrap();
    println!(
        "source and parts: peak {} MB",
        memory::peak().unwrap_or(0) >> 20
    );
    let began = Instant::now();
    grow::grow(
        &Material::of(&source),
        &task,
        &settings,
        &stop,
        &mut |_, _| Ok(()),
    )
    .unwrap();
    println!(
        "edited at 4000 x 4000: {:.1} s, peak {} MB, said {} MB",
        began.elapsed().as_secs_f64(),
        memory::peak().unwrap_or(0) >> 20,
        grow::memory(&levels) >> 20
    );
}

fn times(picture: Option<PathBuf>) {
    let source = read(picture);
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
