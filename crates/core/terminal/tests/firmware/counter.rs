//! Claims about what else is done at a counter: voids, refunds, completions, keys, settlements.
//!
//! Source of what a message has to say: UnionPay POS dialect, "Field table" (61: batch, number and date of the
//! original), "Reversal rules", "Keys and MAC", "Batch, STAN, settlement".

use crate::driver::{ANOTHER_KEY, Counter, KEY, answer, read};
use core::time::Duration;
use iso8583::{
    BatchDetail, CUP, CardTotals, Field62, Framer, KeyLayout, MacKey, Message, Mti, PinKey, SettlementTotals,
    Tdes, TotalsVerdict, WorkingKeys, encode, verify_mac,
};
use sim::{Fen, Key, TerminalNo};
use tillrig_terminal::{Belief, CARD, Errand, Event, Intent, Kind, PRINTER, Poke, Wish};

/// Field 64, the MAC, is the end of a frame.
const MAC_BYTES: usize = 8;

/// The number on the slip of what this counter did as its `stan`th.
const fn slip(stan: u32) -> Key {
    Key::Card { terminal: TerminalNo(0), batch: 1, stan }
}

/// Somebody wants something; what leaves for the host because of it, if anything does.
fn want(counter: &mut Counter, kind: Kind, fen: i64, original: Option<Key>) -> Option<Message> {
    let before = counter.requests(CARD);
    let intent = Intent(u16::try_from(counter.events.len()).unwrap());
    counter.poke(Poke::Charge(Wish { intent, kind, amount: Fen(fen), original }));
    counter.wait(Duration::from_millis(20));
    (counter.requests(CARD) > before).then(|| counter.card_request().unwrap())
}

/// The same, and the host says yes.
fn done(counter: &mut Counter, kind: Kind, fen: i64, original: Option<Key>) -> Message {
    let request = want(counter, kind, fen, original).expect("the request has left");
    let date = |reply: &mut Message| reply.set(13, "0105");
    counter.receive(CARD, &answer(&request, "00", &KEY, date));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
    request
}

fn refusal(counter: &Counter) -> &'static str {
    let why = counter.events.iter().rev().find_map(|event| match event {
        Event::Refused { why, .. } => Some(*why),
        _ => None,
    });
    why.expect("something was refused")
}

#[test]
fn a_void_names_its_original_by_reference_approval_and_number() {
    let mut counter = Counter::new();
    let sale = want(&mut counter, Kind::Sale, 2500, None).unwrap();
    let names = |reply: &mut Message| {
        reply.set(37, "260105000007");
        reply.set(38, "A1B2C3");
        reply.set(13, "0105");
    };
    counter.receive(CARD, &answer(&sale, "00", &KEY, names));
    counter.wait_s(1);
    let void = want(&mut counter, Kind::Void, 0, Some(slip(1))).unwrap();
    assert_eq!((void.text(37), void.text(38)), (Some("260105000007"), Some("A1B2C3")));
    assert_eq!(void.text(61), Some("0000010000010105"));
    assert_eq!(void.text(4), Some("000000002500"), "a void is of all that was paid");
    assert_eq!(void.text(11), Some("000002"));
}

#[test]
fn a_second_void_is_refused_and_one_after_a_failed_void_is_not() {
    let mut counter = Counter::new();
    done(&mut counter, Kind::Sale, 2500, None);
    let void = want(&mut counter, Kind::Void, 0, Some(slip(1))).unwrap();
    counter.receive(CARD, &answer(&void, "12", &KEY, |_| {}));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
    done(&mut counter, Kind::Void, 0, Some(slip(1)));
    assert_eq!(want(&mut counter, Kind::Void, 0, Some(slip(1))), None);
    assert_eq!(refusal(&counter), "that one is ended already");
}

