//! Text from outside, made safe for a terminal and a log line.

use std::io;

use unicode_width::UnicodeWidthStr;

/// Drops what could steer a terminal or spoil a line.
///
/// Control characters (C0, DEL, C1: so no escape sequence survives) and line
/// separators become one space; what reorders, hides or tags text, and what is
/// no character at all, vanishes. A joiner stays between two characters that are
/// not ASCII, because emoji and some scripts are built with it.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            JOINER | NON_JOINER => {
                let joins = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_hidden(c));
                if joins(out.chars().next_back()) && joins(rest.peek().copied()) {
                    out.push(c);
                }
            }
            c if is_hidden(c) => {}
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

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// Format characters (Unicode's category Cf: bidirectional controls, invisible
/// operators, interlinear and musical marks, tags), fillers that look like
/// nothing, variation selectors beyond those of emoji, and non-characters.
const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}'
        | '\u{34f}'
        | '\u{600}'..='\u{605}'
        | '\u{61c}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'..='\u{891}'
        | '\u{8e2}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{110bd}'
        | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    ) || c as u32 & 0xfffe == 0xfffe
}

/// [`printable`], cut to at most `limit` columns with an ellipsis.
pub fn excerpt(text: &str, limit: usize) -> String {
    fit(&printable(text), limit)
}

/// At most `limit` columns; what is cut ends in an ellipsis.
pub fn fit(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_owned();
    }
    if limit == 0 {
        return String::new();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        // The whole string is measured each time: joined emoji are narrower
        // than the sum of their parts.
        if out.width() > limit - 1 {
            out.pop();
            break;
        }
    }
    out.push('…');
    out
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
    fn nothing_that_hides_or_reorders_survives() {
        let spans = [
            0xad..=0xad,
            0x61c..=0x61c,
            0x180e..=0x180e,
            0x200b..=0x200f,
            0x202a..=0x202e,
            0x2060..=0x206f,
            0xfdd0..=0xfdef,
            0xfeff..=0xfeff,
            0xfff9..=0xfffb,
            0xfffe..=0xffff,
            0x110bd..=0x110bd,
            0x1d173..=0x1d17a,
            0xe0001..=0xe0001,
            0xe0020..=0xe007f,
            0x1fffe..=0x1ffff,
            0x10_fffe..=0x10_ffff,
        ];
        for c in spans.into_iter().flatten().filter_map(char::from_u32) {
            assert_eq!(printable(&format!("a{c}b")), "ab", "{c:?}");
        }
        for c in (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32) {
            assert_eq!(printable(&format!("a{c}b")), "a b", "{c:?}");
        }
    }

    #[test]
    fn scripts_and_emoji_keep_what_they_are_built_with() {
        for text in [
            "👩\u{200d}🚀",
            "❤\u{fe0f}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "Müggelsee",
            "日本語",
        ] {
            assert_eq!(printable(text), text);
        }
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
    fn an_excerpt_is_cut_by_columns() {
        assert_eq!(excerpt("äöüß", 3), "äö…");
        assert_eq!(excerpt("abc", 3), "abc");
    }
}
