//! The doors of a studio under test: a real gallery in a temporary folder, served
//! at once; an engine that paints something simple and certain at once; a desktop
//! that answers file dialogs with what a test put in.

#![allow(dead_code)]

mod asked;
pub mod look;
mod painter;

use painter::Painter;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, Pick, ViewEdit};
use limner::app::ports::{EngineLink, GalleryLink, SavePicture, Services, SystemLink};
use limner::app::session::Session;
use limner::app::view::Workspace;
use limner::engine::protocol::{
    DeviceInfo, DirectionInfo, Effort, EngineError, Estimate, Event, FilmEstimate, FilmJob,
    FineOptions, Job, JobId, LearnJob, Library, MaterialView, ModelInfo, ModelKind, OpenedPhoto,
    Output, Request, Scale, SpacesLook, SpacesShow, Stage, StyleDone, StyleInfo, StylePlan,
    StyleTask, Tier, Unfinished, Work,
};
use limner::export::animation::{AnimationWriter, Pace};
use limner::gallery::protocol::{AlbumEdit, GalleryEvent, GalleryRequest, PictureId};
use limner::gallery::session_pictures::SessionPictures;
use limner::gallery::{Gallery, about, decode};
use limner::picture::Picture;
use limner::recipe::{
    GrowParams, GrowTask, LayerRange, LensParams, Making, ModelRef, PixelRegion, Recipe, SourceRef,
    StyleParams, StyleSource, UNFINISHED_VERSION,
};
use limner::window::StudioApp;

/// What the doors were asked; shared with the test.
#[derive(Default)]
pub struct Asked {
    /// Every request to the engine.
    pub engine: Vec<Request>,
    /// Every request to the gallery.
    pub gallery: Vec<GalleryRequest>,
    /// Every file dialog.
    pub picks: Vec<Pick>,
    /// What the next dialogs answer.
    pub answers: VecDeque<Action>,
    /// Pictures put onto the clipboard.
    pub copied: Vec<Picture>,
    /// Files put onto the clipboard last.
    pub copied_files: Vec<PathBuf>,
    /// Files whose folder was shown.
    pub shown: Vec<PathBuf>,
    /// How often the clipboard was read.
    pub pastes: usize,
    /// What for, the last time.
    pub pasted_as: Option<FileRole>,
    /// The next picture of *Fine* that is at work is done.
    pub fine_done: bool,
    /// Previews, estimates and files to be opened fail with this.
    pub refuse: Option<EngineError>,
    /// Learning doesn't come to its first step.
    pub hold_learning: bool,
    /// Pictures of Grow stay at work.
    pub hold_growing: bool,
    /// Pictures at full size stay at work.
    pub hold_pictures: bool,
    /// What the gallery answers stays on its way.
    pub hold_gallery: bool,
    /// What the engine says by itself next.
    pub news: Option<Event>,
    /// Files of the gallery changed from outside.
    pub changed: bool,
    /// Nothing comes back from the gallery's bin.
    pub no_restoring: bool,
}

/// Shared record of what was asked.
pub type Record = Rc<RefCell<Asked>>;

/// A studio with its doors.
pub struct Studio<'a> {
    /// The window.
    pub window: Harness<'a, StudioApp>,
    /// What the doors were asked.
    pub asked: Record,
    /// The gallery's folder and a place for photos; gone with the studio.
    pub folder: tempfile::TempDir,
}

/// Opens a studio of a size in a theme.
pub fn studio<'a>(size: [f32; 2], theme: egui::Theme) -> Studio<'a> {
    open(tempfile::tempdir().unwrap(), Session::none(), size, theme)
}

/// Opens a studio that keeps its session in a folder: the one that was left there, if any.
pub fn studio_in<'a>(folder: tempfile::TempDir, size: [f32; 2], theme: egui::Theme) -> Studio<'a> {
    let session = Session::open(&folder.path().join("session"));
    open(folder, session, size, theme)
}

