//! The studio's own way from a decoded photo to the pixels that the window shows: request, statistics,
//! network, palette, result as 8-bit, as a window's image.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use limner::digest::sha256_of_file;
use limner::engine::protocol::{Event, Job, JobId, Output, Request, StylizeOptions};
use limner::engine::{Engine, EngineConfig};
use limner::recipe::{SourceRef, StyleLayer, StyleParams, StyleSource};

use crate::harness::Outcome;

/// An engine that has read a photo.
pub struct Studio {
    engine: Engine,
    events: Receiver<Event>,
    params: StyleParams,
    runs: Cell<u64>,
}

impl Studio {
    /// With the shipped models, a photo `side` pixels wide and high, and a style.
    pub fn open(folder: &Path, side: u32, threads: usize) -> Outcome<Self> {
        let config = EngineConfig {
            threads: Some(threads),
            model_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("models")],
            ..EngineConfig::default()
        };
        let (engine, events) = Engine::spawn(config, Arc::new(|| {}))?;
        let layer = StyleLayer {
            style: StyleSource::File(picture(folder, "style.png", 512)?),
            weight: 1.0,
            code: None,
            code_edits: Vec::new(),
            mask: None,
        };
        let params = StyleParams {
            model: "Restyle".into(),
            photo: picture(folder, "photo.png", side)?,
            styles: vec![layer],
            strength: 1.0,
            brush: 1.0,
            keep_colors: 0.0,
        };
        Ok(Self {
            engine,
            events,
            params,
            runs: Cell::new(0),
        })
    }

    /// One picture, with another strength than the last, so that nothing comes from memory.
    pub fn stylise(&self) -> Outcome<()> {
        let run = self.runs.get() + 1;
        self.runs.set(run);
        let mut params = self.params.clone();
        params.strength = 1.0 - run as f32 * 1e-3;
        let job = Job::Stylize(Arc::new(params), StylizeOptions::default());
        self.engine.send(Request::Job {
            id: JobId(run),
            job,
        })?;
        loop {
            if let Event::Done { result, .. } = self.events.recv()? {
                let Output::Picture { picture, .. } = result? else {
                    return Err("the engine answered something else".into());
                };
                let size = picture.size().map(|s| s as usize);
                let shown = egui::ColorImage::from_rgba_unmultiplied(size, picture.rgba());
                std::hint::black_box(shown);
                return Ok(());
            }
        }
    }
}

/// A picture full of waves in a file.
fn picture(folder: &Path, name: &str, side: u32) -> Outcome<SourceRef> {
    let pixel = |x: u32, y: u32| {
        let wave = |a: u32, b: u32| ((f64::from(x * a + y * b) / 97.0).sin() * 120.0 + 128.0) as u8;
        image::Rgb([wave(3, 1), wave(1, 5), wave(2, 7)])
    };
    std::fs::create_dir_all(folder)?;
    let path = folder.join(name);
    image::RgbImage::from_fn(side, side, pixel).save(&path)?;
    Ok(SourceRef {
        sha256: sha256_of_file(&path)?,
        name: name.to_owned(),
        path: path.display().to_string(),
        artist: String::new(),
        licence: String::new(),
    })
}
