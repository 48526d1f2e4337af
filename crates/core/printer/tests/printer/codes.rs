//! Claims about bar codes and matrix codes: what is sent is what a reader reads from the printed picture.
//!
//! The reader is rxing. Where it knows no such code, the claim is about dots or about what the piece says of itself.

use crate::driver::Bench;
use printer::{DESK_80, Event, Habits, Picture, Piece, Poke, Profile, SLIP_58, TypeFace};
use rxing::{BarcodeFormat, DecodeHints};
use std::sync::Arc;

/// What comes out after these bytes and a cut.
pub(crate) fn printed(bytes: &[u8]) -> (Bench, Arc<Piece>) {
    let mut bench = Bench::new(&DESK_80);
    bench.send_obediently(bytes).send_obediently(b"\n\x1DVA\x00").settle();
    bench.poke(Poke::TakeReceipt);
    let piece = bench.pieces().pop().expect("a piece came out");
    (bench, piece)
}

/// The part of the picture that has ink, with a white margin around it; paper is light.
fn cropped(picture: &Picture) -> (Vec<u8>, u32, u32) {
    let inked = |x: u32, y: u32| picture.dots[(y * picture.width + x) as usize] > 128;
    let rows: Vec<u32> = (0..picture.height).filter(|y| (0..picture.width).any(|x| inked(x, *y))).collect();
    let columns: Vec<u32> = (0..picture.width).filter(|x| rows.iter().any(|y| inked(*x, *y))).collect();
    let (Some([left, right]), Some([top, bottom])) = (ends(&columns), ends(&rows)) else {
        return (vec![255], 1, 1);
    };
    let inside = |x: u32, y: u32| {
        (MARGIN..MARGIN + right - left).contains(&x) && (MARGIN..MARGIN + bottom - top).contains(&y)
    };
    let (width, height) = (right - left + 2 * MARGIN, bottom - top + 2 * MARGIN);
    let dots = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let light = dots.map(|(x, y)| match inside(x, y) {
        true if inked(x - MARGIN + left, y - MARGIN + top) => 0,
        _ => 255,
    });
    (light.collect(), width, height)
}

const MARGIN: u32 = 30;

/// The first, and the one after the last.
fn ends(places: &[u32]) -> Option<[u32; 2]> {
    Some([*places.first()?, places.last()? + 1])
}

/// What a reader reads on the piece.
fn read(piece: &Piece, format: BarcodeFormat) -> String {
    let (light, width, height) = cropped(&piece.picture());
    let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    rxing::helpers::detect_in_luma_with_hints(light, width, height, Some(format), &mut hints)
        .map_or_else(|error| format!("unreadable: {error}"), |found| found.getText().to_owned())
}

fn codes(piece: &Piece) -> Vec<(&'static str, String)> {
    piece.codes().map(|code| (code.symbology, code.data.to_owned())).collect()
}

fn text(piece: &Piece) -> Vec<String> {
    piece.lines().map(|line| line.text.to_owned()).collect()
}

/// Function B of `GS k`.
fn bar(m: u8, data: &[u8]) -> Vec<u8> {
    [&[0x1D, b'k', m, u8::try_from(data.len()).expect("short")], data].concat()
}

/// One function of `GS ( k`.
fn matrix(kind: u8, function: u8, parameters: &[u8]) -> Vec<u8> {
    let len = u16::try_from(parameters.len() + 2).expect("short").to_le_bytes();
    [&[0x1D, b'(', b'k', len[0], len[1], kind, function], parameters].concat()
}

/// Stores and prints a matrix code.
fn symbol(kind: u8, data: &[u8]) -> Vec<u8> {
    [matrix(kind, 80, &[b"0", data].concat()), matrix(kind, 81, b"0")].concat()
}

const PDF417: u8 = 48;
const QR: u8 = 49;
const MAXI_CODE: u8 = 50;
const STACKED: u8 = 51;
const AZTEC: u8 = 53;
const DATA_MATRIX: u8 = 54;

