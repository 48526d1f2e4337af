//! Field 62 of a sign-on reply: the working keys, wrapped under the master key, each with its check value.
//!
//! Source: UnionPay POS dialect, "Keys and MAC". A check value is four bytes, a slot of sixteen with zeros in its second
//! half holds a key of single length:
//!
//! | bytes | network code (60.3) | PIN key | MAC key | track key |
//! |---|---|---|---|---|
//! | 24 | 001 | 8 + 4 | 8 + 4 | |
//! | 40 | 003 | 16 + 4 | 16 + 4, usually of single length | |
//! | 60 | 004 | 16 + 4 | 16 + 4 | 16 + 4 |
//!
//! *Not modelled:* the SM4 variant (network code 006), and the parameters that field 62 carries elsewhere.

use core::fmt;

use crate::keys::{DesKey, MacKey, PinKey, Tdes, TrackKey};

/// The keys of a day's work, in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingKeys {
    /// For PIN blocks.
    pub pin: PinKey,
    /// For message authentication codes.
    pub mac: MacKey,
    /// For track data, where tracks are encrypted.
    pub track: Option<TrackKey>,
}

/// How the keys stand in the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLayout {
    /// 24 bytes: two keys of single length.
    Single,
    /// 40 bytes: two keys of up to double length.
    Double,
    /// 60 bytes: three keys of up to double length.
    DoubleWithTrack,
}

/// A readable field 62: wrapped keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field62 {
    layout: KeyLayout,
    bytes: [u8; 60],
}

impl KeyLayout {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Single, Self::Double, Self::DoubleWithTrack];

    /// Bytes of the field.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Single => 24,
            Self::Double => 40,
            Self::DoubleWithTrack => 60,
        }
    }

    /// The network code (60.3) with which a terminal asks for it.
    pub const fn network_code(self) -> u16 {
        match self {
            Self::Single => 1,
            Self::Double => 3,
            Self::DoubleWithTrack => 4,
        }
    }

    /// The layout that a terminal asks for with this network code (60.3).
    pub fn of_network_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.network_code() == code)
    }

    /// Bytes of one wrapped key without its check value.
    const fn key_bytes(self) -> usize {
        match self {
            Self::Single => 8,
            Self::Double | Self::DoubleWithTrack => 16,
        }
    }
}

impl Field62 {
    /// Reads 24, 40 or 60 bytes; anything else is `None`. Whether the keys are right is seen when they are unwrapped.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let layout = KeyLayout::ALL.into_iter().find(|layout| layout.bytes() == value.len())?;
        let mut bytes = [0; 60];
        bytes.get_mut(..value.len())?.copy_from_slice(value);
        Some(Self { layout, bytes })
    }

    /// Wraps keys for a sign-on reply.
    ///
    /// # Errors
    /// A key is too long for the layout, or the layout has a track key and there is none. A track key that the layout
    /// has no place for is left out.
    pub fn wrap(keys: &WorkingKeys, layout: KeyLayout, master: &Tdes) -> Result<Self, KeyError> {
        let mut field = Self { layout, bytes: [0; 60] };
        for (slot, part) in field.bytes.chunks_mut(layout.key_bytes() + 4).zip(layout.uses()) {
            let key = keys.of(*part).ok_or(KeyError::Missing(*part))?;
            if key.is_double() && layout == KeyLayout::Single {
                return Err(KeyError::TooLong(*part));
            }
            let (wrapped, check) = slot.split_at_mut(layout.key_bytes());
            for (to, from) in wrapped.iter_mut().zip(master.wrap(key)) {
                *to = from;
            }
            check.copy_from_slice(&key.check_value());
        }
        Ok(field)
    }

    /// Unwraps all keys.
    ///
    /// # Errors
    /// The check value of a key is not its own: a terminal must refuse the sign-on.
    pub fn unwrap(&self, master: &Tdes) -> Result<WorkingKeys, KeyError> {
        Ok(WorkingKeys {
            pin: self.key(KeyUse::Pin, master)?.into(),
            mac: self.key(KeyUse::Mac, master)?.into(),
            track: match self.layout {
                KeyLayout::DoubleWithTrack => Some(self.key(KeyUse::Track, master)?.into()),
                KeyLayout::Single | KeyLayout::Double => None,
            },
        })
    }

    /// How the keys stand in it.
    pub const fn layout(&self) -> KeyLayout {
        self.layout
    }

    fn key(&self, part: KeyUse, master: &Tdes) -> Result<DesKey, KeyError> {
        let slot = self.bytes.chunks(self.layout.key_bytes() + 4).nth(part as usize).unwrap_or_default();
        let (wrapped, check) = slot.split_at(self.layout.key_bytes().min(slot.len()));
        let mut sixteen = [0; 16];
        for (to, from) in sixteen.iter_mut().zip(wrapped) {
            *to = *from;
        }
        let key = master.unwrap(&sixteen);
        if key.check_value() == check { Ok(key) } else { Err(KeyError::WrongCheckValue(part)) }
    }
}

