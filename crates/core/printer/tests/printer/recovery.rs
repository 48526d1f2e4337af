//! Claims about going offline and coming back, the button and the lamps. Facts: printer sources, sections 2.5, 3.1, 4.

use crate::driver::Bench;
use printer::{DESK_80, KIOSK_80, Lamp, Micrometres, Permille, Poke, Wire};
use sim::SimTime;

fn has(bench: &Bench, words: &str) -> bool {
    bench.story().iter().any(|line| line == words)
}

fn out_of_paper() -> Bench {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PaperLeft(Micrometres(0))).send(b"after the reload\n").settle();
    bench
}

#[test]
fn with_new_paper_the_printer_waits_before_it_goes_online() {
    let mut bench = out_of_paper();
    // The sensor believes in new paper after 1.5 s.
    bench.poke(Poke::LoadPaper).pass_ms(1499);
    assert_eq!(bench.status(1), Some(0x1E));
    bench.pass_ms(1);
    // 16h | 08h offline | 20h waiting for online recovery.
    assert_eq!(bench.status(1), Some(0x3E));
    assert_eq!(bench.printer.lamps().paper, Lamp::Blinking);
    bench.pass_ms(499);
    assert!(!has(&bench, "printing #1"));
    bench.pass_ms(1);
    assert_eq!(bench.status(1), Some(0x16));
    assert!(has(&bench, "online") && has(&bench, "printing #1"));
}

#[test]
fn the_wait_can_be_set_and_feed_or_dle_enq_0_ends_it() {
    for end in [true, false] {
        let mut bench = Bench::new(&DESK_80);
        // 10 units of 500 ms.
        bench.send(b"\x1Dz0\x00\x0A").settle().poke(Poke::PaperLeft(Micrometres(0)));
        bench.poke(Poke::LoadPaper).pass_ms(4999);
        assert_eq!(bench.status(1), Some(0x3E));
        if end {
            bench.poke(Poke::PressFeed);
            assert_eq!(bench.status(2), Some(0x12), "no paper is fed");
            bench.poke(Poke::ReleaseFeed);
        } else {
            bench.send(b"\x10\x05\x00");
        }
        assert_eq!(bench.status(1), Some(0x16));
    }
}

#[test]
fn dle_enq_0_is_nothing_while_nobody_is_waited_for() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x10\x05\x00").settle();
    assert_eq!((bench.replies.len(), bench.events.len()), (0, 0));
}

#[test]
fn feed_feeds_while_it_is_held_and_the_printer_is_offline_meanwhile() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PressFeed).pass_ms(200);
    // 16h | 08h offline | 40h pressed; 12h | 08h feeding.
    assert_eq!([1, 2].map(|n| bench.status(n)), [Some(0x5E), Some(0x1A)]);
    bench.send(b"\x10\x14\x07\x01");
    // 14h | 08h offline | 40h feeding; 02h pressed.
    assert!(bench.replies.ends_with(&[0x5C, 0x02, 0x00, 0x0F]));
    bench.poke(Poke::ReleaseFeed).settle();
    assert_eq!([1, 2].map(|n| bench.status(n)), [Some(0x16), Some(0x12)]);
    bench.send(b"\x1Dg2\x00\x14\x00");
    let (_, digits) = bench.replies.split_at(bench.replies.iter().rposition(|byte| *byte == 0x5F).unwrap());
    // 150 mm/s for 0.2 s are 30 mm, and a line of 30 dots is 3.75 mm; it has to start and finish a line.
    let lines: u32 =
        digits.iter().filter(|b| b.is_ascii_digit()).fold(0, |n, b| 10 * n + u32::from(b - b'0'));
    assert!((4..=9).contains(&lines), "{lines} lines");
}

#[test]
fn a_disabled_button_feeds_nothing() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1Bc5\x01").settle().poke(Poke::PressFeed).settle();
    assert_eq!([1, 2].map(|n| bench.status(n)), [Some(0x56), Some(0x12)]);
}

#[test]
fn errors_that_nobody_has_to_clear_are_not_cleared_by_command() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(&b"line\n".repeat(20)).pass_ms(100).poke(Poke::OpenCover).send(b"\x10\x05\x02\x10\x05\x01");
    assert_eq!(bench.status(3), Some(0x52));
    bench.poke(Poke::CloseCover).settle().poke(Poke::LoadPaper);
    let pieces = bench.pieces();
    assert_eq!(pieces.iter().map(|piece| piece.lines().count()).sum::<usize>(), 20, "nothing was cleared");
}

