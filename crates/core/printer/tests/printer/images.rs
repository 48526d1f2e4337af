//! Claims about images: however an image is sent, the same dots come out.

use crate::codes::printed;
use crate::driver::Bench;
use printer::{DESK_80, Event, Picture, Piece, Poke, SLIP_58};
use proptest::prelude::{any, prop, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};
use std::sync::Arc;

/// A picture of so many columns and rows, as bits.
#[derive(Clone, Debug)]
struct Art {
    columns: usize,
    rows: usize,
}

impl Art {
    /// Neither symmetric nor periodic in bytes.
    fn dot(&self, x: usize, y: usize) -> bool {
        x < self.columns && y < self.rows && ((x * x + 3 * y * y) / 7 + x * y) % 5 < 2
    }

    fn byte(dots: impl Iterator<Item = bool>) -> u8 {
        dots.enumerate().fold(0, |byte, (place, dot)| byte | if dot { 0x80 >> place } else { 0 })
    }

    /// Row by row in whole bytes.
    fn by_rows(&self) -> Vec<u8> {
        let byte = |x: usize, y: usize| Self::byte((x..x + 8).map(|x| self.dot(x, y)));
        (0..self.rows).flat_map(|y| (0..self.columns).step_by(8).map(move |x| byte(x, y))).collect()
    }

    /// Column by column in whole bytes, of the rows from `top` on.
    fn by_columns(&self, top: usize, rows: usize) -> Vec<u8> {
        let byte = |x: usize, y: usize| Self::byte((y..y + 8).map(|y| self.dot(x, y)));
        (0..self.columns).flat_map(|x| (top..top + rows).step_by(8).map(move |y| byte(x, y))).collect()
    }

    fn raster(&self, m: u8) -> Vec<u8> {
        let [xl, xh] = word(self.columns.div_ceil(8));
        let [yl, yh] = word(self.rows);
        [&[0x1D, b'v', b'0', m, xl, xh, yl, yh], self.by_rows().as_slice()].concat()
    }
}

fn word(number: usize) -> [u8; 2] {
    u16::try_from(number).expect("16 bits").to_le_bytes()
}

const ART: Art = Art { columns: 200, rows: 96 };

/// `GS ( L` with this function and these parameters.
fn graphics(function: u8, parameters: &[u8]) -> Vec<u8> {
    let [low, high] = word(parameters.len() + 2);
    [&[0x1D, b'(', b'L', low, high, 48, function], parameters].concat()
}

/// The same by `GS 8 L`.
fn long_graphics(function: u8, parameters: &[u8]) -> Vec<u8> {
    let [a, b, c, d] = u32::try_from(parameters.len() + 2).expect("32 bits").to_le_bytes();
    [&[0x1D, b'8', b'L', a, b, c, d, 48, function], parameters].concat()
}

/// Parameters of functions 112 and 113.
fn stored(art: &Art, scale: [u8; 2], color: u8, data: &[u8]) -> Vec<u8> {
    let size = [word(art.columns), word(art.rows)].concat();
    [&[48, scale[0], scale[1], color], size.as_slice(), data].concat()
}

/// Parameters of functions 67, 68, 83 and 84.
fn keyed(art: &Art, key: &[u8; 2], data: &[u8]) -> Vec<u8> {
    let size = [word(art.columns), word(art.rows)].concat();
    [&[48, key[0], key[1], 1], size.as_slice(), &[49], data].concat()
}

fn picture(bytes: &[u8]) -> Picture {
    printed(bytes).1.picture()
}

fn dark(piece: &Piece) -> usize {
    piece.picture().dots.iter().filter(|dot| **dot > 128).count()
}

#[test]
fn columns_stacked_by_line_spacing_equal_the_raster_image() {
    // As python-escpos sends images: 24-dot columns, and line feeds of 16 or 24 dots that the images' height overrules.
    for (spacing, feed) in [(24, b"\n".to_vec()), (16, b"\n".to_vec()), (0, b"\x1BJ\x18".to_vec())] {
        let mut bytes = vec![0x1B, b'3', spacing];
        for top in (0..ART.rows).step_by(24) {
            let [low, high] = word(ART.columns);
            bytes.extend([0x1B, b'*', 33, low, high]);
            bytes.extend(ART.by_columns(top, 24));
            bytes.extend_from_slice(&feed);
        }
        bytes.extend(b"\x1B2");
        assert_eq!(picture(&bytes), picture(&ART.raster(0)), "{spacing}");
    }
}

