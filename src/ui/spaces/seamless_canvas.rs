//! A tile on the canvas: once, next to itself, or moved by half.

use egui::{Rect, Ui, vec2};

use crate::app::action::Subject;
use crate::app::at_hand;
use crate::app::spaces::document::Origin;
use crate::app::spaces::looks::TileView;
use crate::app::spaces::making;
use crate::app::state::AppState;
use crate::app::view::{Compare, Workspace};
use crate::picture::Picture;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::panel::Panel;

/// Tiles next to each other.
const TILES: u32 = 3;

/// The best of what is there of the tile: the whole, or a look at it; whether it is the whole one.
fn picture(state: &AppState) -> Option<(&Picture, bool)> {
    if let Some(whole) = at_hand::picture(Workspace::Spaces, state) {
        return Some((whole, true));
    }
    let work = making::work(&state.doc.spaces)?;
    let shown = state.spaces.shown.as_ref();
    shown
        .filter(|shown| same_kind(&shown.work, &work))
        .map(|shown| (&shown.picture, false))
}

/// Whether an earlier look may stand where the picture is to be.
fn same_kind(a: &crate::engine::protocol::Work, b: &crate::engine::protocol::Work) -> bool {
    use crate::engine::protocol::Work;
    match (a, b) {
        (Work::Grow(a), Work::Grow(b)) => a.source.sha256 == b.source.sha256,
        (Work::Explore(a), Work::Explore(b)) => {
            !a.domain.is_plane() && a.domain.is_sphere() == b.domain.is_sphere()
        }
        _ => false,
    }
}

/// The size that zoom refers to.
fn size(state: &AppState) -> [u32; 2] {
    if let Some((whole, true)) = picture(state) {
        return whole.size();
    }
    match state.doc.spaces.tile.origin {
        Origin::Picture => making::photo(state).map_or([1, 1], |photo| photo.size),
        Origin::Waves => state.doc.spaces.tile.waves.size.unwrap_or([1024; 2]),
    }
}

/// Draws it.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let state = p.state;
    let [w, h] = size(state);
    let view = state.view.spaces.tile;
    let often = match view {
        TileView::Repeated => TILES,
        TileView::One | TileView::Offset => 1,
    };
    let found = picture(state);
    let shown = found.map(|(picture, _)| picture);
    let input = CanvasInput {
        workspace: Workspace::Spaces,
        name: match view {
            TileView::One => "Tile",
            TileView::Repeated => "Tile next to itself",
            TileView::Offset => "Tile moved by half",
        },
        picture: shown.filter(|_| view == TileView::One),
        before: None,
        logical_size: [w.saturating_mul(often), h.saturating_mul(often)],
        compare: Compare::Off,
        tool: false,
        busy: shown.is_none(),
        subject: Some(Subject::Spaces),
    };
    picture_view::show(ui, p, input, |ui, frame, p| {
        let Some(picture) = shown else { return };
        let all = frame.picture_rect;
        let step = all.size() / often as f32;
        let (from, often, moved) = match view {
            TileView::One => return,
            TileView::Repeated => (0, often, vec2(0.0, 0.0)),
            // Four halves fill the place of one.
            TileView::Offset => (0, 2, step * -0.5),
        };
        let painter = ui.painter().with_clip_rect(all.intersect(ui.clip_rect()));
        for y in from..often {
            for x in from..often {
                let min = all.min + moved + step * vec2(x as f32, y as f32);
                let at = Rect::from_min_size(min, step);
                p.textures.paint(ui.ctx(), &painter, picture, at);
            }
        }
    });
}
