//! The drag tool: points on the picture, their arrows, and the bar above the canvas.

use egui::{
    Button, Color32, CursorIcon, EventFilter, Id, Key, PointerButton, Pos2, Rect, Response, Role,
    Sense, Stroke, Ui, Vec2, WidgetInfo, vec2,
};

use crate::app::command::Command;
use crate::app::explore::drag::{can_drag, to_go};
use crate::app::explore::drag_doc::{DragArrow, DragEdit};
use crate::app::explore::edit::ExploreEdit;
use crate::app::state::AppState;
use crate::ui::canvas::picture_view::CanvasFrame;
use crate::ui::mask::target::MaskTarget;
use crate::ui::mask::tools::MaskTools;
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::button::primary;

/// Width and height of what can be gripped, in points.
const GRIP: f32 = 22.0;
/// Pixels that a key moves a point by, and with Shift.
const STEP: [f32; 2] = [1.0, 10.0];

/// What the pointer does; not part of the document.
#[derive(Default)]
pub struct DragTool {
    mask: MaskTools,
    /// The point whose arrow is being pulled out.
    pulling: Option<usize>,
}

/// Whether the tool is in the hand: it is chosen, and the network can be dragged.
pub fn is_on(state: &AppState) -> bool {
    state.view.drag && !state.view.variations && state.generator().is_some_and(can_drag)
}

impl DragTool {
    /// Whether the pointer belongs to the tool.
    pub fn takes_pointer(&self, state: &AppState) -> bool {
        is_on(state) && state.drag.run.is_none()
    }

    /// The bar above the canvas.
    pub fn bar(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let running = p.state.drag.run.is_some();
        if running {
            self.mask.edit(None);
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            self.run_button(ui, p, running);
            if !running {
                self.buttons(ui, p);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let done = ui
                    .button("Close")
                    .on_hover_text("Put the drag tool away (G)");
                if done.clicked() {
                    p.actions.command(Command::ToggleDrag);
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let words = words(p.state);
                    ui.add(egui::Label::new(&words).truncate())
                        .on_hover_text(words);
                });
            });
        });
        if self.mask.target(p).is_some() {
            ui.separator();
            self.mask.bar(ui, p);
        }
    }

    fn run_button(&self, ui: &mut Ui, p: &mut Panel<'_>, running: bool) {
        let tip = Command::RunDrag.tooltip_with_keys(ui.ctx());
        let size = p.state.generator().map_or([1, 1], |model| model.size);
        let ready = running || to_go(&p.state.doc.explore.drag().points, size).0 > 0;
        let theme = p.theme.clone();
        let button = ui
            .add_enabled_ui(ready, |ui| {
                primary(
                    ui,
                    &theme,
                    if running {
                        "Stop dragging"
                    } else {
                        "Start dragging"
                    },
                )
            })
            .inner
            .on_hover_text(tip)
            .on_disabled_hover_text("Set a point on the picture, and pull its arrow first");
        if button.clicked() {
            p.actions.command(Command::RunDrag);
        }
    }

    fn buttons(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let doc = p.state.doc.explore.drag();
        let add = ui
            .button("Add point")
            .on_hover_text("A point in the middle; or press on the picture where you want it");
        if add.clicked() {
            edit(p, DragEdit::Add(in_the_middle(p.state)));
        }
        let clear = ui
            .add_enabled(!doc.points.is_empty(), Button::new("Remove points"))
            .on_hover_text("Remove all points. One goes by a right click, or by Delete");
        if clear.clicked() {
            edit(p, DragEdit::Clear);
        }
        let painting = self.mask.target(p).is_some();
        let mask = ui
            .add(Button::selectable(painting, "Mask"))
            .on_hover_text("Paint over what may move; without a mask everything may");
        if mask.clicked() {
            self.mask.edit((!painting).then_some(MaskTarget::Drag));
        }
    }

    /// The pointer on the canvas, and the points.
    pub fn on_canvas(&mut self, ui: &mut Ui, frame: &CanvasFrame, p: &mut Panel<'_>) {
        if let Some(run) = &p.state.drag.run {
            self.pulling = None;
            for point in &run.points {
                arrow(ui, p, frame, point, [false; 2]);
            }
            return;
        }
        if self.mask.target(p).is_some() {
            self.pulling = None;
            for point in &p.state.doc.explore.drag().points {
                arrow(ui, p, frame, point, [false; 2]);
            }
            self.mask.on_canvas(ui, frame, p);
            return;
        }
        let count = p.state.doc.explore.drag().points.len();
        for i in 0..count {
            handles(ui, p, frame, i);
        }
        self.set(ui, p, frame, count);
    }

    /// A press on the picture sets a point; moving on pulls its arrow.
    fn set(&mut self, ui: &Ui, p: &mut Panel<'_>, frame: &CanvasFrame, count: usize) {
        let response = &frame.response;
        if frame.panning {
            self.pulling = None;
            return;
        }
        if response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        let here = response.interact_pointer_pos();
        if response.drag_started_by(PointerButton::Primary) {
            let from = ui.input(|i| i.pointer.press_origin()).or(here);
            if let Some((from, to)) = from.zip(here)
                && frame.picture_rect.contains(from)
            {
                let arrow = DragArrow {
                    at: frame.from_screen(from),
                    target: within(frame, to),
                };
                edit(p, DragEdit::Add(arrow));
                self.pulling = Some(count);
            }
        } else if let (Some(i), Some(to)) = (self.pulling, here)
            && response.dragged_by(PointerButton::Primary)
            && response.drag_delta() != Vec2::ZERO
        {
            edit(p, DragEdit::Target(i, within(frame, to)));
        } else if response.clicked_by(PointerButton::Primary)
            && let Some(at) = here.filter(|at| frame.picture_rect.contains(*at))
        {
            let at = frame.from_screen(at);
            edit(p, DragEdit::Add(DragArrow { at, target: at }));
        }
        if !response.dragged_by(PointerButton::Primary) {
            self.pulling = None;
        }
    }
}

