//! An emulated acquirer on real ports, in real time: ISO 8583 over TCP, wallets over HTTP and TLS, a ledger on disk.
//!
//! The acquirer is the same as in a simulated run. Here a clock wakes it, sockets feed it, a journal keeps what it
//! changes, and nothing leaves before that is on disk.
//!
//! | file | holds |
//! |---|---|
//! | [`settings`] | [`Settings`]: ports, folders, bounds |
//! | [`platform`] | [`Platform`]: the seam to the acquirer itself |
//! | [`server`] | [`Server`]: opens everything, serves it, and ends in order |
//! | `hall` | what all doors share |
//! | `door`, `card_line`, `exchange`, `outgoing` | ISO 8583: connections, frames, exchanges and their faults |
//! | `http_door`, `http_wire`, `http_call`, `in_flight` | HTTP, tunnels and TLS; calls and their faults |
//! | `side_door`, `counters`, `fsync_times` | what people and oracles see |
//! | `journal`, `store` | group commit, and the ledger's file |
//! | `keeper` | time, and notifications on their way |
//! | [`credentials`], `client_files` | keys, and what clients need |
//! | [`news`] | [`News`]: what is told to whoever runs it |
//! | [`error`] | [`AcquirerError`] |

mod card_line;
mod client_certificate;
mod client_files;
mod counters;
pub mod credentials;
mod door;
mod end;
pub mod error;
mod exchange;
mod fsync_times;
mod hall;
pub mod house;
mod http_again;
mod http_call;
mod http_door;
mod http_wire;
mod in_flight;
mod journal;
mod keeper;
pub mod news;
mod outgoing;
pub mod platform;
pub mod server;
pub mod settings;
mod show;
mod side_door;
mod store;

pub use credentials::Credentials;
pub use error::AcquirerError;
pub use news::{News, What};
pub use platform::Platform;
pub use server::{Beginning, Server, Stopper, Summary};
pub use settings::{Bounds, Pace, Settings};
pub use store::Recovered;
