//! The kinds of data an account may have or lack.

/// A kind of data, for scripts that hide one. Snapshots such as gear or devices are never hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Activities,
    Daily,
    Sleep,
    Hrv,
    BodyBattery,
    Weight,
    BloodPressure,
    Hydration,
    Readiness,
    TrainingStatus,
    Vo2Max,
    RacePredictions,
    Endurance,
    Hill,
    FitnessAge,
    Thresholds,
    HealthStatus,
}

impl Kind {
    /// What comes off the wrist waits for the watch to meet the phone; scales and people do not.
    pub(super) fn needs_watch(self) -> bool {
        !matches!(self, Self::Weight | Self::BloodPressure)
    }
}
