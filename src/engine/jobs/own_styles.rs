//! The user's own styles: kept, described, put aside, brought back, written and taken over.
//!
//! Exported, a learnt style is its own file, with the name that the user gave it; a kept picture is
//! a safetensors file that holds the picture's file byte for byte and what is said about it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use serde_json::{Value, json};

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Event, Output, StyleDone, StyleTask};
use crate::export::ExportError;
use crate::export::atomic::{Existing, write_bytes};
use crate::models::restyle::{About, adapter_head};
use crate::models::style_note::{self, KeptPicture, LEARNING, NOTE, Note};
use crate::models::{ModelError, learnt_file};
use crate::photo;
use crate::recipe::SourceRef;

/// What the file of a kept picture says its format is.
const PICTURE_FORMAT: &str = "limner-style-picture-1";
/// Name of the tensor that is the picture's file.
const PICTURE: &str = "picture";
/// Larger files are no style pictures.
const MAX_FILE: u64 = 256 << 20;
/// Folder of what was put aside.
const BIN: &str = ".bin";
/// How long that stays.
const BINNED: Duration = Duration::from_secs(30 * 24 * 3600);
/// Ending of learnt styles.
const LEARNT: &str = "safetensors";

/// Does it, and tells what there is now.
pub(super) fn run(context: &mut JobContext<'_>, task: &StyleTask) -> Result<Output, EngineError> {
    let folder = context.state.own_styles.clone().ok_or_else(|| {
        EngineError::BadRequest("no folder for styles of your own is known on this system".into())
    })?;
    std::fs::create_dir_all(&folder).map_err(|error| ExportError::writing(&folder, error))?;
    let shelf = Shelf {
        folder,
        to_come: context.state.own_styles_to_come(),
    };
    let done = match task {
        StyleTask::Keep { picture, title } => {
            // A recipe may name a picture by its content alone.
            let (photo, _) = context.state.photos.source(picture)?;
            let file = photo.source.place();
            shelf.keep(&file, picture, title)?
        }
        StyleTask::Describe {
            style,
            title,
            group,
        } => shelf.describe(style, title, group)?,
        StyleTask::Delete { style } => shelf.delete(style)?,
        StyleTask::Restore { token } => shelf.restore(token)?,
        StyleTask::Export { style, to } => shelf.export(style, to)?,
        StyleTask::Import { from } => shelf.import(from)?,
        StyleTask::Discard { learning } => shelf.discard(learning)?,
    };
    let library = context.state.look_again();
    context.emit(Event::Library(library));
    Ok(Output::Styles(done))
}

/// The folder of the user's own styles.
struct Shelf {
    folder: PathBuf,
    /// Names of styles that are being learnt.
    to_come: Vec<String>,
}

impl Shelf {
    fn keep(
        &self,
        file: &Path,
        picture: &SourceRef,
        title: &str,
    ) -> Result<StyleDone, EngineError> {
        let bytes = read(file)?;
        let ending = file.extension().and_then(|end| end.to_str());
        let about = About {
            title: title.to_owned(),
            artist: picture.artist.clone(),
            licence: picture.licence.clone(),
            ..About::default()
        };
        let (style, title, _) = self.put_picture(&bytes, ending, &about, "")?;
        Ok(StyleDone::Kept { style, title })
    }

    /// A name for a new style's files.
    fn free_name(&self, title: &str) -> String {
        style_note::free_name(&self.folder, title, &self.to_come)
    }

    /// Adds a picture's file, unless it is here: the style's name, its title, and whether it was.
    fn put_picture(
        &self,
        bytes: &[u8],
        ending: Option<&str>,
        about: &About,
        group: &str,
    ) -> Result<(String, String, bool), EngineError> {
        let style = self.free_name(&about.title);
        let plain = |end: &&str| end.chars().all(|c| c.is_ascii_alphanumeric()) && end.len() < 6;
        let ending = ending.filter(plain).map(str::to_lowercase);
        let file = match ending {
            Some(end) if end != NOTE && end != LEARNT && end != LEARNING => {
                format!("{style}.{end}")
            }
            _ => format!("{style}.picture"),
        };
        let path = self.folder.join(&file);
        write_bytes(&path, Existing::Keep, bytes)?;
        // Only what can be read is kept, and only once.
        let away = || {
            std::fs::remove_file(&path).ok();
        };
        let hashed = photo::probe(&path).and_then(|_| photo::hash_file(&path));
        let sha256 = hashed.inspect_err(|_| away())?;
        let is_it = |note: &Note| {
            note.picture
                .as_ref()
                .is_some_and(|kept| kept.sha256 == sha256)
        };
        if let Some((style, note)) = self.notes().find(|(_, note)| is_it(note)) {
            away();
            return Ok((style, note.title, true));
        }
        let note = Note {
            title: about.title.clone(),
            artist: about.artist.clone(),
            licence: about.licence.clone(),
            group: group.to_owned(),
            picture: Some(KeptPicture { file, sha256 }),
        };
        self.write_note(&style, &note)?;
        Ok((style, note.title, false))
    }

