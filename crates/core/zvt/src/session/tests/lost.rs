//! What a session does when its register is slow, silent or gone.

use super::*;

#[test]
fn a_payment_whose_result_nobody_heard_cannot_be_stopped_by_who_comes_next() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.session.line_lost(bench.now);
    bench.drain();
    bench.look();
    bench.hears(&[0x06, 0xB0, 0x00]);
    assert_eq!(bench.sent(), [[0x84, 0x83, 0x00]]);
}

#[test]
fn a_register_that_does_not_answer_within_t3_is_lost() {
    let mut bench = Bench::paying();
    bench.tells(working(Intermediate::INSERT_CARD));
    assert_eq!(bench.waits(), Some((5000, "zvt t3")));
    assert_eq!(bench.asked(), [Ask::HangUp, Ask::Lost { during: Stage::Working }]);
    assert_eq!(bench.waits(), None);
}

#[test]
fn a_register_that_goes_after_the_result_leaves_a_receipt_to_be_asked_for_again() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.hears(ACK);
    bench.look();
    bench.session.line_lost(bench.now);
    bench.drain();
    assert_eq!(bench.asked(), [Ask::Lost { during: Stage::Receipt }]);
    // The terminal finishes, and nothing goes anywhere.
    bench.tells(receipt());
    bench.tells(Tell::Done);
    assert_eq!(bench.look(), (vec![], vec![]));
    // The register is back, and wants to know.
    bench.session.connected(bench.now);
    bench.hears(&[0x06, 0x20, 0x05, 0, 0, 0, 0x03, 0x01]);
    assert_eq!(bench.look(), (vec![ACK.to_vec()], vec![Ask::RepeatReceipt { result: true, print: true }]));
    bench.tells(approved());
    bench.tells(receipt());
    bench.tells(Tell::Done);
    let mut talk = Vec::new();
    for _ in 0..5 {
        talk.extend(bench.look().0);
        bench.hears(ACK);
    }
    let without_currency = &[0x04, 0x0F, 0x0C, 0x27, 0x00, 0x04, 0, 0, 0, 0, 0x12, 0x34, 0x87, 0x02, 0x31];
    assert_eq!(talk, [without_currency, LINE_A, LINE_B, LINE_END, COMPLETION]);
}

#[test]
fn each_stage_at_which_a_register_can_go_is_told_apart() {
    let lost_after = |answers: usize| {
        let mut bench = Bench::paying();
        for tell in [working(Intermediate::INSERT_CARD), approved(), receipt(), Tell::Done] {
            bench.tells(tell);
        }
        for _ in 0..answers {
            bench.hears(ACK);
        }
        bench.look();
        bench.session.line_lost(bench.now);
        bench.drain();
        assert!(!bench.session.is_master(), "the end was told before");
        bench.asked()
    };
    let stages =
        [Stage::Working, Stage::Result, Stage::Receipt, Stage::Receipt, Stage::Receipt, Stage::Completion];
    for (answers, during) in stages.into_iter().enumerate() {
        assert_eq!(lost_after(answers), [Ask::Lost { during }], "after {answers} answers");
    }
    assert_eq!(lost_after(6), []);
}

#[test]
fn while_a_lost_payment_goes_on_a_register_is_told_to_wait() {
    let mut bench = Bench::paying();
    bench.session.line_lost(bench.now);
    bench.drain();
    assert_eq!(bench.asked(), [Ask::Lost { during: Stage::Working }]);
    bench.hears(PAY);
    assert_eq!(bench.sent(), [[0x84, 0x9C, 0x00]]);
    bench.hears(&[0x05, 0x01, 0x05, 0, 0, 0, 0x03, 0x02]);
    assert_eq!(bench.sent(), [ACK, &[0x06, 0x0F, 0x01, 0x9C]]);
    bench.hears(ACK);
    bench.tells(approved());
    bench.tells(Tell::Done);
    assert_eq!(bench.sent(), [[0_u8; 0]; 0]);
    bench.hears(PAY);
    assert_eq!(bench.look().0, [ACK]);
}

#[test]
fn a_register_that_wants_to_hear_is_told_in_the_middle_of_t4_that_it_goes_on() {
    let mut bench = Bench::paying();
    bench.tells(working(Intermediate::WAITING_FOR_HOST));
    bench.hears(ACK);
    bench.look();
    for _ in 0..3 {
        assert_eq!(bench.waits(), Some((90_000, "zvt t4")));
        assert_eq!(bench.sent(), [[0x04, 0xFF, 0x01, 0x04]]);
        bench.hears(ACK);
    }
}

#[test]
fn a_register_that_does_not_want_to_hear_gives_up_after_t4() {
    let mut bench = Bench::with(REGISTER_QUIET);
    bench.hears(PAY);
    // What it is not told gives it no patience.
    bench.tells(Tell::Working { status: Intermediate::WAITING_FOR_HOST, minutes: Some(12) });
    assert_eq!(bench.look().0, [ACK]);
    assert_eq!(bench.waits(), Some((180_000, "zvt t4")));
    assert_eq!(bench.asked(), [Ask::HangUp, Ask::Lost { during: Stage::Working }]);
}

#[test]
fn a_terminal_can_ask_for_more_patience() {
    let mut bench = Bench::paying();
    bench.tells(Tell::Working { status: Intermediate::POST_BOOKINGS, minutes: Some(12) });
    bench.hears(ACK);
    assert_eq!(bench.sent(), [[0x04, 0xFF, 0x02, 0x06, 0x12]]);
    assert_eq!(bench.waits(), Some((360_000, "zvt t4")));
}

#[test]
fn half_a_message_is_waited_for_and_then_hung_up_on() {
    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&PAY[..4]);
    bench.now += Duration::from_secs(4);
    bench.hears(&PAY[4..6]);
    assert_eq!(bench.waits(), Some((1000, "zvt t3")));
    assert_eq!(bench.asked(), [Ask::HangUp]);
    // What comes next is read from its beginning.
    bench.hears(PAY);
    assert_eq!(bench.look().0, [ACK]);
}

#[test]
fn a_session_that_is_woken_early_does_nothing() {
    let mut bench = Bench::paying();
    bench.tells(working(Intermediate::INSERT_CARD));
    bench.look();
    let before = bench.session.wake_at();
    bench.session.wake(bench.now + Duration::from_secs(4));
    bench.drain();
    assert_eq!((bench.look(), bench.session.wake_at()), ((vec![], vec![]), before));
}
