//! Many photos with one setting, into a folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::fine_begin;
use crate::engine::protocol::{EngineError, FolderJob, Output, Stage};
use crate::engine::stylize::wraps;
use crate::export;
use crate::picture::Picture;
use crate::recipe::{Recipe, StyleParams};
use crate::unfinished;

/// Longest name of a file, bytes: what the file systems in use allow.
const LONGEST_NAME: usize = 255;

/// What became of the photos so far.
#[derive(Default)]
struct Report {
    written: Vec<PathBuf>,
    kept: Vec<PathBuf>,
    skipped: Vec<(PathBuf, String)>,
}

impl Report {
    /// Whether there is a result of any photo.
    fn has_some(&self) -> bool {
        !self.written.is_empty() || !self.kept.is_empty()
    }
}

/// Stylises photo after photo. Files that are there already are left unless they may be
/// replaced; photos that can't be used are skipped and reported.
pub(super) fn run(context: &mut JobContext<'_>, job: &FolderJob) -> Result<Output, EngineError> {
    let out = &job.out;
    std::fs::create_dir_all(out).map_err(|e| EngineError::Write {
        reason: format!("the folder can't be made ({})", e.kind()),
        path: out.display().to_string(),
    })?;
    unfinished::sweep(out);
    let sources: HashSet<PathBuf> = job
        .photos
        .iter()
        .filter_map(|photo| photo.canonicalize().ok())
        .collect();
    // Whether a result would go over one of the photos.
    let is_a_source = |file: &Path| file.canonicalize().is_ok_and(|f| sources.contains(&f));
    let mut report = Report::default();
    let mut todo = Vec::new();
    let extension = export::extension(job.writing.options.format);
    for (photo, file) in job.photos.iter().zip(names(&job.photos, out, extension)) {
        if file.exists() && !job.writing.options.replace {
            report.kept.push(file);
        } else if is_a_source(&file) {
            let why = "its result would replace a photo of the list; choose another folder";
            report.skipped.push((photo.clone(), why.into()));
        } else {
            todo.push((photo, file));
        }
    }
    let total = todo.len() as u64;
    for (done, (photo, file)) in todo.into_iter().enumerate() {
        context.progress(Stage::Rendering, done as u64, total);
        context.yield_to_previews()?;
        match one(context, photo, job, &file) {
            Ok(()) => report.written.push(file),
            Err(Trouble::Photo(reason)) => report.skipped.push((photo.clone(), reason)),
            Err(Trouble::There) => report.kept.push(file),
            // The settings were good for others.
            Err(Trouble::All(error @ EngineError::BadRequest(_))) if report.has_some() => {
                report.skipped.push((photo.clone(), error.to_string()));
            }
            Err(Trouble::All(error)) => return Err(after(error, report.written.len())),
        }
    }
    Ok(Output::Folder {
        written: report.written,
        kept: report.kept,
        skipped: report.skipped,
    })
}

/// What one photo can fail by.
enum Trouble {
    /// The photo's own trouble; the others may be fine.
    Photo(String),
    /// Somebody has written the file meanwhile.
    There,
    /// Nothing further would work: the disk, the style, a setting.
    All(EngineError),
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Memory(reason) => Self::Photo(reason),
            other => Self::All(other),
        }
    }
}

fn one(
    context: &mut JobContext<'_>,
    photo: &Path,
    job: &FolderJob,
    file: &Path,
) -> Result<(), Trouble> {
    // Read first by itself: what can't be read afterwards is a style, and the same for all.
    let read = match context.state.photos.read(photo) {
        Ok(read) => read,
        Err(EngineError::BadPicture { reason, .. }) => return Err(Trouble::Photo(reason)),
        Err(error) => return Err(error.into()),
    };
    let mut params = StyleParams {
        photo: read.source.clone(),
        ..StyleParams::clone(&job.params)
    };
    if job.panoramas && params.wrap.is_none() {
        params.wrap = super::upscale::own_wrap(photo);
    }
    fits(&params, read.picture.size(), job).map_err(|error| Trouble::Photo(error.to_string()))?;
    drop(read);
    let (picture, mut recipe) = make(context, &params, job)?;
    context.state.photos.note_origins(&mut recipe);
    let cards = context.state.model_cards();
    let written = job.writing.write(file, &picture, &recipe, &cards);
    written.map_err(|error| match error {
        export::ExportError::Exists(_) => Trouble::There,
        export::ExportError::Format(reason) => Trouble::Photo(reason),
        other => Trouble::All(other.into()),
    })
}

/// Refuses a photo that the settings don't suit; others they may.
fn fits(params: &StyleParams, size: [u32; 2], job: &FolderJob) -> Result<(), EngineError> {
    wraps(params.wrap, size)?;
    match &job.fine {
        Some(fine) => fine_begin::fits(params, size, fine),
        None => Ok(()),
    }
}

fn make(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    job: &FolderJob,
) -> Result<(Picture, Recipe), EngineError> {
    // Progress counts photos, not their tiles.
    let Some(fine) = &job.fine else {
        return super::stylize::make(context, params, &job.options, &mut |_, _, _, _| {});
    };
    match super::fine::run(context, params, fine)? {
        Output::Picture { picture, recipe } => Ok((picture, *recipe)),
        _ => Err(EngineError::Internal("no picture came".into())),
    }
}

/// Whoever reads that the disk is full wants to know how far it went.
fn after(error: EngineError, written: usize) -> EngineError {
    match error {
        EngineError::Write { reason, path } if written > 0 => EngineError::Write {
            reason: format!("{reason} ({written} written before it stay)"),
            path,
        },
        other => other,
    }
}

/// A file for each photo, in a stable way, so that a second run finds the first
/// one's files; photos of one name get numbers, names that are too long lose their end.
fn names(photos: &[PathBuf], out: &Path, extension: &str) -> Vec<PathBuf> {
    // Some file systems take large and small letters as the same.
    let mut taken: HashSet<String> = HashSet::with_capacity(photos.len());
    let mut names = Vec::with_capacity(photos.len());
    for photo in photos {
        let stem = photo.file_stem().unwrap_or_default().to_string_lossy();
        let mut number = 1;
        let name = loop {
            let end = match number {
                1 => format!(".{extension}"),
                n => format!("-{n}.{extension}"),
            };
            let name = format!("{}{end}", shortened(&stem, LONGEST_NAME - end.len()));
            if taken.insert(name.to_lowercase()) {
                break name;
            }
            number += 1;
        };
        names.push(out.join(name));
    }
    names
}

/// The start of a text, in whole characters.
fn shortened(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_never_shared() {
        let photos = ["a/one.jpg", "b/One.png", "b/two.jpg"].map(PathBuf::from);
        let out = Path::new("out");
        let expected = ["out/one.png", "out/One-2.png", "out/two.png"].map(PathBuf::from);
        assert_eq!(names(&photos, out, "png"), expected);
    }

    #[test]
    fn names_that_are_too_long_lose_whole_characters() {
        let stem = "é".repeat(125);
        let photos = ["a", "b"].map(|f| PathBuf::from(format!("{f}/{stem}.jp2")));
        let made = names(&photos, Path::new("out"), "webp");
        for (name, most) in made.iter().zip(["", "-2"]) {
            let name = name.file_name().unwrap().to_str().unwrap();
            assert!(name.len() <= LONGEST_NAME && name.len() > LONGEST_NAME - 2);
            assert!(name.ends_with(&format!("é{most}.webp")), "{name}");
        }
    }
}
