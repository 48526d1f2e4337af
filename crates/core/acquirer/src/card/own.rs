//! Terminals of a user's own dialect: what a dialect needs for this host, and answers that leave in it.
//!
//! Messages mean what they mean at the other two kinds of terminals: one with a field 60 as UnionPay's terminals write it
//! speaks for itself, any other is read as one of ISO 8583:1987. Source: ISO 8583:1987. *Not modelled:* tables of one's
//! own for what a message means; MACs in another way than the dialect's for single terminals.

use iso8583::{Dialect, EncodeError, MacKey, Message, encode_with_mac};

/// Without these a request cannot be decided, or not be answered.
const NEEDED: [u8; 6] = [3, 4, 11, 39, 41, 42];

/// The first field that this host needs, and the dialect does not have.
#[must_use]
pub fn missing_field(dialect: &Dialect) -> Option<u8> {
    NEEDED.into_iter().find(|field| dialect.field(*field).is_none())
}

/// Appends the frame of an answer, without what the dialect cannot say.
pub(crate) fn encode(
    reply: &mut Message,
    dialect: &Dialect,
    key: Option<MacKey>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    (2..=128).filter(|field| dialect.field(*field).is_none()).for_each(|field| reply.unset(field));
    match key {
        Some(key) => encode_with_mac(dialect, reply, &key, out),
        None => iso8583::encode(dialect, reply, out),
    }
}
