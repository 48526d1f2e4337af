//! Signatures over flat fields: MD5 and HMAC-SHA256 of the sorted `k=v&…&key=K`, in upper-case hexadecimal.
//!
//! Source: WeChat Pay v2, "Signature", with the published vector. Empty values and `sign` itself do not count.
//! Not modelled: the RSA signatures of v3, which are in [`crate::rsa_key`]. MD5 is what the dialect says; it protects nothing.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

use crate::xml::Fields;

/// The secret that merchant and gateway share. Its printed form hides it.
#[derive(Clone)]
pub struct ApiKey {
    text: String,
    /// HMAC-SHA256 before its first byte: making this ready takes as long as signing a short document.
    hmac: Hmac<Sha256>,
}

impl ApiKey {
    /// A key from its text.
    pub fn new(text: &str) -> Self {
        let hmac = Hmac::new_from_slice(text.as_bytes()).expect("HMAC takes a key of any length");
        Self { text: text.to_owned(), hmac }
    }

    /// The text, for the one call that gives it out.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What a refund notice is encrypted with: the MD5 of the key in lower-case hexadecimal.
    pub(crate) fn refund_notice_key(&self) -> [u8; 32] {
        let signature = Signature::from_digest(&Md5::digest(self.text.as_bytes()));
        let mut key = [0; 32];
        for (into, character) in key.iter_mut().zip(signature.as_str().bytes()) {
            *into = character.to_ascii_lowercase();
        }
        key
    }
}

/// How a document is signed: `sign_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignType {
    /// `MD5`, also when nothing is said.
    Md5,
    /// `HMAC-SHA256`.
    HmacSha256,
}

impl SignType {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }
}

/// A signature: 32 or 64 upper-case hexadecimal characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    characters: [u8; 64],
    len: usize,
}

impl Signature {
    /// The characters.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.characters.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }

    fn from_digest(digest: &[u8]) -> Self {
        let mut characters = [b'0'; 64];
        for (pair, byte) in characters.chunks_exact_mut(2).zip(digest) {
            pair.copy_from_slice(&hexadecimal(*byte));
        }
        Self { characters, len: (digest.len() * 2).min(64) }
    }
}

/// Two digits, in capitals.
pub(crate) const fn hexadecimal(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [DIGITS[(byte >> 4) as usize], DIGITS[(byte & 15) as usize]]
}

/// The signature of these fields under this key.
pub fn sign(fields: &Fields, key: &ApiKey, sign_type: SignType) -> Signature {
    let text = text_to_sign(fields, key);
    match sign_type {
        SignType::Md5 => Signature::from_digest(&Md5::digest(text)),
        SignType::HmacSha256 => {
            Signature::from_digest(&key.hmac.clone().chain_update(text).finalize().into_bytes())
        }
    }
}

/// Checks the `sign` field, computed as the `sign_type` field says (MD5 when there is none).
///
/// # Errors
/// There is no signature, its type is unknown, or it is another one.
pub fn verify(fields: &Fields, key: &ApiKey) -> Result<(), SignError> {
    verify_as(fields, key, declared_type(fields)?)
}

/// Checks the `sign` field, computed in this way: answers are signed as their requests were and need not say how.
///
/// # Errors
/// There is no signature, or it is another one.
pub fn verify_as(fields: &Fields, key: &ApiKey, sign_type: SignType) -> Result<(), SignError> {
    let given = fields.get("sign").filter(|given| !given.is_empty()).ok_or(SignError::Missing)?;
    if sign(fields, key, sign_type).as_str() == given { Ok(()) } else { Err(SignError::Wrong) }
}

/// How the `sign_type` field says that a document is signed: MD5 when there is none.
///
/// # Errors
/// [`SignError::UnknownType`].
pub fn declared_type(fields: &Fields) -> Result<SignType, SignError> {
    match fields.get("sign_type") {
        None | Some("" | "MD5") => Ok(SignType::Md5),
        Some("HMAC-SHA256") => Ok(SignType::HmacSha256),
        Some(_) => Err(SignError::UnknownType),
    }
}

/// Why a document is not authentic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignError {
    /// No `sign` field, or an empty one.
    Missing,
    /// `sign_type` is neither MD5 nor HMAC-SHA256.
    UnknownType,
    /// Another key, or another content.
    Wrong,
}

/// `k=v&…&key=K`: a digest takes one text faster than its many pieces.
fn text_to_sign(fields: &Fields, key: &ApiKey) -> String {
    let counted = fields.iter().filter(|(key, value)| *key != "sign" && !value.is_empty());
    let mut sorted: Vec<(&str, &str)> = Vec::with_capacity(fields.len());
    sorted.extend(counted);
    // No key stands twice.
    sorted.sort_unstable_by_key(|(name, _)| *name);
    let bytes = sorted.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>();
    let mut text = String::with_capacity(bytes + "key=".len() + key.text.len());
    for (name, value) in sorted {
        for part in [name, "=", value, "&"] {
            text.push_str(part);
        }
    }
    text.push_str("key=");
    text.push_str(&key.text);
    text
}

impl PartialEq for ApiKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ApiKey {}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", self.as_str())
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the document is not signed",
            Self::UnknownType => "the signature is of an unknown type",
            Self::Wrong => "the signature is wrong",
        })
    }
}

impl core::error::Error for SignError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> (Fields, ApiKey) {
        let mut fields = Fields::default();
        fields.set("nonce_str", "ibuaiVcKdpRxkhJA");
        fields.set("mch_id", "10000100");
        fields.set("device_info", "1000");
        fields.set("body", "test");
        fields.set("appid", "wxd930ea5d5a258f4f");
        (fields, ApiKey::new("192006250b4c09247ec02edce69f6a2d"))
    }

    #[test]
    fn md5_gives_the_published_signature() {
        let (fields, key) = published();
        assert_eq!(sign(&fields, &key, SignType::Md5).as_str(), "9A0A8659F005D6984697E2CA0A9CF3B7");
    }

    #[test]
    fn hmac_gives_the_published_signature() {
        let (fields, key) = published();
        let expected = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6";
        assert_eq!(sign(&fields, &key, SignType::HmacSha256).as_str(), expected);
    }

    #[test]
    fn empty_values_and_the_signature_itself_do_not_count() {
        let (mut fields, key) = published();
        fields.set("attach", "");
        fields.set("sign", "9A0A8659F005D6984697E2CA0A9CF3B7");
        assert_eq!(verify(&fields, &key), Ok(()));
    }

    #[test]
    fn a_changed_amount_or_key_is_noticed() {
        let (mut fields, key) = published();
        assert_eq!(verify(&fields, &key), Err(SignError::Missing));
        fields.set("sign", "9A0A8659F005D6984697E2CA0A9CF3B7");
        assert_eq!(verify(&fields, &ApiKey::new("other")), Err(SignError::Wrong));
        fields.set("body", "tests");
        assert_eq!(verify(&fields, &key), Err(SignError::Wrong));
        fields.set("sign_type", "CRC");
        assert_eq!(verify(&fields, &key), Err(SignError::UnknownType));
    }

    #[test]
    fn a_printed_key_is_hidden() {
        assert_eq!(format!("{:?}", published().1), "ApiKey(hidden)");
    }
}
