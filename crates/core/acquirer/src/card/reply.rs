//! The answer to a request: what it repeats, what the host adds, and its MAC.
//!
//! Source: UnionPay POS dialect, "Field table" and "Transaction table". Fields 12, 13 and 15 are the moment of the
//! commit. Field 37 is there when there is a record, field 38 when it was approved. Nothing is formatted by the standard
//! library's machinery here: an answer costs no more than its bytes.
//! *Not modelled:* a settlement date other than the calendar's.

use super::ascii87;
use super::judge::voucher;
use super::own;
use super::record::Record;
use super::request::{CardRequest, has_mac};
use super::setup::{CardSetup, Speech};
use super::{CardDesk, Decision, mac};
use crate::books::Books;
use crate::calendar::Civil;
use crate::event::Kind;
use crate::fault::{Content, damage_frame, strip_reply_code};
use iso8583::{
    Balance, EncodeError, Field59, Field60, Field62, Message, SettlementTotals, Sign, Tag, encode,
};
use sim::{Fen, SimTime};

/// The fields that an answer repeats from its request.
const ECHOED: [u8; 9] = [2, 3, 4, 11, 25, 41, 42, 49, 60];
/// The acquirer's own id, field 32: a test value.
const ACQUIRER_ID: &str = "00010000";

/// What only some answers say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extra {
    Nothing,
    /// Only this much was approved.
    Part(Fen),
    /// What the card has to spend.
    Balance(Fen),
    /// The number of the payment's voucher.
    Voucher,
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
        self.fill(now, request, decision, books.record_of_decision(decision));
        // Some terminals put no MAC on the result of a script, and want none back.
        let wants_mac = has_mac(request.kind) && (request.kind != Kind::Script || request.has(64));
        let key = terminal
            .filter(|_| wants_mac)
            .and_then(|terminal| terminal.keys.map(|keys| (terminal.mac_algorithm, keys.mac.des().into())));
        strip_reply_code(content, &mut self.reply);
        let speech = self.setup.speech;
        if let Some(stated) = &request.stated {
            ascii87::restore(&mut self.reply, stated);
        }
        match speech {
            Speech::UnionPay => mac::encode_signed(&self.reply, key, out)?,
            Speech::Ascii87 => encode(speech.dialect(), &self.reply, out)?,
            Speech::Own(dialect) => {
                let key = key.filter(|_| request.has(dialect.mac().field));
                own::encode(&mut self.reply, dialect, key.map(|(_, key)| key), out)?;
            }
        }
        damage_frame(content, speech, start, out);
        Ok(())
    }

    fn fill(&mut self, now: SimTime, request: &CardRequest, decision: &Decision, record: Option<&Record>) {
        let clock = self.start.at(now);
        let Self { reply, setup, scratch, .. } = self;
        reply.reply_to(&request.message);
        reply.copy_fields(&request.message, &ECHOED);
        set_time(reply, clock);
        reply.set(32, ACQUIRER_ID);
        reply.set(39, decision.code.as_str());
        if let (Some(number), Some(record)) = (decision.record, record) {
            reply.set(37, digits::<12>(number.reference()));
            if decision.is_approval() && request.kind != Kind::Reversal {
                reply.set(38, digits::<6>(number.authorisation()));
                add_for_the_receipt(reply, setup, request, scratch);
            }
            if matches!(decision.extra, Extra::Voucher) || is_paid_by_code(request, record) {
                scratch.clear();
                // Twenty digits always have room.
                let _room = Field59::append(scratch, Tag::VOUCHER, &voucher(record.day, number));
                reply.set(59, &scratch);
                reply.unset(2);
            }
        }
        add_extra(reply, setup, request, &decision.extra);
    }
}

/// A repeated advice about a payment by code says the voucher number again.
fn is_paid_by_code(request: &CardRequest, record: &Record) -> bool {
    request.kind == Kind::QrSale && record.kind == Kind::QrSale
}

/// Issuer and acquirer (44), card organisation and text (63), chip data (55).
fn add_for_the_receipt(reply: &mut Message, setup: &CardSetup, request: &CardRequest, scratch: &mut Vec<u8>) {
    if !request.kind.concerns_a_card() {
        return;
    }
    scratch.clear();
    scratch.extend(padded::<11>(&setup.issuer_id));
    scratch.extend(padded::<11>(ACQUIRER_ID));
    reply.set(44, &scratch);
    if let Some(organisation) = super::issuer::organisation(setup, request) {
        scratch.clear();
        scratch.extend(padded::<3>(&organisation.name));
        scratch.extend_from_slice(setup.receipt_text.as_bytes());
        reply.set(63, &scratch);
    }
    if let Some(chip) = setup.chip_reply.as_ref().filter(|_| request.has(55)) {
        reply.set(55, chip);
    }
}

fn add_extra(reply: &mut Message, setup: &CardSetup, request: &CardRequest, extra: &Extra) {
    match extra {
        Extra::Nothing | Extra::Voucher => {}
        Extra::Part(amount) => reply.set(4, digits::<12>(amount.unsigned())),
        Extra::Balance(amount) => reply.set(54, balance(*amount).write()),
        Extra::Totals(totals) => reply.set(48, totals.write()),
        Extra::EmptyList => reply.set(62, b"0"),
        Extra::Keys { wrapped, batch } => {
            reply.set(62, wrapped);
            reply.set(60, Field60 { batch: *batch, ..request.parts }.write());
            if let Some(requirement) = setup.requirement {
                reply.set_header(reply.header().with_processing_requirement(requirement));
            }
        }
    }
}

/// Account type 00, amount type 02: what can be spent.
const fn balance(amount: Fen) -> Balance {
    let sign = if amount.0 < 0 { Sign::Debit } else { Sign::Credit };
    Balance { account_type: 0, amount_type: 2, currency: 156, sign, amount_fen: amount.unsigned() }
}

fn set_time(reply: &mut Message, clock: Civil) {
    let two = |high: u8, low: u8| u64::from(high) * 100 + u64::from(low);
    let date = digits::<4>(two(clock.month, clock.day));
    reply.set(12, digits::<6>(two(clock.hour, clock.minute) * 100 + u64::from(clock.second)));
    reply.set(13, date);
    reply.set(15, date);
}

/// A number in exactly so many digits; higher ones are cut off.
fn digits<const N: usize>(value: u64) -> [u8; N] {
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

impl super::books::CardBooks {
    fn record_of_decision(&self, decision: &Decision) -> Option<&Record> {
        self.record_of(decision.record?)
    }
}
