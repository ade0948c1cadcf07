//! Every form, its pitfalls, and whatever else people paste.

use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;

use super::*;
use crate::domain::failure::FailureKind;

fn now() -> Timestamp {
    Timestamp::from_second(5000).unwrap()
}

fn named<'a>(name: &'a str, text: &'a str) -> Given<'a> {
    Given {
        name: Some(name),
        bytes: text.as_bytes(),
    }
}

fn pasted(text: &str) -> Result<Imported, Failure> {
    let given = Given {
        name: None,
        bytes: text.as_bytes(),
    };
    read(&[given], None, now())
}

const OAUTH1: &str = r#"{"oauth_token": "o1", "oauth_token_secret": "s1", "mfa_token": null,
    "mfa_expiration_timestamp": null, "domain": "garmin.cn"}"#;
const OAUTH2: &str = r#"{"scope": "A", "jti": "j", "token_type": "Bearer", "access_token": "garth-access",
    "refresh_token": "garth-refresh", "expires_in": 4000, "expires_at": 9000,
    "refresh_token_expires_in": 1, "refresh_token_expires_at": 4000}"#;
const DI: &str =
    r#"{"di_token": "di-access", "di_refresh_token": "di-refresh", "di_client_id": "DI"}"#;

#[test]
fn the_di_file_wins_over_a_garth_pair_beside_it_and_keeps_its_region() {
    let files = [
        named("oauth1_token.json", OAUTH1),
        named("garmin_tokens.json", DI),
        named("oauth2_token.json", OAUTH2),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let found = read(&order.map(|at: usize| files[at]), None, now()).unwrap();
        let tokens = found.connect.unwrap();
        assert_eq!(tokens.refresh.expose(), "di-refresh");
        assert_eq!(tokens.client_id, "DI");
        assert_eq!(tokens.access_expires_at, now(), "opaque: refreshed first");
        assert_eq!(found.region, Some(Region::China));
        assert!(found.oauth1.is_some());
    }
}

#[test]
fn a_garth_folder_may_lack_its_first_file_and_say_less() {
    for first in ["", "\n"] {
        let files = [
            named("oauth1_token.json", first),
            named("oauth2_token.json", OAUTH2),
        ];
        let found = read(&files, None, now()).unwrap();
        assert_eq!(found.remarks(now()).len(), 3, "shared, run out, no region");
        let tokens = found.connect.unwrap();
        assert_eq!(tokens.client_id, "GARMIN_CONNECT_MOBILE_ANDROID_DI");
        assert_eq!(tokens.access_expires_at.as_second(), 9000);
        assert_eq!(tokens.issued_at.as_second(), 5000);
        assert!(found.oauth1.is_none() && found.region.is_none());
    }
}

#[test]
fn a_dumps_string_survives_line_breaks_and_lost_padding() {
    let packed = BASE64_STANDARD.encode(format!("[{OAUTH1},{OAUTH2}]"));
    let broken: String = packed
        .trim_end_matches('=')
        .chars()
        .flat_map(|c| [c, '\n'])
        .collect();
    for text in [packed.as_str(), &broken, &format!("[{OAUTH1},{OAUTH2}]")] {
        let found = pasted(text).unwrap();
        assert_eq!(found.forms, [Form::GarthDumps]);
        assert_eq!(found.region, Some(Region::China));
        assert_eq!(found.connect.unwrap().refresh.expose(), "garth-refresh");
    }
}

#[test]
fn a_domain_that_is_not_garmins_is_refused() {
    let failure = pasted(&OAUTH1.replace("garmin.cn", "garmin.com.evil.example")).unwrap_err();
    assert!(failure.summary.contains("domain"), "{failure}");
    assert!(!failure.to_string().contains("evil"), "{failure}");
}

#[test]
fn the_official_clients_files_are_read() {
    let key = named(personal::KEY_FILE, "\u{feff} any-key-99 \n");
    let cache = named(
        "connect-personal-api-bearer-token.json",
        r#"{"fingerprint": "ab12", "access_token": "jwt", "expires_at": 9000.0}"#,
    );
    let found = read(&[key, cache], None, now()).unwrap();
    assert_eq!(found.personal_key.unwrap().expose(), "any-key-99");
    let bearer = found.personal_bearer.unwrap();
    assert_eq!(bearer.expires_at.as_second(), 9000);
    assert_eq!(bearer.fingerprint, "ab12");
    assert_eq!(
        pasted("GCDC_abc\n").unwrap().personal_key.unwrap().expose(),
        "GCDC_abc"
    );
    assert!(read(&[named(personal::KEY_FILE, "two words")], None, now()).is_err());
}

#[test]
fn what_is_no_session_is_a_sentence_without_its_text() {
    let half = r#"{"di_token": "SECRET", "di_refresh_token": null, "di_client_id": "x"}"#;
    for text in [
        "",
        "SECRET",
        "{}",
        "[]",
        "[1,2]",
        "null",
        "{\"SECRET\":1}",
        half,
        r#"{"access_token":"SECRET"}"#,
        r#"{"oauth_token":"SECRET"}"#,
        r#"{"fingerprint":"SECRET"}"#,
        "GCDC_SECRET SECRET",
        "garminsync-session-1 SECRET",
    ] {
        let failure = pasted(text).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Usage, "{text}");
        assert!(
            !format!("{failure} {failure:?}").contains("SECRET"),
            "{text}"
        );
    }
    let found = pasted(&DI.replace("di-", "SECRET-")).unwrap();
    assert!(!format!("{found:?}").contains("SECRET"));
}

