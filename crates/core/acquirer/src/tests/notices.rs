//! Claims about notices: their schedules to the second, their repetitions, and each way in which they can be wrong.

use super::book::{ALIPAY, Book, V2, code, make, number, pay, refund, reverse};
use crate::config::WalletSetup;
use crate::event::Event;
use crate::notifier::{
    Claim, Delivery, DeliveryOutcome, Forgery, Malformation, NoticeChange, NoticeFault, Notifier, Signing,
};
use crate::orders::Clock;
use crate::{Change, Config};
use ::wallet::ask::Ask;
use ::wallet::exchange::Dialect;
use ::wallet::sign;
use ::wallet::xml::Fields;
use core::time::Duration;
use sim::{OrderNo, SimTime};

const V3: Dialect = Dialect::WeChatV3;

/// A book with a shown order of 1.00 under each of these numbers, all paid at 300 ms.
fn paid(dialect: Dialect, numbers: &[&str]) -> Book {
    let mut book = Book::new();
    for no in numbers {
        book.ask(dialect, make(no, 100)).unwrap();
        assert!(book.confirm(number(dialect, no)));
    }
    book.pass_ms(300);
    book.events.clear();
    book
}

fn success(dialect: Dialect) -> DeliveryOutcome<'static> {
    let body: &[u8] = match dialect {
        Dialect::WeChatV2 => b"<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>",
        Dialect::WeChatV3 => b"",
        Dialect::AlipayGateway | Dialect::AlipayV3 => b"success",
    };
    DeliveryOutcome::Answered { status: 200, body }
}

/// Lets time pass and sends what is due when it is due; nobody ever answers.
fn run(book: &mut Book, secs: u64) -> Vec<(SimTime, Delivery)> {
    let end = book.now + Duration::from_secs(secs);
    let mut sent = vec![];
    loop {
        book.expire();
        let now = book.now;
        sent.extend(book.send(|_| None).into_iter().map(|delivery| (now, delivery)));
        match book.notifier.wake_at(&book.books).filter(|(at, _)| *at <= end) {
            Some((at, _)) => book.now = book.now.max(at),
            None => return sent,
        }
    }
}

/// What a careful receiver makes of a notice.
fn judged(delivery: &Delivery, dialect: Dialect) -> Result<String, &'static str> {
    let setup = WalletSetup::default();
    let (merchant, keys) = (&setup.platform.merchants[0], &setup.platform.keys);
    match dialect {
        Dialect::WeChatV2 => {
            let mut fields = Fields::default();
            fields.parse(&delivery.body).map_err(|_| "unreadable")?;
            sign::verify(&fields, &merchant.wechat.api_key).map_err(|_| "signature")?;
            Ok(format!("{} {}", fields.get("out_trade_no").unwrap(), fields.get("total_fee").unwrap()))
        }
        Dialect::WeChatV3 => {
            let header = |name: &str| {
                let found = delivery.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.as_str()).ok_or("unsigned")
            };
            let body = core::str::from_utf8(&delivery.body).map_err(|_| "unreadable")?;
            if header("Wechatpay-Serial")? != keys.wechat.certificate.serial {
                return Err("serial");
            }
            let (at, nonce) = (header("Wechatpay-Timestamp")?, header("Wechatpay-Nonce")?);
            let signed = format!("{at}\n{nonce}\n{body}\n");
            let key = keys.wechat.private_key.public_key();
            let right = key.verifies(signed.as_bytes(), header("Wechatpay-Signature")?);
            if right { Ok(at.to_owned()) } else { Err("signature") }
        }
        Dialect::AlipayGateway | Dialect::AlipayV3 => {
            let form = form(&delivery.body)?;
            let value =
                |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let signature = value("sign").ok_or("unsigned")?;
            let mut counted: Vec<String> = form
                .iter()
                .filter(|(name, _)| name != "sign" && name != "sign_type")
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            counted.sort();
            if !keys.alipay.public_key().verifies(counted.join("&").as_bytes(), &signature) {
                return Err("signature");
            }
            let text = |name| value(name).unwrap_or_default();
            Ok(format!("{} {} {}", text("out_trade_no"), text("total_amount"), text("notify_time")))
        }
    }
}

