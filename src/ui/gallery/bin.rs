//! The bin: what was deleted, how long ago and how large, with the way back.

use egui::{RichText, ScrollArea, Ui, vec2};

use crate::app::action::Action;
use crate::clock;
use crate::gallery::protocol::{BinBatch, GalleryRequest};
use crate::ui::gallery::recipe::bytes;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::modal;
use crate::ui::widgets::tile::picture_tile;

/// Width of the dialog's contents.
const WIDTH: f32 = 600.0;
/// Height of the list: always the same, so that the dialog stays where it opened.
const HEIGHT: f32 = 380.0;
/// Pictures of a batch that are shown.
const LOOKS: usize = 4;
/// Side of a shown picture.
const SIDE: f32 = 54.0;
/// A moment after everything that was deleted.
const EVERYTHING: i64 = i64::MAX;

/// What was asked for, and what is about to be deleted for good.
#[derive(Default)]
struct BinDialog {
    asked: Vec<(u64, usize)>,
    /// Sure to empty the bin?
    emptying: bool,
    /// Sure to delete this batch?
    discarding: Option<u64>,
}

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, p: &mut Panel<'_>) {
    let mut dialog = std::mem::take(p.scratch.of::<BinDialog>());
    modal(ctx, p, "Bin", |ui, p| {
        ui.set_width(WIDTH);
        dialog.head(ui, p);
        ui.add_space(8.0);
        ScrollArea::vertical()
            .max_height(HEIGHT)
            .min_scrolled_height(HEIGHT)
            .auto_shrink(false)
            .show(ui, |ui| dialog.list(ui, p));
    });
    *p.scratch.of::<BinDialog>() = dialog;
}

impl BinDialog {
    /// How much there is, and the button that empties it.
    fn head(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let bin = &p.state.gallery.bin;
        let count: usize = bin.iter().map(|b| b.count).sum();
        let size: u64 = bin.iter().map(|b| b.bytes).sum();
        self.emptying &= count > 0;
        ui.horizontal(|ui| {
            ui.set_height(26.0);
            if self.emptying {
                ui.label(format!("Delete {} for good?", pictures(count)));
                if ui.button("Delete for good").clicked() {
                    self.emptying = false;
                    p.actions.push(Action::Gallery(GalleryRequest::EmptyBin {
                        before: EVERYTHING,
                    }));
                }
                self.emptying &= !ui.button("Keep them").clicked();
                return;
            }
            match count {
                0 => {
                    ui.weak("Nothing is in the bin. Deleted pictures wait here until you empty it.")
                }
                n => ui.label(format!("{}, {}", pictures(n), bytes(size))),
            };
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let empty = ui.add_enabled(count > 0, egui::Button::new("Empty bin…"));
                self.emptying |= empty
                    .on_hover_text("Delete everything in the bin for good")
                    .clicked();
            });
        });
    }

    fn list(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let bin = p.state.gallery.bin.clone();
        let now = clock::now();
        for batch in &bin {
            ui.push_id(batch.token, |ui| self.batch(ui, p, batch, now));
            ui.separator();
        }
    }

    fn batch(&mut self, ui: &mut Ui, p: &mut Panel<'_>, batch: &BinBatch, now: i64) {
        let row = vec2(ui.available_width(), SIDE);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(row, layout, |ui| {
            for at in 0..batch.count.min(LOOKS) {
                self.look(ui, p, batch, at);
            }
            let missing = LOOKS.saturating_sub(batch.count) as f32;
            ui.add_space(missing * (SIDE * 0.4));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                self.buttons(ui, p, batch);
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    ui.add_space(8.0);
                    let title = RichText::new(title(batch)).color(*p.theme.text_strong);
                    ui.add(egui::Label::new(title).truncate())
                        .on_hover_text(batch.titles.join("\n"));
                    ui.weak(format!(
                        "{}, {}",
                        ago(now - batch.deleted),
                        bytes(batch.bytes)
                    ));
                });
            });
        });
    }

    fn look(&mut self, ui: &mut Ui, p: &mut Panel<'_>, batch: &BinBatch, at: usize) {
        let key = (batch.token, at);
        let known = p.state.gallery.bin_looks.get(&key);
        let texture = known
            .and_then(Option::as_ref)
            .map(|look| (p.textures.of(ui.ctx(), look), look.size()));
        let name = batch.titles.get(at).map_or("Picture", String::as_str);
        let theme = p.theme.clone();
        let tile = picture_tile(ui, &theme, name, texture, vec2(SIDE, SIDE), false);
        // Only of those that are seen.
        if known.is_none() && ui.is_rect_visible(tile.rect) && !self.asked.contains(&key) {
            self.asked.push(key);
            let (token, at) = key;
            p.actions
                .push(Action::Gallery(GalleryRequest::BinLook { token, at }));
        }
    }

    fn buttons(&mut self, ui: &mut Ui, p: &mut Panel<'_>, batch: &BinBatch) {
        let of = title(batch);
        if self.discarding == Some(batch.token) {
            let sure = ui.button("Delete for good");
            if sure.clicked() {
                self.discarding = None;
                let discard = GalleryRequest::DiscardBatch(batch.token);
                p.actions.push(Action::Gallery(discard));
            }
            sure.accessible_name(format!("Delete for good: {of}"));
            if ui.button("Keep").clicked() {
                self.discarding = None;
            }
            return;
        }
        let delete = ui.button("Delete…").on_hover_text("Delete for good");
        if delete.clicked() {
            self.discarding = Some(batch.token);
        }
        delete.accessible_name(format!("Delete {of}"));
        let restore = ui
            .button("Restore")
            .on_hover_text("Back to where it was, with its stars and tags");
        if restore.clicked() {
            let undelete = GalleryRequest::Undelete(batch.token);
            p.actions.push(Action::Gallery(undelete));
        }
        restore.accessible_name(format!("Restore {of}"));
    }
}

fn pictures(n: usize) -> String {
    match n {
        1 => "1 picture".to_owned(),
        n => format!("{n} pictures"),
    }
}

/// The first title, and how many more.
fn title(batch: &BinBatch) -> String {
    let first = batch.titles.first().map_or("Picture", String::as_str);
    match batch.count {
        0 | 1 => first.to_owned(),
        n => format!("{first} and {} more", n - 1),
    }
}

/// How long something is ago, in words.
fn ago(seconds: i64) -> String {
    let (n, unit) = match seconds {
        s if s < 60 => return "just now".to_owned(),
        s if s < 3600 => (s / 60, "minute"),
        s if s < 86_400 => (s / 3600, "hour"),
        s if s < 30 * 86_400 => (s / 86_400, "day"),
        s if s < 365 * 86_400 => (s / (30 * 86_400), "month"),
        s => (s / (365 * 86_400), "year"),
    };
    match n {
        1 => format!("1 {unit} ago"),
        n => format!("{n} {unit}s ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_words() {
        let told = [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (7_300, "2 hours ago"),
            (86_400, "1 day ago"),
            (40 * 86_400, "1 month ago"),
            (800 * 86_400, "2 years ago"),
        ];
        for (seconds, words) in told {
            assert_eq!(ago(seconds), words);
        }
    }
}
