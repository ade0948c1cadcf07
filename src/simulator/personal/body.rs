//! Body and zones on the Personal API: E10, E13, E15 and E22 of personal-api.md 6.3 to 6.5.

use super::reply::Refusal;
use crate::simulator::range::{self, Cap};
use crate::simulator::server::Endpoint;
use crate::simulator::{body_battery, fitness_age, weight, zones};

const REPORT_CAP: Cap = |_| 31;

/// "About a year works" (personal-api.md 8, quirk 6).
const WEIGHT_CAP: Cap = |_| 365;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::personal(
            "personal.body_battery",
            body_battery::PATH,
            range::over_query::<Refusal, _>(
                "personal.body_battery",
                range::START_END,
                REPORT_CAP,
                body_battery::reports,
            ),
        ),
        Endpoint::personal(
            "personal.fitness_age",
            "/fitnessage-service/fitnessage/v2/{day}",
            range::one_day::<Refusal, _>(fitness_age::day),
        ),
        Endpoint::personal(
            "personal.weight",
            weight::PATH,
            range::over_path::<Refusal, _>("personal.weight", WEIGHT_CAP, weight::range),
        ),
        Endpoint::personal(
            "personal.zones",
            "/biometric-service/heartRateZones/v2",
            zones::heart_rate(),
        ),
    ]
}
