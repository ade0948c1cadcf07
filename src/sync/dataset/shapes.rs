//! What the answers of several datasets have in common.

use rusqlite::types::Value as Cell;
use serde_json::Value;

use super::items;
use crate::{central_db::table::TableRow, garmin::error::GarminError};

/// The items of a list that comes under `name` of a wrapper, or bare.
///
/// A wrapper of nulls and empty members is "no data". One that holds something
/// but not this list is a shape nobody knows: calling it empty would lose days.
pub(super) fn list_in(value: Value, name: &str) -> Result<Vec<Value>, GarminError> {
    match value {
        Value::Object(mut wrapper) => match wrapper.remove(name) {
            Some(list) => items(list),
            None if wrapper.values().all(is_blank) => Ok(Vec::new()),
            None => Err(GarminError::Unreadable(format!("no {name} in it"))),
        },
        value => items(value),
    }
}

/// Null, or a list or object with nothing in it.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The row, if it holds any reading. `about` names the columns that only
/// describe one: a date, a source, the word for "no status".
pub(super) fn recorded<R: TableRow>(row: R, about: &[&str]) -> Option<R> {
    row.values()
        .iter()
        .any(|(name, value)| *value != Cell::Null && !about.contains(name))
        .then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrapper_without_its_list_is_empty_only_when_all_of_it_is() {
        let read = |value| list_in(value, "rows").map(|items| items.len());
        assert_eq!(read(json!({"rows": [1, 2], "id": 7})).ok(), Some(2));
        assert_eq!(read(json!([1])).ok(), Some(1));
        for none in [
            json!(null),
            json!([]),
            json!({}),
            json!({"rows": null, "id": 7}),
            json!({"a": null, "b": []}),
        ] {
            assert_eq!(read(none.clone()).ok(), Some(0), "{none}");
        }
        assert!(read(json!({"error": "BadRequestException"})).is_err());
        assert!(read(json!("x")).is_err());
    }
}
