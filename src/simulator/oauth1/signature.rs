//! Checks the HMAC-SHA1 signature of an OAuth1 request (RFC 5849, section 3.4).

use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;

/// Decoded names and values, in the order they came.
pub(super) type Pairs = Vec<(String, String)>;

/// Everything but letters, digits and these four is escaped (section 3.6).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request with the parts its signature covers.
#[derive(Debug)]
pub(super) struct Signed {
    method: &'static str,
    /// Scheme, host and path, without the query.
    address: String,
    /// Of the query, the form and the header, but not the signature.
    parameters: Pairs,
    signature: Vec<u8>,
}

impl Signed {
    /// `None` if the request is not signed, or not with HMAC-SHA1.
    pub(super) fn read(
        method: &'static str,
        headers: &HeaderMap,
        uri: &Uri,
        form: &[(String, String)],
    ) -> Option<Self> {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        let Query(mut parameters) = Query::<Pairs>::try_from_uri(uri).ok()?;
        parameters.extend_from_slice(form);
        let mut signature = None;
        for (name, value) in authorization(headers)? {
            match name.as_str() {
                "realm" => {}
                "oauth_signature" => signature = STANDARD.decode(value).ok(),
                _ => parameters.push((name, value)),
            }
        }
        let signed = Self {
            method,
            address: format!("http://{}{}", host.to_ascii_lowercase(), uri.path()),
            parameters,
            signature: signature?,
        };
        (signed.parameter("oauth_signature_method") == "HMAC-SHA1").then_some(signed)
    }

    /// A parameter, or an empty text.
    pub(super) fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// The user token; empty before there is one.
    pub(super) fn token(&self) -> &str {
        self.parameter("oauth_token")
    }

    /// Whether the owner of these secrets signed this very request.
    pub(super) fn is_by(&self, consumer: &str, consumer_secret: &str, token_secret: &str) -> bool {
        let key = format!("{}&{}", escaped(consumer_secret), escaped(token_secret));
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else {
            return false;
        };
        mac.update(self.base_string().as_bytes());
        self.parameter("oauth_consumer_key") == consumer
            && mac.verify_slice(&self.signature).is_ok()
    }

    /// Method, address and sorted parameters, each escaped once more.
    fn base_string(&self) -> String {
        let mut pairs: Vec<_> = self
            .parameters
            .iter()
            .map(|(name, value)| (escaped(name), escaped(value)))
            .collect();
        pairs.sort();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let parts = [self.method, &self.address, &pairs.join("&")];
        parts.map(escaped).join("&")
    }
}

/// The parameters of `Authorization: OAuth name="value", ...`.
fn authorization(headers: &HeaderMap) -> Option<Pairs> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let parameters = value.strip_prefix("OAuth ")?.split(',');
    parameters
        .map(|parameter| {
            let (name, value) = parameter.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            Some((unescaped(name)?, unescaped(value)?))
        })
        .collect()
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn unescaped(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// The worked example of RFC 5849, section 3.4.1, which shows its base string in full.
    #[test]
    fn the_base_string_is_that_of_the_standard() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("EXAMPLE.com"));
        let authorization = r#"OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D""#;
        headers.insert(
            header::AUTHORIZATION,
            HeaderValue::from_static(authorization),
        );
        let uri = Uri::from_static("/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b");
        let form =
            [("c2", ""), ("a3", "2 q")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signed = Signed::read("POST", &headers, &uri, &form).unwrap();
        assert_eq!(
            signed.base_string(),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D\
             %26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a\
             %26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }
}
