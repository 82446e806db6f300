//! Explore: the canvas of a generator, its panel, kept points and history.

use std::sync::Arc;

use crate::app::action::{Purpose, Subject};
use crate::app::at_hand;
use crate::app::command::Command;
use crate::app::previews::Shown;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::Work;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::escape;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::explore::drag::DragTool;
use crate::ui::explore::{bookmarks, drag, panel, toolbar, variations};
use crate::ui::panel::Panel;
use crate::ui::shell::history;
use crate::ui::theme::{panel_width, space};
use crate::ui::timeline::player::{self, Player};
use crate::ui::timeline::strip;
use crate::ui::widgets::tile::picture_tile;

/// Seconds for which nothing is said of a picture that is on its way.
const PATIENCE: f64 = 0.4;

/// Draws the workspace.
pub fn ui(ui: &mut egui::Ui, panel: &mut Panel<'_>) {
    leave(ui, panel);
    if !panel.state.view.panels_away {
        panels(ui, panel);
    }
    // Between the bar of a tool and the canvas, too.
    let frame = egui::Frame::new().fill(*panel.theme.canvas);
    egui::CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        if panel.state.view.variations {
            variations::ui(ui, panel);
        } else if !player::ui(ui, panel) {
            let mut tool = std::mem::take(panel.scratch.of::<DragTool>());
            picture(ui, panel, &mut tool);
            *panel.scratch.of::<DragTool>() = tool;
        }
    });
}

/// Everything around the canvas.
fn panels(ui: &mut egui::Ui, panel: &mut Panel<'_>) {
    let frame = egui::Frame::new()
        .fill(*panel.theme.panel)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 4));
    egui::Panel::right("explore panel")
        .exact_size(panel_width(ui.ctx()))
        .frame(frame)
        .show(ui, |ui| panel::ui(ui, panel));
    history::strip(ui, panel);
    if !strip::ui(ui, panel) {
        bookmarks::strip(ui, panel);
    }
    toolbar::ui(ui, panel);
}

/// Escape ends the film's preview, else it stops the latent walk, else it closes the variations.
fn leave(ui: &egui::Ui, panel: &mut Panel<'_>) {
    let free = escape::is_free(ui, panel);
    let view = &panel.state.view;
    let walking = panel.state.latent_walk.is_some();
    let film = panel.scratch.of::<Player>().shown;
    let something = film || walking || view.variations;
    if !something || !free {
        return;
    }
    if ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
        if film {
            return panel.scratch.of::<Player>().leave();
        }
        panel.actions.command(if walking {
            Command::LatentWalk
        } else {
            Command::ToggleVariations
        });
    }
}

fn picture(ui: &mut egui::Ui, panel: &mut Panel<'_>, tool: &mut DragTool) {
    let state = panel.state;
    let dragging = drag::is_on(state);
    if dragging {
        egui::Frame::new()
            .fill(*panel.theme.panel)
            .inner_margin(egui::Margin::symmetric(8, 5))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                tool.bar(ui, panel);
            });
    }
    let shown = shown(state);
    let size = logical_size(panel);
    let before = bookmarks::before(panel);
    let subject = shown.map(|_| Subject::Explore);
    // At full size, unless what is shown is drawn larger than that.
    let full = at_hand::picture(Workspace::Explore, state);
    let preview = shown.map(|s| &s.picture);
    let picture = match (full, preview) {
        (Some(full), Some(preview)) if full.width() < preview.width() => Some(preview),
        (full, preview) => full.or(preview),
    };
    // Points on their way: the picture after the last step.
    let on_the_way = state.drag.run.as_ref().and_then(|run| run.picture.as_ref());
    let picture = on_the_way.or(picture);
    let drawn = picture.map(|picture| picture.size());
    let input = CanvasInput {
        workspace: Workspace::Explore,
        name: "Picture",
        picture,
        before: before.as_ref(),
        logical_size: size,
        compare: state.view.compare,
        tool: tool.takes_pointer(state),
        busy: state.previews.canvas_waiting() && on_the_way.is_none(),
        subject,
    };
    picture_view::show(ui, panel, input, |ui, frame, panel| {
        message(ui, panel);
        if dragging {
            tool.on_canvas(ui, frame, panel);
        }
        projection(ui, panel, frame);
        what_is_shown(ui, panel, frame, drawn, size);
    });
}

