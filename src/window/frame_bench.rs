//! Measures the window's own time per frame while the engine is fully busy: the
//! real studio on the real engine, without a screen. A slider is dragged for as
//! many frames as asked, so that previews are asked for all the time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::ports::Services;
use crate::engine::{Engine, EngineConfig};
use crate::ui::StartError;
use crate::window::adapters::{ClosedGallery, NoHub, RunningEngine};
use crate::window::blind_window::{Blind, FrameTimes, NoDesktop, PACE};

/// How long the first picture may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameReport {
    /// Time per frame.
    pub times: FrameTimes,
    /// New pictures that arrived meanwhile.
    pub pictures: usize,
}

fn blind(config: EngineConfig) -> Result<Blind, StartError> {
    let (engine, events) = Engine::spawn(config, Arc::new(|| {}))?;
    Blind::new(Services {
        engine: Box::new(RunningEngine::new(engine, events)),
        gallery: Box::new(ClosedGallery::new("no gallery in a measurement".to_owned())),
        hub: Box::new(NoHub),
        system: Box::new(NoDesktop),
    })
}

/// Where the slider that is dragged is (every generator has it), as assistive technology is told.
fn slider(window: &mut Blind) -> Option<egui::Rect> {
    window.ctx.enable_accesskit();
    let (_, output) = window.frame(Vec::new());
    window.ctx.disable_accesskit();
    let update = output.platform_output.accesskit_update?;
    let (_, node) = update.nodes.iter().find(|(_, n)| {
        matches!(n.label(), Some("Truncation" | "Temperature"))
            && n.role() == egui::accesskit::Role::Slider
    })?;
    let b = node.bounds()?;
    Some(egui::Rect::from_min_max(
        egui::pos2(b.x0 as f32, b.y0 as f32),
        egui::pos2(b.x1 as f32, b.y1 as f32),
    ))
}

/// Frames until the first picture is there.
fn wait(window: &mut Blind) -> Result<(), StartError> {
    let start = Instant::now();
    while window.app.state.previews.explore.is_none() {
        if start.elapsed() > PATIENCE {
            return Err("no picture came within two minutes".into());
        }
        window.frame(Vec::new());
        std::thread::sleep(PACE);
    }
    Ok(())
}

/// Measures so many frames.
///
/// # Errors
/// If the engine can't start, or no picture comes within two minutes.
pub fn measure(config: EngineConfig, frames: usize) -> Result<FrameReport, StartError> {
    let mut window = blind(config)?;
    wait(&mut window)?;
    let rect = slider(&mut window).ok_or("the slider can't be found")?;
    let mut times = Vec::with_capacity(frames);
    let mut pictures = 0;
    let mut last = None;
    for i in 0..frames {
        let started = Instant::now();
        // Back and forth over the rail.
        let t = (i as f32 / 45.0).sin() * 0.2 + 0.65;
        let at = egui::pos2(rect.left() + rect.width() * t, rect.center().y);
        let mut events = vec![egui::Event::PointerMoved(at)];
        if i == 0 {
            events.push(button(at, true));
        }
        let (time, _) = window.frame(events);
        times.push(time.as_secs_f32() * 1000.0);
        let shown = window.app.state.previews.explore.as_ref();
        let now = shown.map(|s| s.picture.rgba().as_ptr() as usize);
        if now != last {
            pictures += 1;
            last = now;
        }
        std::thread::sleep(PACE.saturating_sub(started.elapsed()));
    }
    Ok(FrameReport {
        times: FrameTimes::of(times),
        pictures,
    })
}

fn button(pos: egui::Pos2, pressed: bool) -> egui::Event {
    egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    }
}
