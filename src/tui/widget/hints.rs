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
    let columns = usize::from(columns).saturating_sub(1);
    let needs = |(key, what): &(String, &str)| width(key) + 1 + width(what) + GAP;
    let kept_from = hints.len().saturating_sub(2);
    let (front, last) = hints.split_at_checked(kept_from).unwrap_or((&[], hints));
    let mut left = columns.saturating_sub(last.iter().map(needs).sum::<usize>());
    let front = front.iter().take_while(|hint| {
        let fits = needs(hint) <= left;
        left = left.saturating_sub(needs(hint));
        fits
    });
    let mut spans = vec![Span::raw(" ")];
    for (key, what) in front.chain(last) {
        spans.push(Span::styled(key.clone(), theme.style(Role::Key)));
        spans.push(Span::styled(
            format!(" {what}{}", " ".repeat(GAP)),
            theme.style(Role::Muted),
        ));
    }
    Line::from(spans)
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
    }
}
