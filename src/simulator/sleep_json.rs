//! A night as JSON: the DTO that REST and GraphQL share, and the curves around it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Night, Sense, Stage, Topic, float, plus_days, round};
use super::profile::PROFILE_ID;
use super::wire::{gmt, hundredths, iso, iso_tenths, local_millis, merged, plus_seconds};
use super::world::World;

/// Epoch milliseconds of the wall clock, read as if it were UTC (protocol.md 9.1).
pub(super) fn local(world: &World, night: &Night, at: Timestamp) -> i64 {
    local_millis(world.athlete.local(at, night.date).datetime())
}

/// A difference in Fahrenheit, which knows no 32.
pub(super) fn fahrenheit_difference(celsius: f64) -> f64 {
    hundredths(celsius * 1.8)
}

/// `dailySleepDTO`, in seconds.
pub(super) fn dto(world: &World, night: &Night) -> Value {
    let has = |sense| world.athlete.senses(sense, night.date);
    let oxygen = has(Sense::PulseOx).then(|| {
        json!({
            "averageSpO2Value": float(night.spo2),
            "lowestSpO2Value": night.spo2 - 8,
            "highestSpO2Value": 100,
            "averageSpO2HRSleep": float(night.average_hr),
        })
    });
    let breath = has(Sense::Respiration).then(|| {
        json!({
            "averageRespirationValue": float(night.respiration),
            "lowestRespirationValue": float(night.respiration - 3),
            "highestRespirationValue": float(night.respiration + 4),
            "breathingDisruptionSeverity": "NONE",
        })
    });
    let scored = has(Sense::SleepScore).then(|| scored(world, night));
    // Older watches leave such members out (recordings, wellness-service-2021).
    let rest = [oxygen, breath, scored].into_iter().flatten();
    merged(std::iter::once(basics(world, night)).chain(rest))
}

/// What every watch knows.
fn basics(world: &World, night: &Night) -> Value {
    let version = if world.athlete.senses(Sense::SleepScore, night.date) {
        2
    } else {
        1
    };
    json!({
        "id": night.start.as_millisecond(),
        "userProfilePK": PROFILE_ID,
        "calendarDate": night.date.to_string(),
        "sleepTimeSeconds": night.asleep(),
        "napTimeSeconds": 0,
        "sleepWindowConfirmed": true,
        "sleepWindowConfirmationType": "enhanced_confirmed_final",
        "sleepStartTimestampGMT": night.start.as_millisecond(),
        "sleepEndTimestampGMT": night.end.as_millisecond(),
        "sleepStartTimestampLocal": local(world, night, night.start),
        "sleepEndTimestampLocal": local(world, night, night.end),
        "autoSleepStartTimestampGMT": null,
        "autoSleepEndTimestampGMT": null,
        "sleepQualityTypePK": null,
        "sleepResultTypePK": null,
        "unmeasurableSleepSeconds": 0,
        "deepSleepSeconds": night.seconds_in(Stage::Deep),
        "lightSleepSeconds": night.seconds_in(Stage::Light),
        "remSleepSeconds": night.seconds_in(Stage::Rem),
        "awakeSleepSeconds": night.seconds_in(Stage::Awake),
        "deviceRemCapable": true,
        "retro": false,
        "sleepFromDevice": true,
        "sleepVersion": version,
    })
}

/// What came with sleep scores.
fn scored(world: &World, night: &Night) -> Value {
    let device = world.athlete.watch(night.date).device_id;
    let tomorrow = plus_days(night.date, 1);
    json!({
        "awakeCount": night.awakenings(),
        "avgSleepStress": float(night.stress),
        "ageGroup": "ADULT",
        "avgHeartRate": float(night.average_hr),
        "sleepScoreFeedback": if night.score >= 80 { "POSITIVE_LONG_AND_DEEP" } else { "NEGATIVE_SHORT" },
        "sleepScoreInsight": "NONE",
        "sleepScorePersonalizedInsight": "NOT_AVAILABLE",
        "sleepScores": scores(night),
        "sleepNeed": need(device, night.date, night.need, night.start),
        "nextSleepNeed": need(device, tomorrow, night.need, night.end),
    })
}

/// A night that was not recorded: the wrapper is there, its times are null.
pub(super) fn no_night(date: Date) -> Value {
    let template = json!({
        "id": null,
        "userProfilePK": PROFILE_ID,
        "calendarDate": date.to_string(),
        "sleepTimeSeconds": null,
        "napTimeSeconds": null,
        "sleepWindowConfirmed": null,
        "sleepStartTimestampGMT": null,
        "sleepEndTimestampGMT": null,
        "sleepStartTimestampLocal": null,
        "sleepEndTimestampLocal": null,
        "deepSleepSeconds": null,
        "lightSleepSeconds": null,
        "remSleepSeconds": null,
        "awakeSleepSeconds": null,
        "deviceRemCapable": false,
        "sleepFromDevice": false,
    });
    json!({ "dailySleepDTO": template, "sleepMovement": [], "remSleepData": false, "sleepLevels": [] })
}

