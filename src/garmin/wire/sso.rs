//! Replies of the mobile JSON sign-in (`protocol.md` 2.1, 3).

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SsoReply {
    pub service_ticket_id: Option<String>,
    pub response_status: Option<ResponseStatus>,
    pub customer_mfa_info: Option<CustomerMfaInfo>,
    /// What the person has to accept on the web first.
    pub consent_type_list: Option<Vec<serde_json::Value>>,
    pub error: Option<EdgeError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResponseStatus {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub message: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CustomerMfaInfo {
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub mfa_last_method_used: Option<String>,
}

/// A limit hidden in the body, also under HTTP 200; the code is a string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EdgeError {
    #[serde(rename = "status-code")]
    pub status_code: Option<serde_json::Value>,
}

impl EdgeError {
    pub fn status(&self) -> Option<u16> {
        match self.status_code.as_ref()? {
            serde_json::Value::String(text) => text.parse().ok(),
            value => value.as_u64().and_then(|code| u16::try_from(code).ok()),
        }
    }
}
