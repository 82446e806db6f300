//! The session of one open gallery: answers quickly from the index, hands slow work to
//! other threads.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError, bounded};
use parking_lot::RwLock;

use crate::export::metadata;
use crate::gallery::protocol::{
    AlbumEdit, Entry, GalleryEvent, GalleryRequest, GallerySettings, PictureId,
};
use crate::gallery::service::event_sender::EventSender;
use crate::gallery::service::files;
use crate::gallery::service::files::FileWork;
use crate::gallery::service::request_queue::{RequestQueue, Taken};
use crate::gallery::service::scan;
use crate::gallery::service::scan::ScanWork;
use crate::gallery::service::session_context::SessionContext;
use crate::gallery::service::thumbnails;
use crate::gallery::service::thumbnails::ThumbQueue;
use crate::gallery::{Gallery, GalleryError, about, default_folder};
use crate::weighed::{self, Bounds};

/// Saves, loads and exports that may wait for their turn.
const FILE_WORK: Bounds = Bounds {
    count: 256,
    bytes: 512 << 20,
};
const NO_GALLERY: &str = "no gallery is open; choose a folder for it";
/// Threads that decode thumbnails.
const THUMB_THREADS: usize = 2;

/// The threads of one open gallery.
struct GallerySession {
    gallery: Gallery,
    context: SessionContext,
    files: Option<weighed::Sender<FileWork>>,
    scan: Option<Sender<ScanWork>>,
    thumbs: Arc<ThumbQueue>,
    threads: Vec<JoinHandle<()>>,
    replaced: u64,
    /// Listings that the window may still hold, the newest last: whoever lets go of
    /// 100,000 lines last has to free them, and that isn't to be the window.
    listings: Vec<Arc<Vec<Entry>>>,
    /// The albums that were told last.
    albums: Option<Vec<(String, usize)>>,
}

/// Works until `Shutdown`.
pub(crate) fn run(
    folder: Option<PathBuf>,
    settings: GallerySettings,
    inbox: &RequestQueue,
    events: &EventSender,
) {
    let settings = Arc::new(RwLock::new(settings));
    let mut session = match folder.or_else(default_folder) {
        Some(folder) => open(folder, &settings, events),
        None => {
            events.fail(&"there is no pictures folder; choose a folder for the gallery");
            None
        }
    };
    loop {
        let request = match inbox.take() {
            Taken::Request(request) => request,
            Taken::Refused(answer) => {
                events.emit(answer);
                continue;
            }
        };
        match (request, &mut session) {
            (GalleryRequest::Shutdown, _) => break,
            (GalleryRequest::OpenFolder(folder), _) => {
                // The old gallery's last saves are done before the new one opens.
                let before = session.take().map(|s| s.gallery.folder().to_path_buf());
                session = open(folder, &settings, events);
                if let (None, Some(before)) = (&session, before) {
                    session = open(before, &settings, events);
                }
            }
            (GalleryRequest::Settings(s), _) => *settings.write() = *s,
            (request, Some(session)) => session.answer(request),
            (
                request @ (GalleryRequest::Save { .. }
                | GalleryRequest::SetAside { .. }
                | GalleryRequest::Load(_)
                | GalleryRequest::Delete(_)
                | GalleryRequest::Undelete(_)),
                None,
            ) => {
                events.emit(request.refused(NO_GALLERY));
            }
            (_, None) => events.fail(&NO_GALLERY),
        }
    }
}

fn open(
    folder: PathBuf,
    settings: &Arc<RwLock<GallerySettings>>,
    events: &EventSender,
) -> Option<GallerySession> {
    let context = SessionContext {
        events: events.clone(),
        settings: settings.clone(),
        stop: Arc::default(),
        replaced: Arc::default(),
        cancel_export: Arc::default(),
    };
    match GallerySession::open(folder, context) {
        Ok(session) => Some(session),
        Err(e) => {
            events.fail(&e);
            None
        }
    }
}

impl GallerySession {
    fn open(folder: PathBuf, context: SessionContext) -> Result<Self, GalleryError> {
        let gallery = Gallery::open(folder)?;
        let count = gallery.len()?;
        let (file_sender, file_receiver) = weighed::channel(FILE_WORK);
        let (scan_sender, scan_receiver) = bounded(1024);
        let thumbs = Arc::new(ThumbQueue::default());
        let mut threads = Vec::new();
        let mut spawn =
            |name: String, work: Box<dyn FnOnce() + Send>| match std::thread::Builder::new()
                .name(name)
                .spawn(work)
            {
                Ok(t) => threads.push(t),
                Err(e) => context.events.fail(&e),
            };
        let (g, s, changed) = (gallery.again()?, context.clone(), scan_sender.clone());
        spawn(
            "limner-gallery-files".into(),
            Box::new(move || files::run(g, &file_receiver, &changed, &s)),
        );
        let (g, s, inbox) = (gallery.again()?, context.clone(), scan_sender.clone());
        let is_new = gallery.needs_rebuild();
        spawn(
            "limner-gallery-scan".into(),
            Box::new(move || scan::run(g, is_new, inbox, &scan_receiver, &s)),
        );
        for i in 1..=THUMB_THREADS {
            let (g, s, q) = (gallery.again()?, context.clone(), thumbs.clone());
            spawn(
                format!("limner-thumbs-{i}"),
                Box::new(move || thumbnails::run(g, &q, &s)),
            );
        }
        context
            .events
            .emit(GalleryEvent::Open(gallery.folder().to_path_buf(), count));
        Ok(Self {
            gallery,
            context,
            files: Some(file_sender),
            scan: Some(scan_sender),
            thumbs,
            threads,
            replaced: 0,
            listings: Vec::new(),
            albums: None,
        })
    }