impl KeyLayout {
    const fn uses(self) -> &'static [KeyUse] {
        match self {
            Self::Single | Self::Double => &[KeyUse::Pin, KeyUse::Mac],
            Self::DoubleWithTrack => &[KeyUse::Pin, KeyUse::Mac, KeyUse::Track],
        }
    }
}

impl WorkingKeys {
    fn of(&self, part: KeyUse) -> Option<&DesKey> {
        match part {
            KeyUse::Pin => Some(self.pin.as_des()),
            KeyUse::Mac => Some(self.mac.as_des()),
            KeyUse::Track => self.track.as_ref().map(TrackKey::as_des),
        }
    }
}

impl AsRef<[u8]> for Field62 {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.layout.bytes()).unwrap_or_default()
    }
}

/// Which key, in their order in the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// The PIN key.
    Pin,
    /// The MAC key.
    Mac,
    /// The track key.
    Track,
}

/// Why keys cannot be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// The host's mistake, or another master key: the check value is not that of the key.
    WrongCheckValue(KeyUse),
    /// The layout has room for a key of single length only.
    TooLong(KeyUse),
    /// The layout asks for a key that there is not.
    Missing(KeyUse),
}

impl fmt::Debug for Field62 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field62({:?}, {} hidden)", self.layout, self.layout.bytes())
    }
}

impl fmt::Display for KeyUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pin => "PIN key",
            Self::Mac => "MAC key",
            Self::Track => "track key",
        })
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongCheckValue(part) => write!(f, "the check value of the {part} is wrong"),
            Self::TooLong(part) => {
                write!(f, "the {part} is of double length, the layout has room for eight bytes")
            }
            Self::Missing(part) => write!(f, "there is no {part}"),
        }
    }
}

impl core::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    const MASTER: Tdes = Tdes::new([0x31; 16]);
    const SINGLE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
    const DOUBLE: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();

    fn keys(layout: KeyLayout) -> WorkingKeys {
        let pin = if layout == KeyLayout::Single { PinKey::new(SINGLE) } else { PinKey::double(DOUBLE) };
        let track = (layout == KeyLayout::DoubleWithTrack).then(|| TrackKey::double([0x45; 16]));
        WorkingKeys { pin, mac: MacKey::new(SINGLE), track }
    }

    #[test]
    fn every_layout_hands_over_its_keys() {
        for (layout, bytes) in KeyLayout::ALL.into_iter().zip([24, 40, 60]) {
            let field = Field62::wrap(&keys(layout), layout, &MASTER).unwrap();
            assert_eq!(field.as_ref().len(), bytes);
            let read = Field62::parse(field.as_ref()).unwrap();
            assert_eq!((read.layout(), read.unwrap(&MASTER)), (layout, Ok(keys(layout))));
            assert_eq!(KeyLayout::of_network_code(layout.network_code()), Some(layout));
        }
    }

    #[test]
    fn check_values_and_zeros_stand_where_the_dialect_says() {
        let field = Field62::wrap(&keys(KeyLayout::Double), KeyLayout::Double, &MASTER).unwrap();
        let bytes = field.as_ref();
        assert_eq!(bytes[16..20], [0x08, 0xD7, 0xB4, 0xFB]);
        assert_eq!(bytes[28..36], [0; 8], "the MAC key is of single length");
        assert_eq!(bytes[36..40], [0xD5, 0xD4, 0x4F, 0xF7]);
    }

    #[test]
    fn a_wrong_check_value_names_the_key() {
        let good =
            Field62::wrap(&keys(KeyLayout::DoubleWithTrack), KeyLayout::DoubleWithTrack, &MASTER).unwrap();
        for (at, part) in [(16, KeyUse::Pin), (0, KeyUse::Pin), (39, KeyUse::Mac), (59, KeyUse::Track)] {
            let mut bytes = good.as_ref().to_vec();
            bytes[at] ^= 0x80;
            assert_eq!(Field62::parse(&bytes).unwrap().unwrap(&MASTER), Err(KeyError::WrongCheckValue(part)));
        }
        assert_eq!(good.unwrap(&Tdes::new([0x13; 16])), Err(KeyError::WrongCheckValue(KeyUse::Pin)));
    }

    #[test]
    fn keys_that_do_not_fit_are_refused() {
        let long = WorkingKeys { mac: MacKey::double(DOUBLE), ..keys(KeyLayout::Single) };
        assert_eq!(Field62::wrap(&long, KeyLayout::Single, &MASTER), Err(KeyError::TooLong(KeyUse::Mac)));
        let lacking = Field62::wrap(&keys(KeyLayout::Double), KeyLayout::DoubleWithTrack, &MASTER);
        assert_eq!(lacking, Err(KeyError::Missing(KeyUse::Track)));
        assert!([0, 23, 25, 41, 61].iter().all(|bytes| Field62::parse(&vec![0; *bytes]).is_none()));
    }

    #[test]
    fn nothing_printed_shows_a_key() {
        let field = Field62::wrap(&keys(KeyLayout::Double), KeyLayout::Double, &MASTER).unwrap();
        assert_eq!(format!("{field:?}"), "Field62(Double, 40 hidden)");
    }
}
