//! The Gallery workspace: filters above, pictures in the middle, what is known
//! about the chosen ones on the right.

use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::app::action::{Action, Subject, ViewEdit};
use crate::app::command::Command;
use crate::app::view::Dialog;
use crate::gallery::protocol::{Entry, GalleryRequest, PictureId, Query};
use crate::ui::canvas::picture_menu;
use crate::ui::gallery::albums::{self, AlbumBar};
use crate::ui::gallery::compare::{CompareEvent, ComparePane, CompareView, MOST};
use crate::ui::gallery::details::{Details, DetailsEvent, Stamp};
use crate::ui::gallery::empty;
use crate::ui::gallery::filter::{Filter, filter_bar};
use crate::ui::gallery::grid::EntryGrid;
use crate::ui::gallery::image_grid::{GridOutput, ImageGrid};
use crate::ui::gallery::lineage;
use crate::ui::gallery::selection::{SelectHow, Selection, position};
use crate::ui::gallery::single;
use crate::ui::panel::Panel;
use crate::ui::theme::panel_of_two_width;
use crate::ui::widgets::slider::Slider;

/// Width of the panel on the right, at most.
const RIGHT: f32 = 300.0;
/// Smallest and largest thumbnails, in points.
const THUMB: std::ops::RangeInclusive<f32> = 72.0..=360.0;
/// Thumbnail side at first.
const THUMB_FIRST: f32 = 168.0;

/// What the workspace remembers between frames; not part of the document.
struct GalleryPanel {
    filter: Filter,
    albums: AlbumBar,
    asked: Option<Query>,
    selection: Selection,
    /// The listing on which the selection was made.
    seen: Arc<Vec<Entry>>,
    /// How many listings came before, and where in this one the chosen pictures are,
    /// as of this change of the selection.
    listing: u64,
    chosen: (Stamp, Vec<usize>),
    grid: EntryGrid,
    thumb: f32,
    details: Details,
    compare: Option<(CompareView, Vec<PictureId>)>,
    reveal: Option<PictureId>,
}

impl Default for GalleryPanel {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            albums: AlbumBar::default(),
            asked: None,
            selection: Selection::default(),
            seen: Arc::default(),
            listing: 0,
            chosen: Default::default(),
            grid: EntryGrid::default(),
            thumb: THUMB_FIRST,
            details: Details::default(),
            compare: None,
            reveal: None,
        }
    }
}

/// Draws the workspace.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let mut panel = std::mem::take(p.scratch.of::<GalleryPanel>());
    panel.follow(p);
    let frame = Frame::new()
        .fill(*p.theme.panel)
        .inner_margin(Margin::symmetric(10, 6));
    if panel.compare.is_none() && !p.state.view.panels_away {
        egui::Panel::right("gallery details")
            .exact_size(panel_of_two_width(ui.ctx(), RIGHT))
            .frame(frame)
            .show(ui, |ui| panel.side(ui, p));
        if p.state.gallery.open.is_none() {
            egui::Panel::top("gallery bar")
                .frame(frame)
                .show(ui, |ui| panel.top(ui, p));
            egui::Panel::bottom("gallery foot")
                .frame(frame)
                .show(ui, |ui| panel.foot(ui, p));
        }
    }
    let frame = Frame::new().fill(*p.theme.canvas);
    CentralPanel::no_frame()
        .frame(frame)
        .show(ui, |ui| panel.middle(ui, p));
    *p.scratch.of::<GalleryPanel>() = panel;
}

impl GalleryPanel {
    /// A new listing, and a picture that is opened from elsewhere.
    fn follow(&mut self, p: &mut Panel<'_>) {
        let now = &p.state.gallery.entries;
        if !Arc::ptr_eq(&self.seen, now) {
            let before = self.selection.revision();
            self.selection.follow(&self.seen, now);
            self.seen = Arc::clone(now);
            self.listing += 1;
            self.details.refresh();
            if before != self.selection.revision() {
                self.tell(p);
            }
        }
        if let Some(open) = p.state.gallery.open
            && self.selection.cursor() != Some(open)
            && let Some(at) = position(&self.seen, Some(open))
        {
            self.selection.select(&self.seen, at, SelectHow::Replace);
            self.reveal = Some(open);
            self.tell(p);
        }
        if self.asked.is_none() {
            self.ask(p);
        }
    }

    fn tell(&self, p: &mut Panel<'_>) {
        p.actions
            .push(Action::Select(self.selection.in_order(&self.seen)));
    }

    /// Asks for the listing if the filters changed.
    fn ask(&mut self, p: &mut Panel<'_>) {
        let query = self.filter.query(now());
        if self.asked.as_ref() != Some(&query) || p.state.gallery.query != query {
            self.asked = Some(query.clone());
            p.actions.push(Action::GalleryQuery(query));
        }
    }

    fn top(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let library = Arc::clone(&p.state.engine.library);
        let models: Vec<(String, String)> = library
            .models
            .iter()
            .map(|m| (m.name.clone(), m.title.clone()))
            .collect();
        ui.horizontal_wrapped(|ui| {
            filter_bar(ui, &mut self.filter, &models);
        });
        self.albums.ui(ui, p, &mut self.filter.album);
        self.ask(p);
    }