fn scores(night: &Night) -> Value {
    let asleep = float(night.asleep());
    let share = |stage, low: f64, high: f64| {
        json!({
            "value": round(float(night.seconds_in(stage)) * 100.0 / asleep.max(1.0)),
            "qualifierKey": "GOOD",
            "optimalStart": low,
            "optimalEnd": high,
            "idealStartInSeconds": hundredths(asleep * low / 100.0),
            "idealEndInSeconds": hundredths(asleep * high / 100.0),
        })
    };
    json!({
        "overall": { "value": night.score, "qualifierKey": night.quality() },
        "totalDuration": { "qualifierKey": night.quality(), "optimalStart": 28_200.0, "optimalEnd": 28_200.0 },
        "stress": { "qualifierKey": "GOOD", "optimalStart": 0.0, "optimalEnd": 15.0 },
        "awakeCount": { "qualifierKey": "GOOD", "optimalStart": 0.0, "optimalEnd": 1.0 },
        "restlessness": { "qualifierKey": "FAIR", "optimalStart": 0.0, "optimalEnd": 5.0 },
        "remPercentage": share(Stage::Rem, 21.0, 31.0),
        "lightPercentage": share(Stage::Light, 30.0, 64.0),
        "deepPercentage": share(Stage::Deep, 16.0, 33.0),
    })
}

/// Minutes of sleep the watch asks for.
fn need(device: i64, date: Date, minutes: i64, at: Timestamp) -> Value {
    json!({
        "userProfilePk": PROFILE_ID,
        "calendarDate": date.to_string(),
        "deviceId": device,
        "timestampGmt": iso(gmt(at)),
        "baseline": 470,
        "actual": minutes,
        "feedback": "NO_CHANGE_BALANCED",
        "trainingFeedback": "NO_CHANGE",
        "sleepHistoryAdjustment": "NO_CHANGE",
        "hrvAdjustment": "NO_CHANGE",
        "napAdjustment": "NO_CHANGE",
        "displayedForTheDay": true,
        "preferredActivityTracker": true,
    })
}

/// The whole night as a page shows it: DTO, stages and curves.
pub(super) fn with_curves(world: &World, night: &Night) -> Value {
    let curves = Curves::new(world, night);
    let levels = night.levels.iter().map(|(start, end, stage)| {
        json!({
            "startGMT": iso_tenths(gmt(*start)),
            "endGMT": iso_tenths(gmt(*end)),
            "activityLevel": float(*stage as i64),
        })
    });
    let movement = curves.grid(60).map(|at| {
        let level = curves.wave(at, 2.2, 1.9).abs();
        json!({
            "startGMT": iso_tenths(gmt(at)),
            "endGMT": iso_tenths(gmt(plus_seconds(at, 60))),
            "activityLevel": level,
        })
    });
    let breaths = curves.grid(120).map(|at| {
        json!({ "startTimeGMT": at.as_millisecond(), "respirationValue": curves.wave(at, float(night.respiration), 2.0).round() })
    });
    let averages = curves.grid(3600).map(|at| breath_average(night, at));
    let restless = usize::try_from(night.restless_moments).unwrap_or(0);
    let moments = curves
        .grid(780)
        .take(restless)
        .map(|at| json!({ "value": 1, "startGMT": at.as_millisecond() }));
    let has = |sense| world.athlete.senses(sense, night.date);
    let everywhere = json!({
        "dailySleepDTO": dto(world, night),
        "sleepMovement": movement.collect::<Vec<_>>(),
        "remSleepData": true,
        "sleepLevels": levels.collect::<Vec<_>>(),
        "sleepRestlessMoments": moments.collect::<Vec<_>>(),
        "restlessMomentsCount": night.restless_moments,
        "sleepHeartRate": curves.values(120, float(night.average_hr), 5.0),
        "restingHeartRate": night.resting_hr,
    });
    let sensed = [
        has(Sense::PulseOx).then(|| oxygen(world, night, &curves)),
        has(Sense::Respiration).then(|| {
            json!({
                "wellnessEpochRespirationDataDTOList": breaths.collect::<Vec<_>>(),
                "wellnessEpochRespirationAveragesList": averages.collect::<Vec<_>>(),
                "breathingDisruptionData": [{
                    "startGMT": night.start.as_millisecond(),
                    "endGMT": night.end.as_millisecond(),
                    "value": 0,
                }],
                "respirationVersion": 200,
            })
        }),
        has(Sense::Stress)
            .then(|| json!({ "sleepStress": curves.values(180, float(night.stress), 9.0) })),
        has(Sense::BodyBattery).then(|| {
            json!({
                "sleepBodyBattery": curves.climb(180, night.body_battery_change),
                "bodyBatteryChange": night.body_battery_change,
            })
        }),
        has(Sense::SkinTemperature).then(|| {
            json!({
                "skinTempDataExists": true,
                "skinTempCalibrationDays": 0,
                "avgSkinTempDeviationC": night.skin_temperature,
                "avgSkinTempDeviationF": fahrenheit_difference(night.skin_temperature),
            })
        }),
        world.athlete.hrv(night).map(|hrv| {
            json!({
                "hrvData": curves.fractions(300, float(night.hrv), 14.0),
                "avgOvernightHrv": float(hrv.last_night),
                "hrvStatus": hrv.status(),
            })
        }),
    ];
    merged(std::iter::once(everywhere).chain(sensed.into_iter().flatten()))
}

