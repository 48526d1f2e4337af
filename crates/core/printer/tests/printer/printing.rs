//! Claims about what comes out of a printer, sound and broken.

use crate::driver::{Bench, QR_TEXT, receipt, receipt_text};
use escpos::{CutMode, RasterScale};
use printer::{DESK_80, Event, GearName, KIOSK_80, Micrometres, Permille, Picture, Piece, Poke, Profile};
use sim::SimTime;
use std::sync::Arc;

fn printed(profile: &'static Profile, faults: &[Poke], bytes: &[u8]) -> Bench {
    let mut bench = Bench::new(profile);
    for fault in faults {
        bench.poke(*fault);
    }
    bench.send(bytes).settle();
    bench
}

/// The pieces in the order in which somebody gets hold of them: taken, then torn out.
fn collected(mut bench: Bench) -> Vec<Arc<Piece>> {
    bench.poke(Poke::TakeReceipt).poke(Poke::LoadPaper).settle().poke(Poke::TakeReceipt);
    bench.pieces()
}

fn text(piece: &Piece) -> Vec<String> {
    piece.lines().map(|line| line.text.to_owned()).collect()
}

fn missing(gear: GearName) -> Poke {
    Poke::WearGear { gear, tooth: 2, wear: Permille::WHOLE }
}

/// Ink is darker than the drawing of a torn edge.
const TORN_EDGE: u8 = 100;

/// Rows of a picture that have ink.
fn inked_rows(picture: &Picture) -> Vec<usize> {
    let rows = picture.dots.chunks(picture.width as usize).enumerate();
    rows.filter(|(_, row)| row.iter().any(|dot| *dot > TORN_EDGE)).map(|(y, _)| y).collect()
}

fn darkest(picture: &Picture) -> u8 {
    picture.dots.iter().copied().max().unwrap_or_default()
}

#[test]
fn a_sound_printer_gives_the_whole_receipt() {
    let pieces = collected(printed(&DESK_80, &[], &receipt()));
    assert_eq!(pieces.len(), 1);
    assert_eq!(text(&pieces[0]), receipt_text());
    assert_eq!(pieces[0].reading().legibility, Permille::WHOLE);
    assert_eq!(pieces[0].length_um(), pieces[0].nominal_length_um());
    assert_eq!(pieces[0].picture(), pieces[0].ideal());
}

#[test]
fn the_code_on_the_picture_can_be_scanned() {
    let pieces = collected(printed(&DESK_80, &[], &receipt()));
    let picture = pieces[0].picture();
    let light = picture.dots.iter().map(|dark| 255 - dark).collect();
    let found = rxing::helpers::detect_in_luma(light, picture.width, picture.height, None).unwrap();
    assert_eq!(found.getText(), QR_TEXT);
}

#[test]
fn a_missing_tooth_shortens_the_paper_with_the_period_of_its_gear() {
    // The pinion has 8 teeth of 3 dot lines each: of every 24 lines 3 are lost. Marks stand 8 lines apart, so
    // one of three gaps is 3 rows short.
    let mut rows = vec![0; 400 * 72];
    for row in rows.chunks_mut(72).step_by(8) {
        row.fill(0xFF);
    }
    let tooth = Poke::WearGear { gear: GearName::Motor, tooth: 3, wear: Permille::WHOLE };
    let mut bench = printed(&DESK_80, &[tooth], &[]);
    bench.write(|host| {
        host.raster(RasterScale::default(), 72, &rows).cut(CutMode::Full, Some(0));
    });
    bench.settle();
    let pieces = collected(bench);
    let marks = inked_rows(&pieces[0].picture());
    let gaps: Vec<usize> = marks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() > 40 && gaps.chunks_exact(3).all(|turn| turn.iter().sum::<usize>() == 21), "{gaps:?}");
    assert!(gaps.iter().all(|gap| matches!(gap, 5 | 8)), "{gaps:?}");
    // 520 lines are 21 turns of 24 and 16 more; tooth 3 is lines 9 to 11 of a turn, so it was met 22 times.
    assert_eq!(pieces[0].length_um(), (520 - 22 * 3) * 125);
    assert_eq!(pieces[0].nominal_length_um(), 520 * 125);
}

#[test]
fn renewed_gears_print_as_new() {
    let mut bench = printed(&DESK_80, &[missing(GearName::Platen), Poke::RenewGears], &receipt());
    bench.poke(Poke::TakeReceipt);
    assert_eq!(bench.pieces()[0].picture(), bench.pieces()[0].ideal());
}

