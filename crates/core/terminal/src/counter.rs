//! What people at the counter ask for: which wish becomes which transaction, and what is turned away.
//!
//! Whether a void, a refund or a completion can be is looked up in the journal first, by the rules that the host has too
//! (UnionPay POS dialect, "Batch, STAN, settlement"): the same batch for a void, what is left for a refund, 115 % of the
//! hold for a completion, once for all of them. *Not modelled:* passwords of supervisors.

use crate::card::CardCharge;
use crate::charge::{Approval, Charge, Kind};
use crate::desk::Desk;
use crate::event::{Event, Intent, Wish};
use crate::flow::Flow;
use crate::journal::Record;
use crate::machine::Terminal;
use crate::order::Order;
use crate::order_refund::OrderRefund;
use crate::profile::{Originals, Pending};
use crate::scan::Scan;
use crate::screen::Belief;
use crate::settlement::Settlement;
use crate::speech::Codec;
use crate::wallets::{ALIPAY_SHOP, shop_of};
use sim::{Fen, Key, ShopNo, SimTime};
use wallet::ask::Wallet;

/// A completion may take so many hundredths of the hold.
const COMPLETION_PERCENT: i64 = 115;

impl Terminal {
    pub(crate) fn on_wish(&mut self, now: SimTime, wish: Wish, wallet: Wallet) {
        self.give_way(now);
        if !self.accepts(wish.intent) {
            return;
        }
        match self.original_of(&wish) {
            Err(why) => self.refuse(wish.intent, why),
            Ok(original) => self.begin(now, wish, wallet, original),
        }
    }

    /// Settles the open batch, unless something is under way.
    pub(crate) fn on_settle(&mut self, now: SimTime) {
        if matches!(self.memory.flow, Flow::Idle) {
            self.enter(now, |desk, _| Flow::Settlement(Box::new(Settlement::begin(desk))));
        }
    }

    pub(crate) fn on_sign_on(&mut self, now: SimTime) {
        if matches!(self.memory.flow, Flow::Idle) {
            self.sign_on(now);
        }
    }

    /// Somebody logs on, or the last one off; while something is under way, the keys do nothing.
    pub(crate) fn on_operator(&mut self, now: SimTime, operator: Option<u8>) {
        if matches!(self.memory.flow, Flow::Idle) {
            self.journal.write(now, Record::Operator(operator.map(|operator| operator % 100)));
            self.outbox.event(Event::Operator(operator));
        }
    }

    /// A careless firmware has one place for the charge that may have to be undone, and wipes it for the next one.
    fn give_way(&mut self, now: SimTime) {
        if self.settings.profile.habits.pending == Pending::Blocks {
            return;
        }
        if let Flow::Card(card) = &self.memory.flow
            && card.is_being_undone()
        {
            self.journal.write(now, Record::Ended(card.charge.key));
            self.memory.flow = Flow::Idle;
        }
    }

    /// One at a time: while something is open, the next is turned away.
    fn accepts(&mut self, intent: Intent) -> bool {
        self.memory.repeats = 0;
        self.memory.reprints = 0;
        if !matches!(self.memory.flow, Flow::Idle) {
            self.outbox.event(Event::Busy { intent });
            return false;
        }
        self.memory.verdict = None;
        self.memory.no_slip = None;
        if self.journal.operator() == Some(None) {
            self.refuse(intent, "nobody is logged on");
            return false;
        }
        true
    }

    fn refuse(&mut self, intent: Intent, why: &'static str) {
        self.outbox.event(Event::Refused { intent, why });
        self.memory.verdict = Some((intent, Belief::Declined));
    }

    fn begin(&mut self, now: SimTime, wish: Wish, wallet: Wallet, original: Option<Approval>) {
        let amount = match (wish.kind, &original) {
            (
                Kind::Void | Kind::PreAuthVoid | Kind::CompletionVoid | Kind::WalletHoldVoid,
                Some(original),
            ) => original.charge.amount,
            _ => wish.amount,
        };
        let Wish { intent, kind, .. } = wish;
        let shop = match original.as_ref().map(|original| original.charge.key) {
            Some(Key::Order(order)) => order.shop(),
            _ if kind == Kind::WalletHold => ALIPAY_SHOP,
            _ => shop_of(wallet),
        };
        let original = original.map(|original| original.as_original());
        let charge = |key| Charge { intent, kind, key, amount, original };
        self.enter(now, |desk, _| begun(kind, shop, charge, desk));
    }

