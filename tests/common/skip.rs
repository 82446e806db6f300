//! A test that can't run here says so where it is seen: at once, on the run's last line
//! (`tests/zz_skipped.rs`), and in a file that `.ci/run` judges.

use std::io::Write as _;
use std::path::PathBuf;

/// What a test may lack.
#[derive(Clone, Copy)]
#[allow(dead_code)]
pub enum Lack {
    /// The folder of test data beside the repository, which it doesn't hold.
    Shared,
    /// A screen without a screen.
    Xvfb,
    /// An independent reader of metadata.
    Exiftool,
    /// Another program that saves pictures again.
    ImageMagick,
    /// Khronos' validator of glTF files: `npm install gltf-validator` somewhere, and its folder
    /// `node_modules` named in `LIMNER_NODE_MODULES`.
    GltfValidator,
    /// Pixar's checker of USD files: a Python with the package `usd-core`, named in
    /// `LIMNER_USD_PYTHON`.
    UsdChecker,
    /// Blender as a module: a Python with the package `bpy`, named in `LIMNER_BLENDER_PYTHON`.
    Blender,
    /// The MaterialX library: a Python with the package `MaterialX`, named in
    /// `LIMNER_MATERIALX_PYTHON`.
    MaterialX,
    /// A player of films that isn't ours.
    Ffmpeg,
    /// A browser without a window.
    Chromium,
    /// A face with emoji.
    EmojiFont,
    /// The right to mount a small disk.
    Root,
}

impl Lack {
    /// One word for `.ci/run`, and what is told.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Shared => ["shared", "the folder ../shared isn't here"],
            Self::Xvfb => ["xvfb", "Xvfb isn't installed"],
            Self::Exiftool => ["exiftool", "exiftool isn't installed"],
            Self::ImageMagick => ["imagemagick", "ImageMagick isn't installed"],
            Self::GltfValidator => [
                "gltf-validator",
                "LIMNER_NODE_MODULES names no gltf-validator",
            ],
            Self::UsdChecker => [
                "usd-core",
                "LIMNER_USD_PYTHON names no Python with usd-core",
            ],
            Self::Blender => ["bpy", "LIMNER_BLENDER_PYTHON names no Python with bpy"],
            Self::MaterialX => [
                "materialx",
                "LIMNER_MATERIALX_PYTHON names no Python with MaterialX",
            ],
            Self::Ffmpeg => ["ffmpeg", "FFmpeg isn't installed"],
            Self::Chromium => ["chromium", "Chromium isn't installed"],
            Self::EmojiFont => ["emoji", "no font with emoji is installed"],
            Self::Root => ["root", "a small disk can't be mounted without root"],
        }
    }
}

/// Records that the running test is left out.
#[allow(dead_code)]
pub fn skip(lack: Lack) {
    let [word, why] = lack.words();
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not by `eprintln!`, which the test harness keeps to itself.
    writeln!(std::io::stderr(), "skipped {test}: {why}").expect("standard error is open");
    let line = format!("{word}\t{test}\t{why}\n");
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(record())
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("the record of skipped tests can be written");
}

/// The file that holds what this run skipped: the one that `LIMNER_SKIPS` names, or one
/// for all test programs that the same `cargo test` started.
pub fn record() -> PathBuf {
    let named = std::env::var_os("LIMNER_SKIPS").map(PathBuf::from);
    let run = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("skips-{}", parent()));
    named.unwrap_or(run)
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}
