//! Which charge a register means, and what is then done about it: reversals, refunds, holds.
//!
//! A receipt number means the newest approval that has it. *Not modelled:* see [`super`].

use super::results::receipt_no;
use super::{Why, fen};
use crate::charge::{Approval, Charge, Kind};
use crate::event::{Intent, Wish};
use crate::machine::Terminal;
use sim::Fen;
use zvt::bcd::{Amount, ReceiptNo};
use zvt::code::ResultCode;

/// The newest approval of this receipt number.
fn approval_of(number: ReceiptNo, terminal: &Terminal) -> Option<&Approval> {
    terminal.journal().approvals().rev().find(|approval| receipt_no(approval.charge.key) == Some(number))
}

pub(super) fn hold(number: ReceiptNo, terminal: &Terminal) -> Result<Charge, ResultCode> {
    let approval = approval_of(number, terminal).filter(|approval| approval.charge.kind == Kind::PreAuth);
    approval.map(|approval| approval.charge).ok_or(ResultCode::RESERVATION)
}

pub(super) fn open_holds(terminal: &Terminal) -> Vec<ReceiptNo> {
    let journal = terminal.journal();
    let open = |approval: &&Approval| {
        approval.charge.kind == Kind::PreAuth && !journal.is_ended_by_another(approval.charge.key)
    };
    journal.approvals().filter(open).filter_map(|approval| receipt_no(approval.charge.key)).collect()
}

/// What undoes a charge of this kind.
const fn undoing(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Sale => Some(Kind::Void),
        Kind::PreAuth => Some(Kind::PreAuthVoid),
        Kind::Completion | Kind::CompletionAdvice => Some(Kind::CompletionVoid),
        _ => None,
    }
}

pub(super) fn reversal(
    number: ReceiptNo,
    amount: Option<Amount>,
    intent: Intent,
    terminal: &Terminal,
) -> Result<Wish, ResultCode> {
    let charge = approval_of(number, terminal).ok_or(ResultCode::REVERSAL_NOT_POSSIBLE)?.charge;
    if terminal.journal().is_ended_by_another(charge.key) {
        return Err(ResultCode::ALREADY_REVERSED);
    }
    if amount.is_some_and(|amount| fen(amount) != charge.amount) {
        return Err(ResultCode::REVERSAL_NOT_POSSIBLE);
    }
    let kind = undoing(charge.kind).ok_or(ResultCode::REVERSAL_NOT_POSSIBLE)?;
    Ok(Wish { intent, kind, amount: charge.amount, original: Some(charge.key) })
}

/// The newest payment that has so much left.
pub(super) fn refund(amount: Fen, intent: Intent, terminal: &Terminal) -> Result<Wish, ResultCode> {
    let journal = terminal.journal();
    let has_it = |approval: &&Approval| {
        let Charge { kind, key, amount: paid, .. } = approval.charge;
        Kind::Refund.originals().contains(&kind)
            && !journal.is_ended_by_another(key)
            && paid - journal.refunded(key) >= amount
    };
    let original = journal.approvals().rev().find(has_it).ok_or(ResultCode::NOT_POSSIBLE)?;
    Ok(Wish { intent, kind: Kind::Refund, amount, original: Some(original.charge.key) })
}

/// What changes the last charge.
pub(super) fn change(last: Charge, why: Why, intent: Intent) -> Option<Wish> {
    let (kind, amount) = match why {
        Why::Reduce(issued) => (Kind::Refund, last.amount - issued),
        Why::Undo(_) | Why::Asked => (undoing(last.kind)?, last.amount),
    };
    let possible = kind.originals().contains(&last.kind) && amount > Fen::ZERO;
    possible.then_some(Wish { intent, kind, amount, original: Some(last.key) })
}
