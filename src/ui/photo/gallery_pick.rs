//! Choosing a picture of the gallery as photo or style.

use egui::{Modal, Ui, vec2};

use crate::app::action::{Action, Destination, Subject};
use crate::gallery::protocol::Query;
use crate::ui::gallery::grid::EntryGrid;
use crate::ui::gallery::image_grid::ImageGrid;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::settle;

/// The open chooser.
pub struct GalleryPick {
    to: Destination,
    grid: EntryGrid,
    asked: bool,
    text: String,
}

impl GalleryPick {
    /// A chooser whose picture goes there.
    pub fn new(to: Destination) -> Self {
        Self {
            to,
            grid: EntryGrid::default(),
            asked: false,
            text: String::new(),
        }
    }

    /// Draws it; false once it is closed.
    pub fn show(&mut self, ui: &mut Ui, p: &mut Panel<'_>) -> bool {
        if !self.asked {
            self.asked = true;
            p.actions.push(Action::GalleryQuery(Query::default()));
        }
        let screen = ui.ctx().content_rect().size();
        let mut open = true;
        let typing = ui.ctx().text_edit_focused();
        let modal = Modal::new(egui::Id::unique("pick from gallery")).show(ui.ctx(), |ui| {
            ui.set_width((screen.x * 0.7).clamp(320.0, 900.0));
            ui.set_height((screen.y * 0.7).clamp(240.0, 700.0));
            ui.horizontal(|ui| {
                ui.heading(match self.to {
                    Destination::StyleStyle => "Which picture is the style?",
                    Destination::LensPhoto => "Which picture is to change?",
                    Destination::LensOther | Destination::GrowStructure => {
                        "Which is the second picture?"
                    }
                    Destination::GrowOther => "Which picture gives patches, too?",
                    Destination::GrowSource => "Which picture is to grow?",
                    Destination::SpacesSource => "Which picture becomes a surface?",
                    Destination::SpacesRoom => "Which photo is of the wall?",
                    _ => "Which picture gets the style?",
                });
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button("Cancel").clicked() {
                        open = false;
                    }
                    let search = egui::TextEdit::singleline(&mut self.text)
                        .hint_text("Search")
                        .desired_width(180.0);
                    if ui.add(search).accessible_name("Search pictures").changed() {
                        p.actions.push(Action::GalleryQuery(Query {
                            text: self.text.trim().to_owned(),
                            ..Query::default()
                        }));
                    }
                });
            });
            if let Some(action) = self.pictures(ui, p) {
                p.actions.push(action);
                open = false;
            }
        });
        settle(ui.ctx(), "pick from gallery", modal.response.rect);
        // While something is typed, Esc and a click outside only end that.
        open && (typing || !modal.should_close())
    }

    fn pictures(&mut self, ui: &mut Ui, p: &mut Panel<'_>) -> Option<Action> {
        let entries = std::sync::Arc::clone(&p.state.gallery.entries);
        if entries.is_empty() {
            ui.add_sized(
                vec2(ui.available_width(), 80.0),
                egui::Label::new(
                    "No pictures here yet. Save one in Explore, or import files into the gallery.",
                ),
            );
            return None;
        }
        let grid = ImageGrid {
            name: "Pictures to choose from",
            count: entries.len(),
            thumb: 128.0,
            titles: true,
            cursor: None,
            reveal: None,
            eager_keys: false,
        };
        let out = self.grid.show(ui, p, grid, &entries, &[], |_| false);
        let chosen = out.clicked.map(|(i, _)| i).or(out.opened)?;
        let entry = entries.get(chosen)?;
        Some(Action::Send {
            to: self.to,
            what: Subject::Gallery(entry.id),
        })
    }
}
