//! What a voucher says: what was paid, where, when, and in which format.
//!
//! Amounts in fen, 1 to 999,999,999,999 (ISO 8583 field 4 has twelve digits). Times in whole seconds.
//! *Not modelled:* the card. No voucher has its number, masked or not; the acquirer's reference is enough to find it.

use crate::number::Number;
use core::fmt;
use sim::{Fen, Key, OrderNo};
use wallet::moment::WallTime;

/// The electronic voucher of one movement of money, as the terminal knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// In which format it is written.
    pub format: Format,
    /// The merchant's number, 1 to 32 letters, digits, dots, dashes and underscores.
    pub merchant: String,
    /// The terminal's number, in the same characters.
    pub terminal: String,
    /// What was done.
    pub kind: Kind,
    /// The number of the charge, void or refund itself.
    pub key: Key,
    /// How much.
    pub amount: Fen,
    /// The acquirer's reference, 1 to 64 ASCII characters: field 37, or the wallet's number of payment or refund.
    pub reference: String,
    /// When, by the terminal's clock.
    pub time: WallTime,
    /// The voucher that this one amends; see [`Kind::amends`].
    pub names: Option<Number>,
    /// How often its slip was printed again.
    pub reprints: u16,
}

/// How a voucher is written, with what only that format has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// The time of day without its zone, which is Beijing's.
    One,
    /// The time with its zone, and who was at the till.
    Two {
        /// The operator, 1 to 32 characters, none of them a control character.
        operator: String,
    },
}

impl Format {
    /// The number that the document says.
    #[must_use]
    pub const fn version(&self) -> u32 {
        match self {
            Self::One => 1,
            Self::Two { .. } => 2,
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Money was taken.
    Payment,
    /// Money is held.
    PreAuth,
    /// What was held is taken.
    Completion,
    /// A payment or a hold was taken back whole.
    Void,
    /// A part of a payment was given back, or all of it.
    Refund,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Payment, Self::PreAuth, Self::Completion, Self::Void, Self::Refund];

    /// The word in documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::PreAuth => "pre-auth",
            Self::Completion => "completion",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether a voucher of this kind names an earlier one, and must.
    #[must_use]
    pub const fn amends(self) -> bool {
        matches!(self, Self::Completion | Self::Void | Self::Refund)
    }

    /// Whether a voucher of this kind can name one of `other`.
    #[must_use]
    pub const fn can_amend(self, other: Self) -> bool {
        match self {
            Self::Completion => matches!(other, Self::PreAuth),
            Self::Void => matches!(other, Self::Payment | Self::PreAuth | Self::Completion),
            Self::Refund => matches!(other, Self::Payment | Self::Completion),
            Self::Payment | Self::PreAuth => false,
        }
    }

    /// Whether the customer can redeem a voucher of this kind: it says that money was taken.
    #[must_use]
    pub const fn takes_money(self) -> bool {
        matches!(self, Self::Payment | Self::Completion)
    }
}

/// What is wrong with a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON object with the fields of a voucher, or has others.
    Shape,
    /// A format that nobody here knows.
    Format(u32),
    /// This field does not read as what it should be, or contradicts another one.
    Field(&'static str),
    /// Its number is not the one that follows from what it says.
    Number,
}

/// The most that field 4 can say.
const MAX_FEN: i64 = 999_999_999_999;

impl Voucher {
    /// What it is known by.
    #[must_use]
    pub fn number(&self) -> Number {
        let key = match self.key {
            Key::Card { terminal, batch, stan } => format!("card {} {batch} {stan}", terminal.0),
            Key::Order(order) => format!("order {} {}", order.shop().0, order.as_str()),
        };
        Number::of(&[
            "voucher",
            &self.merchant,
            &self.terminal,
            self.kind.word(),
            &key,
            &self.amount.0.to_string(),
            &self.reference,
            &self.time.unix_s().to_string(),
            &self.names.map(|number| number.to_string()).unwrap_or_default(),
        ])
    }

    /// Whether everything in it is as a reader will want it.
    ///
    /// # Errors
    /// [`Fault::Field`], with the first field that is not.
    pub fn check(&self) -> Result<(), Fault> {
        let sound = |field, sound: bool| if sound { Ok(()) } else { Err(Fault::Field(field)) };
        sound("merchant", is_name(&self.merchant))?;
        sound("terminal", is_name(&self.terminal))?;
        sound("amount_fen", (1..=MAX_FEN).contains(&self.amount.0))?;
        sound(
            "reference",
            (1..=64).contains(&self.reference.len())
                && self.reference.bytes().all(|byte| byte.is_ascii_graphic()),
        )?;
        sound("names", self.names.is_some() == self.kind.amends())?;
        if let Key::Card { batch, stan, .. } = self.key {
            sound("card", (1..=999_999).contains(&batch) && (1..=999_999).contains(&stan))?;
        } else {
            // No wallet here holds money.
            sound("kind", !matches!(self.kind, Kind::PreAuth | Kind::Completion))?;
        }
        match &self.format {
            Format::One => Ok(()),
            Format::Two { operator } => sound(
                "operator",
                (1..=32).contains(&operator.chars().count()) && !operator.chars().any(char::is_control),
            ),
        }
    }

