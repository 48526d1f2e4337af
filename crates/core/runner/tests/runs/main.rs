//! Whole runs, as tests: the laws, the forks, and the weather.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod back_office;
mod counter_laws;
mod coverage;
mod director;
mod driver;
mod forks;
mod laws;
mod parameters;
mod settlement;
mod sound;
