//! What no table of shapes can say: references that lead nowhere, and faults that can never happen.
//!
//! A fault that never fires makes a scenario pass for the wrong reason, so it is refused. Which message
//! passes where: notifications and wallet orders exist only where a QR code is shown, reversals only
//! after card sales; only some printers have a presenter, a cutter, a drawer. *Not modelled:* what can be known only by
//! running, such as an event that comes after healing.

use crate::acquirer_lower::{check_aim, check_latencies, check_rush, desk_of};
use crate::diagnostic::Diagnostic;
use crate::language::{
    AcquirerFault, Action, Effect, HostFault, Later, LaterKind, LinkFault, LinkVerdict, Payer, PrinterFault,
    Scenario, ShowQr, Trigger,
};
use crate::node::Node;
use crate::notice_lower::check_notice;
use crate::people::check_people;
use crate::print_settings::check_prints;
use crate::step_lower::LATER;
use crate::{Event, LinkPoint, MessageKind, OperatorAct, Wallet, check};
use acquirer::NoticeFault;
use acquirer::fault::{Deed, Desk};
use core::ops::Range;
use printer::{Outlet, Profile};
use sim::Fen;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is wrong with the meaning of a scenario whose shape is right.
pub(crate) fn check_meaning(scenario: &Scenario, root: &Node) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    ids(root, &mut wrong);
    let what = Contents::of(scenario);
    let nodes = |name| root.get(name).map_or(&[][..], Node::items);
    for (step, node) in scenario.steps.iter().zip(nodes("steps")) {
        wrong
            .extend(never_begins(&what, step.start).map(|reason| reason.at(node, "this step is never done")));
        wrong.extend(amounts(scenario, &step.action, node));
        wrong.extend(originals(scenario, &step.action, node));
    }
    for (fault, node) in scenario.faults.iter().zip(nodes("faults")) {
        let never = never_begins(&what, fault.start)
            .or_else(|| after_healing(scenario, fault.start))
            .or_else(|| never_hits(&what, &fault.effect));
        wrong.extend(never.map(|reason| reason.at(node, "this fault can never happen")));
        wrong.extend(aimed_cut(&fault.effect, node));
        wrong.extend(host_fault(node));
    }
    laws(root, &mut wrong);
    wrong.extend(check_prints(scenario, root));
    wrong.extend(check_people(scenario, root));
    wrong
}

/// Everything that is wrong with the meaning of faults of the acquirer alone.
pub(crate) fn check_host_faults(_: &Vec<HostFault>, root: &Node) -> Vec<Diagnostic> {
    // Just one, or a list of them.
    if root.entries().is_empty() {
        root.items().iter().flat_map(host_fault).collect()
    } else {
        host_fault(root).collect()
    }
}

/// Everything that is wrong with a fault of the acquirer, wherever it stands.
fn host_fault(node: &Node) -> impl Iterator<Item = Diagnostic> {
    [check_latencies(node), check_rush(node), check_aim(node), check_notice(node)].into_iter().flatten()
}

/// What a scenario has, as far as faults depend on it.
struct Contents {
    card: bool,
    qr: bool,
    /// A code of Alipay is shown.
    alipay: bool,
    scans: bool,
    /// Money of a wallet order whose code was shown is given back.
    refunds_qr: bool,
    pays: bool,
    /// What the steps make the terminal ask for.
    asks: BTreeSet<MessageKind>,
    printer: &'static Profile,
}

impl Contents {
    fn of(scenario: &Scenario) -> Self {
        let has = |test: fn(&Action) -> bool| scenario.steps.iter().any(|step| test(&step.action));
        Self {
            card: scenario.steps.iter().any(|step| {
                let by_card = matches!(
                    step.action,
                    Action::CardSale(_) | Action::PreAuth(_) | Action::Later(_) | Action::Operator(_)
                );
                by_card && !refunds_order(scenario, &step.action) && !lets_wallet_go(scenario, &step.action)
            }),
            qr: has(|action| matches!(action, Action::ShowQr(_) | Action::WalletHold(_))),
            alipay: has(|action| {
                let is_alipays = |qr: &ShowQr| qr.wallet == Wallet::Alipay;
                matches!(action, Action::ShowQr(qr) | Action::WalletHold(qr) if is_alipays(qr))
            }),
            scans: has(|action| matches!(action, Action::Scan(_))),
            refunds_qr: scenario.steps.iter().any(|step| {
                refunds_order(scenario, &step.action)
                    && step.action.about().and_then(|of| scenario.steps.get(of)).is_some_and(
                        |of| matches!(of.action, Action::ShowQr(qr) if qr.customer != Payer::NeverPays),
                    )
            }),
            pays: has(|action| {
                let agrees = |qr: &ShowQr| qr.customer != Payer::NeverPays;
                matches!(action, Action::ShowQr(qr) | Action::WalletHold(qr) if agrees(qr))
            }),
            asks: scenario.steps.iter().flat_map(|step| asked_by(scenario, &step.action)).copied().collect(),
            printer: model(scenario.printer),
        }
    }
}

