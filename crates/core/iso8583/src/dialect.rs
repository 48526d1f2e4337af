//! A dialect as data: what envelope, message type, bitmap and each field look like on the wire.
//!
//! Lengths count digits for [`Kind::Digits`] and [`Kind::Track`], and bytes for the rest. A dialect is read from a file
//! ([`Dialect::parse`]) and then fixed, so that codec tables can be made of it once.
//! *Not modelled:* sub-fields inside a field, EBCDIC, lengths of more than three digits.

use serde::Deserialize;

use crate::data_file::Provenance;
use crate::mac::MacAlgorithm;

/// One dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) provenance: Provenance,
    pub(crate) envelope: Envelope,
    pub(crate) coding: Coding,
    pub(crate) mac: MacPlace,
    /// Indexed by field number, 129 of them.
    pub(crate) fields: Vec<Option<FieldSpec>>,
    /// The same for the codec, in a few bytes each.
    pub(crate) steps: Steps,
}

impl Dialect {
    /// What reports call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in a line.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Where its facts come from.
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// What stands before the message type.
    pub const fn envelope(&self) -> Envelope {
        self.envelope
    }

    /// How message type, bitmap, digits and lengths are written.
    pub const fn coding(&self) -> Coding {
        self.coding
    }

    /// Where the MAC stands and how it is made.
    pub const fn mac(&self) -> MacPlace {
        self.mac
    }

    /// The same dialect with MACs of another kind: which one a terminal uses is its own setting.
    #[must_use]
    pub const fn with_mac_algorithm(mut self, algorithm: MacAlgorithm) -> Self {
        self.mac.algorithm = algorithm;
        self
    }

    /// The format of a field, or `None` when this dialect has no such field.
    pub fn field(&self, number: u8) -> Option<&FieldSpec> {
        self.fields.get(usize::from(number))?.as_ref()
    }

    /// All fields, by rising number.
    pub fn fields(&self) -> impl Iterator<Item = (u8, &FieldSpec)> {
        (0..=128).filter_map(|number| Some((number, self.field(number)?)))
    }
}

/// What stands before the message type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Envelope {
    /// How the length of the body is announced.
    pub length: LengthPrefix,
    /// Whether the text `REFRESH` between frames is passed over.
    pub keep_alive: bool,
    /// Whether the body begins with the five bytes of a TPDU.
    pub tpdu: bool,
    /// Whether a telephone block may stand behind the TPDU: 5 + 8 + 8 + 12 bytes, to be passed over.
    pub telephone_block: bool,
    /// Whether the six bytes of a header follow.
    pub header: bool,
}

/// How the length of a body is announced. It never counts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum LengthPrefix {
    /// Two bytes, the high one first.
    #[serde(rename = "binary-2")]
    Binary2,
    /// Four decimal digits in ASCII.
    #[serde(rename = "ascii-4")]
    Ascii4,
}

impl LengthPrefix {
    /// Bytes on the wire.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Binary2 => 2,
            Self::Ascii4 => 4,
        }
    }

    /// The longest body that it can announce.
    pub const fn max_body_bytes(self) -> usize {
        match self {
            Self::Binary2 => 65_535,
            Self::Ascii4 => 9_999,
        }
    }
}

/// How message type, bitmap, digits and lengths are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Coding {
    /// The message type: two bytes or four.
    pub message_type: DigitCoding,
    /// The bitmap: bytes or their hexadecimal text.
    pub bitmap: BitmapCoding,
    /// When the second half of the bitmap is written.
    pub bitmap_width: BitmapWidth,
    /// Digits and tracks.
    pub digits: DigitCoding,
    /// Announced lengths of fields.
    pub lengths: DigitCoding,
}

/// How decimal digits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigitCoding {
    /// Two a byte.
    Bcd,
    /// One a byte, as ASCII.
    Ascii,
}

/// How the bitmap is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BitmapCoding {
    /// Eight bytes a half.
    Binary,
    /// Sixteen hexadecimal characters a half, written in upper case.
    Hex,
}

impl BitmapCoding {
    /// Bytes of one half on the wire.
    pub(crate) const fn half_bytes(self) -> usize {
        match self {
            Self::Binary => 8,
            Self::Hex => 16,
        }
    }
}

/// When the second half of the bitmap is written. Reading goes by the first bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum BitmapWidth {
    /// When a field beyond 64 is present.
    #[serde(rename = "as-needed")]
    AsNeeded,
    /// Always.
    #[serde(rename = "always-128")]
    Always128,
}

