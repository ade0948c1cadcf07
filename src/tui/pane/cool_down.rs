//! The warning before a password goes to Garmin although sign-in rests: what it
//! may cost, and the one time it may be done all the same.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use crate::tui::{
    state::State,
    theme::{Role, Theme},
    times::countdown,
    widget::{dialog, keys, said},
};

const ONCE: &str = "A try before that may make Garmin's block longer. You may ask once all the \
                    same; the browser door needs no waiting.";
const NO_MORE: &str = "You have asked once already, and there is no second time; the browser door \
                       needs no waiting.";

pub fn view(state: &State, frame: &mut Frame<'_>, body: Rect, theme: Theme) {
    let width = body.width.min(64);
    let inner_width = usize::from(width.saturating_sub(dialog::FRAME.0));
    let mut lines = vec![Line::default()];
    if let Some(rest) = state.sign_in_rest() {
        let left = countdown(state.now, rest.until);
        let summary = format!("Sign-in with the password rests for {left}.");
        let warn = ("!", Role::Warn);
        lines.extend(said::lines(
            warn,
            &summary,
            &rest.reason,
            inner_width,
            theme,
        ));
        lines.push(Line::default());
        let advice = if rest.is_overridden { NO_MORE } else { ONCE };
        lines.extend(said::quiet(advice, inner_width, theme));
    } else {
        let free = "The cool-down is over: sign-in is free again.";
        lines.extend(said::lines(("✓", Role::Ok), free, "", inner_width, theme));
    }
    lines.push(Line::default());
    lines.push(keys::line(state, theme));
    let place = dialog::centred(body, width, said::rows(&lines) + dialog::FRAME.1);
    let title = format!("Account {} is in a cool-down", state.account);
    let inside = dialog::open(frame, place, &title, None, theme);
    frame.render_widget(Paragraph::new(lines), inside);
}
