//! What a sync would ask Garmin, before anything is asked.

use std::collections::BTreeMap;

use crate::domain::wording::counted;

/// The requests of a sync: those that are certain, and those that only the first
/// answers tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Certain requests, by endpoint.
    pub endpoints: BTreeMap<&'static str, u32>,
    /// How long those take, by what the last jobs took.
    pub seconds: u64,
    pub open: Vec<OpenPrice>,
}

/// Requests that may come on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPrice {
    pub why: OpenReason,
    /// `None`: nobody can know yet.
    pub at_most: Option<u32>,
}

/// Why a part of a price is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenReason {
    /// The first request tells whether a watch has uploaded since the last sync.
    NewUpload,
    /// How far back the history goes is still to be found out.
    FirstDay,
    /// A sync goes on with the backfill, within the day's allowance.
    Allowance,
    /// Each activity that is listed brings a file, and some bring legs.
    Files,
}

impl OpenReason {
    /// The machine's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewUpload => "new_upload",
            Self::FirstDay => "first_day",
            Self::Allowance => "backfill_allowance",
            Self::Files => "activity_files",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NewUpload => "if a watch has uploaded since the last sync",
            Self::FirstDay => "depending on how far back the history goes",
            Self::Allowance => "for today's part of the backfill",
            Self::Files => "one for each new activity's file",
        }
    }
}

impl OpenPrice {
    /// `up to 12 more if a watch has uploaded since the last sync`
    pub fn sentence(&self) -> String {
        match self.at_most {
            Some(most) => format!("up to {most} more {}", self.why.sentence()),
            None => format!("and {}", self.why.sentence()),
        }
    }
}

impl Price {
    /// The certain requests.
    pub fn requests(&self) -> u32 {
        self.endpoints.values().sum()
    }

    /// With everything that may come on top; `None`: nobody can know yet.
    pub fn at_most(&self) -> Option<u32> {
        let more = self.open.iter().map(|open| open.at_most);
        more.sum::<Option<u32>>()
            .map(|more| self.requests().saturating_add(more))
    }

    /// What is told after a first sync: that there may be more, and for how much.
    pub fn of_older_days(&self) -> String {
        let least = self.requests();
        let more: u32 = self.open.iter().filter_map(|open| open.at_most).sum();
        let mut requests = match more {
            0 => counted(least, "request"),
            more => format!(
                "between {least} and {} requests",
                least.saturating_add(more)
            ),
        };
        for open in self.open.iter().filter(|open| open.at_most.is_none()) {
            requests = format!("{requests} {}", open.sentence());
        }
        format!(
            "only the recent days are here; the history before them takes {requests}: \
             garminsync --sync --backfill, or b on the coverage screen"
        )
    }

    pub fn add(&mut self, endpoint: &'static str, requests: u32) {
        if requests > 0 {
            *self.endpoints.entry(endpoint).or_default() += requests;
        }
    }

    /// Adds what may come on top; nothing is no addition.
    pub fn add_open(&mut self, why: OpenReason, at_most: Option<u32>) {
        if at_most != Some(0) {
            self.open.push(OpenPrice { why, at_most });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_bounded_unless_something_cannot_be_known() {
        let mut price = Price::default();
        price.add("a", 2);
        price.add("b", 0);
        assert_eq!((price.requests(), price.at_most()), (2, Some(2)));
        price.add_open(OpenReason::NewUpload, Some(7));
        price.add_open(OpenReason::FirstDay, Some(0));
        assert_eq!((price.requests(), price.at_most()), (2, Some(9)));
        assert_eq!(
            price.open[0].sentence(),
            "up to 7 more if a watch has uploaded since the last sync"
        );
        price.add_open(OpenReason::Files, None);
        assert_eq!(price.at_most(), None);
        assert_eq!(
            price.open[1].sentence(),
            "and one for each new activity's file"
        );
        let told = price.of_older_days();
        let costs = "between 2 and 9 requests and one for each new activity's file";
        assert!(told.contains(costs), "{told}");
    }
}
