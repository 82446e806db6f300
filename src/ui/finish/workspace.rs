//! Finish in place of the workspace: the picture as it will be, its settings beside it.

use egui::{CentralPanel, Frame, Key, Margin, Modifiers, Ui};

use crate::app::action::Subject;
use crate::app::command::Command;
use crate::app::finish::edit::FinishEdit;
use crate::app::finish::state::FinishWork;
use crate::app::view::{Compare, Dialog};
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::canvas::toolbar;
use crate::ui::canvas::toolbar::Tool;
use crate::ui::finish::crop_overlay;
use crate::ui::finish::panel::FinishPanel;
use crate::ui::panel::Panel;
use crate::ui::theme::{panel_width, space};
use crate::ui::widgets::icon::Icon;

/// Draws it.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork) {
    let mut panel = std::mem::take(p.scratch.of::<FinishPanel>());
    keys(ui, p, work);
    if !p.state.view.panels_away {
        let frame = Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(space::M as i8, 4));
        egui::Panel::right("finish panel")
            .exact_size(panel_width(ui.ctx()))
            .frame(frame)
            .show(ui, |ui| panel.ui(ui, p, work));
    }
    let mut undo = Tool::new(Icon::Undo, Command::Undo, false);
    undo.enabled = work.can_undo();
    let mut redo = Tool::new(Icon::Redo, Command::Redo, false);
    redo.enabled = work.can_redo();
    let [split, difference] = Tool::comparisons(work.compare);
    let tools = [undo, redo, split, difference, Tool::fit()];
    toolbar::ui(ui, p, "finish tools", &tools);
    let frame = Frame::new().fill(*p.theme.canvas);
    CentralPanel::no_frame()
        .frame(frame)
        .show(ui, |ui| canvas(ui, p, work, &mut panel));
    *p.scratch.of::<FinishPanel>() = panel;
}

/// Esc leaves the crop, then Finish; Enter takes the crop.
fn keys(ui: &Ui, p: &mut Panel<'_>, work: &FinishWork) {
    let free = ui.memory(|m| m.focused().is_none()) && p.state.view.dialog == Dialog::None;
    if !free || egui::Popup::is_any_open(ui.ctx()) {
        return;
    }
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if work.cropping && (pressed(Key::Escape) || pressed(Key::Enter)) {
        p.actions.finish(FinishEdit::Cropping(false));
    } else if !work.cropping && pressed(Key::Escape) {
        p.actions.finish(FinishEdit::Close);
    }
}

fn canvas(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork, panel: &mut FinishPanel) {
    let before = match (&work.before, &work.shown) {
        (Some(before), _) if before.settings == work.visible_before() => Some(&before.picture),
        // Nothing but the shape was changed: before and after are the same.
        (_, Some(shown)) if work.visible_before() == shown.settings => Some(&shown.picture),
        _ => None,
    };
    let input = CanvasInput {
        workspace: work.over,
        name: "Finished picture",
        picture: Some(work.shown.as_ref().map_or(&work.copy, |s| &s.picture)),
        before,
        logical_size: work.visible_size(),
        compare: match work.cropping {
            true => Compare::Off,
            false => work.compare,
        },
        tool: work.cropping,
        busy: work
            .shown
            .as_ref()
            .is_none_or(|s| s.settings != work.visible()),
        subject: Some(Subject::Finish),
    };
    picture_view::show(ui, p, input, |ui, frame, p| {
        if work.cropping {
            crop_overlay::ui(ui, frame, p, work, panel);
        }
    });
    if let Some(error) = &work.error {
        canvas_error::ui(ui, p, error);
    }
}
