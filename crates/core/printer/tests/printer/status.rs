//! Claims about status bytes and other answers. Expected bytes: printer sources, sections 3.1 to 3.5 and 13.

use crate::driver::Bench;
use printer::{DESK_80, KIOSK_80, Micrometres, Poke, SLIP_58};

fn all_four(bench: &mut Bench) -> [Option<u8>; 4] {
    [1, 2, 3, 4].map(|n| bench.status(n))
}

fn bytes(status: [u8; 4]) -> [Option<u8>; 4] {
    status.map(Some)
}

/// Sends this and lets things happen; gives all that comes back, handshake apart.
fn told(bench: &mut Bench, command: &[u8]) -> Vec<u8> {
    let before = bench.messages.len();
    bench.send(command).settle();
    let messages = bench.messages.get(before..).unwrap_or_default();
    messages
        .iter()
        .filter(|message| !matches!(message.as_slice(), [0x11 | 0x13]))
        .flatten()
        .copied()
        .collect()
}

#[test]
fn an_open_cover_is_offline_with_its_cause() {
    let mut bench = Bench::new(&DESK_80);
    // 16h | 08h offline; 12h | 04h cover open.
    assert_eq!(all_four(bench.poke(Poke::OpenCover)), bytes([0x1E, 0x16, 0x12, 0x12]));
    assert_eq!(all_four(bench.poke(Poke::CloseCover)), bytes([0x16, 0x12, 0x12, 0x12]));
}

#[test]
fn a_cover_opened_while_printing_is_an_error_that_goes_by_itself() {
    let mut bench = Bench::new(&KIOSK_80);
    bench.send(&b"a line\n".repeat(20)).pass_ms(100).poke(Poke::OpenCover);
    // 1Ah offline; cover open 04h and error 40h; auto-recoverable 40h.
    assert_eq!(all_four(&mut bench), bytes([0x1A, 0x56, 0x52, 0x12]));
    assert_eq!(all_four(bench.poke(Poke::CloseCover)), bytes([0x12, 0x12, 0x12, 0x12]));
}

#[test]
fn the_end_of_the_paper_comes_after_its_near_end() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PaperLeft(Micrometres::from_mm(500)));
    assert_eq!(all_four(&mut bench), bytes([0x16, 0x12, 0x12, 0x1E]));
    bench.poke(Poke::PaperLeft(Micrometres(0)));
    assert_eq!(all_four(&mut bench), bytes([0x1E, 0x32, 0x12, 0x7E]));
}

#[test]
fn near_end_stops_the_printer_only_if_told_so() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PaperLeft(Micrometres::from_mm(500)));
    bench.send(b"\x1Bc4\x02").settle();
    assert_eq!(all_four(&mut bench), bytes([0x1E, 0x32, 0x12, 0x1E]));
    bench.poke(Poke::LoadPaper).settle();
    assert_eq!(all_four(&mut bench), bytes([0x16, 0x12, 0x12, 0x12]));
}

#[test]
fn a_queued_question_is_not_answered_without_paper_and_a_real_time_one_is() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PaperLeft(Micrometres(0)));
    assert_eq!(told(&mut bench, b"\x1Dr\x01"), []);
    assert_eq!(bench.status(4), Some(0x7E));
    bench.poke(Poke::LoadPaper);
    assert_eq!(told(&mut bench, b""), [0x00]);
}

#[test]
fn queued_answers_know_near_end_and_drawer() {
    let mut bench = Bench::new(&DESK_80);
    assert_eq!(told(&mut bench, b"\x1Dr\x01\x1Dr1\x1Bv"), [0, 0, 0]);
    assert_eq!(told(&mut bench, b"\x1Dr\x02\x1Dr2\x1Bu\x00"), [1, 1, 1]);
    bench.poke(Poke::PaperLeft(Micrometres::from_mm(500)));
    assert_eq!(told(&mut bench, b"\x1Dr\x01\x1Bv"), [0x03, 0x03]);
    // Neither has ink.
    assert_eq!(told(&mut bench, b"\x1Dr\x04\x10\x04\x07\x01"), []);
}