/// Number of function B, data, format, and what is read: check digits by the textbook examples of each code.
const BARS: &[(u8, &[u8], BarcodeFormat, &str)] = &[
    (65, b"03600029145", BarcodeFormat::UPC_A, "036000291452"),
    (65, b"036000291452", BarcodeFormat::UPC_A, "036000291452"),
    (66, b"425261", BarcodeFormat::UPC_E, "04252614"),
    (66, b"04210000526", BarcodeFormat::UPC_E, "04252614"),
    (67, b"400638133393", BarcodeFormat::EAN_13, "4006381333931"),
    (67, b"4006381333931", BarcodeFormat::EAN_13, "4006381333931"),
    (68, b"9638507", BarcodeFormat::EAN_8, "96385074"),
    (69, b"AB-12 $", BarcodeFormat::CODE_39, "AB-12 $"),
    (69, b"*AB12*", BarcodeFormat::CODE_39, "AB12"),
    (70, b"1234567890", BarcodeFormat::ITF, "1234567890"),
    (71, b"A12-34b", BarcodeFormat::CODABAR, "12-34"),
    (72, b"Code93 +", BarcodeFormat::CODE_93, "Code93 +"),
    (73, b"{BNo. 5{C\x0C\x22", BarcodeFormat::CODE_128, "No. 51234"),
    (73, b"{AAB{Sc{{", BarcodeFormat::CODE_128, "unreadable"),
    (73, b"{AAB{ScD{Bef", BarcodeFormat::CODE_128, "ABcDef"),
    (73, b"{Ba{{b", BarcodeFormat::CODE_128, "a{b"),
    (74, b"(01)0401234567890*", BarcodeFormat::CODE_128, "0104012345678901"),
    (75, b"0950110153000", BarcodeFormat::RSS_14, "09501101530003"),
    (76, b"0950110153000", BarcodeFormat::RSS_14, "09501101530003"),
    (78, b"(01)95012345678903(3103)000123", BarcodeFormat::RSS_EXPANDED, "(01)95012345678903(3103)000123"),
    (79, b"PO-1234567890", BarcodeFormat::CODE_128, "PO-1234567890"),
];

#[test]
fn every_bar_code_reads_as_it_was_sent() {
    for (m, data, format, expected) in BARS {
        let (_, piece) = printed(&[b"\x1Ba1".to_vec(), bar(*m, data)].concat());
        let found = read(&piece, *format);
        if *expected == "unreadable" {
            // Set A has no brace: from there on the data are text.
            assert_eq!((codes(&piece).len(), text(&piece)), (0, vec!["{{".to_owned()]));
            continue;
        }
        assert_eq!(found, *expected, "{m} {}", String::from_utf8_lossy(data));
    }
}

#[test]
fn bar_codes_read_in_every_width_and_height_that_fits() {
    for n in 2..=6 {
        for (m, data, format, expected) in [BARS[5], BARS[7], BARS[9], BARS[12], BARS[16]] {
            let bytes = [&[0x1D, b'w', n, 0x1D, b'h', 40][..], b"\x1Ba1", &bar(m, data)].concat();
            let (bench, piece) = printed(&bytes);
            if piece.codes().next().is_none() {
                assert!(bench.story().contains(&"command 1D 6B ignored".to_owned()), "{m} {n}");
                assert!(n > 3, "{m} {n}");
                continue;
            }
            assert_eq!(read(&piece, format), expected, "{m} {n}");
        }
    }
}

#[test]
fn function_a_prints_the_same_as_function_b() {
    let (_, a) = printed(b"\x1Dk\x02400638133393\0");
    let (_, b) = printed(&bar(67, b"400638133393"));
    assert_eq!(a.picture(), b.picture());
}

