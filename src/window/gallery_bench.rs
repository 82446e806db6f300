//! Measures the window's own time per frame while it scrolls through a gallery: the
//! real studio on the real gallery, without a screen and without an engine.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::action::{Action, Purpose, ViewEdit};
use crate::app::ports::{EngineLink, Services};
use crate::app::view::Workspace;
use crate::engine::protocol::{Event, Job, Request};
use crate::engine::{Engine, EngineConfig};
use crate::gallery::protocol::{GalleryRequest, GallerySettings};
use crate::gallery::service;
use crate::ui::StartError;
use crate::window::adapters::{NoHub, RunningEngine, RunningGallery};
use crate::window::blind_window::{Blind, FrameTimes, NoDesktop, PACE};

/// How long the gallery may take to list its pictures.
const PATIENCE: Duration = Duration::from_secs(60);
/// A middle of the grid in a window of 1280 × 800.
const IN_GRID: egui::Pos2 = egui::pos2(400.0, 400.0);
/// Frames between two changes of stars.
const LABEL_EVERY: usize = 45;

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryFrames {
    /// From the start of the window until all pictures are listed, ms.
    pub listed_ms: f64,
    /// Scrolling at all speeds from the first to the last picture.
    pub scroll: FrameTimes,
    /// Scrolling while stars are given, each of which lists everything anew.
    pub label: FrameTimes,
    /// All pictures are chosen.
    pub all_chosen: FrameTimes,
    /// Thumbnails that came while scrolling.
    pub thumbnails: usize,
}

/// An engine that never answers.
struct NoEngine;

impl EngineLink for NoEngine {
    fn send(&mut self, _request: Request) {}
    fn try_recv(&mut self) -> Option<Event> {
        None
    }
}

/// Measures so many frames of each kind in the gallery of a folder.
///
/// # Errors
/// If the gallery can't be opened or doesn't list anything within a minute.
pub fn measure(folder: &Path, frames: usize) -> Result<GalleryFrames, StartError> {
    let start = Instant::now();
    let handle = service::start(
        Some(folder.to_path_buf()),
        GallerySettings::default(),
        Arc::new(|| {}),
    )?;
    let mut window = Blind::new(Services {
        engine: Box::new(NoEngine),
        gallery: Box::new(RunningGallery(handle)),
        hub: Box::new(NoHub),
        system: Box::new(NoDesktop),
    })?;
    window
        .app
        .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
    while window.app.state.gallery.entries.is_empty() {
        if start.elapsed() > PATIENCE {
            return Err("the gallery lists nothing".into());
        }
        window.frame(Vec::new());
        std::thread::sleep(Duration::from_millis(2));
    }
    let listed_ms = start.elapsed().as_secs_f64() * 1000.0;
    let mut thumbnails = 0;
    let scroll = FrameTimes::of(run(&mut window, frames, |window, n| {
        thumbnails = thumbnails.max(window.app.state.gallery.thumbs.came());
        vec![egui::Event::PointerMoved(IN_GRID), wheel(speed(n, frames))]
    }));
    let label = FrameTimes::of(run(&mut window, frames, |window, n| {
        if n % LABEL_EVERY == 0 {
            let at = n * 997 % window.app.state.gallery.entries.len();
            let id = window.app.state.gallery.entries[at].id;
            let stars = (n / LABEL_EVERY % 6) as u8;
            window
                .app
                .act(Action::Gallery(GalleryRequest::SetStars(vec![id], stars)));
        }
        vec![wheel(if n / 200 % 2 == 0 { 400.0 } else { -400.0 })]
    }));
    let all_chosen = FrameTimes::of(run(&mut window, frames.min(200), |_, n| match n {
        0 => vec![key(egui::Key::A, egui::Modifiers::COMMAND)],
        _ => vec![wheel(200.0)],
    }));
    Ok(GalleryFrames {
        listed_ms,
        scroll,
        label,
        all_chosen,
        thumbnails,
    })
}

/// Frames of a gallery whose thumbnails come while the engine is at work.
#[derive(Debug, Clone, PartialEq)]
pub struct BusyFrames {
    /// Scrolling from the first to the last picture.
    pub scroll: FrameTimes,
    /// Thumbnails that came meanwhile.
    pub thumbnails: usize,
    /// Frames during which the engine had a job.
    pub busy: usize,
}

/// Measures so many frames of scrolling through the gallery of a folder, while a real engine
/// does one job after the other, the first one first.
///
/// # Errors
/// If engine or gallery can't be opened, or nothing is listed within a minute.
pub fn measure_busy(
    folder: &Path,
    config: EngineConfig,
    job: impl Fn(u64) -> Job,
    frames: usize,
) -> Result<BusyFrames, StartError> {
    let start = Instant::now();
    let (engine, events) = Engine::spawn(config, Arc::new(|| {}))?;
    let handle = service::start(
        Some(folder.to_path_buf()),
        GallerySettings::default(),
        Arc::new(|| {}),
    )?;
    let mut window = Blind::new(Services {
        engine: Box::new(RunningEngine::new(engine, events)),
        gallery: Box::new(RunningGallery(handle)),
        hub: Box::new(NoHub),
        system: Box::new(NoDesktop),
    })?;
    window
        .app
        .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
    while window.app.state.gallery.entries.is_empty() || !window.app.state.engine.library_known {
        if start.elapsed() > PATIENCE {
            return Err("the gallery lists nothing, or the engine has no networks".into());
        }
        window.frame(Vec::new());
        std::thread::sleep(Duration::from_millis(2));
    }
    let (mut thumbnails, mut busy, mut number) = (0, 0, 0);
    let scroll = FrameTimes::of(run(&mut window, frames, |window, n| {
        let state = &window.app.state;
        thumbnails = thumbnails.max(state.gallery.thumbs.came());
        if state.engine.jobs.is_empty() {
            number += 1;
            let job = job(number);
            window.app.act(Action::Start {
                job: Box::new(job),
                purpose: Purpose::Copy,
            });
        } else {
            busy += 1;
        }
        let points = if n % 4 == 0 { 60.0 } else { 0.0 };
        vec![egui::Event::PointerMoved(IN_GRID), wheel(points)]
    }));
    Ok(BusyFrames {
        scroll,
        thumbnails,
        busy,
    })
}

/// So many frames at the pace of a screen; their times in ms.
fn run(
    window: &mut Blind,
    frames: usize,
    mut events: impl FnMut(&mut Blind, usize) -> Vec<egui::Event>,
) -> Vec<f32> {
    let mut times = Vec::with_capacity(frames);
    for n in 0..frames {
        let started = Instant::now();
        let input = events(window, n);
        let (time, _) = window.frame(input);
        times.push(time.as_secs_f32() * 1000.0);
        std::thread::sleep(PACE.saturating_sub(started.elapsed()));
    }
    times
}

/// Points per frame: slow at first, so that every thumbnail comes, then faster and
/// faster, far beyond what a hand does.
fn speed(n: usize, frames: usize) -> f32 {
    20.0 * 600f32.powf(n as f32 / frames as f32)
}

fn wheel(points: f32) -> egui::Event {
    egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        source: egui::MouseWheelSource::Unknown,
        delta: egui::vec2(0.0, -points),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
    }
}

fn key(key: egui::Key, modifiers: egui::Modifiers) -> egui::Event {
    egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}