/// The messages that an action can make the terminal send: any card transaction may be told to sign on.
fn asked_by(scenario: &Scenario, action: &Action) -> &'static [MessageKind] {
    use MessageKind::{
        Close, Completion, CompletionVoid, Notification, Order, Pay, PreAuth, PreAuthVoid, Query, Refund,
        RefundOrder, RefundQuery, Reversal, Reverse, Sale, Settlement, SignOn, Upload, Void,
    };
    match action {
        Action::Later(_) if refunds_order(scenario, action) => &[RefundOrder, RefundQuery],
        Action::Later(_) if lets_wallet_go(scenario, action) => &[RefundOrder, Query],
        // An order that the gateway does not know is made and closed, so that its number is used up.
        Action::Scan(_) => &[Pay, Query, Reverse, Order, Close],
        Action::CardSale(_) => &[Sale, Reversal, SignOn],
        Action::PreAuth(_) => &[PreAuth, Reversal, SignOn],
        Action::ShowQr(ShowQr { wallet: Wallet::Alipay, .. }) => &[Order, Query, Reverse, Notification],
        Action::ShowQr(_) | Action::WalletHold(_) => &[Order, Query, Close, Notification],
        Action::Later(later) => match later.what {
            LaterKind::Void => &[Void, Reversal, SignOn],
            LaterKind::Refund => &[Refund, SignOn],
            LaterKind::VoidPreAuth => &[PreAuthVoid, Reversal, SignOn],
            LaterKind::Complete(_) => &[Completion, Reversal, SignOn],
            LaterKind::VoidCompletion => &[CompletionVoid, Reversal, SignOn],
        },
        Action::Operator(OperatorAct::Settle) => &[Settlement, Upload, SignOn],
        Action::Operator(OperatorAct::SignOn) => &[SignOn],
        Action::Operator(OperatorAct::LogOff)
        | Action::LogOn(_)
        | Action::KeyIn(_)
        | Action::Reprint(_)
        | Action::Press(_)
        | Action::Visit(_)
        | Action::Printer(_) => &[],
    }
}

/// Whether an action gives money of a wallet order back.
fn refunds_order(scenario: &Scenario, action: &Action) -> bool {
    let Action::Later(Later { what: LaterKind::Refund, of, .. }) = action else { return false };
    scenario.steps.get(*of).is_some_and(|of| matches!(of.action, Action::ShowQr(_) | Action::Scan(_)))
}

/// Whether an action lets money go that is frozen in a wallet.
fn lets_wallet_go(scenario: &Scenario, action: &Action) -> bool {
    let Action::Later(Later { what: LaterKind::VoidPreAuth, of, .. }) = action else { return false };
    scenario.steps.get(*of).is_some_and(|of| matches!(of.action, Action::WalletHold(_)))
}

/// Why something never happens, and which field says so.
struct Reason {
    field: &'static str,
    says: String,
    expected: &'static str,
}

impl Reason {
    fn new(field: &'static str, says: impl Into<String>, expected: &'static str) -> Option<Self> {
        Some(Self { field, says: says.into(), expected })
    }

    fn at(self, node: &Node, title: &str) -> Diagnostic {
        let span = node.get(self.field).map_or_else(|| node.span.clone(), |value| value.span.clone());
        Diagnostic::at(span, title, self.says).expected(self.expected)
    }
}

const NO_QR: &str = "no step shows a QR code";
const NO_PAYER: &str = "no customer pays a QR code";
const NO_CARD: &str = "no step is a card sale";
const NO_WALLET: &str = "no step is a payment by wallet";
const ADD_QR: &str = "a `show-qr` step, or a fault that concerns card sales";
const ADD_CARD: &str = "a `card-sale` step, or a fault that concerns wallet payments";

