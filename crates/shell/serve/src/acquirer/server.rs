//! An acquirer on open ports: opens everything, serves it, and ends in order.
//!
//! One thread for all doors, one that writes the ledger. At the first signal nothing new is taken: what is committed is
//! on disk before the process ends, and answered to whoever takes it within five seconds; what is not is forgotten, and its clients learn it by the end of their
//! connections. A second signal ends at once. When the ledger cannot be written any more, serving ends at once too, and
//! no answer leaves that is not on disk. *Not modelled:* going on with queries without a disk; a restart that keeps
//! its connections.

use crate::acquirer::client_certificate::Tls;
use crate::acquirer::client_files::{self, Addresses};
use crate::acquirer::credentials::{Credentials, private_folder};
use crate::acquirer::door::{self, Door};
use crate::acquirer::error::AcquirerError;
use crate::acquirer::hall::{Hall, LedgerClock};
use crate::acquirer::journal::Journal;
use crate::acquirer::keeper::Keeper;
use crate::acquirer::news::{News, What};
use crate::acquirer::platform::Platform;
use crate::acquirer::settings::Settings;
use crate::acquirer::store::{Recovered, Store};
use crate::acquirer::{card_line, http_door};
use crate::error::ServeError;
use acquirer::Speech;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sim::SimTime;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::LocalSet;

/// The folder that a path without any begins in.
const HERE: &str = ".";

/// An acquirer on open ports, ready to be served.
pub struct Server<P: Platform> {
    settings: Settings,
    platform: P,
    kept: Kept,
    doors: Doors,
    credentials: Credentials,
    client_folder: Option<PathBuf>,
    stopper: Stopper,
    runtime: Runtime,
}

/// What an acquirer is made from.
#[derive(Debug)]
pub struct Beginning<'a> {
    /// Keys of the merchant and of ours.
    pub credentials: &'a Credentials,
    /// The moment zero of the ledger: nanoseconds since 1970, UTC.
    pub origin_unix_ns: u64,
    /// What the terminals at the door speak.
    pub speech: Speech,
}

/// Ends serving, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Stopper(Arc<Notify>);

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Requests that have changed something, over all runs.
    pub groups: u64,
    /// Card requests that were decided, and whose clients had not taken their answers when it ended.
    pub unanswered: u64,
    /// Somebody could not wait: what was still on its way to disk was not answered.
    pub at_once: bool,
}

#[derive(Debug)]
struct Doors {
    iso8583: Option<Door>,
    http: Option<Door>,
    metrics: Option<Door>,
}

/// What is there from earlier runs.
struct Kept {
    journal: Journal,
    clock: LedgerClock,
    recovered: Option<Recovered>,
}

/// Why serving ended.
enum Ended {
    InOrder,
    AtOnce,
    LedgerStopped(String),
}