    fn describe(&self, style: &str, title: &str, group: &str) -> Result<StyleDone, EngineError> {
        let files = self.files(style)?;
        let title = title.trim();
        let note = Note {
            title: title.to_owned(),
            group: match group.trim() {
                style_note::GROUP => String::new(),
                group => group.to_owned(),
            },
            ..files.note
        };
        if title.is_empty() {
            return Err(EngineError::BadRequest("a style needs a name".into()));
        }
        self.write_note(style, &note)?;
        Ok(StyleDone::Described)
    }

    fn delete(&self, style: &str) -> Result<StyleDone, EngineError> {
        let files = self.files(style)?;
        let bin = self.folder.join(BIN);
        empty_old(&bin);
        let token = style_note::free_name(&bin, style, &[]);
        let aside = bin.join(&token);
        let failed = |error| ExportError::writing(&aside, error);
        std::fs::create_dir_all(&aside).map_err(failed)?;
        // The note last: until it goes, the style is here.
        for file in files.all() {
            let name = file.file_name().unwrap_or_default();
            std::fs::rename(&file, aside.join(name)).map_err(failed)?;
        }
        Ok(StyleDone::Deleted {
            token,
            title: files.title,
        })
    }

    fn restore(&self, token: &str) -> Result<StyleDone, EngineError> {
        let gone = || EngineError::BadRequest("this style isn't in the bin any more".into());
        let aside = match Path::new(token).file_name() {
            Some(name) if name == token => self.folder.join(BIN).join(name),
            _ => return Err(gone()),
        };
        let listed = std::fs::read_dir(&aside).map_err(|_| gone())?;
        let mut files: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
        files.sort_by_key(|file| has_ending(file, NOTE));
        let was = stem(files.last().ok_or_else(gone)?);
        let mut taken = style_note::taken(&self.folder).chain(self.to_come.iter().cloned());
        let style = match taken.any(|name| name == was.to_lowercase()) {
            true => self.free_name(&was),
            false => was,
        };
        for file in files {
            let end = file.extension().unwrap_or_default();
            let to = self.folder.join(&style).with_added_extension(end);
            std::fs::rename(&file, &to).map_err(|error| ExportError::writing(&to, error))?;
            if has_ending(&to, NOTE)
                && let Ok(mut note) = style_note::note(&to)
                && let Some(kept) = &mut note.picture
            {
                let end = Path::new(&kept.file).extension().unwrap_or_default();
                let name = Path::new(&style).with_added_extension(end);
                kept.file = name.to_string_lossy().into_owned();
                self.write_note(&style, &note)?;
            }
        }
        std::fs::remove_dir(&aside).ok();
        let title = self.files(&style)?.title;
        Ok(StyleDone::Restored {
            token: token.to_owned(),
            title,
        })
    }

    fn export(&self, style: &str, to: &Path) -> Result<StyleDone, EngineError> {
        let files = self.files(style)?;
        let bytes = match (&files.learnt, &files.picture) {
            (Some(learnt), _) => described(&learnt_file::read(learnt)?, &files.note)?,
            (None, Some(picture)) => wrapped(&read(picture)?, picture, &files.note)?,
            (None, None) => return Err(ModelError::NoLearnt(style.to_owned()).into()),
        };
        write_bytes(to, Existing::Replace, &bytes)?;
        Ok(StyleDone::Exported(to.to_owned()))
    }

