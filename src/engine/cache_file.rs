//! Where things that can be found again are kept: files named by a model's hash.

use std::path::{Path, PathBuf};

/// The file of a model in `folder`; none without a folder, or for what is no hash.
pub(crate) fn file_of(folder: Option<&Path>, sha256: &str, ending: &str) -> Option<PathBuf> {
    let plain = !sha256.is_empty() && sha256.bytes().all(|b| b.is_ascii_alphanumeric());
    let folder = folder.filter(|_| plain)?;
    Some(folder.join(format!("{sha256}.{ending}")))
}
