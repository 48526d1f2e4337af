//! Claims about text: which dots it leaves, where, and what can be read.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that finds no paper has failed")]

use crate::driver::{Bench, receipt, receipt_text};
use printer::{DESK_80, Event, FontC, Geometry, Habits, Permille, Piece, Poke, Profile, TypeFace};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, proptest};
use std::sync::Arc;

/// Ink is darker than this.
const INK: u8 = 100;

fn profile(geometry: Geometry, type_face: TypeFace) -> &'static Profile {
    Box::leak(Box::new(Profile { geometry, type_face, ..DESK_80.clone() }))
}

fn epson() -> &'static Profile {
    profile(Geometry::WIDE_203_DPI, TypeFace::EPSON_203_DPI)
}

fn clone_58() -> &'static Profile {
    profile(Geometry::NARROW_203_DPI, TypeFace::CLONE_58)
}

fn sent(profile: &'static Profile, bytes: &[u8]) -> Bench {
    let mut bench = Bench::new(profile);
    bench.send_obediently(bytes).settle();
    bench
}

/// The strip, after everything has been printed.
fn strip(profile: &'static Profile, bytes: &[u8]) -> Arc<Piece> {
    let mut bench = sent(profile, bytes);
    bench.poke(Poke::Inspect);
    match bench.events.last() {
        Some((_, Event::Found { piece, .. })) => Arc::clone(piece),
        other => panic!("nothing is printed: {other:?}"),
    }
}

fn lines(profile: &'static Profile, bytes: &[u8]) -> Vec<String> {
    strip(profile, bytes).lines().map(|line| line.text.to_owned()).collect()
}

fn ignored(profile: &'static Profile, bytes: &[u8]) -> Vec<[u8; 2]> {
    let events = sent(profile, bytes).events;
    let codes = events.iter().filter_map(|(_, event)| match event {
        Event::CommandIgnored { code } => Some(*code),
        _ => None,
    });
    codes.collect()
}

/// Dots of the head, row by row, from the first inked row to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dots(Vec<Vec<bool>>);

impl Dots {
    /// What the bytes leave on paper.
    fn of(profile: &'static Profile, bytes: &[u8]) -> Self {
        let picture = strip(profile, bytes).ideal();
        let margin = (picture.width as usize - usize::from(profile.geometry.head_dots)) / 2;
        let rows = picture.dots.chunks(picture.width as usize);
        let head = |row: &[u8]| {
            let row = &row[margin..margin + usize::from(profile.geometry.head_dots)];
            row.iter().map(|dark| *dark > INK).collect::<Vec<bool>>()
        };
        let mut rows: Vec<Vec<bool>> = rows.map(head).collect();
        let inked = |row: &Vec<bool>| row.contains(&true);
        let (first, last) = (rows.iter().position(inked).unwrap(), rows.iter().rposition(inked).unwrap());
        rows.truncate(last + 1);
        Self(rows.split_off(first))
    }

    fn ink(&self) -> usize {
        self.0.iter().flatten().filter(|dot| **dot).count()
    }

    fn height(&self) -> usize {
        self.0.len()
    }

    /// The columns that have ink: the first, and the one behind the last.
    fn extent(&self) -> (usize, usize) {
        let columns =
            self.0.iter().flat_map(|row| row.iter().enumerate().filter(|(_, dot)| **dot).map(|(x, _)| x));
        (columns.clone().min().unwrap(), columns.max().unwrap() + 1)
    }

    /// Without the white columns left and right.
    fn cropped(&self) -> Self {
        let (left, right) = self.extent();
        Self(self.0.iter().map(|row| row[left..right].to_vec()).collect())
    }

    fn clockwise(&self) -> Self {
        let width = self.0[0].len();
        Self((0..width).map(|x| self.0.iter().rev().map(|row| row[x]).collect()).collect())
    }

    fn upside_down(&self) -> Self {
        Self(self.0.iter().rev().map(|row| row.iter().rev().copied().collect()).collect())
    }

    /// Rows that have ink in these columns.
    fn rows_with_ink(&self, columns: core::ops::Range<usize>) -> Vec<usize> {
        let rows = self.0.iter().enumerate();
        rows.filter(|(_, row)| row[columns.clone()].contains(&true)).map(|(y, _)| y).collect()
    }
}