#[test]
fn a_completion_takes_115_percent_of_the_hold_and_not_a_fen_more() {
    for kind in [Kind::Completion, Kind::CompletionAdvice] {
        let mut counter = Counter::new();
        done(&mut counter, Kind::PreAuth, 10_000, None);
        assert_eq!(want(&mut counter, kind, 11_501, Some(slip(1))), None);
        assert_eq!(refusal(&counter), "that is more than 115 % of the hold");
        assert_eq!(counter.belief(), Some(Belief::Declined));
        assert!(want(&mut counter, kind, 11_500, Some(slip(1))).is_some());
    }
}

/// What cannot be reversed: what it is about, and its request.
const TOLD: [(Kind, Kind); 2] = [(Kind::Sale, Kind::Refund), (Kind::PreAuth, Kind::CompletionAdvice)];

#[test]
fn a_refund_or_an_advice_without_an_answer_is_told_again_word_for_word_and_never_reversed() {
    for (of, kind) in TOLD {
        let mut counter = Counter::new();
        done(&mut counter, of, 5000, None);
        let before = counter.requests(CARD);
        want(&mut counter, kind, 4000, Some(slip(1))).unwrap();
        // Told at 0, 60 and 120 s, and after a minute's wait and a minute's pause again; then the power fails.
        counter.wait_s(241);
        assert_eq!(counter.belief(), Some(Belief::Unknown));
        counter.poke(Poke::PowerOff);
        counter.wait_s(10);
        counter.poke(Poke::PowerOn);
        counter.wait_s(4);
        let told: Vec<&[u8]> = counter.card_frames().skip(before).collect();
        assert_eq!(told.len(), 5, "{kind}");
        let words = |frame: &[u8]| frame[..frame.len() - MAC_BYTES].to_vec();
        assert!(told.iter().all(|frame| words(frame) == words(told[0])), "{kind}");
        assert_eq!(read(told[0]).mti(), Mti::ADVICE);
        let last = read(told[4]);
        counter.receive(CARD, &answer(&last, "00", &KEY, |_| {}));
        counter.wait_s(1);
        assert_eq!(counter.belief(), Some(Belief::Approved));
    }
}

#[test]
fn the_cancel_key_takes_back_nothing_that_was_told() {
    for (of, kind) in TOLD {
        let mut counter = Counter::new();
        done(&mut counter, of, 5000, None);
        want(&mut counter, kind, 4000, Some(slip(1))).unwrap();
        let before = counter.requests(CARD);
        counter.poke(Poke::Press(tillrig_terminal::Press::Cancel));
        counter.wait_s(1);
        assert_eq!((counter.requests(CARD), counter.belief()), (before, None), "{kind}");
    }
}

const MASTER: Tdes = Tdes::new(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes());

/// The host's answer to a sign-on: these keys, and this batch.
fn keys(request: &Message, mac: [u8; 8], batch: u32, spoil: bool) -> Vec<u8> {
    let working = WorkingKeys { pin: PinKey::new([0x19; 8]), mac: MacKey::new(mac), track: None };
    let wrapped = Field62::wrap(&working, KeyLayout::Double, &MASTER).unwrap();
    let mut field = wrapped.as_ref().to_vec();
    if spoil {
        // The last byte is the last of the MAC key's check value.
        *field.last_mut().unwrap() ^= 1;
    }
    reply(request, |reply| {
        reply.set(60, format!("00{batch:06}003"));
        reply.set(62, field);
    })
}

/// An answer without a MAC that says 00, as to a sign-on, a settlement, an upload.
fn reply(request: &Message, say: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut reply = Message::new(request.mti().reply());
    reply.reply_to(request);
    reply.copy_fields(request, &[11, 41, 42, 60]);
    reply.set(39, "00");
    say(&mut reply);
    let mut frame = Vec::new();
    encode(&CUP, &reply, &mut frame).unwrap();
    frame
}

