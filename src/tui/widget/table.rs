//! Columns with quiet heads. Numbers stand flush right, the unit once in the head.
//!
//! What does not fit is left out column by column from the right; the last one
//! in sight is cut, so no line is ever wider than asked.

use ratatui::text::{Line, Span};

use crate::tui::{
    text::{pad, pad_left, width},
    theme::{Role, Theme},
};

const GAP: usize = 2;

pub struct Column {
    head: &'static str,
    is_number: bool,
    cells: Vec<(String, Role)>,
}

impl Column {
    pub fn text(head: &'static str, cells: impl IntoIterator<Item = (String, Role)>) -> Self {
        Self {
            head,
            is_number: false,
            cells: cells.into_iter().collect(),
        }
    }

    pub fn number(head: &'static str, cells: impl IntoIterator<Item = (String, Role)>) -> Self {
        Self {
            is_number: true,
            ..Self::text(head, cells)
        }
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|(text, _)| width(text));
        cells.max().unwrap_or(0).max(width(self.head))
    }
}

/// The heads and a line for each row, each behind `indent` spaces.
pub fn lines(columns: &[Column], indent: usize, limit: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut left = limit.saturating_sub(indent);
    let mut shown: Vec<(&Column, usize)> = Vec::new();
    for column in columns {
        let gap = if shown.is_empty() { 0 } else { GAP };
        let room = left.saturating_sub(gap);
        // A number that is cut is another number; a text may lose its end.
        let fits = column.width() <= room;
        let may_be_cut = !column.is_number && room >= width(column.head).max(8);
        if !fits && !may_be_cut {
            break;
        }
        let own = column.width().min(room);
        left = room - own;
        shown.push((column, own));
        if !fits {
            break;
        }
    }
    let rows = columns.iter().map(|column| column.cells.len()).max();
    let line = |cell: &dyn Fn(&Column) -> (String, Role)| {
        let mut spans = vec![Span::raw(" ".repeat(indent))];
        for (n, (column, own)) in shown.iter().enumerate() {
            if n > 0 {
                spans.push(Span::raw(" ".repeat(GAP)));
            }
            let (text, role) = cell(column);
            let text = if column.is_number {
                pad_left(&text, *own)
            } else {
                pad(&text, *own)
            };
            spans.push(Span::styled(text, theme.style(role)));
        }
        Line::from(spans)
    };
    let heads = line(&|column| (column.head.to_owned(), Role::Muted));
    let body = (0..rows.unwrap_or(0)).map(|n| {
        line(&|column| {
            let empty = || (String::new(), Role::Text);
            column.cells.get(n).cloned().unwrap_or_else(empty)
        })
    });
    std::iter::once(heads).chain(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_flush_right_and_columns_leave_from_the_right() {
        let cells = |texts: [&str; 2]| texts.map(|text| (text.to_owned(), Role::Text));
        let columns = [
            Column::text("name", cells(["daily", "body_battery"])),
            Column::number("rows", cells(["9", "1041"])),
            Column::text("by", cells(["a person", "schedule"])),
        ];
        let shown = |limit| -> Vec<String> {
            lines(&columns, 1, limit, Theme::plain())
                .iter()
                .map(|line| line.to_string().trim_end().to_owned())
                .collect()
        };
        assert_eq!(
            shown(40),
            [
                " name          rows  by",
                " daily            9  a person",
                " body_battery  1041  schedule"
            ]
        );
        assert_eq!(shown(22)[2], " body_battery  1041");
        assert_eq!(shown(10)[2], " body_bat…");
    }
}
