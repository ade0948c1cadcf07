//! What the person set, resolved once: defaults < config.toml < environment < arguments.
//!
//! Nothing above this floor reads an environment variable or a command line, but
//! for what a terminal says of itself (`TERM`, `COLORTERM`, `NO_COLOR`, a desktop).
//! There is no setting that holds a password, a key or a ticket.

pub mod args;
pub mod file;
pub mod paths;
pub mod text_file;

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::SignedDuration;

use crate::domain::{
    account::AccountName,
    dataset::{Dataset, DatasetList},
    failure::Failure,
    printable::io_reason,
    secret::Secret,
};
use args::{CommonArgs, Format};
use file::{ConfigFile, Setting, ThemeName};
use paths::Paths;

/// The environment as it was at start; a test makes its own.
// No `Debug`: it may hold a key.
#[derive(Clone, Default)]
pub struct Environment(HashMap<String, OsString>);

impl Environment {
    pub fn of_process() -> Self {
        let named = |(name, value): (OsString, _)| Some((name.into_string().ok()?, value));
        Self(std::env::vars_os().filter_map(named).collect())
    }

    /// The value, unless unset or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.path(name)?.to_str()
    }

    /// The same for a path, which need not be UTF-8.
    pub fn path(&self, name: &str) -> Option<&Path> {
        let value = self.0.get(name).filter(|value| !value.is_empty())?;
        Some(Path::new(value))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self::from_iter(pairs)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }
}

/// Resolved configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub paths: Paths,
    /// The account named by the person; `None` means "default" or all, as the command says.
    pub account: Option<AccountName>,
    pub format: Format,
    /// All Garmin hosts at one loopback address, for tests.
    pub base_url: Option<LoopbackUrl>,
    /// How far our clock is ahead of the system's, for tests against a server of a fixed day.
    pub clock_ahead: SignedDuration,
    /// The vault's key; the other two are asked in this order without it.
    pub key_file: Option<PathBuf>,
    pub personal_key: PersonalKeyPlaces,
    /// Where systemd puts a service's credentials.
    pub credentials: Option<PathBuf>,
    /// A file whose content is the passphrase; never the passphrase itself.
    pub passphrase_file: Option<PathBuf>,
    /// A tracing filter, such as `info` or `garminsync=debug`.
    pub log: String,
    pub verbose: u8,
    pub ui: UiSettings,
    pub sync: SyncSettings,
    pub http: HttpSettings,
}

/// How the app looks and listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UiSettings {
    pub theme: ThemeName,
    pub unicode: bool,
    pub mouse: bool,
    /// Of roles.
    pub colours: Vec<Setting>,
    /// Of actions.
    pub keys: Vec<Setting>,
}

/// How syncs are planned and paced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSettings {
    /// Between two scheduled syncs of the open app.
    pub every: Duration,
    /// Days up to today that each sync reads again.
    pub window_days: u32,
    /// What a sync covers unless told otherwise.
    pub datasets: Vec<Dataset>,
    /// Requests a day that syncs spend on going further back; `None`: only when asked.
    pub backfill_per_day: Option<u32>,
    /// Whether original activity files are kept.
    pub files: bool,
    /// Between two requests of one process, so that Garmin is never hurried.
    pub gap: Duration,
}

/// Where Garmin's own client keeps a personal API key. Only ever offered.
#[derive(Clone, Debug, Default)]
pub struct PersonalKeyPlaces {
    pub variable: Option<Secret>,
    pub file: Option<PathBuf>,
}

impl PersonalKeyPlaces {
    /// By the conventions of that client: `XDG_CONFIG_HOME` is not consulted
    /// (`personal-api.md` 3.1).
    fn of(env: &Environment) -> Self {
        let home = env.get("HOME").or_else(|| env.get("USERPROFILE"));
        Self {
            variable: env.get("GARMIN_PERSONAL_API_KEY").map(Secret::new),
            file: home.map(|home| Path::new(home).join(".config/garmin/connect-personal-api-key")),
        }
    }
}

/// Time limits of HTTP requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    pub connect_timeout: Duration,
    pub timeout: Duration,
    /// Of one original file; Garmin may take its time.
    pub download_timeout: Duration,
}

