//! How the card host is set up: terminals, keys, cards and what is to be declined. Every default is a test value.
//!
//! Source of the keys: the published vectors of the UnionPay POS dialect, "Keys and MAC". Which first digits mean which
//! card organisation, and that UnionPay's are the domestic ones, is common knowledge, not part of the dialect.
//! Amounts in fen. *Not modelled:* several acquirers at one host, limits by merchant.

use super::expiry::Expiry;
use super::keys::{KeyBytes, TerminalKeys};
use crate::event::Kind;
use crate::short::Code;
use core::fmt;
use iso8583::{ASCII87, CUP, Dialect, MacAlgorithm, MacKey};
use sim::Fen;

/// The set-up of a card host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSetup {
    /// The terminals that are known from the start, in the order of their numbers.
    pub terminals: Vec<TerminalSetup>,
    /// What becomes of all others.
    pub admit: Admit,
    /// Whether a terminal has to sign on before it may do anything else.
    pub sign_on: SignOn,
    /// What fresh working keys are derived from.
    pub key_seed: KeyBytes,
    /// What the header of a sign-on's answer asks the terminal to do, 0..=15: 4 fetch CA keys, 5 IC parameters,
    /// 9 contactless parameters. `None` repeats the terminal's own.
    pub requirement: Option<u8>,
    /// Cards of which the host knows something.
    pub cards: Vec<CardAccount>,
    /// Replies that come about by rule.
    pub rules: Vec<ReplyRule>,
    /// Card organisations by the first digits of the card number; the first that fits counts. No other card is foreign.
    pub organisations: Vec<Organisation>,
    /// Issuer, first half of field 44, at most 11 characters.
    pub issuer_id: String,
    /// The issuers' master key, of which the keys of the chips come.
    pub chip_key: KeyBytes,
    /// Scripts to the chip in what the issuer answers: tags 71 and 72, whole, at most 200 bytes.
    pub chip_scripts: Vec<u8>,
    /// Field 55 of the answer to an approved chip transaction, instead of what the issuer would say.
    pub chip_reply: Option<Vec<u8>>,
    /// 63.2, a text for the receipt, at most 60 bytes.
    pub receipt_text: String,
    /// What its terminals speak.
    pub speech: Speech,
}

/// What the terminals of a host speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    /// UnionPay's dialect, with MACs.
    #[default]
    UnionPay,
    /// ISO 8583:1987 in ASCII, without.
    Ascii87,
    /// A dialect of a user's own: messages mean what those in ASCII mean; a request with a MAC is answered with one.
    Own(&'static Dialect),
}

impl Speech {
    /// The dialect.
    #[must_use]
    pub fn dialect(self) -> &'static Dialect {
        match self {
            Self::UnionPay => &CUP,
            Self::Ascii87 => &ASCII87,
            Self::Own(dialect) => dialect,
        }
    }
}

/// One terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalSetup {
    /// Field 41: 8 characters.
    pub terminal_id: String,
    /// Field 42: 15 characters.
    pub merchant_id: String,
    /// Its master key, of double length.
    pub master_key: KeyBytes,
    /// Working keys that were put into it by hand; a sign-on replaces them.
    pub working_keys: Option<TerminalKeys>,
    /// How its MACs are made.
    pub mac_algorithm: MacAlgorithm,
    /// Its first batch, 1 to 999,999.
    pub batch: u32,
}

/// What becomes of a terminal that nobody has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admit {
    /// It is refused: 03 when its merchant is unknown, 97 otherwise.
    Known,
    /// It is registered, with a batch of its own, at its first request that can be authentic.
    Any {
        /// Its master key is derived from this one: [`admitted_master_key`](crate::admitted_master_key).
        key: KeyBytes,
        /// Working keys that it has without signing on.
        working_keys: Option<TerminalKeys>,
        /// How its MACs are made.
        mac_algorithm: MacAlgorithm,
    },
}

/// Whether a terminal has to sign on first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOn {
    /// Without it: 99.
    Required,
    /// Only if it has no working keys by hand.
    NotNeeded,
}

/// What the host knows of a card.
#[derive(Clone, PartialEq, Eq)]
pub struct CardAccount {
    /// The last digits of the card number.
    pub pan_ends: String,
    /// Its PIN, 4 to 12 digits; `None` is not checked.
    pub pin: Option<String>,
    /// What it had to spend at the start; `None` is not counted.
    pub balance: Option<Fen>,
    /// Its last month; a request that is later, or says another one, is refused with 54. `None` is not looked at.
    pub expires: Option<Expiry>,
    /// Whether a sale beyond the balance is approved for the rest, with code 10, if the terminal welcomes it (60.6).
    pub partial: bool,
}

