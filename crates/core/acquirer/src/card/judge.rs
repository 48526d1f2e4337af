//! Decides what cards pay, hold and get back: once for each number, within batch, day, amount and time.
//!
//! Source: UnionPay POS dialect, "Batch, STAN, settlement" (host limits), "Transaction table" (what names the original)
//! and "Response codes". The dialect's notes leave some codes open; here an original that is not to be found, is another
//! card's or another shop's, is too old or no longer stands is always 25, a wrong amount 64, one too high 61, and a
//! payer's code that no wallet gives out, or that has paid before, is 14.
//!
//! | transaction | original by | of | limits |
//! |---|---|---|---|
//! | void | F37, or F61 | sale, QR sale, completion | same terminal, batch, day, card; the amount; once; not refunded |
//! | refund | F37 or F59 A4 | sale, QR sale, offline sale, completion | same shop, card; 30 days; what is left |
//! | pre-authorisation void | F38 and F61 | pre-authorisation | same shop, card; 30 days; the amount |
//! | completion | F38 and F61 | pre-authorisation | same shop, card; 30 days; 115 %; once |
//!
//! A completion void gives the money back into the hold, which then ends once more. Whoever voids a QR sale says its
//! voucher number instead of a card. An exact repetition of an advice is answered as before; any other repetition is 94.
//! *Not modelled:* tips (60.1 32 and 34), instalments, electronic cash (27, 45 to 47), reservations (53, 54): 12.

use super::Decision;
use super::books::{CardBooks, CardChange, HOLD_LASTS, Terminal};
use super::chip::ChipData;
use super::issuer::{Issuer, is_open, organisation};
use super::record::{CardNumber, Record, RecordNo, State, movements, spent, ways};
use super::reply::{Extra, digits};
use super::request::CardRequest;
use super::setup::CardSetup;
use crate::books::Change;
use crate::calendar::Civil;
use crate::event::Kind;
use crate::ledger::{AMOUNT_MAX, Cause, Entry};
use crate::short::{Code, Short};
use core::time::Duration;
use sim::{Fen, SimTime, TerminalNo};

/// A refund is possible for so long.
const REFUND_WITHIN: Duration = Duration::from_secs(30 * 86_400);
/// A completion may take so many hundredths of the hold.
const COMPLETION_PERCENT: i64 = 115;
const YUAN: &str = "156";

/// One request before the books.
pub(crate) struct Judge<'a> {
    pub(crate) setup: &'a CardSetup,
    pub(crate) books: &'a CardBooks,
    pub(crate) request: &'a CardRequest,
    pub(crate) terminal: &'a Terminal,
    pub(crate) terminal_no: TerminalNo,
    pub(crate) now: SimTime,
    pub(crate) day: u32,
    pub(crate) changes: &'a mut Vec<Change>,
}

/// A transaction that is carried out.
struct Grant {
    code: Code,
    amount: Fen,
    /// The record that it is about, and the payment's number; its own number if there is none.
    original: Option<RecordNo>,
    payment: CardNumber,
    /// What the pre-authorisation holds that it is about.
    hold: Fen,
    extra: Extra,
}