#[test]
fn printers_say_who_they_are() {
    let mut desk = Bench::new(&DESK_80);
    assert_eq!(told(&mut desk, b"\x1DI\x01\x1DI1"), [0x20, 0x20]);
    // Multibyte characters 01h and a cutter 02h.
    assert_eq!(told(&mut desk, b"\x1DI\x02\x1DI2"), [0x03, 0x03]);
    assert_eq!(told(&mut desk, b"\x1DIB\x1DIC"), b"_EPSON\0_TM-T88V\0");
    assert_eq!(told(&mut desk, b"\x1DI\x21"), [0x3D, 0x21, 0x43, 0x00]);
    for n in [b'A', b'D', b'E'] {
        let text = told(&mut desk, &[0x1D, b'I', n]);
        assert!(text.starts_with(b"_") && text.ends_with(&[0]) && text.len() > 4, "{text:?}");
    }
    assert_eq!(told(&mut Bench::new(&SLIP_58), b"\x1DI\x02\x1DIE"), [0x00]);
    assert_eq!(told(&mut Bench::new(&KIOSK_80), b"\x1DIB"), b"_CUSTOM\0");
}

#[test]
fn automatic_status_is_off_until_asked_for_and_then_follows_what_was_asked_for() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover);
    assert_eq!(told(&mut bench, b""), []);
    assert_eq!(told(&mut bench, b"\x1Da\x0E"), [0x14, 0x00, 0x00, 0x0F]);
    bench.poke(Poke::OpenCover);
    // 20h cover and 08h offline.
    assert!(bench.messages.contains(&vec![0x3C, 0x00, 0x00, 0x0F]), "{:02X?}", bench.messages);
    bench.poke(Poke::CloseCover).poke(Poke::PaperLeft(Micrometres::from_mm(500)));
    assert!(bench.messages.contains(&vec![0x14, 0x00, 0x03, 0x0F]), "{:02X?}", bench.messages);
    // The drawer was not asked for.
    let before = bench.messages.len();
    bench.poke(Poke::DrawerCable { plugged: false }).poke(Poke::DrawerCable { plugged: true });
    assert_eq!(bench.messages.len(), before);
    assert_eq!(told(&mut bench, b"\x1Da\x00"), []);
    bench.poke(Poke::OpenCover);
    assert!(bench.messages.get(before..).is_some_and(|new| new.iter().all(|message| message.len() == 1)));
}

#[test]
fn a_kiosk_s_automatic_status_has_no_fixed_low_bits() {
    let mut bench = Bench::new(&KIOSK_80);
    assert_eq!(told(&mut bench, b"\x1Da\xFF"), [0x10, 0x00, 0x00, 0x00]);
}

#[test]
fn the_full_status_of_the_custom_family_follows_cover_and_paper() {
    let mut bench = Bench::new(&KIOSK_80);
    assert_eq!(bench.ask(&[0x10, 0x04, 20]), [0x10, 0x0F, 0, 0, 0, 0]);
    bench.poke(Poke::OpenCover).poke(Poke::PaperLeft(Micrometres(0)));
    // Out 01h and near its end 04h; head up 01h and cover 02h.
    assert_eq!(bench.ask(&[0x10, 0x04, 20]), [0x10, 0x0F, 0x05, 0x03, 0, 0]);
    assert_eq!(Bench::new(&DESK_80).ask(&[0x10, 0x04, 20]), []);
    assert_eq!(bench.ask(&[0x10, 0x04, 17]), [0x12]);
}

#[test]
fn the_ejector_byte_is_the_custom_family_s_own() {
    assert_eq!(told(&mut Bench::new(&KIOSK_80), b"\x1De\x06"), [0x04]);
    assert_eq!(told(&mut Bench::new(&DESK_80), b"\x1De\x06"), []);
}

#[test]
fn a_host_can_ask_to_be_told_when_the_printer_goes_offline() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1D(H\x03\x0010\x01").poke(Poke::OpenCover).poke(Poke::CloseCover);
    assert!(bench.messages.contains(&vec![0x37, 0x23, 0x00]));
    bench.send(b"\x1D(H\x03\x0010\x02").poke(Poke::OpenCover);
    let long = bench.messages.iter().find(|message| message.len() == 8).unwrap();
    assert!(long.starts_with(&[0x37, 0x23]) && long.ends_with(&[0]), "{long:02X?}");
    assert!(long[2..7].iter().all(|cause| (0x40..0x80).contains(cause)), "{long:02X?}");
}

#[test]
fn counters_count_and_only_some_can_be_set_back() {
    let mut bench = Bench::new(&DESK_80);
    // 60 dot lines are two lines of 30.
    bench.send(b"\x1BJ\x3C").settle();
    assert_eq!(told(&mut bench, b"\x1Dg2\x00\x14\x00"), b"_2\0");
    assert_eq!(told(&mut bench, b"\x1Dg0\x00\x14\x00\x1Dg2\x00\x14\x00\x1Dg2\x00\x94\x00"), b"_0\0_2\0");
    bench.send(b"\x1Dg0\x00\x94\x00").settle();
    assert_eq!(told(&mut bench, b"\x1Dg2\x00\x94\x00"), b"_2\0");
    bench.pass_ms(2 * 3_600_000);
    assert_eq!(told(&mut bench, b"\x1Dg2\x00\x46\x00"), b"_2\0");
}

