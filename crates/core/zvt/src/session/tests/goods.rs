//! What a session makes of a register's answer to a good result: goods issued, put off, in part, or not.

use super::*;

#[test]
fn goods_that_were_not_issued_take_the_payment_back_and_the_receipt_with_it() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.tells(receipt());
    bench.tells(Tell::Done);
    bench.look();
    bench.hears(&[0x84, 0x66, 0x00]);
    assert_eq!(bench.look(), (vec![], vec![Ask::UndoLast { code: ResultCode(0x66) }]));
    bench.tells(working(Intermediate::AUTO_REVERSAL));
    bench.hears(ACK);
    bench.tells(Tell::Failed(ResultCode::ABORTED));
    assert_eq!(bench.sent(), [&[0x04, 0xFF, 0x01, 0x05], ABORT_BY_KEY]);
}

#[test]
fn the_answer_84_00_is_as_good_as_80_00() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.hears(&[0x84, 0x00, 0x00]);
    assert_eq!(bench.asked(), [Ask::Taken]);
}

#[test]
fn a_bad_result_and_a_reversal_need_no_goods() {
    let mut bench = Bench::paying();
    bench.tells(Tell::Result(Box::new(Outcome::of(ResultCode::CARD_EXPIRED))));
    bench.hears(&[0x84, 0x66, 0x00]);
    assert_eq!(bench.asked(), [Ask::Taken]);

    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x06, 0x30, 0x06, 0, 0, 0, 0x87, 0x02, 0x31]);
    assert_eq!(bench.asked(), [Ask::Reverse { receipt_no: ReceiptNo::new(231).unwrap(), amount: None }]);
    bench.tells(Tell::Result(Box::new(Outcome::of(ResultCode::OK))));
    bench.hears(&[0x84, 0x66, 0x00]);
    assert_eq!(bench.asked(), [Ask::Taken]);
}

/// PA00P015 revision 13.08, chapter 2.2.6, "Example of <max. status-infos>".
#[test]
fn a_result_that_is_put_off_is_told_again_after_two_seconds_and_in_the_end_undone() {
    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x06, 0x01, 0x0C, 0x04, 0, 0, 0, 0, 0x12, 0x34, 0x49, 0x09, 0x78, 0x02, 0x03]);
    bench.tells(approved());
    assert_eq!(bench.look().0, [ACK, RESULT]);
    for _ in 0..3 {
        bench.hears(&[0x84, 0x9C, 0x00]);
        assert_eq!(bench.sent(), [[0_u8; 0]; 0]);
        assert_eq!(bench.waits(), Some((2000, "zvt goods")));
        assert_eq!(bench.sent(), [RESULT]);
    }
    bench.hears(&[0x84, 0x9C, 0x00]);
    assert_eq!(bench.asked(), [Ask::UndoLast { code: ResultCode::WAIT }]);
    bench.tells(Tell::Failed(ResultCode::ABORTED));
    assert_eq!(bench.sent(), [[0x04, 0x0F, 0x02, 0x27, 0x6C]]);
    bench.hears(ACK);
    assert_eq!(bench.look().0, [ABORT_BY_KEY]);
}

#[test]
fn goods_that_were_issued_in_part_reduce_the_payment() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.hears(&[0x84, 0x9D, 0x07, 0x04, 0, 0, 0, 0, 0x05, 0x00]);
    assert_eq!(bench.asked(), [Ask::Reduce { issued: Amount::new(500).unwrap() }, Ask::Taken]);
}

#[test]
fn a_register_has_half_a_minute_for_the_goods_or_as_long_as_it_said() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    assert_eq!(bench.waits(), Some((30_000, "zvt goods")));
    assert_eq!(bench.asked(), [Ask::HangUp, Ask::Lost { during: Stage::Result }]);

    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x06, 0x01, 0x09, 0x04, 0, 0, 0, 0, 0x12, 0x34, 0x01, 0xF0]);
    bench.tells(approved());
    assert_eq!(bench.waits(), Some((240_000, "zvt goods")));
}
