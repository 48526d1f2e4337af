//! The mechanism: carries out orders one after the other, and stops when a sensor says so.
//!
//! No order and no status asks which fault was put in. What can stop the feed is what the controller can know: an
//! open cover, the end of the paper at its sensor, a hot head, a supply out of range, a blade that is not home,
//! paper that does not come out. All else shows only on the paper and in the time.
//! Facts: printer sources, sections 4, 6, 7 and 13. *Not modelled:* what the panel's button does.
//!
//! | file | holds |
//! |---|---|
//! | `orders` | orders begun, carried out, halted and forgotten |
//! | `hands` | what hands, tools, dirt and age do |
//! | `motion` | dot line after dot line: everything that moves |
//! | `feed`, `gears` | motor, ramp, forces; teeth and platen |
//! | `heating`, `thermal`, `thermistor` | energy and time of a dot line; temperature; its reading |
//! | `sensor` | paper sensors, and what is on them |
//! | `blade`, `outlet` | cutter and presenter |
//! | `state` | what the controller knows, and what has been used up |

mod blade;
mod feed;
mod gears;
mod hands;
mod heating;
mod motion;
mod orders;
mod outlet;
mod sensor;
mod state;
#[cfg(test)]
mod tests;
mod thermal;
mod thermistor;

pub(crate) use self::heating::Drive;
pub(crate) use self::orders::Order;
pub(crate) use self::state::{State, Usage};

use self::blade::Blade;
use self::feed::Feed;
use self::heating::Heating;
use self::motion::{Halt, Motion, Surroundings};
use self::orders::UnderWay;
use self::outlet::Exit;
use self::sensor::Senses;
use self::thermal::Thermal;
use crate::paper::burn::{BurnLog, Spot};
use crate::paper::content::Content;
use crate::paper::strip::{Place, Strip};
use crate::paper::surface::{Shade, Surface};
use crate::{Event, Micrometres, Profile};
use core::time::Duration;
use sim::{Reason, SimTime};
use std::collections::VecDeque;
use std::sync::Arc;

/// Motor, head, blade, paper and outlet.
#[derive(Clone, Debug)]
pub(crate) struct Mechanism {
    profile: &'static Profile,
    feed: Feed,
    heating: Heating,
    thermal: Thermal,
    senses: Senses,
    blade: Blade,
    strip: Strip,
    pub(crate) exit: Exit,
    motion: Motion,
    /// Black dots of each dot line of the band under way.
    ink: Vec<u16>,
    /// What head and paper are like now, and its number.
    face: Surface,
    surface: u8,
    /// Bytes that were taken from the host.
    taken_bytes: u64,
    orders: VecDeque<Order>,
    under_way: UnderWay,
    /// Places on the paper where it shall be cut, each with the first byte behind it.
    reserved: VecDeque<(i64, u64)>,
    /// What happened while nobody could be told.
    untold: Vec<Event>,
    cuts: u64,
    /// The nominal position at the last cut, unless paper has been seen at the exit since.
    unseen_since_nm: Option<i64>,
    known: Known,
    powered: bool,
    cover_open: bool,
    /// The last moment that it was told of.
    now: SimTime,
}

/// What the controller has concluded, and when it looks again.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    interrupted: bool,
    near_end: bool,
    paper_end: bool,
    paper_stop: bool,
    cutter_error: bool,
    /// Paper was printed and has not come out.
    feed_error: bool,
    unrecoverable: bool,
    /// The logic's supply broke down while the head was heated.
    browned_out: bool,
    /// Too hot; may go on at this moment.
    hot_until: Option<SimTime>,
    /// The voltage broke down under load; tries again at this moment.
    rests_until: Option<SimTime>,
    /// Looks again whether there is paper at this moment.
    paper_again_at: Option<SimTime>,
    /// Glances at a paper sensor while the motor stood.
    glances: u64,
}

impl Mechanism {
    pub(crate) fn new(profile: &'static Profile) -> Self {
        Self {
            profile,
            feed: Feed::new(profile),
            heating: Heating::new(profile),
            thermal: Thermal::new(profile.head),
            senses: Senses::new(),
            blade: Blade::new(),
            strip: Strip::new(profile.geometry, Micrometres(profile.blade_um)),
            exit: Exit::new(profile.outlet),
            motion: Motion::new(profile.roll_um().as_nm()),
            ink: Vec::new(),
            face: Surface::SOUND,
            surface: 0,
            taken_bytes: 0,
            orders: VecDeque::new(),
            under_way: UnderWay::Waiting,
            reserved: VecDeque::new(),
            untold: Vec::new(),
            cuts: 0,
            unseen_since_nm: Some(0),
            known: Known::default(),
            powered: true,
            cover_open: false,
            now: SimTime::ZERO,
        }
    }

