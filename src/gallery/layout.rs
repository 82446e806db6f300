//! Where things lie in a gallery's folder, and how files are named.

use std::path::{Path, PathBuf};

use super::path_text::{name_of, text_of};
use super::picture_id::{file_id, folder_id};
use super::protocol::{Cards, PictureId};
use crate::clock;
use crate::recipe::{LatentOrigin, Making, Recipe, without_day};
use crate::regular_file;

/// Everything of Limner's own lies in this folder of the gallery.
pub const OWN: &str = ".limner";

/// Paths of a gallery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderLayout {
    root: PathBuf,
    id: u64,
}

impl FolderLayout {
    /// A gallery at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let id = folder_id(&root);
        Self { root, id }
    }

    /// The picture of a path within the gallery.
    pub fn id(&self, relative: &str) -> PictureId {
        self.numbered(file_id(relative))
    }

    /// The picture whose file has this number.
    pub(super) fn numbered(&self, file: i64) -> PictureId {
        PictureId {
            folder: self.id,
            file,
        }
    }

    /// The gallery's own number.
    pub(super) fn number(&self) -> u64 {
        self.id
    }

    /// Whether a picture is of this gallery.
    pub fn holds(&self, id: PictureId) -> bool {
        id.folder == self.id
    }

    /// The gallery's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Limner's own folder.
    pub fn own(&self) -> PathBuf {
        self.root.join(OWN)
    }

    /// The index.
    pub fn index(&self) -> PathBuf {
        self.own().join("index.sqlite")
    }

    /// Locked while sidecars and the bin are changed.
    pub fn lock(&self) -> PathBuf {
        self.own().join("lock")
    }

    /// Limner's own folder and what lies in it are never links: who can put one there
    /// would have files elsewhere changed.
    ///
    /// # Errors
    /// `InvalidInput` when one of them is.
    pub fn refuse_links(&self) -> std::io::Result<()> {
        let own = [
            self.own(),
            self.index(),
            self.lock(),
            self.bin(),
            self.thumbnails(),
        ];
        own.iter()
            .try_for_each(|path| regular_file::refuse_link(path))
    }

    /// Deleted pictures, one folder for each deletion.
    pub fn bin(&self) -> PathBuf {
        self.own().join("bin")
    }

    /// Thumbnails.
    pub fn thumbnails(&self) -> PathBuf {
        self.own().join("thumbnails.sqlite")
    }

    /// The path within the gallery, with `/` between folders, as the index names it;
    /// `None` for files outside and hidden files.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<String>> = inner.iter().map(text_of).collect();
        let parts = parts?;
        if parts.is_empty() || parts.iter().any(|p| p.starts_with('.')) {
            return None;
        }
        Some(parts.join("/"))
    }

    /// The file of a path within the gallery.
    pub fn absolute(&self, relative: &str) -> PathBuf {
        self.root.join(name_of(relative))
    }
}

/// Pictures folder / `Limner`, or the home folder's where there is none.
pub fn default_folder() -> Option<PathBuf> {
    let user = directories::UserDirs::new()?;
    let parent = user.picture_dir().unwrap_or(user.home_dir());
    Some(parent.join("Limner"))
}

/// Whether a name is that of a hidden file.
fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a file's name is that of a picture that the gallery shows.
pub fn is_picture(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(is_hidden);
    let extension = path.extension().and_then(|e| e.to_str());
    let known = extension.is_some_and(|e| {
        ["png", "jpg", "jpeg", "webp", "tif", "tiff", "gif"]
            .iter()
            .any(|k| e.eq_ignore_ascii_case(k))
    });
    known && !hidden
}

/// The sidecar of a picture: its whole name with `.xmp` behind, as darktable and
/// digiKam do.
pub fn sidecar(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".xmp");
    PathBuf::from(name)
}

/// A readable name without extension: day, model and seed, or the photo's name.
pub fn stem(recipe: Option<&Recipe>, cards: &Cards) -> String {
    let created = recipe.and_then(|r| clock::parse(&r.created));
    let (y, m, d) = clock::date(created.unwrap_or_else(clock::now));
    let what = what(recipe, &|model| {
        let title = cards.get(model).map(|card| card.title.as_str());
        title.filter(|t| !t.is_empty()).unwrap_or(model).to_owned()
    });
    format!("{y:04}-{m:02}-{d:02} {}", safe_name(&what))
}

/// What is shown for a file that nobody gave a title: its name, without the day that Limner
/// puts before the names of its own.
pub fn title(stem: &str, recipe: Option<&Recipe>) -> String {
    match recipe {
        Some(_) => without_day(stem).to_owned(),
        None => stem.to_owned(),
    }
}

