//! A window without a screen, for measuring: the real studio, frame by frame.

use std::time::{Duration, Instant};

use crate::app::action::{Action, Pick};
use crate::app::ports::{SavePicture, Services, SystemLink};
use crate::app::session::Session;
use crate::picture::Picture;
use crate::ui::StartError;
use crate::window::StudioApp;

/// Time from frame to frame, as on a screen.
pub(crate) const PACE: Duration = Duration::from_millis(16);

/// Time of the window's thread per frame: input, state, layout, drawing,
/// tessellation and preparing of textures; not the graphics card.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameTimes {
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
}

impl FrameTimes {
    /// From the times of the frames in ms, in any order.
    pub(crate) fn of(mut times: Vec<f32>) -> Self {
        times.sort_by(f32::total_cmp);
        let share = |s: f32| {
            times
                .get(((times.len().max(1) - 1) as f32 * s).round() as usize)
                .copied()
                .unwrap_or(0.0)
        };
        Self {
            frames: times.len(),
            median_ms: share(0.5),
            p95_ms: share(0.95),
            p99_ms: share(0.99),
            worst_ms: share(1.0),
        }
    }
}

/// Nobody is there to answer a dialog.
pub(crate) struct NoDesktop;

impl SystemLink for NoDesktop {
    fn pick(&mut self, _pick: Pick) {}
    fn copy_picture(&mut self, _picture: Picture) {}
    fn copy_files(&mut self, _paths: Vec<std::path::PathBuf>) {}
    fn paste(&mut self, _role: crate::app::action::FileRole) {}
    fn show_in_folder(&mut self, _path: std::path::PathBuf) {}
    fn save_picture(&mut self, _job: SavePicture) {}
    fn try_recv(&mut self) -> Option<Action> {
        None
    }
}

/// A window without a screen.
pub(crate) struct Blind {
    pub(crate) ctx: egui::Context,
    pub(crate) app: StudioApp,
    time: f64,
}

impl Blind {
    pub(crate) fn new(services: Services) -> Result<Self, StartError> {
        let ctx = egui::Context::default();
        let app = StudioApp::new(&ctx, services, Session::none())?;
        Ok(Self {
            ctx,
            app,
            time: 0.0,
        })
    }

    /// One frame of 1280 × 800 with these events. Returns its time and output.
    pub(crate) fn frame(&mut self, events: Vec<egui::Event>) -> (Duration, egui::FullOutput) {
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
}
