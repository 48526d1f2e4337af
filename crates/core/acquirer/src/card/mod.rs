//! The card host: a UnionPay acquirer's front end over the books.
//!
//! | module | holds |
//! |---|---|
//! | `setup` | [`CardSetup`]: terminals, keys, cards, rules |
//! | `keys`, `mac` | keys that can be written down; MACs on frames |
//! | `books`, `record` | [`CardBooks`] and [`CardChange`]; [`Record`], and which way its money goes |
//! | `request`, `reply` | what was asked, what is answered |
//! | `chip` | chip data, field 55: [`ChipData`], and what the issuer answers |
//! | `ascii87`, `own` | terminals of ISO 8583:1987 in ASCII; those of a user's own dialect |
//! | `judge`, `reversal`, `issuer`, `expiry` | the rules of transactions; what undoes them; cards, PINs, balances, dates |
//! | `settlement`, `sign_on` | batches; keys and everything else without a card |
//!
//! Source: UnionPay POS dialect. A request is read when it arrives, decided at its commit on the books as they are then,
//! and answered after that. Deciding moves nothing: it gives changes.
//! *Not modelled:* the switch and the issuers as parties of their own, SM4, encrypted tracks, several currencies.

mod ascii87;
mod books;
mod chip;
mod expiry;
mod issuer;
mod judge;
mod keys;
mod mac;
mod own;
pub(crate) mod record;
mod reply;
mod request;
mod reversal;
mod settlement;
mod setup;
mod sign_on;

pub use books::{CardBooks, CardChange, Registration, Settled, Terminal, TerminalIds};
pub use chip::ChipData;
pub use expiry::Expiry;
pub use keys::{KeyBytes, TerminalKeys, admitted_master_key};
pub use own::missing_field;
pub use record::{CardNumber, CardToken, Record, RecordNo, State};
pub use request::{CardRequest, NoRequest};
pub use settlement::{BatchTotals, Comparison, Detail, HalfTotals};
pub use setup::{Admit, CardAccount, CardSetup, Organisation, ReplyRule, SignOn, Speech, TerminalSetup};

use crate::books::{Books, Change};
use crate::calendar::Civil;
use crate::event::{Event, Kind, Movement};
use crate::ledger::{Account, Cause, Entry};
use crate::short::{Code, Short};
use iso8583::{ReplyClass, reply_code};
use judge::Judge;
use reply::Extra;
use request::{Mac, STRANGER, is_management, refusal_of_stranger};
use sim::{Fen, Key, Reason, SimTime, TerminalNo};
use std::sync::Arc;

/// The rules of the card host. What it knows is in the books.
#[derive(Clone, Debug)]
pub struct CardDesk {
    /// Shared, so that a copy of a host is cheap.
    setup: Arc<CardSetup>,
    start: Civil,
    scratch: Vec<u8>,
}

/// What the host has decided.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// Field 39.
    pub code: Code,
    /// What has happened to which payment, in order.
    pub moves: [Option<Move>; 2],
    record: Option<RecordNo>,
    extra: Extra,
    event: Option<Event>,
}

/// Something has happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which payment: a void's or a refund's is that of the sale.
    pub key: Key,
    /// What.
    pub movement: Movement,
    /// How much of it.
    pub amount: Fen,
    /// The transaction that did it, or whose reversal did; none for what ran out by itself.
    pub by: Option<Key>,
}

/// What a request says of itself; the fields without which it cannot be decided.
const NEEDED: [u8; 4] = [3, 4, 11, 60];
/// A balance has no amount, and neither has a script's result.
const NEEDED_WITHOUT_AMOUNT: [u8; 2] = [11, 60];

impl CardDesk {
    /// A host of this set-up, in a run that starts at this date.
    #[must_use]
    pub fn new(setup: impl Into<Arc<CardSetup>>, start: Civil) -> Self {
        Self { setup: setup.into(), start, scratch: Vec::new() }
    }

    /// How it is set up.
    #[must_use]
    pub fn setup(&self) -> &CardSetup {
        &self.setup
    }

