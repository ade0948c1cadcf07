//! What the answers of several datasets have in common.

use jiff::civil::Date;
use rusqlite::types::Value as Cell;
use serde_json::Value;

use super::{Reading, Unread, items, unread};
use crate::{
    central_db::table::TableRow,
    garmin::{error::GarminError, wire::fields::Fields},
};

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

/// A list, or the one object that some answers hold in its place; `known` names
/// members of which it has at least one, unless all of it is blank.
pub(super) fn one_or_items(value: Value, known: &[&str]) -> Result<Vec<Value>, GarminError> {
    match value {
        Value::Object(object) if object.is_empty() => Ok(Vec::new()),
        Value::Object(object) => {
            let one = Value::Object(object);
            is_of_form(&one, known)?;
            Ok(vec![one])
        }
        value => items(value),
    }
}

/// Refuses an object that has none of the members in `known`, and something
/// else: calling it "nothing recorded" would lose its days.
pub(super) fn is_of_form(value: &Value, known: &[&str]) -> Result<(), GarminError> {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(items) if items.iter().all(is_blank) => return Ok(()),
        Value::Null => return Ok(()),
        _ => return Err(GarminError::Unreadable("not an object".to_owned())),
    };
    if known.iter().any(|name| object.contains_key(*name)) || object.values().all(is_blank) {
        return Ok(());
    }
    let known = known.first().copied().unwrap_or_default();
    Err(GarminError::Unreadable(format!("no {known} in it")))
}

/// Whether an item says anything: one of objects of nulls only says that
/// nothing was recorded (`recordings/NOTES.md` rule 2).
pub(super) fn has_any(fields: &Fields<'_>, paths: &[&str]) -> bool {
    paths.iter().any(|path| fields.value(path).is_some())
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

/// A row without its day is no row when it holds nothing, and unread when it does.
pub(super) fn dated<R>(day: Option<Date>, row: Option<R>, why: &str) -> Result<Option<R>, Unread> {
    match (day, row) {
        (None, Some(_)) => Err(unread(None, why)),
        (_, row) => Ok(row),
    }
}

/// What two parts of one answer held.
pub(super) fn both(mut one: Reading, other: Reading) -> Reading {
    one.rows.extend(other.rows);
    one.items = one.items.saturating_add(other.items);
    one.unread.extend(other.unread);
    one.odd.extend(other.odd);
    one
}

/// Where a value array keeps what, by its descriptors (`recordings/NOTES.md`,
/// "Columns by descriptor"): neither their order nor the array's is stable.
pub(super) struct Columns<'a> {
    descriptors: &'a [Value],
    index_key: &'static str,
    name_key: &'static str,
}

impl<'a> Columns<'a> {
    pub(super) fn of(
        descriptors: Option<&'a Value>,
        index_key: &'static str,
        name_key: &'static str,
    ) -> Self {
        Self {
            descriptors: descriptors
                .and_then(Value::as_array)
                .map_or(&[], Vec::as_slice),
            index_key,
            name_key,
        }
    }

    /// The place of the column with this name in each row.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        let found = self
            .descriptors
            .iter()
            .find(|column| column.get(self.name_key).and_then(Value::as_str) == Some(name))?;
        usize::try_from(found.get(self.index_key)?.as_u64()?).ok()
    }
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
