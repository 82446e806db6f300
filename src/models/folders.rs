//! Where models are looked for: what came with the program first, then the user's own,
//! then the system's. No path of the machine that built the program is in it.

use std::path::{Path, PathBuf};

use super::scan::CPPN_NAME;
use super::style_note;

/// What each network's folder holds.
const CONFIG: &str = "config.json";

/// Folder of models in each of these places.
const MODELS: &str = "models";

/// The program's folder under a data folder.
const OWN: &str = "limner";

/// Data folders of the system where `XDG_DATA_DIRS` doesn't name any, as the XDG base
/// directory specification has it.
const XDG_DATA_DIRS: &str = "/usr/local/share:/usr/share";

/// What of its surroundings a program looks at to find models.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The program's file, links followed.
    pub program: Option<PathBuf>,
    /// The folder that the program was started in.
    pub working_dir: Option<PathBuf>,
    /// Limner's own folder among the user's data.
    pub user_data: Option<PathBuf>,
    /// Data folders of the system, the most important first.
    pub system_data: Vec<PathBuf>,
}

/// Where models are looked for, in this order; the first of a name wins. See
/// [`Surroundings::folders`].
pub fn default_folders() -> Vec<PathBuf> {
    Surroundings::here().folders()
}

/// The user's own models: imported and downloaded ones go here.
pub fn user_folder() -> Option<PathBuf> {
    user_data().map(|folder| folder.join(MODELS))
}

/// Whether a network of the user's own can't be called so: one that ships has the name and goes
/// first, or something else than networks lies under it.
pub fn is_reserved(name: &str) -> bool {
    let here = Surroundings::here();
    let own = here.user_data.as_ref().map(|folder| folder.join(MODELS));
    let holds = |folder: &PathBuf| folder.join(name).join(CONFIG).is_file();
    let mut others = here
        .folders()
        .into_iter()
        .filter(|f| Some(f) != own.as_ref());
    [CPPN_NAME, style_note::FOLDER].contains(&name) || others.any(|folder| holds(&folder))
}

fn user_data() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", OWN).map(|dirs| dirs.data_dir().to_owned())
}

impl Surroundings {
    /// Those of this process.
    pub fn here() -> Self {
        let program = std::env::current_exe().ok();
        // Windows follows no links here, and its canonical paths are unlike all others.
        let program = program.map(|file| match file.canonicalize() {
            Ok(real) if !cfg!(windows) => real,
            _ => file,
        });
        Self {
            program,
            working_dir: std::env::current_dir().ok(),
            user_data: user_data(),
            system_data: system_data(),
        }
    }

    /// Folders of models, whether they are there or not, the most important first:
    ///
    /// 1. `models` beside the program (an unpacked archive);
    /// 2. `../Resources/models` (a bundle of macOS) and `../share/limner/models` (a
    ///    package, an AppImage), seen from the program's folder;
    /// 3. `models` of Limner's source tree that the program lies in, or, where none of
    ///    the above is there, that it was started in (`cargo run`);
    /// 4. the user's (`~/.local/share/limner/models` on Linux);
    /// 5. `limner/models` in the system's data folders (`XDG_DATA_DIRS`).
    ///
    /// What ships comes before the user's, so that an import of the same name doesn't
    /// change what a recipe makes.
    pub fn folders(&self) -> Vec<PathBuf> {
        let mut folders = self.shipped();
        folders.extend(self.user_data.iter().map(|folder| folder.join(MODELS)));
        let system = self.system_data.iter();
        folders.extend(system.map(|folder| folder.join(OWN).join(MODELS)));
        let mut seen = Vec::new();
        folders.retain(|folder| {
            let new = !seen.contains(folder);
            seen.push(folder.clone());
            new
        });
        folders
    }

    /// What came with the program.
    fn shipped(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        if let Some(beside) = self.program.as_deref().and_then(Path::parent) {
            folders.push(beside.join(MODELS));
            if let Some(prefix) = beside.parent() {
                folders.push(prefix.join("Resources").join(MODELS));
                folders.push(prefix.join("share").join(OWN).join(MODELS));
            }
            folders.extend(source_tree(beside));
        }
        if !folders.iter().any(|folder| folder.is_dir()) {
            folders.extend(self.working_dir.as_deref().and_then(source_tree));
        }
        folders
    }
}

/// The models of Limner's source tree that a folder lies in.
fn source_tree(inside: &Path) -> Option<PathBuf> {
    let is_ours = |folder: &&Path| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
        manifest.is_ok_and(|text| text.lines().any(|line| line == r#"name = "limner""#))
    };
    let models = inside.ancestors().find(is_ours)?.join(MODELS);
    models.is_dir().then_some(models)
}

/// Data folders of the system.
fn system_data() -> Vec<PathBuf> {
    if cfg!(windows) {
        std::env::var_os("PROGRAMDATA")
            .map(PathBuf::from)
            .into_iter()
            .collect()
    } else if cfg!(target_os = "macos") {
        vec![PathBuf::from("/Library/Application Support")]
    } else {
        let named = std::env::var_os("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
        let dirs = named.unwrap_or_else(|| XDG_DATA_DIRS.into());
        // The specification has relative ones ignored.
        std::env::split_paths(&dirs)
            .filter(|folder| folder.is_absolute())
            .collect()
    }
}
