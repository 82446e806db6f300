//! `limner bench`: how fast this machine is. Each part runs in a process of its
//! own, so that its peak memory is its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::args::{Bench, Common};
use super::failure::Failure;
use super::output::{say, say_json};
use super::session::{Session, unexpected};
use super::stylize::{source, style_network};
use crate::engine::memory;
use crate::engine::protocol::{
    Channel, EngineError, Event, Job, JobId, ModelKind, Output, Rendering, Request, StylizeOptions,
    Tier, Work,
};
use crate::export::{self, Provenance, WriteOptions};
use crate::gallery::protocol::Format;
use crate::picture::Picture;
use crate::recipe::{ExploreParams, SourceRef, StyleLayer, StyleParams, StyleSource};

/// Slider positions for each run of the preview part.
const POSITIONS: u32 = 12;

/// Moments at which a job is stopped, for each run of the cancel part.
const MOMENTS: u32 = 6;

/// Frames of the window part: ten seconds.
const FRAMES: usize = 600;

/// Runs all parts, or one of them inside a child process.
pub(crate) fn run(args: &Bench, common: &Common) -> Result<(), Failure> {
    if args.part.as_deref() == Some("window") {
        say_json(&window(common)?)?;
        return Ok(());
    }
    if let Some(part) = &args.part {
        let result = run_part(part, args, &mut Session::start(common)?)?;
        say_json(&result)?;
        return Ok(());
    }
    let session = Session::start(common)?;
    let has = |kind| session.library.models.iter().any(|m| m.kind == kind);
    let mut parts = vec!["first_picture", "preview", "render", "window"];
    if has(ModelKind::Style) {
        parts.extend(["stylize_512", "stylize_1024", "cancel_512"]);
        if args.full {
            parts.push("stylize_12mp");
        }
    }
    if has(ModelKind::Autoencoder) {
        parts.push("lens_512");
    }
    let mut report = Map::new();
    report.insert("version".into(), json!(env!("CARGO_PKG_VERSION")));
    report.insert("device".into(), json!(session.device.name));
    report.insert("kernel".into(), json!(session.device.detail));
    report.insert("threads".into(), json!(session.device.threads));
    let model = model(args, &session)?;
    report.insert("model".into(), json!(model));
    drop(session);
    for part in parts {
        let result = if part == "first_picture" {
            first_picture(&model, args, common)?
        } else {
            child(part, args, common)?
        };
        if !common.json {
            say(format!("{part}: {}", words(&result)))?;
        }
        report.insert(part.into(), result);
    }
    if common.json {
        say_json(&Value::Object(report))?;
    }
    Ok(())
}

/// The generator to time: the one asked for, else a trained one, else any.
fn model(args: &Bench, session: &Session) -> Result<String, Failure> {
    if let Some(name) = &args.model {
        return Ok(super::generate::generator(session, name)?.name);
    }
    let mut generators: Vec<_> = session
        .library
        .models
        .iter()
        .filter(|m| m.kind == ModelKind::Generator)
        .collect();
    generators.sort_by_key(|m| !m.trained);
    generators
        .first()
        .map(|m| m.name.clone())
        .ok_or_else(|| Failure::new("there is no generator here"))
}

/// This program again, with the same flags.
fn again(subcommand: &str, common: &Common) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    // The command first: options before one are the window's.
    command.arg(subcommand);
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    if let Some(threads) = common.threads {
        command.args(["--threads", &threads.to_string()]);
    }
    for folder in &common.models {
        command.arg("--models").arg(folder);
    }
    command.arg("--quiet");
    Ok(command)
}

/// From the start of a process until its picture is on disk.
fn first_picture(model: &str, args: &Bench, common: &Common) -> Result<Value, Failure> {
    let folder = tempfile::tempdir()?;
    let mut times = Vec::new();
    for run in 0..=args.runs {
        let out = folder.path().join(format!("{run}.png"));
        let mut command = again("generate", common)?;
        command.args(["--model", model, "--seed", "1", "-o"]);
        command.arg(&out).stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status()?;
        let took = start.elapsed();
        if !status.success() {
            return Err(Failure::new("the first picture could not be made"));
        }
        if run > 0 {
            times.push(took); // The first one warms the disk's cache.
        }
    }
    Ok(summary(times))
}

