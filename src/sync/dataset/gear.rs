//! Shoes, bikes and other gear: one list (`protocol.md` 9.7). No recording exists.
//!
//! Distance and use of each item would take one more call for each
//! (`/gear-service/gear/stats/{uuid}`, 404 for retired gear), and is left out for now.

use jiff::civil::Date;
use serde_json::Value;

use super::{Ask, Call, Part, Reading, Route, Unread, document, items, segment, unread};
use crate::{
    central_db::rows::gear::Gear,
    domain::{dates::forward, session::Lane},
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[Part::snapshot("gear.list", ask, read).lists::<Gear>()],
}];

/// Without the account's `profileId` the value is empty, which Garmin refuses:
/// no form without it is known. It costs this dataset only.
fn ask(ask: &Ask<'_>) -> Call {
    Call::get(
        "/gear-service/gear/filterGear",
        &[("userProfilePk", &segment(ask.user_id))],
    )
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, gear))
}

fn gear(item: &Value, odd: &mut Vec<String>) -> Result<Option<Gear>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "gear that is no object"))?;
    if item
        .as_object()
        .is_some_and(|o| o.values().all(Value::is_null))
    {
        return Ok(None);
    }
    let gear = Gear {
        gear_id: f
            .id("uuid")
            .ok_or_else(|| unread(None, "gear without an id"))?,
        gear_pk: f.int("gearPk"),
        kind: f.text("gearTypeName"),
        name: f.text("displayName"),
        make_model: make_model(&f),
        status: f.text("gearStatusName"),
        begun_on: day(&f, "dateBegin"),
        ended_on: day(&f, "dateEnd"),
        limit_m: f.measured_f("maximumMeters"),
    };
    odd.extend(f.odd());
    Ok(Some(gear))
}

/// As the person wrote it, or make and model from Garmin's list, where "Other"
/// and "Unknown Shoes" stand for none.
fn make_model(f: &Fields<'_>) -> Option<String> {
    let named = |field: &str, none: &str| f.text(field).filter(|name| !name.starts_with(none));
    f.text("customMakeModel").or_else(|| {
        let parts = [
            named("gearMakeName", "Other"),
            named("gearModelName", "Unknown"),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

/// A day, written as its local midnight in UTC: 22:00 is the next day's east of
/// Greenwich, 05:00 the same day's in America.
fn day(f: &Fields<'_>, field: &str) -> Option<Date> {
    let at = f.local(field)?;
    // Midnight at +13 h is 11:00; at -10 h it is 10:00.
    let is_of_next = at.hour() >= 11;
    Some(forward(at.date(), u32::from(is_of_next)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn gear_is_a_list_of_things_with_days() {
        let body = json!([
            {"gearPk": 4470, "uuid": "f52900aa", "gearTypeName": "Shoes", "gearStatusName": "active", "customMakeModel": "Brand Runner 15",
             "displayName": "v15 🟢", "maximumMeters": 650_000.0, "dateBegin": "2026-09-08T00:00:00.0", "dateEnd": null},
            {"gearPk": 4471},
        ]);
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!((reading.unread.len(), reading.odd.len()), (1, 0));
        assert_eq!(
            testing::kept(&[reading], "SELECT * FROM v_gear"),
            ["ada|f52900aa|4470|Shoes|v15 🟢|Brand Runner 15|active|2026-09-08||650000"]
        );
        testing::reads_nothing_from(read, &["[{\"uuid\":null}]"]);
    }

    #[test]
    fn the_account_is_named_by_its_number() {
        let mut asked = testing::ask("2026-10-01", "2026-10-01");
        let path = "/gear-service/gear/filterGear?userProfilePk=";
        assert_eq!(ask(&asked).to_string(), format!("{path}2222"));
        asked.user_id = None;
        assert_eq!(ask(&asked).to_string(), path);
    }
}
