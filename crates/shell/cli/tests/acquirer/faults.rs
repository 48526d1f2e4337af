//! Faults in the words of a file: armed by `--fault`, by the side door, and disarmed.

use crate::served::{MAK, PATIENCE, Served, command, connect, frame_of, hear, hear_body};
use iso8583::{CUP, verify_mac};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Instant;
use wallet::messages::{Codec, Merchant, Request, UnifiedOrder};
use wallet::sign::{ApiKey, SignType};

/// Each of them is aimed by what a customer pays.
const FILE: &str = "\
- { acquirer: { loses: request, to: sale, amount: { cents: 1 } } }
- { acquirer: { loses: answer, to: sale, amount: { cents: 2 }, times: 1 } }
- { acquirer: { answers-with: wrong-mac, amount: { cents: 3 } } }
- { acquirer: { cuts-answer: { after-bytes: 7 }, amount: { cents: 4 } } }
- { acquirer: { cuts-answer: { after-bytes: 0, by: reset }, amount: { cents: 5 } } }
- { acquirer: { answers-with: error-page, desk: wallet, times: 1 } }
";

fn with_file(data: &Path) -> Served {
    let file = data.with_file_name("faults.yaml");
    std::fs::write(&file, FILE).expect("the program can be driven");
    Served::start_with(data, &[OsStr::new("--fault"), file.as_os_str()])
}

/// A sale of 10 yuan and so many fen, on a connection of its own.
fn sell(served: &Served, stan: u32, fen: u64) -> TcpStream {
    let mut stream = connect(served.iso8583);
    stream.write_all(&frame_of((1, stan), 1000 + fen)).expect("it reads");
    stream
}

fn code(served: &Served, stan: u32, fen: u64) -> String {
    let (heard, code) = hear(&mut sell(served, stan, fen)).expect("it answers");
    assert_eq!(heard, stan);
    code
}

/// Trace numbers and amounts of what is in the ledger.
fn ledger(served: &Served) -> Vec<(String, u64)> {
    let page = served.page("ledger");
    let items = page["items"].as_array().expect("a list").iter();
    let one = |item: &Value| {
        let key = item["key"].as_str().expect("a key");
        (key.trim_start_matches("000001-").to_owned(), item["amount_fen"].as_u64().expect("a number"))
    };
    items.map(one).collect()
}

fn entry(stan: &str, amount_fen: u64) -> (String, u64) {
    (stan.to_owned(), amount_fen)
}

#[test]
fn faults_of_a_file_hit_what_they_aim_at_on_their_side_of_the_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = with_file(&folder.path().join("data"));
    // Lost before the commit and behind it: no answer, and the connection stays.
    let (mut lost, mut unheard) = (sell(&served, 1, 1), sell(&served, 2, 2));
    for (stan, stream) in [(8, &mut lost), (9, &mut unheard)] {
        stream.write_all(&frame_of((1, stan), 1000)).expect("it reads");
        assert_eq!(hear(stream), Some((stan, "00".to_owned())));
    }
    let forged = hear_body(&mut sell(&served, 3, 3)).expect("it answers");
    assert!(verify_mac(&CUP, &forged, &MAK).is_err());
    let mut begin = Vec::new();
    sell(&served, 4, 4).read_to_end(&mut begin).expect("it ends in order");
    assert_eq!(begin.len(), 7);
    let mut reset = Vec::new();
    assert!(sell(&served, 5, 5).read_to_end(&mut reset).is_err());
    assert_eq!(reset, b"");
    let mut stans = ledger(&served);
    stans.sort();
    assert_eq!(
        stans,
        [
            entry("000002", 1002),
            entry("000003", 1003),
            entry("000004", 1004),
            entry("000005", 1005),
            entry("000008", 1000),
            entry("000009", 1000),
        ]
    );
}

