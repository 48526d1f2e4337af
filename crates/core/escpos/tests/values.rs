//! Commands with their bytes written out, and the values that they must have.
//!
//! Source: printer sources, sections 2, 3 and 8. What they leave open follows the common command reference.

use tillrig_escpos::{
    Command, CutMode, Dialect, Direction, Drawing, Encoding, Graphics, HeadControl, KeyedGraphics, LineStyle,
    Multibyte, Parser, Pdf417, Presenter, QrLevel, Realtime, SerialCounter, StoredImage,
};

/// Reads one command that must take all the bytes.
fn assert_reads(dialect: Dialect, bytes: &[u8], expected: Command<'_>) {
    let mut parser = Parser::new().with_dialect(dialect);
    parser.push(bytes);
    assert_eq!(parser.next(), Some(expected), "{bytes:02X?}");
    assert_eq!(parser.buffered(), 0, "{bytes:02X?}");
}

fn assert_all(dialect: Dialect, rows: &[(&[u8], Command<'_>)]) {
    for &(bytes, expected) in rows {
        assert_reads(dialect, bytes, expected);
    }
}

#[test]
fn page_mode_has_values() {
    assert_all(
        Dialect::EPSON,
        &[
            (b"\x1BL", Command::PageMode),
            (b"\x1BS", Command::StandardMode),
            (b"\x1B\x0C", Command::PrintPage),
            // 0x0100 = 256, 0x0200 = 512.
            (
                b"\x1BW\x01\x00\x02\x00\x00\x02\x00\x01",
                Command::PageArea { x: 1, y: 2, width: 512, height: 256 },
            ),
            (b"\x1BT1", Command::PageDirection(Direction::BottomToTop)),
            (b"\x1D$\x2C\x01", Command::AbsoluteY(300)),
            (b"\x1D\\\xFE\xFF", Command::RelativeY(-2)),
            (
                b"\x1D(P\x08\x000\xFF\xFF\xE8\x03\x0A\x00\x01",
                Command::PrintableArea { width: 65535, height: 1000, x: 10 },
            ),
        ],
    );
}

#[test]
fn cuts_that_wait_or_return_have_values() {
    assert_all(
        Dialect::EPSON,
        &[
            (b"\x1DVa\x05", Command::ReserveCut { mode: CutMode::Full, feed: 5 }),
            (b"\x1DVb\x05", Command::ReserveCut { mode: CutMode::Partial, feed: 5 }),
            (b"\x1DVg\x00", Command::CutAndReturn { mode: CutMode::Full, feed: 0 }),
            (b"\x1DVh\x00", Command::CutAndReturn { mode: CutMode::Partial, feed: 0 }),
        ],
    );
}

#[test]
fn a_stored_raster_has_its_size_and_its_rows() {
    // 9 dots are two bytes a row; three rows are six bytes; 10 parameters and 6 data are 16 bytes.
    let bytes = b"\x1D(L\x10\x000p0\x01\x021\x09\x00\x03\x00abcdef";
    let image = StoredImage {
        multi_tone: false,
        x: 1,
        y: 2,
        color: 1,
        width_dots: 9,
        height_dots: 3,
        data: b"abcdef",
    };
    assert_reads(Dialect::EPSON, bytes, Command::Graphics(Graphics::StoreRaster(image)));
    let long = b"\x1D8L\x10\x00\x00\x000p0\x01\x021\x09\x00\x03\x00abcdef";
    assert_reads(Dialect::EPSON, long, Command::Graphics(Graphics::StoreRaster(image)));
    let missing = b"\x1D(L\x0F\x000p0\x01\x021\x09\x00\x03\x00abcde";
    assert_reads(Dialect::EPSON, missing, Command::Ignored { bytes: missing });
}

#[test]
fn an_image_with_two_colours_gives_its_planes() {
    // 8 dots by 2 rows are two bytes a plane.
    let bytes = b"\x1D(L\x10\x000C0AB\x02\x08\x00\x02\x001ab2cd";
    let mut parser = Parser::new();
    parser.push(bytes);
    let Some(Command::Graphics(Graphics::Nv(KeyedGraphics::DefineRaster(image)))) = parser.next() else {
        panic!("not an image")
    };
    assert_eq!((image.key, image.width_dots, image.height_dots), (*b"AB", 8, 2));
    let planes: Vec<_> = image.planes().collect();
    assert_eq!(planes, [(1, &b"ab"[..]), (2, b"cd")]);
}

#[test]
fn an_image_of_2400_by_2400_dots_fits() {
    // 300 bytes a row, 2400 rows; with 10 bytes of parameters 720,010, which is 8A FC 0A 00 (0xAFC8A).
    let mut bytes = b"\x1D8L\x8A\xFC\x0A\x000p0\x01\x011\x60\x09\x60\x09".to_vec();
    bytes.resize(17 + 720_000, 0x1B);
    let mut parser = Parser::new();
    for part in bytes.chunks(4096) {
        assert_eq!(parser.next(), None);
        parser.push(part);
    }
    let Some(Command::Graphics(Graphics::StoreRaster(image))) = parser.next() else { panic!("not an image") };
    assert_eq!((image.width_dots, image.height_dots, image.data.len()), (2400, 2400, 720_000));
}

#[test]
fn images_of_fs_q_come_one_by_one() {
    let bytes = b"\x1Cq\x02\x01\x00\x01\x00abcdefgh\x00\x00\x00\x00";
    let mut parser = Parser::new();
    parser.push(bytes);
    let Some(Command::NvImagesDefine(images)) = parser.next() else { panic!("no images") };
    let seen: Vec<_> = images.iter().map(|image| (image.x, image.y, image.data)).collect();
    assert_eq!(seen, [(1, 1, &b"abcdefgh"[..]), (0, 0, b"")]);
}

#[test]
fn user_characters_come_one_by_one() {
    let bytes = b"\x1B&\x02AB\x01ab\x00";
    let mut parser = Parser::new();
    parser.push(bytes);
    let Some(Command::UserCharacters(characters)) = parser.next() else { panic!("no characters") };
    let seen: Vec<_> = characters.iter().map(|each| (each.code, each.columns, each.data)).collect();
    assert_eq!(seen, [(b'A', 1, &b"ab"[..]), (b'B', 0, b"")]);
}

#[test]
fn settings_and_the_back_channel_have_values() {
    let style = LineStyle { double: true, thickness: 1 };
    assert_all(
        Dialect::EPSON,
        &[
            (b"\x1Dg2\x00\x94\x00", Command::CounterRequest(148)),
            (b"\x1Dg0\x00\x14\x00", Command::CounterReset(20)),
            (b"\x1Dg0\x00\x94\x00", Command::Ignored { bytes: b"\x1Dg0\x00\x94\x00" }),
            (b"\x1D(H\x03\x00101", Command::OfflineResponse(1)),
            (b"\x1D(A\x02\x0002", Command::TestPrint { paper: 0, pattern: 2 }),
            (b"\x1D(E\x02\x00\x04\x08", Command::UserSettings { function: 4, parameters: &[8] }),
            (b"\x1D(K\x02\x001\xFA", Command::HeadControl(HeadControl::Density(-6))),
            (b"\x1D(K\x02\x002\x0D", Command::HeadControl(HeadControl::Speed(13))),
            (b"\x1D(D\x03\x00\x14\x01\x00", Command::RealtimeEnable { pairs: &[1, 0] }),
            (b"\x1D^\x02\x0A\x01", Command::MacroExecute { times: 2, wait_100ms: 10, mode: 1 }),
            (b"\x1Cg2\x00\x10\x00\x00\x00\x04\x00", Command::UserMemoryRead { address: 16, len: 4 }),
            (b"\x1Cg1\x00\x10\x00\x00\x00\x02\x00ab", Command::UserMemoryWrite { address: 16, data: b"ab" }),
            (
                b"\x1DC;1;65535;2;3;7;",
                Command::SerialCounter(SerialCounter::Range {
                    from: 1,
                    to: 65535,
                    step: 2,
                    repeat: 3,
                    start: Some(7),
                }),
            ),
            (
                b"\x1D(Q\x09\x002\x00\x00\x40\x02\x08\x01\x040",
                Command::Draw(Drawing::Horizontal { from: 0, to: 576, feed: 8, style }),
            ),
            (b"\x1D(k\x04\x000E1\x28", Command::Pdf417(Pdf417::Ratio(40))),
            (b"\x1D(k\x04\x000E1\x29", Command::Ignored { bytes: b"\x1D(k\x04\x000E1\x29" }),
            (b"\x1Dz0\x01\x02", Command::RecoveryWait { t1: 1, t2: 2 }),
            (b"\x1BU\x01", Command::NoEffect { bytes: b"\x1BU\x01" }),
        ],
    );
}

#[test]
fn commands_of_clones_are_unknown_to_the_baseline() {
    let rows: [(&[u8], Command<'_>); 6] = [
        (b"\x1B7\x07\x50\x02", Command::HeatSettings { dots: 64, heat_10us: 80, interval_10us: 2 }),
        (b"\x12#\x4A", Command::Dc2Density { density: 10, pause: 2 }),
        (b"\x12T", Command::SelfTest),
        (b"\x1D|\x08", Command::DensityStep(8)),
        (
            b"\x1BZ\x00\x00\x06\x02\x00ab",
            Command::QrAtOnce { version: 0, level: QrLevel::L, module_dots: 6, data: b"ab" },
        ),
        (
            b"\x1DN\x06\x01\x00\x02ab",
            Command::QrAtOnce { version: 0, level: QrLevel::M, module_dots: 6, data: b"ab" },
        ),
    ];
    assert_all(Dialect::CLONE_58, &rows);
    for (bytes, _) in rows {
        let mut parser = Parser::new();
        parser.push(bytes);
        let first = parser.next();
        let dropped = match bytes {
            [0x12, ..] => first == Some(Command::Ignored { bytes: &[0x12] }),
            [_, b'|', _] => first == Some(Command::NoEffect { bytes }),
            _ => first == Some(Command::Unknown { bytes: &bytes[..2] }),
        };
        assert!(dropped, "{bytes:02X?}");
    }
}

#[test]
fn presenters_of_three_families_have_values() {
    let dialect =
        Dialect { citizen_presenter: true, star_presenter: true, ncr_status: true, ..Dialect::EPSON };
    assert_all(
        dialect,
        &[
            (b"\x1De\x00", Command::Presenter(Presenter::Default)),
            (b"\x1De\x04", Command::Presenter(Presenter::Catch)),
            (b"\x1D\xE1", Command::Presenter(Presenter::PaperLeft)),
            (b"\x1C\xC1\x0A", Command::Presenter(Presenter::PullBack { mm: 10 })),
            (b"\x1C\xC0\x18\x10\x14\x1A", Command::Presenter(Presenter::HardReset(0x1A))),
            (b"\x1DR\x00", Command::Presenter(Presenter::CitizenRetract)),
            (b"\x1DR\x01\x05", Command::Presenter(Presenter::CitizenAutoRetract(5))),
            (b"\x1B\x160\x00", Command::Presenter(Presenter::StarRecover)),
            (b"\x1B\x161\x14", Command::Presenter(Presenter::StarAutoRecover(20))),
            (b"\x1B\x164", Command::Presenter(Presenter::StarClearCounters)),
            (b"\x10\x19\x02", Command::Realtime(Realtime::Extra(2))),
        ],
    );
}

#[test]
fn a_japanese_printer_changes_between_its_two_codes() {
    let mut parser = Parser::new().with_dialect(Dialect { multibyte: Multibyte::ShiftJis, ..Dialect::EPSON });
    parser.push(b"\x1C&\x93\xFA\xB1\x1CC\x00\x46\x7C");
    let seen: Vec<String> = std::iter::from_fn(|| Some(format!("{:02X?}", parser.next()?))).collect();
    let expected = [
        Command::KanjiMode(true),
        Command::Hanzi(&[0x93, 0xFA]),
        // Half-width katakana.
        Command::Text(&[0xB1]),
        Command::KanjiCodeSystem(0),
        Command::Hanzi(&[0x46, 0x7C]),
    ];
    assert_eq!(seen, expected.map(|command| format!("{command:02X?}")));
}

#[test]
fn utf8_text_is_never_cut_inside_a_character() {
    let mut parser = Parser::new().with_dialect(Dialect::CLONE_58);
    parser.push(b"\x1C(C\x02\x0002a\xE4");
    assert_eq!(parser.next(), Some(Command::Encoding(Encoding::Utf8)));
    assert_eq!(parser.next(), Some(Command::Text(b"a")));
    assert_eq!(parser.next(), None);
    parser.push(b"\xB8\xAD\n");
    assert_eq!(parser.next(), Some(Command::Text("中".as_bytes())));
    assert_eq!(parser.next(), Some(Command::LineFeed));
}
