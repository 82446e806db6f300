//! Work with pictures that are in use but not saved, on the files' thread.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::gallery::decode;
use crate::gallery::protocol::{Entry, GalleryEvent, PictureId};
use crate::gallery::service::files::{FileWork, exported};
use crate::gallery::service::session_context::SessionContext;
use crate::gallery::session_pictures::SessionPictures;

/// Longer side of a thumbnail.
const THUMBNAIL: u32 = 256;

/// The folder of such pictures; opened when first needed.
#[derive(Default)]
pub(super) struct Aside {
    open: Option<(PathBuf, SessionPictures)>,
}

impl Aside {
    /// Does what is of these pictures, and gives back what is of the gallery.
    pub(super) fn take(&mut self, work: FileWork, context: &SessionContext) -> Option<FileWork> {
        match work {
            FileWork::SetAside {
                token,
                picture,
                recipe,
            } => {
                let result = self
                    .pictures(context)
                    .and_then(|p| p.keep(&picture, &recipe).map_err(|e| e.to_string()));
                saved(token, result, context);
            }
            FileWork::TidyAside(in_use) => {
                let tidied = self.pictures(context).and_then(|p| {
                    p.tidy(&in_use, SystemTime::now())
                        .map_err(|e| e.to_string())
                });
                if let Err(e) = tidied {
                    log::warn!("pictures of the session can't be tidied: {e}");
                }
            }
            FileWork::Thumbnail(id) => self.thumbnail(id, context),
            FileWork::PreviewExport { id, options } => match self.holding(id, context) {
                Some(pictures) => match pictures.store().export_preview(id, &options) {
                    Ok(lines) => {
                        let deep = pictures.store().is_deep(id).unwrap_or(false);
                        let answer = GalleryEvent::ExportPreview {
                            id,
                            options,
                            lines,
                            deep,
                        };
                        context.events.emit(answer);
                    }
                    Err(e) => context.events.fail(&e),
                },
                None => context.events.fail(&GONE),
            },
            FileWork::Load(id) => match self.holding(id, context) {
                Some(pictures) => {
                    let state = pictures.store().state(id);
                    let loaded = pictures.store().load(id);
                    let result = loaded
                        .map(|(p, r)| (p, r.map(Box::new)))
                        .map_err(|e| e.to_string());
                    context
                        .events
                        .emit(GalleryEvent::Picture { id, state, result });
                }
                None => return Some(FileWork::Load(id)),
            },
            FileWork::Export { ids, to, options } => {
                let aside = match ids.as_slice() {
                    [id] => self.holding(*id, context),
                    _ => None,
                };
                match aside {
                    Some(pictures) => exported(context, |go_on| {
                        pictures.store().export_copies(&ids, &to, &options, go_on)
                    }),
                    None => return Some(FileWork::Export { ids, to, options }),
                }
            }
            other => return Some(other),
        }
        None
    }

    fn thumbnail(&mut self, id: PictureId, context: &SessionContext) {
        let Some(pictures) = self.holding(id, context) else {
            return;
        };
        let store = pictures.store();
        let made = store
            .path(id)
            .and_then(|path| Ok(decode::thumbnail(&path, THUMBNAIL)?));
        let failed = |state, reason| GalleryEvent::ThumbnailFailed { id, state, reason };
        context.events.emit(match (made, store.state(id)) {
            (Ok(picture), Some(state)) => GalleryEvent::Thumbnail { id, state, picture },
            (Err(e), state) => failed(state, e.to_string()),
            (Ok(_), None) => failed(None, GONE.to_owned()),
        });
    }

    /// The folder, if the picture is one of these.
    fn holding(&mut self, id: PictureId, context: &SessionContext) -> Option<&SessionPictures> {
        let pictures = self.pictures(context).ok()?;
        pictures.holds(id).then_some(&*pictures)
    }

    /// The folder as the settings have it now.
    fn pictures(&mut self, context: &SessionContext) -> Result<&mut SessionPictures, String> {
        let settings = context.settings.read().clone();
        let Some(folder) = settings.session_pictures.clone() else {
            return Err("there is no folder for pictures of the session".to_owned());
        };
        let opened = match self.open.take() {
            Some(open) if open.0 == folder => open,
            _ => {
                let pictures = SessionPictures::open(&folder).map_err(|e| e.to_string())?;
                (folder, pictures)
            }
        };
        let (_, pictures) = self.open.insert(opened);
        pictures.store_mut().set_settings(settings);
        Ok(pictures)
    }
}

/// What is asked of a picture that was cleaned away.
const GONE: &str = "this picture isn't there any more; make it again";

fn saved(token: u64, result: Result<Entry, String>, context: &SessionContext) {
    context.events.emit(GalleryEvent::Saved {
        token,
        result,
        already: false,
    });
}
