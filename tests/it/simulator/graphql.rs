//! The gateway, and the same numbers behind both doors.

use super::*;
use crate::support::only_recorded;

#[tokio::test]
async fn rest_and_graphql_tell_the_same_days() {
    let (visit, access) = ada().await;
    let (start, end) = last(28);
    let query =
        format!("query{{userDailySummaryV2Scalar(startDate:\"{start}\", endDate:\"{end}\")}}");
    let reply: Value = visit.graphql(&access, &query).await.json().await.unwrap();
    let rows = array(&reply["data"]["userDailySummaryV2Scalar"]["data"]);
    assert_eq!(rows.len(), 28);
    let step_rows = visit
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
        let counted = array(&step_rows)
            .iter()
            .find(|other| other["calendarDate"] == date);
        if row["includesWellnessData"] == false {
            assert!(
                day["totalSteps"].is_null() && counted.is_none() && row["movement"] == json!({}),
                "{date}"
            );
            continue;
        }
        with_data += 1;
        assert_eq!(
            day["totalSteps"], row["movement"]["steps"]["value"],
            "{date}"
        );
        assert_eq!(day["totalSteps"], counted.unwrap()["totalSteps"], "{date}");
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
async fn graphql_refuses_inside_a_200_and_get_outside_of_one() {
    let (visit, access) = ada_at(only_recorded(60)).await;
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
