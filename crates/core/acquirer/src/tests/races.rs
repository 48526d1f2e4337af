//! Claims about any sequence of requests, payers, time and notices.

use super::book::{ALIPAY, Book, V2, by_no, close, code, fen, make, number, pay, query, refund, reverse};
use crate::config::WalletSetup;
use crate::ledger::Account;
use crate::notifier::{Claim, DeliveryOutcome, Forgery, NoticeFault, Signing};
use crate::orders::{OrderRules, State};
use ::wallet::ask::{Ask, OrderRef};
use ::wallet::exchange::Dialect;
use core::time::Duration;
use proptest::prelude::*;
use sim::{Fen, OrderNo};
use std::collections::BTreeSet;

/// Something that a merchant, a payer, a receiver or time can do.
#[derive(Clone, Debug)]
enum Step {
    Pay { order: u8, amount: u64, code: u32, who: u8 },
    Make { order: u8, amount: u64 },
    Query(u8),
    Close(u8),
    Reverse(u8),
    ReverseById(u8),
    Refund { order: u8, number: u8, amount: u64 },
    Confirm(u8),
    Pass(u64),
    Send(u8),
    Answer(bool),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let (order, amount) = (1..4_u8, 1..4_u64);
    prop_oneof![
        4 => (order.clone(), amount.clone(), 1..6_u32, 0..9_u8)
            .prop_map(|(order, amount, code, who)| Step::Pay { order, amount, code, who }),
        2 => (order.clone(), amount.clone()).prop_map(|(order, amount)| Step::Make { order, amount }),
        1 => order.clone().prop_map(Step::Query),
        1 => order.clone().prop_map(Step::Close),
        2 => order.clone().prop_map(Step::Reverse),
        1 => order.clone().prop_map(Step::ReverseById),
        3 => (order.clone(), 1..4_u8, amount)
            .prop_map(|(order, number, amount)| Step::Refund { order, number, amount }),
        2 => order.prop_map(Step::Confirm),
        4 => prop_oneof![0..400_u64, 9_000..11_000_u64, 40_000..200_000_u64].prop_map(Step::Pass),
        1 => (0..6_u8).prop_map(Step::Send),
        1 => any::<bool>().prop_map(Step::Answer),
        1 => Just(Step::Restart),
    ]
}

struct Play {
    book: Book,
    dialect: Dialect,
    outstanding: Vec<crate::Delivery>,
    /// What was closed or revoked at some moment.
    ended: BTreeSet<OrderNo>,
}

impl Play {
    fn take(&mut self, step: &Step) {
        let dialect = self.dialect;
        let no = |order: &u8| format!("T-{order}");
        let ask = match step {
            Step::Pay { order, amount, code: nth, who } => {
                let who = format!("{who:02}");
                let Ask::Pay(mut ask) = pay(&no(order), *amount, code(dialect, *nth, &who)) else { return };
                ask.notify_url = Some("http://shop/pay".into());
                Ask::Pay(ask)
            }
            Step::Make { order, amount } => make(&no(order), *amount),
            Step::Query(order) => query(&no(order)),
            Step::Close(order) => close(&no(order)),
            Step::Reverse(order) => reverse(&no(order)),
            Step::ReverseById(order) => {
                let order = self.book.books.orders().order(number(dialect, &no(order)));
                let payment = order.and_then(|order| order.payment());
                let Some(payment) = payment else { return };
                Ask::Reverse(OrderRef::TransactionId(payment.transaction.as_str().into()))
            }
            Step::Refund { order, number, amount } => refund(&no(order), &format!("R-{number}"), *amount),
            other => return self.happen(other),
        };
        let _ = self.book.ask(dialect, ask);
    }

    fn happen(&mut self, step: &Step) {
        match step {
            Step::Confirm(order) => {
                self.book.confirm(number(self.dialect, &format!("T-{order}")));
            }
            Step::Pass(millis) => {
                self.book.pass_ms(*millis);
                self.book.expire();
            }
            Step::Send(fault) => {
                let fault = [
                    None,
                    Some(NoticeFault::Drop),
                    Some(NoticeFault::HeldBack),
                    Some(NoticeFault::AfterRefund),
                    Some(NoticeFault::Repeat { after: Duration::from_millis(500) }),
                    Some(NoticeFault::Forged(Forgery { claim: Claim::True, signing: Signing::Missing })),
                ][usize::from(*fault)];
                let sent = self.book.send(|_| fault);
                self.outstanding.extend(sent);
            }
            Step::Answer(taken) => {
                let Some(delivery) = self.outstanding.pop() else { return };
                let taken = match (taken, self.dialect) {
                    (false, _) => DeliveryOutcome::Refused,
                    (true, Dialect::WeChatV2) => DeliveryOutcome::Answered {
                        status: 200,
                        body: b"<xml><return_code>SUCCESS</return_code></xml>",
                    },
                    (true, _) => DeliveryOutcome::Answered { status: 200, body: b"success" },
                };
                self.book.answer(&delivery, taken);
            }
            Step::Restart => {
                self.outstanding.clear();
                self.book.books = self.book.rebuilt();
            }
            _ => {}
        }
    }

