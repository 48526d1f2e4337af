//! Whose turn it is at the network port: one host at a time, in the order in which they first sent something.
//!
//! Real network printers serve one host, and the others wait (printer sources, section 10). A host keeps its turn
//! until it closes, or until it has been idle for so long while others wait. *Not modelled:* priorities; ports
//! other than the network take no turns, as on a printer with two cables.

use std::cell::Cell;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct Turns {
    /// First come, first served: the semaphore is fair.
    turn: Semaphore,
    waiting: Cell<usize>,
    wanted: Notify,
    idle: Duration,
}

/// Held by the one whose turn it is.
#[derive(Debug)]
pub(crate) struct Turn<'a>(
    #[expect(dead_code, reason = "it gives the turn back when dropped")] Option<SemaphorePermit<'a>>,
);

impl Turns {
    pub(crate) fn new(idle: Duration) -> Self {
        Self { turn: Semaphore::new(1), waiting: Cell::new(0), wanted: Notify::new(), idle }
    }

    /// Waits for a turn.
    pub(crate) async fn take(&self) -> Turn<'_> {
        let _waiting = Waiting::count(&self.waiting);
        self.wanted.notify_one();
        // Never closed; and if it were, everybody could go on.
        Turn(self.turn.acquire().await.ok())
    }

    /// Comes back when a turn is forfeit: nothing has happened since `active`, and others wait.
    pub(crate) async fn forfeit(&self, active: Instant) {
        loop {
            if self.waiting.get() > 0 {
                tokio::time::sleep_until(active + self.idle).await;
                if self.waiting.get() > 0 {
                    return;
                }
            }
            self.wanted.notified().await;
        }
    }
}

/// One more that waits, as long as this lives.
struct Waiting<'a>(&'a Cell<usize>);

impl<'a> Waiting<'a> {
    fn count(waiting: &'a Cell<usize>) -> Self {
        waiting.set(waiting.get() + 1);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