    fn import(&self, from: &Path) -> Result<StyleDone, EngineError> {
        let bytes = read(from)?;
        let metadata = metadata_of(&bytes);
        let format = metadata.get("format").map(String::as_str);
        let (style, title, already) = match format {
            Some(PICTURE_FORMAT) => self.import_picture(&bytes, &metadata)?,
            _ => self.import_learnt(from, &bytes)?,
        };
        Ok(StyleDone::Imported {
            style,
            title,
            already,
        })
    }

    fn import_learnt(
        &self,
        from: &Path,
        bytes: &[u8],
    ) -> Result<(String, String, bool), EngineError> {
        let (_, about) = adapter_head(bytes)?;
        let title = match about.title.as_str() {
            "" => stem(from),
            title => title.to_owned(),
        };
        let same = |file: &PathBuf| std::fs::read(file).is_ok_and(|here| here == bytes);
        let here = self.listed().find(|f| has_ending(f, LEARNT) && same(f));
        if let Some(here) = here {
            return Ok((stem(&here), title, true));
        }
        let style = self.free_name(&title);
        let file = self.folder.join(format!("{style}.{LEARNT}"));
        write_bytes(&file, Existing::Keep, bytes)?;
        Ok((style, title, false))
    }

    fn import_picture(
        &self,
        bytes: &[u8],
        metadata: &HashMap<String, String>,
    ) -> Result<(String, String, bool), EngineError> {
        let damaged = || {
            EngineError::BadRequest("this style's file is damaged; get the file again".to_owned())
        };
        let file = SafeTensors::deserialize(bytes).map_err(|_| damaged())?;
        let tensor = file.tensor(PICTURE).map_err(|_| damaged())?;
        if tensor.dtype() != Dtype::U8 || file.len() != 1 {
            return Err(damaged());
        }
        let about = metadata.get("about").map_or("{}", String::as_str);
        let about: About = serde_json::from_str(about).map_err(|_| damaged())?;
        let of = |key: &str| metadata.get(key).map(String::as_str);
        let group = of("group").unwrap_or_default();
        self.put_picture(tensor.data(), of("ending"), &about, group)
    }

    fn discard(&self, learning: &Path) -> Result<StyleDone, EngineError> {
        if learning.parent() != Some(&self.folder) || !has_ending(learning, LEARNING) {
            return Err(EngineError::BadRequest(format!(
                "this is not learning that was interrupted: {}",
                learning.display()
            )));
        }
        match std::fs::remove_file(learning) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ExportError::writing(learning, error).into())
            }
            _ => Ok(StyleDone::Discarded),
        }
    }

    fn listed(&self) -> impl Iterator<Item = PathBuf> {
        let listed = std::fs::read_dir(&self.folder).into_iter().flatten();
        let mut files: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
        files.sort();
        files.into_iter()
    }

    fn notes(&self) -> impl Iterator<Item = (String, Note)> {
        let notes = self.listed().filter(|file| has_ending(file, NOTE));
        notes.filter_map(|file| Some((stem(&file), style_note::note(&file).ok()?)))
    }

    fn write_note(&self, style: &str, note: &Note) -> Result<(), EngineError> {
        let file = self.folder.join(format!("{style}.{NOTE}"));
        let bytes = serde_json::to_vec_pretty(note)
            .map_err(|error| EngineError::Internal(error.to_string()))?;
        Ok(write_bytes(&file, Existing::Replace, &bytes)?)
    }

    /// A style's files.
    fn files(&self, style: &str) -> Result<Files, EngineError> {
        let none = || EngineError::from(ModelError::NoLearnt(style.to_owned()));
        if Path::new(style).file_name() != Some(style.as_ref()) {
            return Err(none());
        }
        let at = |ending: &str| Some(self.folder.join(format!("{style}.{ending}")));
        let there = |file: &PathBuf| file.is_file();
        let noted = at(NOTE).filter(there);
        let note = match &noted {
            Some(file) => style_note::note(file).map_err(EngineError::BadRequest)?,
            None => Note::default(),
        };
        let learnt = at(LEARNT).filter(there);
        let picture = note.picture.as_ref();
        let picture = picture.map(|kept| self.folder.join(&kept.file));
        let picture = picture.filter(|file| file.parent() == Some(&self.folder) && there(file));
        if learnt.is_none() && picture.is_none() {
            return Err(none());
        }
        let mut title = note.title.clone();
        if let (true, Some(learnt)) = (title.is_empty(), &learnt) {
            title = adapter_head(&learnt_file::read(learnt)?)?.1.title;
        }
        if title.is_empty() {
            title = style.to_owned();
        }
        Ok(Files {
            learnt,
            picture,
            noted,
            note,
            title,
        })
    }
}