#[test]
fn lines_hold_as_many_columns_as_the_head_has_room_for() {
    let cases = [
        (Geometry::WIDE_203_DPI, [48, 64, 72]),
        (Geometry::WIDE_180_DPI, [42, 56, 64]),
        (Geometry::NARROW_203_DPI, [32, 42, 48]),
    ];
    for (geometry, columns) in cases {
        let face = TypeFace { font_c: FontC::EightBySixteen, ..TypeFace::EPSON_203_DPI };
        for (font, columns) in (0_u8..).zip(columns) {
            let text = [b"\x1BM".as_slice(), &[font], &[b'H'; 200], b"\n"].concat();
            let first = lines(profile(geometry, face), &text).remove(0);
            assert_eq!(first.len(), columns, "font {font}, {} dots", geometry.head_dots);
        }
    }
}

#[test]
fn fonts_have_the_boxes_of_their_models() {
    // Underlined, a character blackens the whole width of its box, and its lowest row; an 8x16 box, and a 9x24 one.
    let marked = |face: TypeFace, font: u8| {
        let text = [b"\x1B-\x01\x1BM".as_slice(), &[font], "\u{7C}|".as_bytes(), b"\n"].concat();
        Dots::of(profile(Geometry::WIDE_203_DPI, face), &text).extent()
    };
    let low = TypeFace { font_c: FontC::EightBySixteen, ..TypeFace::EPSON_203_DPI };
    let high = TypeFace { font_c: FontC::NineByTwentyFour, ..TypeFace::EPSON_203_DPI };
    assert_eq!([0, 1, 2].map(|font| marked(low, font)), [(0, 24), (0, 18), (0, 16)]);
    assert_eq!([0, 1, 2].map(|font| marked(high, font)), [(0, 24), (0, 18), (0, 18)]);
    assert_eq!([3, 4, 97, 98].map(|font| marked(low, font)), [(0, 24), (0, 16), (0, 24), (0, 18)]);
}

#[test]
fn magnified_characters_are_their_dots_in_squares() {
    let small = Dots::of(epson(), b"Rg\n").cropped();
    let big = Dots::of(epson(), b"\x1D!\x12Rg\n").cropped();
    for (y, row) in big.0.iter().enumerate() {
        for (x, dot) in row.iter().enumerate() {
            assert_eq!(*dot, small.0[y / 3][x / 2], "{x} {y}");
        }
    }
    assert_eq!((big.0[0].len(), big.height()), (small.0[0].len() * 2, small.height() * 3));
}

#[test]
fn turned_text_is_the_upright_dots_turned_by_a_quarter() {
    for magnified in [b"\x1D!\x00".as_slice(), b"\x1D!\x12", b"\x1BE\x01"] {
        let upright = Dots::of(epson(), &[magnified, b"R\n"].concat()).cropped();
        let turned = Dots::of(epson(), &[magnified, b"\x1BV\x01R\n"].concat()).cropped();
        assert_eq!(turned, upright.clockwise());
    }
    // 24 dots and a gap of one; with n = 2, of one and a half, which is two whole dots.
    for (n, advance) in [(1, 25), (2, 26)] {
        let one = Dots::of(epson(), &[b"\x1BV".as_slice(), &[n], b"RI\n"].concat());
        let other = Dots::of(epson(), &[b"\x1BV".as_slice(), &[n], b"R\x1B$\x00\x00I\n"].concat());
        let (from, _) = Dots::of(epson(), &[b"\x1BV".as_slice(), &[n], b"I\n"].concat()).extent();
        assert!(other.extent().0 <= from);
        let alone = Dots::of(epson(), &[b"\x1BV".as_slice(), &[n], b" I\n"].concat());
        assert_eq!(alone.extent().0, from + advance);
        assert_eq!(one.extent().1, alone.extent().1);
    }
}

