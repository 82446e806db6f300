//! What the window tests share: a stand-in engine that paints at once, and a
//! studio around it.

#![allow(dead_code)]

pub mod painter;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;

use egui_kittest::{Harness, HarnessBuilder};
use limner::app::action::{Action, Pick};
use limner::app::ports::{GalleryLink, HubLink, SavePicture, Services, SystemLink};
use limner::app::session::Session;
use limner::gallery::protocol::{GalleryEvent, GalleryRequest};
use limner::hub::protocol::{HubEvent, HubRequest};
use limner::picture::Picture;
use limner::window::StudioApp;
use painter::{Painter, PainterLog};

/// What a test can look at and steer from outside.
#[derive(Clone, Default)]
pub struct Outside {
    /// What the engine was asked, and how it should behave.
    pub engine: Rc<RefCell<PainterLog>>,
    /// What the hub was asked, and what it says next.
    pub hub: Rc<RefCell<HubLog>>,
    /// What the gallery was asked.
    pub gallery: Rc<RefCell<Vec<GalleryRequest>>>,
    /// File dialogs that were opened.
    pub picks: Rc<RefCell<Vec<Pick>>>,
    /// Pictures that went to the clipboard.
    pub copied: Rc<RefCell<Vec<Picture>>>,
}

/// The hub as a test steers it.
#[derive(Default)]
pub struct HubLog {
    /// Requests.
    pub asked: Vec<HubRequest>,
    /// Answers to come.
    pub events: VecDeque<HubEvent>,
}

struct StandInHub(Rc<RefCell<HubLog>>);

impl HubLink for StandInHub {
    fn send(&mut self, request: HubRequest) {
        self.0.borrow_mut().asked.push(request);
    }

    fn try_recv(&mut self) -> Option<HubEvent> {
        self.0.borrow_mut().events.pop_front()
    }
}

struct QuietGallery(Rc<RefCell<Vec<GalleryRequest>>>);

impl GalleryLink for QuietGallery {
    fn send(&mut self, request: GalleryRequest) {
        self.0.borrow_mut().push(request);
    }

    fn try_recv(&mut self) -> Option<GalleryEvent> {
        None
    }
}

struct TestDesktop(Outside);

impl SystemLink for TestDesktop {
    fn show_in_folder(&mut self, _path: std::path::PathBuf) {}

    fn pick(&mut self, pick: Pick) {
        self.0.picks.borrow_mut().push(pick);
    }

    fn copy_picture(&mut self, picture: Picture) {
        self.0.copied.borrow_mut().push(picture);
    }

    fn copy_files(&mut self, _paths: Vec<std::path::PathBuf>) {}
    fn paste(&mut self, _role: limner::app::action::FileRole) {}

    fn save_picture(&mut self, _job: SavePicture) {}

    fn try_recv(&mut self) -> Option<Action> {
        None
    }
}

/// A studio on stand-ins, without a session file.
pub fn studio(outside: &Outside) -> Harness<'static, StudioApp> {
    build(sized(1280.0, 800.0), outside, Session::none())
}

/// A studio whose session lives in a folder.
pub fn studio_in(outside: &Outside, dir: &Path) -> Harness<'static, StudioApp> {
    // As after an earlier session: a fresh one begins with the start page.
    let session = dir.join("session.json");
    if !session.exists() {
        std::fs::create_dir_all(dir).unwrap();
        std::fs::write(session, "{}").unwrap();
    }
    build(sized(1280.0, 800.0), outside, Session::open(dir))
}

/// A harness of a size; quick steps, so that a drag stays one drag.
pub fn sized(width: f32, height: f32) -> HarnessBuilder<StudioApp> {
    HarnessBuilder::default()
        .with_size(egui::vec2(width, height))
        .with_max_steps(20)
        .with_step_dt(0.1)
}

/// Builds a studio and lets the first answers arrive.
pub fn build(
    builder: HarnessBuilder<StudioApp>,
    outside: &Outside,
    session: Session,
) -> Harness<'static, StudioApp> {
    let outside = outside.clone();
    let mut harness = builder.build_eframe(move |cc| {
        let services = Services {
            engine: Box::new(Painter::new(Rc::clone(&outside.engine))),
            gallery: Box::new(QuietGallery(Rc::clone(&outside.gallery))),
            hub: Box::new(StandInHub(Rc::clone(&outside.hub))),
            system: Box::new(TestDesktop(outside.clone())),
        };
        let mut app =
            StudioApp::new(&cc.egui_ctx, services, session).expect("the looks that ship are right");
        // Tests begin with the generator that has layers and classes, unless a session says other.
        if app.state.doc.explore.model.is_empty() {
            app.state.doc.explore.model = "orchard".into();
        }
        app
    });
    harness.run_steps(6);
    harness
}

/// Drags from one point to another in steps, and releases.
pub fn drag(harness: &mut Harness<'_, StudioApp>, from: egui::Pos2, to: egui::Pos2) {
    hold(harness, from, to);
    release(harness, to);
}

/// Presses, and moves with the button down.
pub fn hold(harness: &mut Harness<'_, StudioApp>, from: egui::Pos2, to: egui::Pos2) {
    harness.hover_at(from);
    harness.run_steps(1);
    harness.drag_at(from);
    harness.run_steps(1);
    for i in 1..=4 {
        harness.hover_at(from + (to - from) * (i as f32 / 4.0));
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

/// Lets go.
pub fn release(harness: &mut Harness<'_, StudioApp>, at: egui::Pos2) {
    harness.drop_at(at);
    harness.run_steps(8);
}

/// The canvas picture of Explore.
pub fn shown(harness: &Harness<'_, StudioApp>) -> Picture {
    harness
        .state()
        .state
        .previews
        .explore
        .as_ref()
        .expect("a picture is shown")
        .picture
        .clone()
}
