//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.

use crate::envelope::{self, Envelope, Seal, SealKey};
use crate::upload::{self, LIMITS};
use crate::verification;
use crate::voucher::Voucher;
use wallet::http::{RequestParser, ResponseParser};

/// Reads bytes as everything that comes over a line here, and as a voucher behind a right seal.
///
/// # Panics
/// When a voucher is not written as it was read, or bytes without a seal are believed.
pub fn fuzz_messages(bytes: &[u8]) {
    let key = SealKey::new(b"fuzz");
    let nothing = key.seal("");
    let mut requests = RequestParser::new(LIMITS);
    requests.push(bytes);
    while let Ok(Some(request)) = requests.next_request() {
        if let Some(body) = upload::uploaded(&request) {
            assert!(Envelope::open(body, &SealKey::new(b"another")).is_err(), "nobody has sealed this");
        }
        let _ = verification::decode_question(&request, |_| Some(&key));
    }
    let mut responses = ResponseParser::new(LIMITS);
    responses.push(bytes);
    while let Ok(Some(response)) = responses.next_response() {
        let _ = upload::decode_answer(&response, &key, nothing);
        let _ = verification::decode_finding(&response, &key, nothing);
    }
    let _ = Envelope::read(bytes);
    if let Ok(text) = core::str::from_utf8(bytes) {
        fuzz_document(text, &key);
    }
}

fn fuzz_document(text: &str, key: &SealKey) {
    let _ = Seal::parse(text);
    let Ok(voucher) = Voucher::read(text) else { return };
    assert_eq!(voucher.check(), Ok(()), "what is read is sound");
    let document = voucher.document();
    assert_eq!(Voucher::read(&document).as_ref(), Ok(&voucher), "a voucher is written as it was read");
    let mut sealed = Vec::new();
    envelope::write(&voucher.terminal, &document, key, &mut sealed);
    let opened = Envelope::open(&sealed, key).map(|envelope| (envelope.from, envelope.body));
    assert_eq!(opened, Ok((voucher.terminal.as_str(), document.as_str())), "what is sealed can be opened");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voucher::tests::any_voucher;
    use proptest::prelude::*;

    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "POST /vouchers HTTP/1.1\r\nContent-Length: 20\r\n\r\n",
            "POST /verifications HTTP/1.1\r\nContent-Length: 20\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n",
            "{\"is\":\"voucher\",\"format\":1",
            "\"format\":2",
            "\"from\":\"12345678\"",
            "\"seal\":\"",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "\"body\":{",
            "\"card\":{\"terminal\":0,\"batch\":1,\"stan\":1}",
            "\"order\":{\"shop\":0,\"number\":\"A\"}",
            "\"amount_fen\":",
            "1e3",
            "-1",
            "[",
            "{",
            "}",
            "\"",
            ",",
            ":",
            "票",
            "\u{0}",
        ]);
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn no_bytes_break_a_claim(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            fuzz_messages(&bytes);
        }

        #[test]
        fn no_pieces_break_a_claim(bytes in pieces()) {
            fuzz_messages(&bytes);
        }

        #[test]
        fn no_voucher_breaks_a_claim(voucher in any_voucher()) {
            fuzz_messages(voucher.document().as_bytes());
        }
    }
}
