//! The card host's part of the books: terminals, records, cards, and what changes them.
//!
//! Source: UnionPay POS dialect, "Batch, STAN, settlement" and "Reversal rules". A change says what was decided; what
//! follows from it for the original, the totals, the holds and the card is worked out here, in the same way for ever.
//! *Not modelled:* forgetting. Every record stays, as refunds look back thirty days and laws look back to the start.

use super::chip::ChipData;
use super::keys::{KeyBytes, TerminalKeys};
use super::record::{CardNumber, CardToken, Record, RecordNo, Side, State, side_of};
use super::settlement::{BatchTotals, Detail};
use crate::event::Kind;
use crate::short::Short;
use core::time::Duration;
use iso8583::{MacAlgorithm, ReadyMacKey};
use serde::{Deserialize, Serialize};
use sim::{Fen, SimTime, TerminalNo};
use std::collections::{BTreeMap, BTreeSet};

/// How long a pre-authorisation holds money.
pub(crate) const HOLD_LASTS: Duration = Duration::from_secs(30 * 86_400);

/// The highest batch and trace number: six digits.
const NUMBER_MAX: u32 = 999_999;

/// Everything that the card host knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardBooks {
    terminals: Vec<Terminal>,
    by_id: BTreeMap<TerminalIds, TerminalNo>,
    merchants: BTreeSet<Short<15>>,
    records: Vec<Record>,
    by_number: BTreeMap<CardNumber, RecordNo>,
    /// Numbers that were reversed before they were ever seen: should they still come, they are refused.
    barred: BTreeSet<CardNumber>,
    /// What is held, by the moment at which it runs out.
    holds: BTreeSet<(SimTime, RecordNo)>,
    cards: BTreeMap<CardToken, CardState>,
    /// How often each rule with a count has fitted.
    rule_fits: Vec<u32>,
    /// Sets of working keys that were given out.
    key_sets: u32,
}

/// Fields 41 and 42 together: what a terminal is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TerminalIds {
    /// Field 41, without the spaces that fill it.
    pub terminal: Short<8>,
    /// Field 42, without the spaces that fill it.
    pub merchant: Short<15>,
}

/// A registered terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    pub(crate) ids: TerminalIds,
    pub(crate) master_key: KeyBytes,
    pub(crate) mac_algorithm: MacAlgorithm,
    pub(crate) keys: Option<TerminalKeys>,
    /// The MAC key of those, expanded once: it makes or checks two MACs a message.
    pub(crate) mac_key: Option<ReadyMacKey>,
    pub(crate) is_signed_on: bool,
    pub(crate) batch: u32,
    pub(crate) totals: BatchTotals,
    pub(crate) uploading: Option<Upload>,
    /// The last settlement, to answer its repetition.
    pub(crate) settled: Option<Settled>,
}

/// A settlement whose totals differ, until all details are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// What the terminal has said.
    pub(crate) theirs: BatchTotals,
    /// What was uploaded so far, by trace number.
    pub(crate) details: BTreeMap<u32, Detail>,
}

/// What was compared at a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Which batch.
    pub batch: u32,
    /// What the terminal has said.
    pub theirs: BatchTotals,
    /// What the records say.
    pub ours: BatchTotals,
}

/// What is known of a card that has been used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CardState {
    /// What it has spent, holds included.
    pub(crate) spent: Fen,
    /// Wrong PINs in a row, and the day of the last.
    pub(crate) wrong_pins: u32,
    pub(crate) wrong_pin_day: u32,
}

