//! What the table promises: no clash, no gap, one line of help per action.

use super::*;

#[test]
fn no_two_bindings_clash_where_both_hold() {
    for scopes in TOGETHER {
        let mut seen = Vec::new();
        for binding in Keymap::default().within(scopes) {
            let key = (binding.code, binding.ctrl);
            assert!(
                !seen.contains(&key),
                "{} twice in {scopes:?}",
                binding.key_name()
            );
            seen.push(key);
        }
    }
}

#[test]
fn text_keeps_its_printable_keys() {
    let typed_into = [
        Scope::Login,
        Scope::Browser,
        Scope::Key,
        Scope::NewAccount,
        Scope::Rename,
        Scope::Palette,
        Scope::Filter,
        Scope::Field,
        Scope::Anywhere,
    ];
    for binding in Keymap::default().within(&typed_into) {
        let plain = matches!(binding.code, KeyCode::Char(_)) && !binding.ctrl;
        assert!(!plain, "{} in {:?}", binding.key_name(), binding.scope);
    }
    for binding in Keymap::default().within(&[Scope::Mfa]) {
        let digit = matches!(binding.code, KeyCode::Char('0'..='9'));
        assert!(!digit, "a code is digits");
    }
}

/// Exhaustive on purpose: a new action does not compile until it is listed.
fn all_actions() -> Vec<Action> {
    use Action::*;
    let next = |action| match action {
        SyncNow => Some(Price),
        Price => Some(CancelSync),
        CancelSync => Some(SignIn),
        SignIn => Some(SignOut),
        SignOut => Some(EnterCode),
        EnterCode => Some(Accounts),
        Accounts => Some(Audit),
        Audit => Some(Coverage),
        Coverage => Some(YearBack),
        YearBack => Some(YearForward),
        YearForward => Some(Mark),
        Mark => Some(Repair),
        Repair => Some(Backfill),
        Backfill => Some(Jobs),
        Jobs => Some(OpenReport),
        OpenReport => Some(FilterLog),
        FilterLog => Some(ClearFilter),
        ClearFilter => Some(LogKinds),
        LogKinds => Some(Follow),
        Follow => Some(ExactTimes),
        ExactTimes => Some(Help),
        Help => Some(Quit),
        Quit => Some(Suspend),
        Suspend => Some(Back),
        Back => Some(Up),
        Up => Some(Down),
        Down => Some(Left),
        Left => Some(Right),
        Right => Some(PageUp),
        PageUp => Some(PageDown),
        PageDown => Some(First),
        First => Some(Last),
        Last => Some(Submit),
        Submit => Some(NextField),
        NextField => Some(PreviousField),
        PreviousField => Some(Reveal),
        Reveal => Some(Choose),
        Choose => Some(PasswordDoor),
        PasswordDoor => Some(BrowserDoor),
        BrowserDoor => Some(KeyDoor),
        KeyDoor => Some(OpenAddress),
        OpenAddress => Some(CopyAddress),
        CopyAddress => Some(UseFoundKey),
        UseFoundKey => Some(NewCode),
        NewCode => Some(NewAccount),
        NewAccount => Some(Rename),
        Rename => Some(Doctor),
        Doctor => Some(AskHosts),
        AskHosts => Some(LookAgain),
        LookAgain => Some(About),
        About => Some(Palette),
        Palette => Some(Yes),
        Yes => Some(Edit(super::Edit::Left)),
        Edit(super::Edit::Left) => Some(Edit(super::Edit::Right)),
        Edit(super::Edit::Right) => Some(Edit(super::Edit::Start)),
        Edit(super::Edit::Start) => Some(Edit(super::Edit::End)),
        Edit(super::Edit::End) => Some(Edit(super::Edit::Backspace)),
        Edit(super::Edit::Backspace) => Some(Edit(super::Edit::Delete)),
        Edit(super::Edit::Delete) => Some(Edit(super::Edit::ClearBefore)),
        Edit(super::Edit::ClearBefore) => Some(Edit(super::Edit::ClearWord)),
        Edit(super::Edit::ClearWord) => None,
    };
    std::iter::successors(Some(SyncNow), |action| next(*action)).collect()
}

#[test]
fn every_action_is_bound() {
    for action in all_actions() {
        assert!(
            BINDINGS.iter().any(|binding| binding.action == action),
            "{action:?}"
        );
    }
}

#[test]
fn help_lists_each_key_once() {
    let scopes = [Scope::Home];
    let lines = Keymap::default().help(&scopes);
    for binding in Keymap::default().within(&scopes) {
        let name = binding.key_name();
        let named = lines
            .iter()
            .filter(|(keys, _)| keys.split(' ').any(|key| key == name))
            .count();
        assert_eq!(named, 1, "{name}");
    }
    assert!(
        lines
            .iter()
            .any(|(keys, what)| keys == "↑ k" && *what == "log up")
    );
    assert!(
        BINDINGS
            .iter()
            .all(|binding| binding.key_name() != "?" || binding.code == KeyCode::Char('?'))
    );
}

#[test]
fn modifiers_decide_between_a_letter_and_a_command() {
    let plain = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE);
    let with_ctrl = KeyEvent::new(KeyCode::Char('C'), KeyModifiers::CONTROL);
    let alt_gr = KeyEvent::new(
        KeyCode::Char('@'),
        KeyModifiers::CONTROL | KeyModifiers::ALT,
    );
    assert_eq!(Keymap::default().action(&plain, &[Scope::Anywhere]), None);
    assert_eq!(
        Keymap::default().action(&with_ctrl, &[Scope::Anywhere]),
        Some(Action::Quit)
    );
    assert_eq!(typed(&with_ctrl), None);
    assert_eq!(typed(&alt_gr), Some('@'));
}
