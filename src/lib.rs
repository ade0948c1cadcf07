//! garminsync: keeps a Garmin session alive, and your whole history in one SQLite file.
//!
//! The floors. A module imports only from lower floors; modules on one floor
//! never import each other (`tests/it/house.rs` keeps it so).
//!
//! ```text
//! 7  app                         composition root: Config -> Deps -> Engine -> tui | cli
//! 6  tui          cli            speak engine::{Command, Event}, domain, read models of central_db
//! 5  engine                      one actor; introduces auth to sync
//! 4  auth         sync           sign-in flow + session keeper | plan -> fetch -> store -> log
//! 3  simulator                   a Garmin on loopback, for demo mode and tests
//! 2  garmin       central_db     the remote protocol           | SQLite
//! 1  vault        config  telemetry
//! 0  domain       clock
//! ```
//!
//! The two routes every line belongs to:
//!
//! ```text
//! keystroke -> Msg -> update -> Effect -> engine Command -> auth/flow -> garmin/sso -> CentralDB
//!           -> engine Event -> Msg -> view -> frame
//! sync      -> plan -> fetch (lends a valid Api from auth/keeper) -> store (one transaction)
//!           -> sync_log -> Event -> frame | line on stdout
//! ```
//!
//! | question | answer |
//! |---|---|
//! | What can the app do at all? | [`engine::command`], [`engine::event`] |
//! | How does sign-in behave? | the diagram of [`auth`], the table in [`auth::flow`] |
//! | Why is a session never lost? | [`auth::keeper`] |
//! | How does Garmin talk? | [`garmin`]; hosts in [`garmin::endpoints`] |
//! | What decides what is fetched? | [`sync::plan`] |
//! | What does a dataset consist of? | its file in [`sync::dataset`] (how to ask, how to read) and in [`central_db::rows`] (its table) |
//! | What is known of a day? | [`central_db::coverage`]; what an endpoint allows: [`central_db::route_memory`] |
//! | What is stored? | `assets/migrations/`, newest number last |
//! | What does a failure say? | [`domain::failure`] |
//! | What does this key do? | [`tui::keymap`] |

pub mod app;
pub mod auth;
pub mod central_db;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod garmin;
pub mod simulator;
pub mod sync;
pub mod telemetry;
pub mod tui;
pub mod vault;