/// Where the MAC stands and how it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MacPlace {
    /// The field that carries it, the last of a message that has one: 64 or 128. It has 4 or 8 bytes.
    pub field: u8,
    /// How it is made.
    pub algorithm: MacAlgorithm,
}

/// How one field is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSpec {
    /// What it is, for people.
    pub name: String,
    /// Alphabet and packing.
    pub kind: Kind,
    /// Fixed, or announced.
    pub length: Length,
    /// Where the filler nibble of an odd number of digits goes.
    pub odd_pad: OddPad,
}

/// Alphabet and packing of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// `n`: decimal digits.
    #[serde(rename = "n")]
    Digits,
    /// `z`: track data. In BCD `=` travels as nibble D, and encrypted tracks may hold any nibble.
    #[serde(rename = "z")]
    Track,
    /// `an`, `ans`: bytes as they are, padded with spaces on the right when the length is fixed.
    #[serde(rename = "ans")]
    Text,
    /// `b`: raw bytes.
    #[serde(rename = "b")]
    Binary,
    /// `x+n`: C or D, and decimal digits in ASCII.
    #[serde(rename = "x+n")]
    Signed,
}

/// How long a field is, in digits or bytes after its [`Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Always this long.
    Fixed(u16),
    /// Announced by two digits, at most this long.
    Ll(u16),
    /// Announced by three digits, at most this long.
    Lll(u16),
}

impl Length {
    /// The longest value.
    pub const fn max(self) -> u16 {
        let (Self::Fixed(max) | Self::Ll(max) | Self::Lll(max)) = self;
        max
    }
}

/// Where the filler nibble of an odd number of BCD digits goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OddPad {
    /// Digits first, filler last: `021` is `02 10`.
    #[default]
    Right,
    /// Filler first: `001` is `00 01`.
    Left,
}

/// What the codec does for one field number, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) form: Form,
    pub(crate) announced: Announced,
    pub(crate) pad: OddPad,
    /// Bytes of the announced length.
    pub(crate) prefix: u8,
    /// 1 when two characters share a byte, 0 otherwise.
    packing: u8,
    pub(crate) quick: Quick,
    /// Longest value, in characters of the value.
    pub(crate) max: u16,
}

/// What a value looks like on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The dialect has no such field.
    Absent,
    /// As it is, spaces behind it.
    Text,
    /// As it is.
    Binary,
    BcdDigits,
    BcdTrack,
    AsciiDigits,
    AsciiTrack,
    Signed,
}

/// The commonest fields, for each of which the writer has code of its own: kind and length, or kind and announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quick {
    /// Any other.
    No,
    Bcd2,
    Bcd3,
    Bcd4,
    Bcd6,
    Bcd8,
    Bcd10,
    Bcd12,
    Ascii2,
    Ascii3,
    Ascii4,
    Ascii6,
    Ascii8,
    Ascii10,
    Ascii12,
    Bytes2,
    Bytes3,
    Bytes4,
    Bytes6,
    Bytes8,
    Bytes12,
    Bytes15,
    BcdBcd1,
    BcdBcd2,
    TrackBcd1,
    BytesBcd1,
    BytesBcd2,
    AsciiAscii2,
    AsciiAscii3,
    TrackAscii2,
    BytesAscii2,
    BytesAscii3,
}

