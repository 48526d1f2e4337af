//! Decides what merchants ask about orders: looks at the books, pushes what changes.
//!
//! Sources: WeChat Pay v2, "payment-code", out_trade_no ("the same number again is the same order"), "Reverse", "Refund";
//! Alipay, "pay", "precreate", "cancel", "refund". An order that ended unpaid is never paid; one that is paid is given
//! back once. *Not modelled:* merchants without money to refund from, refunds by order of a payer.

use super::tell::{order_told, refunds, reversed, youngest_refund};
use super::{
    Brand, Clock, Deadline, Order, OrderChange, OrderFact, OrderRules, Payment, PlatformNo, Refund,
    ScannedCode, State, Terms, UnknownReverse, Way,
};
use crate::books::{Books, Change};
use crate::event::Movement;
use crate::ledger::{AMOUNT_MAX, Entry};
use crate::notifier::{About, NoticeChange, What};
use crate::payers::{Does, Payers, payer_of};
use core::time::Duration;
use sim::{Fen, Key, OrderNo, ShopNo, SimTime};
use wallet::amount::Amount;
use wallet::ask::{self, Make, Operation, OrderRef, Pay, RefundRef};
use wallet::exchange::Dialect;
use wallet::moment::WallTime;
use wallet::told::{RefundTold, Refusal, Reversed, Told, Undone};

/// One shop's requests at one moment.
pub(crate) struct Desk<'a> {
    pub(crate) pen: Pen<'a>,
    pub(crate) shop: ShopNo,
    pub(crate) dialect: Dialect,
    pub(crate) rules: &'a OrderRules,
    /// Whether this is about holds, whose numbers are not those of orders that are paid.
    pub(crate) holds: bool,
    pub(crate) payers: &'a Payers,
    /// Where notices of orders go that name no address.
    pub(crate) notify_url: Option<&'a str>,
    /// From a payer's agreement to the landing of the money.
    pub(crate) paying: Duration,
    /// What the request has moved, for the report.
    pub(crate) moved: Option<(Movement, Fen)>,
}

/// Writes changes down, and keeps an order in hand up to date with them.
pub(crate) struct Pen<'a> {
    pub(crate) now: SimTime,
    pub(crate) clock: Clock,
    pub(crate) books: &'a Books,
    pub(crate) changes: &'a mut Vec<Change>,
}

