//! Claims about wallet orders from outside: signed requests in, documents out, and the ledger.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ledger_table;
#[path = "../shared/page.rs"]
mod page;
mod shop;
