//! The command line, as typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};
use jiff::civil::Date;

use crate::domain::{
    account::{AccountName, Region},
    dataset::DatasetList,
    session::Lane,
};

/// Keeps a Garmin session alive and your history in one SQLite file.
///
/// Without a command the full-screen app opens. Unofficial: not affiliated with Garmin.
#[derive(Debug, Parser)]
#[command(name = "garminsync", version, after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Run one sync without a screen and leave; for cron, never prompts
    #[arg(long)]
    sync: bool,
    /// Use the built-in simulator and a throw-away home; no Garmin account needed
    #[arg(long, global = true)]
    pub demo: bool,
    #[command(flatten)]
    what: SyncArgs,
    #[command(flatten)]
    pub common: CommonArgs,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done · 1 unexpected failure · 2 wrong use or configuration · 3 sign in needed
            4 MFA code needed · 5 cool-down or rate limit · 6 Garmin unreachable
            7 partly done · 8 another sync is running, or the database is locked
Environment: GARMINSYNC_HOME, GARMINSYNC_ACCOUNT, GARMINSYNC_LOG, GARMINSYNC_KEY_FILE,
             GARMINSYNC_PASSPHRASE_FILE, GARMINSYNC_BASE_URL (loopback only), NO_COLOR";

/// Understood by every command.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct CommonArgs {
    /// Act on this account (short local name) [default: default; --sync and status: all]
    #[arg(long, global = true, value_name = "NAME")]
    pub account: Option<AccountName>,
    /// Keep everything in this folder instead of the platform's folders
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Take the vault's key from this file
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// How results are written to standard output
    #[arg(long, global = true, value_enum, default_value_t)]
    pub format: Format,
    /// Say more on standard error; twice for debugging
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
    Yaml,
}

/// What a sync covers. Stands beside `--sync`, and on either side of `sync`.
#[derive(Clone, Debug, Default, PartialEq, Eq, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "flags, as typed")]
pub struct SyncArgs {
    /// Sync: first day to fetch [default: 27 days before --to]
    #[arg(long, value_parser = day, value_name = "DATE")]
    pub from: Option<Date>,
    /// Sync: last day to fetch [default: today]
    #[arg(long, value_parser = day, value_name = "DATE")]
    pub to: Option<Date>,
    /// Sync: only these datasets (core, all, or names such as daily,sleep)
    #[arg(long, value_name = "DATASET,...")]
    pub only: Option<DatasetList>,
    /// Sync: fetch only days that failed or were never asked for
    #[arg(long)]
    pub repair: bool,
    /// Sync: go on back to the first day there is, from where the last backfill ended
    #[arg(long)]
    pub backfill: bool,
    /// Sync: print what would be requested, fetch nothing
    #[arg(long)]
    pub plan: bool,
    /// Sync: print only failures and what needs you; nothing when all is well
    #[arg(short, long)]
    pub quiet: bool,
}

impl SyncArgs {
    /// These, completed by those from the other side of the command.
    fn or(self, other: Self) -> Self {
        Self {
            from: self.from.or(other.from),
            to: self.to.or(other.to),
            only: self.only.or(other.only),
            repair: self.repair || other.repair,
            backfill: self.backfill || other.backfill,
            plan: self.plan || other.plan,
            quiet: self.quiet || other.quiet,
        }
    }
}

impl Args {
    /// The arguments of this process. Prints what is wrong with them, or the
    /// help that was asked for, and ends the process then.
    pub fn of_process() -> Self {
        Self::parse().checked().unwrap_or_else(|e| e.exit())
    }

