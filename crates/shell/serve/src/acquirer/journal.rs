//! Group commit: changes go to disk in the order in which they were made, and answers wait until they are there.
//!
//! One thread writes. While it waits for the disk, what changes meanwhile gathers, and goes with the next write: the
//! busier it is, the more share one. The ticket of an answer is the last change before it, its own or anybody's, for
//! what an answer says may come from a change that is still on its way. Without a file every ticket is good at once.
//! After the first failure nothing is written any more, and nobody who waits is ever let go.

use crate::acquirer::fsync_times::FsyncTimes;
use crate::acquirer::store::{Store, write_group};
use acquirer::Change;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use sim::SimTime;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::Notify;

/// What has to be on disk before something may leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// The side of the doors.
#[derive(Debug)]
pub(crate) struct Journal {
    /// The number of the last group.
    made: Cell<u64>,
    durable: Cell<u64>,
    waiting: RefCell<VecDeque<(Ticket, Waker)>>,
    /// Something is there to be handed over.
    fresh: Notify,
    shared: Option<Arc<Shared>>,
    writer: RefCell<Option<JoinHandle<()>>>,
}

/// What both sides see.
#[derive(Debug, Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    filled: Condvar,
    /// The writer has got on, or failed.
    progress: Notify,
    times: FsyncTimes,
}

#[derive(Debug, Default)]
struct Inbox {
    batch: Batch,
    /// The writer may take it.
    released: bool,
    closing: bool,
    durable: u64,
    failed: Option<String>,
}

