//! A MAC key whose schedules are worked out once, for whoever has many messages of one terminal.
//!
//! Source: UnionPay POS dialect, "Keys and MAC". A key schedule costs about as much as the blocks of a whole MAC, and a
//! terminal's key changes only at sign-on. The answers are those of the plain key. *Not modelled:* ready keys of PIN
//! blocks and tracks, of which there is one a message at most.

use core::fmt;

use crate::keys::{Expanded, MacKey};

/// A [`MacKey`], expanded: 300 bytes instead of 17, and no schedule a message.
#[derive(Clone)]
pub struct ReadyMacKey {
    plain: MacKey,
    expanded: Expanded,
}

impl ReadyMacKey {
    /// The key, expanded.
    #[must_use]
    pub fn new(key: MacKey) -> Self {
        Self { plain: key, expanded: key.0.expanded() }
    }
}

impl From<MacKey> for ReadyMacKey {
    fn from(key: MacKey) -> Self {
        Self::new(key)
    }
}

impl PartialEq for ReadyMacKey {
    fn eq(&self, other: &Self) -> bool {
        self.plain == other.plain
    }
}

impl Eq for ReadyMacKey {}

impl fmt::Debug for ReadyMacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plain.fmt(f)
    }
}

/// A MAC key in either form, as whatever makes or checks a MAC takes it: `&MacKey` and `&ReadyMacKey` both become one.
#[derive(Clone, Copy, Debug)]
pub enum AnyMacKey<'a> {
    /// It is expanded for each message.
    Plain(&'a MacKey),
    /// It is ready.
    Ready(&'a ReadyMacKey),
}

impl AnyMacKey<'_> {
    pub(crate) fn with_expanded<T>(self, work: impl FnOnce(&Expanded) -> T) -> T {
        match self {
            Self::Plain(key) => work(&key.0.expanded()),
            Self::Ready(key) => work(&key.expanded),
        }
    }
}

impl<'a> From<&'a MacKey> for AnyMacKey<'a> {
    fn from(key: &'a MacKey) -> Self {
        Self::Plain(key)
    }
}

impl<'a> From<&'a ReadyMacKey> for AnyMacKey<'a> {
    fn from(key: &'a ReadyMacKey) -> Self {
        Self::Ready(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CUP, Message, Mti, encode_with_mac, set_mac, verify_mac};
    use proptest::prelude::*;

    const SINGLE: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
    const DOUBLE: MacKey = MacKey::double(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes());

    #[test]
    fn a_ready_key_shows_no_more_than_its_check_value() {
        assert_eq!(format!("{:?}", ReadyMacKey::new(SINGLE)), "MacKey(check value D5D44FF7)");
        assert_eq!(
            format!("{:?}", AnyMacKey::from(&ReadyMacKey::new(DOUBLE))),
            "Ready(MacKey(check value 08D7B4FB))"
        );
    }

    #[test]
    fn a_ready_key_equals_that_of_the_same_bytes_alone() {
        assert_eq!(ReadyMacKey::new(SINGLE), ReadyMacKey::from(SINGLE));
        assert_ne!(ReadyMacKey::new(SINGLE), ReadyMacKey::new(DOUBLE));
    }

    #[test]
    fn what_one_form_signs_the_other_takes() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(4, "100");
        for key in [SINGLE, DOUBLE] {
            let (ready, mut frame) = (ReadyMacKey::new(key), Vec::new());
            encode_with_mac(&CUP, &message, &ready, &mut frame).unwrap();
            assert_eq!(verify_mac(&CUP, &frame[2..], &key), Ok(()));
            frame[20] ^= 1;
            assert!(verify_mac(&CUP, &frame[2..], &ready).is_err());
            set_mac(&CUP, &mut frame, &key).unwrap();
            assert_eq!(verify_mac(&CUP, &frame[2..], &ready), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn both_forms_give_the_same_mac(
            bytes: [u8; 16], is_double: bool, text in prop::collection::vec(any::<u8>(), 0..80)
        ) {
            let key = if is_double { MacKey::double(bytes) } else { MacKey::new(*bytes.first_chunk().unwrap()) };
            let ready = ReadyMacKey::new(key);
            for algorithm in [crate::MacAlgorithm::CupEcb, crate::MacAlgorithm::X9_9, crate::MacAlgorithm::X9_19] {
                prop_assert_eq!(algorithm.compute(&key, &text), algorithm.compute(&ready, &text));
            }
        }
    }
}
