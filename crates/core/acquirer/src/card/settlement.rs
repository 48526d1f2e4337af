//! Settlement: a terminal says what its batch amounts to, the host compares, and the batch is closed.
//!
//! Source: UnionPay POS dialect, "Batch, STAN, settlement". Debit is what came in (sales, completions), credit what went
//! back (voids, refunds, completion voids). Equal totals close the batch at once. After a difference, the terminal uploads
//! each transaction (0320/201 eight at a time, 0320/203 to 206 one at a time), the host compares one by one, and
//! 0320/202 closes the batch; nothing else is sold meanwhile (90). The next batch number is one higher.
//! A repeated 0500 of the batch that was closed last is answered as before.
//! *Not modelled:* chip certificates in an upload are taken and not checked; instalments and loads in the totals.

use super::Decision;
use super::books::{CardChange, Settled, Upload};
use super::judge::Judge;
use super::record::{CardNumber, CardToken, Record, Side};
use super::reply::Extra;
use crate::books::Change;
use crate::event::{Event, Kind};
use crate::fault::Totals;
use core::fmt;
use iso8583::{BatchDetail, CardTotals, SettlementTotals, TotalsVerdict};
use serde::{Deserialize, Serialize};
use sim::Fen;

/// What a batch amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTotals {
    /// Cards of the own country.
    pub domestic: HalfTotals,
    /// Cards from abroad.
    pub foreign: HalfTotals,
}

/// What a batch amounts to, for one half of the cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfTotals {
    /// What came in.
    pub debit: Fen,
    /// How many transactions that were.
    pub debit_count: u32,
    /// What went back.
    pub credit: Fen,
    /// How many transactions that were.
    pub credit_count: u32,
}

/// What came of an uploaded detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// The records say the same.
    Matched,
    /// The records have this number, with another card or amount.
    Differs,
    /// The records have nothing that counts under this number.
    Unknown,
}

/// What a comparison of details has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Details that are as the records say.
    pub matched: u32,
    /// Details with another card or amount.
    pub different: u32,
    /// Details of which the records have nothing that counts.
    pub unknown: u32,
    /// Records that count, of which no detail came.
    pub missing: u32,
}

impl BatchTotals {
    pub(crate) fn count(&mut self, side: Side, foreign: bool, amount: Fen, sign: i64) {
        let half = if foreign { &mut self.foreign } else { &mut self.domestic };
        let (sum, count) = match side {
            Side::Debit => (&mut half.debit, &mut half.debit_count),
            Side::Credit => (&mut half.credit, &mut half.credit_count),
            Side::Neither => return,
        };
        *sum += Fen(amount.0 * sign);
        *count = count.saturating_add_signed(if sign < 0 { -1 } else { 1 });
    }

    /// Field 48 has room for three digits of a count and twelve of an amount.
    fn of_field(said: &SettlementTotals) -> Self {
        let half = |half: &CardTotals| HalfTotals {
            debit: Fen(half.debit_fen as i64),
            debit_count: half.debit_count.into(),
            credit: Fen(half.credit_fen as i64),
            credit_count: half.credit_count.into(),
        };
        Self { domestic: half(&said.domestic), foreign: half(&said.foreign) }
    }

    /// The field that answers `theirs`: whether each half is equal, and these totals.
    pub(crate) fn answer(&self, theirs: &Self) -> SettlementTotals {
        SettlementTotals {
            domestic: self.domestic.answer(&theirs.domestic),
            foreign: self.foreign.answer(&theirs.foreign),
        }
    }

    fn as_said(&self) -> Self {
        Self { domestic: self.domestic.as_said(), foreign: self.foreign.as_said() }
    }
}

impl HalfTotals {
    /// As field 48 can say it.
    const fn as_said(&self) -> Self {
        const AMOUNTS: i64 = 1_000_000_000_000;
        Self {
            debit: Fen(self.debit.0 % AMOUNTS),
            debit_count: self.debit_count % 1000,
            credit: Fen(self.credit.0 % AMOUNTS),
            credit_count: self.credit_count % 1000,
        }
    }

    fn answer(&self, theirs: &Self) -> CardTotals {
        let ours = self.as_said();
        CardTotals {
            debit_fen: ours.debit.unsigned(),
            debit_count: ours.debit_count as u16,
            credit_fen: ours.credit.unsigned(),
            credit_count: ours.credit_count as u16,
            verdict: if ours == *theirs { TotalsVerdict::Equal } else { TotalsVerdict::Different },
        }
    }
}

/// The answer when the terminal's totals cannot be read.
pub(crate) fn failed() -> SettlementTotals {
    let half = CardTotals { verdict: TotalsVerdict::Failed, ..CardTotals::default() };
    SettlementTotals { domestic: half, foreign: half }
}

