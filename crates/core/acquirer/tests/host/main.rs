//! Claims about the card host alone: its desk over its books, seen from outside.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ascii87;
mod cards;
mod driver;
mod fuzz;
mod holds;
mod ledger_table;
mod once;
#[path = "../shared/page.rs"]
mod page;
mod property;
mod refunds;
mod reversals;
mod settlement;
mod sign_on;
