//! The order book: every wallet order, what became of it, and what is still to happen to it.
//!
//! Sources: WeChat Pay v2 and v3, Alipay: "payment-code", "Reverse", "Refund", "trade_state", "trade_status". Amounts in
//! fen. An order is decided on by `desk`, and moves by [`OrderChange`]s alone. A payment *begins* when the payer agrees,
//! and *lands* when the bank has moved the money; what else happens to the order in between decides what it finds.
//! A hold (Alipay, fund authorisation) is an order whose money is frozen and not paid: it is made, agreed on, cancelled
//! and given back as any other, and only the accounts differ. *Not modelled:* discounts, currencies, splits between merchants, orders that several payers share, forgetting.

mod bill;
mod clock;
mod desk;
pub(crate) mod fuzz;
mod rules;
mod tell;
mod time;

pub use rules::{Deadline, OrderRules, UnknownReverse};

pub(crate) use clock::Clock;
pub(crate) use desk::{Desk, Pen};
pub(crate) use rules::Brand;
pub(crate) use tell::{paid_told, refund_told};
pub(crate) use time::{Happened, settle_due};

use crate::event::Movement;
use crate::ledger::{Account, Cause};
use crate::short::Short;
use core::fmt;
use serde::{Deserialize, Serialize};
use sim::{Fen, OrderNo, ShopNo, SimTime};
use std::collections::{BTreeMap, BTreeSet};
use wallet::ask::OrderRef;
use wallet::exchange::Dialect;

/// A number that the platform gave: of a payment, of a refund; or a payer.
pub type PlatformNo = Short<40>;

/// All orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    orders: BTreeMap<OrderNo, Order>,
    /// Reversed before they were ever seen.
    barred: BTreeSet<OrderNo>,
    by_transaction: BTreeMap<PlatformNo, OrderNo>,
    by_refund: BTreeMap<(ShopNo, String), OrderNo>,
    by_refund_id: BTreeMap<PlatformNo, OrderNo>,
    /// Payments that have begun and not landed, by when they land.
    under_way: BTreeMap<(SimTime, u64), UnderWay>,
    expiring: BTreeSet<(SimTime, OrderNo)>,
    used_codes: BTreeSet<ScannedCode>,
    payments_begun: u64,
    refunds_made: u32,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The merchant's number.
    pub number: OrderNo,
    /// Which order of the book, from 1.
    pub serial: u64,
    /// When it was made.
    pub made_at: SimTime,
    /// What was agreed on.
    pub terms: Terms,
    /// When it ends unless it is paid.
    pub expires: Option<SimTime>,
    /// Where it stands.
    pub state: State,
    /// The payer has begun to pay: some platforms know a shown order only from then on.
    pub seen: bool,
    /// Money that went back, eldest first. A reverse is not among them.
    pub refunds: Vec<Refund>,
}

/// What an order is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How much.
    pub amount: Fen,
    /// What the payer reads.
    pub subject: String,
    /// How the payer comes to it.
    pub way: Way,
    /// What queries and notices repeat.
    pub attach: Option<String>,
    /// The merchant's device.
    pub device: Option<String>,
    /// Where notices go.
    pub notify_url: Option<String>,
    /// The dialect that it was made in, and that notices are in.
    #[serde(with = "DialectWords")]
    pub dialect: Dialect,
}

/// How the payer comes to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// The merchant scans the payer's code.
    Scanned,
    /// The payer scans the merchant's code.
    Shown,
    /// The payer scans the merchant's code, and the money is frozen: it stays the payer's.
    Hold,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nobody has paid it.
    Open,
    /// The payer is typing the password.
    Paying,
    /// Paid; perhaps refunded since.
    Paid(Payment),
    /// Never paid, and never will be.
    Closed,
    /// Taken back by the merchant, or by the platform in the merchant's stead. It never will be paid.
    Revoked {
        /// When.
        at: SimTime,
        /// The payment that was given back, when there was one.
        paid: Option<Payment>,
        /// How much the reverse itself gave back; the rest had been refunded before.
        returned: Fen,
    },
    /// Paying failed. It may be tried again.
    Failed,
}

/// A payment of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// When the money moved.
    pub at: SimTime,
    /// The platform's number of it.
    pub transaction: PlatformNo,
    /// Who paid.
    pub payer: PlatformNo,
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The merchant's number.
    pub number: String,
    /// The platform's number.
    pub id: PlatformNo,
    /// Which refund of the book, from 1: that of the ledger's cause.
    pub serial: u32,
    /// How much.
    pub amount: Fen,
    /// Why, in the merchant's words.
    pub reason: Option<String>,
    /// When it was asked for; the merchant's money moves then.
    pub at: SimTime,
    /// When it reaches the payer.
    pub done_at: SimTime,
}

/// A payment that has begun and not landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Of which order.
    pub order: OrderNo,
    /// When the payer agreed: from then on the bank is at it.
    pub agreed_at: SimTime,
    /// Who pays.
    pub payer: PlatformNo,
}

