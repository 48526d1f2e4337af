//! Claims about page mode: where things stand on the page, in each direction, and what becomes of it.
//!
//! Marks are spaces in white on black: a black cell of 12 by 24 dots each.

use crate::driver::Bench;
use printer::{DESK_80, Piece, Poke};
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use std::sync::Arc;

/// Paper to the left of the head, in dots: (640 - 576) / 2.
const MARGIN: u32 = 32;
const REVERSE: &[u8] = b"\x1DB\x01";
/// Feeds what was printed past the blade, 15 mm behind the head, and cuts.
const CUT: &[u8] = b"\x1DVA\x00";

fn area(x: u16, y: u16, width: u16, height: u16) -> Vec<u8> {
    let numbers = [x, y, width, height].map(u16::to_le_bytes).concat();
    [b"\x1BW".as_slice(), &numbers].concat()
}

fn printed(parts: &[&[u8]]) -> Arc<Piece> {
    let mut bench = Bench::new(&DESK_80);
    bench.send_obediently(&parts.concat()).settle();
    bench.send_obediently(CUT).settle().poke(Poke::TakeReceipt);
    bench.pieces().pop().expect("a piece was cut")
}

/// Left, upper, right and lower edge of all black dots, in dots of the head and rows of the paper; and how many dots.
fn black(piece: &Piece) -> ([u32; 4], usize) {
    let picture = piece.picture();
    let dots = picture.dots.iter().zip(0_u32..).filter(|(dark, _)| **dark > 0);
    let places: Vec<(u32, u32)> =
        dots.map(|(_, at)| (at % picture.width - MARGIN, at / picture.width)).collect();
    let ends = |of: fn(&(u32, u32)) -> u32| {
        (places.iter().map(of).min().unwrap_or(0), places.iter().map(of).max().unwrap_or(0) + 1)
    };
    let ((left, right), (upper, lower)) = (ends(|place| place.0), ends(|place| place.1));
    // The paper begins at the blade, 15 mm before what is printed first.
    ([left, upper - 120, right, lower - 120], places.len())
}

fn text(piece: &Piece) -> Vec<String> {
    piece.lines().map(|line| line.text.to_owned()).collect()
}

#[test]
fn each_direction_begins_in_its_own_corner_and_runs_along_its_own_side() {
    // Three cells are 36 dots along the writing and 24 down the lines. The area spans 100-300 across, 50-170 down.
    let corners = [
        (0, [100, 50, 136, 74]),
        (1, [100, 170 - 36, 124, 170]),
        (2, [300 - 36, 170 - 24, 300, 170]),
        (3, [300 - 24, 50, 300, 86]),
    ];
    for (direction, expected) in corners {
        let piece =
            printed(&[b"\x1BL", &area(100, 50, 200, 120), &[0x1B, b'T', direction], REVERSE, b"   \x0C"]);
        assert_eq!(black(&piece), (expected, 36 * 24), "direction {direction}");
        // The page reaches as far as its area; the cut feeds 15 mm beyond it, the paper began 15 mm before it.
        assert_eq!(piece.length_um(), (170 + 120) * 125);
    }
}

#[test]
fn the_second_line_of_a_turned_page_stands_beside_the_first() {
    // Upwards from the lower left corner, lines run to the right: 30 dots of line spacing between lower edges.
    let piece = printed(&[b"\x1BL", &area(0, 0, 300, 200), b"\x1BT\x01", REVERSE, b" \n \x0C"]);
    assert_eq!(black(&piece), ([0, 200 - 12, 54, 200], 2 * 12 * 24));
}

#[test]
fn characters_stand_on_the_vertical_position_and_images_grow_up_from_it() {
    // GS $ 60, ESC $ 40: the cell ends at row 60. An image of 8 by 10 dots follows on the same line.
    let image = [b"\x1Dv0\x00\x01\x00\x0A\x00".as_slice(), &[0xFF; 10]].concat();
    let piece = printed(&[
        b"\x1BL",
        &area(0, 0, 400, 100),
        b"\x1D$\x3C\x00\x1B$\x28\x00",
        REVERSE,
        b" ",
        &image,
        b"\x0C",
    ]);
    assert_eq!(black(&piece), ([40, 36, 60, 60], 12 * 24 + 80));
    let alone = printed(&[b"\x1BL", &area(0, 0, 400, 100), b"\x1D$\x3C\x00\x1B$\x28\x00", &image, b"\x0C"]);
    assert_eq!(black(&alone), ([40, 50, 48, 60], 80));
    // 20 further down with GS \.
    let lower = printed(&[b"\x1BL", &area(0, 0, 400, 100), b"\x1D$\x3C\x00\x1D\\\x14\x00", &image, b"\x0C"]);
    assert_eq!(black(&lower), ([0, 70, 8, 80], 80));
}

