//! Claims about the lines that the printer draws, `GS ( Q`.

use crate::driver::Bench;
use printer::{DESK_80, Poke};

/// Paper to the left of the head, in dots: (640 - 576) / 2.
const MARGIN: usize = 32;
/// Rows from the leading edge to the first row of the head: 15 mm.
const EDGE: usize = 120;

/// Which dots of the head are black, row by row, from the first row that the head reaches.
struct Drawn(Vec<Vec<bool>>);

impl Drawn {
    fn new(bytes: &[u8]) -> Self {
        let mut bench = Bench::new(&DESK_80);
        bench.send_obediently(bytes).settle();
        bench.send_obediently(b"\x1B@\x1DVA\x00").settle().poke(Poke::TakeReceipt);
        let picture = bench.pieces().pop().expect("a piece was cut").picture();
        let rows = picture.dots.chunks(picture.width as usize).skip(EDGE);
        let dots = |row: &[u8]| row[MARGIN..MARGIN + 576].iter().map(|dark| *dark > 0).collect();
        Self(rows.map(dots).collect())
    }

    /// The stretches of black dots in a row: the first and the one behind the last.
    fn stretches(&self, row: usize) -> Vec<(usize, usize)> {
        let row = &self.0[row];
        let begins = (0..576).filter(|x| row[*x] && (*x == 0 || !row[x - 1]));
        let end = |x: usize| (x..576).find(|x| !row[*x]).unwrap_or(576);
        begins.map(|x| (x, end(x))).collect()
    }

    fn black_rows(&self) -> Vec<usize> {
        (0..self.0.len()).filter(|row| self.0[*row].contains(&true)).collect()
    }

    fn count(&self) -> usize {
        self.0.iter().flatten().filter(|dot| **dot).count()
    }
}

/// `GS ( Q` with a function and its parameters.
fn draw(function: u8, parameters: &[u8]) -> Vec<u8> {
    let length = u8::try_from(parameters.len() + 1).expect("short");
    [&[0x1D, b'(', b'Q', length, 0, function], parameters].concat()
}

fn points(numbers: [u16; 4]) -> Vec<u8> {
    numbers.map(u16::to_le_bytes).concat()
}

fn line(numbers: [u16; 4], style: u8) -> Vec<u8> {
    draw(48, &[points(numbers), vec![1, style, 48]].concat())
}

fn rectangle(numbers: [u16; 4], style: u8) -> Vec<u8> {
    draw(49, &[points(numbers), vec![1, style, 48, 48, 1]].concat())
}

fn horizontal(from: u16, to: u16, feed: u8, style: u8) -> Vec<u8> {
    draw(50, &[&from.to_le_bytes(), &to.to_le_bytes(), [feed, 1, style, 48].as_slice()].concat())
}

fn vertical(x: u16, start: bool, style: u8) -> Vec<u8> {
    draw(51, &[&x.to_le_bytes(), [u8::from(start), 1, style, 48].as_slice()].concat())
}

#[test]
fn a_horizontal_line_has_its_ends_its_thickness_and_its_feed() {
    // Thin, medium and thick are 1, 2 and 4 dots; double ones have as much white between their two.
    for (style, rows) in [(1, vec![0]), (2, vec![0, 1]), (3, vec![0, 1, 2, 3]), (5, vec![0, 1, 4, 5])] {
        let next = horizontal(0, 0, 1, 1);
        let drawn = Drawn::new(&[horizontal(10, 99, 20, style), next].concat());
        assert_eq!(drawn.black_rows(), [rows, vec![20]].concat());
        assert_eq!((drawn.stretches(0), drawn.stretches(20)), (vec![(10, 100)], vec![(0, 1)]));
    }
    // A feed of 1 is too short for 4 rows; ends may come in either order, and the margins hold.
    let drawn =
        Drawn::new(&[b"\x1DL\x0A\0\x1DW\x64\0".to_vec(), horizontal(575, 0, 1, 3).repeat(2)].concat());
    assert_eq!((drawn.black_rows(), drawn.stretches(7)), ((0..8).collect(), vec![(10, 110)]));
}

#[test]
fn a_vertical_line_goes_through_text_images_and_feeds_until_it_is_stopped() {
    let image = b"\x1Dv0\x00\x01\x00\x08\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    let parts: [&[u8]; 5] =
        [&vertical(300, true, 2), b"text\n", image, b"\x1Bd\x02", &vertical(300, false, 2)];
    let drawn = Drawn::new(&[parts.concat(), b"after\n".to_vec()].concat());
    // 30 dot lines of text, 8 of the image, 60 of two lines; each has the line, and nothing after it has.
    assert!((0..98).all(|row| drawn.stretches(row).last() == Some(&(300, 302))));
    assert!((98..drawn.0.len()).all(|row| drawn.stretches(row).iter().all(|stretch| stretch.1 <= 60)));
    assert_eq!(drawn.stretches(33), [(0, 8), (300, 302)]);
}

