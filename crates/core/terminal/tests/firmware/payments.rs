//! Claims about the sound firmware's payments: card sales and shown codes.

use crate::driver::{ANOTHER_KEY, Counter, KEY, answer};
use crate::gateway::{self, API_KEY};
use core::time::Duration;
use iso8583::{Message, Mti};
use sim::{Fen, Input, SimTime};
use tillrig_terminal::{
    Barcode, Belief, CARD, Event, Intent, Kind, NOTIFY, Noted, PRINTER, Poke, Press, Shown, WALLET, Wish,
};
use wallet::http::RequestParser;
use wallet::told::{OrderState, Refusal, Told};

#[test]
fn the_reversal_is_in_flash_before_the_first_byte_leaves() {
    let mut counter = Counter::new();
    counter.poke(Poke::Charge(Wish::pay(Intent(0), Kind::Sale, Fen(2500))));
    assert_eq!(counter.requests(CARD), 0);
    counter.wait(Duration::from_millis(5));
    assert_eq!(counter.requests(CARD), 0, "a record takes six milliseconds");
    counter.wait(Duration::from_millis(1));
    assert_eq!(counter.requests(CARD), 1);
    let durable = |event: &Event| matches!(event, Event::Durable { noted: Noted::Begun, .. });
    let asked = |event: &Event| matches!(event, Event::Asked { .. });
    let place = |wanted: &dyn Fn(&Event) -> bool| counter.events.iter().position(wanted);
    assert!(place(&durable) < place(&asked));
}

#[test]
fn an_approved_sale_is_shown_after_it_is_in_flash() {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    counter.receive(CARD, &answer(&request, "00", &KEY, |_| {}));
    assert_eq!(counter.belief(), None);
    counter.wait(Duration::from_millis(6));
    assert_eq!(counter.belief(), Some(Belief::Approved));
}

#[test]
fn a_reply_that_is_not_for_the_open_request_changes_nothing() {
    let strangers: [fn(&mut Message); 4] = [
        |reply| reply.set(11, "000099"),
        |reply| reply.set(4, "000000009999"),
        |reply| reply.set(41, "99999999"),
        |reply| reply.set_mti(Mti::REVERSAL_REPLY),
    ];
    for change in strangers {
        let mut counter = Counter::new();
        let request = counter.card_sale();
        counter.receive(CARD, &answer(&request, "00", &KEY, change));
        counter.wait(Duration::from_millis(6));
        assert_eq!(counter.belief(), None);
        assert!(counter.events.iter().any(|event| matches!(event, Event::Disbelieved { .. })));
        counter.receive(CARD, &answer(&request, "00", &KEY, |_| {}));
        counter.wait(Duration::from_millis(6));
        assert_eq!(counter.belief(), Some(Belief::Approved), "the right answer still counts");
    }
}

#[test]
fn a_reply_with_a_wrong_mac_is_reversed_with_its_own_reason() {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    counter.receive(CARD, &answer(&request, "00", &ANOTHER_KEY, |_| {}));
    assert_eq!(counter.belief(), Some(Belief::Unknown));
    let reversal = counter.card_request().unwrap();
    assert_eq!(reversal.mti(), Mti::REVERSAL);
    assert_eq!(reversal.text(39), Some("A0"));
    assert_eq!(reversal.field(11), request.field(11), "a reversal keeps its original's number");
}

#[test]
fn silence_is_reversed_until_the_host_has_answered() {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    counter.wait_s(60);
    assert_eq!(counter.card_request().unwrap().text(39), Some("98"));
    // Sent at 60, 120 and 180 s; a minute's wait and a minute's pause; then again.
    counter.wait_s(180);
    assert_eq!(counter.requests(CARD), 1 + 3);
    counter.wait_s(70);
    assert_eq!(counter.requests(CARD), 1 + 4);
    assert_eq!(counter.belief(), Some(Belief::Unknown));
    counter.receive(CARD, &answer(&counter.card_request().unwrap(), "25", &KEY, |_| {}));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
    // The sale's own answer, long overdue, changes nothing any more.
    counter.receive(CARD, &answer(&request, "00", &KEY, |_| {}));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
}

#[test]
fn a_new_sale_waits_for_the_open_one() {
    let mut counter = Counter::new();
    counter.card_sale();
    counter.wait_s(61);
    counter.poke(Poke::Charge(Wish::pay(Intent(1), Kind::Sale, Fen(900))));
    assert!(counter.events.contains(&Event::Busy { intent: Intent(1) }));
    counter.poke(Poke::Press(Press::Cancel));
    assert_eq!(counter.belief(), Some(Belief::Unknown));
}

