//! voucher-complete: every captured payment has one voucher in the back office, equal to ledger and paper, redeemable
//! once.
//!
//! Judged only where a back office takes part. Redeemable at rest means verified, redeemed once, or given back with its
//! money; a voucher of which nobody knows yet, or that counts as false, is not. Paper is compared where the line to the
//! printer has altered nothing: what it mixes up may be read as any amount.

use super::Report;
use crate::device::PRINTS;
use crate::evidence::Evidence;
use crate::office::{self, HeldVoucher, Office};
use crate::slip::Slip;
use backoffice::{Line, Standing};
use sim::{Entry, Verdict};

pub(super) fn check(evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let Some(office) = Office::of(evidence) else { return };
    for payment in office::payments(evidence) {
        let is_of = |held: &&HeldVoucher| (held.key, held.kind) == (payment.key, payment.kind);
        let held: Vec<&HeldVoucher> = office.vouchers.iter().filter(is_of).collect();
        check_payment(evidence, payment, &held, report);
    }
    let paid = office::paid_keys(evidence);
    for held in office.vouchers.iter().filter(|held| held.redeemed > 0 && !paid.contains(&held.key)) {
        let why = format!("voucher {} of {} was redeemed, and nothing is captured", held.number, held.key);
        report(evidence.run.ended_at, why);
    }
}

fn check_payment(evidence: &Evidence<'_>, payment: Line, held: &[&HeldVoucher], report: &mut Report<'_>) {
    let (key, end) = (payment.key, evidence.run.ended_at);
    let copies: u32 = held.iter().map(|voucher| voucher.copies).sum();
    if copies != 1 {
        report(end, format!("{key} is paid, and the back office has {copies} vouchers of it"));
    }
    for voucher in held {
        if voucher.amount != payment.amount {
            let (said, paid) = (voucher.amount, payment.amount);
            report(end, format!("the voucher of {key} says {said}, and {paid} are captured"));
        }
        if let Some(slip) = differing_slip(evidence, voucher) {
            report(slip.at, format!("a slip of {key} says another amount than its voucher"));
        }
        if voucher.redeemed > 1 {
            report(end, format!("the voucher of {key} was redeemed {} times", voucher.redeemed));
        }
        if matches!(voucher.standing, Standing::Unverified | Standing::Failed(_)) {
            let words = office::words(voucher.standing);
            report(end, format!("{key} is paid, and its voucher cannot be redeemed: {words}"));
        }
    }
}

/// A slip of the same charge that says another amount.
fn differing_slip<'a>(evidence: &'a Evidence<'_>, voucher: &HeldVoucher) -> Option<&'a Slip> {
    let altered = |entry: &Entry<_>| matches!(entry, Entry::Sent { lane: PRINTS, verdict, .. } if *verdict != Verdict::Pass);
    if evidence.run.trace.records().iter().any(|record| altered(&record.entry)) {
        return None;
    }
    let mut slips = evidence.slips.iter().filter(|slip| slip.key == Some(voucher.key) && slip.is_legible());
    slips.find(|slip| slip.amount.is_some_and(|amount| amount != voucher.amount))
}
