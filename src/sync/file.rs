//! Original activity files: out of Garmin's ZIP, onto the disk.
//!
//! A file's name is made from ids and a list of endings, never from anything
//! the server names. It is written beside its place, synced, and renamed.

mod fit;

use std::{
    fs::{self, File},
    io::{self, Cursor, Read, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use zip::ZipArchive;

use crate::{
    central_db::activity_files::Expected,
    config::paths::create_private,
    domain::{account::AccountId, activity::ActivityId},
};

/// The largest download, and the largest file inside it. Originals are 50 kB to a few MB.
pub const MAX_BYTES: usize = 64 << 20;

/// What Garmin keeps as originals; anything else is kept as `.bin`.
const ENDINGS: [&str; 5] = ["fit", "tcx", "gpx", "kml", "csv"];

/// More files than this in one ZIP are no multisport activity.
const MAX_FILES: usize = 64;

#[derive(Debug, PartialEq, Eq)]
pub struct Original {
    pub ending: &'static str,
    pub bytes: Vec<u8>,
}

/// What a download holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// FIT files first, then other known kinds; empty: Garmin has no original.
    pub originals: Vec<Original>,
    /// Why some members could not be read; the originals are those that could.
    pub unread: Option<Unread>,
}

/// Members of the ZIP that could not be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    /// Whether one was an activity file by its ending: worth another download.
    pub is_original: bool,
    pub why: String,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FileError {
    #[error("the download is neither a ZIP nor an activity file")]
    NotAnArchive,
    #[error("the ZIP is damaged: {0}")]
    Damaged(String),
    #[error("the files in the ZIP are larger than {} MB", MAX_BYTES >> 20)]
    TooLarge,
    #[error("there are more than {MAX_FILES} files in the ZIP")]
    TooMany,
    #[error("the file could not be written: {0}")]
    Disk(String),
}

/// Takes all originals out of their ZIP. A multisport activity's holds one for
/// each leg. A stray member beside them is kept and never hides them; empty
/// bodies and members are no file.
///
/// # Errors
/// When nothing could be taken out of it.
pub fn unpack(body: &[u8]) -> Result<Download, FileError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Download::default());
    }
    if let Some(ending) = bare(body) {
        let bytes = body.to_vec();
        return Ok(Download {
            originals: vec![Original { ending, bytes }],
            unread: None,
        });
    }
    if !body.starts_with(b"PK") {
        return Err(FileError::NotAnArchive);
    }
    let mut archive =
        ZipArchive::new(Cursor::new(body)).map_err(|e| FileError::Damaged(e.to_string()))?;
    if archive.len() > MAX_FILES {
        return Err(FileError::TooMany);
    }
    let mut download = Download::default();
    let mut left = MAX_BYTES;
    for index in 0..archive.len() {
        let is_original = archive
            .name_for_index(index)
            .and_then(Result::ok)
            .is_some_and(|name| ending(&name) != "bin");
        match member(&mut archive, index, left)? {
            Ok(original) if original.bytes.is_empty() => {}
            Ok(original) => {
                left = left.saturating_sub(original.bytes.len());
                download.originals.push(original);
            }
            Err(why) => {
                let before = download.unread.take();
                download.unread = Some(Unread {
                    is_original: is_original || before.is_some_and(|it| it.is_original),
                    why,
                });
            }
        }
    }
    // In the order of the ZIP but for this: what is read first is the activity.
    download.originals.sort_by_key(|original| {
        let is_known = original.ending != "bin";
        (!fit::is_fit(&original.bytes), !is_known)
    });
    match download.unread {
        Some(unread) if download.originals.is_empty() => Err(FileError::Damaged(unread.why)),
        _ => Ok(download),
    }
}

