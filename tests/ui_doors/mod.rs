//! The doors of a studio under test: a real gallery in a temporary folder, served
//! at once; an engine that paints something simple and certain at once; a desktop
//! that answers file dialogs with what a test put in.

#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use egui_kittest::Harness;
use limner::app::StudioApp;
use limner::app::action::{Action, Pick};
use limner::app::services::{EngineLink, GalleryLink, SavePicture, Services, SystemLink};
use limner::app::session::Session;
use limner::engine::protocol::{
    DeviceInfo, Estimate, Event, Job, Library, ModelInfo, ModelKind, OpenedPhoto, Output, Request,
    StyleInfo, Tier, Work,
};
use limner::gallery::protocol::{ExportOptions, GalleryEvent, GalleryRequest};
use limner::gallery::{Gallery, about, decode};
use limner::picture::Picture;
use limner::recipe::{
    Making, ModelRef, PixelRegion, RECIPE_VERSION, Recipe, SourceRef, StyleParams, StyleSource,
};

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
    let folder = tempfile::tempdir().unwrap();
    let asked = Record::default();
    let services = Services {
        engine: Box::new(Painter::new(Rc::clone(&asked))),
        gallery: Box::new(InlineGallery::new(
            &folder.path().join("gallery"),
            Rc::clone(&asked),
        )),
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
            let mut app = StudioApp::new(&cc.egui_ctx, services, Session::none()).unwrap();
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

impl Studio<'_> {
    /// Runs frames until answers, undo steps and animations have settled.
    pub fn settle(&mut self) {
        self.window.run_steps(8);
    }

    /// Writes a photo and opens it in Style.
    pub fn open_photo(&mut self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        photo(&path);
        self.window.state_mut().act(Action::OpenFiles {
            paths: vec![path.clone()],
            role: limner::app::action::FileRole::Photo,
        });
        self.settle();
        path
    }

    /// Keeps `count` pictures in the gallery, straight through its door.
    pub fn keep(&mut self, titles: &[&str]) {
        for (n, title) in titles.iter().enumerate() {
            let recipe = generated(n as u64 + 1);
            let before = self.ids();
            self.window
                .state_mut()
                .act(Action::Gallery(GalleryRequest::Save {
                    token: 1000 + n as u64,
                    picture: seeded(n as u64 + 1, 96),
                    recipe: Box::new(recipe),
                }));
            self.settle();
            let new = self.ids().into_iter().find(|id| !before.contains(id));
            self.window
                .state_mut()
                .act(Action::Gallery(GalleryRequest::SetTitle(
                    new.unwrap(),
                    (*title).to_owned(),
                )));
            self.settle();
        }
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
        version: RECIPE_VERSION,
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
        extra: serde_json::Map::new(),
    }
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

/// Paints each style in one colour, mixed with the photo by strength and masks:
/// simple, but every setting shows.
struct Painter {
    asked: Record,
    answers: VecDeque<Event>,
    photos: std::collections::HashMap<String, Picture>,
}

impl Painter {
    fn new(asked: Record) -> Self {
        let device = DeviceInfo {
            name: "CPU".into(),
            detail: "test".into(),
            threads: 2,
        };
        let answers = [Event::Ready(device), Event::Library(Arc::new(library()))].into();
        Self {
            asked,
            answers,
            photos: Default::default(),
        }
    }

    fn style_colour(style: &StyleSource) -> [f32; 3] {
        let name = match style {
            StyleSource::Builtin(id) => id.clone(),
            StyleSource::File(file) => file.sha256.clone(),
        };
        let sum: u64 = name.bytes().map(u64::from).sum();
        [
            (sum * 37 % 256) as f32,
            (sum * 91 % 256) as f32,
            (sum * 17 % 256) as f32,
        ]
    }

    fn stylise(&self, params: &StyleParams) -> Picture {
        let photo = self.photos[&params.photo.sha256].clone();
        let size = photo.size();
        let total: f32 = params
            .styles
            .iter()
            .map(|s| s.weight)
            .sum::<f32>()
            .max(1e-6);
        let mut rgba: Vec<f32> = photo.rgba().iter().map(|v| f32::from(*v)).collect();
        for layer in &params.styles {
            let colour = Self::style_colour(&layer.style);
            let cover = layer
                .mask
                .as_ref()
                .map(|m| m.coverage(size, PixelRegion::whole(size)));
            for (i, pixel) in rgba.chunks_exact_mut(4).enumerate() {
                let mask = cover.as_ref().map_or(1.0, |c| c[i]);
                let t = (params.strength.min(1.0) * layer.weight / total
                    * mask
                    * (1.0 - params.keep_colors * 0.8))
                    .min(1.0);
                for (v, c) in pixel.iter_mut().zip(colour) {
                    *v += (c - *v) * t * 0.7;
                }
            }
        }
        let bytes = rgba
            .into_iter()
            .map(|v| v.clamp(0.0, 255.0) as u8)
            .collect();
        Picture::from_rgba(size[0], size[1], bytes).unwrap()
    }

    fn paint(&self, work: &Work) -> Picture {
        match work {
            Work::Explore(params) => {
                let limner::recipe::LatentOrigin::Seed(seed) = params.origin else {
                    return seeded(0, 96);
                };
                seeded(seed, 96)
            }
            Work::Style(params) => self.stylise(params),
            Work::WalkFrame(_, frame) => seeded(u64::from(*frame), 96),
        }
    }

    fn open(&mut self, path: PathBuf) -> Event {
        let result =
            decode::picture(&path).map_err(|e| limner::engine::protocol::EngineError::BadPicture {
                reason: e.to_string(),
                path: path.display().to_string(),
            });
        let result = result.map(|picture| {
            let source = SourceRef {
                sha256: limner::gallery::hash_file(&path).unwrap(),
                name: path.file_name().unwrap().to_string_lossy().into_owned(),
                path: path.display().to_string(),
                artist: String::new(),
                licence: String::new(),
            };
            self.photos.insert(source.sha256.clone(), picture.clone());
            let recipe = limner::export::metadata::read(&path)
                .ok()
                .and_then(|m| m.recipe);
            OpenedPhoto {
                size: picture.size(),
                source,
                picture,
                recipe: recipe.map(Box::new),
                notes: Vec::new(),
            }
        });
        Event::Opened { path, result }
    }

    fn job(&self, job: Job) -> Output {
        match job {
            Job::Stylize(params, _) => Output::Picture {
                picture: self.stylise(&params),
                recipe: Box::new(recipe(Making::Style((*params).clone()))),
            },
            Job::Render(params) => Output::Picture {
                picture: self.paint(&Work::Explore(Arc::clone(&params))),
                recipe: Box::new(recipe(Making::Explore((*params).clone()))),
            },
            Job::StylizeFolder { photos, out, .. } => Output::Folder {
                written: photos
                    .iter()
                    .map(|p| out.join(p.file_name().unwrap()))
                    .collect(),
                kept: Vec::new(),
                skipped: vec![("notes.txt".into(), "not a picture".into())],
            },
            Job::Directions { model } => Output::Directions {
                model,
                directions: Arc::default(),
            },
            other => panic!("a job that these tests don't start: {other:?}"),
        }
    }
}

impl EngineLink for Painter {
    fn send(&mut self, request: Request) {
        self.asked.borrow_mut().engine.push(request.clone());
        match request {
            Request::Preview {
                channel,
                seq,
                tier,
                items,
            } => {
                for (index, item) in items.iter().enumerate() {
                    let picture = self.paint(item);
                    self.answers.push_back(Event::Preview {
                        channel,
                        seq,
                        index,
                        tier,
                        picture,
                        took: Duration::from_millis(5),
                    });
                }
            }
            Request::Open { path, .. } => {
                let event = self.open(path);
                self.answers.push_back(event);
            }
            Request::Job { id, job } => {
                let output = self.job(job);
                self.answers.push_back(Event::Done {
                    id,
                    result: Ok(output),
                });
            }
            Request::Estimate { seq, params, .. } => {
                let size = self
                    .photos
                    .get(&params.photo.sha256)
                    .map_or([1, 1], Picture::size);
                let estimate = Estimate {
                    size,
                    memory: 640_000_000,
                    time: Duration::from_secs(48),
                    tiles: 6,
                };
                self.answers.push_back(Event::Estimate { seq, estimate });
            }
            Request::Cancel(_) | Request::Rescan | Request::Shutdown => {}
        }
    }

    fn try_recv(&mut self) -> Option<Event> {
        self.answers.pop_front()
    }
}

fn library() -> Library {
    let model = |name: &str, title: &str, kind| ModelInfo {
        name: name.into(),
        title: title.into(),
        kind,
        trained: true,
        num_ws: 10,
        size: [96, 96],
        resizable: false,
        bytes: 1 << 20,
        sha256: "ab".repeat(32),
        card: String::new(),
        licence: "CC0 1.0".into(),
        credit: "Trained on pictures made by code".into(),
        code_len: 12,
    };
    let style = |id: &str, name: &str| {
        let source = StyleSource::Builtin(id.into());
        let [r, g, b] = Painter::style_colour(&source).map(|c| c as u8);
        let swatch = Picture::from_rgba(64, 64, [r, g, b, 255].repeat(64 * 64)).unwrap();
        StyleInfo {
            source,
            name: name.into(),
            origin: "Made by code, CC0".into(),
            swatch: Some(swatch),
        }
    };
    Library {
        models: vec![
            model("fruit", "Fruit", ModelKind::Generator),
            model("restyle", "Restyle", ModelKind::Style),
        ],
        styles: vec![
            style("marbling-blue", "Blue marbling"),
            style("weave", "Weave"),
            style("ink", "Ink wash"),
            style("mosaic", "A mosaic with a remarkably long name"),
            style("embers", "Embers"),
        ],
        broken: Vec::new(),
    }
}

/// The gallery's store, served at once.
struct InlineGallery {
    gallery: Gallery,
    asked: Record,
    answers: VecDeque<GalleryEvent>,
}

impl InlineGallery {
    fn new(folder: &Path, asked: Record) -> Self {
        let gallery = Gallery::open_and_reconcile(folder).unwrap();
        let open = GalleryEvent::Open(folder.to_owned(), gallery.len().unwrap());
        Self {
            gallery,
            asked,
            answers: [open].into(),
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
                let entry = self.gallery.save(&picture, &recipe)?;
                self.answers.push_back(GalleryEvent::Saved {
                    token,
                    result: Ok(entry),
                });
                GalleryEvent::Changed
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
                self.answers
                    .push_back(GalleryEvent::Imported { added, skipped });
                GalleryEvent::Changed
            }
            R::Query { seq, query } => GalleryEvent::Listing {
                seq,
                entries: Arc::new(self.gallery.list(&query)?),
            },
            R::Thumbnails(ids) => {
                for id in ids {
                    let thumb = decode::thumbnail(&self.gallery.path(id)?, 256)?;
                    self.answers.push_back(GalleryEvent::Thumbnail(id, thumb));
                }
                return Ok(());
            }
            R::Load(id) => {
                let (picture, recipe) = self.gallery.load(id)?;
                GalleryEvent::Picture {
                    id,
                    result: Ok((picture, recipe.map(Box::new))),
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
            R::Undelete(token) => {
                let count = self.gallery.undelete(token)?.len();
                self.answers
                    .push_back(GalleryEvent::Undeleted { token, count });
                GalleryEvent::Changed
            }
            R::Lineage(id) => {
                let (parents, children) = self.gallery.lineage(id)?;
                GalleryEvent::Lineage {
                    id,
                    parents,
                    children,
                }
            }
            R::About(id) => {
                let entry = self.gallery.get(id)?;
                let (parents, _) = self.gallery.lineage(id)?;
                let file = limner::export::metadata::read(&entry.path)?;
                let about = about(
                    &file,
                    Some(&entry),
                    &parents,
                    &self.gallery.settings().cards,
                );
                GalleryEvent::About {
                    id,
                    about: Box::new(about),
                }
            }
            R::CopyToClipboard(id) => GalleryEvent::Copied(id),
            R::Export { ids, to, options } => {
                GalleryEvent::Exported(self.export(&ids[..], &to, &options))
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

    fn export(
        &self,
        ids: &[limner::gallery::protocol::PictureId],
        to: &Path,
        options: &ExportOptions,
    ) -> Result<Vec<PathBuf>, String> {
        let (picture, recipe) = self.gallery.load(ids[0]).map_err(|e| e.to_string())?;
        let recipe = recipe.ok_or("no recipe")?;
        let write = limner::export::WriteOptions {
            recipe: options.recipe,
            source_names: options.source_names,
            ..limner::export::WriteOptions::new(options.format)
        };
        let provenance = self.gallery.provenance(&recipe);
        limner::export::write(to, &picture, Some(&recipe), &provenance, &write)
            .map_err(|e| e.to_string())?;
        Ok(vec![to.to_owned()])
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

    fn paste(&mut self) {}

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
