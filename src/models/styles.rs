//! The styles that ship: `models/styles/index.json`, their codes and swatches.

use std::path::{Path, PathBuf};

use candle_core::Device;
use serde::Deserialize;

use super::ModelError;
use super::restyle::text_or_number;
use super::weights::Weights;
use crate::latent::codes::CodeSliders;
use crate::models::library::{Painter, StyleInfo};
use crate::picture::Picture;
use crate::recipe::StyleSource;

/// Swatches are small; larger files aren't swatches.
const MAX_SWATCH: u32 = 1024;

/// A style that ships.
#[derive(Debug, Clone)]
pub struct ShippedStyle {
    /// As the window shows it.
    pub info: StyleInfo,
    /// Its code; none for a learnt style, whose file holds it.
    pub code: Option<Vec<f32>>,
}

/// All of a folder's styles and the sliders that they span.
#[derive(Debug, Clone, Default)]
pub struct StyleSet {
    /// Styles in the order of the index.
    pub styles: Vec<ShippedStyle>,
    /// Directions of style codes.
    pub sliders: CodeSliders,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    codes: Option<String>,
    styles: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    name: String,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    licence: String,
    #[serde(default)]
    artist: String,
    #[serde(default, deserialize_with = "text_or_number")]
    year: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    group: String,
    /// What an older index says in place of a group.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    swatch: Option<String>,
    #[serde(default)]
    code: Option<Vec<f32>>,
    /// File of a learnt style.
    #[serde(default)]
    learnt: Option<String>,
}

/// Codes in the order of the styles that have one, or by their ids.
#[derive(Default)]
struct Codes {
    rows: Vec<Vec<f32>>,
    ids: Option<Vec<String>>,
}

impl Codes {
    /// The code of a style that is the `row`th of those without a file of their own.
    fn of(&self, id: &str, row: usize) -> Option<Vec<f32>> {
        let row = match &self.ids {
            Some(ids) => ids.iter().position(|other| other == id)?,
            None => row,
        };
        self.rows.get(row).cloned()
    }
}

impl StyleSet {
    /// Reads a folder with an `index.json`. A swatch that can't be read is left out.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`], [`ModelError::BadConfig`], or what is wrong with
    /// the file of codes.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("index.json");
        let text = std::fs::read_to_string(&path).map_err(|error| ModelError::Unreadable {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let bad = |reason: String| ModelError::BadConfig {
            path: path.clone(),
            reason,
        };
        let index: Index = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        let table = match &index.codes {
            Some(file) => codes(&inside(folder, file).ok_or_else(|| bad(outside(file)))?)?,
            None => Codes::default(),
        };
        let mut styles = Vec::with_capacity(index.styles.len());
        let mut row = 0;
        for entry in index.styles {
            let (code, file) = match &entry.learnt {
                Some(file) => {
                    let path = inside(folder, file).ok_or_else(|| bad(outside(file)))?;
                    (None, Some(path))
                }
                None => {
                    let code = entry.code.clone().or_else(|| table.of(&entry.id, row));
                    row += 1;
                    let none = || bad(format!("the style '{}' has no code", entry.id));
                    (Some(code.ok_or_else(none)?), None)
                }
            };
            styles.push(ShippedStyle {
                info: entry.info(folder, file),
                code,
            });
        }
        let all: Vec<Vec<f32>> = styles.iter().filter_map(|s| s.code.clone()).collect();
        Ok(Self {
            sliders: CodeSliders::new(&all, super::restyle::Palette::LEN),
            styles,
        })
    }

    /// Adds a style, unless there is one of its id.
    pub(super) fn add(&mut self, style: ShippedStyle) {
        let is = |other: &ShippedStyle| other.info.source == style.info.source;
        if !self.styles.iter().any(is) {
            self.styles.push(style);
        }
    }

    /// The file of a learnt style.
    pub fn learnt(&self, id: &str) -> Option<&Path> {
        self.get(id)?.info.file.as_deref()
    }

    /// The style of this id.
    pub fn get(&self, id: &str) -> Option<&ShippedStyle> {
        self.styles
            .iter()
            .find(|style| matches!(&style.info.source, StyleSource::Builtin(i) if i == id))
    }
}

impl Entry {
    /// As the window shows it; `file` is a learnt style's. A swatch that can't be read is left out.
    fn info(self, folder: &Path, file: Option<PathBuf>) -> StyleInfo {
        let mut origin = String::new();
        // What `origin` says already isn't said twice.
        for line in [&self.origin, &self.source, &self.licence] {
            if !origin.contains(line.as_str()) {
                origin += if origin.is_empty() { "" } else { " · " };
                origin += line;
            }
        }
        StyleInfo {
            origin,
            swatch: self.swatch.and_then(|file| swatch(&inside(folder, &file)?)),
            source: StyleSource::Builtin(self.id),
            name: self.name,
            artist: self.artist,
            year: self.year,
            licence: self.licence,
            group: match (self.group.as_str(), self.kind.as_str()) {
                ("", "painting") => "Paintings and prints".into(),
                ("", "generated") => "Made by code".into(),
                _ => self.group,
            },
            painter: match file {
                Some(_) => Painter::Learnt,
                None => Painter::Shared,
            },
            file,
            own: None,
        }
    }
}

/// A file of the folder, never one outside of it.
fn inside(folder: &Path, file: &str) -> Option<PathBuf> {
    let relative = Path::new(file);
    relative
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
        .then(|| folder.join(relative))
}

fn outside(file: &str) -> String {
    format!("'{file}' lies outside of the folder")
}

/// Rows of the tensor `codes`, and the styles' ids where the file says them.
fn codes(path: &Path) -> Result<Codes, ModelError> {
    let file = Weights::open(path, None, &Device::Cpu)?;
    let ids = file.metadata("ids");
    Ok(Codes {
        rows: file.any("codes")?.to_vec2::<f32>()?,
        ids: ids.and_then(|ids| serde_json::from_str(ids).ok()),
    })
}

fn swatch(path: &Path) -> Option<Picture> {
    let mut reader = image::ImageReader::open(path)
        .ok()?
        .with_guessed_format()
        .ok()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SWATCH);
    limits.max_image_height = Some(MAX_SWATCH);
    reader.limits(limits);
    let pixels = reader.decode().ok()?.into_rgba8();
    let (width, height) = pixels.dimensions();
    Picture::from_rgba(width, height, pixels.into_raw()).ok()
}
