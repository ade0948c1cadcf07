//! The cookies of one sign-in attempt.
//!
//! All of an attempt's requests go to one host, so names and values are all
//! that matters, and a challenge can be sealed and continued by another process.

use reqwest::header::{HeaderMap, SET_COOKIE};
use serde::{Deserialize, Serialize};

use crate::domain::secret::{Secret, sealed};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cookies(Vec<Cookie>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cookie {
    name: String,
    #[serde(with = "sealed")]
    value: Secret,
}

impl Cookies {
    /// Takes over what a reply sets; an emptied cookie is forgotten.
    pub fn absorb(&mut self, headers: &HeaderMap) {
        let lines = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        for (name, value) in lines.filter_map(|line| line.split(';').next()?.split_once('=')) {
            let (name, value) = (name.trim(), value.trim());
            self.0.retain(|cookie| cookie.name != name);
            if !value.is_empty() {
                self.0.push(Cookie {
                    name: name.to_owned(),
                    value: Secret::new(value),
                });
            }
        }
    }

    /// What no text of Garmin's may bring back: every value, and what the person typed.
    pub fn secrets_with<'a>(&'a self, typed: &'a Secret) -> Vec<&'a str> {
        let values = self.0.iter().map(|cookie| cookie.value.expose());
        values.chain([typed.expose()]).collect()
    }

    /// For the `Cookie` header; `None` when there are none.
    pub fn header(&self) -> Option<Secret> {
        let pairs: Vec<_> = self
            .0
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value.expose()))
            .collect();
        (!pairs.is_empty()).then(|| Secret::new(pairs.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_cookies_replace_earlier_ones() {
        let mut cookies = Cookies::default();
        assert!(cookies.header().is_none());
        for line in [
            "SESSION=a==; Path=/; Secure; HttpOnly",
            "__cf=b",
            "SESSION=c; Path=/",
            "__cf=; Max-Age=0",
        ] {
            cookies.absorb(&[(SET_COOKIE, line.parse().unwrap())].into_iter().collect());
        }
        assert_eq!(cookies.header().unwrap().expose(), "SESSION=c");
    }
}
