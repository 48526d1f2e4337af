//! The contract of a machine: a plain value that takes stamped inputs and gives outputs.
//!
//! A machine owns no clock, thread, socket, file or ambient chance. One mutation, then drain:
//! after every [`Machine::handle`], [`Machine::poll`] is called until it gives nothing, and only then is
//! [`Machine::wake_at`] asked. A machine that is woken early does nothing.

use crate::SimTime;
use core::fmt;

/// A device of the world.
pub trait Machine {
    /// What can be done to it physically: a key, an open cover, a worn tooth, power.
    type Poke: Clone + fmt::Debug;
    /// What it reports into the trace.
    type Event: Clone + fmt::Debug + PartialEq;

    /// Takes one input at one moment. `now` never runs backwards.
    fn handle(&mut self, now: SimTime, input: Input<'_, Self::Poke>);

    /// The next thing that it does because of what it was given, oldest first.
    fn poll(&mut self) -> Option<Output<'_, Self::Event>>;

    /// When it wants [`Input::Wake`] next, and why. Asked after every drain.
    fn wake_at(&self) -> Option<(SimTime, Reason)>;
}

/// What a machine is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a, P> {
    /// The moment that [`Machine::wake_at`] asked for has come.
    Wake,
    /// Bytes have arrived at a port.
    Received {
        /// Where.
        port: Port,
        /// What; a stream may be split anywhere.
        bytes: &'a [u8],
    },
    /// Nobody listens at the far end: what was sent did not leave.
    Refused {
        /// The port that it was sent from.
        port: Port,
    },
    /// Somebody or something did this to the device.
    Poke(P),
}

/// What a machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a, E> {
    /// Sends bytes out of a port.
    Send {
        /// Where.
        port: Port,
        /// What kind of message this is, so that rules can aim at it.
        tag: Tag,
        /// The message, whole.
        bytes: &'a [u8],
    },
    /// Something happened that laws, reports or people care about.
    Event(E),
}

/// A place on a machine where a link can be plugged in. Numbers are the device's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub u8);

/// The kind of a message, in one word: `sale`, `reversal`, `notification`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub &'static str);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Why a machine wants to be woken: the trace prints it, so that a hang explains itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason(pub &'static str);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