/// Whether the last request's MAC is right under this key.
fn is_signed_by(counter: &Counter, key: &MacKey) -> bool {
    let mut framer = Framer::default();
    framer.push(counter.card_frames().next_back().unwrap());
    verify_mac(&CUP, framer.next_frame().unwrap().unwrap(), key).is_ok()
}

#[test]
fn keys_with_a_wrong_check_value_are_not_taken() {
    let mut counter = Counter::new();
    counter.poke(Poke::SignOn);
    for _ in 0..3 {
        let request = counter.card_request().unwrap();
        assert_eq!(request.mti(), Mti::SIGN_ON);
        counter.receive(CARD, &keys(&request, [0x57; 8], 9, true));
    }
    counter.wait_s(2);
    assert_eq!(counter.requests(CARD), 3, "three times, and then no more");
    let signed_on = |event: &Event| matches!(event, Event::SignedOn { .. });
    assert!(!counter.events.iter().any(signed_on));
    let sale = counter.card_sale();
    assert!(is_signed_by(&counter, &KEY), "the old key stands");
    assert_eq!(sale.text(60).unwrap()[2..8], *"000001", "and so does the batch");
}

#[test]
fn after_three_wrong_macs_the_terminal_signs_on_and_reverses_under_the_new_key() {
    let mut counter = Counter::new();
    let sale = counter.card_sale();
    counter.receive(CARD, &answer(&sale, "00", &ANOTHER_KEY, |_| {}));
    for _ in 0..2 {
        let reversal = counter.card_request().unwrap();
        assert_eq!((reversal.mti(), reversal.text(39)), (Mti::REVERSAL, Some("A0")));
        assert!(is_signed_by(&counter, &KEY));
        counter.receive(CARD, &answer(&reversal, "00", &ANOTHER_KEY, |_| {}));
        counter.wait_s(60);
    }
    let sign_on = counter.card_request().unwrap();
    assert_eq!(sign_on.mti(), Mti::SIGN_ON);
    assert_ne!(sign_on.field(11), sale.field(11));
    assert_eq!(
        counter.requests(CARD),
        5,
        "the sale, two reversals, the sign-on at once and after a minute again"
    );
    counter.receive(CARD, &keys(&sign_on, [0x57; 8], 1, false));
    counter.wait_s(1);
    let reversal = counter.card_request().unwrap();
    assert_eq!((reversal.mti(), reversal.field(11)), (Mti::REVERSAL, sale.field(11)));
    let fresh = MacKey::new([0x57; 8]);
    assert!(is_signed_by(&counter, &fresh) && !is_signed_by(&counter, &KEY));
    counter.receive(CARD, &answer(&reversal, "00", &fresh, |_| {}));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
}

/// The host's answer to a settlement.
fn compared(request: &Message, verdict: TotalsVerdict) -> Vec<u8> {
    let said = SettlementTotals::parse(request.text(48).unwrap()).unwrap();
    let domestic = CardTotals { verdict, ..said.domestic };
    let foreign = CardTotals { verdict: TotalsVerdict::Equal, ..said.foreign };
    reply(request, |reply| reply.set(48, SettlementTotals { domestic, foreign }.write()))
}

fn closed(counter: &Counter) -> Option<bool> {
    counter.events.iter().find_map(|event| match event {
        Event::BatchClosed { batch: 1, agreed } => Some(*agreed),
        _ => None,
    })
}

