//! Terminal to back office and back: one voucher up, one word down, over HTTP.
//!
//! `POST /vouchers` with a sealed voucher; the answer is a sealed word about the seal of that upload, so that a late
//! answer to an older one cannot be taken for it. A terminal keeps the sealed bytes and sends the same ones again, after
//! [`RESEND_PAUSES_S`], until an answer is [`Outcome::is_final`]: without any answer, after HTTP 400 (the line has
//! spoiled it), 429 or 503 (not now), and after a word that blames the line, the clock, or the order in which vouchers
//! came.
//! *Not modelled:* several vouchers in one upload; vouchers that a terminal asks back.

use crate::envelope::{self, Envelope, EnvelopeError, Seal, SealKey};
use crate::number::Number;
use crate::voucher::Voucher;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wallet::http::{self, Limits, Request, Response};

/// Where vouchers go.
pub const PATH: &str = "/vouchers";
/// The `Host` of the back office in a simulated world.
pub const HOST: &str = "backoffice";
/// `Content-Type` of everything here.
pub const JSON: &str = "application/json";
/// What either side reads of one message.
pub const LIMITS: Limits = Limits { head_bytes: 2_048, body_bytes: envelope::MAX_BYTES };

/// Pauses before a voucher without a final answer goes up again, in seconds; the last one repeats. Ours: quick at
/// first, because most gaps are short, and a minute later no burden to anybody.
pub const RESEND_PAUSES_S: [u64; 5] = [2, 5, 15, 30, 60];

/// A voucher as it is stored and sent, again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The envelope.
    pub bytes: Vec<u8>,
    /// Its seal.
    pub seal: Seal,
    /// The voucher's number.
    pub number: Number,
}

impl Sealed {
    /// Seals a voucher with the terminal's key.
    #[must_use]
    pub fn new(voucher: &Voucher, key: &SealKey) -> Self {
        let mut bytes = Vec::new();
        let seal = envelope::write(&voucher.terminal, &voucher.document(), key, &mut bytes);
        Self { bytes, seal, number: voucher.number() }
    }

    /// Terminal: appends the HTTP request.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        http::write_request(out, "POST", PATH, HOST, JSON, &self.bytes);
    }
}

/// What the back office says to an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The seal of that upload.
    pub to: Seal,
    /// What it says.
    pub outcome: Outcome,
}

/// The word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in safe keeping.
    Accepted,
    /// It has been for some time.
    AlreadyThere,
    /// It is in safe keeping, and will be read when the back office knows the format.
    Kept,
    /// It is not taken.
    Refused(Reason),
}

/// Why a voucher is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The seal is wrong: altered on the way, or forged.
    Seal,
    /// Nobody has registered this terminal.
    UnknownTerminal,
    /// It does not read as a voucher.
    Unreadable,
    /// It is in a format that this back office does not read.
    UnknownFormat,
    /// Payments of that time need a newer format.
    NewerFormatNeeded,
    /// It names another merchant, terminal or shop than its sender.
    Foreign,
    /// It says that it is of a time to come.
    FromTheFuture,
    /// There is another voucher of the same charge.
    Conflict,
    /// What it amends does not allow it, or no more of it.
    Amendment,
    /// It completes a hold that another voucher has completed; the void of that one may be on its way.
    HoldCompleted,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Seal,
        Self::UnknownTerminal,
        Self::Unreadable,
        Self::UnknownFormat,
        Self::NewerFormatNeeded,
        Self::Foreign,
        Self::FromTheFuture,
        Self::Conflict,
        Self::Amendment,
        Self::HoldCompleted,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::UnknownTerminal => "unknown-terminal",
            Self::Unreadable => "unreadable",
            Self::UnknownFormat => "unknown-format",
            Self::NewerFormatNeeded => "newer-format-needed",
            Self::Foreign => "foreign",
            Self::FromTheFuture => "from-the-future",
            Self::Conflict => "conflict",
            Self::Amendment => "amendment",
            Self::HoldCompleted => "hold-completed",
        }
    }

    /// Whether sending the same bytes again cannot help.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Seal | Self::FromTheFuture | Self::HoldCompleted)
    }
}

