//! `config.toml`. Every key is optional; an unknown one is an error, because a
//! misspelt setting that is silently ignored is worse than none.

use std::{collections::BTreeMap, io, path::Path};

use serde::Deserialize;
use toml::Spanned;

use super::text_file;
use crate::domain::{
    failure::Failure,
    printable::{io_reason, printable},
    suggest::did_you_mean,
};

/// Many times the sample, which shows every setting. In bytes.
const LONGEST: u64 = 1 << 20;
const MINUTES_OF_A_WEEK: u32 = 7 * 24 * 60;

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
    /// `None`: 500 against Garmin, none against a server on this machine.
    pub gap_ms: Option<u32>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSection {
    pub timeout_s: u32,
    pub download_timeout_s: u32,
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
        // 28 days cost as much as one (protocol.md 9.4).
        Self {
            every_minutes: 30,
            window_days: 28,
            datasets: vec!["all".to_owned()],
            backfill_requests_per_day: 0,
            files: true,
            gap_ms: None,
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
        let text = match text_file::read(path, LONGEST) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => {
                return Err(Failure::config(
                    format!(
                        "The configuration {shown} cannot be read: {}.",
                        io_reason(&e)
                    ),
                    "Make it a readable file, or move it away to use the defaults.",
                ));
            }
        };
        let parsed: Self = toml::from_str(&text).map_err(|e| {
            let start = e.span().map_or(0, |span| span.start);
            let why = plain(e.message(), line_at(&text, start));
            wrong_line(path, line_of(&text, start), &why)
        })?;
        parsed.check_ranges(&text, path)?;
        Ok(Self { text, ..parsed })
    }

    /// A number outside its range is told, never quietly made another.
    fn check_ranges(&self, text: &str, path: &Path) -> Result<(), Failure> {
        let (sync, http) = (&self.sync, &self.http);
        let numbers = [
            ("every_minutes", sync.every_minutes, 10..=MINUTES_OF_A_WEEK),
            ("window_days", sync.window_days, 1..=366),
            ("gap_ms", sync.gap_ms.unwrap_or_default(), 0..=60_000),
            ("timeout_s", http.timeout_s, 1..=600),
            ("download_timeout_s", http.download_timeout_s, 1..=3600),
        ];
        for (name, value, range) in numbers {
            if !range.contains(&value) {
                let line = text
                    .lines()
                    .position(|line| key_of(line) == name)
                    .map_or(1, |index| index + 1);
                let (least, most) = (range.start(), range.end());
                let why = format!("{name} = {value} is not between {least} and {most}");
                return Err(wrong_line(path, line, &why));
            }
        }
        Ok(())
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

fn wrong_line(path: &Path, line: usize, why: &str) -> Failure {
    Failure::config(
        format!(
            "The configuration {} is wrong in line {line}: {why}.",
            path.display()
        ),
        "Correct the line; the README lists every setting.",
    )
}

/// What the parser found in a line, in words for whoever wrote it.
fn plain(message: &str, line: &str) -> String {
    let key = key_of(line);
    let quoted = |text: &str| -> Vec<String> {
        let names = text.split('`').skip(1).step_by(2);
        names.map(printable).collect()
    };
    if message.starts_with("unknown")
        && let Some((unknown, known)) = message.split_once(", expected")
        && let [name] = quoted(unknown).as_slice()
    {
        let known = quoted(known);
        let meant = did_you_mean(name, known.iter().map(String::as_str));
        return if unknown.starts_with("unknown field") {
            format!("there is no setting {name}{meant}")
                .trim_end_matches('?')
                .to_owned()
        } else {
            format!(
                "{key} cannot be {name}{meant} (there are {})",
                known.join(", ")
            )
        };
    }
    let wanted = |word: &str| message.contains(&format!("expected {word}"));
    let should = if wanted("u32") {
        "a whole number, 0 or more"
    } else if wanted("a boolean") {
        "true or false"
    } else if wanted("a string") {
        "text in quotes"
    } else if wanted("a sequence") {
        "a list in brackets, such as [\"daily\", \"sleep\"]"
    } else if wanted("struct") || wanted("a map") {
        "a section, such as [sync]"
    } else if message.contains("duplicate key") {
        return format!("{key} stands here a second time");
    } else {
        return "this is not TOML: name = value, with text in quotes".to_owned();
    };
    format!("{key} must be {should}")
}

/// The name that a line gives a value.
fn key_of(line: &str) -> String {
    let name = line.split('=').next().unwrap_or_default();
    printable(name.trim().trim_matches(['[', ']', '"']))
}

fn line_at(text: &str, start: usize) -> &str {
    text.lines()
        .nth(line_of(text, start) - 1)
        .unwrap_or_default()
}

fn line_of(text: &str, start: usize) -> usize {
    let before = text.bytes().take(start);
    1 + before.filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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

    #[test]
    fn every_mistake_is_told_in_plain_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        for (text, words) in [
            (
                "[sync]\nevry_minutes = 5",
                "line 2: there is no setting evry_minutes; did you mean every_minutes.",
            ),
            (
                "[snc]\nx = 1",
                "line 1: there is no setting snc; did you mean sync.",
            ),
            (
                "[sync]\nevery_minutes = \"often\"",
                "every_minutes must be a whole number, 0 or more.",
            ),
            (
                "[sync]\nevery_minutes = -1",
                "line 2: every_minutes must be a whole number, 0 or more.",
            ),
            (
                "[sync]\nevery_minutes = 99999999999",
                "every_minutes must be a whole number",
            ),
            (
                "[sync]\nevery_minutes = 1.5",
                "every_minutes must be a whole number",
            ),
            (
                "[sync]\nevery_minutes = 5",
                "line 2: every_minutes = 5 is not between 10 and 10080.",
            ),
            (
                "\n\n[sync]\n  window_days = 0",
                "line 4: window_days = 0 is not between 1 and 366.",
            ),
            (
                "[sync]\nwindow_days = 367",
                "window_days = 367 is not between 1 and 366.",
            ),
            (
                "[sync]\ngap_ms = 60001",
                "gap_ms = 60001 is not between 0 and 60000.",
            ),
            (
                "[http]\ntimeout_s = 0",
                "timeout_s = 0 is not between 1 and 600.",
            ),
            (
                "[http]\ndownload_timeout_s = 4000",
                "download_timeout_s = 4000 is not between 1 and 3600.",
            ),
            ("[sync]\nfiles = 1", "files must be true or false."),
            ("[sync]\ndatasets = \"daily\"", "datasets must be a list"),
            ("log = 3", "log must be text in quotes."),
            ("sync = 3", "sync must be a section"),
            (
                "[ui]\ntheme = \"drak\"",
                "theme cannot be drak; did you mean dark? (there are terminal, dark",
            ),
            (
                "log = \"a\"\nlog = \"b\"",
                "line 2: log stands here a second time.",
            ),
            ("log = info", "line 1: this is not TOML"),
            ("][", "line 1: this is not TOML"),
        ] {
            fs::write(&path, text).unwrap();
            let failure = ConfigFile::load(&path).expect_err(text);
            assert!(failure.summary.contains(words), "{text:?}: {failure}");
            for raw in ["u32", "invalid", "expected", "struct", "parse"] {
                assert!(!failure.summary.contains(raw), "{text:?}: {failure}");
            }
        }
    }
}
