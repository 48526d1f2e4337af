//! Every transaction under every fault of the line, as one row: what the ledger holds, and what the host has said.
//!
//! Facts: UnionPay POS dialect, "Reversal rules"; payment research, "Money-safety invariants and fault matrix". The terminal
//! here is a careful one: what can be reversed is reversed once its answer does not come or cannot be believed, an advice
//! is sent again, and a message that moves nothing is sent again. *Not here:* two faults at once.

use crate::driver::{PAYER_CODE, Reply, Shop, fen, reversal};
use crate::page::Page;
use iso8583::{Message, Mti, SettlementTotals};
use tillrig_acquirer::Standing;
use tillrig_acquirer::fault::Content;

/// What happens between terminal and host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mishap {
    Nothing,
    RequestLost,
    AnswerLost,
    AnswersLost,
    Duplicate,
    /// The host is so slow that the answer comes after the terminal has given up.
    LateAnswer,
    WrongMac,
}

const MISHAPS: [(Mishap, &str); 7] = [
    (Mishap::Nothing, "none"),
    (Mishap::RequestLost, "the request is lost"),
    (Mishap::AnswerLost, "the answer is lost"),
    (Mishap::AnswersLost, "the answer is lost, and the next one too"),
    (Mishap::Duplicate, "the request comes twice"),
    (Mishap::LateAnswer, "the host decides after the terminal gave up"),
    (Mishap::WrongMac, "the answer's MAC is wrong"),
];

/// One transaction: what comes before it, and itself. Its payment is always number 1, or its own.
struct Row {
    name: &'static str,
    of: fn(&mut Shop) -> Message,
    recovery: Recovery,
    /// What there is before it: net, held.
    before: (i64, i64),
    /// What there is when it was carried out.
    done: (i64, i64),
}

/// What a careful terminal does without an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recovery {
    Reverses,
    Repeats,
}

const fn row(
    name: &'static str,
    of: fn(&mut Shop) -> Message,
    recovery: Recovery,
    before: (i64, i64),
    done: (i64, i64),
) -> Row {
    Row { name, of, recovery, before, done }
}

const ROWS: [Row; 13] = [
    row("sale of 10.00", |shop| shop.sale(1000), Recovery::Reverses, (0, 0), (1000, 0)),
    row("QR sale of 10.00", |shop| shop.qr_sale(1000, PAYER_CODE), Recovery::Reverses, (0, 0), (1000, 0)),
    row("offline sale of 10.00", |shop| shop.offline_sale(1000), Recovery::Repeats, (0, 0), (1000, 0)),
    row("void", |shop| after_sale(shop, Shop::void, 1000), Recovery::Reverses, (1000, 0), (0, 0)),
    row("QR void", qr_void, Recovery::Reverses, (1000, 0), (0, 0)),
    row("refund of 3.00", |shop| after_sale(shop, Shop::refund, 300), Recovery::Repeats, (1000, 0), (700, 0)),
    row("pre-authorisation of 10.00", |shop| shop.hold(1000), Recovery::Reverses, (0, 0), (0, 1000)),
    row(
        "pre-authorisation void",
        |shop| after_hold(shop, Shop::hold_void, 1000),
        Recovery::Reverses,
        (0, 1000),
        (0, 0),
    ),
    row(
        "completion of 8.00",
        |shop| after_hold(shop, Shop::complete, 800),
        Recovery::Reverses,
        (0, 1000),
        (800, 0),
    ),
    row(
        "completion advice of 8.00",
        |shop| after_hold(shop, Shop::completion_advice, 800),
        Recovery::Repeats,
        (0, 1000),
        (800, 0),
    ),
    row("completion void", completion_void, Recovery::Reverses, (800, 0), (0, 1000)),
    row("settlement", settlement, Recovery::Repeats, (1000, 0), (1000, 0)),
    row("sign-on", |shop| shop.management(Mti::SIGN_ON, 3), Recovery::Repeats, (0, 0), (0, 0)),
];

type Builder = fn(&mut Shop, &Reply, i64) -> Message;

fn after_sale(shop: &mut Shop, build: Builder, amount: i64) -> Message {
    let sale = shop.sale(1000);
    let sold = shop.send(&sale);
    build(shop, &sold, amount)
}

fn after_hold(shop: &mut Shop, build: Builder, amount: i64) -> Message {
    let hold = shop.hold(1000);
    let held = shop.send(&hold);
    build(shop, &held, amount)
}

fn qr_void(shop: &mut Shop) -> Message {
    let sale = shop.qr_sale(1000, PAYER_CODE);
    let sold = shop.send(&sale);
    shop.void(&sold, 1000)
}

fn completion_void(shop: &mut Shop) -> Message {
    let complete = after_hold(shop, Shop::complete, 800);
    let completed = shop.send(&complete);
    shop.completion_void(&completed, 800)
}

fn settlement(shop: &mut Shop) -> Message {
    let sale = shop.sale(1000);
    shop.send(&sale);
    let mut totals = SettlementTotals::default();
    (totals.domestic.debit_fen, totals.domestic.debit_count) = (1000, 1);
    let mut message = shop.management(Mti::SETTLEMENT, 201);
    message.set(48, totals.write());
    message
}

