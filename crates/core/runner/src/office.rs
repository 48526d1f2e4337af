//! What a run says of the back office: its vouchers, what was said at its counter, and how all books compare.
//!
//! Four books are filled from the trace and handed to [`backoffice::reconcile()`]: the ledger, the terminal's journal, the
//! customers' slips, the vouchers. Amounts in fen. *Not modelled:* the merchant's copies as a book of their own.

use crate::device::{Device, STRANGERS};
use crate::evidence::{Charge, Evidence};
use crate::fact::Fact;
use backoffice::{Difference, Event, Line, Lookup, Standing, VoucherLine, reconcile};
use core::time::Duration;
use scenario::{Fate, KnownBy};
use sim::{Fen, Key, SimTime, Tag, Trace, World};
use std::collections::{BTreeMap, BTreeSet};
use terminal::{Copy, Noted};
use voucher::{Format, Number, SealKey, Sealed, Voucher};

/// What there is to say of the back office of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Office {
    /// What it holds at rest, by number.
    pub vouchers: Vec<HeldVoucher>,
    /// What people were told at its counter, in order.
    pub counter: Vec<(SimTime, String)>,
    /// Where paper, terminal, ledger and vouchers differ at rest.
    pub differences: Vec<Difference>,
}

/// One voucher at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldVoucher {
    /// Its number.
    pub number: Number,
    /// Of which charge.
    pub key: Key,
    /// What was done.
    pub kind: voucher::Kind,
    /// How much.
    pub amount: Fen,
    /// How often it is counted.
    pub copies: u32,
    /// Where it stands.
    pub standing: Standing,
    /// How often it was redeemed.
    pub redeemed: u32,
}

impl Office {
    /// What the evidence says of it; nothing where there is none.
    #[must_use]
    pub fn of(evidence: &Evidence<'_>) -> Option<Self> {
        evidence.run.plan.back_office.as_ref()?;
        let vouchers = vouchers(evidence);
        let counter = events(evidence).filter_map(|(at, event)| Some((at, said(event)?))).collect();
        let lines: Vec<VoucherLine> = vouchers.iter().flat_map(voucher_lines).collect();
        let (paper, terminal) = (paper(evidence), terminal_lines(evidence));
        let differences = reconcile(&paper, &terminal, &ledger(evidence), &lines);
        Some(Self { vouchers, counter, differences })
    }

    /// What was redeemed in all.
    #[must_use]
    pub fn redeemed(&self, evidence: &Evidence<'_>) -> Fen {
        redemptions(evidence).map(|(_, amount)| amount).sum()
    }
}

/// What somebody at the counter says of the payment of this number.
pub(crate) fn lookup(trace: &Trace<Fact>, key: Key, amount: Fen, known_by: KnownBy) -> Lookup {
    /// People remember the time of a payment well enough to find it among those of ten minutes.
    const WITHIN: Duration = Duration::from_secs(300);
    let is_it = |fact: &Fact| matches!(fact, Fact::Terminal(terminal::Event::Began { key: begun, .. }) if *begun == key);
    let around = trace.events().filter(|(_, _, fact)| is_it(fact)).map(|(at, _, _)| at).last();
    match (known_by, around) {
        (KnownBy::AmountAndTime, Some(around)) => Lookup::AmountAndTime { amount, around, within: WITHIN },
        (KnownBy::Number | KnownBy::AmountAndTime, _) => Lookup::Charge(key),
    }
}

/// Somebody who has seen a slip, and has no key, uploads a voucher of this charge.
pub(crate) fn forge(world: &mut World<Device>, key: Key, amount: Fen) {
    let settings = backoffice::Settings::default();
    let Some(terminal) = settings.terminals.first() else { return };
    let voucher = Voucher {
        format: Format::One,
        merchant: settings.merchant.clone(),
        terminal: terminal.name.clone(),
        kind: voucher::Kind::Payment,
        key,
        amount,
        reference: "000000000000".to_owned(),
        time: settings.wall(world.now()),
        names: None,
        reprints: 0,
    };
    let mut bytes = Vec::new();
    Sealed::new(&voucher, &SealKey::new(b"a key of nobody's")).write_to(&mut bytes);
    world.arrive(STRANGERS, Tag("voucher"), &bytes);
}

