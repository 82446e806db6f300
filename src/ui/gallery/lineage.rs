//! The family of a picture as a tree: what it was made from, and what was made from
//! it, over the generations. Every relative can be clicked.

use egui::{Ui, vec2};

use crate::gallery::protocol::{PictureId, Relative};
use crate::ui::panel::Panel;
use crate::ui::widgets::tile::picture_tile;

/// Side of a thumbnail.
const SIDE: f32 = 38.0;
/// How far each generation is moved to the right.
const STEP: f32 = 18.0;
/// Generations after which the tree doesn't move further.
const DEEPEST: u8 = 6;

/// Draws the tree; the relative that was clicked.
pub fn family(ui: &mut Ui, p: &mut Panel<'_>, id: PictureId) -> Option<PictureId> {
    let state = p.state;
    let known = state.gallery.lineage.as_ref().filter(|(of, _)| *of == id);
    let Some((_, family)) = known else {
        ui.weak("Reading…");
        return None;
    };
    if family.ancestors.is_empty() && family.descendants.is_empty() {
        ui.weak("No other picture here was made from it, and it was made from none.");
        return None;
    }
    let up = tree(ui, p, "Made from", &family.ancestors);
    let down = tree(ui, p, "Became", &family.descendants);
    up.or(down)
}

/// The nearest relative upwards or downwards, for the keys.
pub fn nearest(p: &Panel<'_>, id: PictureId, up: bool) -> Option<PictureId> {
    let (of, family) = p.state.gallery.lineage.as_ref()?;
    let tree = if up {
        &family.ancestors
    } else {
        &family.descendants
    };
    (*of == id).then(|| tree.first().map(|r| r.entry.id))?
}

/// The pictures whose thumbnails the family needs.
pub fn wanted(p: &Panel<'_>) -> Vec<PictureId> {
    let Some((_, family)) = &p.state.gallery.lineage else {
        return Vec::new();
    };
    let all = family.ancestors.iter().chain(&family.descendants);
    all.map(|r| r.entry.id).collect()
}

fn tree(ui: &mut Ui, p: &mut Panel<'_>, title: &str, tree: &[Relative]) -> Option<PictureId> {
    if tree.is_empty() {
        return None;
    }
    let mut clicked = None;
    ui.weak(title);
    for relative in tree {
        if row(ui, p, title, relative) {
            clicked = Some(relative.entry.id);
        }
    }
    ui.add_space(4.0);
    clicked
}

/// One relative: branch, thumbnail, title.
fn row(ui: &mut Ui, p: &mut Panel<'_>, title: &str, relative: &Relative) -> bool {
    let entry = &relative.entry;
    let depth = f32::from(relative.generation.clamp(1, DEEPEST) - 1);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 3.0);
        if depth > 0.0 {
            ui.add_space((depth - 1.0) * STEP);
            branch(ui, p);
        }
        let texture = p
            .state
            .gallery
            .thumbs
            .get(&entry.id)
            .map(|thumb| (p.textures.of(ui.ctx(), thumb), thumb.size()));
        let name = format!("{title}: {}", entry.title);
        let tile = picture_tile(ui, &p.theme, &name, texture, vec2(SIDE, SIDE), false)
            .on_hover_text(format!("Go to {}", entry.title));
        ui.add(egui::Label::new(&entry.title).truncate());
        tile.clicked()
    })
    .inner
}

/// The line from the generation above.
fn branch(ui: &mut Ui, p: &Panel<'_>) {
    let (rect, _) = ui.allocate_exact_size(vec2(STEP - 6.0, SIDE), egui::Sense::hover());
    let stroke = egui::Stroke::new(1.0, *p.theme.line_strong);
    let x = rect.left() + 3.0;
    let corner = egui::pos2(x, rect.center().y);
    ui.painter()
        .line_segment([egui::pos2(x, rect.top() - 3.0), corner], stroke);
    ui.painter()
        .line_segment([corner, egui::pos2(rect.right(), corner.y)], stroke);
}
