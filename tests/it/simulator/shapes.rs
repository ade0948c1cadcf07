//! The simulator beside recorded answers: the same keys, no more and no fewer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;
use crate::recordings;

/// A recorded kind with some of its files, and what the simulator is asked for the same.
struct Twin {
    recorded: &'static [&'static str],
    path: String,
    /// What the simulator says beyond the recording, because the documents say so.
    documented: &'static [&'static str],
    /// What the simulator leaves out, with everything below.
    left_out: &'static [&'static str],
}

/// The keys of a document as paths. Ids and dates that serve as keys are all alike.
#[derive(Default)]
struct Keys {
    known: BTreeSet<String>,
    /// Null or empty somewhere: what may lie below is not told.
    open: BTreeSet<String>,
    /// How values are spelled, nulls aside.
    spelled: BTreeMap<String, BTreeSet<String>>,
}

/// Whole number or not, text, or a time with all its digits alike and any fraction alike.
fn spelling(value: &Value) -> String {
    match value {
        Value::Object(_) => "object".to_owned(),
        Value::Array(_) => "list".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(number) if number.is_f64() => "float".to_owned(),
        Value::Number(_) => "int".to_owned(),
        Value::String(text)
            if text
                .get(..10)
                .is_some_and(|day| day.parse::<Date>().is_ok()) =>
        {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = whole.replace(|c: char| c.is_ascii_digit(), "9");
            if fraction.is_empty() {
                digits
            } else {
                digits + ".9"
            }
        }
        Value::String(_) => "text".to_owned(),
        Value::Null => "null".to_owned(),
    }
}

impl Keys {
    fn read(&mut self, value: &Value, at: &str) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (key, member) in members {
                    let is_data = key.starts_with(|c: char| c.is_ascii_digit());
                    let path = format!("{at}/{}", if is_data { "*" } else { key });
                    self.read(member, &path);
                    if !member.is_null() {
                        let spelled = self.spelled.entry(path.clone()).or_default();
                        spelled.insert(spelling(member));
                    }
                    self.known.insert(path);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    self.read(item, at);
                }
            }
            Value::Object(_) | Value::Array(_) | Value::Null => {
                self.open.insert(at.to_owned());
            }
            _ => {}
        }
    }

    /// Keys whose values the other document never spells so.
    fn misspells(&self, other: &Self) -> Vec<String> {
        let foreign = |(path, own): (&String, &BTreeSet<String>)| {
            let theirs = other.spelled.get(path)?;
            let odd: Vec<_> = own.difference(theirs).cloned().collect();
            (!odd.is_empty()).then(|| format!("{path}: {odd:?} instead of {theirs:?}"))
        };
        self.spelled.iter().filter_map(foreign).collect()
    }

    /// Keys of the other document that are not here, though they could be.
    fn lacks<'o>(&self, other: &'o Self) -> Vec<&'o str> {
        let is_open = |path: &str| {
            let mut above = path.match_indices('/').map(|(end, _)| &path[..end]);
            above.any(|above| self.open.contains(above))
        };
        let lacking = other.known.iter().map(String::as_str);
        lacking
            .filter(|path| !self.known.contains(*path) && !is_open(path))
            .collect()
    }
}

