//! The line between before and after on a split canvas: dragged, moved with keys and
//! told to assistive technology.

use egui::{Align2, Color32, EventFilter, Id, Key, Rect, Response, Sense, Stroke, Ui, WidgetInfo};
use egui::{pos2, vec2};

use super::canvas::tag;
use super::panel::Panel;

/// Half the width of the strip that can be taken hold of.
const REACH: f32 = 10.0;
/// Step of the arrow keys; ten times that with Shift.
const STEP: f32 = 0.01;

/// The name that assistive technology reads.
const NAME: &str = "Line between before and after";

/// The divider over `picture`, the rectangle of the whole picture on screen. Returns
/// its new place (a share of the picture's width) and whether the hand is on it.
pub fn move_it(ui: &Ui, id: Id, picture: Rect, canvas: Rect, at: f32) -> (f32, Response) {
    let x = picture.left() + at * picture.width();
    let strip = Rect::from_center_size(
        pos2(x, picture.center().y),
        vec2(2.0 * REACH, picture.height()),
    );
    let id = id.with("divider");
    let response = ui.interact(strip.intersect(canvas), id, Sense::click_and_drag());
    if response.drag_started() || response.clicked() {
        response.request_focus();
    }
    let mut to = at;
    if response.dragged_by(egui::PointerButton::Primary)
        && let Some(pointer) = response.interact_pointer_pos()
    {
        to = (pointer.x - picture.left()) / picture.width().max(1.0);
    }
    if response.double_clicked() {
        to = 0.5;
    }
    let to = steps(ui, &response, to).clamp(0.0, 1.0);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(to * 100.0), NAME));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        use egui::accesskit::Action;
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        node.set_numeric_value_step(f64::from(STEP * 100.0));
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
    let response =
        response.on_hover_text("Drag, or take the arrow keys; double-click for the middle");
    (to, response)
}

/// Arrow keys, Home and End while the divider has the focus; requests of assistive
/// technology.
fn steps(ui: &Ui, response: &Response, at: f32) -> f32 {
    use egui::accesskit::{Action, ActionData};
    let asked = ui.input(|i| {
        let steps = i.num_accesskit_action_requests(response.id, Action::Increment) as f32
            - i.num_accesskit_action_requests(response.id, Action::Decrement) as f32;
        i.accesskit_action_requests(response.id, Action::SetValue)
            .find_map(|request| match request.data {
                Some(ActionData::NumericValue(v)) => Some(v as f32 / 100.0),
                _ => None,
            })
            .unwrap_or(at + steps * STEP)
    });
    if !response.has_focus() {
        return asked;
    }
    ui.memory_mut(|m| {
        m.set_focus_lock_filter(
            response.id,
            EventFilter {
                horizontal_arrows: true,
                ..Default::default()
            },
        );
    });
    ui.input(|i| {
        let wide = if i.modifiers.shift { 10.0 } else { 1.0 };
        let presses = i.num_presses(Key::ArrowRight) as f32 - i.num_presses(Key::ArrowLeft) as f32;
        if i.key_pressed(Key::Home) {
            0.0
        } else if i.key_pressed(Key::End) {
            1.0
        } else {
            asked + presses * STEP * wide
        }
    })
}

/// Draws the line, its grip and the two names.
pub fn paint(ui: &Ui, panel: &Panel<'_>, picture: Rect, canvas: Rect, at: f32, focus: bool) {
    let painter = ui.painter();
    let seen = picture.intersect(canvas);
    let x = picture.left() + at * picture.width();
    let dark = Stroke::new(2.0, Color32::from_black_alpha(90));
    painter.vline(x, seen.y_range(), dark);
    let (line, edge) = if focus {
        (*panel.theme.accent, 2.5)
    } else {
        (Color32::WHITE, 1.5)
    };
    painter.vline(x, seen.y_range(), Stroke::new(1.0, line));
    let grip = pos2(x, seen.center().y);
    painter.circle(grip, 9.0, *panel.theme.panel, Stroke::new(edge, line));
    let stroke = Stroke::new(1.5, *panel.theme.text_strong);
    for side in [-1.0, 1.0] {
        let tip = grip + vec2(5.0 * side, 0.0);
        painter.line_segment([tip, tip + vec2(-2.5 * side, -2.5)], stroke);
        painter.line_segment([tip, tip + vec2(-2.5 * side, 2.5)], stroke);
    }
    let (left, right) = (seen.left_top(), seen.right_top());
    tag(ui, panel, left + vec2(8.0, 8.0), Align2::LEFT_TOP, "Before");
    tag(
        ui,
        panel,
        right + vec2(-8.0, 8.0),
        Align2::RIGHT_TOP,
        "After",
    );
}
