//! The desktop around the window: file dialogs and clipboard, each on a thread of
//! its own so that the window never waits but for files that are still being written when it closes.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use rfd::{AsyncFileDialog, FileHandle};

use crate::app::action::{Action, FileRole, Pick, Purpose};
use crate::app::notice::Level;
use crate::app::ports::{SavePicture, SystemLink};
use crate::app::spaces::export_choice::SpacesExport;
use crate::app::style::folder_edit::FolderEdit;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::engine::protocol::{self, Job, StyleTask};
use crate::gallery::protocol::{ExportOptions, GalleryRequest, PictureId, Sheet};
use crate::picture::Picture;
use crate::weighed::{self, Bounds, Weight};
use crate::window::clipboard::{copy, copy_files, paste};
use crate::window::refusals::Refusals;
use crate::window::save::Saver;

/// Endings of picture files that can be opened.
pub const PICTURES: &[&str] = crate::photo::EXTENSIONS;

/// Endings of files that may be networks.
const NETWORKS: &[&str] = &["pkl", "pt", "pth", "safetensors"];

/// Endings of styles' files.
const STYLES: &[&str] = &["safetensors"];

/// Answers that may wait.
const ANSWERS: usize = 64;

/// Pictures on their way to the clipboard.
const WORK: Bounds = Bounds {
    count: 64,
    bytes: 256 << 20,
};

/// Nobody closes a dialog as quickly as this: it never came up.
const NEVER_SHOWN: Duration = Duration::from_millis(250);

/// What helps where there are no dialogs.
const NO_DIALOGS: &str = "This desktop shows no file dialogs. Drop files onto the window instead, \
     or install the package xdg-desktop-portal-gtk or zenity.";

/// The real desktop.
pub struct Desktop {
    answers: Receiver<Action>,
    sender: Sender<Action>,
    work: weighed::Sender<Work>,
    /// Goes after `answers`: what it says of the last pictures then holds it up no more.
    saver: Saver,
    waker: protocol::Waker,
    refusals: Refusals<Action>,
}

/// Work of the desktop thread.
enum Work {
    Copy(Picture),
    CopyFiles(Vec<PathBuf>),
    Paste(FileRole),
    Show(PathBuf),
}

impl Weight for Work {
    fn bytes(&self) -> usize {
        match self {
            Self::Copy(picture) => picture.rgba().len(),
            Self::CopyFiles(paths) => paths.iter().map(|path| path.as_os_str().len()).sum(),
            Self::Paste(_) | Self::Show(_) => 0,
        }
    }
}

impl Desktop {
    /// Starts the desktop thread. `waker` is called after each answer.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(waker: protocol::Waker) -> std::io::Result<Self> {
        let (sender, answers) = bounded(ANSWERS);
        let (work, jobs) = weighed::channel(WORK);
        let (out, wake) = (sender.clone(), Arc::clone(&waker));
        std::thread::Builder::new()
            .name("limner-desktop".to_owned())
            .spawn(move || serve(&jobs, &out, &wake))?;
        let (out, wake) = (sender.clone(), Arc::clone(&waker));
        let saver = Saver::start(move |answer| {
            out.send(answer).ok();
            wake();
        })?;
        Ok(Self {
            answers,
            sender,
            work,
            saver,
            waker,
            refusals: Refusals::default(),
        })
    }

    fn queue(&mut self, work: Work) {
        if self.work.try_send(work).is_err() {
            self.refuse("The desktop doesn't answer. Try again in a moment.");
        }
    }

    fn refuse(&mut self, words: &str) {
        let answer = notify(Level::Error, words);
        self.refusals.refuse(self.answers.len(), answer);
    }

    /// Waits for a dialog on a thread of its own, then answers.
    pub(super) fn dialog<T, F>(
        &self,
        future: F,
        answer: impl FnOnce(T) -> Vec<Action> + Send + 'static,
    ) where
        F: Future<Output = Option<T>> + Send + 'static,
        T: 'static,
    {
        let (sender, waker) = (self.sender.clone(), Arc::clone(&self.waker));
        let thread = std::thread::Builder::new()
            .name("limner-dialog".to_owned())
            .spawn(move || {
                let start = Instant::now();
                let actions = match pollster::block_on(future) {
                    Some(chosen) => answer(chosen),
                    None if start.elapsed() < NEVER_SHOWN => {
                        vec![notify(Level::Error, NO_DIALOGS)]
                    }
                    None => return,
                };
                for action in actions {
                    sender.send(action).ok();
                }
                waker();
            });
        if let Err(error) = thread {
            log::error!("no thread for a file dialog: {error}");
            let words = "There is no room for a file dialog now. Try again in a moment.";
            self.sender.try_send(notify(Level::Error, words)).ok();
        }
    }
}