    fn emit(&self, event: GalleryEvent) {
        self.context.events.emit(event);
    }

    fn answer(&mut self, request: GalleryRequest) {
        self.follow_replaced_index();
        self.listings.retain(|l| Arc::strong_count(l) > 1);
        match self.try_answer(request) {
            Ok(()) => {}
            Err(e) if e.is_damaged_index() => {
                log::warn!("{e}");
                self.scan_work(ScanWork::ReplaceIndex);
            }
            Err(e) => self.context.events.fail(&e),
        }
    }

    /// The scan thread has put a new index in place of a damaged one.
    fn follow_replaced_index(&mut self) {
        let now = self.context.replaced.load(Ordering::Acquire);
        if now != self.replaced {
            match self.gallery.again() {
                Ok(g) => {
                    self.gallery = g;
                    self.replaced = now;
                }
                Err(e) => self.context.events.fail(&e),
            }
        }
    }

    fn try_answer(&mut self, request: GalleryRequest) -> Result<(), GalleryError> {
        use GalleryRequest as R;
        let g = &mut self.gallery;
        match request {
            R::Query { seq, query } => {
                let entries = g.listing(&query)?;
                self.listings.push(entries.clone());
                self.emit(GalleryEvent::Listing { seq, entries });
                self.tell_albums()?;
            }
            R::Thumbnails(ids) => {
                let (own, aside): (Vec<_>, Vec<_>) =
                    ids.into_iter().partition(|id| g.layout().holds(*id));
                self.thumbs.replace(own);
                for id in aside {
                    self.file_work(FileWork::Thumbnail(id));
                }
            }
            R::SetStars(ids, stars) => self.changed(|g| g.set_stars(&ids, stars)),
            R::SetTitle(id, title) => self.changed(|g| g.set_title(id, &title)),
            R::AddTag(ids, tag) => self.changed(|g| g.add_tag(&ids, &tag)),
            R::RemoveTag(ids, tag) => self.changed(|g| g.remove_tag(&ids, &tag)),
            R::Album(edit) => self.edit_albums(&edit),
            R::Delete(ids) => {
                let done = g.delete(&ids);
                let done = done.map(|(token, count)| GalleryEvent::Deleted { token, count });
                self.moved(done, GalleryEvent::NotDeleted);
            }
            R::Undelete(token) => {
                let done = g.undelete(token).map(|back| GalleryEvent::Undeleted {
                    token,
                    count: back.len(),
                });
                self.moved(done, |why| GalleryEvent::NotUndeleted(token, why));
            }
            R::Bin => self.emit_bin(),
            R::DiscardBatch(token) => {
                g.discard(token)?;
                self.emit_bin();
            }
            R::BinLook { token, at } => self.file_work(FileWork::BinLook { token, at }),
            R::EmptyBin { before } => {
                g.empty_bin(before)?;
                self.emit_bin();
            }
            R::Lineage(id) => {
                let family = g.family(id)?;
                self.emit(GalleryEvent::Lineage { id, family });
            }
            R::About(id) => self.about(id)?,
            R::Rebuild => self.scan_work(ScanWork::Rebuild),
            R::Save {
                token,
                picture,
                recipe,
            } => self.file_work(FileWork::Save {
                token,
                picture,
                recipe,
            }),
            R::SetAside {
                token,
                picture,
                recipe,
            } => self.file_work(FileWork::SetAside {
                token,
                picture,
                recipe,
            }),
            R::TidyAside(in_use) => self.file_work(FileWork::TidyAside(in_use)),
            R::Import(paths) => self.file_work(FileWork::Import(paths)),
            R::Load(id) => self.file_work(FileWork::Load(id)),
            R::Export { ids, to, options } => self.file_work(FileWork::Export { ids, to, options }),
            R::ExportSheet {
                ids,
                to,
                sheet,
                options,
            } => self.file_work(FileWork::Sheet {
                ids,
                to,
                sheet,
                options,
            }),
            R::CancelExport => self.context.cancel_export.store(true, Ordering::Release),
            R::PreviewExport { id, options } if !g.layout().holds(id) => {
                self.file_work(FileWork::PreviewExport { id, options });
            }
            R::PreviewExport { id, options } => {
                g.set_settings(self.context.settings.read().clone());
                let lines = g.export_preview(id, &options)?;
                let deep = g.is_deep(id)?;
                self.emit(GalleryEvent::ExportPreview {
                    id,
                    options,
                    lines,
                    deep,
                });
            }
            R::CopyToClipboard(id) => self.file_work(FileWork::Copy(id)),
            R::Settings(_) | R::OpenFolder(_) | R::Shutdown => {}
        }
        Ok(())
    }

