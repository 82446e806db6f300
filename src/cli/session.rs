//! One engine and the conversation with it: send a job, show its progress, get its
//! result.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Common;
use super::failure::Failure;
use super::output::text_of;
use crate::clean_text;
use crate::engine::protocol::{
    DeviceInfo, EngineError, Event, Job, JobId, Library, Output, Request, Stage,
};
use crate::engine::{DeviceChoice, Engine, EngineConfig};
use crate::weighed::Receiver;

/// An engine at work for one command.
pub(crate) struct Session {
    engine: Engine,
    events: Receiver<Event>,
    next: u64,
    quiet: bool,
    /// What was said of the photos read so far.
    notes: Vec<serde_json::Value>,
    /// Whether results are printed as JSON.
    pub(crate) json: bool,
    /// The device that computes.
    pub(crate) device: DeviceInfo,
    /// Models and styles.
    pub(crate) library: Arc<Library>,
}

/// The configuration that the common flags ask for.
pub(crate) fn config(common: &Common) -> Result<EngineConfig, Failure> {
    let mut config = EngineConfig {
        // No window to keep smooth: all cores, unless said otherwise.
        threads: Some(common.threads.map_or_else(all_cores, usize::from)),
        device: common.device,
        precision: common.precision,
        gpu_problem: common.gpu_problem.clone(),
        ..EngineConfig::of_user()
    };
    for folder in common.models.iter().rev() {
        if !folder.is_dir() {
            return Err(Failure::new(format!(
                "there is no such folder of models: {}",
                folder.display()
            )));
        }
        config.model_dirs.insert(0, folder.clone());
    }
    Ok(config)
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Who asks for a device by name wants no other.
fn wanted(choice: DeviceChoice, found: DeviceInfo) -> Result<DeviceInfo, Failure> {
    match &found.note {
        Some(reason) if choice != DeviceChoice::Auto => Err(Failure::new(format!(
            "--device {choice}: {reason}; use --device cpu or auto"
        ))),
        _ => Ok(found),
    }
}

impl Session {
    /// Starts an engine and waits until it knows its models.
    pub(crate) fn start(common: &Common) -> Result<Self, Failure> {
        let (engine, events) = Engine::spawn(config(common)?, Arc::new(|| {}))?;
        let mut device = None;
        loop {
            match events.recv()? {
                Event::Ready(info) => device = Some(wanted(common.device, info)?),
                Event::Library(library) => {
                    let device = device.ok_or_else(|| Failure::new("the engine didn't start"))?;
                    return Ok(Self {
                        engine,
                        events,
                        next: 1,
                        quiet: common.quiet,
                        notes: Vec::new(),
                        json: common.json,
                        device,
                        library,
                    });
                }
                _ => {}
            }
        }
    }

    /// Posts a request.
    pub(crate) fn send(&self, request: Request) -> Result<(), Failure> {
        Ok(self.engine.send(request)?)
    }

    /// The next event.
    pub(crate) fn event(&self) -> Result<Event, Failure> {
        Ok(self.events.recv()?)
    }

    /// Runs a job to its end with a progress bar on standard error.
    pub(crate) fn job(&mut self, name: &str, job: Job) -> Result<Output, Failure> {
        let id = JobId(self.next);
        self.next += 1;
        let bar = self.bar(name);
        self.engine.send(Request::Job { id, job })?;
        loop {
            match self.events.recv()? {
                Event::Progress {
                    id: about,
                    stage,
                    done,
                    total,
                    left,
                    ..
                } if about == id => show(&bar, stage, done, total, left),
                Event::Ready(DeviceInfo {
                    note: Some(note), ..
                }) => self.remark(&bar, &format!("{note}; the processor computes now")),
                Event::SmallerTiles(card) => self.remark(
                    &bar,
                    &format!("the memory of {card} is small for this; trying smaller tiles"),
                ),
                Event::PhotoNotes { path, notes } => {
                    for note in &notes {
                        self.remark(&bar, &format!("{}: {note}", path.display()));
                    }
                    let noted = serde_json::json!({ "photo": text_of(&path), "notes": notes });
                    self.notes.push(noted);
                }
                Event::Done { id: about, result } if about == id => {
                    bar.finish_and_clear();
                    return result.map_err(Failure::from);
                }
                _ => {}
            }
        }
    }

    /// What was said of the photos that jobs have read, for JSON.
    pub(crate) fn notes(&self) -> &[serde_json::Value] {
        &self.notes
    }

    /// Says something on standard error, unless that is to be quiet.
    pub(crate) fn say_aside(&self, text: &str) {
        if !self.quiet {
            eprintln!("limner: {}", clean_text::on_terminal(text));
        }
    }

    /// Says something beside the progress.
    fn remark(&self, bar: &ProgressBar, text: &str) {
        if !self.quiet {
            bar.suspend(|| self.say_aside(text));
        }
    }

    fn bar(&self, name: &str) -> ProgressBar {
        let target = if self.quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(10)
        };
        let bar = ProgressBar::with_draw_target(None, target).with_prefix(name.to_owned());
        let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}");
        match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

fn show(bar: &ProgressBar, stage: Stage, done: u64, total: u64, left: Option<Duration>) {
    bar.set_length(total);
    bar.set_position(done);
    let what = match stage {
        Stage::Loading => "loading",
        Stage::Reading => "reading",
        Stage::Rendering => "rendering",
        Stage::Sampling => "measuring sliders",
        Stage::Projecting => "projecting",
        Stage::Dragging => "dragging",
        Stage::Learning => "learning",
        Stage::Writing => "writing",
    };
    bar.set_message(match left {
        Some(left) => format!("{what}, {} s left", left.as_secs_f64().ceil()),
        None => what.to_owned(),
    });
}

/// An output of another kind than the job gives: a defect.
pub(crate) fn unexpected() -> Failure {
    Failure::from(EngineError::Internal("an unexpected kind of result".into()))
}
