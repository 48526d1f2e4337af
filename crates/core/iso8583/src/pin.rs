//! The PIN block, ISO 9564 format 0: PIN and card number, mixed; in clear, and under the PIN key.
//!
//! Source: UnionPay POS dialect, "Keys and MAC", with a known answer. A PIN is never printed.
//! *Not modelled:* blocks without the card number (field 53 begins with 1), and other formats.

use core::fmt;

use crate::keys::PinKey;
use crate::pan::Pan;

/// A PIN of 4 to 12 digits. `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    digits: [u8; 12],
    len: usize,
}

impl Pin {
    /// Reads 4 to 12 decimal digits.
    ///
    /// # Errors
    /// [`PinError::NoPin`]: it is something else.
    pub fn new(text: &str) -> Result<Self, PinError> {
        if !(4..=12).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PinError::NoPin);
        }
        let mut pin = Self { digits: [b'0'; 12], len: text.len() };
        for (to, from) in pin.digits.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Ok(pin)
    }

    /// All digits, in clear.
    pub fn digits(&self) -> &str {
        core::str::from_utf8(self.digits.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }
}

impl PinKey {
    /// The block of field 52: a PIN for this card, encrypted.
    pub fn seal(&self, pin: &Pin, pan: &Pan) -> [u8; 8] {
        self.0.encrypt(clear_block(pin, pan))
    }

    /// The PIN in a block of field 52.
    ///
    /// # Errors
    /// [`PinError::NoBlock`]: under this key and for this card it holds no PIN.
    pub fn open(&self, block: [u8; 8], pan: &Pan) -> Result<Pin, PinError> {
        let nibbles = u64::from_be_bytes(self.0.decrypt(block)) ^ pan_part(pan);
        let length = (nibbles >> 56) as usize;
        let nibble = |at: usize| (nibbles >> (52 - 4 * at) & 15) as u8;
        let filled = (length.min(14)..14).all(|at| nibble(at) == 0xF);
        if !(4..=12).contains(&length) || !filled || (0..length).any(|at| nibble(at) > 9) {
            return Err(PinError::NoBlock);
        }
        Ok(Pin { digits: core::array::from_fn(|at| b'0' + nibble(at) % 10), len: length })
    }
}

/// The clear block: `0`, PIN length, PIN, filler F; XOR the twelve digits of the card number before its last.
fn clear_block(pin: &Pin, pan: &Pan) -> [u8; 8] {
    let digits = pin.digits().bytes().map(|byte| u64::from(byte - b'0'));
    let filled = digits.chain(core::iter::repeat(0xF)).take(14);
    let pin_part = filled.fold(pin.len as u64, |block, nibble| block << 4 | nibble);
    (pin_part ^ pan_part(pan)).to_be_bytes()
}

fn pan_part(pan: &Pan) -> u64 {
    let account = pan.digits().bytes().rev().skip(1).take(12).map(|byte| u64::from(byte - b'0'));
    account.enumerate().fold(0, |block, (at, nibble)| block | nibble << (4 * at))
}

/// Why there is no PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinError {
    /// The text does not have 4 to 12 decimal digits.
    NoPin,
    /// The block holds no PIN: another key, another card, or no ISO 9564 format 0.
    NoBlock,
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(hidden)")
    }
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPin => "a PIN has 4 to 12 digits",
            Self::NoBlock => "the block holds no PIN for this key and card",
        })
    }
}

impl core::error::Error for PinError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_pin_gives_the_known_block() {
        let (pin, pan) = (Pin::new("123456").unwrap(), Pan::new("6222021234567890128").unwrap());
        assert_eq!(clear_block(&pin, &pan), 0x0612_2662_A987_6FED_u64.to_be_bytes());
    }

    #[test]
    fn a_pin_outside_the_format_is_refused() {
        for pin in ["", "123", "1234567890123", "12a4"] {
            assert_eq!(Pin::new(pin), Err(PinError::NoPin));
        }
    }

    #[test]
    fn a_host_opens_what_a_terminal_has_sealed() {
        let pan = Pan::new("6222021234567890128").unwrap();
        let key = PinKey::double(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes());
        for digits in ["1234", "123456", "000000", "123456789012"] {
            let block = key.seal(&Pin::new(digits).unwrap(), &pan);
            assert_eq!(key.open(block, &pan).unwrap().digits(), digits);
        }
    }

    #[test]
    fn another_key_or_another_card_opens_nothing() {
        let pan = Pan::new("6222021234567890128").unwrap();
        let key = PinKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
        let block = key.seal(&Pin::new("123456").unwrap(), &pan);
        assert_eq!(PinKey::new([0x31; 8]).open(block, &pan), Err(PinError::NoBlock));
        let other = Pan::new("6222029876543210128").unwrap();
        assert_eq!(key.open(block, &other), Err(PinError::NoBlock));
    }

    #[test]
    fn a_printed_pin_is_hidden() {
        assert_eq!(format!("{:?}", Pin::new("123456").unwrap()), "Pin(hidden)");
    }
}
