//! Every row of the length table, with the length written out by hand, and text behind it that must survive.
//!
//! Source: printer sources, section 1 (length table), sections 2.1 and 2.3 for `GS C` and `GS D`, section 8 for the
//! vendor rows. Lengths count every byte of the command.

use tillrig_escpos::{Command, Dialect, Multibyte, Parser};

/// Text behind each command. Its first byte is neither a digit nor a semicolon, so `GS C ;` cannot eat it.
const SENTINEL: &[u8] = b"#next";

/// Name, head, how many bytes of data follow the head, and the length of the whole.
type Row = (&'static str, &'static [u8], usize, usize);

/// Pushes the command and the sentinel, takes one command, and says how many bytes that took and what came next.
fn first_command_len(command: &[u8]) -> (usize, Vec<u8>) {
    first_len_of(Dialect::EPSON, command)
}

fn first_len_of(dialect: Dialect, command: &[u8]) -> (usize, Vec<u8>) {
    let mut parser = Parser::new().with_dialect(dialect);
    parser.push(command);
    parser.push(SENTINEL);
    let took = parser.next().is_some();
    let len = (command.len() + SENTINEL.len()) - parser.buffered();
    let behind = match parser.next() {
        Some(Command::Text(text)) => text.to_vec(),
        _ => Vec::new(),
    };
    (if took { len } else { 0 }, behind)
}

fn check(rows: &[Row]) {
    check_dialect(Dialect::EPSON, rows);
}

fn check_dialect(dialect: Dialect, rows: &[Row]) {
    for &(name, head, data_len, expected) in rows {
        let mut command = head.to_vec();
        command.resize(head.len() + data_len, 0x41);
        assert_eq!(first_len_of(dialect, &command), (expected, SENTINEL.to_vec()), "{name}");
    }
}

/// The same for commands whose third and following bytes do not matter.
fn check_codes(prefix: u8, codes: &[u8], len: usize) {
    for &code in codes {
        let mut command = vec![prefix, code];
        command.resize(len, 0x00);
        assert_eq!(first_command_len(&command), (len, SENTINEL.to_vec()), "{prefix:02X} {code:02X}");
    }
}

#[test]
fn two_byte_commands_end_after_their_code() {
    check_codes(0x1B, &[0x40, 0x32, 0x3C, 0x0C, 0x4C, 0x53, 0x69, 0x6D, 0x71, 0x76], 2);
    check_codes(0x1D, &[0x3A, 0x63], 2);
    check_codes(0x1C, &[0x26, 0x2E], 2);
}

#[test]
fn three_byte_commands_take_one_parameter() {
    check_codes(
        0x1B,
        &[0x20, 0x21, 0x25, 0x2D, 0x33, 0x3D, 0x3F, 0x45, 0x47, 0x4A, 0x4B, 0x4D, 0x52, 0x54],
        3,
    );
    check_codes(0x1B, &[0x55, 0x56, 0x61, 0x64, 0x65, 0x72, 0x74, 0x75, 0x7B, 0x43, 0x46], 3);
    check_codes(
        0x1D,
        &[0x21, 0x2F, 0x42, 0x45, 0x48, 0x49, 0x54, 0x61, 0x62, 0x66, 0x68, 0x6A, 0x72, 0x77],
        3,
    );
    check_codes(0x1C, &[0x21, 0x2D, 0x43, 0x57], 3);
}

#[test]
fn four_byte_commands_take_two_parameters() {
    check_codes(0x1B, &[0x24, 0x5C, 0x66, 0x42], 4);
    check_codes(0x1D, &[0x24, 0x4C, 0x50, 0x57, 0x5C], 4);
    check_codes(0x1C, &[0x53, 0x70, 0x3F], 4);
    for function in [b'0', b'1', b'3', b'4', b'5'] {
        assert_eq!(first_command_len(&[0x1B, b'c', function, 1]).0, 4);
    }
}

#[test]
fn a_cut_has_three_or_four_bytes_by_its_function() {
    for m in [0x00, 0x01, 0x30, 0x31] {
        assert_eq!(first_command_len(&[0x1D, 0x56, m]).0, 3, "m={m:02X}");
    }
    for m in [0x41, 0x42, 0x61, 0x62, 0x67, 0x68] {
        assert_eq!(first_command_len(&[0x1D, 0x56, m, 3]).0, 4, "m={m:02X}");
    }
}