/// One member of a ZIP, at most `limit` bytes of it; empty for a folder. The
/// inner error is that member's own.
fn member(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    limit: usize,
) -> Result<Result<Original, String>, FileError> {
    let member = match archive.by_index(index) {
        Ok(member) => member,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let name = member.name().unwrap_or_default();
    let (is_file, named) = (member.is_file(), ending(&name));
    let mut bytes = Vec::new();
    // The size a ZIP claims may lie; what comes out is what counts.
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    if is_file && let Err(error) = member.take(most.saturating_add(1)).read_to_end(&mut bytes) {
        return Ok(Err(error.to_string()));
    }
    if bytes.len() > limit {
        return Err(FileError::TooLarge);
    }
    let ending = if fit::is_fit(&bytes) { "fit" } else { named };
    Ok(Ok(Original { ending, bytes }))
}

/// The ending of an original that came without a ZIP around it.
fn bare(body: &[u8]) -> Option<&'static str> {
    if fit::is_fit(body) {
        return Some("fit");
    }
    let head = String::from_utf8_lossy(body.get(..body.len().min(1024))?);
    [
        ("<TrainingCenterDatabase", "tcx"),
        ("<gpx", "gpx"),
        ("<kml", "kml"),
    ]
    .into_iter()
    .find_map(|(root, ending)| head.contains(root).then_some(ending))
}

/// Where the `ordinal`th original (from 1) of an activity lies below the files folder.
pub fn place(id: ActivityId, day: Date, ordinal: usize, ending: &str) -> PathBuf {
    let id = id.get();
    let name = match ordinal {
        0 | 1 => format!("{id}.{ending}"),
        more => format!("{id}-{more}.{ending}"),
    };
    Path::new("activities")
        .join(format!("{:04}", day.year()))
        .join(name)
}

/// What the names of an account's drafts begin with. Another account's sync may
/// be writing its own at this moment.
fn draft_prefix(account: AccountId) -> String {
    format!(".part-{}-", account.get())
}

/// Writes the file at `files/place`; whole or not at all, also after a crash.
pub fn write(
    files: &Path,
    account: AccountId,
    place: &Path,
    bytes: &[u8],
) -> Result<(), FileError> {
    let run = || -> io::Result<()> {
        let target = files.join(place);
        let folder = target.parent().unwrap_or(files);
        create_private(folder)?;
        let mut draft = tempfile::Builder::new()
            .prefix(&draft_prefix(account))
            .tempfile_in(folder)?;
        draft.write_all(bytes)?;
        draft.as_file().sync_all()?;
        draft.persist(&target).map_err(|e| e.error)?;
        File::open(folder)?.sync_all()
    };
    run().map_err(|e| FileError::Disk(e.to_string()))
}

