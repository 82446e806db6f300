//! A line drawn around a part of the picture, and the part dragged elsewhere, made larger or smaller
//! by the corners of what surrounds it, flipped and turned.

use egui::{Color32, CursorIcon, Key, Modifiers, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, vec2};

use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::GrowEdit;
use crate::app::grow::sketch;
use crate::recipe::{GrowChange, GrowEdit as PartEdit, GrowPart, GrowPlacement, ranges};
use crate::ui::canvas::picture_view::CanvasFrame;
use crate::ui::grow::outline::{Outline, area};
use crate::ui::panel::Panel;

/// Least distance between two corners, in fractions of the picture's longer side.
const STEP: f32 = 0.004;
/// Most corners: more are one picture's pixel apart.
const CORNERS: usize = 2000;
/// Side of a handle in points.
const HANDLE: f32 = 9.0;

/// The line, and what is done with what lies in it; not part of the document.
#[derive(Debug, Default)]
pub struct Lasso {
    /// Around the part where it was first, in fractions of the picture's longer side.
    corners: Vec<[f32; 2]>,
    /// The edit that puts the part elsewhere.
    bound: Option<usize>,
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
    /// A handle, from the middle's distance to another.
    Sizing {
        from: f32,
        to: f32,
    },
}

impl Lasso {
    /// What lies in the line where it is seen, once it is closed.
    pub fn part(&self, doc: &GrowDoc, longer: u32) -> Option<GrowPart> {
        self.is_closed().then(|| {
            let shown = self.outline(doc, longer);
            GrowPart::Lasso(shown.corners())
        })
    }

    /// The edit that put the part where it is, and how; nothing before there is one.
    pub fn placed(&self, doc: &GrowDoc) -> Option<(usize, GrowPlacement)> {
        let at = self.bound?;
        let edit = doc.edits.get(at)?;
        let own = matches!(&edit.part, Some(GrowPart::Lasso(corners)) if *corners == self.corners);
        let placement = sketch::placement(edit).filter(|_| own)?;
        Some((at, placement))
    }

