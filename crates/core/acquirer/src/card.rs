//! The rules of the card host: sale and reversal, one terminal, one merchant, one open batch.
//!
//! Source: UnionPay POS dialect, "Field table", "F60 layout", "Reversal rules" and "Response codes".
//! A request is decided at its commit, on the records as they are then; until then nothing has moved.
//! *Not modelled:* every other message type, PIN and chip data, scanned codes, issuers, batches other than the
//! open one. A reversal of a foreign batch finds no original, as on a host that keeps one batch.

use crate::config::Config;
use crate::event::{Kind, Movement};
use crate::fault::{Content, Desk, Subject, damage_frame, strip_reply_code};
use crate::ledger::{Cause, Entry, Ledger};
use crate::short::{Code, Short};
use core::fmt;
use iso8583::{CUP, DecodeError, EncodeError, Message, Mti, decode, encode_with_mac, verify_mac};
use sim::{Fen, Key, SimTime, TerminalNo};
use std::collections::BTreeMap;

/// The fields that an answer repeats from its request.
const ECHOED: [u8; 9] = [2, 3, 4, 11, 25, 41, 42, 49, 60];

/// The fields without which a sale or a reversal cannot be read; a reversal needs its reason too.
const NEEDED: [u8; 4] = [3, 4, 11, 60];

/// The key of a request that does not say what it is about; no terminal counts from zero.
const UNREADABLE: Key = Key::Card { terminal: TerminalNo(0), batch: 0, stan: 0 };

const YUAN: &str = "156";
/// The acquirer's own id, field 32: a test value.
const ACQUIRER_ID: &str = "00010000";

/// What the host knows of each transaction.
#[derive(Clone, Debug)]
pub(crate) struct CardHost {
    records: BTreeMap<Key, Record>,
    /// Decided requests so far; numbers the answers.
    serial: u32,
    reply: Message,
}

/// What has become of a transaction.
#[derive(Clone, Copy, Debug)]
enum Record {
    Captured {
        amount: Fen,
        serial: u32,
    },
    Declined,
    Reversed,
    /// Reversed before it was ever seen: should it still come, it is declined.
    Barred,
}

/// A readable request.
#[derive(Clone, Debug)]
pub(crate) struct CardRequest {
    pub(crate) kind: Kind,
    pub(crate) key: Key,
    /// Whether the MAC was right when it arrived.
    authentic: bool,
    message: Message,
}

/// What the host has decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) code: Code,
    pub(crate) moved: Option<(Movement, Fen)>,
    /// Makes the retrieval reference number and the authorisation code.
    serial: u32,
}

/// A request that the host carries out.
struct Approval {
    moved: Option<(Movement, Fen)>,
    serial: u32,
}

/// Why bytes in a frame are no request to this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRequest {
    /// They are no message of the dialect.
    Unreadable(DecodeError),
    /// The host does not serve this type.
    Unserved(Mti),
}

impl CardRequest {
    /// Room for a request.
    pub(crate) const fn empty() -> Self {
        Self { kind: Kind::Sale, key: UNREADABLE, authentic: false, message: Message::new(Mti::FINANCIAL) }
    }

    /// Reads the body of a frame.
    pub(crate) fn read(&mut self, body: &[u8], config: &Config) -> Result<(), NoRequest> {
        decode(&CUP, body, &mut self.message).map_err(NoRequest::Unreadable)?;
        self.kind = match self.message.mti() {
            Mti::FINANCIAL => Kind::Sale,
            Mti::REVERSAL => Kind::Reversal,
            other => return Err(NoRequest::Unserved(other)),
        };
        self.authentic = verify_mac(&CUP, body, &config.mak) == Ok(());
        let batch = self.message.text(60).and_then(|text| text.get(2..8)).and_then(number);
        let stan = self.message.text(11).and_then(number);
        self.key = match (batch, stan) {
            (Some(batch), Some(stan)) => Key::Card { terminal: TerminalNo::default(), batch, stan },
            _ => UNREADABLE,
        };
        Ok(())
    }

    /// What a fault can aim at.
    pub(crate) fn with_subject<T>(&self, look: impl FnOnce(&Subject<'_>) -> T) -> T {
        let field = |name: &str| self.message.field(name.parse().ok()?);
        let amount = self.message.text(4).and_then(|text| text.parse().ok()).map(Fen);
        let Self { kind, key, .. } = *self;
        look(&Subject { desk: Desk::Card, kind, key, amount, field: &field })
    }

    /// The card number from field 2, or from track 2 when the card was swiped.
    fn pan(&self) -> Option<&str> {
        let track = || self.message.text(35)?.split(['=', 'D']).next();
        self.message.text(2).or_else(track)
    }

    /// The amount of a request that is in order, whatever the records say; otherwise the code that refuses it.
    fn sound_amount(&self, config: &Config) -> Result<Fen, Code> {
        let same = |field, expected: &str| {
            self.message.text(field).map(|value| value.trim_end() == expected.trim_end())
        };
        let code = match (same(42, &config.mid), same(41, &config.tid)) {
            (None, _) | (_, None) => "30",
            (Some(false), _) => "03",
            (_, Some(false)) => "97",
            _ if !self.authentic => "A0",
            _ => {
                let complete = self.key != UNREADABLE && NEEDED.iter().all(|field| self.has(*field));
                let amount = self.message.text(4).filter(|_| complete).and_then(|text| text.parse().ok());
                return amount.map(Fen).ok_or_else(|| Code::new("30"));
            }
        };
        Err(Code::new(code))
    }

    fn has(&self, field: u8) -> bool {
        self.message.field(field).is_some()
    }
}

impl CardHost {
    pub(crate) const fn new() -> Self {
        Self { records: BTreeMap::new(), serial: 0, reply: Message::new(Mti::FINANCIAL_REPLY) }
    }

