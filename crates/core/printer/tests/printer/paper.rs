//! Claims about what the paper looks like under each fault, with places counted by hand.

use crate::driver::{Bench, receipt};
use escpos::{CutMode, RasterScale};
use printer::{DESK_80, GearName, Interface, Micrometres, Permille, Picture, Piece, Poke, Printer, Roll};
use std::sync::Arc;

/// Paper to the left of the head, in dots: (640 - 576) / 2.
const MARGIN: usize = 32;
/// From the leading edge to what is printed first: the blade stands 15 mm behind the head.
const LEAD: usize = 120;

fn cut(faults: &[Poke], compose: impl FnOnce(&mut escpos::Writer<'_>)) -> Arc<Piece> {
    let mut bench = Bench::new(&DESK_80);
    for fault in faults {
        bench.poke(*fault);
    }
    bench.write(compose);
    bench.write(|host| {
        host.cut(CutMode::Full, Some(0));
    });
    bench.settle().poke(Poke::TakeReceipt);
    bench.pieces().pop().expect("a piece was cut")
}

/// So many rows with every dot black.
fn black(rows: usize) -> impl FnOnce(&mut escpos::Writer<'_>) {
    move |host| {
        host.raster(RasterScale::default(), 72, &vec![0xFF; 72 * rows]);
    }
}

/// The head's dots in one row, the lead not counted.
fn head_row(picture: &Picture, y: usize) -> &[u8] {
    let row = picture.dots.chunks(picture.width as usize).nth(LEAD + y).expect("so many rows");
    &row[MARGIN..MARGIN + 576]
}

fn dark(row: &[u8]) -> Vec<usize> {
    (0..row.len()).filter(|x| row[*x] > 0).collect()
}

#[test]
fn a_dead_driver_is_a_white_column_and_a_shorted_dot_a_black_one_also_where_paper_is_only_fed() {
    let faults = [Poke::OpenDots { first: 64, count: 64 }, Poke::ShortDots { first: 300, count: 1 }];
    let piece = cut(&faults, |host| {
        black(4)(host);
        host.feed_dots(20);
    });
    let picture = piece.picture();
    let expected: Vec<usize> = (0..64).chain(128..576).collect();
    assert_eq!(dark(head_row(&picture, 2)), expected);
    for y in [4, 23] {
        assert_eq!(dark(head_row(&picture, y)), [300], "row {y}");
    }
    assert!(dark(head_row(&piece.ideal(), 4)).is_empty());
}

#[test]
fn a_reversed_roll_is_blank_as_long_as_ever_and_cannot_be_read() {
    let roll = Roll { coating_to_head: false, ..Roll::sound(Micrometres::from_mm(50_000)) };
    let piece = cut(&[Poke::LoadRoll(roll)], |host| {
        host.text(b"TOTAL 12.50").line_feed();
    });
    assert!(piece.picture().dots.iter().all(|dot| *dot == 0));
    // 30 lines of text and 120 to the blade.
    assert_eq!(piece.length_um(), (30 + 120) * 125);
    assert_eq!(piece.reading().legibility, Permille::NONE);
    assert_eq!(piece.lines().count(), 1, "the printer thinks that it printed it");
}

#[test]
fn old_paper_is_grey_and_paper_that_is_too_old_is_white() {
    let old = |sensitivity| {
        let roll =
            Roll { sensitivity: Permille::new(sensitivity), ..Roll::sound(Micrometres::from_mm(50_000)) };
        cut(&[Poke::LoadRoll(roll)], |host| {
            host.text(b"TOTAL 12.50").line_feed();
        })
    };
    let darkest = |piece: &Piece| piece.picture().dots.iter().copied().max().unwrap_or(0);
    // 800 thousandths of the energy are 400 of 600 above the threshold: 66 of 100, darkness 132 of 200.
    assert_eq!((darkest(&old(1000)), darkest(&old(800)), darkest(&old(400))), (200, 132, 0));
    assert_eq!(old(800).reading().legibility, Permille::WHOLE);
    assert_eq!(old(500).reading().legibility, Permille::NONE);
}

#[test]
fn a_skewed_roll_carries_the_print_to_the_left() {
    let roll = Roll { skew_permille: 50, ..Roll::sound(Micrometres::from_mm(50_000)) };
    let piece = cut(&[Poke::LoadRoll(roll)], |host| {
        let mut rows = [0; 72].repeat(400);
        rows.chunks_mut(72).for_each(|row| row[36] = 0x80);
        host.raster(RasterScale::default(), 72, &rows);
    });
    let picture = piece.picture();
    // From the leading edge on: 50 thousandths of 120 lines are 6 dots, of 520 lines 26.
    assert_eq!(dark(head_row(&picture, 0)), [288 - 6]);
    assert_eq!(dark(head_row(&picture, 399)), [288 - 26]);
}

#[test]
fn pulled_paper_has_white_gaps_in_black() {
    let pull = Poke::Pull { force_mn: 5000, over: Micrometres::from_mm(10) };
    let mut bench = Bench::new(&DESK_80);
    bench.write(|host| {
        // Few enough bytes for the buffer: the host does not wait.
        host.raster(RasterScale::default(), 8, &[0xFF; 8 * 400]).cut(CutMode::Full, Some(0));
    });
    bench.pass_ms(100).poke(pull).settle().poke(Poke::TakeReceipt);
    let piece = bench.pieces().pop().expect("a piece was cut");
    assert!(piece.length_um() > piece.nominal_length_um());
    let picture = piece.picture();
    let inked: Vec<bool> = picture.dots.chunks(640).map(|row| row[MARGIN] > 0).collect();
    let first = inked.iter().position(|inked| *inked).unwrap_or(0);
    let last = inked.iter().rposition(|inked| *inked).unwrap_or(0);
    let gaps = inked[first..=last].iter().filter(|inked| !**inked).count();
    // The paper is longer by what was stepped over.
    let longer = (piece.length_um() - piece.nominal_length_um()) as usize / 125;
    assert!(gaps.abs_diff(longer) <= 1 && gaps > 10, "{gaps} {longer}");
}

#[test]
fn the_packed_picture_is_the_picture_at_its_threshold_whatever_the_fault() {
    let faults: [&[Poke]; 6] = [
        &[],
        &[Poke::WearGear { gear: GearName::Motor, tooth: 3, wear: Permille::new(400) }],
        &[Poke::Drag { force_mn: 2000, over: Some(Micrometres::from_mm(20)) }],
        &[
            Poke::TiltHead { left: Permille::new(400), right: Permille::WHOLE },
            Poke::ShortDots { first: 5, count: 3 },
        ],
        &[Poke::LoadRoll(Roll { skew_permille: -70, ..Roll::sound(Micrometres::from_mm(50_000)) })],
        &[Poke::AgeHead { km: 300 }, Poke::Drag { force_mn: 2000, over: Some(Micrometres::from_mm(20)) }],
    ];
    for fault in faults {
        let mut bench = Bench::new(&DESK_80);
        for poke in fault {
            bench.poke(*poke);
        }
        bench.send(&receipt()).settle().poke(Poke::TakeReceipt).poke(Poke::LoadPaper);
        let piece = bench.pieces().pop().expect("something was printed");
        let (picture, bitmap) = (piece.picture(), piece.bitmap());
        assert_eq!((picture.width, picture.height), (bitmap.width, bitmap.height));
        let seen: Vec<bool> = picture.dots.iter().map(|dot| *dot >= Picture::VISIBLE).collect();
        let bytes = bitmap.packed();
        let packed = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte << bit & 0x80 != 0));
        assert!(packed.eq(seen), "{fault:?}");
    }
}

