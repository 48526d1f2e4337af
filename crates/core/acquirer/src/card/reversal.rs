//! Reversals: what a request did is undone, whether it ever arrived or not.
//!
//! Source: UnionPay POS dialect, "Reversal rules". The key is terminal, merchant, transaction code (60.1), batch and trace
//! number. Not found: 00, and the number is barred, so that a request that still comes is refused. Already reversed, of
//! another day or batch, or otherwise no longer what it was: 25. The original was declined: 01, but 00 if it was declined
//! with a code that tells the terminal to reverse. Another amount: 64.
//! *Not modelled:* reversals of advices, and of reversals: there are none.

use super::Decision;
use super::books::CardChange;
use super::judge::Judge;
use super::record::{Record, RecordNo, State, movements, turned, ways};
use crate::books::Change;
use crate::event::Kind;
use crate::ledger::{Cause, Entry};
use crate::short::Code;
use sim::Fen;

impl Judge<'_> {
    /// Decides a reversal.
    pub(crate) fn reverse(&mut self) -> Decision {
        let Some(reason) = self.request.message.text(39).map(Code::new) else {
            return Decision::refused("30");
        };
        if self.request.transaction.is_none() {
            return Decision::refused("12");
        }
        let number = self.number();
        let Some((found, record)) = self.books.find(number) else {
            if !self.books.is_barred(number) {
                self.changes.push(Change::Card(CardChange::Barred { number }));
            }
            return Decision::approved();
        };
        match self.refusal_of(record) {
            Some(code) => Decision::refused(code),
            None => self.undo(found, record, reason),
        }
    }

    fn refusal_of(&self, record: &Record) -> Option<&'static str> {
        let is_current = record.day == self.day && record.number.batch == self.terminal.batch;
        if record.message_type != self.request.parts.message_type || !record.kind.can_be_reversed() {
            return Some("25");
        }
        match record.state {
            State::Declined => Some("01"),
            State::Reversed | State::Voided | State::Completed | State::Expired => Some("25"),
            State::Standing | State::Unresolved if !is_current => Some("25"),
            State::Standing if record.refunded != Fen::ZERO || !self.can_be_undone(record) => Some("25"),
            State::Standing | State::Unresolved => {
                let amount = self.request.amount;
                let same = amount == Some(record.asked) || amount == Some(record.amount);
                (!same).then_some("64")
            }
        }
    }

    /// A completion void gave the money back into the hold. If the hold has ended otherwise since, that stands.
    fn can_be_undone(&self, record: &Record) -> bool {
        let original = |record: &Record| record.original.and_then(|number| self.books.record_of(number));
        match record.kind {
            Kind::CompletionVoid => {
                original(record).and_then(original).is_some_and(|hold| hold.state == State::Standing)
            }
            _ => true,
        }
    }

    fn undo(&mut self, found: RecordNo, record: &Record, reason: Code) -> Decision {
        self.changes.push(Change::Card(CardChange::Reversed { record: found }));
        let approved = Decision { record: Some(found), ..Decision::approved() };
        if record.state != State::Standing {
            return approved;
        }
        let (hold, payment) = (self.hold_of(record), record.payment.key());
        for (way, amount) in ways(record.kind, record.amount, hold).map(turned) {
            if amount > Fen::ZERO {
                let entry = Entry::moved(self.now, payment, Cause::Reversal { reason }, way, amount);
                self.changes.push(Change::Entry(entry));
            }
        }
        let [_, reversed] = movements(record.kind, record.amount, hold);
        Decision {
            record: Some(found),
            ..Decision::moved(approved.code, payment, record.number.key(), reversed)
        }
    }
}
