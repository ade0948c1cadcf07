//! Small text files that a person names: settings, passphrases, sessions.
//!
//! Only files are read, and never more than a bounded piece of one: a FIFO would
//! be waited for without an end, and a device has none.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    path::Path,
};

/// Reads a whole file of at most `most` bytes.
///
/// # Errors
/// Anything but a file, a longer one, and text that is not UTF-8.
pub fn read(path: &Path, most: u64) -> io::Result<String> {
    let file = open(path)?;
    let mut text = String::new();
    file.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(io::Error::other(format!(
            "it is longer than {} KiB",
            most >> 10
        )));
    }
    Ok(text)
}

/// Opens a file, and nothing else.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    // Not to wait for whoever would write into a FIFO.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Refuses a path that is there and is not a file.
///
/// # Errors
/// For a folder, a FIFO, a device or a socket. A path that does not exist passes.
pub fn check_path(path: &Path) -> io::Result<()> {
    path.metadata().map_or(Ok(()), |found| check(&found))
}

fn check(found: &std::fs::Metadata) -> io::Result<()> {
    if found.is_file() {
        Ok(())
    } else if found.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        Err(io::Error::other("it is a pipe or a device, not a file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_a_bounded_length_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), "12345");
        assert!(read(&path, 4).is_err());
        assert!(read(dir.path(), 9).is_err());
        assert!(check_path(dir.path()).is_err());
        assert!(check_path(&dir.path().join("missing")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for_and_a_device_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        for path in [
            path.as_path(),
            Path::new("/dev/zero"),
            Path::new("/dev/null"),
        ] {
            assert!(
                read(path, 9)
                    .unwrap_err()
                    .to_string()
                    .contains("pipe or a device")
            );
            assert!(check_path(path).is_err());
        }
    }
}
