//! What is known about the chosen pictures, and what can be done with them.

use egui::{Label, RichText, ScrollArea, TextEdit, Ui};

use crate::app::action::{Action, Destination, Subject, ViewEdit};
use crate::app::command::Command;
use crate::app::view::Dialog;
use crate::gallery::protocol::{AlbumEdit, Entry, GalleryRequest, PictureId};
use crate::recipe::{Recipe, StyleSource};
use crate::ui::gallery::facts::{facts, look, table};
use crate::ui::gallery::image_grid_star::rating;
use crate::ui::gallery::lineage;
use crate::ui::gallery::recipe::{Line, Names, summary};
use crate::ui::gallery::tags;
use crate::ui::gallery::tags::{TagChange, tag_editor};
use crate::ui::panel::Panel;
use crate::ui::style::names;
use crate::ui::widgets::section::section;

/// Half-typed texts and what was asked for; not part of the state.
#[derive(Debug, Default)]
pub struct Details {
    tag: String,
    album: String,
    title: Option<(PictureId, String)>,
    /// The title is to be typed.
    rename: bool,
    asked: Option<PictureId>,
    /// The recipe of a picture in lines, so that its text is read only once.
    lines: Option<(PictureId, Vec<Line>)>,
    /// The tags of the chosen pictures, counted only once.
    have: Option<(Stamp, Words)>,
}

/// Tags and albums, each with how many of the pictures have it.
type Words = [Vec<(String, usize)>; 2];

/// Of a listing and a choice in it: another one means that anything may be different.
pub type Stamp = (u64, u64);

/// What the details ask the workspace for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailsEvent {
    /// Put these next to each other.
    Compare(Vec<PictureId>),
    /// Go to this picture.
    GoTo(PictureId),
    /// Show more pictures like these: words for the search.
    Search(String),
    /// Show an album.
    Album(String),
}

