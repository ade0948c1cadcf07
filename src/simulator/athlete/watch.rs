//! The watches of the years, and what each of them can measure: kinds of data begin on different days.

use jiff::civil::{Date, date};

use super::{Athlete, plus_days};

/// A watch as the device list knows it. Ids lie above 2^31, as real ones do.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::simulator) struct Watch {
    pub(in crate::simulator) device_id: i64,
    pub(in crate::simulator) name: &'static str,
    pub(in crate::simulator) application_key: &'static str,
    pub(in crate::simulator) type_pk: i64,
    pub(in crate::simulator) part_number: &'static str,
    pub(in crate::simulator) sku: &'static str,
    pub(in crate::simulator) firmware: (i64, i64),
}

/// Counts beats and steps, and nothing finer.
const FIRST: Watch = Watch {
    device_id: 3_905_512_331,
    name: "Forerunner 235",
    application_key: "fr235",
    type_pk: 30_266,
    part_number: "006-B2431-00",
    sku: "010-03717-54",
    firmware: (7, 80),
};
const SECOND: Watch = Watch {
    device_id: 3_318_740_256,
    name: "Forerunner 245",
    application_key: "forerunner245",
    type_pk: 34_104,
    part_number: "006-B3076-00",
    sku: "010-02120-10",
    firmware: (13, 0),
};
const NEWEST: Watch = Watch {
    device_id: 3_486_112_907,
    name: "Forerunner 965",
    application_key: "forerunner965",
    type_pk: 37_086,
    part_number: "006-B4315-00",
    sku: "010-02809-10",
    firmware: (27, 9),
};

/// What a watch measures or works out, beyond steps, heart, sleep stages and VO2 max.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Sense {
    Stress,
    BodyBattery,
    Respiration,
    PulseOx,
    SleepScore,
    RacePredictions,
    TrainingStatus,
    FitnessAge,
    Thresholds,
    Floors,
    SkinTemperature,
    Hrv,
    HealthStatus,
    Readiness,
    Scores,
}

impl Sense {
    /// Which watch in the row brought it.
    pub(in crate::simulator) fn watch(self) -> usize {
        self.since().0
    }

    /// Which watch in the row brought it, and how many days it takes to learn.
    fn since(self) -> (usize, i64) {
        match self {
            Self::Stress
            | Self::BodyBattery
            | Self::Respiration
            | Self::PulseOx
            | Self::SleepScore => (1, 0),
            Self::RacePredictions => (1, 7),
            Self::TrainingStatus => (1, 14),
            Self::FitnessAge => (1, 28),
            Self::Thresholds => (2, 10),
            Self::Floors | Self::SkinTemperature | Self::Hrv | Self::HealthStatus => (2, 0),
            Self::Readiness => (2, 3),
            Self::Scores => (2, 21),
        }
    }
}

/// The watches in the order of their years, each with its first day.
#[derive(Debug)]
pub(super) struct Wardrobe([(Date, Watch); 3]);

impl Wardrobe {
    pub(super) fn new(newest: Option<Date>) -> Self {
        let newest = newest.unwrap_or(date(2023, 4, 15));
        Self([
            (Date::MIN, FIRST),
            (plus_days(newest, -1407), SECOND),
            (newest, NEWEST),
        ])
    }
}

impl Athlete {
    /// The watch of a day.
    pub(in crate::simulator) fn watch(&self, date: Date) -> &Watch {
        let Wardrobe([(_, first), ..]) = &self.wardrobe;
        let worn = self.watches().rfind(|(since, _)| *since <= date);
        worn.map_or(first, |(_, watch)| watch)
    }

    /// All watches with their first days, oldest first.
    pub(in crate::simulator) fn watches(&self) -> impl DoubleEndedIterator<Item = (Date, &Watch)> {
        self.wardrobe.0.iter().map(|(since, watch)| (*since, watch))
    }

    /// Whether the watch of a day has a sense, and has learnt it.
    pub(in crate::simulator) fn senses(&self, sense: Sense, date: Date) -> bool {
        self.sensed_since(sense) <= date
    }

    /// The first day with a sense.
    pub(in crate::simulator) fn sensed_since(&self, sense: Sense) -> Date {
        let (watch, learning) = sense.since();
        let since = self.watches().nth(watch).map(|(since, _)| since);
        since.map_or(Date::MIN, |since| plus_days(since, learning))
    }
}
