//! The claim that hosts rely on: whatever comes, every message of the printer is a whole one of a known family.
//!
//! Facts: printer sources, section 0 row 3, sections 3.1 to 3.5, and section 8 for the two messages of the Custom
//! family that have no fixed bits.

use crate::driver::Bench;
use escpos::{Reply, ReplyParser};
use printer::fuzz::{POKES, family};
use printer::{DESK_80, GARBLED, Interface, KIOSK_80, LINES, Poke, Printer, SLIP_58};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;
use sim::Input;

#[derive(Clone, Debug)]
enum Act {
    Poke(Poke),
    Bytes(Vec<u8>),
    Garbled(Vec<u8>),
    Lines(u8),
    Pass(u64),
}

const COMMANDS: [&[u8]; 52] = [
    b"text\n",
    b"text that has no end of line",
    b"\x1DVA\x00",
    b"\x1DV\x00",
    b"\x1De\x03\x05",
    b"\x1De\x02",
    b"\x1De\x05",
    b"\x1De\x06",
    b"\x1D\xE0\x01",
    b"\x1C\xC0\x18\x10\x14\x1A",
    b"\x1B@",
    b"\x1B=\x02",
    b"\x1B=\x01",
    b"\x1BJ\xFF",
    b"\x1D(H\x06\x0000abcd",
    b"\x1D(H\x06\x0000a\x00cd",
    b"\x1D(H\x03\x0010\x01",
    b"\x1D(H\x03\x0010\x02",
    b"\x1Dv0\x03\x02\x00\x03\x00abcdef",
    b"\x1Dr\x01",
    b"\x1Dr\x02",
    b"\x1Dr\x04",
    b"\x1Bv\x1Bu\x00",
    b"\x1DI\x01\x1DI\x02\x1DI\x03",
    b"\x1DI\x21\x1DI\x23\x1DI\x60",
    b"\x1DIA\x1DIB\x1DIC\x1DID\x1DIE\x1DIp",
    b"\x1Da\xFF",
    b"\x1Da\x00",
    b"\x1Dg2\x00\x14\x00\x1Dg2\x00\xC6\x00\x1Dg2\x00\x33\x00",
    b"\x1Dg0\x00\x14\x00",
    b"\x1Cg1\x00\x00\x00\x00\x00\x03\x00a\x00c",
    b"\x1Cg1\x00\x00\x00\x00\x00\x03\x00abc",
    b"\x1Cg2\x00\x00\x00\x00\x00\x20\x00",
    b"\x1D(C\x08\x00\x001\x00K1xyz",
    b"\x1D(C\x05\x00\x002\x00K1\x1D(C\x05\x00\x002\x00K2",
    b"\x1D(C\x03\x00\x003\x00\x1D(C\x03\x00\x004\x00\x1D(C\x03\x00\x005\x00",
    b"\x1D(E\x03\x00\x01IN",
    b"\x1D(E\x0A\x00\x03\x0122221121",
    b"\x1D(E\x03\x00\x0B\x0119",
    b"\x1D(E\x02\x00\x04\x01\x1D(E\x02\x00\x06\x03\x1D(E\x02\x00\x0C\x01",
    b"\x1D(E\x04\x00\x02OUT",
    b"\x1Bp\x00\x19\x19",
    b"\x1Bc4\x03",
    b"\x1Dz0\x00\x03",
    b"\x1D(D\x05\x00\x14\x01\x01\x02\x01",
    b"\x1D^\x01\x00\x01",
    b"\x10\x05\x00\x10\x05\x01\x10\x05\x02",
    b"\x10\x14\x01\x00\x01",
    b"\x10\x14\x02\x01\x08",
    b"\x10\x14\x07\x01\x10\x14\x07\x04",
    b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04\x10\x04\x07\x01\x10\x04\x12\x01\x10\x04\x11\x10\x04\x14",
];

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => prop::sample::select(POKES.to_vec()).prop_map(Act::Poke),
        6 => prop::sample::select(COMMANDS.to_vec()).prop_map(|bytes| Act::Bytes(bytes.to_vec())),
        1 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Act::Bytes),
        1 => prop::collection::vec(any::<u8>(), 0..4).prop_map(Act::Garbled),
        1 => prop::sample::select(vec![0, 1, 1, 3]).prop_map(Act::Lines),
        3 => (0_u64..3000).prop_map(Act::Pass),
    ]
}

fn act(bench: &mut Bench, act: Act) {
    match act {
        Act::Poke(poke) => bench.poke(poke),
        Act::Bytes(bytes) => bench.send(&bytes),
        Act::Garbled(bytes) => bench.give(Input::Received { port: GARBLED, bytes: &bytes }),
        Act::Lines(levels) => bench.give(Input::Received { port: LINES, bytes: &[levels] }),
        Act::Pass(ms) => bench.pass_ms(ms),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_message_is_a_whole_one_of_a_known_family(
        model in 0_usize..3,
        interface in prop::sample::select(vec![Interface::XON_XOFF, Interface::DTR_DSR, Interface::TRANSPORT]),
        acts in prop::collection::vec(acts(), 1..60),
    ) {
        let profile = [&DESK_80, &KIOSK_80, &SLIP_58][model];
        let custom = model == 1;
        let mut bench = Bench::with(Printer::new(profile).with_interface(interface));
        for one in acts {
            act(&mut bench, one);
        }
        for message in &bench.messages {
            let family = family(message, custom);
            if family.is_none() {
                return Err(TestCaseError::fail(format!("{message:02X?} is of no family")));
            }
            if !matches!(family, Some("GS e 6" | "FULL")) {
                let mut parser = ReplyParser::new();
                let replies: Vec<Reply> = message.iter().filter_map(|byte| parser.feed(*byte)).collect();
                assert!(replies.len() == 1 && !matches!(replies[0], Reply::Stray(_)), "{message:02X?}: {replies:?}");
            }
        }
        if !custom {
            let mut parser = ReplyParser::new();
            let replies = bench.replies.iter().filter_map(|byte| parser.feed(*byte));
            assert_eq!(replies.count(), bench.messages.len());
        }
        if interface == Interface::TRANSPORT || interface == Interface::DTR_DSR {
            assert!(!bench.messages.contains(&vec![0x11]) && !bench.messages.contains(&vec![0x13]));
        }
    }

    #[test]
    fn being_woken_often_changes_nothing_that_is_said(
        acts in prop::collection::vec(acts(), 1..12),
    ) {
        let (mut seldom, mut often) = (Bench::new(&DESK_80), Bench::new(&DESK_80));
        for one in acts {
            act(&mut seldom, one.clone());
            if let Act::Pass(ms) = one {
                for _ in 0..ms {
                    often.pass_ms(1);
                }
            } else {
                act(&mut often, one);
            }
        }
        assert_eq!(seldom.messages, often.messages);
    }
}
