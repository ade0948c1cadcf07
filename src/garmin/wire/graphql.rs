//! The GraphQL gateway's envelope (`protocol.md` 10.1).

use serde_json::Value;

use crate::{domain::printable::excerpt, garmin::error::GarminError};

/// The value of one scalar. Errors come inside a 200, a failing scalar is
/// null, and some clients got the document as a string.
pub fn scalar(body: &[u8], name: &str) -> Result<Value, GarminError> {
    let mut reply: Value = serde_json::from_slice(body)
        .map_err(|_| GarminError::Unreadable("GraphQL reply is no JSON".to_owned()))?;
    let value = reply
        .pointer_mut(&format!("/data/{name}"))
        .map(Value::take)
        .unwrap_or_default();
    let errors = reply
        .get("errors")
        .and_then(Value::as_array)
        .filter(|errors| !errors.is_empty());
    if let Some(errors) = errors {
        let first = errors
            .first()
            .and_then(|error| error.get("message"))
            .and_then(Value::as_str);
        return Err(GarminError::Refused {
            status: 200,
            message: first.map(|text| excerpt(text, 120)),
        });
    }
    match value {
        Value::Null => Err(GarminError::Refused {
            status: 200,
            message: Some(format!("{name} is null")),
        }),
        Value::String(text) if text.starts_with(['{', '[']) => serde_json::from_str(&text)
            .map_err(|_| GarminError::Unreadable(format!("{name} is no JSON"))),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_scalar_comes_plain_or_as_text_and_errors_inside_a_200() {
        let read = |value: Value| scalar(value.to_string().as_bytes(), "x");
        assert_eq!(read(json!({"data": {"x": [1]}})).unwrap(), json!([1]));
        assert_eq!(read(json!({"data": {"x": "[1]"}})).unwrap(), json!([1]));
        assert!(matches!(
            read(json!({"data": {"x": null}})),
            Err(GarminError::Refused { .. })
        ));
        let refused =
            read(json!({"data": {"x": null}, "errors": [{"message": "too long"}]})).unwrap_err();
        assert!(refused.to_string().contains("too long"));
        assert!(matches!(
            scalar(b"<html>", "x"),
            Err(GarminError::Unreadable(_))
        ));
    }
}