/// What the back office reported, and when.
pub(crate) fn events<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (SimTime, &'a Event)> + use<'a> {
    evidence.run.trace.events().filter_map(|(at, _, fact)| match fact {
        Fact::BackOffice(event) => Some((at, event)),
        _ => None,
    })
}

fn redemptions(evidence: &Evidence<'_>) -> impl Iterator<Item = (Number, Fen)> {
    events(evidence).filter_map(|(_, event)| match event {
        Event::Redeemed { number, amount, .. } => Some((*number, *amount)),
        _ => None,
    })
}

fn vouchers(evidence: &Evidence<'_>) -> Vec<HeldVoucher> {
    let mut times: BTreeMap<Number, u32> = BTreeMap::new();
    for (number, _) in redemptions(evidence) {
        *times.entry(number).or_default() += 1;
    }
    let held = events(evidence).filter_map(|(_, event)| match event {
        Event::Holds { number, key, kind, amount, copies, standing } => Some(HeldVoucher {
            number: *number,
            key: *key,
            kind: *kind,
            amount: *amount,
            copies: *copies,
            standing: *standing,
            redeemed: times.get(number).copied().unwrap_or_default(),
        }),
        _ => None,
    });
    let mut held: Vec<HeldVoucher> = held.collect();
    held.sort_unstable_by_key(|voucher| (voucher.key, voucher.kind, voucher.number));
    held
}

/// A voucher that is counted twice is in the book twice.
fn voucher_lines(held: &HeldVoucher) -> impl Iterator<Item = VoucherLine> + use<> {
    let HeldVoucher { number, key, kind, amount, redeemed, .. } = *held;
    let line = Line { at: SimTime::ZERO, key, kind, amount };
    (0..held.copies).map(move |copy| VoucherLine {
        line,
        number,
        redeemed: if copy == 0 { redeemed } else { 0 },
    })
}

/// The movements of the ledger that stand, as the terminal's numbers name them.
pub(crate) fn ledger(evidence: &Evidence<'_>) -> Vec<Line> {
    let line = |charge: &Charge| {
        let kind = charge.begun?.kind.voucher()?;
        let (at, amount) = done(evidence, charge)?;
        Some(Line { at, key: charge.key, kind, amount })
    };
    evidence.charges.iter().filter(|charge| charge.stands).filter_map(line).collect()
}

/// When the ledger has done what a charge was begun for, and how much it was.
fn done(evidence: &Evidence<'_>, charge: &Charge) -> Option<(SimTime, Fen)> {
    let wanted = charge.begun?.movements().0;
    let commits = evidence.run.trace.events().filter_map(|(at, _, fact)| match fact {
        Fact::Acquirer(acquirer::Event::Committed { movement, amount, by: Some(by), .. })
            if *by == charge.key && *movement == wanted =>
        {
            Some((at, *amount))
        }
        _ => None,
    });
    commits.last()
}

/// What the terminal's journal has as approved at rest.
fn terminal_lines(evidence: &Evidence<'_>) -> Vec<Line> {
    let mut approved: BTreeMap<Key, SimTime> = BTreeMap::new();
    for (at, event) in evidence.terminal() {
        match event {
            terminal::Event::Durable { key, noted: Noted::Approved } => {
                approved.insert(*key, at);
            }
            terminal::Event::Durable { key, noted: Noted::Ended } => {
                approved.remove(key);
            }
            _ => {}
        }
    }
    let line = |(key, at)| {
        let begun = evidence.charge_of(key)?.begun?;
        Some(Line { at, key, kind: begun.kind.voucher()?, amount: begun.amount })
    };
    approved.into_iter().filter_map(line).collect()
}

/// The customers' slips that can be read and were in reach. A reprint stands in for a slip that is lost.
fn paper(evidence: &Evidence<'_>) -> Vec<backoffice::Slip> {
    let slip = |slip: &crate::slip::Slip| {
        let (key, amount) = (slip.key?, slip.amount?);
        let kind = evidence.charge_of(key)?.begun?.kind.voucher()?;
        let line = Line { at: slip.at, key, kind, amount };
        let counts = slip.copy == Some(Copy::Customer)
            && slip.is_legible()
            && slip.was_offered
            && slip.fate != Fate::Torn;
        counts.then_some(backoffice::Slip { line, reprint: slip.reprint })
    };
    evidence.slips.iter().filter_map(slip).collect()
}

/// What people at the counter were told, without numbers and times that differ on real ports.
fn said(event: &Event) -> Option<String> {
    use backoffice::RedeemRefusal;
    Some(match event {
        Event::Found { key, amount, standing, .. } => format!("found: {key}, {amount}, {}", words(*standing)),
        Event::NotFound { .. } => "not found".to_owned(),
        Event::QueryRefused { why, .. } => format!("not looked for: {why}"),
        Event::Redeemed { key, amount, .. } => format!("redeemed: {key}, {amount}"),
        Event::RedeemRefused { why: RedeemRefusal::AlreadyRedeemed { .. }, .. } => {
            "not redeemed: redeemed before".to_owned()
        }
        Event::RedeemRefused { why, .. } => format!("not redeemed: {why}"),
        _ => return None,
    })
}

/// Where a voucher stands, without a time.
pub(crate) fn words(standing: Standing) -> String {
    match standing {
        Standing::Redeemed(_) => "redeemed".to_owned(),
        other => other.to_string(),
    }
}

/// The charges that took money and stand.
pub(crate) fn payments(evidence: &Evidence<'_>) -> impl Iterator<Item = Line> {
    ledger(evidence).into_iter().filter(|line| line.kind.takes_money())
}

/// Every number under which the ledger has taken money for good.
pub(crate) fn paid_keys(evidence: &Evidence<'_>) -> BTreeSet<Key> {
    payments(evidence).map(|line| line.key).collect()
}
