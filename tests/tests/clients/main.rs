//! Other people's printer drivers, unmodified, print a receipt on our printer and ask how it is.
//!
//! - python-escpos, over TCP, over a serial port, and over a device file
//! - node-thermal-printer, over TCP and over a device file
//! - receiptio, over TCP
//! - @point-of-sale/receipt-printer-encoder, over TCP and over a device file
//! - the Rust crate `escpos`, over TCP and over a serial port
//!
//! Each must be understood to the last byte, and each must conclude by itself that the paper is out, or the cover
//! open. What status bytes must say: printer sources, section 13; what these drivers make of them: section 10.

mod live;
mod paper;
mod rust_driver;
mod script;

use std::error::Error;
use std::fs;
use std::path::Path;

use escpos::{Command, Parser};
use escpos_peer::driver::{Driver, FileDriver, NetworkDriver};
use live::Live;
use paper::{Code, Paper};
use printer::{Micrometres, Poke};
use rxing::BarcodeFormat;
use script::Script;
use serde_json::{Value, json};
use tillrig_tests::peers;
use tillrig_tests::repository::root;

type Checked = Result<(), Box<dyn Error>>;

/// The text of the receipt, without the blanks by which one driver moves it to the middle.
const LINES: [&str; 7] = [
    "CORNER SHOP",
    "欢迎光临",
    "2 x Jasmine tea                            12.00",
    "1 x Rice cake                               6.50",
    "All prices include VAT",
    "合计 ￥18.50",
    "THANK YOU",
];

/// Its codes. A driver that has no CODE128 prints CODE39.
const CODES: [Code; 3] = [
    (BarcodeFormat::EAN_13, "4006381333931"),
    (BarcodeFormat::CODE_128, "TILL-0042"),
    (BarcodeFormat::QR_CODE, "https://pay.example/r/0042"),
];

/// What is readable beside the bars, and not a line of its own to every printer.
const BESIDE_BARS: [&str; 4] = ["4006381333931", "TILL-0042", "*TILL-0042*", "{BTILL-0042"];

/// A driver at the end of a cable.
trait Client {
    fn print(&mut self) -> Checked;
    fn status(&mut self) -> Result<Value, Box<dyn Error>>;
}

impl Client for Script {
    fn print(&mut self) -> Checked {
        self.order("receipt").map(drop)
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        self.order("status")
    }
}

/// It says itself whether the receipt was printed.
struct Receiptio(Script);

impl Client for Receiptio {
    fn print(&mut self) -> Checked {
        let concluded = self.0.order("receipt")?;
        assert_eq!(concluded, json!({ "concluded": "success" }));
        Ok(())
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        self.0.order("status")
    }
}

/// The Rust driver needs no process of its own.
struct InRust<D>(D);

impl<D: Driver + Clone> Client for InRust<D> {
    fn print(&mut self) -> Checked {
        rust_driver::print(&self.0)
    }

    fn status(&mut self) -> Result<Value, Box<dyn Error>> {
        rust_driver::status(&self.0)
    }
}

/// What a driver must conclude in each state of the printer.
struct Conclusions {
    ready: Value,
    near_end: Value,
    paper_out: Value,
    cover_open: Value,
}

// --- What each driver prints ---

#[test]
fn python_escpos_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = python(&["network", &host(&live)?, &port(&live)?])?;
    prints(&mut live, &mut client, "python-escpos", 3, &CODES)?;
    client.end()
}

#[test]
fn python_escpos_prints_on_a_serial_port() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = python(&["serial", live.place()])?;
    prints(&mut live, &mut client, "python-escpos", 3, &CODES)?;
    client.end()
}

#[test]
fn python_escpos_prints_on_a_device_file() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = python(&["file", live.place()])?;
    prints(&mut live, &mut client, "python-escpos", 3, &CODES)?;
    client.end()
}

