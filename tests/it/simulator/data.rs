//! The athlete's data: caps, pages, files, and the same numbers behind every door.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};

use jiff::ToSpan as _;

use super::*;

const LIST: &str = "/activitylist-service/activities/search/activities";
const LAST_UPLOAD: &str = "/device-service/deviceservice/mylastused";

/// Inclusive span of `days` days that ends today, as (start, end).
fn last(days: i32) -> (Date, Date) {
    (TODAY - (days - 1).days(), TODAY)
}

async fn ada() -> (Visit, String) {
    let visit = Visit::to(scenario()).await;
    let (access, _) = visit.tokens().await;
    (visit, access)
}

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[tokio::test]
async fn spans_beyond_the_cap_backwards_or_garbled_are_400() {
    let (visit, access) = ada().await;
    let families = [
        ("/usersummary-service/stats/steps/daily", 28),
        ("/usersummary-service/stats/stress/daily", 28),
        ("/usersummary-service/stats/heartRate/daily", 28),
        ("/usersummary-service/stats/bodybattery/daily", 28),
        ("/usersummary-service/stats/floors/daily", 28),
        ("/usersummary-service/stats/im/daily", 28),
        ("/usersummary-service/stats/hydration/daily", 28),
        ("/usersummary-service/stats/respiration/daily", 31),
        ("/sleep-service/stats/sleep/daily", 28),
    ];
    for (path, cap) in families {
        let (start, end) = last(cap);
        visit.json(&access, &format!("{path}/{start}/{end}")).await;
        let too_early = start.yesterday().unwrap();
        for span in [
            format!("{too_early}/{end}"),
            format!("{end}/{start}"),
            format!("yesterday/{end}"),
        ] {
            let refused = visit.get(&access, &format!("{path}/{span}")).await;
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{path}/{span}");
            assert_eq!(
                refused.json::<Value>().await.unwrap()["error"],
                "BadRequestException"
            );
        }
    }
}