#[test]
fn a_line_upside_down_is_the_whole_line_turned_by_half() {
    let samples: [&[u8]; 5] = [
        b"Total 12.50\n",
        b"\x1Ba\x02right\n",
        b"\x1Ba\x01mi\x1D!\x11xed\x1D!\x00 \x1BM\x01small \x1B-\x02under\n",
        b"\x1DL\x30\x00\x1DW\x00\x01margins\n",
        b"A\tB\x1BM\x01\x1DB\x01\x1B \x05reversed\n",
    ];
    for sample in samples {
        let upright = Dots::of(epson(), sample);
        // Within the print area: dots 30h to 130h in the sample with margins.
        let turned = Dots::of(epson(), &[b"\x1B{\x01".as_slice(), sample].concat());
        let mut expected = upright.upside_down();
        if sample.starts_with(b"\x1DL") {
            // From 48 to 304, the middle is 176; that of the head is 288, so turning about it is 224 dots off.
            expected.0.iter_mut().for_each(|row| row.rotate_left(224));
        }
        assert_eq!(turned, expected, "{}", sample.escape_ascii());
    }
    assert_eq!(lines(epson(), b"\x1B{\x01Total 12.50\n"), ["Total 12.50"]);
}

#[test]
fn upside_down_begins_with_a_line_and_not_within_one() {
    assert_eq!(ignored(epson(), b"x\x1B{\x01\n"), [*b"\x1B{"]);
    assert_eq!(Dots::of(epson(), b"Rg\x1B{\x01Rg\n"), Dots::of(epson(), b"RgRg\n"));
}

#[test]
fn characters_of_all_heights_stand_on_one_baseline() {
    // Underlines mark the lowest row of each box. Font A has 3 of 24 rows below the baseline, doubled 6 of 48, font B
    // 1 of 17. On a line of all three the baseline is below row 41: lowest rows are 47, 44 and 42.
    let text = b"\x1B-\x01\x1D!\x01 \x1D!\x00\x1BM\x00 \x1BM\x01 \n";
    let dots = Dots::of(epson(), text);
    // Widths: 12, 12 and 9 dots. Rows count from the first inked one, which is the lowest here: 42.
    assert_eq!(dots.rows_with_ink(0..12), [47 - 42]);
    assert_eq!(dots.rows_with_ink(12..24), [44 - 42]);
    assert_eq!(dots.rows_with_ink(24..33), [0]);
}

#[test]
fn underlines_are_as_thick_as_they_say_and_leave_tabs_alone() {
    for (n, thick) in [(1, 1), (2, 2), (b'1', 1)] {
        let dots = Dots::of(epson(), &[b"\x1B-".as_slice(), &[n], b"  \t  \n"].concat());
        assert_eq!(dots.height(), thick);
        // Two spaces of 12 dots, a gap up to the stop at 96, and two more.
        let drawn: Vec<usize> = (0..576).filter(|x| dots.0[0][*x]).collect();
        assert_eq!(drawn, (0..24).chain(96..120).collect::<Vec<usize>>());
    }
    let under = |style: &[u8]| Dots::of(epson(), &[style, b"Rg\n"].concat());
    assert_eq!(under(b"\x1DB\x01\x1B-\x02"), under(b"\x1DB\x01"), "not below reversed text");
    assert_eq!(under(b"\x1BV\x01\x1B-\x02"), under(b"\x1BV\x01"), "not below turned text");
}

#[test]
fn reversed_text_is_white_on_black_with_its_right_space_but_not_in_tabs() {
    let plain = Dots::of(epson(), b"Rg\n").ink();
    // 2 boxes of 12 by 24, and twice 4 more dots.
    let reversed = Dots::of(epson(), b"\x1DB\x01\x1B \x04Rg\n");
    assert_eq!(reversed.ink(), 2 * (12 + 4) * 24 - plain);
    let with_gap = Dots::of(epson(), b"\x1DB\x01R\tg\n");
    assert_eq!(with_gap.ink(), 2 * 12 * 24 - plain);
    // The gap of a turned character stays white.
    let turned = Dots::of(epson(), b"\x1BV\x01\x1DB\x01Rg\n");
    assert_eq!(turned.ink(), 2 * 12 * 24 - plain);
}

#[test]
fn emphasised_and_double_strike_look_alike() {
    let bold = Dots::of(epson(), b"\x1BE\x01Rg\n");
    assert_eq!(bold, Dots::of(epson(), b"\x1BG\x01Rg\n"));
    assert_eq!(bold, Dots::of(epson(), b"\x1B!\x08Rg\n"));
    assert!(bold.ink() > Dots::of(epson(), b"Rg\n").ink());
}

