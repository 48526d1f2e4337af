//! What a session does on a serial line, where frames get lost.

use super::*;

const LINK_ACK: &[u8] = &[0x06];

fn paying() -> Bench {
    let mut bench = Bench::new(Settings { transport: Transport::Serial, ..settings() });
    bench.hears(&frame(REGISTER_LINES));
    for bytes in [LINK_ACK, LINK_ACK, &frame(ACK)] {
        bench.hears(bytes);
    }
    assert!(!bench.session.is_master());
    bench.look();
    bench.hears(&frame(PAY));
    assert_eq!(bench.look().0, [LINK_ACK.to_vec(), frame(ACK)]);
    bench.hears(LINK_ACK);
    bench
}

#[test]
fn a_payment_goes_in_frames() {
    let mut bench = paying();
    bench.tells(approved());
    bench.tells(Tell::Done);
    assert_eq!(bench.sent(), [frame(RESULT)]);
    bench.hears(LINK_ACK);
    assert_eq!(bench.sent(), [[0_u8; 0]; 0]);
    bench.hears(&frame(ACK));
    assert_eq!(bench.look(), (vec![LINK_ACK.to_vec(), frame(COMPLETION)], vec![Ask::Taken]));
    bench.hears(LINK_ACK);
    bench.hears(&frame(ACK));
    assert_eq!(bench.look(), (vec![LINK_ACK.to_vec()], vec![Ask::Ended]));
}

#[test]
fn the_time_for_an_answer_begins_when_the_frame_is_acknowledged() {
    let mut bench = paying();
    bench.tells(working(Intermediate::INSERT_CARD));
    bench.now += Duration::from_secs(3);
    bench.hears(LINK_ACK);
    assert_eq!(bench.waits(), Some((5000, "zvt t3")));
    assert_eq!(bench.asked(), [Ask::Lost { during: Stage::Working }]);
}

#[test]
fn a_result_that_nobody_acknowledges_is_sent_three_times_and_then_lost() {
    let mut bench = paying();
    bench.tells(approved());
    for _ in 0..3 {
        assert_eq!(bench.waits(), Some((5000, "zvt t2")));
    }
    assert_eq!(bench.look(), (vec![frame(RESULT); 3], vec![Ask::Lost { during: Stage::Result }]));
    assert_eq!(bench.waits(), None);
}

#[test]
fn a_payment_whose_acknowledgement_got_lost_is_asked_for_once() {
    let mut bench = Bench::new(Settings { transport: Transport::Serial, ..settings() });
    bench.hears(&frame(PAY));
    bench.hears(&frame(PAY));
    let (sent, asked) = bench.look();
    assert_eq!(sent, [LINK_ACK.to_vec(), frame(ACK), LINK_ACK.to_vec()]);
    assert_eq!(asked, [Ask::Pay { amount: Amount::new(1234).unwrap(), payment_type: None }]);
}

#[test]
fn an_answer_says_that_the_frame_arrived_even_if_its_acknowledgement_did_not() {
    let mut bench = paying();
    bench.tells(approved());
    bench.look();
    bench.hears(&frame(ACK));
    assert_eq!(bench.look(), (vec![LINK_ACK.to_vec()], vec![Ask::Taken]));
    assert_eq!(bench.waits().map(|(_, why)| why), Some("zvt t4"));
}
