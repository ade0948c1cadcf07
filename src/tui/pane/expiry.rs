//! When a key ends: one of the spans Garmin offers, a typed date, or not known.
//!
//! Nothing at Garmin tells it later, so the person who chose it is asked. The
//! arrows go through the spans; typing begins a date.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use crate::{domain::wording::in_days, tui::keymap::Edit};

/// What Garmin offers when a key is made (`personal-api.md` 2).
const DAYS: [i32; 4] = [30, 90, 180, 365];

/// `2027-02-18`
const DATE_LENGTH: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    NotKnown,
    /// One of [`DAYS`].
    In(i32),
    Typed,
}

#[derive(Debug)]
pub struct Expiry {
    choice: Choice,
    typed: String,
}

impl Default for Expiry {
    fn default() -> Self {
        Self {
            choice: Choice::NotKnown,
            typed: String::new(),
        }
    }
}

impl Expiry {
    /// Takes what a date is written with, ignores the rest.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| c.is_ascii_digit() || *c == '-') {
            self.choice = Choice::Typed;
            if self.typed.len() < DATE_LENGTH {
                self.typed.push(c);
            }
        }
    }

    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.step(-1),
            Edit::Right => self.step(1),
            Edit::Backspace => {
                self.typed.pop();
            }
            Edit::ClearBefore | Edit::ClearWord => self.typed.clear(),
            Edit::Start | Edit::End | Edit::Delete => {}
        }
        if self.choice == Choice::Typed && self.typed.is_empty() {
            self.choice = Choice::NotKnown;
        }
    }

    /// Not known, then the spans, then the date if there is one; and round again.
    fn step(&mut self, by: isize) {
        let mut choices = vec![Choice::NotKnown];
        choices.extend(DAYS.map(Choice::In));
        if !self.typed.is_empty() {
            choices.push(Choice::Typed);
        }
        let here = choices.iter().position(|choice| *choice == self.choice);
        let length = choices.len();
        let next = (here.unwrap_or(0) + length).saturating_add_signed(by) % length;
        self.choice = choices.get(next).copied().unwrap_or(Choice::NotKnown);
    }

    /// The day it ends, `None` when not known; or what is wrong with the date.
    pub fn day(&self, today: Date) -> Result<Option<Date>, &'static str> {
        match self.choice {
            Choice::NotKnown => Ok(None),
            Choice::In(days) => Ok(Some(today.saturating_add(days.days()))),
            Choice::Typed => {
                let day = self.typed.parse::<Date>();
                let day = day
                    .ok()
                    .filter(|day| self.typed.len() == DATE_LENGTH && *day < date(9000, 1, 1));
                match day {
                    None => Err("A date is written like 2027-02-18."),
                    Some(day) if day < today => Err("This day is over."),
                    Some(day) => Ok(Some(day)),
                }
            }
        }
    }

    /// The choice, and what follows from it.
    pub fn words(&self, today: Date) -> (String, String) {
        let choice = match self.choice {
            Choice::NotKnown => "not known".to_owned(),
            Choice::In(days) => in_days(days.into()),
            Choice::Typed => self.typed.clone(),
        };
        let follows = match self.day(today) {
            Ok(Some(day)) => format!("on {}", day.strftime("%-d %b %Y")),
            Ok(None) => "no warning before it".to_owned(),
            Err(_) => String::new(),
        };
        (choice, follows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    #[test]
    fn arrows_go_round_the_spans() {
        let mut expiry = Expiry::default();
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(expiry.words(TODAY).0);
            expiry.edit(Edit::Right);
        }
        let words = [
            "not known",
            "in 30 days",
            "in 90 days",
            "in 180 days",
            "in 365 days",
            "not known",
        ];
        assert_eq!(seen, words);
        expiry.edit(Edit::Left);
        expiry.edit(Edit::Left);
        assert_eq!(expiry.day(TODAY), Ok(Some(date(2027, 11, 20))));
    }

    #[test]
    fn a_date_can_be_typed_and_taken_back() {
        let mut expiry = Expiry::default();
        expiry.insert("on 2027-02");
        assert!(expiry.day(TODAY).is_err());
        expiry.insert("-18 00:00");
        assert_eq!(expiry.day(TODAY), Ok(Some(date(2027, 2, 18))));
        expiry.edit(Edit::ClearBefore);
        assert_eq!(expiry.day(TODAY), Ok(None));
    }

    #[test]
    fn a_day_that_is_over_or_is_none_is_told() {
        for bad in ["2026-11-19", "2027-02-30", "20270218", "9999-12-31", "-"] {
            let mut expiry = Expiry::default();
            expiry.insert(bad);
            assert!(expiry.day(TODAY).is_err(), "{bad}");
        }
    }
}
