//! Totals that differ, at the host alone: the terminal does not settle yet, so a till of three messages stands in for
//! it. The fault comes from the words of a scenario, the verdict from the law that reads what the host reports.
//!
//! Source of the messages: UnionPay POS dialect, "Batch, STAN, settlement". *Not modelled:* everything else of a till.

use crate::driver::{plan, run};
use acquirer::{Acquirer, Arming, CARD, Config, Event, Poke};
use core::time::Duration;
use iso8583::{
    BatchDetail, CUP, CardTotals, MacKey, Message, Mti, Pan, SettlementTotals, encode, encode_with_mac,
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
}

impl Till {
    /// A till whose host has this fault, in the words of a scenario.
    fn with(fault: &str) -> Self {
        let host = Acquirer::new(Config::default());
        let mut till = Self { host, now: SimTime::ZERO, stan: 0, events: Vec::new() };
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
            if let Output::Event(event) = output {
                self.events.push((self.now, event));
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

    fn sale(&mut self, fen: u64) {
        let mut sale = self.message(Mti::FINANCIAL, 22, 0);
        for (field, value) in [(2, CARD_NUMBER), (3, "000000"), (22, "012"), (25, "00"), (49, "156")] {
            sale.set(field, value);
        }
        sale.set(4, format!("{fen:012}"));
        self.send(&sale, true);
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
        let mut run = run(&plan("steps: [{ at: 0s, press: enter }]\nexpect: { captured: nothing }"));
        for (at, event) in &self.events {
            run.trace.record(*at, Entry::Noted(Fact::Acquirer(*event)));
        }
        judge(&Evidence::of(&run), None).iter().all(|breach| breach.law != Law::TotalsSettle)
    }
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
