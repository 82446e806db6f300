//! The engine with real (tiny) networks and real files, stepped by hand.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod drag;
#[path = "../engine_files/mod.rs"]
mod engine_files;
#[path = "../common/film_reader.rs"]
mod film_reader;
mod films;
mod films_looked_at;
mod fine;
mod fine_stopped;
mod finish_looks;
mod grow;
mod learning;
mod learnt;
mod lens;
mod own_styles;
mod pictures;
mod print;
#[path = "../common/skip.rs"]
mod skip;
mod style;
mod upscaler;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine_files::{models, photo};
use limner::engine::protocol::*;
use limner::engine::{Engine, EngineConfig, LocalEngine};
use limner::picture::Picture;
use limner::recipe::{
    DirectionEdit, ExploreParams, Mask, MaskShape, Recipe, SourceRef, StyleLayer, StyleParams,
    StyleSource, WalkParams, WalkPath,
};

struct Fixture {
    folder: tempfile::TempDir,
    engine: LocalEngine,
    next: u64,
}

fn config(folder: &Path) -> EngineConfig {
    EngineConfig {
        threads: Some(2),
        model_dirs: vec![models(folder)],
        own_styles: Some(folder.join("models/learnt")),
        cache_dir: Some(folder.join("cache")),
        known_photos: Some(folder.join("known.sqlite")),
        ..EngineConfig::default()
    }
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = LocalEngine::new(config(folder.path()), Arc::new(|| {}));
        Self {
            folder,
            engine,
            next: 1,
        }
    }

    /// As after the program was closed and started again.
    fn restart(&mut self) {
        self.engine = LocalEngine::new(config(self.folder.path()), Arc::new(|| {}));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn photo(&self, name: &str, width: u32, height: u32) -> SourceRef {
        source(&photo(&self.path(name), width, height))
    }

    fn job(&mut self, job: Job) -> Result<Output, EngineError> {
        let id = JobId(self.next);
        self.next += 1;
        self.engine.send(Request::Job { id, job }).unwrap();
        self.engine
            .run()
            .into_iter()
            .find_map(|e| match e {
                Event::Done { id: about, result } if about == id => Some(result),
                _ => None,
            })
            .unwrap()
    }

    fn picture(&mut self, job: Job) -> (Picture, Recipe) {
        match self.job(job).unwrap() {
            Output::Picture { picture, recipe } => (picture, *recipe),
            other => panic!("{other:?}"),
        }
    }

    fn preview(&mut self, work: Work, tier: Tier) -> Result<Picture, EngineError> {
        self.next += 1;
        self.engine
            .send(Request::Preview {
                channel: Channel::Canvas,
                seq: self.next,
                tier,
                items: vec![work],
            })
            .unwrap();
        self.engine
            .run()
            .into_iter()
            .find_map(|e| match e {
                Event::Preview { picture, .. } => Some(Ok(picture)),
                Event::PreviewFailed { error, .. } => Some(Err(error)),
                _ => None,
            })
            .unwrap()
    }
}

fn source(path: &Path) -> SourceRef {
    limner::photo::read(path).unwrap().source
}

fn style(source: SourceRef) -> StyleLayer {
    StyleLayer {
        style: StyleSource::File(source),
        weight: 1.0,
        code: None,
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    }
}

fn params(photo: SourceRef, styles: Vec<StyleLayer>) -> StyleParams {
    StyleParams {
        model: "restyle".into(),
        photo,
        styles,
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: limner::recipe::Wrap::None,
    }
}

fn far(a: &Picture, b: &Picture) -> Vec<u8> {
    assert_eq!(a.size(), b.size());
    let mut all: Vec<u8> = a
        .rgba()
        .iter()
        .zip(b.rgba())
        .map(|(a, b)| a.abs_diff(*b))
        .collect();
    all.sort_unstable();
    all
}

/// Difference that a share of the values stays within.
fn within(a: &Picture, b: &Picture, share: f64) -> u8 {
    let all = far(a, b);
    all[((all.len() - 1) as f64 * share) as usize]
}

#[test]
fn the_windows_frames_can_be_measured() {
    let folder = tempfile::tempdir().unwrap();
    let report = limner::window::frame_bench::measure(config(folder.path()), 5).unwrap();
    assert!(report.times.worst_ms > 0.0, "{report:?}");
}
