//! Every kind of data: its cap, its way to say nothing, and the same values wherever they are asked for.

use super::*;

/// A path for a span of days that ends today.
fn over(template: &str, days: i32) -> String {
    let (start, end) = last(days);
    fill(template, start, end)
}

fn fill(template: &str, start: Date, end: Date) -> String {
    template
        .replace("{s}", &start.to_string())
        .replace("{e}", &end.to_string())
}

const HRV: &str = "/hrv-service/hrv/daily/{s}/{e}";
const REPORTS: &str =
    "/wellness-service/wellness/bodyBattery/reports/daily?startDate={s}&endDate={e}";
const WEIGHT: &str = "/weight-service/weight/range/{s}/{e}?includeAll=true";
const PRESSURE: &str = "/bloodpressure-service/bloodpressure/range/{s}/{e}?includeAll=true";
const STATUS: &str = "/mobile-gateway/usersummary/trainingstatus/weekly/{s}/{e}";
const MAX_MET: &str = "/metrics-service/metrics/maxmet/daily/{s}/{e}";
const RACES: &str = "/metrics-service/metrics/racepredictions/daily/ada-runs?fromCalendarDate={s}&toCalendarDate={e}";
const ENDURANCE: &str =
    "/metrics-service/metrics/endurancescore/stats?startDate={s}&endDate={e}&aggregation=weekly";
const HILL: &str =
    "/metrics-service/metrics/hillscore/stats?startDate={s}&endDate={e}&aggregation=daily";
const FITNESS_AGE: &str = "/fitnessage-service/stats/daily/{s}/{e}";
const SPEED: &str = "/biometric-service/stats/lactateThresholdSpeed/range/{s}/{e}?sport=RUNNING&aggregation=daily&aggregationStrategy=LATEST";
const HEART: &str = "/biometric-service/stats/lactateThresholdHeartRate/range/{s}/{e}?sport=RUNNING&aggregation=daily&aggregationStrategy=LATEST";
const POWER: &str = "/biometric-service/stats/functionalThresholdPower/range/{s}/{e}?sport=CYCLING&aggregation=daily&aggregationStrategy=LATEST";
const HEALTH: &str = "/healthstatus-service/healthstatus/summary/{s}/{e}";
const USER_STATS: &str = "/userstats-service/wellness/daily/ada-runs?fromDate={s}&untilDate={e}&metricId=60&metricId=22&metricId=23";
const OXYGEN: &str = "/wellness-service/stats/daily/acclimation?fromDate={s}&untilDate={e}";

#[tokio::test]
async fn one_day_beyond_the_cap_is_too_many() {
    let (visit, access) = ada().await;
    let capped = [
        (HRV, 367),
        (REPORTS, 28),
        (STATUS, 366),
        (MAX_MET, 366),
        (RACES, 366),
        (ENDURANCE, 366),
        (HILL, 366),
        (FITNESS_AGE, 29),
        (SPEED, 366),
        (HEART, 366),
        (POWER, 366),
        (USER_STATS, 366),
    ];
    for (template, cap) in capped {
        visit.json(&access, &over(template, cap)).await;
        let (start, end) = last(cap);
        for (start, end) in [(start.yesterday().unwrap(), end), (end, start)] {
            let path = fill(template, start, end);
            assert_eq!(
                visit.status(&access, &path).await,
                StatusCode::BAD_REQUEST,
                "{path}"
            );
        }
        let garbled = template
            .replace("{s}", "2026-1-1")
            .replace("{e}", &end.to_string());
        assert_eq!(
            visit.status(&access, &garbled).await,
            StatusCode::BAD_REQUEST,
            "{garbled}"
        );
    }
    for template in [WEIGHT, PRESSURE, HEALTH, OXYGEN] {
        visit.json(&access, &over(template, 3650)).await;
    }
}

