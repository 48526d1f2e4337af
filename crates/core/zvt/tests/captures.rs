//! Every capture of real devices that the public `zvt` crate brings along goes through our codec and comes out the same.
//!
//! The captures are read from the crate's own source, where cargo keeps it: there are card numbers in them, which have no
//! place in this repository. They are of both directions; some are of a manufacturer's own commands.
#![expect(clippy::disallowed_methods, reason = "a test of a codec reads the captures that it is tried on")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command as Process;
use std::sync::LazyLock;

use serde_json::Value;
use tillrig_zvt::bcd::{Amount, ClockTime, Currency, Day, Expiry, ReceiptNo, TerminalId, TraceNo};
use tillrig_zvt::code::{Intermediate, ResultCode};
use tillrig_zvt::outcome::Outcome;
use tillrig_zvt::{Answer, Apdu, ApduReader, Command, Report};

/// What cargo says, run beside this package.
fn cargo(arguments: &[&str]) -> String {
    let output = Process::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// The folder of captures of the crate that the lock file names.
fn folder() -> PathBuf {
    let version = cargo(&["version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    let metadata =
        cargo(&["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let package =
        packages.iter().find(|package| package["name"] == "zvt").expect("the crate is a dependency");
    let manifest = PathBuf::from(package["manifest_path"].as_str().expect("it has a manifest"));
    manifest.with_file_name("data")
}

/// Every capture, by its file's name.
static CAPTURES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let entries = std::fs::read_dir(folder()).expect("the crate has captures");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("a folder can be listed").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, std::fs::read(&path).expect("a capture can be read"))
    };
    let captures: BTreeMap<_, _> = entries.map(read).collect();
    assert!(captures.len() >= 20, "{} captures", captures.len());
    captures
});

/// The captures of commands, reports and answers, by kind. A capture can hold several messages.
fn messages() -> Vec<(String, Apdu)> {
    let mut messages = Vec::new();
    for (name, bytes) in CAPTURES.iter() {
        let mut reader = ApduReader::new(Apdu::MAX_DATA_BYTES);
        reader.push(bytes);
        while let Some(apdu) = reader.next_apdu().expect("no capture is too long") {
            messages.push((name.clone(), apdu));
        }
    }
    messages
}

#[test]
fn every_capture_is_one_message_and_is_written_the_same() {
    for (name, bytes) in CAPTURES.iter() {
        let apdu = Apdu::parse(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(apdu.bytes(), *bytes, "{name}");
    }
}

#[test]
fn every_capture_is_written_as_it_was_read_on_the_level_of_its_meaning() {
    for (name, apdu) in messages() {
        if Answer::parse(&apdu).is_some() {
            continue;
        }
        let command = Command::parse(&apdu).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(command.apdu(), apdu, "{name}");
        let report = Report::parse(&apdu).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(report.apdu(), apdu, "{name}");
    }
}

/// The kind that each capture has by the crate's own tests. What a manufacturer has added to the protocol has none here.
#[test]
fn every_capture_of_the_published_protocol_has_its_meaning() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, apdu) in messages() {
        *kinds.entry(kind(&apdu)).or_default() += 1;
    }
    let meant = [
        ("abort", 1),
        ("answer", 1),
        ("book or release part", 1),
        ("completion", 2),
        ("end of day", 1),
        ("intermediate status", 1),
        ("manufacturer's", 5),
        ("registration", 1),
        ("release", 1),
        ("reservation", 1),
        ("result", 5),
        ("state", 1),
        ("text block", 2),
    ];
    assert_eq!(kinds, BTreeMap::from(meant));
}

fn kind(apdu: &Apdu) -> &'static str {
    if Answer::parse(apdu).is_some() {
        return "answer";
    }
    match Command::parse(apdu) {
        Ok(Command::Registration(_)) => return "registration",
        Ok(Command::Reservation(_)) => return "reservation",
        Ok(Command::PartialReversal(_)) => return "book or release part",
        Ok(Command::ReservationReversal(_)) => return "release",
        Ok(Command::EndOfDay(..)) => return "end of day",
        _ => {}
    }
    match Report::parse(apdu) {
        Ok(Report::Intermediate(..)) => "intermediate status",
        Ok(Report::StatusInformation(_)) => "result",
        Ok(Report::PrintTextBlock(_)) => "text block",
        Ok(Report::Completion(_)) => "completion",
        Ok(Report::State(_)) => "state",
        Ok(Report::Abort(_)) => "abort",
        _ => "manufacturer's",
    }
}