/// One fact that moved the card host's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardChange {
    /// A terminal has been registered; it gets the next number.
    Registered(Box<Registration>),
    /// A terminal has signed on, with these keys.
    SignedOn {
        /// Which.
        terminal: TerminalNo,
        /// Its keys from now on.
        keys: TerminalKeys,
    },
    /// A terminal has signed out.
    SignedOut {
        /// Which.
        terminal: TerminalNo,
    },
    /// A transaction has been decided, for good or for bad; its record gets the next number.
    Recorded(Record),
    /// A transaction has been reversed: what it did is undone.
    Reversed {
        /// Which.
        record: RecordNo,
    },
    /// A number has been reversed that was never seen.
    Barred {
        /// Which.
        number: CardNumber,
    },
    /// A pre-authorisation has run out.
    Expired {
        /// Which.
        record: RecordNo,
    },
    /// A PIN was wrong.
    PinWrong {
        /// Of which card.
        card: CardToken,
        /// On which day.
        day: u32,
    },
    /// A PIN was right: earlier wrong ones are forgotten.
    PinRight {
        /// Of which card.
        card: CardToken,
    },
    /// A rule with a count has fitted once more.
    RuleFitted {
        /// Which, by its place in the set-up.
        rule: u16,
    },
    /// The totals of a batch differ: the terminal is to upload its details.
    TotalsDiffer {
        /// Which terminal.
        terminal: TerminalNo,
        /// What it has said.
        theirs: BatchTotals,
    },
    /// A detail has been uploaded and compared.
    Uploaded {
        /// Which terminal.
        terminal: TerminalNo,
        /// Which trace number.
        stan: u32,
        /// What came of it.
        detail: Detail,
    },
    /// A batch has been settled and closed; the next one is open.
    Closed {
        /// Which terminal.
        terminal: TerminalNo,
        /// What was compared.
        settled: Settled,
    },
    /// The request of a record carried chip data. It stands last, so that what was written before it is still read.
    ChipKept {
        /// Which record.
        record: RecordNo,
        /// What it carried.
        chip: ChipData,
    },
}

/// Who was registered, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Its ids.
    pub ids: TerminalIds,
    /// Its master key.
    pub master_key: KeyBytes,
    /// How its MACs are made.
    #[serde(with = "Algorithm")]
    pub mac_algorithm: MacAlgorithm,
    /// Working keys that it has without signing on.
    pub working_keys: Option<TerminalKeys>,
    /// Its first batch.
    pub batch: u32,
}

/// [`MacAlgorithm`], as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(remote = "MacAlgorithm")]
enum Algorithm {
    CupEcb,
    X9_9,
    X9_19,
}

impl CardBooks {
    /// Makes a change. Nothing is checked: that was done when it was decided.
    pub(crate) fn apply(&mut self, change: &CardChange) {
        match change {
            CardChange::Registered(registration) => self.register(registration),
            CardChange::Recorded(record) => self.record(record),
            CardChange::Reversed { record } => self.reverse(*record),
            CardChange::Barred { number } => {
                self.barred.insert(*number);
            }
            CardChange::ChipKept { record, chip } => {
                if let Some(record) = self.records.get_mut(record.0 as usize) {
                    record.chip = Some(chip.clone());
                }
            }
            CardChange::Expired { record } => {
                self.set_state(*record, State::Expired);
                self.spend(*record, -1);
            }
            CardChange::PinWrong { card, day } => {
                let state = self.cards.entry(*card).or_default();
                let before = if state.wrong_pin_day == *day { state.wrong_pins } else { 0 };
                (state.wrong_pins, state.wrong_pin_day) = (before + 1, *day);
            }
            CardChange::PinRight { card } => self.cards.entry(*card).or_default().wrong_pins = 0,
            CardChange::RuleFitted { rule } => {
                let index = usize::from(*rule);
                if self.rule_fits.len() <= index {
                    self.rule_fits.resize(index + 1, 0);
                }
                self.rule_fits[index] += 1;
            }
            CardChange::SignedOn { terminal, .. }
            | CardChange::SignedOut { terminal }
            | CardChange::TotalsDiffer { terminal, .. }
            | CardChange::Uploaded { terminal, .. }
            | CardChange::Closed { terminal, .. } => {
                self.key_sets += u32::from(matches!(change, CardChange::SignedOn { .. }));
                if let Some(terminal) = self.terminals.get_mut(usize::from(terminal.0)) {
                    terminal.apply(change);
                }
            }
        }
    }

    fn register(&mut self, registration: &Registration) {
        let Ok(number) = u16::try_from(self.terminals.len()) else { return };
        self.by_id.insert(registration.ids, TerminalNo(number));
        self.merchants.insert(registration.ids.merchant);
        self.terminals.push(Terminal::of(registration));
    }