impl Details {
    /// Draws the panel for the chosen pictures, as of a stamp.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        chosen: &[&Entry],
        stamp: Stamp,
    ) -> Option<DetailsEvent> {
        let mut event = None;
        if self.have.as_ref().is_none_or(|(of, _)| *of != stamp) {
            let tags = tags::count(chosen.iter().flat_map(|entry| &entry.tags));
            let albums = tags::count(chosen.iter().flat_map(|entry| &entry.albums));
            self.have = Some((stamp, [tags, albums]));
        }
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| match chosen {
                [] => self.nothing(ui, p),
                [entry] => event = self.one(ui, p, entry),
                several => event = self.several(ui, p, several),
            });
        event
    }

    /// The title field gets the keyboard.
    pub fn rename(&mut self) {
        self.rename = true;
    }

    /// Something changed: ask again about what is shown.
    pub fn refresh(&mut self) {
        self.asked = None;
    }

    fn nothing(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        ui.add_space(8.0);
        ui.weak("Choose a picture to see how it was made, give it stars and tags, or send it on.");
        ui.add_space(8.0);
        if let Some(folder) = &p.state.gallery.folder {
            ui.weak("Location");
            ui.add(Label::new(folder.display().to_string()).wrap());
        }
    }

    fn one(&mut self, ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) -> Option<DetailsEvent> {
        if self.asked != Some(entry.id) {
            self.asked = Some(entry.id);
            p.actions
                .push(Action::Gallery(GalleryRequest::About(entry.id)));
            p.actions
                .push(Action::Gallery(GalleryRequest::Lineage(entry.id)));
        }
        look(ui, p, entry);
        self.title(ui, p, entry);
        if let Some(stars) = rating(ui, entry.stars) {
            p.actions.push(Action::Gallery(GalleryRequest::SetStars(
                vec![entry.id],
                stars,
            )));
        }
        ui.add_space(4.0);
        one_buttons(ui, p, entry);
        let theme = std::sync::Arc::clone(&p.theme);
        let mut event = None;
        section(
            ui,
            &theme,
            "Tags",
            true,
            |_| {},
            |ui| {
                event = self.tags(ui, p, &[entry]);
            },
        );
        section(
            ui,
            &theme,
            "Albums",
            true,
            |_| {},
            |ui| {
                event = self.albums(ui, p, &[entry]).or(event.take());
            },
        );
        section(
            ui,
            &theme,
            "Picture",
            true,
            |_| {},
            |ui| facts(ui, p, entry),
        );
        section(
            ui,
            &theme,
            "How it was made",
            true,
            |_| {},
            |ui| self.recipe(ui, p, entry),
        );
        section(
            ui,
            &theme,
            "Family",
            true,
            |_| {},
            |ui| {
                if let Some(id) = lineage::family(ui, p, entry.id) {
                    event = Some(DetailsEvent::GoTo(id));
                }
            },
        );
        event
    }

    fn several(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        entries: &[&Entry],
    ) -> Option<DetailsEvent> {
        let mut event = None;
        let ids: Vec<PictureId> = entries.iter().map(|e| e.id).collect();
        ui.label(
            RichText::new(format!("{} pictures", ids.len()))
                .strong()
                .size(16.0),
        );
        let same = entries.iter().all(|e| e.stars == entries[0].stars);
        if let Some(stars) = rating(ui, if same { entries[0].stars } else { 0 }) {
            p.actions.push(Action::Gallery(GalleryRequest::SetStars(
                ids.clone(),
                stars,
            )));
        }
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            let few = (2..=crate::ui::gallery::compare::MOST).contains(&ids.len());
            let compare = ui
                .add_enabled(few, egui::Button::new("Compare"))
                .on_hover_text("Side by side, zoomed in step (C)")
                .on_disabled_hover_text("Choose two to four pictures to compare them");
            if compare.clicked() {
                event = Some(DetailsEvent::Compare(ids.clone()));
            }
            if ui
                .button("Export…")
                .on_hover_text("Save copies with a size, format and quality")
                .clicked()
            {
                p.actions.view(ViewEdit::Dialog(Dialog::Export));
            }
            let copy = ui.button("Copy files").on_hover_text(
                "Copy the files to the clipboard, to paste them in a folder, a mail, another program",
            );
            if copy.clicked() {
                let files = entries.iter().map(|e| e.path.clone()).collect();
                p.actions.push(Action::CopyFiles(files));
            }
            paste_finish(ui, p);
            if ui
                .button("Delete")
                .on_hover_text("Move to the bin; can be undone (Del)")
                .clicked()
            {
                p.actions.push(Action::Gallery(GalleryRequest::Delete(ids)));
            }
        });
        let theme = std::sync::Arc::clone(&p.theme);
        section(
            ui,
            &theme,
            "Tags",
            true,
            |_| {},
            |ui| {
                event = self.tags(ui, p, entries).or(event.take());
            },
        );
        section(
            ui,
            &theme,
            "Albums",
            true,
            |_| {},
            |ui| {
                event = self.albums(ui, p, entries).or(event.take());
            },
        );
        event
    }

    /// A text field that is taken over when it is left, or with Enter.
    fn title(&mut self, ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) {
        let fresh = self.title.as_ref().is_none_or(|(id, _)| *id != entry.id);
        if fresh {
            self.title = Some((entry.id, entry.title.clone()));
        }
        let Some((_, text)) = &mut self.title else {
            return;
        };
        let edit = TextEdit::singleline(text)
            .desired_width(ui.available_width())
            .font(egui::FontId::proportional(15.0))
            .hint_text("Title");
        let response = ui.add(edit).accessible_name("Title");
        if std::mem::take(&mut self.rename) {
            response.request_focus();
        }
        let title = text.trim().to_owned();
        if response.lost_focus() && !title.is_empty() && title != entry.title {
            p.actions
                .push(Action::Gallery(GalleryRequest::SetTitle(entry.id, title)));
        }
        if !response.has_focus() && !response.lost_focus() {
            self.title = None;
        }
    }

    fn tags(&mut self, ui: &mut Ui, p: &mut Panel<'_>, entries: &[&Entry]) -> Option<DetailsEvent> {
        let have = self.have.as_ref().map_or(&[][..], |(_, [tags, _])| tags);
        // Looked up only while typing: a large gallery has many tags.
        let known: Vec<String> = if self.tag.is_empty() {
            Vec::new()
        } else {
            let all = tags::count(p.state.gallery.entries.iter().flat_map(|e| &e.tags));
            all.into_iter().map(|(t, _)| t).collect()
        };
        let ids = || entries.iter().map(|e| e.id).collect();
        match tag_editor(ui, tags::TAGS, &mut self.tag, have, entries.len(), &known)? {
            TagChange::Add(tag) => {
                p.actions
                    .push(Action::Gallery(GalleryRequest::AddTag(ids(), tag)));
                None
            }
            TagChange::Remove(tag) => {
                p.actions
                    .push(Action::Gallery(GalleryRequest::RemoveTag(ids(), tag)));
                None
            }
            TagChange::Find(tag) => Some(DetailsEvent::Search(tag)),
        }
    }

    fn albums(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        entries: &[&Entry],
    ) -> Option<DetailsEvent> {
        let have = self
            .have
            .as_ref()
            .map_or(&[][..], |(_, [_, albums])| albums);
        let all = p.state.gallery.albums.iter();
        let known: Vec<String> = all.map(|(name, _)| name.clone()).collect();
        let ids = || entries.iter().map(|e| e.id).collect();
        let edit = match tag_editor(
            ui,
            tags::ALBUMS,
            &mut self.album,
            have,
            entries.len(),
            &known,
        )? {
            TagChange::Add(album) => AlbumEdit::Add(ids(), album),
            TagChange::Remove(album) => AlbumEdit::Remove(ids(), album),
            TagChange::Find(album) => return Some(DetailsEvent::Album(album)),
        };
        p.actions.push(Action::Gallery(GalleryRequest::Album(edit)));
        None
    }

    fn recipe(&mut self, ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) {
        let about = p
            .state
            .gallery
            .about
            .as_ref()
            .filter(|(id, _)| *id == entry.id);
        let Some((_, about)) = about else {
            ui.weak("Reading…");
            return;
        };
        if self.lines.as_ref().is_none_or(|(id, _)| *id != entry.id) {
            let recipe = about
                .recipe_json
                .as_deref()
                .and_then(|json| Recipe::from_json(json).ok());
            let names = Names {
                style: &|id| names::name(p.state, &StyleSource::Builtin(id.to_owned())),
                variety: &|model| p.state.engine.variety(model),
            };
            let lines = recipe.map(|r| summary(&r, &names)).unwrap_or_default();
            self.lines = Some((entry.id, lines));
        }
        match &self.lines {
            Some((_, lines)) if !lines.is_empty() => table(ui, "recipe lines", lines),
            _ => {
                ui.weak("This picture carries no recipe of Limner.");
            }
        }
    }
}

