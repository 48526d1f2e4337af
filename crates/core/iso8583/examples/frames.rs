//! Prints frames of the UnionPay POS dialect in hexadecimal, one a line, for another codec to read.
//!
//! They exercise what codecs differ in: odd lengths on either side, tracks, both length classes, raw bytes.
//! All cards and keys are test values; the MAC of the first frame was computed by other software.

use std::error::Error;
use std::io::Write;

use tillrig_iso8583::{CUP, MacKey, Message, Mti, Tpdu, encode, encode_with_mac};

const KEY: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
const TERMINAL: [(u8, &str); 2] = [(41, "12345678"), (42, "123456789012345")];

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let mut frame = Vec::new();
    for message in [sale(), chip_sale(), swiped_sale(), scanned_sale(), refund_reply(), reversal()] {
        encode_with_mac(&CUP, &message, &KEY, &mut frame)?;
        print(&mut out, &mut frame)?;
    }
    for message in [sign_on(), sign_on_reply(), settlement()] {
        encode(&CUP, &message, &mut frame)?;
        print(&mut out, &mut frame)?;
    }
    Ok(())
}

fn print(out: &mut impl Write, frame: &mut Vec<u8>) -> std::io::Result<()> {
    for byte in frame.drain(..) {
        write!(out, "{byte:02X}")?;
    }
    writeln!(out)
}

fn message(mti: Mti, fields: &[(u8, &str)]) -> Message {
    let mut message = Message::new(mti);
    for (field, value) in TERMINAL.iter().chain(fields) {
        message.set(*field, value);
    }
    message
}

fn sale() -> Message {
    let fields = [(3, "000000"), (4, "100"), (11, "000001"), (22, "012"), (25, "00"), (49, "156")];
    let mut sale = message(Mti::FINANCIAL, &fields);
    sale.set(60, "22000001000");
    sale
}

fn chip_sale() -> Message {
    let mut sale = sale();
    for (field, value) in [(2, "6222021234567890128"), (14, "2912"), (22, "051"), (23, "1"), (26, "06")] {
        sale.set(field, value);
    }
    sale.set(52, [0x06, 0x12, 0x26, 0x62, 0xA9, 0x87, 0x6F, 0xED]);
    sale.set(53, "2600000000000000");
    sale.set(55, [0x9F, 0x26, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, 0x9F, 0x27, 0x01, 0x80]);
    sale
}

fn swiped_sale() -> Message {
    let mut sale = sale();
    sale.set(22, "022");
    sale.set(35, "6222021234567890128=29122011234567890");
    sale.set(36, "996222021234567890128=1561560000000000000001003");
    sale
}

fn scanned_sale() -> Message {
    let mut sale = sale();
    sale.set(22, "032");
    sale.set(59, "A3018134567890123456789");
    sale.set(63, "001");
    sale
}

fn refund_reply() -> Message {
    let fields =
        [(3, "200000"), (4, "000000001850"), (11, "000007"), (12, "120102"), (13, "1122"), (15, "1122")];
    let mut reply = message(Mti::ADVICE_REPLY, &fields);
    reply.set_tpdu(Tpdu([0x60, 0x00, 0x00, 0x00, 0x03]));
    for (field, value) in [(25, "00"), (32, "48021000"), (37, "123456789012"), (38, "AB12  "), (39, "00")] {
        reply.set(field, value);
    }
    reply.set(44, "01020000   48021000   ");
    reply.set(49, "156");
    reply.set(54, "1002156C000000009900");
    reply.set(63, "CUP");
    reply
}

fn reversal() -> Message {
    let mut reversal = sale();
    reversal.set_mti(Mti::REVERSAL);
    reversal.set(39, "98");
    reversal.set(61, "0000010000011122");
    reversal
}

fn sign_on() -> Message {
    message(Mti::SIGN_ON, &[(11, "000002"), (60, "00000001001"), (63, "01 ")])
}

fn sign_on_reply() -> Message {
    let fields =
        [(11, "000002"), (12, "120000"), (13, "1122"), (32, "48021000"), (37, "000000000002"), (39, "00")];
    let mut reply = message(Mti::SIGN_ON_REPLY, &fields);
    reply.set(60, "00000001004");
    let keys: Vec<u8> = (0..60).map(|byte: u8| byte.wrapping_mul(37)).collect();
    reply.set(62, keys);
    reply
}

fn settlement() -> Message {
    let totals = "00000000185000200000000010000110000000000000000000000000000001";
    message(Mti::SETTLEMENT, &[(11, "000009"), (48, totals), (49, "156"), (60, "00000001201"), (63, "01 ")])
}
