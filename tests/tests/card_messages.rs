//! Every kind of card message in other people's hands, in both dialects and both directions.
//!
//! pyiso8583 reads what we write and writes it again, and writes what we are then to read, byte for byte. The npm package
//! `iso_8583` did the same for ISO 8583:1987 in ASCII; what it wrote is kept in `tests/peers/captures/iso_8583.jsonl`,
//! and with `TILLRIG_ISO_8583`, a folder where it is installed, it writes it anew. Kinds are those of the UnionPay POS
//! dialect, "Transaction table"; a test fails when one of them is missing here.
//! *Not here:* MACs, which those codecs do not make; field 64 is any bytes to them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::process::Output;

use iso8583::{
    ASCII87, CUP, CUP_TRANSACTIONS, Dialect, Kind, Length, MacKey, Message, Mti, Transaction, decode, encode,
    encode_with_mac,
};
use serde_json::{Value, json};
use tillrig_tests::peers;
use tillrig_tests::repository::root;

type Checked = Result<(), Box<dyn Error>>;

/// Type, field 3, field 25, field 60, and a tag in field 59.
type Signs = (Mti, &'static str, &'static str, &'static str, &'static str);

const KINDS: [(Transaction, Signs); 25] = {
    use Transaction as T;
    [
        (T::SignOn, (Mti::SIGN_ON, "", "", "00000001003", "")),
        (T::ParameterDownload, (Mti::SIGN_ON, "", "", "00000001372", "")),
        (T::MasterKeyDownload, (Mti::SIGN_ON, "", "", "00000001401", "")),
        (T::SignOut, (Mti::NETWORK, "", "", "00000001002", "")),
        (T::Echo, (Mti::NETWORK, "", "", "00000001301", "")),
        (T::ParameterNotice, (Mti::NETWORK, "", "", "00000001372", "")),
        (T::Balance, (Mti::FINANCIAL, "310000", "00", "01000001000600", "")),
        (T::Sale, (Mti::FINANCIAL, "000000", "00", "22000001000600", "")),
        (T::Void, (Mti::FINANCIAL, "200000", "00", "23000001000600", "")),
        (T::Refund, (Mti::ADVICE, "200000", "00", "25000001000600", "")),
        (T::PreAuth, (Mti::AUTHORISATION, "030000", "06", "10000001000600", "")),
        (T::PreAuthVoid, (Mti::AUTHORISATION, "200000", "06", "11000001000600", "")),
        (T::Completion, (Mti::FINANCIAL, "000000", "06", "20000001000600", "")),
        (T::CompletionAdvice, (Mti::ADVICE, "000000", "06", "24000001000600", "")),
        (T::CompletionVoid, (Mti::FINANCIAL, "200000", "06", "21000001000600", "")),
        (T::QrSale, (Mti::FINANCIAL, "000000", "00", "22000001000600", "A30196222021234567890128")),
        (T::QrVoid, (Mti::FINANCIAL, "200000", "00", "23000001000600", "A4004V001")),
        (T::QrRefund, (Mti::ADVICE, "200000", "00", "25000001000600", "A4004V001")),
        (T::OfflineSale, (Mti::ADVICE, "000000", "00", "30000001000", "")),
        (T::Adjustment, (Mti::ADVICE, "000000", "00", "34000001000", "")),
        (T::Reversal, (Mti::REVERSAL, "000000", "00", "22000001000600", "")),
        (T::ScriptNotice, (Mti::SCRIPT_RESULT, "000000", "00", "00000001951", "")),
        (T::Settlement, (Mti::SETTLEMENT, "", "", "00000001201", "")),
        (T::BatchUpload, (Mti::BATCH_UPLOAD, "", "", "00000001201", "")),
        (T::BatchUploadEnd, (Mti::BATCH_UPLOAD, "", "", "00000001202", "")),
    ]
};

/// A value for each field that a request needs or a reply has.
const VALUES: [(u8, &[u8]); 28] = [
    (2, b"6222021234567890128"),
    (4, b"000000001850"),
    (11, b"000042"),
    (12, b"143059"),
    (13, b"1122"),
    (14, b"2912"),
    (15, b"1122"),
    (22, b"051"),
    (23, b"001"),
    (26, b"06"),
    (32, b"00010000"),
    (35, b"6222021234567890128=29122011234567890"),
    (36, b"99622202123456789012815600000000000000000000000000000000000"),
    (37, b"123456789012"),
    (38, b"AB12CD"),
    (39, b"00"),
    (41, b"12345678"),
    (42, b"123456789012345"),
    (44, b"01020000   00010000   "),
    (48, b"00000000185000100000000000000000000000000000000000000000000000"),
    (49, b"156"),
    (52, b"\x06\x12\x26\x62\xA9\x87\x6F\xED"),
    (54, b"1002156C000000123456"),
    (55, b"9F26080102030405060708"),
    (59, b"A2003ABC"),
    (61, b"0000010000421122"),
    (62, b"0102030405060708090A0B0C0D0E0F101112131415161718"),
    (63, b"CUP"),
];

