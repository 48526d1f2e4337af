//! Claims about money that is frozen in a wallet: Alipay, fund authorisation.

use super::book::{ALIPAY, Book, by_no, fen, make, number, query, refund, reverse};
use crate::event::Movement;
use crate::ledger::{Account, Standing};
use crate::notifier::What;
use ::wallet::ask::{Ask, Hold, Make, Operation, OrderRef, Refund};
use ::wallet::exchange::Dialect;
use ::wallet::told::{OrderKind, Refusal, Told};
use sim::{Fen, Key};

fn hold(no: &str, amount: u64) -> Ask {
    let Ask::Make(order) = make(no, amount) else { panic!("an order") };
    Ask::Hold(Hold::Make(Make { attach: Some(no.to_owned()), ..order }))
}

fn operation(no: &str, request_no: &str) -> Ask {
    Ask::Hold(Hold::Query { hold: by_no(no), operation: Operation::RequestNo(request_no.to_owned()) })
}

fn cancel(no: &str) -> Ask {
    Ask::Hold(Hold::Cancel(by_no(no)))
}

fn unfreeze(auth_no: &str, request_no: &str, amount: u64) -> Ask {
    let (order, refund_no) = (OrderRef::TransactionId(auth_no.to_owned()), request_no.to_owned());
    Ask::Hold(Hold::Unfreeze(Refund {
        order,
        refund_no,
        amount: fen(amount),
        total: None,
        reason: None,
        notify_url: None,
    }))
}

fn standing(book: &Book) -> Standing {
    book.books.ledger().standing(Key::Order(number(ALIPAY, "H-1")))
}

/// A hold of 500.00 that its payer has agreed on, and the platform's number of it.
fn frozen() -> (Book, String) {
    let mut book = Book::new();
    book.ask(ALIPAY, hold("H-1", 50_000)).unwrap();
    assert!(book.confirm(number(ALIPAY, "H-1")));
    book.pass(1);
    let Ok(Told::Order(told)) = book.ask(ALIPAY, operation("H-1", "H-1")) else { panic!("a hold") };
    assert_eq!(told.kind, OrderKind::Hold);
    (book, told.payment.unwrap().transaction_id)
}

#[test]
fn what_a_payer_agrees_on_is_frozen_and_not_the_merchants() {
    let (book, auth_no) = frozen();
    assert_eq!(standing(&book), Standing { held: Fen(50_000), ..Standing::default() });
    assert_eq!(book.books.ledger().balance(Account::MerchantReceivable), Fen::ZERO);
    assert!(auth_no.starts_with("2026010510002001") && auth_no.len() == 28, "{auth_no}");
    assert!(book.story().iter().any(|line| line.ends_with("held CNY 500.00, 1/H-1")), "{:?}", book.story());
}

#[test]
fn nobody_has_heard_of_a_hold_whose_code_nobody_has_scanned() {
    let mut book = Book::new();
    assert_eq!(book.say(ALIPAY, hold("H-1", 50_000)), "https://qr.alipay.com/bax000000000000001");
    assert_eq!(book.say(ALIPAY, operation("H-1", "H-1")), "NoSuchOrder");
    assert_eq!(book.say(ALIPAY, cancel("H-1")), "undone, closed");
    assert!(!book.confirm(number(ALIPAY, "H-1")), "who scans it afterwards freezes nothing");
    assert_eq!(book.say(ALIPAY, hold("H-1", 50_000)), "OrderReversed");
    assert_eq!(book.say(ALIPAY, cancel("H-2")), "NoSuchOrder");
}

#[test]
fn a_hold_is_let_go_once_whatever_is_repeated() {
    let (mut book, auth_no) = frozen();
    assert_eq!(book.say(ALIPAY, unfreeze(&auth_no, "U-1", 50_000)), "refunded 50000 of 50000");
    assert_eq!(book.moved, Some((Movement::Released, Fen(50_000))));
    assert_eq!(standing(&book), Standing::default());
    assert_eq!(book.say(ALIPAY, unfreeze(&auth_no, "U-1", 50_000)), "refunded 50000 of 50000 before");
    assert_eq!(book.say(ALIPAY, unfreeze(&auth_no, "U-2", 1)), "TooMuchRefund");
    assert_eq!(book.say(ALIPAY, cancel("H-1")), "nothing to undo");
    assert_eq!(standing(&book), Standing::default());
    assert_eq!(book.say(ALIPAY, operation("H-1", "U-1")), "U-1 50000");
    assert_eq!(book.say(ALIPAY, operation("H-1", "U-9")), "NoSuchRefund");
}

#[test]
fn a_cancel_lets_go_what_is_frozen() {
    let (mut book, _) = frozen();
    assert_eq!(book.say(ALIPAY, cancel("H-1")), "undone, refunded");
    assert_eq!(book.moved, Some((Movement::Released, Fen(50_000))));
    assert_eq!(standing(&book), Standing::default());
}

#[test]
fn what_was_agreed_on_before_a_cancel_is_frozen_and_let_go_in_the_same_moment() {
    let mut book = Book::new();
    book.ask(ALIPAY, hold("H-1", 50_000)).unwrap();
    assert!(book.confirm(number(ALIPAY, "H-1")));
    assert_eq!(book.say(ALIPAY, cancel("H-1")), "undone, closed");
    book.pass(1);
    let story = book.story();
    let moves: Vec<&str> = story.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(moves, ["held", "released"]);
    assert_eq!(standing(&book), Standing::default());
}

#[test]
fn a_hold_is_no_order_and_an_order_is_no_hold() {
    let (mut book, _) = frozen();
    for ask in [query("H-1"), refund("H-1", "R-1", 1)] {
        assert_eq!(book.say(ALIPAY, ask), "NoSuchOrder");
    }
    assert_eq!(book.say(ALIPAY, make("H-1", 50_000)), "NumberUsedForOther");
    assert_eq!(book.say(ALIPAY, make("T-1", 1850)), "https://qr.alipay.com/bax000000000000002");
    assert_eq!(book.say(ALIPAY, cancel("T-1")), "NoSuchOrder");
    // A cancel of the trade interface does not know the hold either, and bars nothing that is frozen.
    book.say(ALIPAY, reverse("H-1"));
    assert_eq!(standing(&book).held, Fen(50_000));
}

#[test]
fn a_hold_is_told_once_to_the_address_that_it_names_and_in_the_words_of_the_fund_interface() {
    let (mut book, _) = frozen();
    let sent = book.send(|_| None);
    let [delivery] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((delivery.due.what, delivery.url.as_str()), (What::Payment, "http://shop/notify"));
    let body = String::from_utf8(delivery.body.clone()).unwrap();
    for said in ["notify_type=fund_auth_freeze", "out_order_no=H-1", "rest_amount=500.00", "status=SUCCESS"] {
        assert!(body.contains(said), "{body}");
    }
}

#[test]
fn the_books_of_holds_come_back_as_they_were() {
    let (mut book, auth_no) = frozen();
    book.ask(ALIPAY, unfreeze(&auth_no, "U-1", 20_000)).unwrap();
    assert_eq!(standing(&book).held, Fen(30_000));
    assert_eq!(book.rebuilt(), book.books);
}

#[test]
fn wechat_pay_has_no_holds_under_these_numbers() {
    let (mut book, _) = frozen();
    assert_eq!(book.ask(Dialect::WeChatV3, query("H-1")), Err(Refusal::NoSuchOrder));
}
