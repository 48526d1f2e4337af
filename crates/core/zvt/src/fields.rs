//! Numbered fields ("bitmaps"): a number, and a value whose length the number decides.
//!
//! Source: ZVT interface PA00P016 revision 04, chapter 5.2.7, and PA00P015 revision 13.08, chapters 2, 3 and 14. A field
//! of unknown number has no length that could be known, so it ends all reading. Counters of two and three digits are
//! written `Fx Fy`; their high nibbles are not looked at. Fields stay as they came, in their order, with their bytes.
//! *Not modelled:* what the fields of the display commands mean.

use crate::bcd::{
    Amount, CardSequenceNo, ClockTime, Currency, Date, Day, Expiry, ReceiptNo, TerminalId, TraceNo,
    TurnoverNo,
};
use crate::card_number::CardNumber;
use crate::code::ResultCode;
use crate::text;
use crate::tlv::{self, Objects};
use core::fmt;

/// The number of a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bmp(pub u8);

impl Bmp {
    /// How long the register takes to issue goods, in seconds.
    pub const TIMEOUT: Self = Self(0x01);
    /// How often the register may ask for the result once more.
    pub const MAX_RESULTS: Self = Self(0x02);
    /// Bits whose meaning the command decides.
    pub const SERVICE_BYTE: Self = Self(0x03);
    /// Money.
    pub const AMOUNT: Self = Self(0x04);
    /// Data objects.
    pub const CONTAINER: Self = Self(0x06);
    /// Of the transaction.
    pub const TRACE_NO: Self = Self(0x0B);
    /// Of the transaction.
    pub const TIME: Self = Self(0x0C);
    /// Of the transaction: month and day.
    pub const DAY: Self = Self(0x0D);
    /// Of the card.
    pub const EXPIRY: Self = Self(0x0E);
    /// Of the card.
    pub const SEQUENCE_NO: Self = Self(0x17);
    /// Kind of payment, or state after a registration.
    pub const PAYMENT_TYPE: Self = Self(0x19);
    /// Of the card.
    pub const CARD_NUMBER: Self = Self(0x22);
    /// How it ended.
    pub const RESULT_CODE: Self = Self(0x27);
    /// Of the terminal.
    pub const TERMINAL_ID: Self = Self(0x29);
    /// The shop's number with the card company.
    pub const CONTRACT_NO: Self = Self(0x2A);
    /// Of the payment that a reversal is about.
    pub const ORIGINAL_TRACE_NO: Self = Self(0x37);
    /// The host's word of authorisation.
    pub const AUTHORISATION: Self = Self(0x3B);
    /// More text for the receipt.
    pub const ADDITIONAL_TEXT: Self = Self(0x3C);
    /// ISO 4217.
    pub const CURRENCY: Self = Self(0x49);
    /// Totals by kind of card.
    pub const TOTALS: Self = Self(0x60);
    /// Of the payment.
    pub const RECEIPT_NO: Self = Self(0x87);
    /// Of the record.
    pub const TURNOVER_NO: Self = Self(0x88);
    /// By the list of the protocol.
    pub const CARD_TYPE: Self = Self(0x8A);
    /// Of the kind of card.
    pub const CARD_NAME: Self = Self(0x8B);
    /// By the list of the network operator.
    pub const OPERATOR_CARD_TYPE: Self = Self(0x8C);
    /// Year, month and day.
    pub const DATE: Self = Self(0xAA);

    /// How long its value is; `None` for a number that is not known.
    const fn length(self) -> Option<Length> {
        use Length::{Fixed, Lllvar, Llvar};
        Some(match self.0 {
            0x01..=0x03 | 0x05 | 0x19 | 0x27 | 0x72..=0x75 | 0x8A | 0x8C | 0xA0 | 0xD0 | 0xD2 | 0xD3 => {
                Fixed(1)
            }
            0xE0 | 0xE9 | 0xEA | 0xF0 | 0xF9..=0xFD => Fixed(1),
            0x0D | 0x0E | 0x17 | 0x3A | 0x49 | 0x87 => Fixed(2),
            0x0B | 0x0C | 0x37 | 0x3D | 0x88 | 0xAA => Fixed(3),
            0x29 | 0x70 | 0x71 => Fixed(4),
            0xBA => Fixed(5),
            0x04 => Fixed(6),
            0x3B | 0xEB => Fixed(8),
            0x2A => Fixed(15),
            0x22 | 0x23 | 0x2D | 0x4C | 0x8B | 0xA7 | 0xD1 | 0xE1..=0xE8 | 0xF1..=0xF8 => Llvar,
            0x24 | 0x2E | 0x3C | 0x60 | 0x92 | 0x9A | 0xAF => Lllvar,
            0x06 => Length::Tlv,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy)]
enum Length {
    Fixed(usize),
    /// Two digits.
    Llvar,
    /// Three digits.
    Lllvar,
    /// As a data object's.
    Tlv,
}

impl Length {
    /// The most bytes that a value can have.
    const fn max(self) -> usize {
        match self {
            Self::Fixed(bytes) => bytes,
            Self::Llvar => 99,
            Self::Lllvar => 999,
            Self::Tlv => 0xFFFF,
        }
    }
}

/// Fields in their order, all of them readable. `Debug` shows numbers and lengths, and never values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<u8>);

impl Fields {
    /// No field at all.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Reads bytes that are fields to their end.
    ///
    /// # Errors
    /// One has an unknown number, or is cut.
    pub fn parse(bytes: &[u8]) -> Result<Self, FieldError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = split(rest).map_err(|fault| FieldError { offset: bytes.len() - rest.len(), fault })?.2;
        }
        Ok(Self(bytes.to_vec()))
    }

