//! The two Garmins: one account domain each, and nothing that crosses over (protocol.md 1).

/// Where the account lives. Services, tickets and issuers of the other region are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    #[default]
    Com,
    Cn,
}

impl Region {
    /// The account domain, `{d}` in protocol.md.
    pub fn domain(self) -> &'static str {
        match self {
            Self::Com => "garmin.com",
            Self::Cn => "garmin.cn",
        }
    }

    /// The widget's service, which is its own landing page (protocol.md 2.3).
    pub fn embed_service(self) -> String {
        format!("https://sso.{}/sso/embed", self.domain())
    }

    /// The service of the phone app: `ios` or `android`. Nobody answers there, so tickets keep.
    pub fn mobile_service(self, platform: &str) -> String {
        format!(
            "https://mobile.integration.{}/gcm/{platform}",
            self.domain()
        )
    }

    /// Who signs access tokens.
    pub(super) fn issuer(self) -> String {
        format!("https://diauth.{}", self.domain())
    }

    /// Whether sso hands out tickets for a service: https and a host of this region (protocol.md 4.4).
    pub(super) fn serves(self, service: &str) -> bool {
        let host = service
            .strip_prefix("https://")
            .and_then(|rest| rest.split(['/', '?', '#']).next());
        host.and_then(|host| host.strip_suffix(self.domain()))
            .is_some_and(|subdomain| subdomain.ends_with('.'))
    }

    /// Whether a ticket for this service can still be exchanged when a person copies it. The web app
    /// takes its tickets for itself (protocol.md 4.4).
    pub(super) fn keeps_tickets(self, service: &str) -> bool {
        service == self.embed_service()
            || ["ios", "android"]
                .into_iter()
                .any(|platform| service == self.mobile_service(platform))
    }
}