    /// Where composed items go.
    pub(crate) fn content(&mut self) -> &mut Content {
        &mut self.strip.content
    }

    pub(crate) const fn is_feeding(&self) -> bool {
        matches!(self.under_way, UnderWay::Feeding { .. } | UnderWay::FeedingBack { .. })
    }

    /// What the controller knows of it.
    pub(crate) fn state(&self) -> State {
        let known = &self.known;
        State {
            cover_open: self.cover_open,
            interrupted: known.interrupted,
            paper_stop: known.paper_stop,
            near_end: known.near_end,
            paper_end: known.paper_end,
            hot: known.hot_until.is_some(),
            cutter_error: known.cutter_error,
            mechanical_error: known.feed_error || self.exit.has_fault(),
            unrecoverable: known.unrecoverable,
            supply_abnormal: self.is_supply_abnormal(),
            offering: self.exit.is_offering(),
            exit_covered: self.exit.is_covered() || self.sees_strip_at_exit(),
            feeding: self.is_feeding(),
            ejecting: self.exit.is_moving(),
            bin_full: self.exit.is_bin_full(),
            reset: self.is_reset(),
        }
    }

    /// What has been used up so far.
    pub(crate) const fn usage(&self) -> Usage {
        let Motion { stepped, strokes, .. } = self.motion;
        Usage { lines_fed: stepped / 30, head_strokes: strokes, cuts: self.cuts }
    }

    const fn is_supply_abnormal(&self) -> bool {
        self.known.rests_until.is_some() || self.heating.voltage_mv() < self.profile.supply.lowest_mv
    }

    const fn is_reset(&self) -> bool {
        self.known.browned_out || self.heating.voltage_mv() < self.profile.supply.reset_mv
    }

    fn sees_strip_at_exit(&self) -> bool {
        let Some(exit) = self.profile.sensors.exit else { return false };
        let at_nm = i64::from(exit.at_um) * 1000;
        let there = self.motion.position_nm - self.strip.edge_nm() >= at_nm && self.feed.lets_through(at_nm);
        self.senses.sees_exit(there, self.motion.turned)
    }

    const fn may_move(&self) -> bool {
        let known = &self.known;
        self.powered
            && self.senses.plugged
            && !self.cover_open
            && !known.paper_stop
            && !known.cutter_error
            && !known.feed_error
            && !known.unrecoverable
            && known.hot_until.is_none()
            && !self.exit.has_fault()
            && !self.is_supply_abnormal()
            && !self.is_reset()
    }

    /// The next moment at which something happens here, and what.
    pub(crate) fn due(&self) -> Option<(SimTime, Reason)> {
        if !self.powered {
            return None;
        }
        let order = match self.under_way {
            UnderWay::Feeding { plan, .. } => Some((plan.due, plan.why)),
            UnderWay::FeedingBack { until, .. } => Some((until, Reason("fed back"))),
            UnderWay::Cutting { until, .. } => Some((until, Reason("blade home"))),
            UnderWay::Waiting | UnderWay::Halted { .. } | UnderWay::Presenting => None,
        };
        let known = &self.known;
        let cool = known.hot_until.map(|until| (until, Reason("head cool")));
        let rested = known.rests_until.map(|until| (until, Reason("supply again")));
        let paper = known.paper_again_at.map(|at| (at, Reason("paper again")));
        let all = [order, cool, rested, paper, self.exit.due()].into_iter().flatten();
        all.filter(|(at, _)| *at < SimTime::NEVER).min_by_key(|(at, _)| *at)
    }

    /// Does what is due at `now`.
    pub(crate) fn happen(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.tell(report);
        if self.known.hot_until.is_some_and(|until| until <= now) {
            self.cool_down(now, report);
        }
        if self.known.rests_until.is_some_and(|until| until <= now) {
            self.known.rests_until = None;
        }
        if self.known.paper_again_at.is_some_and(|at| at <= now) {
            self.look_again(now, report);
        }
        if self.exit.due().is_some_and(|(at, _)| at <= now) {
            self.exit.happen(now, report);
        }
        match self.under_way {
            UnderWay::Feeding { plan, .. } if plan.due <= now => {
                self.catch_up(now);
                let UnderWay::Feeding { plan, .. } = self.under_way else { return };
                self.sense(plan.halt, report);
            }
            UnderWay::FeedingBack { until, .. } if until <= now => self.end_feed_back(now),
            UnderWay::Cutting { until, .. } if until <= now => self.end_stroke(now, report),
            _ => {}
        }
    }

    fn tell(&mut self, report: &mut impl FnMut(Event)) {
        self.untold.drain(..).for_each(report);
    }

