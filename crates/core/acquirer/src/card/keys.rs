//! Keys as the books keep them: bytes that can be written down and read again, and are never printed.
//!
//! Source: UnionPay POS dialect, "Keys and MAC": a master key (TMK) of sixteen bytes, working keys of eight or sixteen.
//! Fresh keys are derived, not drawn: key number n of a seed is always the same, so that a run can be repeated.
//! Test keys only; whoever has the seed has them all. *Not modelled:* a security module, parity, SM4.

use core::fmt;
use iso8583::{DesKey, KeyLayout, MacAlgorithm, MacKey, ReadyMacKey, Tdes, WorkingKeys};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A DES key of 8 or 16 bytes. Written down as 16 or 32 hexadecimal digits; `Debug` shows its check value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyBytes {
    bytes: [u8; 16],
    is_double: bool,
}

/// The working keys of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalKeys {
    /// Key of PIN blocks (PIK).
    pub pin: KeyBytes,
    /// Key of message authentication codes (MAK).
    pub mac: KeyBytes,
    /// Key of track data (TDK), where the terminal has asked for one.
    pub track: Option<KeyBytes>,
}

impl KeyBytes {
    /// A key of single length; parity bits are ignored.
    #[must_use]
    pub const fn single(bytes: [u8; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = bytes;
        Self { bytes: [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0], is_double: false }
    }

    /// A key of double length; parity bits are ignored.
    #[must_use]
    pub const fn double(bytes: [u8; 16]) -> Self {
        Self { bytes, is_double: true }
    }

    /// 16 or 32 hexadecimal digits; anything else is `None`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut key = Self { bytes: [0; 16], is_double: text.len() == 32 };
        let digits = text.as_bytes();
        if !matches!(digits.len(), 16 | 32) {
            return None;
        }
        for (to, pair) in key.bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let nibble = |digit: u8| char::from(digit).to_digit(16);
            let [high, low] = pair else { return None };
            *to = (nibble(*high)? << 4 | nibble(*low)?) as u8;
        }
        Some(key)
    }

    /// The key, ready to be used.
    #[must_use]
    pub const fn des(&self) -> DesKey {
        if self.is_double { DesKey::double(self.bytes) } else { DesKey::single(self.left()) }
    }

    /// The key as a master key; one of single length stands for its double.
    pub(crate) const fn master(&self) -> Tdes {
        let [a, b, c, d, e, f, g, h] = self.left();
        let twice = [a, b, c, d, e, f, g, h, a, b, c, d, e, f, g, h];
        Tdes::new(if self.is_double { self.bytes } else { twice })
    }

    const fn left(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes;
        [a, b, c, d, e, f, g, h]
    }

    fn said(&self) -> &[u8] {
        if self.is_double { &self.bytes } else { self.bytes.split_at(8).0 }
    }
}

/// What a derived key is for: no two keys of one number are the same.
#[derive(Clone, Copy)]
enum Use {
    Pin = 1,
    Mac = 2,
    Track = 3,
}

impl TerminalKeys {
    /// The working keys of this number, as long as layout and algorithm want them.
    pub(crate) fn derived(seed: KeyBytes, number: u32, layout: KeyLayout, mac: MacAlgorithm) -> Self {
        let double = layout != KeyLayout::Single;
        let key = |kind, double| derived(seed, kind, number, double);
        Self {
            pin: key(Use::Pin, double),
            mac: key(Use::Mac, double && mac == MacAlgorithm::X9_19),
            track: (layout == KeyLayout::DoubleWithTrack).then(|| key(Use::Track, true)),
        }
    }

    /// The key of MACs, expanded.
    pub(crate) fn ready_mac(&self) -> ReadyMacKey {
        ReadyMacKey::new(MacKey::from(self.mac.des()))
    }

    /// The keys, ready to be wrapped.
    pub(crate) fn working(&self) -> WorkingKeys {
        WorkingKeys {
            pin: self.pin.des().into(),
            mac: self.mac.des().into(),
            track: self.track.map(|key| key.des().into()),
        }
    }
}

