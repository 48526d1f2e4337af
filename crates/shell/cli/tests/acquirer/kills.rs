//! What survives a `kill -9` at any instant, as terminals and the side door see it.
//!
//! The instant of a kill is chosen by the number of answers that have come, from a seed; what the process is doing then
//! is up to the machine, and whatever it is must be right.

use crate::served::{Sale, Served, connect, frame, hear};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const KILLS: usize = 100;
const TERMINALS: usize = 4;
/// Sales of one terminal that are on their way at once.
const BATCH: u32 = 4;
const ANSWERS_MAX: u64 = 80;
const SEED: u64 = 0x7111_2163;

/// What all terminals together know.
#[derive(Default)]
struct Believed {
    next_stan: BTreeMap<usize, u32>,
    answered: BTreeSet<Sale>,
    unanswered: BTreeSet<Sale>,
}

/// Sells at several terminals until so many answers have come; then kills it, and comes back when all have noticed.
fn load_and_kill(served: Served, believed: &mut Believed, answers: usize) {
    let Served { mut child, iso8583, .. } = served;
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
    // Also if it never came so far, which is wrong.
    child.kill().expect("it can be killed");
    child.wait().expect("it is gone");
    assert!(count.into_inner() >= answers, "{answers} answers were to come before it was killed");
}

/// Every answered sale is in the ledger once, every other entry is a sale that was sent, and none is half there: asked
/// again, what is in the ledger is known, and what is not is new.
fn check(served: &Served, believed: &mut Believed, known: &mut BTreeSet<Sale>) {
    let (all, fresh) = ledger(served, known.len());
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
    let (all, _) = ledger(served, usize::MAX >> 1);
    assert_eq!(all, known.len(), "asking again adds each once");
    assert_eq!(*known, believed.answered, "nothing is there that nobody has sold");
    for (tid, totals) in terminals(served) {
        let count = known.iter().filter(|(terminal, _)| *terminal == tid).count();
        let fen = count * 1850;
        let expected = format!("debit CNY {}.{:02} in {count}, credit CNY 0.00 in 0", fen / 100, fen % 100);
        assert_eq!(totals, expected, "records and ledger of terminal {tid} agree");
    }
}

/// How many entries the ledger has, and the sales from one of them on.
fn ledger(served: &Served, from: usize) -> (usize, Vec<Sale>) {
    let page = served.page(&format!("ledger?from={from}&count=100000"));
    let tids: Vec<usize> = terminals(served).into_iter().map(|(tid, _)| tid).collect();
    let sales = page["items"].as_array().expect("a list").iter();
    let sales = sales.map(|item| sale(item["key"].as_str().expect("a key"), &tids));
    (page["all"].as_u64().expect("a number") as usize, sales.collect())
}

/// The totals of each terminal, by its id, in the order of their registration.
fn terminals(served: &Served) -> Vec<(usize, String)> {
    let page = served.page("terminals");
    let text = |item: &Value, name: &str| item[name].as_str().expect("a text").to_owned();
    let terminals = page["items"].as_array().expect("a list").iter();
    terminals.map(|item| (number(&text(item, "tid")), text(item, "totals"))).collect()
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
