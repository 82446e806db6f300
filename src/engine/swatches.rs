//! Swatches of networks that are one style, and of learnt styles without one: what each makes of the
//! sample photo, rendered when first seen and kept on disk by the network's hash. A kept picture's
//! swatch is the picture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::protocol::{EngineError, Painter, StyleInfo};
use super::resample::shrink_to;
use crate::cancel::CancelToken;
use crate::engine::cache_file;
use crate::export::format::Format;
use crate::export::{self, Provenance, WriteOptions};
use crate::models::pixels::{picture_of, tensor_of};
use crate::models::registry::network_of_style;
use crate::models::{ModelError, Registry};
use crate::photo::{self, sample};
use crate::picture::Picture;
use crate::recipe::{SourceRef, StyleSource};

/// Side of the square.
const SIDE: u32 = 192;

/// Swatches by hash of the network.
pub(crate) struct Swatches {
    folder: Option<PathBuf>,
    made: BTreeMap<String, Option<Picture>>,
}

impl Swatches {
    /// Kept in a folder of `cache_dir`; only in memory when absent.
    pub(crate) fn new(cache_dir: Option<&Path>) -> Self {
        Self {
            folder: cache_dir.map(|dir| dir.join("swatches")),
            made: BTreeMap::new(),
        }
    }

    /// Gives swatches to the styles that are networks and have none. A network that
    /// can't be run stays without; choosing it gives the reason.
    pub(crate) fn fill(&mut self, styles: &mut [StyleInfo], registry: &mut Registry) {
        for style in styles.iter_mut().filter(|s| s.swatch.is_none()) {
            let of = match (&style.source, style.painter) {
                (StyleSource::File(picture), _) => Of::Picture(picture),
                (StyleSource::Builtin(id), Painter::Learnt) => Of::Learnt(id),
                (StyleSource::Builtin(id), _) => match network_of_style(id) {
                    Some(model) => Of::Network(model),
                    None => continue,
                },
            };
            let sha256 = match of {
                Of::Network(model) => registry.info(model).map(|info| info.sha256.clone()),
                Of::Learnt(id) => registry.learnt_hash(id),
                Of::Picture(picture) => Ok(picture.sha256.clone()),
            };
            let Ok(sha256) = sha256 else {
                continue;
            };
            if !self.made.contains_key(&sha256) {
                let made = self.find(of, &sha256, registry);
                self.made.insert(sha256.clone(), made);
            }
            style.swatch = self.made.get(&sha256).cloned().flatten();
        }
    }

    fn find(&self, of: Of<'_>, sha256: &str, registry: &mut Registry) -> Option<Picture> {
        let file = cache_file::file_of(self.folder.as_deref(), sha256, "png");
        if let Some(kept) = file.as_ref().and_then(|file| image::open(file).ok()) {
            let kept = kept.to_rgba8();
            return Picture::from_rgba(kept.width(), kept.height(), kept.into_raw()).ok();
        }
        let made = render(of, registry)
            .inspect_err(|error| log::warn!("no swatch of {of:?}: {error}"))
            .ok()?;
        if let Some(file) = file {
            let written = std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))
                .map_err(|e| e.to_string())
                .and_then(|()| {
                    let (none, png) = (Provenance::default(), WriteOptions::new(Format::Png));
                    export::write(&file, &made, None, &none, &png).map_err(|e| e.to_string())
                });
            if let Err(error) = written {
                log::warn!("a swatch can't be kept: {error}: {}", file.display());
            }
        }
        Some(made)
    }
}

/// What a swatch is of.
#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    /// A network that is one style.
    Network(&'a str),
    /// A learnt style.
    Learnt(&'a str),
    /// A kept picture: itself, small.
    Picture(&'a SourceRef),
}

fn render(of: Of<'_>, registry: &mut Registry) -> Result<Picture, EngineError> {
    let small = |picture: &Picture| square(&shrink_to(picture, SIDE * 3 / 2));
    let photo = small(&sample()?);
    let model = match of {
        Of::Network(model) => model,
        Of::Picture(picture) => return Ok(small(&photo::read(&picture.place())?.picture)),
        Of::Learnt(id) => {
            let none = || ModelError::NoLearnt(id.to_owned());
            let painter = registry.learnt(id)?.ok_or_else(none)?;
            let tensor = tensor_of(&photo, painter.net.device())?;
            let (code, never) = (&painter.code, CancelToken::new());
            let made = painter.net.stylise(&tensor, code, 1.0, 0.0, None, &never)?;
            return Ok(picture_of(&made)?);
        }
    };
    let net = registry.transfer(model)?;
    let tensor = tensor_of(&photo, net.device())?;
    let (made, _) = net.transfer(&tensor, &[], None, &CancelToken::new())?;
    drop(net);
    // Only looked at; it is loaded again when somebody chooses it.
    registry.unload(model);
    Ok(picture_of(&made.clamp(0.0, 1.0)?)?)
}

/// The middle of a picture, its sides a multiple of four.
fn square(picture: &Picture) -> Picture {
    let side = picture.width().min(picture.height()).min(SIDE) / 4 * 4;
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    let stride = picture.width() as usize * 4;
    let row = |y: u32| {
        let start = (top + y) as usize * stride + left as usize * 4;
        &picture.rgba()[start..start + side as usize * 4]
    };
    let pixels: Vec<u8> = (0..side).flat_map(|y| row(y).to_vec()).collect();
    Picture::from_rgba(side, side, pixels).unwrap_or_else(|_| picture.clone())
}
