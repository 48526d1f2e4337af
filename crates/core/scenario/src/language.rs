//! What a scenario file says, as checked values. Whoever holds a [`Scenario`] need not check it again:
//! every word is known, every reference resolves, every amount is in yuan.
//!
//! Times are nanoseconds inside [`SimTime`] and [`Duration`], money is in fen, lengths are in
//! micrometres, forces in millinewtons. Source: "Scenario and rig files" of the design.
//! What it says of the back office stands in `back_office`. *Not modelled:* what a voucher says, word by word.

use crate::scan::{Scan, ScannerFault};
use crate::{BackOfficeFault, People, PrintSetup, TerminalFault, Visit};
use crate::{
    Cause, CompletionWay, Event, Fate, Key, Law, LinkPoint, MessageKind, OperatorAct, PowerTarget,
    PrinterAct, ReceiptCopy, ScreenWord, Symptom, Wallet,
};
use core::ops::Range;
use core::time::Duration;
use printer::Poke;
use sim::{Fen, Ratio, SimTime};

/// One scenario: what is done, what goes wrong, and what has to come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// One line that says what happens.
    pub name: String,
    /// Which row of the file's matrix it is; nothing in a file without one.
    pub case: Option<String>,
    /// What the merchant sees.
    pub symptom: Symptom,
    /// Why it happens.
    pub cause: Cause,
    /// What the merchant sees and what the right handling is, in free text.
    pub about: Option<String>,
    /// The emulated terminal.
    pub terminal: TerminalSetup,
    /// The printer's profile, one of [`crate::PRINTER_PROFILES`]; the terminal's own unless the file
    /// names one.
    pub printer: &'static str,
    /// The back office's profile, one of [`crate::BACK_OFFICE_PROFILES`]; nothing where there is none.
    pub back_office: Option<&'static str>,
    /// What the customer does with a receipt.
    pub customer: Customer,
    /// What people do beside the steps, by the seed.
    pub people: People,
    /// What people do, in the order of the file. Never empty.
    pub steps: Vec<Step>,
    /// What goes wrong, in the order of the file.
    pub faults: Vec<Fault>,
    /// When the faults are mended at the latest.
    pub heal_at: SimTime,
    /// How long after healing the world may take to come to rest.
    pub settles_within: Duration,
    /// What has to come out.
    pub expect: Expectation,
}

/// Where something stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its bytes, from the start of the file.
    pub bytes: Range<usize>,
    /// Its line, counted from 1.
    pub line: u32,
    /// Its column in characters, counted from 1.
    pub column: u32,
}

/// The emulated terminal of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSetup {
    /// Its firmware profile, one of [`crate::TERMINAL_PROFILES`].
    pub profile: &'static str,
    /// What was keyed in; the rest is the profile's.
    pub keyed: terminal::Keyed,
    /// Which copies of which slips it prints.
    pub prints: PrintSetup,
    /// How long it asks whether a receipt is wanted; nothing where it prints without asking.
    pub receipt_prompt: Option<Duration>,
    /// The wallets of its table; nothing leaves it whole.
    pub wallets: Option<Wallets>,
}

/// The wallets that a terminal knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wallets {
    /// WeChat Pay.
    pub wechat: bool,
    /// Alipay.
    pub alipay: bool,
}

/// What the customer does with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customer {
    /// Takes it this long after it is ready.
    TakesReceiptAfter(Duration),
    /// Walks away without it.
    LeavesReceipt,
}

/// When a step or fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// At this moment of the run.
    At(SimTime),
    /// When this event happens for the `nth` time, counted from 1.
    When {
        /// The event.
        event: Event,
        /// Which of its occurrences.
        nth: u32,
    },
}

