//! `tillrig serve acquirer` as the real program: how it ends, and what survives a `kill -9` at any instant.
//!
//! Nothing sleeps. The instant of a kill is chosen by the number of answers that have come, from a seed; what the
//! process is doing then is up to the machine, and whatever it is must be right.

use iso8583::{CUP, MacKey, Message, Mti, decode, encode_with_mac};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const KILLS: usize = 100;
const TERMINALS: usize = 4;
/// Sales of one terminal that are on their way at once.
const BATCH: u32 = 4;
const ANSWERS_MAX: u64 = 80;
const SEED: u64 = 0x7111_2163;
/// A program that does not answer for so long never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// Terminal and trace number.
type Sale = (usize, u32);

/// The program while it serves.
struct Served {
    child: Child,
    said: BufReader<ChildStdout>,
    iso8583: SocketAddr,
    http: SocketAddr,
}

impl Served {
    fn start(data: &Path) -> Self {
        let mut child = command(data).spawn().expect("the program can be driven");
        let mut said = BufReader::new(child.stdout.take().expect("the program can be driven"));
        let mut place = |kind: &str| -> SocketAddr {
            loop {
                let news = line(&mut said).expect("it serves");
                if news["news"] == "listens" && news["kind"] == kind {
                    return news["place"].as_str().and_then(|place| place.parse().ok()).expect("an address");
                }
            }
        };
        let (iso8583, http) = (place("iso8583"), place("http"));
        Self { child, said, iso8583, http }
    }

    /// One page of a list, through the side door.
    fn page(&self, path: &str) -> Value {
        let mut stream = connect(self.http);
        let call = format!("GET /_tillrig/{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(call.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("it is JSON")
    }

    /// How many entries the ledger has, and the sales from one of them on.
    fn ledger(&self, from: usize) -> (usize, Vec<Sale>) {
        let page = self.page(&format!("ledger?from={from}&count=100000"));
        let tids: Vec<usize> = self.terminals().into_iter().map(|(tid, _)| tid).collect();
        let sales = page["items"].as_array().expect("a list").iter();
        let sales = sales.map(|item| sale(item["key"].as_str().expect("a key"), &tids));
        (page["all"].as_u64().expect("a number") as usize, sales.collect())
    }

    /// The totals of each terminal, by its id, in the order of their registration.
    fn terminals(&self) -> Vec<(usize, String)> {
        let page = self.page("terminals");
        let text = |item: &Value, name: &str| item[name].as_str().expect("a text").to_owned();
        let terminals = page["items"].as_array().expect("a list").iter();
        terminals.map(|item| (number(&text(item, "tid")), text(item, "totals"))).collect()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("the program can be driven");
        assert!(sent.success());
    }

    /// The exit code, and the rest of what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.said.read_to_string(&mut said).expect("the program can be driven");
        (self.child.wait().expect("the program can be driven").code(), said)
    }
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tillrig"));
    command
        .args(["serve", "acquirer", "--iso8583", "127.0.0.1:0", "--http", "127.0.0.1:0", "--format", "json"])
        .arg("--data")
        .arg(data)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn line(said: &mut impl BufRead) -> Option<Value> {
    let mut line = String::new();
    let count = said.read_line(&mut line).expect("the program can be driven");
    (count > 0).then(|| serde_json::from_str(&line).expect("it is JSON"))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("the program can be driven");
    stream
}

fn frame((terminal, stan): Sale) -> Vec<u8> {
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (2, "6222021234567890123"),
        (3, "000000"),
        (4, "000000001850"),
        (25, "00"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001"),
    ] {
        message.set(field, value);
    }
    message.set(11, format!("{stan:06}"));
    message.set(41, format!("{terminal:08}"));
    let mut frame = Vec::new();
    let mak = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
    encode_with_mac(&CUP, &message, &mak, &mut frame).expect("the dialect can say it");
    frame
}

/// Trace number and code of the next answer; `None` when the connection is over.
fn hear(stream: &mut TcpStream) -> Option<(u32, String)> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut body).ok()?;
    let mut message = Message::new(Mti::FINANCIAL_REPLY);
    decode(&CUP, &body, &mut message).expect("an answer of the dialect");
    let stan = message.text(11).and_then(|stan| stan.parse().ok()).expect("every answer has it");
    Some((stan, message.text(39).expect("every answer has it").to_owned()))
}

/// The sale that a key of the ledger names: the terminal by its number, which is nothing for the first.
fn sale(key: &str, tids: &[usize]) -> Sale {
    let (terminal, key) = key.split_once('/').unwrap_or(("0", key));
    let (batch, stan) = key.split_once('-').expect("batch and trace number");
    assert_eq!(batch, "000001");
    (tids[number(terminal)], number(stan) as u32)
}

fn number(digits: &str) -> usize {
    digits.parse().expect("digits")
}

/// What all terminals together know.
#[derive(Default)]
struct Believed {
    next_stan: BTreeMap<usize, u32>,
    answered: BTreeSet<Sale>,
    unanswered: BTreeSet<Sale>,
}

