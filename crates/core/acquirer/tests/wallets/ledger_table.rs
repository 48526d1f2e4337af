//! Every wallet transaction under every fault, as one row: what the ledger holds, and what the platform has said.
//!
//! Facts: WeChat Pay v2, "payment-code": what is unknown is asked, and what stays unknown is reversed, again and again
//! until that is definite; refunds are repeated under their number. Payment research, "Money-safety invariants and fault
//! matrix". The merchant here does just that. *Not here:* two faults at once; the other dialects, which are other words
//! for the same decisions.

use crate::page::Page;
use crate::shop::{Call, Shop};
use sim::Fen;
use tillrig_acquirer::Code;
use tillrig_acquirer::fault::{Content, Course};

/// What happens between merchant and platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mishap {
    Nothing,
    RequestLost,
    AnswerLost,
    AnswersLost,
    Duplicate,
    /// The platform is so slow that the merchant has given up before it decides.
    LateDecision,
    /// It says that it is at fault, and has decided all the same.
    BusyAndCommitted,
    /// It says that it is at fault, and nothing has happened.
    Busy,
    WrongSignature,
    ErrorPage,
}

const MISHAPS: [(Mishap, &str); 10] = [
    (Mishap::Nothing, "none"),
    (Mishap::RequestLost, "the request is lost"),
    (Mishap::AnswerLost, "the answer is lost"),
    (Mishap::AnswersLost, "the answer is lost, and the next one too"),
    (Mishap::Duplicate, "the request comes twice"),
    (Mishap::LateDecision, "the platform decides after the merchant gave up"),
    (Mishap::BusyAndCommitted, "the platform commits, and says SYSTEMERROR"),
    (Mishap::Busy, "the platform says SYSTEMERROR, and commits nothing"),
    (Mishap::WrongSignature, "the answer's signature is wrong"),
    (Mishap::ErrorPage, "a page for people comes instead of the answer"),
];

/// One transaction: what comes before it, and itself.
struct Row {
    name: &'static str,
    of: fn(&mut Shop) -> Call,
    recovery: Recovery,
    /// What there must be when it was carried out.
    done_fen: i64,
}

/// What a careful merchant does about a result that is unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recovery {
    /// Asks; what is not paid then is reversed.
    AsksAndReverses,
    /// Says the same again.
    Repeats,
}

const ROWS: [Row; 4] = [
    Row {
        name: "payment of 10.00 by a scanned code",
        of: Shop::micropay,
        recovery: Recovery::AsksAndReverses,
        done_fen: 1000,
    },
    Row { name: "reverse of what was paid", of: reverse, recovery: Recovery::Repeats, done_fen: 0 },
    Row { name: "refund of 3.00", of: refund, recovery: Recovery::Repeats, done_fen: 700 },
    Row {
        name: "refund of 3.00 of a shown code",
        of: refund_of_shown,
        recovery: Recovery::Repeats,
        done_fen: 700,
    },
];

fn paid(shop: &mut Shop) {
    let pay = shop.micropay();
    assert_eq!(shop.send(&pay), "SUCCESS");
}

fn reverse(shop: &mut Shop) -> Call {
    paid(shop);
    shop.reverse()
}

fn refund(shop: &mut Shop) -> Call {
    paid(shop);
    shop.refund()
}

fn refund_of_shown(shop: &mut Shop) -> Call {
    shop.paid_by_shown_code();
    shop.refund()
}

