//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.

use crate::{
    ASCII87, Balance, BatchDetail, CUP, Dialect, Field59, Field60, Field61, Field62, Framer, LengthPrefix,
    Message, Mti, SettlementTotals, Tdes, TransactionTable, decode, encode, parse_codes,
};

/// Decodes a body in every dialect; whatever decodes must encode again, and then decode to the same message.
///
/// # Panics
/// When the codec breaks one of these claims.
pub fn fuzz_decode(bytes: &[u8]) {
    for dialect in [&*CUP, &*ASCII87] {
        decode_again(dialect, bytes);
    }
}

fn decode_again(dialect: &Dialect, bytes: &[u8]) {
    let mut message = Message::new(Mti::FINANCIAL);
    if let Err(error) = decode(dialect, bytes, &mut message) {
        assert!(error.offset <= bytes.len(), "an error lies within its body: {error}");
        return;
    }
    let mut frame = Vec::new();
    let encoded = encode(dialect, &message, &mut frame);
    assert_eq!(encoded, Ok(()), "what was decoded can be encoded");
    let mut again = Message::new(Mti::FINANCIAL);
    let body = frame.get(dialect.envelope().length.bytes()..).unwrap_or_default();
    assert_eq!(decode(dialect, body, &mut again), Ok(()), "what was encoded can be decoded");
    assert_eq!(again, message);
    read_sub_fields(&message);
}

/// Reads a text as every sub-field there is; what can be read is written the same.
///
/// # Panics
/// When it is not.
pub fn fuzz_sub_fields(bytes: &[u8]) {
    let mut message = Message::new(Mti::FINANCIAL);
    for field in [48, 54, 59, 60, 61, 62] {
        message.set(field, bytes);
    }
    read_sub_fields(&message);
}

fn read_sub_fields(message: &Message) {
    let text = |field| message.text(field).unwrap_or_default();
    let same = |field, written: &[u8]| assert_eq!(message.field(field), Some(written), "field {field}");
    if let Some(read) = SettlementTotals::parse(text(48)) {
        same(48, read.write().as_ref());
    }
    let details: Vec<BatchDetail> = BatchDetail::parse(text(48)).into_iter().flatten().collect();
    if let Some(written) = BatchDetail::write(&details).filter(|_| !details.is_empty()) {
        same(48, written.as_ref());
    }
    if let Some(read) = Balance::parse(text(54)) {
        same(54, &read.write());
    }
    if let Some(read) = message.field(59).and_then(Field59::parse) {
        let mut written = Vec::new();
        let fits = read.iter().all(|(tag, value)| Field59::append(&mut written, tag, value).is_ok());
        assert!(fits, "what was read can be written");
        same(59, &written);
    }
    if let Some(read) = Field60::parse(text(60)) {
        same(60, read.write().as_ref());
    }
    if let Some(read) = Field61::parse(text(61)) {
        same(61, read.write().as_ref());
    }
    if let Some(read) = message.field(62).and_then(Field62::parse) {
        same(62, read.as_ref());
        let _ = read.unwrap(&Tdes::new([0x31; 16]));
    }
}

/// Reads bytes as each kind of data file; an error names a line of it.
///
/// # Panics
/// When it names none.
pub fn fuzz_files(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let errors = [Dialect::parse(text).err(), TransactionTable::parse(text).err(), parse_codes(text).err()];
    for error in errors.into_iter().flatten() {
        // To YAML, a carriage return alone ends a line too.
        let ends = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
        assert!(error.line <= ends as u64 + 1, "an error lies within its file: {error}");
    }
}

/// Frames a stream once in one piece and once byte by byte, in every framing; both must give the same bodies.
///
/// # Panics
/// When they differ.
pub fn fuzz_frames(stream: &[u8]) {
    for length in [LengthPrefix::Binary2, LengthPrefix::Ascii4] {
        for keep_alive in [false, true] {
            let framer = || Framer::with(length, keep_alive, Framer::DEFAULT_MAX_BODY_BYTES);
            let (mut whole, mut bytewise) = (framer(), framer());
            whole.push(stream);
            for byte in stream {
                bytewise.push(core::slice::from_ref(byte));
                while let Ok(Some(body)) = bytewise.next_frame() {
                    assert_eq!(whole.next_frame(), Ok(Some(body)));
                }
            }
            assert_eq!(whole.next_frame(), bytewise.next_frame());
        }
    }
}