#[test]
fn readable_text_stands_above_and_below_in_the_font_asked_for() {
    let code = bar(67, b"400638133393");
    for (n, count) in [(0, 0), (1, 1), (2, 1), (3, 2)] {
        let (_, piece) = printed(&[&[0x1D, b'H', n][..], &code].concat());
        assert_eq!(text(&piece), vec!["4006381333931"; count]);
        assert_eq!(codes(&piece), [("EAN-13", "4006381333931".to_owned())]);
        // 162 dot lines of bars, 24 of each text, one line feed of 30, and 120 to the blade.
        let lines = 162 + 24 * u32::try_from(count).unwrap() + 30 + 120;
        assert_eq!(piece.length_um(), lines * 125);
        assert_eq!(read(&piece, BarcodeFormat::EAN_13), "4006381333931");
    }
    let (_, piece) = printed(&[b"\x1DH\x02\x1Df\x01", code.as_slice()].concat());
    assert_eq!(piece.length_um(), (162 + 17 + 30 + 120) * 125);
}

#[test]
fn readable_text_is_that_of_each_symbology() {
    let cases: [(u8, &[u8], &str); 7] = [
        (66, b"425261", "425261"),
        (69, b"AB12", "*AB12*"),
        (70, b"12345", "1234"),
        (71, b"a12b", "A12B"),
        (72, b"A\x01", "□A■A□"),
        (73, b"{BA{1B\x7F", "A B "),
        (75, b"0950110153000", "(01)09501101530003"),
    ];
    for (m, data, expected) in cases {
        let (_, piece) = printed(&[b"\x1DH\x02".to_vec(), bar(m, data)].concat());
        assert_eq!(text(&piece), [expected], "{m}");
    }
}

#[test]
fn a_bar_code_has_162_dot_lines_of_3_dots_a_module_unless_told_otherwise() {
    let (_, piece) = printed(&bar(67, b"400638133393"));
    let picture = piece.picture();
    let dark = |x: u32, y: u32| picture.dots[(y * picture.width + x) as usize] > 128;
    let columns: Vec<u32> = (0..picture.width).filter(|x| dark(*x, 200)).collect();
    let rows = (0..picture.height).filter(|y| dark(columns[0], *y)).count();
    // EAN-13 has 95 modules; the head begins 32 dots from the paper's edge.
    assert_eq!((columns[0], columns[columns.len() - 1], rows), (32, 32 + 95 * 3 - 1, 162));
}

#[test]
fn a_wrong_check_digit_is_printed_as_it_is_and_no_reader_takes_it() {
    let (_, piece) = printed(&bar(67, b"4006381333935"));
    assert_eq!(codes(&piece), [("EAN-13", "4006381333935".to_owned())]);
    assert!(read(&piece, BarcodeFormat::EAN_13).starts_with("unreadable"));
}

#[test]
fn after_a_bad_digit_the_rest_prints_as_text() {
    let (bench, piece) = printed(b"\x1Dk\x43\x0D12345x7890123");
    assert!(bench.story().contains(&"command 1D 6B ignored".to_owned()));
    assert_eq!((codes(&piece).len(), text(&piece)), (0, vec!["x7890123".to_owned()]));
}

#[test]
fn data_that_no_symbology_takes_print_as_text() {
    // UPC-E of another number system and of nine digits, CODABAR without start and stop, a large indicator digit.
    for (m, data) in [(66, "1425261"), (66, "042526123"), (71, "1234"), (77, "2950110153000"), (73, "no set")]
    {
        let (_, piece) = printed(&bar(m, data.as_bytes()));
        assert_eq!((codes(&piece).len(), text(&piece)), (0, vec![data.to_owned()]), "{m}");
    }
}

#[test]
fn a_bar_code_on_a_begun_line_prints_its_data_as_text() {
    let (_, piece) = printed(&[b"No. ".to_vec(), bar(67, b"400638133393")].concat());
    assert_eq!((codes(&piece).len(), text(&piece)), (0, vec!["No. 400638133393".to_owned()]));
}

#[test]
fn a_bar_code_wider_than_the_area_only_feeds() {
    let long = [b"{B".to_vec(), vec![b'x'; 60]].concat();
    let (bench, piece) = printed(&bar(73, &long));
    assert!(bench.story().contains(&"command 1D 6B ignored".to_owned()));
    assert_eq!((codes(&piece).len(), piece.length_um()), (0, (162 + 30 + 120) * 125));
}