    /// Decides a request, now and for good.
    pub(crate) fn decide(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        config: &Config,
        ledger: &mut Ledger,
    ) -> Decision {
        self.serial = self.serial.wrapping_add(1);
        match self.judge(now, request, config, ledger) {
            Ok(Approval { moved, serial }) => Decision { code: Code::new("00"), moved, serial },
            Err(code) => Decision { code, moved: None, serial: self.serial },
        }
    }

    /// Approves a request and carries it out, or says the code with which it is refused.
    fn judge(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        config: &Config,
        ledger: &mut Ledger,
    ) -> Result<Approval, Code> {
        let amount = request.sound_amount(config)?;
        match request.kind {
            Kind::Reversal => self.reverse(now, request, amount, ledger),
            _ => self.sell(now, request, amount, config, ledger),
        }
    }

    fn sell(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        amount: Fen,
        config: &Config,
        ledger: &mut Ledger,
    ) -> Result<Approval, Code> {
        let key = request.key;
        match self.records.get(&key) {
            Some(Record::Barred) => return Err(Code::new("12")),
            Some(_) => return Err(Code::new("94")),
            None => {}
        }
        let serial = self.serial;
        if let Some(code) = refusal_of_sale(request, amount, config) {
            self.records.insert(key, Record::Declined);
            return Err(code);
        }
        self.records.insert(key, Record::Captured { amount, serial });
        ledger.append(Entry::capture(now, key, Cause::Sale, amount));
        Ok(Approval { moved: Some((Movement::Captured, amount)), serial })
    }

    fn reverse(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        amount: Fen,
        ledger: &mut Ledger,
    ) -> Result<Approval, Code> {
        let key = request.key;
        let reason = request.message.text(39).ok_or_else(|| Code::new("30"))?;
        let (captured, serial) = match self.records.get(&key).copied() {
            None | Some(Record::Barred) => {
                self.records.insert(key, Record::Barred);
                return Ok(Approval { moved: None, serial: self.serial });
            }
            Some(Record::Declined) => return Err(Code::new("01")),
            Some(Record::Reversed) => return Err(Code::new("25")),
            Some(Record::Captured { amount, serial }) => (amount, serial),
        };
        if captured != amount {
            return Err(Code::new("64"));
        }
        self.records.insert(key, Record::Reversed);
        ledger.append(Entry::give_back(now, key, Cause::Reversal { reason: Code::new(reason) }, amount));
        Ok(Approval { moved: Some((Movement::Reversed, amount)), serial })
    }

    /// Refuses a request without looking at it, with this code.
    pub(crate) const fn refuse(&mut self, code: Code) -> Decision {
        self.serial = self.serial.wrapping_add(1);
        Decision { code, moved: None, serial: self.serial }
    }

    /// Appends the answer, with its MAC.
    ///
    /// # Errors
    /// Never with fields that were decoded and a decision of this host; the dialect can say all of them.
    pub(crate) fn write_reply(
        &mut self,
        now: SimTime,
        request: &CardRequest,
        decision: Decision,
        config: &Config,
        content: Content,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let clock = config.start.at(now);
        let Self { reply, .. } = self;
        reply.reply_to(&request.message);
        reply.copy_fields(&request.message, &ECHOED);
        let (month, day) = (clock.month, clock.day);
        let time = format_args!("{:02}{:02}{:02}", clock.hour, clock.minute, clock.second);
        set(reply, 12, time);
        set(reply, 13, format_args!("{month:02}{day:02}"));
        set(reply, 15, format_args!("{month:02}{day:02}"));
        reply.set(32, ACQUIRER_ID);
        set(reply, 37, format_args!("{:012}", decision.serial));
        if request.kind == Kind::Sale && decision.code.as_str() == "00" {
            set(reply, 38, format_args!("{:06}", decision.serial % 1_000_000));
        }
        reply.set(39, decision.code.as_str());
        strip_reply_code(content, reply);
        let start = out.len();
        encode_with_mac(&CUP, reply, &config.mak, out)?;
        damage_frame(content, start, out);
        Ok(())
    }
}

/// A sale that can be read and is new, and still must not be captured.
fn refusal_of_sale(request: &CardRequest, amount: Fen, config: &Config) -> Option<Code> {
    let Key::Card { batch, .. } = request.key else { return Some(Code::new("30")) };
    let plain = request.message.text(3) == Some("000000")
        && request.message.text(25).is_none_or(|condition| condition == "00")
        && request.message.text(49).is_none_or(|currency| currency == YUAN);
    if batch != config.batch {
        Some(Code::new("77"))
    } else if !plain {
        Some(Code::new("12"))
    } else if amount <= Fen::ZERO {
        Some(Code::new("13"))
    } else {
        let pan = request.pan()?;
        config.declines.iter().find(|rule| pan.ends_with(&rule.pan_ends)).map(|rule| rule.code)
    }
}

/// A number in plain digits.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn set(message: &mut Message, field: u8, value: fmt::Arguments<'_>) {
    message.set(field, Short::<16>::of(value).as_str());
}

impl fmt::Display for NoRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Unserved(mti) => write!(f, "message type {mti} is not served"),
        }
    }
}
