//! Benchmarks with a reference beside them: a small one of our own, or someone else's crate. Most goals are ratios inside
//! one run; those that are bare numbers hold for the machine that they were measured on.
//!
//! | module | holds |
//! |---|---|
//! | [`workload`] | [`Workload`]: what every engine plays, and [`Tally`], by which we see that it did |
//! | [`hosts`] | the workload on our own `sim::World` |
//! | [`card_host`] | card sales at the acquirer's host, and their frames through the codec alone |
//! | [`served`] | an acquirer on real ports, and what its clients ask |
//! | [`load`] | requests over many connections, and what they feel |
//! | [`corpus`] | [`Corpus`]: streams for a printer's parser |
//! | [`card_message`] | a card's request, to be packed and unpacked |
//! | [`payment`] | [`Payment`]: whole payment scenarios, played by the runner |
//! | [`printing`] | what the benches of the printer do: interpret, print, draw |
//! | [`mod@reference`] | the workload on a bare event loop, and on tokio's paused clock; a payment on a bare loop; a scanner of commands; a cutter of slices; bare servers |
//! | [`contest`] | [`Contest`]: medians of several contenders, sampled in turns |
//! | [`ratios`] | [`Ratios`]: the table behind a bench's own tables |
//!
//! A bench of something else is one more file in `benches/`: it enters its contenders in a
//! [`Contest`] and has its [`Ratios`] printed, as `benches/engine.rs` does.
//! *Not measured:* other people's simulators, which would be heavy to build; the figures for them are
//! in the performance notes (section 4).

pub mod card_host;
pub mod card_message;
pub mod contest;
pub mod corpus;
pub mod hosts;
pub mod load;
pub mod payment;
pub mod printing;
pub mod ratios;
pub mod reference;
pub mod served;
pub mod workload;

pub use contest::{Contest, Medians};
pub use corpus::Corpus;
pub use payment::{Depth, Payment};
pub use ratios::{Goal, Ratios};
pub use reference::composite::Script;
pub use workload::{Tally, Workload};

use core::fmt;

/// What plays a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Our `sim::World`, with its trace.
    World,
    /// The bare event loop: about the least that a simulation can cost.
    Bare,
    /// tokio on a paused clock: what one would use without us.
    Paused,
}

impl Engine {
    /// Every engine.
    pub const ALL: [Self; 3] = [Self::World, Self::Bare, Self::Paused];

    /// Plays a workload from nothing: set-up and tear-down are in it.
    #[must_use]
    pub fn play(self, workload: &Workload) -> Tally {
        match self {
            Self::World => hosts::play(workload),
            Self::Bare => reference::bare::play(workload),
            Self::Paused => reference::paused::play(workload),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::World => "world",
            Self::Bare => "bare",
            Self::Paused => "paused",
        })
    }
}
