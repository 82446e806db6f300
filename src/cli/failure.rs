//! What a command says when it does not work.

use crate::clean_text;

/// What a command has to say when it doesn't work: one line.
#[derive(Debug)]
pub(crate) struct Failure(pub(super) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl Failure {
    /// A failure in plain words.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// One line, whatever the words hold.
    pub(crate) fn line(&self) -> String {
        let words: Vec<&str> = self.0.split_whitespace().collect();
        clean_text::on_terminal(&words.join(" "))
    }
}
