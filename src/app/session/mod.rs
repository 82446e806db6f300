//! The session file: what was worked on comes back after closing or a crash.
//! Written to a temporary file, synced and renamed, on a thread of its own.

mod history_file;
mod migrate;
mod writer;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::app::document::Document;
use crate::app::histories::Histories;
use crate::app::prefs::Prefs;
use crate::app::session::writer::{ToWrite, Writer};
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::view::ViewState;
use crate::recipe::FinishSettings;
use crate::unfinished;

/// Quiet time before a change is written.
const DEBOUNCE: Duration = Duration::from_millis(800);
/// Time until what couldn't be written is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often a writer at work is asked how it went.
const HEAR: Duration = Duration::from_millis(250);
/// How many windows may be open at once, each with its own session file.
const SLOTS: u32 = 16;

/// What is kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The work.
    pub doc: Document,
    /// How it's looked at.
    pub view: ViewState,
    /// What the artist prefers.
    pub prefs: Prefs,
    /// What was done in Finish to pictures, by their content, and isn't saved as pictures yet.
    pub finish: Vec<(String, FinishSettings)>,
}

/// The preferences of the last session in a folder, without opening it.
pub fn last_prefs(dir: &Path) -> Prefs {
    let saved = read(&dir.join("session.json")).ok().flatten();
    saved.unwrap_or_default().prefs
}

/// The way to the session file.
pub struct Session {
    saved: Option<Saved>,
    /// Files that the sessions of other windows name.
    elsewhere: Vec<PathBuf>,
    warning: Option<String>,
    last: Option<Saved>,
    /// Of the histories that were written last.
    last_steps: u64,
    changed_at: Option<Instant>,
    /// Whether the last write failed, and was told.
    failing: bool,
    writer: Option<Writer>,
}

impl Session {
    /// A session that is never written, for tests.
    pub fn none() -> Self {
        Self {
            saved: None,
            elsewhere: Vec::new(),
            warning: None,
            last: None,
            last_steps: 0,
            changed_at: None,
            failing: false,
            writer: None,
        }
    }

    /// Opens the session of a folder. A second window gets a session file of its
    /// own, so that neither overwrites the other's. If nothing can be written
    /// there, the studio works without and says so.
    pub fn open(dir: &Path) -> Self {
        let mut session = Self::none();
        if let Err(error) = session.try_open(dir) {
            session.warning = Some(format!(
                "The session can't be saved ({error}). Check the folder {}",
                dir.display()
            ));
        }
        session
    }

    fn try_open(&mut self, dir: &Path) -> std::io::Result<()> {
        fs::create_dir_all(dir)?;
        unfinished::sweep_own(dir);
        let (lock, path) = free_slot(dir)?;
        match read(&path) {
            Ok(saved) => self.saved = saved,
            Err(reason) => {
                let aside = path.with_extension("broken.json");
                fs::rename(&path, &aside).ok();
                self.warning = Some(format!(
                    "The last session could not be read ({reason}). It was put aside as {}",
                    aside.display()
                ));
            }
        }
        self.elsewhere = named_elsewhere(dir, &path);
        self.writer = Some(Writer::start(lock, path)?);
        Ok(())
    }

    /// The preferences of the last session, before it's taken.
    pub fn prefs(&self) -> Prefs {
        self.saved
            .as_ref()
            .map(|s| s.prefs.clone())
            .unwrap_or_default()
    }

    /// Whether it is written anywhere.
    pub fn is_kept(&self) -> bool {
        self.writer.is_some()
    }

    /// Whether there is no earlier session to come back to.
    pub fn is_fresh(&self) -> bool {
        self.saved.is_none()
    }

    /// The last session (or a fresh one), and what the user should know.
    pub fn take_saved(&mut self) -> (Saved, Option<String>) {
        let saved = self.saved.take().unwrap_or_default();
        self.last = Some(saved.clone());
        (saved, self.warning.take())
    }