    fn foot(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        ui.horizontal(|ui| {
            let count = self.seen.len();
            let mut words = match count {
                1 => "1 picture".to_owned(),
                n => format!("{n} pictures"),
            };
            if !self.selection.is_empty() {
                words += &format!(", {} chosen", self.selection.len());
            }
            ui.label(words);
            if let Some((done, total)) = p.state.gallery.rebuilding {
                ui.weak(format!("Reading the folder: {done} of {total}"));
            }
            if ui
                .button("Import…")
                .on_hover_text("Copy pictures into the gallery; you can also drop them here")
                .clicked()
            {
                p.actions.command(Command::Import);
            }
            let deleted: usize = p.state.gallery.bin.iter().map(|b| b.count).sum();
            let text = match deleted {
                0 => "Bin".to_owned(),
                n => format!("Bin ({n})"),
            };
            let bin = ui.button(text).on_hover_text(Command::Bin.tooltip());
            if bin.clicked() {
                p.actions.command(Command::Bin);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.allocate_ui(egui::vec2(230.0, 24.0), |ui| {
                    let slider = Slider::new("Picture size", self.thumb, THUMB, THUMB_FIRST)
                        .decimals(0)
                        .step(8.0)
                        .tooltip("How large the pictures are shown here")
                        .show(ui, &p.theme);
                    if let Some(side) = slider.changed {
                        self.thumb = side;
                        self.reveal = self.selection.cursor();
                    }
                });
            });
        });
    }

    fn side(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let seen = Arc::clone(&self.seen);
        let stamp = (self.listing, self.selection.revision());
        if self.chosen.0 != stamp {
            self.chosen = (stamp, self.selection.places(&seen));
        }
        let chosen: Vec<&Entry> = self.chosen.1.iter().filter_map(|&i| seen.get(i)).collect();
        match self.details.ui(ui, p, &chosen, stamp) {
            Some(DetailsEvent::Compare(ids)) => self.compare(p, ids),
            Some(DetailsEvent::GoTo(id)) => self.go_to(p, id),
            Some(DetailsEvent::Search(words)) => {
                self.filter.widen();
                self.filter.text = words;
                self.ask(p);
            }
            Some(DetailsEvent::Album(name)) => {
                self.filter.widen();
                self.filter.album = Some(name);
                self.ask(p);
            }
            None => {}
        }
    }

    fn go_to(&mut self, p: &mut Panel<'_>, id: PictureId) {
        match position(&self.seen, Some(id)) {
            Some(at) => {
                self.selection.select(&self.seen, at, SelectHow::Replace);
                self.reveal = Some(id);
                self.tell(p);
                if p.state.gallery.open.is_some() {
                    p.actions.push(Action::OpenPicture(Some(id)));
                }
            }
            // Not among the filtered ones: show all, and it.
            None => {
                self.filter.widen();
                self.ask(p);
                p.actions.push(Action::OpenPicture(Some(id)));
            }
        }
    }

    fn middle(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        if self.compare.is_some() {
            self.comparison(ui, p);
        } else if let Some(open) = p.state.gallery.open {
            single::ui(ui, p, open, &self.seen);
        } else if self.seen.is_empty() {
            let narrow = self.filter.is_narrow();
            if empty::ui(ui, p, narrow) {
                self.filter.widen();
                self.ask(p);
            }
        } else {
            self.pictures(ui, p);
        }
    }

    fn pictures(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let seen = Arc::clone(&self.seen);
        let cursor = position(&seen, self.selection.cursor());
        let grid = ImageGrid {
            name: "Pictures",
            count: seen.len(),
            thumb: self.thumb,
            titles: self.thumb >= 110.0,
            cursor,
            reveal: self.reveal.take().and_then(|id| position(&seen, Some(id))),
            eager_keys: p.state.view.dialog == Dialog::None,
        };
        let family = lineage::wanted(p);
        let selection = &self.selection;
        let out = self
            .grid
            .show(ui, p, grid, &seen, &family, |id| selection.contains(id));
        self.react(ui, p, &seen, &out);
    }

    /// Clicks, keys and menus of the grid.
    fn react(&mut self, ui: &Ui, p: &mut Panel<'_>, seen: &[Entry], out: &GridOutput) {
        let before = self.selection.revision();
        if let Some((at, modifiers)) = out.clicked {
            self.selection
                .select(seen, at, SelectHow::from_modifiers(modifiers));
        }
        if let Some((at, modifiers)) = out.moved {
            let how = if modifiers.shift {
                SelectHow::Extend
            } else {
                SelectHow::Replace
            };
            self.selection.select(seen, at, how);
        }
        if let Some(at) = out.menu
            && seen.get(at).is_some_and(|e| !self.selection.contains(e.id))
        {
            self.selection.select(seen, at, SelectHow::Replace);
        }
        if out.has_keys {
            self.keys(ui, p, seen);
        }
        if self.selection.revision() != before {
            self.tell(p);
        }
        if let Some(entry) = out.opened.and_then(|at| seen.get(at)) {
            p.actions.push(Action::OpenPicture(Some(entry.id)));
        }
        for (at, response) in &out.cells {
            if let Some(entry) = seen.get(*at) {
                response.context_menu(|ui| self.menu(ui, p, entry));
            }
        }
    }

    fn keys(&mut self, ui: &Ui, p: &mut Panel<'_>, seen: &[Entry]) {
        use egui::{Key, Modifiers};
        let pressed = |m, key| ui.input_mut(|i| i.consume_key(m, key));
        if pressed(Modifiers::COMMAND, Key::A) {
            self.selection.select_all(seen);
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            self.selection.clear();
        }
        if self.selection.is_empty() {
            return;
        }
        let ids = |panel: &Self| panel.selection.in_order(seen);
        let stars = [
            Key::Num0,
            Key::Num1,
            Key::Num2,
            Key::Num3,
            Key::Num4,
            Key::Num5,
        ];
        for (n, key) in (0u8..).zip(stars) {
            if pressed(Modifiers::NONE, key) {
                p.actions
                    .push(Action::Gallery(GalleryRequest::SetStars(ids(self), n)));
            }
        }
        if pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace) {
            p.actions
                .push(Action::Gallery(GalleryRequest::Delete(ids(self))));
            return;
        }
        if let Some(id) = self.selection.single() {
            for (key, up) in [(Key::ArrowUp, true), (Key::ArrowDown, false)] {
                if pressed(Modifiers::ALT, key)
                    && let Some(to) = lineage::nearest(p, id, up)
                {
                    self.go_to(p, to);
                    return;
                }
            }
        }
        if pressed(Modifiers::NONE, Key::F2) && self.selection.len() == 1 {
            self.details.rename();
        }
        if pressed(Modifiers::NONE, Key::A) && self.selection.len() == 1 {
            p.actions.view(ViewEdit::Dialog(Dialog::AboutPicture));
        }
        if pressed(Modifiers::NONE, Key::C) {
            self.compare(p, ids(self));
        }
    }

    fn menu(&mut self, ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) {
        let ids = self.selection.in_order(&self.seen);
        if ui.button("Open").clicked() {
            p.actions.push(Action::OpenPicture(Some(entry.id)));
            ui.close();
        }
        if (2..=MOST).contains(&ids.len()) && ui.button("Compare").clicked() {
            self.compare(p, ids.clone());
            ui.close();
        }
        picture_menu::ui(ui, p, &Subject::Gallery(entry.id));
        ui.separator();
        if ids.len() < 2 && ui.button("Rename (F2)").clicked() {
            self.details.rename();
            ui.close();
        }
        let of = match ids.is_empty() {
            true => vec![entry.id],
            false => ids.clone(),
        };
        albums::menu(ui, p, &of, self.filter.album.as_deref());
        if ui.button("Show in folder").clicked() {
            p.actions.push(Action::ShowInFolder(entry.path.clone()));
            ui.close();
        }
        if ui.button("About this picture…").clicked() {
            p.actions.view(ViewEdit::Dialog(Dialog::AboutPicture));
            ui.close();
        }
        let delete = if ids.len() > 1 {
            format!("Delete {} pictures", ids.len())
        } else {
            "Delete".to_owned()
        };
        if ui.button(delete).clicked() {
            let ids = if ids.is_empty() { vec![entry.id] } else { ids };
            p.actions.push(Action::Gallery(GalleryRequest::Delete(ids)));
            ui.close();
        }
    }

    fn compare(&mut self, p: &mut Panel<'_>, ids: Vec<PictureId>) {
        if !(2..=MOST).contains(&ids.len()) {
            p.actions.push(Action::Notify {
                level: crate::app::notice::Level::Info,
                text: format!("Choose two to {MOST} pictures to compare them."),
            });
            return;
        }
        for id in &ids {
            if p.state.gallery.picture(*id).is_none() {
                p.actions.push(Action::Gallery(GalleryRequest::Load(*id)));
            }
        }
        self.compare = Some((CompareView::default(), ids));
    }

    fn comparison(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let Some((view, ids)) = &mut self.compare else {
            return;
        };
        let state = p.state;
        let panes: Vec<ComparePane> = ids
            .iter()
            .map(|id| ComparePane {
                title: state
                    .gallery
                    .entry(*id)
                    .map(|e| e.title.clone())
                    .unwrap_or_default(),
                size: state.gallery.entry(*id).map_or([1, 1], |e| e.size),
            })
            .collect();
        let ctx = ui.ctx().clone();
        let textures = &mut *p.textures;
        let event = view.show(ui, &panes, |n, painter, at| {
            let whole = state.gallery.picture(ids[n]).map(|(picture, _)| picture);
            if let Some(picture) = whole.or_else(|| state.gallery.thumbs.get(&ids[n])) {
                textures.paint(&ctx, painter, picture, at);
            }
        });
        match event {
            Some(CompareEvent::Close) => self.compare = None,
            Some(CompareEvent::TakeOut(n)) => {
                ids.remove(n);
                if ids.len() < 2 {
                    self.compare = None;
                }
            }
            None => {}
        }
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs() as i64)
}