fn form(body: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
    let text = core::str::from_utf8(body).map_err(|_| "unreadable")?;
    let pairs = text.split('&').map(|pair| pair.split_once('=').ok_or("unreadable"));
    let decoded = |text: &str| {
        let mut bytes = vec![];
        let mut rest = text.as_bytes();
        while let Some((first, tail)) = rest.split_first() {
            let hex = tail.get(..2).filter(|_| *first == b'%');
            match hex.and_then(|hex| u8::from_str_radix(core::str::from_utf8(hex).ok()?, 16).ok()) {
                Some(byte) => (bytes.push(byte), rest = &tail[2..]).1,
                None => (bytes.push(if *first == b'+' { b' ' } else { *first }), rest = tail).1,
            }
        }
        String::from_utf8(bytes).map_err(|_| "unreadable")
    };
    pairs.map(|pair| pair.and_then(|(name, value)| Ok((decoded(name)?, decoded(value)?)))).collect()
}

/// One delivery of a paid order T-1, spoiled so.
fn spoiled(dialect: Dialect, fault: NoticeFault) -> Delivery {
    let mut book = paid(dialect, &["T-1"]);
    let mut sent = book.send(|_| Some(fault));
    assert_eq!(sent.len(), 1);
    sent.remove(0)
}

#[test]
fn an_unanswered_notice_of_alipay_keeps_the_published_times() {
    // 4m/10m/10m/1h/2h/6h/15h summed by hand, in minutes; abroad the first pause is two minutes shorter.
    let home = [0, 4, 14, 24, 84, 204, 564, 1464];
    let abroad = [0, 2, 12, 22, 82, 202, 562, 1462];
    for (alipay_abroad, minutes) in [(false, home), (true, abroad)] {
        let mut book = Book::with(WalletSetup { alipay_abroad, ..WalletSetup::default() });
        book.ask(ALIPAY, make("T-1", 100)).unwrap();
        book.confirm(number(ALIPAY, "T-1"));
        book.pass_ms(300);
        let sent = run(&mut book, 3 * 86_400);
        let at = sent.iter().map(|(at, _)| *at);
        assert!(at.eq(minutes.map(|minutes| SimTime::from_millis(300 + minutes * 60_000))));
        let last = book.story().pop().unwrap();
        assert!(last.ends_with("notifications exhausted, order 1/T-1"), "{last}");
        assert_eq!(book.books.notices().iter().count(), 0);
    }
}

#[test]
fn an_unanswered_notice_of_either_wechat_is_sent_sixteen_times_in_24_hours_and_4_minutes() {
    for dialect in [V2, V3] {
        let mut book = paid(dialect, &["T-1"]);
        let sent = run(&mut book, 3 * 86_400);
        assert_eq!(sent.len(), 16);
        assert_eq!(sent[15].0, SimTime::from_millis(300 + (24 * 60 + 4) * 60_000));
        assert_eq!(sent[3].0, SimTime::from_millis(60_300));
    }
}

#[test]
fn a_notice_says_what_was_paid_and_is_rightly_signed() {
    let plain = |dialect| judged(&paid(dialect, &["T-1"]).send(|_| None)[0], dialect);
    assert_eq!(plain(V2).as_deref(), Ok("T-1 100"));
    // 09:00:00 in Beijing is 01:00 in Greenwich.
    assert_eq!(plain(V3).as_deref(), Ok("1767574800"));
    assert_eq!(plain(ALIPAY).as_deref(), Ok("T-1 1.00 2026-01-05 09:00:00"));
}

#[test]
fn a_notice_keeps_its_id_through_all_repetitions() {
    let id = |delivery: &Delivery, from: &str, to: char| {
        let body = String::from_utf8(delivery.body.clone()).unwrap();
        let rest = body.split_once(from).unwrap().1.to_owned();
        rest.split(to).next().unwrap().to_owned()
    };
    for (dialect, from, to) in [(V3, "\"id\":\"", '"'), (ALIPAY, "notify_id=", '&')] {
        let mut book = paid(dialect, &["T-1", "T-2"]);
        let sent = run(&mut book, 600);
        let of = |no| {
            let order = number(dialect, no);
            let ids = sent.iter().filter(|(_, delivery)| delivery.due.order == order);
            ids.map(|(_, delivery)| id(delivery, from, to)).collect::<Vec<_>>()
        };
        let (first, second) = (of("T-1"), of("T-2"));
        assert!(first.len() > 1 && first.iter().all(|id| *id == first[0]), "{first:?}");
        assert_ne!(first[0], second[0]);
    }
}

