//! The line between before and after: dragged, or moved with the arrow keys.

use egui::{Color32, EventFilter, Id, Key, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::action::ViewEdit;
use crate::app::view::{CanvasView, Workspace};
use crate::ui::canvas::picture_view::{CanvasFrame, tag};
use crate::ui::panel::Panel;

/// How far from the line it can be taken.
const REACH: f32 = 10.0;
/// A press of an arrow key, as a share of the width; Shift makes it five times.
const STEP: f32 = 0.02;

/// Draws the line and follows the hand.
pub fn show(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    frame: &CanvasFrame,
    workspace: Workspace,
    view: CanvasView,
) {
    let r = frame.picture_rect;
    let x = r.left() + view.divider * r.width();
    let seen = r.intersect(frame.rect);
    let strip = Rect::from_x_y_ranges(x - REACH..=x + REACH, seen.y_range());
    let id = Id::unique(("split divider", workspace));
    let response = ui
        .interact(strip.intersect(frame.rect), id, Sense::click_and_drag())
        .on_hover_cursor(egui::CursorIcon::ResizeHorizontal)
        .on_hover_text("Drag, or use the arrow keys; double-click for the middle");
    if response.drag_started() || response.clicked() {
        response.request_focus();
    }
    response.widget_info(|| {
        WidgetInfo::slider(ui.is_enabled(), f64::from(view.divider), "Before and after")
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        use egui::accesskit::Action;
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_numeric_value_step(f64::from(STEP));
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    let dragged = response.dragged().then(|| response.interact_pointer_pos());
    let wanted = match dragged.flatten() {
        Some(pointer) => Some((pointer.x - r.left()) / r.width().max(1.0)),
        None if response.double_clicked() => Some(CanvasView::default().divider),
        None => {
            by_keys(ui, &response, view.divider).or_else(|| by_request(ui, &response, view.divider))
        }
    };
    if let Some(divider) = wanted.map(|d| d.clamp(0.0, 1.0))
        && divider != view.divider
    {
        let view = CanvasView { divider, ..view };
        panel.actions.view(ViewEdit::Canvas(workspace, view));
    }
    paint(ui, panel, &response, seen, x);
}

fn by_keys(ui: &Ui, response: &Response, divider: f32) -> Option<f32> {
    if !response.has_focus() {
        return None;
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
        let step = STEP * if i.modifiers.shift { 5.0 } else { 1.0 };
        let steps = i.num_presses(Key::ArrowRight) as f32 - i.num_presses(Key::ArrowLeft) as f32;
        if i.key_pressed(Key::Home) {
            Some(0.0)
        } else if i.key_pressed(Key::End) {
            Some(1.0)
        } else if i.key_pressed(Key::Delete) || i.key_pressed(Key::Backspace) {
            Some(CanvasView::default().divider)
        } else {
            (steps != 0.0).then_some(divider + steps * step)
        }
    })
}

/// What assistive technology asks for.
fn by_request(ui: &Ui, response: &Response, divider: f32) -> Option<f32> {
    use egui::accesskit::{Action, ActionData};
    ui.input(|i| {
        let steps = i.num_accesskit_action_requests(response.id, Action::Increment) as f32
            - i.num_accesskit_action_requests(response.id, Action::Decrement) as f32;
        i.accesskit_action_requests(response.id, Action::SetValue)
            .find_map(|request| match request.data {
                Some(ActionData::NumericValue(v)) => Some(v as f32),
                _ => None,
            })
            .or((steps != 0.0).then_some(divider + steps * STEP))
    })
}

fn paint(ui: &Ui, panel: &Panel<'_>, response: &Response, seen: Rect, x: f32) {
    let painter = ui.painter();
    let shade = egui::Stroke::new(2.0, Color32::from_black_alpha(90));
    painter.vline(x, seen.y_range(), shade);
    painter.vline(x, seen.y_range(), egui::Stroke::new(1.0, Color32::WHITE));
    let grip = pos2(x, seen.center().y);
    let ring = match response.has_focus() {
        true => ui.visuals().selection.stroke,
        false => egui::Stroke::new(1.5, Color32::WHITE),
    };
    let radius = if response.has_focus() { 11.0 } else { 9.0 };
    painter.circle(grip, radius, *panel.theme.panel, ring);
    let stroke = egui::Stroke::new(1.5, *panel.theme.text_strong);
    for side in [-1.0, 1.0] {
        let tip = grip + vec2(5.0 * side, 0.0);
        painter.line_segment([tip, tip + vec2(-2.5 * side, -2.5)], stroke);
        painter.line_segment([tip, tip + vec2(-2.5 * side, 2.5)], stroke);
    }
    let top = seen.top() + 8.0;
    let corner = pos2(seen.left() + 8.0, top);
    tag(ui, panel, corner, egui::Align2::LEFT_TOP, "Before");
    let corner = pos2(seen.right() - 8.0, top);
    tag(ui, panel, corner, egui::Align2::RIGHT_TOP, "After");
}
