//! What amends a payment, and what is left of it to redeem.

use super::*;
use crate::event::{RedeemRefusal, VerifyFailure};
use voucher::Reason;

fn refusal(event: Event) -> RedeemRefusal {
    match event {
        Event::RedeemRefused { why, .. } => why,
        other => panic!("{other}"),
    }
}

fn paid(vouchers: &[&Voucher]) -> Scene {
    let mut scene = Scene::new();
    for voucher in vouchers {
        scene.capture(voucher);
        assert_eq!(scene.upload(voucher), Ok(Outcome::Accepted), "{voucher:?}");
    }
    scene
}

#[test]
fn a_voided_payment_cannot_be_redeemed_and_is_voided_once() {
    let first = payment(1, 1850);
    let mut scene = paid(&[&first, &amending(&first, Kind::Void, 2, 1850)]);
    assert_eq!(refusal(scene.redeem(first.number())), RedeemRefusal::GivenBack);
    let again = amending(&first, Kind::Void, 3, 1850);
    assert_eq!(scene.upload(&again), Ok(Outcome::Refused(Reason::Amendment)));
}

#[test]
fn a_refund_leaves_the_rest_and_refunds_take_no_more_than_there_is() {
    let first = payment(1, 1850);
    let mut scene = paid(&[&first, &amending(&first, Kind::Refund, 2, 850)]);
    assert_eq!(
        scene.upload(&amending(&first, Kind::Refund, 3, 1_001)),
        Ok(Outcome::Refused(Reason::Amendment))
    );
    let (number, key) = (first.number(), first.key);
    assert_eq!(scene.redeem(number), Event::Redeemed { number, key, amount: Fen(1_000) });
}

#[test]
fn a_refund_that_never_was_leaves_everything() {
    let first = payment(1, 1850);
    let mut scene = paid(&[&first]);
    let refund = amending(&first, Kind::Refund, 2, 850);
    scene.upload(&refund).unwrap();
    let (number, key) = (first.number(), first.key);
    let failed =
        Event::VerifyFailed { number: refund.number(), key: refund.key, why: VerifyFailure::NotCaptured };
    assert!(scene.events.contains(&failed));
    assert_eq!(scene.redeem(number), Event::Redeemed { number, key, amount: Fen(1_850) });
}

#[test]
fn a_refund_that_overtakes_its_payment_counts_when_that_comes() {
    let first = order_payment("A-1", 1850);
    let refund = amending(&first, Kind::Refund, 2, 1850);
    let mut scene = Scene::new();
    scene.orders.insert("A-1".to_owned(), (TradeState::Refund, Fen(1850)));
    assert_eq!(scene.upload(&refund), Ok(Outcome::Accepted));
    assert_eq!(scene.upload(&first), Ok(Outcome::Accepted));
    assert_eq!(refusal(scene.redeem(first.number())), RedeemRefusal::GivenBack);
}

#[test]
fn refunds_of_an_order_share_its_number_and_are_told_apart_by_their_reference() {
    let first = order_payment("A-1", 1850);
    let (one, two) = (amending(&first, Kind::Refund, 2, 100), amending(&first, Kind::Refund, 3, 100));
    let mut scene = paid(&[&first]);
    scene.orders.insert("A-1".to_owned(), (TradeState::Refund, Fen(1850)));
    assert_eq!(scene.upload(&one), Ok(Outcome::Accepted));
    assert_eq!(scene.upload(&two), Ok(Outcome::Accepted));
    let retold = Voucher { amount: Fen(50), ..two };
    assert_eq!(scene.upload(&retold), Ok(Outcome::Refused(Reason::Conflict)));
    assert!(matches!(scene.redeem(first.number()), Event::Redeemed { amount: Fen(1_650), .. }));
}

#[test]
fn money_that_went_back_at_the_wallet_alone_cannot_be_redeemed() {
    let first = order_payment("A-1", 1850);
    for state in [TradeState::Refund, TradeState::Revoked] {
        let mut scene = Scene::new();
        scene.orders.insert("A-1".to_owned(), (state, Fen(1850)));
        scene.upload(&first).unwrap();
        assert_eq!(refusal(scene.redeem(first.number())), RedeemRefusal::GivenBack, "{state}");
    }
}

#[test]
fn a_hold_is_no_payment_and_its_completion_is() {
    let hold = Voucher { kind: Kind::PreAuth, ..payment(1, 2_000) };
    let completion = amending(&hold, Kind::Completion, 2, 1_850);
    let mut scene = paid(&[&hold, &completion]);
    assert_eq!(refusal(scene.redeem(hold.number())), RedeemRefusal::NoPayment);
    let second = amending(&hold, Kind::Completion, 3, 100);
    assert_eq!(scene.upload(&second), Ok(Outcome::Refused(Reason::HoldCompleted)), "a hold ends once");
    assert!(matches!(scene.redeem(completion.number()), Event::Redeemed { amount: Fen(1_850), .. }));
}

#[test]
fn a_voided_completion_lets_the_hold_be_completed_again() {
    let hold = Voucher { kind: Kind::PreAuth, ..payment(1, 2_000) };
    let completion = amending(&hold, Kind::Completion, 2, 1_850);
    let void = amending(&completion, Kind::Void, 3, 1_850);
    let second = amending(&hold, Kind::Completion, 4, 900);
    let mut scene = paid(&[&hold, &completion, &void, &second]);
    assert_eq!(refusal(scene.redeem(completion.number())), RedeemRefusal::GivenBack);
    assert!(matches!(scene.redeem(second.number()), Event::Redeemed { amount: Fen(900), .. }));
}

