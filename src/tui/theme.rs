//! Roles instead of colours: panes ask for a role, the theme answers a style.
//!
//! By default only the terminal's own sixteen colours are used, so that a
//! person's palette decides how they look, on dark and on light. `dark` and
//! `light` bring colours of their own. State is never colour alone: a glyph and
//! a word go with it, and the plain theme has no colour at all.

use ratatui::style::{Color, Modifier, Style};

use crate::{
    config::file::{Setting, ThemeName},
    domain::failure::Failure,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Text,
    /// Labels, descriptions, what the eye may skip.
    Muted,
    Title,
    Border,
    /// The border or label of what the keyboard acts on.
    Focus,
    Accent,
    Ok,
    Warn,
    Error,
    /// Text in a field.
    Field,
    Selection,
    /// A key's name in hints and help.
    Key,
}

impl Role {
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Muted,
        Self::Title,
        Self::Border,
        Self::Focus,
        Self::Accent,
        Self::Ok,
        Self::Warn,
        Self::Error,
        Self::Field,
        Self::Selection,
        Self::Key,
    ];

    /// Its name in `config.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Title => "title",
            Self::Border => "border",
            Self::Focus => "focus",
            Self::Accent => "accent",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Field => "field",
            Self::Selection => "selection",
            Self::Key => "key",
        }
    }

    const fn modifier(self) -> Modifier {
        match self {
            Self::Text | Self::Field | Self::Accent | Self::Ok => Modifier::empty(),
            // Dim rather than bright black: that one is the background itself in
            // some popular palettes.
            Self::Muted | Self::Border => Modifier::DIM,
            Self::Title | Self::Focus | Self::Key | Self::Warn | Self::Error => Modifier::BOLD,
            Self::Selection => Modifier::REVERSED,
        }
    }
}

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    None,
    Sixteen,
    Many,
    True,
}

impl Depth {
    /// None when `NO_COLOR` has a value (<https://no-color.org>) or the terminal
    /// says it is dumb.
    pub fn from_env() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
        let colorterm = set("COLORTERM").unwrap_or_default();
        if set("NO_COLOR").is_some() || is_dumb {
            Self::None
        } else if colorterm == "truecolor" || colorterm == "24bit" {
            Self::True
        } else if set("TERM").is_some_and(|term| term.to_string_lossy().contains("256color")) {
            Self::Many
        } else {
            Self::Sixteen
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// In the order of [`Role::ALL`]; `None`: the terminal's own.
    colours: [Option<Color>; Role::ALL.len()],
}

/// text, muted, title, border, focus, accent, ok, warn, error, field, selection, key
const DARK: [Option<u32>; 12] = [
    None,
    Some(0x8b_93_a7),
    None,
    Some(0x4b_55_69),
    Some(0x7d_cf_ff),
    Some(0x7d_cf_ff),
    Some(0x9e_ce_6a),
    Some(0xe0_af_68),
    Some(0xf7_76_8e),
    None,
    None,
    Some(0x7d_cf_ff),
];
const LIGHT: [Option<u32>; 12] = [
    None,
    Some(0x5c_63_70),
    None,
    Some(0xa8_b0_bd),
    Some(0x0b_6e_99),
    Some(0x0b_6e_99),
    Some(0x3a_7d_1f),
    Some(0x93_5f_00),
    Some(0xc0_1c_3f),
    None,
    None,
    Some(0x0b_6e_99),
];

impl Theme {
    /// The terminal's own sixteen colours.
    pub const fn colour() -> Self {
        let cyan = Some(Color::Cyan);
        Self {
            colours: [
                None,
                None,
                None,
                None,
                cyan,
                cyan,
                Some(Color::Green),
                Some(Color::Yellow),
                Some(Color::Red),
                None,
                None,
                cyan,
            ],
        }
    }

    pub const fn plain() -> Self {
        Self {
            colours: [None; Role::ALL.len()],
        }
    }

    fn own(colours: [Option<u32>; Role::ALL.len()]) -> Self {
        Self {
            colours: colours.map(|colour| colour.map(Color::from_u32)),
        }
    }