    /// What must hold at every moment.
    fn check(&mut self) {
        let is_ended = |order: &&crate::Order| matches!(order.state, State::Closed | State::Revoked { .. });
        let ended: BTreeSet<OrderNo> =
            self.book.books.orders().iter().filter(is_ended).map(|order| order.number).collect();
        assert!(ended.is_superset(&self.ended), "what was closed or revoked has come to life");
        self.ended = ended;
        let ledger = self.book.books.ledger();
        assert_eq!(
            ledger.balance(Account::MerchantReceivable),
            self.booked(),
            "the orders say what the ledger says"
        );
        for order in self.book.books.orders().iter() {
            let (net, amount) = (self.book.net(order.number), order.terms.amount);
            let expected = match order.state {
                State::Paid(_) => amount - order.refunded(),
                _ => Fen::ZERO,
            };
            assert_eq!(net, expected, "{order:?}");
            assert!(net >= Fen::ZERO && order.given_back() <= amount, "{order:?}");
            let key = sim::Key::Order(order.number);
            assert!(ledger.standing(key).captured <= amount, "captured twice: {order:?}");
        }
    }

    fn booked(&self) -> Fen {
        let net = |order: &crate::Order| match order.state {
            State::Paid(_) => order.terms.amount - order.refunded(),
            _ => Fen::ZERO,
        };
        self.book.books.orders().iter().map(net).sum()
    }
}

fn play(dialect: Dialect, steps: &[Step]) -> Play {
    let wechat = OrderRules::WECHAT.with_auto_revoke();
    let book = Book::with(WalletSetup { wechat, ..WalletSetup::default() });
    let mut play = Play { book, dialect, outstanding: vec![], ended: BTreeSet::new() };
    for step in steps {
        play.take(step);
        play.check();
    }
    play
}

proptest! {
    /// Net is nothing or the amount minus refunds, never negative; what was closed or revoked is never paid; the books
    /// come back from what was written down, at whatever moment.
    #[test]
    fn the_money_is_right_whatever_happens(
        alipay in any::<bool>(),
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let mut play = play(if alipay { ALIPAY } else { V2 }, &steps);
        prop_assert_eq!(&play.book.rebuilt(), &play.book.books);
        // At rest nothing is under way, and what was closed or revoked stays as it is.
        play.book.pass(86_400);
        play.check();
        prop_assert_eq!(play.book.books.orders().payments_under_way(), 0);
        for order in play.book.books.orders().iter() {
            let expires = order.expires.is_some() && matches!(order.state, State::Open | State::Paying | State::Failed);
            prop_assert!(!expires, "it has run out: {:?}", order);
        }
        prop_assert_eq!(&play.book.rebuilt(), &play.book.books);
    }

    /// One payment code never pays two orders, whoever reuses it.
    #[test]
    fn a_code_never_pays_two_orders(steps in proptest::collection::vec((1..4_u8, 1..3_u32), 0..20)) {
        let mut book = Book::new();
        for (order, nth) in steps {
            let _ = book.ask(V2, pay(&format!("T-{order}"), 5, code(V2, nth, "00")));
        }
        let paid = book.books.orders().iter().filter(|order| order.payment().is_some()).count();
        let codes = (1..3).filter(|nth| book.books.orders().is_used(code(V2, *nth, "00").as_str())).count();
        prop_assert_eq!(paid, codes);
    }

    /// A close or a reverse that the platform has confirmed is for good, whenever the payer agrees.
    #[test]
    fn of_a_reverse_and_a_payment_both_ends_are_net_nothing(reverse_at_ms in 0..12_000_u64, alipay in any::<bool>()) {
        let dialect = if alipay { ALIPAY } else { V2 };
        let mut book = Book::new();
        prop_assert_eq!(book.say(dialect, pay("T-1", 100, code(dialect, 1, "01"))), "paying");
        book.pass_ms(reverse_at_ms);
        prop_assert!(book.ask(dialect, Ask::Reverse(by_no("T-1"))).is_ok());
        book.pass(60);
        prop_assert_eq!(book.net(number(dialect, "T-1")), Fen::ZERO);
        prop_assert_eq!(book.say(dialect, query("T-1")), "revoked");
        // The money was at the bank for 300 ms from 10 s on; only then, or after, did it move at all.
        let moved = book.books.ledger().entries().len();
        prop_assert_eq!(moved, if reverse_at_ms >= 10_000 { 2 } else { 0 });
    }

    /// Refunds of any numbers and amounts never give back more than was paid.
    #[test]
    fn refunds_never_exceed_the_payment(asks in proptest::collection::vec((1..6_u8, 1..80_u64), 0..30)) {
        let mut book = Book::new();
        prop_assert_eq!(book.say(V2, pay("T-1", 100, code(V2, 1, "00"))), "paid 100");
        let mut expected: std::collections::BTreeMap<u8, u64> = std::collections::BTreeMap::new();
        for (number, amount) in asks {
            let told = book.say(V2, refund("T-1", &format!("R-{number}"), amount));
            let left = 100 - expected.values().sum::<u64>();
            let wanted = match expected.get(&number) {
                Some(known) if *known == amount => format!("refunded {amount} of 100 before"),
                Some(_) => "NumberUsedForOther".into(),
                None if amount > left => "TooMuchRefund".into(),
                None => format!("refunded {amount} of 100"),
            };
            if wanted == format!("refunded {amount} of 100") {
                expected.insert(number, amount);
            }
            prop_assert_eq!(told, wanted);
        }
        let net = 100 - expected.values().sum::<u64>();
        prop_assert_eq!(book.net(number(V2, "T-1")).unsigned(), fen(net).fen());
    }
}
