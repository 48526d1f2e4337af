//! What moves: the motor's steps, the paper under the head, the heat, and the clock that they keep.
//!
//! A motion is a small copyable state that is advanced dot line by dot line, so that the moment of the next
//! event can be found on a copy, and the same lines then run for good. A dot line is heated when it begins.
//! When the motor starts again in the middle of a piece, the first three dot lines do not stand where they
//! should (printer sources, sections 6.1 and 7). *Not modelled:* anything finer than a dot line.

use crate::mechanism::feed::{Feed, Step};
use crate::mechanism::heating::{self, Before, Heating, Load, Strobe};
use crate::mechanism::sensor::Senses;
use crate::mechanism::thermal::Thermal;
use crate::paper::burn::{BurnLog, Spot};
use crate::paper::surface::Shade;
use crate::{Permille, Profile};
use sim::SimTime;

/// How far the paper is ahead after each of the dot lines that follow a restart, in thousandths of a dot line.
const DISTURBED: [i64; 3] = [0, 250, 600];

/// The state of everything that moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    /// The last dot line was complete at this moment.
    pub(crate) clock: SimTime,
    /// Place on the motor's ramp.
    pub(crate) ramp: u16,
    /// The motor has fallen out of step, and hums.
    pub(crate) stalled: bool,
    /// It has stood since its last dot line.
    pub(crate) rested: bool,
    /// Dot lines after a restart that still are disturbed.
    pub(crate) settling: u8,
    /// How far the paper is ahead of where the motor should have it.
    ahead_nm: i64,
    /// Dot lines that the motor was turned, less those back: the angle of every gear.
    pub(crate) turned: u64,
    /// Dot lines that it was stepped forward in its life.
    pub(crate) stepped: u64,
    /// Dot lines for which the head was energised.
    pub(crate) strokes: u64,
    /// The number of the next dot line.
    pub(crate) line: u32,
    /// Paper that has passed the head.
    pub(crate) position_nm: i64,
    /// Paper that would have passed it in a sound mechanism.
    pub(crate) nominal_nm: i64,
    /// Paper that has not passed the end sensor; negative when its end is beyond.
    pub(crate) left_nm: i64,
    /// Dot lines for which the end sensor has seen no paper.
    pub(crate) blind_lines: u16,
    /// Heat of the head above ambient, in microjoules.
    pub(crate) heat_uj: i64,
    /// The dot line before.
    before: Before,
    /// Share of the needed energy that the last line with ink got.
    share_permille: u16,
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
    pub(crate) heating: &'a Heating,
    pub(crate) thermal: &'a Thermal,
    pub(crate) senses: &'a Senses,
    /// Black dots of each inked line of the task.
    pub(crate) ink: &'a [u16],
    /// The number of the surface, for the burn log.
    pub(crate) surface: u8,
    /// The leading edge of the strip.
    pub(crate) edge_nm: i64,
    /// Paper is expected at the exit from this nominal position on.
    pub(crate) expected_nm: i64,
    /// The paper stands where a reserved cut belongs from this position on.
    pub(crate) cut_nm: i64,
    /// The firmware has noticed the end of the paper.
    pub(crate) end_noticed: bool,
}

/// Why a motion stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The given moment would be passed by the next dot line.
    OutOfTime,
    /// Every dot line is done.
    Done,
    /// A sensor changed: near-end, end, the coasting after it, the head's temperature, a length that has passed.
    Sensor,
    /// The supply's voltage broke down.
    Load(Load),
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) halt: Halt,
    /// Every dot line moved the paper by one pitch and was fully dark.
    pub(crate) even: bool,
}

impl Motion {
    pub(crate) const fn new(left_nm: i64) -> Self {
        Self {
            clock: SimTime::ZERO,
            ramp: 0,
            stalled: false,
            rested: false,
            settling: 0,
            ahead_nm: 0,
            turned: 0,
            stepped: 0,
            strokes: 0,
            line: 0,
            position_nm: 0,
            nominal_nm: 0,
            left_nm,
            blind_lines: 0,
            heat_uj: 0,
            before: Before { dots: 0, time_ns: 0 },
            share_permille: 1000,
        }
    }

    /// Runs dot lines until something changes or the time is up. Places of the lines go into the log.
    pub(crate) fn run(
        &mut self,
        task: &mut Task,
        around: &Surroundings<'_>,
        until: SimTime,
        mut log: Option<&mut BurnLog>,
    ) -> Outcome {
        let mut even = true;
        let reliable = around.senses.end_is_reliable();
        let near_nm = around.profile.near_end_um().as_nm();
        let stop_nm = if self.left_nm > near_nm { near_nm } else { i64::MIN };
        loop {
            if task.done >= task.lines {
                return Outcome { halt: Halt::Done, even };
            }
            let dots = around.ink.get(task.done as usize).copied().unwrap_or(0);
            let strobe = around.heating.strobe(around.thermal, self.heat_uj, dots, self.before);
            let time_ns =
                around.feed.line_time_ns(self.ramp).max(strobe.time_ns).max(around.heating.least_line_ns());
            let end = SimTime::from_nanos(self.clock.as_nanos().saturating_add(u64::from(time_ns)));
            if end > until {
                return Outcome { halt: Halt::OutOfTime, even };
            }
            let calm = reliable && self.is_calm(around);
            let step = if calm { around.sound_step() } else { self.uneven_step(around) };
            let darkness = self.darken(dots, &strobe, step.contact);
            even &= calm && darkness == Shade::FULL_DARKNESS;
            if let Some(log) = log.as_deref_mut() {
                let shade = Shade { darkness, surface: around.surface };
                log.record(
                    self.line,
                    Spot { position_nm: self.position_nm, nominal_nm: self.nominal_nm, shade },
                );
            }
            self.advance(around, step, &strobe, dots, time_ns);
            self.clock = end;
            task.done += 1;
            if strobe.load != Load::Fine {
                return Outcome { halt: Halt::Load(strobe.load), even };
            }
            let sensed = !calm && self.look_for_paper(around);
            if sensed || self.left_nm <= stop_nm || self.has_reached(around) {
                return Outcome { halt: Halt::Sensor, even };
            }
        }
    }