impl SystemLink for Desktop {
    fn pick(&mut self, pick: Pick) {
        match pick {
            Pick::Open(role) => open_pictures(self, role),
            Pick::Film(film) => super::films::save(self, film),
            Pick::Turn(turn) => super::films::save_turn(self, turn),
            Pick::SaveAs(job) => {
                let future = AsyncFileDialog::new()
                    .set_title("Save picture")
                    .set_file_name("picture.png")
                    .add_filter("PNG", &["png"])
                    .add_filter("JPEG", &["jpg", "jpeg"])
                    .add_filter("WebP", &["webp"])
                    .add_filter("TIFF", &["tif", "tiff"])
                    .save_file();
                self.dialog(future, move |file: FileHandle| {
                    vec![Action::SaveTo {
                        job,
                        path: with_ending(file.path(), "png"),
                    }]
                });
            }
            Pick::Spaces { what, name } => spaces_file(self, what, &name),
            Pick::Export {
                ids,
                options,
                sheet,
            } => export(self, ids, options, sheet),
            Pick::PhotoFolder => {
                let future = AsyncFileDialog::new()
                    .set_title("Folder of photos")
                    .pick_folder();
                self.dialog(future, |folder: FileHandle| {
                    vec![Action::StyleFolder(FolderEdit::From {
                        photos: pictures_in(folder.path()),
                        folder: folder.path().to_owned(),
                    })]
                });
            }
            Pick::ResultFolder => {
                let future = AsyncFileDialog::new()
                    .set_title("Folder for the results")
                    .pick_folder();
                self.dialog(future, |folder: FileHandle| {
                    let folder = folder.path().to_owned();
                    vec![Action::StyleFolder(FolderEdit::Into(folder))]
                });
            }
            Pick::StyleFilm => super::films::pick(self),
            Pick::StyleFilmTo(film) => super::films::save_styled(self, film),
            Pick::SamplePhoto(role) => {
                let place = async { Some(crate::window::sample::place(&crate::paths::data_dir())) };
                self.dialog(place, move |placed| match placed {
                    Ok(path) => vec![Action::OpenFiles {
                        paths: vec![path],
                        role,
                    }],
                    Err(error) => vec![notify(Level::Error, error.to_string())],
                });
            }
            Pick::StyleFile => {
                let future = AsyncFileDialog::new()
                    .set_title("Import a style")
                    .add_filter("Styles", STYLES)
                    .pick_files();
                self.dialog(future, |files: Vec<FileHandle>| {
                    let import = |file: &FileHandle| {
                        own_style(StyleTask::Import {
                            from: file.path().to_owned(),
                        })
                    };
                    files.iter().map(import).collect()
                });
            }
            Pick::ExportStyle { style, title } => {
                let future = AsyncFileDialog::new()
                    .set_title("Export the style")
                    .set_file_name(format!("{title}.{}", STYLES[0]))
                    .add_filter("Styles", STYLES)
                    .save_file();
                self.dialog(future, move |file: FileHandle| {
                    let to = with_ending(file.path(), STYLES[0]);
                    vec![own_style(StyleTask::Export { style, to })]
                });
            }
            Pick::ModelFile => {
                let future = AsyncFileDialog::new()
                    .set_title("Import a network")
                    .add_filter("Networks", NETWORKS)
                    .add_filter("All files", &["*"])
                    .pick_file();
                self.dialog(future, |file: FileHandle| {
                    vec![Action::Hub(crate::app::hub::state::HubEdit::Import(
                        file.path().to_owned(),
                    ))]
                });
            }
            Pick::GalleryFolder => {
                let future = AsyncFileDialog::new()
                    .set_title("Gallery folder")
                    .pick_folder();
                self.dialog(future, |folder: FileHandle| {
                    vec![Action::SetGalleryFolder(folder.path().to_owned())]
                });
            }
        }
    }

