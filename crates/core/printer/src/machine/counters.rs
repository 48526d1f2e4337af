//! Maintenance counters, and how much of them survives.
//!
//! Facts: printer sources, section 3.5 (`GS g`): numbers, units and limits; saved to lasting memory every two minutes, so
//! a power cut loses what came since. A power-off by command saves first. *Not modelled:* counters of other groups.

use crate::mechanism::Mechanism;
use core::time::Duration;
use sim::SimTime;

/// How often counters are saved.
const SAVED_EVERY: Duration = Duration::from_secs(120);

/// What is counted, in the units of the host.
const COUNTED: usize = 4;
/// The number of each counter that can be set back, and its greatest value. With [`CUMULATIVE`] it cannot.
const NUMBERS: [(u16, u64); COUNTED] =
    [(20, 143_165_576), (21, u32::MAX as u64), (50, u32::MAX as u64), (70, 71_582_788)];
/// Set in the number of a counter of the whole life.
const CUMULATIVE: u16 = 0x80;

/// Raw readings: lines of 30 dot lines, strokes, cuts, nanoseconds.
type Readings = [u64; COUNTED];

/// The counters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counters {
    /// Readings of the device at the last time that it had power on or saved.
    since: Readings,
    /// Counted up to then: the whole life, and since each was set back.
    life: Readings,
    from_reset: Readings,
    next_save: SimTime,
}

impl Counters {
    /// Counters of a new printer that is switched on.
    pub(super) fn new() -> Self {
        Self {
            since: [0; COUNTED],
            life: [0; COUNTED],
            from_reset: [0; COUNTED],
            next_save: SimTime::ZERO + SAVED_EVERY,
        }
    }

    /// Lets the moments pass at which counters are saved, up to and with `now`.
    pub(super) fn pass(&mut self, now: SimTime, mechanism: &mut Mechanism) {
        if now < self.next_save {
            return;
        }
        let period = SAVED_EVERY.as_nanos() as u64;
        let late = (now.as_nanos() - self.next_save.as_nanos()) / period * period;
        let at = SimTime::from_nanos(self.next_save.as_nanos() + late);
        mechanism.catch_up(at);
        self.save(at, mechanism);
        self.next_save = at + SAVED_EVERY;
    }

    /// Saves what was counted.
    pub(super) fn save(&mut self, now: SimTime, mechanism: &Mechanism) {
        let readings = readings(now, mechanism);
        self.life = add(self.life, readings, self.since);
        self.from_reset = add(self.from_reset, readings, self.since);
        self.since = readings;
    }

    /// The printer has power again: what happened since the last save is not known to it.
    pub(super) fn wake_up(&mut self, now: SimTime, mechanism: &Mechanism) {
        self.since = readings(now, mechanism);
        self.next_save = now + SAVED_EVERY;
    }

    /// `GS g 2`: the value of a counter; nothing for one that this printer does not have.
    pub(super) fn value(&self, number: u16, now: SimTime, mechanism: &Mechanism) -> Option<u64> {
        let at = place(number & !CUMULATIVE)?;
        let counted = if number & CUMULATIVE == 0 { self.from_reset } else { self.life };
        let raw = add(counted, readings(now, mechanism), self.since);
        let (_, most) = NUMBERS.get(at)?;
        let value = raw.get(at)? / unit(at);
        Some(value.min(*most))
    }

    /// `GS g 0`: sets a counter back. `false` if this printer does not have it, or it is of the whole life.
    pub(super) fn reset(&mut self, number: u16, now: SimTime, mechanism: &Mechanism) -> bool {
        let Some(at) = place(number) else { return false };
        self.save(now, mechanism);
        if let Some(counted) = self.from_reset.get_mut(at) {
            *counted = 0;
        }
        true
    }
}

fn place(number: u16) -> Option<usize> {
    NUMBERS.iter().position(|(known, _)| *known == number)
}

/// Raw units in one of the host's: hours are counted in nanoseconds.
const fn unit(at: usize) -> u64 {
    if at + 1 == COUNTED { 3_600_000_000_000 } else { 1 }
}

fn add(counted: Readings, now: Readings, since: Readings) -> Readings {
    core::array::from_fn(|at| {
        let of = |readings: &Readings| readings.get(at).copied().unwrap_or(0);
        of(&counted).saturating_add(of(&now).saturating_sub(of(&since)))
    })
}

fn readings(now: SimTime, mechanism: &Mechanism) -> Readings {
    let usage = mechanism.usage();
    [usage.lines_fed, usage.head_strokes, usage.cuts, now.as_nanos()]
}
