//! A dialect as data: what each field number looks like on the wire.
//!
//! Lengths count digits for [`Kind::Digits`] and [`Kind::Track`], and bytes for the rest.
//! Not modelled: sub-fields inside a field, and envelopes other than TPDU(5) + header(6).

/// One dialect: a table from field number to format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// What reports call it.
    pub name: &'static str,
    /// Indexed by field number; 0 and 1 are always `None` (there is no field 0, and 1 is the bitmap).
    pub fields: [Option<FieldSpec>; 129],
    /// The field that carries the MAC; it must be the last of a message that has one.
    pub mac_field: u8,
}

impl Dialect {
    /// The format of a field, or `None` when this dialect has no such field.
    pub fn field(&self, number: u8) -> Option<&FieldSpec> {
        self.fields.get(usize::from(number))?.as_ref()
    }
}

/// How one field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// What it is, for people.
    pub name: &'static str,
    /// Alphabet and packing.
    pub kind: Kind,
    /// Fixed, or announced by one or two BCD length bytes.
    pub length: Length,
    /// Where the filler nibble of an odd number of digits goes.
    pub odd_pad: OddPad,
}

/// Alphabet and packing of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `n`: decimal digits, two a byte.
    Digits,
    /// `z`: track data, two a nibble pair; `=` travels as nibble D, encrypted tracks may hold any nibble.
    Track,
    /// `an`, `ans`: bytes as they are, padded with spaces on the right when the length is fixed.
    Text,
    /// `b`: raw bytes.
    Binary,
}

/// How long a field is, in digits or bytes after its [`Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Always this long.
    Fixed(u16),
    /// One BCD length byte, at most this long.
    Ll(u16),
    /// Two BCD length bytes, at most this long.
    Lll(u16),
}

/// Where the filler nibble of an odd number of digits goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddPad {
    /// Digits first, filler last: `021` is `02 10`.
    Right,
    /// Filler first: `001` is `00 01`.
    Left,
}

impl FieldSpec {
    /// A field of this kind and length; an odd number of digits is filled on the right.
    pub const fn new(name: &'static str, kind: Kind, length: Length) -> Self {
        Self { name, kind, length, odd_pad: OddPad::Right }
    }

    /// The same field, with the filler nibble of an odd number of digits on the left.
    pub const fn padded_left(self) -> Self {
        Self { odd_pad: OddPad::Left, ..self }
    }

    /// Bytes on the wire of `count` units of this field, without its length bytes.
    pub const fn wire_len(&self, count: usize) -> usize {
        match self.kind {
            Kind::Digits | Kind::Track => count.div_ceil(2),
            Kind::Text | Kind::Binary => count,
        }
    }
}
