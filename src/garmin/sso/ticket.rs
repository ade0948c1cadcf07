//! The browser's door: the address to open, and what a person pastes (`protocol.md` 4).

use std::fmt::Write;

use super::ServiceTicket;
use crate::{
    domain::{account::Region, secret::Secret},
    garmin::{endpoints::Endpoints, wire::percent::encode},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    #[error("there is no service ticket (ST-…) in it")]
    NoTicket,
    /// The web app spends its tickets before anybody can copy them (`protocol.md` 4.4).
    #[error("the page it comes from has used the ticket up itself")]
    Consumed,
    #[error("it is no address of this account's Garmin domain")]
    WrongDomain,
}

/// Where a person signs in; the browser then ends on an address with the ticket.
pub fn sign_in_url(endpoints: &Endpoints) -> String {
    let embed = endpoints.service_embed();
    let sso = format!("{}/sso", endpoints.sso_origin());
    let mut url = format!("{}/sso/signin", endpoints.sso());
    let query = [
        ("id", "gauth-widget"),
        ("embedWidget", "true"),
        ("gauthHost", &sso),
        ("service", &embed),
        ("source", &embed),
        ("redirectAfterAccountLoginUrl", &embed),
        ("redirectAfterAccountCreationUrl", &embed),
    ];
    for (n, (name, value)) in query.iter().enumerate() {
        let value = encode(value);
        let joint = if n == 0 { '?' } else { '&' };
        // Writing into a String cannot fail.
        let _ = write!(url, "{joint}{name}={value}");
    }
    url
}

/// Reads a bare `ST-…`, or an address that carries one. A bare ticket is taken
/// to come from the embed page, which is where [`sign_in_url`] leads.
pub fn read(pasted: &str, endpoints: &Endpoints) -> Result<ServiceTicket, TicketError> {
    let text = pasted.trim();
    let service_url = if text.contains("://") {
        service_of(&as_garmin(text, endpoints), endpoints.region())?
    } else {
        endpoints.service_embed()
    };
    let ticket = find_ticket(text).ok_or(TicketError::NoTicket)?;
    Ok(ServiceTicket {
        ticket: Secret::new(ticket),
        service_url,
    })
}

/// A test server plays the sign-in host; its tickets are bound to the real one.
fn as_garmin(address: &str, endpoints: &Endpoints) -> String {
    match address.strip_prefix(&endpoints.sso()) {
        Some(path) if endpoints.is_loopback() => format!("{}{path}", endpoints.sso_origin()),
        _ => address.to_owned(),
    }
}

/// The address without query and fragment: what the ticket is bound to.
fn service_of(address: &str, region: Region) -> Result<String, TicketError> {
    let mut url = reqwest::Url::parse(address).map_err(|_| TicketError::NoTicket)?;
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let domain = region.domain();
    if url.scheme() != "https" || !host.ends_with(&format!(".{domain}")) {
        return Err(TicketError::WrongDomain);
    }
    if host == format!("connect.{domain}") {
        return Err(TicketError::Consumed);
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url.to_string())
}

fn find_ticket(text: &str) -> Option<&str> {
    let start = text.find("ST-")?;
    let rest = text.get(start..)?;
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(rest.len());
    rest.get(..end).filter(|ticket| ticket.len() > "ST-".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_com(text: &str) -> Result<(String, String), TicketError> {
        let endpoints = Endpoints::new(Region::International, None);
        read(text, &endpoints).map(|found| (found.ticket.expose().to_owned(), found.service_url))
    }

    #[test]
    fn an_address_carries_its_own_service_and_a_bare_ticket_the_embed_page() {
        let bare = read_com(" ST-0123-AbC_d.e-cas\n").unwrap();
        assert_eq!(
            bare,
            (
                "ST-0123-AbC_d.e-cas".to_owned(),
                "https://sso.garmin.com/sso/embed".to_owned()
            )
        );
        let address =
            read_com("https://sso.garmin.com/sso/embed?ticket=ST-9-x-cas&a=b#top").unwrap();
        assert_eq!(
            address,
            (
                "ST-9-x-cas".to_owned(),
                "https://sso.garmin.com/sso/embed".to_owned()
            )
        );
        let mobile =
            read_com("https://mobile.integration.garmin.com/gcm/android?ticket=ST-9-x-sso")
                .unwrap();
        assert_eq!(
            mobile.1,
            "https://mobile.integration.garmin.com/gcm/android"
        );
    }

    #[test]
    fn what_cannot_work_is_told_apart() {
        assert_eq!(read_com("hello"), Err(TicketError::NoTicket));
        assert_eq!(read_com("ST-"), Err(TicketError::NoTicket));
        assert_eq!(
            read_com("https://sso.garmin.com/sso/embed"),
            Err(TicketError::NoTicket)
        );
        assert_eq!(
            read_com("https://connect.garmin.com/app?ticket=ST-1-a"),
            Err(TicketError::Consumed)
        );
        for foreign in [
            "https://sso.garmin.cn/sso/embed?ticket=ST-1-a",
            "https://sso.garmin.com.evil.example/?ticket=ST-1-a",
            "https://evilgarmin.com/?ticket=ST-1-a",
            "http://sso.garmin.com/sso/embed?ticket=ST-1-a",
        ] {
            assert_eq!(
                read_com(foreign),
                Err(TicketError::WrongDomain),
                "{foreign}"
            );
        }
    }

    #[test]
    fn the_address_to_open_asks_for_a_ticket_for_the_embed_page() {
        let url = sign_in_url(&Endpoints::new(Region::China, None));
        assert!(
            url.starts_with("https://sso.garmin.cn/sso/signin?id=gauth-widget&"),
            "{url}"
        );
        assert!(
            url.contains("&service=https%3A%2F%2Fsso.garmin.cn%2Fsso%2Fembed&"),
            "{url}"
        );
    }
}
