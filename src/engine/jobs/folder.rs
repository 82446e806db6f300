//! Many photos with one setting, into a folder.

use std::path::{Path, PathBuf};

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage, StylizeOptions};
use crate::export::format::Format;
use crate::export::{self, Provenance, WriteOptions};
use crate::photo;
use crate::recipe::{SourceRef, StyleParams};

/// Stylises photo after photo. Files that are there already are left, photos that
/// can't be read are skipped and reported.
pub(super) fn run(
    context: &mut JobContext<'_>,
    photos: &[PathBuf],
    params: &StyleParams,
    options: &StylizeOptions,
    out: &Path,
) -> Result<Output, EngineError> {
    std::fs::create_dir_all(out).map_err(|e| EngineError::Write {
        reason: format!("the folder can't be made ({})", e.kind()),
        path: out.display().to_string(),
    })?;
    let (mut written, mut kept, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    let mut todo = Vec::new();
    for (photo, file) in photos.iter().zip(names(photos, out)) {
        if file.exists() {
            kept.push(file);
        } else {
            todo.push((photo, file));
        }
    }
    let total = todo.len() as u64;
    for (done, (photo, file)) in todo.into_iter().enumerate() {
        context.progress(Stage::Rendering, done as u64, total);
        context.yield_to_previews()?;
        match one(context, photo, params, options, &file) {
            Ok(()) => written.push(file),
            // The photo's own trouble; the others may be fine.
            Err(EngineError::BadPicture { reason, .. } | EngineError::Memory(reason)) => {
                skipped.push((photo.clone(), reason));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Output::Folder {
        written,
        kept,
        skipped,
    })
}

fn one(
    context: &mut JobContext<'_>,
    photo: &Path,
    params: &StyleParams,
    options: &StylizeOptions,
    file: &Path,
) -> Result<(), EngineError> {
    let params = StyleParams {
        photo: SourceRef::of_file(photo, photo::hash_file(photo)?),
        ..params.clone()
    };
    // Progress counts photos, not their tiles.
    let (picture, recipe) = super::stylize::make(context, &params, options, &mut |_, _, _, _| {})?;
    let provenance = Provenance::of(&recipe, &context.state.model_cards(), "", "");
    let format = WriteOptions::new(Format::Png);
    export::write(file, &picture, Some(&recipe), &provenance, &format)?;
    Ok(())
}

/// A file for each photo, in a stable way, so that a second run finds the first
/// one's files; photos of one name get numbers.
fn names(photos: &[PathBuf], out: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = Vec::with_capacity(photos.len());
    for photo in photos {
        let stem = photo.file_stem().unwrap_or_default().to_string_lossy();
        let mut name = out.join(format!("{stem}.png"));
        let mut number = 2;
        while names.contains(&name) {
            name = out.join(format!("{stem}-{number}.png"));
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_never_shared() {
        let photos = ["a/one.jpg", "b/one.png", "b/two.jpg"].map(PathBuf::from);
        let out = Path::new("out");
        let expected = ["out/one.png", "out/one-2.png", "out/two.png"].map(PathBuf::from);
        assert_eq!(names(&photos, out), expected);
    }
}
