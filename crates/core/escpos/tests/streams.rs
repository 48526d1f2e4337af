//! The parser over whole streams: what real drivers emit, every chunking, and the bound on what is held.
//!
//! Source: printer sources, sections 0 and 10. Arbitrary bytes come from proptest.

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use tillrig_escpos::{
    Align, COMMANDS, Command, CutMode, Dialect, DrawerPin, HELD_MAX, Parser, Presenter, Qr, QrLevel, QrModel,
    RasterScale, Realtime, SLICE_MAX, Snooper, StatusKind, Symbology, Writer, fuzz_dialect, fuzz_parse,
};

/// What a parser gave, with adjacent runs of text joined, and of multibyte characters: only there may chunking show.
#[derive(Debug, PartialEq)]
enum Seen {
    Text(Vec<u8>),
    Hanzi(Vec<u8>),
    Other(String),
}

fn drain(parser: &mut Parser, seen: &mut Vec<Seen>) {
    while let Some(command) = parser.next() {
        match (command, seen.last_mut()) {
            (Command::Text(more), Some(Seen::Text(text))) => text.extend_from_slice(more),
            (Command::Text(text), _) => seen.push(Seen::Text(text.to_vec())),
            (Command::Hanzi(more), Some(Seen::Hanzi(run))) => run.extend_from_slice(more),
            (Command::Hanzi(run), _) => seen.push(Seen::Hanzi(run.to_vec())),
            (other, _) => seen.push(Seen::Other(format!("{other:02X?}"))),
        }
    }
}

fn parse(mut parser: Parser, bytes: &[u8], chunk: usize) -> (Vec<Seen>, usize) {
    let mut seen = Vec::new();
    for part in bytes.chunks(chunk) {
        parser.push(part);
        drain(&mut parser, &mut seen);
    }
    (seen, parser.buffered())
}