/// Groups that follow each other.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Journal {
    /// Nothing is kept.
    pub(crate) fn in_memory() -> Self {
        Self::new(None, 0)
    }

    /// Changes go into this file, behind the groups that are there.
    pub(crate) fn on(store: Store, groups: u64) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        shared.inbox().durable = groups;
        let journal = Self::new(Some(Arc::clone(&shared)), groups);
        let write = move || shared.write_all(&store);
        *journal.writer.borrow_mut() =
            Some(std::thread::Builder::new().name("ledger".to_owned()).spawn(write)?);
        Ok(journal)
    }

    fn new(shared: Option<Arc<Shared>>, groups: u64) -> Self {
        Self {
            made: Cell::new(groups),
            durable: Cell::new(groups),
            waiting: RefCell::default(),
            fresh: Notify::new(),
            shared,
            writer: RefCell::new(None),
        }
    }

    /// What one request changed. Nothing of it may leave before [`Journal::ticket`] is good.
    pub(crate) fn append(&self, at: SimTime, changes: &[Change]) {
        let Some(shared) = &self.shared else { return };
        self.made.set(self.made.get() + 1);
        {
            let Batch { bytes, ends } = &mut shared.inbox().batch;
            write_group(at, changes, bytes);
            ends.push(bytes.len());
        }
        self.fresh.notify_one();
    }

    /// What has to be on disk before anything leaves that is said now.
    pub(crate) const fn ticket(&self) -> Ticket {
        Ticket(self.made.get())
    }

    /// Whether that is on disk.
    pub(crate) const fn is_durable(&self, ticket: Ticket) -> bool {
        ticket.0 <= self.durable.get()
    }

    /// Waits until that is on disk; for ever, if it never will be.
    pub(crate) const fn until_durable(&self, ticket: Ticket) -> UntilDurable<'_> {
        UntilDurable { journal: self, ticket, registered: false }
    }

    /// Requests that changed something, and those of them that are on disk.
    pub(crate) const fn groups(&self) -> (u64, u64) {
        (self.made.get(), self.durable.get())
    }

    /// How long the disk took.
    pub(crate) fn times(&self) -> Option<&FsyncTimes> {
        self.shared.as_deref().map(|shared| &shared.times)
    }

    /// Hands over what has gathered, for ever. Whatever can be done without the disk is done first, so that it shares
    /// the write.
    pub(crate) async fn hand_over(&self) {
        loop {
            self.fresh.notified().await;
            tokio::task::yield_now().await;
            if let Some(shared) = &self.shared {
                shared.release();
            }
        }
    }

    /// Lets go whose ticket has become good, for ever; gives the failure, if there is one.
    pub(crate) async fn watch(&self) -> String {
        let Some(shared) = &self.shared else { return core::future::pending().await };
        loop {
            let progress = shared.progress.notified();
            tokio::pin!(progress);
            progress.as_mut().enable();
            let (durable, failed) = {
                let inbox = shared.inbox();
                (inbox.durable, inbox.failed.clone())
            };
            self.durable.set(durable);
            self.let_go();
            if let Some(what) = failed {
                return what;
            }
            progress.await;
        }
    }

    fn let_go(&self) {
        let mut waiting = self.waiting.borrow_mut();
        while let Some((_, waker)) = waiting.pop_front_if(|(ticket, _)| self.is_durable(*ticket)) {
            waker.wake();
        }
    }

    /// Writes the rest, and ends the thread. What failed, if anything did.
    pub(crate) fn close(&self) -> Option<String> {
        let shared = self.shared.as_ref()?;
        shared.inbox().closing = true;
        shared.filled.notify_one();
        if let Some(writer) = self.writer.borrow_mut().take()
            && writer.join().is_err()
        {
            return Some("the database gave up".to_owned());
        }
        let inbox = shared.inbox();
        self.durable.set(inbox.durable);
        inbox.failed.clone()
    }
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // Nobody can fail while holding it, but for want of memory.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(&self) {
        self.inbox().released = true;
        self.filled.notify_one();
    }

    /// The thread's work: batch after batch, until it is closed or fails.
    fn write_all(&self, store: &Store) {
        let _ends = TellsTheEnd(self);
        let mut batch = Batch::default();
        while let Some(first) = self.next_batch(&mut batch) {
            let (count, began) = (batch.ends.len() as u64, Instant::now());
            let result = store.write(first, batch.groups());
            self.times.add(began.elapsed());
            {
                let mut inbox = self.inbox();
                match result {
                    Ok(()) => inbox.durable += count,
                    Err(error) => inbox.failed = Some(error.to_string()),
                }
                if inbox.failed.is_some() {
                    return;
                }
            }
            self.progress.notify_one();
            batch.clear();
        }
    }

    /// Waits for groups, and takes all that are there; the number of the first.
    fn next_batch(&self, batch: &mut Batch) -> Option<u64> {
        let mut inbox = self.inbox();
        loop {
            if !inbox.batch.ends.is_empty() && (inbox.released || inbox.closing) {
                core::mem::swap(&mut inbox.batch, batch);
                inbox.released = false;
                return Some(inbox.durable + 1);
            }
            if inbox.closing {
                return None;
            }
            inbox = self.filled.wait(inbox).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// However the thread ends, whoever watches is told.
struct TellsTheEnd<'a>(&'a Shared);

impl Drop for TellsTheEnd<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.inbox().failed.get_or_insert_with(|| "the database gave up".to_owned());
        }
        self.0.progress.notify_one();
    }
}

impl Batch {
    fn groups(&self) -> impl Iterator<Item = &[u8]> {
        let begins = core::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| self.bytes.get(begin..*end).unwrap_or_default())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// See [`Journal::until_durable`].
#[derive(Debug)]
#[must_use]
pub(crate) struct UntilDurable<'a> {
    journal: &'a Journal,
    ticket: Ticket,
    /// Its task is woken once, however often it is polled.
    registered: bool,
}

