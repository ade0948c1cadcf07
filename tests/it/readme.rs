//! What the README promises is what the program does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::fs;

use garminsync::tui::keymap::{Keymap, Scope};

fn project_file(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn every_key_of_the_app_stands_in_the_readme() {
    let readme = project_file("README.md");
    let keymap = Keymap::default();
    for scope in [
        Scope::Home,
        Scope::Browse,
        Scope::Filter,
        Scope::Coverage,
        Scope::Price,
        Scope::Jobs,
        Scope::Report,
        Scope::Doors,
        Scope::CoolDown,
        Scope::Login,
        Scope::Browser,
        Scope::Key,
        Scope::Mfa,
        Scope::Accounts,
        Scope::NewAccount,
        Scope::Rename,
        Scope::Palette,
        Scope::Doctor,
        Scope::About,
        Scope::Audit,
    ] {
        for (keys, does) in keymap.help(&[scope]) {
            let row = format!("| `{keys}` | {does} |");
            assert!(readme.contains(&row), "the README lacks: {row}");
        }
    }
}

#[test]
fn ci_runs_the_commands_of_the_readme() {
    let readme = project_file("README.md");
    let ci = project_file(".ci/run");
    let commands: Vec<_> = ci
        .lines()
        .filter(|line| line.starts_with("cargo "))
        .collect();
    assert_eq!(commands.len(), 3);
    for command in commands {
        assert!(readme.contains(command), "the README lacks: {command}");
    }
}

#[test]
fn every_setting_stands_in_the_readme() {
    let readme = project_file("README.md");
    for line in project_file("assets/config.sample.toml").lines() {
        let line = line.trim_start_matches("# set: ");
        if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            assert!(
                readme.contains(&format!("`{name}`")),
                "the README lacks {name}"
            );
        }
    }
}