fn report(name: &str) -> Report {
    let bytes = CAPTURES.get(name).expect("the crate brings it along");
    Report::parse(&Apdu::parse(bytes).expect("it is whole")).expect("it is readable")
}

fn outcome(name: &str) -> Outcome {
    let fields = match report(name) {
        Report::StatusInformation(fields) => Some(fields),
        _ => None,
    };
    Outcome::read(&fields.expect("it is a result")).expect("its numbers are decimal")
}

/// The values are those of the crate's own tests.
#[test]
fn a_result_says_what_the_other_implementation_reads_in_it() {
    let reserved = outcome("1680728165.675509000_pt_ecr.blob");
    assert_eq!(reserved.code, ResultCode::OK);
    assert_eq!(reserved.amount, Amount::new(2500));
    assert_eq!(reserved.receipt_no, ReceiptNo::new(231));
    assert_eq!(reserved.trace_no, TraceNo::new(975));
    assert_eq!(reserved.time, ClockTime::new(225_558));
    assert_eq!(reserved.day, Day::new(405));
    assert_eq!(reserved.expiry, Expiry::new(2405));
    assert_eq!(reserved.terminal_id, TerminalId::new(52_523_535));
    assert_eq!(reserved.currency, Currency::new(978));
    assert_eq!(reserved.payment_type, Some(0x60));
    assert_eq!((reserved.card_type, reserved.operator_card_type), (Some(6), Some(1)));
    assert_eq!(reserved.card_name.as_deref(), Some("MasterCard"));
    assert_eq!(reserved.contract_no.as_deref(), Some("804011926"));
    assert_eq!(reserved.authorisation.as_deref(), Some("750071"));
    assert_eq!(format!("{:?}", reserved.card).matches('*').count(), 6);

    let text = outcome("1680728215.659492000_pt_ecr.blob").additional_text;
    let said = "AS-Proc-Code= 00 076 06\rCapt.-Ref.= 0099\rAID59= 081520\r DAUER   7 TAGE";
    assert_eq!(text.as_deref(), Some(said));

    let totals = outcome("1680761828.489701000_pt_ecr.blob").totals.expect("an end of day has totals");
    assert_eq!((totals.first.get(), totals.last.get()), (233, 234));
    let cards = totals.cards.map(|card| (card.count, card.sum.get()));
    assert_eq!(cards, [(0, 0), (0, 0), (2, 958), (0, 0), (0, 0), (0, 0), (0, 0)]);
}

#[test]
fn receipts_and_states_say_what_the_other_implementation_reads_in_them() {
    let Report::PrintTextBlock(block) = report("1680728215.585561000_pt_ecr.blob") else {
        panic!("no block")
    };
    assert_eq!((block.lines.len(), block.last, block.kind.map(|kind| kind as u8)), (33, true, Some(2)));
    assert_eq!((block.lines[0].text.as_str(), block.lines[1].text.trim()), ("", "** Customer Receipt **"));
    let Report::PrintTextBlock(block) = report("print_system_configuration_reply.blob") else {
        panic!("no block")
    };
    assert_eq!((block.lines.len(), block.last, block.kind.map(|kind| kind as u8)), (118, false, Some(3)));
    let Report::Intermediate(status, minutes, _) = report("1680728162.647465000_pt_ecr.blob") else {
        panic!("no status");
    };
    assert_eq!((status, minutes), (Intermediate::PLEASE_WAIT, None));
    let Report::State(state) = report("1680728219.054216000_pt_ecr.blob") else { panic!("no state") };
    assert_eq!(state.version.as_deref(), Some("GER-APP-v2.0.9;cS02.01.01-10.10-2-2;CC26"));
    assert_eq!(state.status.0, 0);
}
