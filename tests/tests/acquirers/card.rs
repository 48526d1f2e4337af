//! A card terminal of pyiso8583 and pycryptodomex: it signs on, sells, loses an answer, reverses, and settles.
//!
//! The terminal knows nothing of ours: not the codec, not the keys but its master key, not the MAC.

use std::error::Error;
use std::fs;
use std::io::{Read as _, Write as _};

use acquirer::KeyBytes;
use iso8583::{ASCII87, Message, Mti, decode};
use serde_json::{Value, json};
use tillrig_tests::repository::root;

use crate::Checked;
use crate::client::Client;
use crate::served::{Served, connect};

const TID: &str = "10000001";

/// Master keys of terminals that nobody has set up follow from this key, the published test key twice.
const TERMINALS_KEY: &str = "0123456789ABCDEFFEDCBA9876543210";

fn terminal(served: &Served) -> Result<Client, Box<dyn Error>> {
    let key = KeyBytes::from_hex(TERMINALS_KEY).ok_or("no key")?;
    let master = serde_json::to_value(acquirer::admitted_master_key(key, TID))?;
    Client::terminal(served, TID, master.as_str().ok_or("no digits")?)
}

/// A card message; the batch is filled in by the terminal.
fn card(mti: &str, stan: &str, fen: u32, types: &str, more: Value) -> Value {
    let mut fields = json!({
        "2": "6222021234567890128", "3": "000000", "4": format!("{fen:012}"), "22": "012", "25": "00",
        "49": "156", "60": format!("{types}BATCH.000"),
    });
    if let (Some(fields), Value::Object(more)) = (fields.as_object_mut(), more) {
        fields.extend(more);
    }
    json!({ "do": "send", "mti": mti, "stan": stan, "fields": fields })
}

fn settlement(stan: &str, debit_fen: u32, count: u32) -> Value {
    let half = |fen, count| format!("{fen:012}{count:03}{:012}{:03}0", 0, 0);
    let totals = half(debit_fen, count) + &half(0, 0);
    json!({ "do": "send", "mti": "0500", "stan": stan, "fields": { "48": totals, "49": "156", "60": "00BATCH.201" } })
}

/// The reply code, after looking that the reply is whole, authentic, and what its bytes say.
fn code(said: &Value) -> String {
    assert_eq!(said["same bytes again"], true, "{said}");
    assert_ne!(said["mac holds"], false, "{said}");
    said["fields"]["39"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_terminal_of_pyiso8583_signs_on_sells_reverses_and_settles() -> Checked {
    let served = Served::start()?;
    let mut terminal = terminal(&served)?;
    let signed_on = terminal.does(json!({ "do": "sign-on", "stan": "000001" }))?;
    assert_eq!((code(&signed_on).as_str(), &signed_on["check values hold"]), ("00", &json!(true)));

    let sold = terminal.does(card("0200", "000002", 1850, "22", json!({})))?;
    assert_eq!((code(&sold).as_str(), &sold["mac holds"]), ("00", &json!(true)));
    assert_eq!(served.net_fen("000001-000002")?, 1850);
    let again = terminal.does(card("0200", "000002", 1850, "22", json!({})))?;
    assert_eq!(code(&again), "94", "a trace number counts once");

    served.arm(json!({ "loses": "answer", "to": "sale", "times": 1 }))?;
    let mut lost = card("0200", "000003", 700, "22", json!({}));
    lost["patience"] = json!(1);
    assert_eq!(terminal.does(lost)?, json!({ "silence": true }));
    assert_eq!(served.net_fen("000001-000003")?, 700, "the money moved all the same");
    let reversed = terminal.does(card("0400", "000003", 700, "22", json!({ "39": "98" })))?;
    assert_eq!(code(&reversed), "00");
    assert_eq!(served.net_fen("000001-000003")?, 0);

    let settled = terminal.does(settlement("000004", 1850, 1))?;
    assert_eq!(code(&settled), "00");
    // The thirty-first digit says whether the totals are equal: 1 they are.
    assert_eq!(settled["fields"]["48"].as_str().and_then(|totals| totals.get(30..31)), Some("1"));
    let old = terminal.does(card("0200", "000005", 100, "22", json!({})))?;
    assert_eq!(code(&old), "77", "that batch is closed");
    terminal.end()?;
    served.end()
}

#[test]
fn a_terminal_of_pyiso8583_sees_through_a_damaged_answer() -> Checked {
    let served = Served::start()?;
    let mut terminal = terminal(&served)?;
    terminal.does(json!({ "do": "sign-on", "stan": "000001" }))?;
    served.arm(json!({ "answers-with": "wrong-mac", "to": "sale", "times": 1 }))?;
    let sold = terminal.does(card("0200", "000002", 1850, "22", json!({})))?;
    assert_eq!(sold["mac holds"], false, "{sold}");
    // pyiso8583 lets a field of no length stand for one that nobody knows; the MAC tells that it is none of the host's.
    served.arm(json!({ "answers-with": "unknown-field", "to": "reversal", "times": 1 }))?;
    let strange = terminal.does(card("0400", "000002", 1850, "22", json!({ "39": "A0" })))?;
    assert!(strange["fields"]["9"].is_string() && strange["mac holds"] == false, "{strange}");
    for damage in ["truncated", "other-encoding"] {
        served.arm(json!({ "answers-with": damage, "to": "reversal", "times": 1 }))?;
        let said = terminal.does(card("0400", "000002", 1850, "22", json!({ "39": "A0" })))?;
        assert!(said["unreadable"].is_string(), "{damage}: {said}");
    }
    served
        .arm(json!({ "cuts-answer": { "after-bytes": 20, "by": "reset" }, "to": "reversal", "times": 1 }))?;
    let said = terminal.does(card("0400", "000002", 1850, "22", json!({ "39": "A0" })))?;
    assert!(said["error"].is_string() || said["ended"].is_string(), "{said}");
    assert_eq!(served.net_fen("000001-000002")?, 0, "the first reversal has done it");
    terminal.end()?;
    served.end()
}

/// Frames of the npm package iso_8583, as it wrote them.
fn npm_sale() -> Result<Vec<u8>, Box<dyn Error>> {
    let captures = fs::read_to_string(root().join("tests/peers/captures/iso_8583.jsonl"))?;
    let said = captures.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_sale = |said: &Value| said["mti"] == "0200" && said["fields"]["3"] == "000000";
    let sale = said.into_iter().find(is_sale).ok_or("no sale among the captures")?;
    let hex = sale["frame"].as_str().ok_or("no frame")?;
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or_default(), 16);
    Ok((0..hex.len()).step_by(2).map(byte).collect::<Result<_, _>>()?)
}

#[test]
fn a_sale_that_npm_iso_8583_has_written_is_captured_by_a_host_of_that_dialect() -> Checked {
    let served = Served::start_with(&["--dialect", "ascii87"])?;
    let mut line = connect(&served.iso8583)?;
    line.write_all(&npm_sale()?)?;
    let mut length = [0; 2];
    line.read_exact(&mut length)?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    line.read_exact(&mut body)?;
    let mut reply = Message::new(Mti::FINANCIAL);
    decode(&ASCII87, &body, &mut reply)?;
    assert_eq!((reply.mti(), reply.text(39)), (Mti::FINANCIAL_REPLY, Some("00")));
    let captured = served.hear(|news| news["news"] == "committed")?;
    assert_eq!(captured["movement"], "captured");
    served.end()
}
