//! DES keys of single and double length, by what they are for, and the master key that wraps them.
//!
//! Source: UnionPay POS dialect, "Keys and MAC": a master key (TMK) of double length encrypts the working keys in ECB;
//! a check value is the first four bytes of eight encrypted zeros. Test keys only: DES protects nothing.
//! Whatever is printed of a key is its check value. *Not modelled:* triple length, parity, the SM4 variant.

use core::fmt;

use des::Des;
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

/// A DES key of eight or sixteen bytes; parity bits are ignored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DesKey {
    left: [u8; 8],
    right: Option<[u8; 8]>,
}

/// A key with its schedules: they cost more than a block does.
#[derive(Clone)]
pub(crate) struct Expanded {
    left: Des,
    /// The right half of a key of double length.
    right: Option<Des>,
}

impl Expanded {
    /// Encrypts one block: by all of the key.
    pub(crate) fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let once = self.encrypt_left(block);
        match &self.right {
            None => once,
            Some(right) => self.encrypt_left(decrypt(right, once)),
        }
    }

    /// Decrypts one block: by all of the key.
    pub(crate) fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let once = decrypt(&self.left, block);
        match &self.right {
            None => once,
            Some(right) => decrypt(&self.left, encrypt(right, once)),
        }
    }

    /// Encrypts one block by the left half alone.
    pub(crate) fn encrypt_left(&self, block: [u8; 8]) -> [u8; 8] {
        encrypt(&self.left, block)
    }

    /// Decrypts one block by the right half alone; that of a key of single length is the key itself.
    pub(crate) fn decrypt_right(&self, block: [u8; 8]) -> [u8; 8] {
        decrypt(self.right.as_ref().unwrap_or(&self.left), block)
    }
}

fn encrypt(half: &Des, block: [u8; 8]) -> [u8; 8] {
    let mut block = block.into();
    half.encrypt_block(&mut block);
    block.into()
}

fn decrypt(half: &Des, block: [u8; 8]) -> [u8; 8] {
    let mut block = block.into();
    half.decrypt_block(&mut block);
    block.into()
}

impl DesKey {
    /// A key of single length.
    pub const fn single(bytes: [u8; 8]) -> Self {
        Self { left: bytes, right: None }
    }

    /// A key of double length: the left half encrypts, the right one decrypts, the left one encrypts.
    pub const fn double(bytes: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, right @ ..] = bytes;
        Self { left: [a, b, c, d, e, f, g, h], right: Some(right) }
    }

    /// Whether it has sixteen bytes.
    pub const fn is_double(&self) -> bool {
        self.right.is_some()
    }

    /// Key check value: the first four bytes of eight encrypted zeros.
    pub fn check_value(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.encrypt([0; 8]);
        [a, b, c, d]
    }

    /// Encrypts one block.
    pub fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.expanded().encrypt(block)
    }

    /// The key, ready for several blocks.
    pub(crate) fn expanded(&self) -> Expanded {
        let half = |bytes: [u8; 8]| Des::new(&bytes.into());
        Expanded { left: half(self.left), right: self.right.map(half) }
    }

    /// Decrypts one block.
    pub fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.expanded().decrypt(block)
    }
}

/// A terminal's master key (TMK), of double length: it wraps working keys and does nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tdes(DesKey);

impl Tdes {
    /// A key from its sixteen bytes; parity bits are ignored.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(DesKey::double(bytes))
    }

    /// Key check value: the first four bytes of eight encrypted zeros.
    pub fn check_value(&self) -> [u8; 4] {
        self.0.check_value()
    }

    /// Wraps a key: its halves encrypted one by one. A key of single length leaves the second half zero.
    pub fn wrap(&self, key: &DesKey) -> [u8; 16] {
        let mut wrapped = [0; 16];
        let (first, last) = wrapped.split_at_mut(8);
        first.copy_from_slice(&self.0.encrypt(key.left));
        if let Some(right) = key.right {
            last.copy_from_slice(&self.0.encrypt(right));
        }
        wrapped
    }

    /// Unwraps what [`Tdes::wrap`] gave: zeros in the second half mean a key of single length.
    pub fn unwrap(&self, wrapped: &[u8; 16]) -> DesKey {
        let whole = DesKey::double(*wrapped);
        let right = whole.right.filter(|right| *right != [0; 8]);
        DesKey { left: self.0.decrypt(whole.left), right: right.map(|right| self.0.decrypt(right)) }
    }
}