/// Fields of a reply beside those that repeat the request.
const REPLY: [u8; 11] = [12, 13, 15, 32, 37, 38, 39, 44, 54, 62, 63];

/// Fields of a card's request that the table does not insist on.
const CARD: [u8; 7] = [2, 14, 23, 26, 35, 36, 52];

/// Requests and replies of all kinds, and two messages with every field there is.
fn messages(dialect: &Dialect) -> Vec<Message> {
    let kinds = KINDS.iter().flat_map(|(transaction, signs)| {
        let request = request(dialect, *transaction, signs);
        let mut reply = Message::new(Mti::FINANCIAL);
        reply.reply_to(&request);
        reply.copy_fields(&request, &[2, 3, 4, 11, 14, 23, 25, 41, 42, 48, 49, 59, 60, 61]);
        give(dialect, &mut reply, &REPLY);
        [request, reply]
    });
    kinds.chain([every_field(dialect, 0), every_field(dialect, 1)]).collect()
}

fn request(dialect: &Dialect, transaction: Transaction, signs: &Signs) -> Message {
    let (mti, processing, condition, field_60, tagged) = *signs;
    let row = CUP_TRANSACTIONS.row(transaction);
    let mut request = Message::new(mti);
    for (field, value) in [(3, processing), (25, condition), (60, field_60), (59, tagged)] {
        if !value.is_empty() {
            request.set(field, value);
        }
    }
    let needs = row.map_or(&[][..], |row| &row.needs);
    let card = if row.is_some_and(|row| row.needs_card) { &CARD[..] } else { &[] };
    give(dialect, &mut request, &[needs, card].concat());
    assert_eq!(CUP_TRANSACTIONS.of(&request).map(|row| row.transaction), Some(transaction));
    assert_eq!(row.and_then(|row| row.missing_in(&request)), None, "{transaction:?}");
    request
}

/// Gives a message the fields of this list that it does not have.
fn give(dialect: &Dialect, message: &mut Message, fields: &[u8]) {
    for (field, value) in VALUES {
        if fields.contains(&field) && message.field(field).is_none() && dialect.field(field).is_some() {
            message.set(field, value);
        }
    }
}

/// Fields as long as they may be, or `shorter` by some.
fn every_field(dialect: &Dialect, shorter: usize) -> Message {
    let mut message = Message::new(Mti::FINANCIAL);
    for (number, spec) in dialect.fields() {
        let count = match spec.length {
            Length::Fixed(length) => usize::from(length),
            Length::Ll(max) | Length::Lll(max) => usize::from(max) - shorter,
        };
        let mut value: Vec<u8> =
            (0..count).map(|at| b"0123456789"[(at + usize::from(number)) % 10]).collect();
        match (spec.kind, value.as_mut_slice()) {
            (Kind::Signed, [sign, ..]) => *sign = b'C',
            (Kind::Track, [.., separator, _, _, _, _]) => *separator = b'=',
            _ => {}
        }
        message.set(number, value);
    }
    message
}

fn frame(dialect: &Dialect, message: &Message) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut frame = Vec::new();
    encode(dialect, message, &mut frame)?;
    Ok(frame)
}

/// What a message says, as the peers say it: bytes and packed tracks in hexadecimal, text as it is.
fn said(dialect: &Dialect, message: &Message) -> BTreeMap<String, String> {
    let text = |(number, value): (u8, &[u8])| {
        let latin: String = value.iter().map(|byte| char::from(*byte)).collect();
        let value = match dialect.field(number).map(|spec| spec.kind) {
            Some(Kind::Binary) => hex(value),
            Some(Kind::Track) if dialect.name() == "cup" => latin.replace('=', "D"),
            _ => latin,
        };
        (number.to_string(), value)
    };
    message.fields().map(text).collect()
}

