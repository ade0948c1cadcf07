//! Building blocks that know ratatui and the theme, but nothing of Garmin.

pub mod code_cells;
pub mod cursor;
pub mod dialog;
pub mod field;
pub mod form;
pub mod gauge;
pub mod hints;
pub mod keys;
pub mod note;
pub mod panel;
pub mod said;
pub mod status_bar;
pub mod table;
pub mod toast;
