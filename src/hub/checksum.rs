//! What the hub says a file's bytes are: the SHA-256 of large files, git's SHA-1 of
//! small ones. Both are also the file's ETag and its name in the cache.

use std::io::{self, Read};

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::digest::hex;

/// A file's announced digest, lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Checksum {
    /// Of the bytes (Git LFS, Xet).
    Sha256(String),
    /// Of git's object: `blob SIZE\0` and the bytes.
    GitBlob(String),
}

impl Checksum {
    /// Reads an ETag: 64 hexadecimal digits, or 40.
    pub fn from_etag(etag: &str) -> Option<Self> {
        let etag = etag
            .trim()
            .trim_start_matches("W/")
            .trim_matches('"')
            .to_lowercase();
        if !etag.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        match etag.len() {
            64 => Some(Self::Sha256(etag)),
            40 => Some(Self::GitBlob(etag)),
            _ => None,
        }
    }

    /// The name of the bytes in the cache.
    pub fn name(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitBlob(hex) => hex,
        }
    }
}

/// Hashes a file of known length while it comes in.
#[derive(Clone)]
pub enum Hasher {
    /// For [`Checksum::Sha256`].
    Sha256(Sha256),
    /// For [`Checksum::GitBlob`].
    GitBlob(Sha1),
}

impl Hasher {
    /// For a file of `size` bytes.
    pub fn new(kind: &Checksum, size: u64) -> Self {
        match kind {
            Checksum::Sha256(_) => Self::Sha256(Sha256::new()),
            Checksum::GitBlob(_) => {
                Self::GitBlob(Sha1::new().chain_update(format!("blob {size}\0")))
            }
        }
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::GitBlob(hasher) => hasher.update(bytes),
        }
    }

    /// All that is left of a reader. `go_on` is asked before each piece.
    ///
    /// # Errors
    /// The reader's, or what `go_on` says.
    pub fn read<E: From<io::Error>>(
        &mut self,
        reader: &mut impl Read,
        mut go_on: impl FnMut() -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut buffer = vec![0; 1 << 18];
        let mut total = 0;
        loop {
            go_on()?;
            match reader.read(&mut buffer)? {
                0 => return Ok(total),
                n => {
                    self.update(&buffer[..n]);
                    total += n as u64;
                }
            }
        }
    }

    /// Whether everything that came is what was announced.
    pub fn is(self, expected: &Checksum) -> bool {
        let got = match self {
            Self::Sha256(hasher) => hex(&hasher.finalize()),
            Self::GitBlob(hasher) => hex(&hasher.finalize()),
        };
        got == expected.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_blob_has_gits_name() {
        // `printf hello | git hash-object --stdin`
        let named = Checksum::from_etag("\"b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0\"").unwrap();
        let mut hasher = Hasher::new(&named, 5);
        hasher.update(b"hello");
        assert!(hasher.clone().is(&named));
        hasher.update(b"!");
        assert!(!hasher.is(&named));
    }

    #[test]
    fn other_etags_are_no_checksums() {
        for etag in [
            "",
            "\"abc\"",
            "\"d41d8cd98f00b204e9800998ecf8427e-3\"",
            "../../x",
        ] {
            assert_eq!(Checksum::from_etag(etag), None, "{etag}");
        }
    }
}