#[test]
fn paper_end_stops_within_a_line_and_is_reported_and_the_rest_prints_on_the_new_roll() {
    let left = Poke::PaperLeft(Micrometres::from_mm(30));
    let mut bench = printed(&DESK_80, &[left], &receipt());
    // Base 12h, offline 08h, paper stop 20h, near-end 0Ch, end 60h; the drawer pin is high (04h).
    assert_eq!([1, 2, 3, 4].map(|n| bench.status(n)), [Some(0x1E), Some(0x32), Some(0x12), Some(0x7E)]);
    let seen = bench.moment_of(|event| *event == Event::PaperEnd).unwrap();
    let stopped = bench.moment_of(|event| matches!(event, Event::Offline { .. })).unwrap();
    // At 150 mm/s a dot line takes 833 µs; a text line has 30.
    assert!(stopped.since(seen).as_micros() <= 30 * 850, "{seen} {stopped}");

    let before = bench.replies.len();
    bench.send(&[0x1D, b'r', 1]).settle();
    assert_eq!(bench.replies.len(), before, "a queued status waits for paper");
    bench.poke(Poke::LoadPaper).settle().poke(Poke::TakeReceipt);
    assert_eq!(bench.replies[before..], [0x11, 0x00], "XON, then the queued status");
    let pieces = bench.pieces();
    let mut whole = text(&pieces[0]);
    // 15 mm to the blade, 30 mm to the end, one text line of 3.75 mm at most, and 5 mm that the hand tears off.
    assert!((50_000..=53_750).contains(&pieces[0].length_um()), "{}", pieces[0]);
    whole.extend(text(&pieces[1]));
    whole.dedup();
    assert_eq!(whole, receipt_text());
}

#[test]
fn paper_that_is_held_fast_is_printed_over_and_over() {
    let pieces = collected(printed(&DESK_80, &[Poke::Drag { force_mn: 2000, over: None }], &receipt()));
    let picture = pieces[0].picture();
    assert!(inked_rows(&picture).len() <= 2);
    assert!(darkest(&picture) > darkest(&pieces[0].ideal()));
    assert_eq!(pieces[0].reading().legibility, Permille::NONE);
}

#[test]
fn a_jam_lets_the_paper_come_to_the_obstruction_and_no_further() {
    let jam = Poke::Jam { at: Micrometres::from_mm(20) };
    let mut bench = printed(&DESK_80, &[jam], &receipt());
    bench.poke(Poke::TakeReceipt).poke(Poke::ClearJam);
    let pieces = bench.pieces();
    assert!(pieces.iter().all(|piece| piece.length_um() < 25_000));
    let lost = pieces.iter().flat_map(|piece| piece.reading().lines);
    assert!(lost.filter(|line| line.legibility < Permille::new(600)).count() > 6);
    bench.send(&receipt()).settle().poke(Poke::TakeReceipt);
    assert_eq!(bench.pieces().last().unwrap().reading().legibility, Permille::WHOLE, "clear again");
}

#[test]
fn a_cover_opened_in_mid_line_halts_and_closing_it_goes_on_where_it_stopped() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(&receipt()).pass_ms(150).poke(Poke::OpenCover);
    // Offline 08h with the drawer pin 04h; cover 04h and error 40h; auto-recoverable 40h.
    assert_eq!([1, 2, 3].map(|n| bench.status(n)), [Some(0x1E), Some(0x56), Some(0x52)]);
    bench.pass_ms(60_000);
    assert!(bench.moment_of(|event| matches!(event, Event::Cut { .. })).is_none());
    bench.poke(Poke::CloseCover).settle().poke(Poke::TakeReceipt);
    let (picture, ideal) = (bench.pieces()[0].picture(), bench.pieces()[0].ideal());
    let rows = picture.dots.chunks(640).zip(ideal.dots.chunks(640));
    // A motor that starts again disturbs three dot lines at most.
    assert!(rows.filter(|(row, ideal)| row != ideal).count() <= 3);
    assert_eq!([2, 3].map(|n| bench.status(n)), [Some(0x12), Some(0x12)]);
}

#[test]
fn a_process_id_is_answered_after_the_last_dot_line_and_not_before() {
    let mut bench = Bench::new(&DESK_80);
    bench.write(|host| {
        for _ in 0..8 {
            host.text(b"APPROVED 000123").line_feed();
        }
        host.process_id(*b"0042");
    });
    // Eight lines of 30 dot lines cannot take less than 833 µs a dot line.
    bench.until(SimTime::from_millis(8 * 30 * 833 / 1000));
    assert_eq!(bench.replies, []);
    bench.settle();
    assert_eq!(bench.replies, *b"\x37\x220042\0");
    bench.poke(Poke::Inspect);
    let Some((_, Event::Found { piece, .. })) = bench.events.last() else { panic!("nothing found") };
    assert_eq!(piece.reading().legibility, Permille::WHOLE);
}

