//! The runner: the only place that has met every device.
//!
//! A [`Plan`] is a scenario made ready; a [`Session`] is a run of it under way; a [`Run`] is one that is over. From
//! its trace come the [`Evidence`], the breaches of the laws, and the [`Outcome`].
//!
//! | module | holds |
//! |---|---|
//! | [`plan`] | a scenario with every name resolved |
//! | [`device`] | the cast: terminal, printer, acquirer, back office, and the cables between them |
//! | `director` | who does what when |
//! | [`people`] | what people do by chance |
//! | `print_settings` | what the terminal is set to print |
//! | [`session`] | a run under way, and the testbed that does not wait |
//! | [`fact`] | what the trace can say |
//! | `customers` | payment codes on phones, and what the people behind them do |
//! | [`slip`] | reading a slip back from the paper |
//! | [`evidence`] | the trace, sorted by wish, charge and slip |
//! | [`office`] | the back office: its vouchers, its counter, and how all books compare |
//! | [`laws`] | what must hold whatever happens, a file each |
//! | [`outcome`] | what came out, against what was expected |
//! | [`coverage`] | what a run shows of the catalogue |
//! | [`cuts`] | a run that is interrupted before each of its happenings |

pub mod coverage;
mod customers;
pub mod cuts;
pub mod device;
mod director;
pub mod evidence;
pub mod fact;
pub mod laws;
pub mod office;
pub mod outcome;
pub mod people;
pub mod plan;
mod print_settings;
pub mod session;
pub mod slip;

pub use coverage::Coverage;
pub use evidence::Evidence;
pub use fact::{Fact, Phase};
pub use laws::{Breach, JUDGED, judge};
pub use office::{HeldVoucher, Office};
pub use outcome::{Failure, Outcome, Verdict};
pub use people::{Person, Whim};
pub use plan::{Plan, PlanError};
pub use print_settings::print_settings;
pub use session::{HAPPENINGS_MAX, Run, Session, VirtualTestbed};
pub use slip::Slip;
