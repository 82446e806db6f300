//! The dialog that writes the film: kind, size, pace, and what it will take.

use std::sync::Arc;
use std::time::Duration;

use egui::Ui;

use crate::app::action::{Action, Pick, Purpose, ViewEdit};
use crate::app::timeline::document::TimelineDoc;
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::Dialog;
use crate::engine::film_job::QUALITY;
use crate::engine::protocol::{FilmEstimate, FilmFile, FilmFormat, FilmJob, Job};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{entered, modal};
use crate::ui::widgets::button;
use crate::ui::widgets::slider::Slider;

/// Width of the dialog's contents.
const WIDTH: f32 = 470.0;
/// Longer sides that are offered for networks of any size, pixels.
const SIDES: [u32; 5] = [256, 512, 768, 1080, 1920];
/// How many times as large the others' frames can be.
const SCALES: [u32; 3] = [1, 2, 4];

/// Kind and quality.
pub(in crate::ui) struct FilmScratch {
    pub(in crate::ui) format: FilmFormat,
    pub(in crate::ui) quality: u8,
}

impl Default for FilmScratch {
    fn default() -> Self {
        Self {
            format: FilmFormat::Mp4,
            quality: QUALITY,
        }
    }
}

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Export film", |ui, panel| {
        ui.set_width(WIDTH);
        let timeline = &panel.state.doc.explore.timeline;
        let Some(job) = job(timeline, panel) else {
            ui.label("A film needs at least two keyframes: open the timeline and add pictures, or bookmark some (K) and export again.");
            return;
        };
        settings(ui, panel, timeline);
        ui.add_space(8.0);
        cost(ui, panel, &job);
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let theme = panel.theme.clone();
            if button::primary(ui, &theme, "Choose file…").clicked() || entered(ui) {
                panel.actions.push(Action::Pick(Pick::Film(Box::new(job))));
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
            }
            if ui.button("Cancel").clicked() {
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
            }
        });
    });
}

/// The film as it is set, with a name to begin with.
fn job(timeline: &TimelineDoc, panel: &mut Panel<'_>) -> Option<FilmJob> {
    let params = timeline.walk()?;
    let model = params.points.first()?.model.clone();
    let scratch = panel.scratch.of::<FilmScratch>();
    let name = match scratch.format.ending() {
        Some(ending) => format!("{model} film.{ending}"),
        None => format!("{model} film"),
    };
    Some(FilmJob {
        max_side: timeline.max_side,
        enlarge: match resizable(&params.points[0].model, panel) {
            true => 1,
            false => timeline.enlarge,
        },
        file: FilmFile {
            out: name.into(),
            format: panel.scratch.of::<FilmScratch>().format,
            quality: panel.scratch.of::<FilmScratch>().quality,
        },
        params: Arc::new(params),
    })
}

fn resizable(model: &str, panel: &Panel<'_>) -> bool {
    panel.state.engine.model(model).is_some_and(|m| m.resizable)
}

/// Kind and quality of a film.
pub(in crate::ui) fn kind(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let scratch = panel.scratch.of::<FilmScratch>();
    ui.horizontal(|ui| {
        ui.label("Format");
        let combo = egui::ComboBox::from_id_salt("film format")
            .width(180.0)
            .selected_text(scratch.format.title())
            .show_ui(ui, |ui| {
                for format in FilmFormat::ALL {
                    ui.selectable_value(&mut scratch.format, *format, format.title());
                }
            });
        combo.response.accessible_name("Format of the film");
        ui.weak(about(scratch.format));
    });
    if scratch.format.has_quality() {
        let moved = Slider::new(
            "Quality",
            scratch.quality.into(),
            1.0..=100.0,
            QUALITY.into(),
        )
        .decimals(0)
        .step(1.0)
        .tooltip("More is closer to the frames and makes a larger file")
        .name_width(116.0)
        .show(ui, &theme);
        if let Some(quality) = moved.changed {
            scratch.quality = quality.round().clamp(1.0, 100.0) as u8;
        }
    }
}