#[test]
fn half_density_doubles_dots_and_eight_dots_stand_three_lines_each() {
    let art = Art { columns: 40, rows: 24 };
    let [low, high] = word(art.columns);
    let columns = |m: u8, rows: usize| {
        let mut bytes = vec![0x1B, b'3', 0, 0x1B, b'*', m, low, high];
        bytes.extend(art.by_columns(0, rows));
        bytes.extend(b"\n\x1B2");
        bytes
    };
    assert_eq!(picture(&columns(32, 24)), picture(&art.raster(1)), "half density is double width");
    // Eight rows of the art, each three dot lines high.
    let eight = Art { columns: 40, rows: 8 };
    let tall: Vec<u8> = eight.by_rows().chunks(5).flat_map(|row| row.repeat(3)).collect();
    let raster = |m: u8| [&[0x1D, b'v', b'0', m, 5, 0, 24, 0], tall.as_slice()].concat();
    assert_eq!(picture(&columns(1, 8)), picture(&raster(0)));
    assert_eq!(picture(&columns(0, 8)), picture(&raster(1)));
}

#[test]
fn a_clone_prints_eight_dots_on_eight_dot_lines() {
    let bytes = [&[0x1B, b'*', 1, 24, 0][..], &[0xFF; 24], b"\n\n\n\n\n\n\n"].concat();
    let ink = |profile| {
        let mut bench = Bench::new(profile);
        bench.send_obediently(&bytes).settle().poke(Poke::Inspect);
        let found = bench.events.iter().find_map(|(_, event)| match event {
            Event::Found { piece, .. } => Some(Arc::clone(piece)),
            _ => None,
        });
        found.expect("paper hangs out").ideal().dots.iter().filter(|dot| **dot > 0).count()
    };
    assert_eq!((ink(&DESK_80), ink(&SLIP_58)), (24 * 24, 24 * 8));
}

#[test]
fn columns_stand_beside_text_and_each_other_on_one_line() {
    let art = Art { columns: 24, rows: 24 };
    let column = [&[0x1B, b'*', 33, 24, 0], art.by_columns(0, 24).as_slice()].concat();
    let (_, piece) = printed(&[b"AB".as_slice(), &column, b"CD", &column, b"\n"].concat());
    assert_eq!(piece.lines().map(|line| line.text).collect::<Vec<_>>(), ["AB  CD"]);
    let (_, twice) = printed(&[column.as_slice(), &column, b"\n"].concat());
    let (_, once) = printed(&[column.as_slice(), b"\n"].concat());
    assert_eq!(dark(&twice), 2 * dark(&once));
    assert_eq!(twice.length_um(), once.length_um());
}

#[test]
fn columns_beyond_the_area_are_dropped() {
    let solid = |columns: usize| {
        let [low, high] = word(columns);
        [&[0x1B, b'*', 33, low, high], vec![0xFF; columns * 3].as_slice(), b"\n"].concat()
    };
    let (_, piece) = printed(&solid(1000));
    assert_eq!(dark(&piece), 576 * 24);
}

#[test]
fn the_graphics_buffer_prints_what_a_raster_image_prints() {
    let rows = ART.by_rows();
    let columns = ART.by_columns(0, ART.rows);
    for (x, y, m) in [(1, 1, 0), (2, 1, 1), (1, 2, 2), (2, 2, 3)] {
        let expected = picture(&ART.raster(m));
        let by_rows = [graphics(112, &stored(&ART, [x, y], 49, &rows)), graphics(50, &[])].concat();
        assert_eq!(picture(&by_rows), expected);
        let by_columns = [graphics(113, &stored(&ART, [x, y], 49, &columns)), graphics(2, &[])].concat();
        assert_eq!(picture(&by_columns), expected);
    }
    let long = [long_graphics(112, &stored(&ART, [1, 1], 49, &rows)), graphics(50, &[])].concat();
    assert_eq!(picture(&long), picture(&ART.raster(0)));
}

