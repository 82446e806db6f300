//! Opens the window on the real engine, gallery and desktop.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::action::{Action, FileRole};
use crate::app::ports::{GalleryLink, HubLink, Services};
use crate::app::session::Session;
use crate::engine::protocol::Waker;
use crate::engine::{DeviceChoice, Engine, EngineConfig};
use crate::gallery::{self, protocol::GallerySettings};
use crate::hub::protocol::HubRequest;
use crate::hub::service::HubPlaces;
use crate::hub::{self, HubConfig};
use crate::paths::data_dir;
use crate::window::StudioApp;
use crate::window::adapters::{ClosedGallery, RunningEngine, RunningGallery, RunningHub};
use crate::window::desktop::Desktop;

/// What the command line says about the window.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Threads, device, folders.
    pub engine: EngineConfig,
    /// The gallery's folder; the preferred one when absent.
    pub gallery: Option<PathBuf>,
    /// Pictures to open.
    pub files: Vec<PathBuf>,
    /// Folder of session and preferences; the user's own when absent.
    pub data_dir: Option<PathBuf>,
}

/// The window can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No display, no graphics.
    #[error(
        "the window can't be opened ({0}). Without a display use the command line: `limner --help`"
    )]
    Window(String),
}

/// The gallery's folder that the window used last; none if it was never chosen.
pub fn gallery_folder() -> Option<PathBuf> {
    crate::app::session::last_prefs(&data_dir()).gallery_folder
}

/// Opens the window and stays until it's closed.
///
/// # Errors
/// [`RunError::Window`] without a display or a usable graphics driver.
pub fn run(options: RunOptions) -> Result<(), RunError> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Limner")
        .with_app_id("limner")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([960.0, 600.0])
        .with_drag_and_drop(true)
        .with_icon(crate::window::window_icon::icon());
    let native = eframe::NativeOptions {
        viewport,
        persistence_path: Some(
            options
                .data_dir
                .clone()
                .unwrap_or_else(data_dir)
                .join("window.ron"),
        ),
        ..Default::default()
    };
    eframe::run_native(
        "limner",
        native,
        Box::new(move |cc| {
            let app = start(&cc.egui_ctx, options)?;
            Ok(Box::new(app))
        }),
    )
    .map_err(|e| RunError::Window(e.to_string()))
}

/// Wakes the window after an answer.
fn waker(ctx: &egui::Context) -> Waker {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint())
}

/// The gallery, or one that says why there is none.
fn gallery(folder: Option<PathBuf>, waker: Waker) -> Box<dyn GalleryLink> {
    match gallery::service::start(folder, GallerySettings::default(), waker) {
        Ok(handle) => Box::new(RunningGallery(handle)),
        Err(error) => Box::new(ClosedGallery::new(format!(
            "The gallery can't be opened ({error}). Close other programs and start Limner again."
        ))),
    }
}

/// The hub's threads. They ask for nothing by themselves.
fn hub(data_dir: &Path, offline: bool, waker: Waker) -> std::io::Result<Box<dyn HubLink>> {
    let places = HubPlaces {
        config: HubConfig::from_env(),
        models: crate::models::user_folder(),
        pending_downloads: Some(data_dir.join("downloads.json")),
    };
    let handle = hub::service::start(places, waker)?;
    if offline {
        handle.send(HubRequest::Offline(true));
    }
    Ok(Box::new(RunningHub::new(handle)))
}

type StartError = Box<dyn std::error::Error + Send + Sync>;

fn start(ctx: &egui::Context, options: RunOptions) -> Result<StudioApp, StartError> {
    let data_dir = options.data_dir.clone().unwrap_or_else(data_dir);
    let session = Session::open(&data_dir);
    let mut config = options.engine;
    let prefs = session.prefs();
    config.threads = config.threads.or(prefs.threads);
    if config.device == DeviceChoice::Auto {
        config.device = prefs.device;
    }
    config.precision = config.precision.or(Some(prefs.precision));
    config.memory_budget = prefs.memory_budget;
    let (engine, events) = Engine::spawn(config, waker(ctx))?;
    let services = Services {
        engine: Box::new(RunningEngine::new(engine, events)),
        gallery: gallery(options.gallery.or(prefs.gallery_folder), waker(ctx)),
        hub: hub(&data_dir, prefs.offline, waker(ctx))?,
        system: Box::new(Desktop::new(waker(ctx))?),
    };
    let mut app = StudioApp::new(ctx, services, session)?;
    if !options.files.is_empty() {
        app.act(Action::OpenFiles {
            paths: options.files,
            role: FileRole::Any,
        });
    }
    Ok(app)
}