fn derived(seed: KeyBytes, kind: Use, number: u32, double: bool) -> KeyBytes {
    let [a, b, c, d] = number.to_be_bytes();
    let half = |which| seed.des().encrypt([kind as u8, which, 0, 0, a, b, c, d]);
    if double { joined(half(0), half(1)) } else { KeyBytes::single(half(0)) }
}

fn joined(left: [u8; 8], right: [u8; 8]) -> KeyBytes {
    let mut bytes = [0; 16];
    let (first, last) = bytes.split_at_mut(8);
    first.copy_from_slice(&left);
    last.copy_from_slice(&right);
    KeyBytes::double(bytes)
}

/// The master key of a terminal that was admitted without being set up: its id, and the id's complement, each
/// encrypted under the key of the setting.
#[must_use]
pub fn admitted_master_key(key: KeyBytes, terminal_id: &str) -> KeyBytes {
    let mut id = [b' '; 8];
    for (to, from) in id.iter_mut().zip(terminal_id.bytes()) {
        *to = from;
    }
    diversified(key, id)
}

/// A key for one of many: its block, and the block's complement, each encrypted under the key of all.
pub(super) fn diversified(key: KeyBytes, block: [u8; 8]) -> KeyBytes {
    joined(key.des().encrypt(block), key.des().encrypt(block.map(|byte| !byte)))
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.des(), f)
    }
}

impl Serialize for KeyBytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase();
        let text: String = self.said().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        to.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for KeyBytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::from_hex(&text).ok_or_else(|| D::Error::custom("no key: 16 or 32 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyBytes, TerminalKeys, admitted_master_key};
    use iso8583::{KeyLayout, MacAlgorithm};

    const SEED: KeyBytes = KeyBytes::double(*b"test seed, 16 by");

    #[test]
    fn a_key_is_written_down_as_digits_and_printed_as_its_check_value() {
        let key = KeyBytes::from_hex("0123456789ABCDEF").unwrap();
        assert_eq!(serde_json::to_string(&key).unwrap(), "\"0123456789ABCDEF\"");
        assert_eq!(serde_json::from_str::<KeyBytes>("\"0123456789abcdef\"").unwrap(), key);
        // The check value is the dialect's, "Keys and MAC".
        assert_eq!(format!("{key:?}"), "DesKey(check value D5D44FF7)");
        for wrong in ["", "0123456789ABCDE", "0123456789ABCDEG", "0123456789ABCDEF01"] {
            assert_eq!(KeyBytes::from_hex(wrong), None, "{wrong}");
        }
        let double = KeyBytes::from_hex("0123456789ABCDEFFEDCBA9876543210").unwrap();
        let text = serde_json::to_string(&double).unwrap();
        assert_eq!(serde_json::from_str::<KeyBytes>(&text).unwrap(), double);
    }

    #[test]
    fn keys_of_another_number_use_or_terminal_are_other_keys() {
        let keys =
            |number| TerminalKeys::derived(SEED, number, KeyLayout::DoubleWithTrack, MacAlgorithm::X9_19);
        let (one, two) = (keys(1), keys(2));
        assert_eq!(one, keys(1));
        let all = [one.pin, one.mac, one.track.unwrap(), two.pin, two.mac, two.track.unwrap()];
        for (at, key) in all.iter().enumerate() {
            assert!(!all[..at].contains(key));
        }
        assert_ne!(admitted_master_key(SEED, "10000001"), admitted_master_key(SEED, "10000002"));
    }

    #[test]
    fn keys_are_as_long_as_layout_and_algorithm_want_them() {
        let lengths = |layout, algorithm| {
            let keys = TerminalKeys::derived(SEED, 1, layout, algorithm);
            (keys.pin.is_double, keys.mac.is_double, keys.track.is_some())
        };
        assert_eq!(lengths(KeyLayout::Single, MacAlgorithm::X9_19), (false, false, false));
        assert_eq!(lengths(KeyLayout::Double, MacAlgorithm::CupEcb), (true, false, false));
        assert_eq!(lengths(KeyLayout::DoubleWithTrack, MacAlgorithm::X9_19), (true, true, true));
    }
}
