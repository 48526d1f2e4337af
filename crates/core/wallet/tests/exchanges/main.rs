//! Whole exchanges in every dialect: what merchants and strangers send, what the platform answers and tells.
//!
//! Expectations come from the published rules, from what unmodified client libraries sent, and from what they took (see
//! `tests/sdk/peers.py`); the merchant's side is written apart from the platform's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alipay_codec;
mod driver;
#[path = "../house/mod.rs"]
mod house;
mod libraries;
mod notices;
mod results;
mod round_trips;
mod strangers;
mod terminal_codec;
