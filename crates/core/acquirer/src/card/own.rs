//! Terminals of a user's own dialect: what a dialect needs for this host.
//!
//! Messages mean what they mean at the other two kinds of terminals: one with a field 60 as UnionPay's terminals write it
//! speaks for itself, any other is read as one of ISO 8583:1987. What the dialect cannot say is left out of answers. Source: ISO 8583:1987. *Not modelled:* tables of one's
//! own for what a message means; MACs in another way than the dialect's for single terminals.

use iso8583::Dialect;

/// Without these a request cannot be decided, or not be answered.
const NEEDED: [u8; 6] = [3, 4, 11, 39, 41, 42];

/// The first field that this host needs, and the dialect does not have.
#[must_use]
pub fn missing_field(dialect: &Dialect) -> Option<u8> {
    NEEDED.into_iter().find(|field| dialect.field(*field).is_none())
}
