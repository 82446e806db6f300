//! The Lens workspace: a photo on the canvas, its sliders beside it.

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::app::action::{Destination, Subject};
use crate::app::at_hand;
use crate::app::view::Workspace;
use crate::engine::protocol::ModelKind;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::canvas::toolbar;
use crate::ui::canvas::toolbar::Tool;
use crate::ui::lens::panel::LensPanel;
use crate::ui::panel::Panel;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::shell::history;
use crate::ui::theme::{panel_width, space};

/// Draws the workspace.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let mut lens = std::mem::take(p.scratch.of::<LensPanel>());
    if !p.state.view.panels_away {
        let frame = Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(space::M as i8, 4));
        egui::Panel::right("lens panel")
            .exact_size(panel_width(ui.ctx()))
            .frame(frame)
            .show(ui, |ui| lens.ui(ui, p));
        history::strip(ui, p);
    }
    if p.state.lens_photo().is_some() {
        let [split, difference] = Tool::comparisons(p.state.view.lens_compare);
        toolbar::ui(ui, p, "lens tools", &[split, difference, Tool::fit()]);
    }
    let frame = Frame::new().fill(*p.theme.canvas);
    CentralPanel::no_frame()
        .frame(frame)
        .show(ui, |ui| middle(ui, p, &mut lens));
    lens.pick(ui, p);
    *p.scratch.of::<LensPanel>() = lens;
}

fn middle(ui: &mut Ui, p: &mut Panel<'_>, lens: &mut LensPanel) {
    if missing(ui, p) {
        return;
    }
    let slot = slot::of_lens(p.state);
    if slot.source.is_none() {
        if let Some(PhotoEvent::FromGallery) = slot::invitation(ui, p, slot) {
            lens.choose(Destination::LensPhoto);
        }
        return;
    }
    if lens.mask.target(p).is_some() {
        Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                lens.mask.bar(ui, p);
            });
    }
    let Some(photo) = slot.opened else {
        match slot.source.and_then(|s| p.state.photos.failure(s)) {
            Some(why) => canvas_error::instead(ui, p, "This photo can't be read", why),
            None => picture_view::empty(ui, p, "Reading the photo…", ""),
        }
        return;
    };
    let state = p.state;
    let shown = state.previews.lens.as_ref();
    let input = CanvasInput {
        workspace: Workspace::Lens,
        name: "Changed photo",
        picture: at_hand::picture(Workspace::Lens, state)
            .or(shown.map(|s| &s.picture))
            .or(Some(&photo.picture)),
        before: Some(&photo.picture),
        logical_size: photo.size,
        compare: state.view.lens_compare,
        tool: lens.mask.target(p).is_some(),
        busy: state.previews.canvas_waiting(),
        subject: Some(Subject::Lens),
    };
    picture_view::show(ui, p, input, |ui, frame, p| {
        lens.mask.on_canvas(ui, frame, p);
    });
    if let Some(error) = state.previews.canvas_error(Workspace::Lens) {
        canvas_error::ui(ui, p, error);
    }
}

/// Says so where there is no network for photos; whether there is none.
fn missing(ui: &mut Ui, p: &Panel<'_>) -> bool {
    let state = p.state;
    if state.lens_model().is_some() {
        return false;
    }
    if !state.engine.library_known {
        picture_view::empty(ui, p, "Starting", "The engine reads its networks.");
    } else if state.engine.models(ModelKind::Autoencoder).next().is_some() {
        picture_view::empty(
            ui,
            p,
            "This network isn't here any more",
            "Choose another one at the top of the panel on the right.",
        );
    } else {
        picture_view::empty(
            ui,
            p,
            "No network for photos here",
            "Put the folder 'models' next to the program, then choose Settings, Rescan models.",
        );
    }
    true
}
