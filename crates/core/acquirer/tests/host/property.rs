//! Claims about any sequence of messages: repeats, reversals, wrong amounts, foreign batches, settlements.

use crate::driver::{CARD, OTHER_CARD, PAYER_CODE, Reply, Shop, reversal};
use iso8583::{Message, Mti, SettlementTotals};
use proptest::prelude::*;
use sim::{Fen, Key};
use std::collections::BTreeMap;
use tillrig_acquirer::card::State;
use tillrig_acquirer::{Account, Books, CardAccount, CardSetup, Change, Event, Movement, ReplyRule};

/// What a terminal can do, good or bad.
#[derive(Clone, Debug)]
enum Step {
    /// Something new, with this amount, about an earlier reply where it needs one.
    New(New, i64, prop::sample::Index),
    /// An earlier message, byte for byte.
    Repeat(prop::sample::Index),
    /// The reversal of an earlier message, perhaps with another amount.
    Reverse(prop::sample::Index, i64),
    /// An earlier message with one field changed.
    Twist(prop::sample::Index, Twist),
    /// A settlement, right or wrong, and the end of an upload.
    Settle(bool),
    SignOn,
    Pass(u64),
}

#[derive(Clone, Copy, Debug)]
enum New {
    Sale,
    QrSale,
    OfflineSale,
    Void,
    Refund,
    Hold,
    HoldVoid,
    Complete,
    CompletionAdvice,
    CompletionVoid,
}

#[derive(Clone, Copy, Debug)]
enum Twist {
    Batch,
    Card,
    Amount,
    Number,
    Original,
}

fn step() -> impl Strategy<Value = Step> {
    let new = prop::sample::select(vec![
        New::Sale,
        New::Sale,
        New::QrSale,
        New::OfflineSale,
        New::Void,
        New::Refund,
        New::Hold,
        New::HoldVoid,
        New::Complete,
        New::CompletionAdvice,
        New::CompletionVoid,
    ]);
    let twist =
        prop::sample::select(vec![Twist::Batch, Twist::Card, Twist::Amount, Twist::Number, Twist::Original]);
    let amount = prop::sample::select(vec![1_i64, 100, 100, 100, 100, 115, 116, 50]);
    let index = any::<prop::sample::Index>;
    prop_oneof![
        12 => (new, amount.clone(), index()).prop_map(|(new, amount, of)| Step::New(new, amount, of)),
        2 => index().prop_map(Step::Repeat),
        5 => (index(), prop::sample::select(vec![0_i64, 0, 0, 1])).prop_map(|(of, off)| Step::Reverse(of, off)),
        2 => (index(), twist).prop_map(|(of, twist)| Step::Twist(of, twist)),
        1 => any::<bool>().prop_map(Step::Settle),
        1 => Just(Step::SignOn),
        1 => prop::sample::select(vec![1, 3600, 9 * 3600, 29 * 86_400]).prop_map(Step::Pass),
    ]
}

/// A shop and what its terminal remembers.
struct Run {
    shop: Shop,
    sent: Vec<Message>,
    replies: Vec<Reply>,
}

