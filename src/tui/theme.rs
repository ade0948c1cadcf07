//! Roles instead of colours: panes ask for a role, the theme answers a style.
//!
//! Only the terminal's own sixteen colours are used, so that a person's palette
//! decides how they look, on dark and on light. State is never colour alone: a
//! glyph and a word go with it, and the plain theme has no colour at all.

use ratatui::style::{Color, Modifier, Style};

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    pub const fn colour() -> Self {
        Self { colour: true }
    }

    pub const fn plain() -> Self {
        Self { colour: false }
    }

    /// Without colour when `NO_COLOR` has a value (<https://no-color.org>) or
    /// the terminal says it is dumb.
    pub fn from_env() -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if no_color || dumb {
            Self::plain()
        } else {
            Self::colour()
        }
    }

    pub fn style(self, role: Role) -> Style {
        // Dim rather than bright black: that one is the background itself in
        // some popular palettes.
        let (colour, modifier) = match role {
            Role::Text | Role::Field => (None, Modifier::empty()),
            Role::Muted | Role::Border => (None, Modifier::DIM),
            Role::Title => (None, Modifier::BOLD),
            Role::Focus | Role::Key => (Some(Color::Cyan), Modifier::BOLD),
            Role::Accent => (Some(Color::Cyan), Modifier::empty()),
            Role::Ok => (Some(Color::Green), Modifier::empty()),
            Role::Warn => (Some(Color::Yellow), Modifier::BOLD),
            Role::Error => (Some(Color::Red), Modifier::BOLD),
            Role::Selection => (None, Modifier::REVERSED),
        };
        // A title stands on a dim border, and is not to inherit that.
        let style = Style::new()
            .add_modifier(modifier)
            .remove_modifier(Modifier::DIM.difference(modifier));
        match colour {
            Some(colour) if self.colour => style.fg(colour),
            _ => style,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_theme_has_no_colour() {
        for role in Role::ALL {
            let style = Theme::plain().style(role);
            assert_eq!(
                (style.fg, style.bg, style.underline_color),
                (None, None, None),
                "{role:?}"
            );
        }
    }

    #[test]
    fn both_themes_agree_on_all_but_colour() {
        for role in Role::ALL {
            let colour = Theme::colour().style(role);
            assert_eq!(
                colour.add_modifier,
                Theme::plain().style(role).add_modifier,
                "{role:?}"
            );
        }
    }
}
