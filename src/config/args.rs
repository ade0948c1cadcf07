//! The command line, as typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
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
#[command(name = "garminsync", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Run one sync without a screen and leave; for cron, never prompts
    #[arg(long)]
    pub sync: bool,
    /// Use the built-in simulator and a throw-away home; no Garmin account needed
    #[arg(long)]
    pub demo: bool,
    #[command(flatten)]
    pub what: SyncArgs,
    #[command(flatten)]
    pub common: CommonArgs,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done · 1 unexpected failure · 2 wrong use or configuration · 3 sign in needed
            4 MFA code needed · 5 cool-down or rate limit · 6 Garmin unreachable
            7 partly done · 8 another sync of this account is running
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

/// What `--sync` covers.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct SyncArgs {
    /// With --sync: first day to fetch [default: 27 days before --to]
    #[arg(long, requires = "sync", value_name = "DATE")]
    pub from: Option<Date>,
    /// With --sync: last day to fetch [default: today]
    #[arg(long, requires = "sync", value_name = "DATE")]
    pub to: Option<Date>,
    /// With --sync: only these datasets (core, all, or names such as daily,sleep)
    #[arg(long, requires = "sync", value_name = "DATASET,...")]
    pub only: Option<DatasetList>,
    /// With --sync: fetch only days that failed or were never asked for
    #[arg(long, requires = "sync")]
    pub repair: bool,
    /// With --sync: go on back to the first day there is, from where the last backfill ended
    #[arg(long, requires = "sync", conflicts_with_all = ["from", "to", "repair"])]
    pub backfill: bool,
    /// With --sync: print what would be requested, fetch nothing
    #[arg(long, requires = "sync")]
    pub plan: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
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
    #[arg(long, value_name = "DATE")]
    pub key_expires: Option<Date>,
    /// Where a new account lives: garmin.com or garmin.cn [default: garmin.com]
    #[arg(long, value_parser = region, value_name = "DOMAIN")]
    pub domain: Option<Region>,
    /// Once per cool-down: ask Garmin all the same, at the risk of a longer block
    #[arg(long)]
    pub override_cool_down: bool,
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
    /// From the built-in simulator, with its whole history
    #[arg(long)]
    pub demo: bool,
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

fn size(text: &str) -> Result<(u16, u16), String> {
    let sizes = text.split_once(['x', 'X']);
    let sizes = sizes.and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let fits =
        |(width, height): &(u16, u16)| (60..=500).contains(width) && (16..=300).contains(height);
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

    #[test]
    fn sync_takes_dates_and_datasets() {
        let args = Args::parse_from([
            "garminsync",
            "--sync",
            "--from",
            "2026-01-02",
            "--only",
            "daily,sleep",
        ]);
        assert!(args.sync);
        let only = args.what.only.map(|list| list.0);
        assert_eq!(only, Some(vec![Dataset::Daily, Dataset::Sleep]));
        assert!(Args::try_parse_from(["garminsync", "--from", "2026-01-02"]).is_err());
        assert!(Args::try_parse_from(["garminsync", "--sync", "--only", "steps"]).is_err());
    }

    #[test]
    fn common_options_stand_on_either_side_of_a_command() {
        let args = Args::parse_from([
            "garminsync",
            "status",
            "--account",
            "ada",
            "--format",
            "json",
        ]);
        assert_eq!(args.common.account.unwrap().as_str(), "ada");
        assert_eq!(args.common.format, Format::Json);
    }
}
