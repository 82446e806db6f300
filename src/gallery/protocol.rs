//! What the window says to the gallery's thread, and what it answers. Disk work
//! never happens on the window's thread.

use std::path::PathBuf;
use std::sync::Arc;

pub use crate::export::credentials::{Claims, Standing};
pub use crate::export::format::Format;
pub use crate::export::options::{ExportOptions, ExportSize, Sheet};
pub use crate::export::presets::{Fitting, Preset};
pub use crate::export::provenance::{CardLines, Cards};
pub use crate::gallery::album_edit::AlbumEdit;
use crate::picture::Picture;
use crate::recipe::Recipe;

/// A picture: its gallery's folder and its file in it. Stable while both keep their names,
/// also over a rebuild of the index; files of the same name in two folders are two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PictureId {
    /// Number of the folder.
    pub folder: u64,
    /// Number of the file in it.
    pub file: i64,
}

/// The state of a picture's file; another state, another picture perhaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FileState {
    /// Bytes.
    pub bytes: i64,
    /// Nanoseconds since 1970 of its last change.
    pub modified: i64,
}

/// One line of the index.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Number.
    pub id: PictureId,
    /// The file.
    pub path: PathBuf,
    /// Title, or the file's name.
    pub title: String,
    /// Pixels.
    pub size: [u32; 2],
    /// Seconds since 1970, UTC.
    pub created: i64,
    /// 0..=5.
    pub stars: u8,
    /// The user's words.
    pub tags: Vec<String>,
    /// The albums that it is in.
    pub albums: Vec<String>,
    /// Model that made it.
    pub model: String,
    /// What it is.
    pub kind: EntryKind,
    /// SHA-256 of the file, once known.
    pub sha256: Option<String>,
    /// The file as it was when this line was read.
    pub state: FileState,
}

/// What a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// From a generator.
    Generated,
    /// A stylised photo.
    Stylised,
    /// Enlarged.
    Enlarged,
    /// Brought in.
    Imported,
}

/// Order of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// Most stars first.
    Stars,
    /// By title.
    Title,
}

/// What the grid shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// Words in titles, tags, models, styles.
    pub text: String,
    /// At least so many stars.
    pub min_stars: u8,
    /// Only of this album.
    pub album: Option<String>,
    /// Only of this model.
    pub model: Option<String>,
    /// Only of this kind.
    pub kind: Option<EntryKind>,
    /// Only from this moment on, seconds since 1970.
    pub since: Option<i64>,
    /// Only before this moment, seconds since 1970.
    pub until: Option<i64>,
    /// Only where this colour prevails (known once the thumbnail was made).
    pub colour: Option<Colour>,
    /// Order.
    pub sort: Sort,
}

/// The colour that prevails in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Hue around 0°.
    Red,
    /// Hue around 30°.
    Orange,
    /// Hue around 60°.
    Yellow,
    /// Hue around 120°.
    Green,
    /// Hue around 180°.
    Cyan,
    /// Hue around 225°.
    Blue,
    /// Hue around 285°.
    Purple,
    /// Hue around 330°.
    Pink,
    /// Hardly any colour, bright.
    White,
    /// Hardly any colour, middling.
    Grey,
    /// Dark.
    Black,
}

/// What the user wants in every file that Limner writes, and what is known of the
/// models for credit lines. Sent at start and whenever it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct GallerySettings {
    /// Write recipes into kept pictures.
    pub recipe: bool,
    /// Write names and folders of source files.
    pub source_names: bool,
    /// Write creator, copyright, title and day of the photos that went in.
    pub photo_credit: bool,
    /// The user's name for the creator field; empty for none.
    pub creator: String,
    /// The user's own rights line (`© 2026 …`); empty for none.
    pub rights: String,
    /// What the model cards say, by model name.
    pub cards: Cards,
    /// Sign what is written with Content Credentials, in programs that can.
    pub sign: bool,
    /// Where certificate and key for that lie, or are made when first needed.
    pub credentials: Option<PathBuf>,
    /// Where pictures lie that are in use but not saved.
    pub session_pictures: Option<PathBuf>,
}

impl Default for GallerySettings {
    fn default() -> Self {
        Self {
            recipe: true,
            source_names: false,
            photo_credit: true,
            creator: String::new(),
            rights: String::new(),
            cards: Default::default(),
            sign: false,
            credentials: None,
            session_pictures: None,
        }
    }
}