    /// Runs the motor up to `now`, and no further than the next change.
    pub(crate) fn catch_up(&mut self, now: SimTime) {
        self.now = self.now.max(now);
        match self.under_way {
            UnderWay::Feeding { mut task, plan } => {
                let (after, task_after) = plan.after;
                if now >= plan.due && plan.even {
                    let shade = Shade { surface: self.surface, ..Shade::SOUND };
                    let Motion { position_nm, nominal_nm, line, .. } = self.motion;
                    let spot = Spot { position_nm, nominal_nm, shade };
                    self.strip.burns.record_even(line, spot, task_after.done - task.done);
                    (self.motion, task) = (after, task_after);
                } else {
                    let mut motion = self.motion;
                    let none = BurnLog::new(self.feed.line_nm());
                    let mut burns = core::mem::replace(&mut self.strip.burns, none);
                    motion.run(&mut task, &self.surroundings(), now.min(plan.due), Some(&mut burns));
                    (self.motion, self.strip.burns) = (motion, burns);
                }
                self.under_way = UnderWay::Feeding { task, plan };
            }
            UnderWay::FeedingBack { .. } => self.feed_back_until(now),
            UnderWay::Cutting { .. } => self.sever_until(now),
            UnderWay::Waiting | UnderWay::Halted { .. } | UnderWay::Presenting => {}
        }
    }