#[test]
fn longer_esc_commands_have_their_own_lengths() {
    check(&[
        ("ESC p", &[0x1B, b'p', 0, 25, 25], 0, 5),
        ("ESC W", &[0x1B, b'W'], 8, 10),
        ("ESC * 0", &[0x1B, b'*', 0, 7, 0], 7, 12),
        ("ESC * 1", &[0x1B, b'*', 1, 0, 1], 256, 261),
        ("ESC * 32", &[0x1B, b'*', 32, 7, 0], 21, 26),
        ("ESC * 33", &[0x1B, b'*', 33, 0, 1], 768, 773),
        ("ESC D empty", &[0x1B, b'D', 0], 0, 3),
        ("ESC D 8 16 24", &[0x1B, b'D', 8, 16, 24, 0], 0, 6),
        ("ESC D ends at a value that does not increase", &[0x1B, b'D', 48, 64], 0, 4),
        ("ESC &, three characters", &[0x1B, b'&', 3, 65, 67, 1, 9, 9, 9, 0, 2, 9, 9, 9, 9, 9, 9], 0, 17),
        ("ESC ( A", &[0x1B, b'(', b'A', 4, 0, 48, 1, 2, 3], 0, 9),
        ("ESC ( unknown", &[0x1B, b'(', b'!', 0, 1], 256, 261),
    ]);
}

#[test]
fn longer_gs_commands_have_their_own_lengths() {
    check(&[
        ("GS ^", &[0x1D, b'^', 1, 1, 0], 0, 5),
        ("GS z 0", &[0x1D, b'z', b'0', 1, 2], 0, 5),
        ("GS g 0", &[0x1D, b'g', b'0', 0, 20, 0], 0, 6),
        ("GS g 2", &[0x1D, b'g', b'2', 0, 20, 0], 0, 6),
        ("GS C 0", &[0x1D, b'C', b'0', 5, 1], 0, 5),
        ("GS C 1", &[0x1D, b'C', b'1', 1, 0, 9, 0, 1, 1], 0, 9),
        ("GS C 2", &[0x1D, b'C', b'2', 1, 0], 0, 5),
        ("GS C ;", b"\x1DC;1;65535;1;1;1;", 0, 17),
        ("GS k A EAN13", b"\x1Dk\x024006381333931\x00", 0, 17),
        ("GS k A CODE39", b"\x1Dk\x04CODE 39\x00", 0, 11),
        ("GS k B EAN13", b"\x1Dk\x43\x0D4006381333931", 0, 17),
        ("GS k B CODE128", b"\x1Dk\x49\x06{B1234", 0, 10),
        ("GS v 0", &[0x1D, b'v', b'0', 0, 3, 0, 5, 0], 15, 23),
        ("GS v 0 of an unknown scale", &[0x1D, b'v', b'0', 9, 3, 0, 5, 0], 15, 23),
        ("GS v 0 without rows", &[0x1D, b'v', b'0', 0, 3, 0, 0, 0], 0, 8),
        ("GS *", &[0x1D, b'*', 2, 3], 48, 52),
        ("GS Q 0", &[0x1D, b'Q', b'0', 0, 2, 0, 5, 0], 10, 18),
        ("GS D", b"\x1DD\x30\x43\x30\x20\x20\x30\x31BM\x40\x00\x00\x00", 58, 73),
        ("GS ( k", &[0x1D, b'(', b'k', 3, 0, 49, 81, 48], 0, 8),
        ("GS ( H", &[0x1D, b'(', b'H', 6, 0, 48, 48, 1, 2, 3, 4], 0, 11),
        ("GS ( L", &[0x1D, b'(', b'L', 2, 0, 48, 2], 0, 7),
        ("GS ( unknown", &[0x1D, b'(', b'!', 1, 2], 513, 518),
        ("GS 8 L", &[0x1D, b'8', b'L', 10, 0, 0, 0], 10, 17),
        ("GS 8 L, 16 bits are not enough", &[0x1D, b'8', b'L', 1, 0, 0, 0], 1, 8),
    ]);
}

