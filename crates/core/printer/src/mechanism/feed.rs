//! The feed: motor, gears, platen, and what holds the paper back or pulls it out.
//!
//! The motor starts slowly and speeds up by the same amount of speed in each equal time, counted with the speed
//! that a step ends with: `v (v - u) = a` for a step of speed v after one of speed u. That rule gives the tables of
//! three mechanisms (printer sources, section 6.1) to the microsecond. It pulls less the faster it turns; when the
//! paper is held harder than that, it falls out of step and hums until it starts again. The rubber creeps from
//! three quarters of its grip on, and slips at all of it. *Not modelled:* resonance, a roll that swings.

use crate::mechanism::gears::Gears;
use crate::mechanism::motion::Motion;
use crate::{GearName, Micrometres, Motor, Permille, Profile, RollHolder};
use std::sync::Arc;

/// Entries of a ramp at most.
const RAMP_LINES: usize = 512;
/// Paper that wraps round the platen adds so much drag with each turn.
const WRAP_MN_A_TURN: u64 = 300;
/// Above this moisture paper swells.
const DRY_PERMILLE: u16 = 600;

/// The feed and what stands in its way.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    pitch_nm: i64,
    motor: Motor,
    holder: RollHolder,
    roll_um: u64,
    ramp: Arc<[Place]>,
    pub(crate) gears: Gears,
    force: Permille,
    grip: Permille,
    drag: Option<Drag>,
    pull: Option<Drag>,
    swollen_mn: u32,
    /// An obstruction, as its distance beyond the head in nanometres.
    obstruction_nm: Option<i64>,
    /// Paper has wrapped round the platen since so much of it had passed the head.
    wrapped_nm: Option<i64>,
    /// Nothing here makes a dot line other than it should be.
    calm: bool,
}

/// A place on the ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line_ns: u32,
    pull_mn: u32,
}

/// A force on the paper until the motor has been stepped so far.
#[derive(Clone, Copy, Debug)]
struct Drag {
    force_mn: u32,
    until_turned: u64,
}

/// What one dot line does to motor and paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// How far the paper moves.
    pub(crate) pitch_nm: i64,
    /// The motor is out of step and does not turn.
    pub(crate) stalled: bool,
    /// How well the platen presses.
    pub(crate) contact: Permille,
}

impl Feed {
    pub(crate) fn new(profile: &Profile) -> Self {
        let pitch_nm = profile.geometry.line_nm();
        let mut feed = Self {
            pitch_nm,
            motor: profile.motor,
            holder: profile.roll_holder,
            roll_um: u64::from(profile.roll_um().0.max(1)),
            ramp: ramp(&profile.motor),
            gears: Gears::new(profile.train, profile.motor.steps_per_line, pitch_nm),
            force: Permille::WHOLE,
            grip: Permille::WHOLE,
            drag: None,
            pull: None,
            swollen_mn: 0,
            obstruction_nm: None,
            wrapped_nm: None,
            calm: false,
        };
        feed.note_calm();
        feed
    }

    /// Dot line of a sound feed.
    pub(crate) const fn line_nm(&self) -> i64 {
        self.pitch_nm
    }

    /// The time that the motor needs for a dot line, at a place on the ramp.
    #[inline]
    pub(crate) fn line_time_ns(&self, ramp: u16) -> u32 {
        let place = self.ramp.get(usize::from(ramp)).or_else(|| self.ramp.last());
        place.map_or(u32::MAX, |place| place.line_ns)
    }

    /// The place on the ramp after a dot line that took so long.
    #[inline]
    pub(crate) fn next_ramp(&self, ramp: u16, took_ns: u32) -> u16 {
        let last = (self.ramp.len() as u16).saturating_sub(1);
        let mut next = (ramp + 1).min(last);
        while next > 0 && self.line_time_ns(next - 1) < took_ns {
            next -= 1;
        }
        next
    }

    /// True while every dot line moves the paper by one pitch, pressed well.
    #[inline]
    pub(crate) const fn is_calm(&self) -> bool {
        self.calm
    }

    /// Finds out whether anything is out of order; a full roll at every speed is not.
    fn note_calm(&mut self) {
        let RollHolder { friction_mn, inertia_mn, .. } = self.holder;
        let most = self.motor.path_drag_mn + friction_mn + inertia_mn + self.swollen_mn;
        let pull = self.ramp.iter().map(|place| self.weakened(place.pull_mn)).min().unwrap_or(0);
        self.calm = self.drag.is_none()
            && self.pull.is_none()
            && self.obstruction_nm.is_none()
            && self.wrapped_nm.is_none()
            && self.gears.is_sound()
            && u64::from(most) <= pull.min(self.grip_mn() * 3 / 4);
    }