impl Desk<'_> {
    /// A payment by the payer's code.
    pub(crate) fn pay(&mut self, pay: &Pay) -> Result<Told, Refusal> {
        let terms = self.pay_terms(pay)?;
        let number = self.number(&pay.order_no)?;
        let known = self.payable(number, &terms)?;
        if let Some(order) = known.as_ref().filter(|order| order.state == State::Paying) {
            return Ok(self.told(order));
        }
        let does = self.payer_does(pay)?;
        let mut order = match known {
            Some(order) => order,
            None => self.make_order(number, terms, pay.expires, self.rules.scanned_expire)?,
        };
        self.ask_payer(&mut order, pay, does)?;
        Ok(self.told(&order))
    }

    /// A new order whose code the merchant shows; the same again is the same order.
    pub(crate) fn make(&mut self, make: &Make) -> Result<Told, Refusal> {
        let terms = self.make_terms(make)?;
        let number = self.number(&make.order_no)?;
        let order = match self.payable(number, &terms)? {
            Some(order) => order,
            None => {
                let order = self.make_order(number, terms, make.expires, self.rules.shown_expire)?;
                self.moved = Some((Movement::Ordered, order.terms.amount));
                order
            }
        };
        let code_url = code_url(Brand::of(self.dialect), order.serial);
        Ok(Told::Made { order_no: number.as_str().to_owned(), code_url })
    }

    /// Where an order stands.
    pub(crate) fn query(&self, which: &OrderRef) -> Result<Told, Refusal> {
        let order = self.find(which).filter(|order| !self.is_hidden(order)).ok_or(Refusal::NoSuchOrder)?;
        Ok(self.told(order))
    }

    /// Nobody shall pay this order any more.
    pub(crate) fn close(&mut self, which: &OrderRef) -> Result<Told, Refusal> {
        let order = self.find(which).filter(|order| !self.is_hidden(order)).ok_or(Refusal::NoSuchOrder)?;
        let mut order = order.clone();
        refuse_ended(&order.state)?;
        self.pen.write(&mut order, OrderFact::Closed);
        self.moved = Some((Movement::Closed, order.terms.amount));
        Ok(Told::Closed { order_no: order.number.as_str().to_owned(), transaction_id: None })
    }

    /// Undoes an order: gives back what was paid, or sees to it that it never will be.
    pub(crate) fn reverse(&mut self, which: &OrderRef) -> Result<Told, Refusal> {
        let Some(order) = self.find(which) else {
            return if self.holds { Err(Refusal::NoSuchOrder) } else { self.reverse_unknown(which) };
        };
        let mut order = order.clone();
        let undone = match order.state {
            State::Closed | State::Revoked { .. } => Undone::Nothing,
            State::Open | State::Paying | State::Failed => {
                self.pen.revoke(&mut order, Fen::ZERO);
                self.moved = Some((Movement::Closed, order.terms.amount));
                Undone::Closed
            }
            State::Paid(payment) => {
                self.in_time(self.rules.reverse, payment.at)?;
                let rest = order.terms.amount - order.refunded();
                self.pen.revoke(&mut order, rest);
                // All of it may have gone back by refunds.
                let moved = rest > Fen::ZERO;
                self.moved = moved.then_some((order.terms.way.undone().0, rest));
                if moved { Undone::Refunded } else { Undone::Nothing }
            }
        };
        Ok(Told::Reversed(reversed(&order, undone)))
    }

    /// Gives money back, once for each number.
    pub(crate) fn refund(&mut self, asked: &ask::Refund) -> Result<Told, Refusal> {
        let mut order = self.find(&asked.order).ok_or(Refusal::NoSuchOrder)?.clone();
        let amount = fen(asked.amount)?;
        if asked.total.is_some_and(|total| fen(total) != Ok(order.terms.amount)) {
            return Err(Refusal::WrongParameter("total"));
        }
        if let Some(known) = self.known_refund(&order, asked, amount)? {
            return Ok(Told::Refunded(known));
        }
        let payment = match &order.state {
            State::Paid(payment) => *payment,
            State::Revoked { .. } => return Err(Refusal::OrderReversed),
            State::Closed => return Err(Refusal::OrderClosed),
            State::Open | State::Paying | State::Failed => return Err(Refusal::NotPaid),
        };
        self.in_time(self.rules.refund, payment.at)?;
        if amount > order.terms.amount - order.refunded() {
            return Err(Refusal::TooMuchRefund);
        }
        self.pen.refund(&mut order, asked, amount, (self.dialect, self.rules.refunding));
        self.moved = Some((order.terms.way.given_back(0).0, amount));
        let told = youngest_refund(&order, self.pen.clock, self.pen.now, true);
        told.map(Told::Refunded).ok_or(Refusal::NoSuchRefund)
    }

    /// What became of refunds.
    pub(crate) fn refunds(&self, which: &RefundRef) -> Result<Told, Refusal> {
        let orders = self.pen.books.orders();
        let order = match which {
            RefundRef { order: Some(order), .. } => self.find(order).ok_or(Refusal::NoSuchOrder)?,
            RefundRef { refund_id: Some(id), .. } => {
                let order = orders.with_refund_id(id).filter(|order| order.number.shop() == self.shop);
                order.ok_or(Refusal::NoSuchRefund)?
            }
            RefundRef { refund_no: Some(number), .. } => {
                orders.refunded_by(self.shop, number).ok_or(Refusal::NoSuchRefund)?
            }
            RefundRef { .. } => return Err(Refusal::WrongParameter("out_refund_no")),
        };
        let wanted = |refund: &RefundTold| {
            which.refund_no.as_ref().is_none_or(|number| *number == refund.refund_no)
                && which.refund_id.as_ref().is_none_or(|id| *id == refund.refund_id)
        };
        let told = refunds(order, self.pen.clock, self.pen.now).filter(wanted);
        let told: Vec<RefundTold> = told.collect();
        if told.is_empty() { Err(Refusal::NoSuchRefund) } else { Ok(Told::Refunds(told)) }
    }

    /// What became of an operation on a hold.
    pub(crate) fn query_hold(&self, which: &OrderRef, operation: &Operation) -> Result<Told, Refusal> {
        let hold = self.find(which).filter(|order| !self.is_hidden(order)).ok_or(Refusal::NoSuchOrder)?;
        let auth_no = hold.payment().map(|payment| payment.transaction.as_str());
        if operation.is_freezing(hold.terms.attach.as_deref(), auth_no) {
            return Ok(self.told(hold));
        }
        let is_it = |told: &RefundTold| match operation {
            Operation::RequestNo(number) => told.refund_no == *number,
            Operation::Id(id) => told.refund_id == *id,
        };
        let told = refunds(hold, self.pen.clock, self.pen.now).find(is_it);
        told.map(|told| Told::Refunds(vec![told])).ok_or(Refusal::NoSuchRefund)
    }

    fn pay_terms(&self, pay: &Pay) -> Result<Terms, Refusal> {
        Ok(Terms {
            amount: fen(pay.amount)?,
            subject: pay.subject.clone(),
            way: Way::Scanned,
            attach: pay.attach.clone(),
            device: pay.device.clone(),
            notify_url: pay.notify_url.as_deref().or(self.notify_url).map(str::to_owned),
            dialect: self.dialect,
        })
    }

    fn make_terms(&self, make: &Make) -> Result<Terms, Refusal> {
        Ok(Terms {
            amount: fen(make.amount)?,
            subject: make.subject.clone(),
            way: if self.holds { Way::Hold } else { Way::Shown },
            attach: make.attach.clone(),
            device: make.device.clone(),
            notify_url: make.notify_url.as_deref().or(self.notify_url).map(str::to_owned),
            dialect: self.dialect,
        })
    }

    fn number(&self, text: &str) -> Result<OrderNo, Refusal> {
        let number = OrderNo::new(text).filter(|_| text.len() <= self.rules.order_no_max);
        Ok(number.ok_or(Refusal::WrongParameter("out_trade_no"))?.at(self.shop))
    }

    fn find(&self, which: &OrderRef) -> Option<&Order> {
        let found = self.pen.books.orders().find(self.shop, which);
        found.filter(|order| (order.terms.way == Way::Hold) == self.holds)
    }

    const fn is_hidden(&self, order: &Order) -> bool {
        self.rules.shown_hides
            && !order.seen
            && matches!((&order.state, order.terms.way), (State::Open, Way::Shown | Way::Hold))
    }

    /// The order that this number has already, if it still can be paid.
    fn payable(&self, number: OrderNo, terms: &Terms) -> Result<Option<Order>, Refusal> {
        if self.pen.books.orders().is_barred(number) {
            return Err(Refusal::OrderReversed);
        }
        let Some(order) = self.pen.books.orders().order(number) else { return Ok(None) };
        if !order.terms.agrees_with(terms) {
            return Err(Refusal::NumberUsedForOther);
        }
        refuse_ended(&order.state)?;
        Ok(Some(order.clone()))
    }

    fn make_order(
        &mut self,
        number: OrderNo,
        terms: Terms,
        ends: Option<WallTime>,
        expire: Option<Duration>,
    ) -> Result<Order, Refusal> {
        let now = self.pen.now;
        let expires = match ends {
            Some(ends) => {
                let ends = self.pen.clock.moment(ends).filter(|ends| *ends > now);
                Some(ends.ok_or(Refusal::WrongParameter("time_expire"))?)
            }
            None => expire.map(|span| now + span),
        };
        let serial = self.pen.books.orders().orders.len() as u64 + 1;
        Ok(self.pen.make(number, OrderFact::Made { serial, at: now, expires, terms }))
    }

    /// What the payer does; an error where there is no payer to ask.
    fn payer_does(&self, pay: &Pay) -> Result<Does, Refusal> {
        let code = &pay.payment_code;
        let ours = code.wallet() == Some(Brand::of(self.dialect).wallet());
        if !ours || self.pen.books.orders().is_used(code.as_str()) {
            return Err(Refusal::CodeInvalid);
        }
        match self.payers.does(code.as_str(), fen(pay.amount)?) {
            Does::ShowsOldCode => Err(Refusal::CodeExpired),
            Does::ShowsInvalidCode | Does::ShowsUsedCode => Err(Refusal::CodeInvalid),
            _ if self.lacks_money(code.as_str(), fen(pay.amount)?) => Ok(Does::LacksMoney),
            does => Ok(does),
        }
    }

    /// Whether the payer has a balance, and less of it left than this. All of the payer's orders are added up: few
    /// payers have one.
    fn lacks_money(&self, code: &str, amount: Fen) -> bool {
        let Some(balance) = self.payers.balance(code) else { return false };
        let payer = payer_of(code, Brand::of(self.dialect) == Brand::Alipay);
        let paid = |order: &Order| {
            let payment = order.payment().filter(|payment| payment.payer == payer);
            payment.map_or(Fen::ZERO, |_| order.terms.amount - order.given_back())
        };
        let spent: Fen = self.pen.books.orders().iter().map(paid).sum();
        spent + amount > balance
    }

    fn ask_payer(&mut self, order: &mut Order, pay: &Pay, does: Does) -> Result<(), Refusal> {
        let payer = payer_of(pay.payment_code.as_str(), Brand::of(self.dialect) == Brand::Alipay);
        let amount = order.terms.amount;
        match does {
            Does::PaysAtOnce => {
                self.pen.use_code(pay);
                self.pen.capture(order, payer);
                self.moved = Some((Movement::Captured, amount));
            }
            Does::TypesPassword { after } => {
                self.pen.use_code(pay);
                self.pen.write(order, OrderFact::AsksPassword);
                self.pen.begin(order, self.pen.now + after, self.paying, payer);
                self.moved = Some((Movement::Ordered, amount));
            }
            Does::NeverConfirms => {
                self.pen.use_code(pay);
                self.pen.write(order, OrderFact::AsksPassword);
                self.moved = Some((Movement::Ordered, amount));
            }
            Does::ShowsUnsupportedCard => return Err(self.fail(order, Refusal::CardUnsupported)),
            Does::LacksMoney | Does::ShowsOldCode | Does::ShowsInvalidCode | Does::ShowsUsedCode => {
                return Err(self.fail(order, Refusal::NotEnough));
            }
        }
        Ok(())
    }

    fn fail(&mut self, order: &mut Order, why: Refusal) -> Refusal {
        if !self.rules.waits_after_failure {
            self.pen.write(order, OrderFact::Failed);
        }
        why
    }

    fn reverse_unknown(&mut self, which: &OrderRef) -> Result<Told, Refusal> {
        match (self.rules.unknown_reverse, which) {
            (UnknownReverse::Bars, OrderRef::OrderNo(text)) => {
                let number = self.number(text)?;
                if !self.pen.books.orders().is_barred(number) {
                    self.pen.change(OrderChange::To { order: number, fact: OrderFact::Barred });
                }
                let (order_no, undone) = (text.clone(), Undone::Nothing);
                Ok(Told::Reversed(Reversed { order_no, transaction_id: None, undone }))
            }
            _ => Err(Refusal::NoSuchOrder),
        }
    }

    /// The refund that this number has already, if it is the same.
    fn known_refund(
        &self,
        order: &Order,
        asked: &ask::Refund,
        amount: Fen,
    ) -> Result<Option<RefundTold>, Refusal> {
        let number = &asked.refund_no;
        if let Some(known) = order.refund(number) {
            if known.amount != amount {
                return Err(Refusal::NumberUsedForOther);
            }
            let mut told = refunds(order, self.pen.clock, self.pen.now);
            return Ok(told.find(|told| told.refund_no == *number));
        }
        let elsewhere = self.pen.books.orders().refunded_by(self.shop, number);
        if self.rules.refund_no_is_the_shops && elsewhere.is_some() {
            return Err(Refusal::NumberUsedForOther);
        }
        Ok(None)
    }

    fn in_time(&self, deadline: Deadline, paid_at: SimTime) -> Result<(), Refusal> {
        let Pen { now, clock, .. } = self.pen;
        let in_time = match deadline {
            Deadline::Never => true,
            Deadline::After(span) => now <= paid_at + span,
            Deadline::SameDay { grace } => now < clock.end_of_day(paid_at) + grace,
        };
        if in_time { Ok(()) } else { Err(Refusal::TooLate) }
    }

    fn told(&self, order: &Order) -> Told {
        Told::Order(order_told(order, self.pen.clock))
    }
}

