//! The issuers behind the host: rules, PINs and balances, by the cards of the set-up.
//!
//! Source: UnionPay POS dialect, "Response codes" and "Keys and MAC" (PIN block). A decline comes about honestly: because
//! a rule of the set-up fits, the PIN is wrong, or the card has not enough to spend. What the cards have spent is in the
//! books. A PIN that was wrong three times in a row on one day bars the card for that day, to every later PIN, right or
//! wrong. Nobody is asked for a PIN: a request without one is not barred.
//! *Not modelled:* limits by day or count except as rules, the chip's own cryptogram, PIN blocks
//! without the card number.

use super::books::{CardBooks, CardChange, Terminal};
use super::record::CardToken;
use super::request::CardRequest;
use super::setup::{CardAccount, CardSetup, Organisation, ReplyRule};
use crate::books::Change;
use crate::event::Kind;
use crate::short::Code;
use iso8583::{FollowUp, PinError, PinKey, ReplyClass, reply_code, reply_entry};
use sim::Fen;

/// Wrong PINs in a row that bar a card.
const PIN_TRIES: u32 = 3;

/// What an issuer says to a request that it does not refuse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approval {
    /// `00`, or the code of a rule.
    pub(crate) code: Code,
    /// What is approved, at most what was asked for.
    pub(crate) amount: Fen,
}

/// Who says, of one request.
pub(crate) struct Issuer<'a> {
    setup: &'a CardSetup,
    books: &'a CardBooks,
    day: u32,
    request: &'a CardRequest,
    /// Of the request's card, or of its scanned code.
    digits: Option<&'a str>,
}

impl<'a> Issuer<'a> {
    /// The issuers of this set-up on a day, before a request.
    pub(crate) fn of(setup: &'a CardSetup, books: &'a CardBooks, day: u32, request: &'a CardRequest) -> Self {
        Self { setup, books, day, request, digits: request.card_digits() }
    }

    /// Approves a request, wholly or in part, or says the code with which it is refused. `wanted` is how much less the
    /// card would have to spend.
    pub(crate) fn judge(
        &self,
        terminal: &Terminal,
        wanted: Fen,
        changes: &mut Vec<Change>,
    ) -> Result<Approval, Code> {
        let amount = self.request.amount.unwrap_or_default();
        let mut code = Code::new("00");
        if let Some(rule) = self.rule(changes) {
            let class = reply_code(rule.code.as_str().as_bytes());
            if class != ReplyClass::Approved && !rule.moves_money {
                return Err(rule.code);
            }
            code = rule.code;
        }
        self.check_expiry()?;
        self.check_pin(terminal, changes)?;
        let part = self.affordable(wanted)?;
        match part {
            Some(part) => Ok(Approval { code: Code::new("10"), amount: part }),
            // Half of it, if a rule and no balance asks for a part.
            None if code.as_str() == "10" => Ok(Approval { code, amount: Fen(amount.0 - amount.0 / 2) }),
            None => Ok(Approval { code, amount }),
        }
    }