    /// Changes labels; the list is asked anew even when some couldn't be changed.
    fn changed(&mut self, change: impl FnOnce(&mut Gallery) -> Result<(), GalleryError>) {
        if let Err(e) = change(&mut self.gallery) {
            self.context.events.fail(&e);
        }
        self.emit(GalleryEvent::Changed);
    }

    /// Tells what became of pictures on their way to the bin or back.
    fn moved(
        &self,
        done: Result<GalleryEvent, GalleryError>,
        failed: impl FnOnce(String) -> GalleryEvent,
    ) {
        let damaged = done.as_ref().is_err_and(GalleryError::is_damaged_index);
        self.emit(done.unwrap_or_else(|e| failed(e.to_string())));
        self.emit(GalleryEvent::Changed);
        if damaged {
            self.scan_work(ScanWork::ReplaceIndex);
        }
    }

    fn edit_albums(&mut self, edit: &AlbumEdit) {
        match (self.gallery.edit_albums(edit), edit) {
            (Ok(ids), AlbumEdit::Delete(name)) => {
                let name = name.clone();
                self.emit(GalleryEvent::AlbumRemoved { name, ids });
            }
            (Ok(_), _) => {}
            (Err(e), _) => self.context.events.fail(&e),
        }
        self.emit(GalleryEvent::Changed);
    }

    /// The albums, where they aren't what was told.
    fn tell_albums(&mut self) -> Result<(), GalleryError> {
        let albums = self.gallery.albums()?;
        if self.albums.as_ref() != Some(&albums) {
            self.albums = Some(albums.clone());
            self.emit(GalleryEvent::Albums(albums));
        }
        Ok(())
    }

    fn emit_bin(&self) {
        self.emit(GalleryEvent::Bin(self.gallery.bin()));
    }

    fn about(&self, id: PictureId) -> Result<(), GalleryError> {
        let entry = self.gallery.get(id)?;
        let file = metadata::read(&entry.path)?;
        let (parents, _) = self.gallery.lineage(id)?;
        let settings = self.context.settings.read().clone();
        let keys = settings.credentials.as_deref();
        let about = about(&file, Some(&entry), &parents, &settings.cards, keys);
        let about = Box::new(about);
        self.emit(GalleryEvent::About { id, about });
        Ok(())
    }

    fn scan_work(&self, work: ScanWork) {
        if let Some(scan) = &self.scan
            && let Err(e) = scan.try_send(work)
        {
            log::warn!("{e}");
            let words = "the gallery is busy reading its folder; try again in a moment";
            self.context.events.fail(&words);
        }
    }

    fn file_work(&self, work: FileWork) {
        let Some(files) = &self.files else { return };
        let refused = match files.try_send(work) {
            Ok(()) => return,
            Err(TrySendError::Full(w) | TrySendError::Disconnected(w)) => w,
        };
        let why = "too much is waiting for the disk; try again in a moment".to_owned();
        self.emit(match refused {
            FileWork::Save { token, .. } | FileWork::SetAside { token, .. } => {
                GalleryEvent::Saved {
                    token,
                    result: Err(why),
                    already: false,
                }
            }
            FileWork::Load(id) => GalleryEvent::Picture {
                id,
                state: None,
                result: Err(why),
            },
            FileWork::Export { .. } | FileWork::Sheet { .. } => GalleryEvent::Exported(Err(why)),
            FileWork::Import(_)
            | FileWork::Copy(_)
            | FileWork::TidyAside(_)
            | FileWork::PreviewExport { .. } => GalleryEvent::Failed(why),
            FileWork::Thumbnail(id) => GalleryEvent::ThumbnailFailed {
                id,
                state: None,
                reason: why,
            },
            FileWork::BinLook { token, at } => GalleryEvent::BinLook {
                token,
                at,
                picture: None,
            },
        });
    }
}

impl Drop for GallerySession {
    fn drop(&mut self) {
        // Files end after their last work; the others as soon as they can.
        self.files = None;
        self.context.stop.store(true, Ordering::Release);
        if let Some(scan) = self.scan.take() {
            scan.try_send(ScanWork::Stop).ok();
        }
        self.thumbs.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                log::error!("a thread of the gallery ended in a panic");
            }
        }
    }
}
