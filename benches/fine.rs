//! One step of *Fine* (VGG-19 forward, statistics, and back to the picture) against the same graph in
//! PyTorch, in turn: `cargo bench --bench fine -- --python PATH [--threads N]`. Prints the
//! medians by the clock and in processor seconds: on a busy machine only the latter mean something.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use limner::cancel::CancelToken;
use limner::fine::{Goal, Painting, Region, Style, Weights};
use limner::models::vgg19::Vgg19;
use limner::models::weights::Weights as File;

const SIDES: [usize; 3] = [128, 256, 512];
const ROUNDS: usize = 5;

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
    let file = root.join("models/vgg19/weights.safetensors");
    let vgg = Vgg19::new(&File::open(&file, None, &candle_core::Device::Cpu).unwrap()).unwrap();
    for side in SIDES {
        let mut painting = begin(&vgg, side);
        let stop = CancelToken::new();
        // The first round warms both up.
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        for round in 0..=ROUNDS {
            let (clock, processor) = (Instant::now(), processor_seconds());
            painting.step(&vgg, &stop).unwrap();
            let took = [
                clock.elapsed().as_secs_f64(),
                processor_seconds() - processor,
            ];
            let took_there = peer.as_mut().map(|peer| peer.step(side));
            if round > 0 {
                ours.push(took);
                theirs.extend(took_there);
            }
        }
        let here = [0, 1].map(|i| median(&ours, i));
        print!("{side}: {:.3} s, processor {:.2} s", here[0], here[1]);
        if !theirs.is_empty() {
            let there = [0, 1].map(|i| median(&theirs, i));
            print!("; PyTorch {:.3} s, processor {:.2} s", there[0], there[1]);
            print!(
                "; ratio {:.2}, processor {:.2}",
                here[0] / there[0],
                here[1] / there[1]
            );
        }
        println!();
    }
}

/// A painting of a made-up photo in a made-up style.
fn begin(vgg: &Vgg19, side: usize) -> Painting {
    let stop = CancelToken::new();
    let picture = |factor: usize| -> Vec<f32> {
        (0..3 * side * side)
            .map(|i| (i * factor % 1009) as f32 / 1009.0)
            .collect()
    };
    let size = (side, side);
    let style = Style::of(vgg, &picture(7919), size, &stop).unwrap();
    let weights = Weights {
        content: 1.0,
        detail: 0.0,
        moments: 8.0,
        covariance: 2.0,
        roughness: 0.0,
        range: 10.0,
    };
    let regions = vec![Region {
        goal: Goal::Style(style.into()),
        cover: None,
    }];
    let photo = picture(104_729);
    Painting::new(
        vgg,
        (&photo, photo.clone()),
        size,
        regions,
        (weights, 1.0),
        &stop,
    )
    .unwrap()
}

/// `benches/fine.py`.
struct Peer {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn new(python: &str, threads: usize) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(python)
            .arg(root.join("benches/fine.py"))
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    /// Seconds of one step, by the clock and of the processor.
    fn step(&mut self, side: usize) -> [f64; 2] {
        writeln!(self.child.stdin.as_mut().unwrap(), "{side}").unwrap();
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
