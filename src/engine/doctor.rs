//! Examines home, permissions, key, database, clock and reachability.

use std::{fs, path::Path};

use jiff::SignedDuration;

use super::Deps;
use crate::{
    central_db::{accounts, activity_files, sessions, state},
    domain::{
        account::Region,
        finding::{Finding, Health},
        printable::{excerpt, io_reason},
        session::Lane,
        wording::counted,
    },
    garmin::probe::{self, Reach},
    sync::file,
    vault::Binding,
};

/// A clock this far off makes expiry times and sign-ins go wrong elsewhere.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(2);

/// Everything but Garmin's hosts, and those too unless `is_offline`.
pub(super) async fn examine(deps: &Deps, is_offline: bool) -> Vec<Finding> {
    let mut findings = files(deps);
    findings.extend(home(deps));
    findings.push(key(deps).await);
    findings.push(integrity(deps).await);
    findings.push(originals(deps).await);
    findings.push(days(deps).await);
    if !is_offline {
        findings.extend(hosts(deps).await);
    }
    findings
}

fn files(deps: &Deps) -> Vec<Finding> {
    let paths = &deps.config.paths;
    let config = if paths.config_file.exists() {
        format!("{}", paths.config_file.display())
    } else {
        format!(
            "the defaults; {} does not exist",
            paths.config_file.display()
        )
    };
    vec![
        private("database", &paths.central_db),
        private("logs", &paths.logs),
        private("files", &paths.files),
        Finding::new("settings", Health::Ok, config),
    ]
}

/// Below this a first sync of some years may not fit any more.
const LITTLE_SPACE: u64 = 200 << 20;
/// Below this the next commit may fail.
const NO_SPACE: u64 = 20 << 20;

/// Whether the home can take more.
fn home(deps: &Deps) -> Vec<Finding> {
    let home = deps
        .config
        .paths
        .central_db
        .parent()
        .unwrap_or(Path::new("."));
    let mut findings = Vec::new();
    if let Some(why) = deps.central_db.not_writable() {
        findings.push(Finding::new(
            "home",
            Health::Bad,
            format!("{why}: nothing can be synced, refreshed or signed in"),
        ));
    }
    findings.extend(free_space(home).map(space));
    findings
}

/// Bytes that an ordinary program may still write where `folder` is.
#[cfg(unix)]
fn free_space(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
const fn free_space(_: &Path) -> Option<u64> {
    None
}

fn space(free: u64) -> Finding {
    let mib = free >> 20;
    match free {
        ..NO_SPACE => Finding::new(
            "disk",
            Health::Bad,
            format!(
                "only {mib} MiB free, less than {} MiB: the next sync may not be stored",
                NO_SPACE >> 20
            ),
        ),
        NO_SPACE..LITTLE_SPACE => Finding::new(
            "disk",
            Health::Warn,
            format!(
                "{mib} MiB free, less than {} MiB: make room before it runs out",
                LITTLE_SPACE >> 20
            ),
        ),
        _ => Finding::new("disk", Health::Ok, format!("{mib} MiB free")),
    }
}

/// A file or folder that nobody else should be able to read.
fn private(what: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    match fs::metadata(path) {
        Err(e) => Finding::new(what, Health::Bad, format!("{shown}: {}", io_reason(&e))),
        Ok(metadata) => match others_mode(&metadata) {
            0 => Finding::new(what, Health::Ok, shown.to_string()),
            mode => Finding::new(
                what,
                Health::Warn,
                format!("{shown} is open to others (mode …{mode:02o}): chmod go= it"),
            ),
        },
    }
}

#[cfg(unix)]
fn others_mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077
}

#[cfg(not(unix))]
fn others_mode(_: &fs::Metadata) -> u32 {
    0
}

/// Whether the key is there and opens what is sealed.
async fn key(deps: &Deps) -> Finding {
    let source = deps.vault.source();
    if let Err(error) = deps.vault.check() {
        return Finding::new("vault key", Health::Bad, error.to_string());
    }
    let sealed = deps.central_db.read(|db| {
        let mut sealed = Vec::new();
        for account in accounts::all(db)? {
            for lane in Lane::ALL {
                let row = sessions::load(db, account.id, lane)?;
                sealed.extend(row.and_then(|row| {
                    let binding = Binding::Session {
                        account: account.id,
                        lane,
                        generation: row.generation,
                    };
                    row.session_data.map(|blob| (binding, blob))
                }));
            }
        }
        Ok(sealed)
    });
    match sealed.await {
        Err(error) => Finding::new("vault key", Health::Bad, error.to_string()),
        Ok(sealed) => match sealed
            .iter()
            .find_map(|(binding, blob)| deps.vault.open(*binding, blob).err())
        {
            Some(error) => Finding::new("vault key", Health::Bad, error.to_string()),
            None => Finding::new(
                "vault key",
                Health::Ok,
                match sealed.len() {
                    0 => source.clone(),
                    many => format!("{source}, opens {}", counted(many, "sealed session")),
                },
            ),
        },
    }
}