#[test]
fn a_refused_connection_is_a_decline_and_nothing_to_reverse() {
    let mut counter = Counter::new();
    counter.card_sale();
    counter.give(Input::Refused { port: CARD });
    counter.wait_s(300);
    assert_eq!(counter.belief(), Some(Belief::Declined));
    assert_eq!(counter.requests(CARD), 1);
}

#[test]
fn a_host_in_trouble_is_reversed_and_a_decline_is_not() {
    for (code, requests) in [("51", 1), ("96", 2), ("91", 2), ("06", 2), ("68", 2)] {
        let mut counter = Counter::new();
        let request = counter.card_sale();
        counter.receive(CARD, &answer(&request, code, &KEY, |_| {}));
        counter.wait_s(1);
        assert_eq!(counter.requests(CARD), requests, "{code}");
    }
}

#[test]
fn half_a_reply_that_nobody_went_on_with_spoils_no_later_one() {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    let reply = answer(&request, "00", &KEY, |_| {});
    counter.receive(CARD, &reply[..40]);
    counter.wait_s(60);
    let reversal = counter.card_request().unwrap();
    counter.receive(CARD, &answer(&reversal, "00", &KEY, |_| {}));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
    // One that only pauses is read as a whole.
    let mut counter = Counter::new();
    let request = counter.card_sale();
    let reply = answer(&request, "00", &KEY, |_| {});
    for piece in reply.chunks(40) {
        counter.receive(CARD, piece);
        counter.wait_s(9);
    }
    assert_eq!(counter.belief(), Some(Belief::Approved));
}

/// The targets of the calls that were sent to the gateway.
fn calls(counter: &Counter) -> Vec<String> {
    let target = |bytes: &[u8]| {
        let mut parser = RequestParser::default();
        parser.push(bytes);
        parser.next_request().unwrap().unwrap().target.to_owned()
    };
    counter.sent.iter().filter(|(port, _)| *port == WALLET).map(|(_, bytes)| target(bytes)).collect()
}

/// The gateway's answer to the last call of the terminal.
fn decide(counter: &mut Counter, told: &Told) {
    let (_, request) = counter.sent.iter().rev().find(|(port, _)| *port == WALLET).unwrap();
    let answer = gateway::answer(request, told);
    counter.receive(WALLET, &answer);
}

#[test]
fn a_refusal_that_cannot_be_about_a_new_order_is_about_an_older_one() {
    for why in [Refusal::AlreadyPaid, Refusal::OrderClosed, Refusal::NoSuchOrder] {
        let mut counter = Counter::new();
        counter.poke(Poke::Charge(Wish::pay(Intent(0), Kind::Order, Fen(1850))));
        counter.wait(Duration::from_millis(20));
        decide(&mut counter, &why.into());
        counter.wait_s(1);
        assert_eq!(counter.belief(), None, "{why:?}");
    }
}

#[test]
fn an_order_whose_code_was_shown_is_not_forgotten_because_the_gateway_knows_none() {
    let mut counter = Counter::new();
    let order = code_shown(&mut counter);
    counter.wait_s(1);
    counter.poke(Poke::Press(Press::Cancel));
    decide(&mut counter, &Refusal::NoSuchOrder.into());
    assert_eq!(counter.belief(), Some(Belief::Unknown));
    assert_eq!(calls(&counter), ["/pay/unifiedorder", "/pay/closeorder", "/pay/unifiedorder"]);
    decide(&mut counter, &gateway::made());
    decide(&mut counter, &Told::Closed { order_no: order.clone(), transaction_id: None });
    decide(&mut counter, &Told::Order(gateway::order(&order, OrderState::Closed)));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
    assert_eq!(calls(&counter)[3..], ["/pay/closeorder", "/pay/orderquery"]);
}

#[test]
fn a_firmware_that_believes_notices_believes_forged_ones() {
    let mut counter = Counter::with("believes-notices");
    let order = code_shown(&mut counter);
    notify(&mut counter, "another key of the right length...", &order, 1);
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
}

#[test]
fn a_firmware_that_is_declined_by_another_amount_does_not_ask() {
    let mut counter = Counter::with("other-amount-is-declined");
    let order = code_shown(&mut counter);
    let before = counter.requests(WALLET);
    notify(&mut counter, "another key of the right length...", &order, 1);
    counter.wait_s(1);
    assert_eq!(counter.belief(), None);
    notify(&mut counter, API_KEY, &order, 1849);
    counter.wait_s(1);
    assert_eq!((counter.belief(), counter.requests(WALLET)), (Some(Belief::Declined), before));
}