    /// Every field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Bmp, &[u8])> {
        let mut rest = self.0.as_slice();
        core::iter::from_fn(move || {
            let (bmp, value, after) = split(rest).ok()?;
            rest = after;
            Some((bmp, value))
        })
    }

    /// The value of the first of this number.
    #[must_use]
    pub fn get(&self, bmp: Bmp) -> Option<&[u8]> {
        self.iter().find(|(number, _)| *number == bmp).map(|(_, value)| value)
    }

    /// As they stand in a message.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Appends a field. A fixed one is filled with zeros and cut to its length, any other cut to the most it can have;
    /// an unknown number is left out.
    pub fn push(&mut self, bmp: Bmp, value: &[u8]) {
        let Some(length) = bmp.length() else { return };
        let value = value.get(..length.max()).unwrap_or(value);
        self.0.push(bmp.0);
        let digit = |count: usize| 0xF0 | (count % 10) as u8;
        let count = value.len();
        match length {
            Length::Fixed(bytes) => {
                self.0.extend_from_slice(value);
                self.0.resize(self.0.len() + bytes - count, 0);
                return;
            }
            Length::Llvar => self.0.extend_from_slice(&[digit(count / 10), digit(count)]),
            Length::Lllvar => {
                self.0.extend_from_slice(&[digit(count / 100), digit(count / 10), digit(count)]);
            }
            Length::Tlv => tlv::write_length(&mut self.0, count),
        }
        self.0.extend_from_slice(value);
    }

    /// Appends a text, cut to what the field can have.
    pub fn push_text(&mut self, bmp: Bmp, said: &str) {
        self.push(bmp, &text::bytes(said, bmp.length().map_or(0, Length::max)));
    }

    /// The byte of a field of one.
    #[must_use]
    pub fn byte(&self, bmp: Bmp) -> Option<u8> {
        self.get(bmp)?.first().copied()
    }

    /// The text of a field, without zeros at its end.
    #[must_use]
    pub fn text(&self, bmp: Bmp) -> Option<String> {
        let bytes = self.get(bmp)?;
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        Some(text::read(bytes.get(..end).unwrap_or_default()))
    }

    /// The data objects of field 06.
    #[must_use]
    pub fn objects(&self) -> Option<Objects<'_>> {
        self.get(Bmp::CONTAINER).map(Objects::new)
    }

    /// How it ended.
    #[must_use]
    pub fn result_code(&self) -> Option<ResultCode> {
        self.byte(Bmp::RESULT_CODE).map(ResultCode)
    }

    /// The number of a card, as it came.
    #[must_use]
    pub fn card_number(&self) -> Option<CardNumber> {
        self.get(Bmp::CARD_NUMBER).map(CardNumber::read)
    }
}

macro_rules! digits {
    ($($name:ident: $kind:ident = $bmp:ident;)*) => {
        impl Fields {$(
            #[doc = concat!("The field [`Bmp::", stringify!($bmp), "`], when it is there.\n\n# Errors\nIt is there, and not all of it are decimal digits.")]
            pub fn $name(&self) -> Result<Option<$kind>, NotDecimal> {
                self.get(Bmp::$bmp).map(|value| $kind::read(value).ok_or(NotDecimal(Bmp::$bmp))).transpose()
            }
        )*}
    };
}

digits! {
    amount: Amount = AMOUNT;
    trace_no: TraceNo = TRACE_NO;
    original_trace_no: TraceNo = ORIGINAL_TRACE_NO;
    time: ClockTime = TIME;
    day: Day = DAY;
    date: Date = DATE;
    expiry: Expiry = EXPIRY;
    sequence_no: CardSequenceNo = SEQUENCE_NO;
    terminal_id: TerminalId = TERMINAL_ID;
    currency: Currency = CURRENCY;
    receipt_no: ReceiptNo = RECEIPT_NO;
    turnover_no: TurnoverNo = TURNOVER_NO;
}

/// The first field, and what follows it.
fn split(bytes: &[u8]) -> Result<(Bmp, &[u8], &[u8]), FieldFault> {
    let (number, rest) = bytes.split_first().ok_or(FieldFault::Cut)?;
    let bmp = Bmp(*number);
    let (length, rest) = match bmp.length().ok_or(FieldFault::Unknown(bmp))? {
        Length::Fixed(length) => (length, rest),
        Length::Llvar => counter::<2>(rest)?,
        Length::Lllvar => counter::<3>(rest)?,
        Length::Tlv => tlv::read_length(rest).map_err(|_| FieldFault::Length)?,
    };
    let (value, rest) = rest.split_at_checked(length).ok_or(FieldFault::Cut)?;
    Ok((bmp, value, rest))
}