/// A payer's code that was scanned. Its printed form shows the last four characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScannedCode(String);

/// One fact about the orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderChange {
    /// Something happened to an order.
    To {
        /// To which.
        order: OrderNo,
        /// What.
        fact: OrderFact,
    },
    /// A payment code has been taken to a payer and will not be again.
    CodeUsed {
        /// Which.
        code: ScannedCode,
    },
}

/// What happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderFact {
    /// It was made.
    Made {
        /// Which order of the book, from 1.
        serial: u64,
        /// When.
        at: SimTime,
        /// When it ends unless it is paid.
        expires: Option<SimTime>,
        /// What was agreed on.
        terms: Terms,
    },
    /// The payer is asked for the password.
    AsksPassword,
    /// A payment begins.
    Begun {
        /// Which payment of the book, from 1.
        number: u64,
        /// When the payer agrees.
        agreed_at: SimTime,
        /// When the bank has moved the money.
        lands: SimTime,
        /// Who pays.
        payer: PlatformNo,
    },
    /// A payment that had begun is no longer under way.
    Landed {
        /// Which payment of the book.
        number: u64,
        /// When it landed.
        lands: SimTime,
    },
    /// The money moved.
    Paid(Payment),
    /// Paying failed.
    Failed,
    /// Closed unpaid.
    Closed,
    /// Reversed, or cancelled.
    Revoked {
        /// When.
        at: SimTime,
        /// How much went back by it.
        returned: Fen,
    },
    /// The bank moved the money of an order that had been revoked meanwhile; it went back at once.
    PaidInVain(Payment),
    /// Money goes back.
    Refunded(Refund),
    /// Reversed before it was ever seen: should it still come, it is refused.
    Barred,
}

/// The words of a dialect in what is written down.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Dialect")]
pub(crate) enum DialectWords {
    WeChatV2,
    WeChatV3,
    AlipayGateway,
    AlipayV3,
}

impl Orders {
    /// The order of this number.
    #[must_use]
    pub fn order(&self, number: OrderNo) -> Option<&Order> {
        self.orders.get(&number)
    }

    /// All orders, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// The order of this shop that is meant, by its own number or by that of its payment.
    #[must_use]
    pub fn find(&self, shop: ShopNo, which: &OrderRef) -> Option<&Order> {
        match which {
            OrderRef::OrderNo(number) => self.order(OrderNo::new(number)?.at(shop)),
            OrderRef::TransactionId(id) => {
                let number = *self.by_transaction.get(&PlatformNo::new(id))?;
                self.order(number).filter(|order| order.number.shop() == shop)
            }
        }
    }

    /// The order that has this refund, by the merchant's number in this shop.
    #[must_use]
    pub fn refunded_by(&self, shop: ShopNo, number: &str) -> Option<&Order> {
        self.order(*self.by_refund.get(&(shop, number.to_owned()))?)
    }

    /// The order that has this refund, by the platform's number.
    #[must_use]
    pub fn with_refund_id(&self, id: &str) -> Option<&Order> {
        self.order(*self.by_refund_id.get(&PlatformNo::new(id))?)
    }

    /// Whether this payment code has been taken to a payer before. One code pays once.
    #[must_use]
    pub fn is_used(&self, code: &str) -> bool {
        self.used_codes.contains(&ScannedCode::new(code))
    }

    /// Whether a reverse came before the order.
    #[must_use]
    pub fn is_barred(&self, number: OrderNo) -> bool {
        self.barred.contains(&number)
    }

    /// How many payments have begun and not landed.
    #[must_use]
    pub fn payments_under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Makes a change. Nothing is checked: that was done when it was decided.
    pub(crate) fn apply(&mut self, change: &OrderChange) {
        match change {
            OrderChange::To { order, fact } => self.apply_to(*order, fact),
            OrderChange::CodeUsed { code } => {
                self.used_codes.insert(code.clone());
            }
        }
    }

    fn apply_to(&mut self, number: OrderNo, fact: &OrderFact) {
        match fact {
            OrderFact::Made { .. } => {
                if let Some(order) = Order::made(number, fact) {
                    self.orders.insert(number, order);
                }
            }
            OrderFact::Barred => {
                self.barred.insert(number);
            }
            OrderFact::Begun { number: payment, agreed_at, lands, payer } => {
                let begun = UnderWay { order: number, agreed_at: *agreed_at, payer: *payer };
                self.under_way.insert((*lands, *payment), begun);
                self.payments_begun = self.payments_begun.max(*payment);
            }
            OrderFact::Landed { number: payment, lands } => {
                self.under_way.remove(&(*lands, *payment));
            }
            OrderFact::Paid(payment) | OrderFact::PaidInVain(payment) => {
                self.by_transaction.insert(payment.transaction, number);
            }
            OrderFact::Refunded(refund) => self.index_refund(number, refund),
            _ => {}
        }
        let Some(order) = self.orders.get_mut(&number) else { return };
        order.apply(fact);
        if let Some(expires) = order.expires {
            if order.may_expire() {
                self.expiring.insert((expires, number));
            } else {
                self.expiring.remove(&(expires, number));
            }
        }
    }