fn never_begins(what: &Contents, start: Trigger) -> Option<Reason> {
    let Trigger::When { event, .. } = start else { return None };
    match event {
        Event::PrinterPresents | Event::PrinterRetracts if matches!(what.printer.outlet, Outlet::Mouth) => {
            Reason::new(
                "when",
                format!("the printer `{}` has no presenter", what.printer.name),
                "a printer with a presenter (`printer: kiosk-80`, or a kiosk terminal), or another event",
            )
        }
        Event::AcquirerNotifies if !what.qr => {
            Reason::new("when", NO_QR, "a `show-qr` step, or another event")
        }
        Event::AcquirerNotifies | Event::CustomerPays if !what.pays => {
            Reason::new("when", NO_PAYER, "a `show-qr` step that is paid, or another event")
        }
        Event::TerminalReverses
            if !what.asks.contains(&MessageKind::Reversal) && !what.asks.contains(&MessageKind::Reverse) =>
        {
            Reason::new("when", NO_CARD, "a `card-sale` step, or another event")
        }
        _ => None,
    }
}

fn after_healing(scenario: &Scenario, start: Trigger) -> Option<Reason> {
    match start {
        Trigger::At(at) if at >= scenario.heal_at => Reason::new(
            "at",
            format!("all faults are mended at {}s", scenario.heal_at.as_secs()),
            "a time before healing, or a later `heal: { at: … }`",
        ),
        Trigger::At(_) | Trigger::When { .. } => None,
    }
}

/// The check has already kept the name to those that there are.
fn model(name: &str) -> &'static Profile {
    printer::BUILT_IN.into_iter().find(|profile| profile.name == name).unwrap_or(&printer::DESK_80)
}

fn never_hits(what: &Contents, effect: &Effect) -> Option<Reason> {
    if let Effect::Printer(PrinterFault { harm, .. }) = effect {
        let part = harm.iter().find_map(|poke| printer::words::missing_part(*poke, what.printer))?;
        return Reason::new(
            "printer",
            format!("the printer `{}` has no {part}", what.printer.name),
            "a printer that has one, or another fault",
        );
    }
    if let Effect::Acquirer(AcquirerFault::Deed { fault, .. }) = effect {
        if let Deed::Notice(notice) = fault.deed {
            return never_spoils(what, notice);
        }
        let desk = fault.aim.desk.or_else(|| fault.aim.kind.map(desk_of));
        let message = fault.aim.kind.and_then(|kind| MessageKind::from_name(kind.tag().0));
        if let Some(reason) = message.and_then(|message| nobody_asks(what, message)) {
            return Some(Reason { field: "acquirer", ..reason });
        }
        return match desk {
            Some(Desk::Card) if !what.card => Reason::new("acquirer", NO_CARD, ADD_CARD),
            Some(Desk::Wallet) if !what.qr && !what.scans => Reason::new("acquirer", NO_WALLET, ADD_QR),
            _ => None,
        };
    }
    if matches!(effect, Effect::Scanner(_)) && !what.scans {
        let expected = "a `scan` step, or a fault that concerns other payments";
        return Reason::new("scanner", "no step scans a payment code", expected);
    }
    let Effect::Link(LinkFault { on, message, verdict }) = effect else { return None };
    if matches!(verdict, LinkVerdict::Bandwidth { .. })
        && matches!(on, LinkPoint::PrinterLink | LinkPoint::TerminalPrints | LinkPoint::PrinterReplies)
    {
        let expected = "a point between terminal and acquirer";
        return Reason::new("on", "the printer's line has a rate of its own", expected);
    }
    if matches!(
        on,
        LinkPoint::AcquirerNotifies | LinkPoint::TerminalAcknowledges | LinkPoint::AcquirerInforms
    ) && let Some(reason) = never_notifies(what)
    {
        return Some(Reason { field: "on", ..reason });
    }
    let message = (*message)?;
    if !passes(*on, message) {
        let says = format!("a {message} never passes at {on}");
        return Reason::new("message", says, "a kind of message that passes there, or no `message` at all");
    }
    nobody_asks(what, message).map(|reason| Reason { field: "message", ..reason })
}

/// Whether nothing is ever notified.
fn never_notifies(what: &Contents) -> Option<Reason> {
    let why = if what.qr { NO_PAYER } else { NO_QR };
    (!what.pays)
        .then(|| Reason::new("acquirer", format!("{why}, so nothing is ever notified"), ADD_QR))
        .flatten()
}

