//! The seam: what the doors ask of the acquirer behind them.
//!
//! Three moments: *received*, *committed*, *answered*. The platform decides what is said and in what state; the doors
//! hold, lose, delay, repeat, cut and slow, as the [`Course`] of the exchange says. *Not here:* durability; the doors ask
//! for the changes after every step, and let nothing leave before those are on disk.

pub use acquirer::DeliveryOutcome;
pub use acquirer::fault::{AnswerFate, Course, RequestFate};
use acquirer::{Change, Event};
use core::time::Duration;
use serde_json::Value;
use sim::{Reason, SimTime, TerminalNo};
pub use wallet::exchange::{HttpAnswer, HttpRequest};

/// An acquirer without a clock, a port or a disk of its own.
pub trait Platform: 'static {
    /// Room for a request of a terminal; used again for the next one.
    type CardRequest: Default + 'static;
    /// A request of a wallet's merchant, read and authenticated.
    type WalletRequest: 'static;

    /// Makes a change that was read from disk.
    fn apply(&mut self, change: &Change);

    /// Begins to serve: everything from disk has been applied.
    fn open(&mut self, _now: SimTime) {}

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

    /// Decides, or refuses without looking where the course says so, and appends the answer to `out`: whole frames.
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

    /// Decides, or refuses without looking where the course says so, and gives the answer.
    fn commit_call(&mut self, now: SimTime, request: &Self::WalletRequest, course: &Course) -> HttpAnswer;

    /// What clients need to know of it, beside keys and addresses.
    fn for_clients(&self) -> ForClients {
        ForClients::default()
    }

    /// When it wants to be woken, and why: when something is due by itself, and when a notification is to leave.
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

/// What clients need to know, beside keys and addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForClients {
    /// Which terminals there are, and their keys.
    pub terminals: Value,
    /// Where a merchant is told of orders that name no address.
    pub notify_url: Option<String>,
}

/// Why the body of a frame is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRequest {
    /// Why, for people; without any field of the message.
    pub why: String,
    /// What follows can still be read. Otherwise the connection ends.
    pub in_step: bool,
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
