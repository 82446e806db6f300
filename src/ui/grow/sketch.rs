//! Painting on a picture: the brush with its colours, the eraser and the eyedropper, and what was
//! painted roughly over the picture.

use egui::{
    Button, Color32, ColorImage, Context, CursorIcon, Key, Modifiers, Pos2, Rect, Shape, Stroke,
    TextureHandle, TextureOptions, Ui, pos2, vec2,
};
use std::sync::Arc;

use crate::app::grow::edit::GrowEdit;
use crate::app::grow::sketch::painted;
use crate::picture::Picture;
use crate::recipe::{GrowEdit as PartEdit, Mask, MaskShape, PixelRegion};
use crate::ui::canvas::picture_view::CanvasFrame;
use crate::ui::mask::paint::{MaskPainter, MaskTool, RADIUS};
use crate::ui::mask::tools;
use crate::ui::panel::Panel;
use crate::ui::theme::Theme;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::slider::Slider;

/// Longer side of the rough sketch as it is shown.
const SIDE: u32 = 1024;
/// Colours that were used and are one click away.
const USED: usize = 8;
/// Half the width of the brush at first, in fractions of the picture's longer side.
const WIDTH: f32 = 0.02;

/// The brush; not part of the document.
#[derive(Debug)]
pub(super) struct Sketch {
    on: bool,
    picking: bool,
    painter: MaskPainter,
    colour: [u8; 3],
    rough: Rough,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            on: false,
            picking: false,
            painter: MaskPainter::hard(WIDTH),
            colour: [70, 120, 180],
            rough: Rough::default(),
        }
    }
}

impl Sketch {
    /// Whether the brush is in the hand.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// Takes the brush into the hand, or lays it away.
    pub(super) fn turn(&mut self, on: bool) {
        self.painter.cancel();
        self.picking = false;
        self.on = on;
    }