/// A fault of notifications that needs what the terminal does not do; an acquirer that is served alone has other clients.
fn never_spoils(what: &Contents, notice: NoticeFault) -> Option<Reason> {
    const OTHER: &str = "another fault of the notifications";
    never_notifies(what).or_else(|| match notice {
        NoticeFault::AfterRefund if !what.refunds_qr => {
            let says = "no step refunds a QR code that is paid, so the notification would never leave";
            Reason::new("acquirer", says, "a `refund` of a `show-qr` step, or another fault")
        }
        NoticeFault::Stale { .. } if !what.alipay => {
            let says = "the terminal shows codes of WeChat Pay v2 alone, whose notifications say no time";
            Reason::new("acquirer", says, OTHER)
        }
        _ => None,
    })
}

/// A message that no step makes the terminal send; an acquirer that is served alone may well be asked it.
fn nobody_asks(what: &Contents, message: MessageKind) -> Option<Reason> {
    use MessageKind::{Close, Notification, Order, Query, Reversal, Sale};
    if what.asks.contains(&message) {
        return None;
    }
    match message {
        Sale | Reversal if !what.card => Reason::new("message", NO_CARD, ADD_CARD),
        Order | Query | Close | Notification if !what.qr => Reason::new("message", NO_QR, ADD_QR),
        _ => {
            let says = format!("no step makes the terminal ask for `{message}`");
            Reason::new("message", says, "a step that does, or a kind of message that the terminal sends")
        }
    }
}

/// Whether messages of a kind pass at a point.
const fn passes(on: LinkPoint, message: MessageKind) -> bool {
    let notification = matches!(message, MessageKind::Notification);
    match on {
        LinkPoint::TerminalAsks | LinkPoint::AcquirerAnswers => !notification,
        LinkPoint::AcquirerNotifies | LinkPoint::TerminalAcknowledges | LinkPoint::AcquirerInforms => {
            notification
        }
        LinkPoint::AcquirerLink => true,
        LinkPoint::TerminalPrints
        | LinkPoint::PrinterReplies
        | LinkPoint::PrinterLink
        | LinkPoint::TerminalUploads
        | LinkPoint::BackOfficeAnswers
        | LinkPoint::BackOfficeAsks
        | LinkPoint::AcquirerFinds
        | LinkPoint::BackOfficeLink => false,
    }
}

/// A cut hits whatever is on the link, so one that is aimed at a kind of message is a misunderstanding.
fn aimed_cut(effect: &Effect, node: &Node) -> Option<Diagnostic> {
    match effect {
        Effect::Link(LinkFault {
            verdict: verdict @ (LinkVerdict::Cut { .. } | LinkVerdict::Bandwidth { .. }),
            message: Some(_),
            ..
        }) => {
            let span = node.get("message")?.span.clone();
            let (what, instead) = match verdict {
                LinkVerdict::Cut { .. } => ("a cut", "no `message`, or `drop` instead of `cut`"),
                _ => ("a bandwidth", "no `message`, or `delay` instead of `bandwidth`"),
            };
            Some(
                Diagnostic::at(
                    span,
                    format!("{what} cannot be aimed at one kind of message"),
                    format!("{what} hits all of them"),
                )
                .expected(instead)
                .example("{ on: acquirer.answers, message: sale, drop: always }"),
            )
        }
        _ => None,
    }
}

/// The fields of steps that are payments.
const PAYMENTS: [&str; 4] = ["card-sale", "show-qr", "scan", "pre-auth"];

/// Ids are unique, and `again` and `of` name an earlier step.
fn ids(root: &Node, wrong: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for step in root.get("steps").map_or(&[][..], Node::items) {
        let again = PAYMENTS.iter().find_map(|action| step.get(action)?.get("again"));
        let of = LATER.iter().find_map(|action| step.get(action)?.get("of"));
        if let Some((node, id)) = again.or(of).and_then(|node| Some((node, node.text()?)))
            && !known.contains_key(id)
        {
            wrong.push(unknown_id(node, id, &known));
        }
        if let Some((node, id)) = step.get("id").and_then(|node| Some((node, node.text()?))) {
            if let Some(first) = known.get(id) {
                let title = format!("two steps have the id `{id}`");
                let diagnostic = Diagnostic::at(node.span.clone(), title, "here again");
                wrong.push(
                    diagnostic
                        .related(first.clone(), "first here")
                        .expected("an id of its own for every step"),
                );
            } else {
                known.insert(id, node.span.clone());
            }
        }
    }
}

