//! Recorded activities: their ids, and their original files.

/// Garmin's id of an activity; exceeds 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivityId(i64);

impl ActivityId {
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

/// What became of an activity's original file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// On disk, unzipped and named by ids.
    Got,
    /// Garmin has none: a manual entry.
    NoFile,
    /// Asked for and not had; asked again later.
    Failed,
}

impl FileState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Got => "got",
            Self::NoFile => "no_file",
            Self::Failed => "failed",
        }
    }
}