#[test]
fn italics_are_a_command_of_some_dialects_only() {
    let italic = printer_with_italics();
    assert_ne!(Dots::of(italic, b"\x1B4\x01I\n"), Dots::of(italic, b"I\n"));
    assert_eq!(Dots::of(italic, b"\x1B4\x01I\n").ink(), Dots::of(italic, b"I\n").ink(), "it leans");
    assert_eq!(Dots::of(epson(), b"\x1B4\x01HI\n"), Dots::of(epson(), b"HI\n"), "01 is no character");
}

fn printer_with_italics() -> &'static Profile {
    let dialect = escpos::Dialect { italics: true, ..escpos::Dialect::EPSON };
    profile(Geometry::WIDE_203_DPI, TypeFace { dialect, ..TypeFace::EPSON_203_DPI })
}

#[test]
fn a_line_feeds_its_spacing_but_never_less_than_its_height() {
    // Two lines of the same letter: the second begins so far below the first.
    let pitch = |spacing: &[u8]| {
        let one = Dots::of(epson(), &[spacing, b"H\n"].concat()).height();
        Dots::of(epson(), &[spacing, b"H\nH\n"].concat()).height() - one
    };
    assert_eq!(pitch(b""), 30);
    assert_eq!(pitch(b"\x1B3\x3C"), 60);
    assert_eq!(pitch(b"\x1B3\x10"), 24, "24 dots do not fit into 16");
    assert_eq!(pitch(b"\x1B3\x10\x1D!\x01\x1B2\x1D!\x00"), 30);
    assert_eq!(pitch(b"\x1B3\x10\x1BM\x01"), 17);
    let (one, two) = (Dots::of(epson(), b"H\n").ink(), Dots::of(epson(), b"\x1B3\x10H\nH\n").ink());
    assert_eq!(two, 2 * one, "nothing is printed over");
}

#[test]
fn motion_units_are_parts_of_an_inch() {
    // At 100 to the inch, 100 units are an inch: 203 dots of 1/8 mm.
    let at = |bytes: &[u8]| Dots::of(epson(), &[bytes, b"\xDB\n"].concat()).extent().0;
    assert_eq!(at(b"\x1DP\x64\x64\x1B$\x64\x00"), 203);
    assert_eq!(at(b"\x1DP\x64\x64\x1DP\x00\x00\x1B$\x64\x00"), 100, "0 is the model's own unit");
    assert_eq!(at(b"\x1DP\x64\x64\x1B@\x1B$\x64\x00"), 100, "so it is after ESC @");
    // A T88 counts 1/360 inch along: 60 units are 30 dots of 1/180 inch, and 120 are 60.
    let t88 = profile(Geometry::WIDE_180_DPI, TypeFace::EPSON_180_DPI);
    let height = |bytes: &[u8]| Dots::of(t88, bytes).height();
    assert_eq!(height(b"\x1B3\x78H\nH\n") - height(b"H\n"), 60);
    assert_eq!(height(b"H\n\x1BJ\x3CH\n") - height(b"H\nH\n"), 30);
}

#[test]
fn one_command_feeds_forty_inches_at_most() {
    // 255 lines of 255/16 inch are 100 m; 1016 mm are 8128 dots.
    let height = Dots::of(epson(), b"H\n\x1DP\x10\x10\x1B3\xFF\x1Bd\xFF\x1B@H\n").height();
    assert_eq!(height - Dots::of(epson(), b"H\n").height(), 8128 + 30);
}

#[test]
fn tabs_go_to_their_stops_and_nowhere_else() {
    let places = |bytes: &[u8]| {
        let dots = Dots::of(epson(), bytes);
        let inked: Vec<usize> = (0..576).filter(|x| dots.0.iter().any(|row| row[*x])).collect();
        inked.iter().copied().filter(|x| *x == 0 || !inked.contains(&(x - 1))).collect::<Vec<usize>>()
    };
    // DBh of page 437 fills its cell.
    assert_eq!(places(b"\xDB\t\xDB\t\xDB\n"), [0, 96, 192]);
    assert_eq!(places(b"\x1BD\x0A\x14\x00\xDB\t\xDB\t\xDB\n"), [0, 120, 240]);
    // In font B a column has 9 dots; a change of the font afterwards does not move the stops.
    assert_eq!(places(b"\x1BM\x01\x1BD\x0A\x14\x00\x1BM\x00\xDB\t\xDB\t\xDB\n"), [0, 90, 180]);
    assert_eq!(places(b"\x1BD\x00\xDB\t\xDB\n"), [0], "no stop, no move");
    assert_eq!(places(b"\x1BD\x0A\x00\x1B@\xDB\t\xDB\n"), [0, 96]);
}