#[track_caller]
fn edit(p: &mut Panel<'_>, edit: DragEdit) {
    p.actions.explore(ExploreEdit::Drag(edit));
}

/// A place on the picture, the nearest one of those.
fn within(frame: &CanvasFrame, at: Pos2) -> [f32; 2] {
    frame.from_screen(frame.picture_rect.clamp(at))
}

/// A point in the middle, its arrow an eighth of the picture to the right.
fn in_the_middle(state: &AppState) -> DragArrow {
    let size = state.generator().map_or([1, 1], |model| model.size);
    let longer = size[0].max(size[1]).max(1) as f32;
    let at = size.map(|side| side as f32 / longer / 2.0);
    // Beside those that are there.
    let shift = state.doc.explore.drag().points.len() as f32 * 0.04;
    let at = [at[0], (at[1] + shift).min(size[1] as f32 / longer)];
    DragArrow {
        at,
        target: [at[0] + 0.125, at[1]],
    }
}

/// What is going on, or what is missing.
fn words(state: &AppState) -> String {
    let size = state.generator().map_or([1, 1], |model| model.size);
    if let Some(run) = &state.drag.run {
        let waits = state
            .engine
            .jobs
            .iter()
            .any(|job| job.id == run.id && job.stage.is_none());
        return match (waits, to_go(&run.points, size)) {
            (true, _) => "Waiting for what was asked for before".to_owned(),
            (false, (_, left)) => format!("Step {}, {left:.1} px left", run.steps),
        };
    }
    let explore = &state.doc.explore;
    if let Some(last) = &state.drag.last
        && explore.current() == Some(&last.params)
    {
        return last.words();
    }
    match (
        explore.drag().points.len(),
        to_go(&explore.drag().points, size),
    ) {
        (0, _) => "Press on the picture to set a point, and pull its arrow".to_owned(),
        (_, (0, _)) => "Pull an arrow from a point to where it is to go".to_owned(),
        (1, (_, left)) => format!("1 point, {left:.0} px to go"),
        (count, (_, left)) => format!("{count} points, {left:.0} px to go"),
    }
}

