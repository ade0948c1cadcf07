//! What an error says about the request that it answers. Pure.

use crate::{
    domain::dates::DateSpan,
    garmin::error::GarminError,
    sync::{dataset::Part, plan::SHORTEST},
};

/// What to do about a task that brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The span may be too long: a shorter one.
    TooLong,
    /// Garmin says that there is no such thing, or not for this account.
    Refused,
    /// The endpoint, or the gateway before it, has trouble: another one may have none.
    Broken,
    /// The network has.
    Unanswered,
}

/// Reads a refusal. Garmin says "too long" with 400 or 500 and few words
/// (`protocol.md` 9.1, `personal-api.md` 5.2), GraphQL with an error inside a 200.
pub(super) fn verdict(part: &Part, span: DateSpan, error: &GarminError) -> Verdict {
    let is_range = part.window.most > 1 && part.page.is_none() && !part.window.by_month;
    let can_shrink = is_range && span.len() > SHORTEST;
    let is_claimed = is_range && span.len() > part.window.safe;
    match error {
        error if is_of_gateway(part, error) && !is_claimed => match error {
            error if error.is_verdict() => Verdict::Refused,
            _ => Verdict::Broken,
        },
        GarminError::Refused { status: 400, .. } | GarminError::Server(500) if can_shrink => {
            Verdict::TooLong
        }
        GarminError::Refused {
            status: 200,
            message,
        } if is_claimed && !is_schema_error(message.as_deref()) => Verdict::TooLong,
        error if error.is_verdict() => Verdict::Refused,
        error if error.is_transport() => Verdict::Unanswered,
        _ => Verdict::Broken,
    }
}

/// Anything but an error inside a 200 is about the GraphQL gateway, not the scalar.
pub(super) fn is_of_gateway(part: &Part, error: &GarminError) -> bool {
    part.is_graphql()
        && !error.is_transport()
        && !matches!(error, GarminError::Refused { status: 200, .. })
}

/// The scalar is gone or changed (`protocol.md` 10.1): no span will do.
fn is_schema_error(message: Option<&str>) -> bool {
    message.is_some_and(|text| text.contains("Validation") || text.contains("undefined"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::dataset::Dataset, sync::dataset};

    fn part(dataset: Dataset, endpoint: &str) -> &'static Part {
        dataset::source(dataset)
            .iter()
            .flat_map(|route| route.parts)
            .find(|part| part.endpoint == endpoint)
            .unwrap()
    }

    fn refused(status: u16, message: &str) -> GarminError {
        GarminError::Refused {
            status,
            message: Some(message.to_owned()),
        }
    }

    fn of(part: &Part, days: u32, error: &GarminError) -> Verdict {
        let span = DateSpan::ending(jiff::civil::date(2026, 11, 21), days);
        verdict(part, span, error)
    }

    #[test]
    fn refusals_of_a_range_are_told_apart() {
        let range = part(Dataset::BodyBattery, "body_battery.range");
        let verdict = |days, error: GarminError| of(range, days, &error);
        assert_eq!(verdict(28, refused(400, "too long")), Verdict::TooLong);
        assert_eq!(verdict(28, GarminError::Server(500)), Verdict::TooLong);
        assert_eq!(verdict(28, GarminError::Server(503)), Verdict::Broken);
        assert_eq!(verdict(7, refused(400, "no")), Verdict::Refused);
        for status in [403, 404, 405, 410] {
            assert_eq!(verdict(28, refused(status, "no")), Verdict::Refused);
        }
        assert_eq!(verdict(28, GarminError::Server(501)), Verdict::Refused);
        for status in [301, 302, 402, 406, 408, 409, 411, 412, 415, 418, 422, 451] {
            assert_eq!(verdict(28, refused(status, "no")), Verdict::Broken);
        }
        let cut = GarminError::NoAnswer("x".to_owned());
        assert_eq!(verdict(28, cut), Verdict::Unanswered);
    }

    #[test]
    fn the_gateway_s_trouble_is_not_the_scalar_s() {
        let scalar = part(Dataset::Sleep, "sleep.graphql");
        let verdict = |days, error: GarminError| of(scalar, days, &error);
        assert_eq!(verdict(31, refused(200, "range")), Verdict::TooLong);
        assert_eq!(verdict(28, refused(200, "range")), Verdict::Refused);
        let schema = refused(200, "Validation error");
        assert_eq!(verdict(31, schema), Verdict::Refused);
        assert_eq!(verdict(28, refused(400, "no")), Verdict::Refused);
        assert_eq!(verdict(28, refused(403, "no")), Verdict::Refused);
        assert_eq!(verdict(28, GarminError::Server(500)), Verdict::Broken);
        assert_eq!(verdict(28, GarminError::Server(503)), Verdict::Broken);
        let page = GarminError::Unreadable("x".to_owned());
        assert_eq!(verdict(28, page), Verdict::Broken);
    }
}
