//! The feed: motor, gear train, platen, and what holds the paper back.
//!
//! One dot line is four half-steps of 31.25 µm. The motor starts slowly and speeds up along its ramp,
//! `v = sqrt(v0² + 2an)` (printer sources, section 6.1). A worn tooth slips its share of the step while it
//! is in mesh, so the loss returns with the gear's turn. When the paper is held back harder than the motor
//! can pull, or the platen can grip, the step is lost and the paper stands. *Not modelled:* backlash,
//! resonance, the disturbed lines after a restart, teeth that share the load.

use crate::{GearName, Micrometres, Motor, Permille, Profile, Train};
use std::sync::Arc;

/// Half-steps of the motor for one dot line.
const STEPS_PER_LINE: u64 = 4;

/// The feed and what stands in its way.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pitch_nm: i64,
    motor: Motor,
    line_times_ns: Arc<[u32]>,
    gears: Gears,
    drag: Option<Drag>,
    /// An obstruction, as its distance beyond the head in nanometres.
    obstruction_nm: Option<i64>,
}

/// Something that holds the paper back until the motor has been stepped so far.
#[derive(Clone, Copy, Debug)]
struct Drag {
    force_mn: u32,
    until_turned: u64,
}

impl Feed {
    pub(crate) fn new(profile: &Profile) -> Self {
        let pitch_nm = profile.geometry.line_nm();
        Self {
            pitch_nm,
            motor: profile.motor,
            line_times_ns: ramp(&profile.motor),
            gears: Gears::new(profile.train, pitch_nm),
            drag: None,
            obstruction_nm: None,
        }
    }

    /// The time that the motor needs for a dot line, at a place on the ramp.
    pub(crate) fn line_time_ns(&self, ramp: u16) -> u32 {
        let top = self.line_times_ns.last().copied().unwrap_or(u32::MAX);
        self.line_times_ns.get(usize::from(ramp)).copied().unwrap_or(top)
    }

    /// The place on the ramp after a dot line that took so long.
    pub(crate) fn next_ramp(&self, ramp: u16, took_ns: u32) -> u16 {
        let last = u16::try_from(self.line_times_ns.len()).unwrap_or(u16::MAX).saturating_sub(1);
        let mut next = (ramp + 1).min(last);
        while next > 0 && self.line_time_ns(next - 1) < took_ns {
            next -= 1;
        }
        next
    }

    /// How far the paper moves with the next dot line. `reach_nm` is how far its leading edge stands beyond
    /// the head, and `turned` how many dot lines the motor has been stepped in its life.
    pub(crate) fn pitch_nm(&self, turned: u64, ramp: u16, reach_nm: i64) -> i64 {
        if (self.drag.is_some() || self.obstruction_nm.is_some())
            && self.demand_mn(turned, reach_nm) > self.pull_mn(ramp)
        {
            return 0;
        }
        self.gears.pitch_nm(turned)
    }

    fn demand_mn(&self, turned: u64, reach_nm: i64) -> u64 {
        let drag = self.drag.filter(|drag| turned < drag.until_turned).map_or(0, |drag| drag.force_mn);
        let folded_nm = self.obstruction_nm.map_or(0, |at_nm| (reach_nm - at_nm).max(0));
        let push = folded_nm.unsigned_abs() * u64::from(self.motor.fold_mn_per_mm) / 1_000_000;
        u64::from(self.motor.path_drag_mn) + u64::from(drag) + push
    }

    /// The motor pulls less the faster it turns, and the platen's rubber never holds more than its grip.
    fn pull_mn(&self, ramp: u16) -> u64 {
        let Motor { start_force_mn, top_force_mn, grip_mn, .. } = self.motor;
        let lost = u64::from(start_force_mn.saturating_sub(top_force_mn)) * u64::from(ramp);
        let pull = u64::from(start_force_mn).saturating_sub(lost / self.line_times_ns.len().max(1) as u64);
        pull.min(u64::from(grip_mn))
    }

    pub(crate) fn wear(&mut self, gear: GearName, tooth: u16, wear: Permille) {
        self.gears.wear(gear, tooth, wear);
    }

    pub(crate) fn renew_gears(&mut self) {
        self.gears.renew();
    }

    pub(crate) fn hold_back(&mut self, force_mn: u32, over: Option<Micrometres>, turned: u64) {
        let lines = over.map_or(u64::MAX, |over| over.as_nm().unsigned_abs() / self.pitch_nm.unsigned_abs());
        self.drag = Some(Drag { force_mn, until_turned: turned.saturating_add(lines) });
    }

    pub(crate) fn free(&mut self) {
        self.drag = None;
    }

    pub(crate) fn obstruct(&mut self, at: Option<Micrometres>) {
        self.obstruction_nm = at.map(Micrometres::as_nm);
    }

    pub(crate) const fn is_obstructed(&self) -> bool {
        self.obstruction_nm.is_some()
    }
}