fn open<'a>(
    folder: tempfile::TempDir,
    session: Session,
    size: [f32; 2],
    theme: egui::Theme,
) -> Studio<'a> {
    let asked = Record::default();
    let services = Services {
        engine: Box::new(Painter::new(Rc::clone(&asked))),
        gallery: Box::new(InlineGallery::new(
            &folder.path().join("gallery"),
            Rc::clone(&asked),
        )),
        hub: Box::new(limner::window::adapters::NoHub),
        system: Box::new(Desk(Rc::clone(&asked))),
    };
    let window = Harness::builder()
        .with_size(size)
        .with_max_steps(12)
        .with_step_dt(0.1)
        .with_theme(theme)
        // The program draws other scripts with the system's fonts; tests have none.
        .allow_missing_glyphs()
        .build_eframe(|cc| {
            let mut app = StudioApp::new(&cc.egui_ctx, services, session).unwrap();
            app.state.prefs.theme = match theme {
                egui::Theme::Dark => limner::app::prefs::ThemeChoice::Dark,
                egui::Theme::Light => limner::app::prefs::ThemeChoice::Light,
            };
            app
        });
    let mut studio = Studio {
        window,
        asked,
        folder,
    };
    studio.settle();
    studio
}

/// A studio with the Style workspace in front.
pub fn in_style<'a>(size: [f32; 2]) -> Studio<'a> {
    let mut s = studio(size, egui::Theme::Dark);
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Style)));
    s.settle();
    s
}

impl Studio<'_> {
    /// Closes the window, as the user does, and gives its folder back.
    pub fn close(self) -> tempfile::TempDir {
        let Self {
            mut window, folder, ..
        } = self;
        eframe::App::on_exit(window.state_mut());
        folder
    }

    /// Closes the window and opens it again.
    pub fn restart(self, size: [f32; 2]) -> Self {
        studio_in(self.close(), size, egui::Theme::Dark)
    }

    /// Does something as if chosen in the menu.
    pub fn command(&mut self, command: limner::app::command::Command) {
        self.window.state_mut().act(Action::Command(command));
        self.settle();
    }

    /// What is said in the corner.
    pub fn toasts(&self) -> Vec<String> {
        let toasts = self.window.state().state.toasts.iter();
        toasts.map(|t| t.text.clone()).collect()
    }

    /// Takes all messages away.
    pub fn dismiss_toasts(&mut self) {
        let toasts = self.window.state().state.toasts.iter();
        let ids: Vec<u64> = toasts.map(|t| t.id).collect();
        for id in ids {
            self.window.state_mut().act(Action::DismissToast(id));
        }
        self.settle();
    }

    /// The stylised photo as it is shown.
    pub fn styled(&self) -> Picture {
        let style = self.window.state().state.previews.style.as_ref();
        style.unwrap().picture.clone()
    }

    /// Clicks a button and waits.
    pub fn click(&mut self, label: &str) {
        self.window
            .get_by_role_and_label(Role::Button, label)
            .click();
        self.settle();
    }

    /// Drags on a slider's rail, which begins `rail` points from its left, and lets go.
    pub fn drag_slider(&mut self, name: &str, rail: f32, from: f32, to: f32) {
        let rect = self.window.get_by_role_and_label(Role::Slider, name).rect();
        let at = |t: f32| {
            let x = rect.left() + rail + t * (rect.width() - rail - 4.0);
            egui::pos2(x, rect.center().y)
        };
        self.window.drag_at(at(from));
        self.window.run_steps(2);
        self.window.hover_at(at((from + to) / 2.0));
        self.window.run_steps(2);
        self.window.hover_at(at(to));
        self.window.run_steps(2);
        self.window.drop_at(at(to));
        self.settle();
    }

    /// Runs frames until answers, undo steps and animations have settled.
    pub fn settle(&mut self) {
        self.window.run_steps(8);
    }

    /// Writes a photo and opens it in Style.
    pub fn open_photo(&mut self, name: &str) -> PathBuf {
        self.open_for(name, FileRole::Photo)
    }

    /// Writes a photo and opens it for something.
    pub fn open_for(&mut self, name: &str, role: FileRole) -> PathBuf {
        let path = self.folder.path().join(name);
        photo(&path);
        self.window.state_mut().act(Action::OpenFiles {
            paths: vec![path.clone()],
            role,
        });
        self.settle();
        path
    }

    /// Keeps `count` pictures in the gallery, straight through its door.
    pub fn keep(&mut self, titles: &[&str]) {
        for (n, title) in titles.iter().enumerate() {
            self.keep_made(title, generated(n as u64 + 1), n as u64);
        }
    }

    /// Puts a picture with a recipe and a title into the gallery; `n` is its number.
    pub fn keep_made(&mut self, title: &str, recipe: Recipe, n: u64) {
        let before = self.ids();
        self.window
            .state_mut()
            .act(Action::Gallery(GalleryRequest::Save {
                token: 1000 + n,
                picture: seeded(n + 1, 96),
                recipe: Box::new(recipe),
            }));
        self.settle();
        let new = self.ids().into_iter().find(|id| !before.contains(id));
        self.window
            .state_mut()
            .act(Action::Gallery(GalleryRequest::SetTitle(
                new.unwrap(),
                title.to_owned(),
            )));
        self.settle();
        // Toasts of saving would lie over the pictures.
        let toasts: Vec<u64> = self
            .window
            .state()
            .state
            .toasts
            .iter()
            .map(|t| t.id)
            .collect();
        for id in toasts {
            self.window.state_mut().act(Action::DismissToast(id));
        }
        self.settle();
    }

    fn ids(&self) -> Vec<limner::gallery::protocol::PictureId> {
        let entries = &self.window.state().state.gallery.entries;
        entries.iter().map(|e| e.id).collect()
    }

    /// Titles as the gallery lists them.
    pub fn titles(&self) -> Vec<String> {
        let entries = &self.window.state().state.gallery.entries;
        entries.iter().map(|e| e.title.clone()).collect()
    }
}