    /// The tool bar above the canvas.
    pub(super) fn bar(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        self.keys(ui);
        let theme = p.theme.clone();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            self.tools(ui, &theme);
            ui.add_space(6.0);
            ui.color_edit_button_srgb(&mut self.colour)
                .on_hover_text("The colour of the brush")
                .accessible_name("Colour of the brush");
            self.used(ui, p);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let done = ui.button("Done").on_hover_text("Lay the brush away (Esc)");
                if done.clicked() {
                    self.turn(false);
                }
                let width = (ui.available_width() - 12.0).clamp(60.0, 280.0);
                ui.allocate_ui(vec2(width, 24.0), |ui| self.size(ui, &theme));
            });
        });
    }

    fn tools(&mut self, ui: &mut Ui, theme: &Theme) {
        let now = (self.picking, self.painter.tool);
        let all = [
            (
                Icon::Brush,
                "Brush",
                "Paint in the colour (P). Shift-click draws a straight line.",
                (false, MaskTool::Brush),
            ),
            (
                Icon::Eraser,
                "Eraser",
                "Take away what is painted (E)",
                (false, MaskTool::Eraser),
            ),
            (
                Icon::Dropper,
                "Eyedropper",
                "Take a colour from the picture (I, or hold Alt)",
                (true, now.1),
            ),
        ];
        for (icon, name, tip, to) in all {
            let on = match to.0 {
                true => self.picking,
                false => !self.picking && now.1 == to.1,
            };
            let button = IconButton::new(icon, name).tooltip(tip).selected(on);
            if button.show(ui, theme).clicked() {
                (self.picking, self.painter.tool) = to;
            }
        }
    }

    /// Colours that were painted with.
    fn used(&mut self, ui: &mut Ui, p: &Panel<'_>) {
        let mut used: Vec<[u8; 3]> = Vec::new();
        for edit in p.state.doc.grow.edits.iter().rev() {
            if let Some((colour, _)) = painted(edit)
                && !used.contains(&colour)
                && used.len() < USED
            {
                used.push(colour);
            }
        }
        for colour in used {
            let [r, g, b] = colour;
            let button = Button::new("").fill(Color32::from_rgb(r, g, b));
            let button = ui.add_sized(vec2(18.0, 18.0), button);
            let name = format!("Colour #{r:02x}{g:02x}{b:02x}");
            if button.clicked() {
                self.colour = colour;
                self.picking = false;
            }
            button.on_hover_text(&name).accessible_name(&name);
        }
    }

    /// The brush's size, in percent.
    fn size(&mut self, ui: &mut Ui, theme: &Theme) {
        let percent = |v: f32| v * 100.0;
        let range = percent(*RADIUS.start())..=percent(*RADIUS.end());
        let moved = Slider::new("Size", percent(self.painter.radius), range, percent(WIDTH))
            .logarithmic()
            .decimals(1)
            .name_width(34.0)
            .tooltip("Half the width of the brush, in percent of the picture ([ and ] keys)")
            .show(ui, theme);
        if let Some(size) = moved.changed {
            self.painter.radius = (size / 100.0).clamp(*RADIUS.start(), *RADIUS.end());
        }
    }

    fn keys(&mut self, ui: &Ui) {
        if ui.ctx().text_edit_focused() || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        if pressed(Key::P) {
            (self.picking, self.painter.tool) = (false, MaskTool::Brush);
        }
        if pressed(Key::E) {
            (self.picking, self.painter.tool) = (false, MaskTool::Eraser);
        }
        if pressed(Key::I) {
            self.picking = true;
        }
        if pressed(Key::OpenBracket) {
            self.painter.resize(false);
        }
        if pressed(Key::CloseBracket) {
            self.painter.resize(true);
        }
        if pressed(Key::Escape) {
            match self.painter.is_drawing() {
                true => self.painter.cancel(),
                false => self.turn(false),
            }
        }
    }

    /// The pointer on the canvas, and what is painted; colours are taken from `shown`, a picture of
    /// `size` pixels at full size.
    pub(super) fn on_canvas(
        &mut self,
        ui: &Ui,
        frame: &CanvasFrame,
        p: &mut Panel<'_>,
        (shown, size): (Option<&Picture>, [u32; 2]),
    ) {
        let edits = Arc::clone(&p.state.doc.grow.edits);
        let rough = self.rough.texture(ui.ctx(), &edits, size);
        let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        if let Some(rough) = rough {
            ui.painter()
                .image(rough.id(), frame.picture_rect, uv, Color32::WHITE);
        }
        let picks = self.picking || ui.input(|i| i.modifiers.alt);
        match picks && !self.painter.is_drawing() {
            true => self.pick(frame, shown, size),
            false => self.follow(ui, frame, p),
        }
        self.paint(ui, frame, picks);
    }

    /// Takes a colour from the picture.
    fn pick(&mut self, frame: &CanvasFrame, shown: Option<&Picture>, size: [u32; 2]) {
        let down = frame.response.is_pointer_button_down_on() || frame.response.clicked();
        let at = frame
            .response
            .interact_pointer_pos()
            .filter(|_| down && !frame.panning);
        if let (Some(at), Some(shown)) = (at, shown)
            && let Some(colour) = colour_at(shown, size, frame.from_screen(at))
        {
            self.colour = colour;
        }
        // A long press that moves nowhere is neither a click nor a drag.
        let released = frame.response.ctx.input(|i| i.pointer.primary_released());
        if released && (frame.response.contains_pointer() || frame.response.drag_stopped()) {
            self.picking = false;
        }
    }

    fn follow(&mut self, ui: &Ui, frame: &CanvasFrame, p: &mut Panel<'_>) {
        let (down, shift) = ui.input(|i| (i.pointer.primary_down(), i.modifiers.shift));
        let here = frame.response.is_pointer_button_down_on() && down && !frame.panning;
        let drawing = self.painter.is_drawing();
        let way = ui.input(|i| tools::way(&i.events, drawing));
        let mut way = way.into_iter().map(|pos| frame.from_screen(pos));
        let tapped = frame.response.clicked() && !frame.panning;
        if !drawing
            && (here || tapped)
            && let Some(first) = way.next()
        {
            self.painter.press(first, shift);
        }
        way.for_each(|at| self.painter.drag(at));
        if !here
            && self.painter.is_drawing()
            && let Some(stroke) = self.painter.release()
        {
            p.actions.grow(match self.painter.tool {
                MaskTool::Eraser => GrowEdit::Erase(stroke),
                _ => GrowEdit::Paint(self.colour, stroke),
            });
        }
    }

    /// The stroke in the hand, and the brush as a ring.
    fn paint(&self, ui: &Ui, frame: &CanvasFrame, picks: bool) {
        let painter = ui.painter();
        let [r, g, b] = self.colour;
        let colour = match self.painter.tool {
            MaskTool::Eraser => Color32::from_white_alpha(110),
            _ => Color32::from_rgb(r, g, b),
        };
        let radius = frame.length(self.painter.radius);
        if let Some(MaskShape::Stroke(stroke)) = self.painter.pending() {
            let points: Vec<Pos2> = stroke
                .points
                .iter()
                .map(|at| frame.to_screen(*at))
                .collect();
            for end in points.first().into_iter().chain(points.last()) {
                painter.circle_filled(*end, radius, colour);
            }
            painter.add(Shape::line(points, Stroke::new(2.0 * radius, colour)));
        }
        let pos = frame
            .response
            .hover_pos()
            .or(frame.response.interact_pointer_pos());
        let Some(pos) = pos.filter(|_| !frame.panning) else {
            return;
        };
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        if picks {
            let at = pos + vec2(14.0, -14.0);
            painter.circle_filled(at, 9.0, Color32::from_rgb(r, g, b));
            painter.circle_stroke(at, 9.0, Stroke::new(1.5, Color32::WHITE));
            painter.circle_stroke(at, 10.5, Stroke::new(1.5, Color32::from_black_alpha(150)));
            return;
        }
        painter.circle_stroke(
            pos,
            radius,
            Stroke::new(2.5, Color32::from_black_alpha(130)),
        );
        painter.circle_stroke(pos, radius, Stroke::new(1.0, Color32::WHITE));
    }
}

