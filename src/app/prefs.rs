//! What the artist prefers, kept between sessions and apart from the work.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::style::preset::StylePreset;
use crate::engine::{DeviceChoice, Precision};

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the system is.
    #[default]
    System,
    /// Always dark.
    Dark,
    /// Always light.
    Light,
}

/// Preferences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// Dark or light.
    pub theme: ThemeChoice,
    /// Size of the whole window's contents, 1 is the system's.
    pub scale: f32,
    /// Where kept pictures live; the program's own folder when absent.
    #[serde(with = "crate::recipe::path_as_text")]
    pub gallery_folder: Option<PathBuf>,
    /// Write recipes into exported files.
    pub export_recipe: bool,
    /// Write names and folders of source files into recipes. Under a name of its own: up to
    /// 0.2 `source_names` was kept as on without the user's asking.
    #[serde(rename = "write_source_names")]
    pub source_names: bool,
    /// Write creator, copyright, title and day of photos into what is made from them.
    pub photo_credit: bool,
    /// The user's name for the creator field of files; empty for none.
    pub creator: String,
    /// The user's own rights line for files; empty for none.
    pub rights: String,
    /// Sign pictures with Content Credentials, in programs that can.
    pub sign: bool,
    /// Open no connection to the hub.
    pub offline: bool,
    /// Where to compute.
    pub device: DeviceChoice,
    /// With how many digits a card computes.
    pub precision: Precision,
    /// Why another device computed at the last start; said once, not at every start.
    pub device_told: Option<String>,
    /// Threads of the engine, used at the next start; a good number when absent.
    pub threads: Option<usize>,
    /// Memory for full-size stylisation, bytes.
    pub memory_budget: u64,
    /// Network that enlarges pictures; the one that ships when absent or gone.
    pub upscaler: Option<String>,
    /// Longer side of the quick preview while a slider moves.
    pub draft_side: u32,
    /// Draw the pictures of small generators through *Crisp* while nothing moves.
    pub crisp: bool,
    /// Try all styles on the photo in Style while the machine is idle.
    pub tryouts: bool,
    /// Settings of Style under a name.
    pub style_presets: Vec<StylePreset>,
    /// Open the start page where there is no work to come back to.
    pub start_page: bool,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            scale: 1.0,
            gallery_folder: None,
            export_recipe: true,
            source_names: false,
            photo_credit: true,
            creator: String::new(),
            rights: String::new(),
            sign: false,
            offline: false,
            device: DeviceChoice::Auto,
            precision: Precision::F32,
            device_told: None,
            threads: None,
            memory_budget: 1536 << 20,
            upscaler: None,
            draft_side: 256,
            crisp: true,
            tryouts: true,
            style_presets: Vec::new(),
            start_page: true,
        }
    }
}