#[test]
fn text_beside_a_vertical_line_is_still_text_and_a_table_can_be_ruled() {
    let mut bench = Bench::new(&DESK_80);
    let rows = b"COFFEE\t2.50\nTEA\t1.80\n";
    let ruled = [vertical(0, true, 1), vertical(500, true, 4), rows.to_vec(), b"\x1B@".to_vec()].concat();
    bench.send(&[horizontal(0, 500, 1, 1), ruled, horizontal(0, 500, 1, 1)].concat()).settle();
    bench.send(b"\x1DVA\x00").settle().poke(Poke::TakeReceipt);
    let piece = bench.pieces().pop().expect("a piece");
    let lines: Vec<String> = piece.lines().map(|line| line.text.replace(' ', "")).collect();
    assert_eq!(lines, ["COFFEE2.50", "TEA1.80"]);
    assert_eq!(piece.reading().legibility.get(), 1000);
    // Two rules of 501 dots. Beside 60 rows of text, one stroke at 0 and two at 500.
    let plain = Drawn::new(rows).count();
    let picture = piece.picture();
    assert_eq!(picture.dots.iter().filter(|dark| **dark > 0).count(), plain + 2 * 501 + 60 * 3);
}

#[test]
fn lines_and_rectangles_stand_in_the_area_of_the_page() {
    let page = |parts: &[u8]| {
        let area = [b"\x1BW".as_slice(), &points([100, 50, 200, 120])].concat();
        Drawn::new(&[b"\x1BL".as_slice(), &area, parts, b"\x0C"].concat())
    };
    let drawn = page(&line([10, 20, 59, 20], 3));
    assert_eq!((drawn.black_rows(), drawn.stretches(70)), ((70..74).collect(), vec![(110, 160)]));
    let drawn = page(&line([10, 90, 10, 20], 2));
    assert_eq!((drawn.black_rows(), drawn.stretches(70)), ((70..141).collect(), vec![(110, 112)]));
    // 45 degrees, and a part of it outside the area, of 120 rows: one dot in each row.
    let drawn = page(&line([0, 0, 300, 300], 1));
    assert_eq!((drawn.count(), drawn.stretches(50 + 119)), (120, vec![(219, 220)]));
    // A frame of 100 by 50, two dots thick: 2 (100 + 46) 2. A double one has another inside it, 4 dots further in.
    let drawn = page(&rectangle([109, 59, 10, 10], 2));
    assert_eq!(
        (drawn.count(), drawn.stretches(60), drawn.stretches(80)),
        (584, vec![(110, 210)], vec![(110, 112), (208, 210)])
    );
    assert_eq!(page(&rectangle([10, 10, 109, 59], 5)).count(), 584 + 2 * 2 * (92 + 38));
    // Written upwards, x runs up from the lower left corner, and y to the right.
    let drawn = page(&[b"\x1BT\x01".as_slice(), &line([0, 30, 9, 30], 1)].concat());
    assert_eq!((drawn.black_rows(), drawn.stretches(169)), ((160..170).collect(), vec![(130, 131)]));
}

#[test]
fn each_mode_has_its_own_functions_and_coordinates_may_be_far_out() {
    assert_eq!(Drawn::new(&[line([0, 0, 9, 9], 1), rectangle([0, 0, 9, 9], 1)].concat()).count(), 0);
    let page = [b"\x1BL".to_vec(), horizontal(0, 99, 1, 1), vertical(0, true, 1), b"\x0C".to_vec()].concat();
    assert_eq!(Drawn::new(&page).count(), 0);
    // The largest numbers at the coarsest units.
    let far = [
        line([u16::MAX, 0, 0, u16::MAX], 6),
        rectangle([0, 0, u16::MAX, u16::MAX], 6),
        horizontal(u16::MAX, u16::MAX, 255, 6),
    ];
    let bytes = [b"\x1DP\x01\x01\x1BL".to_vec(), far.concat(), b"\x0C".to_vec(), far.concat()].concat();
    assert!(Drawn::new(&bytes).black_rows().len() < 2000);
    // Only 32 vertical lines go on at once.
    let many: Vec<u8> = (0..100).flat_map(|x| vertical(4 * x, true, 1)).collect();
    assert_eq!(Drawn::new(&[many, b"\x1BJ\x01".to_vec()].concat()).count(), 32);
}