/// The hour in which sleep began is too short for an average.
fn breath_average(night: &Night, hour: Timestamp) -> Value {
    let average = (hour > night.start).then(|| float(night.respiration));
    json!({
        "epochEndTimestampGmt": plus_seconds(hour, 3600).as_millisecond(),
        "respirationAverageValue": average.unwrap_or(-2.0),
        "respirationHighValue": average.map(|breaths| breaths + 2.0),
        "respirationLowValue": average.map(|breaths| breaths - 2.0),
    })
}

fn oxygen(world: &World, night: &Night, curves: &Curves<'_>) -> Value {
    let device = world.athlete.watch(night.date).device_id;
    let epochs = curves.grid(60).map(|at| {
        json!({
            "userProfilePK": PROFILE_ID,
            "epochTimestamp": iso_tenths(gmt(at)),
            "deviceId": device,
            "calendarDate": iso_tenths(night.date.to_datetime(jiff::civil::Time::midnight())),
            "epochDuration": 60,
            "spo2Reading": round(curves.wave(at, float(night.spo2), 2.0)),
            "readingConfidence": 5,
        })
    });
    json!({
        "wellnessSpO2SleepSummaryDTO": {
            "userProfilePk": PROFILE_ID,
            "deviceId": device,
            "sleepMeasurementStartGMT": iso_tenths(gmt(night.start)),
            "sleepMeasurementEndGMT": iso_tenths(gmt(night.end)),
            "averageSPO2": float(night.spo2),
            "averageSpO2HR": float(night.average_hr),
            "lowestSPO2": night.spo2 - 8,
            "alertThresholdValue": null,
            "numberOfEventsBelowThreshold": null,
            "durationOfEventsBelowThreshold": null,
        },
        "wellnessEpochSPO2DataDTOList": epochs.collect::<Vec<_>>(),
    })
}

/// Sampled lines over one night.
struct Curves<'n> {
    night: &'n Night,
    /// Shifts the waves, so that no two nights look alike.
    phase: f64,
}

impl<'n> Curves<'n> {
    fn new(world: &World, night: &'n Night) -> Self {
        let mut dice = world.athlete.day_dice(night.date, Topic::Night);
        Self {
            night,
            phase: dice.f64() * 6.0,
        }
    }

    /// Instants from falling asleep to waking, every `step` seconds.
    fn grid(&self, step: usize) -> impl Iterator<Item = Timestamp> {
        let (start, length) = (
            self.night.start,
            self.night.end.duration_since(self.night.start).as_secs(),
        );
        (0..length)
            .step_by(step)
            .map(move |second| plus_seconds(start, second))
    }

    /// Around `middle`, by at most `swing`: a ninety-minute wave with a quicker ripple.
    fn wave(&self, at: Timestamp, middle: f64, swing: f64) -> f64 {
        let minutes = float(at.duration_since(self.night.start).as_secs()) / 60.0;
        let slow = (minutes / 90.0 * std::f64::consts::TAU + self.phase).sin();
        let quick = (minutes / 7.3 + self.phase).sin();
        middle + swing * (0.7 * slow + 0.3 * quick)
    }

    fn values(&self, step: usize, middle: f64, swing: f64) -> Vec<Value> {
        let point = |at: Timestamp| json!({ "value": round(self.wave(at, middle, swing)), "startGMT": at.as_millisecond() });
        self.grid(step).map(point).collect()
    }

    /// Whole numbers written with a fraction.
    fn fractions(&self, step: usize, middle: f64, swing: f64) -> Vec<Value> {
        let point = |at: Timestamp| json!({ "value": self.wave(at, middle, swing).round(), "startGMT": at.as_millisecond() });
        self.grid(step).map(point).collect()
    }

    /// From a low evening level up by `gain` points.
    fn climb(&self, step: usize, gain: i64) -> Vec<Value> {
        let length = float(self.night.end.duration_since(self.night.start).as_secs());
        let point = |at: Timestamp| {
            let share = float(at.duration_since(self.night.start).as_secs()) / length;
            json!({ "value": 10 + round(float(gain) * share), "startGMT": at.as_millisecond() })
        };
        self.grid(step).map(point).collect()
    }
}
