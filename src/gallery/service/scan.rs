//! Keeps the index in line with the folder: at start, when asked, and when other
//! programs change files; then computes the content hashes that lineage needs and the
//! colours that the filter needs.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::export::ExportError;
use crate::gallery::layout::FolderLayout;
use crate::gallery::protocol::{GalleryEvent, PictureId};
use crate::gallery::service::session_context::SessionContext;
use crate::gallery::{Changes, Gallery, GalleryError, decode, hash_file, layout, prevailing};

/// Other programs write in bursts: wait until it is quiet for so long …
const QUIET: Duration = Duration::from_millis(250);
/// … but not longer than this.
const PATIENCE: Duration = Duration::from_secs(2);
/// More paths than this are cheaper to find by reading the folder.
const MANY: usize = 2000;
/// How often to look where the system can't report changes.
const POLL: Duration = Duration::from_secs(30);
/// Side at which colours are looked at.
const COLOUR_SIDE: u32 = 64;
/// Longest rest between two colours.
const REST: Duration = Duration::from_millis(200);
/// Files hashed before looking for other work.
const HASHES: usize = 8;

/// One piece of work.
pub(super) enum ScanWork {
    /// These files changed.
    Paths(Vec<PathBuf>),
    /// Anything may have changed.
    Everything,
    /// Throw the lines away and read all files.
    Rebuild,
    /// Throw the index file away and read all files.
    ReplaceIndex,
    /// End.
    Stop,
}

struct Scan<'a> {
    gallery: Gallery,
    context: &'a SessionContext,
    missed: Arc<AtomicBool>,
    /// Can't be hashed; not tried again.
    unreadable: HashSet<PictureId>,
    /// Can't be decoded; not tried again.
    colourless: HashSet<PictureId>,
}

