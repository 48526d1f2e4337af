//! Terminals of ISO 8583:1987 in ASCII: what they say, in the terms of the UnionPay host, and back.
//!
//! They know no field 60: which transaction it is follows from type and processing code, and every message counts for
//! the terminal's open batch. They sign nothing, so their line is trusted. A reversal has a trace number of its own and
//! names the original's in field 90. An answer repeats what the terminal itself
//! has said.
//! Source: ISO 8583:1987, processing codes (00 purchase, 20 return, 31 balance), field 70 (001 sign-on, 002 sign-off,
//! 301 echo) and field 90 (type and trace number of the original). *Not modelled:* settlement by 0500 of this dialect,
//! keys at sign-on, reversal advices (0420).

use iso8583::{Field60, Message, Mti};

/// The fields that may be supplied.
const SUPPLIED: [u8; 5] = [3, 11, 25, 49, 60];

/// What the terminal itself had said, where something else stands in the request now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stated {
    mti: Mti,
    fields: [Option<Vec<u8>>; SUPPLIED.len()],
}

/// Says in the host's terms what a message means; `batch` is the terminal's open one. A message that has a field 60 as
/// UnionPay's terminals write it speaks for itself.
pub(crate) fn supply(message: &mut Message, batch: u32) -> Stated {
    let fields = SUPPLIED.map(|field| message.field(field).map(<[u8]>::to_vec));
    let stated = Stated { mti: message.mti(), fields };
    if message.text(60).and_then(Field60::parse).is_some() {
        return stated;
    }
    let original = original(message);
    if let Some((_, stan)) = &original {
        message.set(11, stan);
    }
    let about = original.map_or(stated.mti, |(mti, _)| mti);
    let (kind, network) = meaning(message, about);
    if message.mti() == Mti::SIGN_ON {
        message.set_mti(Mti::NETWORK);
    }
    if about == Mti::AUTHORISATION {
        message.set(3, "030000");
    }
    message.set(25, if about == Mti::AUTHORISATION { "06" } else { "00" });
    if message.field(49).is_none() {
        message.set(49, "156");
    }
    message.set(60, Field60::new(kind, batch, network).write());
    stated
}

impl Stated {
    /// The message type.
    pub(crate) const fn mti(&self) -> Mti {
        self.mti
    }

    /// A field of the request as the terminal itself had said it; `supplied` is what came of it.
    pub(crate) fn own<'a>(&'a self, field: u8, supplied: &'a Message) -> Option<&'a [u8]> {
        match SUPPLIED.iter().position(|known| *known == field) {
            Some(place) => self.fields[place].as_deref(),
            None => supplied.field(field),
        }
    }
}

/// Message type (60.1) and network code (60.3).
fn meaning(message: &Message, about: Mti) -> (u8, u16) {
    let processing = message.text(3).and_then(|code| code.get(..2)).unwrap_or_default();
    match (about, processing) {
        (Mti::SIGN_ON, _) if message.text(70) == Some("002") => (0, 2),
        (Mti::SIGN_ON, _) => (0, 301),
        (Mti::AUTHORISATION, _) => (10, 0),
        (Mti::ADVICE, "20") => (25, 0),
        (Mti::ADVICE, _) => (30, 0),
        (_, "31") => (1, 0),
        (_, "20") => (23, 0),
        _ => (22, 0),
    }
}

/// Type and trace number of what a reversal reverses: field 90.
fn original(message: &Message) -> Option<(Mti, String)> {
    let elements = message.text(90).filter(|_| message.mti() == Mti::REVERSAL)?;
    let digits = |text: &str| u8::from_str_radix(text, 16).ok();
    let mti = Mti::from_bcd([digits(elements.get(..2)?)?, digits(elements.get(2..4)?)?])?;
    Some((mti, elements.get(4..10)?.to_owned()))
}
