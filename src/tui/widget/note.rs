//! A few labelled values in lines of their own, above the hints.
//!
//! The demo keeps its credentials there: always in sight, never over anything.

use ratatui::text::{Line, Span};

use crate::{
    domain::printable::printable,
    tui::{
        text::{fit, width},
        theme::{Role, Theme},
    },
};

const GAP: usize = 3;

/// The pairs, in as many lines as `columns` makes necessary. None for none.
pub fn lines(pairs: &[(String, String)], columns: u16, theme: Theme) -> Vec<Line<'static>> {
    let columns = usize::from(columns).saturating_sub(2);
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut left = 0;
    for (label, value) in pairs {
        let (label, value) = (printable(label), fit(&printable(value), columns));
        let needed = width(&label) + 1 + width(&value) + GAP;
        if lines.is_empty() || needed > left + GAP {
            lines.push(Line::from(" "));
            left = columns;
        }
        left = left.saturating_sub(needed);
        if let Some(line) = lines.last_mut() {
            line.push_span(Span::styled(format!("{label} "), theme.style(Role::Muted)));
            line.push_span(Span::styled(value, theme.style(Role::Accent)));
            line.push_span(Span::raw(" ".repeat(GAP)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stay_whole_and_wrap_between_each_other() {
        let pairs = [
            ("demo", "ada@example.com"),
            ("password", "correct horse"),
            ("code", "409123"),
        ]
        .map(|(label, value)| (label.to_owned(), value.to_owned()));
        let shown = |columns| -> Vec<String> {
            lines(&pairs, columns, Theme::plain())
                .iter()
                .map(|line| line.to_string().trim_end().to_owned())
                .collect()
        };
        assert_eq!(
            shown(80),
            [" demo ada@example.com   password correct horse   code 409123"]
        );
        assert_eq!(
            shown(50),
            [
                " demo ada@example.com   password correct horse",
                " code 409123"
            ]
        );
        assert!(lines(&[], 80, Theme::plain()).is_empty());
    }
}
