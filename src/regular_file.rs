//! Opening files that are files: a named pipe would wait for ever, a device may do
//! anything.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file for reading; a link leads to its file.
///
/// # Errors
/// The system's, or `InvalidInput` for pipes, sockets, devices and folders.
pub fn open(path: &Path) -> io::Result<File> {
    open_by(path, false)
}

/// As [`open`], but a link isn't followed: for Limner's own files, which never are links.
///
/// # Errors
/// As [`open`], and `InvalidInput` for a symbolic link.
pub fn open_unlinked(path: &Path) -> io::Result<File> {
    refuse_link(path)?;
    open_by(path, true)
}

/// Refuses a symbolic link; what isn't there is none.
///
/// # Errors
/// `InvalidInput`.
pub fn refuse_link(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this is a link, which isn't followed here; put the file or folder itself in its place",
        )),
        _ => Ok(()),
    }
}

fn open_by(path: &Path, unlinked: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        // Without waiting: whoever puts a pipe in the place of a file holds nobody up.
        let mut flags = OFlags::NONBLOCK;
        flags.set(OFlags::NOFOLLOW, unlinked);
        options.custom_flags(flags.bits() as i32);
    }
    #[cfg(not(unix))]
    let _ = unlinked;
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "this is no regular file but a folder, pipe, socket or device",
        )),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::{fs::symlink, net::UnixListener};

    #[test]
    fn only_files_are_opened_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), b"x").unwrap();
        symlink(at("file"), at("link")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        assert!(open(&at("file")).is_ok() && open(&at("link")).is_ok());
        for wrong in ["pipe", "socket", "."] {
            assert!(open(&at(wrong)).is_err(), "{wrong}");
        }
        assert!(open(Path::new("/dev/zero")).is_err());
        assert!(open_unlinked(&at("file")).is_ok());
        assert!(open_unlinked(&at("link")).is_err());
    }
}
