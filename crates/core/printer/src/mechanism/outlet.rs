//! Where a piece goes after the cut: into the mouth, or into a presenter that offers it or pulls it back.
//!
//! Facts: printer sources, section 8: held in a loop, presented, taken or timed out, retracted; rollers that do not
//! turn are tried three times. Whether a receipt was taken is what the exit sensor says. *Not modelled:* the shape
//! of the loop, a customer who holds the paper while it is pulled back.

use crate::event::Place;
use crate::{Event, Outlet, Piece};
use core::time::Duration;
use sim::{Reason, SimTime};
use std::sync::Arc;

/// Tries until rollers that do not turn are a jam.
const TRIES: u8 = 3;
/// A customer can get hold of what stands out so far, in micrometres.
const REACH_UM: u32 = 10_000;

/// The outlet and what lies in it.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    presenter: Option<Presenter>,
    mouth: Vec<Arc<Piece>>,
    state: State,
    /// Something stops the rollers.
    pub(crate) blocked: bool,
    /// Pieces in the bin.
    pub(crate) bin: u16,
    /// Paper has not moved as it should.
    fault: bool,
    /// The exit sensor says "paper" whatever is there.
    always_covered: bool,
    /// It says "no paper" whatever is there.
    never_covered: bool,
}

#[derive(Clone, Copy, Debug)]
struct Presenter {
    move_time: Duration,
    offer_time: Option<Duration>,
    /// The same, until a command says otherwise.
    usual_offer_time: Duration,
    step_um: u32,
    default_steps: u8,
    bin_pieces: u16,
}

#[derive(Clone, Debug)]
enum State {
    Empty,
    Held(Arc<Piece>),
    MovingOut {
        piece: Arc<Piece>,
        until: SimTime,
        let_go: bool,
        out_um: u32,
        tries: u8,
    },
    Offered {
        piece: Arc<Piece>,
        until: SimTime,
        out_um: u32,
    },
    MovingIn {
        piece: Arc<Piece>,
        until: SimTime,
        tries: u8,
    },
    /// Nothing is there, but the sensor says so.
    Phantom {
        until: SimTime,
    },
}

impl Exit {
    pub(crate) const fn new(outlet: Outlet) -> Self {
        let presenter = match outlet {
            Outlet::Mouth => None,
            Outlet::Presenter { move_time, offer_time: usual, step_um, default_steps, bin_pieces } => {
                let (offer_time, usual_offer_time) = (Some(usual), usual);
                Some(Presenter {
                    move_time,
                    offer_time,
                    usual_offer_time,
                    step_um,
                    default_steps,
                    bin_pieces,
                })
            }
        };
        Self {
            presenter,
            mouth: Vec::new(),
            state: State::Empty,
            blocked: false,
            bin: 0,
            fault: false,
            always_covered: false,
            never_covered: false,
        }
    }

    /// Takes over a piece that the blade has cut off.
    pub(crate) fn receive(&mut self, piece: Arc<Piece>, report: &mut impl FnMut(Event)) {
        report(Event::Cut { piece: piece.id() });
        if self.presenter.is_some() && matches!(self.state, State::Empty | State::Phantom { .. }) {
            self.state = State::Held(piece);
        } else {
            report(Event::Offered { piece: piece.id() });
            self.mouth.push(piece);
        }
    }

