//! The Grow workspace: the picture on the canvas, what becomes of it beside it.

use egui::{CentralPanel, Frame, Key, Margin, Modifiers, Rect, Ui, UiBuilder, pos2};

use crate::app::action::{Destination, ViewEdit};
use crate::app::command::Command;
use crate::app::grow::document::GrowWay;
use crate::app::view::Dialog;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::toolbar;
use crate::ui::canvas::toolbar::Tool;
use crate::ui::grow::panel::GrowPanel;
use crate::ui::grow::{canvas, grid, tiles};
use crate::ui::panel::Panel;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::shell::history;
use crate::ui::theme::{panel_width, space};
use crate::ui::widgets::icon::Icon;

/// Draws the workspace.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let mut grow = std::mem::take(p.scratch.of::<GrowPanel>());
    leave_grid(ui, p);
    if !p.state.view.panels_away {
        let frame = Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(space::M as i8, 4));
        egui::Panel::right("grow panel")
            .exact_size(panel_width(ui.ctx()))
            .frame(frame)
            .show(ui, |ui| grow.ui(ui, p));
        history::strip(ui, p);
        if p.state.grow_source().is_some() {
            tools(ui, p);
        }
    }
    let frame = Frame::new().fill(*p.theme.canvas);
    CentralPanel::no_frame()
        .frame(frame)
        .show(ui, |ui| middle(ui, p, &mut grow));
    grow.pick(ui, p);
    *p.scratch.of::<GrowPanel>() = grow;
}

/// Whether a text field or a menu had the Escape key in the last frame.
#[derive(Default)]
struct EscapeTaken(bool);

/// Escape closes the grid.
fn leave_grid(ui: &Ui, p: &mut Panel<'_>) {
    let ctx = ui.ctx();
    let busy = ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
    let was_busy = std::mem::replace(&mut p.scratch.of::<EscapeTaken>().0, busy);
    let view = &p.state.view;
    if !view.grow_grid || busy || was_busy || view.dialog != Dialog::None {
        return;
    }
    if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        p.actions.view(ViewEdit::GrowGrid(false));
    }
}

/// The bar under the canvas.
fn tools(ui: &mut Ui, p: &mut Panel<'_>) {
    let view = &p.state.view;
    let made = p.state.doc.grow.params().is_some();
    let seamless = tiles::repeats(p.state) != [1, 1];
    let [split, difference] = Tool::comparisons(view.grow_compare);
    let comparable = canvas::before(p.state).is_some();
    let only = |enabled, tool| Tool { enabled, ..tool };
    let all = [
        only(
            made && !p.state.doc.grow.keeps(),
            Tool::new(Icon::Grid, Command::ToggleVariations, view.grow_grid),
        ),
        only(
            seamless,
            Tool::new(Icon::Tiles, Command::ToggleTiles, view.grow_tiles),
        ),
        only(comparable, split),
        only(comparable, difference),
        Tool::fit(),
    ];
    toolbar::ui(ui, p, "grow tools", &all);
}

fn middle(ui: &mut Ui, p: &mut Panel<'_>, grow: &mut GrowPanel) {
    let slot = slot::of_grow(p.state);
    if slot.source.is_none() {
        if let Some(PhotoEvent::FromGallery) = slot::invitation(ui, p, slot) {
            grow.choose(Destination::GrowSource);
        }
        return;
    }
    if slot.opened.is_none() {
        match slot.source.and_then(|s| p.state.photos.failure(s)) {
            Some(why) => canvas_error::instead(ui, p, "This picture can't be read", why),
            None => picture_view::empty(ui, p, "Reading the picture…", ""),
        }
        return;
    }
    let room = ui.max_rect();
    let painting = grow.mask.target(p).is_some();
    if painting {
        Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                grow.mask.bar(ui, p);
            });
    }
    let sketching = p.state.doc.grow.way == GrowWay::Edit && grow.parts.sketch.is_on() && !painting;
    if sketching {
        Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                grow.parts.sketch.bar(ui, p);
            });
    }
    let top = ui.cursor().top().min(room.bottom());
    let rest = Rect::from_min_max(pos2(room.left(), top), room.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| {
        let made = p.state.doc.grow.params().is_some();
        if painting {
            canvas::painting(ui, p, &mut grow.mask);
        } else if p.state.view.grow_grid && made && !p.state.doc.grow.keeps() {
            grid::ui(ui, p);
        } else if p.state.view.grow_tiles && tiles::repeats(p.state) != [1, 1] {
            tiles::ui(ui, p);
        } else {
            canvas::ui(ui, p, &mut grow.parts);
        }
    });
}
