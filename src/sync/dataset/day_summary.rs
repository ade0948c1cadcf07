//! The grouped day summaries that several datasets read (`protocol.md` 10.3,
//! `personal-api.md` E1). They ask in exactly the same words over the same
//! window, so that one request serves them all.

use serde_json::Value;

use super::{Ask, Call, Window, document, shapes::list_in};
use crate::garmin::{error::GarminError, wire::graphql};

const SCALAR: &str = "userDailySummaryV2Scalar";

/// 28 days are recorded, a year is claimed.
pub(super) const WINDOW: Window = Window::growing(28, 365);

pub(super) fn ask(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, ask.span, "")
}

/// The days of a GraphQL answer, oldest first.
pub(super) fn days(body: &[u8]) -> Result<Vec<Value>, GarminError> {
    list_in(graphql::scalar(body, SCALAR)?, "data")
}

/// The same days by the personal lane; above some 90 of them it answers 500.
pub(super) const PERSONAL_WINDOW: Window = Window::growing(31, 90);

pub(super) fn ask_personal(ask: &Ask<'_>) -> Call {
    Call::get_range("/usersummary-service/v2/dailysummaries", ask.span, &[])
}

pub(super) fn personal_days(body: &[u8]) -> Result<Vec<Value>, GarminError> {
    list_in(document(body)?, "data")
}