fn child(part: &str, args: &Bench, common: &Common) -> Result<Value, Failure> {
    let mut command = again("bench", common)?;
    command.args(["--part", part, "--runs", &args.runs.to_string()]);
    if let Some(model) = &args.model {
        command.args(["--model", model]);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(Failure::new(format!("the part '{part}' failed")));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The window's own time per frame while a slider is dragged and the engine is busy.
fn window(common: &Common) -> Result<Value, Failure> {
    let mut config = super::session::config(common)?;
    // As the window starts it: the engine's own choice of threads, unless said otherwise.
    config.threads = common.threads.map(usize::from);
    let report = crate::window::frame_bench::measure(config, FRAMES)
        .map_err(|e| Failure::new(e.to_string()))?;
    let round = |ms: f32| (f64::from(ms) * 100.0).round() / 100.0;
    Ok(json!({
        "frames": report.times.frames,
        "median_ms": round(report.times.median_ms),
        "p95_ms": round(report.times.p95_ms),
        "p99_ms": round(report.times.p99_ms),
        "worst_ms": round(report.times.worst_ms),
        "pictures": report.pictures,
    }))
}

fn run_part(part: &str, args: &Bench, session: &mut Session) -> Result<Value, Failure> {
    let mut result = match part {
        "preview" => preview(args, session)?,
        "render" => render(args, session)?,
        "stylize_512" => stylize(args, session, [512, 512])?,
        "stylize_1024" => stylize(args, session, [1024, 1024])?,
        "stylize_12mp" => stylize(args, session, [4000, 3000])?,
        "lens_512" => super::bench_lens::run(args, session)?,
        "cancel_512" => cancel(args, session, [512, 512])?,
        _ => return Err(Failure::new(format!("there is no part called '{part}'"))),
    };
    if let Some(peak) = memory::peak() {
        result["peak_mb"] = json!(peak >> 20);
    }
    Ok(result)
}

/// From moving a slider to the picture, while the network takes `network`.
fn preview(args: &Bench, session: &mut Session) -> Result<Value, Failure> {
    let mut params = ExploreParams::new(model(args, session)?, 7);
    let (mut latencies, mut network) = (Vec::new(), Vec::new());
    let warm = 3;
    for seq in 1..=u64::from(args.runs * POSITIONS + warm) {
        params.truncation_psi = 0.5 + 0.4 * ((seq % 17) as f32 / 17.0);
        let start = Instant::now();
        session.send(Request::Preview {
            channel: Channel::Canvas,
            seq,
            tier: Tier::Full(512),
            items: vec![Work::Explore(Arc::new(params.clone()))],
        })?;
        let took = loop {
            match session.event()? {
                Event::Preview { took, .. } => break took,
                Event::PreviewFailed { error, .. } => return Err(error.into()),
                _ => {}
            }
        };
        if seq > u64::from(warm) {
            latencies.push(start.elapsed());
            network.push(took);
        }
    }
    let mut result = summary(latencies);
    result["network_median_ms"] = summary(network)["median_ms"].take();
    Ok(result)
}

fn render(args: &Bench, session: &mut Session) -> Result<Value, Failure> {
    let model = model(args, session)?;
    let mut times = Vec::new();
    for seed in 0..=args.runs {
        let params = ExploreParams::new(&model, u64::from(seed));
        let start = Instant::now();
        session.job("render", Job::Render(Arc::new(params)))?;
        if seed > 0 {
            times.push(start.elapsed());
        }
    }
    Ok(summary(times))
}

/// A photo of this size, from the file to the styled picture in memory: `first`
/// with reading the file, the others from the decoded photo.
fn stylize(args: &Bench, session: &mut Session, size: [u32; 2]) -> Result<Value, Failure> {
    let folder = tempfile::tempdir()?;
    let (mut params, options) = sitting(folder.path(), session, size)?;
    session.send(Request::Estimate {
        seq: 1,
        params: Arc::new(params.clone()),
        rendering: Rendering::Fast(options),
    })?;
    let estimate = loop {
        match session.event()? {
            Event::Estimate { estimate, .. } => break estimate,
            Event::EstimateFailed { error, .. } => return Err(error.into()),
            _ => {}
        }
    };
    let (mut first, mut times) = (Duration::ZERO, Vec::new());
    for run in 0..=args.runs {
        // Another strength each time, so that nothing comes from memory.
        params.strength = 1.0 - run as f32 * 1e-3;
        let start = Instant::now();
        let job = Job::Stylize(Arc::new(params.clone()), options);
        let Output::Picture { picture, .. } = session.job("stylize", job)? else {
            return Err(unexpected());
        };
        let took = start.elapsed();
        drop(picture);
        if run == 0 {
            first = took;
        } else {
            times.push(took);
        }
    }
    let mut result = summary(times);
    result["first_ms"] = json!(milliseconds(first));
    result["estimated_ms"] = json!(milliseconds(estimate.time));
    result["estimated_mb"] = json!(estimate.memory >> 20);
    result["tiles"] = json!(estimate.tiles);
    Ok(result)
}

/// From the wish to stop a stylisation until the engine has let go of it, asked at
/// moments spread over the whole of the work.
fn cancel(args: &Bench, session: &mut Session, size: [u32; 2]) -> Result<Value, Failure> {
    let folder = tempfile::tempdir()?;
    let (mut params, options) = sitting(folder.path(), session, size)?;
    let mut whole = Duration::ZERO;
    // The first one reads the files.
    for _ in 0..2 {
        params.strength -= 1e-3;
        let start = Instant::now();
        session.job("stylize", Job::Stylize(Arc::new(params.clone()), options))?;
        whole = start.elapsed();
    }
    let moments = args.runs * MOMENTS;
    let (mut times, mut too_late) = (Vec::new(), 0);
    for moment in 0..moments {
        // Another strength each time, so that nothing comes from memory.
        params.strength = 0.99 - moment as f32 * 1e-3;
        let id = JobId(u64::from(moment) + 1_000_000);
        session.send(Request::Job {
            id,
            job: Job::Stylize(Arc::new(params.clone()), options),
        })?;
        std::thread::sleep(whole * moment / moments);
        let start = Instant::now();
        session.send(Request::Cancel(id))?;
        let result = loop {
            match session.event()? {
                Event::Done { id: about, result } if about == id => break result,
                _ => {}
            }
        };
        match result {
            Err(EngineError::Cancelled) => times.push(start.elapsed()),
            Err(error) => return Err(error.into()),
            Ok(_) => too_late += 1,
        }
    }
    let worst = times.iter().max().copied().map(milliseconds);
    let mut result = summary(times);
    result["worst_ms"] = json!(worst);
    result["ended_before"] = json!(too_late);
    Ok(result)
}

/// A photo and a style of this size on disk, and what to do with them.
fn sitting(
    folder: &Path,
    session: &Session,
    size: [u32; 2],
) -> Result<(StyleParams, StylizeOptions), Failure> {
    let photo = write(folder, "photo.jpg", size, 1.0)?;
    let style = write(folder, "style.png", [512, 512], 9.0)?;
    let model = style_network(session, None)?;
    let params = StyleParams {
        model,
        photo,
        styles: vec![StyleLayer {
            style: StyleSource::File(style),
            weight: 1.0,
            code: None,
            learnt: None,
            code_edits: Vec::new(),
            mask: None,
        }],
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: crate::recipe::Wrap::None,
    };
    let options = StylizeOptions {
        memory_budget: 2 << 30,
        ..StylizeOptions::default()
    };
    Ok((params, options))
}

/// Writes a picture full of waves, as a stand-in for a photo or a style.
pub(super) fn write(
    folder: &Path,
    name: &str,
    size: [u32; 2],
    pitch: f32,
) -> Result<SourceRef, Failure> {
    let [width, height] = size;
    let side = width.max(height) as f32;
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 4);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / side * pitch, y as f32 / side * pitch);
            let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 9 & 15;
            let wave = |a: f32, b: f32| {
                ((u * a).sin() * (v * b).cos() * 100.0 + 120.0) as u8 + grain as u8
            };
            pixels.extend([wave(9.0, 7.0), wave(5.0, 11.0), wave(13.0, 3.0), 255]);
        }
    }
    let picture = Picture::from_rgba(width, height, pixels)?;
    let path = folder.join(name);
    let format = export::format_of(&path).unwrap_or(Format::Png);
    let none = Provenance::default();
    export::write(&path, &picture, None, &none, &WriteOptions::new(format))?;
    source(&path)
}

pub(super) fn summary(mut times: Vec<Duration>) -> Value {
    times.sort();
    let at = |share: f64| {
        let last = times.len().saturating_sub(1);
        let place = (share * last as f64).ceil() as usize;
        times.get(place).map(|t| milliseconds(*t))
    };
    json!({ "median_ms": at(0.5), "p95_ms": at(0.95), "runs": times.len() })
}

pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}

fn words(result: &Value) -> String {
    let Some(fields) = result.as_object() else {
        return String::new();
    };
    let words: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{} {value}", name.replace('_', " ")))
        .collect();
    words.join(", ")
}