/// Works until stopped.
pub(super) fn run(
    gallery: Gallery,
    is_new: bool,
    inbox: Sender<ScanWork>,
    work: &Receiver<ScanWork>,
    context: &SessionContext,
) {
    let missed = Arc::<AtomicBool>::default();
    let inbox = Inbox {
        layout: gallery.layout().clone(),
        work: inbox,
        missed: missed.clone(),
    };
    // Watching starts before the first look, so that nothing falls between.
    let watcher = watch(&gallery, inbox);
    let mut scan = Scan {
        missed,
        gallery,
        context,
        unreadable: HashSet::new(),
        colourless: HashSet::new(),
    };
    scan.gallery.sweep();
    if !is_new && !scan.gallery.check_index() {
        scan.replace_index();
    } else {
        scan.everything();
    }
    let mut idle_work = true;
    while !context.stopped() {
        let wait = match (&watcher, idle_work) {
            (_, true) => Duration::ZERO,
            (Some(_), false) => Duration::from_secs(3600),
            (None, false) => POLL,
        };
        match work.recv_timeout(wait) {
            Ok(first) => {
                if scan.burst(first, work) {
                    break;
                }
                idle_work = true;
            }
            Err(RecvTimeoutError::Timeout) if idle_work => {
                idle_work = scan.hash_some() || scan.colour_one();
            }
            Err(RecvTimeoutError::Timeout) if watcher.is_none() => scan.everything(),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}

/// Hands on what the system tells of changes.
struct Inbox {
    layout: FolderLayout,
    work: Sender<ScanWork>,
    /// Something found no room: the scan looks at everything then.
    missed: Arc<AtomicBool>,
}

impl Inbox {
    fn take(&self, event: notify::Result<notify::Event>) {
        let work = match event {
            Ok(e) if e.need_rescan() => ScanWork::Everything,
            Ok(e) if matches!(e.kind, EventKind::Access(_)) => return,
            Ok(e) => {
                let mut paths = e.paths;
                paths.retain(|p| self.layout.relative(p).is_some());
                if paths.is_empty() {
                    return;
                }
                ScanWork::Paths(paths)
            }
            Err(e) => {
                log::warn!("{e}");
                ScanWork::Everything
            }
        };
        if self.work.try_send(work).is_err() {
            self.missed.store(true, Ordering::Release);
            // Where the queue was emptied meanwhile, nothing else might wake the scan.
            self.work.try_send(ScanWork::Everything).ok();
        }
    }
}

fn watch(gallery: &Gallery, inbox: Inbox) -> Option<RecommendedWatcher> {
    let handler = move |event| inbox.take(event);
    let start = || -> notify::Result<RecommendedWatcher> {
        let mut watcher = notify::recommended_watcher(handler)?;
        watcher.watch(gallery.folder(), RecursiveMode::Recursive)?;
        Ok(watcher)
    };
    match start() {
        Ok(watcher) => Some(watcher),
        Err(e) => {
            log::warn!(
                "the system can't tell about changes in the gallery ({e}); looking now and then"
            );
            None
        }
    }
}

impl Scan<'_> {
    /// Gathers what comes within a short time and does it at once; true to stop.
    fn burst(&mut self, first: ScanWork, work: &Receiver<ScanWork>) -> bool {
        let until = Instant::now() + PATIENCE;
        let mut paths = HashSet::new();
        let mut everything = false;
        let mut next = Some(first);
        loop {
            match next {
                Some(ScanWork::Stop) => return true,
                Some(ScanWork::Rebuild) => {
                    self.rebuild();
                    return false;
                }
                Some(ScanWork::ReplaceIndex) => {
                    self.replace_index();
                    return false;
                }
                Some(ScanWork::Everything) => everything = true,
                Some(ScanWork::Paths(more)) => {
                    // A folder that came or went takes its pictures along.
                    everything |= more
                        .iter()
                        .any(|p| p.is_dir() || (p.extension().is_none() && !p.exists()));
                    paths.extend(more);
                }
                None => break,
            }
            let wait = QUIET.min(until.saturating_duration_since(Instant::now()));
            next = work.recv_timeout(wait).ok();
        }
        // After the queue is empty: what is missed from here on leaves something in it.
        everything |= self.missed.swap(false, Ordering::AcqRel);
        if everything || paths.len() > MANY {
            self.everything();
        } else {
            let mut paths: Vec<PathBuf> = paths.into_iter().collect();
            paths.retain(|p| layout::is_picture(p) || p.extension().is_some_and(|e| e == "xmp"));
            let result = self.gallery.refresh(&paths);
            self.report(result);
        }
        false
    }

    fn everything(&mut self) {
        let context = self.context;
        let mut told = Instant::now();
        let mut progress = |done: usize, total: usize| {
            // Small changes need no progress bar.
            if total > 500 && (told.elapsed() > Duration::from_millis(200) || done == total) {
                told = Instant::now();
                context.events.emit(GalleryEvent::Rebuilding(done, total));
            }
            !context.stopped()
        };
        let result = self.gallery.reconcile(&mut progress);
        self.report(result);
    }

    fn rebuild(&mut self) {
        match self.gallery.clear_index() {
            Ok(()) => self.everything(),
            Err(e) if e.is_damaged_index() => self.replace_index(),
            Err(e) => self.context.events.fail(&e),
        }
    }

    fn replace_index(&mut self) {
        match self.gallery.replace_index() {
            Ok(()) => {
                self.context.replaced.fetch_add(1, Ordering::AcqRel);
                self.everything();
                self.context.events.emit(GalleryEvent::Changed);
            }
            Err(e) => self.context.events.fail(&e),
        }
    }

    fn report(&mut self, result: Result<Changes, GalleryError>) {
        match result {
            Ok(changes) if changes.any() => {
                self.context.events.emit(GalleryEvent::Changed);
            }
            Ok(_) => {}
            Err(e) => self.context.events.fail(&e),
        }
    }

    /// Hashes a few files; false when none is left.
    fn hash_some(&mut self) -> bool {
        let want = HASHES + self.unreadable.len();
        let Ok(some) = self.gallery.without_hash(want) else {
            return false;
        };
        let mut any = false;
        for (id, state, path) in some {
            if self.context.stopped() || self.unreadable.contains(&id) {
                continue;
            }
            any = true;
            let noted = hash_file(&path)
                .map_err(GalleryError::from)
                .and_then(|sha| self.gallery.note_hash(id, state, &sha));
            if let Err(e) = noted {
                log::debug!("{}: {e}", path.display());
                self.unreadable.insert(id);
            }
        }
        any
    }

    /// Finds out the colour of one picture; false when none is left. Decoding is heavy
    /// work that nobody waits for: it rests as long as it works.
    fn colour_one(&mut self) -> bool {
        let Ok(some) = self.gallery.without_colour(1 + self.colourless.len()) else {
            return false;
        };
        let next = some.iter().find(|(id, ..)| !self.colourless.contains(id));
        let Some((id, state, path)) = next else {
            return false;
        };
        let start = Instant::now();
        let noted = match decode::thumbnail(path, COLOUR_SIDE) {
            Ok(picture) => self.gallery.note_colour(*id, *state, prevailing(&picture)),
            // Remembered with the file's stamp: a picture bomb isn't tried at every start.
            Err(ExportError::NotAPicture { reason, .. }) => {
                log::debug!("{}: {reason}", path.display());
                self.gallery.note_colourless(*id, *state)
            }
            Err(e) => Err(e.into()),
        };
        if let Err(e) = noted {
            log::debug!("{}: {e}", path.display());
            self.colourless.insert(*id);
        }
        std::thread::sleep(start.elapsed().min(REST));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crossbeam_channel::bounded;

    use super::*;
    use crate::gallery::service::event_sender::EventSender;
    use crate::weighed::{self, Bounds};

    const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample/photo.jpg");

    #[test]
    fn what_finds_no_room_in_the_queue_is_found_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let gallery = Gallery::open(dir.path()).unwrap();
        let (events, _heard) = weighed::channel(Bounds {
            count: 16,
            bytes: 1 << 20,
        });
        let context = SessionContext {
            events: EventSender {
                events,
                waker: Arc::new(|| {}),
            },
            settings: Arc::default(),
            stop: Arc::default(),
            replaced: Arc::default(),
            cancel_export: Arc::default(),
        };
        let (sender, work) = bounded(1);
        let inbox = Inbox {
            layout: gallery.layout().clone(),
            work: sender,
            missed: Arc::default(),
        };
        let mut scan = Scan {
            gallery,
            context: &context,
            missed: inbox.missed.clone(),
            unreadable: HashSet::new(),
            colourless: HashSet::new(),
        };
        for name in ["first.jpg", "second.jpg"] {
            let path = dir.path().join(name);
            fs::copy(PHOTO, &path).unwrap();
            let created = EventKind::Create(notify::event::CreateKind::File);
            inbox.take(Ok(notify::Event::new(created).add_path(path)));
        }
        // The burst ends at once: nobody is there who could say more.
        drop(inbox);
        assert!(!scan.burst(work.recv().unwrap(), &work));
        assert_eq!(scan.gallery.len().unwrap(), 2);
    }
}