#[test]
fn a_star_ends_code39_and_what_follows_is_text() {
    let (_, piece) = printed(&bar(69, b"AB*CD"));
    assert_eq!((codes(&piece), text(&piece)), (vec![("CODE39", "AB".to_owned())], vec!["CD".to_owned()]));
}

#[test]
fn data_bar_limited_has_79_modules() {
    let (_, piece) = printed(&[b"\x1Dw\x02".to_vec(), bar(77, b"0950110153000")].concat());
    assert_eq!(codes(&piece), [("GS1 DataBar Limited", "0109501101530003".to_owned())]);
    // Of its 79 modules the first is a space, and the last five are.
    let (_, width, _) = cropped(&piece.picture());
    assert_eq!(width - 2 * MARGIN, 73 * 2);
}

#[test]
fn upside_down_codes_are_turned_as_a_whole() {
    let code = bar(67, b"400638133393");
    let (light, width, height) =
        cropped(&printed(&[b"\x1DH\x02".to_vec(), code.clone()].concat()).1.picture());
    let (_, turned) = printed(&[b"\x1B{\x01\x1DH\x02".to_vec(), code].concat());
    let (turned_light, turned_width, turned_height) = cropped(&turned.picture());
    assert_eq!((turned_width, turned_height), (width, height));
    assert!(turned_light.iter().eq(light.iter().rev()), "the same dots, read backwards");

    let (_, turned) = printed(&[b"\x1B{\x01".to_vec(), symbol(QR, b"upside down")].concat());
    let picture = turned.picture();
    assert_eq!(read(&turned, BarcodeFormat::QR_CODE), "upside down");
    // Left-aligned, it ends where the area ends: 32 dots from the paper's right edge.
    let dark = |x: u32| (0..picture.height).any(|y| picture.dots[(y * picture.width + x) as usize] > 128);
    assert_eq!((0..picture.width).rev().find(|x| dark(*x)), Some(640 - 32 - 1));
}

#[test]
fn codes_stand_where_the_page_says() {
    // ESC L; the place 250 dot lines down, 100 across; readable text above and below.
    let place = b"\x1BL\x1D$\xFA\x00\x1B$\x64\x00".to_vec();
    let (_, page) =
        printed(&[place.clone(), b"\x1DH\x03".to_vec(), bar(67, b"400638133393"), b"\x0C".to_vec()].concat());
    assert_eq!(read(&page, BarcodeFormat::EAN_13), "4006381333931");
    assert_eq!(codes(&page), [("EAN-13", "4006381333931".to_owned())]);
    let (_, line) = printed(&[b"\x1DH\x03".to_vec(), bar(67, b"400638133393")].concat());
    assert_eq!(cropped(&page.picture()), cropped(&line.picture()), "the same dots as on a line");

    let (_, page) = printed(&[place, symbol(QR, b"on a page"), b"\x0C".to_vec()].concat());
    assert_eq!(read(&page, BarcodeFormat::QR_CODE), "on a page");
    assert_eq!(codes(&page), [("QR", "on a page".to_owned())]);
}

#[test]
fn a_code_that_power_takes_away_takes_no_words_with_it() {
    let mut bench = Bench::new(&DESK_80);
    bench.send_obediently(&[b"kept\n".repeat(4), symbol(QR, b"lost")].concat()).pass_ms(60);
    bench.poke(Poke::PowerOff).poke(Poke::PowerOn).settle();
    bench
        .send_obediently(&symbol(QR, b"new"))
        .send_obediently(b"\n\x1DVA\x00")
        .settle()
        .poke(Poke::TakeReceipt);
    let piece = bench.pieces().pop().expect("a piece came out");
    assert_eq!(codes(&piece), [("QR", "new".to_owned())]);
    let lines = text(&piece);
    assert!(!lines.is_empty() && lines.iter().all(|line| line == "kept"), "{lines:?}");
}

#[test]
fn the_height_of_bars_is_in_motion_units() {
    // GS P 0 100: 50 units are half an inch, which is 101.6 dots of 0.125 mm.
    let (_, piece) =
        printed(&[b"\x1DP\x00\x64\x1Dh\x32".to_vec(), bar(67, b"400638133393"), b"\x1B@".to_vec()].concat());
    assert_eq!(piece.length_um(), (102 + 30 + 120) * 125);
}

