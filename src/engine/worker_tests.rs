//! The worker's promises, with a backend that does nothing slowly.

mod in_front;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::config::{DeviceChoice, Precision};
use super::handle::LocalEngine;
use super::mailbox::Mailbox;
use super::protocol::*;
use crate::cancel::CancelToken;
use crate::engine::backend::{Backend, JobBackend, JobControl, PreviewBackend};
use crate::picture::Picture;
use crate::recipe::{ExploreParams, GrowParams, LatentOrigin, SourceRef, StyleParams};

/// What the fake backend was asked to do, and what it posts while at work.
#[derive(Clone, Default)]
struct Script {
    log: Arc<Mutex<Vec<String>>>,
    /// Called with each log line, from inside the work.
    during: Arc<Mutex<Option<Box<dyn FnMut(&str) + Send>>>>,
}

impl Script {
    fn note(&self, line: impl Into<String>) {
        let line = line.into();
        self.log.lock().push(line.clone());
        let hook = self.during.lock().take();
        if let Some(mut hook) = hook {
            hook(&line);
            self.during.lock().get_or_insert(hook);
        }
    }

    fn lines(&self) -> Vec<String> {
        self.log.lock().clone()
    }
}

struct Fake {
    script: Script,
    device: DeviceInfo,
}

impl Fake {
    fn new(script: Script) -> Self {
        let device = DeviceInfo {
            name: "CPU".into(),
            threads: 1,
            ..DeviceInfo::default()
        };
        Self { script, device }
    }
}

fn dot() -> Picture {
    Picture::from_rgba(1, 1, vec![1, 2, 3, 255]).unwrap()
}

impl Backend for Fake {
    fn device(&self) -> &DeviceInfo {
        &self.device
    }

    fn use_device(&mut self, _choice: DeviceChoice, _precision: Precision) {}

    fn rescan(&mut self) -> Arc<Library> {
        Arc::default()
    }

    fn jobs(&mut self) -> &mut dyn JobBackend {
        self
    }
}

impl PreviewBackend for Fake {
    fn preview(
        &mut self,
        work: &Work,
        _tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let Work::Explore(params) = work else {
            panic!("no styles here")
        };
        let LatentOrigin::Seed(seed) = params.origin else {
            panic!("seeds only")
        };
        self.script.note(format!("preview {seed}"));
        if stop.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        if seed == 13 {
            panic!("unlucky {seed}");
        }
        Ok(dot())
    }

    fn open(&mut self, path: &Path, _max_side: u32) -> Result<OpenedPhoto, EngineError> {
        self.script.note(format!("open {}", path.display()));
        Err(EngineError::BadPicture {
            reason: "not there".into(),
            path: path.display().to_string(),
        })
    }

    fn estimate(
        &mut self,
        _params: &StyleParams,
        _rendering: &Rendering,
    ) -> Result<Estimate, EngineError> {
        Err(EngineError::BadRequest("no".into()))
    }
}

impl JobBackend for Fake {
    fn job(&mut self, job: &Job, control: &mut dyn JobControl) -> Result<Output, EngineError> {
        let (path, scale) = match job {
            Job::Upscale { path, scale, .. } => (path.as_path(), *scale),
            Job::Directions { .. } => (Path::new("measuring"), 4),
            Job::Grow(params) => (Path::new(&params.source.name), 4),
            Job::StylizeFine(params, _) => (Path::new(&params.photo.name), 3),
            _ => panic!("a broken job"),
        };
        for step in 0..scale {
            control.progress(Stage::Rendering, step.into(), scale.into(), &mut || None);
            self.script.note(format!("{} step {step}", path.display()));
            match job {
                Job::StylizeFine(..) => control.yield_while_paused(self)?,
                _ => control.yield_to_jobs(self)?,
            }
        }
        Ok(Output::File(path.to_owned()))
    }
}

fn engine() -> (LocalEngine, Script) {
    let script = Script::default();
    let backend = Box::new(Fake::new(script.clone()));
    (LocalEngine::with_backend(backend, Arc::new(|| {})), script)
}

fn preview(channel: Channel, seq: Seq, seeds: &[u64]) -> Request {
    Request::Preview {
        channel,
        seq,
        tier: Tier::Full(64),
        items: seeds
            .iter()
            .map(|&s| Work::Explore(Arc::new(ExploreParams::new("fake", s))))
            .collect(),
    }
}

fn job(id: u64, name: &str, steps: u32) -> Request {
    Request::Job {
        id: JobId(id),
        job: Job::Upscale {
            path: PathBuf::from(name),
            scale: steps,
            model: None,
            wrap: None,
        },
    }
}

