//! Numbers of folders and of files in them: the same in every program.

use std::path::Path;

use sha2::{Digest, Sha256};

/// The number of a folder, whatever way leads to it.
pub(super) fn folder_id(root: &Path) -> u64 {
    let place = root.canonicalize().or_else(|_| std::path::absolute(root));
    let place = place.unwrap_or_else(|_| root.to_path_buf());
    first_bytes(place.as_os_str().as_encoded_bytes())
}

/// The first 8 bytes of a SHA-256 as a number.
fn first_bytes(text: &[u8]) -> u64 {
    let digest = Sha256::digest(text);
    digest[..8].iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// The number of a file in its folder: the same in every program and after every rebuild, as long as
/// the file keeps its name. 63 bits of SHA-256 don't meet among a million pictures.
pub(super) fn file_id(relative: &str) -> i64 {
    (first_bytes(relative.as_bytes()) >> 1) as i64
}