#[test]
fn node_thermal_printer_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", live.place()))?;
    prints(&mut live, &mut client, "node-thermal-printer", 1, &CODES)?;
    client.end()
}

#[test]
fn node_thermal_printer_prints_on_a_device_file() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = thermal_printer(live.place())?;
    prints(&mut live, &mut client, "node-thermal-printer", 1, &CODES)?;
    client.end()
}

#[test]
fn receiptio_prints_over_tcp_and_holds_it_for_printed() -> Checked {
    let mut live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[&host(&live)?, "epson"])?);
    prints(&mut live, &mut client, "receiptio", 1, &CODES)?;
    client.0.end()
}

#[test]
fn receipt_printer_encoder_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = encoder(live.place())?;
    prints(&mut live, &mut client, "receipt-printer-encoder", 1, &CODES)?;
    client.end()
}

#[test]
fn receipt_printer_encoder_prints_on_a_device_file() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = encoder(live.place())?;
    prints(&mut live, &mut client, "receipt-printer-encoder", 1, &CODES)?;
    client.end()
}

#[test]
fn rust_escpos_prints_over_tcp() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = InRust(NetworkDriver::open(&host(&live)?, port(&live)?.parse()?, None)?);
    prints(&mut live, &mut client, "rust-escpos", 0, &with_code_39())
}

#[test]
fn rust_escpos_prints_on_a_serial_port() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = InRust(FileDriver::open(Path::new(live.place()))?);
    prints(&mut live, &mut client, "rust-escpos", 0, &with_code_39())
}

// --- What each driver concludes from status bytes ---

#[test]
fn python_escpos_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = python(&["network", &host(&live)?, &port(&live)?])?;
    concludes(&mut live, &mut client, &python_conclusions())?;
    client.end()
}

#[test]
fn python_escpos_sees_on_a_serial_port_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = python(&["serial", live.place()])?;
    concludes(&mut live, &mut client, &python_conclusions())?;
    client.end()
}

#[test]
fn node_thermal_printer_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", live.place()))?;
    let said = |printer: &str, offline: &str, paper: &str| json!({ "connected": true, "dle eot 1": printer, "dle eot 2": offline, "dle eot 4": paper });
    // 12h, and the bits of section 13; the drawer's pin is high, which is 04h of the first.
    let conclusions = Conclusions {
        ready: said("16", "12", "12"),
        near_end: said("16", "12", "1e"),
        paper_out: said("1e", "32", "7e"),
        cover_open: said("1e", "16", "12"),
    };
    concludes(&mut live, &mut client, &conclusions)?;
    client.end()
}

#[test]
fn node_thermal_printer_asks_in_the_queue_whether_paper_is_near_its_end() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = thermal_printer(&format!("tcp://{}", live.place()))?;
    assert_eq!(client.order("paper")?, json!({ "gs r 1": "00" }));
    live.poke(NEAR_END)?;
    assert_eq!(client.order("paper")?, json!({ "gs r 1": "03" }));
    client.end()
}

#[test]
fn receiptio_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[&host(&live)?, "epson"])?);
    let said = |word: &str| json!({ "concluded": word });
    let conclusions = Conclusions {
        ready: said("online"),
        near_end: said("online"),
        paper_out: said("paperempty"),
        cover_open: said("coveropen"),
    };
    concludes(&mut live, &mut client, &conclusions)?;
    client.0.end()
}

#[test]
fn receiptio_finds_out_by_itself_that_this_is_no_star() -> Checked {
    let live = Live::on_tcp_port(9100)?;
    let mut client = Receiptio(receiptio(&[&host(&live)?])?);
    assert_eq!(client.status()?, json!({ "concluded": "online" }));
    client.0.end()
}

#[test]
fn rust_escpos_sees_over_tcp_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_tcp()?;
    let mut client = InRust(NetworkDriver::open(&host(&live)?, port(&live)?.parse()?, None)?);
    concludes(&mut live, &mut client, &rust_conclusions())
}

