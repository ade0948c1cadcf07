//! The kinds of data, by the names used in `--only`, tables and log.

use std::{fmt, str::FromStr};

use serde::Serialize;

use super::suggest::did_you_mean;

/// One kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dataset {
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
    Vo2max,
    RacePredictions,
    Endurance,
    Hill,
    FitnessAge,
    Thresholds,
    HealthStatus,
    Profile,
    Settings,
    Devices,
    Gear,
    Records,
    Zones,
}

impl Dataset {
    /// In the order in which they are planned and shown.
    pub const ALL: [Self; 23] = [
        Self::Activities,
        Self::Daily,
        Self::Sleep,
        Self::Hrv,
        Self::BodyBattery,
        Self::Weight,
        Self::BloodPressure,
        Self::Hydration,
        Self::Readiness,
        Self::TrainingStatus,
        Self::Vo2max,
        Self::RacePredictions,
        Self::Endurance,
        Self::Hill,
        Self::FitnessAge,
        Self::Thresholds,
        Self::HealthStatus,
        Self::Profile,
        Self::Settings,
        Self::Devices,
        Self::Gear,
        Self::Records,
        Self::Zones,
    ];

    /// What `core` stands for.
    pub const CORE: [Self; 6] = [
        Self::Activities,
        Self::Daily,
        Self::Sleep,
        Self::Hrv,
        Self::BodyBattery,
        Self::Weight,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Activities => "activities",
            Self::Daily => "daily",
            Self::Sleep => "sleep",
            Self::Hrv => "hrv",
            Self::BodyBattery => "body_battery",
            Self::Weight => "weight",
            Self::BloodPressure => "blood_pressure",
            Self::Hydration => "hydration",
            Self::Readiness => "readiness",
            Self::TrainingStatus => "training_status",
            Self::Vo2max => "vo2max",
            Self::RacePredictions => "race_predictions",
            Self::Endurance => "endurance",
            Self::Hill => "hill",
            Self::FitnessAge => "fitness_age",
            Self::Thresholds => "thresholds",
            Self::HealthStatus => "health_status",
            Self::Profile => "profile",
            Self::Settings => "settings",
            Self::Devices => "devices",
            Self::Gear => "gear",
            Self::Records => "records",
            Self::Zones => "zones",
        }
    }

    /// Whether a changed daily summary means that it may have changed, too.
    /// Activities have a list of their own to tell.
    pub const fn follows_the_day(self) -> bool {
        !self.is_snapshot() && !matches!(self, Self::Daily | Self::Activities)
    }

    /// Whether it is what is true now, rather than something for each day.
    pub const fn is_snapshot(self) -> bool {
        matches!(
            self,
            Self::Profile
                | Self::Settings
                | Self::Devices
                | Self::Gear
                | Self::Records
                | Self::Zones
        )
    }
}

/// Datasets as a person lists them: comma-separated names, `core` and `all`
/// for several; each once, in planning order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetList(pub Vec<Dataset>);

impl FromStr for DatasetList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut out = Vec::new();
        for name in text.split(',').map(str::trim) {
            match name {
                "core" => out.extend(Dataset::CORE),
                "all" => out.extend(Dataset::ALL),
                name => out.push(name.parse()?),
            }
        }
        out.sort();
        out.dedup();
        Ok(Self(out))
    }
}

fn unknown(name: &str) -> String {
    let known = || {
        ["core", "all"]
            .into_iter()
            .chain(Dataset::ALL.map(Dataset::name))
    };
    let meant = did_you_mean(name, known());
    let known: Vec<_> = known().collect();
    format!(
        "there is no dataset {name:?}{meant} (there are {})",
        known.join(", ")
    )
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dataset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dataset| dataset.name() == text)
            .ok_or_else(|| unknown(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_each_dataset_once() {
        let list = |text: &str| text.parse::<DatasetList>().map(|list| list.0);
        let found = list("gear, core,daily").unwrap();
        assert_eq!(found.len(), 7);
        let ends = (found[0], found[6]);
        assert_eq!(
            ends,
            (Dataset::Activities, Dataset::Gear),
            "in planning order"
        );
        assert_eq!(list("all").unwrap(), Dataset::ALL);
        assert!(
            list("daily,slep")
                .unwrap_err()
                .contains("\"slep\"; did you mean sleep?")
        );
    }
}
