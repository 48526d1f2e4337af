//! The answer to a request: what it repeats, what the host adds, and its MAC.
//!
//! Source: UnionPay POS dialect, "Field table" and "Transaction table". Fields 12, 13 and 15 are the moment of the
//! commit. Field 37 is there when there is a record, field 38 when it was approved. Nothing is formatted by the standard
//! library's machinery here: an answer costs no more than its bytes.
//! *Not modelled:* a settlement date other than the calendar's.

use super::chip::append_answer;
use super::issuer::organisation;
use super::judge::voucher;
use super::record::{Record, RecordNo};
use super::request::{CardRequest, has_mac};
use super::setup::{CardSetup, Speech};
use super::{CardDesk, Decision, mac};
use crate::books::Books;
use crate::calendar::Civil;
use crate::event::Kind;
use crate::fault::{Content, damage_frame};
use iso8583::{
    Balance, EncodeError, Field59, Field60, Field62, FrameWriter, Head, SettlementTotals, Sign, Tag,
};
use sim::{Fen, SimTime};

/// The acquirer's own id, field 32: a test value.
const ACQUIRER_ID: &str = "00010000";

/// What only some answers say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extra {
    Nothing,
    /// What the card has to spend.
    Balance(Fen),
    /// Working keys, and the open batch.
    Keys {
        wrapped: Field62,
        batch: u32,
    },
    /// Totals at settlement.
    Totals(SettlementTotals),
    /// There is nothing to download.
    EmptyList,
}

impl CardDesk {
    /// Appends the whole answer frame, with a MAC if the request's kind has one and the terminal a key, in the state in
    /// which a fault lets it leave.
    ///
    /// # Errors
    /// Never with a request that was read and a decision of this host, unless the set-up holds a value that is too long
    /// for its field.
    pub fn answer(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        decision: &Decision,
        books: &Books,
        content: Content,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let (books, start) = (books.card(), out.len());
        let terminal = request.ids.and_then(|ids| books.terminal_of(ids)).and_then(|no| books.terminal(no));
        // Some terminals put no MAC on the result of a script, and want none back.
        let wants_mac = has_mac(request.kind) && (request.kind != Kind::Script || request.has(64));
        let key = terminal
            .filter(|_| wants_mac)
            .and_then(|terminal| Some((terminal.mac_algorithm, terminal.mac_key.as_ref()?)));
        let Self { setup, scratch, .. } = self;
        let record = decision.record.and_then(|number| Some((number, books.record_of(number)?)));
        let approved = record.filter(|_| request.kind != Kind::Reversal && decision.is_approval());
        let answer = Answer { request, decision, record, approved, setup, clock: self.start.at(now) };
        let head = answer.head();
        let mut frame = match key {
            _ if matches!(setup.speech, Speech::Own(_)) => {
                let dialect = setup.speech.dialect();
                let key = key.filter(|_| request.own(dialect.mac().field).is_some());
                match key {
                    Some((_, key)) => FrameWriter::with_mac(dialect, head, key, out),
                    None => FrameWriter::new(dialect, head, out),
                }
                .passing_over_unknown_fields()
            }
            _ if request.stated.is_some() => FrameWriter::new(setup.speech.dialect(), head, out),
            Some((algorithm, key)) => FrameWriter::with_mac(mac::dialect(algorithm), head, key, out),
            None => FrameWriter::new(setup.speech.dialect(), head, out),
        };
        answer.write(&mut frame, content != Content::NoReplyCode, scratch);
        frame.finish()?;
        damage_frame(content, setup.speech, start, out);
        Ok(())
    }
}

