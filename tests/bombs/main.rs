//! Small files that ask for much: each is read in a process of its own, whose peak of
//! memory and time are held against the budget. Not part of the usual tests:
//!
//!     cargo test --test bombs -- --ignored --nocapture
//!
//! prints the table of docs/BENCHMARKS.md. The budget: of memory twice the picture's
//! pixels times the decoder's bytes a pixel (or twice the tensors' stored bytes), the
//! file itself and 128 MB; of the processors' time a second (two thirds of it start the
//! process and unpack the longest texts in a debug build), and more in step with bytes and
//! pixels.
//! Files of `../shared/faults/bombs` take part where they are.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod animations;
mod checkpoints;
mod labels;
mod modern;
mod pictures;
#[path = "../import/torch_writer.rs"]
mod torch_writer;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What the process does with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Decodes it as a photo, with all that is read of its labels on the way.
    Photo,
    /// Reads recipe, labels and rights without its pixels.
    Labels,
    /// Opens a gallery in which it lies.
    Gallery,
    /// Imports it as a network.
    Import,
}

impl Way {
    const ALL: [Self; 4] = [Self::Photo, Self::Labels, Self::Gallery, Self::Import];

    fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Labels => "labels",
            Self::Gallery => "gallery",
            Self::Import => "import",
        }
    }
}

/// A bomb.
struct Bomb {
    /// In the table.
    name: String,
    file: PathBuf,
    /// Bytes of pixels as decoded that it may rightly ask for: stated pixels times the
    /// decoder's bytes a pixel; of a network its tensors' bytes.
    owed: u64,
    ways: &'static [Way],
}

/// What a process took.
struct Taken {
    peak: u64,
    time: Duration,
    /// `read`, or why not.
    answer: String,
}

const FILE: &str = "LIMNER_BOMB_FILE";
const WAY: &str = "LIMNER_BOMB_WAY";
/// Longer than any budget: the process is ended.
const END: Duration = Duration::from_secs(60);

#[test]
#[ignore = "a minute of work; see the top of tests/bombs/main.rs"]
fn every_bomb_stays_within_its_budget() {
    let dir = tempfile::tempdir().unwrap();
    let mut bombs = shared();
    bombs.extend(pictures::all(dir.path()));
    bombs.extend(animations::all(dir.path()));
    bombs.extend(modern::all(dir.path()));
    bombs.extend(labels::all(dir.path()));
    bombs.extend(checkpoints::all(dir.path()));
    println!("| file | bytes | way | peak MB | of | seconds | of | answer |");
    println!("|---|---|---|---|---|---|---|---|");
    let only = std::env::var("LIMNER_BOMB_ONLY").unwrap_or_default();
    let mut beyond = Vec::new();
    for bomb in bombs.iter().filter(|bomb| bomb.name.contains(&only)) {
        let bytes = std::fs::metadata(&bomb.file).unwrap().len();
        for &way in bomb.ways {
            let taken = take(&bomb.file, way);
            let memory = 2 * bomb.owed + bytes + (128 << 20);
            // Debug builds of Limner's own code are slower than what is delivered.
            let time = Duration::from_millis(1000)
                + Duration::from_millis(bytes * 150 / (1 << 20))
                + Duration::from_millis(bomb.owed * 12 / (1 << 20));
            println!(
                "| {} | {bytes} | {} | {} | {} | {:.2} | {:.2} | {} |",
                bomb.name,
                way.name(),
                taken.peak >> 20,
                memory >> 20,
                taken.time.as_secs_f64(),
                time.as_secs_f64(),
                taken.answer
            );
            if taken.peak > memory || taken.time > time || taken.peak == 0 {
                beyond.push(format!("{} ({})", bomb.name, way.name()));
            }
        }
    }
    assert!(beyond.is_empty(), "beyond their budgets: {beyond:#?}");
}

/// The files that are handed on beside the repository.
fn shared() -> Vec<Bomb> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/faults/bombs");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("{} isn't here: its bombs are left out", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let bomb = |file: PathBuf| {
        let ways: &[Way] = match file.extension().unwrap().to_str().unwrap() {
            "pt" | "pkl" => &[Way::Import],
            _ => &[Way::Photo, Way::Labels, Way::Gallery],
        };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // A megapixel in grey; the PNG has one pixel.
        let owed = if name.starts_with("tif") { 4 << 20 } else { 0 };
        Bomb {
            name,
            file,
            owed,
            ways,
        }
    };
    files.into_iter().map(bomb).collect()
}

/// Reads a file in a process of its own.
fn take(file: &Path, way: Way) -> Taken {
    let start = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "one_process", "--nocapture"])
        .env(FILE, file)
        .env(WAY, way.name())
        .env("RAYON_NUM_THREADS", "2")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > END {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut told = String::new();
    child.stdout.unwrap().read_to_string(&mut told).unwrap();
    let line = told.lines().find_map(|line| line.split_once("took "));
    let Some((_, line)) = line else {
        return Taken {
            peak: 0,
            time: start.elapsed(),
            answer: "**killed**".to_owned(),
        };
    };
    let mut parts = line.splitn(3, ' ');
    let mut number = || parts.next().unwrap().parse::<u64>().unwrap();
    Taken {
        peak: number(),
        time: Duration::from_micros(number()),
        answer: parts.next().unwrap().to_owned(),
    }
}

/// The process of [`take`]; on its own it has nothing to do.
#[test]
#[ignore = "part of every_bomb_stays_within_its_budget"]
fn one_process() {
    let Some(file) = std::env::var_os(FILE).map(PathBuf::from) else {
        return;
    };
    let way = std::env::var(WAY).unwrap();
    let way = Way::ALL.into_iter().find(|w| w.name() == way).unwrap();
    let place = tempfile::tempdir().unwrap();
    let start;
    let answer = match way {
        Way::Photo => {
            start = processor_time();
            match limner::photo::read(&file) {
                Ok(photo) => format!("read {:?}", photo.picture.size()),
                Err(error) => error.fault.to_string(),
            }
        }
        Way::Labels => {
            start = processor_time();
            let read = limner::export::metadata::read(&file);
            limner::export::origin::read(&file, "");
            match read {
                Ok(read) => match read.recipe_error {
                    Some(error) => error.to_string(),
                    None => format!("read {} texts", read.notes.len()),
                },
                Err(error) => error.to_string(),
            }
        }
        Way::Gallery => {
            std::fs::copy(&file, place.path().join(file.file_name().unwrap())).unwrap();
            start = processor_time();
            let gallery = limner::gallery::Gallery::open_and_reconcile(place.path()).unwrap();
            format!("{} listed", gallery.len().unwrap())
        }
        Way::Import => {
            start = processor_time();
            match limner::import::import(&file, place.path(), Some("it")) {
                Ok(imported) => imported.summary,
                Err(error) => error.to_string(),
            }
        }
    };
    let time = processor_time() - start;
    let time = time.as_micros();
    let peak = limner::engine::memory::peak().unwrap();
    let answer = answer
        .replace(&*file.to_string_lossy(), "")
        .replace('|', "/");
    let answer: String = answer.chars().take(90).collect();
    println!("took {peak} {time} {}", answer.replace('\n', " "));
}

/// The time that all threads of this process have had, user's and system's.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|n| n.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// Writes a file and makes it a bomb.
fn bomb(folder: &Path, name: &str, bytes: &[u8], owed: u64, ways: &'static [Way]) -> Bomb {
    let file = folder.join(name);
    std::fs::write(&file, bytes).unwrap();
    Bomb {
        name: name.to_owned(),
        file,
        owed,
        ways,
    }
}
