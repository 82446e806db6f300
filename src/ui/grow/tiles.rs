//! A seamless picture next to itself, as it will lie on a wall.

use egui::{Rect, Ui, vec2};

use crate::app::action::Subject;
use crate::app::grow::document::GrowWay;
use crate::app::grow::growing;
use crate::app::state::AppState;
use crate::app::view::{Compare, Workspace};
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::grow::canvas;
use crate::ui::panel::Panel;

/// Tiles next to each other.
const TILES: u32 = 3;

/// Tiles across and down: more than one where the picture is seamless.
pub(super) fn repeats(state: &AppState) -> [u32; 2] {
    let doc = &state.doc.grow;
    let ways = [GrowWay::Vary, GrowWay::Remix, GrowWay::Extend];
    let free = ways.contains(&doc.way) && doc.params().is_some();
    doc.seamless.map(|on| if on && free { TILES } else { 1 })
}

/// Draws them.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let state = p.state;
    let Some([w, h]) = growing::result_size(state) else {
        return;
    };
    let [across, down] = repeats(state);
    let picture = growing::picture(state);
    let input = CanvasInput {
        workspace: Workspace::Grow,
        name: "Tiles",
        picture: None,
        before: None,
        logical_size: [w.saturating_mul(across), h.saturating_mul(down)],
        compare: Compare::Off,
        tool: false,
        busy: picture.is_none(),
        subject: Some(Subject::Grow),
    };
    picture_view::show(ui, p, input, |ui, frame, p| {
        let Some(picture) = picture else { return };
        let all = frame.picture_rect;
        let step = all.size() / vec2(across as f32, down as f32);
        for y in 0..down {
            for x in 0..across {
                let min = all.min + step * vec2(x as f32, y as f32);
                let at = Rect::from_min_size(min, step);
                p.textures.paint(ui.ctx(), ui.painter(), picture, at);
            }
        }
    });
    canvas::error(ui, p);
}
