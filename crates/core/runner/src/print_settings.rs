//! The print settings of a scenario as the terminal has them.

use scenario::{PrintSetup, SlipCopy, SlipKind};
use terminal::{Copies, Copy, Kind, PrintSettings};

/// What a terminal is set to print.
#[must_use]
pub fn print_settings(setup: &PrintSetup) -> PrintSettings {
    let mut settings = PrintSettings::USUAL;
    for (kind, copies) in setup.iter() {
        let copies = copies.fold(Copies::NONE, |copies, copy| copies.and(copy_of(copy)));
        kinds_of(kind).iter().for_each(|kind| settings.set(*kind, copies));
    }
    settings
}

const fn copy_of(copy: SlipCopy) -> Copy {
    match copy {
        SlipCopy::Merchant => Copy::Merchant,
        SlipCopy::Customer => Copy::Customer,
        SlipCopy::Bank => Copy::Bank,
    }
}

/// The transactions whose slips are called so.
const fn kinds_of(kind: SlipKind) -> &'static [Kind] {
    match kind {
        SlipKind::CardSale => &[Kind::Sale],
        SlipKind::Void => &[Kind::Void],
        SlipKind::Refund => &[Kind::Refund, Kind::OrderRefund],
        SlipKind::PreAuth => &[Kind::PreAuth, Kind::WalletHold],
        SlipKind::VoidPreAuth => &[Kind::PreAuthVoid, Kind::WalletHoldVoid],
        SlipKind::Complete => &[Kind::Completion, Kind::CompletionAdvice],
        SlipKind::VoidCompletion => &[Kind::CompletionVoid],
        SlipKind::ShowQr => &[Kind::Order],
        SlipKind::Scan => &[Kind::Scan],
    }
}
