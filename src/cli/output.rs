//! What commands print, and where it can go wrong.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use super::failure::Failure;
use crate::clean_text;

/// Prints a line for people on standard output. A reader that has gone away is no
/// failure; a full disk is.
///
/// # Errors
/// If the line can't be written.
pub(crate) fn say(text: impl Display) -> Result<(), Failure> {
    print_line(
        &mut io::stdout().lock(),
        &clean_text::on_terminal(&text.to_string()),
    )
}

/// Prints a value as JSON.
///
/// # Errors
/// As [`say`].
pub(crate) fn say_json(value: &serde_json::Value) -> Result<(), Failure> {
    // JSON escapes control characters itself.
    print_line(&mut io::stdout().lock(), &format!("{value:#}"))
}

fn print_line(out: &mut impl Write, line: &str) -> Result<(), Failure> {
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "the output can't be written ({})",
            e.kind()
        ))),
        _ => Ok(()),
    }
}

/// A path as text. JSON holds text only, so that bytes which aren't are replaced.
pub(crate) fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something that refuses every byte.
    struct Refusing(io::ErrorKind);

    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_is_fine_and_a_full_disk_is_not() {
        assert!(print_line(&mut Refusing(io::ErrorKind::BrokenPipe), "words").is_ok());
        assert!(print_line(&mut Refusing(io::ErrorKind::StorageFull), "words").is_err());
    }
}
