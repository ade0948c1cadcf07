//! One recorded activity, in SI units whatever lane it came by.

use jiff::{Timestamp, civil::Date};

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

/// A list row, typed as far as it could be typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub id: ActivityId,
    /// As Garmin sent it: may hold anything, so it passes `printable` before a screen.
    pub name: Option<String>,
    /// Garmin's `typeKey`, unknown ones included.
    pub kind: Option<String>,
    pub started_at: Option<Timestamp>,
    /// The local start date: the day this activity counts for.
    pub started_on: Date,
    /// Wall clock minus UTC at the start.
    pub utc_offset_s: Option<i64>,
    pub duration_s: Option<f64>,
    pub moving_s: Option<f64>,
    pub elapsed_s: Option<f64>,
    pub distance_m: Option<f64>,
    pub elevation_gain_m: Option<f64>,
    pub elevation_loss_m: Option<f64>,
    pub average_speed_mps: Option<f64>,
    pub max_speed_mps: Option<f64>,
    pub average_hr_bpm: Option<f64>,
    pub max_hr_bpm: Option<f64>,
    pub energy_kcal: Option<f64>,
    pub steps: Option<i64>,
    pub average_power_w: Option<f64>,
    pub training_load: Option<f64>,
    pub vo2max_ml_kg_min: Option<f64>,
    pub device_id: Option<i64>,
    /// Multisport: this row is the parent of others, or has a parent.
    pub is_parent: bool,
    pub parent_id: Option<i64>,
    pub is_favorite: Option<bool>,
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
