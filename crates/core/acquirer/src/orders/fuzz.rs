//! What a fuzzer runs at the order book: bytes are a play of merchants, payers and time; a broken claim panics.
//!
//! Five bytes are a step: what, which order, how much, which code or refund, how long. *Not modelled:* dialects; their
//! bytes are fuzzed where they are read.

use super::{Brand, Order, State, Way};
use crate::books::Books;
use crate::config::{Config, WalletSetup};
use crate::event::Event;
use crate::gateway::{Call, Gateway};
use crate::notifier::Scene;
use crate::payers::{Does, PayerRule, Payers, Who};
use core::time::Duration;
use sim::{Fen, Key, OrderNo, SimTime};
use wallet::amount::Amount;
use wallet::ask::{Ask, Hold, Make, OrderRef, Pay, PaymentCode, Refund};
use wallet::exchange::Dialect;

/// Plays what the bytes say, and checks after each step that orders and ledger agree.
///
/// # Panics
/// When an order has more, or less, than it was paid minus what went back.
pub fn fuzz_orders(bytes: &[u8]) {
    let does =
        [Does::TypesPassword { after: Duration::from_secs(10) }, Does::NeverConfirms, Does::LacksMoney];
    let rule = |(ends, does)| PayerRule {
        who: Who::Code { begins: String::new(), ends: format!("{ends:02}") },
        does,
    };
    let payers = Payers { rules: (1..).zip(does).map(rule).collect(), ..Payers::default() };
    let config = Config { wallets: WalletSetup { payers, ..WalletSetup::default() }, ..Config::default() };
    let mut play = Play { gateway: Gateway::new(&config), books: Books::default(), now: SimTime::ZERO };
    for step in bytes.as_chunks::<5>().0 {
        play.take(*step);
        play.books.orders().iter().for_each(|order| play.check(order));
    }
}

struct Play {
    gateway: Gateway,
    books: Books,
    now: SimTime,
}

impl Play {
    fn take(&mut self, [what, order, amount, which, span]: [u8; 5]) {
        let dialect = if what & 0x80 == 0 { Dialect::WeChatV2 } else { Dialect::AlipayGateway };
        let order_no = format!("T-{}", order % 4);
        let whole = Amount::from_fen(u64::from(amount)).unwrap_or_default();
        let by_no = || OrderRef::OrderNo(order_no.clone());
        let subject = "tea".to_owned();
        let (expires, attach, device) = (None, None, None);
        let notify_url = Some("http://shop/notify".to_owned());
        let is_hold = what & 0x40 != 0 && dialect == Dialect::AlipayGateway;
        let ask = match what & 7 {
            0 | 1 => {
                let prefix = if dialect == Dialect::WeChatV2 { 13 } else { 28 };
                let payment_code = PaymentCode::new(format!("{prefix}{which:014}{:02}", which % 4));
                Ask::Pay(Pay {
                    order_no,
                    amount: whole,
                    subject,
                    payment_code,
                    expires,
                    notify_url,
                    attach,
                    device,
                })
            }
            2 => {
                let make = Make { order_no, amount: whole, subject, notify_url, expires, attach, device };
                if is_hold { Ask::Hold(Hold::Make(make)) } else { Ask::Make(make) }
            }
            3 | 4 if is_hold => Ask::Hold(Hold::Cancel(by_no())),
            3 => Ask::Reverse(by_no()),
            4 => Ask::Close(by_no()),
            5 => {
                let (order, refund_no) = (by_no(), format!("R-{}", which % 4));
                let refund =
                    Refund { order, refund_no, amount: whole, total: None, reason: None, notify_url };
                if is_hold { Ask::Hold(Hold::Unfreeze(refund)) } else { Ask::Refund(refund) }
            }
            6 => return self.confirm(&order_no, Brand::of(dialect)),
            _ => return self.pass(Duration::from_secs(u64::from(span))),
        };
        let mut changes = Vec::new();
        let call = Call { asked: Ok(ask), dialect, merchant: 0 };
        let _told = self.gateway.judge(self.now, &call, &self.books, &mut changes);
        changes.iter().for_each(|change| self.books.apply(change));
    }

    fn confirm(&mut self, order_no: &str, brand: Brand) {
        let Some(number) = OrderNo::new(order_no).map(|number| number.at(brand.shop_of(0))) else { return };
        let mut changes = Vec::new();
        let _taken = self.gateway.confirm(self.now, number, &self.books, &mut changes);
        changes.iter().for_each(|change| self.books.apply(change));
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some((at, _)) = self.books.orders().next_due().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            let (mut changes, mut events): (Vec<_>, Vec<Event>) = (Vec::new(), Vec::new());
            let Self { gateway, books, now, .. } = self;
            let mut scene = Scene { now: *now, books, changes: &mut changes, events: &mut events };
            assert!(gateway.settle_due(&mut scene), "what is due can be settled");
            changes.iter().for_each(|change| self.books.apply(change));
        }
        self.now = end;
    }

    fn check(&self, order: &Order) {
        let owed = match order.state {
            State::Paid(_) => order.terms.amount - order.refunded(),
            _ => Fen::ZERO,
        };
        let standing = self.books.ledger().standing(Key::Order(order.number));
        let expected = if order.terms.way == Way::Hold { (Fen::ZERO, owed) } else { (owed, Fen::ZERO) };
        assert_eq!((standing.net, standing.held), expected, "{order:?}");
        assert!(owed >= Fen::ZERO && order.given_back() <= order.terms.amount, "{order:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::fuzz_orders;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_play_breaks_a_claim(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            fuzz_orders(&bytes);
        }
    }
}
