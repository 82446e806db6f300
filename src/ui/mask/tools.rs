//! Painting a mask on the canvas: the tool bar, the keys and the pointer.

use egui::{
    Button, Color32, Event, Key, Modifiers, PointerButton, Pos2, Rect, Stroke, Ui, pos2, vec2,
};

use crate::recipe::{Mask, MaskShape};
use crate::ui::canvas::picture_view::CanvasFrame;
use crate::ui::mask::overlay::{MaskOverlay, SettledMask};
use crate::ui::mask::paint::{MaskPainter, MaskTool, RADIUS};
use crate::ui::mask::target::{MaskEdit, MaskTarget};
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::slider::Slider;

/// Room that tools and sliders need to share a row.
const TOOLS_AND_SLIDERS: f32 = 400.0;

/// A mask that is being painted; not part of the document.
#[derive(Default)]
pub struct MaskTools {
    /// Whose mask it is.
    target: Option<MaskTarget>,
    painter: MaskPainter,
    overlay: MaskOverlay,
    hidden: bool,
    /// The shape in the hand, as it was laid onto the mask last, and how many shapes
    /// lie below it.
    laid: Option<(MaskShape, usize)>,
}

impl MaskTools {
    /// Whose mask is being painted, while that is there.
    pub fn target(&self, p: &Panel<'_>) -> Option<MaskTarget> {
        self.target.filter(|target| target.is_there(p.state))
    }

    /// The style whose mask is being painted, while there is such a style.
    pub fn style(&self, p: &Panel<'_>) -> Option<usize> {
        match self.target(p)? {
            MaskTarget::Style(at) => Some(at),
            MaskTarget::Lens | MaskTarget::Grow | MaskTarget::GrowOther(_) | MaskTarget::Drag => {
                None
            }
        }
    }

    /// Starts on a mask, or stops.
    pub fn edit(&mut self, target: Option<MaskTarget>) {
        self.painter.cancel();
        self.target = target;
    }