/// A code on the screen, and the order's number.
fn code_shown(counter: &mut Counter) -> String {
    counter.poke(Poke::Charge(Wish::pay(Intent(0), Kind::Order, Fen(1850))));
    counter.wait(Duration::from_millis(20));
    decide(counter, &gateway::made());
    let shown = counter.events.iter().find_map(|event| match event {
        Event::CodeShown { order } => Some(order.to_string()),
        _ => None,
    });
    shown.expect("the code is on the screen")
}

fn notify(counter: &mut Counter, key: &str, order: &str, fen: u64) {
    counter.receive(NOTIFY, &gateway::notice(key, order, fen));
}

#[test]
fn a_notification_makes_the_terminal_ask_and_the_answer_is_what_it_books() {
    let mut counter = Counter::new();
    let order = code_shown(&mut counter);
    let before = counter.requests(WALLET);
    notify(&mut counter, API_KEY, &order, 1850);
    assert_eq!(counter.requests(WALLET), before + 1);
    assert_eq!(counter.belief(), None);
    let (_, query) = counter.sent.iter().rev().find(|(port, _)| *port == WALLET).unwrap();
    let mut parser = RequestParser::default();
    parser.push(query);
    assert_eq!(parser.next_request().unwrap().unwrap().target, "/pay/orderquery");
    decide(&mut counter, &Told::Order(gateway::order(&order, OrderState::Paid)));
    counter.wait(Duration::from_millis(10));
    assert_eq!(counter.belief(), Some(Belief::Approved));
}

#[test]
fn forged_foreign_and_wrong_notifications_move_nothing() {
    let mut counter = Counter::new();
    let order = code_shown(&mut counter);
    let before = counter.requests(WALLET);
    notify(&mut counter, "another key of the right length...", &order, 1850);
    notify(&mut counter, API_KEY, "12345678W999999", 1850);
    notify(&mut counter, API_KEY, &order, 1);
    counter.receive(NOTIFY, b"GET / HTTP/1.1\r\n\r\n\xff\x00garbage");
    assert_eq!(counter.requests(WALLET), before);
    assert_eq!(counter.belief(), None);
}

/// An approved sale whose slip is on its way when the printer says stop.
/// A payment by payment code for which this code was shown, and what has left for it.
fn scan(counter: &mut Counter, code: &str) {
    counter.poke(Poke::Charge(Wish::pay(Intent(0), Kind::Scan, Fen(1850))));
    counter.wait_s(1);
    show(counter, code);
}

fn show(counter: &mut Counter, code: &str) {
    let shown = Shown { code: Barcode::new(code).unwrap(), contrast_percent: 90 };
    counter.poke(Poke::Shows(shown));
    counter.wait_s(1);
}

const CODE: &str = "134567890123456789";
const PAY: &str = "/pay/micropay";
const QUERY: &str = "/pay/orderquery";
const REVERSE: &str = "/secapi/pay/reverse";

fn paid(number: &str) -> Told {
    Told::Order(gateway::order(number, OrderState::Paid))
}

#[test]
fn a_payment_code_is_sent_once_and_a_paid_answer_is_booked() {
    let mut counter = Counter::new();
    scan(&mut counter, CODE);
    assert_eq!(calls(&counter), [PAY]);
    decide(&mut counter, &paid("12345678W000001"));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
    assert_eq!(calls(&counter), [PAY], "nobody asks after what was answered");
}

#[test]
fn a_paid_answer_about_another_order_or_amount_is_not_booked() {
    let mut counter = Counter::new();
    scan(&mut counter, CODE);
    decide(&mut counter, &paid("12345678W000007"));
    counter.wait_s(1);
    assert_eq!(counter.belief(), None);
    counter.wait_s(10);
    assert_eq!(calls(&counter), [PAY, QUERY], "silence and a stranger's answer are asked after");
}

#[test]
fn a_code_of_another_wallet_and_a_code_that_was_used_leave_the_terminal_silent() {
    let mut counter = Counter::new();
    scan(&mut counter, "2812345678901234");
    assert!(calls(&counter).is_empty());
    show(&mut counter, CODE);
    decide(&mut counter, &paid("12345678W000001"));
    counter.wait_s(1);
    scan(&mut counter, CODE);
    assert_eq!(calls(&counter), [PAY], "a code pays once");
    counter.wait_s(31);
    assert_eq!(counter.belief(), Some(Belief::Declined), "nobody showed another code");
}

