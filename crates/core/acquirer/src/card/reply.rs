//! The answer to a request: what it repeats, what the host adds, and its MAC.
//!
//! Source: UnionPay POS dialect, "Field table" and "Transaction table". Fields 12, 13 and 15 are the moment of the
//! commit. Field 37 is there when there is a record, field 38 when it was approved. Nothing is formatted by the standard
//! library's machinery here: an answer costs no more than its bytes.
//! *Not modelled:* a settlement date other than the calendar's.

use super::judge::voucher;
use super::record::{Record, RecordNo};
use super::request::{CardRequest, has_mac};
use super::setup::CardSetup;
use super::{CardDesk, Decision, mac};
use crate::books::Books;
use crate::calendar::Civil;
use crate::event::Kind;
use crate::fault::{Content, damage_frame, has_reply_code};
use iso8583::{
    Balance, EncodeError, Field59, Field60, Field62, FrameWriter, Head, MacAlgorithm, MacKey,
    SettlementTotals, Sign, Tag,
};
use sim::{Fen, SimTime};

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
        // Some terminals put no MAC on the result of a script, and want none back.
        let wants_mac = has_mac(request.kind) && (request.kind != Kind::Script || request.has(64));
        let key: Option<(MacAlgorithm, MacKey)> = terminal
            .filter(|_| wants_mac)
            .and_then(|terminal| terminal.keys.map(|keys| (terminal.mac_algorithm, keys.mac.des().into())));
        let head = self.head(request, &decision.extra);
        let answer = Answer { request, decision, record: books.record_of_decision(decision), content };
        let mut frame = mac::begin(head, key.as_ref(), out);
        answer.money_and_time(self.start.at(now), &mut frame);
        answer.verdict(&mut frame);
        answer.receipt(&self.setup, &mut self.scratch, &mut frame);
        frame.finish()?;
        damage_frame(content, start, out);
        Ok(())
    }

    fn head(&self, request: &CardRequest, extra: &Extra) -> Head {
        let head = Head::reply_to(&request.message);
        match self.setup.requirement {
            Some(requirement) if matches!(extra, Extra::Keys { .. }) => {
                Head { header: head.header.with_processing_requirement(requirement), ..head }
            }
            _ => head,
        }
    }
}

/// What an answer is made of. Its fields are written by rising number, which is the quick way.
struct Answer<'a> {
    request: &'a CardRequest,
    decision: &'a Decision,
    record: Option<&'a Record>,
    content: Content,
}