    /// The tool bar above the canvas; nothing while no mask is painted.
    pub fn bar(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let Some(at) = self.target(p) else {
            self.target = None;
            return;
        };
        let state = p.state;
        let mask = at.mask(state);
        self.keys(ui, p, at, mask);
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui
                    .button("Done")
                    .on_hover_text("Stop painting (Esc)")
                    .clicked()
                {
                    self.edit(None);
                }
                self.mask_buttons(ui, p, at, mask);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let title = egui::RichText::new(at.title(state)).strong();
                    ui.add(egui::Label::new(title).truncate());
                });
            });
        });
        let wide = ui.available_width() > TOOLS_AND_SLIDERS;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for tool in MaskTool::ALL {
                let button = IconButton::new(icon(tool), tool.name())
                    .tooltip(tool.help())
                    .selected(self.painter.tool == tool);
                if button.show(ui, &p.theme).clicked() {
                    self.painter.tool = tool;
                }
            }
            if wide {
                ui.add_space(12.0);
                self.sliders(ui, &p.theme);
            }
        });
        if !wide {
            self.size(ui, &p.theme);
            self.feather(ui, &p.theme);
        }
    }

    /// Size and softness beside the tools.
    fn sliders(&mut self, ui: &mut Ui, theme: &crate::ui::theme::Theme) {
        let gaps = 8.0 + 3.0 * ui.spacing().item_spacing.x;
        let width = ((ui.available_width() - gaps) / 2.0).clamp(120.0, 300.0);
        let size = vec2(width, ui.available_height());
        ui.allocate_ui(size, |ui| self.size(ui, theme));
        ui.add_space(8.0);
        ui.allocate_ui(size, |ui| self.feather(ui, theme));
    }

    /// The brush's size, in percent.
    fn size(&mut self, ui: &mut Ui, theme: &crate::ui::theme::Theme) {
        let percent = |v: f32| v * 100.0;
        let range = percent(*RADIUS.start())..=percent(*RADIUS.end());
        let standard = percent(MaskPainter::default().radius);
        let moved = Slider::new("Size", percent(self.painter.radius), range, standard)
            .logarithmic()
            .decimals(1)
            .name_width(34.0)
            .tooltip("Half the width of the brush, in percent of the photo ([ and ] keys)")
            .show(ui, theme);
        if let Some(size) = moved.changed {
            self.painter.radius = (size / 100.0).clamp(*RADIUS.start(), *RADIUS.end());
        }
    }

    /// Its softness, in percent.
    fn feather(&mut self, ui: &mut Ui, theme: &crate::ui::theme::Theme) {
        let percent = |v: f32| v * 100.0;
        let standard = percent(MaskPainter::default().feather);
        let now = percent(self.painter.feather);
        let moved = Slider::new("Feather", now, 0.0..=100.0, standard)
            .decimals(0)
            .name_width(54.0)
            .tooltip("How soft the edge is, in percent of the brush")
            .show(ui, theme);
        if let Some(feather) = moved.changed {
            self.painter.feather = feather / 100.0;
        }
    }

    /// From the right to the left.
    fn mask_buttons(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        at: MaskTarget,
        mask: Option<&Mask>,
    ) {
        let mut shown = !self.hidden;
        if ui
            .checkbox(&mut shown, "Show mask")
            .on_hover_text("Show the mask as a red overlay (M)")
            .changed()
        {
            self.hidden = !shown;
        }
        let clear = ui
            .add_enabled(mask.is_some(), Button::new("Clear"))
            .on_hover_text(match at {
                MaskTarget::Grow => "Take everything painted away",
                MaskTarget::Drag => "Remove the mask: everything may move",
                MaskTarget::GrowOther(_) => "Remove the mask: its patches go everywhere",
                _ => "Remove the mask: the effect applies everywhere",
            });
        if clear.clicked() {
            at.send(p, MaskEdit::Set(None));
        }
        let invert = Button::selectable(mask.is_some_and(|m| m.invert), "Invert");
        if ui
            .add(invert)
            .on_hover_text("Swap inside and outside (X)")
            .clicked()
        {
            at.send(p, MaskEdit::Set(Some(inverted(mask))));
        }
    }

    fn keys(&mut self, ui: &Ui, p: &mut Panel<'_>, at: MaskTarget, mask: Option<&Mask>) {
        if ui.ctx().text_edit_focused() {
            return;
        }
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        let tools = [
            (Key::P, MaskTool::Brush),
            (Key::E, MaskTool::Eraser),
            (Key::L, MaskTool::Linear),
            (Key::O, MaskTool::Radial),
        ];
        for (key, tool) in tools {
            if pressed(key) {
                self.painter.tool = tool;
            }
        }
        if pressed(Key::OpenBracket) {
            self.painter.resize(false);
        }
        if pressed(Key::CloseBracket) {
            self.painter.resize(true);
        }
        if pressed(Key::M) {
            self.hidden = !self.hidden;
        }
        if pressed(Key::X) {
            at.send(p, MaskEdit::Set(Some(inverted(mask))));
        }
        if pressed(Key::Escape) {
            if self.painter.is_drawing() {
                self.painter.cancel();
                if let Some((shape, _)) = self.laid.take() {
                    at.send(p, MaskEdit::Drop(shape));
                }
            } else {
                self.edit(None);
            }
        }
    }

    /// The pointer on the canvas, and the veil.
    pub fn on_canvas(&mut self, ui: &Ui, frame: &CanvasFrame, p: &mut Panel<'_>) {
        let Some(at) = self.target(p) else {
            return;
        };
        let photo = at.photo_size(p.state);
        self.follow(ui, frame, p, at);
        let pending = self.painter.pending();
        let mask = at.mask(p.state);
        if !self.hidden && (mask.is_some() || pending.is_some()) {
            let before = pending.as_ref().map(Mask::before).unwrap_or_default();
            let below = pending.as_ref().and(self.laid.as_ref()).map(|laid| laid.1);
            let settled = settled(mask.unwrap_or(&before), below);
            let veil = self
                .overlay
                .texture(ui.ctx(), photo, settled, pending.as_ref());
            let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            ui.painter()
                .image(veil, frame.picture_rect, uv, Color32::WHITE);
        }
        if let Some(shape) = &pending {
            gradient_line(ui.painter(), shape, frame);
        }
        self.cursor(ui, frame);
    }

    /// Presses, drags and releases of the left button. The shape lies on the mask
    /// from its first point on, so that the picture follows the brush.
    /// Between two frames the pointer may have been at many places: all of them count,
    /// or quick curves would get corners and lose their ends.
    fn follow(&mut self, ui: &Ui, frame: &CanvasFrame, p: &mut Panel<'_>, target: MaskTarget) {
        let (down, shift) = ui.input(|i| (i.pointer.primary_down(), i.modifiers.shift));
        let here = frame.response.is_pointer_button_down_on() && down && !frame.panning;
        let drawing = self.painter.is_drawing();
        let way = ui.input(|i| way(&i.events, drawing));
        let mut way = way.into_iter().map(|pos| frame.from_screen(pos));
        let tapped = frame.response.clicked() && !frame.panning;
        if !drawing
            && (here || tapped)
            && let Some(first) = way.next()
        {
            self.laid = None;
            self.painter.press(first, shift);
        }
        way.for_each(|at| self.painter.drag(at));
        if !here && self.painter.is_drawing() {
            let shape = self.painter.release();
            let laid = self.laid.take();
            match (shape, laid) {
                (Some(shape), Some(_)) => target.send(p, MaskEdit::Last(shape)),
                (Some(shape), None) => target.send(p, MaskEdit::Add(shape)),
                (None, Some((shape, _))) => {
                    target.send(p, MaskEdit::Drop(shape));
                }
                (None, None) => {}
            }
        }
        self.lay(p, target);
    }

    /// The shape in the hand onto the mask, when it went on since the last frame.
    fn lay(&mut self, p: &mut Panel<'_>, target: MaskTarget) {
        let Some(shape) = self.painter.pending() else {
            return;
        };
        let below = match &self.laid {
            Some((laid, _)) if *laid == shape => return,
            Some((_, below)) => {
                target.send(p, MaskEdit::Last(shape.clone()));
                *below
            }
            None => {
                let mask = target.mask(p.state);
                let before = || Mask::before(&shape).shapes.len();
                let below = mask.map_or_else(before, |m| m.shapes.len());
                target.send(p, MaskEdit::Add(shape.clone()));
                below
            }
        };
        self.laid = Some((shape, below));
    }

    /// The brush as a ring, light and dark, so that it shows on any picture.
    fn cursor(&self, ui: &Ui, frame: &CanvasFrame) {
        let response = &frame.response;
        let Some(pos) = response.hover_pos().or(response.interact_pointer_pos()) else {
            return;
        };
        if frame.panning {
            return;
        }
        ui.ctx().set_cursor_icon(egui::CursorIcon::Crosshair);
        if !matches!(self.painter.tool, MaskTool::Brush | MaskTool::Eraser) {
            return;
        }
        let radius = frame.length(self.painter.radius);
        let soft = radius * (1.0 - self.painter.feather);
        let painter = ui.painter();
        painter.circle_stroke(
            pos,
            radius,
            Stroke::new(2.5, Color32::from_black_alpha(130)),
        );
        painter.circle_stroke(pos, radius, Stroke::new(1.0, Color32::WHITE));
        if soft > 2.0 && self.painter.feather > 0.02 {
            painter.circle_stroke(pos, soft, Stroke::new(1.0, Color32::from_white_alpha(110)));
        }
        if self.painter.tool == MaskTool::Eraser {
            let half = vec2(5.0, 0.0);
            painter.line_segment([pos - half, pos + half], Stroke::new(1.5, Color32::WHITE));
        }
    }
}