#[test]
fn a_long_image_is_one_image_and_a_bar_code_brings_its_digits() {
    // 1000 rows of 8 dots come in slices; their lower edge is at 1100.
    let image = [b"\x1Dv0\x00\x01\x00\xE8\x03".as_slice(), &[0xFF; 1000]].concat();
    let piece = printed(&[b"\x1BL", &area(0, 0, 400, 1200), b"\x1D$\x4C\x04\x1B$\x64\x00", &image, b"\x0C"]);
    assert_eq!(black(&piece), ([100, 100, 108, 1100], 8000));
    // Bars 50 high and a line of 24 below: the digits' cells end at row 200, the bars begin at 126. An EAN-8 has 67
    // modules of 2 dots.
    let code = b"\x1Dh\x32\x1Dw\x02\x1DH\x02\x1D$\xC8\x00\x1B$\x64\x00\x1Dk\x0396385074\x00";
    let piece = printed(&[b"\x1BL", &area(0, 0, 400, 300), code, REVERSE, b" \x0C"]);
    let [left, upper, right, lower] = black(&piece).0;
    assert_eq!([left, upper, right, lower], [100, 126, 100 + 134 + 12, 200]);
    assert_eq!(piece.codes().map(|code| code.data).collect::<Vec<_>>(), ["96385074"]);
    assert_eq!(text(&piece), ["96385074"]);
}

#[test]
fn what_does_not_fit_into_the_area_is_lost() {
    // 30 dots of height: the second line keeps its upper 6 rows, and the third none.
    let piece = printed(&[b"\x1BL\x1B3\x18", &area(10, 20, 40, 30), REVERSE, b" \n \n \x0C"]);
    assert_eq!(black(&piece), ([10, 20, 22, 50], 12 * 30));
    // Four cells do not fit into 40 dots: the fourth begins a line.
    let wrapped = printed(&[b"\x1BL\x1B3\x18", &area(10, 20, 40, 60), REVERSE, b"    \x0C"]);
    assert_eq!(black(&wrapped), ([10, 20, 46, 68], 4 * 12 * 24));
}

#[test]
fn cancel_clears_the_present_area_and_nothing_else() {
    let piece =
        printed(&[b"\x1BL", &area(0, 0, 200, 50), b"kept", &area(200, 0, 200, 50), b"gone\x18new\x0C"]);
    // From dot 48 to dot 200: twelve blanks and two thirds of one.
    assert_eq!(text(&piece), [format!("kept{}new", " ".repeat(13))]);
}

#[test]
fn a_page_is_read_from_top_to_bottom_whatever_came_first() {
    let at = |y: u8, x: u8, text: &[u8]| [&[0x1D, b'$', y, 0, 0x1B, b'$', x, 0], text].concat();
    let piece = printed(&[
        b"\x1BL",
        &area(0, 0, 576, 200),
        &at(180, 0, b"THANK YOU"),
        &at(40, 0, b"COFFEE"),
        &at(40, 200, b"2.50"),
        b"\x0C",
    ]);
    // From dot 72 to dot 200 there is room for ten blanks and two thirds of one.
    assert_eq!(text(&piece), [format!("COFFEE{}2.50", " ".repeat(11)), "THANK YOU".to_owned()]);
    assert_eq!(piece.reading().legibility.get(), 1000);
}

#[test]
fn lines_of_two_areas_are_read_in_the_order_in_which_they_stand_on_the_page() {
    // In its own area, the second line stands higher than the first. Upside down, the lower area comes first.
    let upper = [area(0, 0, 576, 100), b"\x1D$\x50\x00upper".to_vec()].concat();
    let lower = [area(0, 100, 576, 100), b"\x1D$\x1E\x00lower".to_vec()].concat();
    assert_eq!(text(&printed(&[b"\x1BL", &lower, &upper, b"\x0C"])), ["upper", "lower"]);
    let turned = [b"\x1BL\x1BT\x02".as_slice(), &upper, &lower, b"\x0C"].concat();
    assert_eq!(text(&printed(&[&turned])), ["lower", "upper"]);
}

