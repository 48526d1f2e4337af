//! The seam: what the doors ask of the acquirer behind them. This file alone knows what it is made of.
//!
//! Three moments: *received*, *committed*, *answered*. The platform decides what is said and in what state; the doors
//! hold, lose, delay, repeat, cut and slow, as the [`Course`] of the exchange says. *Not here:* durability; the doors ask
//! for the changes after every step, and let nothing leave before those are on disk.

use acquirer::{Change, Event};
use core::time::Duration;
use serde_json::Value;
use sim::{Reason, SimTime, TerminalNo};

/// An acquirer without a clock, a port or a disk of its own.
pub trait Platform: 'static {
    /// Room for a request of a terminal; used again for the next one.
    type CardRequest: Default + 'static;
    /// A request of a wallet's merchant, read and authenticated.
    type WalletRequest: 'static;

    /// Makes a change that was read from disk.
    fn apply(&mut self, change: &Change);

    /// Begins to serve: everything from disk has been applied.
    fn open(&mut self) {}

    /// Reads the body of a frame. Nothing moves.
    ///
    /// # Errors
    /// When it is no request.
    fn receive_card(
        &mut self,
        now: SimTime,
        body: &[u8],
        into: &mut Self::CardRequest,
    ) -> Result<Course, NoRequest>;

    /// Decides, and appends the answer to `out`: whole frames.
    fn commit_card(&mut self, now: SimTime, request: &Self::CardRequest, course: &Course, out: &mut Vec<u8>);

    /// Whose request it is: an answer that strays into another exchange strays into one of the same terminal.
    fn terminal(&self, request: &Self::CardRequest) -> TerminalNo;

    /// Reads a call of a wallet's merchant. Nothing moves.
    ///
    /// # Errors
    /// When it is no call, or not authentic: what to answer.
    fn receive_call(
        &mut self,
        now: SimTime,
        request: &HttpRequest<'_>,
    ) -> Result<(Self::WalletRequest, Course), HttpAnswer>;

    /// Decides, and gives the answer.
    fn commit_call(&mut self, now: SimTime, request: &Self::WalletRequest, course: &Course) -> HttpAnswer;

    /// When it wants to be woken, and why.
    fn wake_at(&self) -> Option<(SimTime, Reason)>;

    /// Does what is due.
    fn advance(&mut self, now: SimTime);

    /// The next notification that is to leave now.
    fn next_delivery(&mut self, now: SimTime) -> Option<Delivery>;

    /// What came of one.
    fn delivered(&mut self, now: SimTime, id: u64, outcome: DeliveryOutcome<'_>);

    /// What changed since it was last asked, oldest first.
    fn take_changes(&mut self, into: &mut Vec<Change>);

    /// What happened, oldest first.
    fn poll_event(&mut self) -> Option<Event>;

    /// What people see of it: one page of one of its books.
    fn view(&self, view: View, page: Page) -> Value;

    /// What people do to it: a customer pays, a fault is armed or disarmed. Gives what came of it.
    ///
    /// # Errors
    /// When that cannot be done: why, and what to write instead.
    fn poke(&mut self, now: SimTime, what: &Value) -> Result<Value, String>;
}

/// What faults make of one exchange, on either side of its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// Before the commit, on top of the usual.
    pub hold: Duration,
    /// Whether the request gets as far as the commit.
    pub request: RequestFate,
    /// Whether and how the answer leaves.
    pub answer: AnswerFate,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFate {
    /// It is decided.
    Taken,
    /// It is read and forgotten.
    Lost,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFate {
    /// It leaves.
    Sent,
    /// It does not.
    Lost,
    /// It leaves later.
    Late(Duration),
    /// It leaves, and again after a while.
    Twice(Duration),
    /// It leaves in front of the next answer.
    IntoNext,
    /// The connection ends behind so many bytes of it.
    Cut {
        /// Bytes that leave.
        after_bytes: u16,
        /// By a reset.
        reset: bool,
    },
    /// It leaves byte by byte.
    Slow {
        /// From one to the next.
        byte_time: Duration,
    },
}

impl Course {
    /// Nothing is wrong.
    pub const CLEAR: Self =
        Self { hold: Duration::ZERO, request: RequestFate::Taken, answer: AnswerFate::Sent };
}

/// Why the body of a frame is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRequest {
    /// Why, for people; without any field of the message.
    pub why: String,
    /// What follows can still be read. Otherwise the connection ends.
    pub in_step: bool,
}

/// A whole HTTP request.
#[derive(Clone, Copy, Debug)]
pub struct HttpRequest<'a> {
    /// The method in capitals.
    pub method: &'a str,
    /// Path and query as they stood on the wire: signatures cover these very characters.
    pub target: &'a str,
    /// Names and values of the header lines, names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, already free of transfer codings.
    pub body: &'a [u8],
}

/// A whole HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The `Content-Type`; not among the other headers.
    pub content_type: &'static str,
    /// Further header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A notification that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// By which its outcome is told.
    pub id: u64,
    /// Where to POST it.
    pub url: String,
    /// Header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long its receiver may take.
    pub patience: Duration,
}

/// What came of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome<'a> {
    /// The receiver has answered.
    Answered {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: &'a [u8],
    },
    /// It was sent, and no whole answer came in time.
    NoAnswer,
    /// Nobody listens there, or the address cannot be used.
    Refused,
}

/// What can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Ledger entries, oldest first.
    Ledger,
    /// What each payment amounts to.
    Standings,
    /// Wallet orders.
    Orders,
    /// Terminals, and their batches.
    Terminals,
    /// Notifications.
    Notices,
    /// Faults that are armed.
    Faults,
}

/// A part of a long list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// So many are left out first.
    pub from: usize,
    /// At most so many are shown.
    pub count: usize,
}

impl Page {
    /// A page of a list as an object: how long the list is, where the page begins, and its items.
    pub fn of<T>(self, all: usize, items: impl Iterator<Item = T>, show: impl Fn(T) -> Value) -> Value {
        let items: Vec<Value> = items.skip(self.from).take(self.count).map(show).collect();
        serde_json::json!({ "all": all, "from": self.from, "items": items })
    }
}