    /// The files that other windows name, open ones and such as come back when they are opened.
    pub fn named_elsewhere(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.elsewhere)
    }

    /// The histories that lead to a document; fresh ones where none were kept.
    pub fn histories(&mut self, doc: &Document) -> Histories {
        let histories = match &self.writer {
            Some(writer) => history_file::read(writer.steps(), doc),
            None => Histories::new(doc),
        };
        self.last_steps = histories.revision();
        histories
    }

    /// Writes after a change and some quiet; says what the user should know. Call once a frame.
    pub fn autosave(&mut self, state: &AppState) -> Option<String> {
        let trouble = self.hear_writer();
        self.writer.as_ref()?;
        let same = self.last.as_ref().is_some_and(|l| {
            l.doc == state.doc
                && same_view(&l.view, &state.view)
                && l.prefs == state.prefs
                && l.finish == state.finish.unsaved()
        });
        if same && self.last_steps == state.history.revision() {
            self.changed_at = None;
            return trouble;
        }
        let since = *self.changed_at.get_or_insert_with(Instant::now);
        if since.elapsed() >= self.quiet() {
            self.write(state);
        }
        trouble
    }

    /// What became of the writes so far. What failed is written again without a further change, and
    /// told once.
    fn hear_writer(&mut self) -> Option<String> {
        let mut trouble = None;
        while let Some(written) = self.writer.as_mut().and_then(Writer::answer) {
            let Err(error) = written else {
                self.failing = false;
                continue;
            };
            self.last = None;
            self.last_steps = u64::MAX;
            if !self.failing {
                trouble = Some(format!(
                    "The session can't be saved ({error}); what you do now would be lost by a crash. \
                     Make room on the disk; Limner tries again by itself."
                ));
            }
            self.failing = true;
        }
        trouble
    }

    /// How long after a change it is written.
    fn quiet(&self) -> Duration {
        match self.failing {
            true => AGAIN,
            false => DEBOUNCE,
        }
    }

    /// Time until [`Self::autosave`] has something to do.
    pub fn due_in(&self) -> Option<Duration> {
        let hear = self.writer.as_ref().filter(|w| w.is_busy()).map(|_| HEAR);
        let since = self
            .changed_at
            .map(|since| self.quiet().saturating_sub(since.elapsed()) + Duration::from_millis(5));
        hear.into_iter().chain(since).min()
    }

    fn write(&mut self, state: &AppState) {
        let to_write = self.to_write(state);
        let saved = to_write.saved.clone();
        let sent = self.writer.as_mut().is_some_and(|w| w.send(to_write));
        // A busy disk: the next frame tries again.
        if sent {
            self.last = Some(saved);
            self.last_steps = state.history.revision();
            self.changed_at = None;
        }
    }

    fn to_write(&self, state: &AppState) -> ToWrite {
        let new = self.last_steps != state.history.revision();
        ToWrite {
            saved: Saved {
                doc: state.doc.clone(),
                view: state.view.clone(),
                prefs: state.prefs.clone(),
                finish: state.finish.unsaved(),
            },
            histories: new.then(|| state.history.clone()),
        }
    }

    /// Writes at once and waits until it's on disk. For the end of the program.
    pub fn save_now(&mut self, state: &AppState) {
        let saved = self.to_write(state);
        if let Some(writer) = self.writer.take() {
            writer.finish(saved);
        }
    }
}

/// Equal in what is remembered.
fn same_view(a: &ViewState, b: &ViewState) -> bool {
    let plain = |v: &ViewState| ViewState {
        dialog: crate::app::view::Dialog::None,
        hold_before: false,
        fit_scale: 1.0,
        panels_away: false,
        ..v.clone()
    };
    plain(a) == plain(b)
}