#[test]
fn a_host_that_never_cuts_does_not_fill_the_memory() {
    // The paper stands, so it never ends: 8.6 MB of white rows come.
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::Drag { force_mn: 5000, over: None });
    let rows = vec![0; 72 * 1000];
    for _ in 0..120 {
        bench.write(|host| {
            host.raster(RasterScale::default(), 72, &rows);
        });
        assert!(bench.printer.footprint_bytes() < 12 << 20);
    }
    bench.settle().poke(Poke::FreePaper).poke(Poke::LoadPaper);
    let pieces = bench.pieces();
    let piece = pieces.first().expect("the strip was torn out");
    // 4 MiB are kept at most, and half of them at least; 72 bytes are a row.
    let forgotten = piece.forgotten_lines();
    assert!((120_000 - 60_000..120_000 - 25_000).contains(&forgotten), "{forgotten}");
}

/// `GS 8 L` with a function and its parameters.
fn long_graphics(function: u8, parameters: &[u8], data: usize) -> Vec<u8> {
    let length = u32::try_from(2 + parameters.len() + data).expect("short enough").to_le_bytes();
    [b"\x1D8L".as_slice(), &length, &[48, function], parameters, &vec![0x5A; data]].concat()
}

#[test]
fn a_host_that_fills_every_memory_cannot_fill_more_than_that() {
    let mut bench = Bench::with(Printer::new(&DESK_80).with_interface(Interface::TRANSPORT));
    let mut send = |bytes: &[u8]| {
        bytes.chunks(1024).for_each(|chunk| {
            bench.send(chunk).settle();
        });
        bench.printer.footprint_bytes()
    };
    // 2400 by 2400 dots; all of the NV memory twice, by key and by number; 60,000 bytes for each matrix code.
    send(&long_graphics(112, &[48, 1, 1, 49, 0x60, 9, 0x60, 9], 720_000));
    send(&long_graphics(67, &[48, b'A', b'B', 1, 0x60, 9, 0x50, 3, 49], 254_400));
    send(&[b"\x1Cq\x01\x00\x01\x7F\x00".as_slice(), &vec![0x5A; 2048 * 127]].concat());
    for code in 48..=54 {
        let head = [0x1D, b'(', b'k', 0x63, 0xEA, code, 80, 48];
        send(&[head.as_slice(), &vec![b'7'; 60_000]].concat());
    }
    let stored = send(b"");
    assert!((720_000 + 254_400 + 2048 * 127..4 << 20).contains(&stored), "{stored}");
    // A page, and a line of single characters in places of their own.
    send(b"\x1BL\x1D(P\x08\x00\x30\xFF\x02\xFF\xFF\x00\x00\x00");
    let page = send(&b"\x1D$\x20\x00\x1B$\x05\x00abcdefghij".repeat(20_000));
    assert!((stored..stored + (3 << 20)).contains(&page), "{page}");
    send(b"\x0C");
    let last = send(&b"\x1B$\x05\x00W\x1B$\x30\x02W".repeat(100_000));
    assert!((4 << 20..26 << 20).contains(&last), "{last}");
}