impl Judge<'_> {
    /// Decides a transaction, and puts its record into the changes.
    pub(crate) fn transact(&mut self) -> Decision {
        let number = self.number();
        if let Some(repeated) = self.repetition(number) {
            return repeated;
        }
        if number.batch != self.terminal.batch {
            return Decision::refused("77");
        }
        if self.terminal.uploading.is_some() {
            return Decision::refused("90");
        }
        match self.weigh(number) {
            Ok(grant) => self.carry_out(number, grant),
            Err(code) => {
                self.record_refusal(number, code);
                Decision::of_code(code)
            }
        }
    }

    /// The request's number, with the terminal's as the books know it now.
    pub(crate) const fn number(&self) -> CardNumber {
        CardNumber { terminal: self.terminal_no, ..self.request.number }
    }

    /// What becomes of a number that was seen before.
    fn repetition(&self, number: CardNumber) -> Option<Decision> {
        if self.books.is_barred(number) {
            return Some(Decision::refused("12"));
        }
        let (found, record) = self.books.find(number)?;
        let is_exact = self.request.is_advice() && record.fingerprint == self.request.fingerprint;
        Some(if is_exact {
            Decision { record: Some(found), ..Decision::refused(record.code.as_str()) }
        } else {
            Decision::refused("94")
        })
    }

    fn weigh(&mut self, number: CardNumber) -> Result<Grant, Code> {
        let Some(transaction) = self.request.transaction else { return Err(Code::new("12")) };
        if self.request.message.text(49).is_some_and(|currency| currency != YUAN) {
            return Err(Code::new("12"));
        }
        let amount = self.request.amount.unwrap_or_default();
        let is_amount = (Fen(1)..=AMOUNT_MAX).contains(&amount);
        if !is_amount && !matches!(transaction, Kind::Balance | Kind::Script) {
            return Err(Code::new("13"));
        }
        match transaction {
            Kind::Sale | Kind::OfflineSale | Kind::PreAuth => self.pay(number, amount),
            Kind::QrSale => self.pay_by_code(number, amount),
            Kind::Void => self.void(amount, &[Kind::Sale, Kind::QrSale]),
            Kind::CompletionVoid => self.void(amount, &[Kind::Completion]),
            Kind::Refund => self.refund(amount),
            Kind::PreAuthVoid => self.void_hold(amount),
            Kind::Completion => self.complete(amount),
            Kind::Balance => self.balance(number),
            Kind::Script => self.note_script(),
            _ => Err(Code::new("12")),
        }
    }

    fn pay(&mut self, number: CardNumber, amount: Fen) -> Result<Grant, Code> {
        // An offline sale has happened: nobody asks whether the card can pay for it.
        let wanted = if self.request.kind == Kind::OfflineSale { Fen::ZERO } else { amount };
        let (code, amount) = self.ask_issuer(wanted)?;
        Ok(Grant { code, amount, original: None, payment: number, hold: Fen::ZERO, extra: Extra::Nothing })
    }

    fn pay_by_code(&mut self, number: CardNumber, amount: Fen) -> Result<Grant, Code> {
        let code = self.request.scanned().unwrap_or_default();
        // Also a payment that went back again has used its code up.
        let used = self.request.card.is_some_and(|card| self.books.has_paid(card));
        if !is_payment_code(code) || used {
            return Err(Code::new("14"));
        }
        self.pay(number, amount)
    }

    fn balance(&mut self, number: CardNumber) -> Result<Grant, Code> {
        let (code, _) = self.ask_issuer(Fen::ZERO)?;
        let extra = Extra::Balance(self.issuer().available().unwrap_or(AMOUNT_MAX));
        Ok(Grant { code, amount: Fen::ZERO, original: None, payment: number, hold: Fen::ZERO, extra })
    }

    /// What a chip has made of the issuer's script: noted, if its original is known.
    fn note_script(&self) -> Result<Grant, Code> {
        let original = self.named_by_61().filter(|(_, record)| record.state != State::Declined);
        let (original, record) = original.ok_or_else(not_found)?;
        let (payment, original) = (record.payment, Some(original));
        let code = Code::new("00");
        Ok(Grant { code, amount: Fen::ZERO, original, payment, hold: Fen::ZERO, extra: Extra::Nothing })
    }

    /// Voids a sale or a completion.
    fn void(&mut self, amount: Fen, kinds: &[Kind]) -> Result<Grant, Code> {
        let found = if self.request.has(37) { self.named_by_37() } else { self.named_by_61() };
        let (found, record) = found.ok_or_else(not_found)?;
        let is_ours = record.number.terminal == self.terminal_no
            && record.number.batch == self.terminal.batch
            && record.day == self.day;
        if !is_ours || !record.is_standing(kinds) || record.refunded != Fen::ZERO {
            return Err(not_found());
        }
        if !self.is_same_payer(found, record) || !self.agrees(found, record) {
            return Err(not_found());
        }
        self.give_back(found, record, amount, record.amount)
    }

    /// Refunds a part of a payment, or all that is left of it.
    fn refund(&mut self, amount: Fen) -> Result<Grant, Code> {
        const OF: [Kind; 4] = [Kind::Sale, Kind::QrSale, Kind::OfflineSale, Kind::Completion];
        let found = if self.request.has(37) { self.named_by_37() } else { self.named_by_voucher() };
        let (found, record) = found.ok_or_else(not_found)?;
        let in_time = self.now.since(record.at) <= REFUND_WITHIN;
        let date = self.request.original().and_then(|original| original.date_mmdd).filter(|date| *date != 0);
        let same_date = date.is_none_or(|date| mmdd(record.day) == date);
        if !record.is_standing(&OF) || !in_time || !same_date || !self.is_same_shop(record) {
            return Err(not_found());
        }
        if !self.is_same_payer(found, record) {
            return Err(not_found());
        }
        if amount > record.amount - record.refunded {
            return Err(Code::new("61"));
        }
        self.give_back(found, record, amount, amount)
    }

    fn void_hold(&mut self, amount: Fen) -> Result<Grant, Code> {
        let (found, record) = self.named_by_38().ok_or_else(not_found)?;
        self.give_back(found, record, amount, record.amount)
    }

    fn complete(&mut self, amount: Fen) -> Result<Grant, Code> {
        let (found, record) = self.named_by_38().ok_or_else(not_found)?;
        let (hold, payment) = (record.amount, record.payment);
        if amount.0 > hold.0 * COMPLETION_PERCENT / 100 {
            return Err(Code::new("61"));
        }
        let (code, amount) = self.ask_issuer((amount - hold).max(Fen::ZERO))?;
        Ok(Grant { code, amount, original: Some(found), payment, hold, extra: Extra::Nothing })
    }

    /// A void, or a refund: `expected` is the amount that it must say.
    fn give_back(
        &mut self,
        found: RecordNo,
        record: &Record,
        amount: Fen,
        expected: Fen,
    ) -> Result<Grant, Code> {
        if amount != expected {
            return Err(Code::new("64"));
        }
        let payment = record.payment;
        let hold = self.hold_of(record);
        let (code, _) = self.ask_issuer(Fen::ZERO)?;
        Ok(Grant { code, amount, original: Some(found), payment, hold, extra: Extra::Nothing })
    }

    fn ask_issuer(&mut self, wanted: Fen) -> Result<(Code, Fen), Code> {
        let approval = self.issuer().judge(self.terminal, wanted, self.changes)?;
        Ok((approval.code, approval.amount))
    }

    /// Puts record and entries into the changes.
    fn carry_out(&mut self, number: CardNumber, grant: Grant) -> Decision {
        let Grant { code, amount, original, payment, hold, extra } = grant;
        let kind = self.request.kind;
        let record = self.books.next_record();
        let blank = self.blank(number, code);
        // Who voids or refunds a payment by code says no card; the money goes back to whoever paid.
        let paid = original.and_then(|original| self.books.record_of(original));
        let (card, foreign) = paid.map_or((blank.card, blank.foreign), |paid| (paid.card, paid.foreign));
        let spent = spent(kind, amount, hold);
        self.put_record(Record { amount, spent, original, payment, card, foreign, ..blank });
        let cause = cause(kind, number);
        for (way, amount) in ways(kind, amount, hold) {
            if amount > Fen::ZERO {
                let entry = Entry::moved(self.now, payment.key(), cause, way, amount);
                self.changes.push(Change::Entry(entry));
            }
        }
        let [approved, _] = movements(kind, amount, hold);
        Decision {
            record: Some(record),
            extra,
            ..Decision::moved(code, payment.key(), number.key(), approved)
        }
    }

    fn record_refusal(&mut self, number: CardNumber, code: Code) {
        let state = if is_open(code) { State::Unresolved } else { State::Declined };
        self.put_record(Record { state, ..self.blank(number, code) });
    }

    fn put_record(&mut self, record: Record) {
        self.changes.push(Change::Card(CardChange::Recorded(record)));
        if let Some(chip) = self.request.message.field(55).and_then(ChipData::of) {
            let record = self.books.next_record();
            self.changes.push(Change::Card(CardChange::ChipKept { record, chip }));
        }
    }

    /// The record of this request, worth nothing yet.
    fn blank(&self, number: CardNumber, code: Code) -> Record {
        Record {
            number,
            kind: self.request.kind,
            message_type: self.request.parts.message_type,
            state: State::Standing,
            code: Short::new(code.as_str()),
            asked: self.request.amount.unwrap_or_default(),
            amount: Fen::ZERO,
            spent: Fen::ZERO,
            refunded: Fen::ZERO,
            at: self.now,
            day: self.day,
            card: self.request.card,
            foreign: organisation(self.setup, self.request).is_some_and(|found| found.foreign),
            original: None,
            payment: number,
            fingerprint: self.request.fingerprint,
            chip: None,
        }
    }
}

