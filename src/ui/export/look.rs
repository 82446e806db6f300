//! How an exported picture is going to look: cropped, fitted or mirrored, small.

use egui::{Sense, Ui, Vec2};

use crate::app::action::Action;
use crate::export::presets;
use crate::gallery::protocol::{Entry, ExportSize, GalleryRequest, PictureId};
use crate::picture::Picture;
use crate::ui::panel::Panel;
use crate::ui::widgets::tile::fitted;

/// Longer side of the look, pixels.
const SIDE: u32 = 160;

/// The last look, so that it is made only once.
#[derive(Debug, Clone, Default)]
pub struct Look {
    made: Option<(PictureId, ExportSize, Picture)>,
    /// And how much was forgotten by then.
    asked: Option<(PictureId, usize)>,
}

impl Look {
    /// Draws it with its size below.
    pub fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry, size: ExportSize) {
        let side = SIDE as f32;
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Image, true, "How the copy looks")
        });
        ui.painter().rect_filled(rect, 4.0, *p.theme.field);
        if let Some(picture) = self.of(p, entry, size) {
            let texture = p.textures.of(ui.ctx(), &picture);
            let at = fitted(rect, picture.size());
            egui::Image::new((texture, at.size())).paint_at(ui, at);
        }
        let [w, h] = size.of(entry.size);
        let print = if size.dpi().is_some() {
            ", 300 dpi"
        } else {
            ""
        };
        ui.weak(format!("{w} x {h} pixels{print}"));
    }

    fn of(&mut self, p: &mut Panel<'_>, entry: &Entry, size: ExportSize) -> Option<Picture> {
        if let Some((id, of, picture)) = &self.made
            && (*id, *of) == (entry.id, size)
        {
            return Some(picture.clone());
        }
        let Some(thumb) = p.state.gallery.thumbs.get(&entry.id) else {
            let now = Some((entry.id, p.state.gallery.thumbs.forgotten()));
            if self.asked != now {
                self.asked = now;
                let wanted = GalleryRequest::Thumbnails(vec![entry.id]);
                p.actions.push(Action::Gallery(wanted));
            }
            return None;
        };
        let [w, h] = size.of(entry.size);
        let scale = SIDE as f32 / w.max(h) as f32;
        let small = [w, h].map(|n| ((n as f32 * scale).round() as u32).max(1));
        let picture = match size {
            ExportSize::Shape(_, fitting) => presets::shape(thumb, small, fitting),
            _ => thumb.clone(),
        };
        self.made = Some((entry.id, size, picture.clone()));
        Some(picture)
    }
}
