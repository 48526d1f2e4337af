//! What a terminal tells about a transaction (04 0F): every field is there or not.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 3.1.1 and 3.1.3. Fields are written in the order of the
//! published table, since old registers rely on it. *Not modelled:* GeldKarte (9A, BA), blocked goods (4C), host codes
//! that are not decimal (A0), containers in a result.

use crate::bcd::{
    Amount, CardSequenceNo, ClockTime, Currency, Day, Expiry, ReceiptNo, TerminalId, TraceNo, TurnoverNo,
};
use crate::card_number::CardNumber;
use crate::code::ResultCode;
use crate::fields::{Bmp, Fields, NotDecimal};

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Well, or why not.
    pub code: ResultCode,
    /// What was paid, given back or held; of an end of day, the total.
    pub amount: Option<Amount>,
    /// Of the transaction.
    pub trace_no: Option<TraceNo>,
    /// Of the payment that a reversal took back.
    pub original_trace_no: Option<TraceNo>,
    /// When.
    pub time: Option<ClockTime>,
    /// When.
    pub day: Option<Day>,
    /// Of the card.
    pub expiry: Option<Expiry>,
    /// Of the card.
    pub sequence_no: Option<CardSequenceNo>,
    /// `40` offline, `60` online, `70` with PIN.
    pub payment_type: Option<u8>,
    /// Of the card.
    pub card: Option<CardNumber>,
    /// Of the terminal.
    pub terminal_id: Option<TerminalId>,
    /// The host's word; the first eight bytes are sent.
    pub authorisation: Option<String>,
    /// What the amount is in. A session leaves it out unless the register named one.
    pub currency: Option<Currency>,
    /// By which the register can name this transaction later.
    pub receipt_no: Option<ReceiptNo>,
    /// By the protocol's list: 5 girocard, 6 Mastercard, 10 Visa, 198 UnionPay.
    pub card_type: Option<u8>,
    /// By the network operator's list.
    pub operator_card_type: Option<u8>,
    /// The shop's number with the card company; the first 15 characters are sent.
    pub contract_no: Option<String>,
    /// More text for the receipt; the first 999 characters are sent.
    pub additional_text: Option<String>,
    /// Of the record in the terminal.
    pub turnover_no: Option<TurnoverNo>,
    /// Of the kind of card; the first 98 characters are sent.
    pub card_name: Option<String>,
    /// Totals by kind of card.
    pub totals: Option<Totals>,
}

impl Outcome {
    /// Only a code.
    #[must_use]
    pub const fn of(code: ResultCode) -> Self {
        Self {
            code,
            amount: None,
            trace_no: None,
            original_trace_no: None,
            time: None,
            day: None,
            expiry: None,
            sequence_no: None,
            payment_type: None,
            card: None,
            terminal_id: None,
            authorisation: None,
            currency: None,
            receipt_no: None,
            card_type: None,
            operator_card_type: None,
            contract_no: None,
            additional_text: None,
            turnover_no: None,
            card_name: None,
            totals: None,
        }
    }

