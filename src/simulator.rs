//! A Garmin on loopback.