impl Outcome {
    /// Whether the terminal need not send the same bytes again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Accepted | Self::AlreadyThere | Self::Kept => true,
            Self::Refused(reason) => reason.is_final(),
        }
    }

    /// Whether the back office has it.
    #[must_use]
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Accepted | Self::AlreadyThere | Self::Kept)
    }

    const fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Accepted => ("accepted", None),
            Self::AlreadyThere => ("already-there", None),
            Self::Kept => ("kept", None),
            Self::Refused(reason) => ("refused", Some(reason.word())),
        }
    }

    fn from_words(result: &str, reason: Option<&str>) -> Option<Self> {
        Some(match (result, reason) {
            ("accepted", None) => Self::Accepted,
            ("already-there", None) => Self::AlreadyThere,
            ("kept", None) => Self::Kept,
            ("refused", Some(word)) => {
                Self::Refused(Reason::ALL.into_iter().find(|reason| reason.word() == word)?)
            }
            _ => return None,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnswer<'a> {
    is: Cow<'a, str>,
    to: Cow<'a, str>,
    result: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
}

/// Back office: the body of an upload, still unread; `None` when the request is none.
#[must_use]
pub fn uploaded<'a>(request: &Request<'a>) -> Option<&'a [u8]> {
    (request.method == "POST" && request.target == PATH).then_some(request.body)
}

/// Back office: appends a sealed answer.
pub fn encode_answer(answer: Answer, key: &SealKey, out: &mut Vec<u8>) {
    let (result, reason) = answer.outcome.words();
    let written = WrittenAnswer {
        is: "answer".into(),
        to: answer.to.to_string().into(),
        result: result.into(),
        reason: reason.map(Into::into),
    };
    let body = serde_json::to_string(&written).expect("texts are JSON");
    let mut sealed = Vec::new();
    envelope::write(HOST, &body, key, &mut sealed);
    http::write_response(out, 200, JSON, &sealed);
}

/// Back office: appends an answer that nobody seals, because no key is known or nobody has looked: 400 for what cannot
/// be read, 404 for another path, 429 and 503 for not now.
pub fn encode_turned_away(status: u16, out: &mut Vec<u8>) {
    http::write_response(out, status, JSON, b"{}");
}

/// Terminal: reads the answer to the upload with this seal.
///
/// # Errors
/// [`AnswerError`]: the upload is still unanswered.
pub fn decode_answer(response: &Response<'_>, key: &SealKey, sent: Seal) -> Result<Outcome, AnswerError> {
    if response.status != 200 {
        return Err(AnswerError::Status(response.status));
    }
    let envelope = Envelope::open(response.body, key).map_err(AnswerError::Envelope)?;
    let written: WrittenAnswer<'_> =
        serde_json::from_str(envelope.body).map_err(|_| AnswerError::Unreadable)?;
    let to = Seal::parse(&written.to).filter(|_| written.is == "answer").ok_or(AnswerError::Unreadable)?;
    let outcome =
        Outcome::from_words(&written.result, written.reason.as_deref()).ok_or(AnswerError::Unreadable)?;
    if to == sent { Ok(outcome) } else { Err(AnswerError::ToAnother) }
}

/// Why an upload is still unanswered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerError {
    /// This status instead of 200.
    Status(u16),
    /// It is no authentic envelope.
    Envelope(EnvelopeError),
    /// It is authentic and no answer.
    Unreadable,
    /// It answers another upload.
    ToAnother,
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the back office answered with HTTP {status}"),
            Self::Envelope(error) => error.fmt(f),
            Self::Unreadable => f.write_str("it is no answer"),
            Self::ToAnother => f.write_str("it answers another upload"),
        }
    }
}