    /// Makes `--sync` the same as `sync`, and refuses what clap alone cannot:
    /// it checks each side of a command by itself.
    fn checked(mut self) -> Result<Self, clap::Error> {
        let refuse = |kind, why: &str| Err(Self::command().error(kind, why));
        let mut what = std::mem::take(&mut self.what);
        let is_sync = match &mut self.command {
            Some(Command::Sync(beside)) => {
                what = std::mem::take(beside).or(what);
                true
            }
            _ => self.sync,
        };
        if !is_sync && what != SyncArgs::default() {
            let why = "--from, --to, --only, --repair, --backfill, --plan and --quiet go with a sync: garminsync --sync";
            return refuse(ErrorKind::MissingRequiredArgument, why);
        }
        if self.sync && self.command.is_some() {
            let why = "--sync is a command of its own and goes with no other";
            return refuse(ErrorKind::ArgumentConflict, why);
        }
        if what.backfill && (what.from.is_some() || what.to.is_some() || what.repair) {
            let why = "--backfill goes back to the first day: leave --from, --to and --repair away";
            return refuse(ErrorKind::ArgumentConflict, why);
        }
        if is_sync {
            self.command = Some(Command::Sync(what));
        }
        Ok(self)
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one sync without a screen and leave: the same as --sync
    Sync(SyncArgs),
    /// Sign in: with a password, a ticket from the browser, or an official key
    Login(LoginArgs),
    /// Finish the pending MFA challenge, from any terminal, also after a restart
    Mfa {
        /// The six digits; asked for if not given
        code: Option<String>,
        /// Ask Garmin for another code instead
        #[arg(long, conflicts_with = "code")]
        resend: bool,
    },
    /// Show the session of every account
    Status {
        /// Also ask Garmin whether the session works (one light request)
        #[arg(long)]
        check: bool,
    },
    /// Forget the session of an account; its data stays
    Logout,
    /// Print a valid bearer for scripts, refreshing it first if need be
    Token {
        /// Which session: connect (all data) or personal (official key)
        #[arg(long, value_parser = lane, default_value = "connect", value_name = "LANE")]
        lane: Lane,
        /// Print it although standard output is a terminal
        #[arg(long)]
        yes: bool,
    },
    /// Take a session over from another program or machine, or write one out
    #[command(subcommand)]
    Session(SessionCommand),
    /// Examine home, permissions, key, database, clock and Garmin's hosts
    Doctor {
        /// Ask no host
        #[arg(long)]
        offline: bool,
    },
    /// Show sign-ins, refreshes and refusals, newest first
    Audit,
    /// Build the typed rows again from the kept answers, without the network
    Reparse,
    /// Print one screen of the app: in colour on a terminal, plain into a pipe
    Show(ShowArgs),
    /// Run the built-in Garmin simulator in the foreground
    Simulator(SimulatorArgs),
}

#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// Take over a session: garth folder or dumps text, garminconnect tokens, key file, transfer text
    Import(ImportArgs),
    /// Write the session for another program, or sealed for another machine
    Export(ExportArgs),
    /// Make a new vault key and seal everything with it, in one step
    Rekey,
}

#[derive(Debug, ClapArgs)]
pub struct ImportArgs {
    /// A folder or file, or - for standard input
    pub source: PathBuf,
    /// Where a new account lives, if the session does not say: garmin.com or garmin.cn
    #[arg(long, value_parser = region, value_name = "DOMAIN")]
    pub domain: Option<Region>,
    /// A file that holds the passphrase of a transfer text
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// What to write it as; a transfer text is sealed with a passphrase
    #[arg(long = "as", value_enum, value_name = "SHAPE")]
    pub shape: ExportShape,
    /// The folder to write to, instead of standard output
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// A file that holds the passphrase for a transfer text
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportShape {
    Garth,
    GarthDumps,
    Garminconnect,
    Transfer,
}

#[derive(Debug, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags, as typed; clap keeps the doors exclusive"
)]
pub struct LoginArgs {
    /// The account's e-mail; asked for if not given
    #[arg(long)]
    pub email: Option<String>,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long, group = "door")]
    pub password_stdin: bool,
    /// Sign in with the browser: shows the address, asks for the one it ends on
    #[arg(long, group = "door", conflicts_with = "email")]
    pub browser: bool,
    /// Read a service ticket, or the address that carries it, from standard input
    #[arg(long, group = "door", conflicts_with = "email")]
    pub ticket_stdin: bool,
    /// Read an official personal API key from standard input
    #[arg(long, group = "door", conflicts_with = "email")]
    pub key_stdin: bool,
    /// Use the personal API key that Garmin's own client keeps on this machine
    #[arg(long, group = "door", conflicts_with = "email")]
    pub found_key: bool,
    /// With a key: the day it ends, as chosen when it was made
    #[arg(long, value_parser = day, value_name = "DATE")]
    pub key_expires: Option<Date>,
    /// Where a new account lives: garmin.com or garmin.cn [default: garmin.com]
    #[arg(long, value_parser = region, value_name = "DOMAIN")]
    pub domain: Option<Region>,
    /// Once per cool-down: ask Garmin all the same, at the risk of a longer block
    #[arg(long)]
    pub override_cool_down: bool,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "there is no such day; use YYYY-MM-DD, such as 2026-11-28".to_owned())
}

fn region(text: &str) -> Result<Region, String> {
    Region::from_domain(text).ok_or_else(|| "use garmin.com or garmin.cn".to_owned())
}

fn lane(text: &str) -> Result<Lane, String> {
    Lane::from_name(text).ok_or_else(|| "use connect or personal".to_owned())
}

#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// Which screen
    #[arg(value_enum)]
    pub screen: ScreenName,
    /// Columns and rows [default: the terminal's, else 100x30]
    #[arg(long, value_parser = size, value_name = "WxH")]
    pub size: Option<(u16, u16)>,
    /// Without colour, on a terminal too
    #[arg(long)]
    pub plain: bool,
    /// As an SVG picture
    #[arg(long, conflicts_with = "plain")]
    pub svg: bool,
}

