//! Totals that differ, at the host alone: a till of three messages says what no terminal here would say. The fault
//! comes from the words of a scenario, the verdict from the law that reads what the host reports.
//!
//! Source of the messages: UnionPay POS dialect, "Batch, STAN, settlement". *Not modelled:* everything else of a till.

use crate::driver::{plan, run};
use acquirer::{Acquirer, Arming, CARD, Config, Event, Poke};
use core::time::Duration;
use iso8583::{
    BatchDetail, CUP, CardTotals, Field61, MacKey, Message, Mti, Pan, SettlementTotals, decode, encode,
    encode_with_mac,
};
use scenario::{AcquirerFault, Law};
use sim::{Entry, Input, Machine, Output, Seed, SimTime};
use tillrig_runner::{Evidence, Fact, judge};

const KEY: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
const CARD_NUMBER: &str = "6222021234567890128";

struct Till {
    host: Acquirer,
    now: SimTime,
    stan: u32,
    events: Vec<(SimTime, Event)>,
    /// What the host has answered last.
    answer: Message,
}

impl Till {
    /// A till whose host has this fault, in the words of a scenario.
    fn with(fault: &str) -> Self {
        let host = Acquirer::new(Config::default());
        let mut till = Self {
            host,
            now: SimTime::ZERO,
            stan: 0,
            events: Vec::new(),
            answer: Message::new(Mti::FINANCIAL_REPLY),
        };
        let faults = scenario::acquirer_faults("fault", fault.as_bytes()).unwrap();
        for (id, fault) in (0..).zip(faults) {
            let AcquirerFault::Deed { fault, .. } = fault.fault else { panic!("{fault:?}") };
            let arming = Arming { id: acquirer::fault::FaultId(id), fault, dice: Seed(1).stream("fault") };
            till.give(Input::Poke(Poke::Arm(Box::new(arming))));
        }
        till
    }

    fn give(&mut self, input: Input<'_, Poke>) {
        self.host.handle(self.now, input);
        while let Some(output) = self.host.poll() {
            match output {
                Output::Event(event) => self.events.push((self.now, event)),
                Output::Send { bytes, .. } => decode(&CUP, &bytes[2..], &mut self.answer).unwrap(),
            }
        }
    }

    fn send(&mut self, message: &Message, signed: bool) {
        let mut frame = Vec::new();
        if signed {
            encode_with_mac(&CUP, message, &KEY, &mut frame).unwrap();
        } else {
            encode(&CUP, message, &mut frame).unwrap();
        }
        self.now += Duration::from_secs(1);
        self.give(Input::Received { port: CARD, bytes: &frame });
        while let Some((at, _)) = self.host.wake_at() {
            self.now = self.now.max(at);
            self.give(Input::Wake);
        }
    }

    fn message(&mut self, mti: Mti, kind: u8, network: u16) -> Message {
        self.stan += 1;
        let mut message = Message::new(mti);
        message.set(11, format!("{:06}", self.stan));
        message.set(41, "12345678");
        message.set(42, "123456789012345");
        message.set(60, format!("{kind:02}000001{network:03}"));
        message
    }

    /// A message about money: its type, its code (field 3), its condition (field 25) and its kind (60.1).
    fn ask(&mut self, mti: Mti, code: &str, condition: &str, kind: u8, fen: u64) -> Message {
        let mut message = self.message(mti, kind, 0);
        for (field, value) in [(2, CARD_NUMBER), (3, code), (22, "012"), (25, condition), (49, "156")] {
            message.set(field, value);
        }
        message.set(4, format!("{fen:012}"));
        message
    }

    fn sale(&mut self, fen: u64) {
        let sale = self.ask(Mti::FINANCIAL, "000000", "00", 22, fen);
        self.send(&sale, true);
    }

    /// Has this approved, and gives the answer.
    fn approve(&mut self, message: &Message) -> Message {
        self.send(message, true);
        assert_eq!(self.answer.text(39), Some("00"));
        self.answer.clone()
    }

    fn settle(&mut self, debit_fen: u64, debit_count: u16) {
        let domestic = CardTotals { debit_fen, debit_count, ..CardTotals::default() };
        let totals = SettlementTotals { domestic, foreign: CardTotals::default() };
        let mut settlement = self.message(Mti::SETTLEMENT, 0, 201);
        settlement.set(48, totals.write());
        settlement.set(49, "156");
        self.send(&settlement, false);
    }

    fn upload(&mut self, details: &[(u32, u64)]) {
        let detail = |&(stan, amount_fen): &(u32, u64)| {
            let pan = Pan::new(CARD_NUMBER).unwrap();
            BatchDetail { card_organisation: 0, stan, pan, amount_fen }
        };
        let details: Vec<BatchDetail> = details.iter().map(detail).collect();
        for (network, details) in [(201, details.as_slice()), (202, &[])] {
            let mut upload = self.message(Mti::BATCH_UPLOAD, 0, network);
            upload.set(48, BatchDetail::write(details).unwrap());
            self.send(&upload, false);
        }
    }