/// Any message that a dialect can say, at full width where a length is fixed.
#[cfg(test)]
pub(crate) fn any_message(dialect: &'static Dialect) -> impl proptest::strategy::Strategy<Value = Message> {
    use crate::{Header, Kind, Length, Tpdu};
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    let numbers: Vec<u8> = dialect.fields().map(|(number, _)| number).collect();
    let fields = btree_map(prop::sample::select(numbers), (any::<u16>(), vec(any::<u8>(), 1000)), 0..12);
    let mti = prop::sample::select(vec![Mti::FINANCIAL, Mti::REVERSAL_REPLY, Mti::SETTLEMENT]);
    (mti, any::<[u8; 5]>(), any::<[u8; 6]>(), fields).prop_map(move |(mti, tpdu, header, fields)| {
        let mut message = Message::new(mti);
        if dialect.envelope().tpdu {
            message.set_tpdu(Tpdu(tpdu));
        }
        if dialect.envelope().header {
            // Anything but what a telephone block begins with.
            message.set_header(Header([
                header[0] | 0x80,
                header[1],
                header[2],
                header[3],
                header[4],
                header[5],
            ]));
        }
        for (number, (length, raw)) in fields {
            let spec = dialect.field(number).unwrap();
            let count = match spec.length {
                Length::Fixed(length) => length,
                Length::Ll(max) | Length::Lll(max) => length % (max + 1),
            };
            let alphabet: &[u8] = if spec.kind == Kind::Track { b"0123456789ABC=EF" } else { b"0123456789" };
            let character = |(at, byte): (usize, &u8)| match spec.kind {
                Kind::Signed if at == 0 => [b'C', b'D'][usize::from(byte & 1)],
                Kind::Digits | Kind::Track | Kind::Signed => alphabet[usize::from(*byte) % alphabet.len()],
                Kind::Text | Kind::Binary => *byte,
            };
            let value: Vec<u8> = raw.iter().enumerate().take(usize::from(count)).map(character).collect();
            message.set(number, value);
        }
        message
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each starts where some branch of the decoder starts: nothing, envelopes, bitmaps, lengths, fillers.
    const CORPUS: &[&[u8]] = &[
        b"",
        b"\x60\0\0\0\0",
        b"\x60\0\0\0\0\x60\x31\0\x31\x12\0\x02\0\0\0\0\0\0\0\0\0",
        b"\x60\0\0\0\0\x60\x31\0\x31\x12\0\x02\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\x60\0\0\0\0\x60\x31\0\x31\x12\0\x02\0\x40\0\0\0\0\0\0\0\x19\x62\x22\x02\x12\x34\x56\x78\x90\x12\x8F",
        b"\x60\0\0\0\0\x60\x31\0\x31\x12\0\x02\0\0\0\0\0\x30\0\0\0\x05\x62\xD2\x50\x00\x00",
        b"\x60\0\0\0\0\x60\x31\0\x31\x12\0\x02\0\0\0\0\0\0\0\x02\0\x02\x55abc",
        b"\x60\0\0\0\0LRI\0\x1C0123456701234567012345670123\x60\x31\0\x31\x12\0\x02\0\0\0\0\0\0\0\0\0",
        b"0200\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"0200\xF0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\x01166222021234567890000000000000000100C00000001\0\0\0\0",
        b"\0\x03abc\0\0\xff\xff",
        b"REFRESH\0\x03abcREFRESHREF",
        b"0003abc00x1",
    ];

    #[test]
    fn the_corpus_breaks_no_claim() {
        for bytes in CORPUS {
            fuzz_decode(bytes);
            fuzz_frames(bytes);
            fuzz_sub_fields(bytes);
        }
        // Lines that end with a carriage return alone.
        fuzz_files(b"\r{{\r{^{{{{{{{{\n{");
    }

    /// Every line of the dialect's file is left out once, and cut once.
    #[test]
    fn a_spoiled_file_breaks_no_claim() {
        let lines: Vec<&str> = crate::CUP_FILE.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let mut spoiled = lines.clone();
            spoiled[at] = "";
            fuzz_files(spoiled.join("\n").as_bytes());
            spoiled[at] = &line[..line.len() / 2];
            fuzz_files(spoiled.join("\n").as_bytes());
        }
    }

    proptest! {
        #[test]
        fn random_bytes_break_no_claim(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            fuzz_decode(&bytes);
            fuzz_frames(&bytes);
            fuzz_sub_fields(&bytes);
        }

        #[test]
        fn random_text_breaks_no_claim(text in "[0-9]{8,17}|[0-9]{62}|0[0-3][0-9]{40,82}|[0-9]{7}[CD][0-9]{12}|(A[2-5]00[0-9].{1,9}){0,3}") {
            fuzz_sub_fields(text.as_bytes());
        }
    }
}
