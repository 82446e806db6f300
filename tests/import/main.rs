//! Foreign checkpoints come in whole, or not at all and with one clear line.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

mod bombs;
mod disk;
mod faults;
mod flavours;
mod kin;
mod kin_projection;
mod parity;
#[path = "../common/skip.rs"]
mod skip;
mod torch_writer;
mod upscalers;
mod whole;
mod wrappers;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/import")
        .join(name)
}

/// A folder of the shared test data; a line and `None` where it isn't there.
fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"].map(|up| root.join(up).join(name));
    let found = found.into_iter().find(|path| path.exists());
    if found.is_none() {
        skip::skip(skip::Lack::Shared);
    }
    found
}

/// The one line of a refused import; nothing is left behind.
fn refusal(file: &Path) -> String {
    let models = tempfile::tempdir().unwrap();
    let error = limner::import::import(file, &models.path().join("m"), Some("it"))
        .expect_err(&file.display().to_string());
    let left = std::fs::read_dir(models.path().join("m")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "{}", file.display());
    let line = error.to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}