async fn integrity(deps: &Deps) -> Finding {
    let asked = deps.central_db.read(|db| {
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        Ok((version, verdict))
    });
    match asked.await {
        Ok((version, verdict)) if verdict == "ok" => Finding::new(
            "integrity",
            Health::Ok,
            format!("schema version {version}, every page checked"),
        ),
        Ok((_, verdict)) => Finding::new(
            "integrity",
            Health::Bad,
            format!("the database is damaged: {}", excerpt(&verdict, 120)),
        ),
        Err(error) => Finding::new("integrity", Health::Bad, error.to_string()),
    }
}

/// Whether the original files are where the database says, and sound.
async fn originals(deps: &Deps) -> Finding {
    let asked = deps.central_db.read(|db| {
        let (mut expected, mut damaged) = (Vec::new(), Vec::new());
        for account in accounts::all(db)? {
            expected.extend(activity_files::expected(db, account.id)?);
            damaged.extend(activity_files::damaged(db, account.id)?);
        }
        Ok((expected, damaged))
    });
    let (expected, damaged) = match asked.await {
        Ok(asked) => asked,
        Err(error) => return Finding::new("originals", Health::Bad, error.to_string()),
    };
    let all = expected.len();
    let files = deps.config.paths.files.clone();
    let missing = tokio::task::spawn_blocking(move || file::missing(&files, expected)).await;
    let missing = missing.unwrap_or_default();
    let mut wrong = Vec::new();
    if let Some(first) = missing.first() {
        wrong.push(format!(
            "{} of {} missing or cut short ({}): garminsync --sync --repair fetches them again",
            missing.len(),
            counted(all, "file"),
            and_more(&first.path, missing.len()),
        ));
    }
    if let Some((path, what)) = damaged.first() {
        wrong.push(format!(
            "{} kept as Garmin sent them, damaged ({}: {what})",
            counted(damaged.len(), "file"),
            and_more(path, damaged.len()),
        ));
    }
    if wrong.is_empty() {
        let text = format!("{}, none missing", counted(all, "file"));
        return Finding::new("originals", Health::Ok, text);
    }
    Finding::new("originals", Health::Warn, wrong.join("; "))
}

/// Whether days are still to be fetched that were asked for.
async fn days(deps: &Deps) -> Finding {
    let (now, datasets) = (deps.clock.now(), deps.config.sync.datasets.clone());
    let states = deps
        .central_db
        .read(move |db| state::all(db, &datasets, now))
        .await;
    let states = match states {
        Ok(states) => states,
        Err(error) => return Finding::new("days", Health::Bad, error.to_string()),
    };
    let owed: Vec<_> = states
        .iter()
        .flat_map(|state| &state.owed)
        .map(|owed| owed.sentence(now))
        .collect();
    if owed.is_empty() {
        return Finding::new("days", Health::Ok, "every day that was asked for is here");
    }
    Finding::new("days", Health::Warn, owed.join("; "))
}

/// `2026/7.fit`, or `2026/7.fit and 3 more`.
fn and_more(first: &str, all: usize) -> String {
    match all {
        0 | 1 => first.to_owned(),
        _ => format!("{first} and {} more", all - 1),
    }
}

async fn hosts(deps: &Deps) -> Vec<Finding> {
    let client = match deps.auth().client(Region::default()) {
        Ok(client) => client,
        Err(error) => return vec![Finding::new("network", Health::Bad, error.to_string())],
    };
    let probes = probe::probe(&client, || deps.clock.now()).await;
    let mut findings: Vec<_> = probes
        .iter()
        .map(|probe| match &probe.reach {
            Reach::Open => Finding::new("reachable", Health::Ok, format!("{} host", probe.host)),
            Reach::RateLimited { .. } => Finding::new(
                "reachable",
                Health::Warn,
                format!("{} host: rate limited for now", probe.host),
            ),
            Reach::Blocked => Finding::new(
                "reachable",
                Health::Warn,
                format!("{} host: its bot protection answers", probe.host),
            ),
            Reach::Failed(why) => Finding::new(
                "reachable",
                Health::Bad,
                format!("{} host: {why}", probe.host),
            ),
        })
        .collect();
    findings.extend(probes.iter().find_map(|probe| probe.skew).map(clock));
    findings
}

fn clock(skew: SignedDuration) -> Finding {
    if skew.abs() > MAX_SKEW {
        let direction = if skew.is_positive() {
            "behind"
        } else {
            "ahead of"
        };
        let seconds = skew.as_secs().abs();
        let detail = format!(
            "this machine is {seconds} s {direction} Garmin's clock; sessions are counted by our own"
        );
        return Finding::new("clock", Health::Warn, detail);
    }
    Finding::new(
        "clock",
        Health::Ok,
        format!("within {} s of Garmin's", skew.as_secs().abs()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_seen_before_it_is_full() {
        let health = |mib: u64| space(mib << 20).health;
        assert_eq!(
            [0, 19, 20, 199, 200, 5000].map(health),
            [
                Health::Bad,
                Health::Bad,
                Health::Warn,
                Health::Warn,
                Health::Ok,
                Health::Ok
            ]
        );
        assert!(space(7 << 20).detail.contains("only 7 MiB free"));
    }
}
