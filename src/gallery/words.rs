//! Text for the full-text search, and what the user types into it.

/// Puts blanks around characters of scripts that write without them, so that each
/// can be found within a word.
pub fn split(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if stands_alone(c) {
            out.push(' ');
            out.push(c);
            out.push(' ');
        } else {
            out.push(c);
        }
    }
    out
}

/// Chinese, Japanese, Thai and neighbours, and emoji.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x2600..=0x27bf
        | 0x2e80..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x1f000..=0x1faff
        | 0x20000..=0x3ffff)
}

/// The FTS5 expression for what the user typed: every word must be there, each may
/// go on (`pea` finds `pear`). `None` when there is no word in it.
pub fn expression(typed: &str) -> Option<String> {
    let mut parts = Vec::new();
    for word in typed.split_whitespace() {
        // Within quotes FTS5 knows no operators; the quote itself is doubled.
        let word = split(word).replace('"', "\"\"");
        let word = word.trim();
        if word.chars().any(|c| c.is_alphanumeric() || stands_alone(c)) {
            parts.push(format!("\"{word}\"*"));
        }
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Words with one space between them.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_only_words() {
        assert_eq!(
            expression("pear OR \"x"),
            Some("\"pear\"* \"OR\"* \"\"\"x\"*".into())
        );
        assert_eq!(expression("  -  * "), None);
        assert_eq!(expression("静物"), Some("\"静  物\"*".into()));
    }
}
