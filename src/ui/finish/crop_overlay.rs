//! The handles of the crop on the canvas.

use egui::{CursorIcon, Id, Key, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::app::finish::state::FinishWork;
use crate::recipe::FinishSettings;
use crate::ui::canvas::picture_view::CanvasFrame;
use crate::ui::finish::crop::{HANDLES, Handle, dragged};
use crate::ui::finish::panel::FinishPanel;
use crate::ui::panel::Panel;

/// Side of the square in which a handle is caught.
const REACH: f32 = 22.0;
/// Step of the arrow keys, of the picture's side.
const STEP: f32 = 0.005;

/// Draws the veil outside, thirds inside and the handles.
pub(super) fn ui(
    ui: &mut Ui,
    frame: &CanvasFrame,
    p: &mut Panel<'_>,
    work: &FinishWork,
    panel: &mut FinishPanel,
) {
    let crop = work.settings.part();
    paint(ui, frame, p, crop);
    let aspect = panel.fractional_aspect(work);
    for (handle, name) in HANDLES {
        let new = one(ui, frame, p, crop, (handle, name), aspect);
        if let Some(new) = new.filter(|new| *new != crop) {
            let settings = FinishSettings {
                crop: Some(new),
                ..work.settings.clone()
            };
            panel.send(p, work, settings);
        }
    }
}

fn on_screen(frame: &CanvasFrame, [left, top, right, bottom]: [f32; 4]) -> Rect {
    let all = frame.picture_rect;
    let at = |x: f32, y: f32| all.min + vec2(x * all.width(), y * all.height());
    Rect::from_min_max(at(left, top), at(right, bottom))
}

fn paint(ui: &Ui, frame: &CanvasFrame, p: &Panel<'_>, crop: [f32; 4]) {
    let painter = ui.painter();
    let (all, rect) = (frame.picture_rect, on_screen(frame, crop));
    let veil = p.theme.canvas.gamma_multiply(0.72);
    for outside in [
        Rect::from_min_max(all.min, pos2(all.right(), rect.top())),
        Rect::from_min_max(pos2(all.left(), rect.bottom()), all.max),
        Rect::from_min_max(pos2(all.left(), rect.top()), rect.left_bottom()),
        Rect::from_min_max(rect.right_top(), pos2(all.right(), rect.bottom())),
    ] {
        painter.rect_filled(outside, 0.0, veil);
    }
    let thin = Stroke::new(1.0, egui::Color32::from_white_alpha(90));
    for third in [1.0 / 3.0, 2.0 / 3.0] {
        painter.vline(rect.left() + rect.width() * third, rect.y_range(), thin);
        painter.hline(rect.x_range(), rect.top() + rect.height() * third, thin);
    }
    let line = Stroke::new(1.5, egui::Color32::WHITE);
    painter.rect_stroke(rect, 0.0, line, egui::StrokeKind::Middle);
}

fn place(rect: Rect, handle: Handle) -> Pos2 {
    let at = |n: i8| f32::from(n + 1) / 2.0;
    rect.min + vec2(at(handle[0]) * rect.width(), at(handle[1]) * rect.height())
}

/// The crop after this handle was dragged or moved by keys.
fn one(
    ui: &mut Ui,
    frame: &CanvasFrame,
    p: &Panel<'_>,
    crop: [f32; 4],
    (handle, name): (Handle, &str),
    aspect: Option<f32>,
) -> Option<[f32; 4]> {
    let rect = on_screen(frame, crop);
    let middle = place(rect, handle);
    let area = match handle {
        [0, 0] => rect.shrink(REACH / 2.0),
        [0, _] => Rect::from_center_size(middle, vec2((rect.width() - REACH).max(8.0), REACH)),
        [_, 0] => Rect::from_center_size(middle, vec2(REACH, (rect.height() - REACH).max(8.0))),
        _ => Rect::from_center_size(middle, vec2(REACH, REACH)),
    };
    let id = Id::unique(("finish crop", handle));
    let response = ui.interact(area, id, Sense::drag() | Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    let response = response.on_hover_cursor(cursor(handle));
    if handle != [0, 0] {
        let active = response.hovered() || response.dragged() || response.has_focus();
        let size = if active { 11.0 } else { 8.0 };
        let color = match active {
            true => *p.theme.accent,
            false => egui::Color32::WHITE,
        };
        let square = Rect::from_center_size(middle, vec2(size, size));
        ui.painter().rect_filled(square, 2.0, color);
    } else if response.has_focus() {
        let line = Stroke::new(2.0, *p.theme.accent);
        ui.painter()
            .rect_stroke(rect, 0.0, line, egui::StrokeKind::Outside);
    }
    let by = keys(ui, &response, id).unwrap_or_else(|| {
        let delta = response.drag_delta();
        let all = frame.picture_rect.size().max(vec2(1.0, 1.0));
        [delta.x / all.x, delta.y / all.y]
    });
    (by != [0.0, 0.0]).then(|| dragged(crop, handle, by, aspect))
}

/// Arrow keys while a handle has the keyboard; ten times as far with Shift.
fn keys(ui: &Ui, response: &egui::Response, id: Id) -> Option<[f32; 2]> {
    if !response.has_focus() {
        return None;
    }
    ui.memory_mut(|m| {
        m.set_focus_lock_filter(
            id,
            egui::EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..Default::default()
            },
        );
    });
    let step = |i: &egui::InputState, more, less| {
        let far = if i.modifiers.shift { 10.0 } else { 1.0 };
        (i.num_presses(more) as f32 - i.num_presses(less) as f32) * STEP * far
    };
    let by = ui.input(|i| {
        [
            step(i, Key::ArrowRight, Key::ArrowLeft),
            step(i, Key::ArrowDown, Key::ArrowUp),
        ]
    });
    (by != [0.0, 0.0]).then_some(by)
}

fn cursor(handle: Handle) -> CursorIcon {
    match handle {
        [0, 0] => CursorIcon::Move,
        [0, _] => CursorIcon::ResizeVertical,
        [_, 0] => CursorIcon::ResizeHorizontal,
        [x, y] if x == y => CursorIcon::ResizeNwSe,
        _ => CursorIcon::ResizeNeSw,
    }
}
