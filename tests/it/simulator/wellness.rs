//! Days and nights: caps, gaps, and numbers that add up.

use std::collections::BTreeSet;

use super::*;

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
            let stage = [0.0, 1.0, 2.0, 3.0]
                .iter()
                .position(|stage| level["activityLevel"] == *stage);
            sums[stage.unwrap()] += seconds;
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
        (
            "/activity-service/activity/-9223372036854775808",
            StatusCode::NOT_FOUND,
        ),
        (
            "/activity-service/activity/9223372036854775807",
            StatusCode::NOT_FOUND,
        ),
        (
            "/hrv-service/hrv/daily/0000-01-01/9999-12-31",
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(visit.get(&access, path).await.status(), status, "{path}");
    }
    for path in [
        "/usersummary-service/usersummary/daily/?calendarDate=2026-11-19",
        "/weight-service/weight/range/0000-01-01/9999-12-31",
        "/healthstatus-service/healthstatus/summary/0000-01-01/9999-12-31",
    ] {
        visit.json(&access, path).await;
    }
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