    fn surroundings(&self) -> Surroundings<'_> {
        let expected = self.profile.sensors.exit.zip(self.unseen_since_nm);
        let blade_nm = i64::from(self.profile.blade_um) * 1000;
        Surroundings {
            profile: self.profile,
            feed: &self.feed,
            heating: &self.heating,
            thermal: &self.thermal,
            senses: &self.senses,
            ink: &self.ink,
            surface: self.surface,
            edge_nm: self.strip.edge_nm(),
            expected_nm: expected
                .map_or(i64::MAX, |(exit, since)| since + i64::from(exit.expected_um) * 1000),
            cut_nm: self.reserved.front().map_or(i64::MAX, |(mark_nm, _)| mark_nm + blade_nm),
            end_noticed: self.known.paper_end,
        }
    }

    /// Looks at the sensors after a dot line, and stops the motor where they say so.
    fn sense(&mut self, halt: Halt, report: &mut impl FnMut(Event)) {
        let UnderWay::Feeding { task, .. } = self.under_way else { return };
        let done = task.done >= task.lines;
        self.look_at_moving_paper(done, report);
        self.look_at_exit();
        self.note_load(halt);
        if self.thermal.is_hot(self.motion.heat_uj) {
            let wait = self.thermal.cooling_time(self.motion.heat_uj);
            let until = wait.map_or(SimTime::NEVER, |wait| self.motion.clock + wait);
            self.known.hot_until = Some(until);
            report(Event::HeadHot);
        }
        let now = self.motion.clock;
        if done {
            self.orders.pop_front();
            self.under_way = UnderWay::Waiting;
        } else {
            self.under_way = UnderWay::Halted { task };
        }
        if self.may_move() && !self.begin_reserved_cut(now, (!done).then_some(task)) && !done {
            self.plan(task);
        }
    }

    /// Paper that was printed and is not seen in the way out has not come out.
    fn look_at_exit(&mut self) {
        let around = self.surroundings();
        if self.motion.nominal_nm >= around.expected_nm {
            self.known.feed_error = !self.sees_strip_at_exit();
            self.unseen_since_nm = None;
        }
    }

    fn cool_down(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.known.hot_until = None;
        self.stand(now);
        report(Event::HeadCool);
    }

    /// Reads the paper sensors while the motor turns. Between two bands the end of the paper stops it at once.
    fn look_at_moving_paper(&mut self, between_bands: bool, report: &mut impl FnMut(Event)) {
        let Motion { left_nm, blind_lines, turned, .. } = self.motion;
        let gone = blind_lines >= motion::out_lines(self.profile);
        self.note_paper(gone || (self.known.paper_end && blind_lines > 0), turned, report);
        let coasted = blind_lines >= self.profile.sensors.coast_lines;
        self.known.paper_stop = self.known.paper_end && (between_bands || coasted);
        if self.known.paper_stop && self.senses.may_see_paper(left_nm) {
            self.known.paper_again_at = Some(self.motion.clock + self.profile.sensors.in_time);
        }
    }

    /// Reads them while it stands. Paper that is gone is believed at once, paper that is back after some time.
    fn look_at_standing_paper(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        let seen = self.glance();
        if seen && !self.known.paper_end {
            self.note_paper(false, self.motion.turned, report);
        } else if !seen {
            self.known.paper_again_at = None;
            self.note_paper(true, self.motion.turned, report);
            self.known.paper_stop = true;
        }
        if self.known.paper_end && self.senses.may_see_paper(self.motion.left_nm) {
            self.known.paper_again_at.get_or_insert(now + self.profile.sensors.in_time);
        }
    }

    /// Paper was seen some time ago; if it still is, it is believed.
    fn look_again(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.known.paper_again_at = None;
        if self.glance() {
            self.motion.blind_lines = 0;
            self.note_paper(false, self.motion.turned, report);
            self.known.paper_stop = false;
        } else if self.senses.may_see_paper(self.motion.left_nm) {
            self.known.paper_again_at =
                Some(now + self.profile.sensors.in_time.max(Duration::from_millis(1)));
        }
    }

    fn glance(&mut self) -> bool {
        self.known.glances += 1;
        self.senses.sees_paper(self.motion.left_nm, self.motion.turned + self.known.glances * 16)
    }

    fn note_paper(&mut self, paper_end: bool, moment: u64, report: &mut impl FnMut(Event)) {
        let near_end_nm = self.profile.near_end_um().as_nm();
        let near_end = !self.senses.sees_thick_roll(self.motion.left_nm, near_end_nm, moment);
        if near_end && !self.known.near_end {
            report(Event::PaperNearEnd);
        }
        if paper_end && !self.known.paper_end {
            report(Event::PaperEnd);
        }
        (self.known.near_end, self.known.paper_end) = (near_end, paper_end);
    }

    fn note_load(&mut self, halt: Halt) {
        match halt {
            Halt::Load(heating::Load::Reset) => self.known.browned_out = true,
            Halt::Load(heating::Load::Low) => {
                self.known.rests_until = Some(self.motion.clock + RECOVERY_TIME);
            }
            Halt::Load(heating::Load::Fine) | Halt::OutOfTime | Halt::Done | Halt::Sensor => {}
        }
    }

    /// Looks at what tells the controller that something is broken for good, as long as it has its supply.
    fn check_vitals(&mut self) {
        if !self.powered {
            return;
        }
        let reading = thermistor::reading(self.thermal.temp_mc(self.motion.heat_uj), self.senses.thermistor);
        let dead = !self.senses.plugged || !thermistor::is_plausible(reading);
        let too_high = self.heating.voltage_mv() > self.profile.supply.highest_mv;
        self.known.unrecoverable |= dead || too_high;
        self.known.cutter_error |=
            self.profile.cutter.is_some() && !self.blade.seems_home(self.senses.plugged);
        let [with, without] = [true, false].map(|paper| self.senses.sees_exit(paper, self.motion.turned));
        self.exit.set_eye(with, without);
    }

    /// The controller was told to go on after an error that somebody has to clear: takes up the order at which it
    /// stopped. An error whose cause is still there comes again.
    pub(crate) fn recover(&mut self, now: SimTime) {
        if self.known.feed_error && !self.feed.is_obstructed() {
            self.known.feed_error = false;
            self.unseen_since_nm = Some(self.motion.nominal_nm);
        }
        self.known.cutter_error = false;
        if self.exit.has_fault() {
            self.exit.recover();
            if matches!(self.under_way, UnderWay::Presenting) {
                self.under_way = UnderWay::Waiting;
            } else {
                self.exit.retract(now);
            }
        }
        self.check_vitals();
    }

    const fn place(&self) -> Place {
        Place {
            position_nm: self.motion.position_nm,
            nominal_nm: self.motion.nominal_nm,
            line: self.motion.line,
        }
    }

    /// The supply is back, and the firmware has started: whatever stands in the presenter is pulled back.
    pub(crate) fn wake_up(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.powered = true;
        self.tell(report);
        self.stand(now);
        self.check_vitals();
        self.exit.retract(now);
        self.motion.blind_lines = 0;
        let seen = self.glance();
        self.note_paper(!seen, self.motion.turned, report);
        self.known.paper_stop = !seen;
        self.look_at_standing_paper(now, report);
    }

    /// Reports every piece that somebody who looks can see.
    pub(crate) fn inspect(&self, report: &mut impl FnMut(Event)) {
        self.exit.look(report);
        if let Some(piece) = self.strip.look(self.place(), self.taken_bytes) {
            report(Event::Found { piece: Arc::new(piece), place: crate::event::Place::Inside });
        }
    }

    /// Bytes of memory behind it.
    pub(crate) fn footprint_bytes(&self) -> usize {
        let reserved = self.reserved.capacity() * size_of::<(i64, u64)>();
        self.strip.content.footprint_bytes() + self.strip.burns.footprint_bytes() + reserved
    }
}

/// After the voltage has broken down under load, the firmware waits so long before it heats again.
const RECOVERY_TIME: Duration = Duration::from_millis(500);