#[test]
fn a_place_on_the_line_can_be_taken_twice() {
    let over = Dots::of(epson(), b"H\x1B$\x00\x00I\n");
    let (h, i) = (Dots::of(epson(), b"H\n"), Dots::of(epson(), b"I\n"));
    for (y, row) in over.0.iter().enumerate() {
        for (x, dot) in row.iter().enumerate() {
            assert_eq!(*dot, h.0[y][x] || i.0[y][x], "{x} {y}");
        }
    }
    // 12 back from 12 is the same place.
    assert_eq!(over, Dots::of(epson(), b"H\x1B\\\xF4\xFFI\n"));
    assert_eq!(
        ignored(epson(), b"\x1B\\\xFF\xFF\x1B$\x41\x02"),
        [*b"\x1B\\", *b"\x1B$"],
        "-1, and 577 of 576"
    );
}

#[test]
fn clones_have_their_own_ways_with_places_and_feeds() {
    let epson_58 = profile(Geometry::NARROW_203_DPI, TypeFace::EPSON_203_DPI);
    // On a clone, the same bytes put both letters side by side.
    for back in [b"\x1B\\\xF4\xFF".as_slice(), b"\x1B$\x00\x00"] {
        let bytes = [b"H".as_slice(), back, b"I\n"].concat();
        assert_eq!(Dots::of(clone_58(), &bytes), Dots::of(epson_58, b"HI\n"));
    }
    let height = |profile, bytes: &[u8]| Dots::of(profile, bytes).height();
    let feed = b"H\n\x1BJ\x64H\n";
    assert_eq!(height(epson_58, feed) - height(clone_58(), feed), 100);
    let raster = b"\x1Dv0\x00\x01\x00\x01\x00\xFF\nH\n";
    assert_eq!(height(epson_58, raster) - height(clone_58(), raster), 30);
    let twice = b"\x1Dv0\x00\x01\x00\x01\x00\xFF\n\nH\n";
    assert_eq!(height(epson_58, twice) - height(clone_58(), twice), 30, "only the first is swallowed");
    let auto = Habits { auto_line_feed: true, ..Habits::EPSON };
    let auto = profile(Geometry::WIDE_203_DPI, TypeFace { habits: auto, ..TypeFace::EPSON_203_DPI });
    assert_eq!(lines(auto, b"a\rb\r"), ["a", "b"]);
    assert_eq!(lines(epson(), b"a\rb\r\n"), ["ab"]);
}

#[test]
fn margins_and_justification_wait_for_the_beginning_of_a_line() {
    let codes = [*b"\x1Ba", *b"\x1DL", *b"\x1DW"];
    let commands: [&[u8]; 3] = [b"\x1Ba\x01", b"\x1DL\x40\x00", b"\x1DW\x40\x00"];
    for (command, code) in commands.into_iter().zip(codes) {
        for begun in [b"x".as_slice(), b"\t", b"\x1B$\x00\x00", b"\x1B\\\x00\x00"] {
            assert_eq!(ignored(epson(), &[begun, command, b"\n"].concat()), [code]);
        }
        assert_eq!(ignored(epson(), &[b"x\n", command].concat()), [[0; 2]; 0]);
    }
}

#[test]
fn text_wraps_at_the_print_area_and_the_area_begins_at_the_margin() {
    // 60 dots are 5 characters of font A.
    let bytes = b"\x1DL\x64\x00\x1DW\x3C\x00HHHHHHH\n";
    assert_eq!(lines(epson(), bytes), ["HHHHH", "HH"]);
    let (left, right) = Dots::of(epson(), bytes).extent();
    assert!((100..112).contains(&left) && right <= 160, "{left} {right}");
    // Right-justified in it.
    let (left, right) = Dots::of(epson(), b"\x1DL\x64\x00\x1DW\x3C\x00\x1Ba\x02\xDB\n").extent();
    assert_eq!((left, right), (148, 160));
    // A character wider than the area stands alone.
    assert_eq!(lines(epson(), b"\x1DW\x0A\x00AB\n"), ["A", "B"]);
    // 8 times 12 dots do not fit at dot 570, so the margin gives way.
    assert_eq!(Dots::of(epson(), b"\x1DL\x3A\x02\x1D!\x70\xDB\n").extent(), (480, 576));
}