    /// The first rule that fits. Rules with a count are counted.
    pub(crate) fn rule(&self, changes: &mut Vec<Change>) -> Option<&'a ReplyRule> {
        if self.setup.rules.is_empty() {
            return None;
        }
        let mut found = None;
        for (at, rule) in self.setup.rules.iter().enumerate() {
            if !self.fits(rule) {
                continue;
            }
            let due = rule.nth.is_none_or(|nth| {
                let rule = u16::try_from(at).unwrap_or(u16::MAX);
                changes.push(Change::Card(CardChange::RuleFitted { rule }));
                self.books.rule_fits(at) + 1 == nth
            });
            if due && found.is_none() {
                found = Some(rule);
            }
        }
        found
    }

    /// What the card has to spend; `None` where nobody counts.
    pub(crate) fn available(&self) -> Option<Fen> {
        let balance = self.account()?.balance?;
        Some(balance - self.spent(self.request.card))
    }

    fn account(&self) -> Option<&CardAccount> {
        if self.setup.cards.is_empty() {
            return None;
        }
        self.digits?;
        self.setup.cards.iter().find(|card| self.ends(&card.pan_ends))
    }

    fn spent(&self, card: Option<CardToken>) -> Fen {
        card.map_or(Fen::ZERO, |card| self.books.card(card).spent)
    }

    /// `None` when the card has what is wanted, or the part of it that it has and the terminal welcomes.
    fn affordable(&self, wanted: Fen) -> Result<Option<Fen>, Code> {
        // A card that is overdrawn still gets its money back, and what has happened offline still counts.
        let lacks = |available: &Fen| wanted > (*available).max(Fen::ZERO);
        let Some(available) = self.available().filter(lacks) else { return Ok(None) };
        let partial = self.account().is_some_and(|card| card.partial);
        let welcome = self.request.kind == Kind::Sale && self.request.parts.partial_approval == Some(1);
        if partial && welcome && available > Fen::ZERO { Ok(Some(available)) } else { Err(Code::new("51")) }
    }

    fn check_expiry(&self) -> Result<(), Code> {
        let Some(expires) = self.account().and_then(|card| card.expires) else { return Ok(()) };
        let is_refused = expires.is_over(self.day) || expires.is_contradicted(self.request);
        if is_refused { Err(Code::new("54")) } else { Ok(()) }
    }

    fn check_pin(&self, terminal: &Terminal, changes: &mut Vec<Change>) -> Result<(), Code> {
        let Some(block) = self.request.message.field(52) else { return Ok(()) };
        let Some(wanted) = self.account().and_then(|card| card.pin.as_deref()) else { return Ok(()) };
        let (block, key) = (block.try_into().ok(), terminal.keys.map(|keys| PinKey::from(keys.pin.des())));
        let (Some(block), Some(key), Some(pan), Some(card)) =
            (block, key, self.request.pan(), self.request.card)
        else {
            return Err(Code::new("99"));
        };
        let state = self.books.card(card);
        let wrong = if state.wrong_pin_day == self.day { state.wrong_pins } else { 0 };
        let is_right = match key.open(block, &pan) {
            Ok(pin) => pin.digits() == wanted,
            Err(PinError::NoBlock | PinError::NoPin) => return Err(Code::new("99")),
        };
        if wrong >= PIN_TRIES {
            return Err(Code::new("75"));
        }
        if !is_right {
            changes.push(Change::Card(CardChange::PinWrong { card, day: self.day }));
            return Err(Code::new("55"));
        }
        if state.wrong_pins > 0 {
            changes.push(Change::Card(CardChange::PinRight { card }));
        }
        Ok(())
    }

    fn fits(&self, rule: &ReplyRule) -> bool {
        let request = self.request;
        let kind_fits = match rule.kind {
            Some(wanted) => wanted == request.kind,
            None => request.kind.concerns_a_card(),
        };
        kind_fits
            && rule.amount.is_none_or(|amount| request.amount == Some(amount))
            && self.ends(&rule.pan_ends)
    }

    /// Whether the digits end so; any do in nothing.
    fn ends(&self, ending: &str) -> bool {
        // Most differ in the last character already.
        let last = |text: &str| text.as_bytes().last().copied();
        ending.is_empty()
            || self.digits.is_some_and(|digits| last(digits) == last(ending) && digits.ends_with(ending))
    }
}

/// The card organisation of the request's card.
pub(crate) fn organisation<'a>(setup: &'a CardSetup, request: &CardRequest) -> Option<&'a Organisation> {
    let digits = request.card_number()?;
    setup.organisations.iter().find(|organisation| digits.starts_with(&organisation.pan_begins))
}

/// Whether a refusal leaves it open to the terminal what became of the money, so that it will reverse.
pub(crate) fn is_open(code: Code) -> bool {
    let entry = reply_entry(code.as_str().as_bytes());
    entry.is_some_and(|entry| !matches!(entry.follow_up, FollowUp::Nothing | FollowUp::SignOn))
}