/// Where the pointer was with the left button down, in the events of a frame: from the
/// press on, or from the start if a shape is being drawn, to the release.
pub(in crate::ui) fn way(events: &[Event], drawing: bool) -> Vec<Pos2> {
    let mut down = drawing;
    let mut way = Vec::new();
    for event in events {
        match event {
            Event::PointerMoved(pos) if down => way.push(*pos),
            Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                ..
            } => {
                if *pressed && !drawing {
                    way.clear();
                    way.push(*pos);
                } else if down {
                    way.push(*pos);
                }
                if drawing && !pressed {
                    break;
                }
                down = *pressed;
            }
            _ => {}
        }
    }
    way
}

fn icon(tool: MaskTool) -> Icon {
    match tool {
        MaskTool::Brush => Icon::Brush,
        MaskTool::Eraser => Icon::Eraser,
        MaskTool::Linear => Icon::Linear,
        MaskTool::Radial => Icon::Radial,
    }
}

/// The mask below the shape in the hand, `below` shapes; the veil draws that one on top
/// of it, so that a long stroke doesn't lay all others down again in every frame.
fn settled(mask: &Mask, below: Option<usize>) -> SettledMask<'_> {
    let all = mask.shapes.as_slice();
    SettledMask {
        shapes: below.and_then(|below| all.get(..below)).unwrap_or(all),
        invert: mask.invert,
    }
}

/// Without a mask it goes everywhere; inverted, that is a mask of nothing.
fn inverted(mask: Option<&Mask>) -> Mask {
    let mut mask = mask.cloned().unwrap_or_else(|| Mask {
        shapes: vec![MaskShape::Fill(1.0)],
        invert: false,
    });
    mask.invert = !mask.invert;
    mask
}

fn gradient_line(painter: &egui::Painter, shape: &MaskShape, frame: &CanvasFrame) {
    let (from, to) = match shape {
        MaskShape::Linear { from, to } => (frame.to_screen(*from), frame.to_screen(*to)),
        MaskShape::Radial { center, radius, .. } => {
            let center = frame.to_screen(*center);
            let radius = frame.length(*radius);
            painter.circle_stroke(center, radius, Stroke::new(1.5, Color32::WHITE));
            (center, center)
        }
        _ => return,
    };
    painter.line_segment([from, to], Stroke::new(3.0, Color32::from_black_alpha(130)));
    painter.line_segment([from, to], Stroke::new(1.5, Color32::WHITE));
    painter.circle(from, 4.0, Color32::BLACK, Stroke::new(1.5, Color32::WHITE));
    painter.circle_filled(to, 4.0, Color32::WHITE);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::PixelRegion;

    #[test]
    fn inverting_no_mask_takes_the_style_away_everywhere() {
        let mask = inverted(None);
        let size = [8, 8];
        let whole = PixelRegion::whole(size);
        assert!(mask.coverage(size, whole).iter().all(|v| *v == 0.0));
        let back = inverted(Some(&mask));
        assert!(back.coverage(size, whole).iter().all(|v| *v == 1.0));
    }
}