    /// What the next dot line does. `edge_nm` is where the leading edge of the strip is on the paper.
    pub(crate) fn step(&self, motion: &Motion, edge_nm: i64) -> Step {
        let contact = self.gears.contact(motion.turned);
        let demand = self.demand_mn(motion, motion.position_nm - edge_nm);
        let (pull, grip) = (self.pull_mn(motion.ramp), self.grip_mn());
        let lost_step = demand > pull && pull < grip;
        if lost_step || (motion.stalled && motion.ramp > 0) {
            return Step { pitch_nm: 0, stalled: true, contact };
        }
        let pitch = self.gears.pitch_nm(motion.turned);
        Step {
            pitch_nm: self.pulled(crept(pitch, demand, grip), grip, motion.turned),
            stalled: false,
            contact,
        }
    }

    fn demand_mn(&self, motion: &Motion, reach_nm: i64) -> u64 {
        let RollHolder { friction_mn, inertia_mn, .. } = self.holder;
        let speeding_up = usize::from(motion.ramp) + 1 < self.ramp.len();
        let roll_mn = u64::from(friction_mn) + if speeding_up { u64::from(inertia_mn) } else { 0 };
        let left_um = motion.left_nm.max(0).unsigned_abs() / 1000;
        let roll = roll_mn * left_um.min(self.roll_um) / self.roll_um;
        let drag = force_of(self.drag, motion.turned);
        let folded_nm = self.obstruction_nm.map_or(0, |at_nm| (reach_nm - at_nm).max(0));
        let push = folded_nm.unsigned_abs() * u64::from(self.motor.fold_mn_per_mm) / 1_000_000;
        let wrapped_nm = self.wrapped_nm.map_or(0, |from_nm| (motion.position_nm - from_nm).max(0));
        let wrap = wrapped_nm.unsigned_abs() * WRAP_MN_A_TURN / self.gears.platen_nm();
        let all = u64::from(self.motor.path_drag_mn + self.swollen_mn) + roll + drag + push + wrap;
        all.saturating_sub(force_of(self.pull, motion.turned))
    }

    fn pull_mn(&self, ramp: u16) -> u64 {
        self.ramp.get(usize::from(ramp)).map_or(0, |place| self.weakened(place.pull_mn))
    }

    fn weakened(&self, pull_mn: u32) -> u64 {
        u64::from(pull_mn) * u64::from(self.force.get()) / 1000
    }

    fn grip_mn(&self) -> u64 {
        u64::from(self.motor.grip_mn) * u64::from(self.grip.get()) / 1000
    }

    /// Somebody who pulls harder than the platen holds draws the paper through, up to four times as fast.
    fn pulled(&self, pitch_nm: i64, grip_mn: u64, turned: u64) -> i64 {
        let excess = force_of(self.pull, turned).saturating_sub(grip_mn);
        if excess == 0 {
            return pitch_nm;
        }
        let grip = i64::try_from(grip_mn.max(1)).unwrap_or(i64::MAX);
        let excess = i64::try_from(excess).unwrap_or(i64::MAX).min(3 * grip);
        pitch_nm + self.pitch_nm * excess / grip
    }

    /// How far the paper can be fed back before its edge leaves the platen, a millimetre beyond the head.
    pub(crate) const fn lines_back(&self, lines: u32, reach_nm: i64) -> u32 {
        let room = (reach_nm - 1_000_000) / self.pitch_nm;
        if room <= 0 {
            0
        } else if room < lines as i64 {
            room as u32
        } else {
            lines
        }
    }
}

/// What hands do to the feed.
impl Feed {
    pub(crate) fn wear(&mut self, gear: GearName, tooth: u16, wear: Permille) {
        self.gears.wear(gear, tooth, wear);
        self.note_calm();
    }

    pub(crate) fn renew_gears(&mut self) {
        self.gears.renew();
        self.note_calm();
    }

    pub(crate) fn weaken(&mut self, force: Permille) {
        self.force = force;
        self.note_calm();
    }

    pub(crate) fn glaze(&mut self, grip: Permille) {
        self.grip = grip;
        self.note_calm();
    }

    pub(crate) fn spot(&mut self, at: Micrometres, length: Micrometres, contact: Permille) {
        self.gears.set_spot(at, length, contact);
        self.note_calm();
    }

    pub(crate) fn renew_platen(&mut self) {
        (self.force, self.grip) = (Permille::WHOLE, Permille::WHOLE);
        self.gears.renew_platen();
        self.note_calm();
    }

    pub(crate) fn hold_back(&mut self, force_mn: u32, over: Option<Micrometres>, turned: u64) {
        self.drag = Some(self.force(force_mn, over, turned));
        self.note_calm();
    }

    pub(crate) fn pull(&mut self, force_mn: u32, over: Micrometres, turned: u64) {
        self.pull = Some(self.force(force_mn, Some(over), turned));
        self.note_calm();
    }

    /// Nobody pulls any more.
    pub(crate) fn let_go(&mut self) {
        self.pull = None;
        self.note_calm();
    }