/// How a frame is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Plain,
    Colour,
    Svg,
}

impl ShowArgs {
    pub const fn picture(&self, is_terminal: bool) -> Picture {
        match (self.svg, self.plain || !is_terminal) {
            (true, _) => Picture::Svg,
            (false, true) => Picture::Plain,
            (false, false) => Picture::Colour,
        }
    }
}

/// The screens that can be shown without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScreenName {
    Home,
    Coverage,
    Jobs,
    /// The newest job's report
    Report,
    Accounts,
    Events,
    Doctor,
    About,
    /// The keys of the home screen
    Keys,
    SignIn,
}

/// Columns and rows beyond which no screen is drawn.
pub const LARGEST: (u16, u16) = (500, 300);

fn size(text: &str) -> Result<(u16, u16), String> {
    let sizes = text.split_once(['x', 'X']);
    let sizes = sizes.and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let fits = |(width, height): &(u16, u16)| {
        (60..=LARGEST.0).contains(width) && (16..=LARGEST.1).contains(height)
    };
    let wrong = || "use columns x rows, such as 80x24: 60x16 to 500x300".to_owned();
    sizes.filter(fits).ok_or_else(wrong)
}

#[derive(Debug, ClapArgs)]
pub struct SimulatorArgs {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Another seed makes another athlete
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Days of history up to today
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// Lifetime of access tokens, in seconds
    #[arg(long, default_value_t = 86_400, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub access_ttl: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dataset::Dataset;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(line.split(' '))?.checked()
    }

    #[test]
    fn sync_takes_dates_and_datasets() {
        for line in [
            "garminsync --sync --from 2026-01-02 --only daily,sleep",
            "garminsync sync --from 2026-01-02 --only daily,sleep",
            "garminsync --from 2026-01-02 sync --only daily,sleep",
            "garminsync --only daily,sleep --from 2026-01-02 sync",
        ] {
            let args = parse(line).unwrap();
            let Some(Command::Sync(what)) = args.command else {
                panic!("{line}");
            };
            let only = what.only.map(|list| list.0);
            assert_eq!(only, Some(vec![Dataset::Daily, Dataset::Sleep]), "{line}");
            assert_eq!(what.from, Some(jiff::civil::date(2026, 1, 2)), "{line}");
        }
    }

    #[test]
    fn what_belongs_to_a_sync_goes_with_nothing_else() {
        for line in [
            "garminsync --from 2026-01-02",
            "garminsync --quiet status",
            "garminsync --plan logout",
            "garminsync --sync status",
            "garminsync --sync --only steps",
            "garminsync --backfill sync --repair",
            "garminsync sync --backfill --to 2026-01-02",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn common_options_stand_on_either_side_of_a_command() {
        for line in [
            "garminsync status --account ada --format json --home /x -v --demo",
            "garminsync --account ada --format json --home /x -v --demo status",
            "garminsync --account ada -v status --home /x --demo --format json",
            "garminsync --account ada --format json --home /x -v --demo show home",
            "garminsync show home --account ada --format json --home /x -v --demo",
            "garminsync sync --account ada --format json --home /x -v --demo",
            "garminsync --account ada --format json --home /x -v --demo sync",
        ] {
            let args = parse(line).unwrap_or_else(|e| panic!("{line}: {e}"));
            assert_eq!(args.common.account.unwrap().as_str(), "ada", "{line}");
            assert_eq!(args.common.format, Format::Json, "{line}");
            assert_eq!(args.common.home, Some("/x".into()), "{line}");
            assert_eq!((args.common.verbose, args.demo), (1, true), "{line}");
        }
    }

    #[test]
    fn a_day_that_is_none_is_told_in_plain_words() {
        for day in ["2026-13-01", "2026-02-30", "yesterday", "01.02.2026"] {
            let error = parse(&format!("garminsync --sync --from {day}")).unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(day) && text.contains("use YYYY-MM-DD"),
                "{text}"
            );
            assert!(!text.contains("parse"), "{text}");
        }
    }

    #[test]
    fn a_near_miss_is_suggested() {
        for (line, meant) in [
            ("garminsync staus", "status"),
            ("garminsync show coverge", "coverage"),
            ("garminsync status --format jsn", "json"),
            ("garminsync --sync --only slep", "did you mean sleep?"),
            (
                "garminsync sync --only daily,bodybattery",
                "did you mean body_battery?",
            ),
            ("garminsync status --acount ada", "--account"),
            ("garminsync login --domain garmin.cm", "garmin.com"),
            ("garminsync token --lane conect", "connect"),
        ] {
            let text = parse(line).unwrap_err().to_string();
            assert!(text.contains(meant), "{line}: {text}");
        }
    }
}