impl Config {
    /// Reads `config.toml` if there is one and lays everything over it.
    ///
    /// # Errors
    /// A sentence naming the setting, its source and what would be right.
    pub fn resolve(args: &CommonArgs, env: &Environment) -> Result<Self, Failure> {
        let paths = Paths::resolve(args.home.as_deref(), env)?;
        let file = ConfigFile::load(&paths.config_file)?;
        let base_url = env
            .get("GARMINSYNC_BASE_URL")
            .map(LoopbackUrl::parse)
            .transpose()?;
        let account = match (&args.account, env.get("GARMINSYNC_ACCOUNT"), &file.account) {
            (Some(name), _, _) => Some(name.clone()),
            (None, Some(text), _) => Some(account_name(text, "GARMINSYNC_ACCOUNT")?),
            (None, None, Some(text)) => Some(account_name(text, "account in config.toml")?),
            (None, None, None) => None,
        };
        // The gap is courtesy towards Garmin (`protocol.md` 11.2); a server on
        // this machine needs none unless it is asked for.
        let usual_gap_ms = if base_url.is_some() { 0 } else { 500 };
        let gap_ms = file.sync.gap_ms.unwrap_or(usual_gap_ms);
        let ui = UiSettings {
            theme: file.ui.theme,
            unicode: file.ui.unicode,
            mouse: file.ui.mouse,
            colours: file.settings(&file.theme, &paths.config_file),
            keys: file.settings(&file.keys, &paths.config_file),
        };
        // Against Garmin itself the time is the time.
        let clock_ahead = match (&base_url, env.get("GARMINSYNC_CLOCK_AHEAD_S")) {
            (Some(_), Some(text)) => clock_ahead(text)?,
            _ => SignedDuration::ZERO,
        };
        let path = |name| env.path(name).map(PathBuf::from);
        let key_file = args
            .key_file
            .clone()
            .or_else(|| path("GARMINSYNC_KEY_FILE"));
        let passphrase_file = path("GARMINSYNC_PASSPHRASE_FILE");
        let keys = [key_file.as_deref(), passphrase_file.as_deref()];
        for path in keys.into_iter().flatten().chain([&*paths.vault_key]) {
            check_key(path)?;
        }
        Ok(Self {
            paths,
            account,
            format: args.format,
            base_url,
            clock_ahead,
            key_file,
            credentials: path("CREDENTIALS_DIRECTORY"),
            passphrase_file,
            personal_key: PersonalKeyPlaces::of(env),
            log: env.get("GARMINSYNC_LOG").map_or(file.log, str::to_owned),
            verbose: args.verbose,
            ui,
            sync: SyncSettings {
                every: Duration::from_secs(u64::from(file.sync.every_minutes) * 60),
                window_days: file.sync.window_days,
                datasets: datasets(&file.sync.datasets)?,
                backfill_per_day: Some(file.sync.backfill_requests_per_day)
                    .filter(|&most| most > 0),
                files: file.sync.files,
                gap: Duration::from_millis(gap_ms.into()),
            },
            http: HttpSettings {
                connect_timeout: Duration::from_secs(10),
                timeout: Duration::from_secs(file.http.timeout_s.into()),
                download_timeout: Duration::from_secs(file.http.download_timeout_s.into()),
            },
        })
    }

    /// The account a command acts on when it acts on one.
    pub fn account_or_default(&self) -> AccountName {
        self.account.clone().unwrap_or_default()
    }
}

/// A key is read from a file, never from a pipe that has no end or no writer.
fn check_key(path: &Path) -> Result<(), Failure> {
    text_file::check_path(path).map_err(|e| {
        Failure::config(
            format!(
                "The key file {} cannot be used: {}.",
                path.display(),
                io_reason(&e)
            ),
            "Name a file with --key-file, GARMINSYNC_KEY_FILE or GARMINSYNC_PASSPHRASE_FILE.",
        )
    })
}

fn clock_ahead(text: &str) -> Result<SignedDuration, Failure> {
    /// A century: further away no date makes sense.
    const MOST: i64 = 100 * 366 * 86_400;
    let seconds = text.parse().ok().filter(|s: &i64| s.abs() <= MOST);
    seconds.map(SignedDuration::from_secs).ok_or_else(|| {
        Failure::config(
            "GARMINSYNC_CLOCK_AHEAD_S is not a whole number of seconds.",
            "It exists for tests only: correct it, or unset it.",
        )
    })
}

fn datasets(names: &[String]) -> Result<Vec<Dataset>, Failure> {
    let list: DatasetList = names.join(",").parse().map_err(|why| {
        Failure::config(
            format!("sync.datasets in config.toml is wrong: {why}."),
            "Name datasets as the README lists them, or core, or all.",
        )
    })?;
    Ok(list.0)
}

fn account_name(text: &str, source: &str) -> Result<AccountName, Failure> {
    text.parse()
        .map_err(|why| Failure::config(format!("{source} is no account name."), format!("{why}.")))
}

/// A base URL that cannot leave this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopbackUrl(String);

