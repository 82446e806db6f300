//! Files and folders that are being written and have no name yet, and the sweeping of
//! those that a crash left behind. Whoever writes one holds a lock on it, so that
//! whoever sweeps sees that somebody is writing; where the file system knows no locks,
//! the age has to tell.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::regular_file;

/// Start of the names of unfinished files.
pub const PART_PREFIX: &str = ".limner-";
/// End of the names of unfinished files.
pub const PART_SUFFIX: &str = ".part";
/// Start of the names of folders in which a network is put together.
const FOLDER_PREFIX: &str = ".importing-";
/// The file in such a folder that is locked.
const LOCK: &str = ".lock";
/// Start of the names that earlier versions gave to files in folders of their own.
const OLD_PREFIX: &str = ".tmp";

/// What tells nothing of locks is left alone for so long.
const STALE: Duration = Duration::from_secs(3600);
/// Between making a file and locking it nobody shall sweep it.
const YOUNG: Duration = Duration::from_secs(10);

/// Begins a file in a folder; readable for the user alone if `private`, else for whom
/// the system's settings say.
///
/// # Errors
/// The failure of the disk.
pub fn file_in(folder: &Path, private: bool) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART_PREFIX).suffix(PART_SUFFIX);
    #[cfg(unix)]
    if !private {
        // The umask decides, as for any other new file; tempfile's own default is 0600.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = private;
    let part = builder.tempfile_in(folder)?;
    part.as_file().try_lock().ok();
    Ok(part)
}

/// A folder in which something is put together. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct UnfinishedFolder {
    // Let go of before the folder goes.
    _lock: File,
    folder: tempfile::TempDir,
}

