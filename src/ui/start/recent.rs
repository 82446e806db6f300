//! The pictures that were saved last.

use std::sync::Arc;

use egui::{RichText, Ui, vec2};

use crate::app::action::Action;
use crate::gallery::protocol::{Entry, GalleryRequest, PictureId};
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::tile::picture_tile;

/// At most so many.
const MOST: usize = 12;
/// Side of a tile.
const SIDE: f32 = 118.0;
/// Side of a tile in a large window.
const LARGE_SIDE: f32 = 176.0;

/// What was asked for already, since something was forgotten last.
#[derive(Default, PartialEq)]
struct Asked(Vec<PictureId>, usize);

/// The newest of a listing, found once: listings can be long.
#[derive(Default)]
struct Newest {
    of: Option<Arc<Vec<Entry>>>,
    places: Vec<usize>,
}

impl Newest {
    fn of(&mut self, listing: &Arc<Vec<Entry>>) -> &[usize] {
        if self.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, listing)) {
            self.of = Some(Arc::clone(listing));
            let key = |n: &usize| std::cmp::Reverse(listing[*n].created);
            self.places = (0..listing.len()).collect();
            if self.places.len() > MOST {
                self.places.select_nth_unstable_by_key(MOST - 1, key);
                self.places.truncate(MOST);
            }
            self.places.sort_by_key(key);
        }
        &self.places
    }
}

/// Draws a row of them; nothing where there are none.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let side = if ui.clip_rect().height() > 1000.0 {
        LARGE_SIDE
    } else {
        SIDE
    };
    let fits = ((ui.available_width() + space::S) / (side + space::S)) as usize;
    let entries = Arc::clone(&p.state.gallery.entries);
    let places = p.scratch.of::<Newest>().of(&entries).iter();
    let newest: Vec<&Entry> = places.take(fits.max(1)).map(|n| &entries[*n]).collect();
    if newest.is_empty() {
        return;
    }
    ask(p, &newest);
    let heading = RichText::new("Recent pictures").color(*p.theme.text_strong);
    ui.label(heading.size(15.0));
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        for entry in newest {
            tile(ui, p, entry, side);
        }
    });
    ui.add_space(space::M);
}

fn tile(ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry, side: f32) {
    let theme = p.theme.clone();
    let thumb = p.state.gallery.thumbs.get(&entry.id);
    let texture = thumb.map(|t| (p.textures.of(ui.ctx(), t), t.size()));
    ui.vertical(|ui| {
        ui.set_width(side);
        ui.spacing_mut().item_spacing.y = 2.0;
        let size = vec2(side, side * 0.75);
        let tile = picture_tile(ui, &theme, &entry.title, texture, size, false);
        let words = RichText::new(&entry.title).size(11.0);
        ui.add(egui::Label::new(words).truncate().selectable(false));
        if tile.on_hover_text("Show it in the gallery").clicked() {
            p.actions.push(Action::ShowInGallery(entry.id));
        }
    });
}

/// Thumbnails that aren't there yet; once each, until they may have changed.
fn ask(p: &mut Panel<'_>, entries: &[&Entry]) {
    let thumbs = &p.state.gallery.thumbs;
    let lacking = entries.iter().map(|e| e.id);
    let lacking: Vec<PictureId> = lacking.filter(|id| !thumbs.contains_key(id)).collect();
    let now = Asked(lacking.clone(), thumbs.forgotten());
    let asked = p.scratch.of::<Asked>();
    if lacking.is_empty() || *asked == now {
        return;
    }
    *asked = now;
    let wanted = GalleryRequest::Thumbnails(lacking);
    p.actions.push(Action::Gallery(wanted));
}
