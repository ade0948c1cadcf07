//! `config.toml`. Every key is optional; an unknown one is an error, because a
//! misspelt setting that is silently ignored is worse than none.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Deserialize;
use toml::Spanned;

use crate::domain::failure::Failure;

/// The file as written; absent keys have their defaults.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigFile {
    pub account: Option<String>,
    pub log: String,
    pub sync: SyncSection,
    pub http: HttpSection,
    pub ui: UiSection,
    /// Role = colour; the app knows which there are.
    pub theme: Names,
    /// Action = keys.
    pub keys: Names,
    /// As it was read, to tell lines.
    #[serde(skip)]
    text: String,
}

type Names = BTreeMap<String, Spanned<String>>;

/// A setting whose name and value mean something to the app only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
    /// Where it stands: file and line.
    pub place: String,
}

impl Setting {
    /// What is wrong with it, as a sentence with its line.
    pub fn wrong(&self, why: &str) -> Failure {
        let Self { name, value, place } = self;
        Failure::config(
            format!("The configuration is wrong in {place}: {name} = {value:?} {why}."),
            "Correct the line; assets/config.sample.toml and the README list what there is.",
        )
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeName {
    /// The terminal's own sixteen colours.
    #[default]
    Terminal,
    Dark,
    Light,
    /// Without colour.
    Plain,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiSection {
    pub theme: ThemeName,
    pub unicode: bool,
    pub mouse: bool,
}

impl Default for UiSection {
    fn default() -> Self {
        Self {
            theme: ThemeName::Terminal,
            unicode: true,
            mouse: true,
        }
    }
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SyncSection {
    pub every_minutes: u32,
    pub window_days: u32,
    pub datasets: Vec<String>,
    pub backfill_requests_per_day: u32,
    pub files: bool,
    pub gap_ms: u64,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSection {
    pub timeout_s: u64,
    pub download_timeout_s: u64,
}

impl Default for ConfigFile {
    fn default() -> Self {
        Self {
            account: None,
            log: "info".to_owned(),
            sync: SyncSection::default(),
            http: HttpSection::default(),
            ui: UiSection::default(),
            theme: Names::new(),
            keys: Names::new(),
            text: String::new(),
        }
    }
}

impl Default for SyncSection {
    fn default() -> Self {
        // 28 days cost as much as one (protocol.md 9.4); 500 ms is the gap of
        // protocol.md 11.2.
        Self {
            every_minutes: 30,
            window_days: 28,
            datasets: vec!["all".to_owned()],
            backfill_requests_per_day: 0,
            files: true,
            gap_ms: 500,
        }
    }
}

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            timeout_s: 30,
            download_timeout_s: 120,
        }
    }
}

impl ConfigFile {
    /// The defaults when there is no such file.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => {
                return Err(Failure::config(
                    format!("The configuration {shown} cannot be read: {e}."),
                    "Make it readable, or move it away to use the defaults.",
                ));
            }
        };
        let parsed = toml::from_str(&text).map_err(|e| {
            let line = line_of(&text, e.span().map_or(0, |span| span.start));
            Failure::config(
                format!(
                    "The configuration {shown} is wrong in line {line}: {}.",
                    e.message()
                ),
                "Correct the line; the README lists every setting.",
            )
        });
        parsed.map(|parsed| Self { text, ..parsed })
    }

    /// The settings of `[theme]` or `[keys]`, with where they stand in `path`.
    pub fn settings(&self, names: &Names, path: &Path) -> Vec<Setting> {
        let setting = |(name, value): (&String, &Spanned<String>)| Setting {
            name: name.clone(),
            value: value.get_ref().clone(),
            place: format!(
                "{}, line {}",
                path.display(),
                line_of(&self.text, value.span().start)
            ),
        };
        names.iter().map(setting).collect()
    }
}

fn line_of(text: &str, start: usize) -> usize {
    let before = text.bytes().take(start);
    1 + before.filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_equals_the_defaults() {
        let sample = include_str!("../../assets/config.sample.toml");
        assert_eq!(
            toml::from_str::<ConfigFile>(sample).unwrap(),
            ConfigFile::default()
        );
        // Settings without a default are shown too: they must at least parse.
        toml::from_str::<ConfigFile>(&sample.replace("# set: ", "")).unwrap();
    }

    #[test]
    fn a_misspelt_key_names_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs::write(&path, "log = \"info\"\n[sync]\nevry_minutes = 5\n").unwrap();
        let failure = ConfigFile::load(&path).unwrap_err();
        assert!(
            failure.summary.contains("line 3") && failure.summary.contains("evry_minutes"),
            "{failure}"
        );
        assert_eq!(failure.kind.exit_code(), 2);
    }

    #[test]
    fn a_setting_of_the_app_knows_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs::write(&path, "[ui]\ntheme = \"dark\"\n[keys]\nsync_now = \"S\"\n").unwrap();
        let file = ConfigFile::load(&path).unwrap();
        assert_eq!(file.ui.theme, ThemeName::Dark);
        let settings = file.settings(&file.keys, &path);
        assert!(settings[0].place.ends_with("config.toml, line 4"));
        assert_eq!(settings[0].value, "S");
        fs::write(&path, "[ui]\ntheme = \"pink\"\n").unwrap();
        let failure = ConfigFile::load(&path).unwrap_err();
        assert!(failure.summary.contains("line 2"), "{failure}");
    }
}