#[test]
fn a_line_may_be_erased_before_it_is_printed() {
    assert_eq!(lines(epson(), b"wrong\x1DT\x00right\n"), ["right"]);
    assert_eq!(lines(epson(), b"first\x1DT\x01second\n"), ["first", "second"]);
}

#[test]
fn what_is_sent_to_the_display_is_not_printed() {
    assert_eq!(lines(epson(), b"a\n\x1B=\x02b\n\x1B@c\n\x1B=\x01d\n\x1B=\x03e\n"), ["a", "d", "e"]);
}

#[test]
fn initializing_sets_back_the_modes_and_drops_the_line() {
    let modes = b"\x1D!\x11\x1BE\x01\x1B-\x02\x1DB\x01\x1Ba\x01\x1BV\x01\x1B \x0A\x1BR\x02\x1Bt\x10\x1B3\x60\x1DL\x20\x00lost";
    let after = [modes.as_slice(), b"\x1B@[x]\nH\n"].concat();
    assert_eq!(Dots::of(epson(), &after), Dots::of(epson(), b"[x]\nH\n"));
}

#[test]
fn reverse_feeds_have_limits_and_not_every_model_has_them() {
    assert_eq!(ignored(epson(), b"x\n\x1BK\x30\x1Be\x02"), [[0; 2]; 0]);
    assert_eq!(ignored(epson(), b"x\n\x1BK\x31\x1Be\x03"), [*b"\x1BK", *b"\x1Be"]);
    let t88 = profile(Geometry::WIDE_180_DPI, TypeFace::EPSON_180_DPI);
    assert_eq!(ignored(t88, b"x\n\x1BK\x01\x1Be\x01"), [*b"\x1BK", *b"\x1Be"]);
}

#[test]
fn a_reverse_feed_prints_over_what_stands_there() {
    // A line feeds 30 dots; 30 units of 1/203 inch are 30 dots, and so is one line.
    for back in [b"\x1BK\x1E".as_slice(), b"\x1Be\x01"] {
        let over = Dots::of(epson(), &[b"H\n".as_slice(), back, b"I\n"].concat());
        assert_eq!(over, Dots::of(epson(), b"H\x1B$\x00\x00I\n"));
    }
}

#[test]
fn accents_turn_into_hanzi_on_a_chinese_printer_unless_it_was_told_fs_dot() {
    // "Müller ——" in page 437; 81 6C is a Hanzi of GBK, and so is C4 C4.
    let text = b"\x1Bt\x00M\x81ller \xC4\xC4\n";
    assert_eq!(lines(&DESK_80, text), ["M乴ler 哪"]);
    assert_eq!(lines(&DESK_80, &[b"\x1C.".as_slice(), text].concat()), ["Müller ──"]);
    assert_eq!(lines(epson(), text), ["Müller ──"]);
    assert_eq!(lines(epson(), b"\x1C&\xD6\xD0\xCE\xC4\x1C.\xC4\n"), ["中文─"]);
}

#[test]
fn a_pair_that_is_no_character_prints_two_question_marks() {
    assert_eq!(lines(&DESK_80, b"a\xFE\xFFb\n"), ["a??b"]);
}

#[test]
fn text_may_be_utf_8() {
    let text = ["\x1B@\x1C(C\x02\x000\x02".as_bytes(), "Grüße 中文 ₽\n".as_bytes()].concat();
    for printer in [epson(), &DESK_80] {
        assert_eq!(lines(printer, &text), ["Grüße 中文 ₽"]);
    }
    // 6 narrow, 2 wide and 2 narrow ones.
    let block = ["\x1C(C\x02\x000\x02".as_bytes(), "████████中文██\n".as_bytes()].concat();
    assert_eq!(Dots::of(epson(), &block).extent(), (0, 8 * 12 + 2 * 24 + 2 * 12));
}

