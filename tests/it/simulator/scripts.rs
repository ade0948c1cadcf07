//! Data that change while a client looks away.

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
