//! From a tree that has passed its check to a [`Scenario`].
//!
//! The check has already refused everything that these functions cannot read, so each gives nothing
//! only where an optional field is left out, or where check and lowering disagree, which [`lower`]
//! reports as our own mistake. Defaults: reference firmware in Chinese, the customer takes the receipt
//! after 2 s and pays after 3 s, healing at 10 min, 30 min to settle.

use crate::acquirer_lower::acquirer_fault;
use crate::back_office_lower::{back_office_fault, is_spoken_of};
use crate::diagnostic::line_and_column;
use crate::language::{
    Customer, Effect, Expectation, Expected, Fault, Hits, LinkFault, LinkVerdict, Place, PowerCut,
    ReceiptExpectation, Scenario, Step, TerminalSetup, Trigger, Wallets,
};
use crate::node::Node;
use crate::parameters;
use crate::people::{People, people};
use crate::print_settings::{PrintSetup, print_setup};
use crate::printer_lower::{air_fault, printer_fault};
use crate::scalar;
use crate::scan::scanner_fault;
use crate::step_lower::action;
use crate::terminal_fault::terminal_fault;
use crate::{
    BACK_OFFICE_PROFILES, Cause, Event, Fate, Law, LinkPoint, MessageKind, PRINTER_PROFILES, PowerTarget,
    ReceiptCopy, ScreenWord, Symptom, TERMINAL_PROFILES, Wallet,
};
use core::time::Duration;
use sim::{Fen, Ratio, SimTime};
use std::collections::BTreeMap;
use terminal::{Keyed, Profile};

const TAKES_AFTER: Duration = Duration::from_secs(2);
const HEAL_AT: SimTime = SimTime::from_secs(600);
const SETTLES_WITHIN: Duration = Duration::from_secs(1800);

/// The scenario that a checked tree says; nothing if check and lowering disagree.
pub(crate) fn lower(source: &str, root: &Node) -> Option<Scenario> {
    Lowering { source }.scenario(root)
}

struct Lowering<'a> {
    source: &'a str,
}

impl Lowering<'_> {
    fn scenario(&self, root: &Node) -> Option<Scenario> {
        let terminal = root.get("terminal").map_or_else(|| Some(reference()), terminal)?;
        let printer = match root.get("printer") {
            Some(node) => profile(node, PRINTER_PROFILES)?,
            None => Profile::named(terminal.profile)?.printer,
        };
        let steps = self.steps(root.get("steps")?)?;
        let faults = root.get("faults").map_or(Some(Vec::new()), |node| self.faults(node))?;
        let expect = self.expectation(root.get("expect")?)?;
        let back_office = match root.get("backoffice") {
            Some(node) => Some(profile(node, BACK_OFFICE_PROFILES)?),
            None if is_spoken_of(&steps, &faults) || expect.redeemed.is_some() => {
                BACK_OFFICE_PROFILES.first().copied()
            }
            None => None,
        };
        Some(Scenario {
            name: root.string("name")?,
            case: None,
            symptom: root.word("symptom", Symptom::from_name)?,
            cause: root.word("cause", Cause::from_name)?,
            about: root.string("about"),
            terminal,
            printer,
            back_office,
            customer: root
                .get("customer")
                .map_or(Some(Customer::TakesReceiptAfter(TAKES_AFTER)), customer)?,
            people: root.get("people").map_or_else(|| Some(People::default()), people)?,
            steps,
            faults,
            heal_at: root.get("heal").map_or(Some(HEAL_AT), |heal| heal.moment("at"))?,
            settles_within: root.time("settles-within").unwrap_or(SETTLES_WITHIN),
            expect,
        })
    }

    fn place(&self, node: &Node) -> Place {
        let (line, column) = line_and_column(self.source, node.span.start);
        Place { bytes: node.span.clone(), line, column }
    }

    fn expected<T>(&self, node: &Node, value: T) -> Expected<T> {
        Expected { value, place: self.place(node) }
    }

    fn steps(&self, list: &Node) -> Option<Vec<Step>> {
        let mut ids = BTreeMap::new();
        let mut steps = Vec::new();
        for node in list.items() {
            let step = self.step(node, &ids)?;
            ids.extend(step.id.clone().map(|id| (id, steps.len())));
            steps.push(step);
        }
        Some(steps)
    }

    fn step(&self, node: &Node, ids: &BTreeMap<String, usize>) -> Option<Step> {
        Some(Step {
            place: self.place(node),
            id: node.string("id"),
            start: trigger(node)?,
            action: action(node, ids)?,
        })
    }

    fn faults(&self, list: &Node) -> Option<Vec<Fault>> {
        list.items().iter().map(|node| self.fault(node)).collect()
    }

    fn fault(&self, node: &Node) -> Option<Fault> {
        Some(Fault { place: self.place(node), start: trigger(node)?, effect: effect(node)? })
    }

    fn expectation(&self, node: &Node) -> Option<Expectation> {
        let captured = node.get("captured")?;
        let receipts = match node.get("receipts") {
            Some(list) => {
                let each = list.items().iter().map(|item| Some(self.expected(item, receipt(item)?)));
                Some(self.expected(list, each.collect::<Option<_>>()?))
            }
            None => None,
        };
        let screen = match node.get("screen") {
            Some(screen) => Some(self.expected(screen, ScreenWord::from_name(screen.text()?)?)),
            None => None,
        };
        let redeemed = match node.get("redeemed") {
            Some(redeemed) => Some(self.expected(redeemed, captured_amount(redeemed)?)),
            None => None,
        };
        let breaks = node.get("breaks").map_or(&[][..], Node::items);
        Some(Expectation {
            place: self.place(node),
            captured: self.expected(captured, captured_amount(captured)?),
            screen,
            receipts,
            redeemed,
            breaks: breaks
                .iter()
                .map(|law| Some(self.expected(law, Law::from_name(law.text()?)?)))
                .collect::<Option<_>>()?,
        })
    }
}

