//! The kinds of data, by the names used in `--only`, tables and log.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// One kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dataset {
    Activities,
    Daily,
    Sleep,
}

impl Dataset {
    /// In the order in which they are planned and shown.
    pub const ALL: [Self; 3] = [Self::Activities, Self::Daily, Self::Sleep];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Activities => "activities",
            Self::Daily => "daily",
            Self::Sleep => "sleep",
        }
    }
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
            .ok_or_else(|| {
                let known = Self::ALL.map(Self::name).join(", ");
                format!("unknown dataset {text:?}; known are {known}")
            })
    }
}