#[test]
fn multibyte_characters_have_their_own_size_space_and_underline() {
    let width = |bytes: &[u8]| Dots::of(&DESK_80, &[bytes, b"\xA1\xF6\xA1\xF6\n"].concat()).extent();
    let (left, right) = width(b"");
    assert_eq!(width(b"\x1C!\x04").1 - width(b"\x1C!\x04").0, 2 * (right - left));
    assert_eq!(width(b"\x1CW\x01").1, width(b"\x1D!\x11").1);
    // Two dots left of each and three right of it.
    assert_eq!(width(b"\x1CS\x02\x03"), (left + 2, right + 2 + 3 + 2));
    let under = Dots::of(&DESK_80, b"\x1C-\x01\xA1\xA1\xA1\xA1\n");
    assert_eq!((under.height(), under.extent()), (1, (0, 48)));
    assert_eq!(lines(&DESK_80, b"\x1B-\x01\xD6\xD0\n"), ["中"]);
    assert_eq!(Dots::of(&DESK_80, b"\x1B-\x01\xD6\xD0\n"), Dots::of(&DESK_80, b"\xD6\xD0\n"));
}

/// A character of 3 columns for `A`: full, upper dot, lowest dot of 24.
const DRAWN: &[u8] = b"\x1B&\x03AA\x03\xFF\xFF\xFF\x80\x00\x00\x00\x00\x01";

#[test]
fn characters_of_the_users_own_print_their_dots_and_read_as_their_code() {
    let drawn = Dots::of(epson(), &[DRAWN, b"\x1B%\x01A\n"].concat());
    assert_eq!((drawn.ink(), drawn.height(), drawn.extent()), (24 + 2, 24, (0, 3)));
    assert!(drawn.0[0][1] && drawn.0[23][2] && !drawn.0[1][1] && !drawn.0[22][2]);
    assert_eq!(lines(epson(), &[DRAWN, b"\x1B%\x01xAy\n"].concat()), ["xAy"]);
    let plain = Dots::of(epson(), b"A\n");
    for after in [
        b"\x1B%\x00".as_slice(),
        b"\x1B%\x01\x1B?A",
        b"\x1B%\x01\x1B@\x1B%\x01",
        b"\x1B%\x01\x1BM\x01\x1BM\x00\x1B?A",
    ] {
        assert_eq!(Dots::of(epson(), &[DRAWN, after, b"A\n"].concat()), plain, "{}", after.escape_ascii());
    }
    // The next stands 12 dots on, and double size doubles the dots.
    let big = Dots::of(epson(), &[DRAWN, b"\x1B%\x01\x1D!\x11A\n"].concat());
    assert_eq!((big.ink(), big.extent()), (4 * 26, (0, 6)));
    let turned = Dots::of(epson(), &[DRAWN, b"\x1B%\x01\x1BV\x01A\n"].concat());
    assert_eq!(turned.cropped(), drawn.cropped().clockwise());
}

#[test]
fn a_reset_that_is_none_changes_nothing() {
    // python-escpos sends ESC ? LF NUL: one byte that is no code, and a NUL.
    assert_eq!(lines(epson(), b"a\x1B?\x0A\x00b\n"), ["ab"]);
}

#[test]
fn multibyte_characters_of_the_users_own_print_their_dots() {
    let define = [b"\x1C2\xFE\xA1".as_slice(), &[0xFF; 72]].concat();
    let dots = Dots::of(&DESK_80, &[&define, b"\xFE\xA1\n".as_slice()].concat());
    assert_eq!((dots.ink(), dots.extent()), (24 * 24, (0, 24)));
    let cancelled = Dots::of(&DESK_80, &[&define, b"\x1C?\xFE\xA1\xFE\xA1\n".as_slice()].concat());
    assert_eq!(cancelled, Dots::of(&DESK_80, b"\xFE\xA1\n"));
}

#[test]
fn memory_for_drawn_characters_is_bounded() {
    let mut bytes = Vec::new();
    for code in 0..400_u16 {
        let [high, low] = (0xA1A1 + code).to_be_bytes();
        bytes.extend_from_slice(&[0x1C, b'2', high, low]);
        bytes.extend_from_slice(&[0xFF; 72]);
    }
    // 12 KB hold 170 of 72 bytes: the last is not among them.
    bytes.extend_from_slice(b"\xA1\xA1");
    let first = Dots::of(&DESK_80, &[&bytes, b"\n".as_slice()].concat());
    assert_eq!(first.ink(), 24 * 24);
    let [high, low] = (0xA1A1_u16 + 300).to_be_bytes();
    let last = Dots::of(&DESK_80, &[&bytes, [high, low, b'|', b'\n'].as_slice()].concat());
    assert!(last.ink() < 2 * 24 * 24);
}