/// The mean of a few pixels of a picture that is shown for one of `size` pixels, at fractions of its
/// longer side; nothing beyond it.
fn colour_at(shown: &Picture, size: [u32; 2], at: [f32; 2]) -> Option<[u8; 3]> {
    let longer = size[0].max(size[1]).max(1) as f32;
    let own = shown.size();
    let place = [0, 1].map(|i| at[i] * longer / size[i].max(1) as f32 * own[i] as f32);
    let inside = (0..2).all(|i| place[i] >= 0.0 && place[i] < own[i] as f32);
    let [x, y] = place.map(|side| side as i64);
    inside.then(|| {
        let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| [x + dx, y + dy]));
        let mut sums = [0u32; 3];
        for place in around {
            let clamp = |i: usize| place[i].clamp(0, i64::from(own[i]) - 1) as usize;
            let pixel = &shown.rgba()[(clamp(1) * own[0] as usize + clamp(0)) * 4..];
            for (sum, &value) in sums.iter_mut().zip(&pixel[..3]) {
                *sum += u32::from(value);
            }
        }
        sums.map(|sum| ((sum + 4) / 9) as u8)
    })
}

/// All that is painted, as one picture; made anew when there is more.
#[derive(Default)]
struct Rough {
    of: Option<(Arc<Vec<PartEdit>>, [u32; 2])>,
    texture: Option<TextureHandle>,
}

impl std::fmt::Debug for Rough {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rough").field("of", &self.of).finish()
    }
}

impl Rough {
    /// Nothing where nothing is painted.
    fn texture(
        &mut self,
        ctx: &Context,
        edits: &Arc<Vec<PartEdit>>,
        size: [u32; 2],
    ) -> Option<&TextureHandle> {
        let known = self
            .of
            .as_ref()
            .is_some_and(|(of, at)| Arc::ptr_eq(of, edits) && *at == size);
        if !known {
            self.of = Some((Arc::clone(edits), size));
            self.texture = rough(edits, size)
                .map(|image| ctx.load_texture("rough sketch", image, TextureOptions::LINEAR));
        }
        self.texture.as_ref()
    }
}

/// What is painted over a picture of `size` pixels, in small, transparent elsewhere.
fn rough(edits: &[PartEdit], size: [u32; 2]) -> Option<ColorImage> {
    let longer = size[0].max(size[1]).max(1);
    let small = size.map(|side| {
        let scaled = u64::from(side) * u64::from(SIDE.min(longer)) / u64::from(longer);
        (scaled as u32).max(1)
    });
    let mut pixels = Vec::new();
    for ([r, g, b], mask) in edits.iter().filter_map(painted) {
        pixels.resize(small[0] as usize * small[1] as usize, Color32::TRANSPARENT);
        let colour = Color32::from_rgb(r, g, b);
        for (pixel, share) in pixels.iter_mut().zip(cover(mask, small)) {
            if share >= 0.5 {
                *pixel = colour;
            }
        }
    }
    let [w, h] = small.map(|side| side as usize);
    (!pixels.is_empty()).then(|| ColorImage::new([w, h], pixels))
}

fn cover(mask: &Mask, size: [u32; 2]) -> Vec<f32> {
    mask.coverage(size, PixelRegion::whole(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_taken_where_the_pointer_is() {
        // Left half red, right half blue, shown at half its size.
        let mut pixels = Vec::new();
        for _ in 0..10 {
            for x in 0..20 {
                pixels.extend(if x < 10 {
                    [200, 0, 0, 255]
                } else {
                    [0, 0, 100, 255]
                });
            }
        }
        let shown = Picture::from_rgba(20, 10, pixels).unwrap();
        let at = |x: f32, y: f32| colour_at(&shown, [40, 20], [x, y]);
        assert_eq!(at(0.2, 0.2), Some([200, 0, 0]));
        assert_eq!(at(0.8, 0.0), Some([0, 0, 100]));
        assert_eq!(at(1.01, 0.2), None);
        assert_eq!(at(0.2, 0.51), None);
        assert_eq!(at(-0.1, 0.2), None);
    }
}
