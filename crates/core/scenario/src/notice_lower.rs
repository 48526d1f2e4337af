//! From what a file says of spoiled notifications to [`NoticeFault`], and what no shape can refuse.
//!
//! Works on a checked tree only. *Not modelled:* whether there will ever be an order of the number that a forged
//! notification names; one of nobody's is a forgery too.

use crate::diagnostic::Diagnostic;
use crate::node::Node;
use acquirer::{Claim, Forgery, Malformation, NoticeFault, Signing};
use core::time::Duration;
use sim::{Fen, OrderNo};

/// What is wrong with a notification, as it stands behind `acquirer:`.
pub(crate) fn notice_fault(node: &Node) -> Option<NoticeFault> {
    if loses_notices(node) {
        return Some(NoticeFault::Drop);
    }
    if let Some(word) = node.scalar("notifies") {
        let refunded = word == "after-a-refund";
        return Some(if refunded { NoticeFault::AfterRefund } else { NoticeFault::HeldBack });
    }
    if let Some(by) = node.time("notifies-late") {
        return Some(NoticeFault::Late { by });
    }
    if let Some(twice) = node.get("notifies-twice") {
        return twice.time("after").map(|after| NoticeFault::Repeat { after });
    }
    if let Some(word) = node.scalar("notifies-with") {
        return malformation(word).map(NoticeFault::Malformed);
    }
    if let Some(by) = node.time("notifies-backdated") {
        return Some(NoticeFault::Stale { by });
    }
    node.get("notifies-falsely").and_then(forgery).map(NoticeFault::Forged)
}

fn loses_notices(node: &Node) -> bool {
    node.scalar("loses") == Some("notification")
}

fn malformation(word: &str) -> Option<Malformation> {
    Some(match word {
        "truncated" => Malformation::CutShort,
        "other-encoding" => Malformation::WrongEncoding,
        "error-page" => Malformation::NotADocument,
        _ => return None,
    })
}

fn forgery(node: &Node) -> Option<Forgery> {
    let claim = if let Some(number) = node.scalar("order") {
        Claim::Order(OrderNo::new(number)?)
    } else if let Some(Fen(fen)) = node.money("more") {
        Claim::Amount { by_fen: fen }
    } else if let Some(Fen(fen)) = node.money("less") {
        Claim::Amount { by_fen: -fen }
    } else {
        Claim::True
    };
    let signing = match node.scalar("signed")? {
        "rightly" => Signing::Right,
        "with-a-wrong-key" => Signing::WrongKey,
        "naming-a-wrong-key" => Signing::WrongKeyId,
        _ => Signing::Missing,
    };
    Some(Forgery { claim, signing })
}

/// A fault of notifications that does nothing, or is aimed at what they are not.
pub(crate) fn check_notice(fault: &Node) -> Option<Diagnostic> {
    let acquirer = fault.get("acquirer")?;
    aimed_at_requests(acquirer)
        .or_else(|| not_backdated(acquirer))
        .or_else(|| acquirer.get("notifies-falsely").and_then(nothing_false))
}

fn aimed_at_requests(acquirer: &Node) -> Option<Diagnostic> {
    let aim = ["to", "desk", "field"].into_iter().find_map(|name| acquirer.get(name))?;
    loses_notices(acquirer).then(|| {
        Diagnostic::at(aim.span.clone(), "this fault can never happen", "a notification is no request")
            .expected("`amount`, `skip`, `times`, `chance` or `for`, or another thing to lose")
            .example("{ acquirer: { loses: notification, times: 1 } }")
    })
}

/// Platforms date their notifications to the second.
fn not_backdated(acquirer: &Node) -> Option<Diagnostic> {
    let by = acquirer.time("notifies-backdated").filter(|by| *by < Duration::from_secs(1))?;
    let span = acquirer.get("notifies-backdated")?.span.clone();
    let says = format!("{by:?} is less than the second that it is dated by");
    Some(
        Diagnostic::at(span, "this notification says its true age", says)
            .expected("a second or more")
            .example("notifies-backdated: 24h"),
    )
}

fn nothing_false(node: &Node) -> Option<Diagnostic> {
    const EXAMPLE: &str = "notifies-falsely: { more: CNY 1.00, signed: rightly }";
    let amount = ["more", "less"].into_iter().find_map(|name| node.get(name));
    let Forgery { claim, signing } = forgery(node)?;
    match (claim, signing) {
        (Claim::Amount { by_fen: 0 }, _) => Some(
            Diagnostic::at(amount?.span.clone(), "this is no other amount", "this is zero")
                .expected("more than nothing")
                .example(EXAMPLE),
        ),
        (Claim::True, Signing::Right) => {
            let signed = node.get("signed")?.span.clone();
            let title = "nothing is false about this notification";
            Some(
                Diagnostic::at(signed, title, "it is rightly signed, and says nothing else")
                    .expected("`order`, `more` or `less` beside it, or somebody else who signed")
                    .example(EXAMPLE),
            )
        }
        _ => None,
    }
}
