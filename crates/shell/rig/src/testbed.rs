//! The testbed that waits: a session in real time, its external lanes carried by real ports.
//!
//! Simulated time is monotonic time since the start. What the session has due is done at its nominal moment even
//! when the machine comes to it late; how late is measured. What a port receives is stamped when it is read, and
//! everything due until then is done first. So the arrivals, and the moments of rest, are all that chance
//! decides. *Not modelled:* a machine that stalls for longer than a device's time-out; the devices then see it as
//! a slow line, and the lateness in the result says so.

use crate::capture::Entry;
use crate::error::RigError;
use crate::wiring::{Arrival, Clock, Wiring};
use core::time::Duration;
use runner::{HAPPENINGS_MAX, Run, Session};
use sim::{Happening, SimTime, Tag};

/// How long no port may have carried anything before the world counts as at rest. A loaded machine hands bytes
/// over within milliseconds; what is known to be in flight is waited for anyway.
const GRACE: Duration = Duration::from_millis(50);

/// What a port receives is bytes: where one message ends and what kind it is, only the devices know.
pub(crate) const RECEIVED: Tag = Tag("received");

/// A session in real time.
pub(crate) struct LiveTestbed {
    session: Session,
    wiring: Wiring,
    clock: Clock,
    entries: Vec<Entry>,
    /// When a port last carried anything.
    stirred_at: SimTime,
    late_max: Duration,
    happenings: u64,
}

/// What a run in real time gives.
pub(crate) struct Lived {
    pub(crate) run: Run,
    pub(crate) entries: Vec<Entry>,
    pub(crate) late_max: Duration,
}

impl LiveTestbed {
    pub(crate) const fn new(session: Session, wiring: Wiring, clock: Clock) -> Self {
        Self {
            session,
            wiring,
            clock,
            entries: Vec::new(),
            stirred_at: SimTime::ZERO,
            late_max: Duration::ZERO,
            happenings: 0,
        }
    }

    /// Runs the session to its end.
    pub(crate) fn run(mut self) -> Result<Lived, RigError> {
        while !self.is_over() {
            let mut wait = self.advance()?;
            while let Some(arrival) = self.wiring.wait(wait)? {
                self.take_in(arrival)?;
                wait = Duration::ZERO;
            }
        }
        Ok(Lived { run: self.session.finish(), entries: self.entries, late_max: self.late_max })
    }

    fn is_over(&self) -> bool {
        self.session.is_over() || self.happenings >= HAPPENINGS_MAX
    }

    /// Does one thing whose moment has come, and says how long nothing else is to be done.
    fn advance(&mut self) -> Result<Duration, RigError> {
        let now = self.clock.now();
        if self.is_due_by(now) {
            self.step()?;
            return Ok(Duration::ZERO);
        }
        if self.rests_at().is_some_and(|at| at <= now) {
            self.rest(now);
            return Ok(Duration::ZERO);
        }
        if let Some(complaint) = self.wiring.complaint(now) {
            return Err(complaint);
        }
        let moments = [self.session.next_at(), self.rests_at(), self.wiring.swallowed_at()];
        Ok(moments.into_iter().flatten().min().map_or(GRACE, |at| at.since(now)))
    }

    fn is_due_by(&self, moment: SimTime) -> bool {
        !self.is_over() && self.session.next_at().is_some_and(|due| due <= moment)
    }

    fn step(&mut self) -> Result<(), RigError> {
        if let Some(due) = self.session.next_at() {
            self.late_max = self.late_max.max(self.clock.now().since(due));
        }
        self.happenings += 1;
        if let Some(Happening::Outgoing(lane)) = self.session.step() {
            self.wiring.send(lane, self.session.outgoing())?;
            self.stirred_at = self.clock.now();
        }
        Ok(())
    }

    fn take_in(&mut self, arrival: Arrival) -> Result<(), RigError> {
        let Arrival { at, lane, bytes } = arrival;
        let at = at.max(self.session.now());
        self.stirred_at = self.clock.now();
        while self.is_due_by(at) {
            self.step()?;
        }
        if !self.is_over() {
            self.session.arrive(at, lane, RECEIVED, &bytes);
            self.entries.push(Entry::Arrival { at, lane, bytes });
        }
        Ok(())
    }

    /// When the world comes to rest, if nothing stirs before.
    fn rests_at(&self) -> Option<SimTime> {
        let still = self.session.is_quiet() && !self.wiring.in_flight();
        still.then(|| self.stirred_at + GRACE)
    }

    fn rest(&mut self, now: SimTime) {
        self.session.advance_to(now);
        self.entries.push(Entry::Rest { at: self.session.now() });
        self.session.came_to_rest();
    }
}
