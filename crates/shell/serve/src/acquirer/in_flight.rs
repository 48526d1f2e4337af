//! One call on its way: in flight from its reading until its answer leaves, or is lost on purpose.
//!
//! A call that was decided, and whose connection is dropped before that, is an answer in vain; it is counted.
//! *Not here:* cards, whose answers leave several at once. *Not modelled:* a client that goes while its answer is being
//! written; the system takes the bytes, and nobody hears that they were in vain.

use crate::acquirer::hall::Hall;
use crate::acquirer::platform::Platform;
use std::rc::Rc;

/// Counts as in flight until it is dropped.
pub(crate) struct InFlight<P: Platform> {
    hall: Rc<Hall<P>>,
    is_decided: bool,
}

impl<P: Platform> InFlight<P> {
    pub(crate) fn begin(hall: &Rc<Hall<P>>) -> Self {
        hall.counters.in_flight.up();
        Self { hall: Rc::clone(hall), is_decided: false }
    }

    /// From now on somebody ought to hear of it.
    pub(crate) const fn decided(&mut self) {
        self.is_decided = true;
    }

    /// Its answer leaves, or shall not.
    pub(crate) fn over(mut self) {
        self.is_decided = false;
    }
}

impl<P: Platform> Drop for InFlight<P> {
    fn drop(&mut self) {
        self.hall.counters.in_flight.take_off(1);
        if self.is_decided {
            self.hall.counters.undelivered.up();
        }
    }
}
