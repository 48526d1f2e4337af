//! Where a piece goes after the cut: into the mouth, or into a presenter that offers it or pulls it back.
//!
//! Facts: presenter research, section 8: held in a loop, presented, taken or timed out, retracted. *Not
//! modelled yet:* jams in the presenter, a dirty exit sensor, a full bin.

use crate::event::Place;
use crate::{Event, Outlet, Piece};
use core::time::Duration;
use sim::{Reason, SimTime};
use std::sync::Arc;

/// The outlet and what lies in it.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    /// Times of the presenter to move and to offer; `None` if there is only a mouth.
    presenter: Option<(Duration, Duration)>,
    mouth: Vec<Arc<Piece>>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Empty,
    Held(Arc<Piece>),
    MovingOut { piece: Arc<Piece>, until: SimTime, let_go: bool },
    Offered { piece: Arc<Piece>, until: SimTime },
    MovingIn { piece: Arc<Piece>, until: SimTime },
}

impl Exit {
    pub(crate) const fn new(outlet: Outlet) -> Self {
        let presenter = match outlet {
            Outlet::Mouth => None,
            Outlet::Presenter { move_time, offer_time } => Some((move_time, offer_time)),
        };
        Self { presenter, mouth: Vec::new(), state: State::Empty }
    }

    /// Takes over a piece that the blade has cut off.
    pub(crate) fn receive(&mut self, piece: Arc<Piece>, report: &mut impl FnMut(Event)) {
        report(Event::Cut { piece: piece.id() });
        if self.presenter.is_some() {
            self.state = State::Held(piece);
        } else {
            report(Event::Offered { piece: piece.id() });
            self.mouth.push(piece);
        }
    }

    /// Moves the piece out, and lets go of it if so told. Without a presenter, or with nothing to move,
    /// nothing happens.
    pub(crate) fn present(&mut self, now: SimTime, let_go: bool) {
        let Some((move_time, _)) = self.presenter else { return };
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::Held(piece) => State::MovingOut { piece, until: now + move_time, let_go },
            State::Offered { piece, .. } if let_go => State::MovingOut { piece, until: now, let_go },
            state => state,
        };
    }

    /// Pulls back what is held or offered.
    pub(crate) fn retract(&mut self, now: SimTime) {
        let Some((move_time, _)) = self.presenter else { return };
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::Held(piece) | State::Offered { piece, .. } => {
                State::MovingIn { piece, until: now + move_time }
            }
            state => state,
        };
    }

    pub(crate) const fn is_moving(&self) -> bool {
        matches!(self.state, State::MovingOut { .. } | State::MovingIn { .. })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self.state, State::Empty)
    }

    /// Whether paper stands at the exit sensor.
    pub(crate) const fn is_offering(&self) -> bool {
        matches!(self.state, State::Offered { .. })
    }

    /// When something happens here by itself.
    pub(crate) const fn due(&self) -> Option<(SimTime, Reason)> {
        match &self.state {
            State::MovingOut { until, .. } | State::MovingIn { until, .. } => {
                Some((*until, Reason("presenter stops")))
            }
            State::Offered { until, .. } => Some((*until, Reason("receipt not taken"))),
            State::Empty | State::Held(_) => None,
        }
    }

    /// Does what is due.
    pub(crate) fn happen(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        match core::mem::replace(&mut self.state, State::Empty) {
            State::MovingOut { piece, let_go, .. } => {
                report(Event::Presented { piece: piece.id() });
                report(Event::Offered { piece: piece.id() });
                if let_go {
                    self.mouth.push(piece);
                } else {
                    let offer_time = self.presenter.map_or(Duration::ZERO, |(_, offer_time)| offer_time);
                    self.state = State::Offered { piece, until: now + offer_time };
                }
            }
            State::MovingIn { piece, .. } => report(Event::Retracted { piece }),
            state @ State::Offered { .. } => {
                self.state = state;
                self.retract(now);
            }
            state @ (State::Empty | State::Held(_)) => self.state = state,
        }
    }

    /// The customer takes all that can be reached.
    pub(crate) fn take(&mut self, report: &mut impl FnMut(Event)) {
        for piece in self.mouth.drain(..) {
            report(Event::Taken { piece });
        }
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::Offered { piece, .. } => {
                report(Event::Taken { piece });
                State::Empty
            }
            state => state,
        };
    }

    /// The supply is gone: what moves stops where it is, and nothing is timed any more.
    pub(crate) fn lose_power(&mut self) {
        self.state = match core::mem::replace(&mut self.state, State::Empty) {
            State::MovingOut { piece, .. } | State::MovingIn { piece, .. } => State::Held(piece),
            State::Offered { piece, .. } => State::Offered { piece, until: SimTime::NEVER },
            state => state,
        };
    }

    /// Reports all that lies here, without touching it.
    pub(crate) fn look(&self, report: &mut impl FnMut(Event)) {
        for piece in &self.mouth {
            report(Event::Found { piece: Arc::clone(piece), place: Place::Mouth });
        }
        let (piece, place) = match &self.state {
            State::Empty => return,
            State::Offered { piece, .. } => (piece, Place::Mouth),
            State::Held(piece) | State::MovingOut { piece, .. } | State::MovingIn { piece, .. } => {
                (piece, Place::Inside)
            }
        };
        report(Event::Found { piece: Arc::clone(piece), place });
    }
}
