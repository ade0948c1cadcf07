//! The GraphQL gateway's envelope (`protocol.md` 10.1).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::json;
use crate::{domain::redact::remark, garmin::error::GarminError};

/// The value of one scalar. Errors come inside a 200, a failing scalar is
/// null, and some clients got the document as a string.
pub fn scalar(body: &[u8], name: &str) -> Result<Value, GarminError> {
    let mut reply = json::parse(body)
        .map_err(|_| GarminError::Unreadable("GraphQL reply is no JSON".to_owned()))?;
    let is_reply = ["data", "errors"].iter().any(|it| reply.get(it).is_some());
    if let (false, Some(why)) = (is_reply, json::error_in(&reply)) {
        return Err(GarminError::Unreadable(why));
    }
    let value = reply
        .pointer_mut(&format!("/data/{name}"))
        .map(Value::take)
        .unwrap_or_default();
    let errors = reply
        .get("errors")
        .and_then(Value::as_array)
        .filter(|errors| !errors.is_empty());
    if let Some(errors) = errors {
        return Err(GarminError::Refused {
            status: 200,
            message: message(errors.first()),
        });
    }
    let value = match value {
        Value::Null => {
            return Err(GarminError::Refused {
                status: 200,
                message: Some(format!("{name} is null")),
            });
        }
        Value::String(text) if text.starts_with(['{', '[']) => json::parse(text.as_bytes())
            .map_err(|_| GarminError::Unreadable(format!("{name} is no JSON")))?,
        value => value,
    };
    match json::error_in(&value) {
        Some(why) => Err(GarminError::Unreadable(why)),
        None => Ok(value),
    }
}

/// What a shared answer holds of one scalar.
pub type Shared = Result<Vec<u8>, GarminError>;

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    data: Option<BTreeMap<String, &'a RawValue>>,
    /// Nothing but their words is counted on.
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
}

/// One query for several scalars `(name, arguments)`: `query{a0:x(…) a1:y(…)}`.
pub fn shared_query(scalars: &[(&str, &str)]) -> String {
    let fields: Vec<_> = scalars
        .iter()
        .enumerate()
        .map(|(n, (scalar, arguments))| format!("a{n}:{scalar}({arguments})"))
        .collect();
    format!("query{{{}}}", fields.join(" "))
}

/// Takes the answer of [`shared_query`] apart: for each scalar the body that
/// its own query would have brought, byte by byte, or why it was refused; `None`
/// where the answer does not speak of it: then it is to be asked by itself.
///
/// # Errors
/// When the query as a whole was refused.
pub fn shared_answers(body: &[u8], scalars: &[&str]) -> Result<Vec<Option<Shared>>, GarminError> {
    let refused = |error: Option<&Value>| GarminError::Refused {
        status: 200,
        message: message(error),
    };
    let unreadable = || GarminError::Unreadable("GraphQL reply is no JSON".to_owned());
    let text = json::lossy(body);
    let reply: Reply<'_> = serde_json::from_str(&text).map_err(|_| unreadable())?;
    let errors = reply.errors.map_or(Ok(Value::Null), |errors| {
        json::parse(errors.get().as_bytes())
    })?;
    let errors = errors.as_array().map_or(&[][..], Vec::as_slice);
    let Some(data) = reply.data else {
        return Err(refused(errors.first()));
    };
    let answer = |(n, scalar): (usize, &&str)| {
        let alias = format!("a{n}");
        let is_mine = |error: &&Value| {
            let path = error.pointer("/path/0").and_then(Value::as_str);
            path == Some(alias.as_str())
        };
        match data.get(&alias) {
            Some(value) if value.get() != "null" => {
                let body = format!("{{\"data\":{{\"{scalar}\":{}}}}}", value.get());
                Some(Ok(body.into_bytes()))
            }
            _ => {
                let error = errors.iter().find(is_mine)?;
                Some(Err(refused(Some(error))))
            }
        }
    };
    let answers: Vec<_> = scalars.iter().enumerate().map(answer).collect();
    if answers.iter().all(Option::is_none) {
        return Err(refused(errors.first()));
    }
    Ok(answers)
}

/// Garmin's own words, cleaned and short.
fn message(error: Option<&Value>) -> Option<String> {
    let words = error?.get("message")?.as_str()?;
    Some(remark(words, 120))
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

    #[test]
    fn a_shared_answer_comes_apart_scalar_by_scalar() {
        let query = shared_query(&[("x", "d:\"1\""), ("y", "d:\"2\"")]);
        assert_eq!(query, "query{a0:x(d:\"1\") a1:y(d:\"2\")}");
        let body = br#"{"data":{"a0":[1.50, 2],"a1":null,"z":1},"errors":[{"message":"too long","path":["a1"]}]}"#;
        let answers = shared_answers(body, &["x", "y", "z"]).unwrap();
        assert_eq!(
            answers[0].as_ref().unwrap().as_deref(),
            Ok(br#"{"data":{"x":[1.50, 2]}}"#.as_slice())
        );
        let told = answers[1].as_ref().unwrap().as_ref().unwrap_err();
        assert!(told.to_string().contains("too long"));
        assert_eq!(
            answers[2], None,
            "not under its alias: to be asked by itself"
        );
        let ignored = br#"{"data":{"x":[1],"y":[2]}}"#;
        assert!(
            shared_answers(ignored, &["x", "y"]).is_err(),
            "aliases are not understood here"
        );
        let refused = shared_answers(br#"{"errors":[{"message":"one field only"}]}"#, &["x"]);
        assert!(refused.unwrap_err().to_string().contains("one field only"));
        assert!(shared_answers(b"<html>", &["x"]).is_err());
    }
}
