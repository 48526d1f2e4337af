//! The body of the fuzz target, here so that the ordinary build checks it and ordinary tests run it.

use crate::{
    Command, Dialect, Graphics, HELD_MAX, KeyedGraphics, Multibyte, Parser, ReplyParser, SLICE_MAX, Snooper,
};

/// Feeds arbitrary bytes to every reader of this crate. The first three bytes choose the dialect and other modes,
/// the fourth the chunk size.
///
/// # Panics
///
/// When the parser holds more than it may, or the pieces of a command are longer than it, which is a bug.
pub fn fuzz_parse(bytes: &[u8]) {
    let &[low, high, modes, chunk, ref stream @ ..] = bytes else { return };
    let dialect = dialect(u16::from_le_bytes([low, high]), modes);
    let mut parser = Parser::new().with_dialect(dialect);
    let mut held_max = HELD_MAX;
    if modes & 1 != 0 {
        parser = parser.with_slice_max(usize::from(modes)).with_held_max(0);
        held_max = SLICE_MAX;
    }
    for part in stream.chunks(usize::from(chunk).max(1)) {
        parser.push(part);
        while let Some(command) = parser.next() {
            look_inside(command);
        }
        assert!(parser.buffered() <= held_max, "{} bytes are held", parser.buffered());
    }
    let mut snooper = Snooper::with_dialect(dialect);
    let mut replies = ReplyParser::new();
    for &byte in stream {
        snooper.feed(byte);
        replies.feed(byte);
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

fn dialect(bits: u16, modes: u8) -> Dialect {
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
        multibyte: match modes >> 1 & 7 {
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