#[test]
fn the_graphics_buffer_is_empty_after_printing_and_after_initialize() {
    let store = graphics(112, &stored(&ART, [1, 1], 49, &ART.by_rows()));
    let print = graphics(50, &[]);
    let (_, once) = printed(&[store.as_slice(), &print].concat());
    let (bench, twice) = printed(&[store.as_slice(), &print, &print].concat());
    assert_eq!(once.picture(), twice.picture());
    assert!(bench.story().contains(&"command 1D 28 ignored".to_owned()));
    let (_, blank) = printed(&[store.as_slice(), b"\x1B@", &print].concat());
    assert!(blank.is_blank());
}

#[test]
fn a_second_colour_prints_black_over_the_first() {
    let art = Art { columns: 16, rows: 2 };
    let plane = |color: u8, data: &[u8]| graphics(112, &stored(&art, [1, 1], color, data));
    let (_, piece) =
        printed(&[plane(49, &[0xF0, 0, 0, 0]), plane(50, &[0x0F, 0, 0, 1]), graphics(50, &[])].concat());
    assert_eq!(dark(&piece), 9);
}

#[test]
fn an_nv_image_survives_the_power_switch_and_a_downloaded_one_does_not() {
    let mut bench = Bench::new(&DESK_80);
    bench.send_obediently(&graphics(67, &keyed(&ART, b"NV", &ART.by_rows())));
    bench.send_obediently(&graphics(83, &keyed(&ART, b"DL", &ART.by_rows()))).settle();
    let print = |bench: &mut Bench, function: u8, key: &[u8; 2]| -> Arc<Piece> {
        bench.send_obediently(&graphics(function, &[key[0], key[1], 1, 1]));
        bench.send_obediently(b"\n\x1DVA\x00").settle().poke(Poke::TakeReceipt);
        bench.pieces().pop().unwrap()
    };
    assert_eq!(print(&mut bench, 85, b"DL").picture().height, picture(&ART.raster(0)).height);
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    let kept = print(&mut bench, 69, b"NV");
    assert_eq!(dark(&kept), dark(&printed(&ART.raster(0)).1));
    assert!(print(&mut bench, 85, b"DL").is_blank());
}

#[test]
fn memories_tell_their_room_and_their_keys() {
    let answers = |bytes: &[u8]| {
        let mut bench = Bench::new(&DESK_80);
        bench.send(bytes).settle();
        // While it writes, the printer is busy, and says so.
        bench.replies.retain(|byte| !matches!(byte, 0x11 | 0x13));
        bench.replies
    };
    let small = Art { columns: 16, rows: 100 };
    let define = |function: u8, key: &[u8; 2]| graphics(function, &keyed(&small, key, &small.by_rows()));
    assert_eq!(answers(&graphics(48, &[])), b"\x37\x30262144\0", "256 KB");
    // 100 rows of 2 bytes.
    assert_eq!(answers(&[define(67, b"A1"), graphics(51, &[])].concat()), b"\x37\x31261944\0");
    assert_eq!(answers(&[define(83, b"A1"), graphics(52, &[])].concat()), b"\x37\x3212088\0");
    let both = [define(67, b"B2"), define(67, b"A1"), graphics(64, b"KC")].concat();
    assert_eq!(answers(&both), b"\x37\x72\x40A1B2\0");
    let deleted =
        [both.as_slice(), &graphics(66, b"A1"), &graphics(65, b"CLR"), &graphics(64, b"KC")].concat();
    assert_eq!(answers(&deleted), b"\x37\x72\x40A1B2\0\x37\x72\x40\0");
}

#[test]
fn an_image_that_does_not_fit_the_memory_is_not_kept() {
    // 12 KB are 170 rows of 72 bytes and some.
    let define = |rows: usize| {
        let art = Art { columns: 576, rows };
        graphics(83, &keyed(&art, b"DL", &art.by_rows()))
    };
    let print = graphics(85, b"DL\x01\x01");
    let (_, fits) = printed(&[define(170), print.clone()].concat());
    assert!(!fits.is_blank());
    let (bench, does_not) = printed(&[define(171), print].concat());
    assert!(does_not.is_blank());
    assert!(bench.story().contains(&"command 1D 28 ignored".to_owned()));
}

