//! The albums above the gallery's grid: chosen with a click, renamed, taken away.

use egui::{Button, Key, TextEdit, Ui};

use crate::app::action::Action;
use crate::gallery::protocol::{AlbumEdit, GalleryRequest, PictureId};
use crate::ui::gallery::tags;
use crate::ui::panel::Panel;

/// The album that is being renamed, and what was typed.
#[derive(Debug, Default)]
pub struct AlbumBar {
    renaming: Option<(String, String)>,
    /// The field has just opened.
    opened: bool,
    /// A new name that the gallery hasn't told yet.
    coming: Option<String>,
}

impl AlbumBar {
    /// Draws the albums, where there are some; `shown` is the one that the grid shows.
    pub fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>, shown: &mut Option<String>) {
        let albums = &p.state.gallery.albums;
        // An album goes with its last picture.
        let is_there = |name: &String| albums.iter().any(|(a, _)| a == name);
        self.coming.take_if(|name| is_there(name));
        let coming = self.coming.as_ref();
        let gone = |name: &String| !is_there(name) && coming != Some(name);
        if p.state.gallery.listed && shown.as_ref().is_some_and(gone) {
            *shown = None;
        }
        if albums.is_empty() {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            if ui
                .selectable_label(shown.is_none(), "All pictures")
                .clicked()
            {
                *shown = None;
            }
            for (name, count) in albums {
                let on = shown.as_ref() == Some(name);
                let words = format!("{name}  {count}");
                let chip = ui
                    .selectable_label(on, words)
                    .accessible_name(format!("Album {name}"));
                if chip.clicked() {
                    *shown = (!on).then(|| name.clone());
                }
            }
            if let Some(name) = shown.clone() {
                ui.add_space(8.0);
                self.change(ui, p, &name, shown);
            }
        });
    }

    fn change(&mut self, ui: &mut Ui, p: &mut Panel<'_>, name: &str, shown: &mut Option<String>) {
        if let Some((_, typed)) = self.renaming.as_mut().filter(|(of, _)| of == name) {
            let edit = TextEdit::singleline(typed).desired_width(160.0);
            let field = ui.add(edit).accessible_name("Name of the album");
            if std::mem::take(&mut self.opened) {
                field.request_focus();
            }
            if field.lost_focus() {
                // Not for the grid, too, where it would open a picture.
                let entered = ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Enter));
                let to = tags::clean(typed).filter(|_| entered);
                self.renaming = None;
                if let Some(to) = to {
                    let from = name.to_owned();
                    *shown = Some(to.clone());
                    self.coming = Some(to.clone());
                    send(p, AlbumEdit::Rename { from, to });
                }
            }
            return;
        }
        let rename = ui.add(Button::new("Rename…").small());
        if rename.accessible_name("Rename album").clicked() {
            self.renaming = Some((name.to_owned(), name.to_owned()));
            self.opened = true;
        }
        let delete = ui
            .add(Button::new("Delete album").small())
            .on_hover_text("Its pictures stay in the gallery");
        if delete.clicked() {
            *shown = None;
            send(p, AlbumEdit::Delete(name.to_owned()));
        }
    }
}

/// The albums in a picture's menu.
pub fn menu(ui: &mut Ui, p: &mut Panel<'_>, ids: &[PictureId], shown: Option<&str>) {
    let albums = p.state.gallery.albums.clone();
    if !albums.is_empty() {
        ui.menu_button("Add to album", |ui| {
            for (name, _) in &albums {
                if ui.button(name).clicked() {
                    send(p, AlbumEdit::Add(ids.to_vec(), name.clone()));
                    ui.close();
                }
            }
        });
    }
    if let Some(name) = shown
        && ui.button(format!("Take out of {name}")).clicked()
    {
        send(p, AlbumEdit::Remove(ids.to_vec(), name.to_owned()));
        ui.close();
    }
}

fn send(p: &mut Panel<'_>, edit: AlbumEdit) {
    p.actions.push(Action::Gallery(GalleryRequest::Album(edit)));
}
