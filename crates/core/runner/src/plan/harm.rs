//! What a fault does when it begins, and what mends it: each word of the language as rules, pokes and deeds.
//!
//! Units as in the scenario; a rate becomes the time of a byte. *Not here:* when a fault begins.

use crate::device::{
    ACKNOWLEDGES, CARD_ANSWERS, CARD_ASKS, FINDINGS, INFORMS, NOTIFIES, ORDER_FINDINGS, ORDER_QUERIES,
    PRINTS, QUESTIONS, REPLIES, UPLOADS, WALLET_ANSWERS, WALLET_ASKS, WORDS,
};
use acquirer::Kind;
use acquirer::fault::Deed;
use core::time::Duration;
use scenario::{
    AcquirerFault, BackOfficeFault, Effect, Hits, HostRush, JournalRecord, LinkFault, LinkPoint, LinkVerdict,
    MessageKind, ScannerFault, TerminalFault, Trigger,
};
use sim::{Fen, LaneId, Ratio, Ruling, Seed, Selector, Tag, Verdict};

/// What a fault does when it begins, and what mends it.
#[derive(Clone, Debug)]
pub(crate) enum Harm {
    Rule { lanes: &'static [LaneId], name: String, selector: Selector, ruling: Ruling },
    Narrow { lanes: &'static [LaneId], byte_time: Duration, lasts: Option<Duration> },
    Cut { lanes: &'static [LaneId], lasts: Option<Duration> },
    Printer { harm: Vec<printer::Poke>, mend: Vec<printer::Poke> },
    Scanner { harm: Vec<terminal::ScannerPoke> },
    Terminal(terminal::Poke),
    Hang { restarted_after: Option<Duration> },
    Power { terminal: bool, printer: bool, lasts: Option<Duration> },
    Down { lasts: Option<Duration> },
    Slow { by: Duration },
    Rush(HostRush),
    Deed { name: String, fault: acquirer::fault::Fault, lasts: Option<Duration> },
    BackOffice { harm: backoffice::Poke, mend: Option<backoffice::Poke>, lasts: Option<Duration> },
    Forged { amount: Fen },
}

impl Harm {
    /// Whether it is done to a device, so that it has had its effect when it is done.
    pub(crate) const fn is_done_by_hand(&self) -> bool {
        match self {
            Self::Printer { .. }
            | Self::Scanner { .. }
            | Self::Terminal(_)
            | Self::Hang { .. }
            | Self::Power { .. }
            | Self::Slow { .. }
            | Self::BackOffice { .. } => true,
            Self::Rule { .. }
            | Self::Narrow { .. }
            | Self::Cut { .. }
            | Self::Down { .. }
            | Self::Rush(_)
            | Self::Forged { .. }
            | Self::Deed { .. } => false,
        }
    }

    /// Whether it is over as soon as it has begun, so that nobody mends it.
    pub(crate) const fn is_an_instant(&self) -> bool {
        matches!(self, Self::Terminal(_) | Self::Hang { restarted_after: None })
    }

    /// After which span it ends by itself.
    pub(crate) const fn lasts(&self) -> Option<Duration> {
        match self {
            Self::Narrow { lasts, .. }
            | Self::Cut { lasts, .. }
            | Self::Power { lasts, .. }
            | Self::Down { lasts }
            | Self::Rush(HostRush { lasts, .. })
            | Self::BackOffice { lasts, .. }
            | Self::Deed { lasts, .. }
            | Self::Hang { restarted_after: lasts } => *lasts,
            Self::Rule { .. }
            | Self::Printer { .. }
            | Self::Scanner { .. }
            | Self::Terminal(_)
            | Self::Slow { .. }
            | Self::Forged { .. } => None,
        }
    }

    /// The dice of a fault, by the name of what it does: another fault never reshuffles them.
    pub(crate) fn dice(name: &str, seed: Seed) -> sim::Stream {
        seed.stream(name)
    }
}

/// Two faults of one name would roll the same dice: each but the first gets its number behind its name.
pub(super) fn tell_namesakes_apart(faults: &mut [(Trigger, Harm)]) {
    let mut seen: Vec<String> = Vec::new();
    for (_, harm) in faults {
        if let Harm::Rule { name, .. } | Harm::Deed { name, .. } = harm {
            let earlier = seen.iter().filter(|other| *other == name).count();
            seen.push(name.clone());
            if earlier > 0 {
                name.push_str(&format!("#{}", earlier + 1));
            }
        }
    }
}

pub(super) fn harm(effect: &Effect) -> Harm {
    match effect {
        Effect::Link(fault) => link_harm(fault),
        Effect::BackOffice(fault) => back_office_harm(*fault),
        Effect::Printer(fault) => Harm::Printer { harm: fault.harm.clone(), mend: fault.mend.clone() },
        Effect::Scanner(fault) => Harm::Scanner { harm: scanner_harm(*fault) },
        Effect::Terminal(fault) => terminal_harm(*fault),
        Effect::Power(cut) => Harm::Power {
            terminal: matches!(cut.target, scenario::PowerTarget::Terminal | scenario::PowerTarget::Both),
            printer: matches!(cut.target, scenario::PowerTarget::Printer | scenario::PowerTarget::Both),
            lasts: cut.lasts,
        },
        Effect::Acquirer(AcquirerFault::Down { lasts }) => Harm::Down { lasts: *lasts },
        Effect::Acquirer(AcquirerFault::Slow { by }) => Harm::Slow { by: *by },
        Effect::Acquirer(AcquirerFault::Rush(rush)) => Harm::Rush(*rush),
        Effect::Acquirer(AcquirerFault::Deed { fault, lasts }) => {
            let kind =
                if matches!(fault.deed, Deed::Notice(_)) { Some(Kind::Notification) } else { fault.aim.kind };
            let to = kind.map_or("all", |kind| kind.tag().0);
            let name = format!("acquirer/{to}/{}", fault.deed.word());
            Harm::Deed { name, fault: fault.clone(), lasts: *lasts }
        }
    }
}

fn terminal_harm(fault: TerminalFault) -> Harm {
    use terminal::{FlashPoke, Kept, Poke};
    let kept = |of| match of {
        JournalRecord::Begun => Kept::Begun,
        JournalRecord::Approved => Kept::Approved,
        JournalRecord::Ended => Kept::Ended,
        JournalRecord::Printed => Kept::Printed,
    };
    Harm::Terminal(Poke::Flash(match fault {
        TerminalFault::Hang { restarted_after } => return Harm::Hang { restarted_after },
        TerminalFault::FlipBit { of, bit } => FlashPoke::FlipBit { of: kept(of), bit },
        TerminalFault::Erase { of, from_both } => FlashPoke::Erase { of: kept(of), both: from_both },
    }))
}

fn scanner_harm(fault: ScannerFault) -> Vec<terminal::ScannerPoke> {
    use terminal::ScannerPoke;
    match fault {
        ScannerFault::Window { left_percent } => vec![ScannerPoke::Dim { left_percent }],
        ScannerFault::Scratch { digit, checked } => {
            let scratch = ScannerPoke::Scratch { digit: digit.saturating_sub(1) };
            if checked { vec![scratch] } else { vec![scratch, ScannerPoke::IgnoreCheck] }
        }
        ScannerFault::SendsTwice { after } => vec![ScannerPoke::Repeat { after }],
        ScannerFault::Unplugged => vec![ScannerPoke::Unplug],
    }
}

fn back_office_harm(fault: BackOfficeFault) -> Harm {
    use backoffice::{Formats, Limit, Poke};
    let service = |service| match service {
        scenario::Service::Uploads => backoffice::Service::Uploads,
        scenario::Service::Queries => backoffice::Service::Queries,
        scenario::Service::Redemptions => backoffice::Service::Redemptions,
    };
    let (harm, mend, lasts) = match fault {
        BackOfficeFault::Closed { service: which, lasts } => {
            (Poke::Close(service(which)), Some(Poke::Reopen(service(which))), lasts)
        }
        BackOfficeFault::Limited { service: which, times, within, lasts } => {
            let limit = Limit { times, within };
            (Poke::RateLimit(service(which), Some(limit)), Some(Poke::RateLimit(service(which), None)), lasts)
        }
        BackOfficeFault::Upgraded { lasts } => {
            (Poke::Upgrade(Formats::TWO), Some(Poke::Upgrade(Formats::ALL)), lasts)
        }
        BackOfficeFault::RuleFrom(from) => (Poke::RuleFrom(from), None, None),
        BackOfficeFault::PowerCut { lasts } => (Poke::PowerOff, Some(Poke::PowerOn), lasts),
        BackOfficeFault::Forged { amount } => return Harm::Forged { amount },
    };
    Harm::BackOffice { harm, mend, lasts }
}

fn link_harm(fault: &LinkFault) -> Harm {
    let lanes = lanes(fault.on);
    let (word, hits, ruling) = match fault.verdict {
        LinkVerdict::Cut { lasts } => return Harm::Cut { lanes, lasts },
        LinkVerdict::Bandwidth { rate_bps, lasts } => {
            return Harm::Narrow { lanes, byte_time: network_byte(rate_bps), lasts };
        }
        LinkVerdict::Drop(hits) => ("drop", hits, Verdict::Drop.into()),
        LinkVerdict::Delay { least, most, hits } if least == most => {
            ("delay", hits, Verdict::Delay(least).into())
        }
        LinkVerdict::Delay { least, most, hits } => ("delay", hits, Ruling::DelayBetween(least, most)),
        LinkVerdict::Duplicate { after, hits } => ("duplicate", hits, Verdict::Duplicate(after).into()),
        LinkVerdict::Reorder(hits) => ("reorder", hits, Verdict::Reorder.into()),
        LinkVerdict::Corrupt { bit: Some(bit), hits } => ("corrupt", hits, Verdict::Corrupt { bit }.into()),
        LinkVerdict::Corrupt { bit: None, hits } => ("corrupt", hits, Ruling::CorruptAnyBit),
    };
    let name = format!("{}/{}/{word}", fault.on, fault.message.map_or("all", MessageKind::name));
    Harm::Rule { lanes, name, selector: selector(fault.message, hits), ruling }
}

/// The time of a byte on a network: eight bits, and no frame around them.
fn network_byte(rate_bps: u32) -> Duration {
    Duration::from_nanos(8_000_000_000 / u64::from(rate_bps.max(1)))
}

fn selector(message: Option<MessageKind>, hits: Hits) -> Selector {
    Selector {
        tag: message.map(|kind| Tag(kind.name())),
        skip: hits.skip,
        times: hits.times.unwrap_or(u32::MAX),
        chance: Ratio { times: hits.chance.times, of: hits.chance.of },
    }
}

/// The lanes behind a link point.
#[must_use]
pub(crate) const fn lanes(point: LinkPoint) -> &'static [LaneId] {
    match point {
        LinkPoint::TerminalAsks => &[CARD_ASKS, WALLET_ASKS],
        LinkPoint::AcquirerAnswers => &[CARD_ANSWERS, WALLET_ANSWERS],
        LinkPoint::AcquirerNotifies => &[NOTIFIES],
        LinkPoint::TerminalAcknowledges => &[ACKNOWLEDGES],
        LinkPoint::TerminalPrints => &[PRINTS],
        LinkPoint::PrinterReplies => &[REPLIES],
        LinkPoint::PrinterLink => &[PRINTS, REPLIES],
        LinkPoint::TerminalUploads => &[UPLOADS],
        LinkPoint::BackOfficeAnswers => &[WORDS],
        LinkPoint::BackOfficeAsks => &[QUESTIONS, ORDER_QUERIES],
        LinkPoint::AcquirerFinds => &[FINDINGS, ORDER_FINDINGS],
        LinkPoint::AcquirerInforms => &[INFORMS],
        LinkPoint::BackOfficeLink => &[UPLOADS, WORDS],
        LinkPoint::AcquirerLink => {
            &[CARD_ASKS, CARD_ANSWERS, WALLET_ASKS, WALLET_ANSWERS, NOTIFIES, ACKNOWLEDGES]
        }
    }
}