/// What is in the picture, in a few words; `title` tells the title of a network.
fn what(recipe: Option<&Recipe>, title: &dyn Fn(&str) -> String) -> String {
    match recipe.map(|r| &r.making) {
        Some(Making::Explore(p)) => match &p.origin {
            LatentOrigin::Seed(seed) => format!("{} {seed}", title(&p.model)),
            _ => title(&p.model),
        },
        Some(Making::Walk(p)) => match p.points.first() {
            Some(first) => format!("{} walk", title(&first.model)),
            None => "walk".into(),
        },
        Some(Making::StyleWalk(p)) => {
            let photo = p.points.first().map(|first| first.photo.name.as_str());
            format!("{} film", source_stem(photo.unwrap_or_default()))
        }
        Some(Making::Style(p)) => format!("{} styled", source_stem(&p.photo.name)),
        Some(Making::Lens(p)) => format!("{} {}", source_stem(&p.photo.name), title(&p.model)),
        Some(Making::Grow(p)) => format!("{} grown {}", source_stem(&p.source.name), p.seed),
        Some(Making::Upscale { scale, .. }) => {
            let name = recipe.and_then(|r| r.sources.first()).map(|s| &*s.name);
            format!("{} {scale}x", source_stem(name.unwrap_or_default()))
        }
        Some(Making::Material(p)) => format!("{} material", source_stem(&p.picture.name)),
        Some(Making::Hang(p)) => format!("{} hung", source_stem(&p.picture.name)),
        Some(Making::Turn(_)) => "panorama film".into(),
        Some(Making::Imported) | None => "picture".into(),
    }
}

/// The name of a source without ending, and without the day that the gallery gave it:
/// the new picture gets a day of its own.
fn source_stem(name: &str) -> &str {
    match Path::new(name).file_stem().and_then(|s| s.to_str()) {
        Some(stem) if !stem.is_empty() => without_day(stem),
        _ => "picture",
    }
}

/// A name that every file system takes, at most 120 bytes.
pub fn safe_name(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let c = match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => ' ',
            c => c,
        };
        if out.len() + c.len_utf8() > 120 {
            break;
        }
        out.push(c);
    }
    let trimmed = out.trim_matches([' ', '.']);
    let device = ["con", "prn", "aux", "nul"]
        .iter()
        .any(|d| trimmed.eq_ignore_ascii_case(d));
    if trimmed.is_empty() || device {
        "picture".into()
    } else {
        trimmed.to_owned()
    }
}

/// The `n`th try for a free name: `stem.png`, `stem 2.png`, …
pub fn numbered(folder: &Path, stem: &str, extension: &str, n: u32) -> PathBuf {
    match n {
        0 | 1 => folder.join(format!("{stem}.{extension}")),
        n => folder.join(format!("{stem} {n}.{extension}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::protocol::CardLines;
    use crate::recipe::ExploreParams;

    #[test]
    fn the_name_of_a_copy_has_one_day_only() {
        assert_eq!(source_stem("2026-11-25 cppn 1.png"), "cppn 1");
        assert_eq!(source_stem("2026-11-25.png"), "2026-11-25");
        assert_eq!(source_stem("1984-11-2x beach.png"), "1984-11-2x beach");
        assert_eq!(source_stem("Ä-11-25 beach.jpg"), "Ä-11-25 beach");
        assert_eq!(source_stem(""), "picture");
    }

    #[test]
    fn names_are_readable_and_safe() {
        let recipe = Recipe {
            version: 1,
            software: String::new(),
            created: "2026-11-25T10:00:00Z".into(),
            device: String::new(),
            making: Making::Explore(ExploreParams::new("fruit", 42)),
            models: vec![],
            sources: vec![],
            resolved_ws: None,
            finish: None,
            extra: Default::default(),
        };
        let mut cards = Cards::default();
        assert_eq!(stem(Some(&recipe), &cards), "2026-11-25 fruit 42");
        cards.insert(
            "fruit".into(),
            CardLines {
                title: "Fruit".into(),
                ..CardLines::default()
            },
        );
        assert_eq!(stem(Some(&recipe), &cards), "2026-11-25 Fruit 42");
        assert_eq!(title("2026-11-25 Fruit 42", Some(&recipe)), "Fruit 42");
        assert_eq!(title("2026-11-25 beach", None), "2026-11-25 beach");
        assert_eq!(source_stem("2026-11-25 pears styled.png"), "pears styled");
        assert_eq!(source_stem("2026-11-25.jpg"), "2026-11-25");
        assert_eq!(source_stem("1234567890 pears.jpg"), "1234567890 pears");
        assert_eq!(safe_name("a/b:c"), "a-b-c");
        assert_eq!(safe_name(" .. "), "picture");
        assert_eq!(safe_name("NUL"), "picture");
        assert_eq!(safe_name("静物 🍐"), "静物 🍐");
        assert!(safe_name(&"é".repeat(500)).len() <= 120);
    }

    #[test]
    fn hidden_and_foreign_files_are_not_pictures() {
        assert!(is_picture(Path::new("a.PNG")));
        assert!(!is_picture(Path::new(".limner-x.part")));
        assert!(!is_picture(Path::new(".a.png")));
        assert!(!is_picture(Path::new("a.png.xmp")));
        let layout = FolderLayout::new("/g");
        assert_eq!(
            layout.relative(Path::new("/g/x/a.png")),
            Some("x/a.png".into())
        );
        assert_eq!(layout.relative(Path::new("/g/.limner/bin/a.png")), None);
        assert_eq!(layout.relative(Path::new("/h/a.png")), None);
    }
}
