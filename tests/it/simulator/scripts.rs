//! Data that change while a client looks away.

use std::time::Duration;

use garminsync::domain::dataset::Dataset;
use garminsync::simulator::SimulatorError;

use super::*;

const LAST_UPLOAD: &str = "/device-service/deviceservice/mylastused";

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

#[tokio::test]
async fn a_late_run_lands_on_its_day_with_its_steps() {
    let (visit, access) = ada().await;
    let date = TODAY - 9.days();
    let path = format!("/usersummary-service/usersummary/daily/?calendarDate={date}");
    let before = visit.json(&access, &path).await;
    let id = visit.garmin.upload_activity_on(date);
    let filtered = format!("{LIST}?start=0&limit=10&startDate={date}&endDate={date}");
    let rows = visit.json(&access, &filtered).await;
    let run = array(&rows)
        .iter()
        .find(|row| row["activityId"] == id)
        .unwrap();
    let after = visit.json(&access, &path).await;
    let gained = after["totalSteps"].as_i64().unwrap() - before["totalSteps"].as_i64().unwrap();
    assert_eq!(run["steps"], gained);
}

#[tokio::test]
async fn new_tokens_follow_a_changed_lifetime() {
    let visit = Visit::to(scenario()).await;
    visit.garmin.set_access_ttl(Duration::ZERO);
    let (access, _) = visit.tokens().await;
    assert_eq!(
        visit.get(&access, LAST_UPLOAD).await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn the_demo_asks_for_a_code_and_has_a_history_up_to_now() {
    let visit = Visit::to(Scenario::demo()).await;
    visit.login("demo-run-2026").await;
    let reply: Value = visit.answer_mfa("314159").await.json().await.unwrap();
    let ticket = reply["serviceTicketId"].as_str().unwrap();
    let tokens: Value = visit.exchange(ticket).await.json().await.unwrap();
    let access = tokens["access_token"].as_str().unwrap();
    let rows = visit
        .json(access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    assert!(array(&rows).len() > 40);
    let upload = visit.json(access, LAST_UPLOAD).await["lastUsedDeviceUploadTime"]
        .as_i64()
        .unwrap();
    let age = jiff::Timestamp::now().as_millisecond() - upload;
    assert!((0..31 * 60 * 1000).contains(&age), "{age}");
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let visit = Visit::to(scenario()).await;
    let port = visit
        .garmin
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let refused = Simulator::start(Scenario { port, ..scenario() }).await;
    assert!(matches!(refused, Err(SimulatorError::Bind { port: named, .. }) if named == port));
}

#[tokio::test]
async fn a_day_that_comes_late_brings_everything_and_moves_its_sync() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    let hrv = format!("/hrv-service/hrv/daily/{start}/{end}");
    let summaries = visit.json(&access, &hrv).await;
    let late: Date = summaries["hrvSummaries"][3]["calendarDate"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let other: Date = summaries["hrvSummaries"][5]["calendarDate"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let path = format!("/usersummary-service/usersummary/daily/?calendarDate={late}");
    let before = visit.json(&access, &path).await;
    let count = async || array(&visit.json(&access, &hrv).await["hrvSummaries"]).len();
    let whole = count().await;
    visit.garmin.hold_back_day(late);
    visit.garmin.hold_back_day(other);
    assert_eq!(count().await, whole - 2);
    for nothing in [
        format!("/hrv-service/hrv/{late}"),
        format!("/metrics-service/metrics/hillscore?calendarDate={late}"),
    ] {
        assert_eq!(
            visit.status(&access, &nothing).await,
            StatusCode::NO_CONTENT,
            "{nothing}"
        );
    }
    assert_eq!(
        visit.json(&access, &path).await["includesWellnessData"],
        false
    );

    visit.garmin.deliver_day(late);
    assert_eq!(count().await, whole - 1);
    let mut after = visit.json(&access, &path).await;
    assert!(after["lastSyncTimestampGMT"].as_str() > before["lastSyncTimestampGMT"].as_str());
    after["lastSyncTimestampGMT"] = before["lastSyncTimestampGMT"].clone();
    assert_eq!(after, before);
    visit.garmin.deliver_days();
    assert_eq!(count().await, whole);
}

#[tokio::test]
async fn weigh_ins_are_added_changed_and_deleted() {
    let (visit, access) = ada().await;
    let day = TODAY - 4.days();
    let path = format!("/weight-service/weight/range/{day}/{day}?includeAll=true");
    let entries = async || {
        let weight = visit.json(&access, &path).await;
        let days = array(&weight["dailyWeightSummaries"]).clone();
        let entries = days
            .iter()
            .flat_map(|day| array(&day["allWeightMetrics"]).clone());
        entries
            .map(|entry| {
                (
                    entry["samplePk"].as_i64().unwrap(),
                    entry["weight"].as_f64().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    let before = entries().await;
    let pk = visit.garmin.add_weigh_in(day, 70_500);
    assert!(entries().await.contains(&(pk, 70_500.0)));
    let second = visit.garmin.add_weigh_in(day, 70_700);
    assert_ne!(pk, second);
    assert!(visit.garmin.edit_weigh_in(pk, 70_100));
    assert!(entries().await.contains(&(pk, 70_100.0)));
    assert!(visit.garmin.delete_weigh_in(pk) && visit.garmin.delete_weigh_in(second));
    assert_eq!(entries().await, before);
    assert!(!visit.garmin.delete_weigh_in(pk));

    // Those of the scale can be changed too.
    let path = format!(
        "/weight-service/weight/range/{}/{TODAY}?includeAll=true",
        TODAY - 30.days()
    );
    let latest = async || {
        visit.json(&access, &path).await["dailyWeightSummaries"][0]["latestWeight"].clone()
    };
    let entry = latest().await;
    let pk = entry["samplePk"].as_i64().unwrap();
    assert!(visit.garmin.edit_weigh_in(pk, 61_000));
    assert_eq!(latest().await["weight"].as_f64(), Some(61_000.0));
    assert_eq!(latest().await["sourceType"], entry["sourceType"]);
    assert!(visit.garmin.delete_weigh_in(pk));
    assert_ne!(latest().await["samplePk"], entry["samplePk"]);
}

#[tokio::test]
async fn an_activity_is_edited_on_the_web() {
    let (visit, access) = ada().await;
    let rows = visit
        .json(&access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    let run = array(&rows)
        .iter()
        .find(|row| row["activityType"]["typeKey"] == "running")
        .unwrap();
    let id = run["activityId"].as_i64().unwrap();
    let path = format!("/activity-service/activity/{id}");
    let before = visit.json(&access, &path).await;
    assert!(visit.garmin.retype_activity(id, "trail_running"));
    assert!(!visit.garmin.retype_activity(id, "moon_walking"));
    visit.garmin.set_activity_distance(id, 12_345.0);
    visit.garmin.rename_activity(id, "Über die Felder");
    let after = visit.json(&access, &path).await;
    assert_eq!(after["activityTypeDTO"]["typeKey"], "trail_running");
    assert_eq!(after["summaryDTO"]["distance"], 12_345.0);
    assert_eq!(after["activityName"], "Über die Felder");
    assert_ne!(
        after["metadataDTO"]["lastUpdateDate"],
        before["metadataDTO"]["lastUpdateDate"]
    );
    assert_eq!(
        after["metadataDTO"]["uploadedDate"],
        before["metadataDTO"]["uploadedDate"]
    );
    let rows = visit
        .json(&access, &format!("{LIST}?start=0&limit=1000"))
        .await;
    let row = array(&rows)
        .iter()
        .find(|row| row["activityId"] == id)
        .unwrap();
    assert_eq!(row["distance"], 12_345.0);
}

#[tokio::test]
async fn a_hidden_dataset_is_as_if_it_never_was() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    let hrv = format!("/hrv-service/hrv/daily/{start}/{end}");
    let weight = format!("/weight-service/weight/range/{start}/{end}?includeAll=true");
    let reports = format!(
        "/wellness-service/wellness/bodyBattery/reports/daily?startDate={start}&endDate={end}"
    );
    for dataset in Dataset::ALL {
        visit.garmin.hide(dataset);
    }
    assert_eq!(visit.status(&access, &hrv).await, StatusCode::NO_CONTENT);
    assert_eq!(
        visit.json(&access, &weight).await["dailyWeightSummaries"],
        json!([])
    );
    assert_eq!(visit.json(&access, &reports).await, json!([]));
    assert_eq!(
        visit
            .json(&access, &format!("{LIST}?start=0&limit=10"))
            .await,
        json!([])
    );
    for snapshot in [
        "/device-service/deviceregistration/devices",
        "/gear-service/gear/filterGear?userProfilePk=81507342",
        "/personalrecord-service/personalrecord/prs/ada-runs",
        "/biometric-service/heartRateZones/",
        "/biometric-service/powerZones/sports/all",
        "/biometric-service/biometric/latestLactateThreshold",
    ] {
        assert_eq!(visit.json(&access, snapshot).await, json!([]), "{snapshot}");
    }
    let scalar = visit
        .scalar(&access, "heartRateVariabilityScalar", (start, end), "")
        .await;
    assert!(scalar.is_null());
    visit.garmin.show(Dataset::Hrv);
    assert_eq!(visit.status(&access, &hrv).await, StatusCode::OK);
}

#[tokio::test]
async fn caps_change_while_it_runs() {
    let (visit, access) = ada().await;
    let bearer = visit.personal_bearer().await;
    let hrv = |days| {
        let (start, end) = last(days);
        format!("/hrv-service/hrv/daily/{start}/{end}")
    };
    assert!(visit.garmin.set_cap("hrv.range", 14));
    assert_eq!(visit.status(&access, &hrv(14)).await, StatusCode::OK);
    assert_eq!(
        visit.status(&access, &hrv(15)).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        visit.status(&bearer, &hrv(15)).await,
        StatusCode::OK,
        "the other lane has its own"
    );
    assert!(
        visit
            .garmin
            .set_cap("graphql.heartRateVariabilityScalar", 90)
    );
    visit
        .scalar(&access, "heartRateVariabilityScalar", last(90), "")
        .await;
    assert!(!visit.garmin.set_cap("hrv", 7) && !visit.garmin.set_cap("graphql.x", 7));
}

#[tokio::test]
async fn a_scalar_or_the_whole_gateway_is_refused_for_a_while() {
    let (visit, access) = ada().await;
    let (start, end) = last(7);
    let errors = async |name: &str| {
        let query = format!("{{{name}(startDate:\"{start}\",endDate:\"{end}\")}}");
        let answer = visit.graphql(&access, &query).await;
        let status = answer.status();
        let reply: Value = answer.json().await.unwrap();
        (status, !reply["errors"].is_null())
    };
    assert!(
        visit.garmin.refuse_scalar("vo2MaxScalar") && !visit.garmin.refuse_scalar("moonScalar")
    );
    assert_eq!(errors("vo2MaxScalar").await, (StatusCode::OK, true));
    assert_eq!(errors("weightScalar").await, (StatusCode::OK, false));
    visit.garmin.allow_scalar("vo2MaxScalar");
    assert_eq!(errors("vo2MaxScalar").await, (StatusCode::OK, false));
    visit.garmin.refuse_graphql();
    assert_eq!(errors("weightScalar").await.0, StatusCode::FORBIDDEN);
    visit.garmin.allow_graphql();
    assert_eq!(errors("weightScalar").await, (StatusCode::OK, false));
}
