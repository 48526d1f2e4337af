//! The simulation kernel: everything that the devices share and nothing that they do.
//!
//! | module | holds |
//! |---|---|
//! | [`time`] | [`SimTime`], nanoseconds since the start of the run |
//! | [`money`] | [`Fen`], the smallest unit of the only currency so far |
//! | [`key`] | [`Key`], what a charge is known by |
//! | [`stream`] | [`Seed`], [`Stream`], [`Ratio`]: dice whose values never change between releases |
//! | [`machine`] | [`Machine`], the contract that every device keeps |
//! | [`outbox`] | [`Outbox`], what a machine has done and nobody has collected yet |
//! | [`rule`] | [`Rule`] and [`Verdict`]: what a link does to a message |
//! | [`lane`] | [`Lane`], one direction of a link: latency, line rate, loss, cut |
//! | [`trace`] | [`Trace`], the record of everything that happened |
//! | [`world`] | [`World`], machines joined by lanes, advanced one happening at a time |
//!
//! *Not modelled:* threads, sockets, files and wall time. A testbed owns those and feeds a world
//! from outside. Everything here is `Clone`, so a running world can be forked at any happening.

pub mod key;
pub mod lane;
pub mod machine;
pub mod money;
pub mod outbox;
pub mod rule;
pub mod stream;
pub mod time;
pub mod trace;
pub mod world;

pub use key::{Key, OrderNo, ShopNo, TerminalNo};
pub use lane::{Endpoint, Lane, LaneId, Timing};
pub use machine::{Input, Machine, Output, Port, Reason, Tag};
pub use money::Fen;
pub use outbox::Outbox;
pub use rule::{Rule, Ruling, Selector, Verdict};
pub use stream::{Ratio, Seed, Stream};
pub use time::SimTime;
pub use trace::{Entry, Record, Span, Trace};
pub use world::{Happening, MachineId, World};
