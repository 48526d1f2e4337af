//! Whole payments, played by the runner: what a scenario of minutes costs, and what it leaves behind.
//!
//! Each scenario is parsed and planned once and run for many seeds, as a search for faults does. Times are
//! simulated. Facts: performance notes, section 4 ("Composite limit") for the lost sale; the other scenarios are
//! ours. *Not played:* real ports, and pictures of the paper.

use core::fmt;
use runner::outcome::text::{self, Timeline};
use runner::{Evidence, Outcome, Plan, Run, Session, VirtualTestbed, judge};
use scenario::Scenario;
use sim::Seed;
use std::sync::Arc;

/// A payment scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// A sale is lost and so is its reversal; three minutes later a second sale gets its slip from a kiosk.
    Kiosk,
    /// The same at a desk, where the shop keeps a slip too.
    Desk,
    /// A code is shown and paid; the notification is lost, and the terminal finds out by asking.
    Wallet,
    /// A sale whose slip jams under the head, so that its legibility has to be worked out from its dots.
    Jammed,
    /// A sale and its reversals meet silence for an hour.
    Silence,
    /// Nobody listens at the acquirer for an hour while a reversal waits.
    Outage,
    /// The cover stays open for an hour with a slip to print, and the terminal keeps asking the printer.
    OpenCover,
}

impl Payment {
    /// Every scenario.
    pub const ALL: [Self; 7] =
        [Self::Kiosk, Self::Desk, Self::Wallet, Self::Jammed, Self::Silence, Self::Outage, Self::OpenCover];

    /// The scenario, as a file says it.
    #[must_use]
    pub fn file(self) -> String {
        let terminal = if self == Self::Kiosk { "kiosk" } else { "reference" };
        format!("name: {self}\nsymptom: paid-no-receipt\ncause: none\nterminal: {terminal}\n{}", self.story())
    }

    const fn story(self) -> &'static str {
        match self {
            Self::Kiosk | Self::Desk => LOST_SALE,
            Self::Wallet => {
                "steps: [{ at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }]
faults: [{ on: acquirer.notifies, drop: { times: 1 } }]
expect: { captured: CNY 18.50 }"
            }
            Self::Jammed => {
                "steps: [{ at: 0s, card-sale: { amount: CNY 500.00 } }]
faults: [{ printer: { jam: { at: 40mm } } }]
expect: { captured: CNY 500.00 }"
            }
            Self::Silence => {
                "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]
faults: [{ on: terminal.asks, drop: {} }]
heal: { at: 60m }
expect: { captured: nothing }"
            }
            Self::Outage => {
                "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]
faults:
  - { on: terminal.asks, message: sale, drop: { times: 1 } }
  - { acquirer: { down: {} }, at: 10s }
heal: { at: 60m }
expect: { captured: nothing }"
            }
            Self::OpenCover => {
                "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]
faults: [{ printer: open-cover, at: 0s }]
heal: { at: 60m }
expect: { captured: CNY 25.00 }"
            }
        }
    }

    /// Reads the scenario, as for every file of a suite.
    ///
    /// # Panics
    /// If a scenario above is no scenario any more.
    #[must_use]
    pub fn parse(file: &str) -> Scenario {
        Scenario::parse("bench.yaml", file.as_bytes()).expect("the scenarios above follow the grammar")
    }

    /// The scenario ready to run.
    ///
    /// # Panics
    /// If a scenario above names a device that there is not.
    #[must_use]
    pub fn plan(self) -> Arc<Plan> {
        let plan = Plan::new(Self::parse(&self.file()));
        Arc::new(plan.expect("the scenarios above name profiles that exist"))
    }
}

const LOST_SALE: &str = "steps:
  - { at: 0s, card-sale: { amount: CNY 25.00 } }
  - { at: 3m, card-sale: { amount: CNY 30.00 } }
faults:
  - { on: terminal.asks, message: sale, drop: { times: 1 } }
  - { on: terminal.asks, message: reversal, drop: { times: 1 } }
expect: { captured: CNY 30.00 }";

impl fmt::Display for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kiosk => "kiosk",
            Self::Desk => "desk",
            Self::Wallet => "wallet",
            Self::Jammed => "jammed",
            Self::Silence => "silence",
            Self::Outage => "outage",
            Self::OpenCover => "open-cover",
        })
    }
}

/// How much is made of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It is played to its end; the trace is left.
    Played,
    /// The laws are judged by its evidence too.
    Judged,
    /// Its outcome is written as text too.
    Written,
}

impl Depth {
    /// Every depth.
    pub const ALL: [Self; 3] = [Self::Played, Self::Judged, Self::Written];

    /// Runs a plan this far, and gives something that depends on all of it.
    #[must_use]
    pub fn run(self, plan: &Arc<Plan>, seed: Seed) -> usize {
        let run = VirtualTestbed.run(plan, seed);
        match self {
            Self::Played => run.trace.records().len(),
            Self::Judged => breaches(&run),
            Self::Written => write(&run).len(),
        }
    }
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Played => "played",
            Self::Judged => "judged",
            Self::Written => "written",
        })
    }
}

/// How many laws a run broke.
#[must_use]
pub fn breaches(run: &Run) -> usize {
    judge(&Evidence::of(run), None).len()
}

/// The outcome of a run as people read it, timeline and all.
#[must_use]
pub fn write(run: &Run) -> String {
    text::write(&Outcome::of(run, None), Timeline::With)
}

/// A session at its end, and how many events it took: happenings of the world, and acts of people.
#[must_use]
pub fn play(plan: &Arc<Plan>, seed: Seed) -> (Session, u32) {
    let mut session = Session::new(plan, seed);
    let mut steps = 0;
    while !session.is_over() {
        VirtualTestbed.advance(&mut session);
        steps += 1;
    }
    (session, steps)
}
