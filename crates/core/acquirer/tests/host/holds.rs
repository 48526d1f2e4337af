//! Pre-authorisations: a hold ends once, within 30 days and 115 %.

use crate::driver::{DAY, OTHER_CARD, Shop, fen, reversal};
use tillrig_acquirer::{Account, Standing};

const fn standing(net: i64, held: i64, captured: i64) -> Standing {
    Standing { net: fen(net), held: fen(held), captured: fen(captured) }
}

#[test]
fn a_hold_holds_and_its_completion_takes_once_and_releases_the_rest() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    assert_eq!(shop.standing(1), standing(0, 1000, 0));
    let (first, second) = (shop.complete(&held, 800), shop.complete(&held, 800));
    assert_eq!([shop.code(&first), shop.code(&second)], ["00", "25"]);
    assert_eq!(shop.standing(1), standing(800, 0, 800));
    assert_eq!(shop.books.ledger().balance(Account::CustomerFunds), fen(-800));
    assert_eq!(shop.story()[..2], ["held CNY 10.00, 000001-000001", "completed CNY 8.00, 000001-000001"]);
    // The hold counts on neither side of a settlement, the completion as a debit.
    assert_eq!(shop.debit_and_credit(), [(800, 1), (0, 0)]);
}

#[test]
fn a_completion_may_take_115_percent_and_not_a_fen_more() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    let (over, most) = (shop.complete(&held, 1151), shop.complete(&held, 1150));
    assert_eq!([shop.code(&over), shop.code(&most)], ["61", "00"]);
    assert_eq!(shop.standing(1), standing(1150, 0, 1150));
}

#[test]
fn a_completion_by_advice_is_answered_again_and_takes_once() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    let advice = shop.completion_advice(&held, 900);
    assert_eq!([shop.code(&advice), shop.code(&advice)], ["00", "00"]);
    assert_eq!(shop.standing(1), standing(900, 0, 900));
}

#[test]
fn a_hold_is_voided_once_and_for_its_amount() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    let (wrong, right, again) =
        (shop.hold_void(&held, 999), shop.hold_void(&held, 1000), shop.hold_void(&held, 1000));
    assert_eq!([shop.code(&wrong), shop.code(&right), shop.code(&again)], ["64", "00", "25"]);
    let complete = shop.complete(&held, 10);
    assert_eq!(shop.code(&complete), "25");
    assert_eq!(shop.standing(1), standing(0, 0, 0));
}

#[test]
fn a_hold_is_found_by_its_code_date_and_card() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    for (field, value) in [(2, OTHER_CARD), (38, "000002"), (61, "0000010000010106")] {
        let mut complete = shop.complete(&held, 10);
        complete.set(field, value);
        assert_eq!(shop.code(&complete), "25", "field {field}");
    }
    for field in [38, 61] {
        let mut complete = shop.complete(&held, 10);
        complete.unset(field);
        assert_eq!(shop.code(&complete), "25", "field {field}");
    }
    // The next day it is found as well.
    shop.pass(DAY);
    let complete = shop.complete(&held, 10);
    assert_eq!(shop.code(&complete), "00");
}

#[test]
fn a_hold_runs_out_after_thirty_days() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    let (at, reason) = shop.desk.wake_at(&shop.books).unwrap();
    assert_eq!((at.as_secs(), reason.0), (60 + 30 * DAY, "hold runs out"));
    shop.pass(30 * DAY - 1);
    assert_eq!(shop.standing(1), standing(0, 1000, 0));
    shop.pass(1);
    assert_eq!(shop.standing(1), standing(0, 0, 0));
    assert_eq!(shop.story().last().unwrap(), "released CNY 10.00, 000001-000001");
    let complete = shop.complete(&held, 10);
    assert_eq!((shop.code(&complete), shop.desk.wake_at(&shop.books)), ("25".to_owned(), None));
}

#[test]
fn a_completion_void_gives_the_money_back_into_the_hold() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    let complete = shop.complete(&held, 1100);
    let completed = shop.send(&complete);
    let (void, second) = (shop.completion_void(&completed, 1100), shop.completion_void(&completed, 1100));
    assert_eq!([shop.code(&void), shop.code(&second)], ["00", "25"]);
    assert_eq!((shop.standing(1).net, shop.standing(1).held), (fen(0), fen(1000)));
    assert_eq!(shop.debit_and_credit(), [(1100, 1), (1100, 1)]);
    assert_eq!(shop.story()[2..4], ["voided CNY 11.00, 000001-000001", "held CNY 10.00, 000001-000001"]);
    // It can be completed again, and then the void can no longer be reversed.
    let complete = shop.complete(&held, 300);
    assert_eq!([shop.code(&complete), shop.code(&reversal(&void))], ["00", "25"]);
    assert_eq!((shop.standing(1).net, shop.standing(1).held), (fen(300), fen(0)));
}

#[test]
fn each_reversal_about_a_hold_brings_back_what_was_before() {
    let mut shop = Shop::new();
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    let before = shop.standing(1);

    let complete = shop.complete(&held, 800);
    shop.send(&complete);
    assert_eq!((shop.code(&reversal(&complete)), shop.standing(1).held), ("00".to_owned(), before.held));
    assert_eq!(shop.net(1), 0);

    let void = shop.hold_void(&held, 1000);
    assert_eq!([shop.code(&void), shop.code(&reversal(&void))], ["00", "00"]);
    assert_eq!(shop.standing(1).held, before.held);

    let complete = shop.complete(&held, 1150);
    let completed = shop.send(&complete);
    let void = shop.completion_void(&completed, 1150);
    assert_eq!([shop.code(&void), shop.code(&reversal(&void))], ["00", "00"]);
    assert_eq!((shop.net(1), shop.standing(1).held), (1150, fen(0)));

    // The hold itself is no longer what it was.
    assert_eq!(shop.code(&reversal(&hold)), "25");
    let lonely = shop.hold(50);
    shop.send(&lonely);
    assert_eq!((shop.code(&reversal(&lonely)), shop.standing(6).held), ("00".to_owned(), fen(0)));
    assert_eq!(shop.story().last().unwrap(), "released CNY 0.50, 000001-000006");
}
