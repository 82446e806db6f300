//! Limner's own way from a decoded photo to the pixels that the window shows: request, statistics,
//! network, palette, result as 8-bit, as a window's image.

#![allow(dead_code)] // each program uses a part

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use limner::digest::sha256_of_file;
use limner::engine::protocol::{
    Estimate, Event, Job, JobId, Output, Rendering, Request, StylizeOptions,
};
use limner::engine::{Engine, EngineConfig};
use limner::recipe::{SourceRef, StyleLayer, StyleParams, StyleSource};
use limner::weighed::Receiver;

use crate::harness::Outcome;

/// An engine that has read a photo.
pub struct StylePipeline {
    engine: Engine,
    events: Receiver<Event>,
    params: StyleParams,
    options: StylizeOptions,
    runs: Cell<u64>,
}

impl StylePipeline {
    /// With the shipped models, a photo in a file of this name, and a style.
    pub fn open(folder: &Path, photo: &str, size: [u32; 2], threads: usize) -> Outcome<Self> {
        let config = EngineConfig {
            threads: Some(threads),
            model_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("models")],
            ..EngineConfig::default()
        };
        let (engine, events) = Engine::spawn(config, Arc::new(|| {}))?;
        let layer = StyleLayer {
            style: StyleSource::File(picture(folder, "style.png", [512, 512])?),
            weight: 1.0,
            code: None,
            learnt: None,
            code_edits: Vec::new(),
            mask: None,
        };
        let params = StyleParams {
            model: "restyle".into(),
            photo: picture(folder, photo, size)?,
            styles: vec![layer],
            strength: 1.0,
            brush: 1.0,
            keep_colors: 0.0,
            wrap: limner::recipe::Wrap::None,
        };
        Ok(Self {
            engine,
            events,
            params,
            options: StylizeOptions {
                memory_budget: 2 << 30,
                ..StylizeOptions::default()
            },
            runs: Cell::new(0),
        })
    }

    /// The same with a finer or coarser brush.
    pub fn brush(mut self, brush: f32) -> Self {
        self.params.brush = brush;
        self
    }

    /// What the engine says beforehand that a picture takes.
    pub fn estimate(&self) -> Outcome<Estimate> {
        self.engine.send(Request::Estimate {
            seq: 1,
            params: Arc::new(self.params.clone()),
            rendering: Rendering::Fast(self.options),
        })?;
        loop {
            match self.events.recv()? {
                Event::Estimate { estimate, .. } => return Ok(estimate),
                Event::EstimateFailed { error, .. } => return Err(error.into()),
                _ => {}
            }
        }
    }

    /// One picture, with another strength than the last, so that nothing comes from memory.
    pub fn stylise(&self) -> Outcome<()> {
        let run = self.runs.get() + 1;
        self.runs.set(run);
        let mut params = self.params.clone();
        params.strength = 1.0 - run as f32 * 1e-3;
        let job = Job::Stylize(Arc::new(params), self.options);
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

/// A picture full of waves in a file, unless it is there.
fn picture(folder: &Path, name: &str, [width, height]: [u32; 2]) -> Outcome<SourceRef> {
    let pixel = |x: u32, y: u32| {
        let wave = |a: u32, b: u32| ((f64::from(x * a + y * b) / 97.0).sin() * 120.0 + 128.0) as u8;
        image::Rgb([wave(3, 1), wave(1, 5), wave(2, 7)])
    };
    std::fs::create_dir_all(folder)?;
    let path = folder.join(name);
    if !path.exists() {
        image::RgbImage::from_fn(width, height, pixel).save(&path)?;
    }
    Ok(SourceRef {
        sha256: sha256_of_file(&path)?,
        name: name.to_owned(),
        path: path.display().to_string(),
        artist: String::new(),
        licence: String::new(),
    })
}

/// Writes the pictures for [`StylePipeline::open`], so that it needs no memory for them.
pub fn prepare(folder: &Path, photo: &str, size: [u32; 2]) -> Outcome<()> {
    picture(folder, "style.png", [512, 512])?;
    picture(folder, photo, size)?;
    Ok(())
}
