//! The Spaces workspace: what the picture becomes on the canvas, its settings beside it.

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::app::spaces::document::SpacesMode;
use crate::app::spaces::making;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::picture_view;
use crate::ui::panel::Panel;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::shell::history;
use crate::ui::spaces::panel::SpacesPanel;
use crate::ui::spaces::{material_canvas, seamless_canvas, viewer, wall_canvas};
use crate::ui::theme::{panel_width, space};

/// Draws the workspace.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let mut spaces = std::mem::take(p.scratch.of::<SpacesPanel>());
    if !p.state.view.panels_away {
        let frame = Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(space::M as i8, 4));
        egui::Panel::right("spaces panel")
            .exact_size(panel_width(ui.ctx()))
            .frame(frame)
            .show(ui, |ui| spaces.ui(ui, p));
        history::strip(ui, p);
    }
    let frame = Frame::new().fill(*p.theme.canvas);
    CentralPanel::no_frame()
        .frame(frame)
        .show(ui, |ui| middle(ui, p, &mut spaces));
    spaces.pick(ui, p);
    *p.scratch.of::<SpacesPanel>() = spaces;
}

fn middle(ui: &mut Ui, p: &mut Panel<'_>, spaces: &mut SpacesPanel) {
    if p.state.doc.spaces.needs_picture() && !has_picture(ui, p, spaces) {
        return;
    }
    match p.state.doc.spaces.mode {
        SpacesMode::Seamless => seamless_canvas::ui(ui, p),
        SpacesMode::Panorama => viewer::ui(ui, p, &mut spaces.viewer),
        SpacesMode::Material => material_canvas::ui(ui, p),
        SpacesMode::Wall => wall_canvas::ui(ui, p),
    }
    let failure = making::look(p.state);
    let failure = failure.and_then(|work| p.state.spaces.failure(&work));
    if let Some(error) = failure {
        canvas_error::ui(ui, p, error);
    }
}

/// Whether the picture is read; says what is missing.
fn has_picture(ui: &mut Ui, p: &mut Panel<'_>, spaces: &mut SpacesPanel) -> bool {
    let slot = slot::of_spaces(p.state);
    if slot.source.is_none() {
        if let Some(PhotoEvent::FromGallery) = slot::invitation(ui, p, slot) {
            spaces.choose_source();
        }
        return false;
    }
    if slot.opened.is_none() {
        match slot.source.and_then(|s| p.state.photos.failure(s)) {
            Some(why) => canvas_error::instead(ui, p, "This picture can't be read", why),
            None => picture_view::empty(ui, p, "Reading the picture…", ""),
        }
    }
    slot.opened.is_some()
}
