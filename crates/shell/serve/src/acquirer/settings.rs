//! How an acquirer is served: ports, folders, bounds and times.
//!
//! *Not here:* what the acquirer is like (terminals, dialect, faults); that is set up where it is made.

use acquirer::Speech;
use core::time::Duration;
use std::path::PathBuf;

/// Where card terminals connect when nothing is said.
pub const DEFAULT_ISO8583: &str = "127.0.0.1:8583";
/// Where merchants call when nothing is said.
pub const DEFAULT_HTTP: &str = "127.0.0.1:8580";

/// All that is served, and within which bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// ISO 8583 over TCP, `host:port`; port 0 takes any free one.
    pub iso8583: Option<String>,
    /// HTTP and HTTPS, the way of wallets, and the side door.
    pub http: Option<String>,
    /// A door for metrics alone, beside that on the side door.
    pub metrics: Option<String>,
    /// Ledger and keys are kept here; without it, they end with the process.
    pub data: Option<PathBuf>,
    /// What clients need is written here; in the data folder unless given.
    pub client: Option<PathBuf>,
    /// The side door is open to other machines too.
    pub side_door_anywhere: bool,
    /// Refunds and reverses of WeChat Pay v2 want the merchant's client certificate, which is in the client folder.
    pub wants_certificate: bool,
    /// What the terminals speak.
    pub speech: Speech,
    /// Usual times of an exchange.
    pub pace: Pace,
    /// What a peer may do at most.
    pub bounds: Bounds,
}

/// The usual times of an exchange, before faults add theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// From the arrival of a request to its commit.
    pub processing: Duration,
    /// From the commit to the moment when the answer leaves.
    pub answering: Duration,
}

/// What a peer may do at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Connections to one door; one more is turned away.
    pub connections: usize,
    /// The body of an ISO 8583 frame.
    pub frame_bytes: usize,
    /// The body of an HTTP request.
    pub body_bytes: usize,
    /// Line and headers of an HTTP request.
    pub head_bytes: usize,
    /// Header lines of an HTTP request.
    pub headers: usize,
    /// From the first byte of a request to its last, and from one whole HTTP head to the next body.
    pub reading: Duration,
    /// A client that does not read its answers is let go after this.
    pub writing: Duration,
    /// An HTTP connection without a request is closed after this.
    pub idle_http: Duration,
    /// Requests of one connection that wait for their time; from so many on nothing more is read from it. One read of
    /// 64 KiB may bring more than that at once.
    pub held: usize,
    /// Notifications that wait for their answers.
    pub notices: usize,
    /// At the end, what is committed may take so long to be answered.
    pub farewell: Duration,
}

impl Settings {
    /// Nothing open, nothing kept, and the usual bounds.
    #[must_use]
    pub fn new() -> Self {
        Self {
            iso8583: None,
            http: None,
            metrics: None,
            data: None,
            client: None,
            side_door_anywhere: false,
            wants_certificate: false,
            speech: Speech::UnionPay,
            pace: Pace::default(),
            bounds: Bounds::DEFAULT,
        }
    }

    /// Where what clients need is written.
    pub(crate) fn client_folder(&self) -> Option<PathBuf> {
        self.client.clone().or_else(|| Some(self.data.as_ref()?.join("client")))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Bounds {
    /// Room for ten thousand terminals.
    pub const DEFAULT: Self = Self {
        connections: 12_000,
        frame_bytes: 4096,
        body_bytes: 1 << 20,
        head_bytes: 16 << 10,
        headers: 64,
        reading: Duration::from_secs(10),
        writing: Duration::from_secs(10),
        idle_http: Duration::from_secs(75),
        held: 256,
        notices: 256,
        farewell: Duration::from_secs(5),
    };
}
