//! A frame as text: bare, with ANSI colours, or as an SVG picture.

use std::fmt::Write;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier, Style},
};
use unicode_width::UnicodeWidthStr;

use crate::config::file::ThemeName;

/// Cells of one style that stand together.
struct Run {
    column: u16,
    columns: u16,
    style: Style,
    text: String,
}

/// The rows of a frame in runs. What a wide character covers is left out.
fn rows(buffer: &Buffer) -> Vec<Vec<Run>> {
    let area = buffer.area;
    let row = |y| {
        let mut runs: Vec<Run> = Vec::new();
        let mut x = area.left();
        while x < area.right() {
            let Some(cell) = buffer.cell((x, y)) else {
                break;
            };
            let columns = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
            let style = style(cell);
            match runs.last_mut() {
                Some(run) if run.style == style => {
                    run.text.push_str(cell.symbol());
                    run.columns += columns;
                }
                _ => runs.push(Run {
                    column: x,
                    columns,
                    style,
                    text: cell.symbol().to_owned(),
                }),
            }
            x += columns;
        }
        runs
    };
    (area.top()..area.bottom()).map(row).collect()
}

fn style(cell: &Cell) -> Style {
    Style {
        underline_color: None,
        ..cell.style()
    }
}

/// Without any style, and without spaces at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        let line: String = row.iter().map(|run| run.text.as_str()).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// As a terminal shows it.
pub fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        for run in row {
            let codes = codes(run.style);
            if codes.is_empty() {
                out.push_str(&run.text);
            } else {
                let _ = write!(out, "\x1b[{}m{}\x1b[0m", codes.join(";"), run.text);
            }
        }
        out.push('\n');
    }
    out
}

fn codes(style: Style) -> Vec<String> {
    let mut codes: Vec<String> = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
    ]
    .into_iter()
    .filter(|(modifier, _)| style.add_modifier.contains(*modifier))
    .map(|(_, code)| code.to_owned())
    .collect();
    codes.extend(match style.fg.unwrap_or(Color::Reset) {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some(format!("38;2;{r};{g};{b}")),
        Color::Indexed(index) => Some(format!("38;5;{index}")),
        named => sixteen(named).map(|(code, _)| code.to_string()),
    });
    codes
}

/// The code of a named colour, and how it looks in a picture.
const fn sixteen(colour: Color) -> Option<(u8, &'static str)> {
    Some(match colour {
        Color::Black => (30, "#15161e"),
        Color::Red => (31, "#f7768e"),
        Color::Green => (32, "#9ece6a"),
        Color::Yellow => (33, "#e0af68"),
        Color::Blue => (34, "#7aa2f7"),
        Color::Magenta => (35, "#bb9af7"),
        Color::Cyan => (36, "#7dcfff"),
        Color::Gray => (37, "#a9b1d6"),
        Color::DarkGray => (90, "#565f89"),
        Color::LightRed => (91, "#ff7a93"),
        Color::LightGreen => (92, "#b9f27c"),
        Color::LightYellow => (93, "#ff9e64"),
        Color::LightBlue => (94, "#7da6ff"),
        Color::LightMagenta => (95, "#c7a9ff"),
        Color::LightCyan => (96, "#b4f9f8"),
        Color::White => (97, "#ffffff"),
        _ => return None,
    })
}

/// What a theme is made for: the colours that it leaves to the terminal.
struct Paper {
    ink: &'static str,
    ground: &'static str,
}

const DARK: Paper = Paper {
    ink: "#c0caf5",
    ground: "#1a1b26",
};
const LIGHT: Paper = Paper {
    ink: "#2b303b",
    ground: "#fafafa",
};

/// Of a cell, in pixels.
const WIDTH: u16 = 9;
const HEIGHT: u16 = 19;
const MARGIN: u16 = 12;

