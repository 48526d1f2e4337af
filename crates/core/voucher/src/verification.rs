//! Back office to acquirer and back: does this card charge stand?
//!
//! Card hosts have no question of their own for it, so acquirers offer merchants one beside the host; ours is
//! `POST /verifications` with a sealed question, and a sealed finding about the seal of that question. A wallet order is
//! asked after at its gateway instead ([`wallet::messages::Request::OrderQuery`]).
//! *Not modelled:* questions about a whole day; the settlement file is for that.

use crate::document::{CardNumber, OrderNumber, join, split};
use crate::envelope::{self, Envelope, EnvelopeError, Seal, SealKey};
use crate::upload::JSON;
use crate::voucher::{Kind, is_name};
use core::fmt;
use serde::{Deserialize, Serialize};
use sim::{Fen, Key};
use std::borrow::Cow;
use wallet::http::{self, Request, Response};

/// Where questions go.
pub const PATH: &str = "/verifications";
/// The `Host` of the acquirer in a simulated world.
pub const HOST: &str = "acquirer";

/// What a merchant wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which charge, void or refund.
    pub key: Key,
    /// What it is said to be.
    pub kind: Kind,
}

/// What the books of the acquirer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is there and stands, with this amount.
    Stands(Fen),
    /// It was there with this amount, and is taken back.
    TakenBack(Fen),
    /// It is not decided yet.
    UnderWay,
    /// There is no such thing.
    Unknown,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuestion<'a> {
    is: Cow<'a, str>,
    kind: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderNumber<'a>>,
    /// Every question of a merchant has its own, so that every one has its own seal.
    nonce: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFinding<'a> {
    is: Cow<'a, str>,
    to: Cow<'a, str>,
    finding: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_fen: Option<i64>,
}

/// Back office: appends the HTTP request and gives the seal that the finding must name. `nonce` must not repeat.
pub fn encode_question(
    merchant: &str,
    question: Question,
    nonce: u64,
    key: &SealKey,
    out: &mut Vec<u8>,
) -> Seal {
    let (card, order) = split(&question.key);
    let written =
        WrittenQuestion { is: "question".into(), kind: question.kind.word().into(), card, order, nonce };
    let body = serde_json::to_string(&written).expect("texts and numbers are JSON");
    let mut sealed = Vec::new();
    let seal = envelope::write(merchant, &body, key, &mut sealed);
    http::write_request(out, "POST", PATH, HOST, JSON, &sealed);
    seal
}

/// Acquirer: reads a question. `key_of` gives the key of a merchant by its number. The seal is for the finding.
///
/// # Errors
/// [`QuestionError`]; answer with HTTP 400, or 404 for another path.
pub fn decode_question<'k>(
    request: &Request<'_>,
    key_of: impl FnOnce(&str) -> Option<&'k SealKey>,
) -> Result<(Question, Seal), QuestionError> {
    if request.method != "POST" || request.target != PATH {
        return Err(QuestionError::NoSuchCall);
    }
    let envelope = Envelope::read(request.body).map_err(QuestionError::Envelope)?;
    let key = Some(envelope.from).filter(|from| is_name(from)).and_then(key_of);
    if !envelope.is_sealed_with(key.ok_or(QuestionError::UnknownMerchant)?) {
        return Err(QuestionError::Envelope(EnvelopeError::Seal));
    }
    let written: WrittenQuestion<'_> =
        serde_json::from_str(envelope.body).map_err(|_| QuestionError::Unreadable)?;
    let key = join(written.card.as_ref(), written.order.as_ref());
    let kind = Kind::from_word(&written.kind).filter(|_| written.is == "question");
    let (Some(key), Some(kind)) = (key, kind) else { return Err(QuestionError::Unreadable) };
    Ok((Question { key, kind }, envelope.seal))
}

/// Acquirer: appends the sealed finding about the question with this seal.
pub fn encode_finding(to: Seal, finding: Finding, key: &SealKey, out: &mut Vec<u8>) {
    let (word, amount_fen) = match finding {
        Finding::Stands(amount) => ("stands", Some(amount.0)),
        Finding::TakenBack(amount) => ("taken-back", Some(amount.0)),
        Finding::UnderWay => ("under-way", None),
        Finding::Unknown => ("unknown", None),
    };
    let written =
        WrittenFinding { is: "finding".into(), to: to.to_string().into(), finding: word.into(), amount_fen };
    let body = serde_json::to_string(&written).expect("texts and numbers are JSON");
    let mut sealed = Vec::new();
    envelope::write(HOST, &body, key, &mut sealed);
    http::write_response(out, 200, JSON, &sealed);
}