    fn record(&mut self, record: &Record) {
        let Ok(number) = u32::try_from(self.records.len()) else { return };
        let number = RecordNo(number);
        self.by_number.insert(record.number, number);
        self.records.push(record.clone());
        if record.state == State::Standing {
            self.set_state(number, State::Standing);
            self.spend(number, 1);
            self.count(number, 1);
            self.change_original(record, true);
        }
    }

    fn reverse(&mut self, number: RecordNo) {
        let Some(record) = self.record_of(number).cloned() else { return };
        if record.state == State::Standing {
            self.count(number, -1);
            self.spend(number, -1);
            self.change_original(&record, false);
        }
        self.set_state(number, State::Reversed);
    }

    /// What an approved transaction makes of its original, or what the transaction's reversal makes of it.
    fn change_original(&mut self, record: &Record, is_approved: bool) {
        let Some(original) = record.original else { return };
        let change = if is_approved { [State::Voided, State::Completed] } else { [State::Standing; 2] };
        match record.kind {
            Kind::Void | Kind::PreAuthVoid => self.set_state(original, change[0]),
            Kind::Completion => self.set_state(original, change[1]),
            Kind::CompletionVoid => {
                self.set_state(original, change[0]);
                // The pre-authorisation holds again; reversed, it is completed again.
                let hold = self.record_of(original).and_then(|completion| completion.original);
                let state = if is_approved { State::Standing } else { State::Completed };
                hold.into_iter().for_each(|hold| self.set_state(hold, state));
            }
            Kind::Refund => {
                if let Some(original) = self.records.get_mut(original.0 as usize) {
                    original.refunded += if is_approved { record.amount } else { -record.amount };
                }
            }
            _ => {}
        }
    }

    fn set_state(&mut self, number: RecordNo, state: State) {
        let Some(record) = self.records.get_mut(number.0 as usize) else { return };
        record.state = state;
        if record.kind == Kind::PreAuth {
            let hold = (record.at + HOLD_LASTS, number);
            if state == State::Standing {
                self.holds.insert(hold);
            } else {
                self.holds.remove(&hold);
            }
        }
    }

    fn spend(&mut self, number: RecordNo, sign: i64) {
        let Some(record) = self.records.get(number.0 as usize) else { return };
        if let Some(card) = record.card
            && record.spent != Fen::ZERO
        {
            self.cards.entry(card).or_default().spent += Fen(record.spent.0 * sign);
        }
    }

    fn count(&mut self, number: RecordNo, sign: i64) {
        let Some(record) = self.records.get(number.0 as usize) else { return };
        let terminal = usize::from(record.number.terminal.0);
        if let Some(terminal) = self.terminals.get_mut(terminal)
            && terminal.batch == record.number.batch
        {
            terminal.totals.count(side_of(record.kind), record.foreign, record.amount, sign);
        }
    }
}

impl Terminal {
    pub(crate) fn of(registration: &Registration) -> Self {
        let Registration { ids, master_key, mac_algorithm, working_keys, batch } = *registration;
        Self {
            ids,
            master_key,
            mac_algorithm,
            keys: working_keys,
            mac_key: working_keys.map(|keys| keys.ready_mac()),
            is_signed_on: false,
            batch,
            totals: BatchTotals::default(),
            uploading: None,
            settled: None,
        }
    }

    fn apply(&mut self, change: &CardChange) {
        match change {
            CardChange::SignedOn { keys, .. } => {
                (self.keys, self.mac_key) = (Some(*keys), Some(keys.ready_mac()));
                self.is_signed_on = true;
            }
            CardChange::SignedOut { .. } => self.is_signed_on = false,
            CardChange::TotalsDiffer { theirs, .. } => {
                let details = self.uploading.take().map(|upload| upload.details).unwrap_or_default();
                self.uploading = Some(Upload { theirs: *theirs, details });
            }
            CardChange::Uploaded { stan, detail, .. } => {
                if let Some(upload) = &mut self.uploading {
                    upload.details.insert(*stan, *detail);
                }
            }
            CardChange::Closed { settled, .. } => {
                self.settled = Some(*settled);
                self.batch = settled.batch % NUMBER_MAX + 1;
                self.totals = BatchTotals::default();
                self.uploading = None;
            }
            _ => {}
        }
    }

    /// Its open batch.
    #[must_use]
    pub const fn batch(&self) -> u32 {
        self.batch
    }