/// A picture with the text in it as text: small, sharp, and made without a
/// library. Each run is stretched to its cells, whatever font is at hand.
pub fn svg(buffer: &Buffer, theme: ThemeName) -> String {
    let paper = match theme {
        ThemeName::Light => LIGHT,
        ThemeName::Terminal | ThemeName::Dark | ThemeName::Plain => DARK,
    };
    let ground = paper.ground;
    let area = buffer.area;
    let (width, height) = (
        area.width * WIDTH + 2 * MARGIN,
        area.height * HEIGHT + 2 * MARGIN,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n\
         <g font-family=\"ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"15\" \
         xml:space=\"preserve\">\n"
    );
    for (row, y) in rows(buffer).into_iter().zip(0..) {
        for run in row {
            let inverted = run.style.add_modifier.contains(Modifier::REVERSED);
            if run.text.trim().is_empty() && !inverted {
                continue;
            }
            let (x, top) = (MARGIN + run.column * WIDTH, MARGIN + y * HEIGHT);
            let long = run.columns * WIDTH;
            let ink = ink(run.style, &paper);
            if inverted {
                let _ = writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{top}\" width=\"{long}\" height=\"{HEIGHT}\" fill=\"{ink}\"/>"
                );
            }
            let fill = if inverted { ground } else { ink.as_str() };
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{}\" textLength=\"{long}\" fill=\"{fill}\"{}>{}</text>",
                top + 14,
                dress(run.style),
                escaped(&run.text)
            );
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn ink(style: Style, paper: &Paper) -> String {
    match style.fg.unwrap_or(Color::Reset) {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        named => sixteen(named)
            .map_or(paper.ink, |(_, colour)| colour)
            .to_owned(),
    }
}

fn dress(style: Style) -> String {
    let mut dress = String::new();
    if style.add_modifier.contains(Modifier::BOLD) {
        dress.push_str(" font-weight=\"bold\"");
    }
    if style.add_modifier.contains(Modifier::DIM) {
        dress.push_str(" opacity=\"0.55\"");
    }
    if style.add_modifier.contains(Modifier::UNDERLINED) {
        dress.push_str(" text-decoration=\"underline\"");
    }
    dress
}

/// As text of an XML document, which has no room for some characters at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML 1.0, production 2: what `Char` is not. They cover a cell all the same.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push(' ');
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn frame() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "日本 ", Style::new());
        let loud = Style::new().fg(Color::Green).add_modifier(Modifier::BOLD);
        buffer.set_string(5, 0, "<ok>", loud);
        buffer.set_string(0, 1, "x", Style::new().fg(Color::Rgb(1, 2, 255)));
        buffer
    }

    #[test]
    fn text_has_no_escape_and_wide_characters_once() {
        assert_eq!(text(&frame()), "日本 <ok>\nx\n");
    }

    #[test]
    fn colours_are_switched_off_again() {
        let lines = ansi(&frame());
        assert!(lines.starts_with("日本 \x1b[1;32m<ok>\x1b[0m"), "{lines:?}");
        assert!(lines.contains("\x1b[38;2;1;2;255mx\x1b[0m"), "{lines:?}");
    }

    #[test]
    fn a_picture_is_well_formed() {
        let svg = svg(&frame(), ThemeName::Terminal);
        assert!(svg.contains("&lt;ok&gt;") && svg.contains("#0102ff"));
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
        assert!(svg.ends_with("</svg>\n"));
    }

    #[test]
    fn a_picture_holds_only_what_xml_allows() {
        let text = escaped("a\0b\u{1b}[1m\u{fffe}\u{ffff}\u{8}<&>\u{85}é🚀");
        assert_eq!(text, "a b [1m   &lt;&amp;&gt;\u{85}é🚀");
    }

    #[test]
    fn the_light_theme_is_painted_on_light_paper() {
        let [dark, light] = [ThemeName::Dark, ThemeName::Light].map(|name| svg(&frame(), name));
        assert!(dark.contains(DARK.ground) && light.contains(LIGHT.ground));
        assert!(!light.contains(DARK.ground) && !light.contains(DARK.ink));
    }
}
