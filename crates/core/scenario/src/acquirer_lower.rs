//! From what a file says of the acquirer's host to the faults that it arms, and what no shape can refuse.
//!
//! Works on a checked tree only. A table of percentiles that falls, or stops short, is lowered to no latency at all, and
//! [`check_latencies`] refuses the file.

use crate::MessageKind;
use crate::diagnostic::{Diagnostic, line_and_column};
use crate::language::{AcquirerFault, Hits, HostFault, HostRush, Place};
use crate::lower::hits;
use crate::node::Node;
use crate::notice_lower::notice_fault;
use crate::scalar;
use acquirer::fault::{Aim, AmountAim, BadLatency, Content, Deed, Desk, Fault, FieldAim, Latency, Totals};
use acquirer::{Code, Kind};
use core::time::Duration;
use sim::SimTime;

/// What happens at the acquirer, as it stands behind `acquirer:`.
pub(crate) fn acquirer_fault(node: &Node) -> Option<AcquirerFault> {
    if let Some(down) = node.get("down") {
        return Some(AcquirerFault::Down { lasts: down.time("for") });
    }
    if let Some(slow) = node.get("slow") {
        return slow.time("by").map(|by| AcquirerFault::Slow { by });
    }
    if let Some(rush) = node.get("rush") {
        return rush_of(rush).map(AcquirerFault::Rush);
    }
    let fault = Fault { aim: aim(node), deed: deed(node)? };
    Some(AcquirerFault::Deed { fault, lasts: node.time("for") })
}

/// The faults of a file of them alone: a list, or just one. Each has its span of time in its aim.
pub(crate) fn host_faults(source: &str, root: &Node) -> Option<Vec<HostFault>> {
    let one = [root];
    let nodes: Vec<&Node> =
        if root.entries().is_empty() { root.items().iter().collect() } else { one.to_vec() };
    nodes.into_iter().map(|node| host_fault(source, node)).collect()
}

fn host_fault(source: &str, node: &Node) -> Option<HostFault> {
    let (line, column) = line_and_column(source, node.span.start);
    let at = node.moment("at").unwrap_or(SimTime::ZERO);
    let mut fault = acquirer_fault(node.get("acquirer")?)?;
    if let AcquirerFault::Deed { fault, lasts } = &mut fault {
        fault.aim.from = at;
        fault.aim.until = lasts.map_or(SimTime::NEVER, |lasts| at + lasts);
    }
    Some(HostFault { place: Place { bytes: node.span.clone(), line, column }, at, fault })
}

fn rush_of(node: &Node) -> Option<HostRush> {
    let rate = |name| scalar::rate_per_s(node.scalar(name)?).ok();
    Some(HostRush {
        arrivals_per_s: rate("arrives")?,
        served_per_s: rate("serves")?,
        queue_max: node.count("queue")?,
        lasts: node.time("for"),
    })
}

fn deed(node: &Node) -> Option<Deed> {
    if let Some(notice) = notice_fault(node) {
        return Some(Deed::Notice(notice));
    }
    if let Some(lost) = node.scalar("loses") {
        return Some(if lost == "request" { Deed::LoseRequest } else { Deed::LoseAnswer });
    }
    before_the_commit(node).or_else(|| behind_the_commit(node))
}

fn before_the_commit(node: &Node) -> Option<Deed> {
    if let Some(latency) = node.get("holds") {
        return latency_of(latency).map(Deed::Hold);
    }
    if let Some(code) = node.scalar("says") {
        return Some(Deed::Says { code: Code::new(code), commits: false });
    }
    let code = Code::new(node.scalar("commits-but-says")?);
    Some(Deed::Says { code, commits: true })
}

