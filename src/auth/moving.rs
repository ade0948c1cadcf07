//! A session moves in from another program or machine, or out to one.
//!
//! Two programs cannot share a rotating chain, so what moves in is refreshed at
//! once: from then on the chain is ours, and the other program's copy is spent.

use jiff::Timestamp;

use super::{
    Auth,
    adopt::Adoption,
    export::{self, GarthFolder},
    import::{self, Given, Imported},
    transfer::{self, Transfer},
};
use crate::{
    central_db::{auth_events, sessions},
    domain::{
        account::{Account, AccountName, Region},
        audit::AuthAction,
        failure::Failure,
        secret::Secret,
        session::{Door, Lane, Tokens},
        sign_in::{KeyInput, SignInDoor, SignInOutcome},
    },
    garmin::{
        client::{Api, Client},
        error::GarminError,
        legacy,
        tokens::{self, TokenError},
    },
};

/// Files of a session: name (none for a pasted text) and content.
pub type Files = Vec<(Option<String>, Secret)>;

/// What to write a session as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Two files.
    Garth,
    /// One line, as in `GARTH_TOKEN`.
    GarthDumps,
    GarminConnect,
    /// Our own text, sealed with a passphrase.
    Transfer,
}

impl Auth {
    /// Reads, refreshes, proves and stores a session from elsewhere. The second
    /// value is what the person should know.
    pub async fn import_session(
        &self,
        name: &AccountName,
        region: Option<Region>,
        files: &Files,
        passphrase: Option<&Secret>,
    ) -> Result<(SignInOutcome, Vec<&'static str>), Failure> {
        let given: Vec<_> = files
            .iter()
            .map(|(name, text)| Given {
                name: name.as_deref(),
                bytes: text.expose().as_bytes(),
            })
            .collect();
        let imported = import::read(&given, passphrase, self.now())?;
        let remarks = imported.remarks(self.now());
        let region = region.or(imported.region);
        if imported.connect.is_none() && imported.oauth1.is_none() {
            let Some(key) = imported.personal_key else {
                return Err(Failure::nothing_to_import());
            };
            let door = SignInDoor::Key {
                key: KeyInput::Typed(key),
                expires_on: None,
            };
            return Ok((self.sign_in(name, region, door, &|_| {}).await, remarks));
        }
        let account = self.account(name, region).await?;
        let client = self
            .client(account.region)
            .map_err(|e| e.failure("the session"))?;
        self.ready_to_keep(account.id).await?;
        let _critical = self.critical.token();
        if let Some(failure) = self.foreign_user(&account, &client, &imported).await {
            let outcome = self
                .stop(&account, AuthAction::Import, failure, None)
                .await?;
            return Ok((outcome, remarks));
        }
        let tokens = match self.own_chain(&client, imported).await {
            Ok(tokens) => tokens,
            Err(failure) => {
                let outcome = self
                    .stop(&account, AuthAction::Import, failure, None)
                    .await?;
                return Ok((outcome, remarks));
            }
        };
        // The pair it came from is spent: stored first, proven after.
        let adoption = Adoption {
            lane: Lane::Connect,
            door: Door::Import,
            action: AuthAction::Import,
            is_proven: false,
            user_id: None,
            display_name: None,
            time_zone: None,
        };
        let pair = |generation| self.connect_pair(account.id, generation, &tokens, Door::Import);
        self.adopt(&account, adoption, pair).await?;
        let proven = self.keeper(account.clone(), client).api().await;
        let outcome = match proven {
            Ok(_) => SignInOutcome::SignedIn {
                display_name: self.account(&account.name, None).await?.display_name,
            },
            Err(failure) => SignInOutcome::from(failure),
        };
        Ok((outcome, remarks))
    }

    /// Asks who it is with the token as it came, before anything is spent.
    async fn foreign_user(
        &self,
        account: &Account,
        client: &Client,
        imported: &Imported,
    ) -> Option<Failure> {
        let known = account.user_id.as_ref()?;
        let tokens = imported.connect.as_ref()?;
        let api = Api::new(client.clone(), Lane::Connect, tokens.access.clone(), 0);
        let identity = api.social_profile().await.ok()?;
        (identity.user_id != *known).then(|| Failure::other_user(&account.name))
    }

    /// Writes the session of the `connect` lane out. File names and contents.
    pub async fn export_session(
        &self,
        account: &Account,
        shape: Shape,
        passphrase: Option<&Secret>,
    ) -> Result<Vec<(&'static str, Secret)>, Failure> {
        let tokens = self.stored_tokens(account).await?;
        let now = self.now();
        let files = match shape {
            Shape::GarminConnect => vec![("garmin_tokens.json", export::garminconnect(&tokens))],
            Shape::Garth => {
                let GarthFolder { oauth1, oauth2 } =
                    export::garth_folder(&tokens, tokens.oauth1.as_ref(), account.region, now);
                vec![("oauth1_token.json", oauth1), ("oauth2_token.json", oauth2)]
            }
            Shape::GarthDumps => {
                let oauth1 = tokens.oauth1.as_ref();
                vec![(
                    "garth_token",
                    export::garth_dumps(&tokens, oauth1, account.region, now),
                )]
            }
            Shape::Transfer => {
                let document = Transfer {
                    region: account.region,
                    door: None,
                    exported_at: now,
                    user_id: account.user_id.clone(),
                    display_name: account.display_name.clone(),
                    oauth1: tokens.oauth1.clone(),
                    connect: Some(tokens),
                    personal_key: Secret::new(""),
                };
                let passphrase = passphrase.cloned().unwrap_or_else(|| Secret::new(""));
                vec![(
                    "session.garminsync",
                    Secret::new(transfer::seal(&document, &passphrase)?),
                )]
            }
        };
        let id = account.id;
        self.central_db
            .write(move |tx| auth_events::record(tx, id, now, AuthAction::Export, "OK", None))
            .await?;
        Ok(files)
    }

    /// Makes the chain ours: by refresh, else by the OAuth1 token that came with it.
    async fn own_chain(&self, client: &Client, imported: Imported) -> Result<Tokens, Failure> {
        let refused = |error: TokenError| match error {
            TokenError::InvalidGrant | TokenError::ClientRefused(_) => Failure::import_spent(),
            TokenError::Garmin(error) => error.failure("the imported session"),
        };
        let now: Timestamp = self.now();
        let (connect, oauth1) = (imported.connect, imported.oauth1);
        let refreshed = match &connect {
            Some(tokens) => match tokens::refresh(client, tokens, now).await {
                // As in the keeper: one retry tells whether it was rotated.
                Err(TokenError::Garmin(GarminError::NoAnswer(_))) => {
                    tokens::refresh(client, tokens, now).await
                }
                answered => answered,
            },
            None => Err(TokenError::InvalidGrant),
        };
        match (refreshed, &oauth1) {
            (Ok(tokens), _) => Ok(Tokens { oauth1, ..tokens }),
            (Err(TokenError::InvalidGrant | TokenError::ClientRefused(_)), Some(oauth1)) => {
                legacy::exchange(client, oauth1, now).await.map_err(refused)
            }
            (Err(error), _) => Err(refused(error)),
        }
    }

    async fn stored_tokens(&self, account: &Account) -> Result<Tokens, Failure> {
        let id = account.id;
        let row = self
            .central_db
            .read(move |db| sessions::load(db, id, Lane::Connect))
            .await?;
        let row = row.and_then(|row| row.session_data.map(|sealed| (row.generation, sealed)));
        let (generation, sealed) = row.ok_or_else(|| Failure::signed_out(&account.name))?;
        self.open(id, generation, &sealed)
    }
}