/// Back office: reads the finding about the question with this seal.
///
/// # Errors
/// [`FindingError`]: nothing is known yet.
pub fn decode_finding(response: &Response<'_>, key: &SealKey, asked: Seal) -> Result<Finding, FindingError> {
    if response.status != 200 {
        return Err(FindingError::Status(response.status));
    }
    let envelope = Envelope::open(response.body, key).map_err(FindingError::Envelope)?;
    let written: WrittenFinding<'_> =
        serde_json::from_str(envelope.body).map_err(|_| FindingError::Unreadable)?;
    let finding = match (&*written.finding, written.amount_fen) {
        ("stands", Some(fen)) => Finding::Stands(Fen(fen)),
        ("taken-back", Some(fen)) => Finding::TakenBack(Fen(fen)),
        ("under-way", None) => Finding::UnderWay,
        ("unknown", None) => Finding::Unknown,
        _ => return Err(FindingError::Unreadable),
    };
    let to = Seal::parse(&written.to).filter(|_| written.is == "finding").ok_or(FindingError::Unreadable)?;
    if to == asked { Ok(finding) } else { Err(FindingError::ToAnother) }
}

/// Why a question is none, or not a believable one. The merchant is at fault, or the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionError {
    /// Another path, or not POST.
    NoSuchCall,
    /// It is no authentic envelope.
    Envelope(EnvelopeError),
    /// Nobody knows the merchant.
    UnknownMerchant,
    /// It is authentic and no question.
    Unreadable,
}

/// Why nothing is known yet. The acquirer is at fault, or the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingError {
    /// This status instead of 200.
    Status(u16),
    /// It is no authentic envelope.
    Envelope(EnvelopeError),
    /// It is authentic and no finding.
    Unreadable,
    /// It is about another question.
    ToAnother,
}

impl fmt::Display for QuestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCall => f.write_str("no such call"),
            Self::Envelope(error) => error.fmt(f),
            Self::UnknownMerchant => f.write_str("nobody knows the merchant"),
            Self::Unreadable => f.write_str("it is no question"),
        }
    }
}

impl fmt::Display for FindingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the acquirer answered with HTTP {status}"),
            Self::Envelope(error) => error.fmt(f),
            Self::Unreadable => f.write_str("it is no finding"),
            Self::ToAnother => f.write_str("it is about another question"),
        }
    }
}

impl core::error::Error for QuestionError {}
impl core::error::Error for FindingError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sim::TerminalNo;
    use wallet::http::{RequestParser, ResponseParser};

    fn key() -> SealKey {
        SealKey::new(b"merchant and acquirer")
    }

    const ASKED: Question =
        Question { key: Key::Card { terminal: TerminalNo(3), batch: 1, stan: 12 }, kind: Kind::Void };

    fn asked(nonce: u64) -> (Vec<u8>, Seal) {
        let mut bytes = Vec::new();
        let seal = encode_question("M-1", ASKED, nonce, &key(), &mut bytes);
        (bytes, seal)
    }

    fn heard(bytes: &[u8]) -> Result<(Question, Seal), QuestionError> {
        let (mut parser, key) = (RequestParser::default(), key());
        parser.push(bytes);
        decode_question(&parser.next_request().unwrap().unwrap(), |merchant| {
            (merchant == "M-1").then_some(&key)
        })
    }

    fn found(bytes: &[u8], asked: Seal) -> Result<Finding, FindingError> {
        let mut parser = ResponseParser::default();
        parser.push(bytes);
        decode_finding(&parser.next_response().unwrap().unwrap(), &key(), asked)
    }

    #[test]
    fn a_question_arrives_and_a_forged_or_foreign_one_does_not() {
        let (bytes, seal) = asked(7);
        assert_eq!(heard(&bytes), Ok((ASKED, seal)));
        let mut forged = Vec::new();
        encode_question("M-1", ASKED, 7, &SealKey::new(b"x"), &mut forged);
        assert_eq!(heard(&forged), Err(QuestionError::Envelope(EnvelopeError::Seal)));
        let mut foreign = Vec::new();
        encode_question("M-2", ASKED, 7, &key(), &mut foreign);
        assert_eq!(heard(&foreign), Err(QuestionError::UnknownMerchant));
    }

    #[test]
    fn a_finding_counts_for_its_own_question_alone() {
        let ((_, first), (_, second)) = (asked(1), asked(2));
        for finding in
            [Finding::Stands(Fen(5)), Finding::TakenBack(Fen(5)), Finding::UnderWay, Finding::Unknown]
        {
            let mut bytes = Vec::new();
            encode_finding(first, finding, &key(), &mut bytes);
            assert_eq!(found(&bytes, first), Ok(finding));
            assert_eq!(found(&bytes, second), Err(FindingError::ToAnother));
        }
    }

    proptest! {
        #[test]
        fn a_spoiled_finding_is_never_believed(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let (_, seal) = asked(1);
            let mut bytes = Vec::new();
            encode_finding(seal, Finding::Unknown, &key(), &mut bytes);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let mut parser = ResponseParser::default();
            parser.push(&bytes);
            if let Ok(Some(response)) = parser.next_response()
                && let Ok(finding) = decode_finding(&response, &key(), seal)
            {
                prop_assert_eq!(finding, Finding::Unknown);
            }
        }
    }
}