    fn force(&self, force_mn: u32, over: Option<Micrometres>, turned: u64) -> Drag {
        let lines = over.map_or(u64::MAX, |over| over.as_nm().unsigned_abs() / self.pitch_nm.unsigned_abs());
        Drag { force_mn, until_turned: turned.saturating_add(lines) }
    }

    pub(crate) fn free(&mut self) {
        self.drag = None;
        self.note_calm();
    }

    /// Forgets forces that are over.
    pub(crate) fn forget_past(&mut self, turned: u64) {
        let lasts = |drag: &Drag| turned < drag.until_turned;
        if self.drag.is_some() || self.pull.is_some() {
            (self.drag, self.pull) = (self.drag.filter(lasts), self.pull.filter(lasts));
            self.note_calm();
        }
    }

    pub(crate) fn obstruct(&mut self, at: Option<Micrometres>) {
        self.obstruction_nm = at.map(Micrometres::as_nm);
        self.note_calm();
    }

    pub(crate) fn wrap(&mut self, position_nm: Option<i64>) {
        self.wrapped_nm = position_nm;
        self.note_calm();
    }

    /// Paper is damp: above 60 % of moisture it drags half a millinewton more for each thousandth.
    pub(crate) fn dampen(&mut self, relative: Permille) {
        self.swollen_mn = u32::from(relative.get().saturating_sub(DRY_PERMILLE)) / 2;
        self.note_calm();
    }

    pub(crate) const fn is_obstructed(&self) -> bool {
        self.obstruction_nm.is_some() || self.wrapped_nm.is_some()
    }

    pub(crate) const fn is_wrapped(&self) -> bool {
        self.wrapped_nm.is_some()
    }

    /// Whether paper gets so far beyond the head.
    pub(crate) fn lets_through(&self, at_nm: i64) -> bool {
        self.wrapped_nm.is_none() && self.obstruction_nm.is_none_or(|obstruction| obstruction >= at_nm)
    }
}

fn force_of(drag: Option<Drag>, turned: u64) -> u64 {
    drag.filter(|drag| turned < drag.until_turned).map_or(0, |drag| u64::from(drag.force_mn))
}

/// The rubber holds to three quarters of its grip, and not at all from the whole of it on.
fn crept(pitch_nm: i64, demand_mn: u64, grip_mn: u64) -> i64 {
    if demand_mn * 4 <= grip_mn * 3 {
        return pitch_nm;
    }
    let held = i64::try_from(grip_mn.saturating_sub(demand_mn)).unwrap_or(i64::MAX);
    pitch_nm * held * 4 / i64::try_from(grip_mn.max(1)).unwrap_or(i64::MAX)
}

/// Dot lines after a stop, up to top speed.
fn ramp(motor: &Motor) -> Arc<[Place]> {
    let mut speeds = motor.step_speeds();
    let mut places: Vec<Place> = Vec::new();
    while places.len() < RAMP_LINES {
        let steps = speeds.by_ref().take(usize::from(motor.steps_per_line.max(1)));
        let (line_ns, speed) = steps.fold((0, 0), |(ns, _), speed| (ns + STEP_NS / speed, speed));
        let line_ns = u32::try_from(line_ns).unwrap_or(u32::MAX);
        if places.last().is_some_and(|last| last.line_ns == line_ns) {
            break;
        }
        places.push(Place { line_ns, pull_mn: pull_mn(motor, speed) });
    }
    places.into()
}

/// A step of one thousandth of a step a second, in nanoseconds.
const STEP_NS: u64 = 1_000_000_000_000;

impl Motor {
    /// The time of each step after a stop, in nanoseconds, without end.
    pub fn step_times_ns(&self) -> impl Iterator<Item = u64> {
        self.step_speeds().map(|speed| STEP_NS / speed)
    }

    /// Their speeds, in thousandths of a step a second.
    fn step_speeds(&self) -> impl Iterator<Item = u64> {
        let top = u64::from(self.top_steps_per_s.max(1)) * 1000;
        let by_four = 4_000_000 * u64::from(self.acceleration_steps_per_s2);
        let start = (u64::from(self.start_steps_per_s.max(1)) * 1000).min(top);
        core::iter::successors(Some(start), move |v| Some(((v + (v * v + by_four).isqrt()) / 2).min(top)))
    }
}

/// The pull at a speed: from start to top speed it falls along a straight line.
fn pull_mn(motor: &Motor, speed: u64) -> u32 {
    let [start, top] = [motor.start_steps_per_s, motor.top_steps_per_s].map(|speed| u64::from(speed) * 1000);
    let lost = u64::from(motor.start_force_mn.saturating_sub(motor.top_force_mn));
    let share = lost * speed.saturating_sub(start) / top.saturating_sub(start).max(1);
    motor.start_force_mn.saturating_sub(u32::try_from(share).unwrap_or(u32::MAX))
}
