//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.

use crate::{CUP, Framer, Message, Mti, decode, encode};

/// Decodes a body; whatever decodes must encode again, and then decode to the same message.
///
/// # Panics
/// When the codec breaks one of these claims.
pub fn fuzz_decode(bytes: &[u8]) {
    let mut message = Message::new(Mti::FINANCIAL);
    if let Err(error) = decode(&CUP, bytes, &mut message) {
        assert!(error.offset <= bytes.len(), "an error lies within its body: {error}");
        return;
    }
    let mut frame = Vec::new();
    let encoded = encode(&CUP, &message, &mut frame);
    assert_eq!(encoded, Ok(()), "what was decoded can be encoded");
    let mut again = Message::new(Mti::FINANCIAL);
    let decoded = decode(&CUP, frame.get(2..).unwrap_or_default(), &mut again);
    assert_eq!(decoded, Ok(()), "what was encoded can be decoded");
    assert_eq!(again, message);
}

/// Frames a stream once in one piece and once byte by byte; both must give the same bodies.
///
/// # Panics
/// When they differ.
pub fn fuzz_frames(stream: &[u8]) {
    let mut whole = Framer::default();
    whole.push(stream);
    let mut bytewise = Framer::default();
    for byte in stream {
        bytewise.push(core::slice::from_ref(byte));
        while let Ok(Some(body)) = bytewise.next_frame() {
            assert_eq!(whole.next_frame(), Ok(Some(body)));
        }
    }
    assert_eq!(whole.next_frame(), bytewise.next_frame());
}

/// Any message that the UnionPay table can say, at full width where a length is fixed.
#[cfg(test)]
pub(crate) fn any_message() -> impl proptest::strategy::Strategy<Value = Message> {
    use crate::{Header, Kind, Length, Tpdu};
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    let numbers: Vec<u8> = (2..=128).filter(|&number| CUP.field(number).is_some()).collect();
    let raw = vec(any::<u8>(), 1000);
    let fields = btree_map(prop::sample::select(numbers), (any::<u16>(), raw), 0..12);
    let mti = prop::sample::select(vec![Mti::FINANCIAL, Mti::REVERSAL_REPLY, Mti::SETTLEMENT]);
    (mti, any::<[u8; 5]>(), any::<[u8; 6]>(), fields).prop_map(|(mti, tpdu, header, fields)| {
        let mut message = Message::new(mti);
        message.set_tpdu(Tpdu(tpdu));
        message.set_header(Header(header));
        for (number, (length, raw)) in fields {
            let spec = CUP.field(number).unwrap();
            let count = match spec.length {
                Length::Fixed(length) => length,
                Length::Ll(max) | Length::Lll(max) => length % (max + 1),
            };
            let alphabet: &[u8] = if spec.kind == Kind::Track { b"0123456789ABC=EF" } else { b"0123456789" };
            let character = |byte: &u8| match spec.kind {
                Kind::Digits | Kind::Track => alphabet[usize::from(*byte) % alphabet.len()],
                Kind::Text | Kind::Binary => *byte,
            };
            let value: Vec<u8> = raw.iter().take(usize::from(count)).map(character).collect();
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
        b"\0\x03abc\0\0\xff\xff",
    ];

    #[test]
    fn the_corpus_breaks_no_claim() {
        for bytes in CORPUS {
            fuzz_decode(bytes);
            fuzz_frames(bytes);
        }
    }

    proptest! {
        #[test]
        fn random_bytes_break_no_claim(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            fuzz_decode(&bytes);
            fuzz_frames(&bytes);
        }
    }
}
