//! Shapes as Garmin sends them. Read here, by the simulator, and by the dataset mappers.

pub mod errors;
pub mod fields;
pub mod graphql;
pub mod json;
pub mod percent;
pub mod sso;
pub mod times;
pub mod token;