#[test]
fn initialize_sets_bar_codes_back() {
    let (_, plain) = printed(&bar(67, b"400638133393"));
    let (_, again) =
        printed(&[b"\x1Dh\x20\x1Dw\x02\x1DH\x03\x1B@".to_vec(), bar(67, b"400638133393")].concat());
    assert_eq!(plain.picture(), again.picture());
}

#[test]
fn qr_codes_read_as_they_were_sent_at_every_level_and_size() {
    let https = "https://pay.example/v/20261122000123";
    for (level, dots) in [(48, 2), (49, 4), (50, 8), (51, 16)] {
        let bytes =
            [matrix(QR, 69, &[level]), matrix(QR, 67, &[dots]), symbol(QR, https.as_bytes())].concat();
        let (_, piece) = printed(&bytes);
        if dots == 16 {
            // 41 modules of 16 dots do not fit on 576.
            assert_eq!(codes(&piece), []);
            continue;
        }
        assert_eq!(read(&piece, BarcodeFormat::QR_CODE), https, "{level} {dots}");
        assert_eq!(codes(&piece), [("QR", https.to_owned())]);
    }
}

#[test]
fn qr_codes_hold_chinese_and_2900_bytes() {
    let chinese = "银联商务 签购单 金额：128.50 元";
    let (_, piece) = printed(&symbol(QR, chinese.as_bytes()));
    assert_eq!(read(&piece, BarcodeFormat::QR_CODE), chinese);
    assert_eq!(codes(&piece), [("QR", chinese.to_owned())]);

    let long: Vec<u8> = (0..2900_u32).map(|n| b'a' + (n * 7 % 26) as u8).collect();
    let (_, piece) = printed(&symbol(QR, &long));
    assert_eq!(read(&piece, BarcodeFormat::QR_CODE).as_bytes(), long);
}

#[test]
fn a_qr_code_that_holds_too_much_is_not_printed() {
    let (bench, piece) = printed(&symbol(QR, &[b'x'; 2954]));
    assert!(bench.story().contains(&"command 1D 28 ignored".to_owned()));
    assert_eq!(codes(&piece), []);
}

#[test]
fn clones_print_qr_codes_by_commands_of_their_own() {
    // ESC Z version, level, module; GS N module, level; GS k 97 version, level: then a length, of which GS N sends the
    // high byte first.
    for command in [&b"\x1BZ\x00M\x04\x05\x00"[..], b"\x1DN\x04M\x00\x05", b"\x1Dk\x61\x00\x01\x05\x00"] {
        let mut bench = Bench::new(&SLIP_58);
        bench.send_obediently(&[command, b"clone\n\n\n\n\n\n\n\n"].concat()).settle().poke(Poke::Inspect);
        let found = bench.events.iter().rev().find_map(|(_, event)| match event {
            Event::Found { piece, .. } => Some(Arc::clone(piece)),
            _ => None,
        });
        let piece = found.expect("paper hangs out");
        assert_eq!(codes(&piece), [("QR", "clone".to_owned())], "{command:02X?}");
        assert_eq!(read(&piece, BarcodeFormat::QR_CODE), "clone");
    }
}

#[test]
fn digits_and_capitals_make_smaller_qr_codes_than_bytes() {
    // Version 1-L holds 41 digits, 25 capitals or 17 bytes: 21 modules of 3 dots.
    for data in [&[b'7'; 41][..], &[b'A'; 25], &[b'a'; 17]] {
        let (_, piece) = printed(&symbol(QR, data));
        assert_eq!(piece.length_um(), (21 * 3 + 30 + 120) * 125);
        assert_eq!(read(&piece, BarcodeFormat::QR_CODE).as_bytes(), data);
    }
}

#[test]
fn micro_qr_is_smaller_still() {
    let bytes = [matrix(QR, 65, b"3\0"), matrix(QR, 67, &[8]), symbol(QR, b"12345")].concat();
    let (_, piece) = printed(&bytes);
    assert_eq!(codes(&piece), [("Micro QR", "12345".to_owned())]);
    // M2 has 13 modules a side.
    assert_eq!(piece.length_um(), (13 * 8 + 30 + 120) * 125);
    assert_eq!(read(&piece, BarcodeFormat::MICRO_QR_CODE), "12345");
}

