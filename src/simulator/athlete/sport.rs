//! The sports Ada does, in Garmin's numbers and in FIT's.

/// A kind of activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Sport {
    Running,
    TrailRunning,
    Cycling,
    Strength,
    LapSwimming,
    OpenWater,
    Hiking,
    Transition,
    Multisport,
}

/// What goes with a sport.
#[derive(Debug)]
pub(in crate::simulator) struct Facts {
    pub(in crate::simulator) type_id: u32,
    pub(in crate::simulator) type_key: &'static str,
    pub(in crate::simulator) parent_type_id: u32,
    /// `sportTypeId` of the list.
    pub(in crate::simulator) sport_type_id: u32,
    /// FIT profile: `sport` and `sub_sport`.
    pub(in crate::simulator) fit: (u8, u8),
    /// Metres per second; zero where nothing is covered.
    pub(super) speed: (f64, f64),
    /// Minutes.
    pub(super) minutes: (i64, i64),
    /// Average heart rate, beats per minute.
    pub(super) heart: (i64, i64),
    /// Metres of climb per kilometre.
    pub(super) climb: f64,
    /// Kilocalories per minute.
    pub(super) burn: f64,
    /// Steps per minute.
    pub(super) cadence: (i64, i64),
    pub(super) names: &'static [&'static str],
}

const RUNNING: Facts = Facts {
    type_id: 1,
    type_key: "running",
    parent_type_id: 17,
    sport_type_id: 1,
    fit: (1, 0),
    speed: (2.5, 3.5),
    minutes: (28, 95),
    heart: (138, 162),
    climb: 9.0,
    burn: 10.5,
    cadence: (160, 174),
    names: &[
        "Morning Run",
        "Früh am Kanal 🌅",
        "Lunch Run",
        "6 × 800 m",
        "Langer Lauf",
        "Café Loop ☕",
        "Tempo 🔥",
    ],
};
const TRAIL_RUNNING: Facts = Facts {
    type_id: 6,
    type_key: "trail_running",
    parent_type_id: 1,
    fit: (1, 3),
    ..RUNNING
};
const CYCLING: Facts = Facts {
    type_id: 2,
    type_key: "cycling",
    parent_type_id: 17,
    sport_type_id: 2,
    fit: (2, 0),
    speed: (6.2, 8.6),
    minutes: (45, 190),
    heart: (122, 148),
    climb: 7.0,
    burn: 8.5,
    cadence: (0, 0),
    names: &[
        "Feierabendrunde",
        "Gravel 🚵",
        "Zum Müggelsee und zurück",
        "Commute",
        "Col d'Été",
    ],
};
const STRENGTH: Facts = Facts {
    type_id: 13,
    type_key: "strength_training",
    parent_type_id: 29,
    sport_type_id: 4,
    fit: (10, 20),
    speed: (0.0, 0.0),
    minutes: (25, 55),
    heart: (98, 124),
    climb: 0.0,
    burn: 5.5,
    cadence: (0, 0),
    names: &["Strength", "Kraft & Core 💪", "Klimmzüge üben"],
};
const LAP_SWIMMING: Facts = Facts {
    type_id: 27,
    type_key: "lap_swimming",
    parent_type_id: 26,
    sport_type_id: 5,
    fit: (5, 17),
    speed: (0.7, 1.0),
    minutes: (30, 60),
    heart: (118, 142),
    climb: 0.0,
    burn: 8.0,
    cadence: (0, 0),
    names: &["Pool Swim", "Bahnen ziehen 🏊", "Technik"],
};
const OPEN_WATER: Facts = Facts {
    type_id: 28,
    type_key: "open_water_swimming",
    sport_type_id: 5,
    fit: (5, 18),
    names: &["Open Water"],
    ..LAP_SWIMMING
};
const HIKING: Facts = Facts {
    type_id: 3,
    type_key: "hiking",
    parent_type_id: 17,
    sport_type_id: 17,
    fit: (17, 0),
    speed: (1.0, 1.4),
    minutes: (90, 300),
    heart: (96, 122),
    climb: 45.0,
    burn: 6.0,
    cadence: (92, 108),
    names: &["Wanderung ⛰️", "Sächsische Schweiz", "Sunday Hike"],
};
const TRANSITION: Facts = Facts {
    type_id: 189,
    type_key: "transition_v2",
    parent_type_id: 4,
    sport_type_id: 0,
    fit: (3, 0),
    speed: (0.5, 1.0),
    minutes: (2, 4),
    heart: (130, 140),
    climb: 0.0,
    burn: 6.0,
    cadence: (60, 90),
    names: &["Transition"],
};
const MULTISPORT: Facts = Facts {
    type_id: 89,
    type_key: "multi_sport",
    parent_type_id: 17,
    sport_type_id: 0,
    fit: (18, 0),
    speed: (0.0, 0.0),
    minutes: (0, 0),
    heart: (130, 150),
    climb: 0.0,
    burn: 0.0,
    cadence: (0, 0),
    names: &["Triathlon 🏅", "Jedermann-Triathlon"],
};

impl Sport {
    /// The legs of a multisport activity, in order.
    pub(super) const LEGS: [Self; 5] = [
        Self::OpenWater,
        Self::Transition,
        Self::Cycling,
        Self::Transition,
        Self::Running,
    ];

    /// The sport with this `typeKey`.
    pub(in crate::simulator) fn by_key(key: &str) -> Option<Self> {
        let all = [
            Self::Running,
            Self::TrailRunning,
            Self::Cycling,
            Self::Strength,
            Self::LapSwimming,
            Self::OpenWater,
            Self::Hiking,
            Self::Transition,
            Self::Multisport,
        ];
        all.into_iter().find(|sport| sport.facts().type_key == key)
    }

    pub(in crate::simulator) fn facts(self) -> &'static Facts {
        match self {
            Self::Running => &RUNNING,
            Self::TrailRunning => &TRAIL_RUNNING,
            Self::Cycling => &CYCLING,
            Self::Strength => &STRENGTH,
            Self::LapSwimming => &LAP_SWIMMING,
            Self::OpenWater => &OPEN_WATER,
            Self::Hiking => &HIKING,
            Self::Transition => &TRANSITION,
            Self::Multisport => &MULTISPORT,
        }
    }

    /// An ordinary training day's sport; running most of all.
    pub(super) fn pick(dice: &mut fastrand::Rng) -> Self {
        match dice.u8(0..100) {
            0..45 => Self::Running,
            45..68 => Self::Cycling,
            68..82 => Self::Strength,
            82..93 => Self::LapSwimming,
            _ => Self::Hiking,
        }
    }
}
