//! What known drivers send, and how they read what comes back. Facts: printer sources, sections 0, 3 and 10.

use crate::driver::Bench;
use printer::{DESK_80, Interface, Micrometres, Poke, Printer};

/// As on TCP: without XON and XOFF.
fn network() -> Bench {
    Bench::with(Printer::new(&DESK_80).with_interface(Interface::TRANSPORT))
}

/// python-escpos: a reply must be one byte of the family; the masks are its own.
fn python(bench: &mut Bench) -> (bool, u8) {
    let ask = |bench: &mut Bench, n| {
        let reply = bench.ask(&[0x10, 0x04, n]);
        assert!(reply.len() == 1 && reply[0] & 0x93 == 0x12, "rejected: {reply:02X?}");
        reply[0]
    };
    let online = ask(bench, 1) & 26 != 26;
    let paper = match ask(bench, 4) {
        s if s & 114 == 114 => 0,
        s if s & 30 == 30 => 1,
        s if s & 18 == 18 => 2,
        _ => 0,
    };
    (online, paper)
}

#[test]
fn python_escpos_reads_online_and_paper() {
    let mut bench = network();
    assert_eq!(python(&mut bench), (true, 2));
    bench.poke(Poke::OpenCover);
    assert_eq!(python(&mut bench), (false, 2));
    bench.poke(Poke::CloseCover).poke(Poke::PaperLeft(Micrometres::from_mm(500)));
    assert_eq!(python(&mut bench), (true, 1));
    bench.poke(Poke::PaperLeft(Micrometres(0)));
    assert_eq!(python(&mut bench), (false, 0));
    bench.poke(Poke::LoadPaper).settle();
    assert_eq!(python(&mut bench), (true, 2));
    // Its "reset of user characters" is no command of one byte and a NUL, and harmless.
    assert_eq!(bench.ask(b"\x1B?\x0A\x00\x10\x04\x01"), [0x16]);
}

/// What receiptio makes of a printer before it prints.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Ready,
    CoverOpen,
    PaperEmpty,
    Error,
}

fn receiptio_looks(bench: &mut Bench) -> Found {
    let reply = bench.ask(&[0x10, 0x04, 0x02]);
    assert!(reply.len() == 1 && reply[0] & 0x93 == 0x12, "{reply:02X?}");
    match reply[0] {
        b if b & 0x04 != 0 => Found::CoverOpen,
        b if b & 0x20 != 0 => Found::PaperEmpty,
        b if b & 0x40 != 0 => Found::Error,
        _ => Found::Ready,
    }
}

#[test]
fn receiptio_finds_maker_and_model_and_prints_to_the_end() {
    let mut bench = network();
    assert_eq!(receiptio_looks(&mut bench), Found::Ready);
    assert_eq!(bench.ask(b"\x1DIB"), b"_EPSON\0");
    assert_eq!(bench.ask(b"\x1DIC"), b"_TM-T88V\0");
    // An automatic status comes within two seconds: at once.
    let asb = bench.ask(b"\x1B@\x1Da\xFF");
    assert_eq!(asb, [0x14, 0x00, 0x00, 0x0F]);
    assert!(asb[0] & 0x20 == 0 && asb[1] & 0x2C == 0 && asb[2] & 0x0C != 0x0C);
    // The slip begins by switching it off, and ends with a question whose answer is the sign of success.
    let slip = b"\x1B@\x1Da\x00\x1BM0\x1C(A\x02\x0000\x1B \x00\x1CS\x00\x00\x1B2\x1B{\x00\x1C.Total 1.00\n\x1DVB\x00\x1Dr\x01";
    assert_eq!(bench.ask(slip), [], "not before the paper is cut");
    bench.settle();
    assert!(bench.replies.last().is_some_and(|byte| byte & 0x90 == 0));
    assert!(bench.story().iter().any(|line| line == "cut #1"));
}

