//! The places a key can come from, and the list of those a home has used.
//!
//! `vault.sources`, beside the data, has one line per source: the first seals,
//! the others may still hold the key of something sealed earlier. It makes sure
//! that the source is found again when a setting is forgotten or a key store is
//! silent. A home with only its own key file has no such list.

use std::path::{Path, PathBuf};

use super::{error::VaultError, small_file};

const LABEL: &str = "garminsync-vault-sources-1";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The home's own `vault.key`.
    HomeKey,
    /// A key file the person named.
    KeyFile(PathBuf),
    /// What systemd hands to the service.
    Credential,
    Passphrase(PathBuf),
    /// The entry of this name in the system's key store.
    KeyStore(String),
}

impl Source {
    /// `None` for a path that no line can hold.
    fn line(&self) -> Option<String> {
        let path = |path: &Path| path.to_str().map(str::to_owned);
        let line = match self {
            Self::HomeKey => "home".to_owned(),
            Self::KeyFile(file) => format!("key-file {}", path(file)?),
            Self::Credential => "credential".to_owned(),
            Self::Passphrase(file) => format!("passphrase-file {}", path(file)?),
            Self::KeyStore(entry) => format!("key-store {entry}"),
        };
        (!line.contains(['\n', '\r'])).then_some(line)
    }

    fn from_line(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest) {
            ("home", "") => Some(Self::HomeKey),
            ("credential", "") => Some(Self::Credential),
            (_, "") => None,
            ("key-file", path) => Some(Self::KeyFile(path.into())),
            ("passphrase-file", path) => Some(Self::Passphrase(path.into())),
            ("key-store", entry) => Some(Self::KeyStore(entry.to_owned())),
            _ => None,
        }
    }
}

/// The list. Read anew each time: another process may have changed it.
#[derive(Clone, Debug)]
pub(super) struct SourceList {
    path: PathBuf,
}

impl SourceList {
    pub(super) const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn load(&self) -> Result<Vec<Source>, VaultError> {
        let Some(bytes) = small_file::read(&self.path).map_err(|e| self.error(&e))? else {
            return Ok(Vec::new());
        };
        let damaged = || self.error(&"it is damaged");
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
        let mut lines = text.lines();
        if lines.next() != Some(LABEL) {
            return Err(damaged());
        }
        lines
            .map(|line| Source::from_line(line).ok_or_else(damaged))
            .collect()
    }

    /// `source` seals from now on; what sealed before may still be needed.
    pub(super) fn put_first(&self, source: &Source) -> Result<(), VaultError> {
        let known = self.load()?;
        let is_first = match known.first() {
            Some(first) => first == source,
            None => *source == Source::HomeKey,
        };
        if is_first {
            return Ok(());
        }
        let older = known.into_iter().filter(|known| known != source);
        self.store(
            &[source.clone()]
                .into_iter()
                .chain(older)
                .collect::<Vec<_>>(),
        )
    }

    /// `source` may be needed, but does not seal yet.
    pub(super) fn put_last(&self, source: &Source) -> Result<(), VaultError> {
        let mut known = self.load()?;
        if known.is_empty() {
            known.push(Source::HomeKey);
        }
        if known.contains(source) {
            return Ok(());
        }
        known.push(source.clone());
        self.store(&known)
    }

    /// Nothing is sealed under another source any more.
    pub(super) fn keep_only(&self, source: &Source) -> Result<(), VaultError> {
        if *source == Source::HomeKey {
            return small_file::remove(&self.path).map_err(|e| self.error(&e));
        }
        self.store(std::slice::from_ref(source))
    }

    fn store(&self, sources: &[Source]) -> Result<(), VaultError> {
        let mut text = format!("{LABEL}\n");
        for source in sources {
            let line = source
                .line()
                .ok_or_else(|| self.error(&"a path in it is not plain text"))?;
            text.push_str(&line);
            text.push('\n');
        }
        small_file::overwrite(&self.path, text.as_bytes()).map_err(|e| self.error(&e))
    }

    fn error(&self, why: &impl ToString) -> VaultError {
        VaultError::source(format!("list of key sources {}", self.path.display()), why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_source_leads_and_the_older_ones_stay_until_settled() {
        let dir = tempfile::tempdir().unwrap();
        let list = SourceList::at(dir.path().join("vault.sources"));
        list.put_first(&Source::HomeKey).unwrap();
        assert!(!list.path.exists(), "the default needs no list");
        let all = [
            Source::Credential,
            Source::KeyFile("/a b/key".into()),
            Source::Passphrase("/p".into()),
            Source::KeyStore("e1".to_owned()),
            Source::HomeKey,
        ];
        for source in all.iter().chain([&all[2]]) {
            list.put_first(source).unwrap();
        }
        let order = [2, 4, 3, 1, 0].map(|at: usize| all[at].clone());
        assert_eq!(list.load().unwrap(), order);
        let later = Source::KeyStore("e2".to_owned());
        list.put_last(&later).unwrap();
        assert_eq!(list.load().unwrap().last(), Some(&later));
        list.keep_only(&all[3]).unwrap();
        assert_eq!(list.load().unwrap(), [all[3].clone()]);
        list.keep_only(&Source::HomeKey).unwrap();
        assert!(list.load().unwrap().is_empty());
    }

    #[test]
    fn a_damaged_list_is_said_rather_than_skipped() {
        let dir = tempfile::tempdir().unwrap();
        let list = SourceList::at(dir.path().join("vault.sources"));
        for bad in [
            "",
            "x",
            "garminsync-vault-sources-1\nkey-file \n",
            "garminsync-vault-sources-1\nmoon\n",
        ] {
            std::fs::write(&list.path, bad).unwrap();
            assert!(list.load().is_err(), "{bad:?}");
        }
    }
}
