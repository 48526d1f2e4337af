//! A payment by payment code and the faults of its scanner, as checked values, and how they come from a checked tree.
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* wallets other than WeChat Pay and Alipay.

use crate::Wallet;
use crate::node::Node;
use crate::scalar;
use crate::vocabulary::vocabulary;
use core::time::Duration;
use sim::Fen;

/// A payment by the code on the customer's phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Whose code is wanted.
    pub wallet: Wallet,
    /// What is to be paid.
    pub amount: Fen,
    /// What the customer shows.
    pub code: ShownCode,
    /// What the customer does when asked to pay.
    pub customer: CodePayer,
    /// The index of the earlier step whose intent to pay this is another try for.
    pub again: Option<usize>,
}

/// What the customer behind a payment code does when asked to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePayer {
    /// Nobody asks for a password: paid at once.
    PaysAtOnce,
    /// Types the password, and has done so after this.
    EntersPassword(Duration),
    /// Is asked for the password, and puts the phone away.
    NeverPays,
    /// Has not enough money.
    LacksMoney,
}

vocabulary! {
    /// What a customer shows to the scanner.
    ShownCode {
        Valid = "valid", "A fresh code of this wallet.";
        Expired = "expired", "A code that is too old, such as a picture of one.";
        Foreign = "foreign", "A code of another wallet.";
        Invalid = "invalid", "A code that is nobody's.";
        Damaged = "damaged", "A code on a screen that is broken across it.";
    }
}

/// Something that happens to the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannerFault {
    /// So much of the contrast comes through its window.
    Window {
        /// Of what comes through a clean one.
        left_percent: u8,
    },
    /// A scratch on its window hides a digit.
    Scratch {
        /// Which, counted from 1.
        digit: u8,
        /// Whether the check character is looked at: if so nothing is read, if not another digit.
        checked: bool,
    },
    /// It sends what it has read once more.
    SendsTwice {
        /// How long after the first time.
        after: Duration,
    },
    /// Its plug comes out.
    Unplugged,
}

/// The payment that a `scan` says; `again` is the step that it names.
pub(crate) fn scan(node: &Node, again: Option<usize>) -> Option<Scan> {
    let code = node.word("code", ShownCode::from_name).unwrap_or(ShownCode::Valid);
    let customer = match (node.scalar("customer-pays"), node.time("customer-enters-password")) {
        (Some("lacks-money"), _) => CodePayer::LacksMoney,
        (Some(_), _) => CodePayer::NeverPays,
        (None, Some(after)) => CodePayer::EntersPassword(after),
        (None, None) => CodePayer::PaysAtOnce,
    };
    let wallet = node.word("wallet", Wallet::from_name)?;
    Some(Scan { wallet, amount: node.money("amount")?, code, customer, again })
}

/// What a `scanner` says that happens.
pub(crate) fn scanner_fault(node: &Node) -> Option<ScannerFault> {
    if node.text().is_some() {
        return Some(ScannerFault::Unplugged);
    }
    if let Some(window) = node.scalar("window") {
        let left_percent = u8::try_from(scalar::permille(window).ok()? / 10).ok()?;
        return Some(ScannerFault::Window { left_percent });
    }
    if let Some(scratch) = node.get("scratch") {
        let digit = u8::try_from(scratch.count("digit")?).ok()?;
        return Some(ScannerFault::Scratch { digit, checked: scratch.get("check").is_none() });
    }
    node.get("sends-twice")?.time("after").map(|after| ScannerFault::SendsTwice { after })
}