#[test]
fn a_settlement_goes_on_after_a_power_cut_and_nothing_is_sold_meanwhile() {
    let mut counter = Counter::new();
    done(&mut counter, Kind::Sale, 2500, None);
    counter.poke(Poke::Settle);
    counter.wait(Duration::from_millis(10));
    let first = counter.card_request().unwrap();
    assert_eq!(first.mti(), Mti::SETTLEMENT);
    // Debit 25.00 in one, credit nothing, the verdict open; nothing of cards from abroad.
    let totals = ["000000002500001", "000000000000000", "0", "0000000000000000000000000000000"].concat();
    assert_eq!(first.text(48), Some(totals.as_str()));
    counter.poke(Poke::PowerOff);
    counter.receive(CARD, &compared(&first, TotalsVerdict::Equal));
    counter.wait_s(10);
    counter.poke(Poke::PowerOn);
    counter.wait_s(4);
    let again = counter.card_request().unwrap();
    assert_eq!((again.mti(), again.text(48)), (Mti::SETTLEMENT, Some(totals.as_str())));
    assert_eq!(want(&mut counter, Kind::Sale, 900, None), None, "nothing is sold while a batch is settled");
    assert_eq!(closed(&counter), None);
    counter.receive(CARD, &compared(&again, TotalsVerdict::Equal));
    counter.wait_s(1);
    assert_eq!(closed(&counter), Some(true));
    let sale = want(&mut counter, Kind::Sale, 900, None).unwrap();
    assert_eq!(sale.text(60).unwrap()[2..8], *"000002", "the next batch is open");
}

#[test]
fn totals_that_differ_are_uploaded_eight_at_a_time_and_ended_by_202() {
    let mut counter = Counter::new();
    for fen in 1..=10 {
        done(&mut counter, Kind::Sale, fen, None);
    }
    counter.poke(Poke::Settle);
    counter.wait(Duration::from_millis(10));
    counter.receive(CARD, &compared(&counter.card_request().unwrap(), TotalsVerdict::Different));
    let mut amounts = Vec::new();
    for details in [8, 2] {
        let upload = counter.card_request().unwrap();
        assert_eq!((upload.mti(), &upload.text(60).unwrap()[8..]), (Mti::BATCH_UPLOAD, "201"));
        let sent: Vec<BatchDetail> = BatchDetail::parse(upload.text(48).unwrap()).unwrap().collect();
        assert_eq!(sent.len(), details);
        assert!(counter.events.contains(&Event::Runs(Errand::Upload { details })));
        amounts.extend(sent.iter().map(|detail| detail.amount_fen));
        counter.receive(CARD, &reply(&upload, |_| {}));
    }
    assert_eq!(amounts, (1..=10).collect::<Vec<u64>>());
    let end = counter.card_request().unwrap();
    assert_eq!((end.mti(), &end.text(60).unwrap()[8..]), (Mti::BATCH_UPLOAD, "202"));
    assert_eq!(end.text(48), Some("0010"), "how many there were");
    assert_eq!(closed(&counter), None, "not before the host has taken the end");
    counter.receive(CARD, &reply(&end, |_| {}));
    counter.wait_s(1);
    assert_eq!(closed(&counter), Some(false));
}

#[test]
fn a_settlement_without_an_answer_leaves_the_batch_open_until_there_is_one() {
    let mut counter = Counter::new();
    done(&mut counter, Kind::Sale, 2500, None);
    let before = counter.requests(CARD);
    counter.poke(Poke::Settle);
    // Asked at 0, 60 and 120 s; a minute's wait, a minute's pause; then again.
    counter.wait_s(241);
    assert_eq!((counter.requests(CARD), closed(&counter)), (before + 4, None));
    counter.receive(CARD, &compared(&counter.card_request().unwrap(), TotalsVerdict::Equal));
    counter.wait_s(1);
    assert_eq!(closed(&counter), Some(true));
}

#[test]
fn a_kiosk_that_looks_into_its_journal_leaves_to_a_register_what_the_register_prints() {
    for firmware in ["kiosk", "kiosk-unchecked-journal"] {
        let mut counter = Counter::with(firmware);
        counter.poke(Poke::RegisterPrints { slips: true, totals: true });
        let sale = counter.card_sale();
        counter.receive(CARD, &answer(&sale, "00", &KEY, |_| {}));
        counter.wait_s(5);
        assert_eq!(counter.belief(), Some(Belief::Approved), "{firmware}");
        assert_eq!(counter.requests(PRINTER), 0, "{firmware}");
    }
}
