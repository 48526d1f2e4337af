//! How long each side waits for the other.
//!
//! Source: ZVT interface PA00P016 revision 04, chapters 3.4 and 5.2.5 f., and PA00P015 revision 13.08, chapter 2.2. T3 and
//! T4 shall be adjustable by the published text; here all are.

use core::time::Duration;

/// The named times of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// The longest pause between two bytes of one frame, on a serial line.
    pub t1: Duration,
    /// From a frame to its ACK or NAK, on a serial line.
    pub t2: Duration,
    /// From a message to its answer 80 00 or 84; over TCP also from a message's first byte to its last.
    pub t3: Duration,
    /// From the answer to a command to its completion, begun anew by each status.
    pub t4: Duration,
    /// From the result of a payment to the answer to it, where the register did not say how long issuing goods takes.
    pub goods: Duration,
    /// From "not yet issued" to the next time that the result is told.
    pub goods_pause: Duration,
}

impl Timers {
    /// As published.
    pub const PUBLISHED: Self = Self {
        t1: Duration::from_millis(200),
        t2: Duration::from_secs(5),
        t3: Duration::from_secs(5),
        t4: Duration::from_secs(180),
        goods: Duration::from_secs(30),
        goods_pause: Duration::from_secs(2),
    };
}