/// So many digits, one in the low nibble of each byte.
pub(crate) fn counter<const N: usize>(bytes: &[u8]) -> Result<(usize, &[u8]), FieldFault> {
    let (digits, rest) = bytes.split_first_chunk::<N>().ok_or(FieldFault::Cut)?;
    let count = digits.iter().try_fold(0, |count, byte| {
        let digit = usize::from(byte & 0x0F);
        (digit <= 9).then_some(count * 10 + digit)
    });
    Ok((count.ok_or(FieldFault::Length)?, rest))
}

/// Where fields cannot be read, and why. The peer is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// At which byte the field begins.
    pub offset: usize,
    /// What is wrong with it.
    pub fault: FieldFault,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldFault {
    /// Nobody knows how long a field of this number is.
    Unknown(Bmp),
    /// The data end before it does.
    Cut,
    /// Its length is none.
    Length,
}

/// A field that should hold decimal digits holds others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDecimal(pub Bmp);

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: ", self.offset)?;
        match self.fault {
            FieldFault::Unknown(bmp) => write!(f, "no field has the number {bmp:?}"),
            FieldFault::Cut => f.write_str("the field is cut"),
            FieldFault::Length => f.write_str("the field has no readable length"),
        }
    }
}

impl fmt::Display for NotDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field {:?} holds no decimal number", self.0)
    }
}

impl core::error::Error for FieldError {}
impl core::error::Error for NotDecimal {}

impl fmt::Debug for Bmp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(bmp, value)| (bmp, value.len()))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bmp, FieldError, FieldFault, Fields, NotDecimal};
    use crate::bcd::{Amount, ReceiptNo};
    use proptest::prelude::*;

    #[test]
    fn a_field_of_each_kind_is_read() {
        let fields = Fields::parse(&[
            0x04, 0, 0, 0, 0, 0x12, 0x34, 0x8B, 0xF0, 0xF3, b'a', b'b', 0, 0x3C, 0xF0, 0xF0, 0xF1, b'x',
            0x06, 0,
        ])
        .unwrap();
        assert_eq!(fields.amount(), Ok(Amount::new(1234)));
        assert_eq!(fields.text(Bmp::CARD_NAME).as_deref(), Some("ab"));
        assert_eq!(fields.text(Bmp::ADDITIONAL_TEXT).as_deref(), Some("x"));
        assert_eq!(fields.objects().map(Iterator::count), Some(0));
        assert_eq!(fields.receipt_no(), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let fault =
            |bytes: &[u8]| Fields::parse(bytes).map_err(|FieldError { offset, fault }| (offset, fault));
        assert_eq!(fault(&[0x27, 0, 0x55, 1]), Err((2, FieldFault::Unknown(Bmp(0x55)))));
        assert_eq!(fault(&[0x27, 0, 0x49, 9]), Err((2, FieldFault::Cut)));
        assert_eq!(fault(&[0x8B, 0xFA, 0xF0]), Err((0, FieldFault::Length)));
        assert_eq!(
            Fields::parse(&[0x87, 0xFF, 0xFF]).unwrap().receipt_no(),
            Err(NotDecimal(Bmp::RECEIPT_NO))
        );
    }

    #[test]
    fn a_value_that_is_too_short_or_too_long_is_made_to_fit() {
        let mut fields = Fields::default();
        fields.push(Bmp::AUTHORISATION, b"750071");
        fields.push(Bmp::RECEIPT_NO, &[0x12, 0x34, 0x56]);
        fields.push_text(Bmp::CARD_NAME, &"x".repeat(120));
        fields.push(Bmp(0x55), &[1]);
        assert_eq!(fields.get(Bmp::AUTHORISATION), Some(&b"750071\0\0"[..]));
        assert_eq!(fields.receipt_no(), Ok(ReceiptNo::new(1234)));
        assert_eq!(fields.get(Bmp::CARD_NAME).map(<[u8]>::len), Some(99));
        assert_eq!(Fields::parse(fields.bytes()), Ok(fields));
    }

    #[test]
    fn values_are_not_shown() {
        assert_eq!(format!("{:?}", Fields::parse(&[0x27, 0x6C]).unwrap()), "{27: 1}");
    }

    proptest! {
        #[test]
        fn any_fields_are_read_as_pushed(pushed in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..8)) {
            let mut fields = Fields::default();
            for (number, value) in &pushed {
                fields.push(Bmp(*number), value);
            }
            let known = pushed.iter().filter(|(number, _)| Bmp(*number).length().is_some()).count();
            prop_assert_eq!(fields.iter().count(), known);
            prop_assert_eq!(Fields::parse(fields.bytes()), Ok(fields));
        }
    }
}
