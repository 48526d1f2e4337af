//! The end of serving: that somebody wants it, that it begins, and who is still busy.
//!
//! Every connection asks at every turn whether the end has begun, so asking is a look at a flag, and a place among those
//! who are woken is taken once. *Not here:* what ends it, and how long it may take.

use core::cell::{Cell, RefCell};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::collections::BTreeMap;
use tokio::sync::Notify;

/// Whether it ends, and who is still busy.
#[derive(Debug, Default)]
pub(crate) struct End {
    begun: Cell<bool>,
    /// By the number of the place that each has taken.
    waiting: RefCell<BTreeMap<u64, Waker>>,
    places: Cell<u64>,
    wanted: Notify,
    busy: Cell<usize>,
    gone: Notify,
}

/// See [`End::begun`].
#[derive(Debug)]
#[must_use]
pub(crate) struct Begun<'a> {
    end: &'a End,
    place: Option<(u64, Waker)>,
}

impl End {
    /// Somebody wants it to end.
    pub(crate) fn want(&self) {
        self.wanted.notify_one();
    }

    pub(crate) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// From now on nothing new is taken.
    pub(crate) fn begin(&self) {
        self.begun.set(true);
        for waker in self.waiting.take().into_values() {
            waker.wake();
        }
    }

    /// Waits until it begins.
    pub(crate) const fn begun(&self) -> Begun<'_> {
        Begun { end: self, place: None }
    }

    /// Somebody is busy.
    pub(crate) fn one_more(&self) {
        self.busy.set(self.busy.get() + 1);
    }

    /// Somebody is busy no longer.
    pub(crate) fn one_less(&self) {
        self.busy.set(self.busy.get() - 1);
        if self.busy.get() == 0 {
            self.gone.notify_waiters();
        }
    }

    /// Waits until nobody is busy.
    pub(crate) async fn all_gone(&self) {
        loop {
            let gone = self.gone.notified();
            tokio::pin!(gone);
            gone.as_mut().enable();
            if self.busy.get() == 0 {
                return;
            }
            gone.await;
        }
    }
}

impl Future for Begun<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.end.begun.get() {
            return Poll::Ready(());
        }
        if !self.place.as_ref().is_some_and(|(_, waker)| waker.will_wake(context.waker())) {
            self.take_place(context.waker());
        }
        Poll::Pending
    }
}

impl Begun<'_> {
    /// A new one, or the old one for another waker.
    fn take_place(&mut self, waker: &Waker) {
        let number = self.place.take().map_or_else(|| self.end.places.get(), |(number, _)| number);
        self.end.places.set(self.end.places.get().max(number + 1));
        self.end.waiting.borrow_mut().insert(number, waker.clone());
        self.place = Some((number, waker.clone()));
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if let Some((number, _)) = &self.place {
            self.end.waiting.borrow_mut().remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::End;
    use tokio::runtime::Builder;

    #[test]
    fn whoever_waits_is_woken_when_it_begins_and_whoever_has_gone_leaves_no_place() {
        let end = End::default();
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let both = async { tokio::join!(end.begun(), end.begun()) };
            let begins = async {
                // One who does not wait for it to the end.
                tokio::select! {
                    biased;
                    () = end.begun() => unreachable!("it has not begun"),
                    () = tokio::task::yield_now() => {}
                }
                assert_eq!(end.waiting.borrow().len(), 2);
                end.begin();
            };
            tokio::join!(both, begins);
            end.begun().await;
        });
        assert_eq!(end.waiting.borrow().len(), 0);
    }

    #[test]
    fn all_are_gone_when_the_last_one_is() {
        let end = End::default();
        (0..2).for_each(|_| end.one_more());
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let leave = async { (0..2).for_each(|_| end.one_less()) };
            tokio::join!(end.all_gone(), leave);
        });
    }
}
