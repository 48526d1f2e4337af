//! Terminals, cards and a dialect of a user's own, as the files in `rigs` say them, and files that are wrong.

use crate::served::{MAK, Served, command, connect, hear_body, read_whole};
use iso8583::{CUP, Dialect, MacKey, Message, Mti, decode, encode, encode_with_mac, verify_mac};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const MERCHANT: &str = "123456789012345";
/// The cards of the example.
const RICH: &str = "6222021234567890128";
const HALF: &str = "6222021234567890136";
const LOST: &str = "6222021234567890144";
const OLD: &str = "6222021234567890151";
/// One that is not in it; without a file its last digits have it refused as lost.
const OTHER: &str = "6222021234567890041";

fn rig(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../rigs").join(path)
}

fn with_terminals(data: &Path) -> Served {
    Served::start_with(data, &[OsStr::new("--terminals"), rig("acquirers/shop.yaml").as_os_str()])
}

fn sale(terminal: &str, merchant: &str, stan: u32, card: &str, fen: u64) -> Message {
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [(2, card), (3, "000000"), (25, "00"), (41, terminal), (42, merchant), (49, "156")]
    {
        message.set(field, value);
    }
    message.set(4, format!("{fen:012}"));
    message.set(11, format!("{stan:06}"));
    message.set(60, "22000001");
    message
}

/// The reply code.
fn ask(served: &Served, message: &Message) -> String {
    let mut frame = Vec::new();
    encode_with_mac(&CUP, message, &MAK, &mut frame).expect("the dialect can say it");
    let mut stream = connect(served.iso8583);
    stream.write_all(&frame).expect("it reads");
    let mut reply = Message::new(Mti::FINANCIAL_REPLY);
    decode(&CUP, &hear_body(&mut stream).expect("it answers"), &mut reply).expect("an answer of the dialect");
    reply.text(39).expect("every answer has it").to_owned()
}

#[test]
fn a_listed_card_has_what_the_file_says_and_any_other_pays() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = with_terminals(folder.path());
    let buy = |stan, card, fen| ask(&served, &sale("10000001", MERCHANT, stan, card, fen));
    // It has 100 yuan.
    assert_eq!([buy(1, RICH, 6000), buy(2, RICH, 6000), buy(3, RICH, 3999)], ["00", "51", "00"]);
    assert_eq!([buy(4, HALF, 5000), buy(5, HALF, 1)], ["00", "51"]);
    assert_eq!([buy(6, LOST, 1), buy(7, OLD, 1), buy(8, OTHER, 1_000_000)], ["41", "54", "00"]);
    let mut dated = sale("10000001", MERCHANT, 9, RICH, 1);
    dated.set(14, "4911");
    assert_eq!(ask(&served, &dated), "54", "another month than the card's");
}

#[test]
fn a_terminal_that_is_not_in_the_file_is_refused_by_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = with_terminals(folder.path());
    assert_eq!(ask(&served, &sale("10000009", MERCHANT, 1, OTHER, 1)), "97");
    assert_eq!(ask(&served, &sale("10000009", "999999999999999", 1, OTHER, 1)), "03");
    assert_eq!(ask(&served, &sale("10000002", MERCHANT, 1, OTHER, 1)), "99", "it has to sign on first");
    assert_eq!(served.page("ledger")["all"], 0);
    let client = fs::read_to_string(folder.path().join("client/client.json")).expect("it is written");
    let client: serde_json::Value = serde_json::from_str(&client).expect("it is JSON");
    let ready = &client["terminals"]["ready"];
    assert_eq!((&ready[0]["tid"], &ready[1]["tid"]), (&"10000001".into(), &"10000002".into()));
    assert_eq!(ready[1]["master_key"], "11111111111111112222222222222222");
}