impl Judge<'_> {
    /// Compares totals, and closes the batch if they are equal.
    pub(crate) fn settle(&mut self) -> Decision {
        let Some(said) = self.request.message.text(48).and_then(SettlementTotals::parse) else {
            return Decision { extra: Extra::Totals(failed()), ..Decision::refused("30") };
        };
        let theirs = BatchTotals::of_field(&said);
        let batch = self.request.number.batch;
        if let Some(before) = self.terminal.settled.filter(|before| before.batch == batch)
            && before.theirs == theirs
        {
            return Self::compared(&before);
        }
        if batch != self.terminal.batch {
            return Decision::refused("77");
        }
        let settled = Settled { batch, theirs, ours: self.totals() };
        let terminal = self.terminal_no;
        let ours = settled.ours.as_said();
        self.changes.push(Change::Card(if ours == theirs {
            CardChange::Closed { terminal, settled }
        } else {
            CardChange::TotalsDiffer { terminal, theirs }
        }));
        let event = Event::Settled { terminal, batch, theirs, ours };
        Decision { event: Some(event), ..Self::compared(&settled) }
    }

    /// What the host settles by: its records, or what a file between its systems has made of them.
    fn totals(&self) -> BatchTotals {
        let mut totals = self.terminal.totals;
        let sign = match self.request.settles_by {
            Totals::Right => return totals,
            Totals::MissTheLast => -1,
            Totals::CountTheLastTwice => 1,
        };
        let counted = self.books.batch_of(self.terminal_no, self.terminal.batch);
        if let Some(last) = counted.max_by_key(|record| (record.at, record.number.stan)) {
            totals.count(last.side(), last.foreign, last.amount, sign);
        }
        totals
    }

    fn compared(settled: &Settled) -> Decision {
        Decision { extra: Extra::Totals(settled.ours.answer(&settled.theirs)), ..Decision::approved() }
    }

    /// Compares details, and closes the batch at the last message of an upload.
    pub(crate) fn upload(&mut self) -> Decision {
        let batch = self.request.number.batch;
        let is_closed = self.terminal.settled.is_some_and(|settled| settled.batch == batch);
        if is_closed {
            return Decision::approved();
        }
        if batch != self.terminal.batch {
            return Decision::refused("77");
        }
        // Without a difference, nobody has asked for an upload.
        let Some(upload) = &self.terminal.uploading else { return Decision::refused("95") };
        match self.request.parts.network_code {
            Some(201) => self.compare_stripes(),
            Some(203..=206) => self.compare_chip(),
            Some(202) => self.close(upload),
            _ => Decision::refused("12"),
        }
    }

    fn compare_stripes(&mut self) -> Decision {
        let Some(details) = self.request.message.text(48).and_then(BatchDetail::parse) else {
            return Decision::refused("30");
        };
        for detail in details {
            let card = CardToken::of(detail.pan.digits());
            self.note(detail.stan, Some(card), Some(Fen(detail.amount_fen as i64)));
        }
        Decision::approved()
    }

    fn compare_chip(&mut self) -> Decision {
        let CardNumber { stan, .. } = self.request.number;
        self.note(stan, self.request.card, self.request.amount);
        Decision::approved()
    }

    /// A payment by code has no card number that a terminal could upload, and neither has what voids or refunds it: the
    /// amount alone is compared.
    fn note(&mut self, stan: u32, card: Option<CardToken>, amount: Option<Fen>) {
        let terminal = self.terminal_no;
        let number = CardNumber { terminal, batch: self.terminal.batch, stan };
        let record = self.books.find(number).map(|(_, record)| record);
        let same_card = |record: &Record| record.card == card || self.is_by_code(record);
        let detail = match record.filter(|record| record.side() != Side::Neither) {
            None => Detail::Unknown,
            Some(record) if same_card(record) && Some(record.amount) == amount => Detail::Matched,
            Some(_) => Detail::Differs,
        };
        self.changes.push(Change::Card(CardChange::Uploaded { terminal, stan, detail }));
    }

    fn is_by_code(&self, record: &Record) -> bool {
        self.books.find(record.payment).is_some_and(|(_, paid)| paid.kind == Kind::QrSale)
    }

    fn close(&mut self, upload: &Upload) -> Decision {
        let (terminal, batch) = (self.terminal_no, self.terminal.batch);
        let comparison = self.comparison(upload);
        let settled = Settled { batch, theirs: upload.theirs, ours: self.terminal.totals };
        self.changes.push(Change::Card(CardChange::Closed { terminal, settled }));
        Decision { event: Some(Event::Compared { terminal, batch, comparison }), ..Decision::approved() }
    }

    fn comparison(&self, upload: &Upload) -> Comparison {
        let mut comparison = Comparison::default();
        for detail in upload.details.values() {
            *match detail {
                Detail::Matched => &mut comparison.matched,
                Detail::Differs => &mut comparison.different,
                Detail::Unknown => &mut comparison.unknown,
            } += 1;
        }
        let counted = self.books.batch_of(self.terminal_no, self.terminal.batch);
        let is_missing = |record: &&Record| !upload.details.contains_key(&record.number.stan);
        comparison.missing = counted.filter(is_missing).count() as u32;
        comparison
    }
}

impl fmt::Display for BatchTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.domestic.fmt(f)?;
        if self.foreign == HalfTotals::default() { Ok(()) } else { write!(f, "; foreign {}", self.foreign) }
    }
}

impl fmt::Display for HalfTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { debit, debit_count, credit, credit_count } = self;
        write!(f, "debit {debit} in {debit_count}, credit {credit} in {credit_count}")
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matched, different, unknown, missing } = self;
        write!(f, "{matched} as here, {different} different, {unknown} unknown here, {missing} missing there")
    }
}
