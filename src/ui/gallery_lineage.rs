//! The family of a picture: what it was made from, and what was made from it.

use egui::{Ui, Vec2};

use super::panel::Panel;
use super::widgets::tile::picture_tile;
use crate::gallery::protocol::{Entry, PictureId};

const SIDE: f32 = 60.0;

/// Thumbnails of parents and children; the one that was clicked.
pub fn family(ui: &mut Ui, p: &mut Panel<'_>, id: PictureId) -> Option<PictureId> {
    let state = p.state;
    let known = state.gallery.lineage.as_ref().filter(|(of, ..)| *of == id);
    let Some((_, parents, children)) = known else {
        ui.weak("Reading…");
        return None;
    };
    if parents.is_empty() && children.is_empty() {
        ui.weak("No other picture here was made from it, nor it from any.");
        return None;
    }
    let up = row(ui, p, "Made from", parents);
    let down = row(ui, p, "Became", children);
    up.or(down)
}

/// The pictures whose thumbnails the family needs.
pub fn wanted(p: &Panel<'_>) -> Vec<PictureId> {
    let Some((_, parents, children)) = &p.state.gallery.lineage else {
        return Vec::new();
    };
    parents.iter().chain(children).map(|e| e.id).collect()
}

fn row(ui: &mut Ui, p: &mut Panel<'_>, title: &str, entries: &[Entry]) -> Option<PictureId> {
    if entries.is_empty() {
        return None;
    }
    let mut clicked = None;
    ui.weak(title);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(4.0);
        for entry in entries {
            let texture = p
                .state
                .gallery
                .thumbs
                .get(&entry.id)
                .map(|thumb| (p.textures.of(ui.ctx(), thumb), thumb.size()));
            let name = format!("{title}: {}", entry.title);
            let tile = picture_tile(ui, &p.theme, &name, texture, Vec2::splat(SIDE), false);
            if tile.clicked() {
                clicked = Some(entry.id);
            }
            tile.on_hover_text(&entry.title);
        }
    });
    clicked
}
