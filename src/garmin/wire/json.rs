//! JSON as Garmin sends it: one bad byte or half an emoji spoils one text, not
//! the answer around it.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::{domain::redact::remark, garmin::error::GarminError};

/// What one document may cost in memory, as a tree of values. A page of a thousand
/// activities costs a quarter of it.
const MAX_COST: usize = 64 << 20;

/// The document in a body; null for an empty one.
///
/// # Errors
/// When it is no JSON at all, nests deeper than `serde_json` follows, or would take
/// too much memory: a few bytes of JSON, and far fewer of gzip, can make a large tree.
pub fn parse(body: &[u8]) -> Result<Value, GarminError> {
    let no_json = |_| GarminError::Unreadable("no JSON".to_owned());
    let text = lossy(body);
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let copied = match &text {
        Cow::Borrowed(_) => 0,
        Cow::Owned(text) => text.len(),
    };
    if !is_affordable(&text, MAX_COST.saturating_sub(copied)).map_err(no_json)? {
        return Err(GarminError::Unreadable(
            "the answer holds far too many values".to_owned(),
        ));
    }
    serde_json::from_str(&text).map_err(no_json)
}

/// Whether the tree of a document costs at most `max` bytes. Builds nothing.
///
/// # Errors
/// When the text is no JSON as far as it was read.
fn is_affordable(text: &str, max: usize) -> serde_json::Result<bool> {
    let mut left = Some(max);
    let mut reader = serde_json::Deserializer::from_str(text);
    match (Cost { left: &mut left }).deserialize(&mut reader) {
        Err(_) if left.is_none() => Ok(false),
        read => read.map(|()| true),
    }
}

/// Takes what a value costs from what is left; `None`: it was not enough.
struct Cost<'a> {
    left: &'a mut Option<usize>,
}

impl Cost<'_> {
    /// In a list, whose room doubles when it is full; and a sentence of why it could not be read.
    const ITEM: usize = 2 * size_of::<Value>() + 128;
    /// Beside the bytes of a text.
    const TEXT: usize = 16;
    /// A node of a map has room for eleven members and is at least half full.
    const NODE: usize = 11 * (size_of::<String>() + size_of::<Value>()) + 16;
    const MEMBERS_OF_NODE: usize = 6;

    fn take<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        *self.left = self.left.and_then(|left| left.checked_sub(bytes));
        match self.left {
            Some(_) => Ok(()),
            None => Err(E::custom("too many values")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Cost<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cost<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.take(Self::TEXT + text.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Cost { left: self.left })?.is_some() {
            self.take(Self::ITEM)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut count = 0_usize;
        while members.next_key_seed(Cost { left: self.left })?.is_some() {
            if count.is_multiple_of(Self::MEMBERS_OF_NODE) {
                self.take(Self::NODE)?;
            }
            count += 1;
            members.next_value_seed(Cost { left: self.left })?;
        }
        Ok(())
    }
}

/// The text of a body, with what no JSON text may hold replaced: bytes that are
/// not UTF-8 and halves of surrogate pairs by U+FFFD, control characters and
/// unknown escapes inside strings by their escaped form.
pub fn lossy(body: &[u8]) -> Cow<'_, str> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = String::from_utf8_lossy(body);
    match mended(&text) {
        Some(mended) => Cow::Owned(mended),
        None => text,
    }
}

/// `None`: there was nothing to mend.
fn mended(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut at, mut copied, mut in_string) = (0, 0, false);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let (length, instead) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => escape(rest),
            control if in_string && control < b' ' => (1, Some(format!("\\u{control:04x}"))),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            if out.len() > MAX_COST / 2 {
                return None; // more noise than text: it stays what no parser takes
            }
            // Only ASCII is replaced, so both ends lie between characters.
            out.push_str(text.get(copied..at).unwrap_or_default());
            out.push_str(&instead);
            copied = at + length;
        }
        at += length;
    }
    (copied > 0).then(|| {
        out.push_str(text.get(copied..).unwrap_or_default());
        out
    })
}

/// The length of the escape that `rest` begins with, and what to write instead
/// of it when it stands for no character.
fn escape(rest: &[u8]) -> (usize, Option<String>) {
    const REPLACED: &str = "\\ufffd";
    match rest.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
        Some(b'u') => match (
            code_unit(rest),
            code_unit(rest.get(6..).unwrap_or_default()),
        ) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
            (Some(0xD800..=0xDFFF), _) => (6, Some(REPLACED.to_owned())),
            (Some(_), _) => (6, None),
            (None, _) => (2, Some(REPLACED.to_owned())),
        },
        _ => (1, Some("\\\\".to_owned())),
    }
}

/// The number in `\u1234`.
fn code_unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16)
        .ok()
        .filter(|_| is_hex)
}