#[test]
fn a_page_can_be_printed_again_and_a_page_that_is_left_is_not_printed() {
    let twice = printed(&[b"\x1BL", &area(0, 0, 100, 40), b"copy\x1B\x0C\x0C"]);
    assert_eq!(text(&twice), ["copy", "copy"]);
    assert_eq!(twice.length_um(), (2 * 40 + 120) * 125);
    let left = printed(&[b"\x1BLsecret\x1BSpublic\n"]);
    assert_eq!(text(&left), ["public"]);
    // ESC @ leaves it as well.
    assert_eq!(text(&printed(&[b"\x1BLsecret\x1B@public\n"])), ["public"]);
}

#[test]
fn standard_mode_comes_back_with_its_margins() {
    // Right justified before, and set to the left on the page, which counts afterwards. An empty page takes no paper.
    let before = printed(&[b"\x1Ba\x02\x1BL", &area(0, 0, 100, 30), b"\x0C", REVERSE, b" \n"]);
    assert_eq!(black(&before).0, [564, 0, 576, 24]);
    let during = printed(&[b"\x1Ba\x02\x1BL\x1Ba\x00", &area(0, 0, 100, 30), b"\x0C", REVERSE, b" \n"]);
    assert_eq!(black(&during).0, [0, 0, 12, 24]);
}

#[test]
fn a_page_takes_only_so_much() {
    // 1662 rows are the highest page unless GS ( P says otherwise; all areas together hold 64 KiB of words.
    let line = [b'x'; 40];
    let again = [&area(0, 0, 576, 2000), line.as_slice()].concat().repeat(3000);
    let piece = printed(&[b"\x1BL", &again, b"\x0C"]);
    assert_eq!(piece.length_um(), (1662 + 120) * 125);
    let kept: usize = piece.lines().map(|line| line.text.matches('x').count()).sum();
    assert_eq!(kept, (64 << 10) / 40 * 40);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_host_does_with_a_page_it_is_printed_or_left(
        commands in prop::collection::vec((0_usize..16, any::<[u16; 4]>(), any::<u8>()), 1..60),
    ) {
        let mut bytes = b"\x1BL".to_vec();
        for (kind, numbers, n) in commands {
            let [low, high] = numbers[0].to_le_bytes();
            match kind {
                0 | 1 => bytes.extend(area(numbers[0] % 700, numbers[1] % 2000, numbers[2] % 700, numbers[3])),
                2 => bytes.extend([0x1B, b'T', n % 4]),
                3 => bytes.extend([0x1D, b'$', low, high]),
                4 => bytes.extend([0x1D, b'\\', low, high]),
                5 => bytes.extend([0x1B, b'$', low, high % 8]),
                6 => bytes.extend([0x1B, b'\\', low, high]),
                7 => bytes.extend([0x1D, b'!', n & 0x77]),
                8 => bytes.extend([&[0x1D, b'v', b'0', n % 4, 5, 0, 40, 0], [n; 200].as_slice()].concat()),
                9 => bytes.extend(b"\x1Dk\x0496385074\0"),
                10 => bytes.extend([0x1B, b'd', n]),
                11 => bytes.extend([0x1D, b'(', b'P', 8, 0, 48, low, high, low, high, 0, 0]),
                12 => bytes.extend([[0x18].as_slice(), b"\x1BS\x1BL"][usize::from(n % 2)]),
                13 => bytes.extend(b"\x1B\x0C"),
                _ => bytes.extend(b"TOTAL 12.50 and a long line of text that has to be broken somewhere"),
            }
        }
        let mut bench = Bench::new(&DESK_80);
        bench.send_obediently(&bytes).send_obediently(b"\x0C").settle();
        assert!(bench.printer.footprint_bytes() < 8 << 20);
        bench.poke(Poke::LoadPaper);
        for piece in bench.pieces() {
            assert!(piece.picture().height > 0);
        }
    }
}
