//! Short messages: now, then gone. Of several, the worst is shown first.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Block, BorderType, Clear, Padding, Paragraph},
};

use crate::{
    domain::{failure::Failure, printable::printable},
    tui::{
        text::wrap,
        theme::{Role, Theme},
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Note,
    Done,
    Warn,
    Error,
}

impl Level {
    const fn dress(self) -> (&'static str, Role) {
        match self {
            Self::Note => ("·", Role::Accent),
            Self::Done => ("✓", Role::Ok),
            Self::Warn => ("!", Role::Warn),
            Self::Error => ("✗", Role::Error),
        }
    }

    const fn badness(self) -> u8 {
        match self {
            Self::Note | Self::Done => 0,
            Self::Warn => 1,
            Self::Error => 2,
        }
    }

    /// Long enough to be read without haste.
    const fn stays(self) -> SignedDuration {
        SignedDuration::from_secs(match self {
            Self::Note | Self::Done => 5,
            Self::Warn => 8,
            Self::Error => 12,
        })
    }
}

#[derive(Debug)]
struct Toast {
    level: Level,
    text: String,
    remedy: Option<String>,
    until: Timestamp,
}

#[derive(Debug, Default)]
pub struct Toasts(Vec<Toast>);

impl Toasts {
    pub fn show(&mut self, level: Level, text: impl Into<String>, now: Timestamp) {
        self.push(level, text.into(), None, now);
    }

    /// A failure with its remedy, and when trying `again` makes sense.
    pub fn fail(&mut self, failure: &Failure, again: Option<&str>, now: Timestamp) {
        let mut remedy = printable(&failure.remedy);
        if let Some(again) = again {
            remedy = format!("{remedy} Possible again {again}.");
        }
        self.push(Level::Error, printable(&failure.summary), Some(remedy), now);
    }

    fn push(&mut self, level: Level, text: String, remedy: Option<String>, now: Timestamp) {
        // A key pressed ten times gets one answer, not ten.
        self.0.retain(|toast| toast.text != text);
        self.0.push(Toast {
            level,
            text,
            remedy,
            until: now.saturating_add(level.stays()).unwrap_or(Timestamp::MAX),
        });
    }

    pub fn expire(&mut self, now: Timestamp) {
        self.0.retain(|toast| now < toast.until);
    }

    /// A person went on: what only confirms is out of the way, trouble stays.
    pub fn go_on(&mut self) {
        self.0.retain(|toast| toast.level.badness() > 0);
    }

    pub fn dismiss(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The worst, of these the newest.
    fn worst(&self) -> Option<&Toast> {
        self.0.iter().max_by_key(|toast| toast.level.badness())
    }

    /// In the upper right corner of `area`, away from the newest log lines.
    pub fn view(&self, frame: &mut Frame<'_>, area: Rect, theme: Theme) {
        let Some(toast) = self.worst() else { return };
        let (glyph, role) = toast.level.dress();
        let widest = usize::from(area.width.saturating_sub(8).min(44));
        let text = wrap(&toast.text, widest);
        let remedy = toast
            .remedy
            .as_deref()
            .map(|remedy| wrap(remedy, widest))
            .unwrap_or_default();
        let lines: Vec<Line<'_>> = text
            .iter()
            .enumerate()
            .map(|(n, line)| {
                let lead = if n == 0 { glyph } else { " " };
                Line::from(vec![
                    Span::styled(format!("{lead} "), theme.style(role)),
                    Span::raw(line.clone()),
                ])
            })
            .chain(
                remedy
                    .into_iter()
                    .map(|line| Line::styled(format!("  {line}"), theme.style(Role::Muted))),
            )
            .collect();
        let columns = lines.iter().map(Line::width).max().unwrap_or(0) + 4;
        let width = u16::try_from(columns).unwrap_or(area.width).min(area.width);
        let height = u16::try_from(lines.len() + 2)
            .unwrap_or(area.height)
            .min(area.height);
        let place = Rect {
            x: area.right() - width,
            y: area.y,
            width,
            height,
        };
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(theme.style(role))
            .padding(Padding::horizontal(1));
        frame.render_widget(Clear, place);
        frame.render_widget(Paragraph::new(lines).block(block), place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_worst_is_shown_until_it_goes() {
        let mut toasts = Toasts::default();
        toasts.fail(&Failure::garmin_down(502), None, at(0));
        toasts.show(Level::Note, "A sync is already running.", at(8));
        assert_eq!(toasts.worst().unwrap().level, Level::Error);
        toasts.expire(at(12));
        assert_eq!(toasts.worst().unwrap().text, "A sync is already running.");
        toasts.expire(at(13));
        assert!(toasts.is_empty());
    }

    #[test]
    fn only_trouble_outlives_the_next_key() {
        let mut toasts = Toasts::default();
        toasts.show(Level::Done, "Signed in.", at(0));
        toasts.show(Level::Warn, "A code is awaited.", at(0));
        toasts.go_on();
        assert_eq!(toasts.0.len(), 1);
        assert_eq!(toasts.worst().unwrap().level, Level::Warn);
    }

    #[test]
    fn the_same_sentence_is_kept_once() {
        let mut toasts = Toasts::default();
        for second in 0..10 {
            toasts.show(Level::Note, "No sync is running.", at(second));
        }
        assert_eq!(toasts.0.len(), 1);
    }
}
