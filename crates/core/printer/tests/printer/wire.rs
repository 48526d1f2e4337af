//! Claims about the line: buffer, handshake, busy rules, garbled bytes. Facts: printer sources, sections 0 and 4.1.

use crate::driver::Bench;
use crate::faults::pokes;
use printer::{
    DESK_80, Event, GARBLED, Garbled, Handshake, Interface, LINES, Micrometres, Poke, Printer, ReceiveBuffer,
};
use proptest::prelude::{ProptestConfig, prop, proptest};
use sim::{Input, Port};

const XON: u8 = 0x11;
const XOFF: u8 = 0x13;

fn bench(interface: Interface) -> Bench {
    Bench::with(Printer::new(&DESK_80).with_interface(interface))
}

fn lost(bench: &Bench) -> u32 {
    let count = |event: &Event| if let Event::BytesLost { count } = event { *count } else { 0 };
    bench.events.iter().map(|(_, event)| count(event)).sum()
}

/// Offline, so that nothing leaves the buffer but the 64 bytes at most that the interpreter has asked for already.
fn stopped(interface: Interface) -> Bench {
    let mut bench = bench(interface);
    bench.poke(Poke::OpenCover);
    bench.replies.clear();
    bench.lines.clear();
    bench
}

fn only_when_full() -> Interface {
    Interface { busy_when_offline: false, ..Interface::XON_XOFF }
}

#[test]
fn the_large_buffer_is_full_at_128_free_bytes_and_loses_what_comes_beyond_its_end() {
    let mut bench = stopped(only_when_full());
    bench.send(&[b'x'; 4096 - 129]);
    assert_eq!(bench.replies, []);
    bench.send(b"x");
    assert_eq!(bench.replies, [XOFF]);
    bench.send(&[b'x'; 128]);
    assert_eq!(lost(&bench), 0);
    bench.send(&[b'x'; 10]);
    assert_eq!((lost(&bench), bench.replies.clone()), (10, vec![XOFF]));
}

#[test]
fn the_small_buffer_is_full_at_16_free_bytes() {
    let mut bench = stopped(Interface { buffer: ReceiveBuffer::SMALL, ..only_when_full() });
    bench.send(&[b'x'; 45 - 17]);
    assert_eq!(bench.replies, []);
    bench.send(&[b'x'; 17]);
    assert_eq!((lost(&bench), bench.replies.clone()), (0, vec![XOFF]));
    bench.send(b"xy");
    assert_eq!(lost(&bench), 2);
}

#[test]
fn busy_when_offline_says_so_once_and_only_once_however_full_the_buffer_is() {
    let mut bench = bench(Interface::XON_XOFF);
    bench.poke(Poke::OpenCover).send(&[b'\n'; 4090]);
    assert_eq!(bench.replies, [XOFF]);
    bench.poke(Poke::CloseCover);
    // Online, but the buffer is full: no XON yet.
    assert_eq!(bench.replies, [XOFF]);
    bench.settle();
    assert_eq!(bench.replies, [XOFF, XON]);
}

#[test]
fn busy_only_when_full_does_not_speak_of_the_cover() {
    let mut bench = bench(only_when_full());
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover).poke(Poke::PaperLeft(Micrometres(0)));
    assert_eq!(bench.replies, []);
}

#[test]
fn xon_is_sent_when_the_printer_is_up_unless_it_is_offline() {
    let mut bench = bench(Interface::XON_XOFF);
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    assert_eq!((bench.replies.clone(), bench.lines.clone()), (vec![XON], vec![0, 1]));
    bench.poke(Poke::PowerOff).poke(Poke::OpenCover).poke(Poke::PowerOn).settle();
    assert_eq!(bench.replies, [XON]);
    bench.poke(Poke::CloseCover).settle();
    assert_eq!(bench.replies, [XON, XON]);
    let mut other = self::bench(only_when_full());
    other.poke(Poke::PowerOff).poke(Poke::OpenCover).poke(Poke::PowerOn).settle();
    assert_eq!(other.replies, [XON]);
}

#[test]
fn dtr_shows_what_xon_and_xoff_would_say() {
    let mut bench = bench(Interface::DTR_DSR);
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover).poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    assert_eq!(bench.lines, [0, 1, 0, 1]);
    assert_eq!(bench.replies, []);
}

#[test]
fn with_xon_and_xoff_dtr_says_only_that_the_printer_lives() {
    let mut bench = bench(Interface::XON_XOFF);
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover);
    assert_eq!(bench.lines, []);
}

#[test]
fn a_transport_is_told_by_the_lines_and_sees_no_xon() {
    let mut bench = bench(Interface::TRANSPORT);
    bench.poke(Poke::OpenCover);
    assert!(!bench.printer.is_ready());
    bench.poke(Poke::CloseCover);
    assert!(bench.printer.is_ready());
    assert_eq!((bench.replies.clone(), bench.lines.clone()), (vec![], vec![0, 1]));
}

