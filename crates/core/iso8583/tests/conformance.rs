//! A synthetic sale, byte for byte.
//!
//! Source: UnionPay POS dialect, "Keys and MAC"; the frame was computed by other software.

use tillrig_iso8583::{CUP, Framer, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};

/// A frame of the dialect whose MAC was computed by other software.
const FRAME: &str = "004E600000000060310031120002003020048000C0801100000000000000010000000101200031323334353637\
                     3831323334353637383930313233343531353600112200000100003433333644433533";

fn sale() -> Message {
    let mut sale = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (3, "000000"),
        (4, "100"),
        (11, "000001"),
        (22, "012"),
        (25, "00"),
        (41, "12345678"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001000"),
    ] {
        sale.set(field, value);
    }
    sale
}

fn key() -> MacKey {
    MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
}

fn hex(text: &str) -> Vec<u8> {
    let nibbles: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|nibble| nibble as u8).collect();
    nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn the_synthetic_sale_comes_out_byte_for_byte() {
    let mut frame = Vec::new();
    encode_with_mac(&CUP, &sale(), &key(), &mut frame).unwrap();
    assert_eq!(frame, hex(FRAME));
}

#[test]
fn the_synthetic_sale_decodes_to_what_was_said() {
    let mut framer = Framer::default();
    framer.push(&hex(FRAME));
    let body = framer.next_frame().unwrap().unwrap();
    let mut message = Message::new(Mti::SIGN_ON);
    decode(&CUP, body, &mut message).unwrap();
    assert_eq!(message.mti(), Mti::FINANCIAL);
    assert_eq!(message.text(4), Some("000000000100"));
    assert_eq!(message.text(22), Some("012"));
    assert_eq!(message.text(42), Some("123456789012345"));
    assert_eq!(message.text(60), Some("22000001000"));
    assert_eq!(message.text(64), Some("4336DC53"));
    assert_eq!(verify_mac(&CUP, body, &key()), Ok(()));
}
