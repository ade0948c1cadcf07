//! The activity list, its pages and its files.

use std::io::{Cursor, Read as _};

use super::*;

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
async fn legs_are_listed_only_when_asked_for() {
    let (visit, access) = ada().await;
    let list = async |query: &str| {
        visit
            .json(&access, &format!("{LIST}?start=0&limit=1000{query}"))
            .await
    };
    let (parents, family) = (list("").await, list("&excludeChildren=false").await);
    assert_eq!(list("&excludeChildren=true").await, parents);
    let legs: Vec<_> = array(&family)
        .iter()
        .filter(|row| row["parentId"].is_i64())
        .collect();
    assert_eq!(array(&family).len(), array(&parents).len() + legs.len());
    let count = visit
        .json(&access, "/activitylist-service/activities/count")
        .await;
    assert_eq!(count["multisportChildCount"], legs.len());
    for leg in legs {
        let id = &leg["activityId"];
        let detail = visit
            .json(&access, &format!("/activity-service/activity/{id}"))
            .await;
        assert_eq!(detail["isMultiSportParent"], false);
        assert_eq!(detail["summaryDTO"]["distance"], leg["distance"]);
        let file = visit
            .status(&access, &format!("/download-service/files/activity/{id}"))
            .await;
        assert_eq!(file, StatusCode::NOT_FOUND);
    }
    let mut oldest_first = list("&sortOrder=asc").await;
    oldest_first.as_array_mut().unwrap().reverse();
    assert_eq!(oldest_first, parents);
}