#[test]
fn a_password_being_entered_is_asked_after_and_reversed_at_the_end_of_patience() {
    let mut counter = Counter::new();
    scan(&mut counter, CODE);
    decide(&mut counter, &Told::Order(gateway::order("12345678W000001", OrderState::Paying)));
    for _ in 0..20 {
        counter.wait_s(3);
        if calls(&counter).last().is_some_and(|call| call == QUERY) {
            decide(&mut counter, &Told::Order(gateway::order("12345678W000001", OrderState::Paying)));
        }
    }
    counter.wait_s(1);
    assert_eq!(calls(&counter).iter().filter(|call| *call == PAY).count(), 1, "never a second charge");
    assert_eq!(calls(&counter).last().map(String::as_str), Some(REVERSE));
    assert_eq!(counter.belief(), Some(Belief::Unknown), "a reverse is not yet an answer");

    let again = Told::Refused { why: Refusal::Busy, again: true };
    decide(&mut counter, &again);
    counter.wait_s(6);
    assert_eq!(calls(&counter).iter().filter(|call| *call == REVERSE).count(), 2, "recall says yes");
    let undone = wallet::told::Reversed {
        order_no: "12345678W000001".to_owned(),
        transaction_id: None,
        undone: wallet::told::Undone::Closed,
    };
    decide(&mut counter, &Told::Reversed(undone));
    assert_eq!(counter.belief(), Some(Belief::Unknown), "the answer to a reverse names no order");
    decide(&mut counter, &Told::Order(gateway::order("12345678W000001", OrderState::Revoked)));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
}

#[test]
fn after_a_power_cut_a_payment_that_was_being_undone_is_undone_whatever_a_query_says() {
    let mut counter = Counter::new();
    scan(&mut counter, CODE);
    decide(&mut counter, &Told::Order(gateway::order("12345678W000001", OrderState::Paying)));
    counter.poke(Poke::Press(Press::Cancel));
    counter.wait_s(15);
    assert_eq!(calls(&counter), [PAY, REVERSE], "no earlier than fifteen seconds after the payment");
    counter.poke(Poke::PowerOff);
    counter.poke(Poke::PowerOn);
    counter.wait_s(20);
    assert_eq!(calls(&counter), [PAY, REVERSE, REVERSE]);
}

#[test]
fn after_a_power_cut_a_payment_of_unknown_result_is_asked_after() {
    let mut counter = Counter::new();
    scan(&mut counter, CODE);
    counter.poke(Poke::PowerOff);
    counter.poke(Poke::PowerOn);
    counter.wait_s(4);
    assert_eq!(calls(&counter), [PAY, QUERY]);
    decide(&mut counter, &paid("12345678W000001"));
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Approved));
}

/// A paid scan, and its refund of 5.00 whose request has just left.
fn refund() -> Counter {
    let mut counter = Counter::new();
    scan(&mut counter, CODE);
    decide(&mut counter, &paid("12345678W000001"));
    counter.wait_s(1);
    counter.refund_order(sim::OrderNo::new("12345678W000001").unwrap(), Fen(500));
    counter
}

const REFUND: &str = "/secapi/pay/refund";
const REFUND_QUERY: &str = "/pay/refundquery";

#[test]
fn a_refund_without_an_answer_is_asked_after_and_sent_again_under_its_number() {
    let mut counter = refund();
    counter.wait_s(10);
    assert_eq!(calls(&counter), [PAY, REFUND, REFUND_QUERY]);
    decide(&mut counter, &Refusal::NoSuchRefund.into());
    counter.wait_s(1);
    assert_eq!(calls(&counter), [PAY, REFUND, REFUND_QUERY, REFUND]);
    let numbers: Vec<String> = counter
        .sent
        .iter()
        .filter(|(port, _)| *port == WALLET)
        .filter_map(|(_, bytes)| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let (_, rest) = text.split_once("<out_refund_no><![CDATA[")?;
            Some(rest.split("]]>").next()?.to_owned())
        })
        .collect();
    assert_eq!(numbers, ["12345678W000002"; 3], "one refund, one number");
}

#[test]
fn one_refusal_does_not_end_a_refund_and_three_do() {
    let mut counter = refund();
    for refusals in 1..=3 {
        decide(&mut counter, &Refusal::NotPaid.into());
        assert_eq!(calls(&counter).last().map(String::as_str), Some(REFUND_QUERY));
        assert_ne!(counter.belief(), Some(Belief::Declined), "after {refusals}");
        decide(&mut counter, &Refusal::NoSuchRefund.into());
    }
    counter.wait_s(1);
    assert_eq!(counter.belief(), Some(Belief::Declined));
}