fn dialects() -> [(&'static Dialect, &'static [&'static str]); 2] {
    [(&CUP, &[]), (&ASCII87, &["--ascii87"])]
}

#[test]
fn every_transaction_of_the_table_is_among_the_kinds() {
    let kinds: BTreeSet<_> = KINDS.iter().map(|(transaction, _)| transaction).collect();
    let table: BTreeSet<_> = CUP_TRANSACTIONS.rows().iter().map(|row| &row.transaction).collect();
    assert_eq!(kinds, table);
}

#[test]
fn pyiso8583_reads_every_kind_as_we_mean_it_and_writes_the_same_bytes() -> Checked {
    for (dialect, arguments) in dialects() {
        let messages = messages(dialect);
        let frames = messages.iter().map(|message| Ok(hex(&frame(dialect, message)?)));
        let frames: Vec<String> = frames.collect::<Result<_, Box<dyn Error>>>()?;
        let output = peers::run("iso8583_cup.py", arguments, &frames.join("\n"))?;
        let lines = lines(output)?;
        assert_eq!(lines.len(), messages.len());
        for (line, message) in lines.iter().zip(&messages) {
            let read: Value = serde_json::from_str(line)?;
            assert_eq!(read["mti"], message.mti().to_string());
            let fields: BTreeMap<String, String> = serde_json::from_value(read["fields"].clone())?;
            assert_eq!(fields, said(dialect, message), "{} {message:?}", dialect.name());
        }
    }
    Ok(())
}

#[test]
fn what_pyiso8583_writes_of_every_kind_we_read_as_it_was_meant() -> Checked {
    for (dialect, arguments) in dialects() {
        let messages = messages(dialect);
        let (tpdu, header) = if dialect.envelope().tpdu { ("6000000000", "603100311200") } else { ("", "") };
        let orders = messages.iter().map(|message| {
            let fields = said(dialect, message);
            json!({"tpdu": tpdu, "header": header, "mti": message.mti().to_string(), "fields": fields})
        });
        let orders: Vec<String> = orders.map(|order| order.to_string()).collect();
        let output = peers::run("iso8583_cup.py", &[arguments, &["--encode"]].concat(), &orders.join("\n"))?;
        let lines = lines(output)?;
        assert_eq!(lines.len(), messages.len());
        for (line, message) in lines.iter().zip(&messages) {
            let bytes = bytes(line);
            let mut read = Message::new(Mti::SIGN_ON);
            decode(dialect, bytes.get(2..).unwrap_or_default(), &mut read)?;
            assert_eq!(&read, message, "{}", dialect.name());
            assert_eq!(frame(dialect, &read)?, bytes);
        }
    }
    Ok(())
}

#[test]
fn a_sealed_frame_is_as_long_as_the_peer_thinks() -> Checked {
    let key = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
    for ((dialect, arguments), mac) in dialects().into_iter().zip([16, 8]) {
        let mut sealed = Vec::new();
        encode_with_mac(dialect, &request(dialect, KINDS[7].0, &KINDS[7].1), &key, &mut sealed)?;
        let read: Value =
            serde_json::from_str(&lines(peers::run("iso8583_cup.py", arguments, &hex(&sealed))?)?[0])?;
        assert_eq!(read["fields"]["64"].as_str().map(str::len), Some(mac), "{}", dialect.name());
    }
    Ok(())
}

const CAPTURE: &str = "tests/peers/captures/iso_8583.jsonl";

#[test]
fn the_npm_package_iso_8583_wrote_the_bytes_that_we_write_and_we_read_them() -> Checked {
    let mut messages = messages(&ASCII87);
    // It knows every type but the answer to 0820.
    messages.retain(|message| message.mti() != Mti::NETWORK_REPLY);
    let orders = messages.iter().map(|message| {
        json!({"mti": message.mti().to_string(), "fields": said(&ASCII87, message)}).to_string()
    });
    let orders: Vec<String> = orders.collect();
    if std::env::var_os("TILLRIG_ISO_8583").is_some() {
        fs::write(
            root().join(CAPTURE),
            lines(peers::run_node("iso_8583.mjs", &orders.join("\n"))?)?.join("\n") + "\n",
        )?;
    }
    let captured = fs::read_to_string(root().join(CAPTURE))?;
    assert_eq!(captured.lines().count(), messages.len());
    for ((line, order), message) in captured.lines().zip(&orders).zip(&messages) {
        let written: Value = serde_json::from_str(line)?;
        let order: Value = serde_json::from_str(order)?;
        assert_eq!(
            (&written["mti"], &written["fields"]),
            (&order["mti"], &order["fields"]),
            "capture it anew"
        );
        let bytes = bytes(written["frame"].as_str().unwrap_or_default());
        assert_eq!(frame(&ASCII87, message)?, bytes, "{message:?}");
        let mut read = Message::new(Mti::SIGN_ON);
        decode(&ASCII87, &bytes[2..], &mut read)?;
        assert_eq!(&read, message);
    }
    Ok(())
}

fn lines(output: Output) -> Result<Vec<String>, Box<dyn Error>> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let nibbles: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).map(|nibble| nibble as u8).collect();
    nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
