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