/// A working key by its use. What differs between them is what they may be given to.
macro_rules! working_key {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub(crate) DesKey);

        impl $name {
            /// A key of single length from its eight bytes; parity bits are ignored.
            pub const fn new(bytes: [u8; 8]) -> Self {
                Self(DesKey::single(bytes))
            }

            /// A key of double length from its sixteen bytes; parity bits are ignored.
            pub const fn double(bytes: [u8; 16]) -> Self {
                Self(DesKey::double(bytes))
            }

            /// Key check value: the first four bytes of eight encrypted zeros.
            pub fn check_value(&self) -> [u8; 4] {
                self.0.check_value()
            }

            /// The key without its use, to be wrapped.
            pub const fn as_des(&self) -> &DesKey {
                &self.0
            }
        }

        impl From<DesKey> for $name {
            fn from(key: DesKey) -> Self {
                Self(key)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(f, stringify!($name), &self.0)
            }
        }
    };
}

working_key! {
    /// The key of message authentication codes (MAK).
    MacKey
}

working_key! {
    /// The key of PIN blocks (PIK).
    PinKey
}

working_key! {
    /// The key of track data (TDK).
    TrackKey
}

impl TrackKey {
    /// Encrypts whole blocks in place; bytes behind the last whole block stay in clear, as on a real terminal.
    pub fn encrypt(&self, track: &mut [u8]) {
        for block in track.as_chunks_mut::<8>().0 {
            *block = self.0.encrypt(*block);
        }
    }

    /// Decrypts what [`TrackKey::encrypt`] gave.
    pub fn decrypt(&self, track: &mut [u8]) {
        for block in track.as_chunks_mut::<8>().0 {
            *block = self.0.decrypt(*block);
        }
    }
}

fn show(f: &mut fmt::Formatter<'_>, name: &str, key: &DesKey) -> fmt::Result {
    write!(f, "{name}(check value {:08X})", u32::from_be_bytes(key.check_value()))
}

impl fmt::Debug for DesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "DesKey", self)
    }
}

impl fmt::Debug for Tdes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "Tdes", &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINGLE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
    const DOUBLE: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();

    /// Both are what every HSM manual shows for these keys; OpenSSL gives them too.
    #[test]
    fn known_keys_have_their_known_check_values() {
        assert_eq!(DesKey::single(SINGLE).check_value(), [0xD5, 0xD4, 0x4F, 0xF7]);
        assert_eq!(DesKey::double(DOUBLE).check_value(), [0x08, 0xD7, 0xB4, 0xFB]);
        assert_eq!(Tdes::new(DOUBLE).check_value(), [0x08, 0xD7, 0xB4, 0xFB]);
    }

    #[test]
    fn a_double_key_of_equal_halves_is_a_single_key() {
        let [mut twice, block] = [[0; 16], [7; 16]];
        twice[..8].copy_from_slice(&SINGLE);
        twice[8..].copy_from_slice(&SINGLE);
        let block = *block.first_chunk().unwrap();
        assert_eq!(DesKey::double(twice).encrypt(block), DesKey::single(SINGLE).encrypt(block));
    }

    #[test]
    fn a_wrapped_key_comes_back_in_its_length() {
        let master = Tdes::new([0x31; 16]);
        for key in [DesKey::single(SINGLE), DesKey::double(DOUBLE)] {
            let wrapped = master.wrap(&key);
            assert_eq!(master.unwrap(&wrapped), key);
            assert_eq!(wrapped[8..] == [0; 8], !key.is_double());
            assert_ne!(Tdes::new([0x13; 16]).unwrap(&wrapped), key);
        }
    }

    #[test]
    fn printed_keys_show_only_their_check_values() {
        assert_eq!(format!("{:?}", MacKey::new(SINGLE)), "MacKey(check value D5D44FF7)");
        assert_eq!(format!("{:?}", PinKey::double(DOUBLE)), "PinKey(check value 08D7B4FB)");
        assert_eq!(format!("{:?}", Tdes::new(DOUBLE)), "Tdes(check value 08D7B4FB)");
    }

    #[test]
    fn an_encrypted_track_comes_back() {
        let key = TrackKey::double(DOUBLE);
        let mut track = *b"0123456789ABCDEF012";
        key.encrypt(&mut track);
        assert_ne!(track[..8], *b"01234567");
        assert_eq!(track[16..], *b"012");
        key.decrypt(&mut track);
        assert_eq!(&track, b"0123456789ABCDEF012");
    }
}