#[test]
fn a_line_that_is_printed_over_without_end_is_printed_at_last() {
    let bytes = b"\x1B$\x00\x00x".repeat(3000);
    assert!(lines(epson(), &bytes).len() >= 5);
}

/// Bytes as they come, and starts of commands more often than chance would have them.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let prefix = prop::sample::select(vec![0x1B_u8, 0x1D, 0x1C]);
    let command = (prefix, 0x20_u8..0x80, prop::collection::vec(any::<u8>(), 0..4));
    let command = command.prop_map(|(prefix, code, parameters)| [vec![prefix, code], parameters].concat());
    let text = prop::collection::vec(0x20_u8.., 0..20);
    let piece =
        proptest::prop_oneof![command, text, any::<u8>().prop_map(|byte| vec![byte]), Just(vec![0x0A])];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Clears the buffers whatever they hold; the printer is selected, set back, and cuts off what is there.
const AFRESH: &[u8] = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x1B=\x01\x1B@\x1DVA\x00";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_came_before_a_receipt_after_esc_at_is_whole(noise in noise()) {
        let mut bench = Bench::new(&DESK_80);
        bench.send(&noise).settle().poke(Poke::LoadPaper).settle();
        bench.send(AFRESH).settle().poke(Poke::TakeReceipt);
        bench.send_obediently(&receipt()).settle().poke(Poke::TakeReceipt);
        let pieces = bench.pieces();
        let last = pieces.last().unwrap();
        let text: Vec<&str> = last.lines().map(|line| line.text).collect();
        assert_eq!(text, receipt_text());
        assert_eq!(last.reading().legibility, Permille::WHOLE);
    }
}

#[test]
fn a_gap_reads_as_the_blanks_that_would_leave_it() {
    // HT goes from 5 characters to 8; ESC $ 120 is the eleventh column of 12 dots.
    let bytes = b"TOTAL\t123.45\nA\x1B$\x78\x00B\nx\x1B\\\x03\x00y\x1B\\\x04\x00z\n";
    assert_eq!(lines(epson(), bytes), ["TOTAL   123.45", "A         B", "xy z"]);
    // A blank is as wide as its character: 24 dots if that is double, 12 beside Hanzi. What moves a line as a whole
    // is no gap.
    let sized = b"\x1D!\x10A\x1B$\x48\x00B\n\x1D!\x00\xD6\xD0\x1B$\x3C\x00\xCE\xC4\n\tindented\n";
    assert_eq!(lines(&DESK_80, sized), ["A  B", "中   文", "indented"]);
    // Typed blanks stay, at the end as well; an image between words is a gap.
    let image = [b"a \x1B*\x01\x18\x00".as_slice(), &[0xFF; 24], b"b  \n"].concat();
    assert_eq!(lines(epson(), &image), ["a   b  "]);
}

#[test]
fn a_line_reads_from_left_to_right_in_whatever_order_it_was_set() {
    let price_first = b"\x1B$\x78\x0012.50\x1B$\x00\x00COFFEE\n";
    assert_eq!(lines(epson(), price_first), ["COFFEE    12.50"]);
    let in_order = b"COFFEE\x1B$\x78\x0012.50\n";
    assert_eq!(Dots::of(epson(), price_first), Dots::of(epson(), in_order));
    // Struck twice on one place to make it bold, and with other words over it.
    assert_eq!(lines(epson(), b"TOTAL\x1B$\x00\x00TOTAL 5\n"), ["TOTALTOTAL 5"]);
    assert_eq!(lines(epson(), b"TOTAL\x1B$\x00\x00TOTAL\x1B$\x54\x009\n"), ["TOTAL  9"]);
    let upside_down = [b"\x1B{\x01".as_slice(), price_first].concat();
    assert_eq!(lines(epson(), &upside_down), ["COFFEE    12.50"]);
    assert_eq!(
        Dots::of(epson(), &upside_down),
        Dots::of(epson(), &[b"\x1B{\x01".as_slice(), in_order].concat())
    );
}
