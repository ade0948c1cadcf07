//! `show`: one screen of the app on standard output.

use std::io::{self, IsTerminal, Write};

use ratatui::layout::Size;

use super::options;
use crate::{
    cli::{self, Output, ScreenReport},
    config::args::{Picture, ShowArgs},
    domain::failure::Failure,
    engine::{self, Deps, Mode},
    tui::{
        still,
        terminal::bounded,
        theme::{Depth, Theme},
    },
};

/// When there is no terminal to take the size from.
const SIZE: Size = Size {
    width: 100,
    height: 30,
};

pub(super) async fn run(deps: Deps, args: &ShowArgs) -> Result<u8, Failure> {
    let is_terminal = io::stdout().is_terminal();
    let size = args.size.map(|(width, height)| Size { width, height });
    let size = size.unwrap_or_else(|| match crossterm::terminal::size() {
        // A row is left to the prompt.
        Ok((width, height)) if is_terminal && width > 0 && height > 1 => bounded(Size {
            width,
            height: height - 1,
        }),
        _ => SIZE,
    });
    let out = Output::new(deps.config.format);
    if args.svg && !out.is_text() {
        return Err(Failure::usage(
            "A picture has a format of its own: --svg does not go with --format.",
            "Leave one of the two away.",
        ));
    }
    let picture = args.picture(is_terminal && out.is_text());
    let depth = match picture {
        Picture::Plain => Depth::None,
        Picture::Colour => Depth::from_env(),
        Picture::Svg => Depth::True,
    };
    if let Some(name) = &deps.config.account {
        cli::check_account(&deps.central_db, name).await?;
    }
    let ui = &deps.config.ui;
    let theme_name = ui.theme;
    let theme = Theme::with(ui.theme, &ui.colours, depth)?;
    let mut options = options(&deps, Vec::new()).await?;
    options.theme = theme;
    let (engine, events, running) = engine::spawn(deps, Mode::Reading);
    let frame = still::still(&engine, events, options, args.screen, size).await;
    running.shut_down().await;
    let frame = frame?;
    if !out.is_text() {
        out.value(&ScreenReport::new(args.screen, &still::text(&frame)));
        return Ok(0);
    }
    let text = match picture {
        Picture::Plain => still::text(&frame),
        Picture::Colour => still::ansi(&frame),
        Picture::Svg => still::svg(&frame, theme_name),
    };
    // A reader that went away (`| head`) is no failure of ours.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    Ok(0)
}
