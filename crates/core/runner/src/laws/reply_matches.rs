//! reply-matches: a reply counts only for the open request; a late reply of an older one changes nothing.
//!
//! What a terminal learns of a charge, the acquirer must have said of that charge and of no other: of a card charge
//! "approved" and "declined" in answer to the charge itself, "undone" in answer to its reversal; of an order "approved"
//! in answer to a query, to the payment by payment code or in a notification, "declined" in answer to the order or that
//! payment, "undone" in answer to a query; of a refund of an order what the answer to the refund or to its query says.
//! What a forged notification says, the acquirer has not said. *Not modelled:* answers that were lost or damaged behind
//! the acquirer; what left counts as said.

use super::Report;
use crate::evidence::Evidence;
use crate::fact::Fact;
use acquirer::{Event, Kind, NoticeFault, What};
use iso8583::{ReplyClass, reply_code};
use sim::Key;
use std::collections::BTreeMap;
use terminal::ChargeResult;

/// What the acquirer has said of one charge so far.
#[derive(Clone, Copy, Default)]
struct Said {
    approved: bool,
    declined: bool,
    undone: bool,
}

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let mut said: BTreeMap<Key, Said> = BTreeMap::new();
    for (at, _, fact) in evidence.run.trace.events() {
        match fact {
            Fact::Acquirer(Event::Answered { kind, key, code }) => {
                said.entry(*key).or_default().answer(*kind, code.as_str());
            }
            Fact::Acquirer(Event::Notified { order, what: What::Payment, fault, .. }) => {
                said.entry(Key::Order(*order)).or_default().approved |= is_told(*fault);
            }
            Fact::Terminal(terminal::Event::Learned { key, result }) => {
                let said = said.get(key).copied().unwrap_or_default();
                if !said.supports(*result) {
                    report(at, format!("{} was taken from what says something else", words(*key, *result)));
                }
            }
            _ => {}
        }
    }
}

impl Said {
    fn answer(&mut self, kind: Kind, code: &str) {
        match kind {
            Kind::Sale
            | Kind::Void
            | Kind::Refund
            | Kind::PreAuth
            | Kind::PreAuthVoid
            | Kind::Completion
            | Kind::CompletionVoid => {
                let approved = reply_code(code.as_bytes()) == ReplyClass::Approved;
                self.approved |= approved;
                self.declined |= !approved;
            }
            Kind::Reversal => self.undone |= matches!(code, "00" | "25"),
            Kind::Order => self.declined |= code != "SUCCESS",
            // A refund is taken, or found to be; what it gives back is another law's matter.
            Kind::Pay | Kind::RefundOrder => {
                self.approved |= code == "SUCCESS";
                self.declined |= code != "SUCCESS";
            }
            Kind::RefundQuery => self.approved |= code == "SUCCESS",
            // Alipay's cancel names what it has ended.
            Kind::Close | Kind::Reverse => self.undone |= code == "REVOKED",
            Kind::Query => {
                self.approved |= code == "SUCCESS";
                self.undone |= matches!(code, "CLOSED" | "REVOKED" | "REFUND" | "PAYERROR");
            }
            _ => {}
        }
    }

    const fn supports(self, result: ChargeResult) -> bool {
        match result {
            ChargeResult::Approved => self.approved,
            ChargeResult::Declined => self.declined,
            ChargeResult::Undone => self.undone,
        }
    }
}

/// Whether a notification with this fault still tells, in the acquirer's own words, that its order is paid.
const fn is_told(fault: Option<NoticeFault>) -> bool {
    match fault {
        None
        | Some(
            NoticeFault::Late { .. }
            | NoticeFault::Repeat { .. }
            | NoticeFault::HeldBack
            | NoticeFault::AfterRefund
            | NoticeFault::Stale { .. },
        ) => true,
        Some(NoticeFault::Drop | NoticeFault::Forged(_) | NoticeFault::Malformed(_)) => false,
    }
}

fn words(key: Key, result: ChargeResult) -> String {
    let word = match result {
        ChargeResult::Approved => "is approved",
        ChargeResult::Declined => "is declined",
        ChargeResult::Undone => "does not stand",
    };
    format!("that {key} {word}")
}