#[tokio::test]
async fn pages_join_into_the_whole_list_newest_first() {
    let (visit, access) = ada().await;
    let whole = visit
        .json(&access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    let mut joined = Vec::new();
    for start in (0..).step_by(7) {
        let page = visit
            .json(&access, &format!("{LIST}?start={start}&limit=7"))
            .await;
        let is_last = array(&page).len() < 7;
        joined.extend(array(&page).iter().cloned());
        if is_last {
            break;
        }
    }
    assert_eq!(&joined, array(&whole));
    let starts: Vec<_> = joined
        .iter()
        .map(|row| row["startTimeGMT"].as_str().unwrap())
        .collect();
    assert!(starts.windows(2).all(|pair| pair[0] >= pair[1]));
    let count = visit
        .json(&access, "/activitylist-service/activities/count")
        .await;
    let listed =
        count["totalCount"].as_u64().unwrap() - count["multisportChildCount"].as_u64().unwrap();
    assert_eq!(listed, joined.len() as u64);
}

#[tokio::test]
async fn the_list_filters_by_local_date_and_type_and_refuses_odd_parameters() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    let path = format!(
        "{LIST}?start=0&limit=100&startDate={start}&endDate={end}&activityType=running&sortOrder=asc"
    );
    let runs = visit.json(&access, &path).await;
    let days: Vec<_> = array(&runs)
        .iter()
        .map(|row| row["startTimeLocal"].as_str().unwrap()[..10].to_owned())
        .collect();
    assert!(!days.is_empty() && days.is_sorted());
    assert!(
        days.iter()
            .all(|day| *day >= start.to_string() && *day <= end.to_string())
    );
    assert!(
        array(&runs)
            .iter()
            .all(|row| row["activityType"]["typeKey"] == "running")
    );
    for (query, status) in [
        ("start=0&limit=1001", StatusCode::BAD_REQUEST),
        ("start=0&limit=0", StatusCode::BAD_REQUEST),
        ("start=2026-11-01&limit=10", StatusCode::NOT_FOUND),
        (
            "start=0&limit=10&startDate=garbage",
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(
            visit
                .get(&access, &format!("{LIST}?{query}"))
                .await
                .status(),
            status,
            "{query}"
        );
    }
}

#[tokio::test]
async fn rows_leave_absent_keys_out_and_a_parent_names_its_legs() {
    let (visit, access) = ada().await;
    let rows = visit
        .json(&access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    assert!(array(&rows).iter().all(|row| {
        row.as_object()
            .unwrap()
            .values()
            .all(|value| !value.is_null())
    }));
    assert!(
        array(&rows)
            .iter()
            .any(|row| !row["activityName"].as_str().unwrap().is_ascii())
    );
    let parent = array(&rows)
        .iter()
        .find(|row| row["parent"] == true)
        .expect("a triathlon in 120 days");
    let detail = visit
        .json(
            &access,
            &format!("/activity-service/activity/{}", parent["activityId"]),
        )
        .await;
    let legs = array(&detail["metadataDTO"]["childIds"]);
    assert_eq!(legs.len(), 5);
    assert!(
        array(&rows)
            .iter()
            .all(|row| !legs.contains(&row["activityId"]))
    );
    visit
        .json(&access, &format!("/activity-service/activity/{}", legs[2]))
        .await;
}

/// The CRC of the FIT protocol as its specification gives it, by nibbles.
fn fit_crc(bytes: &[u8]) -> u16 {
    const TABLE: [u16; 16] = [
        0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800,
        0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
    ];
    bytes.iter().fold(0, |crc, byte| {
        [byte & 0xf, byte >> 4]
            .into_iter()
            .fold(crc, |crc: u16, nibble| {
                (crc >> 4) ^ TABLE[usize::from(crc & 0xf)] ^ TABLE[usize::from(nibble)]
            })
    })
}

#[tokio::test]
async fn an_original_is_a_zip_with_one_whole_fit_file() {
    let (visit, access) = ada().await;
    let rows = visit
        .json(&access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    let (manual, recorded): (Vec<_>, Vec<_>) = array(&rows)
        .iter()
        .partition(|row| row["manualActivity"] == true);
    for row in recorded.iter().take(5) {
        let id = &row["activityId"];
        let response = visit
            .get(&access, &format!("/download-service/files/activity/{id}"))
            .await;
        let bytes = response.bytes().await.unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut fit = Vec::new();
        archive
            .by_name(&format!("{id}_ACTIVITY.fit"))
            .unwrap()
            .read_to_end(&mut fit)
            .unwrap();
        assert_eq!(&fit[8..12], b".FIT");
        let length = u32::from_le_bytes(fit[4..8].try_into().unwrap()) as usize;
        assert_eq!(fit.len(), 14 + length + 2);
        assert_eq!(fit_crc(&fit[..12]).to_le_bytes(), fit[12..14]);
        assert_eq!(fit_crc(&fit), 0, "a file with its CRC sums up to nothing");
    }
    let id = &manual.first().expect("a manual entry in 120 days")["activityId"];
    let missing = visit
        .get(&access, &format!("/download-service/files/activity/{id}"))
        .await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        missing.json::<Value>().await.unwrap()["error"],
        "NotFoundException"
    );
}

#[tokio::test]
async fn rest_and_graphql_tell_the_same_days() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    let query =
        format!("query{{userDailySummaryV2Scalar(startDate:\"{start}\", endDate:\"{end}\")}}");
    let reply: Value = visit.graphql(&access, &query).await.json().await.unwrap();
    let rows = array(&reply["data"]["userDailySummaryV2Scalar"]["data"]);
    assert_eq!(rows.len(), 28);
    let steps = visit
        .json(
            &access,
            &format!("/usersummary-service/stats/steps/daily/{start}/{end}"),
        )
        .await;
    let mut with_data = 0;
    for row in rows {
        let date = row["calendarDate"].as_str().unwrap();
        let day = visit
            .json(
                &access,
                &format!("/usersummary-service/usersummary/daily/ada-runs?calendarDate={date}"),
            )
            .await;
        assert_eq!(day["includesWellnessData"], row["includesWellnessData"]);
        let stat = array(&steps)
            .iter()
            .find(|stat| stat["calendarDate"] == date);
        if row["includesWellnessData"] == false {
            assert!(
                day["totalSteps"].is_null() && stat.is_none() && row["movement"] == json!({}),
                "{date}"
            );
            continue;
        }
        with_data += 1;
        assert_eq!(
            day["totalSteps"], row["movement"]["steps"]["value"],
            "{date}"
        );
        assert_eq!(day["totalSteps"], stat.unwrap()["totalSteps"], "{date}");
        assert_eq!(
            day["restingHeartRate"], row["heartRate"]["restingValue"],
            "{date}"
        );
        assert_eq!(
            day["bodyBatteryHighestValue"], row["bodyBattery"]["maxValue"],
            "{date}"
        );
        let millis = |name: &str| row["stress"][name].as_i64().unwrap();
        assert_eq!(
            day["highStressDuration"].as_i64().unwrap() * 1000,
            millis("highStressDurationInMillis")
        );
        assert_eq!(
            day["totalStressDuration"].as_i64().unwrap() * 1000,
            millis("totalDurationInMillis")
        );
    }
    assert!(with_data >= 20, "{with_data}");
}

#[tokio::test]
async fn the_levels_of_every_night_add_up_to_its_totals() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    let span = format!("startDate={start}&endDate={end}");
    let dtos = visit
        .json(
            &access,
            &format!("/wellness-service/wellness/dailySleepsByDate?{span}"),
        )
        .await;
    let stats = visit
        .json(
            &access,
            &format!("/sleep-service/stats/sleep/daily/{start}/{end}"),
        )
        .await;
    let query = format!("{{sleepSummariesScalar(startDate:\"{start}\",endDate:\"{end}\")}}");
    let scalar: Value = visit.graphql(&access, &query).await.json().await.unwrap();
    let nights = array(&dtos);
    assert!(nights.len() >= 18);
    assert_eq!(array(&stats["individualStats"]).len(), nights.len());
    assert_eq!(
        array(&scalar["data"]["sleepSummariesScalar"]).len(),
        nights.len()
    );
    for (night, stat) in nights.iter().zip(array(&stats["individualStats"])) {
        let date = night["calendarDate"].as_str().unwrap();
        let full = visit
            .json(
                &access,
                &format!("/sleep-service/sleep/dailySleepData?date={date}"),
            )
            .await;
        assert_eq!(&full["dailySleepDTO"], night);
        assert_eq!(
            stat["values"]["totalSleepTimeInSeconds"],
            night["sleepTimeSeconds"]
        );
        let mut sums = [0; 4];
        for level in array(&full["sleepLevels"]) {
            let time = |name: &str| {
                level[name]
                    .as_str()
                    .unwrap()
                    .parse::<jiff::civil::DateTime>()
                    .unwrap()
            };
            let seconds = time("endGMT").duration_since(time("startGMT")).as_secs();
            sums[level["activityLevel"].as_f64().unwrap() as usize] += seconds;
        }
        for (sum, name) in sums.iter().zip(["deep", "light", "rem", "awake"]) {
            assert_eq!(
                night[format!("{name}SleepSeconds")],
                json!(sum),
                "{date} {name}"
            );
        }
    }
}