fn during(
    script: &Script,
    engine: &LocalEngine,
    mut act: impl FnMut(&str, &Mailbox) + Send + 'static,
) {
    let mailbox = engine.mailbox();
    *script.during.lock() = Some(Box::new(move |line| act(line, &mailbox)));
}

fn ends(events: &[Event]) -> Vec<(u64, bool)> {
    events
        .iter()
        .filter_map(|e| match e {
            Event::Done { id, result } => Some((id.0, result.is_ok())),
            _ => None,
        })
        .collect()
}

#[test]
fn only_the_newest_preview_of_a_channel_is_made() {
    let (mut engine, script) = engine();
    for seq in 1..=50 {
        engine
            .send(preview(Channel::Canvas, seq, &[100 + seq]))
            .unwrap();
    }
    engine.run();
    assert_eq!(script.lines(), ["preview 150"]);
}

/// While a slider is dragged, pictures come all the same.
#[test]
fn a_draft_overtaken_while_at_work_is_finished() {
    let draft = |seq| {
        let Request::Preview { channel, items, .. } = preview(Channel::Canvas, seq, &[seq]) else {
            panic!("a preview")
        };
        let tier = Tier::Draft(64);
        Request::Preview {
            channel,
            seq,
            tier,
            items,
        }
    };
    let (mut engine, script) = engine();
    during(&script, &engine, move |line, mailbox| {
        if line == "preview 1" {
            mailbox.post(draft(2)).unwrap();
            mailbox.post(draft(3)).unwrap();
        }
    });
    engine.send(draft(1)).unwrap();
    let shown: Vec<Seq> = engine
        .run()
        .iter()
        .filter_map(|e| match e {
            Event::Preview { seq, .. } => Some(*seq),
            _ => None,
        })
        .collect();
    assert_eq!(shown, [1, 3]);
}

#[test]
fn a_preview_overtaken_while_at_work_is_not_shown() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "preview 1" {
            mailbox.post(preview(Channel::Canvas, 2, &[2])).unwrap();
        }
    });
    engine.send(preview(Channel::Canvas, 1, &[1])).unwrap();
    let shown: Vec<Seq> = engine
        .run()
        .iter()
        .filter_map(|e| match e {
            Event::Preview { seq, .. } => Some(*seq),
            _ => None,
        })
        .collect();
    assert_eq!(shown, [2]);
}

#[test]
fn the_canvas_goes_before_a_grid_that_is_half_done() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "preview 21" {
            mailbox.post(preview(Channel::Canvas, 1, &[1])).unwrap();
        }
    });
    engine
        .send(preview(Channel::Variations, 1, &[20, 21, 22, 23]))
        .unwrap();
    engine.run();
    let order = ["20", "21", "1", "22", "23"].map(|s| format!("preview {s}"));
    assert_eq!(script.lines(), order);
}

#[test]
fn jobs_run_in_order_and_previews_between_their_steps() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "a step 0" {
            mailbox.post(preview(Channel::Canvas, 1, &[1])).unwrap();
            mailbox
                .post(Request::Open {
                    path: "photo".into(),
                    max_side: 9,
                })
                .unwrap();
        }
    });
    engine.send(job(1, "a", 2)).unwrap();
    engine.send(job(2, "b", 1)).unwrap();
    let events = engine.run();
    assert_eq!(
        script.lines(),
        [
            "a step 0",
            "preview 1",
            "open photo",
            "a step 1",
            "b step 0"
        ]
    );
    assert_eq!(ends(&events), [(1, true), (2, true)]);
}

#[test]
fn a_running_job_stops_at_its_next_step_and_the_next_one_runs() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "a step 1" {
            mailbox.post(Request::Cancel(JobId(1))).unwrap();
        }
    });
    engine.send(job(1, "a", 100)).unwrap();
    engine.send(job(2, "b", 1)).unwrap();
    let events = engine.run();
    assert_eq!(script.lines(), ["a step 0", "a step 1", "b step 0"]);
    assert_eq!(ends(&events), [(1, false), (2, true)]);
}

#[test]
fn a_waiting_job_is_cancelled_without_starting() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "a step 0" {
            mailbox.post(Request::Cancel(JobId(2))).unwrap();
        }
    });
    engine.send(job(1, "a", 2)).unwrap();
    engine.send(job(2, "b", 2)).unwrap();
    let events = engine.run();
    assert_eq!(script.lines(), ["a step 0", "a step 1"]);
    assert_eq!(ends(&events), [(2, false), (1, true)], "answered at once");
}

fn measuring(id: u64) -> Request {
    Request::Job {
        id: JobId(id),
        job: Job::Directions { model: "x".into() },
    }
}

