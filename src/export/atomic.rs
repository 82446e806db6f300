//! Files that are there whole or not at all: a temporary file in the same folder,
//! written, synced, renamed, and the folder synced.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use super::ExportError;

/// Start of the names of unfinished files; the gallery sweeps old ones away.
pub const PART_PREFIX: &str = ".limner-";
/// End of the names of unfinished files.
pub const PART_SUFFIX: &str = ".part";

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
        let mut builder = tempfile::Builder::new();
        builder.prefix(PART_PREFIX).suffix(PART_SUFFIX);
        #[cfg(unix)]
        {
            // The umask decides, as for any other new file; tempfile's own default is 0600.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let part = builder
            .tempfile_in(folder_of(path))
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
            Existing::Keep => self.part.persist_noclobber(&path),
            Existing::Replace => self.part.persist(&path),
        }
        .map_err(|e| io_error(e.error))?;
        sync_folder(folder_of(&path)).map_err(io_error)
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