impl Stopper {
    /// The same as the first signal.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

impl<P: Platform> Server<P> {
    /// Opens ledger, keys and ports; makes the acquirer, and brings it to where it was.
    ///
    /// # Errors
    /// When one of them cannot be opened: which, and what to do about it.
    pub fn open(
        settings: Settings,
        make: impl FnOnce(&Beginning<'_>) -> Result<P, AcquirerError>,
    ) -> Result<Self, AcquirerError> {
        // The ledger first: it locks the folder.
        let store = open_store(&settings)?;
        Self::open_with(store, settings, make)
    }

    fn open_with(
        store: Option<Store>,
        settings: Settings,
        make: impl FnOnce(&Beginning<'_>) -> Result<P, AcquirerError>,
    ) -> Result<Self, AcquirerError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(ServeError::opening("the system's event queue"))?;
        allow_connections();
        let credentials = credentials(&settings)?;
        let origin_unix_ns = store.as_ref().map_or_else(unix_ns, |store| store.origin_unix_ns);
        let beginning = Beginning { credentials: &credentials, origin_unix_ns, speech: settings.speech };
        let mut platform = make(&beginning)?;
        let kept = Kept::recover(store, origin_unix_ns, &mut platform)?;
        platform.open(kept.clock.now());
        let open = |kind, address: &Option<String>| {
            address.as_ref().map(|address| Door::open(kind, address)).transpose()
        };
        let doors = Doors {
            iso8583: open("iso8583", &settings.iso8583)?,
            http: open("http", &settings.http)?,
            metrics: open("metrics", &settings.metrics)?,
        };
        let write = |folder: PathBuf| {
            client_files::write(&folder, &credentials, doors.addresses(), &platform.for_clients())
        };
        let client_folder = settings.client_folder().map(write).transpose()?;
        let stopper = Stopper::default();
        Ok(Self { settings, platform, kept, doors, credentials, client_folder, stopper, runtime })
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Where terminals connect.
    #[must_use]
    pub fn iso8583(&self) -> Option<SocketAddr> {
        self.doors.addresses().iso8583
    }

    /// Where merchants call.
    #[must_use]
    pub fn http(&self) -> Option<SocketAddr> {
        self.doors.addresses().http
    }

    /// Serves until it is told to stop; tells what happens. When telling fails, nobody listens any more, and that ends
    /// it too.
    ///
    /// # Errors
    /// When signals cannot be heard, or the ledger cannot be written any more.
    pub fn run(self, tell: impl FnMut(&News) -> io::Result<()> + 'static) -> Result<Summary, AcquirerError> {
        let Self { settings, platform, kept, doors, credentials, client_folder, stopper, runtime } = self;
        let Kept { journal, clock, recovered } = kept;
        let tls = credentials.tls(settings.wants_certificate);
        let tls = tls.map_err(|error| AcquirerError::NoKeys { what: error.to_string() })?;
        let root = credentials.root()?;
        let hall = Rc::new(Hall::new(platform, settings, clock, journal, tell));
        let local = LocalSet::new();
        let ended: Result<(Ended, u64), ServeError> = local.block_on(&runtime, async {
            let mut signals =
                Signals::hear().map_err(ServeError::opening("the end of the program by a signal"))?;
            recovered.into_iter().for_each(|recovered| hall.tell(What::Recovered(recovered)));
            client_folder.into_iter().for_each(|folder| hall.tell(What::ClientFolder(folder)));
            begin(&hall, doors, tls);
            let keeper = Rc::new(Keeper::new(Rc::clone(&hall), root));
            tokio::task::spawn_local(keeper.keep());
            let ended = serve(&hall, &stopper, &mut signals).await;
            Ok((ended, hall.counters.in_flight.get()))
        });
        // With the tasks go all connections; who still waits for the disk is not answered.
        drop(local);
        let (ended, unanswered) = ended?;
        conclude(&hall, ended, unanswered)
    }
}

/// Opens all doors.
fn begin<P: Platform>(hall: &Rc<Hall<P>>, doors: Doors, tls: Tls) {
    let Doors { iso8583, http, metrics } = doors;
    for door in [&iso8583, &http, &metrics].into_iter().flatten() {
        hall.tell(What::Listens { kind: door.kind, place: door.address.to_string() });
    }
    if let Some(door) = iso8583 {
        let attend = |visit, stream| drop(tokio::task::spawn_local(card_line::attend(visit, stream)));
        tokio::task::spawn_local(door::serve(Rc::clone(hall), door, card_line::CUSTOM, attend));
    }
    for (door, tls, custom) in [(http, Some(tls), http_door::CUSTOM), (metrics, None, http_door::METRICS)] {
        let Some(door) = door else { continue };
        let attend = move |visit, stream| {
            drop(tokio::task::spawn_local(http_door::attend(visit, stream, tls.clone())));
        };
        tokio::task::spawn_local(door::serve(Rc::clone(hall), door, custom, attend));
    }
}

/// Serves until it is to end, and lets everybody finish.
async fn serve<P: Platform>(hall: &Rc<Hall<P>>, stopper: &Stopper, signals: &mut Signals) -> Ended {
    let handing_over = {
        let hall = Rc::clone(hall);
        async move { hall.journal.hand_over().await }
    };
    tokio::task::spawn_local(handing_over);
    let failed = hall.journal.watch();
    tokio::pin!(failed);
    tokio::select! {
        what = &mut failed => return Ended::LedgerStopped(what),
        () = signals.next() => {}
        () = stopper.0.notified() => {}
        () = hall.end.wanted() => {}
    }
    hall.tell(What::Stops);
    hall.end.begin();
    let ended = tokio::select! {
        what = &mut failed => Ended::LedgerStopped(what),
        () = signals.next() => Ended::AtOnce,
        gone = tokio::time::timeout(hall.settings.bounds.farewell, hall.end.all_gone()) => {
            if gone.is_err() {
                hall.tell(What::Trouble("some clients did not take their last answers".to_owned()));
            }
            Ended::InOrder
        }
    };
    ended
}

fn conclude<P: Platform>(hall: &Hall<P>, ended: Ended, unanswered: u64) -> Result<Summary, AcquirerError> {
    let at_once = matches!(ended, Ended::AtOnce);
    let failed = match ended {
        Ended::InOrder => hall.journal.close(),
        Ended::AtOnce => None,
        Ended::LedgerStopped(what) => Some(what),
    };
    let (made, durable) = hall.journal.groups();
    match failed {
        Some(what) => Err(AcquirerError::LedgerStopped { what, unanswered: made - durable }),
        None => Ok(Summary { groups: made, unanswered, at_once }),
    }
}

impl Kept {
    fn recover<P: Platform>(
        store: Option<Store>,
        origin_unix_ns: u64,
        platform: &mut P,
    ) -> Result<Self, AcquirerError> {
        let since = SimTime::from_nanos(unix_ns().saturating_sub(origin_unix_ns));
        let Some(store) = store else {
            return Ok(Self {
                journal: Journal::in_memory(),
                clock: LedgerClock::from(since),
                recovered: None,
            });
        };
        let began = std::time::Instant::now();
        let mut recovered = store.replay(|change| platform.apply(change))?;
        recovered.took = began.elapsed();
        // The system's clock may have been set back meanwhile; the ledger's never is.
        let clock = LedgerClock::from(since.max(recovered.last));
        let journal =
            Journal::on(store, recovered.groups).map_err(ServeError::opening("a thread for the ledger"))?;
        Ok(Self { journal, clock, recovered: Some(recovered) })
    }
}

impl Doors {
    fn addresses(&self) -> Addresses {
        let address = |door: &Option<Door>| door.as_ref().map(|door| door.address);
        Addresses { iso8583: address(&self.iso8583), http: address(&self.http) }
    }
}

fn open_store(settings: &Settings) -> Result<Option<Store>, AcquirerError> {
    let Some(folder) = &settings.data else { return Ok(None) };
    let named_in = folders_that_name(folder);
    private_folder(folder)?;
    let store = Store::open(&folder.join("ledger.redb"), unix_ns())?;
    // The file is on disk; so must be its name, and those of the folders, or a power cut takes all of it.
    for folder in named_in {
        sync(&folder).map_err(AcquirerError::disk(format!("the folder {}", folder.display())))?;
    }
    Ok(Some(store))
}

/// The folder of the ledger, and those above it that name what is new: up to the first that is there already.
fn folders_that_name(folder: &Path) -> Vec<PathBuf> {
    let ancestors =
        || folder.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(HERE) } else { path });
    let new = ancestors().take_while(|path| !path.exists()).count();
    ancestors().take((new + 1).max(2)).map(Path::to_owned).collect()
}

/// One above may be nobody's to look into; then it is nobody's to write to either, and older than the ledger.
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

/// Kept with the ledger, or for this run alone.
fn credentials(settings: &Settings) -> Result<Credentials, AcquirerError> {
    match &settings.data {
        Some(folder) => Credentials::kept_in(&folder.join("keys.json")),
        None => Credentials::make(),
    }
}

fn unix_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// As many sockets as this user may have. With fewer, connections are turned away a little earlier.
fn allow_connections() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// The two ways of telling a process to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn hear() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

impl<P: Platform> core::fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Server").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Server, folders_that_name};
    use crate::acquirer::error::AcquirerError;
    use crate::acquirer::house::WORKING_KEY;
    use crate::acquirer::house::tests::house;
    use crate::acquirer::journal::tests::small_disk;
    use crate::acquirer::settings::Settings;
    use iso8583::{CUP, MacKey, Message, Mti, encode_with_mac};
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::path::PathBuf;
    use std::sync::atomic::Ordering;

