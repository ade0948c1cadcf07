//! Where the parts of the coverage screen stand, for the eye and for the pointer.

use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::{
    grid::{Grid, WEEKDAYS},
    panel,
};

/// Columns of a dataset's name with the cursor's mark, and of a weekday alone.
pub(super) const NAME: u16 = 19;
const WEEKDAY: u16 = 2;

/// Rows above the days: the dataset with its tally, and the months.
const HEAD: u16 = 2;
/// Rows of the day's facts below, and a blank one.
const FACTS: u16 = 4;
/// Columns of the facts where there is room for them at the side.
const SIDE: u16 = 34;

#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Days, and the datasets below them.
    pub(super) left: Rect,
    pub(super) facts: Rect,
    /// Whether the facts stand beside the days, not below them.
    pub(super) has_side: bool,
    /// Whether names and whole weekdays have room.
    pub(super) is_roomy: bool,
    /// Columns of what stands before the cells, and of one cell.
    pub(super) label: u16,
    pub(super) cell: u16,
}

/// What is under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Day {
        week: u16,
        weekday: u8,
    },
    /// A row of the list of datasets, counted from the first in sight.
    Dataset(usize),
}

impl Place {
    pub(super) fn of(body: Rect) -> Self {
        let inside = panel::inside(body);
        let is_roomy = inside.width >= NAME + Grid::WEEKS;
        let label = if is_roomy { NAME } else { WEEKDAY };
        let has_side = inside.width >= NAME + Grid::WEEKS + SIDE;
        let wide = inside.width >= NAME + 2 * Grid::WEEKS + SIDE;
        let cell = if wide { 2 } else { 1 };
        let (left, facts) = if has_side {
            let columns = [
                Constraint::Length(NAME + cell * Grid::WEEKS),
                Constraint::Fill(1),
            ];
            let [left, facts] = Layout::horizontal(columns).spacing(3).areas(inside);
            (left, facts)
        } else {
            // On the lowest screens the days come first.
            let rows = inside.height.saturating_sub(HEAD + WEEKDAYS);
            let rows = [
                Constraint::Fill(1),
                Constraint::Length(rows.clamp(1, FACTS - 1)),
            ];
            let [left, facts] = Layout::vertical(rows).areas(inside);
            (left, facts)
        };
        Self {
            left,
            facts,
            has_side,
            is_roomy,
            label,
            cell,
        }
    }

    /// How many datasets are listed below the days: what is left, less a blank
    /// row above and, where the facts follow, below.
    pub(super) fn rows(&self) -> usize {
        let used = HEAD + WEEKDAYS + 1 + u16::from(!self.has_side);
        let rows = self.left.height.saturating_sub(used);
        usize::from(if self.is_roomy { rows } else { 0 })
    }

    pub(super) fn spot(&self, at: Position) -> Option<Spot> {
        if !self.left.contains(at) {
            return None;
        }
        let row = (at.y - self.left.y).checked_sub(HEAD)?;
        if row < WEEKDAYS {
            let column = (at.x - self.left.x).checked_sub(self.label)?;
            let (week, weekday) = (column / self.cell, u8::try_from(row).ok()?);
            return Some(Spot::Day { week, weekday });
        }
        let row = usize::from(row.checked_sub(WEEKDAYS + 1)?);
        (row < self.rows()).then_some(Spot::Dataset(row))
    }
}
