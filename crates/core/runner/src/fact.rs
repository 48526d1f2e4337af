//! What the trace of a payment world can say: the devices' own reports, and what the testbed did.

use crate::people::{Person, Whim};
use core::fmt;

/// One thing that happened, as the trace keeps it.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The terminal reports.
    Terminal(terminal::Event),
    /// The printer reports.
    Printer(printer::Event),
    /// The acquirer reports.
    Acquirer(acquirer::Event),
    /// The back office reports.
    BackOffice(backoffice::Event),
    /// A person did what this step of the scenario says.
    Step(u16),
    /// This fault of the scenario has begun.
    FaultBegins(u16),
    /// This fault of the scenario is over.
    FaultEnds(u16),
    /// The customer confirms a payment on the phone.
    CustomerPays(sim::OrderNo),
    /// The customer of this step holds a payment code in front of the scanner.
    CustomerShows(u16),
    /// Somebody takes what lies in the printer's mouth.
    SomebodyTakes,
    /// A person does something by chance.
    Whim(Person, Whim),
    /// A phase begins.
    Phase(Phase),
}

/// The phases of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Steps are done and faults are in force.
    Inject,
    /// The faults are mended; the world has a bound to come to rest in.
    Settle,
    /// Nothing will happen any more by itself.
    Rest,
    /// The bound has passed and things still happen.
    Restless,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inject => "inject",
            Self::Settle => "settle",
            Self::Rest => "at rest",
            Self::Restless => "not at rest",
        })
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terminal(event) => write!(f, "terminal  {event}"),
            Self::Printer(event) => write!(f, "printer   {event}"),
            Self::Acquirer(acquirer::Event::Faulted { kind, key, hit }) => {
                write!(f, "acquirer  {kind} meets {} of fault {}, {key}", hit.deed, hit.fault.0 + 1)
            }
            Self::Acquirer(event) => write!(f, "acquirer  {event}"),
            Self::BackOffice(event) => write!(f, "backoffice {event}"),
            Self::Step(index) => write!(f, "people    step {}", index + 1),
            Self::FaultBegins(index) => write!(f, "fault {}   begins", index + 1),
            Self::FaultEnds(index) => write!(f, "fault {}   is mended", index + 1),
            Self::CustomerPays(order) => write!(f, "customer  pays {order}"),
            Self::CustomerShows(step) => write!(f, "customer  shows a payment code, step {}", step + 1),
            Self::SomebodyTakes => write!(f, "people    take the slip"),
            Self::Whim(person, whim) => write!(f, "{person}  {whim}"),
            Self::Phase(phase) => write!(f, "phase     {phase}"),
        }
    }
}