/// One thing that a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands in the file.
    pub place: Place,
    /// Its name, by which a later step can refer to it.
    pub id: Option<String>,
    /// When it is done.
    pub start: Trigger,
    /// What is done.
    pub action: Action,
}

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The cashier sells by card.
    CardSale(ByCard),
    /// The cashier has an amount held on a card.
    PreAuth(ByCard),
    /// The terminal shows a QR code, and the customer scans it and has an amount frozen in the wallet.
    WalletHold(ShowQr),
    /// The cashier does something about an earlier payment.
    Later(Later),
    /// The cashier has the slip of an earlier step printed again: the index of that step.
    Reprint(usize),
    /// The operator has the terminal do something for the shop.
    Operator(OperatorAct),
    /// The operator of this number logs on.
    LogOn(u8),
    /// Somebody keys in parameters of the terminal; they live as long as the program, as those of profiles do.
    KeyIn(&'static terminal::Keyed),
    /// The terminal shows a QR code, and the customer scans it.
    ShowQr(ShowQr),
    /// The terminal scans the code on the customer's phone.
    Scan(Scan),
    /// The operator presses a key of the terminal.
    Press(Key),
    /// The operator does something at the printer.
    Printer(PrinterAct),
    /// Somebody comes to the counter of the back office.
    Visit(Visit),
}

/// A sale by card, or money held on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByCard {
    /// What is to be paid or held.
    pub amount: Fen,
    /// The index of the earlier step whose intent to pay this is another try for.
    pub again: Option<usize>,
}

/// Something about an earlier payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later {
    /// What.
    pub what: LaterKind,
    /// The index of the earlier step that it is about.
    pub of: usize,
    /// How much; nothing is all of it.
    pub amount: Option<Fen>,
}

/// What can be done about an earlier payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaterKind {
    /// A sale is taken back.
    Void,
    /// Money is given back.
    Refund,
    /// Held money is let go.
    VoidPreAuth,
    /// Held money is taken.
    Complete(CompletionWay),
    /// What was taken is given back into the hold.
    VoidCompletion,
}

/// A payment by wallet, through a code on the terminal's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowQr {
    /// Whose code is shown.
    pub wallet: Wallet,
    /// What is to be paid.
    pub amount: Fen,
    /// What the customer does about it.
    pub customer: Payer,
    /// The index of the earlier step whose intent to pay this is another try for.
    pub again: Option<usize>,
}

/// What the customer does about a QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// Pays this long after the code is shown.
    PaysAfter(Duration),
    /// Never pays.
    NeverPays,
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands in the file.
    pub place: Place,
    /// When it begins.
    pub start: Trigger,
    /// What goes wrong.
    pub effect: Effect,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Messages on a link are lost, late or doubled, or the link is cut.
    Link(LinkFault),
    /// Something happens to the printer.
    Printer(PrinterFault),
    /// Something happens to the scanner.
    Scanner(ScannerFault),
    /// Something goes wrong inside the terminal.
    Terminal(TerminalFault),
    /// The mains fail.
    Power(PowerCut),
    /// Something happens to the acquirer.
    Acquirer(AcquirerFault),
    /// Something happens to the back office.
    BackOffice(BackOfficeFault),
}

/// A rule on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkFault {
    /// Where it acts.
    pub on: LinkPoint,
    /// The only kind of message it is aimed at; nothing aims it at all kinds.
    pub message: Option<MessageKind>,
    /// What it does.
    pub verdict: LinkVerdict,
}

/// What a rule does to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkVerdict {
    /// Loses it.
    Drop(Hits),
    /// Holds it back.
    Delay {
        /// For how long at least.
        least: Duration,
        /// For how long at most: anything between the two, evenly.
        most: Duration,
        /// Which messages.
        hits: Hits,
    },
    /// Lets it pass and sends it again.
    Duplicate {
        /// How long after the first.
        after: Duration,
        /// Which messages.
        hits: Hits,
    },
    /// Holds it back until the next message at that point has passed.
    Reorder(Hits),
    /// Turns one bit over.
    Corrupt {
        /// Which, from the first byte's highest, over and over the message; nothing means any.
        bit: Option<u32>,
        /// Which messages.
        hits: Hits,
    },
    /// Carries only so much.
    Bandwidth {
        /// Bits a second.
        rate_bps: u32,
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
    /// Cuts the link at that point.
    Cut {
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
}

/// Which of the matching messages a rule hits. The default is all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hits {
    /// How many at most; nothing means without limit.
    pub times: Option<u32>,
    /// How many pass first.
    pub skip: u32,
    /// The likelihood of each hit, from the scenario's seed.
    pub chance: Ratio,
}

impl Default for Hits {
    fn default() -> Self {
        Self { times: None, skip: 0, chance: Ratio::ALWAYS }
    }
}

