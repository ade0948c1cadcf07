//! Text from outside, made safe for a terminal and a log line.

/// Drops what could steer a terminal or spoil a line.
///
/// Control characters (C0, DEL, C1: so no escape sequence survives) and line
/// separators become one space; characters that reorder or hide text
/// (bidirectional controls, zero-width marks) vanish. A zero-width joiner stays,
/// because emoji are built with it.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => {}
            c if c.is_control() || c == '\u{2028}' || c == '\u{2029}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// [`printable`], cut to at most `limit` characters with an ellipsis.
pub fn excerpt(text: &str, limit: usize) -> String {
    let clean = printable(text);
    if clean.chars().count() <= limit {
        return clean;
    }
    let mut short: String = clean.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// An error's text as a sentence: capital first letter, full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_teeth() {
        assert_eq!(printable("run\x1b[2J\x07 home\r\nend"), "run [2J  home end");
        assert_eq!(printable("\u{9b}31mred"), "31mred");
    }

    #[test]
    fn direction_overrides_vanish_and_emoji_stay() {
        assert_eq!(printable("a\u{202e}b 👩\u{200d}🚀"), "ab 👩\u{200d}🚀");
    }

    #[test]
    fn an_excerpt_is_cut_by_characters() {
        assert_eq!(excerpt("äöüß", 3), "äö…");
        assert_eq!(excerpt("abc", 3), "abc");
    }
}