/// What stands on an empty or failed canvas.
fn message(ui: &mut egui::Ui, panel: &mut Panel<'_>) {
    let state = panel.state;
    if let Some(error) = state.previews.canvas_error(Workspace::Explore) {
        picture_view::empty(ui, panel, "This picture can't be rendered", "");
        canvas_error::ui(ui, panel, error);
    } else if shown(state).is_none() && is_patient(ui, state) {
        let (title, hint) = if !state.engine.library_known {
            ("Starting", "Reading the networks.")
        } else if state.generator().is_none() {
            (
                "No generator here",
                "Put the folder 'models' next to the program, then choose Settings, Rescan models.",
            )
        } else {
            ("Rendering the first picture", "")
        };
        picture_view::empty(ui, panel, title, hint);
    }
}

/// The newest picture, unless it is one of the network before, which would stand under a wrong name.
fn shown(state: &AppState) -> Option<&Shown> {
    let of_this =
        |s: &&Shown| matches!(&s.work, Work::Explore(p) if p.model == state.doc.explore.model);
    state.previews.explore.as_ref().filter(of_this)
}

/// Whether it's time to say why the canvas is empty: between two quick networks nothing is to flash.
fn is_patient(ui: &egui::Ui, state: &AppState) -> bool {
    if state.previews.explore.is_none() {
        return true;
    }
    let model = &state.doc.explore.model;
    let now = ui.input(|i| i.time);
    let id = ui.scope_id().with("since this network");
    let since = ui.data_mut(|data| {
        let (of, since) = data.get_temp_mut_or(id, (model.clone(), now));
        if of != model {
            (*of, *since) = (model.clone(), now);
        }
        *since
    });
    let left = since + PATIENCE - now;
    if left > 0.0 {
        let wait = std::time::Duration::from_secs_f64(left);
        ui.ctx().request_repaint_after(wait);
    }
    left <= 0.0
}

/// Says when the canvas doesn't show the picture's own pixels: `drawn` are those on it, `own`
/// those that are saved.
fn what_is_shown(
    ui: &egui::Ui,
    panel: &Panel<'_>,
    frame: &picture_view::CanvasFrame,
    drawn: Option<[u32; 2]>,
    own: [u32; 2],
) {
    let Some(drawn) = drawn else { return };
    let draft = shown(panel.state).is_none_or(Shown::is_draft);
    let [w, h] = own;
    let words = match drawn[0].cmp(&w) {
        std::cmp::Ordering::Greater => {
            let through = panel.state.drawn_through();
            let title = through.map_or("a network", |network| &network.title);
            format!("{w} × {h}, drawn through {title}")
        }
        std::cmp::Ordering::Less if !draft => {
            format!(
                "Preview at {} × {}; the picture has {w} × {h}",
                drawn[0], drawn[1]
            )
        }
        _ => return,
    };
    let at = frame.rect.left_bottom() + egui::vec2(16.0, -16.0);
    let rect = picture_view::tag(ui, panel, at, egui::Align2::LEFT_BOTTOM, &words);
    let id = ui.scope_id().with("what is shown");
    let response = ui.interact(rect, id, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    response.on_hover_text(match drawn[0] > w {
        true => {
            "The picture is saved with its own pixels. Upscale makes and saves a larger one; \
             the menu View switches this off"
        }
        false => "The picture is saved at its full size; zoom in to see its own pixels",
    });
}

/// While a photo is looked for: what was found so far.
fn projection(ui: &mut egui::Ui, panel: &mut Panel<'_>, frame: &picture_view::CanvasFrame) {
    let state = panel.state;
    let job = state.engine.job_for(&Purpose::Project);
    let Some(look) = job.and_then(|j| j.look.as_ref()) else {
        return;
    };
    let side = 180.0;
    let at = egui::Rect::from_min_size(
        frame.rect.right_top() + egui::vec2(-side - 16.0, 16.0),
        egui::vec2(side, side),
    );
    let texture = (panel.textures.of(ui.ctx(), look), look.size());
    let theme = panel.theme.clone();
    ui.painter().rect_filled(at.expand(6.0), 6.0, *theme.panel);
    ui.scope_builder(egui::UiBuilder::new().max_rect(at), |ui| {
        picture_tile(
            ui,
            &theme,
            "Closest so far",
            Some(texture),
            at.size(),
            false,
        )
        .on_hover_text("The closest picture so far; stop it below if it's close enough");
    });
}

/// The size that zoom refers to: the recipe's, or the network's own.
fn logical_size(panel: &Panel<'_>) -> [u32; 2] {
    let state = panel.state;
    state
        .doc
        .explore
        .current()
        .and_then(|p| p.size)
        .or(state.generator().map(|m| m.size))
        .unwrap_or([512, 512])
}

/// The current parameters, shared.
pub fn current(panel: &Panel<'_>) -> Option<Arc<crate::recipe::ExploreParams>> {
    panel.state.doc.explore.current().cloned().map(Arc::new)
}
