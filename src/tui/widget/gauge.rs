//! A thin bar, and the spinner. Both are plain text, so they fit into any line.

use jiff::Timestamp;
use ratatui::text::Span;

use crate::tui::theme::{Role, Theme};

/// How long one picture of the spinner stands.
pub const SPINNER_STEP_MS: i64 = 120;

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The spinner's picture at `now`: time itself is its counter.
pub fn spinner(now: Timestamp) -> &'static str {
    let step = now.as_millisecond().div_euclid(SPINNER_STEP_MS);
    let index = usize::try_from(step).unwrap_or(0) % SPINNER.len();
    SPINNER.get(index).copied().unwrap_or("·")
}

/// `width` columns, of which `part` in `whole` are heavy. Something begun shows
/// at least one heavy column, something unfinished at least one light one.
pub fn bar(part: u64, whole: u64, width: u16, role: Role, theme: Theme) -> [Span<'static>; 2] {
    let columns = u64::from(width);
    let filled = match (part.min(whole), whole) {
        (_, 0) | (0, _) => 0,
        (part, whole) if part == whole => columns,
        (part, whole) => {
            (part.saturating_mul(columns) / whole).clamp(1, columns.saturating_sub(1).max(1))
        }
    };
    let repeat = |symbol: &str, times: u64| symbol.repeat(usize::try_from(times).unwrap_or(0));
    [
        Span::styled(repeat("━", filled), theme.style(role)),
        Span::styled(
            repeat("─", columns.saturating_sub(filled)),
            theme.style(Role::Muted),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_empty_or_full_only_when_that_is_true() {
        let text = |part, whole| {
            let spans = bar(part, whole, 5, Role::Accent, Theme::plain());
            spans.map(|span| span.content.into_owned()).concat()
        };
        assert_eq!(text(0, 0), "─────");
        assert_eq!(text(0, 9), "─────");
        assert_eq!(text(1, 1000), "━────");
        assert_eq!(text(999, 1000), "━━━━─");
        assert_eq!(text(7, 7), "━━━━━");
        assert_eq!(text(9, 7), "━━━━━", "tasks may turn up after they are done");
    }
}
