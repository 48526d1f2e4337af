//! Orders: begun, carried out, halted, forgotten.
//!
//! One order is under way at a time. Facts: printer sources, sections 4, 7 and 8. *Not modelled:* a firmware
//! that goes on to the next order while the blade moves.

use super::heating::Drive;
use super::motion::{Halt, Task};
use super::{Mechanism, Motion};
use crate::Event;
use crate::paper::content::ItemId;
use core::time::Duration;
use sim::{Reason, SimTime};
use std::sync::Arc;

/// Bands that wait, the one under way included, before the interpreter has to stop.
const BANDS_AHEAD: usize = 2;

/// Most places that are reserved for a cut; no host has so many pieces between head and blade.
const RESERVED_MAX: usize = 256;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Print an item, and feed on to so many dot lines in all.
    Print { item: ItemId, rows: u32, lines: u32 },
    /// Feed so many dot lines.
    Feed { lines: u32 },
    /// Feed so many dot lines back; never so far that the edge slips out of the platen's grip.
    FeedBack { lines: u32 },
    /// Cut at the blade; bytes from this offset on belong to the next piece, as [`Mechanism::note_taken`] fills in.
    Cut { byte: u64 },
    /// Cut where the head stands now and so many dot lines further on, when that place has come to the blade.
    ReserveCut { lines: u32, byte: u64 },
    /// Move the piece out by so many steps, or as far as usual, and let go of it or not.
    Present { steps: Option<u8>, let_go: bool },
    /// Pull the piece back.
    Retract,
    /// From now on a piece is offered for so long before it is pulled back; `None` for ever.
    OfferTime(Option<Duration>),
    /// From now on the head is driven like this.
    Drive(Drive),
}

/// How far the first order is.
#[derive(Clone, Copy, Debug)]
pub(super) enum UnderWay {
    /// Not begun.
    Waiting,
    /// The motor turns; something will happen at `due`.
    Feeding { task: Task, plan: Plan },
    /// The motor turns back, a dot line after the other.
    FeedingBack { began: SimTime, until: SimTime, line_ns: u32, lines: u32, done: u32 },
    /// Stopped in the middle.
    Halted { task: Task },
    /// The blade moves; `then` is a band that it interrupts.
    Cutting { began: SimTime, until: SimTime, cut: Cut, then: Option<Task> },
    /// The presenter has been told.
    Presenting,
}

/// A cut that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The paper is severed so long after the blade has set off, if it is.
    severs_after: Option<Duration>,
    severed: bool,
    home: bool,
    /// Where, and the first byte behind it, if that was said beforehand.
    reserved: Option<u64>,
}

/// What the motor will do until something changes, if nobody disturbs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) due: SimTime,
    pub(super) why: Reason,
    pub(super) halt: Halt,
    /// Every dot line moves the paper by one pitch and is fully dark.
    pub(super) even: bool,
    /// The end of it.
    pub(super) after: (Motion, Task),
}

impl Mechanism {
    /// The interpreter has so many bytes behind it, with the command that gave the last order.
    pub(crate) fn note_taken(&mut self, bytes: u64) {
        self.taken_bytes = bytes;
        let cut = self.orders.iter_mut().rev().find_map(|order| match order {
            Order::Cut { byte } | Order::ReserveCut { byte, .. } => Some(byte),
            _ => None,
        });
        if let Some(byte) = cut {
            *byte = bytes;
        }
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push_back(order);
    }

