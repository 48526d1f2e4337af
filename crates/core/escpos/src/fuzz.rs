//! The body of the fuzz target, here so that the ordinary build checks it and ordinary tests run it.
//!
//! *Not modelled:* what commands do; the printer has fuzz targets of its own.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{
    Command, Dialect, Graphics, HELD_MAX, KeyedGraphics, Multibyte, Parser, Realtime, ReplyParser, SLICE_MAX,
    Snooper,
};

/// Feeds arbitrary bytes to every reader of this crate. The first three bytes choose the dialect and other modes,
/// the fourth the chunk size.
///
/// # Panics
///
/// When one of the claims does not hold, which is a bug: the parser holds no more than it may, and finds the same
/// whatever the chunks; the pieces of a command are no longer than it; what the snooper finds ends with the byte that
/// it was fed last.
pub fn fuzz_parse(bytes: &[u8]) {
    let &[low, high, modes, chunk, ref stream @ ..] = bytes else { return };
    let dialect = fuzz_dialect(u16::from_le_bytes([low, high]), modes >> 1);
    let mut parser = Parser::new().with_dialect(dialect);
    let mut held_max = HELD_MAX;
    if modes & 1 != 0 {
        parser = parser.with_slice_max(usize::from(modes)).with_held_max(0);
        held_max = SLICE_MAX;
    }
    let chunk = usize::from(chunk).max(1);
    let (in_chunks, left) = read(parser.clone(), stream.chunks(chunk), held_max);
    let (at_once, left_at_once) = read(parser, core::iter::once(stream), held_max);
    assert!(in_chunks == at_once, "in chunks of {chunk}: {in_chunks:?}, at once: {at_once:?}");
    assert_eq!(left, left_at_once, "bytes left in chunks of {chunk}, and at once");
    snoop(dialect, stream);
    let mut replies = ReplyParser::new();
    for &byte in stream {
        replies.feed(byte);
    }
}

/// What was read: text and multibyte characters joined, and everything else as it is shown.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Text(Vec<u8>),
    Hanzi(Vec<u8>),
    Other(String),
}

/// Everything that is found, and the bytes left behind it.
fn read<'a>(
    mut parser: Parser,
    parts: impl Iterator<Item = &'a [u8]>,
    held_max: usize,
) -> (Vec<Seen>, usize) {
    let mut seen = Vec::new();
    for part in parts {
        parser.push(part);
        while let Some(command) = parser.next() {
            look_inside(command);
            match (command, seen.last_mut()) {
                (Command::Text(more), Some(Seen::Text(text))) => text.extend_from_slice(more),
                (Command::Text(text), _) => seen.push(Seen::Text(text.to_vec())),
                (Command::Hanzi(more), Some(Seen::Hanzi(run))) => run.extend_from_slice(more),
                (Command::Hanzi(run), _) => seen.push(Seen::Hanzi(run.to_vec())),
                (other, _) => seen.push(Seen::Other(format!("{other:02X?}"))),
            }
        }
        assert!(parser.buffered() <= held_max, "{} bytes are held", parser.buffered());
    }
    (seen, parser.buffered())
}

/// What is found in real time ends where it is found.
fn snoop(dialect: Dialect, stream: &[u8]) {
    let mut snooper = Snooper::with_dialect(dialect);
    for (at, &byte) in stream.iter().enumerate() {
        let Some(found) = snooper.feed(byte) else { continue };
        let ends_with: &[&[u8]] = match found {
            Realtime::Status { n, a: None } => &[&[0x10, 0x04, n]],
            Realtime::Status { n, a: Some(a) } => &[&[0x10, 0x04, n, a]],
            Realtime::Request(n) => &[&[0x10, 0x05, n]],
            Realtime::Extra(n) => &[&[0x10, 0x19, n]],
            Realtime::Pulse { time_100ms, .. } => &[&[1, 0, time_100ms], &[1, 1, time_100ms]],
            Realtime::PowerOff => &[&[0x10, 0x14, 2, 1, 8]],
            Realtime::Buzzer([a, b, c, d, e]) => &[&[0x10, 0x14, 3, a, b, c, d, e]],
            Realtime::Transmit(n) => &[&[0x10, 0x14, 7, n]],
            Realtime::Clear => &[&[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8]],
        };
        let before = stream.get(..=at).unwrap_or_default();
        assert!(ends_with.iter().any(|end| before.ends_with(end)), "{found:?} at byte {at}");
    }
}

/// Goes through what consists of pieces.
fn look_inside(command: Command<'_>) {
    let pieces = match command {
        Command::UserCharacters(characters) => characters.iter().map(|each| each.data.len()).sum(),
        Command::NvImagesDefine(images) => images.iter().map(|each| each.data.len()).sum(),
        Command::Graphics(Graphics::Nv(KeyedGraphics::DefineRaster(image))) => {
            image.planes().map(|(_, plane)| plane.len()).sum()
        }
        _ => 0,
    };
    assert!(pieces <= HELD_MAX, "the pieces have {pieces} bytes");
}

/// A dialect of these bits, with one of seven multibyte codes. For tests and fuzz targets.
#[must_use]
pub fn fuzz_dialect(bits: u16, code: u8) -> Dialect {
    let bit = |n: u32| bits >> n & 1 != 0;
    Dialect {
        heat_settings: bit(0),
        dc2: bit(1),
        mark_feed: bit(2),
        density: bit(3),
        esc_z_qr: bit(4),
        gs_n_qr: bit(5),
        gs_k_qr: bit(6),
        italics: bit(7),
        citizen_presenter: bit(8),
        star_presenter: bit(9),
        ncr_status: bit(10),
        fs_dot_ignored: bit(11),
        realtime_at_command_position: bit(12),
        multibyte_at_start: bit(13),
        multibyte: match code & 7 {
            0 => Multibyte::None,
            1 => Multibyte::Gbk,
            2 => Multibyte::ShiftJis,
            3 => Multibyte::Jis,
            4 => Multibyte::Big5,
            5 => Multibyte::Korean,
            _ => Multibyte::Gb18030,
        },
    }
}