/// What an error document says, when a 200 holds one in place of data. Its forms
/// are those of `protocol.md` 9.1 and `personal-api.md` 5.2, of the gateway, and
/// of the servers behind it.
pub fn error_in(value: &Value) -> Option<String> {
    const NAMES: [&str; 8] = [
        "error",
        "errors",
        "errorId",
        "errorCode",
        "errorMessage",
        "clientMessage",
        "exception",
        "fault",
    ];
    let document = match value {
        Value::Object(document) => document,
        // In a list, when there is nothing else in it.
        Value::Array(items) => {
            let mut told = items.iter().map(error_in);
            let first = told.next()?;
            return first.filter(|_| told.all(|it| it.is_some()));
        }
        _ => return None,
    };
    let is_told = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) => true,
    };
    let is_named = NAMES
        .iter()
        .any(|name| document.get(*name).is_some_and(is_told));
    // A sentence or a status by itself is no data either.
    let is_flat = document
        .values()
        .all(|value| !value.is_array() && !value.is_object());
    let is_sentence = document.get("message").is_some_and(Value::is_string);
    let is_status = ["status", "statusCode", "code", "httpStatus"]
        .iter()
        .filter_map(|name| document.get(*name)?.as_u64())
        .any(|status| (400..600).contains(&status));
    if !is_named && !(is_flat && (is_sentence || is_status)) {
        return None;
    }
    let words = ["message", "clientMessage", "errorMessage", "error"]
        .iter()
        .find_map(|name| document.get(*name)?.as_str())
        .map(|text| remark(text, 120))
        .filter(|text| !text.is_empty());
    Some(match words {
        Some(words) => format!("an error in place of data: {words}"),
        None => "an error in place of data".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_sound_stays_as_it_is() {
        let sound = r#"{"a":"\ud83c\udfc3 \"x\" \\","b":[1.5,null],"c":"é🏃"}"#;
        assert!(matches!(lossy(sound.as_bytes()), Cow::Borrowed(text) if text == sound));
        let value = parse(sound.as_bytes()).unwrap();
        assert_eq!(value["a"], json!("🏃 \"x\" \\"));
    }

    #[test]
    fn one_spoilt_text_costs_only_itself() {
        let text = |inside: &[u8]| {
            let body = [&br#"{"ok":1,"text":"a"#[..], inside, br#"b","more":[2]}"#].concat();
            let value = parse(&body).unwrap();
            assert_eq!((&value["ok"], &value["more"]), (&json!(1), &json!([2])));
            value["text"].as_str().unwrap().to_owned()
        };
        assert_eq!(text(br"\ud83d"), "a\u{FFFD}b");
        assert_eq!(text(br"\udfc3"), "a\u{FFFD}b");
        assert_eq!(text(br"\ud83d\ud83d\udfc3"), "a\u{FFFD}\u{1F7C3}b");
        assert_eq!(text(br"\ud83d\n"), "a\u{FFFD}\nb");
        assert_eq!(text(b"\xff\xfe"), "a\u{FFFD}\u{FFFD}b");
        assert_eq!(text(b"\xed\xa0\xbd"), "a\u{FFFD}\u{FFFD}\u{FFFD}b");
        assert_eq!(text(b"\x00\n\x1f"), "a\u{0}\n\u{1f}b");
        assert_eq!(text(br"\u12G4"), "a\u{FFFD}12G4b");
        assert_eq!(text(br"\x"), "a\\xb");
        let with_bom = [b"\xEF\xBB\xBF".as_slice(), b"[1]"].concat();
        assert_eq!(parse(&with_bom).unwrap(), json!([1]));
        assert_eq!(parse(b" \n").unwrap(), Value::Null);
        for bad in ["<html>", "{\"a\":", "\"open", "\"\\", "\"\\u12"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tree_is_not_built_when_it_would_be_too_large() {
        let many = |one: &str, bytes: usize| {
            let body = format!(
                "[{one}{}]",
                format!(",{one}").repeat(bytes / (one.len() + 1))
            );
            parse(body.as_bytes())
        };
        for one in [
            "[]",
            "{}",
            "0",
            "\"\"",
            "{\"\":0}",
            "[[[{\"a\":{}}]]]",
            "-1.5e3",
        ] {
            let error = many(one, 16 << 20).unwrap_err().to_string();
            assert!(error.contains("far too many values"), "{one}: {error}");
            assert!(many(one, 64 << 10).is_ok(), "{one}");
        }
        let members: Vec<_> = (0..1 << 20).map(|n| format!("\"{n}\":0")).collect();
        assert!(parse(format!("{{{}}}", members.join(",")).as_bytes()).is_err());
        for deep in ["[", "{\"a\":"] {
            assert!(parse(deep.repeat(1 << 20).as_bytes()).is_err(), "{deep}");
        }
        assert!(parse("9".repeat(1 << 20).as_bytes()).is_err());
        let noise = [b"[\"".as_slice(), &vec![0; 16 << 20], b"\"]"].concat();
        assert!(parse(&noise).is_err());
        let bad = [b"[\"".as_slice(), &vec![0xFF; 32 << 20], b"\"]"].concat();
        assert!(parse(&bad).is_err());
    }

    #[test]
    fn a_page_of_a_thousand_activities_costs_a_quarter_of_the_limit() {
        let row: serde_json::Map<_, _> = (0..120)
            .map(|n| (format!("someLongerFieldName{n}"), json!(123.25)))
            .collect();
        let page = json!(vec![Value::Object(row); 1000]).to_string();
        assert!(page.len() > 3 << 20);
        assert!(is_affordable(&page, MAX_COST / 3).unwrap());
    }

    #[test]
    fn an_error_document_is_told_from_data() {
        for error in [
            json!({"message": "HTTP 404 Not Found", "error": "NotFoundException"}),
            json!({"error": "Internal Server Error", "status": 500, "path": "/x", "timestamp": "2026-10-01"}),
            json!({"clientMessage": "no"}),
            json!({"errorId": "7f"}),
            json!({"message": "try later"}),
            json!({"statusCode": 503}),
            json!({"errors": [{"message": "x"}], "data": null}),
            json!({"fault": {"faultstring": "x"}}),
            json!([{"message": "no", "error": "BadRequestException"}]),
        ] {
            assert!(error_in(&error).is_some(), "{error}");
        }
        for data in [
            json!([]),
            json!({}),
            json!(null),
            json!("text"),
            json!({"calendarDate": "2026-10-01", "status": "BALANCED"}),
            json!({"statusCode": 200, "errorMessage": null, "payload": {}}),
            json!({"message": "welcome", "rows": [1]}),
        ] {
            assert_eq!(error_in(&data), None, "{data}");
        }
    }
}