#[test]
fn longer_fs_commands_have_their_own_lengths() {
    check(&[
        ("FS q, one image", &[0x1C, b'q', 1, 1, 0, 2, 0], 16, 23),
        ("FS q, two images", &[0x1C, b'q', 2, 0, 0, 0, 0, 1, 0, 1, 0], 8, 19),
        ("FS g 1", &[0x1C, b'g', b'1', 0, 0, 0, 0, 0, 4, 0], 4, 14),
        ("FS g 2", &[0x1C, b'g', b'2', 0, 0, 0, 0, 0, 4, 0], 0, 10),
        ("FS 2", &[0x1C, b'2', 0xFE, 0xA1], 72, 76),
        ("FS ( A", &[0x1C, b'(', b'A', 2, 0, 48, 0], 0, 7),
        ("FS ( unknown", &[0x1C, b'(', b'!', 3, 0], 3, 8),
    ]);
}

#[test]
fn realtime_commands_have_their_own_lengths_at_command_position() {
    for n in 1..=6 {
        assert_eq!(first_command_len(&[0x10, 0x04, n]).0, 3, "DLE EOT {n}");
    }
    for n in [0, 7, 8, 18] {
        assert_eq!(first_command_len(&[0x10, 0x04, n, 1]).0, 4, "DLE EOT {n} a");
    }
    check(&[
        ("DLE ENQ", &[0x10, 0x05, 1], 0, 3),
        ("DLE DC4 1", &[0x10, 0x14, 1, 0, 1], 0, 5),
        ("DLE DC4 2", &[0x10, 0x14, 2, 1, 8], 0, 5),
        ("DLE DC4 3", &[0x10, 0x14, 3, 0, 0, 0, 1, 1], 0, 8),
        ("DLE DC4 7", &[0x10, 0x14, 7, 1], 0, 4),
        ("DLE DC4 8", &[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8], 0, 10),
    ]);
}

#[test]
fn vendor_commands_have_their_own_lengths() {
    check(&[
        ("GS e retract", &[0x1D, b'e', 2], 0, 3),
        ("GS e present takes its steps", &[0x1D, b'e', 3, 12], 0, 4),
        ("GS e eject", &[0x1D, b'e', 5], 0, 3),
        ("GS e status", &[0x1D, b'e', 6], 0, 3),
        ("GS E0h", &[0x1D, 0xE0, 1], 0, 3),
        ("GS E1h", &[0x1D, 0xE1], 0, 2),
        ("GS F6h", &[0x1D, 0xF6], 0, 2),
        ("GS F8h", &[0x1D, 0xF8], 0, 2),
        ("FS C0h", &[0x1C, 0xC0, 0x18, 0x10, 0x14, 0x1A], 0, 6),
        ("FS C1h", &[0x1C, 0xC1, 20], 0, 3),
        ("GS |", &[0x1D, b'|', 4], 0, 3),
    ]);
}

#[test]
fn an_undefined_code_takes_only_prefix_and_code() {
    for (prefix, code) in [(0x1B, 0x34), (0x1B, 0x06), (0x1B, 0x1D), (0x1D, 0x01), (0x1C, 0x41), (0x10, 0x19)]
    {
        let mut parser = Parser::new();
        parser.push(&[prefix, code]);
        parser.push(SENTINEL);
        assert_eq!(parser.next(), Some(Command::Unknown { bytes: &[prefix, code] }));
        assert_eq!(parser.next(), Some(Command::Text(SENTINEL)));
    }
}

#[test]
fn a_bar_code_stops_at_bad_data_and_the_rest_is_text() {
    for (bad, consumed) in [
        (&b"\x1Dk\x0712"[..], 3),               // no such symbology
        (&b"\x1Dk\x43\x0512345"[..], 4),        // EAN13 does not have five digits
        (&b"\x1Dk\x43\x0C12345X789012"[..], 9), // a letter in an EAN13
        (&b"\x1Dk\x02123456X"[..], 9),          // and in function A
    ] {
        let mut parser = Parser::new();
        parser.push(bad);
        parser.push(SENTINEL);
        let (head, tail) = bad.split_at(consumed);
        assert_eq!(parser.next(), Some(Command::Ignored { bytes: head }));
        assert_eq!(parser.next(), Some(Command::Text(&[tail, SENTINEL].concat())));
    }
}

