//! A line drawn around a part of the picture, and the part dragged elsewhere.

use egui::{Color32, CursorIcon, Key, Modifiers, Pos2, Shape, Stroke, Ui};

use crate::app::grow::edit::GrowEdit;
use crate::recipe::{GrowChange, GrowEdit as PartEdit, GrowPart, GrowPlacement};
use crate::ui::canvas::picture_view::CanvasFrame;
use crate::ui::panel::Panel;

/// Least distance between two corners, in fractions of the picture's longer side.
const STEP: f32 = 0.004;
/// Most corners: more are one picture's pixel apart.
const CORNERS: usize = 2000;

/// The line, and what is done with what lies in it; not part of the document.
#[derive(Debug, Default)]
pub struct Lasso {
    /// In fractions of the picture's longer side.
    corners: Vec<[f32; 2]>,
    hand: Hand,
    /// What is dragged stays where it was, too.
    pub copy: bool,
}

/// What the pointer does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Hand {
    #[default]
    Off,
    Drawing,
    Dragging {
        from: [f32; 2],
        to: [f32; 2],
    },
}

impl Lasso {
    /// What lies in the line, once it is closed.
    pub fn part(&self) -> Option<GrowPart> {
        let closed = self.hand != Hand::Drawing && self.corners.len() >= 3;
        closed.then(|| GrowPart::Lasso(self.corners.clone()))
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        self.corners.clear();
        self.hand = Hand::Off;
    }

    /// The pointer on the canvas, and the line; `longer` is the picture's longer side in pixels.
    pub fn on_canvas(&mut self, ui: &Ui, frame: &CanvasFrame, p: &mut Panel<'_>, longer: u32) {
        let escape = !ui.ctx().text_edit_focused()
            && !self.corners.is_empty()
            && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
        if escape {
            self.clear();
        }
        let down = ui.input(|i| i.pointer.primary_down());
        let here = frame.response.is_pointer_button_down_on() && down && !frame.panning;
        let at = frame.response.interact_pointer_pos();
        match (here, at) {
            (true, Some(pos)) => self.moves(frame.from_screen(pos)),
            _ => {
                if let Some(by) = self.release() {
                    let by = by.map(|share| (share * longer as f32).round() as i32);
                    self.put(by, longer, p);
                }
            }
        }
        self.paint(ui, frame);
        if !frame.panning && frame.response.hovered() {
            let over = frame.response.hover_pos().map(|pos| frame.from_screen(pos));
            let inside = over.is_some_and(|at| self.part().is_some() && self.holds(at));
            ui.ctx().set_cursor_icon(match inside {
                true => CursorIcon::Move,
                false => CursorIcon::Crosshair,
            });
        }
    }

    /// The pointer is down at a point.
    fn moves(&mut self, at: [f32; 2]) {
        match self.hand {
            Hand::Off if self.part().is_some() && self.holds(at) => {
                self.hand = Hand::Dragging { from: at, to: at };
            }
            Hand::Off => {
                self.corners = vec![at];
                self.hand = Hand::Drawing;
            }
            Hand::Drawing => {
                let far = |last: &[f32; 2]| (at[0] - last[0]).hypot(at[1] - last[1]) >= STEP;
                if self.corners.last().is_none_or(far) && self.corners.len() < CORNERS {
                    self.corners.push(at);
                }
            }
            Hand::Dragging { from, .. } => self.hand = Hand::Dragging { from, to: at },
        }
    }

    /// The pointer is up: how far the part was dragged, if it was.
    fn release(&mut self) -> Option<[f32; 2]> {
        match std::mem::take(&mut self.hand) {
            Hand::Off => None,
            Hand::Drawing => {
                if area(&self.corners) < STEP * STEP * 4.0 {
                    self.corners.clear();
                }
                None
            }
            Hand::Dragging { from, to } => Some([to[0] - from[0], to[1] - from[1]]),
        }
    }

    /// The part goes elsewhere, and the line with it.
    fn put(&mut self, by: [i32; 2], longer: u32, p: &mut Panel<'_>) {
        let Some(part) = self.part().filter(|_| by != [0, 0]) else {
            return;
        };
        let placement = GrowPlacement {
            by,
            scale: 1.0,
            flip: false,
        };
        let change = match self.copy {
            true => GrowChange::Copy(placement),
            false => GrowChange::Move(placement),
        };
        p.actions.grow(GrowEdit::AddEdit(PartEdit {
            part: Some(part),
            change,
        }));
        let by = by.map(|pixels| pixels as f32 / longer.max(1) as f32);
        for corner in &mut self.corners {
            *corner = [corner[0] + by[0], corner[1] + by[1]];
        }
    }

    /// Whether a point lies within the line (even-odd).
    fn holds(&self, [x, y]: [f32; 2]) -> bool {
        edges(&self.corners)
            .filter(|([ax, ay], [bx, by])| {
                (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
            })
            .count()
            % 2
            == 1
    }

    fn paint(&self, ui: &Ui, frame: &CanvasFrame) {
        let by = match self.hand {
            Hand::Dragging { from, to } => [to[0] - from[0], to[1] - from[1]],
            _ => [0.0; 2],
        };
        let moved = |by: [f32; 2]| -> Vec<Pos2> {
            let at = |[x, y]: [f32; 2]| frame.to_screen([x + by[0], y + by[1]]);
            let mut line: Vec<Pos2> = self.corners.iter().copied().map(at).collect();
            if self.hand != Hand::Drawing {
                line.extend(line.first().copied());
            }
            line
        };
        let dark = Stroke::new(2.5, Color32::from_black_alpha(150));
        let light = Stroke::new(1.3, Color32::WHITE);
        let painter = ui.painter();
        if by != [0.0; 2] {
            painter.add(Shape::line(moved([0.0; 2]), Stroke::new(1.0, light.color)));
        }
        let line = moved(by);
        painter.add(Shape::line(line.clone(), dark));
        painter.extend(Shape::dashed_line(&line, light, 5.0, 4.0));
    }
}

/// Each side of a closed line.
fn edges(corners: &[[f32; 2]]) -> impl Iterator<Item = ([f32; 2], [f32; 2])> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().copied().zip(next.copied())
}

/// What a closed line holds (Gauss's formula).
fn area(corners: &[[f32; 2]]) -> f32 {
    let sum: f32 = edges(corners)
        .map(|([ax, ay], [bx, by])| ax * by - bx * ay)
        .sum();
    sum.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Lasso {
        let mut lasso = Lasso::default();
        for at in [[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]] {
            lasso.moves(at);
        }
        assert_eq!(lasso.part(), None, "it is still drawn");
        assert_eq!(lasso.release(), None);
        lasso
    }

    #[test]
    fn what_lies_in_the_line_is_dragged_and_what_is_outside_begins_anew() {
        let mut lasso = square();
        assert!(lasso.part().is_some());
        assert!(lasso.holds([0.2, 0.2]) && !lasso.holds([0.4, 0.2]));
        lasso.moves([0.2, 0.2]);
        lasso.moves([0.25, 0.15]);
        let by = lasso.release().unwrap();
        assert!((by[0] - 0.05).abs() < 1e-6 && (by[1] + 0.05).abs() < 1e-6);
        lasso.moves([0.8, 0.8]);
        lasso.release();
        assert_eq!(lasso.part(), None, "a click alone holds nothing");
    }

    #[test]
    fn a_line_holds_what_a_square_does() {
        assert!((area(&square().corners) - 0.04).abs() < 1e-6);
        assert_eq!(area(&[]), 0.0);
    }
}
