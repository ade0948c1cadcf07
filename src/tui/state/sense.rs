//! Whether a key makes sense now, and if not, what its answer is.

use std::borrow::Cow;

use super::{Overlay, Screen, State, Waiting};
use crate::{domain::session::SessionStatus, tui::keymap::Action};

impl State {
    /// Why an action makes no sense now, as the answer to its key. The hints
    /// leave such keys out.
    pub fn why_not(&self, action: Action) -> Option<Cow<'static, str>> {
        let key = |action| self.keymap.key_of(action);
        let reason = match (action, self.status()) {
            (Action::SyncNow | Action::Price, Some(status)) if !self.desk.job.is_running() => {
                match status {
                    SessionStatus::Missing => {
                        format!("Not signed in yet: press {} first.", key(Action::SignIn))
                    }
                    SessionStatus::MfaPending => {
                        format!(
                            "Garmin waits for a code: press {} first.",
                            key(Action::EnterCode)
                        )
                    }
                    SessionStatus::Expired => format!(
                        "The session has ended: press {} to sign in.",
                        key(Action::SignIn)
                    ),
                    SessionStatus::Valid => return None,
                }
            }
            _ => return self.why_not_at_all(action).map(Cow::Borrowed),
        };
        Some(Cow::Owned(reason))
    }

    fn why_not_at_all(&self, action: Action) -> Option<&'static str> {
        let status = self.status();
        let job = &self.desk.job;
        match (action, status) {
            (Action::SyncNow | Action::Price | Action::Repair | Action::Backfill, _)
                if job.is_running() =>
            {
                Some("A sync is already running.")
            }
            (
                Action::SyncNow
                | Action::Price
                | Action::Repair
                | Action::Backfill
                | Action::SignOut
                | Action::Rename
                | Action::EnterCode,
                None,
            ) => Some("Still reading CentralDB."),
            (Action::Repair | Action::Backfill, Some(status)) if status != SessionStatus::Valid => {
                Some("Without a session nothing can be asked for: sign in on the home screen.")
            }
            (Action::CancelSync, _) if !job.is_running() => Some("No sync is running."),
            (Action::CancelSync, _) if job.is_cancelling() => {
                Some("Already stopping after the open step.")
            }
            (Action::OpenReport, _) if self.desk.log.job().is_none() => {
                Some("No job has written into the log yet.")
            }
            (Action::EnterCode, _) if self.challenge().is_none() => Some("No code is awaited."),
            (Action::SignOut | Action::Rename, Some(_)) => self.why_not_meant(action),
            (Action::Yes, _) => match &self.overlay {
                Some(Overlay::CoolDown) => self.why_not_override(),
                Some(Overlay::Price(pane)) => pane.why_not(),
                _ => None,
            },
            (Action::UseFoundKey | Action::NewCode, _) => self.why_not_here(action),
            _ => None,
        }
    }

    /// What the account under the cursor decides.
    fn why_not_meant(&self, action: Action) -> Option<&'static str> {
        let name = self.meant();
        let desk = self.desk_at(name);
        let waits = desk.is_some_and(|desk| desk.waiting == Some(Waiting::SignOut));
        let known = self.state_of(name);
        let is_out = known.is_none_or(|state| state.status == SessionStatus::Missing);
        match action {
            Action::Rename if known.is_none() => {
                Some("Nothing is stored of this account yet: there is nothing to rename.")
            }
            Action::Rename if self.is_syncing(name) => Some("It is being synced: rename it after."),
            Action::SignOut if waits => Some("Already signing out."),
            Action::SignOut if is_out => Some("Nobody is signed in."),
            _ => None,
        }
    }

    fn why_not_override(&self) -> Option<&'static str> {
        let rest = self.sign_in_rest()?;
        let spent = "Garmin was asked once despite the cool-down already.";
        rest.is_overridden.then_some(spent)
    }

    /// What only the open screen can tell.
    fn why_not_here(&self, action: Action) -> Option<&'static str> {
        match (&self.screen, action) {
            (Screen::Key(pane), Action::UseFoundKey) if !pane.has_found() => {
                Some("No key was found on this machine.")
            }
            (Screen::Mfa(pane), Action::NewCode) => pane.why_no_new_code(self.now),
            _ => None,
        }
    }
}
