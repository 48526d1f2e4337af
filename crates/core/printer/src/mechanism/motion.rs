//! What moves: the motor's steps, the paper under the head, the heat, and the clock that they keep.
//!
//! A motion is a small copyable state that is advanced dot line by dot line, so that the moment of the next
//! event can be found on a copy, and the same lines then run for good. A dot line is heated when it begins.
//! *Not modelled:* anything finer than a dot line.

use crate::mechanism::feed::Feed;
use crate::paper::burn::{BurnLog, Spot};
use crate::paper::surface::Shade;
use crate::{Geometry, Profile};
use sim::SimTime;

/// The state of everything that moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    /// The last dot line was complete at this moment.
    pub(crate) clock: SimTime,
    /// Place on the motor's ramp.
    pub(crate) ramp: u16,
    /// Dot lines that the motor was stepped in its life: the angle of every gear.
    pub(crate) turned: u64,
    /// The number of the next dot line.
    pub(crate) line: u32,
    /// Paper that has passed the head.
    pub(crate) position_nm: i64,
    /// Paper that would have passed it in a sound mechanism.
    pub(crate) nominal_nm: i64,
    /// Paper that has not passed the end sensor; negative when its end is beyond.
    pub(crate) left_nm: i64,
    /// Heat of the head above ambient.
    pub(crate) heat_uj: u64,
}

/// What is to be done: so many dot lines, the first of them with ink.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    pub(crate) lines: u32,
    pub(crate) inked_lines: u32,
    /// Dot lines that are done.
    pub(crate) done: u32,
}

/// What a motion runs in.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) profile: &'static Profile,
    pub(crate) feed: &'a Feed,
    /// Black dots of each inked line of the task.
    pub(crate) ink: &'a [u16],
    /// The number of the surface, for the burn log.
    pub(crate) surface: u8,
    /// The leading edge of the strip.
    pub(crate) edge_nm: i64,
}

/// What the last dot line brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The given moment would be passed by the next dot line.
    OutOfTime,
    /// Every dot line is done.
    Done,
    /// A sensor changed: near-end, end, the coasting after it, or the head's temperature.
    Sensor,
}

impl Motion {
    /// Runs dot lines until something changes or the time is up. Places of the lines go into the log.
    pub(crate) fn run(
        &mut self,
        task: &mut Task,
        around: &Surroundings<'_>,
        until: SimTime,
        mut log: Option<&mut BurnLog>,
    ) -> Halt {
        loop {
            if task.done >= task.lines {
                return Halt::Done;
            }
            let dots = around.ink.get(task.done as usize).copied().unwrap_or(0);
            let time_ns = self.line_time_ns(around, dots);
            let end = SimTime::from_nanos(self.clock.as_nanos().saturating_add(u64::from(time_ns)));
            if end > until {
                return Halt::OutOfTime;
            }
            if let Some(log) = log.as_deref_mut() {
                let shade = Shade { surface: around.surface, ..Shade::SOUND };
                let (position_nm, nominal_nm) = (self.position_nm, self.nominal_nm);
                log.record(self.line, Spot { position_nm, nominal_nm, shade });
            }
            let sensed = self.advance(around, dots, time_ns);
            self.clock = end;
            task.done += 1;
            if sensed {
                return Halt::Sensor;
            }
        }
    }

    fn line_time_ns(&self, around: &Surroundings<'_>, dots: u16) -> u32 {
        let strobe_ns = around.profile.head.strobe_time_ns(dots, self.heat_uj);
        around.feed.line_time_ns(self.ramp).max(strobe_ns)
    }

    /// One dot line; `true` if a sensor sees something else than before.
    fn advance(&mut self, around: &Surroundings<'_>, dots: u16, time_ns: u32) -> bool {
        let Profile { head, near_end_um, coast_lines, .. } = around.profile;
        let pitch_nm = around.feed.pitch_nm(self.turned, self.ramp, self.position_nm - around.edge_nm);
        self.heat_uj = head.cooled_briefly(head.heated(self.heat_uj, dots, pitch_nm > 0), time_ns);
        self.position_nm += pitch_nm;
        self.nominal_nm += around.profile.geometry.line_nm();
        self.turned += 1;
        self.line = self.line.saturating_add(1);
        self.ramp = around.feed.next_ramp(self.ramp, time_ns);
        let before_nm = self.left_nm;
        self.left_nm -= pitch_nm;
        let passed = |mark_nm: i64| before_nm > mark_nm && self.left_nm <= mark_nm;
        passed(0)
            || passed(coast_nm(around.profile.geometry, *coast_lines))
            || passed(i64::from(*near_end_um) * 1000)
            || head.is_hot(self.heat_uj)
    }

    /// Lets the motor stand until `now`.
    pub(crate) fn stand(&mut self, profile: &Profile, now: SimTime) {
        if now > self.clock {
            self.ramp = 0;
            self.heat_uj = profile.head.cooled(self.heat_uj, now - self.clock);
            self.clock = now;
        }
    }
}

/// How much paper is left when printing stops for good after the sensor has lost it.
pub(crate) const fn coast_nm(geometry: Geometry, coast_lines: u16) -> i64 {
    -(coast_lines as i64 * geometry.line_nm())
}