/// A point and its target, to be moved and removed.
fn handles(ui: &mut Ui, p: &mut Panel<'_>, frame: &CanvasFrame, i: usize) {
    let Some(point) = p.state.doc.explore.drag().points.get(i).copied() else {
        return;
    };
    let grip = |ui: &mut Ui, name: &'static str, at: [f32; 2]| {
        let id = Id::unique(("drag", name, i));
        let area = Rect::from_center_size(frame.to_screen(at), Vec2::splat(GRIP));
        let response = ui.interact(area, id, Sense::click_and_drag());
        let label = format!("{name} {}", i + 1);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &label));
        response.on_hover_cursor(CursorIcon::Grab)
    };
    let own = grip(ui, "Drag point", point.at);
    // On top: where both lie at one place, the arrow is pulled out.
    let target = grip(ui, "Drag target", point.target);
    let size = p.state.generator().map_or([1, 1], |model| model.size);
    let moved = |ui: &Ui, response: &Response, from: [f32; 2]| -> Option<[f32; 2]> {
        if response.dragged_by(PointerButton::Primary) && response.drag_delta() != Vec2::ZERO {
            return response.interact_pointer_pos().map(|to| within(frame, to));
        }
        keys(ui, response).map(|by| nudged(from, by, size))
    };
    if let Some(at) = moved(ui, &own, point.at) {
        edit(p, DragEdit::Point(i, at));
    }
    if let Some(at) = moved(ui, &target, point.target) {
        edit(p, DragEdit::Target(i, at));
    }
    let removes = |response: &Response| {
        let deleted = || {
            ui.input_mut(|i| {
                let none = egui::Modifiers::NONE;
                i.consume_key(none, Key::Delete) || i.consume_key(none, Key::Backspace)
            })
        };
        response.secondary_clicked() || (response.has_focus() && deleted())
    };
    if removes(&own) || removes(&target) {
        edit(p, DragEdit::Remove(i));
    }
    let lit = [&own, &target].map(|r| r.hovered() || r.dragged() || r.has_focus());
    arrow(ui, p, frame, &point, lit);
}

/// Arrow keys while a handle has the keyboard, in pixels.
fn keys(ui: &Ui, response: &Response) -> Option<[f32; 2]> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    let by = ui.input(|i| {
        let step = STEP[usize::from(i.modifiers.shift)];
        let pressed = |more, less| (i.num_presses(more) as f32 - i.num_presses(less) as f32) * step;
        [
            pressed(Key::ArrowRight, Key::ArrowLeft),
            pressed(Key::ArrowDown, Key::ArrowUp),
        ]
    });
    (by != [0.0; 2]).then_some(by)
}

/// A place some pixels on, within the picture.
fn nudged(from: [f32; 2], by: [f32; 2], size: [u32; 2]) -> [f32; 2] {
    let longer = size[0].max(size[1]).max(1) as f32;
    [0, 1].map(|axis| {
        let most = size[axis] as f32 / longer;
        (from[axis] + by[axis] / longer).clamp(0.0, most)
    })
}

/// A point, its target and the way between them, light on dark, so that they show on any picture.
/// `lit`: the point or the target is in the hand.
fn arrow(ui: &Ui, p: &Panel<'_>, frame: &CanvasFrame, point: &DragArrow, lit: [bool; 2]) {
    let painter = ui.painter();
    let (from, to) = (frame.to_screen(point.at), frame.to_screen(point.target));
    let dark = Color32::from_black_alpha(150);
    let way = to - from;
    if way.length() > 12.0 {
        let along = way.normalized();
        // From rim to rim.
        let (start, end) = (from + along * 6.0, to - along * 7.0);
        let side = vec2(-along.y, along.x) * 4.5;
        let head = [end - along * 7.0 + side, end, end - along * 7.0 - side];
        for stroke in [Stroke::new(4.0, dark), Stroke::new(2.0, Color32::WHITE)] {
            painter.line_segment([start, end], stroke);
            painter.line(head.to_vec(), stroke);
        }
    }
    let radius = |lit: bool| if lit { 7.5 } else { 6.0 };
    painter.circle(
        to,
        radius(lit[1]),
        Color32::from_black_alpha(90),
        Stroke::new(4.0, dark),
    );
    painter.circle_stroke(to, radius(lit[1]), Stroke::new(2.0, Color32::WHITE));
    painter.circle(
        from,
        radius(lit[0]) - 1.0,
        *p.theme.accent,
        Stroke::new(4.0, dark),
    );
    painter.circle(
        from,
        radius(lit[0]) - 1.0,
        *p.theme.accent,
        Stroke::new(1.5, Color32::WHITE),
    );
}
