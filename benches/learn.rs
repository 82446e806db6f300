//! One step of learning a style (painter and VGG-19 forward and back, gradients of all that is
//! learnt, Adam; two photos of 256 × 256) against the same graph in PyTorch, in f32 and in bfloat16,
//! in turn: `cargo bench --bench learn -- --python PATH [--threads N]`. `LIMNER_KERNEL=avx2` forces
//! ours. Prints the medians by the clock and in processor seconds: on a busy machine only the latter
//! mean something.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use limner::cancel::CancelToken;
use limner::fine::Style;
use limner::learn::{Course, Painter, Progress, Room};
use limner::models::restyle::{Config, Palette};
use limner::models::vgg19::Vgg19;
use limner::models::weights::Weights as File;

const SIDE: usize = 256;
const ROUNDS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|a| a == name)?;
        arguments.get(at + 1).cloned()
    };
    let threads = value("--threads").map_or(2, |n| n.parse().expect("a number of threads"));
    limner::nn::pool::init(threads).unwrap();
    let mut peer = value("--python").map(|python| Peer::new(&python, threads));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cpu = candle_core::Device::Cpu;
    let file = |name: &str| File::open(&root.join(name), None, &cpu).unwrap();
    let vgg = Vgg19::new(&file("models/vgg19/weights.safetensors")).unwrap();
    let config = std::fs::read(root.join("models/restyle/config.json")).unwrap();
    let config: Config = serde_json::from_slice(&config).unwrap();
    let painter = Painter::new(&config, &file("models/restyle/weights.safetensors")).unwrap();
    let mut at = painter.start().clone();
    for (i, stroke) in at.strokes.iter_mut().enumerate() {
        *stroke = 0.1 * (i as f32).sin();
    }
    let never = CancelToken::new();
    let style = Style::of(&vgg, &picture(7919, 512), (512, 512), &never).unwrap();
    let palette = [0.5, 0.5, 0.5, 0.3, 0.1, 0.1, 0.3, 0.1, 0.3];
    let palette = Palette::of_code(&palette).unwrap();
    let photos = vec![picture(104_729, SIDE), picture(1_299_709, SIDE)];
    let mut course = Course::new(painter, (palette, style.into()), photos, 7);
    let mut progress = Progress::new(at, 10_000);
    let mut room = Room::new((SIDE, SIDE));
    let mut rows: [Vec<[f64; 2]>; 3] = Default::default();
    // The first rounds warm all up, and take the photos' own features.
    for round in 0..ROUNDS + 2 {
        let (clock, processor) = (Instant::now(), processor_seconds());
        course.step(&mut progress, &vgg, &mut room, &never).unwrap();
        let took = [
            clock.elapsed().as_secs_f64(),
            processor_seconds() - processor,
        ];
        let there = ["f32", "bf16"].map(|kind| peer.as_mut().map(|peer| peer.step(kind)));
        if round > 1 {
            rows[0].push(took);
            rows[1].extend(there[0]);
            rows[2].extend(there[1]);
        }
    }
    let here = [0, 1].map(|i| median(&rows[0], i));
    println!("step: {:.3} s, processor {:.2} s", here[0], here[1]);
    for (name, row) in [("f32", &rows[1]), ("bfloat16", &rows[2])] {
        if row.is_empty() {
            continue;
        }
        let there = [0, 1].map(|i| median(row, i));
        println!(
            "PyTorch {name}: {:.3} s, processor {:.2} s; ratio {:.2}, processor {:.2}",
            there[0],
            there[1],
            here[0] / there[0],
            here[1] / there[1]
        );
    }
}

/// A made-up picture.
fn picture(factor: usize, side: usize) -> Vec<f32> {
    (0..3 * side * side)
        .map(|i| (i * factor % 1009) as f32 / 1009.0)
        .collect()
}

/// `benches/learn.py`.
struct Peer {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn new(python: &str, threads: usize) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(python)
            .arg(root.join("benches/learn.py"))
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    /// Seconds of one step, by the clock and of the processor.
    fn step(&mut self, kind: &str) -> [f64; 2] {
        writeln!(self.child.stdin.as_mut().unwrap(), "{kind}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let mut numbers = line.split_whitespace().map(|n| n.parse().expect("seconds"));
        [numbers.next().unwrap(), numbers.next().unwrap()]
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

fn median(all: &[[f64; 2]], which: usize) -> f64 {
    let mut values: Vec<f64> = all.iter().map(|v| v[which]).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Processor seconds of this process (Linux; 0 elsewhere).
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|f| f.parse().unwrap_or(0.0))
        .collect();
    match fields.get(11..13) {
        Some(ticks) => (ticks[0] + ticks[1]) / 100.0,
        None => 0.0,
    }
}
