//! A served terminal among the real parts: our acquirer and our printer over loopback, and the unmodified `zvt` crate as
//! its cash register.
//!
//! Every wait has a bound, and none is a sleep.

mod counter;
mod driver;
mod journal;
mod register;
mod serial;
mod talk;
mod transcript;
mod wallets;