    /// The order, where it is about one.
    #[must_use]
    pub const fn order(&self) -> Option<OrderNo> {
        match self.key {
            Key::Order(order) => Some(order),
            Key::Card { .. } => None,
        }
    }
}

/// Whether a text can name a merchant or a terminal; no character of it needs an escape anywhere.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("it is no voucher"),
            Self::Format(version) => write!(f, "format {version} is unknown"),
            Self::Field(field) => write!(f, "its {field} cannot be"),
            Self::Number => f.write_str("its number does not follow from what it says"),
        }
    }
}

impl core::error::Error for Fault {}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use sim::{ShopNo, TerminalNo};

    pub(crate) fn any_voucher() -> impl Strategy<Value = Voucher> {
        let card = (any::<u16>(), 1_u32..=999_999, 1_u32..=999_999)
            .prop_map(|(terminal, batch, stan)| Key::Card { terminal: TerminalNo(terminal), batch, stan });
        let order = (any::<u16>(), "[A-Za-z0-9_*|-]{1,64}")
            .prop_map(|(shop, number)| Key::Order(OrderNo::new(&number).unwrap().at(ShopNo(shop))));
        let format = prop_oneof![
            Just(Format::One),
            "[^\\x00-\\x1f\\x7f-\\x9f]{1,32}".prop_map(|operator| Format::Two { operator })
        ];
        let rest = (1..=MAX_FEN, "[!-~]{1,64}", 0..200_000_000_000_u64, any::<u16>(), "\\PC{0,9}");
        (prop_oneof![card, order], format, prop::sample::select(Kind::ALL.to_vec()), rest).prop_map(
            |(key, format, kind, (fen, reference, unix_s, reprints, other))| {
                let wallet = matches!(key, Key::Order(_));
                let kind = if wallet && matches!(kind, Kind::PreAuth | Kind::Completion) {
                    Kind::Void
                } else {
                    kind
                };
                Voucher {
                    format,
                    merchant: "123456789012345".to_owned(),
                    terminal: "12345678".to_owned(),
                    kind,
                    key,
                    amount: Fen(fen),
                    reference,
                    time: WallTime::from_unix_s(unix_s),
                    names: kind.amends().then(|| Number::of(&[&other])),
                    reprints,
                }
            },
        )
    }

    pub(crate) fn payment() -> Voucher {
        Voucher {
            format: Format::One,
            merchant: "123456789012345".to_owned(),
            terminal: "12345678".to_owned(),
            kind: Kind::Payment,
            key: Key::Card { terminal: TerminalNo(0), batch: 1, stan: 12 },
            amount: Fen(1850),
            reference: "000000000012".to_owned(),
            // By `date -d '2026-01-05 10:01:02 +0800' +%s`.
            time: WallTime::from_unix_s(1_767_578_462),
            names: None,
            reprints: 0,
        }
    }

    #[test]
    fn a_number_follows_from_what_is_paid_and_not_from_how_it_is_written() {
        let first = payment();
        let number = first.number();
        let again =
            Voucher { format: Format::Two { operator: "01".to_owned() }, reprints: 3, ..first.clone() };
        assert_eq!(again.number(), number);
        let others = [
            Voucher { amount: Fen(1851), ..first.clone() },
            Voucher { terminal: "12345679".to_owned(), ..first.clone() },
            Voucher { merchant: "1".to_owned(), ..first.clone() },
            Voucher { kind: Kind::PreAuth, ..first.clone() },
            Voucher { key: Key::Card { terminal: TerminalNo(0), batch: 1, stan: 13 }, ..first.clone() },
            Voucher { key: Key::Card { terminal: TerminalNo(1), batch: 1, stan: 12 }, ..first.clone() },
            Voucher { reference: "000000000013".to_owned(), ..first.clone() },
            Voucher { time: first.time.plus_s(1), ..first.clone() },
            Voucher { names: Some(number), ..first },
        ];
        for other in others {
            assert_ne!(other.number(), number, "{other:?}");
        }
    }

    #[test]
    fn a_voucher_that_contradicts_itself_is_found_out() {
        let wallet = Key::Order(OrderNo::new("A-1").unwrap());
        for (voucher, field) in [
            (Voucher { amount: Fen::ZERO, ..payment() }, "amount_fen"),
            (Voucher { amount: Fen(-1), ..payment() }, "amount_fen"),
            (Voucher { reference: "a b".to_owned(), ..payment() }, "reference"),
            (Voucher { merchant: String::new(), ..payment() }, "merchant"),
            (Voucher { terminal: "\"".to_owned(), ..payment() }, "terminal"),
            (Voucher { kind: Kind::Void, ..payment() }, "names"),
            (Voucher { kind: Kind::PreAuth, key: wallet, ..payment() }, "kind"),
            (Voucher { key: Key::Card { terminal: TerminalNo(0), batch: 0, stan: 1 }, ..payment() }, "card"),
            (Voucher { format: Format::Two { operator: String::new() }, ..payment() }, "operator"),
        ] {
            assert_eq!(voucher.check(), Err(Fault::Field(field)));
        }
        assert_eq!(payment().check(), Ok(()));
    }
}
