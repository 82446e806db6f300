//! Peak memory of photos stylised at full size beside the estimate that was shown before, each in a
//! process of its own. `cargo bench --bench memory -- [--json] [NAME…]`.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;
#[path = "harness/style_pipeline.rs"]
mod style_pipeline;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use harness::{Options, Outcome};
use limner::engine::memory;
use serde_json::{Value, json};
use style_pipeline::StylePipeline;

/// Name, photo, size, brush, most that may be used in MiB.
type Case = (&'static str, &'static str, [u32; 2], f32, u64);

const CASES: [Case; 9] = [
    ("0.3 megapixels", "small.jpg", [512, 512], 1.0, 1200),
    ("1 megapixel", "square.jpg", [1024, 1024], 1.0, 1200),
    ("3 megapixels", "three.jpg", [2048, 1536], 1.0, 1200),
    ("3 megapixels, PNG", "three.png", [2048, 1536], 1.0, 1200),
    (
        "3 megapixels, brush 0.25",
        "three.jpg",
        [2048, 1536],
        0.25,
        1200,
    ),
    ("12 megapixels", "twelve.jpg", [4000, 3000], 1.0, 1200),
    ("24 megapixels", "large.jpg", [6000, 4000], 1.0, 1200),
    (
        "24 megapixels, brush 0.25",
        "large.jpg",
        [6000, 4000],
        0.25,
        1200,
    ),
    ("100 megapixels", "huge.jpg", [11600, 8700], 1.0, 2000),
];

/// Names the case to a child process.
const CHILD: &str = "LIMNER_BENCH_MEMORY_CASE";

fn main() -> Outcome<()> {
    let options = Options::parse()?;
    let folder = std::env::temp_dir().join("limner-bench-memory");
    if let Ok(child) = std::env::var(CHILD) {
        return measure(&folder, &CASES[child.parse::<usize>()?], options.threads);
    }
    let mut report = Vec::new();
    for (i, (name, photo, size, _, most)) in CASES.iter().enumerate() {
        if !options.wants(name) {
            continue;
        }
        style_pipeline::prepare(&folder, photo, *size)?;
        let output = Command::new(std::env::current_exe()?)
            .args(["--threads", &options.threads.to_string()])
            .env(CHILD, i.to_string())
            .output()?;
        let mut result: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
        result["case"] = json!(name);
        result["most_mib"] = json!(most);
        report.push(result);
    }
    std::fs::remove_dir_all(&folder).ok();
    if options.json {
        println!("{:#}", Value::Array(report));
    } else {
        table(&report);
    }
    Ok(())
}

/// One picture in this process.
fn measure(folder: &Path, case: &Case, threads: usize) -> Outcome<()> {
    let (_, photo, size, brush, _) = *case;
    let pipeline = StylePipeline::open(folder, photo, size, threads)?.brush(brush);
    let estimate = pipeline.estimate()?;
    let start = Instant::now();
    pipeline.stylise()?;
    let took = start.elapsed();
    let peak = memory::peak().ok_or("the system doesn't tell how much memory was used")?;
    println!(
        "{}",
        json!({
            "estimated_mib": estimate.memory >> 20,
            "peak_mib": peak >> 20,
            "tiles": estimate.tiles,
            "estimated_s": estimate.time.as_secs_f64(),
            "took_s": took.as_secs_f64(),
        })
    );
    Ok(())
}

fn table(report: &[Value]) {
    println!("| photo | peak MiB | allowed | estimated | estimate ÷ peak | s | estimated s |");
    println!("|---|---|---|---|---|---|---|");
    for result in report {
        let number = |key: &str| result[key].as_f64().unwrap_or(f64::NAN);
        let (peak, estimated) = (number("peak_mib"), number("estimated_mib"));
        println!(
            "| {} | {peak:.0} | {:.0} | {estimated:.0} | {:.2} | {:.2} | {:.2} |",
            result["case"].as_str().unwrap_or_default(),
            number("most_mib"),
            estimated / peak,
            number("took_s"),
            number("estimated_s"),
        );
    }
}
