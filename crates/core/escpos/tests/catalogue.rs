//! The catalogue: every example is exactly one command, which has a value, in any chunking.
//!
//! Source: printer sources, sections 1 to 3 and 8. That a row stands for the command of its name is checked by
//! hand in `lengths.rs` and `values.rs`.

use std::collections::BTreeSet;
use tillrig_escpos::{COMMANDS, Command, CommandRow, Dialect, Parser, Snooper, Tier};

/// A control byte that nobody uses, behind each example: it ends no text and completes no command.
const SENTINEL: u8 = 0x01;

/// What the example is read as, if it is one command and nothing else.
fn read_alone(row: &CommandRow, chunk: usize) -> Option<String> {
    let mut parser = Parser::new().with_dialect(row.dialect);
    let mut seen = Vec::new();
    for part in row.bytes.chunks(chunk) {
        parser.push(part);
        while let Some(command) = parser.next() {
            let known = !matches!(
                command,
                Command::Unknown { .. }
                    | Command::Ignored { .. }
                    | Command::Known { .. }
                    | Command::Skipped { .. }
            );
            seen.push((known, format!("{command:02X?}")));
        }
    }
    let held = parser.buffered();
    parser.push(&[SENTINEL]);
    let behind = parser.next() == Some(Command::Ignored { bytes: &[SENTINEL] });
    match (&seen[..], held, behind) {
        ([(true, value)], 0, true) => Some(value.clone()),
        _ => None,
    }
}

#[test]
fn every_example_is_one_command_with_a_value() {
    for row in COMMANDS {
        assert!(read_alone(row, row.bytes.len()).is_some(), "{} {:02X?}", row.name, row.bytes);
    }
}

#[test]
fn every_example_reads_the_same_byte_by_byte() {
    // Text is handed out as it comes.
    for row in COMMANDS.iter().filter(|row| row.name != "text") {
        assert_eq!(read_alone(row, 1), read_alone(row, row.bytes.len()), "{}", row.name);
    }
}

#[test]
fn an_example_with_any_other_byte_in_any_place_is_taken_or_waits() {
    for row in COMMANDS {
        for at in 0..row.bytes.len().min(32) {
            let mut bytes = row.bytes.to_vec();
            for byte in 0..=0xFF {
                bytes[at] = byte;
                let mut parser = Parser::new().with_dialect(row.dialect);
                parser.push(&bytes);
                while parser.next().is_some() {}
                assert!(parser.buffered() <= bytes.len(), "{} {bytes:02X?}", row.name);
            }
        }
    }
}

#[test]
fn every_command_has_one_row() {
    let names: BTreeSet<_> = COMMANDS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), COMMANDS.len());
    let examples: BTreeSet<_> =
        COMMANDS.iter().map(|row| (row.bytes, row.dialect == Dialect::EPSON)).collect();
    assert_eq!(examples.len(), COMMANDS.len());
}

#[test]
fn only_vendors_commands_and_multibyte_text_need_a_dialect() {
    for row in COMMANDS.iter().filter(|row| row.dialect != Dialect::EPSON) {
        assert!(row.tier == Tier::Vendor || row.name == "multibyte text", "{}", row.name);
        assert_ne!(
            read_alone(&CommandRow { dialect: Dialect::EPSON, ..*row }, row.bytes.len()),
            read_alone(row, row.bytes.len()),
            "{}",
            row.name
        );
    }
}

#[test]
fn the_snooper_finds_every_realtime_command_of_the_catalogue() {
    let realtime: Vec<_> = COMMANDS.iter().filter(|row| row.name.starts_with("DLE")).collect();
    // EOT 0-8, 17, 18 and 20-22 are 14; ENQ 0-2; DC4 1, 2, 3, 7 and 8; EM.
    assert_eq!(realtime.len(), 14 + 3 + 5 + 1);
    for row in realtime {
        let mut snooper = Snooper::with_dialect(row.dialect);
        let (last, rest) = row.bytes.split_last().expect("an example has bytes");
        assert!(rest.iter().all(|&byte| snooper.feed(byte).is_none()), "{}", row.name);
        assert!(snooper.feed(*last).is_some(), "{}", row.name);
    }
}

/// The families that the sources list, by the beginning of their names, and how many rows each has.
#[test]
fn every_family_of_the_sources_is_there_in_full() {
    let count = |start: &str| COMMANDS.iter().filter(|row| row.name.starts_with(start)).count();
    for (family, functions) in [
        ("GS ( L fn", 19),   // 48-52, 64-69, 80-85, 112, 113
        ("GS 8 L fn", 6),    // the six that carry images
        ("GS ( k cn 48", 9), // 65-70, 80-82
        ("GS ( k cn 49", 6), // 65, 67, 69, 80-82
        ("GS ( k cn 50", 4), // 65, 80-82
        ("GS ( k cn 51", 5), // 67, 71, 80-82
        ("GS ( k cn 52", 6), // 67, 71, 72, 80-82
        ("GS ( k cn 53", 6), // 66, 67, 69, 80-82
        ("GS ( k cn 54", 5), // 66, 67, 80-82
        ("GS ( E fn", 23),   // 1-16, 48-52, 99, 100
        ("GS ( C fn", 7),    // 0-6
        ("GS ( K fn", 4),    // 48-50, 97
        ("GS ( M fn", 3),    // 1-3
        ("GS ( N fn", 3),    // 48-50
        ("GS ( Q fn", 4),    // 48-51
        ("FS ( E fn", 6),    // 60-65
        ("FS ( L fn", 6),    // 33, 34, 65-67, 80
        ("GS k fn A", 7),    // 0-6
        ("GS k fn B", 15),   // 65-79
        ("GS V fn", 4),      // A-D
        ("GS e ", 7),        // 0-6
        ("DLE EOT", 14),     // 0-8, 17, 18, 20-22
    ] {
        assert_eq!(count(family), functions, "{family}");
    }
}
