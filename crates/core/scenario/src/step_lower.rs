//! From what a file says that people do to an [`Action`].
//!
//! The check has already refused everything that these functions cannot read, and every `id` that leads nowhere. The
//! customer of a shown code pays after 3 s unless the file says otherwise.

use crate::back_office_lower::visit;
use crate::language::{Action, ByCard, Later, LaterKind, Payer, ShowQr};
use crate::node::Node;
use crate::parameters;
use crate::scan::scan;
use crate::{CompletionWay, Key, OperatorAct, PrinterAct, Wallet};
use core::time::Duration;
use std::collections::BTreeMap;

const PAYS_AFTER: Duration = Duration::from_secs(3);

/// The fields of actions that are about an earlier step.
pub(crate) const LATER: [&str; 8] =
    ["void", "refund", "void-pre-auth", "complete", "void-completion", "reprint", "query-voucher", "redeem"];

/// What a step does. `ids` are those of the steps before it, with their places.
pub(crate) fn action(node: &Node, ids: &BTreeMap<String, usize>) -> Option<Action> {
    let step_of = |map: &Node, field: &str| map.scalar(field).and_then(|id| ids.get(id).copied());
    let by_card = |map: &Node| Some(ByCard { amount: map.money("amount")?, again: step_of(map, "again") });
    if let Some(sale) = node.get("card-sale") {
        return by_card(sale).map(Action::CardSale);
    }
    if let Some(hold) = node.get("pre-auth") {
        let Some(wallet) = hold.word("wallet", Wallet::from_name) else {
            return by_card(hold).map(Action::PreAuth);
        };
        let (amount, customer, again) = (hold.money("amount")?, payer(hold), step_of(hold, "again"));
        return Some(Action::WalletHold(ShowQr { wallet, amount, customer, again }));
    }
    if let Some(qr) = node.get("show-qr") {
        let wallet = qr.word("wallet", Wallet::from_name)?;
        let (amount, customer, again) = (qr.money("amount")?, payer(qr), step_of(qr, "again"));
        return Some(Action::ShowQr(ShowQr { wallet, amount, customer, again }));
    }
    if let Some(map) = node.get("scan") {
        return scan(map, step_of(map, "again")).map(Action::Scan);
    }
    if let Some(map) = node.get("key-in") {
        return Some(Action::KeyIn(Box::leak(Box::new(parameters::read(map)))));
    }
    if let Some(visit) = visit(node, ids) {
        return Some(Action::Visit(visit));
    }
    if let Some((field, map)) = LATER.iter().find_map(|field| Some((*field, node.get(field)?))) {
        let of = step_of(map, "of").unwrap_or_default();
        return Some(later(field, map).map_or(Action::Reprint(of), |what| {
            Action::Later(Later { what, of, amount: map.money("amount") })
        }));
    }
    node.word("press", Key::from_name)
        .map(Action::Press)
        .or_else(|| node.word("printer", PrinterAct::from_name).map(Action::Printer))
        .or_else(|| node.word("operator", OperatorAct::from_name).map(Action::Operator))
        .or_else(|| node.count("log-on").and_then(|number| number.try_into().ok()).map(Action::LogOn))
}

/// What a field does about an earlier step; nothing for a reprint, which moves no money.
fn later(field: &str, map: &Node) -> Option<LaterKind> {
    Some(match field {
        "void" => LaterKind::Void,
        "refund" => LaterKind::Refund,
        "void-pre-auth" => LaterKind::VoidPreAuth,
        "complete" => {
            let by = map.word("by", CompletionWay::from_name);
            LaterKind::Complete(by.unwrap_or(CompletionWay::Request))
        }
        "void-completion" => LaterKind::VoidCompletion,
        _ => return None,
    })
}

fn payer(qr: &Node) -> Payer {
    if qr.get("customer-pays").is_some() {
        return Payer::NeverPays;
    }
    Payer::PaysAfter(qr.time("customer-pays-after").unwrap_or(PAYS_AFTER))
}