/// Checks that the commands are exactly these.
fn assert_commands(bytes: &[u8], expected: &[Command<'_>]) {
    assert_parses(Parser::new(), bytes, expected);
}

fn assert_parses(mut parser: Parser, bytes: &[u8], expected: &[Command<'_>]) {
    parser.push(bytes);
    for &command in expected {
        assert_eq!(parser.next(), Some(command));
    }
    assert_eq!(parser.next(), None);
    assert_eq!(parser.buffered(), 0);
}

/// Keeps from the parser what it would pass, and lets it absorb what it can.
fn parse_by_short_ways(mut parser: Parser, bytes: &[u8], chunk: usize) -> (Vec<Seen>, usize) {
    let mut seen = Vec::new();
    for part in bytes.chunks(chunk) {
        match *part {
            [byte] if parser.passes(byte) => match seen.last_mut() {
                Some(Seen::Text(text)) => text.push(byte),
                _ => seen.push(Seen::Text(vec![byte])),
            },
            _ if parser.absorb(part) => assert_eq!(parser.next(), None, "it was absorbed"),
            _ => parser.push(part),
        }
        drain(&mut parser, &mut seen);
    }
    (seen, parser.buffered())
}

#[test]
fn a_drawer_pulse_without_its_times_eats_the_next_two_bytes() {
    assert_commands(
        b"\x1Bp\x00\x1Bp\x01text",
        &[
            Command::Drawer { pin: DrawerPin::Two, on_2ms: 0x1B, off_2ms: 0x70 },
            Command::Ignored { bytes: &[1] },
            Command::Text(b"text"),
        ],
    );
}

#[test]
fn a_nul_behind_a_status_request_is_ignored() {
    let request = Realtime::Status { n: 2, a: None };
    assert_commands(&[0x10, 4, 2, 0], &[Command::Realtime(request), Command::Ignored { bytes: &[0] }]);
}

#[test]
fn cancelling_a_user_character_takes_one_byte_and_is_not_a_reset() {
    assert_commands(
        b"\x1B?\x0A\x00text",
        &[Command::Ignored { bytes: b"\x1B?\x0A" }, Command::Ignored { bytes: &[0] }, Command::Text(b"text")],
    );
}

#[test]
fn cut_function_65_with_1_is_a_full_cut_one_unit_further() {
    assert_commands(b"\x1DVA\x01", &[Command::Cut { mode: CutMode::Full, feed: Some(1) }]);
}

#[test]
fn long_runs_of_nul_are_harmless() {
    let mut parser = Parser::new();
    parser.push(&[0; 8192]);
    let mut count = 0;
    while let Some(command) = parser.next() {
        assert_eq!(command, Command::Ignored { bytes: &[0] });
        count += 1;
    }
    assert_eq!((count, parser.buffered()), (8192, 0));
}

#[test]
fn probes_for_other_languages_leave_little_behind() {
    // `1B 06 01` asks a Star printer for its status; `ESC GS t n` sets its code page; VT is no command.
    assert_commands(
        b"\x1B\x06\x01\x10\x04\x01\x1B\x1Dt\x20\x0B",
        &[
            Command::Unknown { bytes: b"\x1B\x06" },
            Command::Ignored { bytes: &[1] },
            Command::Realtime(Realtime::Status { n: 1, a: None }),
            Command::Unknown { bytes: b"\x1B\x1D" },
            Command::Text(b"t "),
            Command::Ignored { bytes: &[0x0B] },
        ],
    );
}

#[test]
fn a_till_says_hello_opens_the_drawers_and_cuts() {
    let drawer = |pin| Command::Drawer { pin, on_2ms: 0x19, off_2ms: 0x19 };
    assert_commands(
        b"\x1B@\x1B=\x01\x10\x04\x01\x1Bp\x00\x19\x19\x1Bp\x01\x19\x19\x1BJ\x00\x1DVA\x0A",
        &[
            Command::Initialize,
            Command::SelectPeripheral(1),
            Command::Realtime(Realtime::Status { n: 1, a: None }),
            drawer(DrawerPin::Two),
            drawer(DrawerPin::Five),
            Command::FeedDots(0),
            Command::Cut { mode: CutMode::Full, feed: Some(10) },
        ],
    );
}

#[test]
fn italics_of_other_drivers_leave_an_ignored_control_byte() {
    assert_commands(
        b"\x1B4\x01a",
        &[Command::Unknown { bytes: b"\x1B4" }, Command::Ignored { bytes: &[1] }, Command::Text(b"a")],
    );
}

#[test]
fn a_status_request_inside_a_parameter_is_answered_and_still_eaten() {
    let bytes = [0x1B, 0x33, 0x10, 0x04, 0x01];
    let mut snooper = Snooper::new();
    let answered: Vec<_> = bytes.iter().filter_map(|&byte| snooper.feed(byte)).collect();
    assert_eq!(answered, [Realtime::Status { n: 1, a: None }]);
    assert_commands(
        &bytes,
        &[
            Command::LineSpacing(Some(0x10)),
            Command::Ignored { bytes: &[4] },
            Command::Ignored { bytes: &[1] },
        ],
    );
}

#[test]
fn a_clone_may_see_status_requests_at_command_position_only() {
    let clone = Dialect { realtime_at_command_position: true, ..Dialect::EPSON };
    let request = [0x10, 0x04, 0x01];
    let answered = Realtime::Status { n: 1, a: None };
    // Inside an image of three bytes; then the same between two commands.
    let inside = [&b"\x1Dv0\x00\x03\x00\x01\x00"[..], &request].concat();
    assert_eq!(snooped(Dialect::EPSON, &inside), [answered]);
    assert_eq!(snooped(clone, &inside), []);
    let between = [b"\x1B@text", &request[..]].concat();
    assert_eq!(snooped(clone, &between), [answered]);
}

#[test]
fn one_call_takes_one_command_and_the_rest_stays_buffered() {
    let mut parser = Parser::new();
    parser.push(b"ab\n\x1B@cd");
    assert_eq!(parser.buffered(), 7);
    assert_eq!(parser.next(), Some(Command::Text(b"ab")));
    assert_eq!(parser.buffered(), 5);
    assert_eq!(parser.next(), Some(Command::LineFeed));
    assert_eq!(parser.next(), Some(Command::Initialize));
    assert_eq!(parser.buffered(), 2);
    parser.reset();
    assert_eq!((parser.buffered(), parser.next()), (0, None));
}

#[test]
fn multibyte_mode_takes_two_or_four_bytes_a_character() {
    // U+4E2D is D6 D0 in GB18030; U+00A5 is 81 30 84 36.
    let bytes = b"\x1C&a\xD6\xD0\x81\x30\x84\x36b\x1C.\xD6\xD0";
    assert_commands(
        bytes,
        &[
            Command::KanjiMode(true),
            Command::Text(b"a"),
            Command::Hanzi(b"\xD6\xD0"),
            Command::Hanzi(b"\x81\x30\x84\x36"),
            Command::Text(b"b"),
            Command::KanjiMode(false),
            Command::Text(b"\xD6\xD0"),
        ],
    );
}

#[test]
fn a_chinese_printer_starts_in_multibyte_mode_and_reset_returns_to_it() {
    let bytes = b"\xD6\xD0\x1C.\xD6\xD0\x1B@\xD6\xD0";
    assert_parses(
        Parser::new().with_multibyte(true),
        bytes,
        &[
            Command::Hanzi(b"\xD6\xD0"),
            Command::KanjiMode(false),
            Command::Text(b"\xD6\xD0"),
            Command::Initialize,
            Command::Hanzi(b"\xD6\xD0"),
        ],
    );
}

#[test]
fn a_lost_second_byte_makes_the_character_eat_the_line_feed() {
    assert_parses(
        Parser::new().with_multibyte(true),
        b"\xD6\nb",
        &[Command::Hanzi(b"\xD6\n"), Command::Text(b"b")],
    );
}

#[test]
fn a_long_image_comes_in_whole_rows_before_all_of_it_is_there() {
    let mut parser = Parser::new().with_slice_max(10);
    parser.push(&[0x1D, b'v', b'0', 3, 4, 0, 5, 0]);
    assert_eq!(parser.next(), None);
    let scale = RasterScale { double_width: true, double_height: true };
    let rows: Vec<u8> = (0..20).collect();
    let mut image = Vec::new();
    for part in rows.chunks(3) {
        parser.push(part);
        while let Some(Command::Raster { scale: seen, width_bytes: 4, rows, data }) = parser.next() {
            assert_eq!((seen, data.len()), (scale, usize::from(rows) * 4));
            image.extend_from_slice(data);
        }
        assert!(parser.buffered() < 8);
    }
    assert_eq!(image, rows);
    assert!(parser.at_rest());
}

#[test]
fn an_overlong_command_is_counted_down_and_the_text_behind_it_survives() {
    let graphics = [&[0x1D, b'8', b'L', 0x80, 0x84, 0x1E, 0][..], &[0x1B; 2_000_000]].concat();
    let nv_images =
        [&[0x1C, b'q', 3][..], &[&[0, 1, 200, 0][..], &[0x1B; 409_600]].concat().repeat(3)].concat();
    for (command, head_len) in [(graphics, 7), (nv_images, 3)] {
        let mut parser = Parser::new();
        let mut seen = Vec::new();
        let mut held = 0;
        for part in [&command[..], b"text"].concat().chunks(1000) {
            parser.push(part);
            drain(&mut parser, &mut seen);
            held = held.max(parser.buffered());
        }
        let skipped = format!("{:02X?}", Command::Skipped { head: &command[..head_len] });
        assert_eq!(seen, [Seen::Other(skipped), Seen::Text(b"text".to_vec())]);
        assert!(held <= HELD_MAX, "{held}");
    }
}

#[test]
fn every_encoded_command_parses_to_itself() {
    let image: Vec<u8> = (0..48).collect();
    let mut bytes = Vec::new();
    Writer::new(&mut bytes)
        .init()
        .align(Align::Center)
        .bold(true)
        .size(2, 3)
        .text(b"TOTAL")
        .line_feed()
        .kanji_mode(true)
        .raster(RasterScale::default(), 8, &image)
        .qr(QrModel::Two, 4, QrLevel::M, b"https://example.test/\x00\xFF")
        .barcode(Symbology::Ean13, b"400638133393")
        .feed_lines(3)
        .feed_dots(80)
        .drawer(DrawerPin::Five, 25, 250)
        .process_id(*b"0042")
        .transmit_status(StatusKind::Paper)
        .printer_id(67)
        .asb(0x0F)
        .realtime_status(4)
        .realtime_request(2)
        .realtime_clear()
        .presenter(Presenter::Present { steps: 12 })
        .presenter(Presenter::Retract)
        .presenter(Presenter::Status)
        .line_spacing(None)
        .line_spacing(Some(24))
        .cut(CutMode::Partial, Some(0))
        .cut(CutMode::Full, None);
    assert_commands(
        &bytes,
        &[
            Command::Initialize,
            Command::Align(Align::Center),
            Command::Bold(true),
            Command::Size { width: 2, height: 3 },
            Command::Text(b"TOTAL"),
            Command::LineFeed,
            Command::KanjiMode(true),
            Command::Raster { scale: RasterScale::default(), width_bytes: 8, rows: 6, data: &image },
            Command::Qr(Qr::Model(QrModel::Two)),
            Command::Qr(Qr::Module(4)),
            Command::Qr(Qr::Level(QrLevel::M)),
            Command::Qr(Qr::Store(b"https://example.test/\x00\xFF")),
            Command::Qr(Qr::Print),
            Command::Barcode { symbology: Symbology::Ean13, function_a: false, data: b"400638133393" },
            Command::FeedLines(3),
            Command::FeedDots(80),
            Command::Drawer { pin: DrawerPin::Five, on_2ms: 25, off_2ms: 250 },
            Command::ProcessId(*b"0042"),
            Command::TransmitStatus(StatusKind::Paper),
            Command::PrinterId(67),
            Command::Asb(0x0F),
            Command::Realtime(Realtime::Status { n: 4, a: None }),
            Command::Realtime(Realtime::Request(2)),
            Command::Realtime(Realtime::Clear),
            Command::Presenter(Presenter::Present { steps: 12 }),
            Command::Presenter(Presenter::Retract),
            Command::Presenter(Presenter::Status),
            Command::LineSpacing(None),
            Command::LineSpacing(Some(24)),
            Command::Cut { mode: CutMode::Partial, feed: Some(0) },
            Command::Cut { mode: CutMode::Full, feed: None },
        ],
    );
    let whole = parse(Parser::new(), &bytes, bytes.len());
    for chunk in 1..20 {
        assert_eq!(parse(Parser::new(), &bytes, chunk), whole, "chunks of {chunk}");
    }
}

/// Bytes that look like commands more often than chance would have it: examples of the catalogue, whole, cut short
/// or changed in one byte, between bytes that commands like.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    const LIKELY: &[u8] =
        b"\x1B\x1D\x1C\x10\x12\x1B\x1D\x00\x01\x02\x03\x04\x05\x14@(k8LvVqgc&DpeCQ*01;!\xD6\xD0";
    let piece = (any::<u8>(), any::<u8>(), 0..COMMANDS.len(), any::<u8>()).prop_map(|(kind, n, row, at)| {
        let mut example = COMMANDS[row].bytes.to_vec();
        let at = usize::from(at) % example.len();
        match kind % 8 {
            0 => vec![n],
            1..=3 => vec![LIKELY[usize::from(n) % LIKELY.len()]],
            4 | 5 => example,
            6 => example[..at].to_vec(),
            _ => {
                example[at] = n;
                example
            }
        }
    });
    proptest::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
}

/// Any dialect.
fn dialect() -> impl Strategy<Value = Dialect> {
    (any::<u16>(), 0..7_u8).prop_map(|(bits, code)| fuzz_dialect(bits, code))
}

fn snooped(dialect: Dialect, bytes: &[u8]) -> Vec<Realtime> {
    let mut snooper = Snooper::with_dialect(dialect);
    bytes.iter().filter_map(|&byte| snooper.feed(byte)).collect()
}

/// Writes one command, chosen and filled in by chance, and says what it must be read as.
fn step(writer: &mut Writer<'_>, kind: u8, n: u8) -> Command<'static> {
    let on = n & 1 != 0;
    match kind {
        0 => (writer.feed_lines(n), Command::FeedLines(n)).1,
        1 => (writer.size(n % 8 + 1, n / 32 + 1), Command::Size { width: n % 8 + 1, height: n / 32 + 1 }).1,
        2 => (writer.bold(on), Command::Bold(on)).1,
        3 => {
            (writer.cut(CutMode::Partial, Some(n)), Command::Cut { mode: CutMode::Partial, feed: Some(n) }).1
        }
        4 => (writer.process_id([n, 0x10, 0x1B, n]), Command::ProcessId([n, 0x10, 0x1B, n])).1,
        5 => (writer.kanji_mode(on), Command::KanjiMode(on)).1,
        6 => (writer.line_spacing(Some(n)), Command::LineSpacing(Some(n))).1,
        7 => (writer.code_page(n), Command::CodePage(n)).1,
        8 => (writer.realtime_clear(), Command::Realtime(Realtime::Clear)).1,
        _ => (writer.line_feed(), Command::LineFeed).1,
    }
}

proptest! {
    #[test]
    fn the_parse_is_the_same_in_every_chunking(bytes in stream(), chunk in 1_usize..40, dialect in dialect(), slice in 0_usize..99) {
        let parser = || Parser::new().with_dialect(dialect).with_slice_max(slice);
        let whole = parse(parser(), &bytes, bytes.len().max(1));
        prop_assert_eq!(&parse(parser(), &bytes, 1), &whole);
        prop_assert_eq!(&parse(parser(), &bytes, 64), &whole);
        prop_assert_eq!(&parse(parser(), &bytes, chunk), &whole);
        for piece in [1, 64, chunk] {
            prop_assert_eq!(&parse_by_short_ways(parser(), &bytes, piece), &whole);
        }
        prop_assert!(whole.1 <= HELD_MAX);
    }

    #[test]
    fn a_clone_executes_exactly_the_realtime_commands_at_command_position(bytes in stream(), dialect in dialect()) {
        let dialect = Dialect { realtime_at_command_position: true, ..dialect };
        let mut parser = Parser::new().with_dialect(dialect);
        parser.push(&bytes);
        let mut expected = Vec::new();
        while let Some(command) = parser.next() {
            if let Command::Realtime(realtime) = command {
                expected.push(realtime);
            }
        }
        prop_assert_eq!(snooped(dialect, &bytes), expected);
    }

    #[test]
    fn less_may_be_held(bytes in stream(), dialect in dialect(), head in 0..5_usize, big in 0_u32..300_000) {
        // One large command behind anything: whatever it is, it is counted down.
        let heads: [&[u8]; 5] = [b"\x1D8L", b"\x1DQ0\x00", b"\x1Cq\x02", b"\x1B*\x21", b"\x1Dv0\x00"];
        let mut stream = [&bytes[..], &[0; 4], heads[head], &big.to_le_bytes()].concat();
        stream.resize(stream.len() + 100_000, 0x55);
        let mut parser = Parser::new().with_dialect(dialect).with_held_max(0);
        for part in stream.chunks(999) {
            parser.push(part);
            while parser.next().is_some() {}
            prop_assert!(parser.buffered() <= SLICE_MAX);
        }
    }

    #[test]
    fn a_lazy_reader_sees_the_same_commands(bytes in stream(), chunk in 1_usize..40) {
        let mut parser = Parser::new();
        let mut seen = Vec::new();
        for part in bytes.chunks(chunk) {
            parser.push(part);
        }
        drain(&mut parser, &mut seen);
        prop_assert_eq!((seen, parser.buffered()), parse(Parser::new(), &bytes, chunk));
    }

    #[test]
    fn random_receipts_parse_to_themselves(steps in proptest::collection::vec((0_u8..10, any::<u8>()), 0..40), chunk in 1_usize..30) {
        let (mut bytes, mut expected) = (Vec::new(), Vec::new());
        for (kind, n) in steps {
            let command = step(&mut Writer::new(&mut bytes), kind, n);
            expected.push(Seen::Other(format!("{command:02X?}")));
        }
        prop_assert_eq!(parse(Parser::new(), &bytes, chunk), (expected, 0));
    }

    #[test]
    fn fuzzed_bytes_never_panic(bytes in stream()) {
        fuzz_parse(&bytes);
    }

    #[test]
    fn encoded_images_and_codes_parse_to_themselves(width in 1_u16..200, rows in 1_u16..50, seed: u8, data in proptest::collection::vec(any::<u8>(), 1..3000)) {
        let image: Vec<u8> = (0..usize::from(width) * usize::from(rows)).map(|i| seed.wrapping_mul(31).wrapping_add(i as u8)).collect();
        let mut bytes = Vec::new();
        Writer::new(&mut bytes).raster(RasterScale::default(), width, &image).qr(QrModel::Two, 3, QrLevel::H, &data);
        let mut parser = Parser::new();
        parser.push(&bytes);
        let scale = RasterScale::default();
        prop_assert_eq!(parser.next(), Some(Command::Raster { scale, width_bytes: width, rows, data: &image }));
        let stored = std::iter::from_fn(|| Some(format!("{:?}", parser.next()?))).nth(3);
        prop_assert_eq!(stored, Some(format!("{:?}", Command::Qr(Qr::Store(&data)))));
    }
}