#[test]
fn nobody_is_told_of_payment_codes_but_who_asked_alipay_to() {
    let mut book = Book::new();
    book.ask(V2, pay("T-1", 100, code(V2, 1, "00"))).unwrap();
    book.ask(V3, pay("T-2", 100, code(V2, 2, "00"))).unwrap();
    book.ask(ALIPAY, pay("T-1", 100, code(ALIPAY, 1, "00"))).unwrap();
    assert!(book.send(|_| None).is_empty());
    let Ask::Pay(mut with_url) = pay("T-2", 100, code(ALIPAY, 2, "00")) else { unreachable!() };
    with_url.notify_url = Some("http://shop/alipay".into());
    book.ask(ALIPAY, Ask::Pay(with_url)).unwrap();
    let sent = book.send(|_| None);
    assert_eq!((sent.len(), sent[0].url.as_str()), (1, "http://shop/alipay"));
}

#[test]
fn a_refund_is_told_where_it_asks_for() {
    for dialect in [V2, V3, ALIPAY] {
        let mut book = paid(dialect, &["T-1"]);
        let first = book.send(|_| None).remove(0);
        book.answer(&first, success(dialect));
        book.ask(dialect, refund("T-1", "R-1", 40)).unwrap();
        book.ask(dialect, refund("T-1", "R-1", 40)).unwrap();
        let sent = book.send(|_| None);
        assert_eq!((sent.len(), sent[0].url.as_str()), (1, "http://shop/refunds"));
        let shown = number(dialect, "T-1");
        let last = book.story().pop().unwrap();
        assert_eq!(last, format!("0.300s notification of refund 1 1 sent, order {shown}"));
    }
}

#[test]
fn several_notices_are_outstanding_at_once_and_are_taken_in_any_order() {
    let mut book = paid(V2, &["T-1", "T-2", "T-3"]);
    let sent = book.send(|_| None);
    assert_eq!((sent.len(), book.notifier.outstanding()), (3, 3));
    book.answer(&sent[2], success(V2));
    book.answer(&sent[0], success(V2));
    book.answer(&sent[1], DeliveryOutcome::Answered { status: 500, body: b"no\n\xff" });
    // An answer that comes twice counts once.
    book.answer(&sent[0], success(V2));
    let again = run(&mut book, 16);
    let orders: Vec<_> = again.iter().map(|(_, delivery)| delivery.due.order.to_string()).collect();
    assert_eq!(orders, ["T-2"]);
    let answers: Vec<String> = book.story().into_iter().skip(3).collect();
    let expected = [
        "0.300s notification acknowledged, order T-3",
        "0.300s notification acknowledged, order T-1",
        "0.300s notification 1 not taken, answered 500 \"no..\", order T-2",
        "15.300s notification 2 sent, order T-2",
    ];
    assert_eq!(answers[..4], expected);
}

#[test]
fn only_the_agreed_answer_takes_a_notice() {
    let taken = |dialect, status, body: &[u8]| {
        let mut book = paid(dialect, &["T-1"]);
        let sent = book.send(|_| None);
        book.answer(&sent[0], DeliveryOutcome::Answered { status, body });
        book.books.notices().iter().count() == 0
    };
    assert!(taken(ALIPAY, 200, b"success") && taken(V3, 204, b"") && taken(V3, 200, b"{}"));
    assert!(taken(V2, 200, b"<xml><return_code>SUCCESS</return_code></xml>"));
    assert!(!taken(ALIPAY, 200, b"fail") && !taken(ALIPAY, 500, b"success") && !taken(V3, 500, b""));
    assert!(!taken(V2, 200, b"success") && !taken(V2, 200, b"<xml><return_code>FAIL</return_code></xml>"));
    let mut book = paid(V2, &["T-1"]);
    let sent = book.send(|_| None);
    book.answer(&sent[0], DeliveryOutcome::Refused);
    assert_eq!(book.story()[1], "0.300s notification 1 not taken, nobody listens, order T-1");
}

#[test]
fn a_platform_that_was_restarted_goes_on_telling() {
    let mut book = paid(V2, &["T-1", "T-2"]);
    let sent = book.send(|_| None);
    book.answer(&sent[0], success(V2));
    // Here the power goes; what was outstanding is unknown, what is owed is not.
    let config = Config::default();
    book.notifier = Notifier::new(&config.wallets, Clock::new(config.start), config.acknowledging);
    book.books = book.rebuilt();
    let again = run(&mut book, 20);
    assert_eq!(again.len(), 1);
    let (at, delivery) = &again[0];
    assert_eq!(
        (*at, delivery.due.order.as_str(), delivery.due.attempt),
        (SimTime::from_millis(15_300), "T-2", 2)
    );
}