    /// Registers the terminals of the set-up that the books do not know yet. To be applied before the first request,
    /// and after what was read from disk.
    pub fn open(&self, books: &Books, changes: &mut Vec<Change>) {
        for terminal in &self.setup.terminals {
            let ids = TerminalIds {
                terminal: Short::new(terminal.terminal_id.trim_end()),
                merchant: Short::new(terminal.merchant_id.trim_end()),
            };
            if books.card().terminal_of(ids).is_none() {
                changes.push(Change::Card(CardChange::Registered(Box::new(Registration {
                    ids,
                    master_key: terminal.master_key,
                    mac_algorithm: terminal.mac_algorithm,
                    working_keys: terminal.working_keys,
                    batch: terminal.batch,
                }))));
            }
        }
    }

    /// Reads a frame's body; looks up the terminal and checks the MAC. Changes nothing.
    ///
    /// # Errors
    /// The bytes are no message of the dialect, or one that no host answers.
    pub fn read(&self, body: &[u8], books: &Books, into: &mut CardRequest) -> Result<(), NoRequest> {
        into.read(body, &self.setup, books.card())
    }

    /// Decides at the commit, on the books as they are then. Pushes what changes; moves nothing itself.
    pub fn decide(
        &self,
        now: SimTime,
        request: &CardRequest,
        books: &Books,
        changes: &mut Vec<Change>,
    ) -> Decision {
        let books = books.card();
        let known = request.ids.and_then(|ids| books.terminal_of(ids));
        if let Some(number) = known
            && let Some(terminal) = books.terminal(number)
        {
            return self.decide_for(now, request, books, (number, terminal), changes);
        }
        match self.admitted(request, books) {
            Some(registration) => {
                // The newcomer is decided on as if it stood in the books already.
                let number = TerminalNo(books.terminals().len() as u16);
                let newcomer = Terminal::of(&registration);
                changes.push(Change::Card(CardChange::Registered(Box::new(registration))));
                self.decide_for(now, request, books, (number, &newcomer), changes)
            }
            None => Decision::of_code(refusal_of_stranger(request, books)),
        }
    }

    /// Refuses a request without looking at it, with this code: 96 when there is too much to do.
    #[must_use]
    pub fn refuse(&self, code: Code) -> Decision {
        Decision::of_code(code)
    }

    /// When the next pre-authorisation runs out.
    #[must_use]
    pub fn wake_at(&self, books: &Books) -> Option<(SimTime, Reason)> {
        books.card().next_expiry().map(|(at, _)| (at, Reason("hold runs out")))
    }

    /// Lets the pre-authorisations go that have run out. Pushes what changes and what is to be told.
    pub fn expire(&self, now: SimTime, books: &Books, changes: &mut Vec<Change>, moves: &mut Vec<Move>) {
        for number in books.card().expiring(now) {
            let Some(record) = books.card().record_of(number) else { continue };
            let (key, amount) = (record.payment.key(), record.amount);
            let way = [Account::CustomerHolds, Account::CustomerFunds];
            changes.push(Change::Card(CardChange::Expired { record: number }));
            changes.push(Change::Entry(Entry::moved(now, key, Cause::HoldExpired, way, amount)));
            moves.push(Move { key, movement: Movement::Released, amount, by: None });
        }
    }

    fn decide_for(
        &self,
        now: SimTime,
        request: &CardRequest,
        books: &CardBooks,
        (terminal_no, terminal): (TerminalNo, &Terminal),
        changes: &mut Vec<Change>,
    ) -> Decision {
        let day = self.start.day_number(now);
        let mut judge =
            Judge { setup: &self.setup, books, request, terminal, terminal_no, now, day, changes };
        if !request.kind.concerns_a_card()
            && let Some(code) = judge.rule_of_the_kind()
        {
            return Decision::of_code(code);
        }
        // Whoever moves no money may leave the trace number out.
        match request.kind {
            Kind::SignOn => return judge.sign_on(),
            Kind::SignOut => return judge.sign_out(),
            Kind::Parameters => return judge.download(),
            Kind::Echo => return judge.echo(),
            _ if !request.is_numbered => return Decision::refused("30"),
            _ => {}
        }
        if let Some(code) = self.refusal(request, terminal) {
            return Decision::refused(code);
        }
        match request.kind {
            Kind::Settlement => judge.settle(),
            Kind::Upload => judge.upload(),
            Kind::Reversal => judge.reverse(),
            _ => judge.transact(),
        }
    }