    /// Takes the part of an edit into the hand.
    pub fn take(&mut self, doc: &GrowDoc, at: usize) {
        let edit = doc.edits.get(at);
        if let Some(PartEdit {
            part: Some(GrowPart::Lasso(corners)),
            ..
        }) = edit
        {
            self.corners.clone_from(corners);
            self.bound = Some(at);
            self.hand = Hand::Off;
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        self.corners.clear();
        self.bound = None;
        self.hand = Hand::Off;
    }

    /// The part as it is placed now; what isn't moved or copied yet becomes that. `longer` is the
    /// picture's longer side in pixels.
    pub fn place(&mut self, placement: GrowPlacement, longer: u32, p: &mut Panel<'_>) {
        let doc = &p.state.doc.grow;
        if let Some((at, now)) = self.placed(doc) {
            if now != placement {
                p.actions.grow(GrowEdit::Place(at, placement));
            }
        } else if placement != GrowPlacement::AS_IT_IS {
            self.add(placement, longer, p);
        }
    }

    fn is_closed(&self) -> bool {
        self.hand != Hand::Drawing && self.corners.len() >= 3
    }

    fn outline(&self, doc: &GrowDoc, longer: u32) -> Outline<'_> {
        let placed = self.placed(doc);
        let placement = placed.map_or(GrowPlacement::AS_IT_IS, |(_, placement)| placement);
        Outline::new(&self.corners, placement, longer)
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
            (true, Some(pos)) => self.moves(frame, pos, &p.state.doc.grow, longer),
            _ => self.release(longer, p),
        }
        let shown = self.outline(&p.state.doc.grow, longer).with(self.in_hand());
        self.paint(ui, frame, &shown);
        if !frame.panning && frame.response.hovered() {
            let over = frame.response.hover_pos();
            ui.ctx().set_cursor_icon(match over {
                Some(at) if self.handle(frame, at, &shown) => CursorIcon::ResizeNwSe,
                Some(at) if self.is_closed() && shown.holds(frame.from_screen(at)) => {
                    CursorIcon::Move
                }
                _ => CursorIcon::Crosshair,
            });
        }
    }

    /// What the hand changes: pixels by shares of the longer side, and times as large.
    fn in_hand(&self) -> ([f32; 2], f32) {
        match self.hand {
            Hand::Off | Hand::Drawing => ([0.0; 2], 1.0),
            Hand::Dragging { from, to } => ([to[0] - from[0], to[1] - from[1]], 1.0),
            Hand::Sizing { from, to } => ([0.0; 2], to / from.max(1e-4)),
        }
    }

    /// Whether a point of the screen is on a handle.
    fn handle(&self, frame: &CanvasFrame, at: Pos2, shown: &Outline<'_>) -> bool {
        self.is_closed()
            && handles(frame, shown)
                .iter()
                .any(|handle| handle.expand(3.0).contains(at))
    }

    /// The pointer is down at a point.
    fn moves(&mut self, frame: &CanvasFrame, pos: Pos2, doc: &GrowDoc, longer: u32) {
        let at = frame.from_screen(pos);
        let shown = self.outline(doc, longer);
        match self.hand {
            Hand::Off if self.handle(frame, pos, &shown) => {
                let far = distance(at, shown.middle());
                self.hand = Hand::Sizing { from: far, to: far };
            }
            Hand::Off if self.is_closed() && shown.holds(at) => {
                self.hand = Hand::Dragging { from: at, to: at };
            }
            Hand::Sizing { from, .. } => {
                let to = distance(at, shown.middle());
                self.hand = Hand::Sizing { from, to };
            }
            Hand::Dragging { from, .. } => self.hand = Hand::Dragging { from, to: at },
            Hand::Off | Hand::Drawing => self.draw(at),
        }
    }

    /// The line goes on, or begins.
    fn draw(&mut self, at: [f32; 2]) {
        if self.hand != Hand::Drawing {
            self.clear();
            self.hand = Hand::Drawing;
        }
        let far = |last: &[f32; 2]| distance(at, *last) >= STEP;
        if self.corners.last().is_none_or(far) && self.corners.len() < CORNERS {
            self.corners.push(at);
        }
    }

    /// The pointer is up: the part is where it was dragged, and as large.
    fn release(&mut self, longer: u32, p: &mut Panel<'_>) {
        let (by, times) = self.in_hand();
        let by = by.map(|share| (share * longer as f32).round() as i32);
        match std::mem::take(&mut self.hand) {
            Hand::Off => {}
            Hand::Drawing => {
                if area(&self.corners) < STEP * STEP * 4.0 {
                    self.clear();
                }
            }
            Hand::Dragging { .. } if by == [0; 2] => {}
            Hand::Dragging { .. } | Hand::Sizing { .. } => {
                let now = self.placed(&p.state.doc.grow).map(|(_, now)| now);
                let fresh = self.copy && by != [0; 2];
                let now = now.filter(|_| !fresh).unwrap_or(GrowPlacement::AS_IT_IS);
                let to = GrowPlacement {
                    by: [0, 1].map(|i| now.by[i].saturating_add(by[i])),
                    scale: ranges::PART_SCALE.nearest(now.scale * times),
                    ..now
                };
                match fresh {
                    // One more, from where this one is.
                    true => self.add(to, longer, p),
                    false => self.place(to, longer, p),
                }
            }
        }
    }

    /// One more edit, of what lies in the line where it is seen.
    fn add(&mut self, placement: GrowPlacement, longer: u32, p: &mut Panel<'_>) {
        let doc = &p.state.doc.grow;
        let Some(part) = self.part(doc, longer) else {
            return;
        };
        let at = doc.edits.len();
        if let GrowPart::Lasso(corners) = &part {
            self.corners.clone_from(corners);
        }
        self.bound = Some(at);
        let change = match self.copy {
            true => GrowChange::Copy(placement),
            false => GrowChange::Move(placement),
        };
        p.actions.grow(GrowEdit::AddEdit(PartEdit {
            part: Some(part),
            change,
        }));
    }

    fn paint(&self, ui: &Ui, frame: &CanvasFrame, shown: &Outline<'_>) {
        let dark = Stroke::new(2.5, Color32::from_black_alpha(150));
        let light = Stroke::new(1.3, Color32::WHITE);
        let painter = ui.painter();
        let drawing = self.hand == Hand::Drawing;
        let line = |corners: &[[f32; 2]]| -> Vec<Pos2> {
            let mut line: Vec<Pos2> = corners.iter().map(|c| frame.to_screen(*c)).collect();
            if !drawing {
                line.extend(line.first().copied());
            }
            line
        };
        if shown.is_elsewhere() {
            let was = line(&self.corners);
            painter.add(Shape::line(was, Stroke::new(1.0, light.color)));
        }
        let here = line(&shown.corners());
        painter.add(Shape::line(here.clone(), dark));
        painter.extend(Shape::dashed_line(&here, light, 5.0, 4.0));
        if self.is_closed() {
            for handle in handles(frame, shown) {
                painter.rect(
                    handle,
                    2.0,
                    Color32::WHITE,
                    Stroke::new(1.5, Color32::from_black_alpha(190)),
                    StrokeKind::Outside,
                );
            }
        }
    }
}

/// The corners of what surrounds a part.
fn handles(frame: &CanvasFrame, shown: &Outline<'_>) -> [Rect; 4] {
    let [low, high] = shown.bounds();
    [
        [low[0], low[1]],
        [high[0], low[1]],
        [high[0], high[1]],
        [low[0], high[1]],
    ]
    .map(|at| Rect::from_center_size(frame.to_screen(at), vec2(HANDLE, HANDLE)))
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}