/// Typed access to the fields of a checked map.
impl Node {
    pub(crate) fn scalar(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    fn string(&self, name: &str) -> Option<String> {
        self.scalar(name).map(str::to_owned)
    }

    pub(crate) fn word<T>(&self, name: &str, from_name: fn(&str) -> Option<T>) -> Option<T> {
        from_name(self.scalar(name)?)
    }

    pub(crate) fn time(&self, name: &str) -> Option<Duration> {
        scalar::time(self.scalar(name)?).ok()
    }

    pub(crate) fn moment(&self, name: &str) -> Option<SimTime> {
        self.time(name).map(|time| SimTime::ZERO + time)
    }

    pub(crate) fn money(&self, name: &str) -> Option<Fen> {
        scalar::money(self.scalar(name)?).ok()
    }

    pub(crate) fn length_um(&self, name: &str) -> Option<u32> {
        scalar::length_um(self.scalar(name)?).ok()
    }

    pub(crate) fn count(&self, name: &str) -> Option<u32> {
        self.scalar(name)?.parse().ok()
    }

    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        self.scalar(name)?.parse().ok()
    }

    pub(crate) fn teeth(&self, name: &str) -> Vec<u16> {
        let teeth = self.get(name).map_or(&[][..], Self::items);
        teeth.iter().filter_map(|tooth| tooth.text()?.parse().ok()).collect()
    }
}

fn profile(node: &Node, known: &'static [&'static str]) -> Option<&'static str> {
    let name = node.text()?;
    known.iter().copied().find(|profile| *profile == name)
}

fn reference() -> TerminalSetup {
    TerminalSetup {
        profile: "reference",
        keyed: Keyed::default(),
        prints: PrintSetup::USUAL,
        receipt_prompt: None,
        wallets: None,
    }
}

fn terminal(node: &Node) -> Option<TerminalSetup> {
    if node.text().is_some() {
        return Some(TerminalSetup { profile: profile(node, TERMINAL_PROFILES)?, ..reference() });
    }
    Some(TerminalSetup {
        profile: match node.get("profile") {
            Some(node) => profile(node, TERMINAL_PROFILES)?,
            None => reference().profile,
        },
        keyed: parameters::read(node),
        prints: print_setup(node),
        receipt_prompt: node.time("receipt-prompt"),
        wallets: node.get("wallets").map(wallets),
    })
}

fn wallets(node: &Node) -> Wallets {
    let has =
        |wallet| node.items().iter().any(|item| item.text().and_then(Wallet::from_name) == Some(wallet));
    Wallets { wechat: has(Wallet::Wechat), alipay: has(Wallet::Alipay) }
}