#[test]
fn rust_escpos_sees_on_a_serial_port_that_paper_is_out_and_the_cover_open() -> Checked {
    let mut live = Live::on_pty()?;
    let mut client = InRust(FileDriver::open(Path::new(live.place()))?);
    concludes(&mut live, &mut client, &rust_conclusions())
}

// --- What was recorded ---

/// What these drivers send, without these drivers.
#[test]
fn every_recorded_receipt_is_known_to_the_last_byte() -> Checked {
    let mut wrong = Vec::new();
    for capture in fs::read_dir(root().join(CAPTURES))? {
        let path = capture?.path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let strange = strange(&fs::read(&path)?);
        wrong.extend(strange.iter().map(|strange| format!("{}: {strange}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    Ok(())
}

/// What the drivers send is kept here; `TILLRIG_RECORD=1` writes it anew.
const CAPTURES: &str = "tests/peers/captures";

/// So much is left that the near-end sensor has seen it, and more than a receipt takes.
const NEAR_END: Poke = Poke::PaperLeft(Micrometres(2_000_000));

/// Prints one receipt and looks at it: bytes, then text, then picture.
fn prints(live: &mut Live, client: &mut impl Client, name: &str, logos: usize, codes: &[Code]) -> Checked {
    client.print()?;
    let piece = live.take_receipt()?;
    let sent = live.received()?;
    let mut wrong = strange(&sent);
    wrong.extend(live.ignored()?.iter().map(|code| format!("the printer ignored {code:02X?}")));
    wrong.extend(differs_from_capture(name, &sent)?);
    let paper = Paper::of(&piece);
    let lines = paper.lines.iter().map(|line| line.trim());
    let lines: Vec<&str> = lines.filter(|line| !BESIDE_BARS.contains(line)).collect();
    expect(&mut wrong, "text", &lines, &LINES.to_vec());
    let wanted: Vec<_> = codes.iter().map(|(format, text)| (*format, (*text).to_owned())).collect();
    expect(&mut wrong, "codes", &paper.codes(), &wanted);
    expect(&mut wrong, "logos", &paper.logos()?, &logos);
    wrong.extend(styles(&paper)?);
    let seen = paper::keep(&paper.picture, name)?;
    assert!(wrong.is_empty(), "\n{}\nsee {}", wrong.join("\n"), seen.display());
    Ok(())
}

fn expect<T: PartialEq + std::fmt::Debug>(wrong: &mut Vec<String>, what: &str, is: &T, wanted: &T) {
    if is != wanted {
        wrong.push(format!("{what}: {is:?}, and should be {wanted:?}"));
    }
}

/// The shop's name is twice as high, and in the middle; the last words are white on black.
fn styles(paper: &Paper) -> Result<Vec<String>, Box<dyn Error>> {
    let mut wrong = Vec::new();
    let name = paper.first()?;
    let (left, right) = name.margins();
    // A capital of font A is at most 24 dots high. Half a character of it is white, to the left or to the right.
    if name.rows() <= 24 || left.abs_diff(right) > 24 {
        wrong.push(format!("the name has {} rows, and {left} and {right} dots beside it", name.rows()));
    }
    let thanks = paper.last()?.black_percent();
    if thanks <= 50 {
        wrong.push(format!("the last words are {thanks} % black"));
    }
    Ok(wrong)
}

/// Asks in each state, and makes the printer well again at the end.
fn concludes(live: &mut Live, client: &mut impl Client, wanted: &Conclusions) -> Checked {
    assert_eq!(client.status()?, wanted.ready);
    live.poke(NEAR_END)?;
    assert_eq!(client.status()?, wanted.near_end);
    live.poke(Poke::PaperLeft(Micrometres(0)))?;
    assert_eq!(client.status()?, wanted.paper_out);
    live.poke(Poke::LoadPaper)?;
    live.poke(Poke::OpenCover)?;
    assert_eq!(client.status()?, wanted.cover_open);
    live.poke(Poke::CloseCover)?;
    assert_eq!(client.status()?, wanted.ready);
    let strange: Vec<String> = strange(&live.received()?);
    assert!(strange.iter().all(|strange| strange == TRAILING_NUL), "{strange:?}");
    Ok(())
}

/// The Rust driver asks `10 04 n 00`; the last byte means nothing.
const TRAILING_NUL: &str = "Ignored 00";

/// Everything that our parser does not know, or knows only the length of.
fn strange(bytes: &[u8]) -> Vec<String> {
    let mut parser = Parser::new().with_multibyte(true);
    parser.push(bytes);
    let mut strange = Vec::new();
    while let Some(command) = parser.next() {
        let (kind, bytes) = match command {
            Command::Known { bytes } => ("Known", bytes),
            Command::Ignored { bytes } => ("Ignored", bytes),
            Command::Unknown { bytes } => ("Unknown", bytes),
            Command::Skipped { head } => ("Skipped", head),
            _ => continue,
        };
        let bytes: Vec<String> = bytes.iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        strange.push(format!("{kind} {}", bytes.join(" ")));
    }
    if parser.buffered() > 0 {
        strange.push(format!("{} bytes are no whole command", parser.buffered()));
    }
    strange
}

fn differs_from_capture(name: &str, sent: &[u8]) -> Result<Option<String>, Box<dyn Error>> {
    let path = root().join(CAPTURES).join(name).with_extension("bin");
    if std::env::var_os("TILLRIG_RECORD").is_some() {
        fs::write(&path, sent)?;
    }
    let same = fs::read(&path).is_ok_and(|kept| kept == sent);
    Ok((!same).then(|| format!("{CAPTURES}/{name}.bin is not what the driver sends; see TILLRIG_RECORD")))
}

fn python(arguments: &[&str]) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::python("python_escpos.py")?;
    command.args(arguments);
    Script::start(command)
}

fn thermal_printer(interface: &str) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::node("thermal_printer.mjs")?;
    command.arg(interface);
    Script::start(command)
}

fn receiptio(arguments: &[&str]) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::node("receiptio.mjs")?;
    command.args(arguments);
    Script::start(command)
}

fn encoder(place: &str) -> Result<Script, Box<dyn Error>> {
    let mut command = peers::node("receipt_encoder.mjs")?;
    command.arg(place);
    Script::start(command)
}

fn python_conclusions() -> Conclusions {
    // Two is plenty of paper, one is near its end, zero is none.
    let said = |online: bool, paper: u8| json!({ "online": online, "paper": paper });
    Conclusions {
        ready: said(true, 2),
        near_end: said(true, 1),
        paper_out: said(false, 0),
        cover_open: said(false, 2),
    }
}

fn rust_conclusions() -> Conclusions {
    let said = |online: bool, closed: bool, stopped: bool, paper: bool, adequate: bool| {
        json!({
            "online": online,
            "cover closed": closed,
            "stopped for paper": stopped,
            "paper": paper,
            "paper adequate": adequate,
        })
    };
    Conclusions {
        ready: said(true, true, false, true, true),
        near_end: said(true, true, false, true, false),
        paper_out: said(false, true, true, false, false),
        cover_open: said(false, false, false, true, true),
    }
}

fn with_code_39() -> [Code; 3] {
    let [ean, _, qr] = CODES;
    [ean, (BarcodeFormat::CODE_39, "TILL-0042"), qr]
}

fn host(live: &Live) -> Result<String, Box<dyn Error>> {
    Ok(live.place().rsplit_once(':').ok_or("no port")?.0.to_owned())
}

fn port(live: &Live) -> Result<String, Box<dyn Error>> {
    Ok(live.place().rsplit_once(':').ok_or("no port")?.1.to_owned())
}
