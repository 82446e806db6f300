//! The bytes of learnt styles' files.

use std::io::Read;
use std::path::Path;

use super::ModelError;
use crate::digest;

/// Larger files are no learnt styles.
const MAX_FILE: u64 = 16 << 20;

/// The bytes of a learnt style's file.
///
/// # Errors
/// [`ModelError::Unreadable`], [`ModelError::BadLearnt`] for files that are too large for one.
pub fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let unreadable = |error: std::io::Error| ModelError::Unreadable {
        path: path.to_owned(),
        reason: match error.kind() {
            std::io::ErrorKind::NotFound => "it is missing".to_owned(),
            _ => error.to_string(),
        },
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err(ModelError::BadLearnt(format!(
            "the file is larger than {} MB; choose another file",
            MAX_FILE >> 20
        ))),
        false => Ok(bytes),
    }
}

/// The hash by which recipes know a file of these bytes.
pub fn hash(bytes: &[u8]) -> String {
    digest::sha256(bytes)
}