/// Where a picture comes from and what became of it, as far as that is in the gallery.
/// In the order of a tree: a relative is followed by those of the next generation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Family {
    /// What it was made from, and what that was made from.
    pub ancestors: Vec<Relative>,
    /// What was made from it, and what was made from that.
    pub descendants: Vec<Relative>,
}

/// One picture of a family.
#[derive(Debug, Clone, PartialEq)]
pub struct Relative {
    /// Which.
    pub entry: Entry,
    /// 1 for parents and children, 2 for theirs, …
    pub generation: u8,
}

/// Pictures that were deleted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinBatch {
    /// For `Undelete`.
    pub token: u64,
    /// How many pictures.
    pub count: usize,
    /// When, seconds since 1970.
    pub deleted: i64,
    /// Their titles, for the list.
    pub titles: Vec<String>,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// What is known about a picture, in words: for the page "About this picture".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// What made it.
    pub made_by: Vec<String>,
    /// From what.
    pub made_from: Vec<String>,
    /// What the cards and licences say about use and sale.
    pub rights: Vec<String>,
    /// What can't be known.
    pub unknown: Vec<String>,
    /// What else the file says (other programs' settings, reserved rights).
    pub notes: Vec<String>,
    /// Its Content Credentials, if it carries some.
    pub credentials: Option<Claims>,
    /// The recipe as JSON, exactly as in the file.
    pub recipe_json: Option<String>,
}

/// A request to the gallery.
#[derive(Debug, Clone)]
pub enum GalleryRequest {
    /// Keep a picture; answered by `Saved`.
    Save {
        /// Comes back in the answer.
        token: u64,
        /// Pixels.
        picture: Picture,
        /// How it was made.
        recipe: Box<Recipe>,
    },
    /// Lay a picture aside that is in use but not saved; answered by `Saved` with a line that is
    /// no part of the gallery. `Load`, `Thumbnails`, `Export` and `PreviewExport` take it, too.
    SetAside {
        /// Comes back in the answer.
        token: u64,
        /// Pixels.
        picture: Picture,
        /// How it was made.
        recipe: Box<Recipe>,
    },
    /// Clean away what was laid aside and isn't in use any more; files at these places are.
    TidyAside(Vec<PathBuf>),
    /// Bring files in by copying them.
    Import(Vec<PathBuf>),
    /// List; answered by `Listing`. A newer query replaces an older one.
    Query {
        /// Rises.
        seq: u64,
        /// What.
        query: Query,
    },
    /// Thumbnails, nearest first; replaces what was asked before.
    Thumbnails(Vec<PictureId>),
    /// The whole picture and recipe; answered by `Picture`.
    Load(PictureId),
    /// Set stars.
    SetStars(Vec<PictureId>, u8),
    /// Set title.
    SetTitle(PictureId, String),
    /// Add a tag.
    AddTag(Vec<PictureId>, String),
    /// Take a tag away.
    RemoveTag(Vec<PictureId>, String),
    /// Pictures into albums and out of them, albums renamed and taken away.
    Album(AlbumEdit),
    /// To the bin; answered by `Deleted` with a token for undo, or by `NotDeleted`.
    Delete(Vec<PictureId>),
    /// Bring back what a `Deleted` took (token), also after a restart; answered by `Undeleted`
    /// or `NotUndeleted`.
    Undelete(u64),
    /// Write a copy elsewhere; answered by `Exported`.
    Export {
        /// Which.
        ids: Vec<PictureId>,
        /// File, or folder for several.
        to: PathBuf,
        /// How.
        options: ExportOptions,
    },
    /// Write a contact sheet; answered by `Exported`.
    ExportSheet {
        /// Which, in order.
        ids: Vec<PictureId>,
        /// The file.
        to: PathBuf,
        /// How.
        sheet: Sheet,
        /// Format and file size.
        options: ExportOptions,
    },
    /// End the export that runs; what is written stays.
    CancelExport,
    /// Exactly what an export would write beside the pixels; answered by
    /// `ExportPreview`.
    PreviewExport {
        /// Which picture.
        id: PictureId,
        /// How.
        options: ExportOptions,
    },
    /// Put the picture on the system clipboard.
    CopyToClipboard(PictureId),
    /// Ancestors and descendants; answered by `Lineage`.
    Lineage(PictureId),
    /// Everything known about a picture; answered by `About`.
    About(PictureId),
    /// Change what goes into files.
    Settings(Box<GallerySettings>),
    /// What is in the bin; answered by `Bin`.
    Bin,
    /// Delete for good what lies in the bin since before this moment (seconds
    /// since 1970); answered by `Bin`.
    EmptyBin {
        /// Everything older.
        before: i64,
    },
    /// Delete one batch of the bin for good; answered by `Bin`.
    DiscardBatch(u64),
    /// The look of a picture in the bin; answered by `BinLook`.
    BinLook {
        /// The batch.
        token: u64,
        /// Which of its titles.
        at: usize,
    },
    /// Move to another gallery folder; answered by `Open`.
    OpenFolder(PathBuf),
    /// Throw the index away and read the files again.
    Rebuild,
    /// End the thread.
    Shutdown,
}

