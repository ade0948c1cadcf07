//! Hydration: flat days by three calls (`personal-api.md` E5, `protocol.md`
//! 9.5.2, 9.5.10), and the day summary that `daily` asks for anyway.

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, day_summary, document, items,
    shapes::{dated, one_or_items, recorded},
    unread,
};
use crate::{
    central_db::rows::hydration::HydrationDay,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

const RANGE: Part = Part::range("hydration.range", Window::of(28), ask_range, read_range);

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        parts: &[Part::range(
            "hydration.personal",
            Window::of(31),
            ask_range,
            read_range,
        )],
    },
    // One request with `daily`; sweat and the last entry are in the flat days alone.
    Route {
        lane: Lane::Connect,
        parts: &[
            RANGE.optional(),
            Part::range(
                "hydration.graphql",
                day_summary::WINDOW,
                day_summary::ask,
                read_summary,
            ),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[RANGE],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("hydration.day", ask_day, read_day)],
    },
];

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/usersummary-service/stats/hydration/daily", ask.span, &[])
}

fn ask_day(ask: &Ask<'_>) -> Call {
    let day = ask.span.last();
    Call::get(
        format!("/usersummary-service/usersummary/hydration/daily/{day}"),
        &[],
    )
}

fn read_summary(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&day_summary::days(body)?, grouped))
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, flat))
}

fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    let known = ["calendarDate", "valueInML", "valueInMl"];
    let day = one_or_items(document(body)?, &known)?;
    Ok(Reading::of_items(&day, flat))
}

/// A group of the day summary; the whole millilitres stand beside fractional ones.
fn grouped(item: &Value, odd: &mut Vec<String>) -> Result<Option<HydrationDay>, Unread> {
    day(item, odd, |f, day_on| HydrationDay {
        day_on,
        intake_ml: either(
            f,
            "hydration/consumedInFractionalMl",
            "hydration/consumedInMl",
        ),
        goal_ml: either(f, "hydration/goalInFractionalMl", "hydration/goalInMl"),
        sweat_loss_ml: None,
        activity_intake_ml: None,
        last_entry_local: None,
    })
}

/// A flat day, in both spellings of the unit (`personal-api.md` 5.4).
fn flat(item: &Value, odd: &mut Vec<String>) -> Result<Option<HydrationDay>, Unread> {
    day(item, odd, |f, day_on| HydrationDay {
        day_on,
        // With an entry behind it, 0 is what is left after it was taken back.
        intake_ml: either(f, "valueInML", "valueInMl")
            .or_else(|| f.local("lastEntryTimestampLocal").map(|_| 0.0))
            .filter(|_| f.float("valueInML").or(f.float("valueInMl")).is_some()),
        goal_ml: either(f, "goalInML", "goalInMl"),
        sweat_loss_ml: either(f, "sweatLossInML", "sweatLossInMl"),
        activity_intake_ml: either(f, "activityIntakeInML", "activityIntakeInMl"),
        last_entry_local: f
            .local("lastEntryTimestampLocal")
            .map(|local| local.to_string()),
    })
}

/// 0 is a day on which nothing was entered: REST then says null.
fn either(f: &Fields<'_>, one: &str, other: &str) -> Option<f64> {
    f.measured_f(one).or_else(|| f.measured_f(other))
}

/// Every day has a goal; without anything drunk or sweated nothing was recorded.
fn day(
    item: &Value,
    odd: &mut Vec<String>,
    read: impl Fn(&Fields<'_>, jiff::civil::Date) -> HydrationDay,
) -> Result<Option<HydrationDay>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
    let day_on = f.day("calendarDate");
    let row = recorded(
        read(&f, day_on.unwrap_or_default()),
        &["goal_ml", "last_entry_local"],
    );
    odd.extend(f.odd());
    dated(day_on, row, "a day without a date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{dataset::Dataset, dates::DateSpan},
        sync::dataset::{
            source,
            testing::{counts, read, shown},
        },
    };
    use serde_json::json;

    #[test]
    fn it_asks_for_the_day_summary_in_the_words_of_daily() {
        let ask = Ask {
            span: DateSpan::ending(jiff::civil::date(2026, 11, 21), 28),
            today: jiff::civil::date(2026, 11, 21),
            start: 0,
            display_name: Some("x"),
            user_id: None,
        };
        let call = |dataset, endpoint| {
            let parts = || source(dataset).iter().flat_map(|route| route.parts);
            let part = parts().find(|part| part.endpoint == endpoint).unwrap();
            ((part.ask)(&ask), part.window)
        };
        assert_eq!(
            call(Dataset::Daily, "daily.graphql"),
            call(Dataset::Hydration, "hydration.graphql")
        );
    }

    #[test]
    fn both_shapes_and_both_spellings_give_the_same_day() {
        let summary = json!({"data": {"userDailySummaryV2Scalar": {"data": [{
            "calendarDate": "2026-01-09",
            "hydration": {"goalInMl": 3382, "goalInFractionalMl": 3382.0, "consumedInMl": 1737, "consumedInFractionalMl": 1736.588},
        }, {"calendarDate": "2026-01-10", "hydration": {}}]}}});
        let upper =
            json!([{"calendarDate": "2026-01-09", "valueInML": 1736.588, "goalInML": "3382"}]);
        let lower = json!({"calendarDate": "2026-01-09", "valueInMl": 1736.588, "goalInMl": 3382});
        let rows = shown("v_hydration", &[read(read_summary, &summary)]);
        assert_eq!((rows.len(), &rows[0]["intake_ml"]), (1, &json!(1736.588)));
        assert_eq!(shown("v_hydration", &[read(read_range, &upper)]), rows);
        assert_eq!(shown("v_hydration", &[read(read_day, &lower)]), rows);
    }

    #[test]
    fn the_summary_does_not_erase_what_the_flat_day_knew() {
        let flat = json!([{"calendarDate": "2026-01-09", "valueInML": 1000.0, "sweatLossInML": 582.0,
            "lastEntryTimestampLocal": "2026-01-09T15:30:00.0"}]);
        let summary = json!({"data": {"userDailySummaryV2Scalar": {"data": [
            {"calendarDate": "2026-01-09", "hydration": {"consumedInMl": 1200}}]}}});
        let rows = shown(
            "v_hydration",
            &[read(read_range, &flat), read(read_summary, &summary)],
        );
        assert_eq!(
            (&rows[0]["intake_ml"], &rows[0]["sweat_loss_ml"]),
            (&json!(1200.0), &json!(582.0))
        );
        assert_eq!(rows[0]["last_entry_local"], "2026-01-09T15:30:00");
    }

    #[test]
    fn a_goal_alone_is_no_row_and_a_bad_day_costs_only_itself() {
        let days = json!([{"calendarDate": "2026-01-08", "goalInML": 2800.0, "valueInML": null}, {"valueInML": 3.0}, 7,
            {"calendarDate": "2026-01-09", "valueInML": "much"}, {"calendarDate": "2026-01-10", "valueInML": 0}]);
        assert_eq!(counts(&read(read_range, &days)), (0, 2, 1));
        let taken_back = json!([{"calendarDate": "2026-01-10", "valueInML": 0, "lastEntryTimestampLocal": "2026-01-10T09:00:00.0"}]);
        assert_eq!(counts(&read(read_range, &taken_back)), (1, 0, 0));
        assert_eq!(read_day(b"").unwrap().rows.len(), 0);
    }
}
