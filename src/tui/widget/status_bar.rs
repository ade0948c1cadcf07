//! The top line: something on the left, something on the right, and between
//! them what may be left out when they come too close.

use ratatui::{Frame, layout::Rect, text::Line};

const GAP: usize = 2;

pub fn view<'a>(
    frame: &mut Frame<'_>,
    area: Rect,
    mut left: Line<'a>,
    extra: Line<'a>,
    right: Line<'_>,
) {
    if left.width() + extra.width() + GAP + right.width() <= usize::from(area.width) {
        left.spans.extend(extra);
    }
    frame.render_widget(left, area);
    let width = u16::try_from(right.width())
        .unwrap_or(area.width)
        .min(area.width);
    frame.render_widget(
        right,
        Rect {
            x: area.right() - width,
            width,
            ..area
        },
    );
}