fn behind_the_commit(node: &Node) -> Option<Deed> {
    if let Some(latency) = node.get("answers-late") {
        return latency_of(latency).map(Deed::LateAnswer);
    }
    if let Some(again) = node.get("answers-twice") {
        return again.time("after").map(Deed::RepeatAnswer);
    }
    if node.get("answers").is_some() {
        return Some(Deed::AnswerIntoNext);
    }
    if let Some(slowly) = node.get("answers-slowly") {
        return slowly.time("each-byte").map(|byte_time| Deed::SlowAnswer { byte_time });
    }
    if let Some(word) = node.scalar("answers-with") {
        return Content::ALL.into_iter().find(|content| content.word() == word).map(Deed::Damage);
    }
    if let Some(cut) = node.get("cuts-answer") {
        let after_bytes = u16::try_from(cut.count("after-bytes")?).ok()?;
        return Some(Deed::CutAnswer { after_bytes, reset: cut.scalar("by") == Some("reset") });
    }
    match node.scalar("totals")? {
        "miss-the-last" => Some(Deed::Totals(Totals::MissTheLast)),
        _ => Some(Deed::Totals(Totals::CountTheLastTwice)),
    }
}

fn aim(node: &Node) -> Aim {
    let Hits { times, skip, chance } = hits(node);
    Aim {
        kind: node.word("to", MessageKind::from_name).map(kind),
        desk: node.scalar("desk").map(|desk| if desk == "card" { Desk::Card } else { Desk::Wallet }),
        amount: node.get("amount").and_then(amount),
        field: node.get("field").and_then(field),
        skip,
        times: times.unwrap_or(u32::MAX),
        chance,
        ..Aim::EVERYTHING
    }
}

fn amount(node: &Node) -> Option<AmountAim> {
    if let Some(text) = node.text() {
        return scalar::money(text).ok().map(AmountAim::Exactly);
    }
    if let Some(most) = node.money("at-most") {
        return Some(AmountAim::AtMost(most));
    }
    if let Some(least) = node.money("at-least") {
        return Some(AmountAim::AtLeast(least));
    }
    u8::try_from(node.count("cents")?).ok().map(AmountAim::Cents)
}

fn field(node: &Node) -> Option<FieldAim> {
    let ends = node.scalar("ends").unwrap_or_default().to_owned();
    Some(FieldAim { name: node.scalar("name")?.to_owned(), ends })
}

/// The desk to which a kind of request comes.
pub(crate) const fn desk_of(kind: Kind) -> Desk {
    match kind {
        Kind::Sale
        | Kind::QrSale
        | Kind::OfflineSale
        | Kind::Void
        | Kind::Refund
        | Kind::Balance
        | Kind::PreAuth
        | Kind::PreAuthVoid
        | Kind::Completion
        | Kind::CompletionVoid
        | Kind::Script
        | Kind::Reversal
        | Kind::SignOn
        | Kind::SignOut
        | Kind::Echo
        | Kind::Parameters
        | Kind::Settlement
        | Kind::Upload => Desk::Card,
        Kind::Order
        | Kind::Query
        | Kind::Close
        | Kind::Pay
        | Kind::Reverse
        | Kind::RefundOrder
        | Kind::RefundQuery
        | Kind::Bill
        | Kind::Keys
        | Kind::Notification => Desk::Wallet,
    }
}

/// The request that a kind of message is to the acquirer.
pub(crate) const fn kind(message: MessageKind) -> Kind {
    match message {
        MessageKind::Sale => Kind::Sale,
        MessageKind::Reversal => Kind::Reversal,
        MessageKind::QrSale => Kind::QrSale,
        MessageKind::OfflineSale => Kind::OfflineSale,
        MessageKind::Void => Kind::Void,
        MessageKind::Refund => Kind::Refund,
        MessageKind::Balance => Kind::Balance,
        MessageKind::PreAuth => Kind::PreAuth,
        MessageKind::PreAuthVoid => Kind::PreAuthVoid,
        MessageKind::Completion => Kind::Completion,
        MessageKind::CompletionVoid => Kind::CompletionVoid,
        MessageKind::Script => Kind::Script,
        MessageKind::SignOn => Kind::SignOn,
        MessageKind::SignOut => Kind::SignOut,
        MessageKind::Echo => Kind::Echo,
        MessageKind::Parameters => Kind::Parameters,
        MessageKind::Settlement => Kind::Settlement,
        MessageKind::Upload => Kind::Upload,
        MessageKind::Order => Kind::Order,
        MessageKind::Query => Kind::Query,
        MessageKind::Close => Kind::Close,
        MessageKind::Pay => Kind::Pay,
        MessageKind::Reverse => Kind::Reverse,
        MessageKind::RefundOrder => Kind::RefundOrder,
        MessageKind::RefundQuery => Kind::RefundQuery,
        MessageKind::Bill => Kind::Bill,
        MessageKind::Keys => Kind::Keys,
        MessageKind::Notification => Kind::Notification,
    }
}

