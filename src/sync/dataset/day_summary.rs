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

/// The same days by REST over the personal lane; above some 90 of them it answers 500.
pub(super) const PERSONAL_WINDOW: Window = Window::growing(31, 90);
/// The same call over the connect lane, as one client sends it: its cap there is
/// not known (`protocol.md` 9.4), so what works on the other lane is tried.
pub(super) const CONNECT_WINDOW: Window = Window::growing(28, 90);

pub(super) fn ask_rest(ask: &Ask<'_>) -> Call {
    Call::get_range("/usersummary-service/v2/dailysummaries", ask.span, &[])
}

pub(super) fn rest_days(body: &[u8]) -> Result<Vec<Value>, GarminError> {
    list_in(document(body)?, "data")
}