impl Run {
    fn new() -> Self {
        let card = CardAccount {
            pan_ends: "0009".into(),
            pin: None,
            balance: Some(Fen(1500)),
            expires: None,
            partial: true,
        };
        let rules = vec![
            ReplyRule { nth: Some(7), ..ReplyRule::card("", "68") },
            ReplyRule { nth: Some(5), moves_money: true, ..ReplyRule::card("", "98") },
            ReplyRule { amount: Some(Fen(116)), ..ReplyRule::card("", "10") },
        ];
        let shop = Shop::with(CardSetup { cards: vec![card], rules, ..CardSetup::default() });
        Self { shop, sent: vec![], replies: vec![] }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::New(new, amount, of) => {
                let of = (!self.replies.is_empty()).then(|| of.index(self.replies.len()));
                self.begin(*new, *amount, of);
            }
            Step::Repeat(of) => {
                if let Some(message) = self.earlier(of) {
                    self.send(message);
                }
            }
            Step::Reverse(of, off) => {
                if let Some(message) = self.earlier(of).filter(|message| message.field(4).is_some()) {
                    let mut undo = reversal(&message);
                    let amount: i64 = undo.text(4).unwrap().parse().unwrap();
                    undo.set(4, format!("{:012}", amount + off));
                    self.shop.send(&undo);
                }
            }
            Step::Twist(of, twist) => {
                if let Some(mut message) = self.earlier(of) {
                    self.shop.stan += 1;
                    message.set(11, format!("{:06}", self.shop.stan));
                    let (field, value) = match twist {
                        Twist::Batch => (60, "22000009000"),
                        Twist::Card => (2, OTHER_CARD),
                        Twist::Amount => (4, "000000000099"),
                        Twist::Number => (11, "000001"),
                        Twist::Original => (61, "0000010000010105"),
                    };
                    message.set(field, value);
                    self.send(message);
                }
            }
            Step::Settle(right) => self.settle(*right),
            Step::SignOn => {
                let message = self.shop.management(Mti::NETWORK, 301);
                self.shop.send(&message);
            }
            Step::Pass(secs) => {
                self.shop.pass(*secs);
            }
        }
    }

    fn begin(&mut self, new: New, amount: i64, of: Option<usize>) {
        let shop = &mut self.shop;
        let message = match (new, of.map(|of| &self.replies[of])) {
            (New::Sale, _) => shop.sale(amount),
            (New::QrSale, _) => {
                let number = shop.stan;
                shop.qr_sale(amount, &format!("{}{number:06}", &PAYER_CODE[..12]))
            }
            (New::OfflineSale, _) => shop.offline_sale(amount),
            (New::Hold, _) => shop.hold(amount),
            (_, None) => return,
            (New::Void, Some(of)) => shop.void(of, amount),
            (New::Refund, Some(of)) => shop.refund(of, amount),
            (New::HoldVoid, Some(of)) => shop.hold_void(of, amount),
            (New::Complete, Some(of)) => shop.complete(of, amount),
            (New::CompletionAdvice, Some(of)) => shop.completion_advice(of, amount),
            (New::CompletionVoid, Some(of)) => shop.completion_void(of, amount),
        };
        self.send(message);
    }

    fn earlier(&self, of: &prop::sample::Index) -> Option<Message> {
        (!self.sent.is_empty()).then(|| self.sent[of.index(self.sent.len())].clone())
    }

    fn send(&mut self, message: Message) {
        let reply = self.shop.send(&message);
        let names = reply.text(37).is_some() && reply.text(38).is_some();
        if names && (reply.text(2).is_some() || reply.voucher().is_some()) {
            self.replies.push(reply);
        }
        self.sent.push(message);
    }

    fn settle(&mut self, right: bool) {
        let ours = self.shop.totals();
        let mut theirs = SettlementTotals::default();
        theirs.domestic.debit_fen = ours.domestic.debit.unsigned() + u64::from(!right);
        theirs.domestic.debit_count = ours.domestic.debit_count as u16;
        theirs.domestic.credit_fen = ours.domestic.credit.unsigned();
        theirs.domestic.credit_count = ours.domestic.credit_count as u16;
        let mut message = self.shop.management(Mti::SETTLEMENT, 201);
        message.set(48, theirs.write());
        self.shop.send(&message);
        if !right {
            let message = self.shop.management(Mti::BATCH_UPLOAD, 202);
            self.shop.send(&message);
        }
        self.shop.terminal.batch = self.shop.books.card().terminals()[0].batch();
    }
}

/// What the events tell of one payment.
#[derive(Default)]
struct Told {
    net: i64,
    captured: i64,
    held: Option<i64>,
    voids: i64,
}

impl Told {
    fn take(&mut self, movement: Movement, amount: i64) {
        match movement {
            Movement::Captured => (self.net, self.captured) = (self.net + amount, self.captured + amount),
            Movement::Completed => {
                let hold = self.held.take().expect("a hold is completed while it holds");
                assert!(amount * 100 <= hold * 115, "{amount} of {hold}");
                (self.net, self.captured) = (self.net + amount, amount);
            }
            Movement::Held => {
                assert_eq!(self.held.replace(amount), None, "a hold begins while none is there");
            }
            Movement::Released => assert_eq!(self.held.take(), Some(amount), "a hold ends once"),
            Movement::Reversed | Movement::Refunded => self.net -= amount,
            Movement::Voided => (self.net, self.voids) = (self.net - amount, self.voids + 1),
            Movement::Restored => (self.net, self.voids) = (self.net + amount, self.voids - 1),
            Movement::Closed | Movement::Ordered => unreachable!("a card makes no orders"),
        }
        assert!((0..=self.captured).contains(&self.net), "{} of {}", self.net, self.captured);
    }
}

fn check(shop: &Shop) {
    let ledger = shop.books.ledger();
    let mut told: BTreeMap<Key, Told> = BTreeMap::new();
    for event in &shop.events {
        if let Event::Committed { key, movement, amount, .. } = event {
            told.entry(*key).or_default().take(*movement, amount.0);
        }
    }
    for (key, told) in &told {
        let standing = ledger.standing(*key);
        assert_eq!((standing.net.0, standing.held.0), (told.net, told.held.unwrap_or(0)), "{key}");
        assert!(standing.net <= standing.captured, "{key}");
    }
    let receivable: i64 = told.values().map(|told| told.net).sum();
    assert_eq!(ledger.balance(Account::MerchantReceivable), Fen(receivable));
    let held: i64 = told.values().filter_map(|told| told.held).sum();
    assert_eq!(ledger.balance(Account::CustomerHolds), Fen(held));
    for record in shop.books.card().records() {
        assert!((Fen::ZERO..=record.amount).contains(&record.refunded), "{record:?}");
        if record.state == State::Declined || record.state == State::Unresolved {
            assert_eq!(record.amount, Fen::ZERO, "{record:?}");
        }
    }
    counted_once(shop);
}