#[tokio::test]
async fn the_key_has_caps_of_its_own() {
    let visit = Visit::to(scenario()).await;
    let bearer = visit.personal_bearer().await;
    for (template, cap) in [(HRV, 365), (REPORTS, 31), (WEIGHT, 365)] {
        visit.json(&bearer, &over(template, cap)).await;
        let refused = visit.get(&bearer, &over(template, cap + 1)).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{template}");
        assert_eq!(refused.text().await.unwrap(), "{}");
    }
    for template in [PRESSURE, STATUS, MAX_MET, HEALTH, FITNESS_AGE, USER_STATS] {
        let path = over(template, 7);
        assert_eq!(
            visit.status(&bearer, &path).await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_kind_has_its_own_way_to_say_nothing() {
    let (visit, access) = ada().await;
    let bearer = visit.personal_bearer().await;
    let (start, end) = (date(2015, 3, 1), date(2015, 3, 20));
    let body = async |bearer: &str, template: &str| {
        let path = fill(template, start, end).replace("{d}", &start.to_string());
        let answer = visit.get(bearer, &path).await;
        match answer.status() {
            StatusCode::NO_CONTENT => None,
            StatusCode::OK => Some(answer.json::<Value>().await.unwrap()),
            status => panic!("{path}: {status}"),
        }
    };
    for nothing in [
        HRV,
        "/hrv-service/hrv/{d}",
        "/metrics-service/metrics/endurancescore?calendarDate={d}",
        "/metrics-service/metrics/hillscore?calendarDate={d}",
        "/healthstatus-service/healthstatus/summary/{d}",
        ENDURANCE,
        HILL,
    ] {
        assert_eq!(body(&access, nothing).await, None, "{nothing}");
    }
    for empty in [
        REPORTS,
        "/metrics-service/metrics/trainingreadiness/{d}",
        MAX_MET,
        RACES,
        FITNESS_AGE,
        SPEED,
        HEART,
        POWER,
        HEALTH,
    ] {
        assert_eq!(body(&access, empty).await, Some(json!([])), "{empty}");
    }
    assert_eq!(body(&bearer, HRV).await, None);
    assert_eq!(body(&bearer, REPORTS).await, Some(json!([])));
    for lane in [&access, &bearer] {
        let weight = body(lane, WEIGHT).await.unwrap();
        assert_eq!(weight["dailyWeightSummaries"], json!([]));
        assert!(weight["totalAverage"]["weight"].is_null());
        assert!(weight["previousDateWeight"]["samplePk"].is_null());
        assert!(
            weight["nextDateWeight"]["weight"].is_f64(),
            "the first entry lies ahead"
        );
    }
    let pressure = body(&access, PRESSURE).await.unwrap();
    assert_eq!(pressure["measurementSummaries"], json!([]));
    let status = body(&access, STATUS).await.unwrap();
    assert_eq!(
        status["weeklyTrainingStatus"]["payload"]["reportData"],
        json!({})
    );
    assert_eq!(status["weeklyTrainingStatus"]["statusCode"], 200);
    let aggregated = "/metrics-service/metrics/trainingstatus/aggregated/{d}";
    assert_eq!(body(&access, aggregated).await, Some(json!({})));
    let water = body(
        &access,
        "/usersummary-service/usersummary/hydration/daily/{d}",
    )
    .await
    .unwrap();
    assert!(water["valueInML"].is_null() && water["goalInML"].is_f64());
    let oxygen = body(&access, OXYGEN).await.unwrap();
    assert_eq!(oxygen["spo2DailyAverageArray"], json!([]));
}

/// User ids are numbers in REST and texts in GraphQL.
fn with_numeric_ids(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| {
                let is_id = key.starts_with("userProfile") || key == "userId";
                let id = member
                    .as_str()
                    .filter(|_| is_id)
                    .and_then(|id| id.parse::<i64>().ok());
                (
                    key.clone(),
                    id.map_or_else(|| with_numeric_ids(member), Value::from),
                )
            })
            .collect(),
        Value::Array(items) => items.iter().map(with_numeric_ids).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn rest_and_graphql_say_the_same_in_their_own_ways() {
    let (visit, access) = ada().await;
    let span = last(28);
    let scalar = async |name: &str, more: &str| {
        let value = visit.scalar(&access, name, span, more).await;
        assert!(
            value.to_string().contains("\"81507342\""),
            "{name} writes ids as text"
        );
        with_numeric_ids(&value)
    };
    let rest = async |template: &str| visit.json(&access, &over(template, 28)).await;

    let hrv = rest(HRV).await;
    assert!(array(&hrv["hrvSummaries"]).len() > 15);
    assert_eq!(scalar("heartRateVariabilityScalar", "").await, hrv);
    assert_eq!(scalar("vo2MaxScalar", "").await, rest(MAX_MET).await);
    let hill = scalar("hillScoreScalar", ",aggregation:\"weekly\"").await;
    assert_eq!(hill, rest(HILL).await);
    let endurance = scalar("enduranceScoreScalar", ",aggregation:\"weekly\"").await;
    assert_eq!(endurance, rest(ENDURANCE).await);
    let status = scalar("trainingStatusWeeklyScalar", ",displayName:\"ada-runs\"").await;
    assert_eq!(
        status,
        rest(STATUS).await["weeklyTrainingStatus"]["payload"]
    );
    let pressure = visit.scalar(&access, "bloodPressureScalar", span, "").await;
    assert_eq!(pressure, rest(PRESSURE).await);
    let weight = visit.scalar(&access, "weightScalar", span, "").await;
    assert_eq!(weight, rest("/weight-service/weight/range/{s}/{e}").await);
    assert_eq!(
        weight["dailyWeightSummaries"][0]["allWeightMetrics"],
        json!([])
    );

    let mut looks = Vec::new();
    for back in 0..28 {
        let path = format!(
            "/metrics-service/metrics/trainingreadiness/{}",
            TODAY - back.days()
        );
        looks.extend(array(&visit.json(&access, &path).await).clone());
    }
    let readiness = scalar("trainingReadinessRangeScalar", "").await;
    assert_eq!(readiness, Value::Array(looks));
    let times: Vec<_> = array(&readiness)
        .iter()
        .map(|look| look["timestamp"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older) && times.len() > 60);
}

#[tokio::test]
async fn both_lanes_tell_the_same_life() {
    let (visit, access) = ada().await;
    let bearer = visit.personal_bearer().await;
    let day = TODAY - 3.days();
    let pairs = [
        (over(HRV, 365), over(HRV, 365)),
        (over(REPORTS, 28), over(REPORTS, 28)),
        (over(WEIGHT, 365), over(WEIGHT, 365)),
        (
            "/biometric-service/heartRateZones/".to_owned(),
            "/biometric-service/heartRateZones/v2".to_owned(),
        ),
    ];
    for (connect, personal) in pairs {
        assert_eq!(
            visit.json(&access, &connect).await,
            visit.json(&bearer, &personal).await,
            "{connect}"
        );
    }
    for (connect, personal) in [
        ("/hrv-service/hrv/", "/hrv-service/hrv/"),
        (
            "/fitnessage-service/fitnessage/",
            "/fitnessage-service/fitnessage/v2/",
        ),
    ] {
        let mut told = 0;
        for back in 0..5 {
            let day = day - back.days();
            let connect = visit.get(&access, &format!("{connect}{day}")).await;
            let personal = visit.get(&bearer, &format!("{personal}{day}")).await;
            assert_eq!(connect.status(), personal.status());
            let (connect, personal) = (
                connect.text().await.unwrap(),
                personal.text().await.unwrap(),
            );
            assert_eq!(connect, personal);
            told += usize::from(!connect.is_empty());
        }
        assert!(told > 2, "{connect}");
    }
}

#[tokio::test]
async fn numbers_agree_between_kinds() {
    let (visit, access) = ada().await;
    let reports = visit.json(&access, &over(REPORTS, 28)).await;
    assert!(array(&reports).len() > 18);
    for report in array(&reports) {
        let date = report["date"].as_str().unwrap();
        let path = format!("/usersummary-service/usersummary/daily/?calendarDate={date}");
        let day = visit.json(&access, &path).await;
        assert_eq!(report["charged"], day["bodyBatteryChargedValue"]);
        assert_eq!(report["drained"], day["bodyBatteryDrainedValue"]);
        let events = array(&report["bodyBatteryActivityEvent"]);
        assert_eq!(
            events.len(),
            array(&day["bodyBatteryActivityEventList"]).len()
        );
        let points = array(&report["bodyBatteryValuesArray"]);
        assert!(points.is_sorted_by_key(|point| point[0].as_i64()), "{date}");
    }
    let summaries = visit.json(&access, &over(HRV, 28)).await;
    for summary in array(&summaries["hrvSummaries"]) {
        let date = summary["calendarDate"].as_str().unwrap();
        let night = visit
            .json(&access, &format!("/hrv-service/hrv/{date}"))
            .await;
        assert_eq!(&night["hrvSummary"], summary);
        let path = format!("/sleep-service/sleep/dailySleepData?date={date}");
        let sleep = visit.json(&access, &path).await;
        assert_eq!(
            sleep["avgOvernightHrv"].as_f64(),
            summary["lastNightAvg"].as_f64()
        );
        assert_eq!(sleep["hrvStatus"], summary["status"]);
    }
    let path = over(USER_STATS, 28);
    let stats = visit.json(&access, &path).await;
    let resting = array(&stats["allMetrics"]["metricsMap"]["WELLNESS_RESTING_HEART_RATE"]);
    let rows = visit
        .json(
            &access,
            &over("/usersummary-service/stats/heartRate/daily/{s}/{e}", 28),
        )
        .await;
    assert_eq!(resting.len(), array(&rows).len());
    for (value, row) in resting.iter().zip(array(&rows)) {
        assert_eq!(value["value"].as_f64(), row["values"]["restingHR"].as_f64());
    }
    let commas = path.replace("metricId=60&metricId=22&metricId=23", "metricId=60,22");
    assert_eq!(visit.status(&access, &commas).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn weights_come_newest_first_with_both_kinds_of_entries() {
    let (visit, access) = ada().await;
    let weight = visit.json(&access, &over(WEIGHT, 120)).await;
    let days = array(&weight["dailyWeightSummaries"]);
    assert!(days.is_sorted_by(|newer, older| {
        newer["summaryDate"].as_str() > older["summaryDate"].as_str()
    }));
    let entries: Vec<_> = days
        .iter()
        .flat_map(|day| array(&day["allWeightMetrics"]))
        .collect();
    assert!(days.iter().any(|day| day["numOfWeightEntries"] == 2));
    let by_hand = entries
        .iter()
        .filter(|entry| entry["sourceType"] == "MANUAL");
    assert!(by_hand.clone().count() > 2);
    assert!(by_hand.clone().all(|entry| entry["bodyFat"].is_null()));
    for entry in &entries {
        assert!((55_000.0..70_000.0).contains(&entry["weight"].as_f64().unwrap()));
        let shift = entry["date"].as_i64().unwrap() - entry["timestampGMT"].as_i64().unwrap();
        assert_eq!(
            shift % 3_600_000,
            0,
            "a wall clock written as if it were UTC"
        );
    }
}

#[tokio::test]
async fn weekly_steps_are_blocks_that_end_on_the_day_asked_for() {
    let (visit, access) = ada().await;
    let path = |count| format!("/usersummary-service/stats/steps/weekly/{TODAY}/{count}");
    let weeks = visit.json(&access, &path(4)).await;
    assert_eq!(array(&weeks).len(), 4);
    assert_eq!(weeks[3]["calendarDate"], (TODAY - 6.days()).to_string());
    let days = visit
        .json(
            &access,
            &over("/usersummary-service/stats/steps/daily/{s}/{e}", 7),
        )
        .await;
    let sum: f64 = array(&days)
        .iter()
        .map(|day| day["totalSteps"].as_f64().unwrap())
        .sum();
    assert_eq!(weeks[3]["values"]["totalSteps"].as_f64(), Some(sum));
    visit.json(&access, &path(52)).await;
    for count in [0, 53] {
        assert_eq!(
            visit.status(&access, &path(count)).await,
            StatusCode::BAD_REQUEST
        );
    }
}

#[tokio::test]
async fn what_a_parameter_must_say_is_checked() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    for path in [
        over(ENDURANCE, 28).replace("weekly", "daily"),
        over(HILL, 28).replace("aggregation=daily", ""),
        over(SPEED, 28).replace("RUNNING", "CYCLING"),
        over(POWER, 28).replace("CYCLING", "SWIMMING"),
        over(POWER, 28).replace("LATEST", "FIRST"),
        format!("/metrics-service/metrics/racepredictions/daily/ada-runs?fromCalendarDate={start}"),
        "/gear-service/gear/filterGear".to_owned(),
    ] {
        assert_eq!(
            visit.status(&access, &path).await,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    for path in [
        "/metrics-service/metrics/racepredictions/latest/None".to_owned(),
        "/personalrecord-service/personalrecord/prs/None".to_owned(),
        over(USER_STATS, 28).replace("ada-runs", "None"),
    ] {
        assert_eq!(
            visit.status(&access, &path).await,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let query = format!("{{trainingStatusWeeklyScalar(startDate:\"{start}\",endDate:\"{end}\")}}");
    let reply: Value = visit.graphql(&access, &query).await.json().await.unwrap();
    assert!(reply["data"]["trainingStatusWeeklyScalar"].is_null());
    assert_eq!(array(&reply["errors"]).len(), 1);
}

#[tokio::test]
async fn worn_out_shoes_have_no_statistics() {
    let visit = Visit::to(Scenario {
        days: 700,
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    let gear = visit
        .json(
            &access,
            "/gear-service/gear/filterGear?userProfilePk=81507342",
        )
        .await;
    let (active, retired): (Vec<_>, Vec<_>) = array(&gear)
        .iter()
        .partition(|gear| gear["gearStatusName"] == "active");
    assert!(!retired.is_empty() && active.len() == 2);
    let stats = |gear: &Value| {
        format!(
            "/gear-service/gear/stats/{}",
            gear["uuid"].as_str().unwrap()
        )
    };
    for gear in retired {
        assert_eq!(
            visit.status(&access, &stats(gear)).await,
            StatusCode::NOT_FOUND
        );
    }
    for gear in active {
        let used = visit.json(&access, &stats(gear)).await;
        assert!(
            used["totalActivities"].as_i64() > Some(5)
                && used["totalDistance"].as_f64() > Some(20_000.0)
        );
    }
}

#[tokio::test]
async fn the_key_forgets_old_readings_but_not_the_night() {
    let visit = Visit::to(Scenario {
        days: 300,
        ..scenario()
    })
    .await;
    let bearer = visit.personal_bearer().await;
    let (access, _) = visit.tokens().await;
    let nights = visit.json(&bearer, &over(HRV, 300)).await;
    let old = nights["hrvSummaries"][0]["calendarDate"].as_str().unwrap();
    let path = format!("/hrv-service/hrv/{old}");
    let (key, phone) = (
        visit.json(&bearer, &path).await,
        visit.json(&access, &path).await,
    );
    assert_eq!(key["hrvSummary"], phone["hrvSummary"]);
    assert_eq!(key["hrvReadings"], json!([]));
    assert!(!array(&phone["hrvReadings"]).is_empty());
}
