//! The sliders of autoencoders: those that a network brings, else those that were measured
//! here and kept by the network's hash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::cache_file;
use crate::engine::protocol::EngineError;
use crate::engine::resample::shrink_to;
use crate::export::atomic::{Existing, write_bytes};
use crate::models::Registry;
use crate::models::lens_directions::LensDirections;
use crate::models::registry::CPPN_NAME;
use crate::photo::sample;
use crate::picture::Picture;
use crate::recipe::NoiseMode;

/// Pictures that sliders are measured on, if there are so many.
const PICTURES: usize = 12;
/// Side of a picture that a generator draws for it.
const DRAWN: u32 = 128;

/// What is known, by the model's hash; none where a model brings nothing and nothing was
/// measured.
pub(super) struct Sliders {
    folder: Option<PathBuf>,
    known: BTreeMap<String, Option<Arc<LensDirections>>>,
}

impl Sliders {
    pub(super) fn new(cache_dir: Option<&Path>) -> Self {
        Self {
            folder: cache_dir.map(|dir| dir.join("lens-directions")),
            known: BTreeMap::new(),
        }
    }

    fn file(&self, sha256: &str) -> Option<PathBuf> {
        cache_file::file_of(self.folder.as_deref(), sha256, "json")
    }

    /// The sliders of an autoencoder, if it brings some or they were measured before.
    pub(super) fn find(
        &mut self,
        registry: &mut Registry,
        model: &str,
    ) -> Result<Option<Arc<LensDirections>>, EngineError> {
        let sha = registry.info(model)?.sha256.clone();
        if let Some(known) = self.known.get(&sha) {
            return Ok(known.clone());
        }
        let channels = registry.autoencoder(model)?.channels();
        let found = match registry.directions_file(model) {
            Some(file) => Some(LensDirections::read(&file, &sha, channels)?),
            None => {
                let kept = self.file(&sha).filter(|file| file.is_file());
                // What can't be read is measured again.
                kept.and_then(|file| LensDirections::read(&file, &sha, channels).ok())
            }
        };
        let found = found.map(Arc::new);
        self.known.insert(sha, found.clone());
        Ok(found)
    }

    /// Keeps what was measured. A cache that can't be written costs time next time.
    pub(super) fn keep(&mut self, sha256: &str, found: LensDirections) -> Arc<LensDirections> {
        if let Some(file) = self.file(sha256)
            && let Err(error) = write_whole(&file, &found)
        {
            log::warn!("sliders can't be kept: {error}: {}", file.display());
        }
        let found = Arc::new(found);
        self.known
            .insert(sha256.to_owned(), Some(Arc::clone(&found)));
        found
    }
}

fn write_whole(file: &Path, found: &LensDirections) -> std::io::Result<()> {
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let bytes = serde_json::to_vec(found)?;
    write_bytes(file, Existing::Replace, &bytes).map_err(std::io::Error::other)
}

/// Pictures that are always there: the sample photo and its parts, what the styles that
/// ship look like, and what generators draw.
pub(crate) fn pictures_at_hand(registry: &mut Registry, stop: &CancelToken) -> Vec<Picture> {
    let mut all = Vec::new();
    if let Ok(photo) = sample() {
        let small = shrink_to(&photo, 4 * DRAWN);
        all.extend(quarters(&small));
        all.push(small);
    }
    let library = registry.library();
    let swatches: Vec<Picture> = library
        .styles
        .into_iter()
        .filter_map(|s| s.swatch)
        .collect();
    let every = swatches.len().div_ceil(PICTURES / 3).max(1);
    all.extend(swatches.into_iter().step_by(every));
    let mut seed = 1;
    while all.len() < PICTURES && seed <= PICTURES as u64 {
        all.extend(drawn(registry, seed, stop));
        seed += 1;
    }
    all.truncate(PICTURES);
    all
}

/// What the coordinate network draws from a seed; it is in every program.
fn drawn(registry: &mut Registry, seed: u64, stop: &CancelToken) -> Option<Picture> {
    let generator = registry.generator(CPPN_NAME).ok()?;
    let w = generator.map(&generator.z_of_seed(seed)).ok()?;
    let ws = vec![w; generator.spec().num_ws];
    generator
        .synthesize(&ws, NoiseMode::Off, Some([DRAWN, DRAWN]), stop)
        .ok()
}

/// A picture's four quarters.
fn quarters(picture: &Picture) -> Vec<Picture> {
    let [w, h] = picture.size().map(|side| side / 2);
    let stride = picture.width() as usize * 4;
    let part = |left: u32, top: u32| {
        let row = |y: u32| {
            let from = (top + y) as usize * stride + left as usize * 4;
            &picture.rgba()[from..from + w as usize * 4]
        };
        let pixels = (0..h).flat_map(|y| row(y).iter().copied()).collect();
        Picture::from_rgba(w, h, pixels).ok()
    };
    [(0, 0), (w, 0), (0, h), (w, h)]
        .into_iter()
        .filter_map(|(left, top)| part(left, top))
        .collect()
}