    fn index_refund(&mut self, order: OrderNo, refund: &Refund) {
        // Where a refund's number counts for its order alone, another order's refund may have it too.
        self.by_refund.entry((order.shop(), refund.number.clone())).or_insert(order);
        self.by_refund_id.insert(refund.id, order);
        self.refunds_made = self.refunds_made.max(refund.serial);
    }
}

impl Way {
    /// What the ledger moves when the payer agrees.
    pub(crate) const fn taken(self) -> (Movement, Cause, [Account; 2]) {
        match self {
            Self::Scanned | Self::Shown => {
                let way = [Account::CustomerFunds, Account::MerchantReceivable];
                (Movement::Captured, Cause::OrderPaid, way)
            }
            Self::Hold => {
                (Movement::Held, Cause::OrderHeld, [Account::CustomerFunds, Account::CustomerHolds])
            }
        }
    }

    /// What it moves when that is undone as a whole.
    pub(crate) const fn undone(self) -> (Movement, Cause, [Account; 2]) {
        match self {
            Self::Scanned | Self::Shown => {
                let way = [Account::MerchantReceivable, Account::CustomerFunds];
                (Movement::Reversed, Cause::OrderReversed, way)
            }
            Self::Hold => self.given_back(0),
        }
    }

    /// What it moves by this refund of the book.
    pub(crate) const fn given_back(self, refund: u32) -> (Movement, Cause, [Account; 2]) {
        match self {
            Self::Scanned | Self::Shown => {
                let way = [Account::MerchantReceivable, Account::CustomerFunds];
                (Movement::Refunded, Cause::OrderRefunded { refund }, way)
            }
            Self::Hold => {
                (Movement::Released, Cause::OrderLetGo, [Account::CustomerHolds, Account::CustomerFunds])
            }
        }
    }
}

impl Order {
    fn made(number: OrderNo, fact: &OrderFact) -> Option<Self> {
        let OrderFact::Made { serial, at, expires, terms } = fact else { return None };
        let (serial, made_at, expires, terms) = (*serial, *at, *expires, terms.clone());
        Some(Self {
            number,
            serial,
            made_at,
            terms,
            expires,
            state: State::Open,
            seen: false,
            refunds: vec![],
        })
    }

    /// How much was refunded so far.
    #[must_use]
    pub fn refunded(&self) -> Fen {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// How much went back so far, by refunds or by a reverse.
    #[must_use]
    pub fn given_back(&self) -> Fen {
        let returned = if let State::Revoked { returned, .. } = self.state { returned } else { Fen::ZERO };
        self.refunded() + returned
    }

    /// When money first went back.
    #[must_use]
    pub fn given_back_at(&self) -> Option<SimTime> {
        let reversed = match self.state {
            State::Revoked { at, paid: Some(payment), returned } if returned > Fen::ZERO => {
                Some(at.max(payment.at))
            }
            _ => None,
        };
        self.refunds.iter().map(|refund| refund.at).chain(reversed).min()
    }

    /// The payment, also of one that was given back.
    #[must_use]
    pub const fn payment(&self) -> Option<&Payment> {
        match &self.state {
            State::Paid(payment) | State::Revoked { paid: Some(payment), .. } => Some(payment),
            _ => None,
        }
    }

    /// The refund of this number.
    #[must_use]
    pub fn refund(&self, number: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.number == number)
    }

    const fn may_expire(&self) -> bool {
        matches!(self.state, State::Open | State::Paying | State::Failed)
    }

    fn apply(&mut self, fact: &OrderFact) {
        match fact {
            OrderFact::AsksPassword => self.state = State::Paying,
            OrderFact::Begun { .. } => self.seen = true,
            OrderFact::Paid(payment) => {
                self.state = State::Paid(*payment);
                self.seen = true;
            }
            OrderFact::Failed => self.state = State::Failed,
            OrderFact::Closed => self.state = State::Closed,
            OrderFact::Revoked { at, returned } => {
                let (at, paid, returned) = (*at, self.payment().copied(), *returned);
                self.state = State::Revoked { at, paid, returned };
            }
            OrderFact::PaidInVain(payment) => {
                let at = if let State::Revoked { at, .. } = self.state { at } else { payment.at };
                self.state = State::Revoked { at, paid: Some(*payment), returned: self.terms.amount };
            }
            OrderFact::Refunded(refund) => self.refunds.push(refund.clone()),
            OrderFact::Made { .. } | OrderFact::Landed { .. } | OrderFact::Barred => {}
        }
    }
}

impl ScannedCode {
    /// A code as it was scanned.
    #[must_use]
    pub fn new(digits: &str) -> Self {
        Self(digits.to_owned())
    }
}

impl fmt::Debug for ScannedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.0.chars().count().saturating_sub(4);
        let shown: String = self.0.chars().skip(hidden).collect();
        write!(f, "ScannedCode({}{shown})", "*".repeat(hidden))
    }
}