#[tokio::test]
async fn graphql_refuses_inside_a_200_and_get_outside_of_one() {
    let (visit, access) = ada().await;
    let (start, end) = last(29);
    for query in [
        format!("query{{userDailySummaryV2Scalar(startDate:\"{start}\", endDate:\"{end}\")}}"),
        format!("query{{sleepSummariesScalar(startDate:\"{start}\", endDate:\"{end}\")}}"),
        "query{moonPhaseScalar}".to_owned(),
        "query{userDailySummaryV2Scalar(startDate:$s, endDate:$e)}".to_owned(),
        format!(
            "query{{a:sleepSummariesScalar(startDate:\"{end}\",endDate:\"{end}\") b:sleepSummariesScalar(startDate:\"{end}\",endDate:\"{end}\")}}"
        ),
    ] {
        let response = visit.graphql(&access, &query).await;
        assert_eq!(response.status(), StatusCode::OK, "{query}");
        let reply: Value = response.json().await.unwrap();
        assert!(!array(&reply["errors"]).is_empty(), "{query}");
    }
    assert_eq!(
        visit
            .get(&access, "/graphql-gateway/graphql")
            .await
            .status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(visit.garmin.counters().of("graphql"), 6);

    let visit = Visit::to(Scenario {
        graphql: false,
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    assert_eq!(
        visit.graphql(&access, "{x}").await.status(),
        StatusCode::FORBIDDEN
    );

    let visit = Visit::to(Scenario {
        graphql_aliases: true,
        graphql_summary_days: 365,
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    let query = format!(
        "{{d:userDailySummaryV2Scalar(startDate:\"{start}\",endDate:\"{end}\") s:sleepSummariesScalar(startDate:\"{end}\",endDate:\"{end}\")}}"
    );
    let reply: Value = visit.graphql(&access, &query).await.json().await.unwrap();
    assert!(
        reply["data"]["d"].is_object()
            && reply["data"]["s"].is_array()
            && reply["errors"].is_null()
    );
}

#[tokio::test]
async fn names_and_dates_that_are_not_the_accounts_are_refused() {
    let (visit, access) = ada().await;
    for (path, status) in [
        (
            "/usersummary-service/usersummary/daily/None?calendarDate=2026-11-01",
            StatusCode::FORBIDDEN,
        ),
        (
            "/wellness-service/wellness/dailySleepData/None?date=2026-11-01",
            StatusCode::FORBIDDEN,
        ),
        (
            "/usersummary-service/usersummary/daily/?calendarDate=2026-13-01",
            StatusCode::BAD_REQUEST,
        ),
        (
            "/usersummary-service/usersummary/daily/",
            StatusCode::BAD_REQUEST,
        ),
        ("/activity-service/activity/1", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(visit.get(&access, path).await.status(), status, "{path}");
    }
    visit
        .json(
            &access,
            "/usersummary-service/usersummary/daily/?calendarDate=2026-11-19",
        )
        .await;
}

#[tokio::test]
async fn a_day_does_not_depend_on_the_length_of_the_history() {
    let (long, long_access) = ada().await;
    let short = Visit::to(Scenario {
        days: 10,
        ..scenario()
    })
    .await;
    let (short_access, _) = short.tokens().await;
    for back in 0..10 {
        let path = format!(
            "/usersummary-service/usersummary/daily/?calendarDate={}",
            TODAY - back.days()
        );
        assert_eq!(
            long.json(&long_access, &path).await,
            short.json(&short_access, &path).await,
            "{path}"
        );
    }
    let before = format!(
        "/usersummary-service/usersummary/daily/?calendarDate={}",
        TODAY - 10.days()
    );
    assert_eq!(
        short.json(&short_access, &before).await["includesWellnessData"],
        false
    );
}

#[tokio::test]
async fn the_history_has_gaps_a_trip_a_long_day_and_a_running_today() {
    let (visit, access) = ada().await;
    let mut offsets = BTreeSet::new();
    let (mut empty_days, mut lost_nights) = (0, 0);
    for back in 0..120 {
        let date = TODAY - back.days();
        let day = visit
            .json(
                &access,
                &format!("/usersummary-service/usersummary/daily/?calendarDate={date}"),
            )
            .await;
        let night = visit
            .json(
                &access,
                &format!("/sleep-service/sleep/dailySleepData?date={date}"),
            )
            .await;
        if day["includesWellnessData"] == false {
            empty_days += 1;
            continue;
        }
        lost_nights += i32::from(night["dailySleepDTO"]["sleepTimeSeconds"].is_null());
        let time = |name: &str| {
            day[name]
                .as_str()
                .unwrap()
                .parse::<jiff::civil::DateTime>()
                .unwrap()
        };
        offsets.insert(
            time("wellnessStartTimeLocal")
                .duration_since(time("wellnessStartTimeGmt"))
                .as_hours(),
        );
        let hours = day["durationInMilliseconds"].as_i64().unwrap() / 3_600_000;
        let expected = if date == jiff::civil::date(2026, 10, 25) {
            25
        } else if date == TODAY {
            15
        } else {
            24
        };
        assert_eq!(hours, expected, "{date}");
    }
    assert!(
        empty_days > 0 && lost_nights > 0,
        "{empty_days} {lost_nights}"
    );
    assert!(
        offsets.len() > 2,
        "summer time, winter time and abroad: {offsets:?}"
    );
}

#[tokio::test]
async fn scripts_change_the_data_and_uploads_move_the_clock() {
    let (visit, access) = ada().await;
    let clock = async || {
        visit.json(&access, LAST_UPLOAD).await["lastUsedDeviceUploadTime"]
            .as_i64()
            .unwrap()
    };
    let names = async || {
        let rows = visit
            .json(&access, &format!("{LIST}?start=0&limit=1000"))
            .await;
        array(&rows)
            .iter()
            .map(|row| {
                (
                    row["activityId"].as_i64().unwrap(),
                    row["activityName"].to_string(),
                )
            })
            .collect::<Vec<_>>()
    };
    let before = clock().await;
    let id = visit.garmin.upload_activity();
    assert!(clock().await > before);
    assert_eq!(names().await[0].0, id);

    let uploaded = clock().await;
    visit.garmin.rename_activity(id, "Anderer Name");
    assert_eq!(names().await[0].1, "\"Anderer Name\"");
    visit.garmin.delete_activity(id);
    assert!(names().await.iter().all(|(other, _)| *other != id));
    assert_eq!(
        visit
            .get(&access, &format!("/activity-service/activity/{id}"))
            .await
            .status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(clock().await, uploaded, "edits on the web do not move it");

    let yesterday = TODAY.yesterday().unwrap();
    let path = format!("/usersummary-service/usersummary/daily/?calendarDate={yesterday}");
    visit.garmin.edit_day_steps(yesterday, 12_345);
    assert_eq!(visit.json(&access, &path).await["totalSteps"], 12_345);
    visit.garmin.hold_back_day(yesterday);
    assert_eq!(
        visit.json(&access, &path).await["includesWellnessData"],
        false
    );
    visit.garmin.deliver_days();
    assert_eq!(visit.json(&access, &path).await["totalSteps"], 12_345);
}
