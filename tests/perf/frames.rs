//! How long a frame takes, and how long CentralDB takes to feed it, on ten years
//! of data: `cargo bench --bench frames`.
//!
//! A table of medians and worst cases; nothing is asserted, machines differ. The
//! budget is a frame of 16 ms, and no query on the thread that draws.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use garminsync::{
    central_db::{CentralDb, accounts, coverage, jobs, log},
    config::paths::Paths,
    domain::{
        account::{AccountName, Region},
        coverage::Coverage,
        dataset::Dataset,
        dates::DateSpan,
        job::{Goal, JobId, JobStatus, Trigger},
        log::LogLevel,
    },
    engine::event::Event,
    tui::{msg::Msg, state::State, theme::Theme, update::update, view::view},
};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend, layout::Size};

const YEARS: u32 = 10;
const JOBS: i64 = 20_000;
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn now() -> Timestamp {
    "2026-11-20T14:07:12Z".parse().unwrap()
}

fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}

fn account() -> AccountName {
    "ada".parse().unwrap()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Under `cargo test --all-targets` there is nothing to do.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::inside(home.path());
    paths.create().unwrap();
    let db = CentralDb::open(&paths).unwrap();
    let began = Instant::now();
    fill(&db).await;
    println!(
        "ten years written in {:.1} s\n",
        began.elapsed().as_secs_f64()
    );

    println!(
        "{:<44} {:>10} {:>10}",
        "CentralDB, off the drawing thread", "median", "worst"
    );
    let events = queries(&db).await;

    println!(
        "\n{:<44} {:>10} {:>10}",
        "frame: key, update, view", "median", "worst"
    );
    for size in SIZES {
        frames(size, &events);
    }
}

/// Coverage of every day, a job every few hours, and their lines.
async fn fill(db: &CentralDb) {
    db.write(|tx| {
        let account = accounts::ensure(tx, &account(), now())?.id;
        for dataset in Dataset::ALL
            .into_iter()
            .filter(|dataset| !dataset.is_snapshot())
        {
            for day in DateSpan::ending(today(), YEARS * 366).days() {
                let state = match day.day_of_year() % 50 {
                    0 => Coverage::Failed,
                    1..5 => Coverage::Nothing,
                    _ => Coverage::Got,
                };
                coverage::set(tx, account, dataset, day, state, None, now())?;
            }
        }
        for n in 0..JOBS {
            let at = now() - Span::new().hours((JOBS - n) * 4);
            let job = jobs::start(tx, account, Trigger::Schedule, Goal::Routine, at)?;
            let ending = jobs::Ending {
                status: JobStatus::Succeeded,
                requests: 3,
                refreshed: false,
                message: None,
            };
            jobs::finish(tx, job, &ending, at)?;
            let text = format!("Früh am Kanal 🌅 {n}: original file kept");
            let entry = log::NewEntry {
                at,
                account,
                job: Some(job),
                level: LogLevel::Done,
                dataset: Some(Dataset::Activities),
                text,
            };
            log::append(tx, &entry)?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

/// What the engine reads for the screens, each timed.
async fn queries(db: &CentralDb) -> Vec<Event> {
    let year = DateSpan::new(today().first_of_year(), today().last_of_year()).unwrap();
    let id = db.read(accounts::all).await.unwrap().remove(0).id;
    let mut events = Vec::new();
    for (what, span) in [
        (
            "coverage of the last 60 days",
            DateSpan::ending(today(), 60),
        ),
        ("coverage of a year", year),
    ] {
        let map = read(db, what, move |db| coverage::map(db, id, span)).await;
        events.push(Event::Coverage {
            account: account(),
            coverage: map,
        });
    }
    let page = read(db, "a page of jobs", move |db| {
        jobs::page(db, id, None, 200)
    })
    .await;
    events.push(Event::Jobs {
        account: account(),
        before: None,
        jobs: page,
        is_last_page: false,
    });
    let lines = read(db, "the newest 4000 log lines", |db| {
        log::since(db, 0, 4000)
    })
    .await;
    events.push(Event::Log(lines));
    let job = JobId::new(JOBS);
    read(db, "the lines of one job", move |db| {
        log::of_job(db, job, 500)
    })
    .await;
    let states = read(db, "the state of every account", |db| {
        garminsync::central_db::state::all(db, &[], now())
    });
    events.insert(0, Event::State(states.await));
    events
}

async fn read<T: Send + 'static>(
    db: &CentralDb,
    what: &str,
    job: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Clone + Send + 'static,
) -> T {
    let mut times = Vec::new();
    loop {
        let began = Instant::now();
        let answer = db.read(job.clone()).await.unwrap();
        times.push(began.elapsed());
        if times.len() == 9 {
            report(what, &mut times);
            return answer;
        }
    }
}

/// Each screen, with a key before each frame.
fn frames((width, height): (u16, u16), events: &[Event]) {
    for (screen, opened, key) in [
        ("home, log scrolled", "", KeyCode::Up),
        ("home, log filtered", "/kanal", KeyCode::Up),
        ("coverage, cursor moved", "c", KeyCode::Left),
        ("jobs, scrolled", "h", KeyCode::Down),
        ("help", "?", KeyCode::Down),
        ("palette", ":", KeyCode::Down),
    ] {
        let addresses =
            [Region::International, Region::China].map(|region| (region, String::new()));
        let mut state = State::new(account(), Vec::new(), TimeZone::UTC, addresses, now());
        update(&mut state, Msg::Resized(Size { width, height }));
        update(&mut state, Msg::Engine(events.first().unwrap().clone()));
        for c in opened.chars() {
            press(&mut state, KeyCode::Char(c));
        }
        for event in events {
            update(&mut state, Msg::Engine(event.clone()));
        }
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut times = Vec::new();
        for _ in 0..200 {
            let began = Instant::now();
            press(&mut state, key);
            terminal
                .draw(|frame| view(&state, Theme::colour(), frame))
                .unwrap();
            times.push(began.elapsed());
        }
        report(&format!("{width}x{height} {screen}"), &mut times);
    }
}

fn press(state: &mut State, code: KeyCode) {
    update(state, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    let (median, worst) = (ms(times.get(times.len() / 2)), ms(times.last()));
    println!("{what:<44} {median:>7.2} ms {worst:>7.2} ms");
}
