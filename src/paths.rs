//! Where the program keeps what is its own.

use std::path::PathBuf;

/// The program's own folder: session, preferences, credentials, pasted pictures.
pub fn data_dir() -> PathBuf {
    directories::ProjectDirs::from("", "", "limner")
        .map_or_else(|| PathBuf::from(".limner"), |d| d.data_dir().to_owned())
}
