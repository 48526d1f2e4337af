//! What a register is told of a charge or a day: results and receipts in the protocol's fields.
//!
//! The receipt number is the last four digits of the trace number. *Not modelled:* see [`super`].

use super::{Deed, Ecr, terminal_id};
use crate::charge::{Approval, Charge};
use crate::event::Copy;
use crate::journal::Totals;
use crate::machine::Terminal;
use crate::settings::wall_clock;
use crate::slip_text::{self, TextLine};
use sim::{Key, SimTime};
use zvt::bcd::{Amount, ClockTime, Day, ReceiptNo, TraceNo};
use zvt::card_number::CardNumber;
use zvt::code::ResultCode;
use zvt::outcome::{CardTotal, Outcome};
use zvt::receipt::Attribute;
use zvt::{Line, Receipt, ReceiptKind, Tell};

/// By the protocol's list of card types.
const UNIONPAY: u8 = 198;
const ONLINE: u8 = 0x60;

/// What is told.
impl Ecr {
    pub(super) fn receipts(
        &mut self,
        approval: &Approval,
        copies: &[Copy],
        reprint: bool,
        terminal: &Terminal,
    ) -> Vec<Deed> {
        let operator = operator(terminal);
        let mut deeds = Vec::new();
        for copy in copies {
            self.told.push_back((approval.charge.key, *copy));
            let kind = if *copy == Copy::Customer { ReceiptKind::Customer } else { ReceiptKind::Merchant };
            let lines = slip_text::slip(approval, *copy, reprint, operator, terminal.settings());
            deeds.push(Deed::Tell(Tell::Receipt(receipt(kind, lines))));
        }
        deeds
    }

    pub(super) fn outcome(&self, approval: &Approval, terminal: &Terminal) -> Outcome {
        let Charge { key, amount, .. } = approval.charge;
        Outcome {
            amount: Amount::new(amount.unsigned()),
            trace_no: trace_no(key),
            payment_type: Some(ONLINE),
            card: Some(CardNumber::hiding(terminal.settings().pan)),
            authorisation: Some(approval.auth_code.clone()).filter(|code| !code.is_empty()),
            receipt_no: receipt_no(key),
            card_type: Some(UNIONPAY),
            contract_no: Some(terminal.settings().mid.to_owned()),
            card_name: Some("UnionPay".to_owned()),
            ..self.outcome_at(approval.at, terminal)
        }
    }

    pub(super) fn outcome_of_day(
        &self,
        batch: u32,
        totals: Totals,
        now: SimTime,
        terminal: &Terminal,
    ) -> Outcome {
        let Totals { debit, debit_count, credit, credit_count } = totals;
        let count = u8::try_from(debit_count + credit_count).unwrap_or(u8::MAX);
        let sum = Amount::new((debit - credit).0.max(0).unsigned_abs()).unwrap_or(Amount::ZERO);
        let mut numbers = terminal.journal().counted_in(batch).map(|one| one.charge.key);
        let first = numbers.next();
        let last = numbers.last().or(first);
        let mut cards = [CardTotal::NONE; 7];
        cards[6] = CardTotal { count, sum };
        let ends = first.and_then(receipt_no).zip(last.and_then(receipt_no));
        Outcome {
            amount: Some(sum),
            totals: ends.map(|(first, last)| zvt::outcome::Totals { first, last, cards }),
            ..self.outcome_at(now, terminal)
        }
    }

    pub(super) fn outcome_at(&self, at: SimTime, terminal: &Terminal) -> Outcome {
        let clock = wall_clock(at);
        Outcome {
            time: ClockTime::new(clock.hour * 10_000 + clock.minute * 100 + clock.second),
            day: Day::new(clock.month * 100 + clock.day),
            terminal_id: terminal_id(terminal.settings().tid),
            currency: Some(self.currency),
            ..Outcome::of(ResultCode::OK)
        }
    }
}

pub(super) fn operator(terminal: &Terminal) -> u8 {
    terminal.journal().operator().flatten().unwrap_or_else(|| terminal.settings().operator)
}

pub(super) fn receipt(kind: ReceiptKind, lines: Vec<TextLine>) -> Receipt {
    let attribute = |line: &TextLine| match (line.centred, line.tall) {
        (true, _) => Attribute::CENTRED,
        (false, true) => Attribute::DOUBLE_HEIGHT,
        (false, false) => Attribute::NORMAL,
    };
    let line = |line: TextLine| Line { attribute: attribute(&line), text: line.text };
    Receipt { kind, lines: lines.into_iter().map(line).collect() }
}

pub(super) fn trace_no(key: Key) -> Option<TraceNo> {
    match key {
        Key::Card { stan, .. } => TraceNo::new(stan.into()),
        Key::Order(_) => None,
    }
}

pub(super) fn receipt_no(key: Key) -> Option<ReceiptNo> {
    trace_no(key).and_then(|number| ReceiptNo::new(number.get() % 10_000))
}