    /// The theme of this name with the person's colours, as far as the terminal
    /// shows them.
    ///
    /// # Errors
    /// A sentence that names the line: no such role, no such colour.
    pub fn with(name: ThemeName, settings: &[Setting], depth: Depth) -> Result<Self, Failure> {
        let mut theme = match name {
            ThemeName::Dark if depth >= Depth::Many => Self::own(DARK),
            ThemeName::Light if depth >= Depth::Many => Self::own(LIGHT),
            // No guess at what sixteen colours look like.
            ThemeName::Terminal | ThemeName::Dark | ThemeName::Light => Self::colour(),
            ThemeName::Plain => Self::plain(),
        };
        for setting in settings {
            let mut roles = Role::ALL.iter().zip(&mut theme.colours);
            let Some((_, colour)) = roles.find(|(role, _)| role.name() == setting.name) else {
                return Err(setting.wrong("is no role of the theme"));
            };
            *colour = match setting.value.as_str() {
                "default" => None,
                text => Some(text.parse().map_err(|_| setting.wrong("is no colour"))?),
            };
        }
        Ok(match depth {
            Depth::None => Self::plain(),
            Depth::True => theme,
            Depth::Many | Depth::Sixteen => theme.approximated(),
        })
    }

    /// With the nearest of the 256 colours instead of true ones.
    fn approximated(self) -> Self {
        let near = |colour| match colour {
            Color::Rgb(r, g, b) => {
                let step = |level: u8| (u16::from(level) * 5 + 127) / 255;
                let index = 16 + 36 * step(r) + 6 * step(g) + step(b);
                Color::Indexed(u8::try_from(index).unwrap_or(u8::MAX))
            }
            other => other,
        };
        Self {
            colours: self.colours.map(|colour| colour.map(near)),
        }
    }

    pub fn style(self, role: Role) -> Style {
        let mut roles = Role::ALL.iter().zip(self.colours);
        let colour = roles.find_map(|(known, colour)| (*known == role).then_some(colour)?);
        // A quiet colour of its own needs no dimming on top.
        let modifier = match colour {
            Some(_) => role.modifier().difference(Modifier::DIM),
            None => role.modifier(),
        };
        // A title stands on a dim border, and is not to inherit that.
        let style = Style::new()
            .add_modifier(modifier)
            .remove_modifier(Modifier::DIM.difference(modifier));
        match colour {
            Some(colour) => style.fg(colour),
            // The same holds for the border's colour, where it has one.
            None if self != Self::plain() => style.fg(Color::Reset),
            None => style,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str, value: &str) -> Setting {
        Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            place: "config.toml, line 9".to_owned(),
        }
    }

    #[test]
    fn a_title_does_not_wear_the_colour_of_its_border() {
        for name in [ThemeName::Dark, ThemeName::Light] {
            let theme = Theme::with(name, &[], Depth::True).unwrap();
            assert_ne!(theme.style(Role::Border).fg, None);
            assert_eq!(theme.style(Role::Title).fg, Some(Color::Reset), "{name:?}");
        }
    }

    #[test]
    fn without_colour_no_theme_has_any() {
        let settings = [setting("accent", "#ff0000")];
        let named = Theme::with(ThemeName::Dark, &settings, Depth::None).unwrap();
        for theme in [Theme::plain(), named] {
            for role in Role::ALL {
                let style = theme.style(role);
                assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            }
        }
    }

    #[test]
    fn themes_agree_on_all_but_colour() {
        for role in Role::ALL {
            let colour = Theme::colour().style(role);
            assert_eq!(
                colour.add_modifier,
                Theme::plain().style(role).add_modifier,
                "{role:?}"
            );
        }
    }

    #[test]
    fn a_person_may_have_other_colours() {
        let settings = [setting("accent", "#ff0000"), setting("key", "default")];
        let theme = |depth| Theme::with(ThemeName::Light, &settings, depth).unwrap();
        let accent = |depth| theme(depth).style(Role::Accent).fg;
        assert_eq!(accent(Depth::True), Some(Color::Rgb(255, 0, 0)));
        assert_eq!(accent(Depth::Many), Some(Color::Indexed(196)));
        assert_eq!(theme(Depth::True).style(Role::Key).fg, Some(Color::Reset));
        let sixteen = theme(Depth::Sixteen).style(Role::Ok).fg;
        assert_eq!(sixteen, Some(Color::Green), "no guess at sixteen");
    }

    #[test]
    fn a_mistake_is_a_sentence_with_its_line() {
        for (name, value) in [("accents", "red"), ("accent", "reddish")] {
            let wrong = Theme::with(ThemeName::Plain, &[setting(name, value)], Depth::True);
            let failure = wrong.unwrap_err();
            assert!(failure.summary.contains("line 9"), "{failure}");
            assert_eq!(failure.kind.exit_code(), 2);
        }
    }

    #[test]
    fn the_sample_shows_every_role() {
        let sample = include_str!("../../assets/config.sample.toml");
        let section = sample.split("[theme]").nth(1).unwrap();
        for role in Role::ALL {
            let line = format!("# set: {} = ", role.name());
            assert!(section.contains(&line), "the sample lacks {}", role.name());
        }
    }
}