impl Pen<'_> {
    fn change(&mut self, change: OrderChange) {
        self.changes.push(Change::Order(change));
    }

    /// Writes down what happened to an order, and changes the one in hand alike.
    pub(super) fn write(&mut self, order: &mut Order, fact: OrderFact) {
        order.apply(&fact);
        self.change(OrderChange::To { order: order.number, fact });
    }

    fn make(&mut self, number: OrderNo, fact: OrderFact) -> Order {
        let order = Order::made(number, &fact).expect("an order is made by the fact of its making");
        self.change(OrderChange::To { order: number, fact });
        order
    }

    fn use_code(&mut self, pay: &Pay) {
        self.change(OrderChange::CodeUsed { code: ScannedCode::new(pay.payment_code.as_str()) });
    }

    /// A payer agrees then, and the money moves a little later.
    pub(crate) fn begin(
        &mut self,
        order: &mut Order,
        agreed_at: SimTime,
        paying: Duration,
        payer: PlatformNo,
    ) {
        let number = self.books.orders().payments_begun + 1;
        let lands = agreed_at + paying;
        self.write(order, OrderFact::Begun { number, agreed_at, lands, payer });
    }

    /// The money moves to the merchant.
    pub(super) fn capture(&mut self, order: &mut Order, payer: PlatformNo) {
        let payment = self.payment(order, payer);
        self.write(order, OrderFact::Paid(payment));
        let key = Key::Order(order.number);
        let (_, cause, way) = order.terms.way.taken();
        let entry = Entry::moved(self.now, key, cause, way, order.terms.amount);
        self.changes.push(Change::Entry(entry));
        if let Some(url) = order.terms.notify_url.clone().filter(|_| order.terms.is_told_of_payments()) {
            self.owe(About::new(order.number, What::Payment, order.terms.dialect, url), self.now);
        }
    }

    /// The money moves to the merchant of a revoked order, and back at once.
    pub(super) fn capture_in_vain(&mut self, order: &mut Order, payer: PlatformNo) {
        let payment = self.payment(order, payer);
        self.write(order, OrderFact::PaidInVain(payment));
        let (key, amount) = (Key::Order(order.number), order.terms.amount);
        for (_, cause, way) in [order.terms.way.taken(), order.terms.way.undone()] {
            self.changes.push(Change::Entry(Entry::moved(self.now, key, cause, way, amount)));
        }
    }

    pub(super) fn revoke(&mut self, order: &mut Order, returned: Fen) {
        self.write(order, OrderFact::Revoked { at: self.now, returned });
        if returned > Fen::ZERO {
            let key = Key::Order(order.number);
            let (_, cause, way) = order.terms.way.undone();
            let entry = Entry::moved(self.now, key, cause, way, returned);
            self.changes.push(Change::Entry(entry));
        }
    }

    fn refund(
        &mut self,
        order: &mut Order,
        asked: &ask::Refund,
        amount: Fen,
        (dialect, refunding): (Dialect, Duration),
    ) {
        let serial = self.books.orders().refunds_made + 1;
        let id = PlatformNo::of(format_args!("50{serial:026}"));
        let (at, done_at) = (self.now, self.now + refunding);
        let (number, reason) = (asked.refund_no.clone(), asked.reason.clone());
        let refund = Refund { number, id, serial, amount, reason, at, done_at };
        self.write(order, OrderFact::Refunded(refund));
        let (_, cause, way) = order.terms.way.given_back(serial);
        let entry = Entry::moved(self.now, Key::Order(order.number), cause, way, amount);
        self.changes.push(Change::Entry(entry));
        // Alipay tells of a refund where it tells of the payment, WeChat Pay where the refund asks for it.
        let url = match Brand::of(order.terms.dialect) {
            Brand::WeChat => asked.notify_url.clone(),
            Brand::Alipay if order.terms.way == Way::Hold => None,
            Brand::Alipay => asked.notify_url.clone().or_else(|| order.terms.notify_url.clone()),
        };
        if let Some(url) = url {
            self.owe(About::new(order.number, What::Refund { serial }, dialect, url), done_at);
        }
    }

    fn owe(&mut self, about: About, due: SimTime) {
        let id = self.books.notices().next_id();
        let name = id.name(about.dialect, self.clock.wall(self.now));
        self.changes.push(Change::Notice(NoticeChange::Owed { id, about, name, due }));
    }

    fn payment(&self, order: &Order, payer: PlatformNo) -> Payment {
        let transaction = match Brand::of(order.terms.dialect) {
            Brand::WeChat => PlatformNo::of(format_args!("42{:026}", order.serial)),
            Brand::Alipay => {
                let day = self.clock.wall(self.now).day().compact();
                match order.terms.way {
                    Way::Scanned | Way::Shown => {
                        PlatformNo::of(format_args!("{day}22001{:015}", order.serial))
                    }
                    Way::Hold => PlatformNo::of(format_args!("{day}10002001{:012}", order.serial)),
                }
            }
        };
        Payment { at: self.now, transaction, payer }
    }
}

