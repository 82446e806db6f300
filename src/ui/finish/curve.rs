//! The tone curve: points that are dragged, added with a click, taken away with a double click.

use egui::{Id, Key, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::finish::Curve;
use crate::recipe::ranges::CURVE_POINTS;
use crate::ui::theme::Theme;

/// Height of the field.
const HEIGHT: f32 = 170.0;
/// Least distance of two points along the input.
const GAP: f32 = 0.01;
/// Side of the square in which a point is caught.
const REACH: f32 = 16.0;
/// Step of the arrow keys.
const STEP: f32 = 0.01;

/// Draws the curve; the new points, if they changed. No points at all are the straight line.
pub(super) fn ui(ui: &mut Ui, theme: &Theme, points: &[[f32; 2]]) -> Option<Vec<[f32; 2]>> {
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let response = response.on_hover_text(
        "Click to add a point, drag it, double-click to take it away; dark on the left, light on the right",
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Group, ui.is_enabled(), "Tone curve"));
    let field = rect.shrink(6.0);
    let straight = [[0.0, 0.0], [1.0, 1.0]];
    let mut now: Vec<[f32; 2]> = match points {
        [] => straight.to_vec(),
        points => points.to_vec(),
    };
    paint(ui, theme, rect, field, &now);
    let mut changed = false;
    let mut away = None;
    for at in 0..now.len() {
        match point(ui, theme, field, &now, at) {
            Some(Moved::To(place)) => {
                now[at] = place;
                changed = true;
            }
            Some(Moved::Away) => away = Some(at),
            None => {}
        }
    }
    if let Some(at) = away.filter(|_| now.len() > 2) {
        now.remove(at);
        changed = true;
    } else if response.clicked()
        && let Some(pos) = response.interact_pointer_pos()
        && now.len() < CURVE_POINTS
    {
        changed |= add(&mut now, place_of(field, pos));
    }
    changed.then(|| match now == straight {
        true => Vec::new(),
        false => now,
    })
}

enum Moved {
    To([f32; 2]),
    Away,
}

fn on_screen(field: Rect, [x, y]: [f32; 2]) -> Pos2 {
    pos2(
        field.left() + x * field.width(),
        field.bottom() - y * field.height(),
    )
}

fn place_of(field: Rect, pos: Pos2) -> [f32; 2] {
    [
        ((pos.x - field.left()) / field.width()).clamp(0.0, 1.0),
        ((field.bottom() - pos.y) / field.height()).clamp(0.0, 1.0),
    ]
}

/// A new point where none is near.
fn add(points: &mut Vec<[f32; 2]>, place: [f32; 2]) -> bool {
    if points.iter().any(|p| (p[0] - place[0]).abs() < GAP) {
        return false;
    }
    let at = points.partition_point(|p| p[0] < place[0]);
    points.insert(at, place);
    true
}

/// Between its neighbours.
fn kept_between(points: &[[f32; 2]], at: usize, [x, y]: [f32; 2]) -> [f32; 2] {
    let least = at.checked_sub(1).map_or(0.0, |n| points[n][0] + GAP);
    let most = points.get(at + 1).map_or(1.0, |p| p[0] - GAP);
    [x.clamp(least, most.max(least)), y.clamp(0.0, 1.0)]
}

fn point(ui: &Ui, theme: &Theme, field: Rect, points: &[[f32; 2]], at: usize) -> Option<Moved> {
    let pos = on_screen(field, points[at]);
    let id = Id::unique(("curve point", at));
    let area = Rect::from_center_size(pos, vec2(REACH, REACH));
    let response = ui.interact(area, id, Sense::click_and_drag());
    let name = format!("Curve point {}", at + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name.clone()));
    let active = response.hovered() || response.dragged() || response.has_focus();
    let color = match active {
        true => *theme.accent,
        false => *theme.text_strong,
    };
    ui.painter()
        .circle(pos, 4.5, color, Stroke::new(1.5, *theme.panel));
    if response.has_focus() {
        let ring = Stroke::new(1.0, *theme.accent);
        ui.painter().circle_stroke(pos, 7.5, ring);
    }
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    if response.double_clicked() {
        return Some(Moved::Away);
    }
    if response.dragged()
        && let Some(pos) = response.interact_pointer_pos()
    {
        let to = kept_between(points, at, place_of(field, pos));
        return (to != points[at]).then_some(Moved::To(to));
    }
    keys(ui, &response, id, points, at)
}

/// Arrow keys move the point that has the keyboard, Delete takes it away.
fn keys(
    ui: &Ui,
    response: &egui::Response,
    id: Id,
    points: &[[f32; 2]],
    at: usize,
) -> Option<Moved> {
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
    let (by, gone) = ui.input(|i| {
        let presses = |more, less| i.num_presses(more) as f32 - i.num_presses(less) as f32;
        let by = [
            presses(Key::ArrowRight, Key::ArrowLeft) * STEP,
            presses(Key::ArrowUp, Key::ArrowDown) * STEP,
        ];
        let gone = i.key_pressed(Key::Delete) || i.key_pressed(Key::Backspace);
        (by, gone)
    });
    if gone {
        return Some(Moved::Away);
    }
    let [x, y] = points[at];
    let to = kept_between(points, at, [x + by[0], y + by[1]]);
    (by != [0.0, 0.0] && to != points[at]).then_some(Moved::To(to))
}

fn paint(ui: &Ui, theme: &Theme, rect: Rect, field: Rect, points: &[[f32; 2]]) {
    let painter = ui.painter();
    painter.rect_filled(rect, 5.0, *theme.field);
    let thin = Stroke::new(1.0, *theme.line);
    for n in 1..4 {
        let part = n as f32 / 4.0;
        painter.vline(field.left() + part * field.width(), field.y_range(), thin);
        painter.hline(field.x_range(), field.top() + part * field.height(), thin);
    }
    painter.line_segment([field.left_bottom(), field.right_top()], thin);
    let Some(curve) = Curve::new(points) else {
        return;
    };
    let steps = 96;
    let line = (0..=steps).map(|n| {
        let x = n as f32 / steps as f32;
        on_screen(field, [x, curve.at(f64::from(x)) as f32])
    });
    let stroke = Stroke::new(2.0, *theme.accent);
    painter.add(egui::Shape::line(line.collect(), stroke));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stay_in_their_order() {
        let mut points = vec![[0.0, 0.0], [1.0, 1.0]];
        assert!(add(&mut points, [0.5, 0.7]));
        assert!(!add(&mut points, [0.502, 0.1]));
        assert_eq!(points, [[0.0, 0.0], [0.5, 0.7], [1.0, 1.0]]);
        assert_eq!(kept_between(&points, 1, [2.0, 2.0]), [0.99, 1.0]);
        assert_eq!(kept_between(&points, 0, [0.9, -1.0]), [0.49, 0.0]);
    }
}