/// One answer before it has bytes.
struct Answer<'a> {
    request: &'a CardRequest,
    decision: &'a Decision,
    record: Option<(RecordNo, &'a Record)>,
    /// The same, of a transaction that is told to be approved.
    approved: Option<(RecordNo, &'a Record)>,
    setup: &'a CardSetup,
    clock: Civil,
}

impl Answer<'_> {
    fn head(&self) -> Head {
        let message = &self.request.message;
        let mut head = Head::reply_to(message);
        head.mti = self.request.own_mti().reply();
        if let (Extra::Keys { .. }, Some(requirement)) = (&self.decision.extra, self.setup.requirement) {
            head.header = head.header.with_processing_requirement(requirement);
        }
        head
    }

    /// Writes the fields, by rising number, which costs no more than their bytes.
    fn write(&self, frame: &mut FrameWriter<'_>, has_code: bool, scratch: &mut Vec<u8>) {
        let Self { decision, clock, .. } = self;
        self.echo(frame, if self.paid_by_code().is_some() { &[3] } else { &[2, 3] });
        match self.approved.filter(|(_, record)| record.is_part()) {
            Some((_, record)) => _ = frame.field(4, digits::<12>(record.amount.unsigned())),
            None => self.echo(frame, &[4]),
        }
        self.echo(frame, &[11]);
        let two = |high: u8, low: u8| u64::from(high) * 100 + u64::from(low);
        let date = digits::<4>(two(clock.month, clock.day));
        frame.field(12, digits::<6>(two(clock.hour, clock.minute) * 100 + u64::from(clock.second)));
        frame.field(13, date).field(15, date);
        self.echo(frame, &[25]);
        frame.field(32, ACQUIRER_ID);
        if let Some((number, _)) = self.record {
            frame.field(37, digits::<12>(number.reference()));
        }
        if let Some((number, _)) = self.approved {
            frame.field(38, digits::<6>(number.authorisation()));
        }
        if has_code {
            frame.field(39, decision.code.as_str());
        }
        self.echo(frame, &[41, 42]);
        if self.has_receipt() {
            let ids = [padded::<11>(&self.setup.issuer_id), padded::<11>(ACQUIRER_ID)];
            frame.field(44, ids.as_flattened());
        }
        self.write_private(frame, scratch);
    }

    /// Fields 48 to 63.
    fn write_private(&self, frame: &mut FrameWriter<'_>, scratch: &mut Vec<u8>) {
        let Self { request, decision, setup, .. } = self;
        if let Extra::Totals(totals) = &decision.extra {
            frame.field(48, totals.write());
        }
        self.echo(frame, &[49]);
        if let Extra::Balance(amount) = &decision.extra {
            frame.field(54, balance(*amount).write());
        }
        if self.chip_answer(scratch) {
            frame.field(55, &scratch);
        }
        if let Some((number, record)) = self.paid_by_code() {
            scratch.clear();
            // Twenty digits always have room.
            let _room = Field59::append(scratch, Tag::VOUCHER, &voucher(record.day, number));
            frame.field(59, &scratch);
        }
        match &decision.extra {
            Extra::Keys { batch, wrapped } => {
                let parts = Field60 { batch: *batch, ..request.parts };
                match request.stated {
                    Some(_) => self.echo(frame, &[60]),
                    None => _ = frame.field(60, parts.write()),
                }
                frame.field(62, wrapped);
            }
            Extra::EmptyList => {
                self.echo(frame, &[60]);
                frame.field(62, b"0");
            }
            _ => self.echo(frame, &[60]),
        }
        if let Some(organisation) = organisation(setup, request).filter(|_| self.has_receipt()) {
            scratch.clear();
            scratch.extend(padded::<3>(&organisation.name));
            scratch.extend_from_slice(setup.receipt_text.as_bytes());
            frame.field(63, &scratch);
        }
    }

    /// What the request has said itself of these fields, again.
    fn echo(&self, frame: &mut FrameWriter<'_>, fields: &[u8]) {
        for field in fields {
            if let Some(value) = self.request.own(*field) {
                frame.field(*field, value);
            }
        }
    }

    /// Whether it says what stands on the receipt of a card.
    const fn has_receipt(&self) -> bool {
        self.approved.is_some() && self.request.kind.concerns_a_card()
    }

    /// The record of a payment by code, whose answer says a voucher number and no card.
    fn paid_by_code(&self) -> Option<(RecordNo, &Record)> {
        let is_by_code = |(_, record): &(RecordNo, &Record)| record.kind == Kind::QrSale;
        self.record.filter(is_by_code).filter(|_| self.request.kind != Kind::Reversal)
    }

    /// Puts what the chip is answered into `into`, if there is anything.
    fn chip_answer(&self, into: &mut Vec<u8>) -> bool {
        into.clear();
        if self.has_receipt() && self.request.has(55) {
            match &self.setup.chip_reply {
                Some(chip) => into.extend_from_slice(chip),
                None => append_answer(self.setup, self.request, self.decision.code.as_str(), into),
            }
        }
        !into.is_empty()
    }
}

/// Account type 00, amount type 02: what can be spent.
const fn balance(amount: Fen) -> Balance {
    let sign = if amount.0 < 0 { Sign::Debit } else { Sign::Credit };
    Balance { account_type: 0, amount_type: 2, currency: 156, sign, amount_fen: amount.unsigned() }
}

/// A number in exactly so many digits; higher ones are cut off.
pub(super) fn digits<const N: usize>(value: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    let mut rest = value;
    for place in digits.iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    digits
}

/// A text in exactly so many characters, filled with spaces.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut padded = [b' '; N];
    for (to, from) in padded.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    padded
}
