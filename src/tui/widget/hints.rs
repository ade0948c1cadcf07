//! The bottom line: a few keys and what they do, as many as fit.

use ratatui::text::{Line, Span};

use crate::tui::{
    text::width,
    theme::{Role, Theme},
};

const GAP: usize = 3;

/// Hints in order of worth: what does not fit is left off whole, and the last
/// ones (how to get help, how to leave) stay.
pub fn line(hints: &[(String, &str)], columns: u16, theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (key, what) in kept(hints, columns).filter_map(|index| hints.get(index)) {
        spans.push(Span::styled(key.clone(), theme.style(Role::Key)));
        spans.push(Span::styled(
            format!(" {what}{}", " ".repeat(GAP)),
            theme.style(Role::Muted),
        ));
    }
    Line::from(spans)
}

/// The hint that stands at a column.
pub fn at(hints: &[(String, &str)], columns: u16, column: u16) -> Option<usize> {
    let mut left = usize::from(column).checked_sub(1)?;
    kept(hints, columns).find(|index| {
        let needed = hints.get(*index).map_or(0, needs);
        let is_here = left < needed.saturating_sub(GAP);
        // Beyond this one, or in the gap behind it.
        left = left.checked_sub(needed).unwrap_or(usize::MAX);
        is_here
    })
}

fn needs((key, what): &(String, &str)) -> usize {
    width(key) + 1 + width(what) + GAP
}

/// The indexes of those that fit.
fn kept(hints: &[(String, &str)], columns: u16) -> impl Iterator<Item = usize> {
    let columns = usize::from(columns).saturating_sub(1);
    let last = hints.len().saturating_sub(2);
    let (front, end) = hints.split_at_checked(last).unwrap_or((&[], hints));
    let mut left = columns.saturating_sub(end.iter().map(needs).sum::<usize>());
    let fits = front.iter().take_while(|hint| {
        let fits = needs(hint) <= left;
        left = left.saturating_sub(needs(hint));
        fits
    });
    (0..fits.count()).chain(last..hints.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_and_quit_survive_a_narrow_screen() {
        let hints = ["sync now", "cancel", "keys", "quit"]
            .map(|what| (what.chars().take(1).collect(), what));
        let shown = |columns| line(&hints, columns, Theme::plain()).to_string();
        assert_eq!(shown(80), " s sync now   c cancel   k keys   q quit   ");
        assert_eq!(shown(35), " s sync now   k keys   q quit   ");
        assert_eq!(shown(20), " k keys   q quit   ");
        let under = |column| at(&hints, 35, column);
        assert_eq!(
            [0, 1, 10, 11, 14].map(under),
            [None, Some(0), Some(0), None, Some(2)]
        );
        assert_eq!(
            [19, 23, 28, 34].map(under),
            [Some(2), Some(3), Some(3), None]
        );
    }
}