mod transferred {
    //! Our own text.

    use super::*;
    use crate::auth::transfer::{Transfer, open, seal};

    fn document() -> Transfer {
        Transfer {
            region: Region::China,
            door: Some(Door::Browser),
            exported_at: now(),
            user_id: Some("4711".to_owned()),
            display_name: Some("ada".to_owned()),
            connect: pasted(DI).unwrap().connect,
            oauth1: pasted(OAUTH1).unwrap().oauth1,
            personal_key: Secret::new("GCDC_1"),
        }
    }

    fn words(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn it_reads_back_whatever_a_mail_program_did_to_it() {
        let text = seal(&document(), &words("pass")).unwrap();
        for secret in ["di-refresh", "GCDC_1", "4711"] {
            assert!(!text.contains(secret));
        }
        let squeezed = text.replace('\n', " \r\n  ");
        for text in [&text, &squeezed] {
            assert!(needs_passphrase(text.as_bytes()));
            let given = Given {
                name: None,
                bytes: text.as_bytes(),
            };
            let found = read(&[given], Some(&words("pass")), now()).unwrap();
            assert_eq!(found.connect.unwrap().refresh.expose(), "di-refresh");
            assert_eq!(found.oauth1.unwrap().secret.expose(), "s1");
            assert_eq!(found.personal_key.unwrap().expose(), "GCDC_1");
            assert_eq!(
                (found.region, found.door),
                (Some(Region::China), Some(Door::Browser))
            );
            assert_eq!(found.user_id.as_deref(), Some("4711"));
        }
    }

    #[test]
    fn a_wrong_passphrase_or_a_newer_text_is_a_sentence() {
        let text = seal(&document(), &words("pass")).unwrap();
        let wrong = open(&text, &words("pas")).unwrap_err();
        assert!(wrong.summary.contains("passphrase is wrong"), "{wrong}");
        assert!(open(&text, &words("")).is_err() && seal(&document(), &words("")).is_err());
        for other in ["garminsync-session-2", "garminsync-session-12"] {
            let newer = text.replace("garminsync-session-1", other);
            let failure = open(&newer, &words("pass")).unwrap_err();
            assert!(failure.summary.contains("another version"), "{failure}");
        }
        assert!(pasted(&text).unwrap_err().summary.contains("passphrase"));
    }

    #[test]
    fn a_changed_or_cut_text_does_not_open() {
        let text = seal(&document(), &words("pass")).unwrap();
        // Each try costs one slow key: every part of the layout, not every byte.
        let body = text.find('\n').unwrap() + 1;
        for at in [
            body,
            body + 20,
            body + 25,
            body + 50,
            body + 90,
            text.len() - 6,
        ] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(open(&changed, &words("pass")).is_err(), "byte {at}");
        }
        for end in [
            body - 1,
            body + 4,
            body + 40,
            text.len() / 2,
            text.len() - 6,
        ] {
            assert!(open(&text[..end], &words("pass")).is_err(), "cut at {end}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&[Given { name: None, bytes: &bytes }], None, now());
        for name in FILE_NAMES {
            let _ = read(&[Given { name: Some(name), bytes: &bytes }], None, now());
        }
    }

    /// Texts that get further: JSON with the right names and odd values.
    #[test]
    fn no_odd_values_make_reading_panic(
        name in prop::sample::select(vec![
            "di_token", "di_refresh_token", "oauth_token", "oauth_token_secret", "access_token",
            "refresh_token", "expires_at", "expires_in", "fingerprint", "domain",
        ]),
        value in "(-?[0-9]{1,25}(\\.[0-9])?|\"[ -~&&[^\"\\\\]]{0,40}\"|null|\\[\\]|\\{\\})",
    ) {
        for whole in [DI, OAUTH1, OAUTH2] {
            let mut object: serde_json::Map<String, Value> = serde_json::from_str(whole).unwrap();
            if let Ok(value) = serde_json::from_str(&value) {
                object.insert(name.to_owned(), value);
            }
            let one = Value::Object(object);
            let _ = pasted(&one.to_string());
            let pair = Value::Array(vec![one.clone(), one]);
            let _ = pasted(&BASE64_STANDARD.encode(pair.to_string()));
        }
    }
}

#[test]
fn a_token_tells_its_region_by_its_issuer() {
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    let claims = BASE64_URL_SAFE_NO_PAD.encode(r#"{"iss":"https://diauth.garmin.cn","exp":9000}"#);
    let token = format!("e30.{claims}.sig");
    let packed = |oauth2: &str| BASE64_STANDARD.encode(format!("[null,{oauth2}]"));
    let oauth2 = OAUTH2.replace("garth-access", &token);
    for text in [
        DI.replace("di-access", &token),
        packed(&oauth2),
        oauth2.clone(),
    ] {
        let found = pasted(&text).unwrap();
        assert_eq!(found.region, Some(Region::China), "{text}");
    }
    assert_eq!(pasted(DI).unwrap().region, None);
}
