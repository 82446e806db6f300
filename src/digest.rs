//! SHA-256 as lower-case hexadecimal, the name of contents everywhere in Limner.

use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::regular_file;

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// SHA-256 of bytes, hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of what is left of a reader, hex, without holding it in memory.
///
/// # Errors
/// The reader's.
pub fn sha256_of(reader: &mut impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(reader, &mut hasher)?;
    Ok(hex(&hasher.finalize()))
}

/// SHA-256 of a file, hex, without holding it in memory.
///
/// # Errors
/// The system's.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    sha256_of(&mut regular_file::open(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abc_has_its_published_digest() {
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), published);
        assert_eq!(sha256_of(&mut &b"abc"[..]).unwrap(), published);
    }
}