#[test]
fn answers_in_the_stream_wait_for_dsr_and_others_do_not() {
    let mut bench = bench(Interface::DTR_DSR);
    bench.give(Input::Received { port: LINES, bytes: &[0] });
    bench.send(b"\x1Da\x01\x1Dr\x01\x1DIB").settle();
    // The automatic status came; the answers did not.
    assert_eq!(bench.replies, [0x14, 0x00, 0x00, 0x0F]);
    assert_eq!(bench.status(1), Some(0x16));
    bench.replies.clear();
    bench.give(Input::Received { port: LINES, bytes: &[1] });
    assert_eq!(bench.replies, b"\0_EPSON\0");
}

#[test]
fn what_is_held_up_is_sent_by_rank() {
    let mut bench = bench(Interface::DTR_DSR);
    bench.send(b"\x1D(H\x03\x0010\x01");
    bench.give(Input::Received { port: LINES, bytes: &[0] });
    bench.write(|host| {
        host.realtime_clear();
    });
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover).send(b"\x1D(H\x06\x0000abcd").settle();
    assert_eq!(bench.replies, []);
    bench.give(Input::Received { port: LINES, bytes: &[1] });
    assert_eq!(bench.replies, b"\x37\x22abcd\x00\x37\x23\x00\x37\x25\x00");
}

#[test]
fn garbled_bytes_are_dropped_or_become_question_marks() {
    for (garbled, printed) in [(Garbled::Ignored, "ab"), (Garbled::QuestionMark, "a?b")] {
        let mut bench = bench(Interface { garbled, ..Interface::XON_XOFF });
        bench.send(b"a");
        bench.give(Input::Received { port: GARBLED, bytes: b"\xE1" });
        bench.send(b"b\n\x1DVA\x00").settle().poke(Poke::TakeReceipt);
        let pieces = bench.pieces();
        let lines: Vec<&str> = pieces.iter().flat_map(|piece| piece.lines()).map(|line| line.text).collect();
        assert_eq!(lines, [printed]);
    }
}

#[test]
fn real_time_commands_act_inside_image_data_and_stay_there() {
    let mut bench = Bench::new(&DESK_80);
    // An image of one row of three bytes, which are DLE EOT 1.
    bench.send(b"\x1Dv0\x00\x03\x00\x01\x00\x10\x04\x01\x1Dr\x01").settle();
    assert_eq!(bench.replies, [0x16, 0x00]);
}

#[test]
fn the_reset_line_starts_the_printer_anew() {
    let mut bench = bench(Interface::DTR_DSR);
    bench.send(b"unfinished");
    bench.give(Input::Received { port: LINES, bytes: &[3] });
    bench.send(b"lost").settle();
    assert_eq!((bench.lines.clone(), lost(&bench)), (vec![0, 1], 4));
    assert!(bench.story().iter().any(|line| line == "restarting"));
}

#[test]
fn a_printer_is_idle_when_all_that_it_received_is_done() {
    let mut bench = bench(Interface { handshake: Handshake::Transport, ..Interface::XON_XOFF });
    assert!(bench.printer.is_idle());
    bench.send(b"text\n\x1DV\x00\x1B");
    assert!(!bench.printer.is_idle());
    bench.settle();
    assert!(bench.printer.is_idle(), "half a command is no work");
    assert_eq!(bench.printer.stream_bytes(), 8);
    bench.poke(Poke::OpenCover).send(b"*\x00\x00\x00text\n");
    assert!(!bench.printer.is_idle());
}

#[test]
fn ports_that_it_does_not_have_and_refusals_are_nothing() {
    let mut bench = bench(Interface::XON_XOFF);
    bench.give(Input::Received { port: Port(3), bytes: b"\x10\x04\x01" });
    bench.give(Input::Received { port: Port(255), bytes: b"text\n" });
    bench.give(Input::Refused { port: Port(0) }).give(Input::Refused { port: Port(9) });
    assert!(bench.replies.is_empty() && bench.events.is_empty() && bench.wake_at().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn xoff_is_never_said_twice_and_xon_never_while_the_printer_is_busy(
        acts in prop::collection::vec((prop::option::of(pokes()), 0_u64..2000, 0_usize..1500), 1..30),
    ) {
        let mut bench = bench(Interface::XON_XOFF);
        let mut stopped = false;
        for (poke, ms, bytes) in acts {
            let before = bench.messages.len();
            if let Some(poke) = poke {
                bench.poke(poke);
            }
            bench.send(&b"text\n".repeat(bytes)).pass_ms(ms);
            for message in bench.messages.get(before..).unwrap_or_default() {
                match message.as_slice() {
                    [XOFF] => {
                        assert!(!stopped, "XOFF twice");
                        stopped = true;
                    }
                    [XON] => stopped = false,
                    _ => {}
                }
            }
            assert!(!(stopped && bench.printer.is_ready()), "ready, and the host was not told");
        }
    }
}
