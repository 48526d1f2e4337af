//! Whole runs, as tests: the laws, the forks, and the weather.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod back_office;
mod counter_laws;
mod coverage;
mod determinism;
mod director;
mod driver;
mod forks;
mod laws;
mod parameters;
mod people;
mod prompts;
mod receipts;
mod settlement;
mod sound;
mod weather;
