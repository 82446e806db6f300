//! Measures the window's own time per frame while the engine is fully busy: the
//! real studio on the real engine, without a screen. A slider is dragged for as
//! many frames as asked, so that previews are asked for all the time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::StudioApp;
use super::action::{Action, Pick};
use super::links::{ClosedGallery, RunningEngine};
use super::services::{SavePicture, Services, SystemLink};
use super::session::Session;
use crate::engine::{Engine, EngineConfig};
use crate::picture::Picture;
use crate::ui::StartError;

/// Time from frame to frame, as on a screen.
const PACE: Duration = Duration::from_millis(16);
/// How long the first picture may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The slider that is dragged; every generator has it.
const SLIDER: &str = "Variety";

/// Time of the window's thread per frame: input, state, layout, drawing,
/// tessellation and preparing of textures; not the graphics card.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameReport {
    /// Frames measured.
    pub frames: usize,
    /// Half of the frames took less, ms.
    pub median_ms: f32,
    /// 95 % took less, ms.
    pub p95_ms: f32,
    /// 99 % took less, ms.
    pub p99_ms: f32,
    /// The longest, ms.
    pub worst_ms: f32,
    /// New pictures that arrived meanwhile.
    pub pictures: usize,
}

/// Nobody is there to answer a dialog.
struct NoDesktop;

impl SystemLink for NoDesktop {
    fn pick(&mut self, _pick: Pick) {}
    fn copy_picture(&mut self, _picture: Picture) {}
    fn paste(&mut self) {}
    fn save_picture(&mut self, _job: SavePicture) {}
    fn try_recv(&mut self) -> Option<Action> {
        None
    }
}

/// A window without a screen.
struct Blind {
    ctx: egui::Context,
    app: StudioApp,
    time: f64,
}

impl Blind {
    fn new(config: EngineConfig) -> Result<Self, StartError> {
        let ctx = egui::Context::default();
        let (engine, events) = Engine::spawn(config, Arc::new(|| {}))?;
        let services = Services {
            engine: Box::new(RunningEngine::new(engine, events)),
            gallery: Box::new(ClosedGallery::new("no gallery in a measurement".to_owned())),
            system: Box::new(NoDesktop),
        };
        let app = StudioApp::new(&ctx, services, Session::none())?;
        Ok(Self {
            ctx,
            app,
            time: 0.0,
        })
    }

    /// One frame of 1280 × 800 with these events. Returns its time and output.
    fn frame(&mut self, events: Vec<egui::Event>) -> (Duration, egui::FullOutput) {
        self.time += PACE.as_secs_f64();
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(
                egui::Pos2::ZERO,
                egui::vec2(1280.0, 800.0),
            )),
            time: Some(self.time),
            events,
            ..Default::default()
        };
        let start = Instant::now();
        let app = &mut self.app;
        let mut output = self.ctx.run_ui(input, |ui| {
            app.think(ui.ctx());
            app.draw(ui);
        });
        let shapes = std::mem::take(&mut output.shapes);
        let meshes = self.ctx.tessellate(shapes, output.pixels_per_point);
        drop(meshes);
        let time = start.elapsed();
        // There is no graphics card that would take them.
        output.textures_delta.clear();
        (time, output)
    }

    /// Where the slider is, as assistive technology is told.
    fn slider(&mut self) -> Option<egui::Rect> {
        self.ctx.enable_accesskit();
        let (_, output) = self.frame(Vec::new());
        self.ctx.disable_accesskit();
        let update = output.platform_output.accesskit_update?;
        let (_, node) = update.nodes.iter().find(|(_, n)| {
            n.label() == Some(SLIDER) && n.role() == egui::accesskit::Role::Slider
        })?;
        let b = node.bounds()?;
        Some(egui::Rect::from_min_max(
            egui::pos2(b.x0 as f32, b.y0 as f32),
            egui::pos2(b.x1 as f32, b.y1 as f32),
        ))
    }

    /// Frames until the first picture is there.
    fn wait(&mut self) -> Result<(), StartError> {
        let start = Instant::now();
        while self.app.state.previews.explore.is_none() {
            if start.elapsed() > PATIENCE {
                return Err("no picture came within two minutes".into());
            }
            self.frame(Vec::new());
            std::thread::sleep(PACE);
        }
        Ok(())
    }
}

/// Measures so many frames.
///
/// # Errors
/// If the engine can't start, or no picture comes within two minutes.
pub fn measure(config: EngineConfig, frames: usize) -> Result<FrameReport, StartError> {
    let mut window = Blind::new(config)?;
    window.wait()?;
    let rect = window.slider().ok_or("the slider can't be found")?;
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
    times.sort_by(f32::total_cmp);
    let share = |s: f32| {
        times
            .get(((times.len().max(1) - 1) as f32 * s).round() as usize)
            .copied()
            .unwrap_or(0.0)
    };
    Ok(FrameReport {
        frames: times.len(),
        median_ms: share(0.5),
        p95_ms: share(0.95),
        p99_ms: share(0.99),
        worst_ms: share(1.0),
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
