//! Why Content Credentials could not be written.

use std::path::PathBuf;

/// Why signing or checking didn't work.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// Certificate and key can't be used.
    #[error(
        "the certificate for Content Credentials can't be used ({reason}); see {} for what belongs there",
        .folder.display()
    )]
    Keys {
        /// Where they lie.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The picture couldn't be signed.
    #[error(
        "the picture can't be signed with Content Credentials ({0}); switch them off in the preferences to save it without"
    )]
    Sign(String),
}