impl core::error::Error for AnswerError {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words() {
            (result, None) => f.write_str(result),
            (result, Some(reason)) => write!(f, "{result}: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voucher::tests::payment;
    use proptest::prelude::*;
    use wallet::http::{RequestParser, ResponseParser};

    fn key() -> SealKey {
        SealKey::new(b"test master").derived("12345678")
    }

    fn answered(bytes: &[u8], sent: Seal) -> Result<Outcome, AnswerError> {
        let mut parser = ResponseParser::new(LIMITS);
        parser.push(bytes);
        decode_answer(&parser.next_response().unwrap().unwrap(), &key(), sent)
    }

    fn answer(outcome: Outcome, to: Seal) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode_answer(Answer { to, outcome }, &key(), &mut bytes);
        bytes
    }

    fn every_outcome() -> Vec<Outcome> {
        let refused = Reason::ALL.into_iter().map(Outcome::Refused);
        [Outcome::Accepted, Outcome::AlreadyThere, Outcome::Kept].into_iter().chain(refused).collect()
    }

    #[test]
    fn an_upload_arrives_as_it_was_sealed() {
        let sealed = Sealed::new(&payment(), &key());
        let mut bytes = Vec::new();
        sealed.write_to(&mut bytes);
        let mut parser = RequestParser::new(LIMITS);
        parser.push(&bytes);
        let request = parser.next_request().unwrap().unwrap();
        let envelope = Envelope::open(uploaded(&request).unwrap(), &key()).unwrap();
        assert_eq!((envelope.from, envelope.seal), ("12345678", sealed.seal));
        assert_eq!(Voucher::read(envelope.body), Ok(payment()));
    }

    #[test]
    fn every_answer_arrives_as_it_was_said() {
        let sent = Sealed::new(&payment(), &key()).seal;
        for outcome in every_outcome() {
            assert_eq!(answered(&answer(outcome, sent), sent), Ok(outcome));
        }
    }

    #[test]
    fn an_answer_to_another_upload_or_from_another_hand_leaves_it_unanswered() {
        let sent = Sealed::new(&payment(), &key()).seal;
        let other = Sealed::new(&Voucher { reprints: 1, ..payment() }, &key()).seal;
        assert_eq!(answered(&answer(Outcome::Accepted, other), sent), Err(AnswerError::ToAnother));
        let mut forged = Vec::new();
        encode_answer(Answer { to: sent, outcome: Outcome::Accepted }, &SealKey::new(b"x"), &mut forged);
        assert_eq!(answered(&forged, sent), Err(AnswerError::Envelope(EnvelopeError::Seal)));
        let mut busy = Vec::new();
        encode_turned_away(503, &mut busy);
        assert_eq!(answered(&busy, sent), Err(AnswerError::Status(503)));
    }

    #[test]
    fn a_sealed_voucher_sent_back_is_no_answer() {
        let sealed = Sealed::new(&payment(), &key());
        let mut echo = Vec::new();
        http::write_response(&mut echo, 200, JSON, &sealed.bytes);
        assert_eq!(answered(&echo, sealed.seal), Err(AnswerError::Unreadable));
    }

    #[test]
    fn only_the_line_the_clock_and_what_overtakes_are_worth_another_try() {
        let again: Vec<Outcome> = every_outcome().into_iter().filter(|outcome| !outcome.is_final()).collect();
        assert_eq!(again, [Reason::Seal, Reason::FromTheFuture, Reason::HoldCompleted].map(Outcome::Refused));
    }

    proptest! {
        /// One byte of an answer is spoiled on the line: it is no answer, or the same one.
        #[test]
        fn a_spoiled_answer_is_never_believed(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let sent = Sealed::new(&payment(), &key()).seal;
            let mut bytes = answer(Outcome::Refused(Reason::Conflict), sent);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let mut parser = ResponseParser::new(LIMITS);
            parser.push(&bytes);
            if let Ok(Some(response)) = parser.next_response()
                && let Ok(outcome) = decode_answer(&response, &key(), sent)
            {
                prop_assert_eq!(outcome, Outcome::Refused(Reason::Conflict));
            }
        }
    }
}