    /// What it is known by.
    #[must_use]
    pub const fn ids(&self) -> TerminalIds {
        self.ids
    }

    /// What its open batch amounts to.
    #[must_use]
    pub const fn totals(&self) -> BatchTotals {
        self.totals
    }

    /// Whether it has signed on, and not out again.
    #[must_use]
    pub const fn is_signed_on(&self) -> bool {
        self.is_signed_on
    }

    /// What its last settlement compared.
    #[must_use]
    pub const fn settled(&self) -> Option<Settled> {
        self.settled
    }
}

/// Questions.
impl CardBooks {
    /// The terminals, by their numbers.
    #[must_use]
    pub fn terminals(&self) -> &[Terminal] {
        &self.terminals
    }

    /// One terminal.
    #[must_use]
    pub fn terminal(&self, number: TerminalNo) -> Option<&Terminal> {
        self.terminals.get(usize::from(number.0))
    }

    /// The number of the terminal with these ids.
    #[must_use]
    pub fn terminal_of(&self, ids: TerminalIds) -> Option<TerminalNo> {
        self.by_id.get(&ids).copied()
    }

    /// Everything that was decided, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// One record.
    #[must_use]
    pub fn record_of(&self, number: RecordNo) -> Option<&Record> {
        self.records.get(number.0 as usize)
    }

    /// The record under this number.
    #[must_use]
    pub fn find(&self, number: CardNumber) -> Option<(RecordNo, &Record)> {
        let found = *self.by_number.get(&number)?;
        self.record_of(found).map(|record| (found, record))
    }

    /// The next pre-authorisation that runs out, and when.
    #[must_use]
    pub fn next_expiry(&self) -> Option<(SimTime, RecordNo)> {
        self.holds.first().copied()
    }

    /// What runs out until then, oldest first.
    pub(crate) fn expiring(&self, until: SimTime) -> impl Iterator<Item = RecordNo> {
        self.holds.iter().take_while(move |(at, _)| *at <= until).map(|(_, record)| *record)
    }

    /// The number that the next record gets.
    pub(crate) const fn next_record(&self) -> RecordNo {
        RecordNo(self.records.len() as u32)
    }

    pub(crate) fn is_merchant(&self, merchant: Short<15>) -> bool {
        self.merchants.contains(&merchant)
    }

    pub(crate) fn is_barred(&self, number: CardNumber) -> bool {
        self.barred.contains(&number)
    }

    pub(crate) fn card(&self, card: CardToken) -> CardState {
        self.cards.get(&card).copied().unwrap_or_default()
    }

    /// Whether it has ever paid, though the money may have gone back. Of a scanned code nothing else is kept.
    pub(crate) fn has_paid(&self, card: CardToken) -> bool {
        self.cards.contains_key(&card)
    }

    pub(crate) fn rule_fits(&self, rule: usize) -> u32 {
        self.rule_fits.get(rule).copied().unwrap_or_default()
    }

    pub(crate) const fn key_sets(&self) -> u32 {
        self.key_sets
    }

    /// The records with this authorisation code, newest first: there is one in every million.
    pub(crate) fn authorised(&self, code: u32) -> impl Iterator<Item = (RecordNo, &Record)> {
        let count = self.records.len() as u64;
        let code = u64::from(code);
        // References count from 1, so a code of zero belongs to the millionth.
        let newest = (count.saturating_sub(code) / 1_000_000 * 1_000_000 + code).min(count);
        let references = (0..=newest / 1_000_000).map(move |back| newest - back * 1_000_000);
        references
            .filter_map(RecordNo::of_reference)
            .filter_map(|number| self.record_of(number).map(|record| (number, record)))
            .filter(move |(number, _)| number.authorisation() == code)
    }

    /// The records of a terminal's batch, by trace number.
    pub(crate) fn batch_of(&self, terminal: TerminalNo, batch: u32) -> impl Iterator<Item = &Record> {
        let number = |stan| CardNumber { terminal, batch, stan };
        let numbers = self.by_number.range(number(0)..=number(u32::MAX));
        numbers
            .filter_map(|(_, record)| self.record_of(*record))
            .filter(|record| record.side() != Side::Neither)
    }
}