fn covers(list: &[&str], path: &str) -> bool {
    list.iter().any(|known| {
        path.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn recorded(folder: &Path, files: &[&str]) -> Keys {
    let mut keys = Keys::default();
    for file in files {
        let text = std::fs::read(folder.join("api").join(file)).unwrap();
        let exchange: Value = serde_json::from_slice(&text).unwrap();
        keys.read(&exchange["response"]["body"], "");
    }
    keys
}

/// A multisport parent, a run of the watch, and a day with a night and a training.
async fn examples(visit: &Visit, access: &str) -> (String, String, Date) {
    let rows = visit
        .json(access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    let rows = array(&rows);
    let id = |row: &Value| row["activityId"].to_string();
    let parent = rows
        .iter()
        .find(|row| row["parent"] == true)
        .map(id)
        .unwrap();
    for row in rows
        .iter()
        .filter(|row| row["activityType"]["typeKey"] == "running")
    {
        let day: Date = row["startTimeLocal"].as_str().unwrap()[..10]
            .parse()
            .unwrap();
        let status = visit
            .status(access, &format!("/hrv-service/hrv/{day}"))
            .await;
        let age = visit
            .status(access, &format!("/fitnessage-service/fitnessage/{day}"))
            .await;
        if day < TODAY && status == StatusCode::OK && age == StatusCode::OK {
            return (parent, id(row), day);
        }
    }
    panic!("no run on a day with a night");
}

const REPORT_EVENTS: &[&str] = &[
    "/bodyBatteryActivityEvent",
    "/bodyBatteryDynamicFeedbackEvent",
    "/endOfDayBodyBatteryDynamicFeedbackEvent",
];

/// Statistics that no sensor of Ada's makes, and furniture nobody reads.
const DETAIL: &[&str] = &[
    "/activityTypeDTO/sortOrder",
    "/description",
    "/locationName",
    "/metadataDTO/calendarEventInfo",
    "/metadataDTO/chartAvailability",
    "/metadataDTO/eBikeAssistModeInfoDTOList",
    "/metadataDTO/eBikeBatteryRemaining",
    "/metadataDTO/eBikeBatteryUsage",
    "/metadataDTO/eBikeMaxAssistModes",
    "/metadataDTO/groupRideUUID",
    "/metadataDTO/hasHeatMap",
    "/metadataDTO/hasRunPowerWindData",
    "/metadataDTO/runPowerWindDataEnabled",
    "/summaryDTO",
];

#[expect(clippy::too_many_lines, reason = "a table")]
fn twins(parent: &str, run: &str, day: Date) -> Vec<Twin> {
    let (start, end) = last(28);
    let twin = |recorded, path: String| Twin {
        recorded,
        path,
        documented: &[],
        left_out: &[],
    };
    let history = |kind: &str, sport: &str| {
        format!(
            "/biometric-service/stats/{kind}/range/{start}/{end}?sport={sport}&aggregation=daily&aggregationStrategy=LATEST"
        )
    };
    let metrics = "/metrics-service/metrics";
    vec![
        twin(
            &["hrv-range/eight-days.json", "hrv-range/twenty-days.json"],
            format!("/hrv-service/hrv/daily/{start}/{end}"),
        ),
        twin(
            &["hrv/night.json", "hrv/night-2.json"],
            format!("/hrv-service/hrv/{day}"),
        ),
        Twin {
            documented: REPORT_EVENTS,
            ..twin(
                &["body-battery-reports/one-day.json"],
                format!(
                    "/wellness-service/wellness/bodyBattery/reports/daily?startDate={start}&endDate={end}"
                ),
            )
        },
        twin(
            &["weight/range.json", "weight/range-2.json"],
            format!(
                "/weight-service/weight/range/{}/{end}?includeAll=true",
                start + 4.days()
            ),
        ),
        twin(
            &["blood-pressure/range-empty.json"],
            format!("/bloodpressure-service/bloodpressure/range/{start}/{end}?includeAll=true"),
        ),
        twin(
            &["hydration/day-nothing-logged.json"],
            format!("/usersummary-service/usersummary/hydration/daily/{day}"),
        ),
        twin(
            &["hydration/stats.json"],
            format!("/usersummary-service/stats/hydration/daily/{start}/{end}"),
        ),
        twin(
            &[
                "training-readiness/one-day.json",
                "training-readiness/several-a-day.json",
            ],
            format!("{metrics}/trainingreadiness/{day}"),
        ),
        twin(
            &["training-status/mobile-weekly.json"],
            format!("/mobile-gateway/usersummary/trainingstatus/weekly/{start}/{end}"),
        ),
        twin(
            &["training-status/aggregated.json"],
            format!("{metrics}/trainingstatus/aggregated/{day}"),
        ),
        twin(
            &["max-met/daily.json"],
            format!("{metrics}/maxmet/daily/{start}/{end}"),
        ),
        twin(
            &["race-predictions/latest.json"],
            format!("{metrics}/racepredictions/latest/ada-runs"),
        ),
        twin(
            &["endurance-score/stats.json", "endurance-score/stats-2.json"],
            format!(
                "{metrics}/endurancescore/stats?startDate={start}&endDate={end}&aggregation=weekly"
            ),
        ),
        twin(
            &["endurance-score/day.json"],
            format!("{metrics}/endurancescore?calendarDate={day}"),
        ),
        twin(
            &["hill-score/day.json"],
            format!("{metrics}/hillscore?calendarDate={day}"),
        ),
        Twin {
            // By account it is one or the other.
            documented: &["/values/bodyFat"],
            left_out: &["/values/bmi"],
            ..twin(
                &["fitness-age/range.json"],
                format!("/fitnessage-service/stats/daily/{start}/{end}"),
            )
        },
        twin(
            &["fitness-age/day.json"],
            format!("/fitnessage-service/fitnessage/{day}"),
        ),
        twin(
            &["biometric/lt-speed-range.json"],
            history("lactateThresholdSpeed", "RUNNING"),
        ),
        twin(
            &["biometric/lt-hr-range.json"],
            history("lactateThresholdHeartRate", "RUNNING"),
        ),
        twin(
            &["biometric/ftp-range.json"],
            history("functionalThresholdPower", "CYCLING"),
        ),
        twin(
            &["biometric/lactate-threshold.json"],
            "/biometric-service/biometric/latestLactateThreshold".to_owned(),
        ),
        twin(
            &["biometric/ftp-cycling.json"],
            "/biometric-service/biometric/latestFunctionalThresholdPower/CYCLING".to_owned(),
        ),
        twin(
            &["biometric/hr-zones-two-sports.json"],
            "/biometric-service/heartRateZones/".to_owned(),
        ),
        twin(
            &["steps-stats/daily.json"],
            format!("/usersummary-service/stats/steps/daily/{start}/{end}"),
        ),
        twin(
            &["steps-stats/weekly.json"],
            format!("/usersummary-service/stats/steps/weekly/{end}/4"),
        ),
        twin(
            &["stress-stats/daily.json"],
            format!("/usersummary-service/stats/stress/daily/{start}/{end}"),
        ),
        twin(
            &[
                "daily-summary/full-day.json",
                "daily-summary/with-activity.json",
            ],
            format!("/usersummary-service/usersummary/daily/?calendarDate={day}"),
        ),
        twin(
            &[
                "sleep/sleep-service-full-night.json",
                "sleep/sleep-service-summary.json",
            ],
            format!("/sleep-service/sleep/dailySleepData?date={day}"),
        ),
        Twin {
            // What the web page shows others.
            left_out: &[""],
            ..twin(
                &["profile/social-profile.json"],
                "/userprofile-service/socialProfile".to_owned(),
            )
        },
        twin(
            &["profile/profile-settings.json"],
            "/userprofile-service/userprofile/settings".to_owned(),
        ),
        twin(
            &["profile/user-settings-sleep-windows.json"],
            "/userprofile-service/userprofile/user-settings".to_owned(),
        ),
        twin(
            &["personal-records/list.json"],
            "/personalrecord-service/personalrecord/prs/ada-runs?includeHistory=false".to_owned(),
        ),
        Twin {
            // Three hundred flags, of which clients read a few.
            left_out: &[""],
            ..twin(
                &["devices/list-one-watch.json"],
                "/device-service/deviceregistration/devices".to_owned(),
            )
        },
        Twin {
            left_out: DETAIL,
            documented: &[
                "/splitSummaries",
                "/summaryDTO",
                "/activityTypeDTO/trimmable",
            ],
            ..twin(
                &["activity/multisport-parent.json"],
                format!("/activity-service/activity/{parent}"),
            )
        },
        Twin {
            left_out: DETAIL,
            ..twin(
                &["activity/run-intervals.json", "activity/trail-run.json"],
                format!("/activity-service/activity/{run}"),
            )
        },
    ]
}

#[tokio::test]
async fn answers_have_the_keys_of_the_recordings() {
    let Some(folder) = recordings::folder() else {
        return;
    };
    let (visit, access) = ada().await;
    let (parent, run, day) = examples(&visit, &access).await;
    let mut wrong = Vec::new();
    for twin in twins(&parent, &run, day) {
        let real = recorded(&folder, twin.recorded);
        let mut own = Keys::default();
        own.read(&visit.json(&access, &twin.path).await, "");
        for path in own.lacks(&real) {
            if !covers(twin.left_out, path) {
                wrong.push(format!("{}: {path} is missing", twin.path));
            }
        }
        for path in real.lacks(&own) {
            if !covers(twin.documented, path) {
                wrong.push(format!("{}: {path} is invented", twin.path));
            }
        }
        for odd in own.misspells(&real) {
            wrong.push(format!("{}: {odd}", twin.path));
        }
        assert!(!own.known.is_empty(), "{} says nothing", twin.path);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rows of the list differ from activity to activity: none of their keys may be invented.
#[tokio::test]
async fn rows_of_the_activity_list_invent_no_keys() {
    let Some(folder) = recordings::folder() else {
        return;
    };
    let (visit, access) = ada().await;
    let files = [
        "five-mixed",
        "run-hike-list",
        "page-1",
        "page-2",
        "legacy-2018-emoji",
        "legacy-2021",
    ];
    let files = files.map(|file| format!("activities-list/{file}.json"));
    let real = recorded(&folder, &files.each_ref().map(String::as_str));
    let mut own = Keys::default();
    let path = format!("{LIST}?start=0&limit=1000&excludeChildren=false");
    own.read(&visit.json(&access, &path).await, "");
    assert_eq!(real.lacks(&own), [""; 0]);
    assert_eq!(own.misspells(&real), [""; 0]);
}
