//! The styles that ship: `models/styles/index.json`, their codes and swatches.

use std::path::{Path, PathBuf};

use candle_core::Device;
use serde::Deserialize;

use super::ModelError;
use super::weights::Weights;
use crate::latent::codes::CodeSliders;
use crate::models::library::StyleInfo;
use crate::picture::Picture;
use crate::recipe::StyleSource;

/// Swatches are small; larger files aren't swatches.
const MAX_SWATCH: u32 = 1024;

/// A style that ships.
#[derive(Debug, Clone)]
pub struct ShippedStyle {
    /// As the window shows it.
    pub info: StyleInfo,
    /// Its code.
    pub code: Vec<f32>,
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
    swatch: Option<String>,
    #[serde(default)]
    code: Option<Vec<f32>>,
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
            None => Vec::new(),
        };
        let mut styles = Vec::with_capacity(index.styles.len());
        for (i, entry) in index.styles.into_iter().enumerate() {
            let code = entry.code.or_else(|| table.get(i).cloned());
            let code = code.ok_or_else(|| bad(format!("the style '{}' has no code", entry.id)))?;
            let swatch = entry
                .swatch
                .and_then(|file| swatch(&inside(folder, &file)?));
            styles.push(ShippedStyle {
                info: StyleInfo {
                    source: StyleSource::Builtin(entry.id),
                    name: entry.name,
                    origin: [entry.origin, entry.licence]
                        .into_iter()
                        .filter(|line| !line.is_empty())
                        .collect::<Vec<_>>()
                        .join(" · "),
                    swatch,
                },
                code,
            });
        }
        let all: Vec<Vec<f32>> = styles.iter().map(|style| style.code.clone()).collect();
        Ok(Self {
            sliders: CodeSliders::new(&all, super::restyle::Palette::LEN),
            styles,
        })
    }

    /// The style of this id.
    pub fn get(&self, id: &str) -> Option<&ShippedStyle> {
        self.styles
            .iter()
            .find(|style| matches!(&style.info.source, StyleSource::Builtin(i) if i == id))
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

/// Rows of the tensor `codes`.
fn codes(path: &Path) -> Result<Vec<Vec<f32>>, ModelError> {
    let tensor = Weights::open(path, None, &Device::Cpu)?.any("codes")?;
    Ok(tensor.to_vec2::<f32>()?)
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