#[test]
fn measuring_of_sliders_lets_whole_jobs_go_first_and_goes_on_where_it_was() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "measuring step 1" {
            mailbox.post(job(2, "a", 2)).unwrap();
            mailbox.post(job(3, "b", 1)).unwrap();
        }
    });
    engine.send(measuring(1)).unwrap();
    let events = engine.run();
    let measured = |range: std::ops::Range<u32>| range.map(|i| format!("measuring step {i}"));
    let asked = ["a step 0", "a step 1", "b step 0"].map(String::from);
    let order: Vec<String> = measured(0..2).chain(asked).chain(measured(2..4)).collect();
    assert_eq!(script.lines(), order);
    assert_eq!(ends(&events), [(2, true), (3, true), (1, true)]);
    let most = events.iter().filter_map(|e| match e {
        Event::Queue { jobs, .. } => Some(*jobs),
        _ => None,
    });
    assert_eq!(most.max(), Some(3), "what lets others go first still waits");
}

fn growing(id: u64, name: &str) -> Request {
    let source = SourceRef {
        name: name.into(),
        ..SourceRef::default()
    };
    Request::Job {
        id: JobId(id),
        job: Job::Grow(Arc::new(GrowParams::new(source, 1))),
    }
}

#[test]
fn what_grows_holds_nothing_up_and_the_next_one_waits_for_it() {
    let (mut engine, script) = engine();
    during(&script, &engine, |line, mailbox| {
        if line == "tree step 1" {
            mailbox.post(growing(2, "bush")).unwrap();
            mailbox.post(job(3, "a", 2)).unwrap();
        }
    });
    engine.send(measuring(4)).unwrap();
    engine.send(growing(1, "tree")).unwrap();
    let events = engine.run();
    let ended: Vec<u64> = ends(&events).iter().map(|(id, _)| *id).collect();
    assert_eq!(ended, [3, 1, 2, 4]);
    let lines = script.lines();
    let all: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(
        all[..6],
        [
            "tree step 0",
            "tree step 1",
            "a step 0",
            "a step 1",
            "tree step 2",
            "tree step 3"
        ]
    );
}

#[test]
fn measuring_that_was_asked_for_earlier_still_comes_last() {
    let (mut engine, script) = engine();
    engine.send(measuring(1)).unwrap();
    engine.send(job(2, "a", 1)).unwrap();
    engine.run();
    assert_eq!(script.lines()[0], "a step 0");
}

#[test]
fn panics_are_told_and_the_engine_goes_on() {
    let (mut engine, script) = engine();
    engine.send(preview(Channel::Canvas, 1, &[13])).unwrap();
    engine
        .send(Request::Job {
            id: JobId(1),
            job: Job::Project {
                path: "photo".into(),
                model: "x".into(),
                class: None,
                steps: 1,
            },
        })
        .unwrap();
    engine.send(job(2, "b", 1)).unwrap();
    let events = engine.run();
    let failed = events.iter().find_map(|e| match e {
        Event::PreviewFailed { error, .. } => Some(error.to_string()),
        _ => None,
    });
    assert!(failed.unwrap().contains("unlucky 13"));
    assert_eq!(ends(&events), [(1, false), (2, true)]);
    engine.send(preview(Channel::Canvas, 2, &[1])).unwrap();
    engine.run();
    assert_eq!(script.lines().last().unwrap(), "preview 1");
}

#[test]
fn dragging_does_not_starve_a_job() {
    let (mut engine, script) = engine();
    let mut seq = 0;
    during(&script, &engine, move |line, mailbox| {
        // A new position for every picture shown, without end.
        if !line.ends_with("step 3") {
            seq += 1;
            mailbox
                .post(preview(Channel::Canvas, seq, &[500 + seq]))
                .unwrap();
        }
    });
    engine.send(job(1, "a", 4)).unwrap();
    let mut steps = 0;
    while engine.step() && steps < 1000 {
        steps += 1;
        if script.lines().iter().any(|l| l == "a step 3") {
            break;
        }
    }
    assert!(script.lines().iter().any(|l| l == "a step 3"));
}

#[test]
fn the_queue_is_told() {
    let (mut engine, _) = engine();
    engine.send(job(1, "a", 1)).unwrap();
    let told: Vec<usize> = engine
        .run()
        .iter()
        .filter_map(|e| match e {
            Event::Queue { jobs, .. } => Some(*jobs),
            _ => None,
        })
        .collect();
    assert_eq!(told, [1, 0]);
}

#[test]
fn a_reader_that_does_not_read_does_not_keep_the_engine_alive() {
    let script = Script::default();
    let fake = script.clone();
    let (engine, reader) =
        super::handle::Engine::spawn_with(move || Fake::new(fake), Arc::new(|| {})).unwrap();
    for id in 0..200 {
        engine.send(job(id, "a", 3)).unwrap();
    }
    std::thread::sleep(Duration::from_millis(50));
    engine.shut_down();
    assert!(reader.try_recv().is_ok());
}