#[test]
fn older_commands_print_the_same_dots() {
    // 200 by 96 dots: 25 and 12 units of eight.
    let expected = picture(&ART.raster(0));
    let columns = ART.by_columns(0, ART.rows);
    let fs_q = [&b"\x1Cq\x01"[..], &[25, 0, 12, 0], &columns, b"\x1Cp\x01\x00"].concat();
    assert_eq!(picture(&fs_q), expected);
    let download = [&[0x1D, b'*', 25, 12][..], &columns, b"\x1D/\x00"].concat();
    assert_eq!(picture(&download), expected);
    let variable = [&[0x1D, b'Q', b'0', 0, 200, 0, 12, 0][..], &columns].concat();
    assert_eq!(picture(&variable), expected);
}

#[test]
fn a_bitmap_file_prints_its_darker_colour() {
    let row_bytes = ART.columns.div_ceil(8);
    for (inverted, top_down) in [(false, false), (true, false), (false, true)] {
        let mut file = b"BM".to_vec();
        let height = if top_down { -(ART.rows as i32) } else { ART.rows as i32 };
        let stride = row_bytes.next_multiple_of(4);
        let len = 62 + stride * ART.rows;
        for number in [len as i32, 0, 62, 40, ART.columns as i32, height, 1 | 1 << 16, 0, 0, 0, 0, 2, 2] {
            file.extend(number.to_le_bytes());
        }
        let (white, black) = ([255, 255, 255, 0], [0; 4]);
        file.extend(if inverted { [black, white].concat() } else { [white, black].concat() });
        let art = ART.by_rows();
        let mut rows: Vec<Vec<u8>> = art.chunks(row_bytes).map(<[u8]>::to_vec).collect();
        if !top_down {
            rows.reverse();
        }
        for mut row in rows {
            if inverted {
                row.iter_mut().for_each(|byte| *byte = !*byte);
            }
            row.resize(stride, 0);
            file.extend(row);
        }
        let define = [&[0x1D, b'D', 48, 83, 48, b'B', b'M', 48, 49][..], &file].concat();
        let bytes = [define, graphics(85, b"BM\x01\x01")].concat();
        assert_eq!(picture(&bytes), picture(&ART.raster(0)), "{inverted} {top_down}");
    }
}

#[test]
fn images_are_aligned_and_clipped_at_the_head() {
    let left = printed(&ART.raster(0)).1;
    let right = printed(&[b"\x1Ba2".to_vec(), ART.raster(0)].concat()).1;
    let first = |piece: &Piece| {
        let picture = piece.picture();
        (0..picture.width)
            .find(|x| (0..picture.height).any(|y| picture.dots[(y * picture.width + x) as usize] > 128))
    };
    assert_eq!(first(&right).unwrap() - first(&left).unwrap(), 576 - 200);
    let wide = [&[0x1D, b'v', b'0', 0, 0xE8, 0x03, 2, 0][..], &[0xFF; 2000]].concat();
    assert_eq!(dark(&printed(&wide).1), 576 * 2);
}

#[test]
fn upside_down_turns_kept_images_and_columns_but_not_raster_images() {
    let upright = picture(&ART.raster(0));
    assert_eq!(picture(&[b"\x1B{\x01".to_vec(), ART.raster(0)].concat()), upright);
    let kept = [graphics(112, &stored(&ART, [1, 1], 49, &ART.by_rows())), graphics(50, &[])].concat();
    let (_, turned) = printed(&[b"\x1B{\x01".to_vec(), kept].concat());
    // The blade is 120 dot lines behind the head, where the paper of this piece begins.
    let top = 120 * upright.width as usize;
    let image = top..top + ART.rows * upright.width as usize;
    assert!(turned.picture().dots[image.clone()].iter().eq(upright.dots[image].iter().rev()));
}