fn one_buttons(ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) {
    let what = Subject::Gallery(entry.id);
    ui.horizontal_wrapped(|ui| {
        for (text, help, to) in SENDS {
            if ui.button(*text).on_hover_text(*help).clicked() {
                p.actions.push(Action::Send {
                    to: *to,
                    what: what.clone(),
                });
            }
        }
        if ui
            .button("Export…")
            .on_hover_text("Save a copy with a size, format and quality")
            .clicked()
        {
            p.actions.view(ViewEdit::Dialog(Dialog::Export));
        }
        if ui
            .button("About…")
            .on_hover_text("What made it, from what, and whether it may be sold (A)")
            .clicked()
        {
            p.actions.view(ViewEdit::Dialog(Dialog::AboutPicture));
        }
        let copy = ui.button(Command::CopyFinish.text());
        if copy.on_hover_text(Command::CopyFinish.tooltip()).clicked() {
            let to = Destination::CopyFinish;
            p.actions.push(Action::Send { to, what });
        }
        paste_finish(ui, p);
        if ui
            .button("Delete")
            .on_hover_text("Move to the bin; can be undone (Del)")
            .clicked()
        {
            p.actions
                .push(Action::Gallery(GalleryRequest::Delete(vec![entry.id])));
        }
    });
}

/// Brings copied settings of Finish to what is chosen, once there are some.
fn paste_finish(ui: &mut Ui, p: &mut Panel<'_>) {
    if p.state.finish.copied.is_none() {
        return;
    }
    let command = Command::PasteFinish;
    let paste = ui.button(command.text());
    if paste.on_hover_text(command.tooltip()).clicked() {
        p.actions.command(command);
    }
}

/// Where a kept picture can go: button, tooltip, destination.
pub const SENDS: &[(&str, &str, Destination)] = &[
    (
        "Finish…",
        "Crop, straighten, light, colour, sharpness and size; the picture itself stays",
        Destination::Finish,
    ),
    (
        "Open recipe",
        "Go back to where it was made, with the same settings",
        Destination::Explore,
    ),
    (
        "Send to Style",
        "Use it as the photo in Style",
        Destination::StylePhoto,
    ),
    ("Use as style", "Use it as a style", Destination::StyleStyle),
    (
        "Open in Lens",
        "Change it with the sliders of Lens",
        Destination::LensPhoto,
    ),
    (
        "Send to Grow",
        "Grow new pictures from it",
        Destination::GrowSource,
    ),
    (
        "Send to Spaces",
        "Make a tile, a panorama, a material or a hung picture of it",
        Destination::SpacesSource,
    ),
    (
        "Upscale 2×",
        "Twice as large, saved as a new picture",
        Destination::Upscale(2),
    ),
    (
        "Upscale 4×",
        "Four times as large, saved as a new picture",
        Destination::Upscale(4),
    ),
    (
        "Copy",
        "Copy the picture to the clipboard",
        Destination::Clipboard,
    ),
];