/// What the program says to this file instead of serving.
fn refused(option: &str, name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    fs::write(&file, text).expect("it can be written");
    let output = command(&folder.path().join("data")).arg(option).arg(&file).output();
    let output = output.expect("the program can be driven");
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_wrong_file_of_terminals_is_shown_in_its_place_with_what_would_be_right() {
    let right = fs::read_to_string(rig("acquirers/shop.yaml")).expect("it is there");
    let place = |needle: &str| {
        let line = right.lines().position(|line| line.contains(needle)).expect("it is there");
        format!("shop.yaml:{}:", line + 1)
    };
    for (passage, by, at, says) in [
        ("balance: CNY 100.00", "balanse: CNY 100.00", "890128", "did you mean `balance`?"),
        ("balance: CNY 100.00", "balance: 100.00", "890128", "CNY 100.00"),
        ("status: lost", "status: missing", "890144", "`stolen`"),
        ("expires: \"2412\"", "expires: \"2413\"", "890151", "year and month"),
        ("\"6222021234567890136\"", "\"6222021234567890128\"", "890136", "the same number stands twice"),
        ("11111111111111112222222222222222", "1111", "10000002", "32 hexadecimal digits"),
        ("terminal: \"10000002\"", "terminal: \"2\"", "10000002", "exactly 8 letters and digits"),
        ("asks-password: 8s", "asks-password: 8", "0003", "8s"),
    ] {
        let wrong = right.replacen(passage, by, 1);
        assert_ne!(wrong, right, "{passage}");
        let said = refused("--terminals", "shop.yaml", &wrong);
        assert!(said.contains(&place(at)) && said.contains(says), "{by}: {said}");
    }
    let said = refused("--terminals", "shop.yaml", "cards: []\n");
    assert!(said.contains("`terminals` is missing"), "{said}");
}

/// One exchange in the dialect of the example, whose frames are text.
fn ask_house(
    served: &Served,
    dialect: &Dialect,
    message: &Message,
    key: Option<&MacKey>,
) -> (Message, Vec<u8>) {
    let mut frame = Vec::new();
    match key {
        Some(key) => encode_with_mac(dialect, message, key, &mut frame),
        None => encode(dialect, message, &mut frame),
    }
    .expect("the dialect can say it");
    let mut stream = connect(served.iso8583);
    stream.write_all(&frame).expect("it reads");
    let mut length = [0; 4];
    read_whole(&mut stream, &mut length).expect("it answers");
    let length =
        std::str::from_utf8(&length).ok().and_then(|digits| digits.parse().ok()).expect("four digits");
    let mut body = vec![0; length];
    read_whole(&mut stream, &mut body).expect("it answers");
    let mut reply = Message::new(Mti::FINANCIAL_REPLY);
    decode(dialect, &body, &mut reply).expect("an answer of the dialect");
    (reply, body)
}

#[test]
fn a_host_speaks_the_dialect_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = rig("dialects/house.yaml");
    let dialect = Dialect::parse(&fs::read_to_string(&file).expect("it is there")).expect("it is right");
    let served = Served::start_with(folder.path(), &[OsStr::new("--dialect"), file.as_os_str()]);
    let said = |stan, fen| {
        let mut message = sale("00000001", MERCHANT, stan, RICH, fen);
        [25, 60].into_iter().for_each(|field| message.unset(field));
        message
    };
    let (reply, _) = ask_house(&served, &dialect, &said(1, 1850), None);
    assert_eq!(
        (reply.mti(), reply.text(39), reply.text(11)),
        (Mti::FINANCIAL_REPLY, Some("00"), Some("000001"))
    );
    assert!(reply.text(37).is_some() && reply.field(64).is_none());
    // Who makes a MAC gets one, and a wrong one is found out.
    let (reply, body) = ask_house(&served, &dialect, &said(2, 700), Some(&MAK));
    assert_eq!(reply.text(39), Some("00"));
    verify_mac(&dialect, &body, &MAK).expect("the answer is authentic");
    let (reply, _) = ask_house(&served, &dialect, &said(3, 1), Some(&MacKey::new([7; 8])));
    assert_eq!(reply.text(39), Some("A0"));
    let ledger = served.page("ledger");
    let amounts: Vec<_> =
        ledger["items"].as_array().expect("a list").iter().map(|item| &item["amount_fen"]).collect();
    assert_eq!(amounts, [1850, 700]);
}

#[test]
fn a_wrong_dialect_is_refused_with_its_place() {
    let right = fs::read_to_string(rig("dialects/house.yaml")).expect("it is there");
    let line = right.lines().position(|line| line.starts_with("  4: ")).expect("it is there") + 1;
    let said = refused(
        "--dialect",
        "house.yaml",
        &right.replace("4: { kind: n, fixed: 12,", "4: { kind: q, fixed: 12,"),
    );
    assert!(
        said.contains(&format!("house.yaml:{line}:")) && said.contains("expected one of n, z, ans, b"),
        "{said}"
    );
    let said = refused("--dialect", "house.yaml", &right.replace("  39: {", "  40: {"));
    assert!(said.contains("there is no field 39"), "{said}");
    let output = command(Path::new("unused")).args(["--dialect", "cupp"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("there is no dialect `cupp`") && said.contains("ascii87"), "{said}");
}

#[test]
fn help_and_check_know_both_files() {
    let tillrig = |arguments: &[&OsStr]| {
        let program = assert_cmd::cargo::cargo_bin!("tillrig");
        let output = std::process::Command::new(program).args(arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, help) = tillrig(&["serve".as_ref(), "acquirer".as_ref(), "--help".as_ref()]);
    assert_eq!(code, Some(0));
    assert!(help.contains("--terminals <FILE>") && help.contains("--dialect <NAME|FILE>"), "{help}");
    let (shop, house) = (rig("acquirers/shop.yaml"), rig("dialects/house.yaml"));
    let (code, said) = tillrig(&["check".as_ref(), shop.as_os_str(), house.as_os_str()]);
    assert_eq!(code, Some(0), "{said}");
    let (code, schema) = tillrig(&["schema".as_ref(), "terminals".as_ref()]);
    assert_eq!(code, Some(0));
    assert!(schema.contains("master-key"), "{schema}");
}