impl LoopbackUrl {
    /// Accepts `http(s)://` at `127.0.0.0/8`, `[::1]` or `localhost` (which is
    /// 127.0.0.1), with a port, without user, path, query or fragment.
    ///
    /// # Errors
    /// Anything else: a session must never be sent to a host that only claims
    /// to be a test server.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let refuse = || {
            Failure::config(
                "GARMINSYNC_BASE_URL is not a loopback address.",
                "It exists for tests only: use http://127.0.0.1:PORT, or unset it.",
            )
        };
        let mut url = reqwest::Url::parse(text).map_err(|_| refuse())?;
        // Nothing is resolved: a hosts file may give that name to any machine.
        if url.host_str() == Some("localhost") {
            url.set_host(Some("127.0.0.1")).map_err(|_| refuse())?;
        }
        let loopback = match url.host_str() {
            Some(host) => host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback()),
            None => false,
        };
        let bare = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if loopback && bare {
            Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
        } else {
            Err(refuse())
        }
    }

    /// Without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_passes_as_a_base_url() {
        for good in [
            "http://127.0.0.1:8080",
            "http://localhost:1/",
            "http://[::1]:9",
            "http://127.9.9.9:2",
        ] {
            assert!(LoopbackUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1:80",
            "https://garmin.com",
            "http://127.0.0.1.evil.example:80",
            "http://localhost.example",
            "http://user@127.0.0.1:80",
            "http://127.0.0.1:80/path",
            "ftp://127.0.0.1",
            "127.0.0.1:80",
            "",
        ] {
            assert!(LoopbackUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn localhost_is_this_machine_whatever_a_hosts_file_says() {
        for text in ["http://localhost:81", "http://LOCALHOST:81/"] {
            assert_eq!(
                LoopbackUrl::parse(text).unwrap().as_str(),
                "http://127.0.0.1:81"
            );
        }
        for text in [
            "http://localhost.:81",
            "http://a.localhost:81",
            "http://127.1.evil:81",
        ] {
            assert!(LoopbackUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_gap_is_obeyed_at_a_base_url_when_it_is_set() {
        let home = tempfile::tempdir().unwrap();
        let args = CommonArgs {
            home: Some(home.path().to_owned()),
            ..CommonArgs::default()
        };
        let test = Environment::from([("GARMINSYNC_BASE_URL", "http://127.0.0.1:1")]);
        let gap = |env: &Environment| Config::resolve(&args, env).unwrap().sync.gap.as_millis();
        assert_eq!((gap(&Environment::default()), gap(&test)), (500, 0));
        std::fs::write(home.path().join("config.toml"), "[sync]\ngap_ms = 70\n").unwrap();
        assert_eq!((gap(&Environment::default()), gap(&test)), (70, 70));
    }

    #[test]
    fn a_clock_that_is_no_number_is_told() {
        let home = tempfile::tempdir().unwrap();
        let args = CommonArgs {
            home: Some(home.path().to_owned()),
            ..CommonArgs::default()
        };
        for text in ["soon", "1.5", "99999999999999999999", "9223372036854775807"] {
            let url = ("GARMINSYNC_BASE_URL", "http://127.0.0.1:1");
            let env = Environment::from([url, ("GARMINSYNC_CLOCK_AHEAD_S", text)]);
            let failure = Config::resolve(&args, &env).unwrap_err();
            assert!(failure.summary.contains("CLOCK_AHEAD"), "{failure}");
        }
    }

    #[test]
    fn arguments_win_over_environment_over_file() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), "account = \"file\"\n").unwrap();
        let home_arg = Some(home.path().to_owned());
        let env = Environment::from([("GARMINSYNC_ACCOUNT", "env")]);
        let mut args = CommonArgs {
            home: home_arg,
            ..CommonArgs::default()
        };
        let resolve =
            |args: &CommonArgs, env: &Environment| Config::resolve(args, env).unwrap().account;
        assert_eq!(
            resolve(&args, &Environment::default()).unwrap().as_str(),
            "file"
        );
        assert_eq!(resolve(&args, &env).unwrap().as_str(), "env");
        args.account = Some("arg".parse().unwrap());
        assert_eq!(resolve(&args, &env).unwrap().as_str(), "arg");
    }

    #[test]
    fn the_key_file_may_be_named_either_way() {
        let home = tempfile::tempdir().unwrap();
        let mut args = CommonArgs {
            home: Some(home.path().to_owned()),
            ..CommonArgs::default()
        };
        let env = Environment::from([
            ("GARMINSYNC_KEY_FILE", "/env"),
            ("GARMINSYNC_PASSPHRASE_FILE", "/words"),
        ]);
        let config = Config::resolve(&args, &env).unwrap();
        assert_eq!(config.key_file, Some("/env".into()));
        assert_eq!(config.passphrase_file, Some("/words".into()));
        assert_eq!(config.credentials, None);
        args.key_file = Some("/arg".into());
        let config = Config::resolve(&args, &env).unwrap();
        assert_eq!(config.key_file, Some("/arg".into()));
    }
}