    /// What the host said last of a batch.
    fn batch(&self) -> String {
        let of_batch = |event: &&Event| matches!(event, Event::Settled { .. } | Event::Compared { .. });
        let last = self.events.iter().map(|(_, event)| event).rfind(of_batch);
        last.expect("the host has spoken of a batch").to_string()
    }

    /// Whether the law about totals holds in what the host reported.
    fn totals_settle(&self) -> bool {
        !self.broken().contains(&Law::TotalsSettle)
    }

    /// The laws that what the host reported breaks, but for what only a whole terminal can keep: it has begun nothing.
    fn broken(&self) -> Vec<Law> {
        let mut run = run(&plan("steps: [{ at: 0s, press: enter }]\nexpect: { captured: nothing }"));
        for (at, event) in &self.events {
            run.trace.record(*at, Entry::Noted(Fact::Acquirer(*event)));
        }
        let breaches = judge(&Evidence::of(&run), None);
        breaches.into_iter().map(|breach| breach.law).filter(|law| *law != Law::ChargedOnce).collect()
    }
}

/// Names the transaction that this answer approved, as a terminal would have kept it.
fn about(message: &mut Message, answer: &Message) {
    let digits = |field, at: core::ops::Range<usize>| answer.text(field).unwrap()[at].parse().unwrap();
    let number = Field61::new(digits(60, 2..8), digits(11, 0..6), answer.text(13).unwrap().parse().unwrap());
    message.set(61, number.write());
    [37, 38].into_iter().for_each(|field| message.set(field, answer.text(field).unwrap()));
}

fn reversal(of: &Message) -> Message {
    let mut message = of.clone();
    message.set_mti(Mti::REVERSAL);
    message.set(39, "98");
    [2, 22, 37, 38].into_iter().for_each(|field| message.unset(field));
    message
}

fn two_sales(fault: &str) -> Till {
    let mut till = Till::with(fault);
    till.sale(2500);
    till.sale(1850);
    till.settle(4350, 2);
    till
}

#[test]
fn right_totals_settle() {
    let till = two_sales("[]");
    assert!(till.batch().ends_with("here debit CNY 43.50 in 2, credit CNY 0.00 in 0"));
    assert!(till.totals_settle());
}

#[test]
fn totals_that_miss_a_transaction_settle_only_by_their_details() {
    let mut till = two_sales("- { acquirer: { totals: miss-the-last, to: settlement } }");
    assert!(till.batch().ends_with("here debit CNY 25.00 in 1, credit CNY 0.00 in 0"));
    assert!(!till.totals_settle(), "a till that takes the difference for settled");
    till.upload(&[(1, 2500), (2, 1850)]);
    let compared = till.batch();
    assert_eq!(
        compared,
        "batch 000001 of terminal 0 compared: 2 as here, 0 different, 0 unknown here, 0 missing there"
    );
    assert!(till.totals_settle());
}

#[test]
fn totals_that_count_a_transaction_twice_settle_only_by_their_details() {
    let mut till = two_sales("- { acquirer: { totals: count-the-last-twice } }");
    assert!(till.batch().ends_with("here debit CNY 62.00 in 3, credit CNY 0.00 in 0"));
    assert!(!till.totals_settle());
    till.upload(&[(1, 2500), (2, 1850)]);
    assert!(till.totals_settle());
}

#[test]
fn a_till_that_forgets_a_sale_must_send_its_details() {
    let mut till = Till::with("[]");
    till.sale(2500);
    till.sale(1850);
    till.settle(2500, 1);
    assert!(!till.totals_settle());
    till.upload(&[(1, 2500)]);
    let compared = till.batch();
    assert_eq!(
        compared,
        "batch 000001 of terminal 0 compared: 1 as here, 0 different, 0 unknown here, 1 missing there"
    );
    assert!(till.totals_settle());
}

#[test]
fn a_completion_whose_void_was_reversed_counts_once() {
    let mut till = Till::with("[]");
    let hold = till.ask(Mti::AUTHORISATION, "030000", "06", 10, 1000);
    let held = till.approve(&hold);
    let mut completion = till.ask(Mti::FINANCIAL, "000000", "06", 20, 800);
    about(&mut completion, &held);
    let completed = till.approve(&completion);
    let mut void = till.ask(Mti::FINANCIAL, "200000", "06", 21, 800);
    about(&mut void, &completed);
    till.approve(&void);
    till.approve(&reversal(&void));
    till.settle(800, 1);
    assert!(till.batch().ends_with("here debit CNY 8.00 in 1, credit CNY 0.00 in 0"), "{}", till.batch());
    assert_eq!(till.broken(), []);
}

#[test]
fn a_thousand_and_one_sales_are_settled_by_the_three_digits_of_a_count() {
    let mut till = Till::with("[]");
    (0..1001).for_each(|_| till.sale(10));
    till.settle(10_010, 1);
    assert!(till.batch().ends_with("here debit CNY 100.10 in 1, credit CNY 0.00 in 0"), "{}", till.batch());
    assert!(till.totals_settle());
}

#[test]
fn totals_that_are_corrected_settle_without_the_details() {
    let mut till = Till::with("[]");
    till.sale(2500);
    till.sale(1850);
    till.settle(2500, 1);
    assert!(!till.totals_settle());
    till.settle(4350, 2);
    assert!(till.totals_settle());
}