fn customer(node: &Node) -> Option<Customer> {
    match node.text() {
        Some(_) => Some(Customer::LeavesReceipt),
        None => node.time("takes-receipt-after").map(Customer::TakesReceiptAfter),
    }
}

/// When a step or fault begins: from the start, where it does not say.
fn trigger(node: &Node) -> Option<Trigger> {
    if node.get("when").is_some() {
        let event = node.word("when", Event::from_name)?;
        return Some(Trigger::When { event, nth: node.count("nth").unwrap_or(1) });
    }
    match node.get("at") {
        Some(_) => node.moment("at").map(Trigger::At),
        None => Some(Trigger::At(SimTime::ZERO)),
    }
}

fn effect(node: &Node) -> Option<Effect> {
    if let Some(printer) = node.get("printer") {
        return printer_fault(printer).map(Effect::Printer);
    }
    if let Some(air) = node.get("air") {
        return air_fault(air).map(Effect::Printer);
    }
    if let Some(scanner) = node.get("scanner") {
        return scanner_fault(scanner).map(Effect::Scanner);
    }
    if let Some(terminal) = node.get("terminal") {
        return terminal_fault(terminal).map(Effect::Terminal);
    }
    if let Some(power) = node.get("power") {
        let target = power.word("cut", PowerTarget::from_name)?;
        return Some(Effect::Power(PowerCut { target, lasts: power.time("for") }));
    }
    if let Some(acquirer) = node.get("acquirer") {
        return acquirer_fault(acquirer).map(Effect::Acquirer);
    }
    if let Some(office) = node.get("backoffice") {
        return back_office_fault(office).map(Effect::BackOffice);
    }
    Some(Effect::Link(LinkFault {
        on: node.word("on", LinkPoint::from_name)?,
        message: node.word("message", MessageKind::from_name),
        verdict: verdict(node)?,
    }))
}

fn verdict(node: &Node) -> Option<LinkVerdict> {
    if let Some(drop) = node.get("drop") {
        return Some(LinkVerdict::Drop(hits(drop)));
    }
    if let Some(delay) = node.get("delay") {
        let (least, most) = span(delay.get("by")?)?;
        return Some(LinkVerdict::Delay { least, most, hits: hits(delay) });
    }
    if let Some(duplicate) = node.get("duplicate") {
        return Some(LinkVerdict::Duplicate { after: duplicate.time("after")?, hits: hits(duplicate) });
    }
    if let Some(reorder) = node.get("reorder") {
        return Some(LinkVerdict::Reorder(hits(reorder)));
    }
    if let Some(corrupt) = node.get("corrupt") {
        return Some(LinkVerdict::Corrupt { bit: corrupt.count("bit"), hits: hits(corrupt) });
    }
    if let Some(narrow) = node.get("bandwidth") {
        let rate = narrow.text().or_else(|| narrow.scalar("rate"))?;
        let rate_bps = scalar::line_rate_bps(rate).ok()?;
        return Some(LinkVerdict::Bandwidth { rate_bps, lasts: narrow.time("for") });
    }
    node.get("cut").map(|cut| LinkVerdict::Cut { lasts: cut.time("for") })
}

pub(crate) fn hits(node: &Node) -> Hits {
    let chance = node.scalar("chance").and_then(|text| scalar::ratio(text).ok());
    Hits {
        times: node.count("times"),
        skip: node.count("skip").unwrap_or(0),
        chance: chance.unwrap_or(Ratio::ALWAYS),
    }
}

/// The least and the most of a span; the same where it is always the same.
fn span(node: &Node) -> Option<(Duration, Duration)> {
    if let Some(text) = node.text() {
        return scalar::time(text).ok().map(|by| (by, by));
    }
    let (one, other) = (node.time("between")?, node.time("and")?);
    Some((one.min(other), one.max(other)))
}

fn receipt(node: &Node) -> Option<ReceiptExpectation> {
    Some(ReceiptExpectation {
        copy: node.word("copy", ReceiptCopy::from_name)?,
        fate: node.word("fate", Fate::from_name)?,
        legible: node.truth("legible"),
        reprint: node.truth("reprint"),
    })
}

fn captured_amount(node: &Node) -> Option<Fen> {
    match node.text()? {
        "nothing" => Some(Fen::ZERO),
        amount => scalar::money(amount).ok(),
    }
}
