//! What every flow of the firmware works with: the moment, the settings, the journal, the way out.
//!
//! A flow is a small state machine for one charge. It never owns what outlives it; it borrows a
//! [`Desk`] for one step, and says with [`Next`] what becomes of it.

use crate::event::{Event, Request};
use crate::journal::{Approval, Charge, Journal, Record};
use crate::screen::Belief;
use crate::settings::Settings;
use sim::{Outbox, SimTime, Tag};

/// What a flow borrows for one step.
pub(crate) struct Desk<'a> {
    pub(crate) now: SimTime,
    pub(crate) settings: &'a Settings,
    pub(crate) journal: &'a mut Journal,
    pub(crate) outbox: &'a mut Outbox<Event>,
    pub(crate) numbers: &'a mut Numbers,
}

impl Desk<'_> {
    /// Reports something.
    pub(crate) fn event(&mut self, event: Event) {
        self.outbox.event(event);
    }

    /// Starts to write a record.
    pub(crate) fn write(&mut self, record: Record) {
        self.journal.write(self.now, record);
    }

    /// Reports that a request about a charge leaves now, and gives the word that rules aim by.
    pub(crate) fn asks(&mut self, request: Request, charge: &Charge) -> Tag {
        self.event(Event::Asked { request, key: charge.key });
        Tag(request.word())
    }
}

/// The last trace number and the last order that were given out, as memory knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) stan: u32,
    pub(crate) orders: u32,
}

/// What becomes of a flow after a step.
#[derive(Debug)]
pub(crate) enum Next {
    /// It goes on.
    Stay,
    /// People are told this while it goes on.
    Tell(Belief),
    /// It is over, and people are told this.
    Over(Belief),
    /// It is over: approved, and in flash.
    Paid(Approval),
    /// It is given up for another charge of the same wish.
    Instead(Charge),
    /// The receipt may be printed now, before the result.
    PrintAhead(Charge),
    /// It is over: the receipt that was printed ahead goes back into the machine.
    PullBack(Charge),
}