fn stopped_in_mid_slip() -> Counter {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    counter.receive(CARD, &answer(&request, "00", &KEY, |_| {}));
    counter.wait(Duration::from_millis(7));
    // Idle, no cause, paper: three status bytes of the family 0xx1xx10.
    counter.receive(PRINTER, &[0x12, 0x12, 0x12]);
    counter.wait(Duration::from_millis(20));
    counter.receive(PRINTER, &[0x13]);
    counter
}

#[test]
fn xoff_holds_the_slip_back_until_xon_and_the_printer_is_asked_meanwhile() {
    let mut counter = stopped_in_mid_slip();
    let held = counter.slip_pieces();
    for _ in 0..10 {
        counter.wait(Duration::from_millis(500));
        counter.receive(PRINTER, &[0x12, 0x12, 0x12]);
    }
    assert_eq!(counter.slip_pieces(), held);
    assert!(counter.requests(PRINTER) >= held + 10, "the printer is asked every half second");
    counter.receive(PRINTER, &[0x11]);
    counter.wait(Duration::from_millis(50));
    assert!(counter.slip_pieces() > held);
}

#[test]
fn an_open_cover_is_seen_although_the_printer_says_stop() {
    let mut counter = stopped_in_mid_slip();
    counter.wait(Duration::from_millis(500));
    // Offline; cover open; paper.
    counter.receive(PRINTER, &[0x1A, 0x16, 0x12]);
    assert_eq!(counter.screen().trouble, Some(tillrig_terminal::Trouble::CoverOpen));
}

#[test]
fn a_silent_printer_is_trouble_on_the_screen_and_no_reason_to_reverse() {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    counter.receive(CARD, &answer(&request, "00", &KEY, |_| {}));
    counter.wait_s(120);
    assert_eq!(counter.screen().trouble, Some(tillrig_terminal::Trouble::Silent));
    assert_eq!(counter.belief(), Some(Belief::Approved));
    assert_eq!(counter.requests(CARD), 1);
}

#[test]
fn after_a_power_cut_an_open_charge_is_reversed() {
    let mut counter = Counter::new();
    let request = counter.card_sale();
    counter.poke(Poke::PowerOff);
    counter.receive(CARD, &answer(&request, "00", &KEY, |_| {}));
    counter.wait_s(10);
    counter.poke(Poke::PowerOn);
    counter.wait_s(4);
    let reversal = counter.card_request().unwrap();
    assert_eq!((reversal.mti(), reversal.field(11)), (Mti::REVERSAL, request.field(11)));
    assert_eq!(counter.belief(), Some(Belief::Unknown));
}

/// A printer that says that it is well, takes everything, and never says that a slip is done.
fn let_a_forgetful_printer_answer(counter: &mut Counter, answered: &mut usize) {
    while let Some((port, bytes)) = counter.sent.get(*answered).cloned() {
        *answered += 1;
        if port != PRINTER {
            continue;
        }
        let questions = bytes.windows(2).filter(|pair| pair == b"\x10\x04").count();
        counter.receive(PRINTER, &vec![0x12; questions]);
        if bytes.windows(3).any(|command| command == b"\x10\x14\x08") {
            counter.receive(PRINTER, b"\x37\x25\x00");
        }
    }
}

#[test]
fn a_printer_that_spoils_every_slip_is_left_alone_for_longer_and_longer() {
    let mut counter = Counter::new();
    let sale = counter.card_sale();
    counter.receive(CARD, &answer(&sale, "00", &KEY, |_| {}));
    let (mut answered, mut starts, mut seen) = (0, Vec::new(), 0);
    while counter.now < SimTime::from_secs(700) {
        counter.wait(Duration::from_millis(10));
        let_a_forgetful_printer_answer(&mut counter, &mut answered);
        let printing = counter.events.iter().filter(|event| matches!(event, Event::Printing { .. })).count();
        if printing > seen {
            starts.push(counter.now.as_secs());
            seen = printing;
        }
    }
    // A slip that nobody confirms counts as lost after 30 s. Three more are tried at once, for a hiccup is soon over;
    // then the pauses are 10, 20, 40, 80 and at most 120 s.
    let spans: Vec<u64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(spans, [30, 30, 30, 40, 50, 70, 110, 150, 150]);
}