    /// Orders that are not done.
    pub(crate) fn waiting(&self) -> usize {
        self.orders.len()
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

    /// Finds anew when the motor has to stop, after something has changed.
    pub(super) fn plan(&mut self, task: Task) {
        self.feed.forget_past(self.motion.turned);
        let (mut motion, mut ahead) = (self.motion, task);
        let outcome = motion.run(&mut ahead, &self.surroundings(), SimTime::NEVER, None);
        let why = match outcome.halt {
            Halt::Done | Halt::OutOfTime => Reason("band printed"),
            Halt::Sensor => Reason("sensor"),
            Halt::Load(_) => Reason("supply breaks down"),
        };
        let (halt, even) = (outcome.halt, outcome.even);
        let plan = Plan { due: motion.clock, why, halt, even, after: (motion, ahead) };
        self.under_way = UnderWay::Feeding { task, plan };
    }

    /// After something physical has changed: finds the new moment of the next event.
    pub(crate) fn replan(&mut self) {
        if let UnderWay::Feeding { task, .. } = self.under_way {
            self.plan(task);
        }
    }

    /// Begins or resumes the first order, if it can.
    pub(crate) fn proceed(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        while self.may_move() {
            let Some(order) = self.orders.front().copied() else { return };
            let waits = match (self.under_way, order) {
                (UnderWay::Feeding { .. } | UnderWay::Cutting { .. } | UnderWay::FeedingBack { .. }, _) => {
                    true
                }
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
                (_, Order::FeedBack { lines }) => self.feed_back(now, lines),
                (_, Order::Cut { byte }) => self.make_way_and_cut(now, byte),
                (_, Order::ReserveCut { lines, byte }) => self.reserve_cut(lines, byte),
                (state, Order::Present { steps, let_go }) => {
                    self.move_piece(state, |exit| exit.present(now, steps, let_go))
                }
                (state, Order::Retract) => self.move_piece(state, |exit| exit.retract(now)),
                (_, Order::OfferTime(offer_time)) => {
                    self.exit.set_offer_time(offer_time);
                    false
                }
                (_, Order::Drive(drive)) => {
                    self.heating.set_drive(drive);
                    false
                }
            };
            if waits {
                return;
            }
            self.orders.pop_front();
            self.under_way = UnderWay::Waiting;
        }
    }

    fn start(&mut self, now: SimTime, task: Task, order: Order, report: &mut impl FnMut(Event)) -> bool {
        self.stand(now);
        let rested = core::mem::take(&mut self.motion.rested);
        if let Order::Print { item, .. } = order {
            if task.done == 0 {
                self.strip.content.place(item, self.motion.line);
            }
            match self.strip.begin() {
                Some(piece) => report(Event::Printing { piece }),
                None if rested && task.done < task.inked_lines => self.motion.disturb(),
                None => {}
            }
        }
        if self.heating.is_sound() {
            self.motion.forget_darkness();
        }
        self.plan(task);
        task.lines > 0
    }

    /// Lets the motor stand until `now`, unless it turns.
    pub(super) fn stand(&mut self, now: SimTime) {
        if !self.is_feeding() {
            self.motion.stand(&self.thermal, now);
        }
    }

    fn feed_back(&mut self, now: SimTime, lines: u32) -> bool {
        self.stand(now);
        let reach_nm = self.motion.position_nm - self.strip.edge_nm();
        let lines = self.feed.lines_back(lines, reach_nm);
        let line_ns = self.feed.line_time_ns(0);
        let until = now + Duration::from_nanos(u64::from(line_ns) * u64::from(lines));
        self.under_way = UnderWay::FeedingBack { began: now, until, line_ns, lines, done: 0 };
        lines > 0
    }

    pub(super) fn feed_back_until(&mut self, now: SimTime) {
        let UnderWay::FeedingBack { began, until, line_ns, lines, done } = self.under_way else { return };
        let passed = now.min(until).since(began).as_nanos() / u128::from(line_ns.max(1));
        let turned = u32::try_from(passed).unwrap_or(u32::MAX).clamp(done, lines);
        self.motion.turn_back(turned - done, self.feed.line_nm());
        self.under_way = UnderWay::FeedingBack { began, until, line_ns, lines, done: turned };
    }

    pub(super) fn end_feed_back(&mut self, now: SimTime) {
        self.feed_back_until(now);
        self.orders.pop_front();
        self.under_way = UnderWay::Waiting;
        self.motion.stand(&self.thermal, now);
    }

    /// The blade falls only when the way out is free: a piece that is still held goes back first.
    fn make_way_and_cut(&mut self, now: SimTime, byte: u64) -> bool {
        if self.profile.cutter.is_none() {
            return false;
        }
        if self.exit.is_empty() {
            self.begin_stroke(now, Some(byte), None);
        } else if !self.exit.is_moving() {
            self.exit.make_way(now);
        }
        true
    }

    fn begin_stroke(&mut self, now: SimTime, reserved: Option<u64>, then: Option<Task>) {
        let Some(cutter) = self.profile.cutter else { return };
        self.stand(now);
        let stroke = self.blade.stroke(cutter);
        self.cuts += 1;
        let cut = Cut { severs_after: stroke.severs_after, severed: false, home: stroke.home, reserved };
        self.under_way = UnderWay::Cutting { began: now, until: now + stroke.takes, cut, then };
    }

    fn reserve_cut(&mut self, lines: u32, byte: u64) -> bool {
        if self.profile.cutter.is_some() {
            let mark_nm = self.motion.position_nm + i64::from(lines) * self.feed.line_nm();
            // A place is cut once, however often it is named.
            let known = self.reserved.iter().any(|(known_nm, _)| *known_nm == mark_nm);
            if !known && self.reserved.len() < RESERVED_MAX {
                self.reserved.push_back((mark_nm, byte));
            }
        }
        false
    }

    /// Begins a cut that was reserved, if its place is at the blade; `then` is the rest of the band.
    pub(super) fn begin_reserved_cut(&mut self, now: SimTime, then: Option<Task>) -> bool {
        if self.motion.position_nm < self.surroundings().cut_nm {
            return false;
        }
        let Some((_, byte)) = self.reserved.pop_front() else { return false };
        if !self.exit.is_empty() {
            self.exit.retract(now);
        }
        self.begin_stroke(now, Some(byte), then);
        true
    }

    /// The blade has gone through, if it is so far by now.
    pub(super) fn sever_until(&mut self, now: SimTime) {
        let UnderWay::Cutting { began, until, cut, then } = self.under_way else { return };
        let reached = cut.severs_after.is_some_and(|after| began + after <= now);
        if cut.severed || !reached {
            return;
        }
        let cut = Cut { severed: true, ..cut };
        self.under_way = UnderWay::Cutting { began, until, cut, then };
        if self.feed.is_wrapped() {
            return;
        }
        let byte = cut.reserved.unwrap_or(self.taken_bytes);
        if let Some(piece) = self.strip.cut(self.place(), byte) {
            let Self { exit, untold, .. } = self;
            exit.receive(Arc::new(piece), &mut |event| untold.push(event));
        }
        self.unseen_since_nm = Some(self.motion.nominal_nm);
        let edge_nm = self.strip.edge_nm();
        self.reserved.retain(|(mark_nm, _)| *mark_nm > edge_nm);
    }

    /// The firmware knows what has become of the stroke.
    pub(super) fn end_stroke(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.sever_until(now);
        self.tell(report);
        let UnderWay::Cutting { cut, then, .. } = self.under_way else { return };
        self.known.cutter_error = !cut.home;
        // What was severed is not cut again, even if the switch does not know.
        if then.is_none()
            && (cut.home || cut.severed)
            && matches!(self.orders.front(), Some(Order::Cut { .. }))
        {
            self.orders.pop_front();
        }
        self.under_way = then.map_or(UnderWay::Waiting, |task| UnderWay::Halted { task });
    }

    fn move_piece(&mut self, state: UnderWay, act: impl FnOnce(&mut super::Exit)) -> bool {
        if !matches!(state, UnderWay::Presenting) {
            if self.exit.is_moving() {
                return true;
            }
            act(&mut self.exit);
            self.under_way = UnderWay::Presenting;
        }
        self.exit.is_moving()
    }

    /// Stops whatever moves, where it is.
    pub(super) fn halt(&mut self) {
        match self.under_way {
            UnderWay::Feeding { task, .. } => self.under_way = UnderWay::Halted { task },
            UnderWay::FeedingBack { lines, done, .. } => {
                if let Some(Order::FeedBack { lines: rest }) = self.orders.front_mut() {
                    *rest = lines - done;
                }
                self.under_way = UnderWay::Waiting;
            }
            UnderWay::Cutting { cut, then, .. } => {
                if cut.severed && then.is_none() && matches!(self.orders.front(), Some(Order::Cut { .. })) {
                    self.orders.pop_front();
                }
                self.under_way = then.map_or(UnderWay::Waiting, |task| UnderWay::Halted { task });
            }
            UnderWay::Waiting | UnderWay::Halted { .. } | UnderWay::Presenting => {}
        }
    }

    /// Forgets every order; what is heated stays on the paper, and the rest of a band that was under way is never
    /// heated: the dot lines that come next are numbered behind it.
    pub(crate) fn forget_orders(&mut self) {
        self.halt();
        if let UnderWay::Halted { task } = self.under_way {
            self.motion.line = self.motion.line.saturating_add(task.inked_lines.saturating_sub(task.done));
        }
        // The interpreter has already changed its mind about the head.
        for order in self.orders.drain(..) {
            if let Order::Drive(drive) = order {
                self.heating.set_drive(drive);
            }
        }
        self.reserved.clear();
        self.under_way = UnderWay::Waiting;
        self.strip.content.forget_unplaced();
    }

    pub(crate) fn lose_power(&mut self) {
        self.powered = false;
        self.forget_orders();
        self.heating.set_drive(Drive::default());
        self.known = super::Known { glances: self.known.glances, ..super::Known::default() };
        self.exit.lose_power();
    }
}