impl UnfinishedFolder {
    /// Begins one.
    ///
    /// # Errors
    /// The failure of the disk.
    pub fn begin(within: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(FOLDER_PREFIX)
            .tempdir_in(within)?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.try_lock().ok();
        Ok(Self {
            _lock: lock,
            folder,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the unfinished files and folders of programs that crashed from a folder (not
/// from the folders within). Other files, and those that a running Limner is writing, are
/// never touched. Returns how many went.
pub fn sweep(folder: &Path) -> usize {
    sweep_named(folder, is_part)
}

/// As [`sweep`], in a folder that is Limner's alone: also what earlier versions left there.
pub fn sweep_own(folder: &Path) -> usize {
    sweep_named(folder, |name| {
        is_part(name) || is_random(name, OLD_PREFIX, "")
    })
}

fn sweep_named(folder: &Path, is_file_of_ours: impl Fn(&str) -> bool) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let mut gone = 0;
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else {
            continue;
        };
        let removed = if kind.is_file() && is_file_of_ours(name) {
            let locked = !name.starts_with(OLD_PREFIX);
            is_abandoned(&path, locked).then(|| std::fs::remove_file(&path))
        } else if kind.is_dir() && is_random(name, FOLDER_PREFIX, "") {
            is_abandoned_folder(&path).then(|| std::fs::remove_dir_all(&path))
        } else {
            None
        };
        match removed {
            Some(Ok(())) => gone += 1,
            Some(Err(e)) => log::warn!("{}: {e}", path.display()),
            None => {}
        }
    }
    gone
}

/// Whether a name is one that [`file_in`] gives.
fn is_part(name: &str) -> bool {
    is_random(name, PART_PREFIX, PART_SUFFIX)
}

/// Whether six letters or digits stand between the ends of a name.
fn is_random(name: &str, prefix: &str, suffix: &str) -> bool {
    let middle = name
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(suffix));
    middle.is_some_and(|m| m.len() == 6 && m.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether nobody is writing a file: whoever does would hold its lock if it is one that
/// is `locked`.
fn is_abandoned(file: &Path, locked: bool) -> bool {
    let Ok(file) = regular_file::open_unlinked(file) else {
        return false;
    };
    let modified = file.metadata().and_then(|m| m.modified()).ok();
    match file.try_lock() {
        Ok(()) if locked => is_older(modified, YOUNG),
        Err(TryLockError::WouldBlock) => false,
        Ok(()) | Err(TryLockError::Error(_)) => is_older(modified, STALE),
    }
}

fn is_abandoned_folder(folder: &Path) -> bool {
    let lock = folder.join(LOCK);
    match lock.symlink_metadata() {
        Ok(_) => is_abandoned(&lock, true),
        // Of an earlier version, or made just now: what changed last in it tells.
        Err(_) => is_older(newest(folder), STALE),
    }
}

/// When something in a folder changed last; absent when that can't be told.
fn newest(folder: &Path) -> Option<SystemTime> {
    let mut newest = folder.symlink_metadata().ok()?.modified().ok()?;
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()? {
            let entry = entry.ok()?;
            let meta = entry.metadata().ok()?;
            newest = newest.max(meta.modified().ok()?);
            if meta.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Some(newest)
}

fn is_older(modified: Option<SystemTime>, than: Duration) -> bool {
    let age = modified.and_then(|t| SystemTime::now().duration_since(t).ok());
    age.is_some_and(|age| age > than)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn age(path: &Path, seconds: u64) {
        let then = SystemTime::now() - Duration::from_secs(seconds);
        File::open(path).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn only_abandoned_unfinished_files_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let others = [
            ".limner-ABC.part",
            ".limner-ABCDEF.jpg",
            "limner-ABCDEF.part",
            ".tmpABCDEF",
            "a.png",
        ];
        let ours = [".limner-ABCDEF.part", ".limner-young1.part"];
        for name in others.iter().chain(&ours) {
            std::fs::write(at(name), b"x").unwrap();
            age(&at(name), 7200);
        }
        age(&at(".limner-young1.part"), 1);
        std::fs::create_dir(at(".limner-folder.part")).unwrap();
        let mut running = file_in(folder.path(), false).unwrap();
        running.write_all(b"x").unwrap();
        age(running.path(), 7200);
        assert_eq!(sweep(folder.path()), 1);
        assert!(!at(".limner-ABCDEF.part").exists() && running.path().exists());
        for name in others {
            assert!(at(name).exists(), "{name}");
        }
        assert!(at(".limner-young1.part").exists() && at(".limner-folder.part").exists());
        assert_eq!(sweep_own(folder.path()), 1);
        assert!(!at(".tmpABCDEF").exists() && at("a.png").exists());
    }

    #[test]
    fn only_abandoned_folders_are_swept_with_all_that_is_in_them() {
        let models = tempfile::tempdir().unwrap();
        let plant = |name: &str, lock: bool, seconds: u64| {
            let folder = models.path().join(name);
            std::fs::create_dir_all(folder.join("network")).unwrap();
            let weights = folder.join("network/weights.safetensors");
            std::fs::write(&weights, b"half of it").unwrap();
            if lock {
                std::fs::write(folder.join(LOCK), b"").unwrap();
                age(&folder.join(LOCK), seconds);
            }
            for path in [&weights, &folder.join("network"), &folder] {
                age(path, seconds);
            }
            folder
        };
        let crashed = plant(".importing-crash1", true, 60);
        let older = plant(".importing-older1", false, 7200);
        let perhaps = plant(".importing-recent", false, 600);
        let begun = plant(".importing-begun1", true, 1);
        let named = plant(".importing-of-a-user", true, 7200);
        let network = plant("network", false, 7200);
        let running = UnfinishedFolder::begin(models.path()).unwrap();
        age(&running.path().join(LOCK), 7200);
        age(running.path(), 7200);
        assert_eq!(sweep(models.path()), 2);
        assert!(!crashed.exists() && !older.exists());
        for kept in [&perhaps, &begun, &named, &network] {
            assert!(
                kept.join("network/weights.safetensors").exists(),
                "{kept:?}"
            );
        }
        let place = running.path().to_owned();
        assert!(place.exists());
        drop(running);
        assert!(!place.exists());
    }
}
