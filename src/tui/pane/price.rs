//! The price before a sync, a repair or a backfill: what it would ask Garmin, and the
//! question whether to.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    domain::{
        failure::Failure,
        job::{OpenPrice, Price, SyncRequest},
        wording::{counted, estimate},
    },
    tui::{
        state::State,
        text::{pad, pad_left},
        theme::{Role, Theme},
        widget::{dialog, keys, said},
    },
};

/// Endpoints that are listed; the rest is summed up.
const LISTED: usize = 6;

/// What may come on top, as a sentence of its own.
fn sentence(open: &OpenPrice) -> String {
    let text = open.sentence();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

#[derive(Debug)]
pub struct PricePane {
    /// `Repair sleep, 2026-01-01 … 2026-11-20`
    title: String,
    pub request: SyncRequest,
    price: Option<Result<Price, Failure>>,
}

impl PricePane {
    pub const fn new(title: String, request: SyncRequest) -> Self {
        Self {
            title,
            request,
            price: None,
        }
    }

    pub fn learn(&mut self, price: Result<Price, Failure>) {
        self.price = Some(price);
    }

    pub const fn is_reading(&self) -> bool {
        self.price.is_none()
    }

    /// Why it cannot be bought.
    pub fn why_not(&self) -> Option<&'static str> {
        match &self.price {
            None => Some("Still counting the requests."),
            Some(Err(_)) => Some("Without a price nothing is asked for."),
            Some(Ok(price)) if price.requests() == 0 => Some("There is nothing to ask for."),
            Some(Ok(_)) => None,
        }
    }

    pub fn view(&self, state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
        let width = body.width.min(58);
        let columns = usize::from(width.saturating_sub(dialog::FRAME.0));
        let mut lines = vec![Line::default()];
        match &self.price {
            None => lines.push(said::reading(state, theme)),
            Some(Err(failure)) => {
                let times = state.times();
                lines.extend(said::failure(failure, "", times, columns, theme));
            }
            Some(Ok(price)) if price.requests() == 0 => {
                let done = "Nothing is missing: no request would be made.";
                lines.extend(said::lines(("✓", Role::Ok), done, "", columns, theme));
            }
            Some(Ok(price)) => lines.extend(Self::bill(price, columns, theme)),
        }
        lines.push(Line::default());
        lines.push(keys::line(state, theme));
        let place = dialog::centred(body, width, said::rows(&lines) + dialog::FRAME.1);
        let inside = dialog::open(frame, place, &self.title, None, theme);
        frame.render_widget(Paragraph::new(lines), inside);
    }

    fn bill(price: &Price, columns: usize, theme: Theme) -> Vec<Line<'static>> {
        let requests = counted(price.requests(), "request");
        let takes = estimate(price.seconds);
        let sum = format!("{requests}, about {takes}");
        let mut lines = vec![Line::styled(sum, theme.style(Role::Title)), Line::default()];
        let mut endpoints: Vec<(&str, u32)> = price
            .endpoints
            .iter()
            .map(|(name, n)| (*name, *n))
            .collect();
        endpoints.sort_by_key(|(_, requests)| std::cmp::Reverse(*requests));
        let (listed, rest) = endpoints.split_at(endpoints.len().min(LISTED));
        let more: u32 = rest.iter().map(|(_, requests)| requests).sum();
        let rest = (more > 0).then(|| (format!("{} more", rest.len()), more));
        let rows = listed.iter().map(|(name, n)| ((*name).to_owned(), *n));
        for (name, requests) in rows.chain(rest) {
            lines.push(Line::from(vec![
                Span::styled(pad(&name, 24), theme.style(Role::Muted)),
                Span::raw(pad_left(&requests.to_string(), 6)),
            ]));
        }
        if !price.open.is_empty() {
            lines.push(Line::default());
        }
        for open in &price.open {
            lines.extend(said::quiet(&sentence(open), columns, theme));
        }
        lines
    }
}
