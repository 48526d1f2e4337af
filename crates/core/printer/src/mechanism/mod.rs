//! The mechanism: carries out orders one after the other, and stops when a sensor says so.
//!
//! No order and no status asks which fault was put in. What can stop the feed is an open cover, the end of
//! the paper at its sensor, and a hot head; all else shows only on the paper and in the time.
//! Facts: printer sources, sections 4, 6 and 13. *Not modelled yet:* a stuck blade, the home switch.

mod feed;
mod hands;
mod head;
mod motion;
mod outlet;
mod state;

pub(crate) use self::state::State;

use self::feed::Feed;
use self::motion::{Halt, Motion, Surroundings, Task, coast_nm};
use self::outlet::Exit;
use crate::paper::burn::Spot;
use crate::paper::content::{Content, ItemId};
use crate::paper::strip::{Place, Strip};
use crate::paper::surface::Shade;
use crate::{Event, Micrometres, Profile};
use sim::{Reason, SimTime};
use std::collections::VecDeque;
use std::sync::Arc;

/// Bands that wait, the one under way included, before the interpreter has to stop.
const BANDS_AHEAD: usize = 2;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Print an item, and feed on to so many dot lines in all.
    Print { item: ItemId, rows: u32, lines: u32 },
    /// Feed so many dot lines.
    Feed { lines: u32 },
    /// Cut at the blade; bytes from this offset on belong to the next piece, as [`Mechanism::note_taken`] fills in.
    Cut { byte: u64 },
    /// Move the piece out, and let go of it or not.
    Present { let_go: bool },
    /// Pull the piece back.
    Retract,
}

/// Motor, head, blade, paper and outlet.
#[derive(Clone, Debug)]
pub(crate) struct Mechanism {
    profile: &'static Profile,
    pub(crate) feed: Feed,
    strip: Strip,
    pub(crate) exit: Exit,
    motion: Motion,
    /// Black dots of each dot line of the band under way.
    ink: Vec<u16>,
    /// The number of the surface that head and paper make now.
    surface: u8,
    /// Bytes that were taken from the host.
    taken_bytes: u64,
    orders: VecDeque<Order>,
    under_way: UnderWay,
    powered: bool,
    cover_open: bool,
    interrupted: bool,
    near_end: bool,
    paper_end: bool,
    paper_stop: bool,
    /// Too hot; may go on at this moment.
    hot_until: Option<SimTime>,
}

/// How far the first order is.
#[derive(Clone, Copy, Debug)]
enum UnderWay {
    /// Not begun.
    Waiting,
    /// The motor turns; something will happen at `due`.
    Feeding { task: Task, plan: Plan },
    /// Stopped in the middle.
    Halted { task: Task },
    /// The blade moves.
    Cutting { until: SimTime },
    /// The presenter has been told.
    Presenting,
}

/// What the motor will do until something changes, if nobody disturbs it.
#[derive(Clone, Copy, Debug)]
struct Plan {
    due: SimTime,
    why: Reason,
    /// The end of it.
    after: (Motion, Task),
}

impl Mechanism {
    pub(crate) fn new(profile: &'static Profile) -> Self {
        Self {
            profile,
            feed: Feed::new(profile),
            strip: Strip::new(profile.geometry, Micrometres(profile.blade_um)),
            exit: Exit::new(profile.outlet),
            motion: Motion {
                clock: SimTime::ZERO,
                ramp: 0,
                turned: 0,
                line: 0,
                position_nm: 0,
                nominal_nm: 0,
                left_nm: Micrometres(profile.roll_um).as_nm(),
                heat_uj: 0,
            },
            ink: Vec::new(),
            surface: 0,
            taken_bytes: 0,
            orders: VecDeque::new(),
            under_way: UnderWay::Waiting,
            powered: true,
            cover_open: false,
            interrupted: false,
            near_end: false,
            paper_end: false,
            paper_stop: false,
            hot_until: None,
        }
    }

    /// Where composed items go.
    pub(crate) fn content(&mut self) -> &mut Content {
        &mut self.strip.content
    }