    fn copy_picture(&mut self, picture: Picture) {
        self.queue(Work::Copy(picture));
    }

    fn copy_files(&mut self, paths: Vec<PathBuf>) {
        self.queue(Work::CopyFiles(paths));
    }

    fn paste(&mut self, role: FileRole) {
        self.queue(Work::Paste(role));
    }

    fn show_in_folder(&mut self, path: PathBuf) {
        self.queue(Work::Show(path));
    }

    fn save_picture(&mut self, job: SavePicture) {
        if !self.saver.take(job) {
            self.refuse("Other pictures are still being written. Try again in a moment.");
        }
    }

    fn try_recv(&mut self) -> Option<Action> {
        self.refusals.next(|| self.answers.try_recv().ok())
    }
}

pub(super) fn start(job: Job, purpose: Purpose) -> Action {
    Action::Start {
        job: Box::new(job),
        purpose,
    }
}

fn own_style(task: StyleTask) -> Action {
    Action::OwnStyle(OwnStyleEdit::Task(task))
}

pub(super) fn notify(level: Level, text: impl Into<String>) -> Action {
    Action::Notify {
        level,
        text: text.into(),
    }
}

fn open_pictures(desktop: &Desktop, role: FileRole) {
    let title = match role {
        FileRole::Photo | FileRole::LensPhoto => "Open a photo",
        FileRole::LensOther | FileRole::GrowStructure => "Open a second picture",
        FileRole::GrowOther => "Open a further picture",
        FileRole::Style => "Open a style picture",
        FileRole::Learn => "Pictures to learn from",
        FileRole::Import => "Import into gallery",
        FileRole::Project => "Photo to project",
        _ => "Open pictures",
    };
    let future = AsyncFileDialog::new()
        .set_title(title)
        .add_filter("Pictures", PICTURES)
        .add_filter("All files", &["*"])
        .pick_files();
    desktop.dialog(future, move |files: Vec<FileHandle>| {
        vec![Action::OpenFiles {
            paths: files.iter().map(|f| f.path().to_owned()).collect(),
            role,
        }]
    });
}

/// A folder, or a file with the ending that it needs.
fn spaces_file(desktop: &Desktop, what: SpacesExport, name: &str) {
    let write = move |to: PathBuf| vec![Action::SpacesWrite { what, to }];
    match what.ending() {
        None => {
            let future = AsyncFileDialog::new()
                .set_title("Folder for the files")
                .pick_folder();
            desktop.dialog(future, move |folder: FileHandle| {
                write(folder.path().to_owned())
            });
        }
        Some(ending) => {
            let future = AsyncFileDialog::new()
                .set_title("Save as")
                .set_file_name(format!("{name}.{ending}"))
                .add_filter(ending, &[ending])
                .save_file();
            desktop.dialog(future, move |file: FileHandle| {
                write(with_ending(file.path(), ending))
            });
        }
    }
}