/// An answer of the gallery.
#[derive(Debug, Clone)]
pub enum GalleryEvent {
    /// The gallery is open: folder, number of pictures.
    Open(PathBuf, usize),
    /// A picture is safely on disk, or not.
    Saved {
        /// Of the request.
        token: u64,
        /// The new entry, or what went wrong and what to do.
        result: Result<Entry, String>,
        /// The same picture was there before; nothing was written.
        already: bool,
    },
    /// Answer to a query.
    Listing {
        /// Of the query.
        seq: u64,
        /// All hits in order.
        entries: Arc<Vec<Entry>>,
    },
    /// Every album with its number of pictures, by name.
    Albums(Vec<(String, usize)>),
    /// An album is gone; its pictures are where they were.
    AlbumRemoved {
        /// What it was called.
        name: String,
        /// What was in it.
        ids: Vec<PictureId>,
    },
    /// One thumbnail, longer side 256.
    Thumbnail {
        /// Of which.
        id: PictureId,
        /// The file that it was made of.
        state: FileState,
        /// It.
        picture: Picture,
    },
    /// A thumbnail can't be made.
    ThumbnailFailed {
        /// Of which.
        id: PictureId,
        /// The file then, unless it couldn't be looked at.
        state: Option<FileState>,
        /// Why.
        reason: String,
    },
    /// A whole picture.
    Picture {
        /// Which.
        id: PictureId,
        /// The file as it was read, unless it couldn't be looked at.
        state: Option<FileState>,
        /// Pixels and recipe, or what is wrong.
        result: Result<(Picture, Option<Box<Recipe>>), String>,
    },
    /// Something changed (also by another program): query again.
    Changed,
    /// Pictures are in the bin; the token undoes it.
    Deleted {
        /// For `Undelete`.
        token: u64,
        /// How many.
        count: usize,
    },
    /// Pictures could not be put into the bin, or not all of them, and why.
    NotDeleted(String),
    /// Copies were written, or not.
    Exported(Result<Vec<PathBuf>, String>),
    /// Copies being written: done, in all.
    Exporting(usize, usize),
    /// What an export would write beside the pixels.
    ExportPreview {
        /// Of which picture.
        id: PictureId,
        /// With which options.
        options: ExportOptions,
        /// Line by line.
        lines: String,
        /// More than 8 bits a channel can be had.
        deep: bool,
    },
    /// Ancestors and descendants.
    Lineage {
        /// Of which.
        id: PictureId,
        /// Them.
        family: Family,
    },
    /// Files were brought in.
    Imported {
        /// New entries.
        added: Vec<Entry>,
        /// Files that were not, and why.
        skipped: Vec<(PathBuf, String)>,
        /// Content Credentials of those that carry some.
        claims: Vec<(PathBuf, Claims)>,
    },
    /// Everything known about a picture.
    About {
        /// Which.
        id: PictureId,
        /// In words.
        about: Box<About>,
    },
    /// What is in the bin, newest first.
    Bin(Vec<BinBatch>),
    /// The look of a picture in the bin, longer side 128; none where it can't be read.
    BinLook {
        /// The batch.
        token: u64,
        /// Which of its titles.
        at: usize,
        /// It.
        picture: Option<Picture>,
    },
    /// Deleted pictures are back.
    Undeleted {
        /// Of the request.
        token: u64,
        /// How many.
        count: usize,
    },
    /// A deletion (token) could not be brought back, or not all of it, and why.
    NotUndeleted(u64, String),
    /// A picture is on the system clipboard.
    Copied(PictureId),
    /// Index being rebuilt: done, in all.
    Rebuilding(usize, usize),
    /// A failure of something asked, in words for the user.
    Failed(String),
}
