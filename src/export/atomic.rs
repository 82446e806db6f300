//! Files that are there whole or not at all: a temporary file in the same folder,
//! written, synced, renamed, and the folder synced.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use super::ExportError;
use crate::unfinished;

/// What happens to a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and writing fails with [`ExportError::Exists`].
    Keep,
    /// It is replaced in one step.
    Replace,
}

/// A file being written that has no name yet. Dropped without [`NewFile::commit`], it
/// leaves nothing behind.
#[derive(Debug)]
pub struct NewFile {
    part: tempfile::NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Begins a file in the folder of `path`.
    ///
    /// # Errors
    /// [`ExportError::NoFolder`], [`ExportError::ReadOnly`], [`ExportError::DiskFull`] or
    /// another failure of the disk.
    pub fn create(path: &Path) -> Result<Self, ExportError> {
        let part = unfinished::file_in(folder_of(path), false)
            .map_err(|e| ExportError::writing(path, e))?;
        Ok(Self {
            part,
            path: path.to_path_buf(),
        })
    }

    /// The file, for writing.
    pub fn file(&mut self) -> &mut File {
        self.part.as_file_mut()
    }

    /// The name it is going to have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name; returns once it is safely on disk.
    ///
    /// # Errors
    /// [`ExportError::Exists`], or the failure of the disk. Then nothing is left of it.
    pub fn commit(self, existing: Existing) -> Result<(), ExportError> {
        let path = self.path;
        let io_error = |e: io::Error| ExportError::writing(&path, e);
        self.part.as_file().sync_all().map_err(io_error)?;
        match existing {
            // Dropped after a failure, the part is taken away; after success there is none.
            Existing::Keep => rename_new(&self.part.into_temp_path(), &path),
            Existing::Replace => self.part.persist(&path).map(drop).map_err(|e| e.error),
        }
        .map_err(io_error)?;
        sync_folder(folder_of(&path)).map_err(io_error)
    }
}

/// A way of giving a file a name that nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The system's own call, in one step.
    NoReplace,
    /// A second name, then the first one goes.
    Link,
    /// An empty file takes the name, then it is replaced. A crash in between leaves that
    /// empty file; nothing of anybody's is ever overwritten.
    Reserve,
}

/// Renames a file to a name that nobody has; never overwrites. Works on file systems
/// that know neither the flag for it nor hard links (exFAT, SMB, FUSE, MTP).
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], or the failure of the disk. `from` is then still there.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    rename_by(from, to, go)
}

/// Tries one way after the other, as long as the file system refuses the way itself.
fn rename_by(
    from: &Path,
    to: &Path,
    go: impl Fn(Way, &Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    use io::ErrorKind as K;
    let refused = |e: &io::Error| {
        let kinds = [K::InvalidInput, K::Unsupported, K::PermissionDenied];
        kinds.contains(&e.kind()) || e.kind() == K::TooManyLinks
    };
    for way in [Way::NoReplace, Way::Link] {
        match go(way, from, to) {
            Err(e) if refused(&e) => {}
            done => return done,
        }
    }
    go(Way::Reserve, from, to)
}

fn go(way: Way, from: &Path, to: &Path) -> io::Result<()> {
    match way {
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        Way::NoReplace => {
            use rustix::fs::{CWD, RenameFlags, renameat_with};
            renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(io::Error::from)
        }
        #[cfg(not(any(target_os = "linux", target_os = "macos")))]
        Way::NoReplace => Err(io::ErrorKind::Unsupported.into()),
        Way::Link => {
            std::fs::hard_link(from, to)?;
            std::fs::remove_file(from)
        }
        Way::Reserve => {
            File::create_new(to)?;
            std::fs::rename(from, to).inspect_err(|_| {
                // Ours, and empty.
                std::fs::remove_file(to).ok();
            })
        }
    }
}

/// Writes a file through `fill`; returns once it is safely on disk.
///
/// # Errors
/// What `fill` says, or the failure of the disk. The target is then as it was, and
/// no part of the new file is left.
pub fn write_file(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&mut BufWriter<&mut File>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut new = NewFile::create(path)?;
    let mut writer = BufWriter::with_capacity(1 << 16, new.file());
    fill(&mut writer)?;
    writer.flush().map_err(|e| ExportError::writing(path, e))?;
    drop(writer);
    new.commit(existing)
}

/// A writer that notes what the disk said first: encoders wrap errors of their
/// writer in ones of their own, and "the disk is full" must not get lost.
#[derive(Debug)]
pub struct Noting<W> {
    inner: W,
    first: Option<io::ErrorKind>,
}

impl<W> Noting<W> {
    /// Around a writer.
    pub fn new(inner: W) -> Self {
        Self { inner, first: None }
    }

    /// The first failure.
    pub fn failure(&self) -> Option<io::Error> {
        self.first.map(io::Error::from)
    }

    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(e) = &result
            && e.kind() != io::ErrorKind::Interrupted
        {
            self.first.get_or_insert(e.kind());
        }
        result
    }
}