fn unknown_id(node: &Node, id: &str, known: &BTreeMap<&str, Range<usize>>) -> Diagnostic {
    let names: Vec<&str> = known.keys().copied().collect();
    let expected = if names.is_empty() {
        "the `id` of an earlier payment, and none has an `id`".to_owned()
    } else {
        format!("the `id` of an earlier payment: {}", crate::shape::quoted(&names))
    };
    Diagnostic::at(node.span.clone(), format!("no earlier payment has the id `{id}`"), "unknown id")
        .did_you_mean(check::nearest(id, names))
        .expected(expected)
        .example("{ at: 0s, id: first-try, card-sale: { amount: CNY 25.00 } }")
}

/// What is about an earlier step is about one that it can be about.
fn originals(scenario: &Scenario, action: &Action, node: &Node) -> Option<Diagnostic> {
    let original = scenario.steps.get(action.about()?)?;
    let (is_one, expected) = match (action, &original.action) {
        (Action::Visit(_), of) => (of.amount().is_some() || is_completion(of), "a payment"),
        (Action::Reprint(_), of) => (of.amount().is_some() || matches!(of, Action::Later(_)), "a payment"),
        (Action::Later(Later { what: LaterKind::Void, .. }), of) => {
            (matches!(of, Action::CardSale(_)), "a `card-sale`")
        }
        (Action::Later(Later { what: LaterKind::Refund, .. }), of) => {
            let is_payment = matches!(of, Action::CardSale(_) | Action::ShowQr(_) | Action::Scan(_));
            (is_payment || is_completion(of), "a `card-sale`, a `show-qr`, a `scan` or a `complete`")
        }
        (Action::Later(Later { what: LaterKind::VoidCompletion, .. }), of) => {
            (is_completion(of), "a `complete`")
        }
        (Action::Later(Later { what: LaterKind::VoidPreAuth, .. }), of) => {
            (matches!(of, Action::PreAuth(_) | Action::WalletHold(_)), "a `pre-auth`")
        }
        (_, of) => (matches!(of, Action::PreAuth(_)), "a `pre-auth` on a card"),
    };
    let of = LATER.iter().find_map(|field| node.get(field)?.get("of"))?;
    (!is_one).then(|| {
        Diagnostic::at(of.span.clone(), "it cannot be about that step", "this step is of another kind")
            .related(original.place.bytes.clone(), "the step that it names")
            .expected(format!("the `id` of an earlier step that is {expected}"))
    })
}

const fn is_completion(action: &Action) -> bool {
    matches!(action, Action::Later(Later { what: LaterKind::Complete(_), .. }))
}

/// A payment is of something, and another try for an intent is for the same amount.
fn amounts(scenario: &Scenario, action: &Action, node: &Node) -> Option<Diagnostic> {
    let amount = action.amount()?;
    let payment = PAYMENTS.iter().find_map(|field| node.get(field))?;
    let span = payment.get("amount")?.span.clone();
    if amount == Fen::ZERO {
        return Some(
            Diagnostic::at(span, "nothing is to be paid", "this is zero").expected("more than nothing"),
        );
    }
    let first = scenario.steps.get(action.again()?)?;
    let Some(intended) = first.action.amount() else {
        let span = payment.get("again")?.span.clone();
        return Some(
            Diagnostic::at(span, "only a payment can be tried again", "this step is no payment")
                .related(first.place.bytes.clone(), "the step that it names")
                .expected("the `id` of an earlier `card-sale`, `show-qr` or `scan` step"),
        );
    };
    (amount != intended).then(|| {
        Diagnostic::at(span, "another try is for the same amount", format!("the first try is for {intended}"))
            .related(first.place.bytes.clone(), "the first try")
            .expected(format!("`amount: {intended}`, or no `again` if this is another purchase"))
    })
}

/// No law is named twice.
fn laws(root: &Node, wrong: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    let laws = root.get("expect").and_then(|expect| expect.get("breaks")).map_or(&[][..], Node::items);
    for (node, law) in laws.iter().filter_map(|node| Some((node, node.text()?))) {
        if let Some(first) = known.insert(law, node.span.clone()) {
            let diagnostic =
                Diagnostic::at(node.span.clone(), format!("`{law}` is here twice"), "here again");
            wrong.push(diagnostic.related(first, "first here").expected("every law once"));
        }
    }
}
