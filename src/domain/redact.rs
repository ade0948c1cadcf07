//! Text from Garmin, searched for secrets before it is kept or shown: a server, or whoever
//! stands in its place, may echo what it was sent.

use std::collections::HashSet;

use super::printable::excerpt;

/// What stands in place of a secret.
const HIDDEN: &str = "…";

/// A piece of a secret this long gives it away.
const PIECE: usize = 6;

/// Longer runs of letters and digits are no words.
const LONGEST_WORD: usize = 20;

/// [`excerpt`] without anything that looks like a token.
pub fn remark(text: &str, limit: usize) -> String {
    excerpt(&without_tokens(text), limit)
}

/// Replaces every piece of each of `secrets`. Those shorter than a piece are replaced whole.
pub fn hide(text: &str, secrets: &[&str]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut is_hidden = vec![false; chars.len()];
    for secret in secrets {
        let secret: Vec<char> = secret.chars().collect();
        let length = secret.len().min(PIECE);
        if length == 0 {
            continue;
        }
        let pieces: HashSet<&[char]> = secret.windows(length).collect();
        for (at, window) in chars.windows(length).enumerate() {
            if pieces.contains(window) {
                is_hidden
                    .iter_mut()
                    .skip(at)
                    .take(length)
                    .for_each(|c| *c = true);
            }
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut was_hidden = false;
    for (c, is_hidden) in chars.into_iter().zip(is_hidden) {
        if !is_hidden {
            out.push(c);
        } else if !was_hidden {
            out.push_str(HIDDEN);
        }
        was_hidden = is_hidden;
    }
    out
}

/// Replaces tickets, keys, JWTs and other long runs of letters and digits.
fn without_tokens(text: &str) -> String {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "_-.~+".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_of_token(c)).unwrap_or(rest.len());
        if end == 0 {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (run, after) = rest.split_at(end);
        out.push_str(if is_token(run) { HIDDEN } else { run });
        rest = after;
    }
    out
}

fn is_token(run: &str) -> bool {
    let starts = |prefix: &str| run.len() > prefix.len() + 3 && run.starts_with(prefix);
    let has_digit = run.contains(|c: char| c.is_ascii_digit());
    starts("eyJ")
        || starts("ST-")
        || starts("TGT-")
        || starts("GCDC_")
        || (run.len() > LONGEST_WORD && has_digit)
        || run.len() > 3 * LONGEST_WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_hidden_and_words_stay() {
        let table = [
            (
                "Invalid refresh token: 0a1b2c3d4e5f6a7b8c9d0e1f",
                "Invalid refresh token: …",
            ),
            ("bad eyJhbGciOiJ.eyJzdWI.sig!", "bad …!"),
            ("?ticket=ST-0123-Ab-cas&x", "?ticket=…&x"),
            ("key GCDC_Q7mVtY2s", "key …"),
            (
                "generalLoginInvalidUsernameOrPassword",
                "generalLoginInvalidUsernameOrPassword",
            ),
            (
                "HTTP 404: no activity 12345678901",
                "HTTP 404: no activity 12345678901",
            ),
            ("Zürich läuft 👟", "Zürich läuft 👟"),
        ];
        for (text, expected) in table {
            assert_eq!(remark(text, 200), expected);
        }
    }

    #[test]
    fn every_piece_of_a_known_secret_is_hidden() {
        let password = "correct-horse-battery";
        assert_eq!(hide("no correct-horse-battery.", &[password]), "no ….");
        assert_eq!(hide("no horse-batt here", &[password]), "no … here");
        assert_eq!(hide("code 271828 and 2718", &["271828"]), "code … and 2718");
        assert_eq!(hide("pässwört-1!", &["pässwört-1!"]), "…");
        assert_eq!(hide("ab", &["ab", ""]), "…");
        assert_eq!(hide("nothing", &[]), "nothing");
    }
}
