//! The gallery's pictures in a grid: asks for thumbnails, nearest first, and puts
//! only a few at a time onto the graphics card.

use std::collections::HashSet;

use egui::{Ui, vec2};

use crate::app::action::Action;
use crate::gallery::protocol::{Entry, GalleryRequest, PictureId};
use crate::ui::gallery::image_grid::{GridItem, GridOutput, ImageGrid};
use crate::ui::gallery::image_grid_layout::nearest_first;
use crate::ui::panel::Panel;

/// New textures per frame: keeps scrolling smooth.
const UPLOADS: usize = 6;
/// Thumbnails asked for at once.
const ASKED: usize = 240;

/// What a grid remembers between frames.
#[derive(Debug, Default)]
pub struct EntryGrid {
    asked: Vec<PictureId>,
    /// As [`crate::app::gallery::thumb_store::ThumbStore::forgotten`] was then.
    forgotten: usize,
    on_card: HashSet<PictureId>,
}

impl EntryGrid {
    /// Draws the pictures; `selected` says which are chosen, `also` are wanted
    /// elsewhere on the screen.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        grid: ImageGrid<'_>,
        entries: &[Entry],
        also: &[PictureId],
        selected: impl Fn(PictureId) -> bool,
    ) -> GridOutput {
        let before = std::mem::take(&mut self.on_card);
        let mut uploads = 0;
        let mut waiting = false;
        let gallery = &p.state.gallery;
        let textures = &mut *p.textures;
        let on_card = &mut self.on_card;
        let ctx = ui.ctx().clone();
        let out = grid.show(ui, |index| {
            let entry = &entries[index];
            let mut item = GridItem {
                title: entry.title.clone(),
                failed: gallery.thumb_errors.contains_key(&entry.id),
                stars: entry.stars,
                selected: selected(entry.id),
                texture: None,
            };
            if let Some(thumb) = gallery.thumbs.get(&entry.id) {
                let there = before.contains(&entry.id);
                if there || uploads < UPLOADS {
                    uploads += usize::from(!there);
                    on_card.insert(entry.id);
                    let size = vec2(thumb.width() as f32, thumb.height() as f32);
                    item.texture = Some((textures.of(&ctx, thumb), size));
                } else {
                    waiting = true;
                }
            }
            item
        });
        if waiting {
            ctx.request_repaint();
        }
        self.ask(p, entries, also, &out);
        out
    }

    /// Asks for what is seen and what comes next, if that has changed.
    fn ask(&mut self, p: &mut Panel<'_>, entries: &[Entry], also: &[PictureId], out: &GridOutput) {
        let gallery = &p.state.gallery;
        let seen = nearest_first(&out.visible, entries.len())
            .into_iter()
            .filter_map(|i| entries.get(i))
            .map(|e| e.id);
        let wanted: Vec<PictureId> = also
            .iter()
            .copied()
            .chain(seen)
            .filter(|id| !gallery.thumbs.contains_key(id) && !gallery.thumb_errors.contains_key(id))
            .take(ASKED)
            .collect();
        if self.forgotten != gallery.thumbs.forgotten() {
            self.forgotten = gallery.thumbs.forgotten();
            self.asked.clear();
        }
        // Those that came may be dropped again later, and then asked for anew.
        self.asked.retain(|id| !gallery.thumbs.contains_key(id));
        let news = wanted.iter().any(|id| !self.asked.contains(id));
        if news {
            self.asked.clone_from(&wanted);
            p.actions
                .push(Action::Gallery(GalleryRequest::Thumbnails(wanted)));
        }
    }
}
