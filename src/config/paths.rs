//! Where everything lives.

use std::{
    io,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use super::Environment;
use crate::domain::{
    failure::{Failure, FailureKind},
    printable::io_reason,
};

/// Every file garminsync touches. With a home folder, all of it is inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub config_file: PathBuf,
    pub central_db: PathBuf,
    pub vault_key: PathBuf,
    pub logs: PathBuf,
    /// Original activity files.
    pub files: PathBuf,
    /// Side files of the cross-process leases.
    pub locks: PathBuf,
    /// New sessions on their way into CentralDB.
    pub spool: PathBuf,
}

impl Paths {
    /// `--home`, else `GARMINSYNC_HOME`, else the platform's folders.
    ///
    /// # Errors
    /// When the platform knows no home folder and none was named.
    pub fn resolve(home: Option<&Path>, env: &Environment) -> Result<Self, Failure> {
        let named = home
            .map(Path::to_owned)
            .or_else(|| env.path("GARMINSYNC_HOME").map(PathBuf::from));
        if let Some(home) = named {
            let home = std::path::absolute(&home).unwrap_or(home);
            return Ok(Self::inside(&home));
        }
        let Some(dirs) = ProjectDirs::from("", "", "garminsync") else {
            return Err(Failure::new(
                FailureKind::Home,
                "There is no home folder to keep the data in.",
                "Name one with --home DIR or GARMINSYNC_HOME.",
            ));
        };
        let data = dirs.data_dir();
        Ok(Self {
            config_file: dirs.config_dir().join("config.toml"),
            logs: dirs.state_dir().unwrap_or(data).join("logs"),
            ..Self::inside(data)
        })
    }

    /// Everything in one folder.
    pub fn inside(home: &Path) -> Self {
        Self {
            config_file: home.join("config.toml"),
            central_db: home.join("central.db"),
            vault_key: home.join("vault.key"),
            logs: home.join("logs"),
            files: home.join("files"),
            locks: home.join("locks"),
            spool: home.join("spool"),
        }
    }

    /// Makes the folders that are missing, 0700.
    ///
    /// # Errors
    /// A sentence naming the folder that cannot be made.
    pub fn create(&self) -> Result<(), Failure> {
        for folder in [&self.logs, &self.files, &self.locks, &self.spool] {
            create_private(folder).map_err(|e| {
                Failure::new(
                    FailureKind::Home,
                    format!("The folder {} cannot be made: {}.", folder.display(), io_reason(&e)),
                    "Make its parent writable, or choose another with --home DIR or GARMINSYNC_HOME.",
                )
            })?;
        }
        Ok(())
    }
}

/// Makes a folder and its parents, each born with mode 0700.
pub fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_home_holds_everything() {
        let paths = Paths::resolve(
            Some(Path::new("/x")),
            &Environment::from([("GARMINSYNC_HOME", "/y")]),
        )
        .unwrap();
        assert_eq!(paths.central_db, Path::new("/x/central.db"));
        let paths = Paths::resolve(None, &Environment::from([("GARMINSYNC_HOME", "/y")])).unwrap();
        assert_eq!(paths.logs, Path::new("/y/logs"));
    }

    #[test]
    fn a_folder_below_a_file_is_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let failure = Paths::inside(&dir.path().join("file"))
            .create()
            .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Home);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        Paths::inside(&home).create().unwrap();
        for folder in [home.clone(), home.join("logs"), home.join("locks")] {
            assert_eq!(
                std::fs::metadata(folder).unwrap().permissions().mode() & 0o777,
                0o700
            );
        }
    }
}
