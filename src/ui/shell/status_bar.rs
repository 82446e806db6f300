//! The bar at the bottom: device, model, time of the last picture, queue, progress.

use egui::{Align, Layout, Ui, vec2};

use crate::app::action::{Action, Purpose};
use crate::app::engine_state::JobEntry;
use crate::app::view::{Workspace, Zoom};
use crate::engine::protocol::Stage;
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Draws the bar.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let frame = egui::Frame::new()
        .fill(*panel.theme.panel)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 0));
    egui::Panel::bottom("status bar")
        .exact_size(28.0)
        .frame(frame)
        .show(ui, |ui| {
            ui.style_mut().override_text_style = Some(egui::TextStyle::Small);
            ui.horizontal_centered(|ui| {
                facts(ui, panel);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| job(ui, panel));
            });
        });
}

fn facts(ui: &mut Ui, panel: &Panel<'_>) {
    let state = panel.state;
    let mut facts: Vec<(String, String)> = Vec::new();
    match &state.engine.device {
        Some(d) => facts.push((
            d.name.clone(),
            format!("{}, {} threads", d.detail, d.threads),
        )),
        None => facts.push(("Starting the engine".to_owned(), String::new())),
    }
    if let Some(model) = state.model_of(state.view.workspace) {
        facts.push((model.title.clone(), "The network in use".to_owned()));
    }
    if let Some(took) = state.engine.last_took {
        let ms = took.as_secs_f32() * 1000.0;
        facts.push((format!("{ms:.0} ms"), "Time of the last picture".to_owned()));
    }
    let waiting = state.engine.jobs.iter().filter(|j| is_told(j)).count();
    if waiting > 1 {
        facts.push((
            format!("{waiting} in the queue"),
            "Jobs that are waiting or running".to_owned(),
        ));
    }
    if state.view.workspace != Workspace::Gallery {
        let scale = match state.view.canvas(state.view.workspace).zoom {
            Zoom::Fit => state.view.fit_scale,
            Zoom::Scale(s) => s,
        };
        facts.push((format!("{:.0} %", scale * 100.0), "Zoom".to_owned()));
    }
    for (i, (text, tip)) in facts.into_iter().enumerate() {
        if i > 0 {
            ui.label(egui::RichText::new("·").color(*panel.theme.text_weak));
        }
        let label = ui.label(egui::RichText::new(text).color(*panel.theme.text_weak));
        if !tip.is_empty() {
            label.on_hover_text(tip);
        }
    }
}

/// The job that runs: what, how far, how long, and a way to stop it.
fn job(ui: &mut Ui, panel: &mut Panel<'_>) {
    let state = panel.state;
    let Some(job) = state
        .engine
        .jobs
        .iter()
        .find(|j| j.stage.is_some() && !j.paused && is_told(j))
        .or(state.engine.jobs.iter().find(|j| is_told(j)))
    else {
        export(ui, panel);
        return;
    };
    let stop = !job.cancelling;
    if progress(ui, panel, &job.title, job.fraction(), &words(job), stop) {
        panel.actions.push(Action::Cancel(job.id));
    }
}

/// Whether a job is worth a word: estimates come and go.
fn is_told(job: &JobEntry) -> bool {
    job.purpose != Purpose::GrowEstimate
}

/// Copies of gallery pictures that are being written.
fn export(ui: &mut Ui, panel: &mut Panel<'_>) {
    let Some(export) = &panel.state.gallery.exporting else {
        return;
    };
    let (done, total) = (export.done, export.total);
    let mut words = match export.rows {
        true => format!("Exporting: {} %", done * 100 / total.max(1)),
        false => format!("Exporting: {done} of {total}"),
    };
    if done > 0 {
        let left = export.since.elapsed() * (total - done) as u32 / done as u32;
        words += &format!(", {} left", span(left));
    }
    let fraction = done as f32 / total.max(1) as f32;
    if progress(ui, panel, "Exporting", fraction, &words, true) {
        let stop = crate::gallery::protocol::GalleryRequest::CancelExport;
        panel.actions.push(Action::Gallery(stop));
    }
}

/// A bar with words and a button that stops it; true when that was clicked.
fn progress(
    ui: &mut Ui,
    panel: &Panel<'_>,
    title: &str,
    fraction: f32,
    words: &str,
    can_stop: bool,
) -> bool {
    let theme = panel.theme.clone();
    ui.spacing_mut().item_spacing.x = 6.0;
    let stop = IconButton::new(Icon::Close, "Stop")
        .tooltip("Stop this; everything else stays")
        .size(20.0)
        .enabled(can_stop)
        .show(ui, &theme)
        .clicked();
    let (rect, response) = ui.allocate_exact_size(vec2(150.0, 4.0), egui::Sense::hover());
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, title);
        info.value = Some(f64::from(fraction));
        info
    });
    ui.painter().rect_filled(rect, 2.0, *theme.line_strong);
    let mut done = rect;
    done.set_width(rect.width() * fraction);
    ui.painter().rect_filled(done, 2.0, *theme.accent);
    ui.label(egui::RichText::new(words).color(*theme.text));
    stop
}

/// A job's state in words.
fn words(job: &JobEntry) -> String {
    if job.cancelling {
        return format!("{}: stopping", job.title);
    }
    if job.paused {
        return format!("{}: paused", job.title);
    }
    let stage = match job.stage {
        None => "waiting",
        Some(Stage::Loading) => "reading the network",
        Some(Stage::Reading) => "reading pictures",
        Some(Stage::Rendering) => "rendering",
        Some(Stage::Sampling) => "sampling",
        Some(Stage::Projecting) => "projecting",
        Some(Stage::Dragging) => "dragging",
        Some(Stage::Learning) => "learning",
        Some(Stage::Writing) => "writing",
    };
    match job.left {
        Some(left) => format!("{}: {stage}, {} left", job.title, span(left)),
        None => format!("{}: {stage}", job.title),
    }
}

/// A time in words: `8 s`, `3 min`.
pub fn span(time: std::time::Duration) -> String {
    let s = time.as_secs_f32().ceil() as u64;
    match s {
        0..=90 => format!("{s} s"),
        91..=5400 => format!("{} min", s.div_ceil(60)),
        _ => format!("{:.1} h", s as f32 / 3600.0),
    }
}