/// Every command of clones at once.
const ALL: Dialect = Dialect {
    italics: true,
    citizen_presenter: true,
    star_presenter: true,
    ncr_status: true,
    multibyte_at_start: false,
    ..Dialect::CLONE_58
};

#[test]
fn commands_of_clones_have_their_own_lengths() {
    check_dialect(
        ALL,
        &[
            ("ESC 7", &[0x1B, b'7', 7, 80, 2], 0, 5),
            ("ESC 4", &[0x1B, b'4', 1], 0, 3),
            ("ESC Z", &[0x1B, b'Z', 0, 0, 6, 3, 1], 259, 266),
            ("GS N, high byte first", &[0x1D, b'N', 6, 0, 1, 3], 259, 265),
            ("GS k 97", &[0x1D, b'k', 97, 5, 1, 3, 1], 259, 266),
            ("GS R 0", &[0x1D, b'R', 0], 0, 3),
            ("GS R 1", &[0x1D, b'R', b'1', 9], 0, 4),
            ("ESC SYN 0", &[0x1B, 0x16, b'0', 0], 0, 4),
            ("ESC SYN 1", &[0x1B, 0x16, b'1', 9], 0, 4),
            ("ESC SYN 3", &[0x1B, 0x16, b'3', 1], 0, 4),
            ("ESC SYN 4", &[0x1B, 0x16, b'4'], 0, 3),
            ("DC2 #", &[0x12, b'#', 0x4A], 0, 3),
            ("DC2 T", &[0x12, b'T'], 0, 2),
            ("DC2 with an unknown code", &[0x12, b'!'], 0, 2),
            ("DLE EM", &[0x10, 0x19, 1], 0, 3),
            ("GS FF", &[0x1D, 0x0C], 0, 2),
        ],
    );
}

#[test]
fn a_dialect_changes_no_length_of_the_baseline() {
    for row in tillrig_escpos::COMMANDS.iter().filter(|row| row.dialect == Dialect::EPSON) {
        assert_eq!(first_len_of(ALL, row.bytes).0, first_command_len(row.bytes).0, "{}", row.name);
    }
}

#[test]
fn the_smallest_firmware_cannot_leave_multibyte_mode() {
    let dialect = Dialect { fs_dot_ignored: true, ..Dialect::CLONE_58 };
    let mut parser = Parser::new().with_dialect(dialect);
    parser.push(b"\x1C.\xD6\xD0");
    assert_eq!(parser.next(), Some(Command::Unknown { bytes: b"\x1C." }));
    assert_eq!(parser.next(), Some(Command::Hanzi(b"\xD6\xD0")));
}

#[test]
fn each_multibyte_code_has_its_own_lead_bytes() {
    // The yen sign of GB18030 is four bytes; GBK reads two characters, and prints two wrong ones.
    let four = [0x81, 0x30, 0x84, 0x36];
    for (multibyte, lengths) in [
        (Multibyte::Gb18030, vec![4]),
        (Multibyte::Gbk, vec![2, 2]),
        (Multibyte::Big5, vec![2, 2]),
        (Multibyte::ShiftJis, vec![2, 2]),
        // KS X 1001 has no such lead bytes: text.
        (Multibyte::Korean, vec![4]),
        (Multibyte::None, vec![4]),
    ] {
        let dialect = Dialect { multibyte, multibyte_at_start: true, ..Dialect::EPSON };
        let mut parser = Parser::new().with_dialect(dialect);
        parser.push(&four);
        let mut seen = Vec::new();
        while let Some(command) = parser.next() {
            match command {
                Command::Hanzi(run) => {
                    seen.extend(dialect.multibyte.characters(run).map(<[u8]>::len));
                }
                Command::Text(bytes) => seen.push(bytes.len()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(seen, lengths, "{multibyte:?}");
    }
}
