//! Two canvases next to each other, zoomed and moved in step: the photo and what
//! became of it.

use egui::{Rect, Ui, UiBuilder, vec2};

use crate::app::view::Compare;
use crate::picture::Picture;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::{CanvasFrame, CanvasInput};
use crate::ui::panel::Panel;

/// Draws the photo on the left and the result on the right; both follow the same
/// view. The overlay goes onto the result.
pub fn side_by_side(
    ui: &mut Ui,
    p: &mut Panel<'_>,
    input: CanvasInput<'_>,
    before: &Picture,
    overlay: impl FnOnce(&mut Ui, &CanvasFrame, &mut Panel<'_>),
) {
    let (left, right) = halves(ui.available_rect_before_wrap());
    let photo = CanvasInput {
        workspace: input.workspace,
        name: "Photo before",
        picture: Some(before),
        before: None,
        logical_size: input.logical_size,
        compare: Compare::Off,
        tool: false,
        busy: false,
        subject: None,
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(left).id_salt("before"));
    picture_view::show(&mut child, p, photo, |_, _, _| {});
    let result = CanvasInput {
        compare: Compare::Off,
        ..input
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(right).id_salt("after"));
    picture_view::show(&mut child, p, result, overlay);
    ui.advance_cursor_after_rect(left.union(right));
}

fn halves(area: Rect) -> (Rect, Rect) {
    let gap = 4.0;
    let size = vec2((area.width() - gap) / 2.0, area.height());
    let left = Rect::from_min_size(area.min, size);
    (left, left.translate(vec2(size.x + gap, 0.0)))
}
