//! Tables `endurance_week` and `endurance_day`, and what their scores are made of.

use jiff::civil::Date;

use crate::central_db::table::table;

table! {
    /// The mean score of seven days, Monday to Sunday.
    pub struct EnduranceWeek in "endurance_week" by week_on for 7 days {
        key { week_on: Date }
        values {
            average_score: Option<i64>,
            highest_score: Option<i64>,
        }
    }
}

table! {
    /// The score of one day, and where the levels begin for this person.
    pub struct EnduranceDay in "endurance_day" by day_on {
        key { day_on: Date }
        values {
            score: Option<i64>,
            /// Garmin's number of the level; the limits beside it say what it means.
            classification: Option<i64>,
            /// Garmin's number of a phrase.
            feedback: Option<i64>,
            gauge_from: Option<i64>,
            intermediate_from: Option<i64>,
            trained_from: Option<i64>,
            well_trained_from: Option<i64>,
            expert_from: Option<i64>,
            superior_from: Option<i64>,
            elite_from: Option<i64>,
            gauge_to: Option<i64>,
            device_id: Option<i64>,
        }
    }
}

table! {
    /// What a week's score is made of. Numbers change with it, and kinds come and go.
    pub struct WeekContributor in "endurance_week_contributor" by week_on, listed {
        key {
            week_on: Date,
            /// `activity_type` or `group`.
            kind: String,
            number: i64,
        }
        values { share_percent: f64 }
    }
}

table! {
    /// What a day's score is made of.
    pub struct DayContributor in "endurance_day_contributor" by day_on, listed {
        key {
            day_on: Date,
            /// `activity_type` or `group`.
            kind: String,
            number: i64,
        }
        values { share_percent: f64 }
    }
}