#[test]
fn a_notice_to_a_merchant_that_the_setup_no_longer_knows_is_given_up() {
    let mut book = paid(V2, &["T-1"]);
    let mut config = Config::default();
    std::sync::Arc::make_mut(&mut config.wallets.platform).merchants.clear();
    book.notifier = Notifier::new(&config.wallets, Clock::new(config.start), config.acknowledging);
    assert!(book.send(|_| None).is_empty());
    assert_eq!(book.story(), ["0.300s notifications exhausted, order T-1"]);
}

#[test]
fn a_restart_after_the_last_attempt_gives_up() {
    let mut book = paid(V2, &["T-1"]);
    assert_eq!(run(&mut book, 86_640).len(), 16);
    let config = Config::default();
    book.notifier = Notifier::new(&config.wallets, Clock::new(config.start), config.acknowledging);
    book.books = book.rebuilt();
    assert!(run(&mut book, 86_400).is_empty());
    assert_eq!(book.books.notices().iter().count(), 0);
}

#[test]
fn a_dropped_notice_never_leaves_and_the_schedule_goes_on() {
    let mut book = paid(V2, &["T-1"]);
    assert!(book.send(|_| Some(NoticeFault::Drop)).is_empty());
    let again = run(&mut book, 20);
    assert_eq!((again.len(), again[0].0, again[0].1.due.attempt), (1, SimTime::from_millis(15_300), 2));
    assert_eq!(book.story()[0], "0.300s notification 1 sent, dropped, order T-1");
}

#[test]
fn a_late_notice_leaves_later_and_not_before() {
    let mut book = paid(V2, &["T-1"]);
    let by = Duration::from_secs(90);
    assert!(book.send(|_| Some(NoticeFault::Late { by })).is_empty());
    let sent = run(&mut book, 100);
    assert_eq!((sent[0].0, sent[0].1.due.attempt), (SimTime::from_millis(90_300), 1));
    assert_eq!(judged(&sent[0].1, V2).as_deref(), Ok("T-1 100"));
}

#[test]
fn a_repeated_notice_comes_twice_even_when_the_first_was_taken() {
    for after_ms in [500, 60_000] {
        let mut book = paid(V2, &["T-1"]);
        let after = Duration::from_millis(after_ms);
        let first = book.send(|_| Some(NoticeFault::Repeat { after })).remove(0);
        book.answer(&first, success(V2));
        let again = run(&mut book, 3600);
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].0, SimTime::from_millis(300 + after_ms));
        assert_eq!(again[0].1.body, first.body);
    }
}

#[test]
fn a_notice_that_is_held_back_leaves_behind_the_next() {
    let mut book = paid(V2, &["T-1", "T-2"]);
    let mut held = false;
    let sent = book.send(|_| (!core::mem::replace(&mut held, true)).then_some(NoticeFault::HeldBack));
    let orders: Vec<_> = sent.iter().map(|delivery| delivery.due.order.as_str()).collect();
    assert_eq!(orders, ["T-2", "T-1"]);
    // With nobody behind it, its own repetition goes before it.
    let mut book = paid(V2, &["T-1"]);
    assert!(book.send(|_| Some(NoticeFault::HeldBack)).is_empty());
    let sent = run(&mut book, 16);
    let attempts: Vec<_> = sent.iter().map(|(at, delivery)| (at.as_secs(), delivery.due.attempt)).collect();
    assert_eq!(attempts, [(15, 2), (15, 1)]);
}

#[test]
fn a_notice_can_wait_for_a_refund_or_a_reverse() {
    for back in [refund("T-1", "R-1", 1), reverse("T-1")] {
        let mut book = paid(V2, &["T-1"]);
        assert!(book.send(|_| Some(NoticeFault::AfterRefund)).is_empty());
        assert!(run(&mut book, 3600).is_empty());
        book.pass(3600);
        book.ask(V2, back).unwrap();
        let sent = book.send(|_| None);
        let payment = sent.iter().find(|delivery| delivery.due.what == crate::What::Payment).unwrap();
        // It tells of the payment as if nothing had happened since.
        assert_eq!(judged(payment, V2).as_deref(), Ok("T-1 100"));
    }
}