/// The open batch's totals are those of its records, whatever happened in between.
fn counted_once(shop: &Shop) {
    use tillrig_acquirer::Kind::{Completion, CompletionVoid, OfflineSale, QrSale, Refund, Sale, Void};
    let batch = shop.books.card().terminals()[0].batch();
    let standing = |kinds: &[tillrig_acquirer::Kind]| {
        let records = shop.books.card().records().iter();
        let counted = records.filter(|record| {
            record.number.batch == batch
                && matches!(record.state, State::Standing | State::Voided)
                && kinds.contains(&record.kind)
        });
        let amounts: Vec<i64> = counted.map(|record| record.amount.0).collect();
        (amounts.iter().sum::<i64>(), amounts.len() as u32)
    };
    let expected =
        [standing(&[Sale, QrSale, OfflineSale, Completion]), standing(&[Void, Refund, CompletionVoid])];
    assert_eq!(shop.debit_and_credit(), expected);
}

/// From changes that were written down as a served acquirer does it, where no field has a name.
pub(crate) fn rebuilt(log: &[Change]) -> Books {
    let mut books = Books::default();
    for change in log {
        books.apply(&postcard::from_bytes(&postcard::to_stdvec(change).unwrap()).unwrap());
    }
    books
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// The net is never negative and never more than was captured; holds end once; a payment is voided once; the ledger
    /// balances; and whoever keeps the changes has the books.
    #[test]
    fn money_stays_in_its_bounds_whatever_is_asked(steps in proptest::collection::vec(step(), 0..60)) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
        }
        check(&run.shop);
        prop_assert_eq!(rebuilt(&run.shop.log), run.shop.books);
    }

    /// A byte spoiled on the way is refused, or what it says is what was meant.
    #[test]
    fn a_spoiled_frame_moves_nothing_that_was_not_meant(
        at in any::<prop::sample::Index>(), flip in 1..=255_u8, which in 0..6_usize,
    ) {
        let mut shop = Shop::new();
        let (sale, hold) = (shop.sale(1000), shop.hold(500));
        let (sold, held) = (shop.send(&sale), shop.send(&hold));
        let messages = [
            shop.void(&sold, 1000),
            shop.refund(&sold, 300),
            shop.complete(&held, 400),
            shop.hold_void(&held, 500),
            reversal(&sale),
            shop.offline_sale(50),
        ];
        let mut frame = shop.frame(&messages[which]);
        let mut meant = shop.clone();
        meant.deliver(&frame);
        let place = 2 + at.index(frame.len() - 2);
        frame[place] ^= flip;
        let before = shop.books.ledger().clone();
        let _unreadable = shop.try_deliver(&frame[2..]);
        prop_assert!(*shop.books.ledger() == before || shop.books.ledger() == meant.books.ledger());
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_move_money(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut shop = Shop::new();
        let _unreadable = shop.try_deliver(&body);
        prop_assert!(shop.books.ledger().entries().is_empty());
    }

    /// Any message that the dialect can say, with fields of any content, from a terminal whose MACs are right.
    #[test]
    fn any_fields_with_a_right_mac_never_panic(
        mti in prop::sample::select(vec![
            Mti::FINANCIAL, Mti::AUTHORISATION, Mti::ADVICE, Mti::REVERSAL, Mti::SETTLEMENT, Mti::BATCH_UPLOAD,
            Mti::SIGN_ON, Mti::NETWORK, Mti::SCRIPT_RESULT,
        ]),
        digits in proptest::collection::vec((2..64_u8, "[0-9]{0,64}"), 0..12),
        kind in prop::sample::select(vec![0_u8, 1, 10, 11, 20, 21, 22, 23, 24, 25, 30, 99]),
        network in prop::sample::select(vec![0_u16, 1, 3, 4, 6, 201, 202, 205, 301, 370, 951, 999]),
    ) {
        let mut shop = Shop::new();
        let sale = shop.sale(100);
        shop.send(&sale);
        let mut message = shop.blank(mti, kind, network);
        message.set(2, CARD);
        for (field, value) in digits {
            let before = message.field(field).map(<[u8]>::to_vec);
            message.set(field, &value);
            // What the dialect cannot say is not sent.
            let mut frame = vec![];
            if iso8583::encode(&iso8583::CUP, &message, &mut frame).is_err() {
                match before {
                    Some(before) => message.set(field, before),
                    None => message.unset(field),
                }
            }
        }
        message.set(41, shop.terminal.tid);
        message.set(42, shop.terminal.mid);
        shop.send(&message);
        check(&shop);
        prop_assert_eq!(rebuilt(&shop.log), shop.books);
    }
}