#[test]
fn a_stored_symbol_prints_again_until_initialize() {
    let bytes =
        [symbol(QR, b"again"), matrix(QR, 81, b"0"), b"\x1B@".to_vec(), matrix(QR, 81, b"0")].concat();
    let (_, piece) = printed(&bytes);
    assert_eq!(codes(&piece), [("QR", "again".to_owned()), ("QR", "again".to_owned())]);
}

#[test]
fn pdf417_reads_whole_and_truncated_with_chosen_columns_rows_and_levels() {
    let data = b"PDF417 on a receipt, 1234567890";
    let settings = [
        Vec::new(),
        matrix(PDF417, 65, &[4]),
        matrix(PDF417, 66, &[20]),
        matrix(PDF417, 69, b"05"),
        matrix(PDF417, 69, &[b'1', 20]),
        matrix(PDF417, 70, &[1]),
        [matrix(PDF417, 67, &[2]), matrix(PDF417, 68, &[4])].concat(),
    ];
    for (number, setting) in settings.into_iter().enumerate() {
        let (_, piece) = printed(&[setting, symbol(PDF417, data)].concat());
        assert_eq!(read(&piece, BarcodeFormat::PDF_417).as_bytes(), data, "{number}");
        assert_eq!(codes(&piece).len(), 1);
    }
    for data in [&b"12345678901234567890"[..], "价格 128.50".as_bytes(), &[b'q'; 600]] {
        let (_, piece) = printed(&[matrix(PDF417, 67, &[2]), symbol(PDF417, data)].concat());
        // The reader takes bytes for Latin-1.
        let found: Vec<u8> = read(&piece, BarcodeFormat::PDF_417).chars().map(|char| char as u8).collect();
        assert_eq!(found, data);
    }
}

#[test]
fn aztec_reads_full_and_compact_of_chosen_and_fitting_size() {
    let data = b"Aztec 2026-11-22";
    let settings =
        [Vec::new(), matrix(AZTEC, 66, &[1, 0]), matrix(AZTEC, 66, &[0, 6]), matrix(AZTEC, 69, &[60])];
    for setting in settings {
        let bytes = [matrix(AZTEC, 67, &[4]), setting, symbol(AZTEC, data)].concat();
        let (_, piece) = printed(&bytes);
        assert_eq!(read(&piece, BarcodeFormat::AZTEC).as_bytes(), data);
        assert_eq!(codes(&piece), [("Aztec", "Aztec 2026-11-22".to_owned())]);
    }
    let long = [b'z'; 700];
    let (_, piece) = printed(&symbol(AZTEC, &long));
    assert_eq!(read(&piece, BarcodeFormat::AZTEC).as_bytes(), long);
}

#[test]
fn data_matrix_reads_square_and_rectangular() {
    let data = b"Data Matrix 42";
    for setting in [Vec::new(), matrix(DATA_MATRIX, 66, &[0, 36, 36]), matrix(DATA_MATRIX, 66, &[1, 16, 0])] {
        let bytes = [matrix(DATA_MATRIX, 67, &[5]), setting, symbol(DATA_MATRIX, data)].concat();
        let (_, piece) = printed(&bytes);
        assert_eq!(read(&piece, BarcodeFormat::DATA_MATRIX).as_bytes(), data);
    }
    let long: Vec<u8> = (0..1000_u32).map(|n| b'0' + (n * n % 10) as u8).collect();
    let (_, piece) = printed(&symbol(DATA_MATRIX, &long));
    assert_eq!(read(&piece, BarcodeFormat::DATA_MATRIX).as_bytes(), long);
}