    /// What a wish is about, if the journal has it and the rules allow it.
    fn original_of(&self, wish: &Wish) -> Result<Option<Approval>, &'static str> {
        if wish.kind.originals().is_empty() {
            return Ok(None);
        }
        let key = wish.original.ok_or("no number of a slip was keyed in")?;
        let original = self.journal.approval(key).ok_or("no such transaction here")?;
        if !wish.kind.originals().contains(&original.charge.kind) {
            return Err("that one is of another kind");
        }
        if self.settings.profile.habits.originals == Originals::Checked {
            self.check(wish, original)?;
        }
        Ok(Some(original.clone()))
    }

    fn check(&self, wish: &Wish, original: &Approval) -> Result<(), &'static str> {
        let Charge { key, amount, .. } = original.charge;
        let refunded = self.journal.refunded(key);
        if self.journal.is_ended_by_another(key) {
            return Err("that one is ended already");
        }
        match wish.kind {
            Kind::Void | Kind::CompletionVoid if self.batch_of(key) != Some(self.open_batch()) => {
                Err("that one is of an older batch")
            }
            Kind::Void | Kind::CompletionVoid if refunded > Fen::ZERO => Err("part of it was given back"),
            Kind::Refund | Kind::OrderRefund if wish.amount > amount - refunded => {
                Err("that is more than is left of it")
            }
            Kind::Completion | Kind::CompletionAdvice
                if wish.amount.0 > amount.0 * COMPLETION_PERCENT / 100 =>
            {
                Err("that is more than 115 % of the hold")
            }
            _ => Ok(()),
        }
    }

    /// Whether a charge is one of the open batch.
    pub(crate) fn is_of_open_batch(&self, key: Key) -> bool {
        self.batch_of(key) == Some(self.open_batch())
    }

    const fn batch_of(&self, key: Key) -> Option<u32> {
        match key {
            Key::Card { batch, .. } => Some(batch),
            Key::Order(_) => None,
        }
    }

    fn open_batch(&self) -> u32 {
        self.journal.batch().unwrap_or(self.settings.batch)
    }
}

/// The flow of a new charge.
fn begun(kind: Kind, shop: ShopNo, charge: impl FnOnce(Key) -> Charge, desk: &mut Desk<'_>) -> Flow {
    let key = if kind.transaction().is_some() {
        CardCharge::next_key(desk)
    } else {
        Key::Order(Order::next_number(desk).at(shop))
    };
    begun_as(charge(key), desk)
}

/// The flow of a new charge that has its number.
pub(crate) fn begun_as(charge: Charge, desk: &mut Desk<'_>) -> Flow {
    match (charge.key, charge.kind) {
        (Key::Order(number), Kind::Scan) => Flow::Scan(Box::new(Scan::begin(charge, number, desk))),
        (Key::Order(number), Kind::OrderRefund | Kind::WalletHoldVoid) => {
            Flow::OrderRefund(Box::new(OrderRefund::begin(charge, number, desk)))
        }
        (Key::Order(number), _) => Flow::Order(Box::new(Order::begin(charge, number, desk))),
        (Key::Card { .. }, _) => Flow::Card(Box::new(CardCharge::begin(charge, desk))),
    }
}

/// The flow of a charge that the journal says was begun.
pub(crate) fn recovered(charge: Charge, desk: &mut Desk<'_>, codec: &mut Codec) -> Flow {
    match (charge.key, charge.kind) {
        (Key::Order(number), Kind::Scan) => Flow::Scan(Box::new(Scan::recover(charge, number, desk, codec))),
        (Key::Order(number), Kind::OrderRefund | Kind::WalletHoldVoid) => {
            Flow::OrderRefund(Box::new(OrderRefund::recover(charge, number, desk, codec)))
        }
        (Key::Order(number), _) => Flow::Order(Box::new(Order::recover(charge, number, desk, codec))),
        (Key::Card { .. }, _) => Flow::Card(Box::new(CardCharge::recover(charge, desk))),
    }
}