/// Any command of the families that store and print codes and images, with any parameters.
fn any_command() -> impl Strategy<Value = Vec<u8>> {
    let bytes = |len| prop::collection::vec(any::<u8>(), 0..len);
    let bars = (0_u8..80, bytes(60)).prop_map(|(m, data)| {
        let n = u8::try_from(data.len()).expect("short");
        if m < 7 {
            [&[0x1D, b'k', m][..], &data, &[0]].concat()
        } else {
            [&[0x1D, b'k', m, n][..], &data].concat()
        }
    });
    let digits = (65_u8..80, prop::collection::vec(b'0'..=b'9', 1..30)).prop_map(|(m, data)| {
        [&[0x1D, b'k', m, u8::try_from(data.len()).expect("short")][..], &data].concat()
    });
    let matrix = (48_u8..56, 64_u8..84, bytes(80)).prop_map(|(kind, function, data)| {
        let [low, high] = word(data.len() + 2);
        [&[0x1D, b'(', b'k', low, high, kind, function][..], &data].concat()
    });
    let store = (48_u8..55, bytes(400)).prop_map(|(kind, data)| {
        let [low, high] = word(data.len() + 3);
        let store = [&[0x1D, b'(', b'k', low, high, kind, 80, 48][..], &data].concat();
        [store, vec![0x1D, b'(', b'k', 3, 0, kind, 81, 48]].concat()
    });
    let function = prop_oneof![0_u8..5, 48_u8..53, 64_u8..70, 80_u8..86, 112_u8..114];
    let graphics = (function.clone(), bytes(40)).prop_map(|(function, data)| graphics(function, &data));
    let art = (1_usize..1200, 1_usize..40, 1_u8..3, 1_u8..3, 49_u8..53);
    let images = (prop_oneof![Just(112_u8), Just(67), Just(83)], art).prop_map(
        |(function, (columns, rows, x, y, color))| {
            let art = Art { columns, rows };
            let parameters = match function {
                112 => stored(&art, [x, y], color, &art.by_rows()),
                _ => keyed(&art, &[b'k', color], &art.by_rows()),
            };
            [
                self::graphics(function, &parameters),
                self::graphics(50, &[]),
                self::graphics(69, &[b'k', color, x, y]),
            ]
            .concat()
        },
    );
    let settings = (prop_oneof![Just(b'w'), Just(b'h'), Just(b'H'), Just(b'f')], any::<u8>())
        .prop_map(|(code, n)| vec![0x1D, code, n]);
    let columns =
        (prop_oneof![Just(0_u8), Just(1), Just(32), Just(33)], 0_usize..900).prop_map(|(m, count)| {
            let [low, high] = word(count);
            let len = count * if m < 32 { 1 } else { 3 };
            [&[0x1B, b'*', m, low, high][..], &vec![0xA5; len]].concat()
        });
    let others = prop_oneof![
        Just(b"\x1B@".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"text".to_vec()),
        Just(b"\x1B{\x01".to_vec())
    ];
    prop_oneof![bars, digits, matrix, store, graphics, images, settings, columns, others]
}

proptest! {
    #[test]
    fn whatever_is_stored_and_printed_stays_within_memory_and_paper(
        commands in prop::collection::vec(any_command(), 1..12),
    ) {
        let bytes = commands.concat();
        let mut bench = Bench::new(&DESK_80);
        bench.send_obediently(&bytes).send_obediently(&[0; 80]).settle();
        bench.send_obediently(b"\n\x1DVA\x00").settle().poke(Poke::TakeReceipt);
        // NV and download memory, stores, and what was printed: the paper takes at most 72 bytes a dot line.
        assert!(bench.printer.footprint_bytes() < 2_000_000, "{}", bench.printer.footprint_bytes());
        let _ = bench.events.iter().filter(|(_, event)| matches!(event, Event::CommandIgnored { .. })).count();
        for piece in bench.pieces() {
            assert!(piece.length_um() < 5_000_000, "{piece}");
            // The host pauses in the middle, and the motor starts again; so no picture is quite ideal.
            assert_eq!(piece.length_um(), piece.nominal_length_um());
        }
    }
}
