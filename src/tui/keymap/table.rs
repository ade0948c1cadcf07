//! The table itself.

use crossterm::event::KeyCode;

use super::{Action, Binding, Edit, Scope};

const fn on(scope: Scope, code: KeyCode, action: Action, what: &'static str) -> Binding {
    Binding {
        scope,
        code,
        ctrl: false,
        action,
        what,
        hint: None,
    }
}

const fn key(scope: Scope, c: char, action: Action, what: &'static str) -> Binding {
    on(scope, KeyCode::Char(c), action, what)
}

const fn ctrl(scope: Scope, c: char, action: Action, what: &'static str) -> Binding {
    Binding {
        scope,
        code: KeyCode::Char(c),
        ctrl: true,
        action,
        what,
        hint: None,
    }
}

#[rustfmt::skip] // A table reads by its lines.
pub const BINDINGS: &[Binding] = &[
    key(Scope::Home, 's', Action::SyncNow, "sync now").hinted("sync now"),
    key(Scope::Home, 'x', Action::CancelSync, "cancel the sync").hinted("cancel"),
    key(Scope::Home, 'l', Action::SignIn, "sign in").hinted("sign in"),
    key(Scope::Home, 'm', Action::EnterCode, "enter MFA code").hinted("enter code"),

    key(Scope::Browse, 'c', Action::Coverage, "coverage").hinted("coverage"),
    key(Scope::Browse, 'h', Action::Jobs, "jobs").hinted("jobs"),
    key(Scope::Browse, 'a', Action::Accounts, "accounts").hinted("accounts"),
    key(Scope::Browse, 'u', Action::Audit, "sign-in events").hinted("events"),

    on(Scope::Home, KeyCode::Enter, Action::OpenReport, "report of this line's job"),
    key(Scope::Home, '/', Action::FilterLog, "filter the log").hinted("filter"),
    key(Scope::Home, 'v', Action::LogKinds, "kinds of lines").hinted("kinds of lines"),
    key(Scope::Home, 'f', Action::Follow, "follow the log").hinted("follow"),
    key(Scope::Home, 't', Action::ExactTimes, "exact times").hinted("exact times"),
    key(Scope::Home, 'o', Action::SignOut, "sign out").hinted("sign out"),
    on(Scope::Home, KeyCode::Up, Action::Up, "log up"),
    key(Scope::Home, 'k', Action::Up, "log up"),
    on(Scope::Home, KeyCode::Down, Action::Down, "log down"),
    key(Scope::Home, 'j', Action::Down, "log down"),
    on(Scope::Home, KeyCode::PageUp, Action::PageUp, "log page up"),
    on(Scope::Home, KeyCode::PageDown, Action::PageDown, "log page down"),
    on(Scope::Home, KeyCode::Home, Action::First, "oldest line"),
    on(Scope::Home, KeyCode::End, Action::Last, "newest line"),
    on(Scope::Home, KeyCode::Esc, Action::Back, "dismiss message, drop filter"),

    on(Scope::Filter, KeyCode::Enter, Action::Submit, "keep the filter").hinted("keep"),
    on(Scope::Filter, KeyCode::Up, Action::Up, "log up"),
    on(Scope::Filter, KeyCode::Down, Action::Down, "log down"),
    on(Scope::Filter, KeyCode::Esc, Action::ClearFilter, "drop the filter").hinted("drop"),

    on(Scope::Jobs, KeyCode::Enter, Action::Choose, "open the report").hinted("open the report"),
    on(Scope::Jobs, KeyCode::Up, Action::Up, "newer job"),
    key(Scope::Jobs, 'k', Action::Up, "newer job"),
    on(Scope::Jobs, KeyCode::Down, Action::Down, "older job"),
    key(Scope::Jobs, 'j', Action::Down, "older job"),
    on(Scope::Jobs, KeyCode::PageUp, Action::PageUp, "page up"),
    on(Scope::Jobs, KeyCode::PageDown, Action::PageDown, "page down"),
    on(Scope::Jobs, KeyCode::Home, Action::First, "newest job"),
    on(Scope::Jobs, KeyCode::End, Action::Last, "oldest job here"),
    key(Scope::Jobs, 't', Action::ExactTimes, "exact times").hinted("exact times"),
    on(Scope::Jobs, KeyCode::Esc, Action::Back, "back").hinted("back"),

    on(Scope::Report, KeyCode::Up, Action::Up, "up").hinted("up"),
    key(Scope::Report, 'k', Action::Up, "up"),
    on(Scope::Report, KeyCode::Down, Action::Down, "down").hinted("down"),
    key(Scope::Report, 'j', Action::Down, "down"),
    on(Scope::Report, KeyCode::PageUp, Action::PageUp, "page up"),
    on(Scope::Report, KeyCode::PageDown, Action::PageDown, "page down"),
    on(Scope::Report, KeyCode::Home, Action::First, "top"),
    on(Scope::Report, KeyCode::End, Action::Last, "bottom"),
    key(Scope::Report, 't', Action::ExactTimes, "exact times").hinted("exact times"),
    on(Scope::Report, KeyCode::Esc, Action::Back, "back").hinted("back"),

    key(Scope::Coverage, 'r', Action::Repair, "price of a repair").hinted("repair"),
    key(Scope::Coverage, 'b', Action::Backfill, "price of a backfill").hinted("backfill"),
    key(Scope::Coverage, ' ', Action::Mark, "select from here").hinted("select"),
    on(Scope::Coverage, KeyCode::Tab, Action::NextField, "next dataset").hinted("dataset"),
    on(Scope::Coverage, KeyCode::BackTab, Action::PreviousField, "previous dataset"),
    on(Scope::Coverage, KeyCode::PageUp, Action::YearBack, "year back").hinted("year back"),
    on(Scope::Coverage, KeyCode::PageDown, Action::YearForward, "year forward"),
    on(Scope::Coverage, KeyCode::Left, Action::Left, "week before"),
    on(Scope::Coverage, KeyCode::Right, Action::Right, "week after"),
    on(Scope::Coverage, KeyCode::Up, Action::Up, "day before"),
    key(Scope::Coverage, 'k', Action::Up, "day before"),
    on(Scope::Coverage, KeyCode::Down, Action::Down, "day after"),
    key(Scope::Coverage, 'j', Action::Down, "day after"),
    on(Scope::Coverage, KeyCode::Home, Action::First, "first day known"),
    on(Scope::Coverage, KeyCode::End, Action::Last, "today"),
    on(Scope::Coverage, KeyCode::Esc, Action::Back, "back, drop the selection").hinted("back"),

    key(Scope::Price, 'y', Action::Yes, "do it").hinted("do it"),
    key(Scope::Price, 'n', Action::Back, "leave it").hinted("leave it"),
    on(Scope::Price, KeyCode::Esc, Action::Back, "leave it"),

    on(Scope::Doors, KeyCode::Enter, Action::Choose, "go in").hinted("go in"),
    on(Scope::Doors, KeyCode::Up, Action::Up, "door above"),
    key(Scope::Doors, 'k', Action::Up, "door above"),
    on(Scope::Doors, KeyCode::Down, Action::Down, "door below"),
    key(Scope::Doors, 'j', Action::Down, "door below"),
    key(Scope::Doors, '1', Action::PasswordDoor, "password").hinted("password"),
    key(Scope::Doors, '2', Action::BrowserDoor, "browser").hinted("browser"),
    key(Scope::Doors, '3', Action::KeyDoor, "key").hinted("key"),
    on(Scope::Doors, KeyCode::Esc, Action::Back, "back").hinted("back"),

    on(Scope::Login, KeyCode::Enter, Action::Submit, "sign in").hinted("sign in"),
    on(Scope::Login, KeyCode::Tab, Action::NextField, "next field").hinted("next field"),
    on(Scope::Login, KeyCode::Down, Action::NextField, "next field"),
    on(Scope::Login, KeyCode::BackTab, Action::PreviousField, "previous field"),
    on(Scope::Login, KeyCode::Up, Action::PreviousField, "previous field"),
    on(Scope::Login, KeyCode::F(2), Action::Reveal, "show password").hinted("show password"),
    ctrl(Scope::Login, 'r', Action::Reveal, "show password"),
    ctrl(Scope::Login, 'b', Action::BrowserDoor, "browser instead"),
    on(Scope::Login, KeyCode::Esc, Action::Back, "back").hinted("back"),
    on(Scope::Login, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),

    on(Scope::Browser, KeyCode::Enter, Action::Submit, "sign in").hinted("sign in"),
    ctrl(Scope::Browser, 'o', Action::OpenAddress, "open the address").hinted("open"),
    ctrl(Scope::Browser, 'y', Action::CopyAddress, "copy the address").hinted("copy"),
    on(Scope::Browser, KeyCode::Esc, Action::Back, "back").hinted("back"),
    on(Scope::Browser, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),

    on(Scope::Key, KeyCode::Enter, Action::Submit, "sign in").hinted("sign in"),
    on(Scope::Key, KeyCode::Tab, Action::NextField, "next field").hinted("next field"),
    on(Scope::Key, KeyCode::Down, Action::NextField, "next field"),
    on(Scope::Key, KeyCode::BackTab, Action::PreviousField, "previous field"),
    on(Scope::Key, KeyCode::Up, Action::PreviousField, "previous field"),
    ctrl(Scope::Key, 'f', Action::UseFoundKey, "found key").hinted("found key"),
    on(Scope::Key, KeyCode::F(2), Action::Reveal, "show key").hinted("show key"),
    ctrl(Scope::Key, 'r', Action::Reveal, "show key"),
    on(Scope::Key, KeyCode::Esc, Action::Back, "back").hinted("back"),
    on(Scope::Key, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),

    on(Scope::Mfa, KeyCode::Enter, Action::Submit, "send the code"),
    on(Scope::Mfa, KeyCode::Backspace, Action::Edit(Edit::Backspace), "last digit away"),
    ctrl(Scope::Mfa, 'u', Action::Edit(Edit::ClearBefore), "all digits away"),
    key(Scope::Mfa, 'r', Action::NewCode, "new code").hinted("new code"),
    on(Scope::Mfa, KeyCode::Esc, Action::Back, "later, stays pending").hinted("later"),
    on(Scope::Mfa, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),

    on(Scope::Accounts, KeyCode::Enter, Action::Choose, "show this account").hinted("show"),
    key(Scope::Accounts, 'n', Action::NewAccount, "new account").hinted("new account"),
    on(Scope::Accounts, KeyCode::Up, Action::Up, "account above"),
    key(Scope::Accounts, 'k', Action::Up, "account above"),
    on(Scope::Accounts, KeyCode::Down, Action::Down, "account below"),
    key(Scope::Accounts, 'j', Action::Down, "account below"),
    on(Scope::Accounts, KeyCode::Home, Action::First, "first account"),
    on(Scope::Accounts, KeyCode::End, Action::Last, "last account"),
    on(Scope::Accounts, KeyCode::Esc, Action::Back, "back").hinted("back"),

    on(Scope::NewAccount, KeyCode::Enter, Action::Submit, "choose how to sign in").hinted("go on"),
    on(Scope::NewAccount, KeyCode::Esc, Action::Back, "back").hinted("back"),
    on(Scope::NewAccount, KeyCode::F(1), Action::Help, "these keys").hinted("keys"),

    on(Scope::Audit, KeyCode::Up, Action::Up, "up").hinted("up"),
    key(Scope::Audit, 'k', Action::Up, "up"),
    on(Scope::Audit, KeyCode::Down, Action::Down, "down").hinted("down"),
    key(Scope::Audit, 'j', Action::Down, "down"),
    on(Scope::Audit, KeyCode::PageUp, Action::PageUp, "page up"),
    on(Scope::Audit, KeyCode::PageDown, Action::PageDown, "page down"),
    on(Scope::Audit, KeyCode::Home, Action::First, "newest event"),
    on(Scope::Audit, KeyCode::End, Action::Last, "oldest event"),
    key(Scope::Audit, 't', Action::ExactTimes, "exact times").hinted("exact times"),
    on(Scope::Audit, KeyCode::Esc, Action::Back, "back").hinted("back"),

    on(Scope::Field, KeyCode::Left, Action::Edit(Edit::Left), "cursor left"),
    on(Scope::Field, KeyCode::Right, Action::Edit(Edit::Right), "cursor right"),
    on(Scope::Field, KeyCode::Home, Action::Edit(Edit::Start), "start of line"),
    on(Scope::Field, KeyCode::End, Action::Edit(Edit::End), "end of line"),
    on(Scope::Field, KeyCode::Backspace, Action::Edit(Edit::Backspace), "delete before"),
    on(Scope::Field, KeyCode::Delete, Action::Edit(Edit::Delete), "delete after"),
    ctrl(Scope::Field, 'u', Action::Edit(Edit::ClearBefore), "clear before"),
    ctrl(Scope::Field, 'w', Action::Edit(Edit::ClearWord), "clear word"),

    on(Scope::Help, KeyCode::Esc, Action::Back, "back").hinted("back"),
    key(Scope::Help, '?', Action::Back, "back"),
    on(Scope::Help, KeyCode::F(1), Action::Back, "back"),
    key(Scope::Help, 'q', Action::Back, "back"),

    key(Scope::SignOut, 'y', Action::Yes, "sign out").hinted("sign out"),
    key(Scope::SignOut, 'n', Action::Back, "stay signed in").hinted("stay signed in"),
    on(Scope::SignOut, KeyCode::Esc, Action::Back, "stay signed in"),

    key(Scope::CoolDown, 'y', Action::Yes, "ask once all the same").hinted("ask all the same"),
    key(Scope::CoolDown, 'b', Action::BrowserDoor, "use the browser").hinted("use the browser"),
    on(Scope::CoolDown, KeyCode::Esc, Action::Back, "back").hinted("back"),

    key(Scope::Browse, '?', Action::Help, "these keys").hinted("keys"),
    on(Scope::Browse, KeyCode::F(1), Action::Help, "these keys"),
    key(Scope::Home, 'q', Action::Quit, "quit").hinted("quit"),
    ctrl(Scope::Anywhere, 'c', Action::Quit, "quit"),
];
