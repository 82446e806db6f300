//! What the window needs to know of the networks and styles that are there.

use std::path::PathBuf;

use super::style_note::Plan;
use crate::picture::Picture;
use crate::recipe::StyleSource;

/// Learning that was interrupted.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// What has been learnt so far.
    pub file: PathBuf,
    /// Steps taken.
    pub steps: u32,
    /// Steps in all.
    pub planned: u32,
    /// What it was begun with.
    pub plan: Plan,
}

/// Models and styles at hand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Library {
    /// Generators, style networks and others.
    pub models: Vec<ModelInfo>,
    /// Styles that ship, networks that are styles, and the user's own.
    pub styles: Vec<StyleInfo>,
    /// Learning that was interrupted and can be gone on with.
    pub unfinished: Vec<Unfinished>,
    /// Folders that looked like a model but can't be used: folder, reason.
    pub broken: Vec<(PathBuf, String)>,
}

impl Library {
    /// As [`upscaler_for`], of these models.
    pub fn upscaler_for(
        &self,
        chosen: Option<&str>,
        generator: Option<&str>,
        scale: Option<u32>,
    ) -> Option<&ModelInfo> {
        upscaler_for(self.models.iter(), chosen, generator, scale)
    }
}

/// What a network is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// Makes pictures from a latent.
    Generator,
    /// Puts any style onto a photo.
    Style,
    /// Puts the one style that it knows onto a photo; listed among the styles.
    OneStyle,
    /// Enlarges.
    Upscaler,
    /// Encodes and decodes photos.
    Autoencoder,
}

/// A model as the window needs to know it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// Folder name, e.g. `fruit`.
    pub name: String,
    /// Shown name, e.g. `Fruit`.
    pub title: String,
    /// What for.
    pub kind: ModelKind,
    /// Whether it was trained on pictures (false for the coordinate network).
    pub trained: bool,
    /// Unfinished by its own card: usable, but not what the program opens with.
    pub sketch: bool,
    /// Style inputs of a generator.
    pub num_ws: usize,
    /// Classes of a conditional generator; 0 for others.
    pub classes: usize,
    /// Own output size; a default for resizable ones.
    pub size: [u32; 2],
    /// Renders at any size.
    pub resizable: bool,
    /// Can move and turn what it draws.
    pub can_move: bool,
    /// The truncation ψ that a generator is drawn with until the user says otherwise.
    pub truncation: f32,
    /// Whether that is the temperature of a prior that is sampled.
    pub temperature: bool,
    /// Can look for a photo among its pictures.
    pub can_project: bool,
    /// Its pictures can be dragged by points.
    pub can_drag: bool,
    /// What its family is called, with its article.
    pub family: &'static str,
    /// Weights on disk, in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// The model card, Markdown.
    pub card: String,
    /// Licence line of the card.
    pub licence: String,
    /// Data statement and credit line for results' metadata.
    pub credit: String,
    /// How many times it enlarges (upscalers).
    pub scales: Vec<u32>,
    /// The upscaler that a generator's pictures are drawn through, by its own word.
    pub upscaler: Option<String>,
    /// Number of sliders of its style code (style networks).
    pub code_len: usize,
}

/// The upscaler that ships.
const UPSCALER: &str = "crisp";

/// Limner's own style networks: the one that styles are painted by from now on, then the one before
/// it, which stays for its pictures and for the styles that were learnt from it.
pub const OWN_STYLE_NETWORKS: [&str; 2] = ["restyle_2", "restyle"];

/// Whether a style network is an older one of Limner's own: what isn't painted yet is painted by the
/// one of today.
pub fn gives_way(name: &str) -> bool {
    name == OWN_STYLE_NETWORKS[1]
}

/// The style network where none is named: Limner's own of today, else one that knows the styles that
/// ship and has sliders for them, else any.
pub fn first_style_network<'a>(
    models: impl Iterator<Item = &'a ModelInfo>,
) -> Option<&'a ModelInfo> {
    models
        .filter(|m| m.kind == ModelKind::Style)
        .min_by_key(|m| (m.name != OWN_STYLE_NETWORKS[0], m.code_len == 0))
}

/// The upscaler for pictures of a generator: the one that the user has `chosen`, else the
/// generator's own, else *Crisp*, else any; of those that know `scale`, where one is asked for.
pub fn upscaler_for<'a>(
    models: impl Iterator<Item = &'a ModelInfo> + Clone,
    chosen: Option<&str>,
    generator: Option<&str>,
    scale: Option<u32>,
) -> Option<&'a ModelInfo> {
    let fits = |m: &&ModelInfo| {
        m.kind == ModelKind::Upscaler && scale.is_none_or(|scale| m.enlarges(scale))
    };
    let named = |name: &str| models.clone().filter(fits).find(|m| m.name == name);
    let made_by = generator.and_then(|name| models.clone().find(|m| m.name == name));
    let own = made_by.and_then(|m| m.upscaler.as_deref());
    let wanted = [chosen, own, Some(UPSCALER)];
    let mut found = wanted.into_iter().flatten().filter_map(named);
    found.next().or_else(|| models.clone().find(fits))
}

impl ModelInfo {
    /// Whether an upscaler can make pictures so many times as large: by that scale, or by a multiple
    /// of which the result is averaged down.
    pub fn enlarges(&self, scale: u32) -> bool {
        let fits = |own: &u32| scale > 0 && own.is_multiple_of(scale);
        self.scales.iter().any(fits)
    }

    /// What the setting of a generator's variety is called.
    pub fn variety(&self) -> &'static str {
        match self.temperature {
            true => "Temperature",
            false => "Truncation",
        }
    }
}

/// Who paints a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Painter {
    /// The network in use, after the style's code: several are one pass.
    #[default]
    Shared,
    /// A painter that learnt just this style: one more pass when mixed.
    Learnt,
    /// A network that is this style: one more pass when mixed.
    Own,
}

/// A style that ships.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleInfo {
    /// How recipes name it.
    pub source: StyleSource,
    /// Shown name.
    pub name: String,
    /// Whose hand; empty where nobody's is known.
    pub artist: String,
    /// When it was made, as text; empty where that isn't known.
    pub year: String,
    /// Licence of the picture, as far as it is said apart from `origin`.
    pub licence: String,
    /// Where it comes from, and its licence.
    pub origin: String,
    /// Heading under which it stands; empty for none.
    pub group: String,
    /// Who paints it.
    pub painter: Painter,
    /// Its file, if it is learnt or a kept picture.
    pub file: Option<PathBuf>,
    /// What its files are named, if it is one of the user's own.
    pub own: Option<String>,
    /// What it does to the sample photo.
    pub swatch: Option<Picture>,
}

impl Default for StyleInfo {
    fn default() -> Self {
        Self {
            source: StyleSource::Builtin(String::new()),
            name: String::new(),
            artist: String::new(),
            year: String::new(),
            licence: String::new(),
            origin: String::new(),
            group: String::new(),
            painter: Painter::default(),
            file: None,
            own: None,
            swatch: None,
        }
    }
}

impl StyleInfo {
    /// Work, artist, year and licence in one line: "The Great Wave, Katsushika Hokusai, c. 1831,
    /// public domain".
    pub fn credit_line(&self) -> String {
        joined(&[&self.name, &self.artist, &self.year, &self.licence])
    }

    /// Artist and year.
    pub fn by(&self) -> String {
        joined(&[&self.artist, &self.year])
    }
}

fn joined(parts: &[&str]) -> String {
    let there: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
    there.join(", ")
}