#[test]
fn maxi_code_reads_free_and_structured() {
    let bytes = [matrix(MAXI_CODE, 65, b"4"), symbol(MAXI_CODE, b"MAXICODE 1234")].concat();
    let (_, piece) = printed(&bytes);
    assert_eq!(read(&piece, BarcodeFormat::MAXICODE), "MAXICODE 1234");
    let (_, piece) = printed(&symbol(MAXI_CODE, b"999999999\x1D840\x1D001\x1DPARCEL"));
    assert_eq!(read(&piece, BarcodeFormat::MAXICODE), "999999999\u{1D}840\u{1D}001\u{1D}PARCEL");
}

#[test]
fn stacked_data_bar_is_printed_in_rows() {
    for (kind, name) in [(72, "GS1 DataBar Stacked"), (73, "GS1 DataBar Stacked Omnidirectional")] {
        let store = matrix(STACKED, 80, &[b"0", &[kind][..], b"0950110153000"].concat());
        let (_, piece) = printed(&[store, matrix(STACKED, 81, b"0")].concat());
        assert_eq!(codes(&piece), [(name, "0109501101530003".to_owned())]);
    }
    let store = matrix(STACKED, 80, b"0\x4C(01)95012345678903(3103)000123");
    let (_, piece) = printed(&[store, matrix(STACKED, 67, &[3]), matrix(STACKED, 81, b"0")].concat());
    assert_eq!(codes(&piece)[0].0, "GS1 DataBar Expanded Stacked");
    assert_eq!(read(&piece, BarcodeFormat::RSS_EXPANDED), "(01)95012345678903(3103)000123");
}

#[test]
fn composite_symbols_are_reported_as_ignored() {
    let (bench, piece) = printed(&matrix(52, 81, b"0"));
    assert!(bench.story().contains(&"command 1D 28 ignored".to_owned()));
    assert_eq!(codes(&piece), []);
}

#[test]
fn the_size_of_a_stored_symbol_is_told() {
    // A QR code of version 1 has 21 modules; 21 * 5 = 105.
    let bytes = [matrix(QR, 67, &[5]), matrix(QR, 80, b"0abc"), matrix(QR, 82, b"0")].concat();
    let mut bench = Bench::new(&DESK_80);
    bench.send(&bytes).settle();
    assert_eq!(bench.replies, b"\x37\x36105\x1F105\x1F1\x1F0\0");
    let mut bench = Bench::new(&DESK_80);
    bench.send(&matrix(QR, 82, b"0")).settle();
    assert_eq!(bench.replies, b"\x37\x360\x1F0\x1F1\x1F1\0", "nothing is stored");
}

#[test]
fn no_event_of_ignored_commands_comes_with_good_codes() {
    let bytes =
        [bar(67, b"400638133393"), symbol(QR, b"x"), symbol(PDF417, b"x"), symbol(AZTEC, b"x")].concat();
    let (bench, piece) = printed(&bytes);
    assert!(!bench.events.iter().any(|(_, event)| matches!(event, Event::CommandIgnored { .. })));
    assert_eq!(piece.codes().count(), 4);
    assert_eq!(piece.picture(), piece.ideal());
}

#[test]
fn a_clone_sets_bar_code_settings_back_after_function_a_and_not_after_function_b() {
    static CLONE: Profile = Profile {
        type_face: TypeFace {
            habits: Habits { resets_barcode_settings: true, ..Habits::EPSON },
            ..DESK_80.type_face
        },
        ..DESK_80
    };
    let heights = |profile: &'static Profile, code: &[u8]| {
        let mut bench = Bench::new(profile);
        bench.send(b"\x1Dh\x28").send(code).send(code).send(b"\x1DVA\0").settle().poke(Poke::TakeReceipt);
        let picture = bench.pieces()[0].picture();
        let rows = picture.dots.chunks(picture.width as usize);
        rows.filter(|row| row.iter().any(|dot| *dot > 0)).count()
    };
    let (a, b) = (b"\x1Dk\x02400638133393\0", b"\x1Dk\x43\x0C400638133393");
    // 40 dot lines as set, and 162 as at the start.
    assert_eq!((heights(&DESK_80, a), heights(&CLONE, a)), (80, 202));
    assert_eq!((heights(&DESK_80, b), heights(&CLONE, b)), (80, 80));
}
