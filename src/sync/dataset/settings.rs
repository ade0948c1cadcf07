//! Time zone, units and formats of the account: one answer, the same on both
//! lanes (`personal-api.md` E21, `protocol.md` 9.2).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, document,
    shapes::{has_any, one_or_items},
    unread,
};
use crate::{
    central_db::rows::settings::Settings,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        parts: &[Part::snapshot("settings.personal", ask, read)],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::snapshot("settings.connect", ask, read)],
    },
];

/// What the answer holds, one member at least.
const KNOWN: &[&str] = &["timeZone", "measurementSystem", "preferredLocale"];

fn ask(_: &Ask<'_>) -> Call {
    Call::get("/userprofile-service/userprofile/settings", &[])
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, KNOWN)?,
        settings,
    ))
}

fn settings(item: &Value, odd: &mut Vec<String>) -> Result<Option<Settings>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "settings that are no object"))?;
    if !has_any(&f, KNOWN) {
        return Ok(None);
    }
    let settings = Settings {
        // The literal `gmt` of the official lane says that no zone is set.
        time_zone: f.text("timeZone").filter(|zone| zone != "gmt"),
        locale: f.text("preferredLocale"),
        unit_system: f.text("measurementSystem"),
        first_day_of_week: word(&f, "firstDayOfWeek", "dayName"),
        number_format: word(&f, "numberFormat", "formatKey"),
        date_format: word(&f, "dateFormat", "formatKey"),
        time_format: word(&f, "timeFormat", "formatKey"),
        power_format: word(&f, "powerFormat", "formatKey"),
        heart_rate_format: word(&f, "heartRateFormat", "formatKey"),
        hydration_unit: f.text("hydrationMeasurementUnit"),
        golf_distance_unit: f.text("golfDistanceUnit"),
    };
    odd.extend(f.odd());
    Ok(Some(settings))
}

/// A word, in an object or plain: what is documented as an object comes as text
/// at times (`personal-api.md` 5.4).
fn word(f: &Fields<'_>, field: &str, member: &str) -> Option<String> {
    match f.value(field)? {
        Value::Object(_) => f.text(&format!("{field}/{member}")),
        _ => f.text(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn formats_come_as_objects_or_as_words() {
        let body = json!({"displayName": "ada", "preferredLocale": "fr", "measurementSystem": "metric", "timeZone": "Asia/Dubai",
            "firstDayOfWeek": {"dayId": 3, "dayName": "monday"}, "numberFormat": "decimal_period",
            "timeFormat": {"formatKey": "time_twelve_hr"}, "dateFormat": "mmddyyyy", "powerFormat": null,
            "heartRateFormat": 21, "hydrationMeasurementUnit": "cup"});
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(reading.odd, ["heartRateFormat"]);
        assert_eq!(
            testing::kept(&[reading], "SELECT * FROM v_settings"),
            ["ada|Asia/Dubai|fr|metric|monday|decimal_period|mmddyyyy|time_twelve_hr|||cup|"]
        );
    }

    #[test]
    fn no_zone_is_no_zone() {
        let reading = read(b"{\"timeZone\":\"gmt\",\"measurementSystem\":\"metric\"}").unwrap();
        assert_eq!(
            testing::kept(&[reading], "SELECT time_zone, unit_system FROM v_settings"),
            ["|metric"]
        );
        testing::reads_nothing_from(read, &["{\"timeZone\":null}"]);
    }
}
