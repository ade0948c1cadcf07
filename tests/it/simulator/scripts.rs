//! Data that change while a client looks away.

use std::time::Duration;

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