/// Plays one transaction under one mishap, and gives what was said and what the ledger holds.
fn play(row: &Row, mishap: Mishap) -> (Vec<String>, Fen) {
    let (mut shop, mut said) = (Shop::new(), Vec::new());
    let call = (row.of)(&mut shop);
    let says = |commits: bool| Course {
        says: Some(Code::new("SYSTEMERROR")),
        without_commit: !commits,
        ..Course::CLEAR
    };
    let damaged = |content| Course { content, ..Course::CLEAR };
    let course = match mishap {
        Mishap::BusyAndCommitted => says(true),
        Mishap::Busy => says(false),
        Mishap::WrongSignature => damaged(Content::WrongMac),
        Mishap::ErrorPage => damaged(Content::ErrorPage),
        _ => Course::CLEAR,
    };
    let (request, _) = shop.receive(&call);
    match mishap {
        Mishap::RequestLost => recover(row, &mut shop, &call, &mut said, 0),
        Mishap::LateDecision => {
            recover(row, &mut shop, &call, &mut said, 0);
            let late = shop.decide(&request, &course);
            said.push(format!("answer {late} (late)"));
            // To somebody who does not know the order, a reverse is no success; so it is said again.
            if row.recovery == Recovery::AsksAndReverses {
                let reverse = shop.reverse();
                said.push(format!("reverse {}", shop.send(&reverse)));
            }
        }
        Mishap::Nothing => said.push(format!("answer {}", shop.decide(&request, &course))),
        Mishap::Duplicate => {
            said.push(format!("answer {}", shop.decide(&request, &course)));
            said.push(format!("second {}", shop.send(&call)));
        }
        Mishap::AnswerLost | Mishap::AnswersLost => {
            said.push(format!("answer {} (lost)", shop.decide(&request, &course)));
            let lost = usize::from(mishap == Mishap::AnswersLost);
            recover(row, &mut shop, &call, &mut said, lost);
        }
        _ => {
            said.push(format!("answer {}", shop.decide(&request, &course)));
            recover(row, &mut shop, &call, &mut said, 0);
        }
    }
    (said, shop.net())
}

/// What the merchant does until it knows; the first `lost` answers do not reach it.
fn recover(row: &Row, shop: &mut Shop, call: &Call, said: &mut Vec<String>, lost: usize) {
    let mut hear = |what: &str, word: String, is_lost: bool| {
        said.push(format!("{what} {word}{}", if is_lost { " (lost)" } else { "" }));
        if is_lost { None } else { Some(word) }
    };
    for attempt in 0..=lost {
        let is_lost = attempt < lost;
        if row.recovery == Recovery::Repeats {
            let word = shop.send(call);
            hear("again", word, is_lost);
            continue;
        }
        let query = shop.query();
        let word = shop.send(&query);
        if hear("query", word, is_lost).is_some_and(|word| word != "SUCCESS") {
            let reverse = shop.reverse();
            let word = shop.send(&reverse);
            hear("reverse", word, false);
        }
    }
}

/// What must be at the end, after all that a careful merchant does: done, or nothing.
fn expected_fen(row: &Row, mishap: Mishap) -> i64 {
    let never_decided = matches!(mishap, Mishap::RequestLost | Mishap::LateDecision | Mishap::Busy);
    if never_decided && row.recovery == Recovery::AsksAndReverses { 0 } else { row.done_fen }
}

#[test]
fn each_wallet_transaction_under_each_fault_leaves_what_it_should() {
    let mut page = Page::new(
        "# Wallet ledger\n\n\
         What the ledger holds when a wallet transaction meets a fault, and what the platform has said. The merchant is a \
         careful one: it asks about what it does not know, reverses what is not paid then, and repeats reverses and \
         refunds under their numbers until the answer is definite. A test plays each row with signed WeChat Pay v2 \
         documents, checks the ledger against what must be, and compares this page; \
         `UPDATE=1 cargo test -p tillrig-acquirer --test wallets ledger` writes it anew. The other dialects are other \
         words for the same decisions.\n\n\
         *The platform says* names every answer in its order: a trade state, a result, or the code of an error.\n\n\
         | transaction | fault | the platform says | the ledger holds |\n|---|---|---|---|\n",
    );
    for row in &ROWS {
        for (mishap, words) in MISHAPS {
            let (said, net) = play(row, mishap);
            let said = said.join("; ");
            assert_eq!(net.0, expected_fen(row, mishap), "{}, {words}: {said}", row.name);
            let holds = if net == Fen::ZERO { "nothing".to_owned() } else { format!("{net} captured") };
            page.row([row.name, words, &said, &holds]);
        }
    }
    page.compare("WALLET_LEDGER.md");
}