impl Future for UntilDurable<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.journal.is_durable(self.ticket) {
            return Poll::Ready(());
        }
        if !self.registered {
            self.registered = true;
            self.journal.waiting.borrow_mut().push_back((self.ticket, context.waker().clone()));
        }
        Poll::Pending
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Journal;
    use crate::acquirer::store::Store;
    use acquirer::{Cause, Change, Entry};
    use core::future::Future;
    use redb::StorageBackend;
    use redb::backends::InMemoryBackend;
    use sim::{Fen, Key, SimTime, TerminalNo};
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio::runtime::Builder;

    /// A disk with room for so many more writes.
    #[derive(Debug)]
    struct SmallDisk {
        disk: InMemoryBackend,
        writes_left: Arc<AtomicU64>,
    }

    impl StorageBackend for SmallDisk {
        fn len(&self) -> io::Result<u64> {
            self.disk.len()
        }
        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.disk.read(offset, out)
        }
        fn set_len(&self, len: u64) -> io::Result<()> {
            self.disk.set_len(len)
        }
        fn sync_data(&self) -> io::Result<()> {
            self.disk.sync_data()
        }
        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            let take = |left: u64| left.checked_sub(1);
            let room = self.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
            room.map_err(|_| io::Error::from(io::ErrorKind::StorageFull))?;
            self.disk.write(offset, data)
        }
    }

    pub(crate) fn change(stan: u32) -> Change {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan };
        Change::Entry(Entry::capture(SimTime::ZERO, key, Cause::Sale, Fen(1)))
    }

    pub(crate) fn small_disk() -> (Store, Arc<AtomicU64>) {
        let writes_left = Arc::new(AtomicU64::new(u64::MAX));
        let disk = SmallDisk { disk: InMemoryBackend::new(), writes_left: Arc::clone(&writes_left) };
        (Store::on(disk, 0).unwrap(), writes_left)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        Builder::new_current_thread().build().unwrap().block_on(future)
    }

    async fn beside<T>(journal: &Journal, future: impl Future<Output = T>) -> Result<T, String> {
        tokio::select! {
            biased;
            done = future => Ok(done),
            failed = journal.watch() => Err(failed),
            () = journal.hand_over() => unreachable!("it hands over for ever"),
        }
    }

    #[test]
    fn a_ticket_is_good_when_all_before_it_is_on_disk() {
        let journal = Journal::on(small_disk().0, 0).unwrap();
        let before = journal.ticket();
        (1..100).for_each(|stan| journal.append(SimTime::ZERO, &[change(stan)]));
        assert!(journal.is_durable(before) && !journal.is_durable(journal.ticket()));
        run(beside(&journal, journal.until_durable(journal.ticket()))).unwrap();
        assert_eq!(journal.groups(), (99, 99));
        assert_eq!(journal.close(), None);
    }

    #[test]
    fn what_gathers_shares_a_write() {
        let journal = Journal::on(small_disk().0, 0).unwrap();
        (1..100).for_each(|stan| journal.append(SimTime::ZERO, &[change(stan)]));
        run(beside(&journal, journal.until_durable(journal.ticket()))).unwrap();
        assert_eq!(journal.times().unwrap().writes(), 1);
    }

    #[test]
    fn a_full_disk_is_told_and_lets_nobody_go() {
        let (store, writes_left) = small_disk();
        let journal = Journal::on(store, 0).unwrap();
        journal.append(SimTime::ZERO, &[change(1)]);
        run(beside(&journal, journal.until_durable(journal.ticket()))).unwrap();
        writes_left.store(0, Ordering::SeqCst);
        journal.append(SimTime::ZERO, &[change(2)]);
        let failed = run(beside(&journal, journal.until_durable(journal.ticket()))).unwrap_err();
        assert!(failed.contains("no storage space"), "{failed}");
        assert_eq!(journal.groups(), (2, 1));
        assert!(journal.close().is_some());
    }

    #[test]
    fn an_end_in_order_writes_what_nobody_has_handed_over() {
        let journal = Journal::on(small_disk().0, 0).unwrap();
        journal.append(SimTime::ZERO, &[change(1)]);
        assert_eq!(journal.close(), None);
        assert_eq!(journal.groups(), (1, 1));
    }

    #[test]
    fn without_a_file_nobody_waits() {
        let journal = Journal::in_memory();
        journal.append(SimTime::ZERO, &[change(1)]);
        assert!(journal.is_durable(journal.ticket()));
    }
}
