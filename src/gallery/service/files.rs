//! Slow work with files, in order: save, bring in, load, export, clipboard.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crossbeam_channel::Sender;

use super::scan::ScanWork;
use crate::export::{credentials, metadata};
use crate::gallery::protocol::{Entry, ExportOptions, GalleryEvent, PictureId, Sheet};
use crate::gallery::service::aside::Aside;
use crate::gallery::service::session_context::SessionContext;
use crate::gallery::{Gallery, GalleryError};
use crate::picture::Picture;
use crate::recipe::Recipe;
use crate::weighed::Receiver;

/// Longer side of the look of a picture in the bin.
const BIN_LOOK: u32 = 128;

/// One piece of work.
pub(super) enum FileWork {
    Save {
        token: u64,
        picture: Picture,
        recipe: Box<Recipe>,
    },
    SetAside {
        token: u64,
        picture: Picture,
        recipe: Box<Recipe>,
    },
    TidyAside(Vec<PathBuf>),
    /// Of a picture that was laid aside.
    Thumbnail(PictureId),
    /// Of a picture that was laid aside.
    PreviewExport {
        id: PictureId,
        options: ExportOptions,
    },
    BinLook {
        token: u64,
        at: usize,
    },
    Import(Vec<PathBuf>),
    Load(PictureId),
    Export {
        ids: Vec<PictureId>,
        to: PathBuf,
        options: ExportOptions,
    },
    Sheet {
        ids: Vec<PictureId>,
        to: PathBuf,
        sheet: Sheet,
        options: ExportOptions,
    },
    Copy(PictureId),
}

/// Works until the session hangs up, and ends what was asked before.
pub(super) fn run(
    mut gallery: Gallery,
    work: &Receiver<FileWork>,
    scan: &Sender<ScanWork>,
    context: &SessionContext,
) {
    let mut replaced = 0;
    // Kept: on X11 and Wayland the clipboard's content lives with its owner.
    let mut clipboard = None;
    let mut aside = Aside::default();
    for item in work.iter() {
        let now = context.replaced.load(Ordering::Acquire);
        if now != replaced {
            match gallery.again() {
                Ok(g) => (gallery, replaced) = (g, now),
                Err(e) => log::warn!("{e}"),
            }
        }
        gallery.set_settings(context.settings.read().clone());
        let Some(item) = aside.take(item, context) else {
            continue;
        };
        match item {
            FileWork::Save {
                token,
                picture,
                recipe,
            } => {
                let saved = gallery.save_once(&picture, &recipe);
                if saved.as_ref().is_err_and(GalleryError::is_damaged_index) {
                    scan.try_send(ScanWork::ReplaceIndex).ok();
                }
                let new = saved.as_ref().is_ok_and(|(_, already)| !already);
                let already = saved.as_ref().is_ok_and(|(_, already)| *already);
                context.events.emit(GalleryEvent::Saved {
                    token,
                    result: saved.map(|(entry, _)| entry).map_err(|e| e.to_string()),
                    already,
                });
                if new {
                    context.events.emit(GalleryEvent::Changed);
                }
            }
            FileWork::BinLook { token, at } => {
                let picture = gallery.bin_look(token, at, BIN_LOOK).ok();
                context
                    .events
                    .emit(GalleryEvent::BinLook { token, at, picture });
            }
            // Done by `aside`.
            FileWork::SetAside { .. }
            | FileWork::TidyAside(_)
            | FileWork::Thumbnail(_)
            | FileWork::PreviewExport { .. } => {}
            FileWork::Import(paths) => import(&mut gallery, &paths, context),
            FileWork::Load(id) => {
                // Looked at first: of a file that changes meanwhile this is the older state.
                let state = gallery.state(id);
                let result = gallery
                    .load(id)
                    .map(|(p, r)| (p, r.map(Box::new)))
                    .map_err(|e| e.to_string());
                context
                    .events
                    .emit(GalleryEvent::Picture { id, state, result });
            }
            FileWork::Export { ids, to, options } => {
                exported(context, |go_on| {
                    gallery.export_copies(&ids, &to, &options, go_on)
                });
            }
            FileWork::Sheet {
                ids,
                to,
                sheet,
                options,
            } => exported(context, |go_on| {
                gallery.export_sheet(&ids, &to, sheet, &options, go_on)
            }),
            FileWork::Copy(id) => match copy(&gallery, id, &mut clipboard) {
                Ok(()) => {
                    context.events.emit(GalleryEvent::Copied(id));
                }
                Err(e) => context.events.fail(&e),
            },
        }
    }
}

/// Runs an export that reports its progress and can be cancelled.
pub(super) fn exported(
    context: &SessionContext,
    export: impl FnOnce(&mut dyn FnMut(usize, usize) -> bool) -> Result<Vec<PathBuf>, GalleryError>,
) {
    context.cancel_export.store(false, Ordering::Release);
    let result = export(&mut |done, total| {
        context.events.emit(GalleryEvent::Exporting(done, total));
        !context.cancel_export.load(Ordering::Acquire)
    });
    let result = result.map_err(|e| e.to_string());
    context.events.emit(GalleryEvent::Exported(result));
}

fn import(gallery: &mut Gallery, paths: &[PathBuf], context: &SessionContext) {
    let mut added: Vec<Entry> = Vec::new();
    let mut skipped = Vec::new();
    let mut claims = Vec::new();
    let keys = gallery.settings().credentials.clone();
    for path in files_of(paths) {
        match gallery.import(&path) {
            Ok(entry) => {
                if metadata::read(&entry.path).is_ok_and(|m| m.c2pa) {
                    claims.push((path, credentials::check(&entry.path, keys.as_deref())));
                }
                added.push(entry);
            }
            Err(e) => skipped.push((path, e.to_string())),
        }
    }
    context.events.emit(GalleryEvent::Imported {
        added,
        skipped,
        claims,
    });
    context.events.emit(GalleryEvent::Changed);
}

/// The files, and the pictures directly within folders.
fn files_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        match std::fs::read_dir(path) {
            Ok(entries) => {
                let mut inside: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
                inside.retain(|p| crate::gallery::layout::is_picture(Path::new(p)));
                inside.sort();
                files.extend(inside);
            }
            Err(_) => files.push(path.clone()),
        }
    }
    files
}

fn copy(
    gallery: &Gallery,
    id: PictureId,
    clipboard: &mut Option<arboard::Clipboard>,
) -> Result<(), GalleryError> {
    let fail = |e: arboard::Error| GalleryError::Clipboard(e.to_string());
    let (picture, _) = gallery.load(id)?;
    let board = match clipboard {
        Some(board) => board,
        None => clipboard.insert(arboard::Clipboard::new().map_err(fail)?),
    };
    board
        .set_image(arboard::ImageData {
            width: picture.width() as usize,
            height: picture.height() as usize,
            bytes: picture.rgba().into(),
        })
        .map_err(fail)
}