#[test]
fn a_power_cut_forgets_what_was_counted_since_the_last_two_minutes() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1BJ\x3C").pass_ms(121_000);
    bench.send(b"\x1BJ\x3C").settle();
    assert_eq!(told(&mut bench, b"\x1Dg2\x00\x94\x00"), b"_4\0");
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    assert_eq!(told(&mut bench, b"\x1Dg2\x00\x94\x00"), b"_2\0");
}

#[test]
fn without_power_nothing_is_saved_and_no_hour_counts() {
    let mut bench = Bench::new(&DESK_80);
    bench
        .send(b"\x1BJ\x3C")
        .pass_ms(10_000)
        .poke(Poke::PowerOff)
        .pass_ms(2 * 3_600_000)
        .poke(Poke::PowerOn)
        .settle();
    assert_eq!(told(&mut bench, b"\x1Dg2\x00\x94\x00\x1Dg2\x00\xC6\x00"), b"_0\0_0\0");
}

#[test]
fn the_user_s_memory_survives_power_and_keeps_the_stream_waiting_while_it_is_written() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1Da\xFF\x1Cg1\x00\x05\x00\x00\x00\x03\x00abc");
    let before = bench.messages.len();
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover).poke(Poke::DrawerCable { plugged: true });
    assert!(
        bench.messages.get(before..).unwrap().iter().all(|message| message.len() == 1),
        "no ASB meanwhile"
    );
    bench.settle().poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    assert_eq!(told(&mut bench, b"\x1Cg2\x00\x04\x00\x00\x00\x05\x00"), b"_ abc \0");
    let record = b"\x1D(C\x08\x00\x001\x00K1xyz\x1D(C\x05\x00\x002\x00K1\x1D(C\x05\x00\x002\x00K2";
    assert_eq!(told(&mut bench, record), b"\x37\x70\x40xyz\0\x37\x70\x40\0");
}

#[test]
fn memory_switches_are_set_between_in_and_out_and_take_effect_at_the_next_start() {
    let mut bench = Bench::new(&DESK_80);
    assert_eq!(told(&mut bench, b"\x1D(E\x02\x00\x04\x01"), b"\x37\x2100000000\0");
    assert_eq!(told(&mut bench, b"\x1D(E\x03\x00\x01IN"), b"\x37\x20\0");
    // Power-on notice, and busy only when the buffer is full.
    bench.send(b"\x1D(E\x0A\x00\x03\x0122222121").settle();
    assert_eq!(told(&mut bench, b"\x1D(E\x02\x00\x04\x01"), b"\x37\x2100000101\0");
    assert_eq!(told(&mut bench, b"\x1D(E\x04\x00\x02OUT"), [0x3B, 0x31, 0x00]);
    let before = bench.replies.len();
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover);
    assert_eq!(bench.replies.len(), before, "no XOFF for an open cover any more");
}

#[test]
fn a_printer_that_is_deselected_takes_only_its_selection_and_real_time_commands() {
    let mut bench = Bench::new(&DESK_80);
    assert_eq!(told(&mut bench, b"\x1B=\x02\x1Dr\x01\x1B@\x1Dr\x01"), []);
    assert_eq!(bench.status(1), Some(0x16));
    assert_eq!(told(&mut bench, b"\x1B=\x01\x1Dr\x01"), [0x00]);
}

#[test]
fn modes_can_be_saved_and_are_those_of_the_start_if_that_is_asked_for() {
    let mut bench = Bench::new(&DESK_80);
    let height = |bench: &mut Bench| {
        bench.send(b"x\n").settle().poke(Poke::LoadPaper).settle();
        bench.pieces().last().map(|piece| piece.picture().height)
    };
    let plain = height(&mut bench);
    // Eight times as high, saved, and those of the start.
    bench.send(b"\x1D!\x77\x1D(M\x02\x00\x01\x01\x1D(M\x02\x00\x03\x01").settle();
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    let high = height(&mut bench);
    assert!(high > plain, "{high:?} {plain:?}");
    bench.send(b"\x1D(M\x02\x00\x02\x00");
    assert_eq!(height(&mut bench), plain);
    bench.send(b"\x1B@");
    assert_eq!(height(&mut bench), high);
}
