//! Every address. The only place with a host name.

use crate::{config::LoopbackUrl, domain::account::Region};

/// The base URLs of one region, or one loopback server that plays them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    region: Region,
    base: Option<LoopbackUrl>,
}

impl Endpoints {
    pub const fn new(region: Region, base: Option<LoopbackUrl>) -> Self {
        Self { region, base }
    }

    pub const fn region(&self) -> Region {
        self.region
    }

    /// Whether everything stays on this machine.
    pub const fn is_loopback(&self) -> bool {
        self.base.is_some()
    }

    /// Password sign-in, MFA, tickets (`protocol.md` 1).
    pub fn sso(&self) -> String {
        self.host("sso")
    }

    /// Ticket exchange and refresh.
    pub fn diauth(&self) -> String {
        self.host("diauth")
    }

    /// All data, REST and GraphQL.
    pub fn connectapi(&self) -> String {
        self.host("connectapi")
    }

    /// What the browser of the mobile app would send as `Origin`.
    pub fn sso_origin(&self) -> String {
        format!("https://sso.{}", self.region.domain())
    }

    /// The service URL of the iOS app: only ever a string that a ticket is bound
    /// to, never an address, so it is the real one even in tests.
    pub fn service_ios(&self) -> String {
        format!(
            "https://mobile.integration.{}/gcm/ios",
            self.region.domain()
        )
    }

    /// The embed page: what a widget ticket is bound to, and where a browser
    /// shows its ticket without spending it (`protocol.md` 2.3, 4.1).
    pub fn service_embed(&self) -> String {
        format!("{}/sso/embed", self.sso_origin())
    }

    /// The official read-only API (`personal-api.md` 1).
    pub fn personal(&self) -> String {
        self.host("personal.connectapi")
    }

    /// garth's consumer pair (`protocol.md` 8.2): not a host of Garmin's, and
    /// asked only for a session imported from garth.
    pub fn oauth_consumer(&self) -> String {
        match &self.base {
            Some(base) => format!("{}/oauth_consumer.json", base.as_str()),
            None => "https://thegarth.s3.amazonaws.com/oauth_consumer.json".to_owned(),
        }
    }

    fn host(&self, name: &str) -> String {
        match &self.base {
            Some(base) => base.as_str().to_owned(),
            None => format!("https://{name}.{}", self.region.domain()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_never_reaches_into_the_other() {
        let china = Endpoints::new(Region::China, None);
        for url in [
            china.sso(),
            china.diauth(),
            china.connectapi(),
            china.service_ios(),
            china.sso_origin(),
        ] {
            assert!(url.contains(".garmin.cn"), "{url}");
        }
    }

    #[test]
    fn a_base_url_plays_every_host_but_not_the_service_url() {
        let base = LoopbackUrl::parse("http://127.0.0.1:9").unwrap();
        let test = Endpoints::new(Region::International, Some(base));
        assert_eq!(test.sso(), "http://127.0.0.1:9");
        assert_eq!(
            test.service_ios(),
            "https://mobile.integration.garmin.com/gcm/ios"
        );
    }
}