fn settings(ui: &mut Ui, panel: &mut Panel<'_>, timeline: &TimelineDoc) {
    kind(ui, panel);
    let theme = panel.theme.clone();
    let moved = Slider::new("Frame rate", timeline.fps, 6.0..=60.0, 24.0)
        .decimals(0)
        .step(1.0)
        .suffix(" fps")
        .tooltip("Frames a second: more is smoother, takes longer and makes a larger file")
        .name_width(116.0)
        .show(ui, &theme);
    if let Some(fps) = moved.changed {
        panel.actions.timeline(TimelineEdit::Fps(fps.round()));
    }
    size(ui, panel, timeline);
}

fn about(format: FilmFormat) -> &'static str {
    match format {
        FilmFormat::Mp4 => "Small; plays in today's players and browsers",
        #[cfg(feature = "mp4")]
        FilmFormat::H264 => "Also for players from before 2018",
        FilmFormat::Gif => "Plays everywhere; 256 colours a frame",
        FilmFormat::Apng => "Every pixel exact; large",
        FilmFormat::WebP => "Small; plays in browsers",
        FilmFormat::Frames => "A folder of PNG files, to cut elsewhere",
    }
}

/// The size: any for networks that have none of their own, else multiples through the
/// enlarging network.
fn size(ui: &mut Ui, panel: &mut Panel<'_>, timeline: &TimelineDoc) {
    let model = timeline.model().unwrap_or_default();
    let Some(info) = panel.state.engine.model(model) else {
        return;
    };
    let theme = panel.theme.clone();
    ui.label("Size");
    if info.resizable {
        let names = SIDES.map(|side| (side, side.to_string()));
        let options: Vec<(u32, &str, &str)> = names
            .iter()
            .map(|(side, name)| (*side, name.as_str(), "Longer side in pixels"))
            .collect();
        if let Some(side) = button::choice(ui, &theme, timeline.max_side, &options) {
            panel.actions.timeline(TimelineEdit::MaxSide(side));
        }
        return;
    }
    let enlarger = panel.state.upscaler().is_some();
    let names = SCALES.map(|scale| {
        let [w, h] = info.size.map(|side| side * scale);
        (scale, format!("{w} × {h}"))
    });
    let options: Vec<(u32, &str, &str)> = names
        .iter()
        .filter(|(scale, _)| enlarger || *scale == 1)
        .map(|(scale, name)| {
            let tip = match scale {
                1 => "The network's own size",
                _ => "Each frame goes through the enlarging network",
            };
            (*scale, name.as_str(), tip)
        })
        .collect();
    if let Some(scale) = button::choice(ui, &theme, timeline.enlarge, &options) {
        panel.actions.timeline(TimelineEdit::Enlarge(scale));
    }
}

/// How long the film is, and what making it will take, once it was tried.
fn cost(ui: &mut Ui, panel: &mut Panel<'_>, job: &FilmJob) {
    let walk = &job.params;
    let seconds = f64::from(walk.frames) / f64::from(walk.fps);
    ui.label(format!("{} frames, {seconds:.1} s", walk.frames));
    let known = panel.state.film_estimate.as_ref();
    let known = known.filter(|(of, _)| **of == *job);
    let purpose = Purpose::FilmEstimate(Box::new(job.clone()));
    let running = panel.state.engine.job_for(&purpose).is_some();
    if estimate(ui, known.map(|(_, estimate)| estimate), running) {
        panel.actions.push(Action::Start {
            job: Box::new(Job::WalkEstimate(Box::new(job.clone()))),
            purpose,
        });
    }
}

/// What a film takes, as far as it is known; whether it is to be found out.
pub(in crate::ui) fn estimate(ui: &mut Ui, known: Option<&FilmEstimate>, running: bool) -> bool {
    match known {
        Some(estimate) => {
            let [w, h] = estimate.size;
            ui.label(format!(
                "{w} × {h}, about {}, ready in about {}",
                bytes(estimate.bytes),
                time(estimate.time)
            ));
            false
        }
        None if running => {
            ui.weak("Trying some frames…");
            false
        }
        None => {
            let tip = "Makes a few frames to tell the file's size and the time that it will take";
            let ask = ui.button("How large, how long?").on_hover_text(tip);
            ask.clicked()
        }
    }
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0..100_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    match seconds {
        0..100 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(bytes(1200), "2 kB");
        assert_eq!(bytes(3_240_000), "3.2 MB");
        assert_eq!(time(Duration::from_millis(300)), "1 s");
        assert_eq!(time(Duration::from_secs(130)), "3 min");
    }
}