#[test]
fn a_completion_that_its_own_void_and_that_of_its_hold_overtake_is_taken_all_the_same() {
    let hold = Voucher { kind: Kind::PreAuth, ..payment(1, 2_000) };
    let completion = amending(&hold, Kind::Completion, 2, 1_850);
    let void = amending(&completion, Kind::Void, 3, 1_850);
    let of_the_hold = amending(&hold, Kind::Void, 4, 2_000);
    let of_the_hold = Voucher { time: completion.time.plus_s(100), ..of_the_hold };
    let mut scene = paid(&[&hold, &void, &of_the_hold, &completion]);
    assert_eq!(refusal(scene.redeem(completion.number())), RedeemRefusal::GivenBack);
    let later = Voucher { time: of_the_hold.time.plus_s(1), ..amending(&hold, Kind::Completion, 5, 900) };
    assert_eq!(scene.upload(&later), Ok(Outcome::Refused(Reason::Amendment)), "a hold ends once");
}

#[test]
fn a_second_completion_that_overtakes_the_void_of_the_first_is_taken_when_that_has_come() {
    let hold = Voucher { kind: Kind::PreAuth, ..payment(1, 2_000) };
    let of_later = |seconds, voucher| Voucher { time: hold.time.plus_s(seconds), ..voucher };
    let first = of_later(10, amending(&hold, Kind::Completion, 2, 1_850));
    let void = of_later(20, amending(&first, Kind::Void, 3, 1_850));
    let second = of_later(30, amending(&hold, Kind::Completion, 4, 900));
    let mut scene = paid(&[&hold, &first]);
    scene.pass(60);
    scene.capture(&second);
    let refused = scene.upload(&second).unwrap();
    assert!(refused == Outcome::Refused(Reason::HoldCompleted) && !refused.is_final(), "{refused:?}");
    scene.capture(&void);
    assert_eq!(scene.upload(&void), Ok(Outcome::Accepted));
    assert_eq!(scene.upload(&second), Ok(Outcome::Accepted));
    assert!(matches!(scene.redeem(second.number()), Event::Redeemed { amount: Fen(900), .. }));
    assert_eq!(refusal(scene.redeem(first.number())), RedeemRefusal::GivenBack);
}

#[test]
fn a_second_completion_is_taken_when_the_acquirer_knows_nothing_of_the_first() {
    let hold = Voucher { kind: Kind::PreAuth, ..payment(1, 2_000) };
    let untrue = amending(&hold, Kind::Completion, 2, 1_850);
    let second = amending(&hold, Kind::Completion, 3, 900);
    let mut scene = paid(&[&hold]);
    scene.capture(&second);
    scene.mood = Mood::Silent;
    assert_eq!(scene.upload(&untrue), Ok(Outcome::Accepted));
    assert_eq!(scene.upload(&second), Ok(Outcome::Refused(Reason::HoldCompleted)));
    scene.mood = Mood::Honest;
    scene.pass(300);
    assert_eq!(scene.upload(&second), Ok(Outcome::Accepted));
}

#[test]
fn no_kind_amends_what_it_cannot() {
    let first = payment(1, 1850);
    let void = amending(&first, Kind::Void, 2, 1850);
    let mut scene = paid(&[&first, &void]);
    for wrong in [
        amending(&first, Kind::Completion, 3, 1850),
        amending(&void, Kind::Refund, 4, 1850),
        amending(&void, Kind::Void, 5, 1850),
    ] {
        assert_eq!(scene.upload(&wrong), Ok(Outcome::Refused(Reason::Amendment)), "{:?}", wrong.kind);
    }
}

#[test]
fn a_voucher_of_tomorrow_is_refused_today_and_taken_tomorrow() {
    let mut scene = Scene::new();
    let tomorrow = Voucher { time: Settings::default().start.plus_s(86_400), ..payment(1, 1850) };
    let refused = scene.upload(&tomorrow).unwrap();
    assert!(refused == Outcome::Refused(Reason::FromTheFuture) && !refused.is_final());
    scene.pass(86_400);
    assert_eq!(scene.upload(&tomorrow), Ok(Outcome::Accepted));
}

#[test]
fn half_an_answer_does_not_spoil_the_next_one() {
    let voucher = payment(1, 1850);
    let mut scene = Scene::new();
    scene.capture(&voucher);
    scene.mood = Mood::Silent;
    scene.upload(&voucher).unwrap();
    scene.receive(ACQUIRER, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{");
    scene.mood = Mood::Honest;
    scene.pass(15);
    assert_eq!(scene.count(|event| matches!(event, Event::VerifyDelayed { .. })), 1, "the silence alone");
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
}

#[test]
fn a_late_refusal_of_the_gateway_is_not_taken_for_the_next_order() {
    let (gone, good) = (order_payment("A-1", 1850), order_payment("A-2", 900));
    let mut scene = Scene::new();
    scene.mood = Mood::Silent;
    scene.upload(&gone).unwrap();
    scene.upload(&good).unwrap();
    scene.pass(10);
    // The line is free again, and A-2 is being asked; the refusal of A-1 comes only now.
    scene.receive(WALLET, &gateway::no_such_order());
    assert_eq!(scene.count(|event| matches!(event, Event::VerifyFailed { .. })), 0);
    scene.capture(&good);
    scene.mood = Mood::Honest;
    scene.pass(300);
    assert!(matches!(scene.redeem(good.number()), Event::Redeemed { .. }));
    assert_eq!(refusal(scene.redeem(gone.number())), RedeemRefusal::Failed(VerifyFailure::NotCaptured));
}