/// Times of the dot lines after a stop, up to top speed. Speeds are thousandths of a half-step a second.
fn ramp(motor: &Motor) -> Arc<[u32]> {
    let top = u64::from(motor.top_steps_per_s.max(1)) * 1000;
    let start = u64::from(motor.start_steps_per_s.max(1));
    let speed = |step: u64| {
        let squared = start * start + 2 * u64::from(motor.acceleration_steps_per_s2) * step;
        (squared * 1_000_000).isqrt().min(top)
    };
    let step_ns = |step| 1_000_000_000_000 / speed(step);
    let line_ns =
        |line: u64| (0..STEPS_PER_LINE).map(|step| step_ns(line * STEPS_PER_LINE + step)).sum::<u64>();
    let mut times = vec![line_ns(0)];
    while times.len() < 512 {
        let next = line_ns(times.len() as u64);
        if times.last() == Some(&next) {
            break;
        }
        times.push(next);
    }
    times.into_iter().map(|ns| u32::try_from(ns).unwrap_or(u32::MAX)).collect()
}

/// The train, as the wear of every tooth.
#[derive(Clone, Debug)]
struct Gears {
    train: Train,
    pitch_nm: i64,
    /// Teeth that are not as new: gear, tooth, and the share that they slip.
    worn: Vec<(GearName, u16, Permille)>,
}

impl Gears {
    const fn new(train: Train, pitch_nm: i64) -> Self {
        Self { train, pitch_nm, worn: Vec::new() }
    }

    const fn teeth(&self, gear: GearName) -> u16 {
        match gear {
            GearName::Motor => self.train.motor_teeth,
            GearName::Idler => self.train.idler_teeth,
            GearName::Platen => self.train.platen_teeth,
        }
    }

    fn wear(&mut self, gear: GearName, tooth: u16, wear: Permille) {
        let tooth = tooth % self.teeth(gear).max(1);
        self.worn.retain(|(other, place, _)| (*other, *place) != (gear, tooth));
        if wear > Permille::NONE {
            self.worn.push((gear, tooth, wear));
        }
    }

    fn renew(&mut self) {
        self.worn.clear();
    }

    fn pitch_nm(&self, turned: u64) -> i64 {
        if self.worn.is_empty() {
            return self.pitch_nm;
        }
        let passed = turned * STEPS_PER_LINE / u64::from(self.train.steps_per_tooth.max(1));
        let engaged = |pitch: i64, (gear, tooth, wear): &(GearName, u16, Permille)| {
            let times = i64::from(self.times_in_mesh(*gear, *tooth, passed));
            (0..times).fold(pitch, |pitch, _| pitch * i64::from(1000 - wear.get()) / 1000)
        };
        self.worn.iter().fold(self.pitch_nm, engaged)
    }

    /// How many meshes a tooth is in after so many teeth have passed: the idler meets both its neighbours, half
    /// a turn apart.
    fn times_in_mesh(&self, gear: GearName, tooth: u16, passed: u64) -> u8 {
        let teeth = u64::from(self.teeth(gear).max(1));
        let here = passed % teeth == u64::from(tooth);
        let opposite = gear == GearName::Idler && (passed + teeth / 2) % teeth == u64::from(tooth);
        u8::from(here) + u8::from(opposite)
    }
}

#[cfg(test)]
mod tests {
    use super::Feed;
    use crate::{DESK_80, GearName, KIOSK_80, Micrometres, Permille};

    const PITCH_NM: i64 = 125_000;

    #[test]
    fn the_ramp_starts_and_ends_as_the_mechanism_table_says() {
        // LTPA245: 4291 µs for the first half-step, then 2652, 2048 and 1719; one acceleration fits it to 4 %.
        let feed = Feed::new(&KIOSK_80);
        let first_us = feed.line_time_ns(0) / 1000;
        assert!(first_us.abs_diff(4291 + 2652 + 2048 + 1719) < 400, "{first_us}");
        // 100 mm/s is 0.125 mm in 1.25 ms.
        assert_eq!(feed.line_time_ns(500), 1_250_000);
    }

    #[test]
    fn a_missing_tooth_is_lost_once_a_turn_of_its_gear() {
        // 12 half-steps a tooth are 3 dot lines; so a turn is 24, 108 and 300 dot lines.
        let turns = [(GearName::Motor, 24, 3), (GearName::Idler, 108, 6), (GearName::Platen, 300, 3)];
        for (gear, turn_lines, lost_lines) in turns {
            let mut feed = Feed::new(&DESK_80);
            feed.wear(gear, 5, Permille::WHOLE);
            let moved: i64 = (0..10 * turn_lines).map(|turned| feed.pitch_nm(turned, 0, 0)).sum();
            assert_eq!(moved, 10 * (turn_lines as i64 - lost_lines) * PITCH_NM, "{gear:?}");
        }
    }

    #[test]
    fn paper_stands_only_when_the_drag_is_more_than_the_grip() {
        let mut feed = Feed::new(&DESK_80);
        feed.hold_back(DESK_80.motor.grip_mn - DESK_80.motor.path_drag_mn, None, 0);
        assert_eq!(feed.pitch_nm(7, 0, 0), PITCH_NM);
        feed.hold_back(DESK_80.motor.grip_mn, Some(Micrometres(1250)), 100);
        assert_eq!(feed.pitch_nm(109, 0, 0), 0);
        assert_eq!(feed.pitch_nm(110, 0, 0), PITCH_NM, "the drag was over 1.25 mm");
    }
}
