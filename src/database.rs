//! SQLite files of ours that can be made again.

use std::io::ErrorKind;
use std::path::Path;

/// Removes a database with its journals. What can't be removed is logged: whoever opens it
/// next sees it.
pub fn remove(file: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        if let Err(e) = std::fs::remove_file(&name)
            && e.kind() != ErrorKind::NotFound
        {
            log::warn!("{}: {e}", Path::new(&name).display());
        }
    }
}
