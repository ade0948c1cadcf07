//! Text from outside, made safe for a terminal and a log line.

use std::io;

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

/// Why a file, folder or stream could not be used, in plain words and without
/// the system's error number: "{path} cannot be read: {reason}."
pub fn io_reason(error: &io::Error) -> String {
    use io::ErrorKind;
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the disk quota is used up",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::NotADirectory => "a part of its path is a file, not a folder",
        ErrorKind::InvalidData => "it is not UTF-8 text",
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let text = printable(text.trim_end_matches('.'));
            let mut chars = text.chars();
            let first = chars.next().map(|c| c.to_ascii_lowercase());
            return first.into_iter().chain(chars).collect();
        }
    };
    words.to_owned()
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
    fn the_reason_of_an_io_error_has_no_number() {
        for code in 1..=133 {
            let reason = io_reason(&io::Error::from_raw_os_error(code));
            assert!(
                !reason.is_empty() && !reason.contains("os error"),
                "{reason}"
            );
        }
        assert_eq!(
            io_reason(&io::Error::from_raw_os_error(28)),
            "the disk is full"
        );
        assert_eq!(
            io_reason(&io::Error::other("It is too long.")),
            "it is too long"
        );
    }

    #[test]
    fn an_excerpt_is_cut_by_characters() {
        assert_eq!(excerpt("äöüß", 3), "äö…");
        assert_eq!(excerpt("abc", 3), "abc");
    }
}