impl<W: Write> Write for Noting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }
    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}

impl<W: Seek> Seek for Noting<W> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let result = self.inner.seek(to);
        self.note(result)
    }
}

/// Writes bytes; see [`write_file`].
///
/// # Errors
/// As [`write_file`].
pub fn write_bytes(path: &Path, existing: Existing, bytes: &[u8]) -> Result<(), ExportError> {
    write_file(path, existing, |w| {
        w.write_all(bytes)
            .map_err(|e| ExportError::writing(path, e))
    })
}

/// The folder of a file; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

/// Makes renames and new names in a folder durable.
///
/// # Errors
/// The failure of the disk. File systems that can't sync folders are no failure.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match File::open(folder)?.sync_all() {
        // Some network and FUSE file systems don't know how.
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        other => other,
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Systems that refuse ways as exFAT, SMB, FUSE and MTP mounts do.
    const REFUSALS: [io::ErrorKind; 4] = [
        io::ErrorKind::InvalidInput,
        io::ErrorKind::Unsupported,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::TooManyLinks,
    ];

    fn refusing(kind: io::ErrorKind, ways: &[Way]) -> impl Fn(Way, &Path, &Path) -> io::Result<()> {
        move |way, from, to| match ways.contains(&way) {
            true => Err(kind.into()),
            false => go(way, from, to),
        }
    }

    #[test]
    fn a_file_gets_its_name_whatever_the_file_system_refuses() {
        let all = [Way::NoReplace, Way::Link];
        for kind in REFUSALS {
            for ways in [&all[..0], &all[..1], &all[..]] {
                let folder = tempfile::tempdir().unwrap();
                let [from, to] = ["a", "b"].map(|n| folder.path().join(n));
                std::fs::write(&from, b"new").unwrap();
                rename_by(&from, &to, refusing(kind, ways)).unwrap();
                assert_eq!(std::fs::read(&to).unwrap(), b"new");
                assert!(!from.exists(), "{kind:?} {ways:?}");
            }
        }
    }

    #[test]
    fn nothing_is_overwritten_whatever_the_file_system_refuses() {
        let all = [Way::NoReplace, Way::Link];
        for kind in REFUSALS {
            for ways in [&all[..0], &all[..1], &all[..]] {
                let folder = tempfile::tempdir().unwrap();
                let [from, to] = ["a", "b"].map(|n| folder.path().join(n));
                std::fs::write(&from, b"new").unwrap();
                std::fs::write(&to, b"old").unwrap();
                let error = rename_by(&from, &to, refusing(kind, ways)).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
                assert_eq!(std::fs::read(&to).unwrap(), b"old");
                assert_eq!(std::fs::read(&from).unwrap(), b"new");
            }
        }
    }

    #[test]
    fn a_name_that_was_taken_for_nothing_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["isn't there", "b"].map(|n| folder.path().join(n));
        go(Way::Reserve, &from, &to).unwrap_err();
        assert!(!to.exists());
    }
}