/// A reply that comes about by rule. All conditions that are given must hold.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyRule {
    /// What is asked for; `None` is whatever a card pays with or gets back by, but no reversal and no management.
    pub kind: Option<Kind>,
    /// The last digits of the card number or of the scanned code; empty fits all.
    pub pan_ends: String,
    /// The amount.
    pub amount: Option<Fen>,
    /// Only the so-many-th request that fits the other conditions, from 1.
    pub nth: Option<u32>,
    /// Field 39. A code that approves lets the request through to the other checks, and answers it with this code; 10
    /// halves what is paid, held or completed.
    pub code: Code,
    /// Whether the money moves although the code says that it is open or refused: the issuer has taken it, and its
    /// answer was lost on the way to this host. For reversals, results of scripts and management it changes nothing: they
    /// are refused.
    pub moves_money: bool,
}

/// A card organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// The first digits of its card numbers.
    pub pan_begins: String,
    /// 63.1: three characters.
    pub name: String,
    /// Whether its cards count as foreign at settlement.
    pub foreign: bool,
}

impl ReplyRule {
    /// All requests with cards of these last digits are answered with this code.
    #[must_use]
    pub fn card(pan_ends: &str, code: &str) -> Self {
        Self {
            kind: None,
            pan_ends: pan_ends.into(),
            amount: None,
            nth: None,
            code: Code::new(code),
            moves_money: false,
        }
    }
}

impl TerminalSetup {
    /// A terminal in batch 1, with UnionPay MACs and no keys but its master key.
    #[must_use]
    pub fn new(terminal_id: &str, merchant_id: &str, master_key: KeyBytes) -> Self {
        Self {
            terminal_id: terminal_id.into(),
            merchant_id: merchant_id.into(),
            master_key,
            working_keys: None,
            mac_algorithm: MacAlgorithm::CupEcb,
            batch: 1,
        }
    }
}

impl CardSetup {
    /// The MAC key that was put by hand into the first terminal.
    #[must_use]
    pub fn first_mac_key(&self) -> Option<MacKey> {
        let terminal = self.terminals.first()?;
        terminal.working_keys.map(|keys| keys.mac.des().into())
    }
}

/// The end of a card number; of a whole one, no more than its last four digits.
struct Ending<'a>(&'a str);

impl fmt::Debug for Ending<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len().checked_sub(4).filter(|hidden| *hidden > 6).and_then(|hidden| self.0.get(hidden..))
        {
            Some(last) => write!(f, "\"…{last}\""),
            None => write!(f, "{:?}", self.0),
        }
    }
}

impl fmt::Debug for CardAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pan_ends, pin, balance, expires, partial } = self;
        f.debug_struct("CardAccount")
            .field("pan_ends", &Ending(pan_ends))
            .field("has_pin", &pin.is_some())
            .field("balance", balance)
            .field("expires", expires)
            .field("partial", partial)
            .finish()
    }
}

impl fmt::Debug for ReplyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, pan_ends, amount, nth, code, moves_money } = self;
        f.debug_struct("ReplyRule")
            .field("kind", kind)
            .field("pan_ends", &Ending(pan_ends))
            .field("amount", amount)
            .field("nth", nth)
            .field("code", code)
            .field("moves_money", moves_money)
            .finish()
    }
}

/// The key of the published vectors: every key of the default set-up is made of it.
const VECTOR: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
const VECTOR_TWICE: [u8; 16] =
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10];

impl Default for TerminalKeys {
    /// The key of the published vectors for everything.
    fn default() -> Self {
        Self { pin: KeyBytes::double(VECTOR_TWICE), mac: KeyBytes::single(VECTOR), track: None }
    }
}

impl Default for CardSetup {
    /// One terminal that need not sign on, and one card that is declined.
    fn default() -> Self {
        let organisation = |pan_begins: &str, name: &str, foreign| Organisation {
            pan_begins: pan_begins.into(),
            name: name.into(),
            foreign,
        };
        Self {
            terminals: vec![TerminalSetup {
                working_keys: Some(TerminalKeys::default()),
                ..TerminalSetup::new("12345678", "123456789012345", KeyBytes::double(VECTOR_TWICE))
            }],
            admit: Admit::Known,
            sign_on: SignOn::NotNeeded,
            key_seed: KeyBytes::double(VECTOR_TWICE),
            requirement: None,
            cards: vec![],
            rules: vec![ReplyRule::card("0051", "51")],
            organisations: vec![
                organisation("62", "CUP", false),
                organisation("34", "AMX", true),
                organisation("37", "AMX", true),
                organisation("35", "JCB", true),
                organisation("4", "VIS", true),
                organisation("5", "MCC", true),
            ],
            issuer_id: "00010001".into(),
            chip_key: KeyBytes::double(VECTOR_TWICE),
            chip_scripts: vec![],
            chip_reply: None,
            receipt_text: String::new(),
            speech: Speech::UnionPay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CardAccount, ReplyRule};

    #[test]
    fn whole_card_numbers_and_pins_are_never_shown() {
        let number = "6222021234567890128";
        let pin = Some("314159".to_owned());
        let card = CardAccount { pan_ends: number.into(), pin, balance: None, expires: None, partial: false };
        let shown = format!("{card:?} {:?}", ReplyRule::card(number, "41"));
        assert!(!shown.contains("890128") && !shown.contains("314159"), "{shown}");
        assert!(format!("{:?}", ReplyRule::card("0051", "51")).contains("\"0051\""));
    }
}