impl<'a> Judge<'a> {
    /// The issuers of the cards, as they are today.
    pub(super) fn issuer(&self) -> Issuer<'a> {
        Issuer::of(self.setup, self.books, self.day, self.request)
    }
}

/// Which record a request is about.
impl<'a> Judge<'a> {
    fn named_by_37(&self) -> Option<(RecordNo, &'a Record)> {
        let number = RecordNo::of_reference(self.request.reference()?)?;
        self.books.record_of(number).map(|record| (number, record))
    }

    /// Batch and trace number of field 61, of the same terminal.
    pub(crate) fn named_by_61(&self) -> Option<(RecordNo, &'a Record)> {
        let original = self.request.original()?;
        let (batch, stan) = (original.batch, original.stan?);
        self.books.find(CardNumber { terminal: self.terminal_no, batch, stan })
    }

    fn named_by_voucher(&self) -> Option<(RecordNo, &'a Record)> {
        let reference = self.request.voucher()?.get(8..)?.parse().ok()?;
        let number = RecordNo::of_reference(reference)?;
        self.books.record_of(number).map(|record| (number, record))
    }

    /// The pre-authorisation with this authorisation code, this date and this card, if it still holds.
    fn named_by_38(&self) -> Option<(RecordNo, &'a Record)> {
        let code = self.request.authorisation()?;
        let date = self.request.original()?.date_mmdd?;
        self.books.authorised(code).find(|(_, record)| {
            record.is_standing(&[Kind::PreAuth])
                && mmdd(record.day) == date
                && self.now.since(record.at) < HOLD_LASTS
                && record.card == self.request.card
                && self.is_same_shop(record)
        })
    }

