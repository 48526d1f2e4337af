//! Who says something, what, and the seal over its exact bytes.
//!
//! `{"from":"12345678","seal":"<64 hexadecimal digits>","body":{…}}`. The seal is HMAC-SHA256 (RFC 2104, FIPS 180-4)
//! over the bytes of the body as they stand, so that a document is authentic before anybody can read it: a back office
//! keeps what is newer than itself and knows whose it is. Every body says in `is` what it is, so that a sealed answer
//! cannot be sent back as a voucher. *Not modelled:* several keys of one sender, and when a key ends.

use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

/// A longer envelope is not read.
pub const MAX_BYTES: usize = 4_096;

/// What two parties seal with. Its printed form hides it. Test keys only.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey(Vec<u8>);

impl SealKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The key of one party, worked out from a master key and its name, so that a hundred terminals need no list.
    #[must_use]
    pub fn derived(&self, name: &str) -> Self {
        Self(self.seal(name).0.to_vec())
    }

    /// The seal of a text under this key.
    #[must_use]
    pub fn seal(&self, text: &str) -> Seal {
        Seal(self.keyed(text).finalize().into_bytes().into())
    }

    fn fits(&self, text: &str, seal: Seal) -> bool {
        self.keyed(text).verify_slice(&seal.0).is_ok()
    }

    fn keyed(&self, text: &str) -> Hmac<Sha256> {
        let mut digest = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        digest.update(text.as_bytes());
        digest
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(hidden)")
    }
}

/// A seal: 32 bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seal([u8; 32]);

impl Seal {
    /// Reads 64 lower-case hexadecimal digits. No other spelling counts, so that one seal has one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut seal = [0; 32];
        for (byte, pair) in seal.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(seal))
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({self})")
    }
}

/// Something said, by whom, and its seal; lent out of the bytes that it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Who says it: a name that the receiver looks the key up by.
    pub from: &'a str,
    /// What the sender says that its seal is.
    pub seal: Seal,
    /// What is said: the exact text of a JSON object.
    pub body: &'a str,
}

/// Why bytes are no envelope, or not a believable one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeError {
    /// More than [`MAX_BYTES`].
    TooLong,
    /// It is no JSON object of sender, seal and body.
    Shape,
    /// Another key, or another content.
    Seal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    from: &'a str,
    seal: &'a str,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl<'a> Envelope<'a> {
    /// Takes an envelope apart. Nobody has looked at its seal yet.
    ///
    /// # Errors
    /// [`EnvelopeError::TooLong`], [`EnvelopeError::Shape`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_BYTES {
            return Err(EnvelopeError::TooLong);
        }
        let written: Written<'a> = serde_json::from_slice(bytes).map_err(|_| EnvelopeError::Shape)?;
        let seal = Seal::parse(written.seal).ok_or(EnvelopeError::Shape)?;
        Ok(Self { from: written.from, seal, body: written.body.get() })
    }

    /// Takes an envelope apart and believes it only under this key.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn open(bytes: &'a [u8], key: &SealKey) -> Result<Self, EnvelopeError> {
        let envelope = Self::read(bytes)?;
        if envelope.is_sealed_with(key) { Ok(envelope) } else { Err(EnvelopeError::Seal) }
    }

    /// Whether the seal is the right one under this key.
    #[must_use]
    pub fn is_sealed_with(&self, key: &SealKey) -> bool {
        key.fits(self.body, self.seal)
    }
}

/// Appends an envelope; gives its seal. `from` has no character that JSON escapes.
pub fn write(from: &str, body: &str, key: &SealKey, out: &mut Vec<u8>) -> Seal {
    let seal = key.seal(body);
    for part in ["{\"from\":\"", from, "\",\"seal\":\"", &seal.to_string(), "\",\"body\":", body, "}"] {
        out.extend_from_slice(part.as_bytes());
    }
    seal
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "it is too long",
            Self::Shape => "it is no sealed document",
            Self::Seal => "the seal is wrong",
        })
    }
}

impl core::error::Error for EnvelopeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_seal_is_the_hmac_of_the_published_vector() {
        // RFC 4231, test case 2.
        let seal = SealKey::new(b"Jefe").seal("what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(seal.to_string(), expected);
        assert_eq!(Seal::parse(expected), Some(seal));
        assert_eq!(Seal::parse(&expected.to_uppercase()), None);
    }

    #[test]
    fn a_printed_key_is_hidden() {
        assert_eq!(format!("{:?}", SealKey::new(b"secret")), "SealKey(hidden)");
    }

    #[test]
    fn the_seal_is_over_the_bytes_as_they_stand() {
        let key = SealKey::new(b"k");
        let mut bytes = Vec::new();
        write("a", "{ \"x\" : 1 }", &key, &mut bytes);
        assert_eq!(Envelope::open(&bytes, &key).map(|envelope| envelope.body), Ok("{ \"x\" : 1 }"));
        let tidied = String::from_utf8(bytes).unwrap().replace("{ \"x\" : 1 }", "{\"x\":1}");
        assert_eq!(Envelope::open(tidied.as_bytes(), &key), Err(EnvelopeError::Seal));
    }

    #[test]
    fn what_is_too_long_or_no_envelope_is_refused() {
        let long = vec![b' '; MAX_BYTES + 1];
        assert_eq!(Envelope::read(&long), Err(EnvelopeError::TooLong));
        let seal = "0".repeat(64);
        for text in [
            String::new(),
            "{}".to_owned(),
            format!("{{\"from\":\"a\",\"seal\":\"{seal}\"}}"),
            format!("{{\"from\":\"a\",\"from\":\"b\",\"seal\":\"{seal}\",\"body\":{{}}}}"),
            format!("{{\"from\":\"a\",\"seal\":\"{seal}\",\"body\":{{}},\"more\":1}}"),
            format!("{{\"from\":\"a\",\"seal\":\"{}\",\"body\":{{}}}}", "0".repeat(63)),
        ] {
            assert_eq!(Envelope::read(text.as_bytes()), Err(EnvelopeError::Shape), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_envelope_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Envelope::read(&bytes);
        }
    }
}