    #[inline]
    fn is_calm(&self, around: &Surroundings<'_>) -> bool {
        around.feed.is_calm()
            && self.settling == 0
            && !self.stalled
            && self.blind_lines == 0
            && self.left_nm > around.feed.line_nm()
    }

    /// Darkness of a line; a blank one takes that of the line before it, which makes the log shorter.
    #[inline]
    fn darken(&mut self, dots: u16, strobe: &Strobe, contact: Permille) -> u8 {
        if dots > 0 {
            self.share_permille = strobe.share_permille;
        }
        if contact == Permille::WHOLE && self.share_permille == 1000 {
            return Shade::FULL_DARKNESS;
        }
        heating::darkness(u32::from(self.share_permille) * u32::from(contact.get()) / 1000)
    }

    /// A dot line when something is not as it should be.
    fn uneven_step(&mut self, around: &Surroundings<'_>) -> Step {
        let step = around.feed.step(self, around.edge_nm);
        let mut pitch_nm = step.pitch_nm;
        if let Some(settled) = self.settling.checked_sub(1) {
            self.settling = settled;
            let permille = DISTURBED.get(usize::from(settled)).copied().unwrap_or(0);
            let ahead_nm = around.feed.line_nm() * permille / 1000;
            if pitch_nm > 0 {
                pitch_nm = (pitch_nm + ahead_nm - self.ahead_nm).max(0);
                self.ahead_nm = ahead_nm;
            }
        }
        // Past its end there is no paper that could move, nor any that could darken.
        let rest_nm = self.left_nm + i64::from(around.profile.sensors.end_to_head_um) * 1000;
        let contact = if rest_nm <= 0 { Permille::NONE } else { step.contact };
        Step { pitch_nm: pitch_nm.min(rest_nm.max(0)), contact, ..step }
    }

    /// One dot line.
    #[inline]
    fn advance(&mut self, around: &Surroundings<'_>, step: Step, strobe: &Strobe, dots: u16, time_ns: u32) {
        let heat_uj = around.thermal.heated(self.heat_uj, strobe.energy_uj, step.pitch_nm > 0);
        self.heat_uj = around.thermal.cooled_briefly(heat_uj, time_ns);
        self.before = Before { dots, time_ns };
        self.position_nm += step.pitch_nm;
        self.left_nm -= step.pitch_nm;
        self.nominal_nm += around.feed.line_nm();
        self.stalled = step.stalled;
        self.turned += u64::from(!step.stalled);
        self.stepped += 1;
        self.strokes += u64::from(dots > 0);
        self.line = self.line.saturating_add(1);
        self.ramp = around.feed.next_ramp(self.ramp, time_ns);
    }

    /// Looks at the paper-end sensor after a dot line; `true` when the firmware draws a conclusion.
    fn look_for_paper(&mut self, around: &Surroundings<'_>) -> bool {
        if around.senses.sees_paper(self.left_nm, self.turned) {
            self.blind_lines = 0;
            return false;
        }
        self.blind_lines = self.blind_lines.saturating_add(1);
        let noticed = !around.end_noticed && self.blind_lines >= out_lines(around.profile);
        noticed || self.blind_lines == around.profile.sensors.coast_lines.max(1)
    }

    #[inline]
    fn has_reached(&self, around: &Surroundings<'_>) -> bool {
        around.thermal.is_hot(self.heat_uj)
            || self.nominal_nm >= around.expected_nm
            || self.position_nm >= around.cut_nm
    }

    /// Lets the motor stand until `now`.
    pub(crate) fn stand(&mut self, thermal: &Thermal, now: SimTime) {
        if now <= self.clock {
            return;
        }
        self.rested = true;
        self.ramp = 0;
        self.stalled = false;
        self.before = Before::default();
        self.heat_uj = thermal.cooled(self.heat_uj, now - self.clock);
        self.clock = now;
    }

    /// The motor starts again in the middle of a piece.
    pub(crate) const fn disturb(&mut self) {
        if self.settling == 0 {
            self.ahead_nm = 0;
        }
        self.settling = DISTURBED.len() as u8;
    }

    /// Other paper lies under the head: it is where the motor has it.
    pub(crate) const fn forget_disturbance(&mut self) {
        (self.settling, self.ahead_nm) = (0, 0);
    }

    /// The next line is fully dark again.
    pub(crate) const fn forget_darkness(&mut self) {
        self.share_permille = 1000;
    }

    /// The motor has turned back by so many dot lines, and the paper with it.
    pub(crate) fn turn_back(&mut self, lines: u32, line_nm: i64) {
        let length_nm = i64::from(lines) * line_nm;
        self.position_nm -= length_nm;
        self.nominal_nm -= length_nm;
        self.left_nm += length_nm;
        self.turned = self.turned.saturating_sub(u64::from(lines));
    }
}

impl Surroundings<'_> {
    #[inline]
    const fn sound_step(&self) -> Step {
        Step { pitch_nm: self.feed.line_nm(), stalled: false, contact: Permille::WHOLE }
    }
}

/// Dot lines without paper until the firmware believes that it has ended.
pub(crate) fn out_lines(profile: &Profile) -> u16 {
    profile.sensors.out_steps.div_ceil(u16::from(profile.motor.steps_per_line.max(1))).max(1)
}
