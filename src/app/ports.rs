//! The studio's doors to the outside: engine, gallery, file dialogs, clipboard,
//! session file. Traits, so that window tests can stand in for each.

use crate::engine::protocol::{Event, Request};
use crate::gallery::protocol::{GalleryEvent, GalleryRequest};
use crate::hub::protocol::{HubEvent, HubRequest};
use crate::picture::Picture;

use crate::app::action::{Action, FileRole, Pick};

/// The way to the inference thread. Neither call blocks.
pub trait EngineLink {
    /// Sends a request.
    fn send(&mut self, request: Request);
    /// The next answer, if there is one.
    fn try_recv(&mut self) -> Option<Event>;
}

/// The way to the gallery's thread. Neither call blocks.
pub trait GalleryLink {
    /// Sends a request.
    fn send(&mut self, request: GalleryRequest);
    /// The next answer, if there is one.
    fn try_recv(&mut self) -> Option<GalleryEvent>;
}

/// The way to the hub's threads. Neither call blocks.
pub trait HubLink {
    /// Sends a request.
    fn send(&mut self, request: HubRequest);
    /// The next answer, if there is one.
    fn try_recv(&mut self) -> Option<HubEvent>;
}

/// The system around the window: dialogs, clipboard, files. Nothing blocks;
/// answers come back as actions.
pub trait SystemLink {
    /// Opens a file dialog.
    fn pick(&mut self, pick: Pick);
    /// Puts a picture onto the clipboard.
    fn copy_picture(&mut self, picture: Picture);
    /// Puts files onto the clipboard, to be pasted where files go: egui and winit can't drag any
    /// out of a window.
    fn copy_files(&mut self, paths: Vec<std::path::PathBuf>);
    /// Reads the clipboard: a picture or files become `OpenFiles` in a role, text
    /// becomes `PasteRecipe`.
    fn paste(&mut self, role: FileRole);
    /// Shows the folder of a file in the system's file manager.
    fn show_in_folder(&mut self, path: std::path::PathBuf);
    /// Writes a picture with its recipe to a file of the user's choice.
    fn save_picture(&mut self, job: SavePicture);
    /// The next answer, if there is one.
    fn try_recv(&mut self) -> Option<Action>;
}

/// A picture to be written outside the gallery.
#[derive(Debug, Clone)]
pub struct SavePicture {
    /// Where to.
    pub path: std::path::PathBuf,
    /// Pixels.
    pub picture: Picture,
    /// How it was made.
    pub recipe: Box<crate::recipe::Recipe>,
    /// Write the recipe into the file.
    pub with_recipe: bool,
    /// Names, rights and model cards for the labels.
    pub settings: crate::gallery::protocol::GallerySettings,
}

/// Everything that the dispatcher may talk to.
pub struct Services {
    /// Inference.
    pub engine: Box<dyn EngineLink>,
    /// Kept pictures.
    pub gallery: Box<dyn GalleryLink>,
    /// Models from outside.
    pub hub: Box<dyn HubLink>,
    /// The desktop.
    pub system: Box<dyn SystemLink>,
}