    /// What is not in order with a request, whatever the records say.
    fn refusal(&self, request: &CardRequest, terminal: &Terminal) -> Option<&'static str> {
        let is_ready = match self.setup.sign_on {
            SignOn::Required => terminal.is_signed_on,
            SignOn::NotNeeded => terminal.keys.is_some(),
        };
        if !is_ready {
            return Some("99");
        }
        if is_management(request.kind) {
            return None;
        }
        // Some terminals put no MAC on the result of a script.
        let is_authentic =
            request.mac == Mac::Right || request.kind == Kind::Script && request.mac == Mac::Absent;
        if !is_authentic {
            return Some("A0");
        }
        let amountless = matches!(request.kind, Kind::Balance | Kind::Script);
        let needed: &[u8] = if amountless { &NEEDED_WITHOUT_AMOUNT } else { &NEEDED };
        let is_complete = needed.iter().all(|field| request.has(*field));
        let is_readable = amountless || request.amount.is_some();
        (!is_complete || !is_readable).then_some("30")
    }

    /// What a stranger is registered with: at a sign-on, or with the keys that all strangers have, if the MAC is right.
    fn admitted(&self, request: &CardRequest, books: &CardBooks) -> Option<Registration> {
        let Admit::Any { key, working_keys, mac_algorithm } = self.setup.admit else { return None };
        let ids = request.ids?;
        let can_be_authentic = request.kind == Kind::SignOn || request.mac == Mac::Right;
        let has_room = books.terminals().len() < usize::from(STRANGER.0);
        (can_be_authentic && has_room).then(|| Registration {
            ids,
            master_key: admitted_master_key(key, ids.terminal.as_str()),
            mac_algorithm,
            working_keys,
            batch: request.number.batch.max(1),
        })
    }
}

impl Judge<'_> {
    /// A rule that is aimed at this kind of message by name.
    fn rule_of_the_kind(&mut self) -> Option<Code> {
        let rule = self.issuer().rule(self.changes)?;
        Some(rule.code).filter(|code| reply_code(code.as_str().as_bytes()) != ReplyClass::Approved)
    }
}

impl Decision {
    pub(crate) fn approved() -> Self {
        Self::of_code(Code::new("00"))
    }

    /// A decision that moves nothing.
    pub(crate) fn refused(code: &str) -> Self {
        Self::of_code(Code::new(code))
    }

    /// A decision that says this and moves nothing.
    pub(crate) const fn of_code(code: Code) -> Self {
        Self { code, moves: [None; 2], record: None, extra: Extra::Nothing, event: None }
    }

    pub(crate) fn moved(code: Code, key: Key, by: Key, moved: [Option<(Movement, Fen)>; 2]) -> Self {
        let by = Some(by);
        let moves = moved.map(|moved| moved.map(|(movement, amount)| Move { key, movement, amount, by }));
        Self { moves, ..Self::of_code(code) }
    }

    /// Whether its code says yes.
    #[must_use]
    pub fn is_approval(&self) -> bool {
        reply_code(self.code.as_str().as_bytes()) == ReplyClass::Approved
    }

    /// What is to be told of its commit.
    pub fn events(&self, request: &CardRequest) -> impl Iterator<Item = Event> {
        let (kind, key, code) = (request.kind, request.key(), self.code);
        let is_refusal = self.moves[0].is_none() && !self.is_approval();
        let declined = is_refusal.then_some(Event::Declined { kind, key, code });
        let moves = self.moves.into_iter().flatten().map(Event::from);
        moves.chain(declined).chain(self.event)
    }
}

impl From<Move> for Event {
    fn from(Move { key, movement, amount, by }: Move) -> Self {
        Self::Committed { key, movement, amount, by }
    }
}