    /// As it stands in a message.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.push(Bmp::RESULT_CODE, &[self.code.0]);
        self.write_numbers(&mut fields);
        self.write_card(&mut fields);
        fields
    }

    fn write_numbers(&self, fields: &mut Fields) {
        let mut push = |bmp, bytes: Option<&[u8]>| bytes.map_or((), |bytes| fields.push(bmp, bytes));
        push(Bmp::AMOUNT, self.amount.map(Amount::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::TOTALS, self.totals.map(Totals::wire).as_deref());
        push(Bmp::TRACE_NO, self.trace_no.map(TraceNo::wire).as_ref().map(|bytes| &bytes[..]));
        push(
            Bmp::ORIGINAL_TRACE_NO,
            self.original_trace_no.map(TraceNo::wire).as_ref().map(|bytes| &bytes[..]),
        );
        push(Bmp::TIME, self.time.map(ClockTime::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::DAY, self.day.map(Day::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::EXPIRY, self.expiry.map(Expiry::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::SEQUENCE_NO, self.sequence_no.map(CardSequenceNo::wire).as_ref().map(|bytes| &bytes[..]));
    }

    fn write_card(&self, fields: &mut Fields) {
        let mut push = |bmp, bytes: Option<&[u8]>| bytes.map_or((), |bytes| fields.push(bmp, bytes));
        push(Bmp::PAYMENT_TYPE, self.payment_type.as_ref().map(core::slice::from_ref));
        push(Bmp::CARD_NUMBER, self.card.as_ref().map(CardNumber::wire));
        push(Bmp::TERMINAL_ID, self.terminal_id.map(TerminalId::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::AUTHORISATION, self.authorisation.as_ref().map(String::as_bytes));
        push(Bmp::CURRENCY, self.currency.map(Currency::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::RECEIPT_NO, self.receipt_no.map(ReceiptNo::wire).as_ref().map(|bytes| &bytes[..]));
        push(Bmp::CARD_TYPE, self.card_type.as_ref().map(core::slice::from_ref));
        push(Bmp::OPERATOR_CARD_TYPE, self.operator_card_type.as_ref().map(core::slice::from_ref));
        push(Bmp::CONTRACT_NO, self.contract_no.as_deref().map(padded).as_deref());
        self.additional_text.iter().for_each(|said| fields.push_text(Bmp::ADDITIONAL_TEXT, said));
        let turnover_no = self.turnover_no.map(TurnoverNo::wire);
        turnover_no.iter().for_each(|bytes| fields.push(Bmp::TURNOVER_NO, bytes));
        let ended = |name: &String| name.chars().take(MAX_NAME).chain(['\0']).collect::<String>();
        self.card_name.iter().for_each(|name| fields.push_text(Bmp::CARD_NAME, &ended(name)));
    }

    /// Reads the fields of a message; those that have no place here are passed over, and a missing code is good.
    ///
    /// # Errors
    /// A number has other than decimal digits.
    pub fn read(fields: &Fields) -> Result<Self, NotDecimal> {
        Ok(Self {
            code: fields.result_code().unwrap_or(ResultCode::OK),
            amount: fields.amount()?,
            trace_no: fields.trace_no()?,
            original_trace_no: fields.original_trace_no()?,
            time: fields.time()?,
            day: fields.day()?,
            expiry: fields.expiry()?,
            sequence_no: fields.sequence_no()?,
            payment_type: fields.byte(Bmp::PAYMENT_TYPE),
            card: fields.card_number(),
            terminal_id: fields.terminal_id()?,
            authorisation: fields.text(Bmp::AUTHORISATION),
            currency: fields.currency()?,
            receipt_no: fields.receipt_no()?,
            card_type: fields.byte(Bmp::CARD_TYPE),
            operator_card_type: fields.byte(Bmp::OPERATOR_CARD_TYPE),
            contract_no: fields.text(Bmp::CONTRACT_NO).map(|text| text.trim_end().to_owned()),
            additional_text: fields.text(Bmp::ADDITIONAL_TEXT),
            turnover_no: fields.turnover_no()?,
            card_name: fields.text(Bmp::CARD_NAME),
            totals: fields.get(Bmp::TOTALS).map(Totals::read).transpose()?,
        })
    }
}

/// The contract number fills its field with spaces.
fn padded(number: &str) -> Vec<u8> {
    let mut bytes = crate::text::bytes(number, 15);
    bytes.resize(15, b' ');
    bytes
}

const MAX_NAME: usize = 98;

/// Count and sum of a kind of card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardTotal {
    /// Transactions.
    pub count: u8,
    /// Their sum.
    pub sum: Amount,
}

impl CardTotal {
    /// Nothing.
    pub const NONE: Self = Self { count: 0, sum: Amount::ZERO };
}

/// What an end of day says about each kind of card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The first receipt of the batch.
    pub first: ReceiptNo,
    /// The last receipt of the batch.
    pub last: ReceiptNo,
    /// girocard, JCB, Mastercard, American Express, Visa, Diners, all others.
    pub cards: [CardTotal; 7],
}

impl Totals {
    fn wire(self) -> Vec<u8> {
        let mut bytes = [self.first.wire(), self.last.wire()].concat();
        for card in self.cards {
            bytes.push(card.count);
            bytes.extend(card.sum.wire());
        }
        bytes
    }

    /// Totals that are cut have nothing for what is missing.
    fn read(bytes: &[u8]) -> Result<Self, NotDecimal> {
        let wrong = NotDecimal(Bmp::TOTALS);
        let number = |range| bytes.get(range).and_then(ReceiptNo::read).ok_or(wrong);
        let mut cards = [CardTotal::NONE; 7];
        for (card, bytes) in cards.iter_mut().zip(bytes.get(4..).unwrap_or_default().chunks_exact(7)) {
            let (count, sum) = bytes.split_first().ok_or(wrong)?;
            *card = CardTotal { count: *count, sum: Amount::read(sum).ok_or(wrong)? };
        }
        Ok(Self { first: number(0..2)?, last: number(2..4)?, cards })
    }
}

#[cfg(test)]
mod tests {
    use super::{CardTotal, Outcome, Totals};
    use crate::bcd::{Amount, Currency, ReceiptNo, TerminalId, TraceNo};
    use crate::card_number::CardNumber;
    use crate::code::ResultCode;

    /// The unit tests of Portalum.Zvt (MIT), `StatusInformationParserTest.Parse_AbortByKey_Successful`.
    #[test]
    fn an_abort_by_key_is_written_as_a_terminal_wrote_it() {
        let outcome = Outcome {
            terminal_id: TerminalId::new(28_004_869),
            additional_text: Some("Abbruch durch Kunde".into()),
            ..Outcome::of(ResultCode::ABORTED)
        };
        let mut wire = vec![0x27, 0x6C, 0x29, 0x28, 0x00, 0x48, 0x69, 0x3C, 0xF0, 0xF1, 0xF9];
        wire.extend(b"Abbruch durch Kunde");
        assert_eq!(outcome.fields().bytes(), wire);
    }

    #[test]
    fn fields_stand_in_the_order_of_the_published_table() {
        let order: Vec<u8> = full().fields().iter().map(|(bmp, _)| bmp.0).collect();
        let published = [0x27, 0x04, 0x60, 0x0B, 0x19, 0x22, 0x29, 0x3B, 0x49, 0x87, 0x8A, 0x2A, 0x3C, 0x8B];
        assert_eq!(order, published);
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Outcome::read(&full().fields()), Ok(full()));
    }

    #[test]
    fn a_card_number_is_not_shown() {
        assert!(!format!("{:?}", full()).contains("678901"));
    }

    fn full() -> Outcome {
        let number = |number| ReceiptNo::new(number).unwrap();
        let mut cards = [CardTotal::NONE; 7];
        cards[2] = CardTotal { count: 2, sum: Amount::new(958).unwrap() };
        Outcome {
            amount: Amount::new(958),
            trace_no: TraceNo::new(982),
            payment_type: Some(0x60),
            card: Some(CardNumber::hiding("6222021234567890128")),
            terminal_id: TerminalId::new(52_523_535),
            authorisation: Some("750071".into()),
            currency: Some(Currency::EUR),
            receipt_no: ReceiptNo::new(231),
            card_type: Some(6),
            contract_no: Some("804011926".into()),
            additional_text: Some("DAUER 7 TAGE".into()),
            card_name: Some("MasterCard".into()),
            totals: Some(Totals { first: number(233), last: number(234), cards }),
            ..Outcome::of(ResultCode::OK)
        }
    }
}