impl Answer<'_> {
    /// Fields 2 to 15.
    fn money_and_time(&self, clock: Civil, frame: &mut FrameWriter<'_>) {
        if self.voucher().is_none() {
            self.echo(2, frame);
        }
        self.echo(3, frame);
        match self.decision.extra {
            Extra::Part(amount) => _ = frame.field(4, digits::<12>(amount.unsigned())),
            _ => self.echo(4, frame),
        }
        self.echo(11, frame);
        set_time(clock, frame);
    }

    /// Fields 25 to 42.
    fn verdict(&self, frame: &mut FrameWriter<'_>) {
        self.echo(25, frame);
        frame.field(32, ACQUIRER_ID);
        if let Some((number, _)) = self.recorded() {
            frame.field(37, digits::<12>(number.reference()));
            if self.has_authorisation() {
                frame.field(38, digits::<6>(number.authorisation()));
            }
        }
        if has_reply_code(self.content) {
            frame.field(39, self.decision.code.as_str());
        }
        self.echo(41, frame);
        self.echo(42, frame);
    }

    /// Fields 44 to 63: issuer and acquirer (44), chip data (55), card organisation and text (63), and what only some
    /// answers say.
    fn receipt(&self, setup: &CardSetup, scratch: &mut Vec<u8>, frame: &mut FrameWriter<'_>) {
        let approved = self.recorded().is_some() && self.has_authorisation();
        let about_a_card = approved && self.request.kind.concerns_a_card();
        if about_a_card {
            let [issuer, acquirer] = [padded::<11>(&setup.issuer_id), padded::<11>(ACQUIRER_ID)];
            scratch.clear();
            scratch.extend_from_slice(&issuer);
            scratch.extend_from_slice(&acquirer);
            frame.field(44, &scratch);
        }
        if let Extra::Totals(totals) = self.decision.extra {
            frame.field(48, totals.write());
        }
        self.echo(49, frame);
        if let Extra::Balance(amount) = self.decision.extra {
            frame.field(54, balance(amount).write());
        }
        if let Some(chip) = setup.chip_reply.as_ref().filter(|_| about_a_card && self.request.has(55)) {
            frame.field(55, chip);
        }
        if let Some(voucher) = self.voucher() {
            scratch.clear();
            // Twenty digits always have room.
            let _room = Field59::append(scratch, Tag::VOUCHER, &voucher);
            frame.field(59, &scratch);
        }
        self.private(frame);
        if about_a_card && let Some(organisation) = super::issuer::organisation(setup, self.request) {
            scratch.clear();
            scratch.extend_from_slice(&padded::<3>(&organisation.name));
            scratch.extend_from_slice(setup.receipt_text.as_bytes());
            frame.field(63, &scratch);
        }
    }

    /// Fields 60 and 62.
    fn private(&self, frame: &mut FrameWriter<'_>) {
        match &self.decision.extra {
            Extra::Keys { wrapped, batch } => {
                frame.field(60, Field60 { batch: *batch, ..self.request.parts }.write());
                frame.field(62, wrapped);
            }
            Extra::EmptyList => {
                self.echo(60, frame);
                frame.field(62, b"0");
            }
            _ => self.echo(60, frame),
        }
    }

    /// Repeats a field of the request.
    #[inline(never)]
    fn echo(&self, field: u8, frame: &mut FrameWriter<'_>) {
        if let Some(value) = self.request.message.field(field) {
            frame.field(field, value);
        }
    }

    fn recorded(&self) -> Option<(RecordNo, &Record)> {
        self.decision.record.zip(self.record)
    }

    fn has_authorisation(&self) -> bool {
        self.decision.is_approval() && self.request.kind != Kind::Reversal
    }

    /// The number of the payment's voucher, where the answer says it instead of a card's number.
    fn voucher(&self) -> Option<[u8; 20]> {
        let (number, record) = self.recorded()?;
        let says = matches!(self.decision.extra, Extra::Voucher) || is_paid_by_code(self.request, record);
        says.then(|| voucher(record.day, number))
    }
}

/// A repeated advice about a payment by code says the voucher number again.
fn is_paid_by_code(request: &CardRequest, record: &Record) -> bool {
    request.kind == Kind::QrSale && record.kind == Kind::QrSale
}

/// Account type 00, amount type 02: what can be spent.
const fn balance(amount: Fen) -> Balance {
    let sign = if amount.0 < 0 { Sign::Debit } else { Sign::Credit };
    Balance { account_type: 0, amount_type: 2, currency: 156, sign, amount_fen: amount.unsigned() }
}

fn set_time(clock: Civil, frame: &mut FrameWriter<'_>) {
    let two = |high: u8, low: u8| u64::from(high) * 100 + u64::from(low);
    let date = digits::<4>(two(clock.month, clock.day));
    frame.field(12, digits::<6>(two(clock.hour, clock.minute) * 100 + u64::from(clock.second)));
    frame.field(13, date).field(15, date);
}

/// A number in exactly so many digits, at most 16; higher ones are cut off. They are put together in a register, for what is
/// stored byte by byte is slow to read in one piece just behind.
fn digits<const N: usize>(value: u64) -> [u8; N] {
    let (mut digits, mut rest) = (0_u128, value);
    for place in (0..N).rev() {
        digits |= u128::from(b'0' + (rest % 10) as u8) << (8 * place);
        rest /= 10;
    }
    digits.to_le_bytes().first_chunk().copied().unwrap_or([b'0'; N])
}

/// A text in exactly so many characters, filled with spaces.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut padded = [b' '; N];
    let len = text.len().min(N);
    if let (Some(place), Some(text)) = (padded.get_mut(..len), text.as_bytes().get(..len)) {
        place.copy_from_slice(text);
    }
    padded
}

impl super::books::CardBooks {
    fn record_of_decision(&self, decision: &Decision) -> Option<&Record> {
        self.record_of(decision.record?)
    }
}