#[test]
fn a_gateway_says_an_error_page_once_and_then_knows_the_order_that_it_has_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let served = with_file(&data);
    let page = served.exchange(&order(&data));
    assert!(page.starts_with("HTTP/1.1 502 ") && page.contains("<h1>502 Bad Gateway</h1>"), "{page}");
    assert_eq!(served.page("orders")["items"][0]["order"], "T-1");
    let answer = served.exchange(&order(&data));
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("weixin://"), "{answer}");
}

/// An order, signed with the keys of the client folder.
fn order(data: &Path) -> Vec<u8> {
    let client = std::fs::read(data.join("client/client.json")).expect("it is written");
    let client: Value = serde_json::from_slice(&client).expect("it is JSON");
    let text = |name: &str| client["wechat"][name].as_str().expect("a text").to_owned();
    let merchant = Merchant {
        app_id: text("appid"),
        mch_id: text("mchid"),
        api_key: ApiKey::new(&text("api_key")),
        sign_type: SignType::Md5,
        notify_url: "http://127.0.0.1:9/nobody".to_owned(),
    };
    let order = UnifiedOrder { out_trade_no: "T-1", total_fee_fen: 1850, body: "tea" };
    let mut bytes = Vec::new();
    Codec::new(merchant, "gateway").encode_request(&Request::UnifiedOrder(order), 1, &mut bytes);
    bytes
}

#[test]
fn a_fault_is_armed_and_disarmed_while_it_serves() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path());
    assert_eq!(code(&served, 1, 0), "00");
    let (status, armed) =
        served.call("POST", "faults", r#"{ "acquirer": { "says": "96", "for": "1000s" } }"#);
    assert_eq!((status, &armed["armed"]), (200, &serde_json::json!([1])));
    assert_eq!(code(&served, 2, 0), "96");
    assert_eq!(served.page("faults")["items"][0]["does"], "says 96");
    assert_eq!(served.call("DELETE", "faults/1", "").0, 200);
    assert_eq!(served.call("DELETE", "faults/1", "").0, 400);
    assert_eq!(code(&served, 3, 0), "00");
    assert_eq!(ledger(&served), [entry("000001", 1000), entry("000003", 1000)]);
}

#[test]
fn in_a_rush_a_full_queue_refuses_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start_with(folder.path(), &[OsStr::new("--processing"), OsStr::new("600s")]);
    let rush = r#"{ "acquirer": { "rush": { "arrives": "1000000/s", "serves": "1/s", "queue": 1 } } }"#;
    assert_eq!(served.call("POST", "faults", rush).0, 200);
    // It is full after a millisecond of the acquirer's own time; what came before would be decided in ten minutes.
    let now = || served.page("status")["at_ns"].as_u64().expect("a moment");
    let (armed, began) = (now(), Instant::now());
    while now() < armed + 2_000_000 {
        assert!(began.elapsed() < PATIENCE, "its time stands still");
    }
    assert_eq!(code(&served, 1, 0), "96");
}

#[test]
fn wrong_words_are_refused_in_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path());
    let (status, answer) = served.call("POST", "faults", r#"{ "acquirer": { "loses": "money" } }"#);
    let why = answer["error"].as_str().expect("a reason");
    assert_eq!(status, 400);
    assert!(why.contains("money") && why.contains("answer"), "{why}");
    let (status, answer) = served.call("POST", "faults", r#"{ "acquirer": { "down": { "for": "9s" } } }"#);
    assert_eq!(status, 400);
    assert!(answer["error"].as_str().is_some_and(|why| why.contains("cannot be `down`")), "{answer}");
    let file = folder.path().join("faults.yaml");
    for (text, place) in
        [("- { acquirer: { says: } }\n", "faults.yaml:1:"), ("acquirer: { down: {} }\n", "faults.yaml:1:1")]
    {
        std::fs::write(&file, text).expect("the program can be driven");
        let refused = command(&folder.path().join("other")).arg("--fault").arg(&file).output();
        let refused = refused.expect("the program can be driven");
        let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2));
        assert!(complaint.contains(place), "{complaint}");
    }
}