    /// The interpreter has so many bytes behind it, with the command that gave the last order.
    pub(crate) fn note_taken(&mut self, bytes: u64) {
        self.taken_bytes = bytes;
        if let Some(Order::Cut { byte }) = self.orders.back_mut() {
            *byte = bytes;
        }
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push_back(order);
    }

    /// Whether the interpreter may compose more: not far ahead, and never past a cut.
    pub(crate) fn has_room(&self) -> bool {
        let feeds = |order: &Order| matches!(order, Order::Print { .. } | Order::Feed { .. });
        self.orders.len() < BANDS_AHEAD && self.orders.iter().all(feeds)
    }

    /// Whether everything that was ordered is done.
    pub(crate) fn is_quiet(&self) -> bool {
        self.orders.is_empty()
    }

    pub(crate) const fn is_feeding(&self) -> bool {
        matches!(self.under_way, UnderWay::Feeding { .. })
    }

    pub(crate) const fn is_cover_open(&self) -> bool {
        self.cover_open
    }

    pub(crate) const fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    pub(crate) const fn is_near_end(&self) -> bool {
        self.near_end
    }

    pub(crate) const fn is_paper_end(&self) -> bool {
        self.paper_end
    }

    pub(crate) const fn has_stopped_on_paper_end(&self) -> bool {
        self.paper_stop
    }

    pub(crate) const fn is_hot(&self) -> bool {
        self.hot_until.is_some()
    }

    /// What the controller knows of it.
    pub(crate) fn state(&self) -> State {
        State {
            cover_open: self.cover_open,
            interrupted: self.interrupted,
            paper_stop: self.paper_stop,
            near_end: self.near_end,
            paper_end: self.paper_end,
            hot: self.hot_until.is_some(),
            offering: self.exit.is_offering(),
            exit_covered: self.exit.is_offering(),
            feeding: matches!(self.under_way, UnderWay::Feeding { .. }),
            ejecting: self.exit.is_moving(),
            ..State::default()
        }
    }

    /// The controller was told to go on after an error that somebody has to clear: takes up the order at which it
    /// stopped. Nothing happens while the cause is still there.
    pub(crate) fn recover(&mut self, _now: SimTime) {}

    const fn may_move(&self) -> bool {
        self.powered && !self.cover_open && !self.paper_stop && self.hot_until.is_none()
    }