impl Quick {
    const fn of(form: Form, pad: OddPad, announced: Announced, max: u16) -> Self {
        if matches!(form, Form::BcdDigits | Form::BcdTrack) && matches!(pad, OddPad::Left) {
            return Self::No;
        }
        if matches!(announced, Announced::Fixed) {
            return match (form, max) {
                (Form::BcdDigits, 2) => Self::Bcd2,
                (Form::BcdDigits, 3) => Self::Bcd3,
                (Form::BcdDigits, 4) => Self::Bcd4,
                (Form::BcdDigits, 6) => Self::Bcd6,
                (Form::BcdDigits, 8) => Self::Bcd8,
                (Form::BcdDigits, 10) => Self::Bcd10,
                (Form::BcdDigits, 12) => Self::Bcd12,
                (Form::AsciiDigits, 2) => Self::Ascii2,
                (Form::AsciiDigits, 3) => Self::Ascii3,
                (Form::AsciiDigits, 4) => Self::Ascii4,
                (Form::AsciiDigits, 6) => Self::Ascii6,
                (Form::AsciiDigits, 8) => Self::Ascii8,
                (Form::AsciiDigits, 10) => Self::Ascii10,
                (Form::AsciiDigits, 12) => Self::Ascii12,
                (Form::Text | Form::Binary, 2) => Self::Bytes2,
                (Form::Text | Form::Binary, 3) => Self::Bytes3,
                (Form::Text | Form::Binary, 4) => Self::Bytes4,
                (Form::Text | Form::Binary, 6) => Self::Bytes6,
                (Form::Text | Form::Binary, 8) => Self::Bytes8,
                (Form::Text | Form::Binary, 12) => Self::Bytes12,
                (Form::Text | Form::Binary, 15) => Self::Bytes15,
                _ => Self::No,
            };
        }
        match (form, announced) {
            (Form::BcdDigits, Announced::Bcd1) => Self::BcdBcd1,
            (Form::BcdDigits, Announced::Bcd2) => Self::BcdBcd2,
            (Form::BcdTrack, Announced::Bcd1) => Self::TrackBcd1,
            (Form::Text | Form::Binary, Announced::Bcd1) => Self::BytesBcd1,
            (Form::Text | Form::Binary, Announced::Bcd2) => Self::BytesBcd2,
            (Form::AsciiDigits, Announced::Ascii2) => Self::AsciiAscii2,
            (Form::AsciiDigits, Announced::Ascii3) => Self::AsciiAscii3,
            (Form::AsciiTrack, Announced::Ascii2) => Self::TrackAscii2,
            (Form::Text | Form::Binary, Announced::Ascii2) => Self::BytesAscii2,
            (Form::Text | Form::Binary, Announced::Ascii3) => Self::BytesAscii3,
            _ => Self::No,
        }
    }
}

/// How the length of a value is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    Fixed,
    Bcd1,
    Bcd2,
    Ascii2,
    Ascii3,
}

/// One step for each field number, those beyond 128 absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Steps(Box<[Step; 256]>);

impl Steps {
    pub(crate) fn of(fields: &[Option<FieldSpec>], coding: Coding) -> Self {
        let absent = Step {
            form: Form::Absent,
            announced: Announced::Fixed,
            pad: OddPad::Right,
            prefix: 0,
            packing: 0,
            quick: Quick::No,
            max: 0,
        };
        let mut steps = Box::new([absent; 256]);
        for (step, spec) in steps.iter_mut().zip(fields) {
            if let Some(spec) = spec {
                *step = Step::of(spec, coding);
            }
        }
        Self(steps)
    }

    #[inline]
    pub(crate) const fn get(&self, field: u8) -> Step {
        self.0[field as usize]
    }

    /// By field number.
    pub(crate) const fn all(&self) -> &[Step; 256] {
        &self.0
    }
}

impl Step {
    const fn of(spec: &FieldSpec, coding: Coding) -> Self {
        let form = match (spec.kind, coding.digits) {
            (Kind::Digits, DigitCoding::Bcd) => Form::BcdDigits,
            (Kind::Digits, DigitCoding::Ascii) => Form::AsciiDigits,
            (Kind::Track, DigitCoding::Bcd) => Form::BcdTrack,
            (Kind::Track, DigitCoding::Ascii) => Form::AsciiTrack,
            (Kind::Text, _) => Form::Text,
            (Kind::Binary, _) => Form::Binary,
            (Kind::Signed, _) => Form::Signed,
        };
        let announced = match (spec.length, coding.lengths) {
            (Length::Fixed(_), _) => Announced::Fixed,
            (Length::Ll(_), DigitCoding::Bcd) => Announced::Bcd1,
            (Length::Lll(_), DigitCoding::Bcd) => Announced::Bcd2,
            (Length::Ll(_), DigitCoding::Ascii) => Announced::Ascii2,
            (Length::Lll(_), DigitCoding::Ascii) => Announced::Ascii3,
        };
        let prefix = match announced {
            Announced::Fixed => 0,
            Announced::Bcd1 => 1,
            Announced::Bcd2 | Announced::Ascii2 => 2,
            Announced::Ascii3 => 3,
        };
        let packing = matches!(form, Form::BcdDigits | Form::BcdTrack) as u8;
        let (pad, max) = (spec.odd_pad, spec.length.max());
        Self { form, announced, pad, prefix, packing, quick: Quick::of(form, pad, announced, max), max }
    }

    /// Bytes on the wire of so many characters, without an announced length.
    #[inline]
    pub(crate) const fn wire_len(self, count: usize) -> usize {
        (count + self.packing as usize) >> self.packing
    }
}