    /// What the pre-authorisation held that a record completes; nothing for all other records.
    pub(crate) fn hold_of(&self, record: &Record) -> Fen {
        let hold = match record.kind {
            Kind::Completion => record.original,
            Kind::CompletionVoid => record
                .original
                .and_then(|completion| self.books.record_of(completion))
                .and_then(|completion| completion.original),
            _ => None,
        };
        hold.and_then(|hold| self.books.record_of(hold)).map_or(Fen::ZERO, |hold| hold.amount)
    }

    /// The same card; or, of a payment by code, the same voucher number.
    fn is_same_payer(&self, found: RecordNo, record: &Record) -> bool {
        if record.kind == Kind::QrSale {
            let voucher = voucher(record.day, found);
            self.request.voucher().is_some_and(|said| said.as_bytes() == voucher)
        } else {
            record.card == self.request.card
        }
    }

    /// Whether authorisation code and field 61, as far as they are there, name the same record.
    fn agrees(&self, found: RecordNo, record: &Record) -> bool {
        let code = self.request.authorisation().map(u64::from);
        let number = self.request.original().and_then(|original| Some((original.batch, original.stan?)));
        code.is_none_or(|code| code == found.authorisation())
            && number.is_none_or(|number| number == (record.number.batch, record.number.stan))
    }

    fn is_same_shop(&self, record: &Record) -> bool {
        let theirs = self.books.terminal(record.number.terminal);
        theirs.is_some_and(|terminal| terminal.ids.merchant == self.terminal.ids.merchant)
    }
}

/// Month and day of a day number, as field 61 says them.
fn mmdd(day: u32) -> u16 {
    (Civil::date_digits(day) % 10_000) as u16
}

fn not_found() -> Code {
    Code::new("25")
}

/// Why the ledger moves for such a transaction.
const fn cause(kind: Kind, number: CardNumber) -> Cause {
    let by = number.key();
    match kind {
        Kind::Void | Kind::CompletionVoid => Cause::Void { by },
        Kind::Refund => Cause::Refund { by },
        Kind::PreAuth => Cause::PreAuthorisation,
        Kind::PreAuthVoid => Cause::PreAuthorisationVoid { by },
        Kind::Completion => Cause::Completion { by },
        _ => Cause::Sale,
    }
}

/// Whether a wallet gives out such codes: WeChat 10 to 15 and 18 digits, Alipay 25 to 30 and 16 to 24, UnionPay 62 and
/// 19 (payer-code prefixes of the dialect's transaction table).
fn is_payment_code(code: &str) -> bool {
    let begins: u8 = code.get(..2).and_then(|begins| begins.parse().ok()).unwrap_or(0);
    let is_digits = code.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && matches!((begins, code.len()), (10..=15, 18) | (25..=30, 16..=24) | (62, 19))
}

/// The voucher number of a payment by code: its day and its reference number, 20 digits.
pub(crate) fn voucher(day: u32, record: RecordNo) -> [u8; 20] {
    let mut voucher = [b'0'; 20];
    let (date, number) = voucher.split_at_mut(8);
    date.copy_from_slice(&digits::<8>(Civil::date_digits(day).into()));
    number.copy_from_slice(&digits::<12>(record.reference()));
    voucher
}
