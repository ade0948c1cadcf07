//! What a person may have meant by a name that does not exist.

/// The known name nearest to `word`: begun with it, or a slip or two away.
/// `None` where a guess would be one.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let letters = word.chars().count();
    let slips = (letters / 3).max(1);
    let distance = |name: &str| {
        if letters >= 3 && name.starts_with(&word) {
            0
        } else {
            strsim::damerau_levenshtein(&word, name)
        }
    };
    known
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|&(distance, name)| distance <= slips && distance < name.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// `; did you mean sleep?`, or nothing: to be put behind "there is no ...".
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known)
        .map(|name| format!("; did you mean {name}?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["sleep", "daily", "hrv", "body_battery", "training_status"];

    #[test]
    fn a_slip_or_a_beginning_is_understood() {
        for (typed, meant) in [
            ("slep", "sleep"),
            ("Sleep", "sleep"),
            ("dialy", "daily"),
            ("bodybattery", "body_battery"),
            ("training", "training_status"),
            ("hvr", "hrv"),
        ] {
            assert_eq!(nearest(typed, KNOWN), Some(meant), "{typed}");
        }
    }

    #[test]
    fn what_is_like_nothing_is_not_guessed() {
        for typed in ["steps", "", "x", "calories", "\u{202e}"] {
            assert_eq!(nearest(typed, KNOWN), None, "{typed:?}");
        }
        assert_eq!(did_you_mean("steps", KNOWN), "");
        assert_eq!(did_you_mean("slep", KNOWN), "; did you mean sleep?");
    }
}
