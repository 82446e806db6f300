//! Texts of strangers (names, licences, settings, answers of a hub) without what a
//! terminal would obey or what turns the order of letters. One place for all of them, in
//! the strengths that are needed.

/// What stands where a character was that may not be shown.
const REPLACED: &str = "\u{fffd}";

/// Marks that turn the direction of writing.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// A text of several lines: without control characters, but for line ends and tabs, and
/// without marks that turn.
pub fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            c => c,
        })
        .filter(|&c| !turns(c) && c != '\u{feff}' && (!c.is_control() || c == '\n' || c == '\t'))
        .collect()
}

/// One line of at most `longest` bytes: what isn't shown counts as a space.
pub fn line(text: &str, longest: usize) -> String {
    let spaced = text.replace(|c: char| c.is_control() || turns(c) || c == '\u{feff}', " ");
    let mut line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    line.truncate(line.floor_char_boundary(longest));
    line
}

/// A name as it stands, but harmless: every character that may not be shown is seen to be
/// missing.
pub fn name(name: &str) -> String {
    name.replace(|c: char| c.is_control() || turns(c), REPLACED)
}

/// As [`name`], for texts of several lines: line ends and tabs stay.
pub fn on_terminal(text: &str) -> String {
    let obeyed = |c: char| (c.is_control() && c != '\n' && c != '\t') || turns(c);
    text.replace(obeyed, REPLACED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "\u{1b}]0;gone\u{7}\u{9b}2J\u{202e}der\u{2066}\u{200f}\r\nnext\tcell\u{0}\u{feff}";

    #[test]
    fn no_strength_lets_anything_through_that_a_terminal_or_the_eye_would_obey() {
        let all = [
            lines(HOSTILE),
            line(HOSTILE, 500),
            name(HOSTILE),
            on_terminal(HOSTILE),
        ];
        for text in &all {
            let bad = |c: char| (c.is_control() && c != '\n' && c != '\t') || turns(c);
            assert!(!text.contains(bad), "{text:?}");
            assert!(text.contains("next") && text.contains("der"), "{text:?}");
        }
        assert_eq!(all[0], "]0;gone2Jder\nnext\tcell");
        assert_eq!(all[1], "]0;gone 2J der next cell");
        assert!(!all[2].contains(['\n', '\t']));
        assert!(all[3].contains("\nnext\tcell"));
    }

    #[test]
    fn a_line_is_cut_between_letters() {
        assert_eq!(line(&"é".repeat(9), 5), "éé");
        assert_eq!(line(" a \n b ", 500), "a b");
    }
}
