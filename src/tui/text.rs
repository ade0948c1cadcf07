//! Text measured in terminal columns, so that wide characters never break a line.
//!
//! Lengths are display widths, not bytes or characters: an emoji takes two
//! columns, a combining mark none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use crate::domain::printable::fit;

pub fn width(text: &str) -> usize {
    text.width()
}

/// At most `limit` columns, of which the last are kept.
pub fn fit_end(text: &str, limit: usize) -> String {
    let mut rest = text;
    while rest.width() > limit {
        let mut chars = rest.chars();
        chars.next();
        rest = chars.as_str();
    }
    rest.to_owned()
}

/// Exactly `columns` wide: cut, or filled with spaces on the right.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns);
    out.push_str(&" ".repeat(columns.saturating_sub(out.width())));
    out
}

/// Exactly `columns` wide, flush right.
pub fn pad_left(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    format!("{}{text}", " ".repeat(columns.saturating_sub(text.width())))
}

/// Broken at spaces into lines of at most `limit` columns. A word that is
/// longer than a line is broken where it must be.
pub fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= limit {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if line.width() + c.width().unwrap_or(0) > limit {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_count_double() {
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(fit("日本語", 5), "日本…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit_end("日本語", 4), "本語");
        assert_eq!(fit_end("日本語", 3), "語");
        assert_eq!(pad("日本語", 4), "日… ");
        assert_eq!(pad_left("7", 3), "  7");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_where_they_must() {
        assert_eq!(
            wrap("sign in again, please", 10),
            ["sign in", "again,", "please"]
        );
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert!(wrap("  ", 5).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_ever_wider_than_asked(text in "\\PC{0,40}", limit in 2_usize..30) {
            prop_assert!(width(&fit(&text, limit)) <= limit);
            prop_assert_eq!(width(&pad("x", limit)), limit);
            for line in wrap(&text, limit) {
                prop_assert!(width(&line) <= limit, "{:?}", line);
            }
        }
    }
}
