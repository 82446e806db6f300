//! JSON of strangers, read only while it is of a size that recipes and settings have: in
//! memory a number of two letters takes sixteen times as much.

use serde_json::Value;

/// Longer texts are not read.
const LONGEST: usize = 16 << 20;
/// Texts with more values than these are not read: that many take 64 MB. A thousand long
/// strokes of a mask have a tenth of it.
const MOST_VALUES: usize = 2 << 20;

/// Why a text isn't read.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Longer than any.
    #[error("it is longer than any recipe")]
    TooLong,
    /// No JSON.
    #[error("{0}")]
    Damaged(#[from] serde_json::Error),
}

/// Whether a text is short enough to be read.
pub fn is_bounded(text: &str) -> bool {
    // Every value but the first stands behind one of these; in strings they count, too.
    let marks = memchr::memchr3_iter(b',', b'[', b'{', text.as_bytes());
    text.len() <= LONGEST && marks.take(MOST_VALUES + 1).count() <= MOST_VALUES
}

/// Reads a text.
///
/// # Errors
/// [`JsonError`].
pub fn parse(text: &str) -> Result<Value, JsonError> {
    if !is_bounded(text) {
        return Err(JsonError::TooLong);
    }
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_take_much_memory_is_refused_before_it_is_read() {
        let many = |piece: &str| format!("[{}0]", piece.repeat(MOST_VALUES));
        for piece in ["0,", "[],", "{},", "\"\","] {
            assert!(matches!(parse(&many(piece)), Err(JsonError::TooLong)));
        }
        let long = format!("\"{}\"", "a".repeat(LONGEST));
        assert!(matches!(parse(&long), Err(JsonError::TooLong)));
        assert!(matches!(parse("[0,"), Err(JsonError::Damaged(_))));
        let honest = format!("[{}0]", "0.123456,".repeat(500_000));
        assert_eq!(parse(&honest).unwrap().as_array().unwrap().len(), 500_001);
    }
}