fn export(desktop: &Desktop, ids: Vec<PictureId>, options: ExportOptions, sheet: Option<Sheet>) {
    let ending = crate::export::extension(options.format);
    let into_folder = ids.len() > 1 && sheet.is_none();
    let answer = move |file: FileHandle| {
        let to = if into_folder {
            file.path().to_owned()
        } else {
            with_ending(file.path(), ending)
        };
        vec![Action::Gallery(match sheet {
            Some(sheet) => GalleryRequest::ExportSheet {
                ids,
                to,
                sheet,
                options,
            },
            None => GalleryRequest::Export { ids, to, options },
        })]
    };
    if into_folder {
        let future = AsyncFileDialog::new()
            .set_title("Folder for the copies")
            .pick_folder();
        desktop.dialog(future, answer);
    } else {
        let name = if sheet.is_some() { "sheet" } else { "picture" };
        let future = AsyncFileDialog::new()
            .set_title("Export picture")
            .set_file_name(format!("{name}.{ending}"))
            .save_file();
        desktop.dialog(future, answer);
    }
}

/// A path with an ending, if it had none.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    if path.extension().is_some() {
        path.to_owned()
    } else {
        path.with_extension(ending)
    }
}

/// Picture files of a folder, by name.
fn pictures_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|e| e.path())
        .filter(|path| crate::photo::is_named_like_one(path))
        .collect();
    found.sort();
    found
}

/// The desktop thread. It keeps the clipboard open: on X11 and Wayland what was
/// copied lives as long as its owner.
fn serve(jobs: &weighed::Receiver<Work>, out: &Sender<Action>, waker: &protocol::Waker) {
    let mut clipboard = None;
    for job in jobs.iter() {
        let answer = match job {
            Work::Copy(picture) => copy(&mut clipboard, &picture),
            Work::CopyFiles(paths) => copy_files(&mut clipboard, &paths),
            Work::Paste(role) => paste(&mut clipboard, role),
            Work::Show(path) => match show(&path) {
                Ok(()) => continue,
                Err(error) => notify(Level::Error, error),
            },
        };
        out.send(answer).ok();
        waker();
    }
}

/// Opens the folder of a file in the system's file manager.
fn show(path: &Path) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    open::that_detached(folder).map_err(|error| {
        let folder = folder.display();
        format!("No file manager could be opened ({error}). The file is in {folder}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_added_only_where_missing() {
        assert_eq!(with_ending(Path::new("a/b"), "png"), Path::new("a/b.png"));
        assert_eq!(
            with_ending(Path::new("a/b.jpg"), "png"),
            Path::new("a/b.jpg")
        );
    }

    #[test]
    fn a_desktop_without_dialogs_says_so_and_cancelling_says_nothing() {
        let answers = |pause: Duration| {
            let waker: protocol::Waker = Arc::new(|| {});
            let mut desktop = Desktop::new(Arc::clone(&waker)).unwrap();
            let before = Arc::strong_count(&waker);
            let closed = async move {
                std::thread::sleep(pause);
                None::<FileHandle>
            };
            desktop.dialog(closed, |_| Vec::new());
            // The dialog's thread lets go of the waker at its very end: no answer comes then.
            let until = Instant::now() + Duration::from_secs(20);
            while Arc::strong_count(&waker) > before {
                assert!(Instant::now() < until, "the dialog's thread doesn't end");
                std::thread::yield_now();
            }
            desktop.try_recv()
        };
        let Some(Action::Notify { text, .. }) = answers(Duration::ZERO) else {
            panic!("a message");
        };
        assert!(text.contains("zenity"), "{text}");
        assert!(answers(NEVER_SHOWN + Duration::from_millis(50)).is_none());
    }

    #[test]
    fn a_folder_gives_its_pictures_by_name() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.JPG", "a.png", "notes.txt", ".hidden.png"] {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        let names: Vec<_> = pictures_in(dir.path())
            .iter()
            .map(|p| p.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["a.png", "b.JPG"]);
    }
}
