//! What a dialect cannot say.
//!
//! Source: as [`crate::FrameWriter`], which finds it. *Not modelled:* more than the first thing that is wrong.

use core::fmt;

/// The caller asked for something that the dialect cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeError {
    /// The dialect has no such field.
    NotInDialect {
        /// Its number.
        field: u8,
    },
    /// The value is too long, or a fixed binary value has another length.
    WrongLength {
        /// The field's number.
        field: u8,
        /// Digits or bytes that the dialect allows at most.
        max: usize,
        /// Digits or bytes that were given.
        given: usize,
    },
    /// A character that is no digit of this field.
    NotADigit {
        /// The field's number.
        field: u8,
        /// Index of the character in the value.
        at: usize,
    },
    /// A MAC was asked for, and the message has a field behind the MAC field.
    FieldAfterMac {
        /// The number of that field.
        field: u8,
    },
    /// The body exceeds what the length prefix can say.
    FrameTooLong {
        /// Its length in bytes.
        bytes: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInDialect { field } => write!(f, "the dialect has no field {field}"),
            Self::WrongLength { field, max, given } => {
                write!(f, "field {field} takes {max} digits or bytes, {given} were given")
            }
            Self::NotADigit { field, at } => write!(f, "field {field}: character {at} is no digit of it"),
            Self::FieldAfterMac { field } => write!(f, "field {field} stands behind the MAC"),
            Self::FrameTooLong { bytes } => write!(f, "a body of {bytes} bytes exceeds the length prefix"),
        }
    }
}

impl core::error::Error for EncodeError {}