#[test]
fn a_power_cut_in_mid_line_keeps_what_was_burnt_and_nothing_else() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(&receipt()).pass_ms(200).poke(Poke::PowerOff);
    assert_eq!(bench.status(1), None);
    bench.pass_ms(5000).poke(Poke::PowerOn).pass_ms(1499);
    assert_eq!(bench.replies, []);
    bench.pass_ms(1);
    assert_eq!(bench.replies, [0x11]);
    bench.settle().poke(Poke::LoadPaper);
    let pieces = bench.pieces();
    let lines = text(&pieces[0]);
    assert!(!lines.is_empty() && receipt_text().starts_with(&lines) && lines.len() < receipt_text().len());
    let reading = pieces[0].reading();
    let (last, whole) = reading.lines.split_last().unwrap();
    assert!(whole.iter().all(|line| line.legibility == Permille::WHOLE));
    assert!(last.legibility < Permille::WHOLE, "200 ms end in the middle of a line");
}

#[test]
fn what_has_not_passed_the_blade_begins_the_next_piece() {
    let mut bench = Bench::new(&DESK_80);
    bench.write(|host| {
        host.text(b"first").line_feed().feed_dots(200).text(b"second").line_feed().cut(CutMode::Full, None);
        host.text(b"third").line_feed().cut(CutMode::Full, Some(0));
    });
    bench.settle().poke(Poke::TakeReceipt);
    let pieces = bench.pieces();
    assert_eq!([text(&pieces[0]), text(&pieces[1])], [vec!["first"], vec!["second", "third"]]);
    assert_eq!(pieces[1].picture(), pieces[1].ideal());
}

#[test]
fn black_lines_take_longer_and_heat_the_head_until_it_has_to_wait() {
    let mut bench = Bench::new(&KIOSK_80);
    let black = vec![0xFF; 72 * 1000];
    for _ in 0..16 {
        bench.write(|host| {
            host.raster(RasterScale::default(), 72, &black);
        });
        bench.settle();
    }
    let hot = bench.moment_of(|event| *event == Event::HeadHot).expect("16,000 black lines are too much");
    // Four strobes of 144 dots, 350 µs each at 25 °C, are longer than the 1.25 ms of 100 mm/s.
    assert!(
        bench.moment_of(|event| *event == Event::HeadCool).is_some_and(|cool| cool.since(hot).as_secs() > 20)
    );
    let mut bench = Bench::new(&KIOSK_80);
    let rows = |dots: u8| vec![dots; 72 * 20];
    let [black, blank] = [0xFF, 0x00].map(|dots| {
        let from = bench.now;
        bench.write(|host| {
            host.raster(RasterScale::default(), 72, &rows(dots));
        });
        bench.settle();
        bench.now.since(from)
    });
    assert!(black > blank, "{black:?} {blank:?}");
}

#[test]
fn standing_paper_carries_no_heat_away() {
    let black = vec![0xFF; 72 * 1000];
    let lines_until_hot = |faults: &[Poke]| {
        let mut bench = printed(&DESK_80, faults, &[]);
        let mut lines = 0;
        while bench.moment_of(|event| *event == Event::HeadHot).is_none() {
            bench.write(|host| {
                host.raster(RasterScale::default(), 72, &black);
            });
            bench.settle();
            lines += 1000;
        }
        lines
    };
    assert!(lines_until_hot(&[Poke::Drag { force_mn: 2000, over: None }]) < lines_until_hot(&[]));
}

#[test]
fn a_motor_that_waits_for_its_host_has_to_speed_up_anew() {
    let busy_ms = |jobs: usize, lines: usize| {
        let mut bench = Bench::new(&KIOSK_80);
        let mut busy = 0;
        for _ in 0..jobs {
            bench.pass_ms(5);
            let from = bench.now;
            bench.write(|host| {
                for _ in 0..lines {
                    host.text(b"one line").line_feed();
                }
            });
            busy += bench.settle().now.since(from).as_millis();
        }
        busy
    };
    assert!(busy_ms(1, 10) + 50 < busy_ms(10, 1));
    // 300 dot lines at 100 mm/s are 375 ms; the ramp from 7 mm/s takes a little more.
    assert!((375..430).contains(&busy_ms(1, 10)));
}

#[test]
fn an_underlined_gap_is_ink_and_a_plain_one_is_a_feed() {
    let strip = |underline: &[u8]| {
        let mut bench = printed(&DESK_80, &[], &[underline, b"        \n".as_slice()].concat());
        bench.poke(Poke::Inspect);
        bench.events.len()
    };
    assert_eq!(strip(b""), 0);
    assert_eq!(strip(b"\x1B-\x01"), 2, "printing, and found");
}