fn latency_of(node: &Node) -> Option<Latency> {
    if let Some(text) = node.text() {
        return scalar::time(text).ok().map(Latency::fixed);
    }
    if let Some(between) = node.time("between") {
        return Some(Latency::between(between, node.time("and")?));
    }
    Some(table(node.get("percentiles")?).unwrap_or_else(|_| Latency::fixed(Duration::ZERO)))
}

fn table(list: &Node) -> Result<Latency, BadLatency> {
    let point = |node: &Node| Some((scalar::permille(node.scalar("share")?).ok()?, node.time("within")?));
    Latency::table(list.items().iter().filter_map(point).collect())
}

/// What is wrong with the tables of percentiles of a fault.
pub(crate) fn check_latencies(fault: &Node) -> Option<Diagnostic> {
    let acquirer = fault.get("acquirer")?;
    let list = ["holds", "answers-late"].iter().find_map(|deed| acquirer.get(deed)?.get("percentiles"))?;
    let wrong = table(list).err()?;
    Some(
        Diagnostic::at(list.span.clone(), "this is no table of percentiles", wrong.to_string())
            .expected(
                "shares from 0% to 100%, each larger than the one before it, with times that do not fall",
            )
            .example(
                "[{ share: 0%, within: 50ms }, { share: 90%, within: 1s }, { share: 100%, within: 60s }]",
            ),
    )
}

/// A rush that makes nobody wait: the host serves all that come.
pub(crate) fn check_rush(fault: &Node) -> Option<Diagnostic> {
    let rush = fault.get("acquirer")?.get("rush")?;
    let HostRush { arrivals_per_s, served_per_s, .. } = rush_of(rush)?;
    let served = rush.get("serves")?;
    (arrivals_per_s <= served_per_s).then(|| {
        Diagnostic::at(
            served.span.clone(),
            "this fault can never happen",
            format!("{arrivals_per_s} come in a second, and all of them are served"),
        )
        .expected("fewer than arrive: what is over waits")
        .example("rush: { arrives: 150/s, serves: 100/s, queue: 1000, for: 30s }")
    })
}

/// A kind of request that never comes to the desk that is aimed at, or to no desk at all.
pub(crate) fn check_aim(fault: &Node) -> Option<Diagnostic> {
    let acquirer = fault.get("acquirer")?;
    let to = acquirer.get("to")?;
    let message = to.text().and_then(MessageKind::from_name)?;
    if message == MessageKind::Notification {
        let says = "nobody asks the acquirer for a notification";
        return Some(
            Diagnostic::at(to.span.clone(), "this fault can never happen", says)
                .expected("a kind of request, or a fault of the notifications")
                .example("{ acquirer: { loses: notification, times: 1 } }"),
        );
    }
    let desk = match desk_of(kind(message)) {
        Desk::Card => "card",
        Desk::Wallet => "wallet",
    };
    let aimed = acquirer.get("desk").filter(|aimed| aimed.text() != Some(desk))?;
    Some(
        Diagnostic::at(
            aimed.span.clone(),
            "this fault can never happen",
            format!("a {message} comes to the {desk} desk"),
        )
        .expected(format!("`desk: {desk}`, or no `desk` at all")),
    )
}

#[cfg(test)]
mod tests {
    use super::kind;
    use crate::MessageKind;

    #[test]
    fn a_kind_of_message_has_one_word_everywhere() {
        for message in MessageKind::ALL {
            assert_eq!(kind(*message).tag().0, message.name());
        }
    }
}