/// A style's files, and what is noted about it.
struct Files {
    learnt: Option<PathBuf>,
    picture: Option<PathBuf>,
    noted: Option<PathBuf>,
    note: Note,
    title: String,
}

impl Files {
    fn all(&self) -> impl Iterator<Item = PathBuf> {
        let all = [&self.learnt, &self.picture, &self.noted];
        all.into_iter().flatten().cloned()
    }
}

/// A learnt style's bytes with what is noted about it; the same bytes where nothing else is noted
/// than they say.
fn described(bytes: &[u8], note: &Note) -> Result<Vec<u8>, EngineError> {
    let (_, said) = adapter_head(bytes)?;
    let or = |noted: &String, said: &String| match noted.as_str() {
        "" => said.clone(),
        _ => noted.clone(),
    };
    let mut about = About {
        title: or(&note.title, &said.title),
        artist: or(&note.artist, &said.artist),
        licence: or(&note.licence, &said.licence),
        ..said.clone()
    };
    if about == said {
        return Ok(bytes.to_vec());
    }
    about.was.push(learnt_file::hash(bytes));
    let damaged = || EngineError::from(ModelError::BadLearnt("its file is damaged".into()));
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
    let (header, data) = rest.split_at_checked(length).ok_or_else(damaged)?;
    let mut header: Value = serde_json::from_slice(header).map_err(|_| damaged())?;
    header["__metadata__"]["about"] = json(&about)?.into();
    file_of(&header, data)
}

/// A kept picture's one file.
fn wrapped(bytes: &[u8], picture: &Path, note: &Note) -> Result<Vec<u8>, EngineError> {
    let about = About {
        title: note.title.clone(),
        artist: note.artist.clone(),
        licence: note.licence.clone(),
        ..About::default()
    };
    let ending = picture.extension().and_then(|end| end.to_str());
    let header = json!({
        "__metadata__": {
            "format": PICTURE_FORMAT,
            "about": json(&about)?,
            "group": note.group,
            "ending": ending.unwrap_or_default(),
        },
        PICTURE: { "dtype": "U8", "shape": [bytes.len()], "data_offsets": [0, bytes.len()] },
    });
    file_of(&header, bytes)
}

/// A safetensors file of a head and its data. Equal ones are equal byte for byte, which those that the
/// crate writes are not: it puts the metadata in any order.
fn file_of(header: &Value, data: &[u8]) -> Result<Vec<u8>, EngineError> {
    let mut head = serde_json::to_vec(header).map_err(unwritable)?;
    head.resize(head.len().next_multiple_of(8), b' ');
    let mut file = (head.len() as u64).to_le_bytes().to_vec();
    file.extend(head);
    file.extend_from_slice(data);
    Ok(file)
}

fn json(about: &About) -> Result<String, EngineError> {
    serde_json::to_string(about).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> EngineError {
    EngineError::Internal(format!("a style's file can't be put together: {error}"))
}

fn metadata_of(bytes: &[u8]) -> HashMap<String, String> {
    let read = SafeTensors::read_metadata(bytes).ok();
    let metadata = read.and_then(|(_, header)| header.metadata().clone());
    metadata.unwrap_or_default()
}

/// A file's bytes, unless there are too many.
fn read(file: &Path) -> Result<Vec<u8>, EngineError> {
    let unreadable = |reason: String| ModelError::Unreadable {
        path: file.to_owned(),
        reason,
    };
    let length = std::fs::metadata(file).map_err(|error| unreadable(error.to_string()))?;
    if length.len() > MAX_FILE {
        let words = format!("it is larger than {} MB", MAX_FILE >> 20);
        return Err(unreadable(words).into());
    }
    Ok(std::fs::read(file).map_err(|error| unreadable(error.to_string()))?)
}

fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|end| end == ending)
}

fn stem(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// What has been in the bin for long goes.
fn empty_old(bin: &Path) {
    for entry in std::fs::read_dir(bin).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|meta| meta.modified());
        let age = age.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
        if age.is_ok_and(|age| age > BINNED)
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            log::warn!("{}: {error}", entry.path().display());
        }
    }
}
