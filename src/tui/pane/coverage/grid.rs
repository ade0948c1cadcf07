//! Days and weeks as cells: a colour and a glyph for each state.

use jiff::{ToSpan, civil::Date};
use ratatui::{style::Modifier, text::Span};

use crate::{
    domain::coverage::Coverage,
    tui::theme::{Role, Theme},
};

/// Monday first; every second one is named.
pub const DAYS: [&str; 7] = ["Mon", "", "Wed", "", "Fri", "", "Sun"];
pub const INITIALS: [&str; 7] = ["M", "", "W", "", "F", "", "S"];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Rows of a week.
pub const WEEKDAYS: u16 = 7;

/// Days before the first of January in its week.
fn lead(year: Date) -> i32 {
    i32::from(year.weekday().to_monday_zero_offset())
}

/// The day of a cell; `None` where the year has none. `year`: its first of January.
pub fn day(year: Date, week: u16, weekday: u8) -> Option<Date> {
    let index = i32::from(week) * 7 + i32::from(weekday) - lead(year);
    let day = year.checked_add(index.days()).ok()?;
    (index >= 0 && day.year() == year.year()).then_some(day)
}

/// How a day's state looks.
pub const fn dress(state: Option<Coverage>) -> (&'static str, Role) {
    match state {
        Some(Coverage::Got) => ("■", Role::Ok),
        Some(Coverage::Open) => ("□", Role::Accent),
        Some(Coverage::Nothing) => ("·", Role::Muted),
        Some(Coverage::Failed) => ("✗", Role::Error),
        None => ("-", Role::Muted),
    }
}

/// The worst of several days: what a person should see first.
pub fn worst(states: impl Iterator<Item = Option<Coverage>>) -> Option<Option<Coverage>> {
    states.max_by_key(|state| match state {
        Some(Coverage::Nothing) => 0,
        Some(Coverage::Got) => 1,
        Some(Coverage::Open) => 2,
        None => 3,
        Some(Coverage::Failed) => 4,
    })
}

/// One year in columns of weeks.
pub struct Grid {
    /// Its first of January.
    pub year: Date,
    pub today: Date,
    /// Screen columns of a cell.
    pub cell: u16,
    pub theme: Theme,
}

impl Grid {
    /// The most columns a year can have: a leap year that begins on a Sunday.
    pub const WEEKS: u16 = 54;

    fn day(&self, week: u16, weekday: u8) -> Option<Date> {
        day(self.year, week, weekday)
    }

    /// The month names, each above its first day.
    pub fn months(&self) -> Vec<Span<'static>> {
        let mut text = String::new();
        for (month, name) in (1..).zip(MONTHS) {
            let Ok(first) = Date::new(self.year.year(), month, 1) else {
                continue;
            };
            let index = i32::from(first.day_of_year()) - 1 + lead(self.year);
            let column = usize::try_from(index / 7).unwrap_or(0) * usize::from(self.cell);
            while text.len() < column {
                text.push(' ');
            }
            text.push_str(name);
        }
        vec![Span::styled(text, self.theme.style(Role::Muted))]
    }

    /// One weekday of every week. `known` answers the state (`None` before it was
    /// read), whether the cursor is there, and whether the day is selected.
    pub fn weekday(
        &self,
        weekday: u8,
        known: impl Fn(Date) -> (Option<Option<Coverage>>, bool, bool),
    ) -> Vec<Span<'static>> {
        let cell = |week| {
            let Some(day) = self.day(week, weekday) else {
                return self.blank();
            };
            let (state, is_here, is_chosen) = known(day);
            let (glyph, role) = match state {
                Some(state) if day <= self.today => dress(state),
                _ => (" ", Role::Text),
            };
            let mut style = self.theme.style(role);
            if is_chosen {
                style = style.add_modifier(Modifier::UNDERLINED);
            }
            if is_here {
                style = style
                    .remove_modifier(Modifier::DIM)
                    .add_modifier(Modifier::REVERSED | Modifier::BOLD);
            }
            self.glyph(glyph, style)
        };
        (0..Self::WEEKS).map(cell).collect()
    }

    /// One row of weeks, each with the worst of its days so far.
    pub fn weeks(&self, known: impl Fn(Date) -> Option<Coverage>) -> Vec<Span<'static>> {
        let cell = |week| {
            let days = (0..7).filter_map(|weekday| self.day(week, weekday));
            let past = days.filter(|day| *day <= self.today);
            match worst(past.map(&known)) {
                Some(state) => {
                    let (glyph, role) = dress(state);
                    self.glyph(glyph, self.theme.style(role))
                }
                None => self.blank(),
            }
        };
        (0..Self::WEEKS).map(cell).collect()
    }

    fn glyph(&self, glyph: &'static str, style: ratatui::style::Style) -> Span<'static> {
        if self.cell < 2 {
            Span::styled(glyph, style)
        } else {
            Span::styled(format!("{glyph} "), style)
        }
    }

    fn blank(&self) -> Span<'static> {
        Span::raw(" ".repeat(self.cell.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn grid(year: i16) -> Grid {
        Grid {
            year: date(year, 1, 1),
            today: date(year, 12, 31),
            cell: 1,
            theme: Theme::plain(),
        }
    }

    #[test]
    fn every_day_of_a_year_has_one_cell() {
        for year in [2012, 2023, 2024, 2026] {
            let grid = grid(year);
            let mut days: Vec<Date> = (0..Grid::WEEKS)
                .flat_map(|week| (0..7).map(move |weekday| (week, weekday)))
                .filter_map(|(week, weekday)| grid.day(week, weekday))
                .collect();
            assert!(days.is_sorted(), "{year}");
            days.dedup();
            let count = date(year, 12, 31).day_of_year();
            assert_eq!(days.len(), usize::try_from(count).unwrap());
        }
    }

    #[test]
    fn months_stand_above_their_first_week() {
        let months = grid(2026).months();
        assert!(
            months[0].content.starts_with("Jan Feb "),
            "{}",
            months[0].content
        );
        assert!(months[0].content.len() <= usize::from(Grid::WEEKS) + 1);
    }

    #[test]
    fn the_worst_day_speaks_for_its_week() {
        use Coverage::{Failed, Got, Nothing, Open};
        let of = |states: &[Option<Coverage>]| worst(states.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Some(Nothing), Some(Got)]), Some(Some(Got)));
        assert_eq!(of(&[Some(Open), None, Some(Got)]), Some(None));
        assert_eq!(of(&[None, Some(Failed)]), Some(Some(Failed)));
    }
}
