//! Small private files that appear whole or not at all: key, salt, mark.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// None of these files is anywhere near this long.
const LONGEST: u64 = 4096;

/// `None` when there is no such file. Reads no more than a small file's worth,
/// so that a device named by mistake does not fill the memory.
pub(super) fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("it is too long"));
    }
    Ok(Some(bytes))
}

/// Writes the file, born 0600, unless one is there already. Two processes may
/// get here at once: whoever is later must read what the earlier one wrote.
pub(super) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".vault-")
        .tempfile_in(folder(path))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(path),
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e.error),
    }
}

/// Writes the file, whatever was there: the old content or the new, never half.
pub(super) fn overwrite(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = target(path);
    let mut file = tempfile::Builder::new()
        .prefix(".vault-")
        .tempfile_in(folder(&path))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|e| e.error)?;
    sync_folder(&path)
}

/// The file behind a link: that one is written, and the link stays.
pub(super) fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Puts `from` in the place of `to`, for good.
pub(super) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(to)
}

/// Removes the file; one that is gone already is as good.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// The new name must survive a power cut, not only the bytes.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder(path))?.sync_all()?;
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}
