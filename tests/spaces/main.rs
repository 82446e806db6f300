//! Surfaces of pictures by the command line, each judged by who defined its format.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../engine_files/mod.rs"]
mod engine_files;
mod film;
mod hang;
mod judges;
mod material;
mod measure;
mod seamless;
mod strip;
mod waves;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use engine_files::models;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        models(folder.path());
        Self { folder }
    }

    fn limner(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_limner"))
            .args(words)
            .args(["--models", "models"])
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            .output()
            .unwrap()
    }

    fn fine(&self, words: &[&str]) -> String {
        let output = self.limner(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The one line of a failure.
    fn fails(&self, words: &[&str]) -> String {
        let output = self.limner(words);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{words:?} should fail");
        assert_eq!(errors.trim_end().lines().count(), 1, "{words:?}: {errors}");
        errors
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A picture with a creator in its labels, seamless, and grain in it.
fn stone(path: &Path, width: u32, height: u32) {
    use limner::export::{self, Provenance, WriteOptions};
    let turn = std::f32::consts::TAU;
    let pixels = (0..width * height)
        .flat_map(|i| {
            let (x, y) = (
                (i % width) as f32 / width as f32 * turn,
                (i / width) as f32 / height as f32 * turn,
            );
            let v = 0.5
                + 0.2 * (2.0 * x + y).sin()
                + 0.1 * (3.0 * y - x).cos()
                + 0.08 * (13.0 * x + 5.0 * y).sin();
            [(v * 255.0) as u8, (v * 220.0) as u8, (v * 180.0) as u8, 255]
        })
        .collect();
    let picture = limner::picture::Picture::from_rgba(width, height, pixels).unwrap();
    let provenance = Provenance {
        creator: "Ada Lovelace".into(),
        rights: "© Ada".into(),
        ..Provenance::default()
    };
    let format = export::format_of(path).unwrap();
    export::write(
        path,
        &picture,
        None,
        &provenance,
        &WriteOptions::new(format),
    )
    .unwrap();
}