#[test]
fn power_off_by_command_has_to_be_enabled_and_lasts_until_the_plug_is_pulled() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x10\x14\x02\x01\x08");
    assert_eq!((bench.status(1), bench.replies.len()), (Some(0x16), 1));
    bench.send(b"\x1BJ\x3C").settle();
    bench.send(b"\x1D(D\x03\x00\x14\x02\x01").send(b"\x10\x14\x02\x01\x08");
    // The notice, and busy.
    assert!(bench.replies.ends_with(&[0x3B, 0x30, 0x00, 0x13]), "{:02X?}", bench.replies);
    assert_eq!(bench.poke(Poke::PressFeed).poke(Poke::ReleaseFeed).settle().status(1), None);
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle().send(b"\x1Dg2\x00\x14\x00");
    assert!(bench.replies.ends_with(b"_2\0"), "counters were saved first");
}

#[test]
fn lamps_follow_paper_and_online() {
    let mut bench = Bench::new(&DESK_80);
    let lamps = |bench: &Bench| (bench.printer.lamps().paper, bench.printer.lamps().error);
    assert_eq!(lamps(&bench), (Lamp::Off, Lamp::Off));
    bench.poke(Poke::PaperLeft(Micrometres::from_mm(500)));
    assert_eq!(lamps(&bench), (Lamp::On, Lamp::Off));
    bench.poke(Poke::OpenCover);
    assert_eq!(lamps(&bench), (Lamp::On, Lamp::On));
    assert!(has(&bench, "lamps: PAPER on, ERROR on"));
    bench.poke(Poke::PowerOff);
    assert!(!bench.printer.lamps().power);
}

#[test]
fn feed_held_while_the_printer_starts_asks_for_a_self_test_and_feeds_nothing() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PowerOff).poke(Poke::PressFeed).poke(Poke::PowerOn).pass_ms(1600);
    assert!(has(&bench, "offline: self-test") && has(&bench, "printing #1"), "{:?}", bench.story());
    bench.send(b"\x1Dr\x01").pass_ms(10);
    assert_eq!(bench.replies, [], "busy, and no answer yet");
    bench.settle();
    assert_eq!(bench.replies, [0x00, 0x11]);
    assert_eq!([1, 2].map(|n| bench.status(n)), [Some(0x56), Some(0x12)]);
    bench.poke(Poke::ReleaseFeed);
    assert_eq!(bench.status(1), Some(0x16));
}

/// `DLE EOT` 1 to 3.
fn errors(bench: &mut Bench) -> [Option<u8>; 3] {
    [1, 2, 3].map(|n| bench.status(n))
}

/// Three receipts of which the first meets a stuck blade.
fn stuck_blade() -> Bench {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::BlockBlade { at: Permille::new(400) });
    for text in ["one", "two", "three"] {
        bench.send(format!("{text}\n\x1DVA\0").as_bytes());
    }
    bench.settle();
    // 16h | 08h offline; 12h | 40h error; 12h | 08h cutter.
    assert_eq!(errors(&mut bench), [Some(0x1E), Some(0x52), Some(0x1A)]);
    bench
}

fn texts(bench: &mut Bench) -> Vec<String> {
    bench.settle().poke(Poke::TakeReceipt).poke(Poke::LoadPaper);
    let pieces = bench.pieces();
    pieces.iter().flat_map(|piece| piece.lines()).map(|line| line.text.to_owned()).collect()
}

#[test]
fn a_stuck_blade_stops_the_printer_until_it_is_freed_and_told_to_go_on() {
    let mut bench = stuck_blade();
    // Not freed: the error comes again.
    bench.send(&[0x10, 0x05, 1]).settle();
    assert_eq!(errors(&mut bench), [Some(0x1E), Some(0x52), Some(0x1A)]);
    bench.poke(Poke::FreeBlade);
    assert_eq!(errors(&mut bench), [Some(0x1E), Some(0x52), Some(0x1A)]);
    bench.poke(Poke::OpenCover).poke(Poke::CloseCover).settle();
    assert_eq!(errors(&mut bench), [Some(0x1E), Some(0x52), Some(0x1A)], "the cover is not how");
    bench.send(&[0x10, 0x05, 1]).settle();
    assert_eq!(errors(&mut bench), [Some(0x16), Some(0x12), Some(0x12)]);
    assert_eq!(texts(&mut bench), ["one", "two", "three"]);
}

