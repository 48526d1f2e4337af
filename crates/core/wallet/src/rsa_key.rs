//! RSA pairs: made from dice, read and written as PEM, signing and verifying.
//!
//! Source: PKCS #1 v1.5 with SHA-256, which is WeChat's `WECHATPAY2-SHA256-RSA2048` and Alipay's `RSA2`; PKCS #1 and
//! PKCS #8 in PEM. A key is parsed once and kept. Signatures travel in base64.
//! *Not modelled:* hiding how long it takes. All keys are throw-away test keys.

use core::fmt;

use base64ct::{Base64, Encoding};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::{CryptoRng, Error as DiceError, RngCore, impls};
use rsa::sha2::Sha256;
use rsa::signature::{Keypair, SignatureEncoding, Signer, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};

/// What both families of gateways ask for.
const KEY_BITS: usize = 2_048;

/// Signs. Its printed form hides it.
#[derive(Clone)]
pub struct PrivateKey(SigningKey<Sha256>);

/// Verifies.
#[derive(Clone)]
pub struct PublicKey(VerifyingKey<Sha256>);

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// The PEM is in neither form, or holds no RSA key.
    Unreadable,
    /// The dice are loaded: no primes came out of them.
    NoPrimes,
}

impl PrivateKey {
    /// A new key of 2048 bits. The same dice give the same key.
    ///
    /// # Errors
    /// [`KeyError::NoPrimes`].
    pub fn generate(dice: impl FnMut() -> u64) -> Result<Self, KeyError> {
        let key = RsaPrivateKey::new(&mut Dice(dice), KEY_BITS).map_err(|_| KeyError::NoPrimes)?;
        Ok(Self(SigningKey::new(key)))
    }

    /// Reads PEM: PKCS #8 (`PRIVATE KEY`) or PKCS #1 (`RSA PRIVATE KEY`).
    ///
    /// # Errors
    /// [`KeyError::Unreadable`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = RsaPrivateKey::from_pkcs8_pem(pem).ok().or_else(|| RsaPrivateKey::from_pkcs1_pem(pem).ok());
        key.map(|key| Self(SigningKey::new(key))).ok_or(KeyError::Unreadable)
    }

    /// The key as PKCS #8, `PRIVATE KEY`.
    pub fn to_pkcs8_pem(&self) -> String {
        let key: &RsaPrivateKey = self.0.as_ref();
        key.to_pkcs8_pem(LineEnding::LF).expect("a key that was read or made can be written").to_string()
    }

    /// The key as PKCS #1, `RSA PRIVATE KEY`.
    pub fn to_pkcs1_pem(&self) -> String {
        let key: &RsaPrivateKey = self.0.as_ref();
        key.to_pkcs1_pem(LineEnding::LF).expect("a key that was read or made can be written").to_string()
    }

    /// The other half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of these bytes, in base64.
    pub fn sign(&self, message: &[u8]) -> String {
        Base64::encode_string(&self.0.sign(message).to_bytes())
    }
}

impl PublicKey {
    /// Reads PEM: X.509 (`PUBLIC KEY`) or PKCS #1 (`RSA PUBLIC KEY`).
    ///
    /// # Errors
    /// [`KeyError::Unreadable`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key =
            RsaPublicKey::from_public_key_pem(pem).ok().or_else(|| RsaPublicKey::from_pkcs1_pem(pem).ok());
        key.map(|key| Self(VerifyingKey::new(key))).ok_or(KeyError::Unreadable)
    }

    /// The key as X.509, `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        let key: &RsaPublicKey = self.0.as_ref();
        key.to_public_key_pem(LineEnding::LF).expect("a key that was read or made can be written")
    }

    /// The key as PKCS #1, `RSA PUBLIC KEY`.
    pub fn to_pkcs1_pem(&self) -> String {
        let key: &RsaPublicKey = self.0.as_ref();
        key.to_pkcs1_pem(LineEnding::LF).expect("a key that was read or made can be written")
    }

    /// Whether this base64 is the signature of these bytes.
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let bytes = Base64::decode_vec(signature).ok();
        let signature = bytes.and_then(|bytes| Signature::try_from(bytes.as_slice()).ok());
        signature.is_some_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

/// Dice of the caller, in the form that the key maker wants. They are as good as the caller's.
struct Dice<F>(F);

impl<F: FnMut() -> u64> RngCore for Dice<F> {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        (self.0)()
    }

    fn fill_bytes(&mut self, into: &mut [u8]) {
        impls::fill_bytes_via_next(self, into);
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), DiceError> {
        self.fill_bytes(into);
        Ok(())
    }
}

impl<F: FnMut() -> u64> CryptoRng for Dice<F> {}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(hidden)")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey")
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "no RSA key in PEM, neither as PKCS #1 nor as PKCS #8",
            Self::NoPrimes => "the dice gave no primes",
        })
    }
}

impl core::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from splitmix64, which is short to write down.
    fn dice(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }
    }

    #[test]
    fn the_same_dice_give_the_same_key_and_others_another() {
        let key = PrivateKey::generate(dice(1)).unwrap();
        assert_eq!(PrivateKey::generate(dice(1)).unwrap().to_pkcs8_pem(), key.to_pkcs8_pem());
        assert_ne!(PrivateKey::generate(dice(2)).unwrap().to_pkcs8_pem(), key.to_pkcs8_pem());
    }

    #[test]
    fn a_key_is_itself_in_every_form() {
        let key = PrivateKey::generate(dice(3)).unwrap();
        let signature = key.sign(b"x");
        for pem in [key.to_pkcs8_pem(), key.to_pkcs1_pem()] {
            assert_eq!(PrivateKey::from_pem(&pem).unwrap().sign(b"x"), signature);
        }
        for pem in [key.public_key().to_pem(), key.public_key().to_pkcs1_pem()] {
            assert!(PublicKey::from_pem(&pem).unwrap().verifies(b"x", &signature));
        }
        assert!(!key.public_key().verifies(b"y", &signature));
    }

    #[test]
    fn what_is_no_key_or_no_signature_is_told() {
        let key = PrivateKey::generate(dice(4)).unwrap();
        assert!(
            PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err()
        );
        assert!(PublicKey::from_pem("").is_err());
        for signature in ["", "AAAA", "not base64", "é"] {
            assert!(!key.public_key().verifies(b"x", signature), "{signature}");
        }
    }

    #[test]
    fn a_printed_key_is_hidden() {
        assert_eq!(format!("{:?}", PrivateKey::generate(dice(5)).unwrap()), "PrivateKey(hidden)");
    }
}
