//! The China UnionPay POS dialect as a table.
//!
//! Source: UnionPay POS dialect, "Field table (POS subset)" and "Packing rules".
//! That source gives field 54 no length class; here it is LLLVAR, as in ISO 8583 itself. It gives 55, 59 and 62
//! no maximum; 255 is the chip specification's, 600 and 999 are generous.
//! Not modelled: the 128-bit extension of some acquirers (MAC in field 128).

use crate::dialect::Kind::{Binary, Digits, Text, Track};
use crate::dialect::Length::{Fixed, Ll, Lll};
use crate::dialect::{Dialect, FieldSpec};

/// China UnionPay, POS subset: 64-bit bitmap, BCD digits, MAC in field 64.
pub static CUP: Dialect = Dialect { name: "cup", fields: fields(), mac_field: 64 };

const fn fields() -> [Option<FieldSpec>; 129] {
    const fn n(name: &'static str, digits: u16) -> Option<FieldSpec> {
        Some(FieldSpec::new(name, Digits, Fixed(digits)))
    }
    const fn text(name: &'static str, bytes: u16) -> Option<FieldSpec> {
        Some(FieldSpec::new(name, Text, Fixed(bytes)))
    }
    let mut table = [None; 129];
    table[2] = Some(FieldSpec::new("primary account number", Digits, Ll(19)));
    table[3] = n("processing code", 6);
    table[4] = n("amount, fen", 12);
    table[11] = n("system trace audit number", 6);
    table[12] = n("local time", 6);
    table[13] = n("local date", 4);
    table[14] = n("expiry date", 4);
    table[15] = n("settlement date", 4);
    table[22] = n("entry mode", 3);
    table[23] = Some(FieldSpec::new("card sequence number", Digits, Fixed(3)).padded_left());
    table[25] = n("condition code", 2);
    table[26] = n("PIN capture maximum", 2);
    table[32] = Some(FieldSpec::new("acquirer id", Digits, Ll(11)));
    table[35] = Some(FieldSpec::new("track 2", Track, Ll(37)));
    table[36] = Some(FieldSpec::new("track 3", Track, Lll(104)));
    table[37] = text("retrieval reference number", 12);
    table[38] = text("authorisation code", 6);
    table[39] = text("reply code", 2);
    table[41] = text("terminal id", 8);
    table[42] = text("merchant id", 15);
    table[44] = Some(FieldSpec::new("issuer and acquirer", Text, Ll(25)));
    table[48] = Some(FieldSpec::new("settlement totals or details", Digits, Lll(322)));
    table[49] = text("currency", 3);
    table[52] = Some(FieldSpec::new("PIN block", Binary, Fixed(8)));
    table[53] = n("security control", 16);
    table[54] = Some(FieldSpec::new("balance", Text, Lll(20)));
    table[55] = Some(FieldSpec::new("chip data", Binary, Lll(255)));
    table[59] = Some(FieldSpec::new("tagged text", Text, Lll(600)));
    table[60] = Some(FieldSpec::new("transaction type and batch", Digits, Lll(17)));
    table[61] = Some(FieldSpec::new("original transaction", Digits, Lll(29)));
    table[62] = Some(FieldSpec::new("working keys or parameters", Binary, Lll(999)));
    table[63] = Some(FieldSpec::new("operator or card organisation", Text, Lll(163)));
    table[64] = Some(FieldSpec::new("message authentication code", Binary, Fixed(8)));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Framer, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};

    /// The synthetic conformance vector of the dialect's notes, computed there by other software.
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
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
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

    #[test]
    fn no_table_entry_stands_where_a_bitmap_would() {
        assert!(CUP.fields[0].is_none() && CUP.fields[1].is_none());
        assert!(CUP.field(200).is_none());
    }
}