/// Where the sessions of a folder lie, if they are there.
fn slots(dir: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=SLOTS).map(move |slot| match slot {
        1 => dir.join("session.json"),
        n => dir.join(format!("session-{n}.json")),
    })
}

/// Where the histories of a session lie.
fn steps_beside(session: &Path) -> PathBuf {
    session.with_extension("history.json")
}

/// The files that the sessions of a folder name, except one session's.
fn named_elsewhere(dir: &Path, own: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in slots(dir).filter(|path| path != own) {
        let Ok(Some(saved)) = read(&path) else {
            continue;
        };
        let histories = history_file::read(&steps_beside(&path), &saved.doc);
        files.extend(sources::of_session(&saved.doc, &histories, &saved.prefs));
    }
    files
}

/// The first session file that no other window holds.
fn free_slot(dir: &Path) -> std::io::Result<(File, PathBuf)> {
    for path in slots(dir) {
        let lock = File::create(path.with_extension("lock"))?;
        match lock.try_lock() {
            Ok(()) => return Ok((lock, path)),
            Err(fs::TryLockError::WouldBlock) => {}
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(std::io::Error::other("too many windows are open"))
}

fn read(path: &Path) -> Result<Option<Saved>, String> {
    match fs::read(path) {
        Ok(bytes) => parse(&bytes).map(Some).map_err(|e| e.to_string()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.to_string()),
    }
}

fn parse(bytes: &[u8]) -> serde_json::Result<Saved> {
    let mut saved: serde_json::Value = serde_json::from_slice(bytes)?;
    migrate::to_current(&mut saved);
    serde_json::from_value(saved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::{Compare, Workspace, Zoom};
    use crate::recipe::{LatentOrigin, LensPart};

    fn state(strength: f32) -> AppState {
        let mut doc = Document::default();
        doc.style.strength = strength;
        AppState::new(doc, ViewState::default(), Prefs::default())
    }

    #[test]
    fn what_was_saved_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut session = Session::open(dir.path());
        assert_eq!(session.take_saved().0, Saved::default());
        session.save_now(&state(0.25));
        let (saved, warning) = Session::open(dir.path()).take_saved();
        assert_eq!(saved.doc.style.strength, 0.25);
        assert!(warning.is_none());
    }

    /// A full disk, told once; as soon as there is room the work is written, without a further change.
    #[test]
    fn what_cannot_be_written_is_told_and_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("session.json");
        let mut session = Session::open(dir.path());
        session.take_saved();
        // Nothing can replace a folder that holds something.
        fs::create_dir_all(file.join("in the way")).unwrap();
        let state = state(0.25);
        let mut told = Vec::new();
        let mut until = |session: &mut Session, done: &dyn Fn(&[String]) -> bool| {
            let end = Instant::now() + Duration::from_secs(60);
            while !done(&told) {
                assert!(Instant::now() < end, "{told:?}");
                told.extend(session.autosave(&state));
                let wait = session.due_in().expect("something is still to be written");
                std::thread::sleep(wait);
            }
        };
        until(&mut session, &|told| told.len() == 1);
        fs::remove_dir_all(&file).unwrap();
        until(&mut session, &|_| read(&file).is_ok_and(|s| s.is_some()));
        assert_eq!(read(&file).unwrap().unwrap().doc.style.strength, 0.25);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("can't be saved"), "{told:?}");
    }

    #[test]
    fn a_second_window_has_its_own_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = Session::open(dir.path());
        let mut second = Session::open(dir.path());
        second.take_saved();
        second.save_now(&state(0.75));
        first.save_now(&state(0.25));
        let (saved, _) = Session::open(dir.path()).take_saved();
        assert_eq!(saved.doc.style.strength, 0.25);
    }

    #[test]
    fn a_broken_file_is_put_aside_and_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("session.json"), "{\"doc\": 7").unwrap();
        let (saved, warning) = Session::open(dir.path()).take_saved();
        assert_eq!(saved, Saved::default());
        assert!(warning.unwrap().contains("put aside"));
        assert!(dir.path().join("session.broken.json").exists());
    }

    /// Written by Limner before Lens was a workspace: it stood in Explore's part.
    fn session_of_0_1(front: &str) -> String {
        include_str!("../../../tests/files/session_with_lens_in_explore.json")
            .replace("FRONT", front)
    }

    fn opened(json: &str) -> Saved {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("session.json"), json).unwrap();
        let (saved, warning) = Session::open(dir.path()).take_saved();
        assert!(warning.is_none(), "{warning:?}");
        saved
    }

    #[test]
    fn lens_work_that_stood_in_explore_comes_back_in_lens() {
        let saved = opened(&session_of_0_1("lens"));
        let (doc, view) = (&saved.doc, &saved.view);
        assert_eq!(view.workspace, Workspace::Lens);
        assert_eq!(view.lens_compare, Compare::Split);
        assert_eq!(view.lens.zoom, Zoom::Scale(2.0));
        assert_eq!(view.compare, Compare::Off);
        let params = doc.lens.params().unwrap();
        assert_eq!(
            (params.model.as_str(), params.photo.name.as_str()),
            ("lens", "cat.jpg")
        );
        assert_eq!(doc.lens.sliders().sigma("measured.warmth"), 1.25);
        assert_eq!(params.gain(LensPart::Texture), 1.5);
        assert_eq!(params.other.unwrap().light, 0.75);
        assert!(!params.keep_detail && params.mask.is_some());
        let own = doc
            .lens
            .sliders()
            .mark("measured.warmth")
            .unwrap()
            .name
            .clone();
        assert_eq!(own.as_deref(), Some("Sunny"));
        // The other network's photo is there as well.
        assert_eq!(doc.lens.works["kl"].photo.as_ref().unwrap().name, "dog.jpg");
        // Explore is left with generators only; one is chosen when they are known.
        assert_eq!(doc.explore.model, "");
        assert_eq!(doc.explore.params["fruit"].origin, LatentOrigin::Seed(7));
        let marks: Vec<&String> = doc.explore.marks.keys().collect();
        assert_eq!(marks, ["fruit"]);
        // What is written from now on is read as it is.
        let again = opened(&serde_json::to_string(&saved).unwrap());
        assert_eq!(again, saved);
    }

    #[test]
    fn a_generator_that_stood_in_front_stays_there() {
        let saved = opened(&session_of_0_1("fruit"));
        assert_eq!(saved.view.workspace, Workspace::Explore);
        assert_eq!(saved.view.compare, Compare::Split);
        assert_eq!(saved.doc.explore.model, "fruit");
        assert_eq!(saved.doc.lens.model, "lens");
        assert_eq!(saved.doc.lens.photo().unwrap().name, "cat.jpg");
    }

    #[test]
    fn bookmarks_and_variations_keep_the_names_that_version_0_1_wrote() {
        let params = crate::recipe::ExploreParams::new("fruit", 7);
        let written = serde_json::json!({
            "doc": { "explore": { "kept": [{ "params": params }] } },
            "view": { "neighbours": true },
        });
        let saved: Saved = serde_json::from_value(written).unwrap();
        assert_eq!(*saved.doc.explore.bookmarks[0].params, params);
        assert!(saved.view.variations);
        let again = serde_json::to_value(&saved).unwrap();
        assert!(again["doc"]["explore"]["kept"][0]["params"].is_object());
        assert_eq!(again["view"]["neighbours"], true);
    }

    #[test]
    fn a_session_of_an_older_version_keeps_what_it_has() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join("session.json"),
            r#"{"doc":{"style":{"strength":0.5}},"unknown":1}"#,
        )
        .unwrap();
        let (saved, warning) = Session::open(dir.path()).take_saved();
        assert!(warning.is_none());
        assert_eq!(saved.doc.style.strength, 0.5);
    }
}