    /// The next moment at which something happens here, and what.
    pub(crate) fn due(&self) -> Option<(SimTime, Reason)> {
        if !self.powered {
            return None;
        }
        let order = match self.under_way {
            UnderWay::Feeding { plan, .. } => Some((plan.due, plan.why)),
            UnderWay::Cutting { until } => Some((until, Reason("blade home"))),
            UnderWay::Waiting | UnderWay::Halted { .. } | UnderWay::Presenting => None,
        };
        let cool = self.hot_until.map(|until| (until, Reason("head cool")));
        [order, cool, self.exit.due()].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Does what is due at `now`.
    pub(crate) fn happen(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        if self.hot_until.is_some_and(|until| until <= now) {
            self.hot_until = None;
            report(Event::HeadCool);
        }
        if self.exit.due().is_some_and(|(at, _)| at <= now) {
            self.exit.happen(now, report);
        }
        match self.under_way {
            UnderWay::Feeding { plan, .. } if plan.due <= now => {
                self.catch_up(now);
                self.sense(report);
            }
            UnderWay::Cutting { until } if until <= now => self.cut(report),
            _ => {}
        }
    }

    /// Runs the motor up to `now`, and no further than the next change.
    pub(crate) fn catch_up(&mut self, now: SimTime) {
        let UnderWay::Feeding { mut task, plan } = self.under_way else { return };
        let Self { motion, strip, feed, profile, ink, surface, .. } = self;
        let (after, task_after) = plan.after;
        let lines = task_after.done - task.done;
        if now >= plan.due && after.position_nm - motion.position_nm == after.nominal_nm - motion.nominal_nm {
            // No line can move the paper further than the pitch, so every one has moved it just so far.
            let shade = Shade { surface: *surface, ..Shade::SOUND };
            let (position_nm, nominal_nm) = (motion.position_nm, motion.nominal_nm);
            strip.burns.record_even(motion.line, Spot { position_nm, nominal_nm, shade }, lines);
            (*motion, task) = plan.after;
        } else {
            let around = Surroundings { profile, feed, ink, surface: *surface, edge_nm: strip.edge_nm() };
            motion.run(&mut task, &around, now.min(plan.due), Some(&mut strip.burns));
        }
        self.under_way = UnderWay::Feeding { task, plan };
    }

    /// Finds anew when the motor has to stop, after something has changed.
    fn plan(&mut self, task: Task) {
        let around = Surroundings {
            profile: self.profile,
            feed: &self.feed,
            ink: &self.ink,
            surface: self.surface,
            edge_nm: self.strip.edge_nm(),
        };
        let (mut motion, mut ahead) = (self.motion, task);
        let why = match motion.run(&mut ahead, &around, SimTime::NEVER, None) {
            Halt::Done | Halt::OutOfTime => Reason("band printed"),
            Halt::Sensor => Reason("sensor"),
        };
        let plan = Plan { due: motion.clock, why, after: (motion, ahead) };
        self.under_way = UnderWay::Feeding { task, plan };
    }

    /// Looks at the sensors after a dot line, and stops the motor where they say so.
    fn sense(&mut self, report: &mut impl FnMut(Event)) {
        let UnderWay::Feeding { task, .. } = self.under_way else { return };
        let done = task.done >= task.lines;
        self.look_at_paper(done, report);
        if self.profile.head.is_hot(self.motion.heat_uj) {
            self.hot_until = Some(self.motion.clock + self.profile.head.cooling_time(self.motion.heat_uj));
            report(Event::HeadHot);
        }
        if done {
            self.orders.pop_front();
            self.under_way = UnderWay::Waiting;
        } else if self.may_move() {
            self.plan(task);
        } else {
            self.under_way = UnderWay::Halted { task };
        }
    }

    /// Reads the paper sensors. With the motor between two bands, the end of the paper stops it at once.
    fn look_at_paper(&mut self, between_bands: bool, report: &mut impl FnMut(Event)) {
        let left_nm = self.motion.left_nm;
        let (near_end, paper_end) = (left_nm <= Micrometres(self.profile.near_end_um).as_nm(), left_nm <= 0);
        if near_end && !self.near_end {
            report(Event::PaperNearEnd);
        }
        if paper_end && !self.paper_end {
            report(Event::PaperEnd);
        }
        (self.near_end, self.paper_end) = (near_end, paper_end);
        self.paper_stop = paper_end
            && (between_bands || left_nm <= coast_nm(self.profile.geometry, self.profile.coast_lines));
    }

    /// Begins or resumes the first order, if it can.
    pub(crate) fn proceed(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        while self.may_move() {
            let Some(order) = self.orders.front().copied() else { return };
            let waits = match (self.under_way, order) {
                (UnderWay::Feeding { .. } | UnderWay::Cutting { .. }, _) => true,
                (UnderWay::Halted { task }, _) => self.start(now, task, order, report),
                (_, Order::Print { item, rows, lines }) => {
                    self.strip.content.count_ink(item, &mut self.ink);
                    let task = Task { lines, inked_lines: rows, done: 0 };
                    self.start(now, task, order, report)
                }
                (_, Order::Feed { lines }) => {
                    self.ink.clear();
                    let task = Task { lines, inked_lines: 0, done: 0 };
                    self.start(now, task, order, report)
                }
                (_, Order::Cut { .. }) => self.make_way_and_cut(now),
                (state, Order::Present { let_go }) => {
                    self.move_piece(state, |exit| exit.present(now, let_go))
                }
                (state, Order::Retract) => self.move_piece(state, |exit| exit.retract(now)),
            };
            if waits {
                return;
            }
            self.orders.pop_front();
            self.under_way = UnderWay::Waiting;
        }
    }

    fn start(&mut self, now: SimTime, task: Task, order: Order, report: &mut impl FnMut(Event)) -> bool {
        self.motion.stand(self.profile, now);
        if let Order::Print { item, .. } = order {
            if task.done == 0 {
                self.strip.content.place(item, self.motion.line);
            }
            if let Some(piece) = self.strip.begin() {
                report(Event::Printing { piece });
            }
        }
        self.plan(task);
        task.lines > 0
    }

    /// The blade falls only when the way out is free: a piece that is still held goes back first.
    fn make_way_and_cut(&mut self, now: SimTime) -> bool {
        if self.exit.is_empty() {
            self.under_way = UnderWay::Cutting { until: now + self.profile.cut_time };
        } else {
            self.exit.retract(now);
        }
        true
    }

    fn move_piece(&mut self, state: UnderWay, act: impl FnOnce(&mut Exit)) -> bool {
        if !matches!(state, UnderWay::Presenting) {
            if self.exit.is_moving() {
                return true;
            }
            act(&mut self.exit);
            self.under_way = UnderWay::Presenting;
        }
        self.exit.is_moving()
    }

    fn cut(&mut self, report: &mut impl FnMut(Event)) {
        let byte = match self.orders.front() {
            Some(Order::Cut { byte }) => *byte,
            _ => self.taken_bytes,
        };
        if let Some(piece) = self.strip.cut(self.place(), byte) {
            self.exit.receive(Arc::new(piece), report);
        }
        self.orders.pop_front();
        self.under_way = UnderWay::Waiting;
    }

    const fn place(&self) -> Place {
        Place {
            position_nm: self.motion.position_nm,
            nominal_nm: self.motion.nominal_nm,
            line: self.motion.line,
        }
    }

    /// Stops whatever moves, where it is.
    fn halt(&mut self) {
        match self.under_way {
            UnderWay::Feeding { task, .. } => self.under_way = UnderWay::Halted { task },
            UnderWay::Cutting { .. } => self.under_way = UnderWay::Waiting,
            UnderWay::Waiting | UnderWay::Halted { .. } | UnderWay::Presenting => {}
        }
    }

    /// After something physical has changed: finds the new moment of the next event.
    pub(crate) fn replan(&mut self) {
        if let UnderWay::Feeding { task, .. } = self.under_way {
            self.plan(task);
        }
    }

    /// Forgets every order; what is heated stays on the paper, and the rest of a band that was under way is never
    /// heated: the dot lines that come next are numbered behind it.
    pub(crate) fn forget_orders(&mut self) {
        if let UnderWay::Feeding { task, .. } | UnderWay::Halted { task } = self.under_way {
            self.motion.line += task.inked_lines.saturating_sub(task.done);
        }
        self.orders.clear();
        self.under_way = UnderWay::Waiting;
        self.strip.content.forget_unplaced();
    }

    pub(crate) fn lose_power(&mut self) {
        self.powered = false;
        self.interrupted = false;
        self.hot_until = None;
        self.forget_orders();
        self.exit.lose_power();
    }

    /// The supply is back, and the firmware has started: whatever stands in the presenter is pulled back.
    pub(crate) fn wake_up(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.powered = true;
        self.exit.retract(now);
        self.look_at_paper(true, report);
    }

    pub(crate) fn open_cover(&mut self) {
        self.interrupted |= self.powered && self.is_feeding();
        self.cover_open = true;
        self.halt();
    }

    pub(crate) const fn close_cover(&mut self) {
        self.cover_open = false;
        self.interrupted = false;
    }

    /// Tears out the strip; gives it if something is printed on it.
    pub(crate) fn tear_out(&mut self, report: &mut impl FnMut(Event)) {
        self.halt();
        if let Some(piece) = self.strip.tear(self.place(), self.taken_bytes) {
            report(Event::Removed { piece: Arc::new(piece) });
        }
    }

    /// So much paper is left. The sensors are read at once, unless there is no supply.
    pub(crate) fn set_paper_left(&mut self, left: Micrometres, report: &mut impl FnMut(Event)) {
        self.motion.left_nm = left.as_nm();
        if self.powered {
            self.look_at_paper(!self.is_feeding(), report);
        }
        if !self.may_move() {
            self.halt();
        }
    }

    /// Dot lines that the motor was stepped in its life.
    pub(crate) const fn turned(&self) -> u64 {
        self.motion.turned
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
        self.strip.content.footprint_bytes()
    }
}
