//! Original activity files: out of Garmin's ZIP, onto the disk.
//!
//! A file's name is made from ids and a list of endings, never from anything
//! the server names. It is written beside its place, synced, and renamed.

use std::{
    fs::{self, File},
    io::{self, Cursor, Read, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use zip::ZipArchive;

use crate::{
    config::paths::create_private,
    domain::{account::AccountId, activity::ActivityId},
};

/// The largest download, and the largest file inside it. Originals are 50 kB to a few MB.
pub const MAX_BYTES: usize = 64 << 20;

/// What Garmin keeps as originals; anything else is kept as `.bin`.
const ENDINGS: [&str; 5] = ["fit", "tcx", "gpx", "kml", "csv"];

#[derive(Debug, PartialEq, Eq)]
pub struct Original {
    pub ending: &'static str,
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FileError {
    #[error("the download is neither a ZIP nor a FIT file")]
    NotAnArchive,
    #[error("the ZIP is damaged: {0}")]
    Damaged(String),
    #[error("the file in the ZIP is larger than {} MB", MAX_BYTES >> 20)]
    TooLarge,
    #[error("the file could not be written: {0}")]
    Disk(String),
}

/// Takes the original out of its ZIP. `None`: the archive is empty, there is no original.
pub fn unpack(body: &[u8]) -> Result<Option<Original>, FileError> {
    if is_fit(body) {
        return Ok(Some(Original {
            ending: "fit",
            bytes: body.to_vec(),
        }));
    }
    if !body.starts_with(b"PK") {
        return Err(FileError::NotAnArchive);
    }
    let damaged = |e: &dyn std::fmt::Display| FileError::Damaged(e.to_string());
    let mut archive = ZipArchive::new(Cursor::new(body)).map_err(|e| damaged(&e))?;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|e| damaged(&e))?;
        if !member.is_file() {
            continue;
        }
        let ending = member.name().map_or("bin", |name| ending(&name));
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        // The size a ZIP claims may lie; what comes out is what counts.
        member
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| damaged(&e))?;
        if bytes.len() > MAX_BYTES {
            return Err(FileError::TooLarge);
        }
        return Ok(Some(Original { ending, bytes }));
    }
    Ok(None)
}

/// Where an original lies below the files folder.
pub fn place(id: ActivityId, day: Date, ending: &str) -> PathBuf {
    Path::new("activities")
        .join(format!("{:04}", day.year()))
        .join(format!("{}.{ending}", id.get()))
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

/// What is wrong with an original, if it can be told. Old watches left files
/// with a wrong checksum behind, and those too are a person's history: they are
/// kept, and marked (`recordings/NOTES.md`, "FIT").
pub fn damage(original: &Original) -> Option<String> {
    if original.ending != "fit" {
        return None;
    }
    fit_damage(&original.bytes).map(str::to_owned)
}

/// Header: size, protocol, profile (2), data size (4, little-endian), ".FIT", and
/// from 14 bytes on a checksum of its own. The file's checksum is its last two bytes.
fn fit_damage(bytes: &[u8]) -> Option<&'static str> {
    if !is_fit(bytes) {
        return Some("it does not begin like a FIT file");
    }
    let header = usize::from(*bytes.first()?);
    let size = bytes.get(4..8).and_then(|size| size.try_into().ok());
    let data = usize::try_from(u32::from_le_bytes(size?)).ok()?;
    if header < 12 {
        return Some("its header is too short");
    }
    let Some(whole) = bytes.get(..header.saturating_add(data).saturating_add(2)) else {
        return Some("it ends before its header says");
    };
    let stated = |bytes: &[u8]| bytes.last_chunk().map(|&crc| u16::from_le_bytes(crc));
    let head = bytes.get(..header.min(14))?;
    let is_unsigned = stated(head) == Some(0);
    if header >= 14 && !is_unsigned && fit_crc(head) != 0 {
        return Some("the checksum of its header is wrong");
    }
    // A checksum over data and checksum together is zero.
    (fit_crc(whole) != 0).then_some("its checksum is wrong")
}

/// The CRC-16 of the FIT protocol (polynomial 0xA001, reflected).
fn fit_crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xA001
            } else {
                crc >> 1
            }
        })
    })
}

/// A FIT file says so in bytes 8 to 11 of its header.
fn is_fit(body: &[u8]) -> bool {
    body.get(8..12) == Some(b".FIT")
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
    use super::*;
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
        let original = unpack(&archive(&[("7_ACTIVITY.FIT", b"abc")]))
            .unwrap()
            .unwrap();
        assert_eq!(
            (original.ending, original.bytes.as_slice()),
            ("fit", b"abc".as_slice())
        );
        assert_eq!(
            unpack(&archive(&[("../../etc/passwd", b"x")]))
                .unwrap()
                .unwrap()
                .ending,
            "bin"
        );
        assert_eq!(unpack(&archive(&[])).unwrap(), None);
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
    fn a_sound_file_is_told_from_a_damaged_one() {
        let mut fit = vec![14, 0x20, 0, 0, 3, 0, 0, 0];
        fit.extend(b".FIT");
        fit.extend(fit_crc(&fit).to_le_bytes());
        fit.extend([1, 2, 3]);
        fit.extend(fit_crc(&fit).to_le_bytes());
        assert_eq!(fit_damage(&fit), None);
        let mut unsigned = fit.clone();
        unsigned[12..14].fill(0);
        let end = unsigned.len() - 2;
        let crc = fit_crc(&unsigned[..end]).to_le_bytes();
        unsigned[end..].copy_from_slice(&crc);
        assert_eq!(
            fit_damage(&unsigned),
            None,
            "the header's checksum may be left out"
        );
        let spoilt = |at: usize| {
            let mut fit = fit.clone();
            fit[at] ^= 1;
            fit_damage(&fit)
        };
        assert_eq!(spoilt(15), Some("its checksum is wrong"));
        assert_eq!(spoilt(1), Some("the checksum of its header is wrong"));
        assert_eq!(
            fit_damage(&fit[..16]),
            Some("it ends before its header says")
        );
        assert!(fit_damage(b"<gpx>").is_some());
    }

    #[test]
    fn a_file_appears_whole_and_drafts_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(ActivityId::new(42), date(2026, 3, 4), "fit");
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