/// What the host has said in the end: each answer, and whether it arrived.
#[derive(Default)]
struct Said(Vec<String>);

impl Said {
    fn hear(&mut self, what: &str, code: &str, how: &str) {
        self.0.push(format!("{what} {code}{how}"));
    }
}

/// Plays one transaction under one mishap, and gives what was said and what the ledger holds.
fn play(row: &Row, mishap: Mishap) -> (Said, Standing) {
    let (mut shop, mut said) = (Shop::new(), Said::default());
    let message = (row.of)(&mut shop);
    let again = match row.recovery {
        Recovery::Reverses => reversal(&message),
        Recovery::Repeats => message.clone(),
    };
    let (word, reason) = match row.recovery {
        Recovery::Reverses => ("reversal", true),
        Recovery::Repeats => ("again", false),
    };
    let retry = |shop: &mut Shop, said: &mut Said, how: &str, code: Option<&str>| {
        let mut again = again.clone();
        if let Some(code) = code.filter(|_| reason) {
            again.set(39, code);
        }
        let code = shop.code(&again);
        said.hear(word, &code, how);
    };
    match mishap {
        Mishap::Nothing => said.hear("answer", &shop.code(&message), ""),
        Mishap::RequestLost => retry(&mut shop, &mut said, "", None),
        Mishap::AnswerLost => {
            said.hear("answer", &shop.code(&message), " (lost)");
            retry(&mut shop, &mut said, "", None);
        }
        Mishap::AnswersLost => {
            said.hear("answer", &shop.code(&message), " (lost)");
            retry(&mut shop, &mut said, " (lost)", None);
            retry(&mut shop, &mut said, "", None);
        }
        Mishap::Duplicate => {
            said.hear("answer", &shop.code(&message), "");
            said.hear("second", &shop.code(&message), "");
        }
        Mishap::LateAnswer => {
            // Read when it arrives, decided when the terminal has given up.
            let request = shop.read(&shop.frame(&message)[2..]).unwrap();
            retry(&mut shop, &mut said, "", None);
            let (decision, _) = shop.decide(&request);
            said.hear("answer", decision.code.as_str(), " (late)");
        }
        Mishap::WrongMac => {
            said.hear("answer", &spoiled(&mut shop, &message), " (not believed)");
            retry(&mut shop, &mut said, "", Some("A0"));
        }
    }
    (said, shop.standing(1))
}

/// Sends a message whose answer gets a wrong MAC on its way out; the code that the answer would have said.
fn spoiled(shop: &mut Shop, message: &Message) -> String {
    let request = shop.read(&shop.frame(message)[2..]).unwrap();
    let (decision, _) = shop.decide(&request);
    let mut answer = vec![];
    let content = Content::WrongMac;
    shop.desk.answer(shop.now, &request, &decision, &shop.books, content, &mut answer).unwrap();
    assert!(iso8583::verify_mac(&iso8583::CUP, &answer[2..], &shop.terminal.key).is_err());
    decision.code.as_str().to_owned()
}

/// What must be at the end, after all that a careful terminal does.
fn expected(row: &Row, mishap: Mishap) -> (i64, i64) {
    match (mishap, row.recovery) {
        (Mishap::Nothing | Mishap::Duplicate, _) | (_, Recovery::Repeats) => row.done,
        (_, Recovery::Reverses) => row.before,
    }
}

fn holds(standing: Standing) -> String {
    let net = if standing.net == fen(0) { "nothing".into() } else { format!("{} captured", standing.net) };
    if standing.held == fen(0) { net } else { format!("{} held", standing.held) }
}

#[test]
fn each_transaction_under_each_fault_leaves_what_it_should() {
    let mut page = Page::new(
        "# Ledger\n\n\
         What the card host's ledger holds when a transaction meets a fault of the line, and what the host has said. The \
         terminal is a careful one: without an answer that it can believe, it reverses what can be reversed, and sends \
         everything else again. A test plays each row with real frames, checks the ledger against what must be, and \
         compares this page; `UPDATE=1 cargo test -p tillrig-acquirer --test host ledger` writes it anew.\n\n\
         The amounts are those of the payment that the transaction is about. *The host says* names every answer in its \
         order, with the code of field 39.\n\n\
         | transaction | fault | the host says | the ledger holds |\n|---|---|---|---|\n",
    );
    for row in &ROWS {
        for (mishap, words) in MISHAPS {
            // Management has no MAC that could be wrong.
            if mishap == Mishap::WrongMac && matches!(row.name, "settlement" | "sign-on") {
                continue;
            }
            let (said, standing) = play(row, mishap);
            assert_eq!(
                (standing.net.0, standing.held.0),
                expected(row, mishap),
                "{}, {words}: {}",
                row.name,
                said.0.join(", ")
            );
            page.row([row.name, words, &said.0.join("; "), &holds(standing)]);
        }
    }
    page.compare("LEDGER.md");
}