impl Terms {
    /// Whether this is the same wish. Where notices go, and in which dialect it was asked, does not make another one.
    fn agrees_with(&self, other: &Self) -> bool {
        (self.amount, &self.subject, self.way, &self.attach)
            == (other.amount, &other.subject, other.way, &other.attach)
    }

    /// WeChat Pay tells nobody of payments by payment code: the merchant must ask.
    fn is_told_of_payments(&self) -> bool {
        self.way != Way::Scanned || Brand::of(self.dialect) == Brand::Alipay
    }
}

/// What can no longer be paid or closed, and why.
const fn refuse_ended(state: &State) -> Result<(), Refusal> {
    match state {
        State::Paid(_) => Err(Refusal::AlreadyPaid),
        State::Closed => Err(Refusal::OrderClosed),
        State::Revoked { .. } => Err(Refusal::OrderReversed),
        State::Open | State::Paying | State::Failed => Ok(()),
    }
}

fn fen(amount: Amount) -> Result<Fen, Refusal> {
    let fen = i64::try_from(amount.fen()).map(Fen).ok();
    fen.filter(|fen| (Fen(1)..=AMOUNT_MAX).contains(fen)).ok_or(Refusal::WrongParameter("total_fee"))
}

fn code_url(brand: Brand, serial: u64) -> String {
    match brand {
        Brand::WeChat => format!("weixin://wxpay/bizpayurl?pr={serial:09}"),
        Brand::Alipay => format!("https://qr.alipay.com/bax{serial:015}"),
    }
}