    /// Moves the piece out by so many steps, and lets go of it if so told. Without a presenter, or with nothing
    /// to move, nothing happens.
    pub(crate) fn present(&mut self, now: SimTime, steps: Option<u8>, let_go: bool) {
        let Some(presenter) = self.presenter else { return };
        let steps = steps.filter(|steps| *steps > 0).unwrap_or(presenter.default_steps);
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::Held(piece) => {
                let out_um = (u32::from(steps) * presenter.step_um).min(piece.length_um());
                State::MovingOut { piece, until: now + presenter.move_time, let_go, out_um, tries: TRIES }
            }
            State::Offered { piece, out_um, .. } if let_go => {
                State::MovingOut { piece, until: now, let_go, out_um, tries: TRIES }
            }
            state => state,
        };
    }

    /// Pulls back what is held or offered, unless the bin is full.
    pub(crate) fn retract(&mut self, now: SimTime) {
        let Some(Presenter { move_time, .. }) = self.presenter else { return };
        let full = self.is_bin_full();
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::Offered { piece, out_um, .. } if full => {
                State::Offered { piece, until: SimTime::NEVER, out_um }
            }
            State::Held(piece) if full => State::Held(piece),
            State::Held(piece) | State::Offered { piece, .. } => {
                State::MovingIn { piece, until: now + move_time, tries: TRIES }
            }
            state => state,
        };
    }

    /// Makes room for the next piece; `false` if that cannot be done.
    pub(crate) fn make_way(&mut self, now: SimTime) -> bool {
        self.retract(now);
        self.fault |= !self.is_moving() && !self.is_empty();
        !self.fault
    }

    pub(crate) const fn set_offer_time(&mut self, offer_time: Option<Duration>) {
        if let Some(presenter) = &mut self.presenter {
            presenter.offer_time = offer_time;
        }
    }

    /// What the exit sensor says of paper and of no paper.
    pub(crate) fn set_eye(&mut self, sees_paper: bool, sees_nothing: bool) {
        (self.always_covered, self.never_covered) = (sees_nothing, !sees_paper);
        if !self.always_covered && matches!(self.state, State::Phantom { .. }) {
            self.state = State::Empty;
        }
    }

    /// Goes on after a jam: what stands in the presenter can be moved again.
    pub(crate) const fn recover(&mut self) {
        self.fault = false;
    }

    pub(crate) const fn is_moving(&self) -> bool {
        matches!(self.state, State::MovingOut { .. } | State::MovingIn { .. })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self.state, State::Empty | State::Phantom { .. })
    }

    pub(crate) const fn has_fault(&self) -> bool {
        self.fault
    }

    pub(crate) fn is_bin_full(&self) -> bool {
        self.presenter.is_some_and(|presenter| self.bin >= presenter.bin_pieces)
    }

    /// Whether the firmware believes that a piece waits for its customer.
    pub(crate) const fn is_offering(&self) -> bool {
        matches!(self.state, State::Offered { .. }) && !self.never_covered
            || matches!(self.state, State::Phantom { .. })
    }

    /// Whether the exit sensor says that there is paper, apart from the strip.
    pub(crate) const fn is_covered(&self) -> bool {
        self.always_covered || (matches!(self.state, State::Offered { .. }) && !self.never_covered)
    }

    /// When something happens here by itself.
    pub(crate) fn due(&self) -> Option<(SimTime, Reason)> {
        let due = match &self.state {
            State::MovingOut { until, .. } | State::MovingIn { until, .. } => {
                (*until, Reason("presenter stops"))
            }
            State::Offered { until, .. } | State::Phantom { until } => (*until, Reason("receipt not taken")),
            State::Empty | State::Held(_) => return None,
        };
        (due.0 < SimTime::NEVER).then_some(due)
    }

    /// Does what is due.
    pub(crate) fn happen(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        let Some(Presenter { move_time, .. }) = self.presenter else { return };
        let blocked = self.blocked;
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::MovingOut { piece, let_go, out_um, tries, .. } if blocked && tries > 1 => {
                State::MovingOut { piece, until: now + move_time, let_go, out_um, tries: tries - 1 }
            }
            State::MovingIn { piece, tries, .. } if blocked && tries > 1 => {
                State::MovingIn { piece, until: now + move_time, tries: tries - 1 }
            }
            State::MovingOut { piece, .. } | State::MovingIn { piece, .. } if blocked => {
                self.fault = true;
                State::Held(piece)
            }
            State::MovingOut { piece, let_go, out_um, .. } => self.offer(now, piece, let_go, out_um, report),
            State::MovingIn { piece, .. } => {
                self.bin = self.bin.saturating_add(1);
                report(Event::Retracted { piece });
                self.fault |= self.always_covered;
                State::Empty
            }
            // The firmware pulls at nothing, and its sensor still says "paper".
            State::Phantom { .. } => {
                self.fault = true;
                State::Empty
            }
            state @ State::Offered { .. } => {
                self.state = state;
                self.retract(now);
                return;
            }
            state @ (State::Empty | State::Held(_)) => state,
        };
    }

    fn offer(
        &mut self,
        now: SimTime,
        piece: Arc<Piece>,
        let_go: bool,
        out_um: u32,
        report: &mut impl FnMut(Event),
    ) -> State {
        report(Event::Presented { piece: piece.id() });
        if let_go {
            report(Event::Offered { piece: piece.id() });
            self.mouth.push(piece);
            return State::Empty;
        }
        if out_um >= REACH_UM {
            report(Event::Offered { piece: piece.id() });
        }
        // A sensor that sees no paper has seen the customer take it.
        let offer_time = self.presenter.and_then(|presenter| presenter.offer_time);
        let until = offer_time.filter(|_| !self.never_covered).map_or(SimTime::NEVER, |time| now + time);
        State::Offered { piece, until, out_um }
    }

    /// The customer takes all that can be reached.
    pub(crate) fn take(&mut self, report: &mut impl FnMut(Event)) {
        for piece in self.mouth.drain(..) {
            report(Event::Taken { piece });
        }
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::Offered { piece, until, out_um } if out_um >= REACH_UM => {
                report(Event::Taken { piece });
                if self.always_covered { State::Phantom { until } } else { State::Empty }
            }
            state => state,
        };
    }

    /// The supply is gone: what moves stops where it is, and nothing is timed any more.
    pub(crate) fn lose_power(&mut self) {
        self.fault = false;
        if let Some(presenter) = &mut self.presenter {
            presenter.offer_time = Some(presenter.usual_offer_time);
        }
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::MovingOut { piece, .. } | State::MovingIn { piece, .. } => State::Held(piece),
            State::Offered { piece, out_um, .. } => State::Offered { piece, until: SimTime::NEVER, out_um },
            State::Phantom { .. } => State::Empty,
            state => state,
        };
    }

    /// Reports all that lies here, without touching it.
    pub(crate) fn look(&self, report: &mut impl FnMut(Event)) {
        for piece in &self.mouth {
            report(Event::Found { piece: Arc::clone(piece), place: Place::Mouth });
        }
        let (piece, place) = match &self.state {
            State::Empty | State::Phantom { .. } => return,
            State::Offered { piece, out_um, .. } if *out_um >= REACH_UM => (piece, Place::Mouth),
            State::Held(piece)
            | State::Offered { piece, .. }
            | State::MovingOut { piece, .. }
            | State::MovingIn { piece, .. } => (piece, Place::Inside),
        };
        report(Event::Found { piece: Arc::clone(piece), place });
    }
}