/// A photo with something to see: a horizon and a sun.
pub fn photo(path: &Path) {
    let image = image::RgbImage::from_fn(320, 200, |x, y| {
        let sun = (f64::from(x) - 230.0).hypot(f64::from(y) - 60.0) < 28.0;
        match (sun, y < 120) {
            (true, _) => image::Rgb([250, 220, 120]),
            (_, true) => image::Rgb([120, 160 + (y / 3) as u8, 220]),
            _ => image::Rgb([60, 90 + (x / 8) as u8, 50]),
        }
    });
    image.save(path).unwrap();
}

/// A recipe of a generated picture.
pub fn generated(seed: u64) -> Recipe {
    recipe(Making::Explore(limner::recipe::ExploreParams::new(
        "fruit", seed,
    )))
}

fn recipe(making: Making) -> Recipe {
    Recipe {
        version: UNFINISHED_VERSION,
        software: "Limner test".into(),
        created: "2026-03-01T09:05:00Z".into(),
        device: "cpu".into(),
        models: vec![ModelRef {
            name: "fruit".into(),
            sha256: "ab".repeat(32),
        }],
        sources: Vec::new(),
        making,
        resolved_ws: None,
        finish: None,
        extra: serde_json::Map::new(),
    }
    .versioned()
}

/// A frame of a film that the window's engine makes.
pub fn film_frame(number: u32) -> Picture {
    seeded(u64::from(number) / 12, 96)
}

/// Rings in a colour of the seed.
pub fn seeded(seed: u64, side: u32) -> Picture {
    let hue = [
        (seed * 67 % 200) as u8 + 40,
        (seed * 131 % 200) as u8 + 40,
        (seed * 29 % 200) as u8 + 40,
    ];
    let mut rgba = Vec::new();
    for y in 0..side {
        for x in 0..side {
            let r =
                (f64::from(x) - f64::from(side) / 2.0).hypot(f64::from(y) - f64::from(side) / 2.0);
            let light = 0.6 + 0.4 * (r / 6.0).sin();
            rgba.extend(hue.map(|c| (f64::from(c) * light) as u8));
            rgba.push(255);
        }
    }
    Picture::from_rgba(side, side, rgba).unwrap()
}

/// The gallery's store, served at once.
struct InlineGallery {
    gallery: Gallery,
    aside: SessionPictures,
    asked: Record,
    answers: VecDeque<GalleryEvent>,
}

impl InlineGallery {
    fn new(folder: &Path, asked: Record) -> Self {
        let gallery = Gallery::open_and_reconcile(folder).unwrap();
        let open = GalleryEvent::Open(folder.to_owned(), gallery.len().unwrap());
        Self {
            gallery,
            aside: SessionPictures::open(&folder.with_file_name("aside")).unwrap(),
            asked,
            answers: [open].into(),
        }
    }