#[test]
fn receiptio_sees_why_a_printer_does_not_print_and_flushes_it_with_nuls() {
    let mut bench = network();
    bench.poke(Poke::OpenCover);
    assert_eq!(receiptio_looks(&mut bench), Found::CoverOpen);
    bench.poke(Poke::CloseCover).poke(Poke::PaperLeft(Micrometres(0)));
    assert_eq!(receiptio_looks(&mut bench), Found::PaperEmpty);
    // No automatic status comes while the printer is offline; 8192 NULs every second do no harm.
    assert_eq!(bench.ask(b"\x1B@\x1Da\xFF"), []);
    bench.send(&[0; 8192]).pass_ms(1000).send(&[0; 8192]);
    bench.poke(Poke::LoadPaper).settle();
    assert!(bench.replies.ends_with(&[0x14, 0x00, 0x00, 0x0F]));
    assert!(!bench.story().iter().any(|line| line.starts_with("printing")));
}

#[test]
fn receipt_printer_status_tells_the_language_by_the_first_answer_and_then_polls() {
    let mut bench = network();
    // ESC ACK 1 is Star's question; an Epson printer knows no such command.
    assert_eq!(bench.ask(b"\x1B\x06\x01\x10\x04\x01"), [0x16]);
    assert_eq!(bench.ask(b"\x1Da\x4F"), [0x14, 0x00, 0x00, 0x0F]);
    assert_eq!(bench.ask(b"\x10\x14\x07\x01"), [0x14, 0x00, 0x00, 0x0F]);
    for n in 65..=69 {
        let text = bench.ask(&[0x1D, b'I', n]);
        assert!(text.starts_with(b"_") && text.ends_with(&[0]), "{text:?}");
    }
    bench.poke(Poke::OpenCover);
    assert!(bench.replies.ends_with(&[0x3C, 0x00, 0x00, 0x0F]));
}

#[test]
fn esc_pos_net_loses_its_step_by_one_byte_of_a_queued_answer() {
    // It cuts what comes into fours: an answer to GS r between two automatic ones shifts all that follows.
    let mut bench = network();
    bench.send(b"\x1Da\xFF\x1Dr\x01").settle().poke(Poke::OpenCover).poke(Poke::CloseCover);
    let fours: Vec<&[u8]> = bench.replies.chunks(4).collect();
    assert_eq!(fours[0], [0x14, 0x00, 0x00, 0x0F]);
    assert_eq!(fours[1], [0x00, 0x3C, 0x00, 0x00]);
    assert_ne!(fours[1][0] & 0x93, 0x10);
    // Byte 1 bit 2 clear means an open drawer to it: exactly when the drawer is open.
    let mut drawer = network();
    drawer.send(b"\x1Da\xFF\x1Bp\x00\x19\x19");
    let open: Vec<bool> = drawer.replies.chunks(4).map(|four| four[0] & 0x04 == 0).collect();
    assert_eq!(open, [false, true]);
}

#[test]
fn the_rust_crate_s_four_byte_requests_leave_a_nul_that_means_nothing() {
    let mut bench = network();
    for (n, expected) in [(1, 0x16), (2, 0x12), (3, 0x12), (4, 0x12)] {
        assert_eq!(bench.ask(&[0x10, 0x04, n, 0x00]), [expected]);
    }
    bench.settle();
    assert!(bench.events.is_empty(), "{:?}", bench.story());
}

#[test]
fn a_till_that_says_hello_is_answered_before_it_sends_anything() {
    assert_eq!(network().ask(b"\x1B@\x1B=\x01\x10\x04\x01"), [0x16]);
}

#[test]
fn a_cancelled_job_s_nuls_are_harmless() {
    // rastertozj: 600 NULs, which first complete the image that was cut short.
    let mut bench = network();
    bench.send(b"\x1B@\x1Dv0\x00\x02\x00\x18\x00abc").send(&[0; 600]).send(b"\x1Dr\x01").settle();
    assert_eq!(bench.replies, [0x00]);
    assert!(bench.printer.is_idle());
}
