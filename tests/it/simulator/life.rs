//! The athlete's years: watches that learn, spans without one, and ten years that answer at once.

use std::time::{Duration, Instant};

use super::*;

async fn decade() -> (Visit, String) {
    let visit = Visit::to(Scenario {
        days: 3650,
        graphql_range_days: 365,
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    (visit, access)
}

/// The first day a list of rows speaks of.
fn first(rows: &Value, key: &str) -> Date {
    array(rows)
        .iter()
        .map(|row| row[key].as_str().unwrap().parse().unwrap())
        .min()
        .unwrap()
}

#[tokio::test]
async fn kinds_of_data_begin_on_different_days() {
    let visit = Visit::to(Scenario {
        days: 1800,
        newest_watch_days: Some(200),
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    let newest = TODAY - 199.days();
    let year = |back: i64| {
        let end = TODAY - (back * 365).days();
        (end - 364.days(), end)
    };
    let (start, end) = year(0);
    let hrv = visit
        .json(&access, &format!("/hrv-service/hrv/daily/{start}/{end}"))
        .await;
    let hrv = &hrv["hrvSummaries"];
    let begin = first(hrv, "calendarDate");
    assert!(begin >= newest && begin < newest + 10.days(), "{begin}");
    assert!(
        hrv[0]["baseline"].is_null() && hrv[0]["status"] == "NONE",
        "still learning"
    );
    assert!(array(hrv).last().unwrap()["baseline"].is_object());
    let hill = format!(
        "/metrics-service/metrics/hillscore/stats?startDate={start}&endDate={end}&aggregation=daily"
    );
    let hill = first(
        &visit.json(&access, &hill).await["hillScoreDTOList"],
        "calendarDate",
    );
    assert!(hill >= newest + 21.days(), "{hill}");

    let (start, end) = year(1);
    assert_eq!(
        visit
            .status(&access, &format!("/hrv-service/hrv/daily/{start}/{end}"))
            .await,
        StatusCode::NO_CONTENT
    );
    let status = format!("/mobile-gateway/usersummary/trainingstatus/weekly/{start}/{end}");
    let status = visit.json(&access, &status).await;
    let devices = &status["weeklyTrainingStatus"]["payload"]["recordedDevices"];
    assert_eq!(devices[0]["deviceName"], "Forerunner 245");

    // With the first watch a day has steps and beats, and little else.
    let mut seen = 0;
    for back in 1700..1710 {
        let path = format!(
            "/usersummary-service/usersummary/daily/?calendarDate={}",
            TODAY - back.days()
        );
        let day = visit.json(&access, &path).await;
        if day["includesWellnessData"] == true {
            seen += 1;
            assert!(day["totalSteps"].is_i64() && day["restingHeartRate"].is_i64());
            for absent in [
                "averageStressLevel",
                "bodyBatteryChargedValue",
                "averageSpo2",
                "floorsAscended",
            ] {
                assert!(day.as_object().unwrap().contains_key(absent), "{absent}");
                assert!(day[absent].is_null(), "{absent}");
            }
        }
    }
    assert!(seen > 3);
    let devices = visit
        .json(&access, "/device-service/deviceregistration/devices")
        .await;
    let capable: Vec<_> = array(&devices)
        .iter()
        .map(|watch| watch["hrvStatusCapable"] == true)
        .collect();
    assert_eq!(capable, [true, false, false]);
}

#[tokio::test]
async fn ten_years_answer_at_once() {
    let (visit, access) = decade().await;
    let start = TODAY - 365.days();
    let day = TODAY - 3000.days();
    let (old, older) = (day, day - 364.days());
    for path in [
        format!("/hrv-service/hrv/daily/{start}/{TODAY}"),
        format!("/weight-service/weight/range/{older}/{old}?includeAll=true"),
        format!("/mobile-gateway/usersummary/trainingstatus/weekly/{start}/{TODAY}"),
        format!("/metrics-service/metrics/maxmet/daily/{start}/{TODAY}"),
        format!("/healthstatus-service/healthstatus/summary/{start}/{TODAY}"),
        format!(
            "/userstats-service/wellness/daily/ada-runs?fromDate={start}&untilDate={TODAY}&metricId=60"
        ),
        format!("/usersummary-service/usersummary/daily/?calendarDate={day}"),
        format!("{LIST}?start=0&limit=1000&startDate={older}&endDate={old}"),
        format!(
            "/metrics-service/metrics/endurancescore/stats?startDate={start}&endDate={TODAY}&aggregation=weekly"
        ),
        format!(
            "/metrics-service/metrics/hillscore/stats?startDate={start}&endDate={TODAY}&aggregation=daily"
        ),
        format!(
            "/metrics-service/metrics/racepredictions/daily/ada-runs?fromCalendarDate={start}&toCalendarDate={TODAY}"
        ),
        format!(
            "/fitnessage-service/stats/daily/{}/{TODAY}",
            TODAY - 28.days()
        ),
        format!(
            "/wellness-service/stats/daily/acclimation?fromDate={}&untilDate={TODAY}",
            TODAY - 3649.days()
        ),
        "/personalrecord-service/personalrecord/prs/ada-runs".to_owned(),
    ] {
        let begin = Instant::now();
        assert!(visit.status(&access, &path).await.is_success(), "{path}");
        let taken = begin.elapsed();
        println!("{taken:?} {path}");
        // A debug build on a busy machine; it takes a tenth of that.
        assert!(taken < Duration::from_secs(2), "{taken:?} {path}");
    }
    let count = visit
        .json(&access, "/activitylist-service/activities/count")
        .await;
    assert!(count["totalCount"].as_u64().unwrap() > 1500);
    let (start, end) = (TODAY - 3649.days(), TODAY);
    let weight = visit
        .json(
            &access,
            &format!("/weight-service/weight/range/{start}/{end}?includeAll=true"),
        )
        .await;
    assert!(array(&weight["dailyWeightSummaries"]).len() > 1000);
    let before = TODAY - 3650.days();
    let path = format!("/usersummary-service/usersummary/daily/?calendarDate={before}");
    assert_eq!(
        visit.json(&access, &path).await["includesWellnessData"],
        false
    );
}

#[tokio::test]
async fn the_night_the_clocks_change_has_two_offsets() {
    let visit = Visit::to(Scenario {
        days: 400,
        seed: 8,
        ..scenario()
    })
    .await;
    let (access, _) = visit.tokens().await;
    for (day, hours) in [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)] {
        let path = format!("/usersummary-service/usersummary/daily/?calendarDate={day}");
        let summary = visit.json(&access, &path).await;
        assert_eq!(
            summary["durationInMilliseconds"],
            hours * 3_600_000_i64,
            "{day}"
        );
        let time = |name: &str| {
            summary[name]
                .as_str()
                .unwrap()
                .parse::<jiff::civil::DateTime>()
                .unwrap()
        };
        let offset = |end: &str| {
            let local = time(&format!("wellness{end}TimeLocal"));
            local
                .duration_since(time(&format!("wellness{end}TimeGmt")))
                .as_hours()
        };
        assert_eq!(offset("Start") - offset("End"), hours - 24, "{day}");
    }
}

#[tokio::test]
async fn a_year_has_a_trip_races_and_weeks_without_a_watch() {
    let (visit, access) = decade().await;
    let (mut races, mut endings) = (0, std::collections::BTreeSet::new());
    let mut longest_gap = 0;
    for year in 2020..2026 {
        let (start, end) = (date(year, 1, 1), date(year, 12, 31));
        let path = format!("{LIST}?start=0&limit=1000&startDate={start}&endDate={end}");
        let rows = visit.json(&access, &path).await;
        let yearly = array(&rows)
            .iter()
            .filter(|row| row["parent"] == true)
            .count();
        assert!((1..=2).contains(&yearly), "{year}: {yearly}");
        races += yearly;
        for row in array(&rows).iter().filter(|row| row["deviceId"].is_null()) {
            let file = visit
                .get(
                    &access,
                    &format!("/download-service/files/activity/{}", row["activityId"]),
                )
                .await;
            if file.status() == StatusCode::NOT_FOUND {
                assert_eq!(row["manualActivity"], true);
            } else {
                let bytes = file.bytes().await.unwrap();
                let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
                let name = archive.file_names().next().unwrap().unwrap().into_owned();
                endings.insert(name.rsplit('.').next().unwrap().to_owned());
            }
        }
        let path = format!(
            "/userstats-service/wellness/daily/ada-runs?fromDate={start}&untilDate={end}&metricId=60"
        );
        let days = visit.json(&access, &path).await;
        let days: Vec<Date> =
            array(&days["allMetrics"]["metricsMap"]["WELLNESS_RESTING_HEART_RATE"])
                .iter()
                .map(|row| row["calendarDate"].as_str().unwrap().parse().unwrap())
                .collect();
        let gap = days
            .windows(2)
            .map(|pair| pair[1].duration_since(pair[0]).as_hours() / 24 - 1);
        longest_gap = longest_gap.max(gap.max().unwrap());
        let mut offsets = std::collections::BTreeSet::new();
        for back in 0..45 {
            let day = date(year, 9, 10) - back.days();
            let path = format!("/usersummary-service/usersummary/daily/?calendarDate={day}");
            let summary = visit.json(&access, &path).await;
            if let Some(start) = summary["wellnessStartTimeGmt"].as_str() {
                offsets.insert(start[11..13].to_owned());
            }
        }
        assert!(offsets.len() > 1, "{year}: a trip shifts midnight");
    }
    assert!(races > 6);
    assert!(longest_gap >= 7, "{longest_gap}");
    assert!(
        endings.contains("gpx") && endings.contains("tcx"),
        "{endings:?}"
    );
}