#[test]
fn dle_enq_2_forgets_what_was_waiting_and_keeps_the_modes() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::BlockBlade { at: Permille::new(400) });
    bench.send(b"\x1D!\x33one\n\x1DVA\0two\n").settle().poke(Poke::FreeBlade);
    bench.send(&[0x10, 0x05, 2]).settle().send(b"three\n");
    assert_eq!(texts(&mut bench), ["one", "three"]);
    let pieces = bench.pieces();
    let heights: Vec<u32> = pieces.iter().map(|piece| piece.picture().height).collect();
    let mut plain = Bench::new(&DESK_80);
    plain.send(b"one\nthree\n");
    texts(&mut plain);
    let plain = plain.pieces().iter().map(|piece| piece.picture().height).sum::<u32>();
    // Four times as high: 96 dots a line instead of 30.
    assert!(heights.iter().sum::<u32>() > plain + 100, "{heights:?} {plain}");
}

#[test]
fn dle_dc4_8_recovers_too_and_says_so() {
    let mut bench = stuck_blade();
    bench.poke(Poke::FreeBlade).replies.clear();
    bench.write(|host| {
        host.realtime_clear();
    });
    assert!(bench.replies.starts_with(&[0x37, 0x25, 0x00]));
    assert_eq!(errors(&mut bench), [Some(0x16), Some(0x12), Some(0x12)]);
    assert_eq!(texts(&mut bench), ["one"]);
}

#[test]
fn a_jam_in_a_kiosk_s_presenter_is_cleared_by_opening_it() {
    let mut bench = Bench::new(&KIOSK_80);
    bench.poke(Poke::BlockPresenter).send(b"one\n\x1DVA\0\x1De\x03\x05").settle();
    // 12h | 08h offline; 40h error; 04h mechanical.
    assert_eq!(errors(&mut bench), [Some(0x1A), Some(0x52), Some(0x16)]);
    bench.poke(Poke::FreePresenter).poke(Poke::OpenCover).poke(Poke::CloseCover).settle();
    assert_eq!(errors(&mut bench), [Some(0x12), Some(0x12), Some(0x12)]);
}

#[test]
fn a_broken_thermistor_is_for_good_until_power_off() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::Thermistor(Wire::Open)).send(b"one\n").settle();
    assert_eq!(errors(&mut bench), [Some(0x1E), Some(0x52), Some(0x32)]);
    bench.poke(Poke::Thermistor(Wire::Sound)).send(&[0x10, 0x05, 1, 0x10, 0x05, 2]).settle();
    assert_eq!(errors(&mut bench), [Some(0x1E), Some(0x52), Some(0x32)]);
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    assert_eq!(errors(&mut bench), [Some(0x16), Some(0x12), Some(0x12)]);
}

#[test]
fn a_supply_out_of_range_goes_away_by_itself_and_one_that_breaks_down_starts_the_printer_anew() {
    let mut bench = Bench::new(&KIOSK_80);
    bench.poke(Poke::Supply { voltage_mv: 20_000 });
    assert_eq!(errors(&mut bench), [Some(0x1A), Some(0x52), Some(0x52)]);
    bench.poke(Poke::Supply { voltage_mv: 24_000 }).settle();
    assert_eq!(errors(&mut bench), [Some(0x12), Some(0x12), Some(0x12)]);
    bench.send(b"never printed").poke(Poke::Supply { voltage_mv: 2_000 });
    assert!(has(&bench, "power lost"));
    assert_eq!(bench.settle().status(1), None);
    bench.poke(Poke::Supply { voltage_mv: 24_000 }).settle();
    assert!(has(&bench, "ready"));
    bench.send(b"two\n");
    assert_eq!(texts(&mut bench), ["two"]);
}

#[test]
fn a_printer_left_alone_for_a_hundred_days_is_as_it_was_and_knows_the_hours() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"before\n").settle().pass_ms(100 * 86_400_000);
    bench.send(b"after\n\x1Dg2\x00\xC6\x00").settle();
    // 2400 hours, all with power.
    assert!(bench.replies.ends_with(b"_2400\0"), "{:?}", bench.replies);
    assert_eq!(texts(&mut bench), ["before", "after"]);
}

#[test]
fn at_the_end_of_time_nothing_overflows() {
    let mut bench = Bench::new(&KIOSK_80);
    bench.now = SimTime::from_nanos(u64::MAX - 900_000_000);
    bench.send(b"line\n\x1DVA\0\x1De\x03\x05\x1Bp\x00\xFF\xFF").settle();
    for poke in [Poke::PressFeed, Poke::ReleaseFeed, Poke::PaperLeft(Micrometres(0)), Poke::LoadPaper] {
        bench.poke(poke).settle();
    }
    bench.now = SimTime::NEVER;
    bench.send(b"line\n\x1DVA\0\x1De\x03\x05").poke(Poke::PowerOff).poke(Poke::PowerOn);
    assert_eq!(bench.now, SimTime::NEVER);
}