/// Something that happens to the printer or around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterFault {
    /// What is done to it.
    pub harm: Vec<Poke>,
    /// What a person does later to put it right; nothing where it passes by itself.
    pub mend: Vec<Poke>,
}

/// A cut of the mains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerCut {
    /// Whose.
    pub target: PowerTarget,
    /// For how long; nothing means until the faults heal.
    pub lasts: Option<Duration>,
}

/// Something that happens to the acquirer's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcquirerFault {
    /// It refuses connections.
    Down {
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
    /// It takes longer for every request, until the faults heal.
    Slow {
        /// By how much.
        by: Duration,
    },
    /// Other terminals ask more than it can serve.
    Rush(HostRush),
    /// It does something to the requests that are aimed at.
    Deed {
        /// What, and to which. In a scenario its aim has no span of time: it is armed when the fault begins.
        fault: acquirer::fault::Fault,
        /// For how long; nothing means until the faults heal.
        lasts: Option<Duration>,
    },
}

/// A rush at the acquirer's host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostRush {
    /// Requests of others that come in a second.
    pub arrivals_per_s: u32,
    /// Requests that the host serves in a second.
    pub served_per_s: u32,
    /// Requests that may wait.
    pub queue_max: u32,
    /// For how long they come; nothing means until the faults heal.
    pub lasts: Option<Duration>,
}

/// A fault of an acquirer that is served alone: from a file of faults, or through a side door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFault {
    /// Where it stands in its text.
    pub place: Place,
    /// When it begins, counted from when the acquirer was started. The aim of a deed says it too.
    pub at: SimTime,
    /// What happens.
    pub fault: AcquirerFault,
}

/// What has to come out of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Where the whole of it stands in the file.
    pub place: Place,
    /// The net captured at rest, over all payments; zero where the file says `nothing`.
    pub captured: Expected<Fen>,
    /// What the screen says at rest.
    pub screen: Option<Expected<ScreenWord>>,
    /// The receipts, in the order in which they were printed; nothing leaves the paper unchecked.
    pub receipts: Option<Expected<Vec<Expected<ReceiptExpectation>>>>,
    /// What was redeemed in all; nothing leaves it unchecked.
    pub redeemed: Option<Expected<Fen>>,
    /// The laws that must break; every other must hold.
    pub breaks: Vec<Expected<Law>>,
}

/// An expected value and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected<T> {
    /// What is expected.
    pub value: T,
    /// Where the file says so.
    pub place: Place,
}

/// What one receipt has to be. What is left out is not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptExpectation {
    /// Whose copy.
    pub copy: ReceiptCopy,
    /// Where it ends up.
    pub fate: Fate,
    /// Whether a person can read it.
    pub legible: Option<bool>,
    /// Whether it is marked as a reprint.
    pub reprint: Option<bool>,
}

impl Action {
    /// What is to be paid or held, if this is a payment.
    #[must_use]
    pub const fn amount(&self) -> Option<Fen> {
        match self {
            Self::CardSale(card) | Self::PreAuth(card) => Some(card.amount),
            Self::ShowQr(qr) | Self::WalletHold(qr) => Some(qr.amount),
            Self::Scan(scan) => Some(scan.amount),
            _ => None,
        }
    }

    /// The earlier step that this is another try for.
    #[must_use]
    pub const fn again(&self) -> Option<usize> {
        match self {
            Self::CardSale(card) | Self::PreAuth(card) => card.again,
            Self::ShowQr(qr) | Self::WalletHold(qr) => qr.again,
            Self::Scan(scan) => scan.again,
            _ => None,
        }
    }

    /// The earlier step that this is about.
    #[must_use]
    pub const fn about(&self) -> Option<usize> {
        match self {
            Self::Later(later) => Some(later.of),
            Self::Reprint(of) => Some(*of),
            Self::Visit(visit) => Some(visit.of),
            _ => None,
        }
    }
}

impl Scenario {
    /// The index of the step with which the intent to pay behind `step` began; `step` itself unless it
    /// is another try.
    #[must_use]
    pub fn intent_of(&self, step: usize) -> usize {
        let mut first = step;
        // A reference always points backwards, so this ends.
        while let Some(earlier) = self.steps.get(first).and_then(|step| step.action.again()) {
            first = earlier;
        }
        first
    }
}