    /// Where pictures lie: in the gallery, or laid aside.
    fn store(&self, ids: &[PictureId]) -> &Gallery {
        match ids {
            [id] if self.aside.holds(*id) => self.aside.store(),
            _ => &self.gallery,
        }
    }

    fn answer(&mut self, request: GalleryRequest) -> Result<(), Box<dyn std::error::Error>> {
        use GalleryRequest as R;
        let event = match request {
            R::Save {
                token,
                picture,
                recipe,
            } => {
                let (entry, already) = self.gallery.save_once(&picture, &recipe)?;
                self.answers.push_back(GalleryEvent::Saved {
                    token,
                    result: Ok(entry),
                    already,
                });
                GalleryEvent::Changed
            }
            R::SetAside {
                token,
                picture,
                recipe,
            } => GalleryEvent::Saved {
                token,
                result: Ok(self.aside.keep(&picture, &recipe)?),
                already: false,
            },
            R::Bin => GalleryEvent::Bin(self.gallery.bin()),
            R::EmptyBin { before } => {
                self.gallery.empty_bin(before)?;
                GalleryEvent::Bin(self.gallery.bin())
            }
            R::DiscardBatch(token) => {
                self.gallery.discard(token)?;
                GalleryEvent::Bin(self.gallery.bin())
            }
            R::BinLook { token, at } => {
                let picture = self.gallery.bin_look(token, at, 128).ok();
                GalleryEvent::BinLook { token, at, picture }
            }
            R::Import(files) => {
                let mut added = Vec::new();
                let mut skipped = Vec::new();
                for file in files {
                    match self.gallery.import(&file) {
                        Ok(entry) => added.push(entry),
                        Err(e) => skipped.push((file, e.to_string())),
                    }
                }
                self.answers.push_back(GalleryEvent::Imported {
                    added,
                    skipped,
                    claims: Vec::new(),
                });
                GalleryEvent::Changed
            }
            R::Query { seq, query } => {
                let entries = Arc::new(self.gallery.list(&query)?);
                self.answers
                    .push_back(GalleryEvent::Listing { seq, entries });
                GalleryEvent::Albums(self.gallery.albums()?)
            }
            R::Album(edit) => {
                let ids = self.gallery.edit_albums(&edit)?;
                if let AlbumEdit::Delete(name) = edit {
                    self.answers
                        .push_back(GalleryEvent::AlbumRemoved { name, ids });
                }
                GalleryEvent::Changed
            }
            R::Thumbnails(ids) => {
                for id in ids {
                    let store = self.store(&[id]);
                    let thumb = match decode::thumbnail(&store.path(id)?, 256) {
                        Ok(thumb) => thumb,
                        Err(e) => {
                            let failed = GalleryEvent::ThumbnailFailed {
                                id,
                                state: store.state(id),
                                reason: e.to_string(),
                            };
                            self.answers.push_back(failed);
                            continue;
                        }
                    };
                    let state = store.state(id).unwrap();
                    let picture = thumb;
                    self.answers
                        .push_back(GalleryEvent::Thumbnail { id, state, picture });
                }
                return Ok(());
            }
            R::Load(id) => {
                let state = self.store(&[id]).state(id);
                let loaded = self.store(&[id]).load(id);
                GalleryEvent::Picture {
                    id,
                    state,
                    result: loaded
                        .map(|(picture, recipe)| (picture, recipe.map(Box::new)))
                        .map_err(|e| e.to_string()),
                }
            }
            R::SetStars(ids, stars) => {
                self.gallery.set_stars(&ids, stars)?;
                GalleryEvent::Changed
            }
            R::SetTitle(id, title) => {
                self.gallery.set_title(id, &title)?;
                GalleryEvent::Changed
            }
            R::AddTag(ids, tag) => {
                self.gallery.add_tag(&ids, &tag)?;
                GalleryEvent::Changed
            }
            R::RemoveTag(ids, tag) => {
                self.gallery.remove_tag(&ids, &tag)?;
                GalleryEvent::Changed
            }
            R::Delete(ids) => {
                let (token, count) = self.gallery.delete(&ids)?;
                GalleryEvent::Deleted { token, count }
            }
            R::Undelete(token) if self.asked.borrow().no_restoring => {
                GalleryEvent::NotUndeleted(token, "The disk is full".into())
            }
            R::Undelete(token) => {
                let count = self.gallery.undelete(token)?.len();
                self.answers
                    .push_back(GalleryEvent::Undeleted { token, count });
                GalleryEvent::Changed
            }
            R::Lineage(id) => GalleryEvent::Lineage {
                id,
                family: self.gallery.family(id)?,
            },
            R::About(id) => {
                let entry = self.gallery.get(id)?;
                let (parents, _) = self.gallery.lineage(id)?;
                let file = limner::export::metadata::read(&entry.path)?;
                let about = about(
                    &file,
                    Some(&entry),
                    &parents,
                    &self.gallery.settings().cards,
                    None,
                );
                GalleryEvent::About {
                    id,
                    about: Box::new(about),
                }
            }
            R::CopyToClipboard(id) => GalleryEvent::Copied(id),
            R::Export { ids, to, options } => {
                let done = self
                    .store(&ids)
                    .export_copies(&ids, &to, &options, &mut |_, _| true);
                GalleryEvent::Exported(done.map_err(|e| e.to_string()))
            }
            R::ExportSheet {
                ids,
                to,
                sheet,
                options,
            } => {
                let go_on = &mut |_, _| true;
                let done = self.gallery.export_sheet(&ids, &to, sheet, &options, go_on);
                GalleryEvent::Exported(done.map_err(|e| e.to_string()))
            }
            R::PreviewExport { id, options } => {
                let lines = self.store(&[id]).export_preview(id, &options)?;
                GalleryEvent::ExportPreview {
                    id,
                    options,
                    lines,
                    deep: self.store(&[id]).is_deep(id)?,
                }
            }
            R::OpenFolder(folder) => {
                self.gallery = Gallery::open_and_reconcile(&folder)?;
                GalleryEvent::Open(folder, self.gallery.len()?)
            }
            R::Settings(settings) => {
                self.gallery.set_settings(*settings);
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.answers.push_back(event);
        Ok(())
    }
}

impl GalleryLink for InlineGallery {
    fn send(&mut self, request: GalleryRequest) {
        self.asked.borrow_mut().gallery.push(request.clone());
        if let Err(e) = self.answer(request) {
            self.answers.push_back(GalleryEvent::Failed(e.to_string()));
        }
    }

    fn try_recv(&mut self) -> Option<GalleryEvent> {
        if std::mem::take(&mut self.asked.borrow_mut().changed) {
            self.gallery.reconcile(&mut |_, _| true).unwrap();
            self.answers.push_back(GalleryEvent::Changed);
        }
        if self.asked.borrow().hold_gallery {
            return None;
        }
        self.answers.pop_front()
    }
}

/// A desktop whose dialogs are answered by the test.
struct Desk(Record);

impl SystemLink for Desk {
    fn pick(&mut self, pick: Pick) {
        self.0.borrow_mut().picks.push(pick);
    }

    fn copy_picture(&mut self, picture: Picture) {
        self.0.borrow_mut().copied.push(picture);
    }

    fn copy_files(&mut self, paths: Vec<PathBuf>) {
        self.0.borrow_mut().copied_files = paths;
    }

    fn paste(&mut self, role: FileRole) {
        self.0.borrow_mut().pastes += 1;
        self.0.borrow_mut().pasted_as = Some(role);
    }

    fn show_in_folder(&mut self, path: PathBuf) {
        self.0.borrow_mut().shown.push(path);
    }

    fn save_picture(&mut self, _job: SavePicture) {}

    fn try_recv(&mut self) -> Option<Action> {
        self.0.borrow_mut().answers.pop_front()
    }
}

/// The tiers that the canvas was asked for, oldest first.
pub fn canvas_tiers(asked: &Record) -> Vec<Tier> {
    asked
        .borrow()
        .engine
        .iter()
        .filter_map(|r| match r {
            Request::Preview {
                channel: limner::engine::protocol::Channel::Canvas,
                tier,
                ..
            } => Some(*tier),
            _ => None,
        })
        .collect()
}