/// Removes drafts that a killed sync of `account` left behind; only whoever
/// holds the account's lease may.
pub fn sweep(files: &Path, account: AccountId) -> io::Result<()> {
    let prefix = draft_prefix(account);
    let years = match fs::read_dir(files.join("activities")) {
        Ok(years) => years,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for year in years {
        for entry in fs::read_dir(year?.path())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

/// Those of `expected` that are not on disk any more, or not whole.
pub fn missing(files: &Path, expected: Vec<Expected>) -> Vec<Expected> {
    expected
        .into_iter()
        .filter(|expected| {
            let there = fs::metadata(files.join(&expected.path));
            // 0: written before sizes were noted.
            !there.is_ok_and(|there| {
                there.is_file() && [there.len(), 0].contains(&expected.size_bytes)
            })
        })
        .collect()
}

/// What is wrong with an original, if it can be told. Old watches left files
/// with a wrong checksum behind, and those too are a person's history: they are
/// kept, and marked (`recordings/NOTES.md`, "FIT").
pub fn damage(original: &Original) -> Option<String> {
    if original.ending != "fit" {
        return None;
    }
    fit::damage(&original.bytes)
}

fn ending(name: &str) -> &'static str {
    let given = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS
        .into_iter()
        .find(|known| given.eq_ignore_ascii_case(known))
        .unwrap_or("bin")
}

#[cfg(test)]
mod tests {
    use super::{fit::tests::part, *};
    use jiff::civil::date;
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn the_one_member_comes_out_under_a_known_ending() {
        assert_eq!(
            kept(&archive(&[("7_ACTIVITY.FIT", b"abc")])),
            [("fit", b"abc".to_vec())]
        );
        assert_eq!(
            kept(&archive(&[("../../etc/passwd", b"x")])),
            [("bin", b"x".to_vec())]
        );
    }

    fn kept(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let originals = unpack(body).unwrap().originals;
        let pair = |original: Original| (original.ending, original.bytes);
        originals.into_iter().map(pair).collect()
    }

    #[test]
    fn empty_bodies_archives_and_members_are_no_file() {
        for none in [
            &b""[..],
            b" \r\n",
            &archive(&[]),
            &archive(&[("7_ACTIVITY.fit", b"")]),
        ] {
            assert_eq!(unpack(none), Ok(Download::default()));
        }
        assert_eq!(
            kept(&archive(&[("a.fit", b""), ("b.tcx", b"<T/>")])),
            [("tcx", b"<T/>".to_vec())]
        );
    }

    #[test]
    fn every_member_is_kept_and_no_stray_one_hides_the_activity() {
        let fit = part(&[1, 2, 3]);
        let strays = archive(&[
            ("readme.txt", b"hello"),
            ("._7_ACTIVITY.fit", b"resource fork"),
            ("7_ACTIVITY", &fit),
        ]);
        assert_eq!(kept(&strays)[0], ("fit", fit.clone()));
        assert_eq!(kept(&strays).len(), 3);
        let other = part(&[4]);
        let legs = archive(&[("101_ACTIVITY.fit", &fit), ("102_ACTIVITY.fit", &other)]);
        assert_eq!(kept(&legs), [("fit", fit), ("fit", other)]);
    }

    #[test]
    fn a_member_that_cannot_be_read_costs_only_itself() {
        let fit = part(&[1, 2, 3]);
        let spoilt = |name: &str| {
            let mut body = archive(&[(name, b"0123456789"), ("7_ACTIVITY.fit", &fit)]);
            // The first member's data follow a header of 30 bytes and its name.
            body[30 + name.len()] ^= 0xFF;
            unpack(&body).unwrap()
        };
        let leg = spoilt("101_ACTIVITY.fit");
        assert_eq!(leg.originals[0].bytes, fit);
        assert!(leg.unread.unwrap().is_original, "worth another download");
        assert!(!spoilt("readme.txt").unread.unwrap().is_original);
    }

    #[test]
    fn an_original_may_come_without_a_zip() {
        assert_eq!(kept(b"<?xml version=\"1.0\"?>\n<gpx/>")[0].0, "gpx");
        assert_eq!(kept(&part(&[1]))[0].0, "fit");
        assert_eq!(
            unpack(b"{\"error\":\"NotFoundException\"}"),
            Err(FileError::NotAnArchive)
        );
    }

    #[test]
    fn bombs_and_wrecks_are_told_apart() {
        let bomb = archive(&[("a.fit", &vec![0; MAX_BYTES + 1])]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(unpack(&bomb), Err(FileError::TooLarge));
        assert_eq!(unpack(b"<html>"), Err(FileError::NotAnArchive));
        let whole = archive(&[("a.fit", b"0123456789")]);
        assert!(matches!(
            unpack(&whole[..whole.len() - 30]),
            Err(FileError::Damaged(_))
        ));
    }

    #[test]
    fn a_file_appears_whole_and_drafts_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(ActivityId::new(42), date(2026, 3, 4), 1, "fit");
        assert_eq!(place, Path::new("activities/2026/42.fit"));
        let (mine, other) = (AccountId::new(1), AccountId::new(12));
        write(dir.path(), mine, &place, b"one").unwrap();
        write(dir.path(), mine, &place, b"two").unwrap();
        assert_eq!(fs::read(dir.path().join(&place)).unwrap(), b"two");
        let drafts = [mine, other].map(|account| {
            let name = format!("activities/2026/{}x", draft_prefix(account));
            let draft = dir.path().join(name);
            fs::write(&draft, "torn").unwrap();
            draft
        });
        sweep(dir.path(), mine).unwrap();
        assert_eq!(
            drafts.map(|draft| draft.exists()),
            [false, true],
            "another account may be writing"
        );
        assert!(dir.path().join(&place).exists());
    }
}