#[test]
fn a_forged_notice_is_wrong_in_just_that() {
    let forged = |dialect, claim, signing| {
        judged(&spoiled(dialect, NoticeFault::Forged(Forgery { claim, signing })), dialect)
    };
    let signed = |dialect, signing| forged(dialect, Claim::True, signing);
    let claimed = |dialect, claim| forged(dialect, claim, Signing::Right);
    for dialect in [V2, V3, ALIPAY] {
        assert_eq!(signed(dialect, Signing::WrongKey), Err("signature"));
    }
    assert_eq!(signed(V2, Signing::WrongKeyId), Err("signature"));
    assert_eq!(signed(V3, Signing::WrongKeyId), Err("serial"));
    assert_eq!(signed(ALIPAY, Signing::WrongKeyId), Err("signature"));
    assert_eq!(signed(V2, Signing::Missing), Err("signature"));
    assert_eq!(signed(V3, Signing::Missing), Err("unsigned"));
    assert_eq!(signed(ALIPAY, Signing::Missing), Err("unsigned"));
    // These are rightly signed: only a look at one's own order finds out.
    for (by_fen, fen, yuan) in [(1, "101", "1.01"), (-99, "1", "0.01"), (-1000, "0", "0.00")] {
        assert_eq!(claimed(V2, Claim::Amount { by_fen }), Ok(format!("T-1 {fen}")));
        let told = claimed(ALIPAY, Claim::Amount { by_fen }).unwrap();
        assert!(told.starts_with(&format!("T-1 {yuan} ")), "{told}");
    }
    let other = OrderNo::new("T-9").unwrap();
    assert_eq!(claimed(V2, Claim::Order(other)).as_deref(), Ok("T-9 100"));
    assert!(claimed(ALIPAY, Claim::Order(other)).unwrap().starts_with("T-9 1.00"));
    // A stranger's.
    for dialect in [V2, V3, ALIPAY] {
        assert_eq!(forged(dialect, Claim::Order(other), Signing::WrongKey), Err("signature"));
    }
}

#[test]
fn a_stale_notice_is_rightly_signed_and_dated_back() {
    let by = Duration::from_secs(86_400);
    assert_eq!(judged(&spoiled(V3, NoticeFault::Stale { by }), V3).as_deref(), Ok("1767488400"));
    let alipay = judged(&spoiled(ALIPAY, NoticeFault::Stale { by }), ALIPAY);
    assert_eq!(alipay.as_deref(), Ok("T-1 1.00 2026-01-04 09:00:00"));
    assert_eq!(judged(&spoiled(V2, NoticeFault::Stale { by }), V2).as_deref(), Ok("T-1 100"));
}

#[test]
fn a_malformed_notice_is_taken_by_no_careful_receiver() {
    for dialect in [V2, V3, ALIPAY] {
        for malformation in [Malformation::CutShort, Malformation::NotADocument, Malformation::WrongEncoding]
        {
            assert!(judged(&spoiled(dialect, NoticeFault::Malformed(malformation)), dialect).is_err());
        }
    }
}

#[test]
fn every_fault_is_told_in_one_line_and_written_down_as_it_is() {
    let secs = Duration::from_secs;
    let faults = [
        (NoticeFault::Drop, "dropped"),
        (NoticeFault::Late { by: secs(90) }, "late by 90s"),
        (NoticeFault::Repeat { after: Duration::from_millis(500) }, "twice within 500ms"),
        (NoticeFault::HeldBack, "held back until after the next"),
        (NoticeFault::AfterRefund, "held back until after a refund"),
        (
            NoticeFault::Forged(Forgery { claim: Claim::True, signing: Signing::WrongKey }),
            "signed with a wrong key",
        ),
        (
            NoticeFault::Forged(Forgery { claim: Claim::Amount { by_fen: 1 }, signing: Signing::Right }),
            "amount off by +1 fen",
        ),
        (
            NoticeFault::Forged(Forgery { claim: Claim::Amount { by_fen: -5 }, signing: Signing::Missing }),
            "amount off by -5 fen, unsigned",
        ),
        (NoticeFault::Stale { by: secs(3600) }, "dated back by 3600s"),
        (NoticeFault::Malformed(Malformation::CutShort), "cut short"),
    ];
    for (fault, told) in faults {
        let order = OrderNo::new("T-1").unwrap();
        let event = Event::Notified { order, what: crate::What::Payment, attempt: 2, fault: Some(fault) };
        assert_eq!(event.to_string(), format!("notification 2 sent, {told}, order T-1"));
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<NoticeFault>(&text).unwrap(), fault);
    }
}

#[test]
fn what_is_owed_is_written_down_in_the_group_of_what_it_tells() {
    let book = paid(V2, &["T-1"]);
    let entry = book.log.iter().position(|change| matches!(change, Change::Entry(_))).unwrap();
    let owed = |change: &Change| matches!(change, Change::Notice(NoticeChange::Owed { .. }));
    assert!(owed(&book.log[entry + 1]));
}
