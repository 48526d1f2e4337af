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
//! | `watch` | what the controller concludes from its sensors |
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
mod watch;

pub(crate) use self::heating::Drive;
pub(crate) use self::orders::Order;
pub(crate) use self::state::{State, Usage};

use self::blade::Blade;
use self::feed::Feed;
use self::heating::Heating;
use self::motion::{Motion, Surroundings};
use self::orders::{Mark, UnderWay};
use self::outlet::Exit;
use self::sensor::Senses;
use self::thermal::Thermal;
use crate::paper::burn::{BurnLog, Spot};
use crate::paper::content::Content;
use crate::paper::strip::{Place, Strip};
use crate::paper::surface::{Shade, Surface};
use crate::{Event, Micrometres, PieceId, Profile};
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
    /// Places where the paper shall be cut, the first one first.
    reserved: VecDeque<Mark>,
    /// What hangs out has been offered to the customer, who has to tear it off.
    offered: Option<PieceId>,
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
            offered: None,
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

    /// The logic's supply is below its reset threshold, or was while the head was heated.
    pub(crate) const fn is_reset(&self) -> bool {
        self.known.browned_out || self.heating.voltage_mv() < self.profile.supply.reset_mv
    }

    fn sees_strip_at_exit(&self) -> bool {
        let Some(exit) = self.profile.sensors.exit else { return false };
        let at_nm = i64::from(exit.at_um) * 1000;
        let there = self.motion.position_nm - self.strip.edge_nm() >= at_nm && self.feed.lets_through(at_nm);
        self.senses.sees_exit(there, self.motion.turned)
    }

    /// Whether anything could be begun or resumed now.
    pub(crate) const fn may_move(&self) -> bool {
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
        let mut due = (SimTime::NEVER, Reason(""));
        let mut may_be = |at, why| {
            if at < due.0 {
                due = (at, why);
            }
        };
        match &self.under_way {
            UnderWay::Feeding { plan, .. } => may_be(plan.due, plan.why),
            UnderWay::FeedingBack { until, .. } => may_be(*until, Reason("fed back")),
            UnderWay::Cutting { began, until, cut, .. } => match cut.severs_at(*began) {
                Some(severs_at) => may_be(severs_at, Reason("blade through")),
                None => may_be(*until, Reason("blade home")),
            },
            UnderWay::Waiting | UnderWay::Halted { .. } | UnderWay::Presenting => {}
        }
        let Known { hot_until, rests_until, paper_again_at, .. } = self.known;
        let known =
            [(hot_until, "head cool"), (rests_until, "supply again"), (paper_again_at, "paper again")];
        for (at, why) in known {
            if let Some(at) = at {
                may_be(at, Reason(why));
            }
        }
        if let Some((at, why)) = self.exit.due() {
            may_be(at, why);
        }
        (due.0 < SimTime::NEVER).then_some(due)
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
            UnderWay::Cutting { .. } => {
                self.sever_until(now);
                self.tell(report);
            }
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
            cut_nm: self.reserved.front().map_or(i64::MAX, |mark| mark.at_nm + blade_nm),
            end_noticed: self.known.paper_end,
        }
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
        let reserved = self.reserved.capacity() * size_of::<Mark>();
        self.strip.footprint_bytes() + reserved
    }
}
