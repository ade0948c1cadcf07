//! Which source the key comes from, and how each one is asked.
//!
//! What the person named comes first: a key file, systemd's credential, a
//! passphrase file. Else the source that sealed here before, so that nothing
//! that is sealed is orphaned by a forgotten setting or a silent key store. Else
//! the home's own key file. A home with nothing yet gets its key in the key
//! store if that answers, in its own key file if not.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{
    error::VaultError,
    key::Key,
    key_file::KeyFile,
    key_store::KeyStore,
    passphrase::Passphrases,
    small_file,
    source::{Source, SourceList},
};

/// The name under which systemd hands the key over (`LoadCredential=`).
pub const CREDENTIAL: &str = "garminsync-vault-key";

/// Where to look, as configured.
#[derive(Clone, Debug, Default)]
pub struct KeyPlaces {
    /// The home's own key file. Salt and list of sources lie beside it.
    pub home_key: PathBuf,
    /// `--key-file` or `GARMINSYNC_KEY_FILE`.
    pub key_file: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`.
    pub credentials: Option<PathBuf>,
    /// `GARMINSYNC_PASSPHRASE_FILE`.
    pub passphrase_file: Option<PathBuf>,
    /// Whether a new key may go into the system's key store.
    pub key_store: bool,
}

type Note = fn(&SourceList, &Source) -> Result<(), VaultError>;

#[derive(Debug)]
pub(super) struct Places {
    /// What the person named. Fixed: it must not change under a running job.
    named: Option<Source>,
    home_key: KeyFile,
    credential: Option<PathBuf>,
    passphrases: Passphrases,
    key_store: KeyStore,
    /// `None`: a lone key file, without a home.
    list: Option<SourceList>,
    lock: PathBuf,
    /// The key last used for sealing. A file that becomes unreadable in mid-run
    /// must not cost a token that Garmin has just issued.
    last: Mutex<Option<Key>>,
}

impl Places {
    pub(super) fn new(places: KeyPlaces, key_store: KeyStore) -> Self {
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let credential = places.credentials.map(|folder| folder.join(CREDENTIAL));
        let beside = |name: &str| places.home_key.with_file_name(name);
        let named = if let Some(file) = places.key_file {
            let file = absolute(file);
            Some(if file == absolute(places.home_key.clone()) {
                Source::HomeKey
            } else {
                Source::KeyFile(file)
            })
        } else if credential.as_ref().is_some_and(|file| file.exists()) {
            Some(Source::Credential)
        } else {
            let file = places.passphrase_file.map(absolute);
            file.map(Source::Passphrase)
        };
        Self {
            named,
            credential,
            passphrases: Passphrases::with_salt(beside("vault.salt")),
            key_store,
            list: Some(SourceList::at(beside("vault.sources"))),
            lock: beside("vault.lock"),
            home_key: KeyFile::at(places.home_key),
            last: Mutex::new(None),
        }
    }

    /// One key file and nothing else.
    pub(super) fn key_file_only(file: KeyFile) -> Self {
        let places = KeyPlaces {
            home_key: file.path().to_owned(),
            ..KeyPlaces::default()
        };
        Self {
            named: Some(Source::HomeKey),
            home_key: file,
            list: None,
            ..Self::new(places, KeyStore::none())
        }
    }

    pub(super) fn with_named(self, source: Source) -> Self {
        Self {
            named: Some(source),
            ..self
        }
    }

    pub(super) const fn key_store(&self) -> &KeyStore {
        &self.key_store
    }

    /// The source that seals; `None` before the first key.
    pub(super) fn chosen(&self) -> Result<Option<Source>, VaultError> {
        if let Some(named) = &self.named {
            return Ok(Some(named.clone()));
        }
        let first = self.known()?.into_iter().next();
        Ok(first.or_else(|| self.home_key.exists().then_some(Source::HomeKey)))
    }

    /// Every source that may hold the key of something sealed, the likeliest first.
    pub(super) fn candidates(&self) -> Result<Vec<Source>, VaultError> {
        let mut all: Vec<_> = self.named.iter().cloned().chain(self.known()?).collect();
        all.push(Source::HomeKey);
        let mut once = Vec::with_capacity(all.len());
        for source in all {
            if !once.contains(&source) {
                once.push(source);
            }
        }
        Ok(once)
    }

    /// `None` when the source holds no key.
    pub(super) fn load(&self, source: &Source) -> Result<Option<Key>, VaultError> {
        match source {
            Source::HomeKey => self.home_key.load(),
            Source::KeyFile(path) => KeyFile::at(path.clone()).load(),
            Source::Credential => self.load_credential(),
            Source::Passphrase(file) => self.passphrases.load(file),
            Source::KeyStore(entry) => self.key_store.load(entry),
        }
    }

    /// The next key of a key file that is being re-keyed.
    pub(super) fn load_successor(&self, source: &Source) -> Option<Key> {
        let file = self.file_of(source)?;
        file.successor().load().ok().flatten()
    }

    /// The key that seals from now on, made if there is none.
    pub(super) fn key_to_seal(&self) -> Result<Key, VaultError> {
        let key = match self.load_or_create(SourceList::put_first) {
            Ok(key) => key,
            Err(e) => {
                let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                return last.clone().ok_or(e);
            }
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        Ok(key)
    }

    /// The same key for a re-keying that may still fail: it is made and can be
    /// found again, but the source that sealed before goes on sealing.
    pub(super) fn key_to_move_to(&self) -> Result<Key, VaultError> {
        self.load_or_create(SourceList::put_last)
    }

    /// Whether the source that seals can be used, as far as that is quick to tell.
    pub(super) fn check(&self) -> Result<(), VaultError> {
        match self.chosen()? {
            // Asking a key store takes long and may bother a person; the first use will tell.
            None | Some(Source::KeyStore(_)) => Ok(()),
            Some(Source::Passphrase(file)) => self.passphrases.check(&file),
            Some(source) => self.load(&source).map(drop),
        }
    }

    /// The named key file, if it is not there and never sealed here.
    pub(super) fn new_key_file(&self) -> Result<Option<Source>, VaultError> {
        let Some(named @ Source::KeyFile(path)) = &self.named else {
            return Ok(None);
        };
        let is_new = !path.exists() && !self.known()?.contains(named);
        Ok(is_new.then(|| named.clone()))
    }

    /// Everything is sealed under the chosen source now: forgets the others, and
    /// takes away the keys that garminsync made for them. What a person put
    /// somewhere stays.
    pub(super) fn settle(&self) -> Result<(), VaultError> {
        let (Some(list), Some(chosen)) = (&self.list, self.chosen()?) else {
            return Ok(());
        };
        let known = list.load()?;
        list.keep_only(&chosen)?;
        if chosen != Source::HomeKey {
            self.home_key.remove()?;
        }
        if !matches!(chosen, Source::Passphrase(_)) {
            self.passphrases.remove_salt()?;
        }
        for source in known.iter().filter(|source| **source != chosen) {
            if let Source::KeyStore(entry) = source {
                self.key_store.remove(entry)?;
            }
        }
        Ok(())
    }

    /// The key file behind a source, if it is one.
    pub(super) fn file_of(&self, source: &Source) -> Option<KeyFile> {
        match source {
            Source::HomeKey => Some(self.home_key.clone()),
            Source::KeyFile(path) => Some(KeyFile::at(path.clone())),
            _ => None,
        }
    }

    /// The source's name for people.
    pub(super) fn name(&self, source: &Source) -> String {
        match source {
            Source::HomeKey => self.home_key.name(),
            Source::KeyFile(path) => KeyFile::at(path.clone()).name(),
            Source::Credential => "systemd credential".to_owned(),
            Source::Passphrase(_) => "passphrase file".to_owned(),
            Source::KeyStore(_) => self.key_store.name(),
        }
    }

    pub(super) fn missing(&self, source: &Source) -> VaultError {
        let name = self.name(source);
        VaultError::KeyMissing {
            what: match source {
                Source::KeyStore(_) => format!("vault's entry in the {name}"),
                Source::Credential => format!("{name} {CREDENTIAL}"),
                Source::Passphrase(_) => format!("salt file of the {name}"),
                Source::HomeKey | Source::KeyFile(_) => name,
            },
        }
    }

    /// `note` writes down that the source is in use, before it is.
    fn load_or_create(&self, note: Note) -> Result<Key, VaultError> {
        let Some(source) = self.chosen()? else {
            return self.make_first(note);
        };
        let key = match &source {
            Source::HomeKey => self.home_key.load_or_create()?,
            Source::KeyFile(path) => KeyFile::at(path.clone()).load_or_create()?,
            Source::Passphrase(file) => self.passphrases.load_or_create(file)?,
            Source::Credential => self.load(&source)?.ok_or_else(|| self.missing(&source))?,
            Source::KeyStore(entry) => match self.key_store.load(entry)? {
                Some(key) => key,
                // The entry was deleted: as with a lost key file, a new sign-in starts anew.
                None => return self.make_in_key_store(note),
            },
        };
        self.note(note, &source)?;
        Ok(key)
    }

    /// The very first key of a home. Under a lock, so that two processes do not
    /// choose two sources.
    fn make_first(&self, note: Note) -> Result<Key, VaultError> {
        let _lock = lock(&self.lock)?;
        if self.chosen()?.is_some() {
            return self.load_or_create(note);
        }
        if self.key_store.is_there()
            && let Ok(key) = self.make_in_key_store(note)
        {
            return Ok(key);
        }
        self.home_key.load_or_create()
    }

    fn make_in_key_store(&self, note: Note) -> Result<Key, VaultError> {
        let (entry, key) = self.key_store.create()?;
        self.note(note, &Source::KeyStore(entry))?;
        Ok(key)
    }

    fn note(&self, note: Note, source: &Source) -> Result<(), VaultError> {
        self.list.as_ref().map_or(Ok(()), |list| note(list, source))
    }

    fn known(&self) -> Result<Vec<Source>, VaultError> {
        self.list.as_ref().map_or(Ok(Vec::new()), SourceList::load)
    }

    fn load_credential(&self) -> Result<Option<Key>, VaultError> {
        let error = |why: &dyn ToString| VaultError::source("systemd credential", why);
        let Some(path) = &self.credential else {
            return Ok(None);
        };
        match small_file::read(path).map_err(|e| error(&e))? {
            Some(bytes) => Key::from_foreign(&bytes)
                .map(Some)
                .ok_or_else(|| error(&"it is no key of 32 bytes")),
            None => Ok(None),
        }
    }
}

fn lock(path: &Path) -> Result<fs::File, VaultError> {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|e| VaultError::source(format!("lock file {}", path.display()), &e))
}
