//! What is hidden on the way: AES-256-GCM of v3 resources, AES-256-ECB of v2 refund notices. And hexadecimal nonces.
//!
//! Sources: WeChat Pay v3, "Certificates and callback decryption" (tag behind the ciphertext, 12 characters of nonce);
//! v2, "Refund notice". Both travel in base64. *Not modelled:* reading either: a platform only writes them.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, Payload};
use base64ct::{Base64, Encoding};

use crate::sign::hexadecimal;

/// A nonce as text: 32 hexadecimal digits in capitals.
pub(crate) fn nonce_text(nonce: u128) -> String {
    nonce.to_be_bytes().into_iter().flat_map(hexadecimal).map(char::from).collect()
}

/// The twelve characters of nonce that AES-GCM takes: the first hexadecimal digits.
pub(crate) fn short_nonce(nonce: u128) -> String {
    let mut text = format!("{nonce:032x}");
    text.truncate(12);
    text
}

/// AES-256-GCM in base64, the tag behind. The nonce must have twelve bytes.
pub(crate) fn seal(key: &[u8; 32], nonce: &str, associated: &str, plain: &[u8]) -> String {
    let cipher = Aes256Gcm::new(&(*key).into());
    let nonce: [u8; 12] = nonce.as_bytes().try_into().expect("a short nonce has twelve characters");
    let payload = Payload { msg: plain, aad: associated.as_bytes() };
    let sealed = cipher.encrypt(&nonce.into(), payload).expect("a message of this size can be sealed");
    Base64::encode_string(&sealed)
}

/// AES-256-ECB in base64, padded as PKCS #7.
pub(crate) fn scramble(key: &[u8; 32], plain: &[u8]) -> String {
    let cipher = Aes256::new(&(*key).into());
    let padding = 16 - plain.len() % 16;
    let mut bytes = plain.to_vec();
    bytes.resize(plain.len() + padding, padding as u8);
    for block in bytes.chunks_exact_mut(16) {
        let mut whole: [u8; 16] = (&*block).try_into().expect("a chunk of 16 has 16");
        let array = (&mut whole).into();
        cipher.encrypt_block(array);
        block.copy_from_slice(&whole);
    }
    Base64::encode_string(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.1.5, first block; the padding makes a second.
    #[test]
    fn ecb_gives_the_published_block() {
        let key: [u8; 32] = [
            0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d, 0x77, 0x81,
            0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4,
        ];
        let plain =
            [0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a];
        let bytes = Base64::decode_vec(&scramble(&key, &plain)).unwrap();
        assert_eq!(bytes.len(), 32);
        let published =
            [0xf3, 0xee, 0xd1, 0xbd, 0xb5, 0xd2, 0xa0, 0x3c, 0x06, 0x4b, 0x5a, 0x7e, 0x3d, 0xb1, 0x81, 0xf8];
        assert_eq!(bytes.get(..16), Some(published.as_slice()));
    }

    #[test]
    fn nonces_have_the_length_that_ciphers_take() {
        assert_eq!(nonce_text(1), "00000000000000000000000000000001");
        assert_eq!(short_nonce(u128::MAX), "ffffffffffff");
    }
}
