//! `tillrig serve terminal` as the real program: its command line, its lines, its end, and what a kill leaves.
//!
//! What a served terminal does among its neighbours is tested with its own crate. Nothing sleeps.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// A terminal that does not call for so long never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program while it serves; it does not outlive its test.
struct Served {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tillrig"));
    command.args(["serve", "terminal"]).args(arguments).env_remove("RUST_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program can be driven")
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).spawn().expect("the program can be driven");
        let said = BufReader::new(child.stdout.take().expect("the program can be driven"));
        Self { child, said }
    }

    /// The next line with these words.
    fn until(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let count = self.said.read_line(&mut line).expect("the program can be driven");
            assert!(count > 0, "it ended before `{words}`");
            if line.contains(words) {
                return line;
            }
        }
    }

    fn types(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("the program can be driven");
        input.write_all(format!("{line}\n").as_bytes()).expect("the program can be driven");
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("the program can be driven").success());
    }

    fn code(mut self) -> Option<i32> {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).expect("the program can be driven");
        self.child.wait().expect("the program can be driven").code()
    }
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path of letters")
}

#[test]
fn a_signal_or_a_word_ends_it_in_order() {
    for signal in ["TERM", "INT"] {
        let mut served = Served::start(&[]);
        served.until("请输入金额");
        served.signal(signal);
        assert_eq!(served.code(), Some(0));
    }
    let mut served = Served::start(&["--language", "english"]);
    served.until("the journal is in memory only");
    served.until("display: ENTER AMOUNT");
    served.types("sell 5");
    served.until("error: `sell 5` is not understood, expected a word such as `sale 25.00`");
    served.types("help");
    served.until(
        "enter                           the enter key: yes, where it asks whether a receipt is wanted",
    );
    served.types("quit");
    assert_eq!(served.code(), Some(0));
}

#[test]
fn firmware_of_ones_own_is_served_with_what_was_keyed_in_and_the_command_line_counts_more() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("mine.yaml");
    let text = "name: mine\nabout: of my own\nlike: reference\nparameters: { language: en }\n";
    std::fs::write(&profile, text).unwrap();
    let mut served = Served::start(&["--profile", path(&profile)]);
    served.until("display: ENTER AMOUNT");
    let mut served = Served::start(&["--profile", path(&profile), "--language", "chinese"]);
    served.until("display: 请输入金额");
}

#[test]
fn programs_get_an_object_a_line() {
    let mut served = Served::start(&["--format", "json", "--ecr", "127.0.0.1:0"]);
    let listens: Value = serde_json::from_str(&served.until("\"ecr\"")).unwrap();
    assert_eq!(listens["news"], "listens");
    assert!(listens["place"].as_str().unwrap().starts_with("127.0.0.1:"));
    // Nobody is there to ask.
    served.types("sale 25.00");
    let began: Value = serde_json::from_str(&served.until("\"began\"")).unwrap();
    assert_eq!((&began["number"], began["at_ns"].is_u64()), (&"000001-000001".into(), true));
    let declined: Value = serde_json::from_str(&served.until("\"declined\"")).unwrap();
    assert_eq!((&declined["news"], &declined["belief"]), (&"shows".into(), &"declined".into()));
}

#[test]
fn a_sale_that_a_kill_interrupted_is_reversed_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = host.local_addr().unwrap().to_string();
    let arguments = ["--host", &address, "--data", path(folder.path()), "--tid", "00000001"];
    let mut served = Served::start(&arguments);
    served.until("listens at control");
    served.types("sale 25.00");
    assert_eq!(message_type(&host), [0x02, 0x00]);
    drop(served);
    let mut served = Served::start(&arguments);
    served.until("journal: 1 records");
    assert_eq!(message_type(&host), [0x04, 0x00]);
    served.until("asks: reversal 000001-000001");
}

/// The type of the first message on the next connection.
fn message_type(host: &TcpListener) -> [u8; 2] {
    let host = host.try_clone().expect("the bench works");
    let (tell, called) = channel();
    std::thread::spawn(move || drop(host.accept().map(|(stream, _)| tell.send(stream))));
    let mut terminal = called.recv_timeout(PATIENCE).expect("the terminal calls");
    terminal.set_read_timeout(Some(PATIENCE)).expect("the bench works");
    // Two bytes of length, five of TPDU, six of header.
    let mut frame = [0; 15];
    terminal.read_exact(&mut frame).expect("the terminal sends");
    [frame[13], frame[14]]
}

#[test]
fn a_bad_command_line_says_what_was_expected_and_repeats_no_key() {
    for (arguments, says) in [
        (&["--printer", "usb:1"][..], "write tcp:127.0.0.1:9100, pty:/tmp/printer"),
        (&["--ecr", "till"], "write 127.0.0.1:20007, pty:/tmp/ecr"),
        (&["--host", "nowhere"], "write host:port, for example 127.0.0.1:8583"),
        (&["--tid", "12"], "write 8 letters or digits"),
        (&["--profile", "nobody"], "there are reference, kiosk"),
        (&["--mac-key", "SECRET"], "write 16 or 32 hex digits"),
        (&["--client", "/nowhere/at/all"], "name what `tillrig serve acquirer --data DIR` has written"),
        (&["--ecr-password", "1234567"], "at most six"),
        (&["--prints", "hold=merchant"], "there is no slip `hold`; there are card-sale"),
        (&["--receipt-prompt", "long"], "expected a time such as"),
    ] {
        let output = output(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(complaint.contains(says) && !complaint.contains("SECRET"), "{complaint}");
    }
}

#[test]
fn a_client_file_with_a_key_that_is_none_is_named_and_the_key_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let keys =
        r#"{ "alipay": { "app_id": "2", "app_private_key": "SECRET", "alipay_public_key": "SECRET" } }"#;
    std::fs::write(folder.path().join("client.json"), keys).unwrap();
    let output = output(&["--client", path(folder.path())]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    let said = "client.json: alipay.app_private_key is no RSA key";
    assert!(complaint.contains(said) && !complaint.contains("SECRET"), "{complaint}");
}

#[test]
fn a_folder_in_use_and_a_port_in_use_are_trouble_outside() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(&["--data", path(folder.path())]);
    served.until("listens at control");
    let second = output(&["--data", path(folder.path())]);
    assert_eq!(second.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&second.stderr).contains("is in use by another program"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let third = output(&["--ecr", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(third.status.code(), Some(3));
}
