//! Lenient reading of an object's fields.
//!
//! Every field is optional and nullable, numbers come as integers, floats or
//! text, and one odd field must not cost the day (`recordings/NOTES.md`). A
//! present value of a wrong type is noted, not guessed at.

use std::cell::RefCell;

use jiff::{Timestamp, civil::Date, civil::DateTime};
use serde_json::{Map, Value};

use super::times;

/// An object under reading. Paths go down with `/`: `"movement/steps/value"`.
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    odd: RefCell<Vec<String>>,
}

impl<'a> Fields<'a> {
    /// `None` when the value is no object.
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(|object| Self {
            object,
            odd: RefCell::default(),
        })
    }

    /// Fields that were there with a type nobody knows.
    pub fn odd(&self) -> Vec<String> {
        self.odd.borrow().clone()
    }

    /// The value, unless absent or null.
    pub fn value(&self, path: &str) -> Option<&'a Value> {
        let mut steps = path.split('/');
        let mut value = self.object.get(steps.next()?)?;
        for step in steps {
            value = value.as_object()?.get(step)?;
        }
        (!value.is_null()).then_some(value)
    }

    pub fn float(&self, path: &str) -> Option<f64> {
        self.read(path, number)
    }

    /// Whole numbers, also where Garmin writes `83000.0`; a fraction is rounded.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to lie far inside i64"
    )]
    pub fn int(&self, path: &str) -> Option<i64> {
        self.read(path, |value| {
            let exact = value.as_i64();
            exact.or_else(|| {
                number(value)
                    .filter(|n| n.abs() < 9e18)
                    .map(|n| n.round() as i64)
            })
        })
    }

    /// A reading that is never negative: Garmin's negatives are codes such as
    /// "unmeasurable" (`recordings/NOTES.md` rule 9) and count as no reading.
    pub fn reading(&self, path: &str) -> Option<i64> {
        self.int(path).filter(|&n| n >= 0)
    }

    /// [`Self::reading`] with a fraction.
    pub fn reading_f(&self, path: &str) -> Option<f64> {
        self.float(path).filter(|&n| n >= 0.0)
    }

    /// A reading of which there is always some while a person lives, a heart rate
    /// for one: 0 says that nothing was measured.
    pub fn measured(&self, path: &str) -> Option<i64> {
        self.int(path).filter(|&n| n > 0)
    }

    /// [`Self::measured`] with a fraction.
    pub fn measured_f(&self, path: &str) -> Option<f64> {
        self.float(path).filter(|&n| n > 0.0)
    }

    /// Milliseconds on the wire, seconds here.
    pub fn seconds_of_ms(&self, path: &str) -> Option<i64> {
        self.reading(path).map(|ms| ms.saturating_add(500) / 1000)
    }

    pub fn bool(&self, path: &str) -> Option<bool> {
        self.read(path, Value::as_bool)
    }

    /// Not empty.
    pub fn text(&self, path: &str) -> Option<String> {
        self.read(path, |value| value.as_str().map(str::to_owned))
            .filter(|text| !text.is_empty())
    }

    /// One of Garmin's own words, a status for one. The same word comes in
    /// capitals by one route and in small letters by another: `BALANCED` here.
    pub fn word(&self, path: &str) -> Option<String> {
        let word = self.text(path)?.trim().to_uppercase();
        Some(word.replace([' ', '-'], "_")).filter(|word| !word.is_empty())
    }

    /// Degrees of latitude and longitude; `None` when either is missing or
    /// impossible, as 180 and the 0, 0 of a receiver without a fix are.
    pub fn position(&self, latitude: &str, longitude: &str) -> Option<(f64, f64)> {
        let (latitude, longitude) = (self.float(latitude)?, self.float(longitude)?);
        let is_place = latitude.abs() <= 90.0
            && longitude.abs() <= 180.0
            && (latitude != 0.0 || longitude != 0.0);
        is_place.then_some((latitude, longitude))
    }

    /// An id: number or text.
    pub fn id(&self, path: &str) -> Option<String> {
        self.read(path, |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .filter(|id| !id.is_empty())
    }

    pub fn utc(&self, path: &str) -> Option<Timestamp> {
        self.read(path, times::utc)
    }

    pub fn local(&self, path: &str) -> Option<DateTime> {
        self.read(path, times::local)
    }

    pub fn day(&self, path: &str) -> Option<Date> {
        self.read(path, times::day)
    }

    fn read<T>(&self, path: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.value(path)?;
        let result = read(value);
        if result.is_none() {
            self.odd.borrow_mut().push(path.to_owned());
        }
        result
    }
}

/// A finite number, also as text.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_come_in_every_dress() {
        let value = json!({"a": 83000.0, "b": "97", "c": -1, "d": null, "e": {"f": {"g": 5}}, "h": "x", "i": []});
        let fields = Fields::of(&value).unwrap();
        assert_eq!(fields.int("a"), Some(83_000));
        assert_eq!(fields.float("b"), Some(97.0));
        assert_eq!(fields.reading("c"), None);
        assert_eq!(fields.int("d"), None);
        assert_eq!(fields.int("e/f/g"), Some(5));
        assert_eq!(fields.int("e/x/g"), None);
        assert_eq!(
            (fields.measured("a"), fields.measured("c")),
            (Some(83_000), None)
        );
        assert!(fields.odd().is_empty(), "absent and null are not odd");
        assert_eq!(fields.int("h"), None);
        assert_eq!(fields.text("i"), None);
        assert_eq!(fields.odd(), ["h", "i"]);
    }

    #[test]
    fn zero_is_no_measurement_and_a_word_has_one_spelling() {
        let value =
            json!({"hr": 0, "spo2": 0.0, "a": "very stressful", "b": "VERY_STRESSFUL", "c": " "});
        let fields = Fields::of(&value).unwrap();
        assert_eq!(
            (fields.measured("hr"), fields.measured_f("spo2")),
            (None, None)
        );
        assert_eq!(fields.word("a"), fields.word("b"));
        assert_eq!(fields.word("c"), None);
    }

    #[test]
    fn only_a_place_on_earth_is_one() {
        let position = |latitude: f64, longitude: f64| {
            let value = json!({"y": latitude, "x": longitude});
            Fields::of(&value).unwrap().position("y", "x")
        };
        assert_eq!(position(48.1, -180.0), Some((48.1, -180.0)));
        assert_eq!(position(0.0, 11.5), Some((0.0, 11.5)));
        for (latitude, longitude) in [
            (180.0, 180.0),
            (180.0, 11.5),
            (48.1, 180.1),
            (0.0, 0.0),
            (-0.0, 0.0),
        ] {
            assert_eq!(position(latitude, longitude), None);
        }
    }
}