/// Sells at several terminals until so many answers have come; then kills it, and comes back when all have noticed.
fn load_and_kill(served: Served, believed: &mut Believed, answers: usize) {
    let Served { mut child, said, iso8583, .. } = served;
    // Somebody has to read the news, or the program would wait.
    let reader = std::thread::spawn(move || said.lines().count());
    let (count, victim) = (AtomicUsize::new(0), Mutex::new(&mut child));
    let kill = || victim.lock().expect("nobody fails with it").kill().expect("it can be killed");
    let sell = &|mut stream: TcpStream, terminal: usize, first: u32| {
        let (mut sent, mut answered) = (BTreeSet::new(), BTreeSet::new());
        for begin in (first..).step_by(BATCH as usize) {
            let batch = (begin..begin + BATCH).map(|stan| (terminal, stan));
            sent.extend(batch.clone());
            if stream.write_all(&batch.flat_map(frame).collect::<Vec<u8>>()).is_err() {
                break;
            }
            for _ in 0..BATCH {
                let Some((stan, code)) = hear(&mut stream) else { return (sent, answered) };
                assert_eq!(code, "00", "terminal {terminal}, trace number {stan}");
                answered.insert((terminal, stan));
                if count.fetch_add(1, Ordering::SeqCst) + 1 == answers {
                    kill();
                }
            }
        }
        (sent, answered)
    };
    // All are connected before the first one sells: the kill may come with its first answer.
    let streams: Vec<TcpStream> = (0..TERMINALS).map(|_| connect(iso8583)).collect();
    std::thread::scope(|scope| {
        let firsts =
            (1..).map(|terminal| (terminal, believed.next_stan.get(&terminal).copied().unwrap_or(1)));
        let firsts: Vec<(usize, u32)> = firsts.take(TERMINALS).collect();
        let threads: Vec<_> = firsts
            .into_iter()
            .zip(streams)
            .map(|((terminal, first), stream)| scope.spawn(move || sell(stream, terminal, first)))
            .collect();
        for thread in threads {
            let (sent, answered) = thread.join().expect("it sells");
            if let Some((terminal, last)) = sent.last() {
                believed.next_stan.insert(*terminal, last + 1);
            }
            believed.unanswered.extend(sent.difference(&answered));
            believed.answered.extend(answered);
        }
    });
    child.wait().expect("it is gone");
    reader.join().expect("it reads");
}

/// Every answered sale is in the ledger once, every other entry is a sale that was sent, and none is half there: asked
/// again, what is in the ledger is known, and what is not is new.
fn check(served: &Served, believed: &mut Believed, known: &mut BTreeSet<Sale>) {
    let (all, fresh) = served.ledger(known.len());
    let count = fresh.len();
    known.extend(fresh);
    assert_eq!(known.len(), all, "{} entries of {count} are there twice", count + known.len() - all);
    let lost: Vec<&Sale> = believed.answered.difference(known).collect();
    assert!(lost.is_empty(), "{lost:?} were answered, and are not in the ledger");
    let mut stream = connect(served.iso8583);
    let unanswered = core::mem::take(&mut believed.unanswered);
    let frames: Vec<u8> = unanswered.iter().copied().flat_map(frame).collect();
    stream.write_all(&frames).expect("it reads");
    for sale in unanswered {
        let (stan, code) = hear(&mut stream).expect("it answers");
        let expected = if known.contains(&sale) { "94" } else { "00" };
        assert_eq!((stan, code.as_str()), (sale.1, expected), "{sale:?} asked again");
        believed.answered.insert(sale);
        known.insert(sale);
    }
    let (all, _) = served.ledger(usize::MAX >> 1);
    assert_eq!(all, known.len(), "asking again adds each once");
    assert_eq!(*known, believed.answered, "nothing is there that nobody has sold");
    for (tid, totals) in served.terminals() {
        let count = known.iter().filter(|(terminal, _)| *terminal == tid).count();
        let fen = count * 1850;
        let expected = format!("debit CNY {}.{:02} in {count}, credit CNY 0.00 in 0", fen / 100, fen % 100);
        assert_eq!(totals, expected, "records and ledger of terminal {tid} agree");
    }
}

#[test]
fn no_answered_sale_is_lost_and_none_is_half_there_when_it_is_killed_at_any_instant() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut believed, mut known, mut dice) = (Believed::default(), BTreeSet::new(), SEED);
    for _ in 0..KILLS {
        // Xorshift: any even choice will do.
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let served = Served::start(folder.path());
        check(&served, &mut believed, &mut known);
        load_and_kill(served, &mut believed, (1 + dice % ANSWERS_MAX) as usize);
    }
    let served = Served::start(folder.path());
    check(&served, &mut believed, &mut known);
    assert!(known.len() > KILLS, "it was loaded");
    served.signal("TERM");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_signal_ends_it_in_order() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let served = Served::start(folder.path());
        let mut stream = connect(served.iso8583);
        stream.write_all(&frame((1, 1))).expect("it reads");
        assert_eq!(hear(&mut stream), Some((1, "00".to_owned())));
        served.signal(signal);
        let (code, said) = served.end();
        assert_eq!(code, Some(0));
        assert!(said.contains("\"stops\""), "{said}");
        assert_eq!(hear(&mut stream), None);
    }
}

#[test]
fn a_folder_in_use_and_a_damaged_ledger_end_it_with_an_explanation() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path());
    let second = command(folder.path()).output().expect("the program can be driven");
    let complaint = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(3));
    assert!(
        complaint.contains("is in use by another acquirer") && complaint.contains("--data"),
        "{complaint}"
    );
    served.signal("TERM");
    assert_eq!(served.end().0, Some(0));
    std::fs::write(folder.path().join("ledger.redb"), "no ledger at all").expect("it can be written");
    let third = command(folder.path()).output().expect("the program can be driven");
    let complaint = String::from_utf8_lossy(&third.stderr).into_owned();
    assert_eq!(third.status.code(), Some(3));
    assert!(complaint.contains("ledger.redb is damaged"), "{complaint}");
}