    fn sale(stan: u32) -> Vec<u8> {
        let mut message = Message::new(Mti::FINANCIAL);
        for (field, value) in [
            (2, "6222021234567890128"),
            (3, "000000"),
            (4, "000000001850"),
            (25, "00"),
            (41, "00000001"),
            (42, "123456789012345"),
            (60, "22000001000"),
        ] {
            message.set(field, value);
        }
        message.set(11, format!("{stan:06}"));
        let mut frame = Vec::new();
        encode_with_mac(&CUP, &message, &MacKey::new(WORKING_KEY), &mut frame).unwrap();
        frame
    }

    #[test]
    fn a_new_ledger_is_named_up_to_the_first_folder_that_was_there() {
        let there = tempfile::tempdir().unwrap();
        let above = there.path().parent().unwrap();
        assert_eq!(folders_that_name(there.path()), [there.path(), above]);
        let (new, data) = (there.path().join("new"), there.path().join("new/data"));
        assert_eq!(folders_that_name(&data), [data.as_path(), &new, there.path()]);
        let relative = folders_that_name("nobody-made-it".as_ref());
        assert_eq!(relative, [PathBuf::from("nobody-made-it"), PathBuf::from(".")]);
    }

    #[test]
    fn when_the_disk_is_full_no_answer_leaves_and_serving_ends_with_the_reason() {
        let (store, writes_left) = small_disk();
        let settings = Settings { iso8583: Some("127.0.0.1:0".to_owned()), ..Settings::new() };
        let server = Server::open_with(Some(store), settings, house).unwrap();
        let address = server.iso8583().unwrap();
        let serving = std::thread::spawn(move || server.run(|_| Ok(())));
        let mut terminal = TcpStream::connect(address).unwrap();
        terminal.write_all(&sale(1)).unwrap();
        let mut length = [0; 2];
        terminal.read_exact(&mut length).unwrap();
        terminal.read_exact(&mut vec![0; usize::from(u16::from_be_bytes(length))]).unwrap();
        writes_left.store(0, Ordering::SeqCst);
        terminal.write_all(&[sale(2), sale(3)].concat()).unwrap();
        let mut rest = Vec::new();
        let _ended = terminal.read_to_end(&mut rest);
        assert_eq!(rest, b"");
        let error = serving.join().unwrap().unwrap_err();
        assert!(matches!(error, AcquirerError::LedgerStopped { unanswered: 2, .. }), "{error}");
        assert!(error.help().contains("make room"));
    }
}
