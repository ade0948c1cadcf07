//! The real binary on a real terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod harness;

use std::{process::Command, time::Duration};

use garminsync::{
    simulator::Scenario,
    tui::terminal::{self, Session},
};
use harness::Pty;
use ratatui::Frame;
use rustix::process::Signal;

use crate::support::{World, scenario, with_mfa};

const ENTER: &str = "\r";
const TAB: &str = "\t";
const ESC: &str = "\x1b";

/// From the home screen through the password door to the question for a code.
fn signs_in(app: &mut Pty) {
    app.shows("MISSING");
    app.types("l\r");
    app.shows("Password");
    app.types("grace@example.com");
    app.types(TAB);
    app.types("correct-horse-battery");
    app.never_showed("correct-horse-battery");
    app.types(ENTER);
    app.shows("Waiting a moment, as a person would");
    app.shows("Garmin sent a code");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_tells_each_step_of_a_sign_in() {
    let world = World::new(scenario()).await;
    let login = ["login", "--email", "grace@example.com"];
    let mut login = Pty::start(&world.command(&login), 80, 24);
    login.shows("Password");
    login.types("correct-horse-battery\r");
    login.shows("Opening Garmin's sign-in page...");
    login.shows("Waiting a moment, as a person would...");
    login.shows("Signing in...");
    login.shows("Signed in");
    login.never_showed("correct-horse-battery");
    login.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_a_code_and_sees_the_first_sync() {
    let world = World::new(with_mfa()).await;
    let mut app = Pty::start(&world.command(&[]), 80, 24);
    signs_in(&mut app);
    app.types("000000");
    app.shows("did not accept");
    app.pastes("Your code: 271828\r\n");
    app.shows("VALID");
    app.shows("job 1");
    app.shows("SUCCEEDED");
    app.never_showed("correct-horse-battery");
    app.types("q");
    app.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_left_in_the_app_is_finished_in_another_terminal() {
    let world = World::new(with_mfa()).await;
    let mut app = Pty::start(&world.command(&[]), 100, 30);
    signs_in(&mut app);
    app.types(ESC);
    app.shows("MFA_PENDING");
    assert_eq!(world.run(&["mfa", "271828"], "").await.code, 0);
    app.shows("VALID");
    app.types("q");
    app.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn resizing_in_mid_sync_keeps_everything_and_too_small_says_so() {
    let world = World::signed_in(Scenario {
        latency: Duration::from_millis(80),
        ..scenario()
    })
    .await;
    let mut app = Pty::start(&world.command(&[]), 120, 36);
    app.shows("RUNNING");
    app.resizes(59, 15);
    app.shows("60");
    app.resizes(60, 16);
    app.shows("VALID");
    app.resizes(200, 50);
    app.shows("SUCCEEDED");
    app.types("q");
    app.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_earlier_runs_did_is_there_and_every_screen_leads_back() {
    let world = World::signed_in(scenario()).await;
    assert_eq!(world.run(&["--sync"], "").await.code, 0);
    let mut app = Pty::start(&world.command(&[]), 100, 30);
    app.shows("Last sync · job 1");
    app.types("h");
    app.shows("asked for by");
    app.types("\x1b[F\r");
    app.shows("Report of job 1");
    app.shows("SUCCEEDED");
    app.types(ESC);
    app.shows("Jobs of default");
    app.types("c");
    app.shows("not asked");
    app.types("r");
    app.shows("Repair activities");
    app.shows("do it");
    app.types("n");
    app.types(":about\r");
    app.shows("not affiliated");
    app.types("a");
    app.shows("needs you");
    app.types("e");
    app.shows("Rename account default");
    app.types("\x15ada\r");
    app.shows("is called ada now");
    app.types(ESC);
    app.shows("Sync log");
    app.types("/nothing new\r");
    app.shows("/ nothing new");
    app.types(ESC);
    app.hides("/ nothing new");
    app.types("q");
    app.ended(0);
    assert_eq!(world.text("SELECT name FROM account"), "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_in_mid_sync_ends_soon_and_loses_nothing() {
    let world = World::signed_in(Scenario {
        latency: Duration::from_millis(150),
        ..scenario()
    })
    .await;
    let mut app = Pty::start(&world.command(&[]), 80, 24);
    app.shows("RUNNING");
    app.types("q");
    app.ended(0);
    assert_eq!(
        world.number("SELECT count(*) FROM sync_job WHERE status = 'RUNNING'"),
        0
    );
    assert_eq!(world.text("PRAGMA integrity_check"), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_and_signals_leave_a_usable_terminal() {
    for signal in [None, Some(Signal::TERM), Some(Signal::HUP)] {
        let world = World::new(scenario()).await;
        let mut app = Pty::start(&world.command(&[]), 80, 24);
        app.shows("MISSING");
        match signal {
            Some(signal) => app.gets(signal),
            None => app.types("\x03"),
        }
        app.ended(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_what_to_type() {
    let world = World::new(scenario()).await;
    let mut command = world.command(&["--demo"]);
    command.env_remove("GARMINSYNC_BASE_URL");
    let mut app = Pty::start(&command, 80, 24);
    app.shows("ada@example.com");
    app.shows("314159");
    app.types("q");
    app.ended(0);
    assert_eq!(
        std::fs::read_dir(world.home()).unwrap().count(),
        0,
        "the demo has its own home"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_absurd_size_costs_no_memory() {
    let world = World::new(scenario()).await;
    let mut app = Pty::start(&world.command(&[]), 100, 30);
    app.shows("MISSING");
    // Its own screen model stays small: only the program is told.
    app.tells_size(10_000, 10_000);
    app.types("?");
    app.shows("suspend");
    assert!(
        app.peak_memory_kib() < 200_000,
        "{} KiB",
        app.peak_memory_kib()
    );
    app.types("\x03");
    app.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_on_a_terminal_shows_one_line_that_is_gone_in_the_end() {
    let world = World::signed_in(Scenario {
        latency: Duration::from_millis(60),
        ..scenario()
    })
    .await;
    let mut app = Pty::start(&world.command(&["--sync"]), 100, 50);
    app.shows(" tasks  ");
    app.resizes(90, 50);
    app.shows("SUCCEEDED");
    app.ended(0);
    app.hides(" tasks  ");
    app.never_showed("\x1b[3");
    let mut quiet = Pty::start(&world.command(&["--sync", "--quiet"]), 60, 40);
    quiet.ended(0);
    quiet.never_showed("\r");
}

const USUAL: (bool, bool, bool) = (true, true, true);

#[tokio::test(flavor = "multi_thread")]
async fn every_prompt_gives_the_terminal_back_whatever_ends_it() {
    let world = World::new(with_mfa()).await;
    let email = ["--email", "grace@example.com"];
    // Arguments, what is typed before, the prompt, and whether it is hidden.
    let prompts: [(&[&str], &str, &str, bool); 7] = [
        (&["login"], "", "E-mail: ", false),
        (&["login", email[0], email[1]], "", "not stored): ", true),
        (&["login", "--browser"], "", "not shown): ", true),
        (&["login", "--key-stdin"], "", "not shown): ", true),
        (
            &["login", email[0], email[1], "--password-stdin"],
            "",
            "not shown): ",
            true,
        ),
        (
            &["login", email[0], email[1]],
            "correct-horse-battery\r",
            "Code: ",
            false,
        ),
        (
            &["session", "export", "--as", "transfer", "--to", "x"],
            "",
            "text: ",
            true,
        ),
    ];
    for (args, before, prompt, is_hidden) in prompts {
        for signal in [
            None,
            Some(Signal::INT),
            Some(Signal::TERM),
            Some(Signal::HUP),
            Some(Signal::QUIT),
        ] {
            let mut app = Pty::start(&world.command(args), 80, 24);
            if !before.is_empty() {
                app.shows("not stored): ");
                app.types(before);
            }
            app.shows(prompt);
            assert_eq!(app.modes().0, !is_hidden, "{args:?}");
            match signal {
                Some(signal) => app.gets(signal),
                None => app.types("\x03"),
            }
            app.ended(1);
            assert_eq!(app.modes(), USUAL, "{args:?} {signal:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn reading_a_session_from_a_terminal_can_be_interrupted() {
    let world = World::new(scenario()).await;
    for signal in [Signal::INT, Signal::TERM] {
        let mut app = Pty::start(&world.command(&["session", "import", "-"]), 80, 24);
        app.types("{\r");
        app.catches(signal);
        app.gets(signal);
        app.ended(1);
        assert_eq!(app.modes(), USUAL);
    }
}

/// A shell with job control, in which `command` is `$RUN`.
fn shell(command: &Command) -> Pty {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-i");
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let line: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_str().unwrap())
        .collect();
    shell
        .env("RUN", line.join(" "))
        .env("PS1", "shell> ")
        .env("ENV", "");
    let app = Pty::start(&shell, 100, 30);
    app.shows("shell> ");
    app
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_comes_back() {
    let world = World::new(scenario()).await;
    let mut app = shell(&world.command(&[]));
    app.types("$RUN\r");
    app.shows("MISSING");
    for _ in 0..3 {
        app.types("\x1a");
        app.shows("shell> ");
        app.hides("MISSING");
        assert!(!app.is_full_screen());
        assert_eq!(app.modes(), USUAL);
        app.types("echo in the $((1+1))nd shell\r");
        app.shows("in the 2nd shell");
        app.types("clear; fg\r");
        app.shows("MISSING");
        app.hides("in the 2nd");
        assert!(app.is_full_screen());
        assert_eq!(app.modes(), (false, false, false));
    }
    // It listens again, and a stopped one ends without touching the shell's terminal.
    app.types("?");
    app.shows("suspend");
    app.types("\x1a");
    app.shows("shell> ");
    app.types("kill %1; bg; wait; echo it is $((2-1))ver\r");
    app.shows("it is 1ver");
    assert_eq!(app.modes(), USUAL);
    app.types("exit\r");
    app.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_z_at_a_prompt_shows_what_is_typed_until_fg_hides_it_again() {
    let world = World::new(scenario()).await;
    let mut app = shell(&world.command(&["login", "--email", "grace@example.com"]));
    app.types("$RUN\r");
    app.shows("not stored): ");
    app.echoes(false);
    app.types("\x1a");
    app.echoes(true);
    app.types("clear; fg\r");
    app.shows("not stored): ");
    app.echoes(false);
    app.types("correct-horse-battery\r");
    app.shows("Signed in");
    app.never_showed("correct-horse");
    app.echoes(true);
    app.types("exit\r");
    app.ended(0);
}

/// Not a test of its own: the one below runs it in a terminal.
#[test]
#[ignore = "takes a terminal of its own"]
fn an_app_that_panics() {
    terminal::install_hooks().unwrap();
    let mut session = Session::enter(true).unwrap();
    let background = std::thread::spawn(|| panic!("planned, in the background"));
    assert!(background.join().is_err());
    let draw = |frame: &mut Frame<'_>| frame.render_widget("the screen stands", frame.area());
    session.terminal().draw(draw).unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    panic!("planned, while drawing");
}

#[test]
fn a_panic_gives_the_terminal_back_and_one_in_the_background_leaves_the_screen() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "pty::an_app_that_panics",
        "--ignored",
        "--nocapture",
    ]);
    let mut app = Pty::start(&command, 80, 24);
    app.shows("the screen stands");
    app.never_showed("in the background");
    app.types("\r\n");
    app.shows("planned, while drawing");
    app.ended(101);
}
