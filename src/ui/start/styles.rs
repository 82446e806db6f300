//! A wall of styles below the doors: each leads to Style with that style on the photo in hand, or
//! on the photo that ships. As many rows as the window has room for.

use std::sync::Arc;

use egui::{RichText, Ui, vec2};

use crate::app::action::{Action, FileRole, Pick, ViewEdit};
use crate::app::style::edit::StyleEdit;
use crate::app::view::Workspace;
use crate::engine::protocol::{Painter, StyleInfo};
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::tile::picture_tile;

/// Least width of a tile.
const SIDE: f32 = 112.0;
/// Height of a name.
const NAME: f32 = 18.0;
/// Height of what stands below the wall.
const FOOT: f32 = 68.0;
/// More would be a list, no invitation.
const MOST_ROWS: usize = 4;

/// Draws the wall; nothing where there is no room for a row.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let gap = space::S;
    let room = ui.available_width();
    let columns = (((room + gap) / (SIDE + gap)) as usize).max(1);
    let side = ((room + gap) / columns as f32 - gap).floor();
    let heading = 30.0;
    let free = ui.clip_rect().bottom() - ui.cursor().top() - FOOT - heading;
    let rows = ((free / (side + NAME + gap)).floor().max(0.0) as usize).min(MOST_ROWS);
    let library = Arc::clone(&p.state.engine.library);
    let mut styles: Vec<&StyleInfo> = library.styles.iter().collect();
    styles.retain(|style| style.swatch.is_some());
    // Painters of their own first: they are the finest.
    styles.sort_by_key(|style| matches!(style.painter, Painter::Shared));
    styles.truncate(rows * columns);
    if styles.is_empty() {
        return;
    }
    let words = RichText::new("Or begin with a style").color(*p.theme.text_strong);
    ui.label(words.size(15.0));
    ui.add_space(space::S);
    for row in styles.chunks(columns) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for style in row {
                tile(ui, p, style, side);
            }
        });
    }
}

fn tile(ui: &mut Ui, p: &mut Panel<'_>, style: &StyleInfo, side: f32) {
    let theme = p.theme.clone();
    let texture = style.swatch.as_ref();
    let texture = texture.map(|s| (p.textures.of(ui.ctx(), s), s.size()));
    ui.vertical(|ui| {
        ui.set_width(side);
        ui.spacing_mut().item_spacing.y = 2.0;
        let name = format!("Begin with {}", style.name);
        let tile = picture_tile(ui, &theme, &name, texture, vec2(side, side), false);
        let words = RichText::new(&style.name).size(11.0);
        ui.add(egui::Label::new(words).truncate().selectable(false));
        let told = match style.credit_line() {
            line if line.is_empty() => style.name.clone(),
            line => line,
        };
        if tile.on_hover_text(told).clicked() {
            p.actions.view(ViewEdit::Workspace(Workspace::Style));
            p.actions.style(StyleEdit::OnlyStyle(style.source.clone()));
            // Whoever has a photo at work keeps it.
            if p.state.doc.style.photo.is_none() {
                p.actions
                    .push(Action::Pick(Pick::SamplePhoto(FileRole::Photo)));
            }
        }
    });
}
