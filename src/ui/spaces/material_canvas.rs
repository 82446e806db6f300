//! A material on the canvas: lit on a body, or one of its maps.

use egui::{Rect, Sense, Ui, vec2};

use crate::app::action::ViewEdit;
use crate::app::spaces::making;
use crate::app::view::{Compare, Workspace};
use crate::engine::protocol::{SpacesShow, Work};
use crate::picture::Picture;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::panel::Panel;

/// Degrees that the lamp moves for each point that is dragged.
const DEGREES: f32 = 0.4;
/// Space around the body, points.
const MARGIN: f32 = 28.0;

/// Draws it.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    match p.state.view.spaces.map {
        Some(_) => map(ui, p),
        None => lit(ui, p),
    }
}

/// The newest look, if it is of a material, and whether it is the one asked for.
fn newest<'a>(p: &Panel<'a>) -> Option<(&'a Picture, bool)> {
    let shown = p.state.spaces.shown.as_ref()?;
    let of_material = match &shown.work {
        Work::Spaces(look) => matches!(look.show, SpacesShow::Material { .. }),
        _ => false,
    };
    let current = making::look(p.state).as_ref() == Some(&shown.work);
    of_material.then_some((&shown.picture, current))
}

/// A body in the light: dragging moves the lamp.
fn lit(ui: &mut Ui, p: &mut Panel<'_>) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, ui.is_enabled(), "Material"));
    if response.dragged() && response.drag_delta() != egui::Vec2::ZERO {
        let mut view = p.state.view.spaces;
        let by = response.drag_delta() * DEGREES;
        let moved = [view.lamp[0] + by.x, view.lamp[1] - by.y];
        view.lamp = moved.map(|degrees| degrees.clamp(-90.0, 90.0));
        p.actions.view(ViewEdit::Spaces(view));
    }
    let Some((picture, current)) = newest(p) else {
        return;
    };
    let side = (rect.width().min(rect.height()) - 2.0 * MARGIN).max(64.0);
    let at = Rect::from_center_size(rect.center(), vec2(side, side));
    let painter = ui.painter().with_clip_rect(rect);
    p.textures.paint(ui.ctx(), &painter, picture, at);
    picture_view::busy(ui, p, "Material", rect, !current);
    response.on_hover_text("Drag to move the lamp");
}

/// One of the maps, as it will be in its file.
fn map(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some(photo) = making::photo(p.state) else {
        return;
    };
    let shown = newest(p);
    let input = CanvasInput {
        workspace: Workspace::Spaces,
        name: "Map",
        picture: shown.map(|(picture, _)| picture),
        before: None,
        logical_size: photo.size,
        compare: Compare::Off,
        tool: false,
        busy: shown.is_none_or(|(_, current)| !current),
        subject: None,
    };
    picture_view::show(ui, p, input, |_, _, _| {});
}
